"""What stands out in the twelve months up to the end of a period: one kind again and again in one place (N23), and a place
where it became clearly more or less than in the twelve months before."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, literal, select

from db import models as m
from domain.indicators import REPEATS, moved
from domain.period import months_back
from services.door import Work
from services.overview_cut import COUNTED, Span


@dataclass(frozen=True)
class Repeat:
    category: str
    unit_id: int
    unit: str
    number: int


@dataclass(frozen=True)
class Moved:
    unit_id: int
    unit: str
    now: int
    before: int


@dataclass(frozen=True)
class Signals:
    first: date  # of the twelve months
    last: date
    repeats: tuple[Repeat, ...]  # most first
    moved: tuple[Moved, ...]  # the largest difference first


def twelve_months(span: Span) -> date:
    """Their first day."""
    return months_back(span.until, 12) + timedelta(days=1)


def signals(w: Work, span: Span) -> Signals:
    """One row for each category in each place, for each of both years."""
    last = span.until
    middle, first = twelve_months(span), months_back(last, 24) + timedelta(days=1)
    c = m.Complaint
    recent = c.received_on >= literal(middle, literal_execute=True)
    query = (
        select(recent.label("recent"), c.category, c.unit_id, m.OrgUnit.name.label("unit"), func.count().label("number"))
        .join(m.OrgUnit, m.OrgUnit.id == c.unit_id)
        .where(COUNTED, c.received_on.between(first, last), *span.narrowed)
        .group_by(recent, c.category, c.unit_id, m.OrgUnit.name)
    )
    repeats: list[Repeat] = []
    places: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    names: dict[int, str] = {}
    for row in w.session.execute(query):
        names[row.unit_id] = row.unit
        places[row.unit_id][0 if row.recent else 1] += row.number
        if row.recent and row.number >= REPEATS:
            repeats.append(Repeat(row.category, row.unit_id, row.unit, row.number))
    shifted = [Moved(unit_id, names[unit_id], *counts) for unit_id, counts in places.items() if moved(*counts)]
    return Signals(
        first=middle,
        last=last,
        repeats=tuple(sorted(repeats, key=lambda each: (-each.number, each.category, each.unit, each.unit_id))),
        moved=tuple(sorted(shifted, key=lambda each: (-abs(each.now - each.before), each.unit, each.unit_id))),
    )
