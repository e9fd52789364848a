"""A year in figures, beside the year before: what came in, which promises were kept, how long it took.

Every figure is an SQL aggregate over the dossiers that the reader may see; the closed compartments are never counted.
The year is that of `received_on`; "now" is today. Formulas: domain/indicators.py and domain.md 5.8.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, literal, or_, select, true

from db import models as m
from db.days import days_between
from db.profiles import parse
from domain.facts import Fact
from domain.indicators import Kept, nearest_rank, share
from domain.promises import PromiseState
from domain.rights import Right
from domain.terms import Rule, Term
from domain.vocabulary import CloseReason, Compartment, ExternalStage, Kind, Status
from services import confirmed, satisfaction
from services.board import OPEN
from services.confirmed import Confirmed
from services.door import Actor, Work, work
from services.satisfaction import Satisfaction

EARLIEST = 2000  # before it nobody kept a register


@dataclass(frozen=True)
class Counted:
    """How many complaints have this value, this year and the year before; None: not given."""

    key: str | None
    now: int
    before: int


@dataclass(frozen=True)
class Promised:
    """One promise of the procedure, and what became of it this year and the year before."""

    key: str  # procedure.code
    label: str  # the procedure's own words
    term: Term | None
    reaction: bool  # the substantive reaction that everybody who complains is promised
    now: Kept
    before: Kept


@dataclass(frozen=True)
class Figures:
    """One year. Days are calendar days."""

    received: int = 0
    questions: int = 0  # not in `received`
    already_resolved: int = 0
    withdrawn: int = 0
    not_handled: int = 0
    reopened: int = 0
    external: int = 0  # the complainant went to an outside body
    appeals: int = 0  # lodged by who complained in this year
    answered: int = 0
    lead_median: int | None = None  # from receipt to answer
    lead_p90: int | None = None
    delay_median: int | None = None  # from receipt to registration
    acknowledged: Kept = field(default_factory=Kept)
    kept: Kept = field(default_factory=Kept)  # all promises together

    @property
    def resolved_share(self) -> float | None:
        return share(self.already_resolved, self.received)

    @property
    def appeal_share(self) -> float | None:
        return share(self.appeals, self.answered)

    @property
    def acknowledged_share(self) -> float | None:
        return self.acknowledged.share

    @property
    def kept_share(self) -> float | None:
        return self.kept.share


class Measure(StrEnum):
    COUNT = "count"
    DAYS = "days"
    SHARE = "share"  # between 0 and 1


# The figures of a year in reading order, as the page and the workbook show them.
LINES: tuple[tuple[str, Measure], ...] = (
    ("received", Measure.COUNT),
    ("questions", Measure.COUNT),
    ("already_resolved", Measure.COUNT),
    ("resolved_share", Measure.SHARE),
    ("delay_median", Measure.DAYS),
    ("acknowledged_share", Measure.SHARE),
    ("kept_share", Measure.SHARE),
    ("answered", Measure.COUNT),
    ("lead_median", Measure.DAYS),
    ("lead_p90", Measure.DAYS),
    ("appeals", Measure.COUNT),
    ("appeal_share", Measure.SHARE),
    ("external", Measure.COUNT),
    ("withdrawn", Measure.COUNT),
    ("not_handled", Measure.COUNT),
    ("reopened", Measure.COUNT),
)


@dataclass(frozen=True)
class Standing:
    """What is open today, whatever year it came in."""

    open: int
    late: int
    oldest_received_on: date | None
    oldest_days: int | None


@dataclass(frozen=True)
class Overview:
    year: int
    years: tuple[int, ...]  # to choose from, newest first
    made_at: datetime  # UTC
    today: date
    now: Figures
    before: Figures
    standing: Standing
    months: tuple[Counted, ...]  # "1" to "12", all of them
    channels: tuple[Counted, ...]  # most this year first
    categories: tuple[Counted, ...]
    units: tuple[Counted, ...]
    outcomes: tuple[Counted, ...]
    promises: tuple[Promised, ...]  # in the order of the procedure
    satisfied: tuple[Satisfaction, Satisfaction] = (Satisfaction(), Satisfaction())  # this year, the year before (N24)
    confirmed: Confirmed = field(default_factory=Confirmed)  # now (N26)


def year(actor: Actor, year: int | None = None) -> Overview:
    """The overview of `year`; of the current year when it is not given or not one of `years`."""
    with work(actor, Right.OVERVIEW) as w:
        return collect(w, year)


def collect(w: Work, year: int | None) -> Overview:
    """As `year`, inside a transaction: the export uses it too. The number of statements does not depend on anything."""
    years = _years(w)
    chosen = year if year in years else w.today.year
    rules = _rules(w)
    books = _books(w, chosen)
    promises = _promised(books, rules)
    months, numbers = _by_day(w, chosen)
    channels, outcomes = _crossed(w, chosen, m.Complaint.channel, m.Complaint.outcome)
    categories, units = _crossed(w, chosen, m.Complaint.category, m.OrgUnit.name)
    figures = _figures(w, chosen, numbers, books, rules)
    return Overview(
        year=chosen,
        years=years,
        made_at=w.now,
        today=w.today,
        now=figures[True],
        before=figures[False],
        standing=_standing(w),
        months=months,
        channels=_ranked(channels),
        categories=_ranked(categories),
        units=_ranked(units),
        outcomes=_ranked({key: numbers for key, numbers in outcomes.items() if key is not None}),
        promises=promises,
        satisfied=(satisfaction.in_year(w, chosen), satisfaction.in_year(w, chosen - 1)),
        confirmed=confirmed.counted(w),
    )


# What is counted


_REGULAR = m.Complaint.compartment == Compartment.REGULAR
_COMPLAINT = and_(_REGULAR, m.Complaint.kind == Kind.COMPLAINT)


def _both_years(chosen: int) -> ColumnElement[bool]:
    return m.Complaint.received_on.between(date(chosen - 1, 1, 1), date(chosen, 12, 31))


def _years(w: Work) -> tuple[int, ...]:
    first = w.session.scalar(select(func.min(m.Complaint.received_on)).where(_REGULAR))
    earliest = max(EARLIEST, min(first.year if first else w.today.year, w.today.year))
    return tuple(range(w.today.year, earliest - 1, -1))


def _is_now(chosen: int) -> ColumnElement[bool]:
    """This year, or the one before. Written into the statement itself: PostgreSQL does not see that two parameters in
    SELECT and GROUP BY are the same date."""
    return m.Complaint.received_on >= literal(date(chosen, 1, 1), literal_execute=True)


Pair = tuple[int, int]  # this year, the year before


def _add(pair: Pair, now: bool, number: int) -> Pair:
    return (pair[0] + number, pair[1]) if now else (pair[0], pair[1] + number)


def _crossed(w: Work, chosen: int, one: Any, other: Any) -> tuple[dict[Any, Pair], dict[Any, Pair]]:
    """Complaints by value of `one` and by value of `other`, from one walk through both years."""
    now = _is_now(chosen)
    query = (
        select(now.label("now"), one.label("one"), other.label("other"), func.count().label("number"))
        .select_from(m.Complaint)
        .outerjoin(m.OrgUnit, m.OrgUnit.id == m.Complaint.unit_id)
        .where(_COMPLAINT, _both_years(chosen))
        .group_by(now, one, other)
    )
    ones: dict[Any, Pair] = defaultdict(lambda: (0, 0))
    others: dict[Any, Pair] = defaultdict(lambda: (0, 0))
    for row in w.session.execute(query):
        ones[row.one] = _add(ones[row.one], row.now, row.number)
        others[row.other] = _add(others[row.other], row.now, row.number)
    return ones, others


def _by_day(w: Work, chosen: int) -> tuple[tuple[Counted, ...], dict[bool, Counter[str]]]:
    """The months, and the plain numbers of each year. At most 731 rows, in the order of the index."""
    counts = (func.count(case((condition, 1))).label(name) for name, condition in _numbers().items())
    query = select(m.Complaint.received_on, *counts).where(_REGULAR, _both_years(chosen)).group_by(m.Complaint.received_on)
    months: dict[int, Pair] = {month: (0, 0) for month in range(1, 13)}
    numbers: dict[bool, Counter[str]] = {True: Counter(), False: Counter()}
    for day, *found in w.session.execute(query):
        now = day.year == chosen
        numbers[now].update(dict(zip(_numbers(), found, strict=True)))
        months[day.month] = _add(months[day.month], now, found[0])
    return tuple(Counted(str(month), *pair) for month, pair in months.items()), numbers


def _numbers() -> dict[str, ColumnElement[bool]]:
    c = m.Complaint
    is_complaint = c.kind == Kind.COMPLAINT
    return {
        "received": is_complaint,
        "questions": c.kind == Kind.QUESTION,
        "already_resolved": and_(is_complaint, c.already_resolved.is_(True)),
        "withdrawn": and_(is_complaint, or_(c.status == Status.WITHDRAWN, c.close_reason == CloseReason.WITHDRAWN)),
        "not_handled": and_(is_complaint, or_(c.status == Status.NOT_HANDLED, c.close_reason == CloseReason.NOT_HANDLED)),
        "reopened": and_(is_complaint, c.reopened.is_(True)),
        "external": and_(is_complaint, c.external_stage.is_not(None), c.external_stage != ExternalStage.INFORMED),
    }


def _ranked(found: Mapping[Any, tuple[int, int]]) -> tuple[Counted, ...]:
    """Most this year first; what is not given last."""
    rows = [Counted(None if key is None else str(key), *numbers) for key, numbers in found.items()]
    return tuple(sorted(rows, key=lambda row: (row.key is None, -row.now, -row.before, row.key or "")))


def _standing(w: Work) -> Standing:
    """Two lookups in one statement: each has its index."""
    c = m.Complaint
    is_open = select(func.count().label("open"), func.min(c.received_on).label("oldest")).where(_COMPLAINT, c.status.in_(OPEN))
    late = select(func.count().label("late")).where(_COMPLAINT, c.next_due_on < w.today)
    ours, others = is_open.subquery(), late.subquery()
    row = w.session.execute(select(ours.c.open, ours.c.oldest, others.c.late).join(others, true())).one()
    return Standing(row.open, row.late, row.oldest, (w.today - row.oldest).days if row.oldest else None)


# Promises


def _rules(w: Work) -> dict[str, Rule]:
    """The rules by key, in the order of the procedure; where versions differ, the newest words."""
    versions = w.session.scalars(select(m.ProfileVersion.source).order_by(m.ProfileVersion.version.desc()))
    rules: dict[str, Rule] = {}
    for source in versions:
        for rule in parse(source).terms:
            rules.setdefault(rule.key, rule)
    return rules


def _state(today: date) -> ColumnElement[str]:
    """domain.promises.state in SQL; a test compares the two."""
    p = m.Promise
    good = case((p.statutory.is_(True), p.legal_on), else_=p.target_on)
    return case(
        (p.met_on <= good, PromiseState.KEPT.value),
        (p.met_on.is_not(None), PromiseState.MISSED.value),
        (and_(p.extended_to.is_not(None), p.notice_on <= good), PromiseState.EXTENDED_IN_TIME.value),
        (p.extended_to.is_not(None), PromiseState.EXTENDED_LATE.value),
        (p.cancelled_on <= good, PromiseState.CANCELLED.value),
        (p.cancelled_on.is_not(None), PromiseState.MISSED.value),
        (good >= today, PromiseState.OPEN.value),
        (and_(p.paused_from <= today, p.paused_until.is_(None)), PromiseState.OPEN.value),
        else_=PromiseState.MISSED.value,
    )


Books = dict[tuple[str, bool], dict[str, int]]


def _books(w: Work, chosen: int) -> Books:
    """What became of each promise (procedure.code) to who complained this year (True) and the year before."""
    each = (
        select(_is_now(chosen).label("now"), m.Promise.procedure, m.Promise.code, _state(w.today).label("state"))
        .join(m.Complaint, m.Complaint.id == m.Promise.complaint_id)
        .where(_COMPLAINT, _both_years(chosen), m.Promise.informative.is_(False))
        .subquery()
    )
    columns = (each.c.now, each.c.procedure, each.c.code, each.c.state)
    books: Books = defaultdict(dict)
    for row in w.session.execute(select(*columns, func.count().label("number")).group_by(*columns)):
        books[f"{row.procedure}.{row.code}", bool(row.now)][row.state] = row.number
    return books


def _kept(books: Books, key: str, now: bool) -> Kept:
    return Kept(**{state: number for state, number in books.get((key, now), {}).items() if state != PromiseState.CANCELLED})


def _promised(books: Books, rules: dict[str, Rule]) -> tuple[Promised, ...]:
    given = {key for key, _ in books}
    ordered = [key for key in rules if key in given] + sorted(given - rules.keys())
    return tuple(
        Promised(
            key=key,
            label=rules[key].label if key in rules else key,
            term=rules[key].term if key in rules else None,
            reaction=key in rules and _is_reaction(rules[key]),
            now=_kept(books, key, True),
            before=_kept(books, key, False),
        )
        for key in ordered
    )


def _is_reaction(rule: Rule) -> bool:
    return Fact.RECEIVED in rule.trigger and bool({Fact.RESPONSE_SENT, Fact.DECISION_SENT} & set(rule.met_by))


def _is_acknowledgement(rule: Rule) -> bool:
    return bool({Fact.ACK_ACTION_SENT, Fact.ACK_PROMISE_SENT} & set(rule.met_by))


# Figures


def _figures(
    w: Work, chosen: int, numbers: dict[bool, Counter[str]], books: Books, rules: dict[str, Rule]
) -> dict[bool, Figures]:
    lead, delay = _days(w, chosen)
    acknowledgements = [key for key, rule in rules.items() if _is_acknowledgement(rule)]

    def of(now: bool) -> Figures:
        return Figures(
            **{name: numbers[now][name] for name in _numbers()},
            appeals=_appeals(books, rules, now),
            answered=sum(lead[now].values()),
            lead_median=nearest_rank(lead[now], 50),
            lead_p90=nearest_rank(lead[now], 90),
            delay_median=nearest_rank(delay[now], 50),
            acknowledged=sum((_kept(books, key, now) for key in acknowledgements), Kept()),
            kept=sum((_kept(books, key, now) for key, year in books if year is now), Kept()),
        )

    return {now: of(now) for now in (True, False)}


def _appeals(books: Books, rules: dict[str, Rule], now: bool) -> int:
    """From the promise that each appeal opens: who may count a complaint may count its appeal, but not read it."""
    opened = [key for key, rule in rules.items() if Fact.APPEAL_LODGED in rule.trigger and rule.extend is None]
    return max((sum(books.get((key, now), {}).values()) for key in opened), default=0)


def _days(w: Work, chosen: int) -> tuple[dict[bool, Counter[int]], dict[bool, Counter[int]]]:
    """How many complaints took how many calendar days from receipt to answer, and to registration. As many rows as
    there are different numbers of days, so that a percentile needs no list of complaints."""
    c, now = m.Complaint, _is_now(chosen)
    lead, delay = days_between(c.received_on, c.answered_on), days_between(c.received_on, c.registered_on)
    query = (
        select(now.label("now"), lead.label("lead"), delay.label("delay"), func.count().label("number"))
        .where(_COMPLAINT, _both_years(chosen))
        .group_by(now, lead, delay)
    )
    leads: dict[bool, Counter[int]] = {True: Counter(), False: Counter()}
    delays: dict[bool, Counter[int]] = {True: Counter(), False: Counter()}
    for row in w.session.execute(query):
        delays[bool(row.now)][row.delay] += row.number
        if row.lead is not None:
            leads[bool(row.now)][row.lead] += row.number
    return leads, delays
