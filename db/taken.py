"""A whole database for one purpose: nobody else is in it, nobody writes in it meanwhile, and every row is seen."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect
from sqlalchemy.engine import make_url

from db.engine import make_engine
from db.models import Base

__all__ = ["Connection", "Engine", "by_others", "held", "tables", "without_limits"]

_OTHERS = (
    "SELECT count(*) FROM pg_stat_activity"
    " WHERE datname = current_database() AND usename IS NOT NULL AND pid <> pg_backend_pid()"
)
_FORCED = "SELECT relname FROM pg_class WHERE relforcerowsecurity AND relnamespace = current_schema()::regnamespace"


def tables(connection: Connection) -> list[str]:
    return inspect(connection).get_table_names()


def by_others(url: str) -> bool:
    """Has anybody it open? Of a file that shows on Linux only, and only for processes that we may look at."""
    address = make_url(url)
    if address.drivername == "sqlite":
        return any(process != os.getpid() for process in _holding(Path(str(address.database)).resolve()))
    engine = make_engine(url)
    try:
        with engine.execution_options(access="read").connect() as connection:
            return bool(connection.exec_driver_sql(_OTHERS).scalar())
    finally:
        engine.dispose()


def _holding(file: Path) -> Iterator[int]:
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # ended just now, or somebody else's
            if any(file == each.readlink() for each in (process / "fd").iterdir()):
                yield int(process.name)


@contextmanager
def held(engine: Engine) -> Iterator[Connection]:
    """One transaction that sees every row as it was at its beginning and leaves nothing; who wants to write waits."""
    with engine.execution_options(access="write").connect() as plain:
        postgresql = plain.dialect.name == "postgresql"
        connection = plain.execution_options(isolation_level="REPEATABLE READ") if postgresql else plain
        with connection.begin() as transaction:
            if postgresql:
                _see_everything(connection)
            else:
                connection.exec_driver_sql("PRAGMA query_only=ON")
            try:
                yield connection
            finally:
                transaction.rollback()


def _see_everything(connection: Connection) -> None:
    """Row-level security is off for this owner in this transaction; where it cannot be, reading is an error, not a part."""
    without_limits(connection)
    connection.exec_driver_sql(f"LOCK TABLE {', '.join(sorted(Base.metadata.tables))} IN SHARE MODE")
    for name in connection.exec_driver_sql(_FORCED).scalars().all():
        connection.exec_driver_sql(f'ALTER TABLE "{name}" NO FORCE ROW LEVEL SECURITY')
    connection.exec_driver_sql("SET LOCAL row_security = off")


def without_limits(connection: Connection) -> None:
    """A register takes longer than a click may."""
    if connection.dialect.name == "postgresql":
        for each in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"):
            connection.exec_driver_sql(f"SET LOCAL {each} = 0")
