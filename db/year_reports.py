"""The yearly report about complaints: what was written in it, who made and approved it, and when it went out."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, key


class YearReport(Base):
    """Begun when something is written in it. Approved it keeps its figures as they were then; sent to everybody who gets it,
    it changes no more (db/append_only.py)."""

    __tablename__ = "year_report"
    id: Mapped[int] = key()
    kind: Mapped[str] = mapped_column(String(20))  # domain.year_report.Kind
    year: Mapped[int]
    maker_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    figures: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))  # as approved
    approved_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    approved_on: Mapped[date | None]
    to_regulator_on: Mapped[date | None]  # the GGD
    to_readers_on: Mapped[date | None]  # the parents; of an internal report the colleagues
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}
    __table_args__ = (UniqueConstraint("kind", "year"),)


class YearReportMember(Base):
    """Whom the maker let in."""

    __tablename__ = "year_report_member"
    report_id: Mapped[int] = mapped_column(ForeignKey("year_report.id"), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)


class YearReportText(Base):
    """One chapter, or what it says about one location: two people can write in two of them at once."""

    __tablename__ = "year_report_text"
    report_id: Mapped[int] = mapped_column(ForeignKey("year_report.id"), primary_key=True)
    chapter: Mapped[str] = mapped_column(String(40), primary_key=True)
    text: Mapped[str] = mapped_column(Text)
    written_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    written_at: Mapped[datetime]
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}


class YearReportCleared(Base):
    """What looks like a name and is none, as somebody said with a reason."""

    __tablename__ = "year_report_cleared"
    report_id: Mapped[int] = mapped_column(ForeignKey("year_report.id"), primary_key=True)
    words: Mapped[str] = mapped_column(String(200), primary_key=True)  # in small letters
    why: Mapped[str] = mapped_column(Text)
    cleared_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    cleared_on: Mapped[date]


class YearReportStep(Base):
    """What was done with it: approved, opened again, sent. Never changed."""

    __tablename__ = "year_report_step"
    report_id: Mapped[int] = mapped_column(ForeignKey("year_report.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, default=1)
    step: Mapped[str] = mapped_column(String(20))
    done_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    recorded_at: Mapped[datetime]
    happened_on: Mapped[date]
    reason: Mapped[str] = mapped_column(Text, default="")
