"""What goes wrong between this program and its database, and what that is for a person: away, full, or somebody else was
first. And whether something was saved, where the connection was lost while it was being saved."""

from __future__ import annotations

import sqlite3
import time
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Engine, String, cast, func, literal_column, select
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionLeft
from sqlalchemy.orm import Session

from db.confirmed import NotOnStandby
from domain.errors import Refused

PATIENCE = 5.0  # seconds in which the database may come back to say what became of it
_LOOK_EVERY = 0.25
_COLLIDED = ("40P01", "40001")  # PostgreSQL ended one of two that waited for each other
_TOOK_TOO_LONG = ("57014", "55P03", "25P03")  # or one that ran, waited or lay still for longer than it may (db/engine.py)
_FULL = "53100"
# Classes of errors that say nothing about what was asked: no connection, no room, being stopped, the disk; and one of a
# transaction that met a server that only answers questions any more.
_AWAY = ("08", "53", "57P", "58", "25006")


def refusal(error: DBAPIError | NoConnectionLeft) -> Refused | None:
    """``changed_meanwhile``, ``database_slow``, ``disk_full`` or ``database_away``; None for a fault of our own."""
    if isinstance(error, NoConnectionLeft):
        return Refused("database_away")
    state = getattr(error.orig, "sqlstate", None) or ""
    if state in _COLLIDED:
        return Refused("changed_meanwhile")
    if state in _TOOK_TOO_LONG:
        return Refused("database_slow")
    if state == _FULL or getattr(error.orig, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL:
        return Refused("disk_full")
    if isinstance(error, OperationalError) or error.connection_invalidated or state.startswith(_AWAY):
        return Refused("database_away")
    return None


@dataclass(frozen=True)
class Receipt:
    """The number of a transaction that PostgreSQL is about to commit, and when that server began: after a crash it may give
    the number of one that was lost to another."""

    transaction: int
    server: str


_SERVER = cast(func.pg_postmaster_start_time(), String)


def receipt(session: Session) -> Receipt | None:
    """Everything is written; the commit comes next. None where the answer to it cannot get lost, or nothing was written."""
    if session.get_bind().dialect.name != "postgresql":
        return None
    session.flush()
    number, server = session.execute(select(cast(func.pg_current_xact_id_if_assigned(), String), _SERVER)).one()
    return Receipt(int(number), server) if number else None


def was_saved(engine: Engine, given: Receipt, lasting: bool = True) -> bool:
    """After a commit that was not answered; `lasting`: on a standby too. Raises Refused ``saving_unknown`` when the database
    does not come back in time, or is another one that cannot know, and ``not_on_standby``."""
    ends = time.monotonic() + PATIENCE
    while time.monotonic() < ends:
        said = _said(engine, given)
        if said == "aborted":
            return False
        if said == "committed":
            _waited_for_standby(engine, lasting)
            return True
        if said == "unknown":
            break
        time.sleep(_LOOK_EVERY)
    raise Refused("saving_unknown")


def _waited_for_standby(engine: Engine, lasting: bool) -> None:
    """It may stand on this server alone; a commit of nothing waits for everything before it (db/standby.py)."""
    try:
        with engine.execution_options(access="write", lasting=lasting).begin():
            pass
    except NotOnStandby:
        raise Refused("not_on_standby") from None
    except DBAPIError:
        raise Refused("saving_unknown") from None


def _said(engine: Engine, given: Receipt) -> str | None:
    """None: not yet."""
    number: ColumnElement[str] = literal_column(f"'{given.transaction:d}'::xid8")
    try:
        with engine.execution_options(access="read").connect() as connection:
            if connection.scalar(select(_SERVER)) != given.server:
                return "unknown"
            return connection.scalar(select(func.pg_xact_status(number)))
    except DBAPIError:
        return None
