"""Each thing that may be wrong is found, by its own name; and looking leaves nothing behind."""

from __future__ import annotations

import re
import sqlite3
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, delete, func, select, update
from sqlalchemy.orm import Session

from db import append_only
from db import models as m
from db.engine import data_dir
from domain.errors import Refused
from domain.health import Check, Finding, Health, State, attention, fault
from services import health, health_checks, night, server_key
from services.health_checks import HEALTH
from tests.cases import Case
from tests.conftest import CAST, POSTGRESQL, TODAY, Cast, moment, stamped
from tests.dossiers import On, complaint_of
from text import LANGUAGES, catalogue

E, T = (m.Base.metadata.tables[name] for name in ("event", "event_text"))
A_DAY = timedelta(days=1)
LATE = {attention(Check.BACKUP, "backup_late"), attention(Check.NIGHTLY, "nightly_late")}  # the cast came in January
sqlite_only = pytest.mark.skipif(POSTGRESQL, reason="about SQLite's file")


@pytest.fixture(autouse=True)
def anew(cast: Cast, engine: Engine) -> Iterator[None]:
    """A register whose schema says of which version it is, and with a key."""
    stamped(engine)
    server_key.check()
    health.forget()
    yield
    health.forget()


def found() -> Health:
    health.forget()
    return health.ready(HEALTH)


def wrong() -> set[Finding]:
    return set(found().wrong) - LATE


def test_a_register_in_use_is_sound_but_nobody_looks_after_it_at_night(cast: Cast) -> None:
    Case.registered("training", cast).in_progress()

    assert set(found().wrong) == LATE
    assert {each.check for each in found().findings} == set(Check)
    assert found().state is State.ATTENTION


def test_looking_leaves_nothing_behind(engine: Engine) -> None:
    with Session(engine) as session:
        before = session.execute(select(m.Setting.key, m.Setting.value)).all()

    found()

    with Session(engine) as session:
        assert session.execute(select(m.Setting.key, m.Setting.value)).all() == before


def test_the_nightly_run_says_that_it_was_here(on: On) -> None:
    night.keep(HEALTH, whole=True)
    assert attention(Check.NIGHTLY, "nightly_late") not in found().wrong

    night.keep(HEALTH, whole=False)
    assert attention(Check.NIGHTLY, "nightly_not_whole") in found().wrong

    with on(TODAY + timedelta(days=2)):
        assert attention(Check.NIGHTLY, "nightly_late") in found().wrong


@pytest.mark.parametrize(("content", "mode"), [(b"", 0o600), (b"no key", 0o600), (None, 0o644)])
def test_a_key_that_is_no_key_or_everybodys(content: bytes | None, mode: int) -> None:
    key = data_dir() / "server.key"
    if content is not None:
        key.write_bytes(content)
    key.chmod(mode)

    assert wrong() == {fault(Check.KEY, "key_wrong")}


def test_a_key_that_is_gone_is_not_made_anew_by_looking() -> None:
    key = data_dir() / "server.key"
    key.unlink()

    assert wrong() == {fault(Check.KEY, "key_gone")}
    assert not key.exists()


def test_another_key_than_before(cast: Cast, engine: Engine) -> None:
    with Session(engine) as session, session.begin():
        session.add(m.SecondFactor(account_id=cast["vera"], secret="sealed under another key"))

    assert wrong() == {attention(Check.KEY, "key_other")}


def test_a_full_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health_checks, "enough_room", lambda *_: False)

    assert wrong() == {fault(Check.DISK, "disk_full")}


def test_an_older_schema(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0000'")

    assert wrong() == {fault(Check.SCHEMA, "schema_old")}


def test_a_trigger_that_is_gone(engine: Engine) -> None:
    with engine.begin() as connection:
        append_only.take_off(connection)

    assert wrong() == {fault(Check.TRIGGERS, "triggers_gone")}


@pytest.mark.parametrize("seconds", [30, 90])
def test_a_clock_that_went_back(cast: Cast, engine: Engine, seconds: int) -> None:
    with Session(engine) as session, session.begin():
        session.get_one(m.AuthSession, cast.actor("cora")).last_seen_at = moment() + timedelta(seconds=seconds)

    assert wrong() == ({fault(Check.CLOCK, "clock_behind")} if seconds > 60 else set())


def test_a_clock_behind_the_last_event(cast: Cast, engine: Engine) -> None:
    reference = Case.registered("training", cast).reference
    tampered(engine, update(E).where(E.c.complaint_id == complaint_of(reference).id).values(recorded_at=moment() + A_DAY))

    assert fault(Check.CLOCK, "clock_behind") in wrong()


# The chain: what is done to one dossier among others


@pytest.mark.parametrize(
    "statement",
    [
        update(E).values(happened_on=TODAY - A_DAY),
        update(E).values(prev_hash="0" * 64),
        update(E).values(hash="f" * 64),
        delete(E),
        update(E).values(codes="no json"),
    ],
    ids=["content", "link", "hash", "event", "unreadable"],
)
def test_a_history_that_was_touched(cast: Cast, engine: Engine, statement: Any) -> None:
    Case.registered("training", cast)
    reference = Case.registered("training", cast).in_progress().reference
    tampered(engine, statement.where(E.c.complaint_id == complaint_of(reference).id, E.c.seq == 2))

    assert {each.check for each in wrong()} == {Check.CHAIN}


def test_a_history_that_was_cut_short_or_lost_its_text(cast: Cast, engine: Engine) -> None:
    number = complaint_of(Case.registered("training", cast).in_progress().reference).id
    with Session(engine) as session:
        last = session.scalar(select(func.max(E.c.seq)).where(E.c.complaint_id == number))
        texts = select(T.c.event_id).where(T.c.complaint_id == number)
        (with_text,) = session.execute(texts.limit(1)).one()

    tampered(engine, delete(T).where(T.c.event_id == with_text))
    assert wrong() == {fault(Check.CHAIN, "chain_broken")}

    tampered(engine, delete(E).where(E.c.complaint_id == number, E.c.seq == last))
    assert wrong() == {fault(Check.CHAIN, "chain_broken")}


def test_only_the_last_events_are_looked_at(cast: Cast, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    number = complaint_of(Case.registered("training", cast).in_progress().reference).id
    Case.registered("training", cast)
    tampered(engine, update(E).where(E.c.complaint_id == number, E.c.seq == 2).values(hash="f" * 64))
    monkeypatch.setattr(health_checks, "LAST", 1)

    assert wrong() == set()


# The database itself


@sqlite_only
def test_a_database_that_was_taken_away_or_replaced(engine: Engine) -> None:
    assert wrong() == set()
    path = Path(str(engine.url.database))
    away = path.with_suffix(".away")
    path.rename(away)
    try:
        health._last = None  # not `forget`: the process goes on
        assert fault(Check.DATABASE, "database_moved") in health.ready(HEALTH).wrong
        assert not path.exists()

        path.write_bytes(away.read_bytes())
        health._last = None
        assert fault(Check.DATABASE, "database_moved") in health.ready(HEALTH).wrong
    finally:
        away.replace(path)


@sqlite_only
def test_a_database_that_somebody_holds(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "PATIENCE", 0.3)
    holder = sqlite3.connect(str(engine.url.database), isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")

    first, second = found(), health.ready(HEALTH)  # the second one asks while the first still looks
    looking = [each for each in threading.enumerate() if each.name == "health"]
    holder.rollback()
    holder.close()

    assert {each.reason for each in (*first.wrong, *second.wrong)} == {"database_slow"}
    assert len(looking) == 1
    for each in looking:
        each.join()


def test_many_who_ask_at_once_are_one_look(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    looks = []
    monkeypatch.setattr(health_checks, "look", lambda: looks.append(1) or time.sleep(0.2) or (Finding(Check.DISK),))
    askers = [threading.Thread(target=health.show, args=(cast.actor("adam"),)) for _ in range(10)]

    for each in askers:
        each.start()
    for each in askers:
        each.join()

    assert len(looks) == 1


def test_what_cannot_be_looked_at_is_a_fault_and_says_nothing_of_it(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def breaks(*_: object) -> bool:
        raise RuntimeError("Mevrouw Kanarie")

    monkeypatch.setattr(health_checks, "last_ones_fit", breaks)

    assert wrong() == {fault(Check.CHAIN, "unreadable")}
    assert "Kanarie" not in caplog.text


@pytest.mark.parametrize("who", [name for name in CAST if name != "adam"])
def test_only_the_administrator_is_shown_it(cast: Cast, who: str) -> None:
    with pytest.raises(Refused) as refused:
        health.show(cast.actor(who))

    assert refused.value.code == "not_allowed"
    with pytest.raises(Refused, match="not_allowed"):
        health.ready(cast.actor("adam"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_has_words(language: str) -> None:
    said = catalogue(language)
    source = Path(health_checks.__file__).read_text()
    reasons = re.findall(r'"((?:database|schema|triggers|chain|disk|key|clock|backup|nightly|sqlite)_\w+|unreadable)"', source)

    assert len(set(reasons)) > 15
    assert {f"health.{each}" for each in Check} <= set(said)
    assert {f"health.{each}{end}" for each in reasons for end in ("", "_do")} <= set(said)


def tampered(engine: Engine, statement: Any) -> None:
    """As somebody with all power over the database, who leaves the guards as they were."""
    with engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            connection.connection.driver_connection.execute("PRAGMA foreign_keys=OFF")  # type: ignore[union-attr]
        else:
            connection.exec_driver_sql("SET session_replication_role = replica")
        append_only.take_off(connection)
        connection.execute(statement)
        append_only.put_on(connection)
        connection.commit()
    engine.dispose()
