"""What became of the promises to who complained in a period, month by month; and how often an answer was put off."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, case, distinct, extract, func, select

from db import models as m
from db.profiles import parse
from domain.facts import Fact
from domain.indicators import Kept
from domain.period import months_between
from domain.promises import PromiseState
from domain.terms import Rule, Term
from services.door import Work
from services.overview_cut import COUNTED, Span

# The promises that have a figure of their own: key of the rule, by the name of the figure (N9, N10, N11, N13).
OWN = {
    "contacted": "HOUSE_WEEK.DECIDE_OR_CONTACT",
    "reacted": "HOUSE_WEEK.RESPONSE",
    "promised": "HOUSE_WEEK.PROMISED_RESPONSE",
    "statutory": "WKO.RESPONSE",
}


@dataclass(frozen=True)
class Promised:
    """One promise of the procedure, and what became of it this period and the one before."""

    key: str  # procedure.code
    label: str  # the procedure's own words
    term: Term | None
    reaction: bool  # the substantive reaction that everybody who complains is promised
    now: Kept
    before: Kept


@dataclass(frozen=True)
class PutOff:
    """N12. A notice puts off every promise that it names; dossiers and notices are counted, not promises."""

    dossiers: int = 0
    notices: int = 0
    in_time: int = 0  # before the first day on which any of its promises was red


def rules(w: Work) -> dict[str, Rule]:
    """The rules by key, in the order of the procedure; where versions differ, the newest words."""
    versions = w.session.scalars(select(m.ProfileVersion.source).order_by(m.ProfileVersion.version.desc()))
    found: dict[str, Rule] = {}
    for source in versions:
        for rule in parse(source).terms:
            found.setdefault(rule.key, rule)
    return found


def state(w: Work) -> ColumnElement[str]:
    """domain.promises.state in SQL; a test compares the two."""
    p, today = m.Promise, w.today
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


@dataclass(frozen=True)
class Books:
    """By promise (procedure.code), period (True: this one) and month of receipt: how many have which state."""

    counts: dict[tuple[str, bool, int], Counter[str]]

    def kept(self, now: bool, wanted: Callable[[str], bool], month: int | None = None) -> Kept:
        total: Counter[str] = Counter()
        for (key, is_now, of_month), states in self.counts.items():
            if is_now is now and month in (None, of_month) and wanted(key):
                total.update(states)
        del total[PromiseState.CANCELLED]
        return Kept(**total)

    def given(self, now: bool, key: str) -> int:
        """All of them, the cancelled ones too."""
        return sum(states.total() for (each, is_now, _), states in self.counts.items() if (each, is_now) == (key, now))

    @property
    def keys(self) -> set[str]:
        return {key for key, *_ in self.counts}


def books(w: Work, span: Span) -> Books:
    """At most as many rows as there are kinds of promises in 24 months, times six states."""
    c = m.Complaint
    each = (
        select(
            span.is_now().label("now"),
            extract("month", c.received_on).label("month"),
            m.Promise.procedure,
            m.Promise.code,
            state(w).label("state"),
        )
        .join(c, c.id == m.Promise.complaint_id)
        .where(COUNTED, span.inside(), m.Promise.informative.is_(False))
        .subquery()
    )
    columns = (each.c.now, each.c.month, each.c.procedure, each.c.code, each.c.state)
    counts: dict[tuple[str, bool, int], Counter[str]] = defaultdict(Counter)
    for row in w.session.execute(select(*columns, func.count().label("number")).group_by(*columns)):
        counts[f"{row.procedure}.{row.code}", bool(row.now), int(row.month)][row.state] = row.number
    return Books(counts)


def promised(found: Books, known: dict[str, Rule]) -> tuple[Promised, ...]:
    """In the order of the procedure."""
    ordered = [key for key in known if key in found.keys] + sorted(found.keys - known.keys())
    return tuple(
        Promised(
            key=key,
            label=known[key].label if key in known else key,
            term=known[key].term if key in known else None,
            reaction=key in known and _is_reaction(known[key]),
            now=found.kept(True, key.__eq__),
            before=found.kept(False, key.__eq__),
        )
        for key in ordered
    )


def running(found: Books, span: Span) -> tuple[Kept, ...]:
    """For each month of this period that has begun: all promises to who complained from its beginning to the end of that
    month."""
    line, total = [], Kept()
    for month in span.now.months[: max(0, months_between(span.now.first, span.until))]:
        total += found.kept(True, lambda _: True, month)
        line.append(total)
    return tuple(line)


def put_off(w: Work, span: Span) -> dict[bool, PutOff]:
    """One row for each period."""
    p = m.Promise
    extended = (PromiseState.EXTENDED_IN_TIME.value, PromiseState.EXTENDED_LATE.value)
    each = (
        select(span.is_now().label("now"), p.complaint_id, p.notice_on, state(w).label("state"))
        .join(m.Complaint, m.Complaint.id == p.complaint_id)
        .where(COUNTED, span.inside(), p.informative.is_(False), p.extended_to.is_not(None))
        .subquery()
    )
    notice = (
        select(each.c.now, each.c.complaint_id, func.max(case((each.c.state == extended[1], 1), else_=0)).label("late"))
        .where(each.c.state.in_(extended))
        .group_by(each.c.now, each.c.complaint_id, each.c.notice_on)
        .subquery()
    )
    columns = (func.count(distinct(notice.c.complaint_id)), func.count(), func.sum(1 - notice.c.late))
    rows = w.session.execute(select(notice.c.now, *columns).group_by(notice.c.now))
    found = {bool(now): PutOff(dossiers, notices, int(in_time)) for now, dossiers, notices, in_time in rows}
    return {now: found.get(now, PutOff()) for now in (True, False)}


def is_acknowledgement(rule: Rule) -> bool:
    return bool({Fact.ACK_ACTION_SENT, Fact.ACK_PROMISE_SENT} & set(rule.met_by))


def _is_reaction(rule: Rule) -> bool:
    return Fact.RECEIVED in rule.trigger and bool({Fact.RESPONSE_SENT, Fact.DECISION_SENT} & set(rule.met_by))


def opened_by_appeal(known: Iterable[Rule]) -> list[str]:
    """Each appeal opens each of these once: who may count a complaint may count its appeal, but not read it."""
    return [rule.key for rule in known if Fact.APPEAL_LODGED in rule.trigger and rule.extend is None]


def appeals(found: Books, known: dict[str, Rule], now: bool) -> int:
    return max((found.given(now, key) for key in opened_by_appeal(known.values())), default=0)
