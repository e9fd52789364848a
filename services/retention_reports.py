"""Which dossiers a klachtenverslag still needs (domain.md 5.9): it is made of the register, and in a dossier that was let go
there are no names left to look for in its text, and nothing to read back."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from sqlalchemy import extract, select

from db import models as m
from domain.retention import awaiting
from domain.vocabulary import Compartment
from domain.vocabulary import Kind as DossierKind
from domain.year_report import PROCEDURE, Kind
from services import profiles
from services.board_filters import narrowed
from services.door import AMSTERDAM, Work
from services.overview_cut import COMPLAINT
from services.year_report_team import kind_of
from services.year_reports import gone


def unreported(w: Work, found: Sequence[Any]) -> set[int]:
    """Of these (`Complaint`, `ended_on`) the ids of those of childcare that count in a report that was not sent to everybody.

    Like every figure it follows the reader: a year in which nothing was submitted that they may see asks for no report, and a
    complaint about them is not told by what it keeps."""
    years = {row.Complaint.id: _years(row.Complaint, row.ended_on) for row in found if _counts(row.Complaint)}
    asked = frozenset[int]().union(*years.values())
    if not asked or kind_of(profiles.current(w)) is not Kind.CHILDCARE:
        return set()
    waiting = asked & _submitted(w, asked) - _sent(w, asked)
    return {complaint_id for complaint_id, each in years.items() if each & waiting}


def _counts(c: m.Complaint) -> bool:
    regular = c.compartment == Compartment.REGULAR and c.kind == DossierKind.COMPLAINT
    return regular and PROCEDURE in (c.procedure, c.overlay)


def _years(c: m.Complaint, ended_on: date) -> frozenset[int]:
    days = (each for each in (c.received_on, c.answered_on, c.closed_on, ended_on) if each is not None)
    return awaiting(days, c.registered_at.astimezone(AMSTERDAM).date())


def _submitted(w: Work, years: Collection[int]) -> set[int]:
    """Those that ask for a report, as its page says it."""
    year = extract("year", m.Complaint.received_on)
    within = m.Complaint.received_on.between(date(min(years), 1, 1), date(max(years), 12, 31))
    found = w.session.scalars(select(year).where(COMPLAINT, within, *narrowed(None, "", PROCEDURE)).distinct())
    return {int(each) for each in found}


def _sent(w: Work, years: Collection[int]) -> set[int]:
    query = select(m.YearReport).where(m.YearReport.kind == Kind.CHILDCARE, m.YearReport.year.in_(years))
    return {each.year for each in w.session.scalars(query) if gone(Kind.CHILDCARE, each)}
