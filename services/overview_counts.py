"""What can be counted of the dossiers themselves: how many, of which kind, where, and how long they took."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, literal, or_, select, true, union_all

from db import models as m
from db.days import days_between
from domain.vocabulary import Channel, CloseReason, ExternalStage, Kind, LadderLevel, LetterType, Outcome, Status
from services.board_filters import OPEN
from services.door import Work
from services.overview_cut import COMPLAINT, COUNTED, IN_FILE, Pair, Span

ByPeriod = dict[bool, Counter[str]]  # True: this period


@dataclass(frozen=True)
class Counted:
    """How many complaints have this value, this period and the one before; None: not given."""

    key: str | None
    now: int
    before: int


@dataclass(frozen=True)
class Cell:
    """Complaints of one category about one location in this period; None: about none in particular."""

    category: str
    unit_id: int | None
    unit: str | None
    number: int


@dataclass(frozen=True)
class Standing:
    """What is open today, whatever period it came in."""

    open: int
    late: int
    oldest_received_on: date | None
    oldest_days: int | None


def numbers() -> dict[str, ColumnElement[bool]]:
    """The plain counts: which dossier counts, by the name of the figure."""
    c = m.Complaint
    solved = c.outcome == Outcome.RESOLVED_INFORMALLY
    step_known = and_(solved, c.taken_over.is_(False))  # an old register does not say on which step of the ladder
    of_complaints: dict[str, ColumnElement[bool]] = {
        "received": true(),
        "already_resolved": c.already_resolved.is_(True),
        "evaluation": c.channel == Channel.EVALUATION_FORM,
        "ack_action": c.ack_variant == LetterType.ACK_ACTION,
        "ack_promise": c.ack_variant == LetterType.ACK_PROMISE,
        "answered": c.answered_on.is_not(None),
        "decided": c.outcome.is_not(None),
        "upheld": c.outcome == Outcome.UPHELD,
        "partly": c.outcome == Outcome.PARTLY,
        "not_upheld": c.outcome == Outcome.NOT_UPHELD,
        "no_judgment": c.outcome == Outcome.NO_JUDGMENT,
        "solved": solved,
        "solved_here": step_known,
        **{
            f"solved_{level}": and_(step_known, c.ladder_level == level)
            for level in LadderLevel
            if level != LadderLevel.OUTSIDE
        },
        "external": and_(c.external_stage.is_not(None), c.external_stage != ExternalStage.INFORMED),
        "withdrawn": or_(c.status == Status.WITHDRAWN, c.close_reason == CloseReason.WITHDRAWN),
        "not_handled": or_(c.status == Status.NOT_HANDLED, c.close_reason == CloseReason.NOT_HANDLED),
        "reopened": c.reopened.is_(True),
    }
    is_complaint = c.kind == Kind.COMPLAINT
    counted = {name: and_(is_complaint, condition) for name, condition in of_complaints.items()}
    return counted | {"questions": c.kind == Kind.QUESTION}


def by_day(w: Work, span: Span) -> tuple[tuple[Counted, ...], ByPeriod]:
    """The months, and the plain numbers of each period. At most 731 rows, in the order of the index."""
    names = numbers()
    counts = (func.count(case((condition, 1))).label(name) for name, condition in names.items())
    query = select(m.Complaint.received_on, *counts).where(IN_FILE, span.inside()).group_by(m.Complaint.received_on)
    months: dict[int, Pair] = dict.fromkeys(span.now.months, (0, 0))
    found: ByPeriod = {True: Counter(), False: Counter()}
    for day, *row in w.session.execute(query):
        now = day >= span.now.first
        of_day = dict(zip(names, row, strict=True))
        found[now].update(of_day)
        months[day.month] = _add(months[day.month], now, of_day["received"])
    return tuple(Counted(str(month), *pair) for month, pair in months.items()), found


def _add(pair: Pair, now: bool, number: int) -> Pair:
    return (pair[0] + number, pair[1]) if now else (pair[0], pair[1] + number)


def crossed(w: Work, span: Span, *values: Any) -> tuple[tuple[Counted, ...], ...]:
    """Complaints by each of these values, from one walk through both periods; most this period first."""
    now = span.is_now()
    columns = [value.label(f"value_{place}") for place, value in enumerate(values)]
    query = (
        select(now.label("now"), *columns, func.count().label("number")).where(COUNTED, span.inside()).group_by(now, *values)
    )
    found: list[dict[Any, Pair]] = [defaultdict(lambda: (0, 0)) for _ in values]
    for is_now, *row, number in w.session.execute(query):
        for place, value in enumerate(row):
            found[place][value] = _add(found[place][value], is_now, number)
    return tuple(ranked(each) for each in found)


def places(w: Work, span: Span) -> tuple[tuple[Counted, ...], tuple[Counted, ...], tuple[Cell, ...]]:
    """By category, by location (its name), and by both at once for this period."""
    c, now = m.Complaint, span.is_now()
    query = (
        select(now.label("now"), c.category, c.unit_id, m.OrgUnit.name.label("unit"), func.count().label("number"))
        .select_from(c)
        .outerjoin(m.OrgUnit, m.OrgUnit.id == c.unit_id)
        .where(COUNTED, span.inside())
        .group_by(now, c.category, c.unit_id, m.OrgUnit.name)
    )
    categories: dict[Any, Pair] = defaultdict(lambda: (0, 0))
    units: dict[Any, Pair] = defaultdict(lambda: (0, 0))
    cells = []
    for row in w.session.execute(query):
        categories[row.category] = _add(categories[row.category], row.now, row.number)
        units[row.unit] = _add(units[row.unit], row.now, row.number)
        if row.now:
            cells.append(Cell(row.category, row.unit_id, row.unit, row.number))
    cells.sort(key=lambda each: (-each.number, each.category, each.unit is None, each.unit or "", each.unit_id or 0))
    return ranked(categories), ranked(units), tuple(cells)


def ranked(found: Mapping[Any, Pair]) -> tuple[Counted, ...]:
    """Most this period first; what is not given last."""
    rows = [Counted(None if key is None else str(key), *pair) for key, pair in found.items()]
    return tuple(sorted(rows, key=lambda row: (row.key is None, -row.now, -row.before, row.key or "")))


def standing(w: Work, span: Span) -> Standing:
    """Two lookups in one statement: each has its index."""
    c = m.Complaint
    is_open = select(func.count().label("open"), func.min(c.received_on).label("oldest")).where(
        COMPLAINT, c.status.in_(OPEN), *span.narrowed
    )
    late = select(func.count().label("late")).where(COMPLAINT, c.next_due_on < w.today, *span.narrowed)
    ours, others = is_open.subquery(), late.subquery()
    row = w.session.execute(select(ours.c.open, ours.c.oldest, others.c.late).join(others, true())).one()
    return Standing(row.open, row.late, row.oldest, (w.today - row.oldest).days if row.oldest else None)


def days(w: Work, span: Span) -> tuple[dict[bool, Counter[int]], dict[bool, Counter[int]]]:
    """How many complaints took how many calendar days from receipt to answer, and to registration. As many rows as there
    are different numbers of days of either, however they combine, so that a percentile needs no list of complaints."""
    c, now = m.Complaint, span.is_now()
    lead = days_between(c.received_on, c.answered_on)
    delay = case((c.taken_over.is_(False), days_between(c.received_on, c.registered_on)))  # an old register does not say
    pairs = (
        select(now.label("now"), lead.label("lead"), delay.label("delay"), func.count().label("number"))
        .where(COUNTED, span.inside())
        .group_by(now, lead, delay)
        .cte("pairs")
    )
    each = (
        select(pairs.c.now, literal(place).label("place"), took.label("took"), func.sum(pairs.c.number).label("number"))
        .where(took.is_not(None))
        .group_by(pairs.c.now, took)
        for place, took in enumerate((pairs.c.lead, pairs.c.delay))
    )
    found: tuple[dict[bool, Counter[int]], ...] = tuple({True: Counter(), False: Counter()} for _ in range(2))
    for row in w.session.execute(select(union_all(*each).subquery())):
        found[row.place][bool(row.now)][row.took] = int(row.number)
    return found[0], found[1]
