"""A year in figures, beside the year before: what came in, which promises were kept, how long it took.

Every figure is an SQL aggregate over the dossiers that the reader may see; the closed compartments are never counted.
The year is that of `received_on`; "now" is today. Formulas: domain/indicators.py and domain.md 5.8.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, case, distinct, extract, func, or_, select

from db import models as m
from db.days import days_between
from db.profiles import parse
from domain.facts import Fact
from domain.indicators import Kept, nearest_rank, share
from domain.promises import PromiseState
from domain.rights import Right
from domain.terms import Rule, Term
from domain.vocabulary import CloseReason, Compartment, ExternalStage, Kind, Status
from services.board import OPEN
from services.door import Actor, Work, work

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
    appeals: int = 0  # complaints that went to appeal
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


def year(actor: Actor, year: int | None = None) -> Overview:
    """The overview of `year`; of the current year when it is not given or not one of `years`."""
    with work(actor, Right.OVERVIEW) as w:
        return collect(w, year)


def collect(w: Work, year: int | None) -> Overview:
    """As `year`, inside a transaction: the export uses it too. The number of statements does not depend on anything."""
    years = _years(w)
    chosen = year if year in years else w.today.year
    rules = _rules(w)
    promises = _promised(w, chosen, rules)
    figures = _figures(w, chosen, promises, rules)
    months = _counted(w, chosen, extract("month", m.Complaint.received_on))
    return Overview(
        year=chosen,
        years=years,
        made_at=w.now,
        today=w.today,
        now=figures[chosen],
        before=figures[chosen - 1],
        standing=_standing(w),
        months=tuple(Counted(str(month), *months.get(month, (0, 0))) for month in range(1, 13)),
        channels=_ranked(_counted(w, chosen, m.Complaint.channel)),
        categories=_ranked(_counted(w, chosen, m.Complaint.category)),
        units=_ranked(_counted(w, chosen, m.OrgUnit.name)),
        outcomes=_ranked(_counted(w, chosen, m.Complaint.outcome, m.Complaint.outcome.is_not(None))),
        promises=promises,
    )


# What is counted


_YEAR = extract("year", m.Complaint.received_on)
_REGULAR = m.Complaint.compartment == Compartment.REGULAR
_COMPLAINT = and_(_REGULAR, m.Complaint.kind == Kind.COMPLAINT)


def _both_years(chosen: int) -> ColumnElement[bool]:
    return m.Complaint.received_on.between(date(chosen - 1, 1, 1), date(chosen, 12, 31))


def _years(w: Work) -> tuple[int, ...]:
    first = w.session.scalar(select(func.min(m.Complaint.received_on)).where(_REGULAR))
    earliest = max(EARLIEST, min(first.year if first else w.today.year, w.today.year))
    return tuple(range(w.today.year, earliest - 1, -1))


def _counted(w: Work, chosen: int, by: Any, *conditions: ColumnElement[bool]) -> dict[Any, tuple[int, int]]:
    """Per value of `by`: this year's number and that of the year before."""
    query = (
        select(by.label("value"), _YEAR.label("year"), func.count().label("number"))
        .select_from(m.Complaint)
        .outerjoin(m.OrgUnit, m.OrgUnit.id == m.Complaint.unit_id)
        .where(_COMPLAINT, _both_years(chosen), *conditions)
        .group_by(by, _YEAR)
    )
    found: dict[Any, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for row in w.session.execute(query):
        now, before = found[row.value]
        found[row.value] = (row.number, before) if row.year == chosen else (now, row.number)
    return found


def _ranked(found: Mapping[Any, tuple[int, int]]) -> tuple[Counted, ...]:
    """Most this year first; what is not given last."""
    rows = [Counted(None if key is None else str(key), *numbers) for key, numbers in found.items()]
    return tuple(sorted(rows, key=lambda row: (row.key is None, -row.now, -row.before, row.key or "")))


def _standing(w: Work) -> Standing:
    is_open = m.Complaint.status.in_(OPEN)
    late = m.Complaint.next_due_on < w.today
    row = w.session.execute(
        select(
            func.count(case((is_open, 1))).label("open"),
            func.count(case((late, 1))).label("late"),
            func.min(case((is_open, m.Complaint.received_on))).label("oldest"),
        ).where(_COMPLAINT, or_(is_open, late))
    ).one()
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
        (and_(p.extended_to.is_not(None), p.notice_on <= p.target_on), PromiseState.EXTENDED_IN_TIME.value),
        (p.extended_to.is_not(None), PromiseState.EXTENDED_LATE.value),
        (p.cancelled_on <= good, PromiseState.CANCELLED.value),
        (p.cancelled_on.is_not(None), PromiseState.MISSED.value),
        (good >= today, PromiseState.OPEN.value),
        else_=PromiseState.MISSED.value,
    )


def _books(w: Work, chosen: int) -> dict[tuple[str, int], Kept]:
    """What became of each promise (procedure.code) to who complained in each of the two years."""
    each = (
        select(_YEAR.label("year"), m.Promise.procedure, m.Promise.code, _state(w.today).label("state"))
        .join(m.Complaint, m.Complaint.id == m.Promise.complaint_id)
        .where(_COMPLAINT, _both_years(chosen), m.Promise.informative.is_(False))
        .subquery()
    )
    columns = (each.c.year, each.c.procedure, each.c.code, each.c.state)
    counts: dict[tuple[str, int], dict[str, int]] = defaultdict(dict)
    for row in w.session.execute(select(*columns, func.count().label("number")).group_by(*columns)):
        if row.state != PromiseState.CANCELLED:
            counts[f"{row.procedure}.{row.code}", int(row.year)][row.state] = row.number
    return {place: Kept(**states) for place, states in counts.items()}


def _promised(w: Work, chosen: int, rules: dict[str, Rule]) -> tuple[Promised, ...]:
    books = _books(w, chosen)
    given = {key for key, _ in books}
    ordered = [key for key in rules if key in given] + sorted(given - rules.keys())
    return tuple(
        Promised(
            key=key,
            label=rules[key].label if key in rules else key,
            term=rules[key].term if key in rules else None,
            reaction=key in rules and _is_reaction(rules[key]),
            now=books.get((key, chosen), Kept()),
            before=books.get((key, chosen - 1), Kept()),
        )
        for key in ordered
    )


def _is_reaction(rule: Rule) -> bool:
    return Fact.RECEIVED in rule.trigger and bool({Fact.RESPONSE_SENT, Fact.DECISION_SENT} & set(rule.met_by))


def _is_acknowledgement(rule: Rule) -> bool:
    return bool({Fact.ACK_ACTION_SENT, Fact.ACK_PROMISE_SENT} & set(rule.met_by))


# Figures


def _figures(w: Work, chosen: int, promises: tuple[Promised, ...], rules: dict[str, Rule]) -> dict[int, Figures]:
    numbers = _numbers(w, chosen)
    appeals = _appeals(w, chosen, rules)
    lead = _days(w, chosen, m.Complaint.answered_on)
    delay = _days(w, chosen, m.Complaint.registered_on)
    acknowledgements = [each for each in promises if each.key in rules and _is_acknowledgement(rules[each.key])]

    def of(year: int) -> Figures:
        column = "now" if year == chosen else "before"
        return Figures(
            **numbers.get(year, {}),
            appeals=appeals.get(year, 0),
            answered=sum(lead[year].values()),
            lead_median=nearest_rank(lead[year], 50),
            lead_p90=nearest_rank(lead[year], 90),
            delay_median=nearest_rank(delay[year], 50),
            acknowledged=sum((getattr(each, column) for each in acknowledgements), Kept()),
            kept=sum((getattr(each, column) for each in promises), Kept()),
        )

    return {year: of(year) for year in (chosen, chosen - 1)}


def _numbers(w: Work, chosen: int) -> dict[int, dict[str, int]]:
    c = m.Complaint
    is_complaint = c.kind == Kind.COMPLAINT
    conditions = {
        "received": is_complaint,
        "questions": c.kind == Kind.QUESTION,
        "already_resolved": and_(is_complaint, c.already_resolved.is_(True)),
        "withdrawn": and_(is_complaint, or_(c.status == Status.WITHDRAWN, c.close_reason == CloseReason.WITHDRAWN)),
        "not_handled": and_(is_complaint, or_(c.status == Status.NOT_HANDLED, c.close_reason == CloseReason.NOT_HANDLED)),
        "reopened": and_(is_complaint, c.reopened.is_(True)),
        "external": and_(is_complaint, c.external_stage.is_not(None), c.external_stage != ExternalStage.INFORMED),
    }
    counts = (func.count(case((condition, 1))).label(name) for name, condition in conditions.items())
    query = select(_YEAR.label("year"), *counts).where(_REGULAR, _both_years(chosen)).group_by(_YEAR)
    return {int(row.year): {name: getattr(row, name) for name in conditions} for row in w.session.execute(query)}


def _appeals(w: Work, chosen: int, rules: dict[str, Rule]) -> dict[int, int]:
    """From the promises that an appeal opens: whoever may count a complaint may count its appeal, but not read it."""
    opened = {rule.code for rule in rules.values() if Fact.APPEAL_LODGED in rule.trigger}
    query = (
        select(_YEAR.label("year"), func.count(distinct(m.Complaint.id)).label("number"))
        .join(m.Promise, m.Promise.complaint_id == m.Complaint.id)
        .where(_COMPLAINT, _both_years(chosen), m.Promise.code.in_(opened))
        .group_by(_YEAR)
    )
    return {int(row.year): row.number for row in w.session.execute(query)}


def _days(w: Work, chosen: int, until: Any) -> dict[int, dict[int, int]]:
    """Per year: how many complaints took how many calendar days from receipt `until` then. As many rows as there are
    different numbers of days, so that the percentile needs no list of complaints."""
    days = days_between(m.Complaint.received_on, until)
    query = (
        select(_YEAR.label("year"), days.label("days"), func.count().label("number"))
        .where(_COMPLAINT, _both_years(chosen), until.is_not(None))
        .group_by(_YEAR, days)
    )
    found: dict[int, dict[int, int]] = {chosen: {}, chosen - 1: {}}
    for row in w.session.execute(query):
        found[int(row.year)][row.days] = row.number
    return found
