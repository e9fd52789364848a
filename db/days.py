"""Days in SQL, on both databases."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Date, Integer
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

_AMSTERDAM = ZoneInfo("Europe/Amsterdam")


class days_between(FunctionElement[int]):
    """`days_between(first, last)`: calendar days, negative when `last` comes first; NULL when either is."""

    name = "days_between"
    type = Integer()
    inherit_cache = True


class latest(FunctionElement[date]):
    """`latest(first, second, ...)`: the last of these days; none of them may be NULL."""

    name = "latest"
    type = Date()
    inherit_cache = True


class local_day(FunctionElement[date]):
    """`local_day(instant)`: the day in the Netherlands; NULL of NULL."""

    name = "local_day"
    type = Date()
    inherit_cache = True


def day_of(stored: str | None) -> str | None:
    """What `local_day` is on SQLite, which knows no zones: of a UTC instant as it stands there."""
    if stored is None:
        return None
    return datetime.fromisoformat(stored).replace(tzinfo=UTC).astimezone(_AMSTERDAM).date().isoformat()


@compiles(local_day)
def _local_day(element: local_day, compiler: Any, **options: Any) -> str:
    return f"CAST({compiler.process(element.clauses, **options)} AT TIME ZONE 'Europe/Amsterdam' AS DATE)"


@compiles(local_day, "sqlite")
def _sqlite_local_day(element: local_day, compiler: Any, **options: Any) -> str:
    return f"local_day({compiler.process(element.clauses, **options)})"


@compiles(latest, "sqlite")
def _sqlite_latest(element: latest, compiler: Any, **options: Any) -> str:
    return f"max({compiler.process(element.clauses, **options)})"


@compiles(latest)
def _latest(element: latest, compiler: Any, **options: Any) -> str:
    return f"greatest({compiler.process(element.clauses, **options)})"


@compiles(days_between, "sqlite")
def _sqlite(element: days_between, compiler: Any, **options: Any) -> str:
    first, last = (compiler.process(each, **options) for each in element.clauses)
    return f"CAST(julianday({last}) - julianday({first}) AS INTEGER)"


@compiles(days_between)
def _others(element: days_between, compiler: Any, **options: Any) -> str:
    first, last = (compiler.process(each, **options) for each in element.clauses)
    return f"({last} - {first})"
