"""`manage.py upgrade` on PostgreSQL with two roles: one that owns the tables, and the program's."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from click.testing import CliRunner
from sqlalchemy import create_engine
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session

from db import row_security
from db.engine import owner_url
from manage import cli
from services import door, operations, schema
from tests.conftest import POSTGRESQL, on_server, people_the_register
from tests.postgres import OWNER, PROGRAM, as_role

on_postgresql = pytest.mark.skipif(not POSTGRESQL, reason="roles of PostgreSQL")


@pytest.fixture
def address(postgres: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[str]:
    """Of an empty database, as the server's own role."""
    name = f"owned_{uuid4().hex[:12]}"
    on_server(postgres, f"CREATE DATABASE {name} OWNER {OWNER}")
    made = postgres.format(name)
    monkeypatch.setenv("WEERKLANK_DATABASE_URL", as_role(made, PROGRAM))
    monkeypatch.setenv("WEERKLANK_DATA", str(tmp_path))
    door.engine.cache_clear()
    yield made
    door.engine().dispose()
    door.engine.cache_clear()
    on_server(postgres, f"DROP DATABASE {name} WITH (FORCE)")


@on_postgresql
def test_the_owner_makes_the_tables_and_the_program_works_with_them(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not schema.is_current()
    alone = CliRunner().invoke(cli, ["upgrade"])
    assert isinstance(alone.exception, ProgrammingError)  # the program's role makes no tables

    monkeypatch.setenv("WEERKLANK_OWNER_URL", as_role(address, OWNER))
    for _ in range(2):  # again changes nothing
        said = CliRunner().invoke(cli, ["upgrade"])
        assert said.exit_code == 0, said.output
    monkeypatch.delenv("WEERKLANK_OWNER_URL")
    assert schema.is_current()

    engine = create_engine(as_role(address, PROGRAM))
    with engine.connect() as connection:
        assert row_security.missing(connection) == []
        assert not row_security.passed_by(connection)
    with Session(engine) as session, session.begin():
        people_the_register(session, "training")
    engine.dispose()
    for command in ("verify", "nightly"):
        said = CliRunner().invoke(cli, [command])
        assert said.exit_code == 0, said.output
    monkeypatch.setenv("WEERKLANK_OWNER_URL", as_role(address, OWNER))
    said = CliRunner().invoke(cli, ["reindex"])  # an index is its owner's
    assert said.exit_code == 0, said.output


@on_postgresql
def test_a_program_that_signs_in_as_the_servers_own_role_is_named(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEERKLANK_DATABASE_URL", address)
    door.engine.cache_clear()
    assert CliRunner().invoke(cli, ["upgrade"]).exit_code == 0

    said = CliRunner().invoke(cli, ["verify"])

    assert said.exit_code == 1
    assert "postgres" in said.output
    assert "row-level security" in said.output


@pytest.mark.parametrize("owner", ["postgresql+psycopg://weerklank_owner@/another", "sqlite:////tmp/another.db"])
def test_the_owner_of_another_database_upgrades_nothing(monkeypatch: pytest.MonkeyPatch, owner: str) -> None:
    monkeypatch.setenv("WEERKLANK_DATABASE_URL", "postgresql+psycopg://weerklank@/weerklank")
    monkeypatch.setenv("WEERKLANK_OWNER_URL", owner)
    with pytest.raises(ValueError, match="another database"):
        owner_url()


def test_a_demonstration_forgets_whose_the_register_was(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("WEERKLANK_DATABASE_URL", "WEERKLANK_OWNER_URL"):
        monkeypatch.setenv(name, "postgresql+psycopg://weerklank@/weerklank")
    monkeypatch.setenv("WEERKLANK_DATA", str(tmp_path))
    operations.use_demo_database("training")
    assert owner_url() == f"sqlite:///{tmp_path / 'demo-training' / 'weerklank.db'}"
    door.engine.cache_clear()
