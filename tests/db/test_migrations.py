"""The migrations make exactly what the models say, on both databases, up and down."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import Engine, inspect

from db import upgrade
from db.engine import make_engine
from db.models import Base
from tests.conftest import on_server


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """An engine on an empty database."""
    if request.param == "sqlite":
        engine = make_engine(f"sqlite:///{tmp_path / 'empty.db'}")
        yield engine
        engine.dispose()
        return
    address = request.getfixturevalue("postgres")
    name = f"empty_{uuid4().hex[:12]}"
    on_server(address, f"CREATE DATABASE {name}")
    engine = make_engine(address.format(name))
    yield engine
    engine.dispose()
    on_server(address, f"DROP DATABASE {name} WITH (FORCE)")


def test_an_empty_database_becomes_what_the_models_say(empty: Engine) -> None:
    assert upgrade.current(empty) is None

    upgrade.upgrade(empty)

    assert upgrade.current(empty) == upgrade.newest()
    assert upgrade.differences(empty) == []


def test_upgrading_twice_changes_nothing(empty: Engine) -> None:
    upgrade.upgrade(empty)

    upgrade.upgrade(empty)

    assert upgrade.differences(empty) == []


def test_down_and_up_again(empty: Engine) -> None:
    upgrade.upgrade(empty)

    upgrade.downgrade(empty, "base")

    assert set(inspect(empty).get_table_names()) <= {"alembic_version"}
    upgrade.upgrade(empty)
    assert set(Base.metadata.tables) <= set(inspect(empty).get_table_names())
    assert upgrade.differences(empty) == []
