"""Is a database empty, and making it so again after a restore that did not end. Only a database that was found empty gets the
mark, so what stands beside the mark came from that restore."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect

from db.engine import make_engine, owner_url

MARK = "restore_unfinished"


def is_empty(engine: Engine) -> bool:
    """No table, and for SQLite nothing beside the file that would be read into it."""
    if engine.dialect.name == "sqlite":
        database = Path(engine.url.database or "")
        beside = [database.with_name(database.name + each) for each in ("-journal", "-wal")]
        if any(each.is_file() and each.stat().st_size for each in beside):
            return False
        if not database.is_file() or not database.stat().st_size:
            return True
    return not inspect(engine.execution_options(access="read")).get_table_names()


@contextmanager
def _owned() -> Iterator[Connection]:
    engine = make_engine(owner_url())
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


def mark() -> None:
    with _owned() as connection:
        connection.exec_driver_sql(f"CREATE TABLE {MARK} (since timestamptz DEFAULT now())")


def unmark() -> None:
    with _owned() as connection:
        connection.exec_driver_sql(f"DROP TABLE {MARK}")


def undo(engine: Engine) -> bool:
    """Takes out what a restore that did not end had put in; was there one?"""
    if engine.dialect.name == "sqlite":
        return False
    found = inspect(engine.execution_options(access="read")).get_table_names()
    if MARK not in found:
        return False
    with _owned() as connection:
        for name in [*(each for each in found if each != MARK), MARK]:
            connection.exec_driver_sql(f'DROP TABLE "{name}" CASCADE')
        functions = connection.exec_driver_sql(
            "SELECT p.oid::regprocedure::text FROM pg_proc p LEFT JOIN pg_depend d ON d.objid = p.oid AND d.deptype = 'e'"
            " WHERE p.pronamespace = 'public'::regnamespace AND d.objid IS NULL"
        )
        for name in functions.scalars().all():
            connection.exec_driver_sql(f"DROP FUNCTION {name} CASCADE")
    return True
