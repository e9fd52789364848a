"""Measures of all dossiers together: what is open, what is late, and whether what was done helped.

A measure's words belong to the dossier, so a list holds those of dossiers that its reader has on the board and may read: the
row rule narrows every statement here. A reviewer sees the measures in the dossier, as it stood.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, case, exists, func, or_, select
from sqlalchemy.orm import aliased

from db import models as m
from domain.calendar import Calendar
from domain.entries import choice, number
from domain.errors import Refused
from domain.measures import MeasureState, state
from domain.promises import SOON_DAYS, flag
from domain.rights import CASE_ROLES, Right
from domain.texts import required
from domain.vocabulary import EventKind, Flag, Helped, Status
from domain.workflow import TABLE, StepName
from services import profiles
from services.door import Actor, Work, work
from services.records import load_to_append, record
from services.standing import MEASURE, go, without_ground

PAGE_SIZE = 25
FEW = 5  # of mine, and of what is asked; the rest is a filter away

_owner = aliased(m.Account)
_MOVES = frozenset(status for row in TABLE if row.step is StepName.MOVE_MEASURE for status in row.before)

Query = Select[*tuple[Any, ...]]


class Show(StrEnum):
    OPEN = "open"
    OVERDUE = "overdue"
    TO_CHECK = "to_check"
    DONE = "done"
    ALL = "all"  # those that lapsed too


@dataclass(frozen=True)
class MeasureFilter:
    """What to show. Comes from an address bar: a value that does not exist counts as not given."""

    show: str = Show.OPEN
    mine: bool = False
    owner_id: int | None = None
    page: int = 1


@dataclass(frozen=True)
class MeasureRow:
    id: int
    reference: str
    version: int  # of its dossier
    title: str
    text: str
    owner: str
    mine: bool
    state: MeasureState
    flag: Flag  # of what is open: how near its date is
    due_on: date
    days_left: int  # calendar days; negative when late
    check_months: int | None
    done_on: date | None
    evidence: str | None
    check_on: date | None
    helped: str | None  # Helped
    explanation: str | None
    item_id: int | None  # of a yearly review: it was agreed there
    steps: tuple[StepName, ...]  # what this person can do with it now


@dataclass(frozen=True)
class Part:
    """The first few of something, and how many there are."""

    rows: tuple[MeasureRow, ...] = ()
    total: int = 0


@dataclass(frozen=True)
class Measures:
    mine: Part  # open
    asked: Part  # did it help?
    rows: tuple[MeasureRow, ...]
    total: int
    page: int
    pages: int


# What a person can ask


def look(actor: Actor, wanted: MeasureFilter) -> Measures:
    """Mine that are open, those of which it is asked whether they helped, and one page of what was chosen. Four statements
    on dossiers, however many there are."""
    with work(actor, Right.LIST) as w:
        wanted = settled(wanted)
        conditions = [*_shown(w, Show(wanted.show)), *_owned(w, wanted)]
        total = w.session.scalar(_joined(select(func.count(m.Measure.id))).where(*conditions)) or 0
        pages = max(1, -(-total // PAGE_SIZE))
        page = min(max(1, wanted.page), pages)
        query = _rows(w).where(*conditions).order_by(*_order(Show(wanted.show)))
        rows = w.session.execute(query.limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE)).all()
        mine = _few(w, FEW, *_shown(w, Show.OPEN), m.Measure.owner_id == w.me)
        asked = _few(w, FEW, *_shown(w, Show.TO_CHECK))
        return Measures(mine, asked, as_rows(w, rows), total, page, pages)


def owners(actor: Actor) -> tuple[tuple[int, str], ...]:
    """Who can own a measure, by name: from the organisation, never from dossiers. No statement on those."""
    with work(actor, Right.LIST) as w:
        held = select(m.AccountRole.account_id).where(m.AccountRole.role.in_(CASE_ROLES))
        query = select(m.Account.id, m.Account.display_name).where(m.Account.active.is_(True), m.Account.id.in_(held))
        found = w.session.execute(query.order_by(m.Account.display_name, m.Account.id))
        return tuple((row.id, row.display_name) for row in found)


def answer(actor: Actor, reference: str, measure_id: int, helped: str, explanation: str) -> None:
    """Did it help? Answered once, from the day on which it is asked; twice the same is once. Raises Refused:
    ``not_found``, ``no_effect_due``, ``effect_not_asked``, ``effect_already_known``, ``missing``, ``unknown_value``."""
    with work(actor, Right.LOG) as w:
        complaint = load_to_append(w, reference)
        query = select(m.MeasureDone).where(
            m.MeasureDone.measure_id == number(measure_id), m.MeasureDone.complaint_id == complaint.id
        )
        done, known = w.session.scalar(query), w.session.get(m.MeasureEffect, number(measure_id))
        chosen, words = choice(Helped, helped, "helped"), required(explanation, "explanation")
        if done is not None and known is not None:
            if (known.helped, known.explanation) == (chosen, words):
                return
            raise Refused("effect_already_known")
        go(w, complaint, StepName.MEASURE_EFFECT)
        if done is None:
            raise Refused("not_found")
        if done.check_on is None or done.check_on > w.today:
            raise Refused("effect_not_asked", "measure_id")
        entry = record(w, complaint, EventKind.MEASURE_EFFECT, w.today, words, measure=done.measure_id, helped=chosen)
        said = {"helped": chosen, "explanation": words, "answered_on": w.today, "event_id": entry.id}
        w.session.add(m.MeasureEffect(measure_id=done.measure_id, complaint_id=complaint.id, **said))


# For other services


def settled(wanted: MeasureFilter) -> MeasureFilter:
    return replace(wanted, show=wanted.show if wanted.show in set(Show) else Show.OPEN)


def everything(w: Work, wanted: MeasureFilter) -> Iterator[MeasureRow]:
    """All pages of what was chosen."""
    wanted = settled(wanted)
    query = _rows(w).where(*_shown(w, Show(wanted.show)), *_owned(w, wanted)).order_by(*_order(Show(wanted.show)))
    for part in w.session.execute(query).partitions(PAGE_SIZE):
        yield from as_rows(w, part)


def to_do(w: Work, most: int) -> Part:
    """For the board: mine that are due soon or late, and for who assigns work those of others that are late. Also of
    dossiers that were closed. One statement."""
    return _few(w, most, *_shown(w, Show.OPEN), _due(w))


def stands_for_next_promise(w: Work) -> ColumnElement[bool]:
    """Of a dossier: its next promise is a measure that `to_do` gives."""
    c, done = m.Complaint, aliased(m.MeasureDone)
    undone = ~exists().where(done.measure_id == m.Measure.id)
    of_it = (m.Measure.complaint_id == c.id, m.Measure.due_on == c.next_due_on)
    named = c.next_promise.endswith(f".{MEASURE}", autoescape=True)
    return and_(named, exists().where(*of_it, undone, ~without_ground(), _due(w)))


def _due(w: Work) -> ColumnElement[bool]:
    soon = profiles.warning_calendar(w).last_day_within(w.today, SOON_DAYS)
    mine = and_(m.Measure.owner_id == w.me, m.Measure.due_on <= soon)
    return or_(mine, m.Measure.due_on < w.today) if w.may(Right.ASSIGN) else mine


def open_before(w: Work, day: date, *conditions: ColumnElement[bool]) -> tuple[MeasureRow, ...]:
    """Those that were agreed before this day and were not done before it, as it stood then; the earliest date first: what
    returns in a review. `conditions`: what more is asked of a measure."""
    event = m.Event.__table__  # when it was agreed, and nothing else of what happened
    agreed_on = select(event.c.happened_on).where(event.c.id == m.Measure.event_id).scalar_subquery()
    agreed = or_(m.Measure.event_id.is_(None), agreed_on < day)
    undone = or_(m.MeasureDone.done_on.is_(None), m.MeasureDone.done_on >= day)
    query = _rows(w).where(agreed, undone, ~without_ground(), *conditions)
    return as_rows(w, w.session.execute(query.order_by(*_order(Show.OPEN))).all())


# In SQL


def _joined(query: Query) -> Query:
    return (
        query.select_from(m.Measure)
        .join(m.Complaint, m.Complaint.id == m.Measure.complaint_id)
        .outerjoin(m.MeasureDone, m.MeasureDone.measure_id == m.Measure.id)
        .outerjoin(m.MeasureEffect, m.MeasureEffect.measure_id == m.Measure.id)
        .where(m.Complaint.status != Status.ANONYMISED)
    )


def _rows(w: Work) -> Query:
    c, done, effect = m.Complaint, m.MeasureDone, m.MeasureEffect
    query = select(
        m.Measure.id,
        c.reference,
        c.version,
        c.title,
        c.status,
        m.Measure.text,
        m.Measure.due_on,
        m.Measure.check_months,
        m.Measure.owner_id,
        m.Measure.review_item_id.label("item_id"),
        _owner.display_name.label("owner"),
        done.done_on,
        done.evidence,
        done.check_on,
        effect.helped,
        effect.explanation,
        without_ground().label("lapsed"),
        w.reader.reached(Right.LOG, c).label("may_log"),
        w.reader.reached(Right.EXTEND, c).label("may_move"),
    )
    return _joined(query).join(_owner, _owner.id == m.Measure.owner_id)


def _shown(w: Work, show: Show) -> list[ColumnElement[bool]]:
    """domain.measures.state in SQL; a test compares the two."""
    undone, done = m.MeasureDone.done_on.is_(None), m.MeasureDone.done_on.is_not(None)
    match show:
        case Show.OPEN:
            return [undone, ~without_ground()]
        case Show.OVERDUE:
            return [undone, ~without_ground(), m.Measure.due_on < w.today]
        case Show.TO_CHECK:
            return [m.MeasureDone.check_on <= w.today, m.MeasureEffect.helped.is_(None)]
        case Show.DONE:
            return [done]
    return []


def _owned(w: Work, wanted: MeasureFilter) -> Iterable[ColumnElement[bool]]:
    if wanted.mine:
        yield m.Measure.owner_id == w.me
    elif wanted.owner_id is not None:
        yield m.Measure.owner_id == number(wanted.owner_id)


def _order(show: Show) -> list[ColumnElement[Any]]:
    done = m.MeasureDone.done_on
    by: dict[Show, list[ColumnElement[Any]]] = {
        Show.TO_CHECK: [m.MeasureDone.check_on.asc()],
        Show.DONE: [done.desc()],
        Show.ALL: [case((done.is_(None), 0), else_=1)],
    }
    return [*by.get(show, []), m.Measure.due_on.asc(), m.Measure.id.asc()]


def _few(w: Work, most: int, *conditions: ColumnElement[bool]) -> Part:
    """Mine first."""
    query = _rows(w).where(*conditions).add_columns(func.count().over().label("everything"))
    first = case((m.Measure.owner_id == w.me, 0), else_=1)
    rows = w.session.execute(query.order_by(first, *_order(Show.OPEN)).limit(most)).all()
    return Part(as_rows(w, rows), rows[0].everything if rows else 0)


def as_rows(w: Work, rows: Sequence[Row[Any]]) -> tuple[MeasureRow, ...]:
    calendar = profiles.warning_calendar(w) if rows else Calendar()
    return tuple(_row(w, row, calendar) for row in rows)


def _row(w: Work, row: Row[Any], calendar: Calendar) -> MeasureRow:
    stands = state(w.today, row.due_on, row.done_on, row.check_on, row.helped, lapsed=bool(row.lapsed))
    is_open = stands in (MeasureState.OPEN, MeasureState.OVERDUE)
    return MeasureRow(
        **{
            name: getattr(row, name)
            for name in ("id", "reference", "version", "title", "text", "owner", "due_on", "check_months")
        },
        **{name: getattr(row, name) for name in ("done_on", "evidence", "check_on", "helped", "explanation", "item_id")},
        mine=row.owner_id == w.person.id,
        state=stands,
        flag=flag(row.due_on, None, w.today, calendar) if is_open else Flag.NONE,
        days_left=(row.due_on - w.today).days,
        steps=tuple(_steps(row, stands, is_open=is_open)),
    )


def _steps(row: Row[Any], stands: MeasureState, *, is_open: bool) -> Iterable[StepName]:
    if row.may_log and is_open:
        yield StepName.MEASURE_DONE
    if row.may_log and stands is MeasureState.TO_CHECK:
        yield StepName.MEASURE_EFFECT
    if row.may_move and is_open and row.status in _MOVES:
        yield StepName.MOVE_MEASURE
