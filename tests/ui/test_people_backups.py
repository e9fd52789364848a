from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine

from commands.backup import KEEPER
from db import upgrade
from services import attachments, backups
from tests.cases import Case
from tests.conftest import Cast
from tests.ui.apptest import open_page
from tests.ui.test_people_page import part
from text import catalogue, translate

SHOWN = ("markdown", "text", "caption", "error", "success")


def said(at: object) -> str:
    return "\n".join(str(each.value) for kind in SHOWN for each in getattr(at, kind))


@pytest.fixture(autouse=True)
def _with_a_schema(engine: Engine) -> None:
    """As `manage.py upgrade` leaves it; the tests make their tables at once."""
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE alembic_version (version_num varchar(32) PRIMARY KEY)")
        connection.exec_driver_sql(f"INSERT INTO alembic_version VALUES ('{upgrade.newest()}')")


@pytest.mark.parametrize("name", ["accounts", "settings", "backups"])
def test_the_administrator_reads_on_every_part_that_there_is_no_backup_and_what_to_do(cast: Cast, name: str) -> None:
    assert "26 uur" not in said(part(cast, name))
    Case.registered("training", cast)

    found = said(part(cast, name))

    assert "geen goede back-up van de laatste 26 uur" in found
    assert "manage.py backup-key" in found


def test_why_the_last_try_failed_is_said(cast: Cast) -> None:
    case = Case.registered("training", cast)
    (token,) = attachments.add(cast.actor("cora"), case.reference, [("brief.txt", b"brief")])
    attachments.stored_at(token).unlink()
    backups.make_key(KEEPER)
    backups.make(KEEPER)

    found = said(open_page(cast, "adam", "people"))

    assert "De laatste poging mislukte: In de back-up ontbreken bijlagen" in found


@pytest.mark.parametrize("code", sorted(each for each in catalogue("nl") if each.startswith("refused.backup_")))
def test_whatever_went_wrong_is_said_without_gaps(code: str) -> None:
    said = translate("nl", code, program="pg_dump", file="backup.pub", version="", database="")

    assert "{" not in said


@pytest.mark.parametrize("who", ["cora", "dora", "vera", "tom"])
def test_nobody_else_reads_of_backups(cast: Cast, who: str) -> None:
    Case.registered("training", cast)

    assert "back-up" not in said(open_page(cast, who, "home"))


def test_practising_to_restore(cast: Cast, tmp_path: Path) -> None:
    Case.registered("training", cast)
    secret, _ = backups.make_key(KEEPER)
    backups.make(KEEPER)
    at = part(cast, "backups")
    assert "26 uur" not in said(at)

    at.text_input(key="people.drill_key.0").input("AGE-SECRET-KEY-1")
    (start,) = [each for each in at.button if each.label == "Openen en vergelijken"]
    start.click().run()
    assert "begint met AGE-SECRET-KEY-1" in said(at)

    at.text_input(key="people.drill_key.1").input(secret)
    (start,) = [each for each in at.button if each.label == "Openen en vergelijken"]
    start.click().run()

    assert "gaat open en klopt" in said(at)
    assert secret not in repr(at.session_state)
    (table,) = at.dataframe
    assert list(table.value.iloc[:, 1]) == ["Oefening", "Back-up"]
