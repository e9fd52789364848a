"""`manage.py check-export`: is a sealed file of a dossier still what was made?"""

from __future__ import annotations

from pathlib import Path

import click

from domain.rights import Right
from services import sealed_check
from services.door import SystemActor
from services.sealed_check import Checked, Stands, Wrong

CHECKER = SystemActor("check-export", frozenset({Right.OPERATE}))
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
SAYS = {
    Wrong.NO_FILE: "This is no zip file, or it is damaged.",
    Wrong.NO_LIST: "This is no sealed file: it has no list of documents that was written here.",
    Wrong.SEAL: "The seal does not fit: the list of documents was changed, or another server made it.",
    Wrong.MISSING: "{what}: is in the list and not in the file.",
    Wrong.EXTRA: "{what}: is in the file and not in the list, or twice in it.",
    Wrong.CHANGED: "{what}: was changed.",
    Wrong.HISTORY: "Event {what} in the history of the file was changed.",
    Wrong.END: "The history in the file does not end where the list says.",
    Wrong.UNKNOWN: "The register has no dossier with this reference.",
    Wrong.REWRITTEN: "The register has another event {what} than the file: it was rewritten, or this is another one's.",
    Wrong.NOT_MADE: "The register does not know this file: no event in the dossier says that it was made.",
}
STANDS = {
    Stands.SAME: "The dossier in the register still ends where the file ends.",
    Stands.WENT_ON: "The dossier in the register goes on from where the file ends: {since} more.",
    Stands.LET_GO: "The dossier was let go since, as the register of what was destroyed says.",
}


@click.command("check-export")
@click.argument("file", type=_FILE)
def check_export(file: Path) -> None:
    """Check the sealed FILE of a dossier: every document, the list and its seal, the history, and all of it with the register.

    Ends with 1 when something is wrong. Prints the reference and the names in the file, nothing of what stands in it.
    """
    done = sealed_check.check(CHECKER, file)
    _tell(done)
    if done.faults:
        raise click.ClickException(f"Not what was made: {len(done.faults)}.")
    click.echo("Everything is as it was made.")


def _tell(done: Checked) -> None:
    manifest = done.manifest
    if manifest is not None:
        made = f"{manifest.made_at:%Y-%m-%d %H:%M} UTC"
        click.echo(f"{manifest.reference}, made {made}: {len(manifest.files)} documents, {manifest.events} events.")
    for fault in done.faults:
        click.echo(SAYS[fault.wrong].format(what=_plain(fault.what)))
    if done.stands is not None:
        click.echo(STANDS[done.stands].format(since=done.since))


def _plain(name: str) -> str:
    """A name from a file that anybody may have made: nothing in it steers a terminal."""
    return "".join(sign if sign.isprintable() else "?" for sign in name[:200])


COMMANDS = (check_export,)
