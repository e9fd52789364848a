"""`manage.py health`, for cron; and that the nightly run says that it was here."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from db import models as m
from domain.health import State
from manage import cli
from services import door, health, server_key
from services.health_checks import HEALTH
from tests.cases import Case
from tests.conftest import Cast, stamped


@pytest.fixture(autouse=True)
def sound(cast: Cast, engine: Engine) -> Iterator[None]:
    stamped(engine)
    server_key.check()
    health.forget()
    yield
    health.forget()


def ran(*words: str) -> Result:
    return CliRunner().invoke(cli, words, catch_exceptions=False)


def test_it_says_what_is_wrong_and_what_to_do_and_ends_with_1(cast: Cast) -> None:
    secret = Case.registered("training", cast, title="Geheimzaak").in_progress().reference

    said = ran("health")

    assert said.exit_code == 1
    assert "database: good" in said.output
    assert "nightly run: look at this" in said.output
    assert "manage.py nightly" in said.output
    assert secret not in said.output
    assert "Geheimzaak" not in said.output


def test_after_the_nightly_run_that_is_good_again() -> None:
    assert ran("nightly").exit_code == 0
    health.forget()

    said = ran("health")

    assert "nightly run: good" in said.output


def test_a_register_of_today_without_a_night_is_good(engine: Engine, cast: Cast) -> None:
    with Session(engine) as session, session.begin():
        for account in session.query(m.Account):
            account.created_at = session.get_one(m.AuthSession, cast.actor("cora")).last_seen_at

    said = ran("health")

    assert (said.exit_code, "WRONG" in said.output) == (0, False)
    assert health.ready(HEALTH).state is State.GOOD


def test_without_a_database_it_says_so_and_makes_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEERKLANK_DATABASE_URL", f"sqlite:///{tmp_path / 'none.db'}")
    door.engine.cache_clear()

    said = ran("health")

    door.engine.cache_clear()
    assert said.exit_code == 1
    assert "database: WRONG" in said.output
    assert not (tmp_path / "none.db").exists()
