"""The dossiers behind a figure: the same conditions as the count, a page of references at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, extract, false, func, or_, select

from db import models as m
from db.days import days_between
from domain.entries import number
from domain.errors import Refused
from domain.indicators import BY_KEY, LEAD_BINS
from domain.promises import PromiseState
from domain.rights import Right
from domain.vocabulary import EventKind, Status
from services import overview_counts, overview_promises
from services.board_filters import OPEN
from services.door import Actor, Work, work
from services.overview import STEPS, chosen
from services.overview_cut import COMPLAINT, REGULAR, Cut, Span, years
from services.overview_files import MEDIATED, REVISED, measure_counts, reads_all, ruled
from services.overview_promises import OWN
from services.overview_signals import twelve_months

PAGE_SIZE = 25
_DUE = (PromiseState.KEPT, PromiseState.EXTENDED_IN_TIME, PromiseState.EXTENDED_LATE, PromiseState.MISSED)
_PUT_OFF = (PromiseState.EXTENDED_IN_TIME, PromiseState.EXTENDED_LATE)

Condition = ColumnElement[bool]


@dataclass(frozen=True)
class Row:
    reference: str
    title: str
    received_on: date
    category: str
    unit: str | None
    status: Status


@dataclass(frozen=True)
class Listed:
    rows: tuple[Row, ...]  # the last received first
    total: int
    page: int
    pages: int


def behind(actor: Actor, figure: str, year: int | None = None, cut: Cut = Cut(), number: int = 1) -> Listed:  # noqa: B008 - frozen
    """Page `number` of the dossiers of this period that `figure` counts; of a share, those that it is a share of.

    `figure`: the key of an indicator, or one of its parts after a dot: ``month.3``, ``channel.email``, ``subject.conduct``,
    ``category.<name>``, ``unit.<id>`` (``unit.`` without one), ``cell.<id>.<category>``, ``outcome.upheld``, ``lead.<place>``,
    ``complainant.client``, ``body.<key>``, ``result.<value>``, ``promise.<procedure.code>.<state>``, ``standing.open``,
    ``standing.late``, ``funnel.answered``; of what stands out ``repeat.<id>.<category>``, ``place.<id>``.
    Raises Refused: ``not_found`` for what is no figure.
    """
    with work(actor, Right.OVERVIEW) as w:
        span = chosen(w, years(w), year, cut)
        wanted = _scope(w, span, figure)
        total = w.session.scalar(select(func.count(m.Complaint.id)).where(*wanted)) or 0
        pages = max(1, -(-total // PAGE_SIZE))
        page = min(max(1, number), pages)
        return Listed(_rows(w, wanted, page), total, page, pages)


def everything(w: Work, figure: str, year: int | None, cut: Cut) -> Iterator[Row]:
    """For an export: all pages. Raises Refused as `behind`."""
    wanted = _scope(w, chosen(w, years(w), year, cut), figure)
    return (_row(each) for each in w.session.execute(_query(wanted)))


def _rows(w: Work, wanted: list[Condition], page: int) -> tuple[Row, ...]:
    found = w.session.execute(_query(wanted).limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE))
    return tuple(_row(each) for each in found)


def _row(found: Any) -> Row:
    reference, title, received_on, category, unit, status = found
    return Row(reference, title, received_on, category, unit, Status(status))


def _query(wanted: list[Condition]) -> Select[*tuple[Any, ...]]:
    c = m.Complaint
    return (
        select(c.reference, c.title, c.received_on, c.category, m.OrgUnit.name.label("unit"), c.status)
        .outerjoin(m.OrgUnit, m.OrgUnit.id == c.unit_id)
        .where(*wanted)
        .order_by(c.received_on.desc(), c.id.desc())
    )


def _scope(w: Work, span: Span, figure: str) -> list[Condition]:
    """Where the dossiers lie, and what they have."""
    kind, _, rest = figure.partition(".")
    c = m.Complaint
    if kind == "funnel":  # a step of it is an indicator too, which stands elsewhere on the page
        return _scope(w, span, _one_of_steps(rest))
    if kind == "standing":
        late = {"open": c.status.in_(OPEN), "late": c.next_due_on < w.today}
        return [COMPLAINT, *span.narrowed, _one_of(late, rest)]
    if kind in ("repeat", "place") and rest:
        recent = c.received_on.between(twelve_months(span), span.until)
        return [COMPLAINT, *span.narrowed, recent, _part(w, "cell" if kind == "repeat" else "unit", rest)]
    if figure == "questions":
        return [REGULAR, _period(span), overview_counts.numbers()["questions"]]
    if kind in ("measures", "measure_share") and not rest:
        return [COMPLAINT, *span.narrowed, _measures(w, span)]
    found = _part(w, kind, rest) if rest or kind == "unit" else _indicator(w, figure)
    return [COMPLAINT, _period(span), found]


def _one_of_steps(step: str) -> str:
    if step not in STEPS:
        raise Refused("not_found")
    return step


def _period(span: Span) -> Condition:
    return and_(m.Complaint.received_on.between(span.now.first, span.now.last), *span.narrowed)


def _one_of(conditions: dict[str, Condition], name: str) -> Condition:
    if name not in conditions:
        raise Refused("not_found")
    return conditions[name]


def _indicator(w: Work, key: str) -> Condition:
    if key not in BY_KEY or (BY_KEY[key].in_file and not reads_all(w)):
        raise Refused("not_found")
    counts, c = overview_counts.numbers(), m.Complaint
    indicator = BY_KEY[key]
    name = (indicator.whole or indicator.part or key).removesuffix(".due")
    answered = c.answered_on.is_not(None)
    named: dict[str, Callable[[], Condition]] = {
        "ack_sent": lambda: or_(counts["ack_action"], counts["ack_promise"]),
        "delay_median": lambda: counts["received"],
        "lead_median": lambda: answered,
        "lead_p90": lambda: answered,
        "acknowledged": lambda: _promised(w, _DUE, _acknowledgements(w)),
        "kept": lambda: _promised(w, _DUE),
        "appeals": lambda: _promised(w, None, _opened_by_appeal(w)),
        "extended": lambda: _promised(w, _PUT_OFF),
        "notices": lambda: _promised(w, _PUT_OFF),
        "ruled": lambda: exists().where(m.Appeal.complaint_id == c.id, ruled()),
        "external_direct": lambda: exists().where(m.Referral.complaint_id == c.id, m.Referral.internal_first.is_(False)),
        "external_after": lambda: exists().where(m.Referral.complaint_id == c.id, m.Referral.internal_first.is_(True)),
        "mediations": _mediated,
        "forms_judged": lambda: counts["evaluation"],
        "reference": lambda: counts["received"],
        **{each: (lambda rule=rule: _promised(w, _DUE, [rule])) for each, rule in OWN.items()},  # type: ignore[misc]
    }
    return named[name]() if name in named else _one_of(counts, name)


def _acknowledgements(w: Work) -> list[str]:
    return [key for key, rule in overview_promises.rules(w).items() if overview_promises.is_acknowledgement(rule)]


def _opened_by_appeal(w: Work) -> list[str]:
    return overview_promises.opened_by_appeal(overview_promises.rules(w).values())


def _promised(w: Work, states: tuple[PromiseState, ...] | None, keys: Iterable[str] | None = None) -> Condition:
    """With one of these promises (None: of all) in one of these states (None: in any)."""
    p = m.Promise
    of_it = [p.complaint_id == m.Complaint.id, p.informative.is_(False)]
    if keys is not None:
        parts = (key.partition(".") for key in keys)
        of_it.append(or_(false(), *(and_(p.procedure == procedure, p.code == code) for procedure, _, code in parts)))
    if states:
        of_it.append(overview_promises.state(w).in_(states))
    return exists().where(*of_it)


def _mediated() -> Condition:
    c, e, r = m.Complaint, m.Event, m.Referral
    return or_(
        exists().where(e.complaint_id == c.id, e.kind == EventKind.MEDIATION),
        exists().where(r.complaint_id == c.id, r.result.in_(MEDIATED)),
    )


def _measures(w: Work, span: Span) -> Condition:
    if not reads_all(w):
        raise Refused("not_found")
    measure = m.Measure
    counting = (
        select(measure.complaint_id)
        .outerjoin(m.MeasureDone, m.MeasureDone.measure_id == measure.id)
        .where(measure.due_on.between(span.now.first, span.now.last), measure_counts(w))
    )
    return m.Complaint.id.in_(counting)


def _part(w: Work, kind: str, rest: str) -> Condition:
    """One line of a table, or one cell."""
    c, value = m.Complaint, rest
    of_file: dict[str, Callable[[], Condition]] = {
        "complainant": lambda: _complainant(value),
        "body": lambda: exists().where(m.Referral.complaint_id == c.id, m.Referral.body == value),
        "result": lambda: exists().where(m.Referral.complaint_id == c.id, m.Referral.result == value),
        "ruling": lambda: exists().where(m.Appeal.complaint_id == c.id, ruled(), m.Appeal.ruling.in_(REVISED)),
    }
    if kind in of_file:
        if not reads_all(w):
            raise Refused("not_found")
        return of_file[kind]()
    of_dossier: dict[str, Callable[[], Condition]] = {
        "month": lambda: extract("month", c.received_on) == _digits(value),
        "channel": lambda: c.channel == value,
        "subject": lambda: c.subject_type == value,
        "category": lambda: c.category == value,
        "unit": lambda: _unit(value),
        "cell": lambda: and_(_unit(value.partition(".")[0]), c.category == value.partition(".")[2]),
        "outcome": lambda: c.outcome == value,
        "lead": lambda: _lead(_digits(value)),
        "promise": lambda: _state_of(w, value),
    }
    if kind not in of_dossier:
        raise Refused("not_found")
    return of_dossier[kind]()


def _digits(value: str) -> int:
    return int(value) if value.isascii() and value.isdecimal() and len(value) < 16 else -1


def _unit(value: str) -> Condition:
    unit = m.Complaint.unit_id
    return unit == number(_digits(value)) if value else unit.is_(None)


def _complainant(value: str) -> Condition:
    who = m.Complainant
    if not value or value == "-":
        return ~exists().where(who.complaint_id == m.Complaint.id)
    return exists().where(who.complaint_id == m.Complaint.id, who.type == value)


def _lead(place: int) -> Condition:
    if not 0 <= place < len(LEAD_BINS):
        raise Refused("not_found")
    took: Any = days_between(m.Complaint.received_on, m.Complaint.answered_on)
    first, last = LEAD_BINS[place]
    conditions = [took >= first] if place else []
    return and_(m.Complaint.answered_on.is_not(None), *conditions, *([took <= last] if last is not None else []))


def _state_of(w: Work, value: str) -> Condition:
    key, _, state = value.rpartition(".")
    if state not in set(PromiseState):
        raise Refused("not_found")
    return _promised(w, (PromiseState(state),), [key] if key else None)
