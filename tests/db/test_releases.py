"""The stored registers of every released version become what the newest version needs, and lose nothing: on both databases,
there and back, killed half-way, and with a full disk."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine, event, inspect
from sqlalchemy.pool import Pool

from db import append_only, upgrade
from db.engine import make_engine
from domain.errors import Refused
from domain.rights import Right
from manage import cli
from services import board, complaints, door, operations
from services.board_filters import BoardFilter
from services.door import SystemActor
from tests import releases, stories
from tests.attacks.soundness import broken, faults
from tests.attacks.worker import people
from tests.cases import an_intake
from tests.conftest import POSTGRESQL, TODAY, at, on_server
from tests.db import made_up
from tests.db.made_up import content
from tests.figures import Figures, so_many
from tests.serving import ROOT

# Which revision each version was released with. A released migration is never changed: what comes after is a new one.
RELEASED = {"0.1.0": "0001"}
OPERATOR = SystemActor("manage", frozenset({Right.OPERATE, Right.ENTER}))
Opened = Callable[[str], Engine]


def test_every_released_version_is_stored() -> None:
    assert releases.versions() == sorted(RELEASED)


@pytest.fixture(params=["postgresql" if POSTGRESQL else "sqlite"])
def opened(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Opened]:
    """Opens the stored register of a version; the services work on it too."""
    made: list[tuple[Engine, str]] = []

    def of(version: str) -> Engine:
        if request.param == "sqlite":
            engine, name = releases.unpack_sqlite(version, tmp_path), ""
        else:
            name = f"release_{uuid4().hex[:12]}"
            engine = releases.unpack_postgresql(version, request.getfixturevalue("postgres"), name)
        made.append((engine, name))
        monkeypatch.setenv("WEERKLANK_DATABASE_URL", url_of(engine))
        monkeypatch.setenv("WEERKLANK_DATA", str(tmp_path))
        monkeypatch.setenv("WEERKLANK_TODAY", TODAY.isoformat())
        door.engine.cache_clear()
        return engine

    yield of
    door.engine().dispose()
    door.engine.cache_clear()
    for engine, name in made:
        engine.dispose()
        if name:
            on_server(request.getfixturevalue("postgres"), f"DROP DATABASE {name} WITH (FORCE)")


def url_of(engine: Engine) -> str:
    return engine.url.render_as_string(hide_password=False)


def in_order(engine: Engine) -> list[str]:
    """What is wrong with a register of the newest version, structure and content."""
    with engine.connect() as connection:
        found = append_only.missing(connection)
    found += [str(each) for each in upgrade.differences(engine)]
    found += [str(each) for each in broken(OPERATOR)]
    return found + faults(door.engine())


# The migrations that were released


def shape(engine: Engine) -> object:
    """The schema without what is put on anew at each upgrade."""
    there = inspect(engine)
    names = sorted(there.get_table_names())
    return {
        name: (
            [(each["name"], str(each["type"]), each["nullable"], each["default"]) for each in there.get_columns(name)],
            there.get_pk_constraint(name),
            sorted(map(str, there.get_foreign_keys(name))),
            sorted(str(_spoken(each)) for each in there.get_indexes(name)),
            sorted(map(str, there.get_unique_constraints(name))),
            sorted(map(str, there.get_check_constraints(name))),
        )
        for name in names
    }


def _spoken(index: Any) -> Any:
    """A condition of an index is an object of its own."""
    options = {name: str(value) for name, value in index.get("dialect_options", {}).items()}
    return index | {"dialect_options": options}


@pytest.mark.parametrize("version", RELEASED)
def test_a_released_migration_still_makes_what_it_made_then(
    opened: Opened, version: str, request: pytest.FixtureRequest
) -> None:
    stored = opened(version)
    assert upgrade.current(stored) == RELEASED[version]
    fresh, name = _empty(request, stored)
    try:
        upgrade.upgrade(fresh, RELEASED[version])
        assert shape(fresh) == shape(stored)
    finally:
        fresh.dispose()
        if name:
            on_server(request.getfixturevalue("postgres"), f"DROP DATABASE {name} WITH (FORCE)")


def differing(engine: Engine, before: made_up.Content) -> int:
    """Tables of which a row or a value is not what it was."""
    now = content(engine, before)
    return sum(now[each] != before[each] for each in before)


def _empty(request: pytest.FixtureRequest, beside: Engine) -> tuple[Engine, str]:
    if beside.dialect.name == "sqlite":
        return make_engine(f"sqlite:///{Path(str(beside.url.database)).with_name('fresh.db')}"), ""
    name = f"fresh_{uuid4().hex[:12]}"
    on_server(request.getfixturevalue("postgres"), f"CREATE DATABASE {name}")
    return make_engine(request.getfixturevalue("postgres").format(name)), name


@pytest.mark.parametrize("version", RELEASED)
def test_a_stored_register_comes_to_the_newest_version_with_everything_in_it(
    opened: Opened, version: str, figures: Figures
) -> None:
    engine = opened(version)
    before = content(engine)
    assert [name for name, (_, rows) in before.items() if not rows] == [], "every table has rows"

    upgrade.upgrade(engine)

    figures.equal("P27", f"tables changed by an upgrade ({engine.dialect.name})", differing(engine, before), 0)
    assert in_order(engine) == []
    upgrade.upgrade(engine)
    assert content(engine, before) == before, "twice is once"
    assert upgrade.differences(engine) == []


@pytest.mark.parametrize("version", RELEASED)
def test_the_program_works_on_it(opened: Opened, version: str) -> None:
    engine = opened(version)

    assert operations.upgrade(OPERATOR).after == upgrade.newest()

    works(engine)


def works(engine: Engine) -> None:
    cast = people()
    at(engine, cast, TODAY)
    before = board.page(cast.actor("cora"), BoardFilter()).total
    complaints.register(cast.actor("tom"), str(uuid4()), an_intake(stories.PROFILE, cast))
    assert board.page(cast.actor("cora"), BoardFilter()).total == before + 1
    assert in_order(engine) == []


@pytest.mark.parametrize("version", RELEASED)
def test_back_to_that_version_and_up_again_loses_nothing_of_it(opened: Opened, version: str) -> None:
    engine = opened(version)
    before = content(engine)
    upgrade.upgrade(engine)

    upgrade.downgrade(engine, RELEASED[version])

    assert content(engine) == before
    upgrade.upgrade(engine)
    assert content(engine, before) == before
    assert in_order(engine) == []


# A migration that does not exist yet


def test_a_real_change_keeps_the_rows_up_down_and_up(opened: Opened, tmp_path: Path) -> None:
    engine = opened("0.1.0")
    upgrade.upgrade(engine)
    before, head = content(engine), upgrade.newest()

    with made_up.in_force(made_up.written(tmp_path)):
        for _ in range(2):
            upgrade.upgrade(engine)
            assert changed(engine, before)
            upgrade.downgrade(engine, str(head))
            assert content(engine) == before
    upgrade.upgrade(engine)
    works(engine)


def changed(engine: Engine, before: made_up.Content) -> bool:
    """By the made-up migration, and by nothing else."""
    assert content(engine, before, made_up.RENAMED) == before
    with engine.connect() as connection:
        assert append_only.missing(connection) == []
        return set(connection.exec_driver_sql("SELECT urgency FROM complaint").scalars()) == {3}


@pytest.mark.parametrize("more", ["raise RuntimeError('no')", "op.execute('DELETE FROM complaint')"])
def test_a_migration_that_fails_leaves_the_version_before(opened: Opened, tmp_path: Path, more: str) -> None:
    """Also one that would leave rows that refer to nothing, which the foreign keys do not refuse while tables are remade."""
    engine = opened("0.1.0")
    upgrade.upgrade(engine)
    before = content(engine)

    with made_up.in_force(made_up.written(tmp_path, more=more)), pytest.raises(Exception, match=r"(?i)no|refer|foreign"):
        upgrade.upgrade(engine)

    assert content(engine) == before
    works(engine)


def test_an_upgrade_that_is_killed_has_happened_or_has_not(opened: Opened, tmp_path: Path, figures: Figures) -> None:
    """Whichever it is: nothing is lost, the history is guarded, and the upgrade can be done again."""
    engine = opened("0.1.0")
    upgrade.upgrade(engine)
    before, head, chance, kills = content(engine), upgrade.newest(), random.Random(27), so_many(40, 2)
    migrations, kept, done = made_up.written(tmp_path, pause=0.15), 0, 0
    for _ in range(kills):
        _killed(url_of(engine), migrations, chance.random() * 1.5)
        _nobody_left(engine)
        now = upgrade.current(engine)
        assert now in (head, made_up.REVISION)
        if now == made_up.REVISION:
            done += 1
            kept += changed(engine, before)
            with made_up.in_force(migrations):
                upgrade.downgrade(engine, str(head))
            upgrade.upgrade(engine)
        with engine.connect() as connection:
            guarded = append_only.missing(connection) == []
        kept += now == head and guarded and content(engine) == before
    figures.equal("P27", f"upgrades killed, old or new and whole ({engine.dialect.name})", kept, kills)
    works(engine)


def _killed(url: str, migrations: Path, after: float) -> None:
    command = [sys.executable, "-m", "tests.db.made_up", url, str(migrations)]
    process = subprocess.Popen(command, cwd=ROOT, env=dict(os.environ), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout
    assert process.stdout.readline() == b"begun\n", process.stderr and process.stderr.read()
    time.sleep(after)
    process.kill()
    process.communicate(timeout=20)


def _nobody_left(engine: Engine) -> None:
    """PostgreSQL notices a moment later that nobody is there any more."""
    if engine.dialect.name == "sqlite":
        return
    others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    engine.dispose()
    door.engine().dispose()
    for _ in range(200):
        with engine.connect() as connection:
            if connection.exec_driver_sql(others).scalar_one() == 0:
                return
        time.sleep(0.05)
    pytest.fail("the killed upgrade is still there")


def _no_larger(raw: Any, _record: object) -> None:
    raw.execute("PRAGMA max_page_count=1")


@pytest.mark.skipif(POSTGRESQL, reason="the disk of a server is a matter of its own")
def test_an_upgrade_on_a_full_disk_says_so_and_leaves_the_version_before(
    tmp_path: Path, opened: Opened, figures: Figures
) -> None:
    engine = opened("0.1.0")
    upgrade.upgrade(engine)
    before = content(engine)
    event.listen(Pool, "connect", _no_larger)
    try:
        with made_up.in_force(made_up.written(tmp_path)), pytest.raises(Refused, match="disk_full"):
            operations.bring_up(OPERATOR)
        with made_up.in_force(tmp_path / "migrations"):
            said = CliRunner().invoke(cli, ["upgrade", "--without-copy"])
    finally:
        event.remove(Pool, "connect", _no_larger)

    figures.equal("P25", "tables changed by an upgrade on a full disk", differing(engine, before), 0)
    assert (said.exit_code, said.stderr) == (1, "Error: Not upgraded, nothing was changed: the disk is full.\n")
    door.engine.cache_clear()
    works(engine)
    with made_up.in_force(tmp_path / "migrations"):  # there is room again
        assert operations.upgrade(OPERATOR).after == made_up.REVISION
