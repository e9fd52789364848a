"""`manage.py copy-to`: a register moves to PostgreSQL and back, and nothing changed. With a real server of each kind."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import (
    JSON,
    Boolean,
    Connection,
    Date,
    DateTime,
    Engine,
    Integer,
    create_engine,
    func,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from db import copying, taken
from db import models as m
from db.engine import make_engine
from manage import cli
from services import complaints, door
from tests.attacks import canaries
from tests.attacks.soundness import faults
from tests.cases import an_intake
from tests.conftest import TODAY, Cast, at, on_server
from tests.serving import ROOT, fill

NUMBERS = count(1)
TABLES = m.Base.metadata.sorted_tables
ODD = (
    "",
    "é e\u0301 Ĳ ß ﬁ",
    "\u202eomgekeerd\u202c \u200b\u200d 👩‍👩‍👧",
    "\\N \\. \t\r\n '; DROP TABLE event; -- %s %(a)s :a {b}",
    "\x01\x7f\x85\ufeff\uffff",
    "z" + "\u0301" * 500,
    "x" * 1_000_000,
)


@dataclass
class Register:
    """A file on its own, to be copied from."""

    path: Path
    cast: Cast

    @property
    def url(self) -> str:
        return f"sqlite:///{self.path}"

    def by_hand(self, statement: str, *values: Any) -> None:
        """As somebody does who opens the file: no door, no keys, no triggers on what is kept."""
        connection = sqlite3.connect(self.path)
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f'DROP TRIGGER "{name}"')
        connection.execute(statement, values)
        connection.commit()
        connection.close()


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Register]:
    """Something in every table."""
    folder = tmp_path_factory.mktemp("copying")
    path = folder / "weerklank.db"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WEERKLANK_DATA", str(folder))
        patch.setenv("WEERKLANK_DATABASE_URL", f"sqlite:///{path}")
        patch.setenv("WEERKLANK_TODAY", TODAY.isoformat())
        door.engine.cache_clear()
        cast = fill(door.engine(), "training")
        at(door.engine(), cast, TODAY)
        canaries.fill(cast)
        with door.engine().begin() as connection:
            for table in TABLES:
                if not connection.scalar(select(func.count()).select_from(table)):
                    connection.execute(insert(table).values(something(connection, table)))
        door.engine().dispose()
        door.engine.cache_clear()
        yield Register(path, cast)


def something(connection: Connection, table: Any) -> dict[str, Any]:
    """A row of this table; what it points at is there."""
    row: dict[str, Any] = {}
    for column in table.columns:
        kind = column.type
        if column.foreign_keys:
            (key,) = column.foreign_keys
            row[column.name] = connection.scalar(select(key.column).limit(1))
        elif not (column.nullable or (column.primary_key and isinstance(kind, Integer))):
            plain = {JSON: {"a": None}, Boolean: True, Integer: 3, Date: TODAY}
            found = next((value for each, value in plain.items() if isinstance(kind, each)), None)
            moment = isinstance(getattr(kind, "impl", kind), DateTime)
            row[column.name] = (
                datetime(2026, 11, 21, 9, 30, 0, 123456, UTC) if moment else found if found is not None else "een"
            )
    return row


@pytest.fixture
def register(filled: Register, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Register]:
    path = tmp_path / "weerklank.db"
    shutil.copy(filled.path, path)
    monkeypatch.setenv("WEERKLANK_DATA", str(tmp_path))
    monkeypatch.setenv("WEERKLANK_TODAY", TODAY.isoformat())
    monkeypatch.delenv("WEERKLANK_OWNER_URL", raising=False)
    made = Register(path, filled.cast)
    work_in(made.url, monkeypatch)
    yield made
    door.engine().dispose()
    door.engine.cache_clear()


def work_in(url: str, monkeypatch: pytest.MonkeyPatch) -> Engine:
    if door.engine.cache_info().currsize:
        door.engine().dispose()
    monkeypatch.setenv("WEERKLANK_DATABASE_URL", url)
    door.engine.cache_clear()
    return door.engine()


@pytest.fixture
def empty(postgres: str) -> Iterator[str]:
    """The address of a new database on PostgreSQL."""
    name = f"copied_{next(NUMBERS)}"
    on_server(postgres, f"CREATE DATABASE {name}")
    yield postgres.format(name)
    on_server(postgres, f"DROP DATABASE {name} WITH (FORCE)")


def copy_to(url: str) -> Result:
    return CliRunner().invoke(cli, ["copy-to", url])


def states(url: str) -> list[copying.State]:
    engine = make_engine(url)
    with engine.connect() as connection:
        found, unfit = copying.look(connection)
    engine.dispose()
    assert unfit == []
    return found


def tables(url: str) -> list[str]:
    engine = create_engine(url)
    with engine.connect() as connection:
        found = taken.tables(connection)
    engine.dispose()
    return found


# It moves


def test_a_register_is_the_same_on_postgresql_and_after_the_way_back(
    register: Register, empty: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number, words in enumerate(ODD):
        values = (
            register.cast["tom"],
            f"odd {number}",
            json.dumps({"a": words, "b": "\0\ud800", "c": None}),
            "2026-11-21 09:00:00.000001",
        )
        register.by_hand("INSERT INTO draft (account_id, page, content, updated_at) VALUES (?, ?, ?, ?)", *values)
        nth = "(SELECT id FROM complaint LIMIT 1 OFFSET ?)"
        register.by_hand(f"UPDATE complaint SET description = ? WHERE id = {nth}", words, number)
    register.by_hand("UPDATE draft SET content = 'null' WHERE page = 'odd 0'")  # as JSON writes nothing
    before = states(register.url)
    assert all(each.rows for each in before), [each.table for each in before if not each.rows]

    there = copy_to(empty)

    assert there.exit_code == 0, there.output
    assert states(empty) == before
    assert all(f"{each.table:<24}{each.rows:>10}  {each.digest[:16]}" in there.output for each in before)
    assert "broken 0" in there.output or "broken before" in there.output
    work_in(empty, monkeypatch)
    back = copy_to(f"sqlite:///{tmp_path}/back.db")
    assert back.exit_code == 0, back.output
    assert states(f"sqlite:///{tmp_path}/back.db") == before
    assert (tmp_path / "back.db").stat().st_mode & 0o077 == 0
    assert line_of(there) == line_of(back)


def line_of(result: Result) -> str:
    return next(line for line in result.output.splitlines() if "weerklank 2026" in line)


def test_the_program_works_on_the_copy(register: Register, empty: str, monkeypatch: pytest.MonkeyPatch) -> None:
    soundly = faults(door.engine())
    assert copy_to(empty).exit_code == 0
    engine = work_in(empty, monkeypatch)
    known = {each.reference for each in Session(engine).scalars(select(m.Complaint))}

    receipt = complaints.register(register.cast.actor("tom"), "form-na-de-overgang", an_intake("training", register.cast))

    assert receipt.reference not in known
    with engine.begin() as connection:
        for column in [each for table in TABLES for each in table.primary_key if each.default is None]:
            if name := connection.scalar(select(func.pg_get_serial_sequence(column.table.name, column.name))):
                highest = connection.scalar(select(func.max(column)))
                assert connection.scalar(select(func.nextval(name))) > highest, column
    assert faults(engine) == soundly
    assert "UNGUARDED" not in CliRunner().invoke(cli, ["verify"]).output


def test_every_column_has_a_way() -> None:
    assert all(copying.kind(column) for table in TABLES for column in copying.columns(table))


# It is noticed when something is not the same


CHANGED = {
    "a letter": "UPDATE event_text SET text = text || '.' WHERE event_id = (SELECT max(event_id) FROM event_text)",
    "nothing for an empty text": "UPDATE account SET email = NULL WHERE name = 'tom'",
    "a day": "UPDATE event SET happened_on = happened_on + 1 WHERE id = (SELECT max(id) FROM event)",
    "a microsecond": "UPDATE account SET created_at = created_at + interval '1 microsecond' WHERE name = 'tom'",
    "a yes": "UPDATE account SET active = NOT active WHERE name = 'tom'",
    "a row less": "DELETE FROM draft WHERE page = (SELECT max(page) FROM draft)",
    "two swapped": "UPDATE account SET phone = CASE name WHEN 'tom' THEN email ELSE phone END, "
    "email = CASE name WHEN 'tom' THEN phone ELSE email END",
    "nothing, written out": "UPDATE draft SET content = NULL WHERE page = (SELECT max(page) FROM draft)",
}


def test_one_changed_value_is_noticed(register: Register, empty: str) -> None:
    register.by_hand("UPDATE draft SET content = 'null' WHERE page = (SELECT max(page) FROM draft)")
    assert copy_to(empty).exit_code == 0
    before, engine = states(register.url), make_engine(empty)
    with engine.begin() as connection:
        connection.exec_driver_sql("SET session_replication_role = replica")
        connection.exec_driver_sql("ALTER TABLE draft ALTER content DROP NOT NULL")
        connection.exec_driver_sql("ALTER TABLE account ALTER email DROP NOT NULL")
    unnoticed = []
    for what, statement in CHANGED.items():
        with engine.connect() as connection:
            connection.exec_driver_sql("SET session_replication_role = replica")
            assert connection.exec_driver_sql(statement).rowcount
            found, _ = copying.look(connection)
            if len([1 for was, now in zip(before, found, strict=True) if was != now]) != 1:
                unnoticed.append(what)
            connection.rollback()
    engine.dispose()
    assert unnoticed == []


def test_a_copy_that_is_not_the_same_is_undone(register: Register, empty: str, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = copying.copy

    def sloppy(source: Connection, target: Connection) -> None:
        whole(source, target)
        target.execute(update(m.Account.__table__).where(m.Account.name == "tom").values(phone="06 00 00 00 09"))

    monkeypatch.setattr(copying, "copy", sloppy)

    result = copy_to(empty)

    assert result.exit_code == 1
    assert "account: not the same" in result.output
    assert "all of it was undone" in result.output
    assert tables(empty) == []
    assert tables(register.url) != []


# What does not fit is named, and never said


SECRET = "Geheimzaak"
ONE = "UPDATE complaint SET {} WHERE id = #"
UNFIT: dict[str, tuple[str, tuple[Any, ...], str]] = {
    "NUL": (ONE.format("title = ?"), (SECRET + "\0",), "complaint.title (id #) holds a NUL"),
    "long": (ONE.format("title = ?"), (SECRET * 400,), "complaint.title (id #) is longer"),
    "large": (ONE.format("version = ?"), (2**31,), "complaint.version (id #) is a larger"),
    "a text for a number": (ONE.format("version = ?"), (SECRET,), "complaint.version (id #) is no value"),
    "a number for a text": (ONE.format("title = x'00ff'"), (), "complaint.title (id #) is no value"),
    "a yes that is none": (ONE.format("red_flag = 2"), (), "complaint.red_flag (id #) is no value"),
    "a date that is none": (ONE.format("received_on = ?"), (SECRET,), "complaint.received_on (id #) cannot be read"),
    "no UTF-8": (ONE.format("title = CAST(x'ff41' AS TEXT)"), (), "complaint.title (id #) cannot be read"),
    "points nowhere": (ONE.format("unit_id = 999"), (), "complaint (row #) points at"),
    "no JSON": ("UPDATE draft SET content = ? WHERE rowid = 1", (SECRET + "{",), "draft (account_id "),
}  # fmt: skip


@pytest.mark.parametrize("what", UNFIT)
def test_a_value_that_does_not_fit_is_named_by_its_place(what: str, register: Register, empty: str) -> None:
    statement, values, says = UNFIT[what]
    with Session(door.engine()) as session:
        number = session.scalars(select(m.Complaint.id).limit(1)).one()
    door.engine().dispose()
    register.by_hand(statement.replace("#", str(number)), *values)

    result = copy_to(empty)

    assert result.exit_code == 1
    assert says.replace("#", str(number)) in result.output, result.output
    assert SECRET not in result.output
    assert tables(empty) == []


# What it refuses


def test_a_database_in_which_something_stands_is_left_alone(register: Register, empty: str, tmp_path: Path) -> None:
    engine = create_engine(empty)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE other (id integer)"))
    engine.dispose()

    assert "not empty" in copy_to(empty).output
    assert tables(empty) == ["other"]
    assert "not empty" in copy_to(register.url).output
    (tmp_path / "text.db").write_text("Dit is geen database, maar een brief van iemand.")
    assert "not empty" in copy_to(f"sqlite:///{tmp_path}/text.db").output


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("", "no database"),
        ("weerklank", "no database"),
        ("sqlite://", "no database"),
        ("sqlite:///:memory:", "no database"),
        ("mysql://a@b/c", "no database"),
        ("postgresql://a@b/c", "no database"),
        ("postgresql+psycopg://a:geheim@/c?host=/nowhere", "cannot be reached"),
        ("sqlite:////nowhere/at/all.db", "cannot be reached"),
    ],
)
def test_an_address_that_leads_nowhere_is_a_sentence(url: str, says: str, register: Register) -> None:
    result = copy_to(url)

    assert (result.exit_code, says in result.output, "Traceback" in result.output, "geheim" in result.output) == (
        1,
        True,
        False,
        False,
    )
    assert result.exception is None or isinstance(result.exception, SystemExit)


def test_a_register_of_another_version_is_upgraded_first(register: Register, empty: str) -> None:
    register.by_hand("UPDATE alembic_version SET version_num = '0000'")

    assert "manage.py upgrade" in copy_to(empty).output
    assert tables(empty) == []


def test_a_register_that_somebody_has_open_is_not_copied(register: Register, empty: str) -> None:
    held = f"import sqlite3, sys; c = sqlite3.connect({str(register.path)!r}); c.execute('SELECT 1 FROM event')"
    held += "; print(1, flush=True); sys.stdin.read()"
    process = subprocess.Popen([sys.executable, "-c", held], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdout
    process.stdout.readline()
    try:
        assert "in use" in copy_to(empty).output
    finally:
        process.communicate()
    assert tables(empty) == []


def test_on_postgresql_too(register: Register, empty: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert copy_to(empty).exit_code == 0
    work_in(empty, monkeypatch)
    other = create_engine(empty)
    with other.connect():
        assert "in use" in copy_to(f"sqlite:///{tmp_path}/back.db").output
    other.dispose()


def impatient(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA busy_timeout = 1" if isinstance(connection, sqlite3.Connection) else "SET lock_timeout = 1")
    connection.commit()


def test_nobody_writes_while_it_is_copied(register: Register, empty: str) -> None:
    assert copy_to(empty).exit_code == 0
    for url in (register.url, empty):
        engine, other = make_engine(url), make_engine(url)
        with taken.held(engine), other.connect() as connection:
            statement = "UPDATE account SET phone = '' WHERE name = 'tom'"
            impatient = "PRAGMA busy_timeout = 1" if url == register.url else "SET lock_timeout = 1"
            connection.rollback()
            connection.exec_driver_sql(impatient) if url != register.url else connection.connection.driver_connection.execute(
                impatient
            )
            with pytest.raises(OperationalError):
                connection.exec_driver_sql(statement)
        engine.dispose()
        other.dispose()


# Row-level security, forced on the owner too


def test_rows_that_the_owner_may_not_see_come_along_or_it_says_so(
    register: Register, postgres: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for statement in ("CREATE ROLE baas LOGIN", "CREATE ROLE app LOGIN", "CREATE DATABASE guarded OWNER baas"):
        on_server(postgres, statement)
    owner = postgres.format("guarded").replace("postgres@", "baas@")
    result = copy_to(owner)
    assert result.exit_code == 0, result.output
    engine = create_engine(owner)
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE event ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY"))
        connection.execute(text("GRANT SELECT ON ALL TABLES IN SCHEMA public TO app"))
        assert connection.scalar(text("SELECT count(*) FROM event")) == 0
    engine.dispose()
    before = states(register.url)
    work_in(owner.replace("baas@", "app@"), monkeypatch)

    assert "Error" in copy_to(f"sqlite:///{tmp_path}/part.db").output
    assert tables(f"sqlite:///{tmp_path}/part.db") == []
    seeing = make_engine(owner)
    with taken.held(seeing) as connection:
        assert copying.look(connection) == (before, [])
    seeing.dispose()
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM event")) == 0, "as it was"
    engine.dispose()


# Killed


def test_killed_half_way_it_leaves_an_empty_database_that_takes_the_next_try(
    register: Register, empty: str, tmp_path: Path
) -> None:
    door.engine().dispose()
    file = tmp_path / "elsewhere.db"
    engine = create_engine(empty, isolation_level="AUTOCOMMIT")

    def busy() -> bool:
        with engine.connect() as connection:
            return bool(connection.scalar(text("SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'INSERT INTO %'")))

    killed(empty, busy)
    killed(f"sqlite:///{file}", lambda: file.exists() and file.stat().st_size + journal(file) > 100_000)
    engine.dispose()
    for url in (empty, f"sqlite:///{file}"):
        assert tables(url) == []
        assert copy_to(url).exit_code == 0
        assert states(url) == states(register.url)


def journal(file: Path) -> int:
    return sum(each.stat().st_size for each in file.parent.glob(f"{file.name}-*"))


def killed(url: str, now: Callable[[], bool]) -> None:
    process = subprocess.Popen(
        [sys.executable, "manage.py", "copy-to", url], cwd=ROOT, env=dict(os.environ), stdout=subprocess.PIPE
    )
    patience = time.monotonic() + 60
    while not now() and process.poll() is None and time.monotonic() < patience:
        time.sleep(0.002)
    process.send_signal(signal.SIGKILL)
    said, _ = process.communicate()
    assert (process.returncode, said) == (-signal.SIGKILL, b"")
