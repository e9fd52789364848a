"""What people wrote on evaluation forms, as far as it may be a complaint (R034, R035). None of these tables belongs to a
dossier: which rows somebody gets stands in services/row_rule.py."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import JSON, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, dossier_key, key


class EvaluationSource(Base):
    """Where forms come from, what the columns of its files mean (`domain.mapping.ColumnMap.as_data`), and its own rule.
    The one without a name is the organisation itself: its rule holds for a source without one, and for what is keyed in."""

    __tablename__ = "evaluation_source"
    id: Mapped[int] = key()
    name: Mapped[str] = mapped_column(String(80), unique=True)
    columns: Mapped[dict[str, Any]] = mapped_column(JSON)
    question: Mapped[str] = mapped_column(default="")  # where the file has no column for it
    rule: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    saved_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    saved_at: Mapped[datetime]
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}


class EvaluationImport(Base):
    """One file that came in: how many of its rows became what, and which were skipped and why (row, code, heading)."""

    __tablename__ = "evaluation_import"
    id: Mapped[int] = dossier_key()
    form_id: Mapped[str] = mapped_column(String(36), unique=True)
    source_id: Mapped[int] = mapped_column(ForeignKey("evaluation_source.id"))
    file_name: Mapped[str]
    by_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    at: Mapped[datetime]
    total: Mapped[int]
    proposed: Mapped[int] = mapped_column(default=0)
    known: Mapped[int] = mapped_column(default=0)
    not_proposed: Mapped[int] = mapped_column(default=0)
    theirs: Mapped[int] = mapped_column(default=0)  # about who brought the file: somebody else judges them
    skipped: Mapped[list[Any]] = mapped_column(JSON, default=list)
    finished_at: Mapped[datetime | None]


class Evaluation(Base):
    """One form that was put before somebody. It is never taken out (db/append_only.py); confirmed, what it said stands in the
    dossier and here no more. The dossier has the form's `form_id`: who may not see that dossier finds nothing by it."""

    __tablename__ = "evaluation"
    id: Mapped[int] = dossier_key()
    form_id: Mapped[str] = mapped_column(String(36), unique=True, default=lambda: str(uuid4()))
    fingerprint: Mapped[str] = mapped_column(String(64), unique=True)
    source_id: Mapped[int | None] = mapped_column(ForeignKey("evaluation_source.id"))  # none: keyed in
    import_id: Mapped[int | None] = mapped_column(ForeignKey("evaluation_import.id"), index=True)
    imported_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    imported_at: Mapped[datetime]
    received_on: Mapped[date] = mapped_column(index=True)  # filled in, or else brought in
    filled_in_on: Mapped[date | None]
    form: Mapped[str] = mapped_column(default="")
    training: Mapped[str] = mapped_column(default="")
    group: Mapped[str] = mapped_column("group_name", default="")
    question: Mapped[str] = mapped_column(Text, default="")
    words: Mapped[str] = mapped_column(Text, default="")
    person: Mapped[str] = mapped_column(default="")
    trainer: Mapped[str] = mapped_column(default="")
    score: Mapped[str | None] = mapped_column(String(20))  # a decimal number
    lowest: Mapped[int | None]  # of its scale
    highest: Mapped[int | None]
    why: Mapped[list[Any]] = mapped_column(JSON)
    state: Mapped[str] = mapped_column(String(20))  # domain.evaluations.State
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    decided_at: Mapped[datetime | None]
    decided_on: Mapped[date | None]
    reason: Mapped[str] = mapped_column(Text, default="")  # of the dismissal
    seen_in: Mapped[int | None] = mapped_column(ForeignKey("review.id"))  # dismissed, and a yearly review looked at it
    seen_on: Mapped[date | None]
    emptied_on: Mapped[date | None]
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}
    __table_args__ = (Index(None, "state", "id"),)


class EvaluationAbout(Base):
    """It is about this colleague, who sees nothing of it."""

    __tablename__ = "evaluation_about"
    evaluation_id: Mapped[int] = mapped_column(ForeignKey("evaluation.id"), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)


class EvaluationEvent(Base):
    """Who did what with a form, and when; append-only. Its reason goes when what the form said goes."""

    __tablename__ = "evaluation_event"
    id: Mapped[int] = dossier_key()
    evaluation_id: Mapped[int] = mapped_column(ForeignKey("evaluation.id"), index=True)
    what: Mapped[str] = mapped_column(String(20))  # domain.evaluations.Doing
    by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))  # none: by itself
    at: Mapped[datetime]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))  # whom it is about
    review_id: Mapped[int | None] = mapped_column(ForeignKey("review.id"))
    reason: Mapped[str] = mapped_column(Text, default="")
