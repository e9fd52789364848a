"""`manage.py import`: looked at first, then taken over, and once more adds nothing."""

from __future__ import annotations

from pathlib import Path

import openpyxl
from click.testing import CliRunner, Result
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from db import models as m
from domain.mapping import ColumnMap
from domain.vocabulary import EventKind
from manage import cli
from services import mappings
from tests.conftest import Cast

COLUMNS = {"reference": "Nr", "received": "Op", "about": "Wat", "closed": "Dicht"}
WORDS = {"channel": {"": "other"}, "complainant_type": {"": "client"}, "category": {"": "Organisatie en locatie"}}
ROWS = "Nr;Op;Wat;Dicht\n1;1-3-2024;=1+1;2-5-2024\n2;soms;Geheim;2-5-2024\n"


def run(cast: Cast, tmp_path: Path, *words: str, rows: str = ROWS) -> Result:
    mappings.save(cast.actor("cora"), "oud", ColumnMap(COLUMNS, WORDS))
    file = tmp_path / "oud.csv"
    file.write_text(rows, encoding="utf-8")
    return CliRunner().invoke(cli, ["import", str(file), "--mapping", "oud", *words])


def made(engine: Engine) -> list[m.Complaint]:
    with Session(engine) as session:
        return list(session.scalars(select(m.Complaint)))


def test_first_a_dry_run_then_the_real_one_and_nothing_twice(engine: Engine, cast: Cast, tmp_path: Path) -> None:
    report = tmp_path / "verslag.xlsx"
    dry = run(cast, tmp_path, "--dry-run", "--report", str(report))
    assert dry.exit_code == 0, dry.output
    assert "Rij 3, kolom Op: Dit is geen datum" in dry.output
    assert "Geheim" not in dry.output
    assert made(engine) == []
    sheet = openpyxl.load_workbook(report)["Rijen"]
    assert [[cell.value for cell in row][:3] for row in sheet.iter_rows(min_row=2)] == [
        [2, "nieuw", None],
        [3, "geweigerd", "Op"],
    ]
    for count in (1, 0):
        done = run(cast, tmp_path, "--as", "Cora")
        assert done.exit_code == 0, done.output
        assert f"nieuw: {count}" in done.output
    assert [each.description for each in made(engine)] == ["=1+1"]
    with Session(engine) as session:
        event = session.scalars(select(m.Event).where(m.Event.kind == EventKind.TAKEN_OVER)).one()
        assert event.actor_id == cast["cora"]


def test_in_the_name_of_somebody_it_may_no_more_than_they_may(engine: Engine, cast: Cast, tmp_path: Path) -> None:
    for name in ("tom", "adam", "vera"):
        refused = run(cast, tmp_path, "--as", name)
        assert refused.exit_code == 1
        assert made(engine) == []
    assert run(cast, tmp_path, "--as", "niemand").exit_code == 1
    assert "bewaarde toewijzing" in CliRunner().invoke(cli, ["import", __file__, "--mapping", "weg"]).output
    assert run(cast, tmp_path).exit_code == 0  # in nobody's name: by who keeps the server
    assert len(made(engine)) == 1


def test_a_report_that_cannot_be_written_says_so_and_what_came_in_stays(engine: Engine, cast: Cast, tmp_path: Path) -> None:
    nowhere = tmp_path / "weg" / "verslag.xlsx"
    done = run(cast, tmp_path, "--report", str(nowhere))
    assert done.exit_code == 1
    assert f"{nowhere} is niet te schrijven" in done.output
    assert "is niet te lezen" not in done.output
    assert len(made(engine)) == 1
