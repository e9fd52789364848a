"""A column by which SQLite does not look rows up, though there is an index on it."""

from __future__ import annotations

from typing import Any

from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement


class unindexed(FunctionElement[Any]):
    """`unindexed(column)`: the same value. SQLite takes any equality for rare; where nearly all rows are equal, it reads them
    all before it looks at what is rare. (sqlite.org/optoverview.html, section 2: the unary "+".) PostgreSQL keeps count."""

    inherit_cache = True
    name = "unindexed"

    def __init__(self, column: Any) -> None:
        super().__init__(column)
        self.type = column.type


@compiles(unindexed)
def _same(element: Any, compiler: Any, **options: Any) -> str:
    return str(compiler.process(element.clauses, **options))


@compiles(unindexed, "sqlite")
def _plus(element: Any, compiler: Any, **options: Any) -> str:
    return f"+{compiler.process(element.clauses, **options)}"
