"""Backups: the key, making one, putting one back, trying one out, and the list of what was destroyed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from commands.verify import SAYS
from domain.backups import Manifest
from domain.errors import Refused
from domain.rights import Right
from services import backups, destroying_again, restoring
from services.door import SystemActor
from text import translate

KEEPER = SystemActor("backup", frozenset({Right.OPERATE, Right.ENTER, Right.ACCOUNTS}))
_MOST_FAULTS = 20  # `verify` names all of them
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_FOLDER = click.Path(file_okay=False, path_type=Path)
_KEY = click.option("--key", type=_FILE, help="The file with the secret key; without it you are asked for the key.")


@click.command("backup-key")
def backup_key() -> None:
    """Make the key pair of the backups, once. The secret key is printed and kept nowhere: write it down.

    It is not needed to make backups, only to open them. Whoever has it and a backup reads everything.
    """
    with _sentences():
        secret, public = backups.make_key(KEEPER)
    click.echo("The secret key of the backups. It is shown once and kept nowhere on this server.")
    click.echo("Print it, or write it down twice, and keep it in two places outside the server (a safe, the board):\n")
    click.echo(f"  {secret}\n")
    click.echo(f"Backups are encrypted to: {public}")


@click.command()
@click.option("--to", type=_FOLDER, help="The folder; usual: WEERKLANK_BACKUPS, or backups/ in the data folder.")
def backup(to: Path | None) -> None:
    """Make a backup while people work: the database, the attachments and the settings, encrypted, and opened again before
    it counts. Then older ones go: of the last 7 days, 4 weeks and 12 months one each stays.

    Ends with 1 when it did not work, or when attachments are missing.
    """
    with _sentences():
        made, gone = backups.make(KEEPER, to)
    click.echo(f"{made.file} ({made.size / 1_000_000:.1f} MB)")
    _say(made.manifest)
    click.echo(f"Opened again and compared: good. Older backups removed: {gone}.")
    if not made.good:
        raise click.ClickException(f"Attachments that are gone or damaged on the disk: {len(made.manifest.lost)}.")


@click.command()
@click.argument("file", type=_FILE)
@_KEY
@click.option("--destroyed", type=_FILE, help="A later list that `destroyed` wrote: what is on it goes again.")
def restore(file: Path, key: Path | None, destroyed: Path | None) -> None:
    """Put the backup FILE into an empty register: all of it, or nothing.

    The schema is brought to this version of the program, everybody is signed out, and the history of every dossier is computed
    anew. Ends with 1 when a history is broken; the register is there then.
    """
    with _sentences():
        rows = destroying_again.read(_text(destroyed)) if destroyed else []
        done = restoring.restore(KEEPER, file, _secret(key), rows)
    _say(done.manifest)
    click.echo(f"Schema: {done.manifest.revision} in the backup, {done.revision} now. Sessions ended: {done.sessions}.")
    if destroyed:
        said = done.again
        click.echo(f"Destroyed again: {said.gone}. Were gone already: {said.before}. Not in this backup: {said.unknown}.")
    for name in done.kept:
        click.echo(f"{name} stood here already and stays as it is.")
    if not done.server_key:
        click.echo("server.key is not here: put the earlier one back before the start, or second steps are set up anew.")
    click.echo("People, roles and passwords are those of the backup: look whether somebody was blocked since.")
    for fault in done.verified.faults[:_MOST_FAULTS]:
        event = f" event {fault.seq}:" if fault.seq is not None else ""
        click.echo(f"{fault.reference}:{event} {SAYS[fault.wrong]}")
    if done.verified.faults:
        raise click.ClickException(f"Restored, but histories are broken: {len(done.verified.faults)}. See `manage.py verify`.")
    click.echo(f"Every history is whole: {done.verified.dossiers} dossiers, {done.verified.events} events.")


@click.command("restore-drill")
@click.argument("file", type=_FILE, required=False)
@_KEY
def restore_drill(file: Path | None, key: Path | None) -> None:
    """Open the newest backup (or FILE) and compare everything in it with its list, without touching the register."""
    with _sentences():
        found = restoring.drill(KEEPER, _secret(key), file)
    if not found.good:
        raise click.ClickException("It opens, but attachments were missing already when it was made.")
    click.echo(f"The backup of {found.made_at:%Y-%m-%d %H:%M:%S} UTC opens, and everything in it is as listed.")


@click.command()
@click.option("--to", type=click.Path(dir_okay=False, path_type=Path), required=True, help="A file outside this server.")
def destroyed(to: Path) -> None:
    """Write the list of dossiers that were let go, for `restore --destroyed`. It holds references, no names or texts."""
    with _sentences():
        said = destroying_again.lines(KEEPER)
    half = to.with_name(f"{to.name}.half")
    try:
        with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            file.writelines(f"{line}\n" for line in said)
            file.flush()
            os.fsync(file.fileno())
        half.replace(to)
    except OSError as error:
        raise click.ClickException(f"{to}: {error.strerror}") from error
    click.echo(f"Destroyed so far: {len(said)}.")


COMMANDS = (backup, backup_key, destroyed, restore, restore_drill)


@contextmanager
def _sentences() -> Iterator[None]:
    try:
        yield
    except Refused as refusal:
        raise click.ClickException(translate("en", f"refused.{refusal.code}", **refusal.values)) from refusal


def _secret(key: Path | None) -> str:
    return _text(key) if key else str(click.prompt("Secret key", hide_input=True))


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise click.ClickException(f"{path.name} cannot be read.") from error


def _say(manifest: Manifest) -> None:
    """How much, never what."""
    attached = sum(each.path.startswith("attachments/") for each in manifest.files)
    rows = sum(manifest.tables.values())
    click.echo(f"Made at {manifest.made_at:%Y-%m-%d %H:%M:%S} UTC by version {manifest.version}, schema {manifest.revision}.")
    click.echo(f"Dossiers: {manifest.tables.get('complaint', 0)}. Attachments: {attached}. Rows: {rows}.")
    if manifest.removed:
        click.echo(f"Attachments that somebody removed while it was made: {len(manifest.removed)}.")
    click.echo(f"Anchor: {manifest.anchor}")
