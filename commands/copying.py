"""`manage.py copy-to`: the register moves into another database."""

from __future__ import annotations

import click

from domain.errors import Refused
from domain.rights import Right
from services import copying
from services.copying import Copied
from services.door import SystemActor
from text import translate

COPIER = SystemActor("copy-to", frozenset({Right.OPERATE, Right.ENTER}))
SAYS = {
    "nul": "holds a NUL character, which PostgreSQL does not keep",
    "too_long": "is longer than this column may be",
    "too_large": "is a larger number than this column may hold",
    "other_kind": "is no value of this column's kind",
    "unreadable": "cannot be read",
    "points_nowhere": "points at a row that is not there",
    "refused": "is refused by the other database",
}


@click.command("copy-to")
@click.argument("url")
def copy_to(url: str) -> None:
    """Copy the register into the empty database at URL, and prove that nothing changed.

    postgresql+psycopg://owner@host/name, or sqlite:////folder/weerklank.db for the way back. Stop the server first: what is
    registered after this began is not in the copy. All or nothing: when something fails the other database stays empty.
    """
    try:
        done = copying.copy_to(COPIER, url)
    except Refused as refusal:
        raise click.ClickException(translate("en", f"refused.{refusal.code}")) from refusal
    _refuse(done)
    for state in done.after:
        click.echo(f"{state.table:<24}{state.rows:>10}  {state.digest[:16]}")
    rows = sum(state.rows for state in done.after)
    click.echo(f"Tables: {len(done.after)}. Rows: {rows}. The counts and checksums are the same in both databases.")
    click.echo(f"Anchor, the same in both: {done.anchors[0]}")
    found = done.verified
    click.echo(f"Verified in the copy: dossiers {found.dossiers}, events {found.events}, broken {len(found.faults)}.")
    if not done.same_faults:
        raise click.ClickException("The histories in the copy are not what they were; do not use it.")
    if found.faults:
        click.echo("They were broken before: `manage.py verify` names them.")
    click.echo("Attachments, server.key and other files were not copied: they stay in the data folder, which goes along.")
    click.echo("Now set WEERKLANK_DATABASE_URL to the new address, start the server, and keep the old database as it is.")


def _refuse(done: Copied) -> None:
    for each in done.unfit:
        column = f".{each.column}" if each.column else ""
        click.echo(f"{each.table}{column} ({each.row}) {SAYS[each.why]}")
    if done.unfit:
        raise click.ClickException("Nothing was copied. Repair these rows and try again.")
    for name in done.other:
        click.echo(f"{name}: not the same")
    if not done.whole:
        raise click.ClickException("The copy is not the same as the register; all of it was undone.")


COMMANDS = (copy_to,)
