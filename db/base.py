"""What every table is made of: the base class with its naming of constraints, UTC instants, and two usual columns."""

from __future__ import annotations

import secrets
import threading
import time
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, DateTime, Dialect, ForeignKey, Integer, MetaData, String, TypeDecorator
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

_EPOCH = int(datetime(2026, 1, 1, tzinfo=UTC).timestamp()) * 1000
_BITS = 12  # of chance, beside the milliseconds

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


class Instant(TypeDecorator[datetime]):
    """A UTC instant. SQLite forgets the zone, so it is put back on reading; naive values are refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        return value.astimezone(UTC) if value is not None else None

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {datetime: Instant, str: String(200), dict[str, Any]: JSON}


def key() -> Mapped[int]:
    return mapped_column(primary_key=True)


_lock = threading.Lock()
_last = 0


def telling_nothing() -> int:
    """A number for a row of a dossier. Later rows have higher ones, and what lies between two of them says nothing of how
    many there were, so that no number on a screen counts what its reader may not see. Below 2**53: a browser reads it."""
    global _last
    with _lock:
        milliseconds = time.time_ns() // 1_000_000 - _EPOCH
        _last = max(milliseconds << _BITS, _last) + 1 + secrets.randbelow(1 << _BITS)
        return _last


def dossier_key() -> Mapped[int]:
    return mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True, default=telling_nothing)


def complaint() -> Mapped[int]:
    return mapped_column(ForeignKey("complaint.id"), index=True)
