"""Does the database fit this version of the program? Structure only: nothing of what is in it."""

from __future__ import annotations

from sqlalchemy import inspect
from sqlalchemy.exc import DBAPIError

from db import empty, row_security
from db.models import Base
from services import database_faults
from services.door import engine


def is_current() -> bool:
    """Raises Refused ``database_away``."""
    from db.upgrade import current, newest  # Alembic is needed here only, once at the start

    try:
        if current(engine()) != newest():
            return False
        with engine().execution_options(access="read").connect() as connection:
            if not row_security.ready(connection):
                return False
        tables = inspect(engine().execution_options(access="read")).get_table_names()
    except DBAPIError as error:
        refusal = database_faults.refusal(error)
        if refusal is None:
            raise
        raise refusal from error
    return set(Base.metadata.tables) <= set(tables) and empty.MARK not in tables
