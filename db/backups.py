"""When a backup was made, or tried out, and how that ended. Nothing of what is in it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, key


class BackupNote(Base):
    __tablename__ = "backup_note"
    id: Mapped[int] = key()
    kind: Mapped[str] = mapped_column(String(10))  # services.backups.Kind
    at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))  # none: the operator
    good: Mapped[bool]
    code: Mapped[str] = mapped_column(String(40), default="")  # of the refusal; empty: none
    file: Mapped[str] = mapped_column(String(80), default="")
    size: Mapped[int] = mapped_column(BigInteger, default=0)
    sha256: Mapped[str] = mapped_column(String(64), default="")
    __table_args__ = (Index(None, "kind", "good", "at"),)
