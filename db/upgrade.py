"""Bringing a database to the newest schema: one transaction, all or nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

from db import append_only, row_security
from db.engine import UNLIMITED, take_your_time
from db.models import Base
from db.search import described

MIGRATIONS = Path(__file__).resolve().parent / "migrations"


class LooseRows(Exception):
    """A migration would leave rows that refer to nothing."""


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config


def newest() -> str | None:
    """The revision that this version of the program needs."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def knows(revision: str) -> bool:
    """Does this version of the program come after this revision, or at it?"""
    return revision in {each.revision for each in ScriptDirectory.from_config(_config()).walk_revisions()}


def current(engine: Engine) -> str | None:
    """The revision that the database has; None for an empty one."""
    with engine.execution_options(access="read").connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def upgrade(engine: Engine, target: str = "head", program: str | None = None) -> None:
    """To `target` (a revision or "head"), in one transaction; what keeps the history, and who sees what, is put on again at
    its end. `program`: the role of the program on PostgreSQL, where another one owns the tables; it is given what it needs."""
    with _moving(engine, program) as config:
        command.upgrade(config, target)


def downgrade(engine: Engine, target: str) -> None:
    with _moving(engine) as config:
        command.downgrade(config, target)


@contextmanager
def _moving(engine: Engine, program: str | None = None) -> Iterator[Config]:
    with engine.connect() as connection, _without_keys(connection), connection.begin():
        with unguarded(connection, program) as config:
            yield config
        _refuse_loose_rows(connection)


@contextmanager
def unguarded(connection: Connection, program: str | None = None) -> Iterator[Config]:
    """What keeps the rows as they are, and from whom they are not for, is off inside, and on again at the end, in the
    transaction of this connection. `program`: the role that gets its rights on the tables."""
    config = _config()
    take_your_time(connection, UNLIMITED)
    config.attributes["connection"] = connection
    row_security.take_off(connection)
    append_only.take_off(connection)
    yield config
    if MigrationContext.configure(connection).get_current_revision() == newest():
        append_only.put_on(connection)
        row_security.put_on(connection)
        for statement in append_only.grants(connection.dialect.identifier_preparer.quote(program)) if program else ():
            connection.exec_driver_sql(statement)


def build(config: Config) -> None:
    """Every table of this version, in a database that has none."""
    command.upgrade(config, "head")


@contextmanager
def _without_keys(connection: Connection) -> Iterator[None]:
    """SQLite changes a table by making another one and dropping the first; with its foreign keys on, the rows that refer to
    the first would go or stop that. Inside a transaction it does not listen."""
    raw: Any = connection.connection.dbapi_connection
    if connection.dialect.name != "sqlite":
        yield
        return
    raw.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        raw.execute("PRAGMA foreign_keys=ON")


def _refuse_loose_rows(connection: Connection) -> None:
    """What the foreign keys would have refused on the way; nothing of it is committed."""
    if connection.dialect.name != "sqlite":
        return
    loose = sorted({row[0] for row in connection.exec_driver_sql("PRAGMA foreign_key_check")})
    if loose:
        raise LooseRows(f"after the migration rows of {', '.join(loose)} would refer to rows that are not there")


def revise(engine: Engine, message: str) -> None:
    """For builders: write a migration from the difference between the models and the database."""
    config = _config()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.revision(config, message=message, autogenerate=True)


def differences(engine: Engine) -> list[object]:
    """What the models have and the database lacks, or the other way round; empty when they agree."""
    with engine.execution_options(access="read").connect() as connection:
        return list(compare_metadata(MigrationContext.configure(connection, opts={"include_name": described}), Base.metadata))
