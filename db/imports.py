"""What comes along from elsewhere: what its columns mean, and which of its rows are here already."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, key


class ImportMapping(Base):
    """`columns`: see `domain.mapping.ColumnMap.as_data`."""

    __tablename__ = "import_mapping"
    id: Mapped[int] = key()
    kind: Mapped[str] = mapped_column(String(20))
    name: Mapped[str]
    columns: Mapped[dict[str, Any]] = mapped_column(JSON)
    saved_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    saved_at: Mapped[datetime]
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}
    __table_args__ = (UniqueConstraint("kind", "name"),)
