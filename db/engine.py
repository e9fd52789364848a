"""The engine: one per process, made from `WEERKLANK_DATABASE_URL` (default: SQLite in `data/`)."""

from __future__ import annotations

import os
import sqlite3
from contextlib import suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url

from db.days import day_of

ROOT = Path(__file__).resolve().parent.parent

# `query_cache_size`: statements that stay compiled; ten roles and a row rule make more of them than the usual 500.
_ENGINE: dict[str, Any] = {"hide_parameters": True, "pool_size": 20, "max_overflow": 20, "query_cache_size": 2_000}

# PostgreSQL, milliseconds: one statement, waiting for what somebody else has locked, and a transaction in which nothing
# happens. After that it is undone, and the connection is one for somebody else again. Long jobs get LONGER.
LIMITS = {"statement_timeout": 10_000, "lock_timeout": 8_000, "idle_in_transaction_session_timeout": 30_000}
LONGER = {"statement_timeout": 120_000, "lock_timeout": 8_000, "idle_in_transaction_session_timeout": 300_000}
UNLIMITED = dict.fromkeys(LIMITS, 0)

# Below 3.51.3 SQLite has the WAL-reset corruption bug.
_WAL = sqlite3.sqlite_version_info >= (3, 51, 3)


def data_dir() -> Path:
    """Where the SQLite file, the attachments and the keys live; made on first use, readable by the owner only."""
    folder = Path(os.environ.get("WEERKLANK_DATA", ROOT / "data"))
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def database_url() -> str:
    return os.environ.get("WEERKLANK_DATABASE_URL") or f"sqlite:///{data_dir() / 'weerklank.db'}"


def owner_url() -> str:
    """Of who owns the tables and changes them; the program's own role may do neither (README, PostgreSQL)."""
    ours, owner = database_url(), os.environ.get("WEERKLANK_OWNER_URL")
    if not owner:
        return ours
    one, other = make_url(ours), make_url(owner)
    if (one.get_backend_name(), one.database) != (other.get_backend_name(), other.database):  # its host may be another one
        raise ValueError("WEERKLANK_OWNER_URL is of another database than WEERKLANK_DATABASE_URL")
    return owner


def make_engine(url: str | None = None) -> Engine:
    """An engine whose transactions begin as the door asks: execution option ``access`` is ``"read"`` or ``"write"``."""
    url = url or database_url()
    if url.startswith("sqlite"):
        engine = create_engine(url, connect_args={"timeout": 10, "check_same_thread": False}, **_ENGINE)
        event.listen(engine, "connect", _sqlite_connect)
        event.listen(engine, "begin", _sqlite_begin)
    else:
        engine = create_engine(url, pool_pre_ping=True, connect_args={"options": _options(url)}, **_ENGINE)
        event.listen(engine, "begin", _postgresql_begin)
        from db import standby  # psycopg is needed here only

        standby.listen(engine)
    return engine


def empty_log(engine: Engine) -> None:
    """What was overwritten stands in SQLite's write-ahead log until that is emptied. While somebody reads for long it stays
    until the next time."""
    if engine.dialect.name != "sqlite":
        return
    connection = engine.raw_connection()
    try:
        with suppress(sqlite3.OperationalError):
            connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        connection.close()


def take_your_time(connection: Connection, limits: dict[str, int]) -> None:
    """Until the end of this transaction other limits hold; on SQLite there are none but for waiting."""
    if connection.dialect.name == "postgresql":
        said = ", ".join(f"set_config('{name}', '{limit}', true)" for name, limit in limits.items())
        connection.exec_driver_sql(f"SELECT {said}")


def _options(url: str) -> str:
    """For each connection, so that nothing needs to be said in a transaction; what the address says itself goes before it."""
    given = make_url(url).query.get("options", "")
    ours = " ".join(f"-c {name}={limit}" for name, limit in LIMITS.items())
    ours += " -c jit=off"  # it took ten times as long as the statement
    return f"{ours} {given if isinstance(given, str) else ' '.join(given)}".strip()


def _sqlite_connect(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    pragmas = (
        f"journal_mode={'WAL' if _WAL else 'DELETE'}",
        f"synchronous={'FULL' if _WAL else 'EXTRA'}",
        "foreign_keys=ON",
        "busy_timeout=10000",
        "secure_delete=ON",
        "trusted_schema=OFF",
    )
    for pragma in pragmas:
        connection.execute(f"PRAGMA {pragma}")
    connection.create_function("local_day", 1, day_of, deterministic=True)


def _sqlite_begin(connection: Connection) -> None:
    # A deferred BEGIN that turns into a write lost or refused most concurrent edits when measured.
    reading = connection.get_execution_options().get("access") == "read"
    connection.exec_driver_sql(f"PRAGMA query_only={'ON' if reading else 'OFF'}")
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


def _postgresql_begin(connection: Connection) -> None:
    if connection.get_execution_options().get("access") == "read":
        connection.exec_driver_sql("SET TRANSACTION READ ONLY")
