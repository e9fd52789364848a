"""Which dossiers the figures are about: a period and the one before it, and what their reader narrowed it to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, func, literal, or_, select

from db import models as m
from db.unindexed import unindexed
from domain.entries import day
from domain.period import Period, between, year_of
from domain.vocabulary import Compartment, Kind
from services.board_filters import narrowed
from services.door import Work

EARLIEST = 2000  # before it nobody kept a register

REGULAR = m.Complaint.compartment == Compartment.REGULAR
COMPLAINT = and_(REGULAR, m.Complaint.kind == Kind.COMPLAINT)
# The same, for what is counted over a period: a walk through the table, or from a table of which few rows count, is shorter
# than all dossiers of the compartment one by one.
IN_FILE = unindexed(m.Complaint.compartment) == Compartment.REGULAR
COUNTED = and_(IN_FILE, m.Complaint.kind == Kind.COMPLAINT)

Pair = tuple[int, int]  # this period, the one before


@dataclass(frozen=True)
class Cut:
    """What a reader asks for besides the year. Comes from an address bar: a value that does not exist gives no dossiers."""

    first: date | None = None  # with `last`: these months instead of a year
    last: date | None = None
    unit_id: int | None = None  # with the units below it
    category: str = ""
    procedure: str = ""  # the main one, or the second set of clocks


@dataclass(frozen=True)
class Span:
    """A cut in conditions: `now` and `before` are the two periods that stand beside each other."""

    now: Period
    before: Period
    narrowed: tuple[ColumnElement[bool], ...]
    today: date

    def is_now(self, on: Any = m.Complaint.received_on) -> ColumnElement[bool]:
        """Written into the statement itself: PostgreSQL does not see that two parameters in SELECT and GROUP BY are the
        same date."""
        first: ColumnElement[bool] = on >= literal(self.now.first, literal_execute=True)
        return first

    def inside(self, on: Any = m.Complaint.received_on) -> ColumnElement[bool]:
        """In one of both."""
        if (self.now.first - self.before.last).days == 1:
            return and_(on.between(self.before.first, self.now.last), *self.narrowed)
        either = or_(on.between(self.before.first, self.before.last), on.between(self.now.first, self.now.last))
        return and_(on.between(self.before.first, self.now.last), either, *self.narrowed)

    @property
    def until(self) -> date:
        """The last day of which something is known."""
        return min(self.now.last, self.today)


def years(w: Work) -> tuple[int, ...]:
    """To choose from, newest first."""
    first = w.session.scalar(select(func.min(m.Complaint.received_on)).where(REGULAR))
    earliest = max(EARLIEST, min(first.year if first else w.today.year, w.today.year))
    return tuple(range(w.today.year, earliest - 1, -1))


def span(today: date, year: int, cut: Cut) -> Span:
    """Raises Refused: ``period_backwards``, ``period_too_long``, ``in_the_future``, ``too_long_ago`` (field ``until``)."""
    now = year_of(year)
    if cut.first and cut.last:
        latest = date(today.year, 12, 31)
        now = between(*(day(each, "until", latest=latest, earliest=date(EARLIEST, 1, 1)) for each in (cut.first, cut.last)))
    return Span(now, now.earlier, tuple(narrowed(cut.unit_id, cut.category, cut.procedure)), today)
