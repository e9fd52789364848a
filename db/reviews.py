"""Once a year the partners go through every complaint: the review, who took part, and its list."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, complaint, dossier_key, key


class Review(Base):
    """Its list is made when it opens, and grows no more; finalised it changes no more (db/append_only.py)."""

    __tablename__ = "review"
    id: Mapped[int] = key()
    form_id: Mapped[str] = mapped_column(String(36), unique=True)
    since: Mapped[date]  # of the period, by the day of receipt; both days belong to it
    until: Mapped[date]
    frozen_on: Mapped[date]
    opened_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    opened_at: Mapped[datetime]
    is_open: Mapped[bool | None] = mapped_column(unique=True)  # one at a time: true, or nothing once it is finalised
    learned: Mapped[str] = mapped_column(Text, default="")
    notes: Mapped[str] = mapped_column(Text, default="")
    unwanted: Mapped[int | None]  # as the confidant supplied it; 0: fewer than domain.reviewing.FEW
    whistleblower: Mapped[int | None]  # the officer
    finalised_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    finalised_on: Mapped[date | None]
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}


class ReviewParticipant(Base):
    __tablename__ = "review_participant"
    review_id: Mapped[int] = mapped_column(ForeignKey("review.id"), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)


class ReviewItem(Base):
    """One dossier on the list. `extra_action` none: not gone through yet. What was agreed stays here as it was agreed; the
    measure that it became in the dossier can move or be done."""

    __tablename__ = "review_item"
    id: Mapped[int] = dossier_key()
    review_id: Mapped[int] = mapped_column(ForeignKey("review.id"), index=True)
    complaint_id: Mapped[int] = complaint()
    extra_action: Mapped[bool | None]
    action: Mapped[str] = mapped_column(Text, default="")
    why: Mapped[str] = mapped_column(Text, default="")
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    due_on: Mapped[date | None]
    note: Mapped[str] = mapped_column(Text, default="")
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    decided_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}
    __table_args__ = (UniqueConstraint("review_id", "complaint_id"),)
