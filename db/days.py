"""Days between two dates, in SQL, on both databases."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Date, Integer
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement


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
