"""The operator's commands on a database of their own, as from a terminal."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine

from domain.granting import State
from domain.rights import Role
from manage import cli
from services import accounts, door, granting, links
from services.door import VISITOR
from tests.cases import Case
from tests.conftest import Cast

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """No database yet."""
    monkeypatch.setenv("WEERKLANK_DATA", str(tmp_path / "data"))
    monkeypatch.delenv("WEERKLANK_DATABASE_URL", raising=False)
    door.engine.cache_clear()
    yield tmp_path / "data"
    door.engine().dispose()
    door.engine.cache_clear()


def said(*words: str) -> str:
    result = CliRunner().invoke(cli, words, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_upgrade_makes_the_database_and_says_so_once(nowhere: Path) -> None:
    assert "from empty to" in said("upgrade")
    assert "up to date" in said("upgrade")
    assert (nowhere / "weerklank.db").stat().st_size > 0
    assert nowhere.stat().st_mode & 0o077 == 0


def test_the_first_link_works_once_and_only_on_an_empty_register(nowhere: Path) -> None:
    said("upgrade")
    address = said("first-link", "--port", "8600").strip()
    token = address.removeprefix("http://127.0.0.1:8600/?link=")

    links.begin(
        VISITOR, token, links.Beginning("Bureau", "training", "adam", "Adam Beheer", "veer-molen-vijver", "veer-molen-vijver")
    )

    assert CliRunner().invoke(cli, ["first-link"]).exit_code == 1


def test_a_password_link_is_for_an_account_that_exists(engine: Engine, cast: Cast) -> None:
    address = said("password-link", "adam").strip()

    assert links.look(VISITOR, address.partition("?link=")[2]).name == "adam"
    assert CliRunner().invoke(cli, ["password-link", "niemand"]).exit_code == 1


def test_the_operator_gives_a_role_without_a_second_person(engine: Engine, cast: Cast) -> None:
    Case.registered("training", cast)

    assert "tom has the role director" in said("grant", "tom", "director")

    assert Role.DIRECTOR in next(each.roles for each in accounts.listing(cast.actor("adam")) if each.name == "tom")
    (row,) = granting.to_answer(cast.actor("cora"))
    assert (row.asked_by, row.state, row.mine_to_answer) == ("", State.DONE, False)
    assert "administrator handles no complaints" in CliRunner().invoke(cli, ["grant", "adam", "director"]).output
    assert CliRunner().invoke(cli, ["grant", "niemand", "director"]).exit_code == 1


def test_no_command_prints_a_traceback_on_a_wrong_word() -> None:
    for words in (["demo", "--profile", "onbekend"], ["run", "--port", "0"], ["bestaat-niet"]):
        result = CliRunner().invoke(cli, words)
        assert result.exit_code == 2
        assert "Traceback" not in result.output


def test_the_application_refuses_a_database_that_was_not_upgraded(tmp_path: Path) -> None:
    environment = os.environ | {"WEERKLANK_DATA": str(tmp_path / "empty")}
    environment.pop("WEERKLANK_DATABASE_URL", None)
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", "8687"]

    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60)

    assert done.returncode != 0
    assert "manage.py upgrade" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_application_refuses_a_damaged_server_key(tmp_path: Path) -> None:
    environment = os.environ | {"WEERKLANK_DATA": str(tmp_path)}
    environment.pop("WEERKLANK_DATABASE_URL", None)
    subprocess.run(
        [sys.executable, "manage.py", "upgrade"], cwd=ROOT, env=environment, check=True, capture_output=True, timeout=60
    )
    (tmp_path / "server.key").touch(mode=0o600)
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", "8687"]

    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60)

    assert done.returncode != 0
    assert "server.key in the data folder is empty or damaged" in done.stderr
    assert "Traceback" not in done.stderr
