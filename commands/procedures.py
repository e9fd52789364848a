"""`manage.py profile-adopt`: an organisation's own procedure, put in force."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from domain.errors import Refused
from domain.rights import Right
from services import procedures
from services.door import SystemActor
from services.procedures import Outlook
from services.profiles import check_profile
from text import translate

OPERATOR = SystemActor("profile-adopt", frozenset({Right.ENTER, Right.PROCEDURE}))


def _say(key: str, **values: object) -> str:
    return translate("nl", key, **values)


@click.command("profile-adopt")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--from", "valid_from", type=click.DateTime(["%Y-%m-%d"]), required=True, help="For what is received from then on."
)
@click.option("--move", is_flag=True, help="The open dossiers go on under it too; otherwise each stays on its own version.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def profile_adopt(file: Path, valid_from: datetime, move: bool, yes: bool) -> None:
    """Check a profile (.toml), say what it would move for open dossiers, and put it in force.

    Counts only: nothing that stands in a dossier is printed. Closed dossiers never change.
    """
    source = _checked(file)
    try:
        found = procedures.outlook(OPERATOR, source)
        _show(found)
        question = _say("whatif.ask_move" if move else "whatif.ask_leave", day=valid_from.date())
        if not yes and not click.confirm(question):
            raise click.Abort
        number = procedures.adopt(OPERATOR, source, valid_from.date(), found if move else None)
    except Refused as error:
        raise click.ClickException(_say(f"refused.{error.code}", **error.values)) from error
    click.echo(_say("whatif.adopted", number=number, day=valid_from.date()))


def _checked(file: Path) -> str:
    try:
        source = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise click.ClickException(_say("terms.unreadable", path=file)) from error
    problems = check_profile(source)
    for each in problems:
        where = f"{each.key}: " if each.key else ""
        click.echo(_say("terms.problem", path=file, line=each.line, where=where, sentence=each.sentence))
    if problems:
        raise click.ClickException(f"python manage.py profile-check {file}")
    return source


def _show(found: Outlook) -> None:
    click.echo(_say("whatif.outlook", moving=len(found.moving), same=found.same, staying=len(found.staying)))
    for label, number in found.counts():
        click.echo(f"  {label}: {number}")


COMMANDS = (profile_adopt,)
