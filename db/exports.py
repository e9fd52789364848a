"""What went out of the register as a file: who made it, what, and how long. Nothing of what stood in it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, key


class ExportNote(Base):
    """Append-only, until the term of the log of sign-ins is over."""

    __tablename__ = "export_note"
    id: Mapped[int] = key()
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    what: Mapped[str] = mapped_column(String(30))  # services.export_log.Listed
    file_type: Mapped[str] = mapped_column(String(10))
    rows: Mapped[int]  # as far as who made it may see; told to nobody else
    at: Mapped[datetime] = mapped_column(index=True)
