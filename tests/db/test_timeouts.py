"""PostgreSQL ends what takes too long; the person reads that, and the next one gets a connection that works."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from db import engine as limits
from db import models as m
from domain.errors import Refused
from domain.rights import Right
from services import door
from services.door import SystemActor, work
from tests.conftest import POSTGRESQL, Cast
from tests.fill import make_complaint

pytestmark = pytest.mark.skipif(not POSTGRESQL, reason="SQLite ends nothing, and waits for one thing only")
TITLE = "De verwarming"
NAMES = tuple(limits.LIMITS)


@contextmanager
def impatient(**shorter: int) -> Iterator[None]:
    """Inside, limits are as short as a test; every connection is a new one."""
    before = dict(limits.LIMITS)
    limits.LIMITS.update(shorter)
    door.engine().dispose()
    door.engine.cache_clear()
    try:
        yield
    finally:
        limits.LIMITS.update(before)
        door.engine().dispose()
        door.engine.cache_clear()


def set_now(w: door.Work) -> dict[str, str]:
    return {name: w.session.connection().exec_driver_sql(f"SHOW {name}").scalar_one() for name in NAMES}


def ended(cast: Cast, act: Callable[[Session], object]) -> str:
    """What somebody reads who changes a title, and then this."""
    try:
        with work(cast.actor("cora"), Right.LOG) as w:
            w.session.scalars(select(m.Complaint)).one().title = "Nooit"
            w.session.flush()
            act(w.session)
    except Refused as refusal:
        return refusal.code
    return "done"


def titles(cast: Cast) -> list[str]:
    with work(cast.actor("cora"), Right.LOG) as w:
        return list(w.session.scalars(select(m.Complaint.title)))


@pytest.fixture(autouse=True)
def one(engine: Engine, cast: Cast) -> None:
    with Session(engine) as session, session.begin():
        make_complaint(session, cast, title=TITLE)


def test_a_statement_that_takes_too_long(cast: Cast) -> None:
    with impatient(statement_timeout=200):
        assert ended(cast, lambda session: session.execute(select(func.pg_sleep(5)))) == "database_slow"
        assert titles(cast) == [TITLE]


def test_waiting_for_who_holds_the_row(engine: Engine, cast: Cast) -> None:
    with impatient(lock_timeout=200):
        with engine.begin() as held:
            held.execute(select(m.Complaint.id).with_for_update())
            assert ended(cast, lambda _: None) == "database_slow"
        assert titles(cast) == [TITLE]


def test_a_transaction_in_which_nothing_happens(cast: Cast) -> None:
    with impatient(idle_in_transaction_session_timeout=200):
        assert ended(cast, lambda _: time.sleep(0.6)) == "database_slow"
        assert titles(cast) == [TITLE]


def test_long_jobs_get_longer_and_no_longer_than_their_transaction(cast: Cast) -> None:
    usual = {"statement_timeout": "10s", "lock_timeout": "8s", "idle_in_transaction_session_timeout": "30s"}
    for right in (Right.LIST, Right.EXPORT_REGISTER, Right.LIST):
        with work(cast.actor("cora"), right) as w:
            assert set_now(w)["statement_timeout"] == ("2min" if right is Right.EXPORT_REGISTER else "10s")
    with work(SystemActor("test", frozenset({Right.OPERATE})), Right.OPERATE) as w:
        assert set(set_now(w).values()) == {"0"}
    with work(cast.actor("cora"), Right.LIST) as w:
        assert set_now(w) == usual
        assert w.session.connection().exec_driver_sql("SHOW jit").scalar_one() == "off"


def test_what_the_address_says_itself_goes_before_it(engine: Engine, database_url: str) -> None:
    made = limits.make_engine(f"{database_url}&options=-c%20statement_timeout%3D1234")
    with made.connect() as connection:
        assert connection.exec_driver_sql("SHOW statement_timeout").scalar_one() == "1234ms"
        assert connection.exec_driver_sql("SHOW lock_timeout").scalar_one() == "8s"
    made.dispose()
