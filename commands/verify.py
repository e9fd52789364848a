"""`manage.py anchor` and `manage.py verify`: whether the history in the register is still what was recorded."""

from __future__ import annotations

from pathlib import Path

import click

from domain.rights import Right
from services import anchoring, verifying
from services.door import SystemActor
from services.verifying import Wrong

VERIFIER = SystemActor("verify", frozenset({Right.OPERATE, Right.ENTER}))
_FILE = click.Path(dir_okay=False, path_type=Path)
_KEPT = click.Path(exists=True, dir_okay=False, path_type=Path)
SAYS = {
    Wrong.NUMBER: "an event is missing, double or out of order",
    Wrong.LINK: "does not follow from the event before it",
    Wrong.CONTENT: "was changed",
    Wrong.TEXT: "its text was changed or removed",
    Wrong.HEAD: "is not where the dossier's history ends",
    Wrong.NO_HISTORY: "has no history",
    Wrong.NO_DOSSIER: "has events, but is not there",
    Wrong.UNREADABLE: "holds a value that cannot be read",
    Wrong.NOT_DESTROYED: "was emptied, and the register of what was destroyed does not know it",
    Wrong.UNLOCKED: "row-level security of it is off or was changed (`manage.py upgrade` puts it on), or does not hold it",
    Wrong.UNGUARDED: "this trigger, which keeps the history as it is, is gone or was changed; `manage.py upgrade` puts it on",
    Wrong.ANCHOR_LOST: "was there at the anchor and is gone",
    Wrong.ANCHOR_SHORT: "is missing: at the anchor the history was longer",
    Wrong.ANCHOR_OTHER: "is not the event of the anchor: the history was rewritten, here or before",
}


@click.command()
@click.option("--to", type=_FILE, help="Also append the line to this file.")
@click.option(
    "--heads", type=_FILE, help="Write the sheet for `verify --anchor`: the line and one line per dossier. A new file."
)
def anchor(to: Path | None, heads: Path | None) -> None:
    """Print one line that stands for everything recorded so far.

    Keep it where nobody who can reach the database can change it: print it, mail it. It says nothing of any dossier.
    """
    dropped = anchoring.drop(VERIFIER)
    try:
        if heads is not None:
            with heads.open("x", encoding="utf-8") as sheet:  # an older anchor is never written over
                sheet.write(dropped.sheet)
        if to is not None:
            with to.open("a", encoding="utf-8") as lines:
                lines.write(dropped.line + "\n")
    except OSError as error:
        raise click.ClickException(f"{error.filename}: {error.strerror}") from error
    click.echo(dropped.line)


@click.command()
@click.option("--anchor", "sheet", type=_KEPT, help="A sheet that `anchor --heads` wrote: what was changed or cut off since?")
@click.option(
    "--lines", type=_KEPT, help="The lines that `anchor --to` kept, or the mailed one: the sheet's has to be among them."
)
def verify(sheet: Path | None, lines: Path | None) -> None:
    """Compute the history of every dossier anew, and name the first broken link of each.

    Ends with 1 when something is broken. Prints references and numbers of events, never what stands in a dossier.
    """
    kept = _read(sheet) if sheet else None
    if kept is not None:
        click.echo(f"Anchor: {kept.line}")
    if lines is not None:
        _kept_too(kept, lines)
    done = verifying.verify(VERIFIER, kept)
    for fault in done.faults:
        event = f" event {fault.seq}:" if fault.seq is not None else ""
        click.echo(f"{fault.reference}:{event} {SAYS[fault.wrong]}")
    click.echo(f"Dossiers: {done.dossiers}. Events: {done.events}.")
    if done.replaced:
        click.echo(f"Closed dossiers let go since the anchor, as the register of what was destroyed says: {done.replaced}.")
    if done.faults:
        raise click.ClickException(f"Broken: {len(done.faults)}.")
    if kept is None:
        click.echo("Every chain fits in itself; only with --anchor one that was cut short or wholly rewritten is found.")


def _kept_too(kept: anchoring.Anchor | None, lines: Path) -> None:
    if kept is None:
        raise click.UsageError("--lines goes with --anchor.")
    if kept.line not in _text(lines).splitlines():
        raise click.ClickException(f"The line of this anchor is not in {lines.name}: one of the two was changed.")


def _read(sheet: Path) -> anchoring.Anchor:
    try:
        return anchoring.read(_text(sheet))
    except anchoring.NotAnAnchor as error:
        raise click.ClickException(f"{sheet.name} is not a sheet that `anchor --heads` wrote.") from error
    except anchoring.AnchorChanged as error:
        raise click.ClickException(f"{sheet.name} was changed: its first line does not fit the rest.") from error


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise click.ClickException(f"{path.name} cannot be read.") from error


COMMANDS = (anchor, verify)
