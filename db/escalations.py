"""The rungs that promises climbed within the organisation."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, complaint, dossier_key


class Escalation(Base):
    """One rung that one promise reached with this date. It counts while the promise is open and has that date still:
    what was met, moved or ended needs no row changed."""

    __tablename__ = "escalation"
    id: Mapped[int] = dossier_key()
    complaint_id: Mapped[int] = complaint()
    promise_id: Mapped[int] = mapped_column(ForeignKey("promise.id"))
    due_on: Mapped[date]  # the promise's target then
    rung: Mapped[str] = mapped_column(String(20))  # domain.escalation.Rung; "nobody": nobody was found
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    climbed_on: Mapped[date]
    __table_args__ = (UniqueConstraint("promise_id", "due_on", "rung"),)
