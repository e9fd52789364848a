"""One database into another, value by value, and whether both hold the same. Plain tables: no door, no row rule, no models.

What stands in a row is never told, only its table and number: an old file can hold a value that no database of another kind
takes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from hashlib import sha256
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Integer,
    Select,
    Table,
    Text,
    TypeDecorator,
    and_,
    bindparam,
    cast,
    delete,
    func,
    insert,
    select,
    type_coerce,
    update,
)
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, StatementError

from db.models import Base

TABLES = tuple(table for table in Base.metadata.sorted_tables if not table.info.get("derived"))  # such are made anew
AT_ONCE = 1_000  # rows
_TOLD = 20  # of a table; who has more of them repairs the first and tries again
_RANGE = 2**31

Row = dict[str, Any]


class Why(StrEnum):
    """Why a value cannot be taken along."""

    NUL = "nul"
    TOO_LONG = "too_long"
    TOO_LARGE = "too_large"
    OTHER_KIND = "other_kind"  # a text where a number belongs, a date that is none
    UNREADABLE = "unreadable"
    POINTS_NOWHERE = "points_nowhere"
    REFUSED = "refused"  # by the other database


@dataclass(frozen=True)
class Unfit:
    """`row`: the number of the row; where its key is words, that is not told."""

    table: str
    row: str
    column: str
    why: Why


class Refusing(Exception):
    """The other database does not take this row."""

    def __init__(self, unfit: Unfit) -> None:
        super().__init__(unfit.table)
        self.unfit = unfit


@dataclass(frozen=True)
class State:
    """What a table holds: equal states, equal rows. `digest` does not depend on the order in which they are read."""

    table: str
    rows: int
    digest: str


# Reading


def look(connection: Connection) -> tuple[list[State], list[Unfit]]:
    """Every table as it is, and what could not be taken to another database."""
    states, unfit = [], list(_pointing_nowhere(connection))
    for table in TABLES:
        try:
            state, found = _state(connection, table)
        except (DBAPIError, StatementError, ValueError, TypeError):
            state, found = State(table.name, 0, ""), _unreadable(connection, table)
        states.append(state)
        unfit += found
    return states, unfit


def _state(connection: Connection, table: Table) -> tuple[State, list[Unfit]]:
    count, total = 0, 0
    unfit: list[Unfit] = []
    for row in _rows(connection, table):
        count += 1
        total += int.from_bytes(sha256(_canonical(row)).digest())
        if len(unfit) < _TOLD:
            unfit += _faults(table, row)
    return State(table.name, count, f"{total % 2**256:064x}"), unfit


def _canonical(row: Row) -> bytes:
    return json.dumps(list(row.values()), default=_said).encode()


def _said(value: Any) -> str:
    return str(value.isoformat() if isinstance(value, date | datetime) else repr(value))


def _rows(connection: Connection, table: Table) -> Iterator[Row]:
    found = connection.execute(_reading(table, connection.dialect.name), execution_options={"yield_per": AT_ONCE})
    booleans = [column.name for column in columns(table) if isinstance(column.type, Boolean)]
    for each in found.mappings():
        row = dict(each)
        for name in booleans:
            if row[name] in (0, 1):  # as SQLite keeps them; anything else is told as what it is
                row[name] = bool(row[name])
        yield row


@cache
def _reading(table: Table, dialect: str) -> Select[Any]:
    return select(*(_as_stored(column, dialect) for column in columns(table)))


def _as_stored(column: Column[Any], dialect: str) -> ColumnElement[Any]:
    if isinstance(column.type, JSON):  # the very text: a null in it is not the same as nothing
        return cast(column, Text).label(column.name)
    if isinstance(column.type, Boolean) and dialect == "sqlite":
        return type_coerce(column, Integer).label(column.name)
    return column


@cache
def columns(table: Table) -> tuple[Column[Any], ...]:
    """Those that hold something of their own."""
    return tuple(column for column in table.columns if column.computed is None)


@cache
def kind(column: Column[Any]) -> type:
    """What a value of it is here. Raises NotImplementedError for a type that nobody thought of."""
    plain = column.type.impl_instance if isinstance(column.type, TypeDecorator) else column.type
    found = str if isinstance(plain, JSON) else plain.python_type
    if found not in (int, str, bool, date, datetime, bytes):
        raise NotImplementedError(f"{column}: {found}")
    return found


# What cannot come along


def _faults(table: Table, row: Row) -> Iterator[Unfit]:
    for column in columns(table):
        why = _fault(column, row[column.name])
        if why is not None:
            yield Unfit(table.name, _number(table, row), column.name, why)


def _fault(column: Column[Any], value: Any) -> Why | None:
    if value is None:
        return None
    if type(value) is not kind(column):
        return Why.OTHER_KIND
    if isinstance(value, str):
        length: int | None = getattr(column.type, "length", None)
        return Why.NUL if "\0" in value else Why.TOO_LONG if length and len(value) > length else None
    if isinstance(value, int) and not isinstance(column.type, BigInteger):
        return None if -_RANGE <= value < _RANGE else Why.TOO_LARGE
    return None


def _number(table: Table, row: Row) -> str:
    parts = [(column.name, row.get(column.name)) for column in table.primary_key]
    return ", ".join(f"{name} {value}" for name, value in parts if isinstance(value, int)) or "?"


def _unreadable(connection: Connection, table: Table) -> list[Unfit]:
    """One row at a time: a value that cannot be read stops the whole statement."""
    unfit: list[Unfit] = []
    keys = list(table.primary_key)
    try:
        numbers = list(connection.execute(select(*keys)).mappings())
    except (DBAPIError, StatementError, ValueError, TypeError):
        return [Unfit(table.name, "?", "", Why.UNREADABLE)]
    for each in numbers:
        one = and_(*(column == each[column.name] for column in keys))
        for column in columns(table):
            try:
                connection.execute(select(_as_stored(column, connection.dialect.name)).where(one)).all()
            except (DBAPIError, StatementError, ValueError, TypeError):
                unfit.append(Unfit(table.name, _number(table, dict(each)), column.name, Why.UNREADABLE))
        if len(unfit) >= _TOLD:
            break
    return unfit or [Unfit(table.name, "?", "", Why.UNREADABLE)]


def _pointing_nowhere(connection: Connection) -> Iterator[Unfit]:
    """SQLite looks at what a row points at only while its switch is on; whoever opens the file by hand has it off."""
    if connection.dialect.name == "sqlite":
        for row in connection.exec_driver_sql("PRAGMA foreign_key_check").all():
            yield Unfit(str(row[0]), f"row {row[1]}" if row[1] is not None else "?", "", Why.POINTS_NOWHERE)


# Writing


def copy(source: Connection, target: Connection) -> None:
    """Every row, into tables that this transaction made. Raises Refusing."""
    for table in reversed(TABLES):
        target.execute(delete(table))  # what a migration put in by itself
    for table in TABLES:
        batch: list[Row] = []
        for row in _rows(source, table):
            batch.append({f"b_{name}": value for name, value in row.items()})
            if len(batch) == AT_ONCE:
                _put(target, table, _writing(table, target.dialect.name), batch)
                batch = []
        if batch:
            _put(target, table, _writing(table, target.dialect.name), batch)
    for table in TABLES:
        for column in _later(table):
            _point(source, target, table, column)
    if target.dialect.name == "postgresql":
        _count_on(target)


def _put(target: Connection, table: Table, statement: Any, batch: list[Row]) -> None:
    try:
        with target.begin_nested():
            target.execute(statement, batch)
    except (DataError, IntegrityError):
        for row in batch:
            try:
                with target.begin_nested():
                    target.execute(statement, [row])
            except (DataError, IntegrityError):
                plain = {name.removeprefix("b_"): value for name, value in row.items()}
                raise Refusing(Unfit(table.name, _number(table, plain), "", Why.REFUSED)) from None
        raise


@cache
def _writing(table: Table, dialect: str) -> Any:
    later = _later(table)
    return insert(table).values(
        {column.name: None if column in later else _bound(column, dialect) for column in columns(table)}
    )


def _bound(column: Column[Any], dialect: str) -> ColumnElement[Any]:
    if not isinstance(column.type, JSON):
        return bindparam(f"b_{column.name}", type_=column.type)
    text = bindparam(f"b_{column.name}", type_=Text())
    return text if dialect == "sqlite" else cast(text, JSON)


@cache
def _later(table: Table) -> tuple[Column[Any], ...]:
    """Those that may point at a row that is not there yet: of the same table, or of one that comes after it."""
    there = TABLES[: TABLES.index(table)]
    return tuple(c for c in columns(table) if any(key.column.table not in there for key in c.foreign_keys))


def _point(source: Connection, target: Connection, table: Table, column: Column[Any]) -> None:
    keys = list(table.primary_key)
    statement = update(table).where(and_(*(key == bindparam(f"k_{key.name}", type_=key.type) for key in keys)))
    statement = statement.values({column.name: bindparam("b_to", type_=column.type)})
    found = source.execute(
        select(*keys, column.label("b_to")).where(column.is_not(None)), execution_options={"yield_per": AT_ONCE}
    )
    for some in found.mappings().partitions():
        rows = [{"b_to": row["b_to"], **{f"k_{key.name}": row[key.name] for key in keys}} for row in some]
        target.execute(statement, rows)


def _count_on(target: Connection) -> None:
    """The next number comes after the highest that is there."""
    for table in TABLES:
        for column in (each for each in table.primary_key if each.default is None):  # the others make their own numbers
            name = target.scalar(select(func.pg_get_serial_sequence(f'"{table.name}"', column.name)))
            last = target.scalar(select(func.max(column))) if name else None
            if last is not None:
                target.execute(select(func.setval(name, last)))
