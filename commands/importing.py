"""`manage.py import`: the register that was kept before comes along."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from domain.errors import Refused
from domain.mapping import ColumnMap
from domain.old_register import Fate
from domain.rights import Right
from services import mappings, old_register, old_register_report
from services.door import Actor, SystemActor
from services.old_register import BATCH, Plan, Row
from services.tables import read_table
from text import translate

_SHOWN = 50  # lines; the rest is in the report


def _say(key: str, **values: object) -> str:
    return translate("nl", key, **values)


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--mapping", "name", required=True, help="What the columns mean, as saved on the page.")
@click.option("--sheet", default="", help="Of a workbook; otherwise its first.")
@click.option("--open-from", type=click.DateTime(["%Y-%m-%d"]), help="From when the terms of what is still open count.")
@click.option("--dry-run", is_flag=True, help="Look at every row, write nothing.")
@click.option("--report", "into", type=click.Path(path_type=Path), help="Write what is said of every row to this .xlsx.")
@click.option("--as", "account", default="", help="In the name of this account, with its rights.")
def import_register(
    file: Path, name: str, sheet: str, open_from: datetime | None, dry_run: bool, into: Path | None, account: str
) -> None:
    """Take over the old register from FILE (.xlsx or .csv).

    What cannot be read is refused row by row, with the column and the reason; nothing that stands in a cell is printed. The
    same file again adds nothing, and a run that was stopped goes on where it was.
    """
    actor = SystemActor("import", frozenset({Right.TAKE_OVER}), account)
    try:
        columns = mappings.by_name(actor, name).mapping
        table = read_table(file.name, file.read_bytes(), sheet)
        plan = old_register.look(actor, table, columns, open_from.date() if open_from else None)
        rows = plan.rows if dry_run else _taken(actor, plan)
        _told(rows, columns)
        if into:
            _written(into, old_register_report.report(actor, rows, columns).content)
    except Refused as error:
        raise click.ClickException(_say(f"refused.{error.code}", **error.values)) from error
    except OSError as error:
        raise click.ClickException(_say("terms.unreadable", path=file)) from error
    click.echo(_say("old_register.dry_done" if dry_run else "old_register.finished"))


def _taken(actor: Actor, plan: Plan) -> tuple[Row, ...]:
    """A part at a time; what was taken stays when it is stopped."""
    left, became = list(plan.waiting), {row.number: row for row in plan.rows}
    with click.progressbar(length=len(left), label=_say("old_register.taking")) as bar:
        while left:
            done = old_register.take(actor, left[:BATCH])
            became |= {row.number: row for row in done}
            bar.update(len(done))
            left = left[BATCH:]
    return tuple(became[row.number] for row in plan.rows)


def _written(into: Path, content: bytes) -> None:
    try:
        into.write_bytes(content)
    except OSError as error:
        raise click.ClickException(_say("old_register.report_unwritable", path=into)) from error


def _told(rows: tuple[Row, ...], columns: ColumnMap) -> None:
    wrong = [(row.number, problem) for row in rows for problem in row.problems]
    for number, problem in wrong[:_SHOWN]:
        where = old_register_report.heading(problem, columns)
        said = old_register_report.sentence(problem, "nl")
        key = "old_register.said_column" if where else "old_register.said"
        click.echo(_say(key, row=number, column=where, why=said))
    if len(wrong) > _SHOWN:
        click.echo(_say("old_register.more", number=len(wrong) - _SHOWN))
    for fate in Fate:
        click.echo(f"{_say(f'old_register.fate_{fate}')}: {sum(row.fate is fate for row in rows)}")


COMMANDS = (import_register,)
