"""What comes along from elsewhere: what its columns mean, and which of its rows are here already."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, complaint, dossier_key, key


class ImportMapping(Base):
    """What the columns of an old register mean. `columns`: see `domain.mapping.ColumnMap.as_data`."""

    __tablename__ = "import_mapping"
    id: Mapped[int] = key()
    name: Mapped[str] = mapped_column(unique=True)
    columns: Mapped[dict[str, Any]] = mapped_column(JSON)
    saved_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    saved_at: Mapped[datetime]
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}


class TakenOver(Base):
    """A row of an old register that is a dossier now: kept for good, so that it never comes in again, not even after it was
    anonymised. The marks are made with the server's key: who has the database alone cannot try what a row said."""

    __tablename__ = "taken_over"
    id: Mapped[int] = dossier_key()
    complaint_id: Mapped[int] = complaint()
    mark: Mapped[str] = mapped_column(String(64), unique=True)  # of the reference, or of day, text and turn
    alike: Mapped[str] = mapped_column(String(64), index=True)  # of day and text
    content: Mapped[str] = mapped_column(String(64))  # of everything that it said
    own_reference: Mapped[bool]
    key_mark: Mapped[str] = mapped_column(String(16))  # of the key itself: under another one nothing would be known again
    row: Mapped[int]
    taken_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    taken_at: Mapped[datetime]
