"""One row of the board: what it says, in which order, and in which colour."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, case, or_, select
from sqlalchemy.orm import aliased

from db import models as m
from db.profiles import parse
from domain.calendar import Calendar
from domain.promises import APPEAL_PROMISES, SOON_DAYS
from domain.rights import Right
from domain.vocabulary import ExternalStage, Flag, Kind, Status
from services import profiles
from services.board_filters import Sort, handler_gone, still_here
from services.door import Work
from services.rungs import climbed_to, nobody_found

OUTSIDE = frozenset(ExternalStage) - {ExternalStage.INFORMED, ExternalStage.ENDED}

Query = Select[*tuple[Any, ...]]

_handler = aliased(m.Account)
_waiting = aliased(m.Account)


@dataclass(frozen=True)
class BoardRow:
    reference: str
    title: str
    kind: Kind
    status: Status
    received_on: date
    flag: Flag
    statutory: bool
    promise: str | None  # the label of the next promise
    due_on: date | None
    days_left: int | None  # calendar days; negative when late
    handler: str | None
    handler_gone: bool  # the name is of somebody who cannot handle it any more: it counts as without a handler
    waiting_for: str | None  # who has to act now: handler, acknowledger, reviewer or director
    director_acts: bool  # who that is, is for who reads the dossier: another than the director tells about whom it is
    mine: bool
    unit: str | None
    external: bool
    red_flag: bool
    climbed: bool  # to its reader: a promise is near or late, and nobody acts
    nobody_found: bool  # and nobody was there to climb to


def _flag(today: date, calendar: Calendar) -> ColumnElement[str]:
    """domain.promises.flag in SQL; a test compares the two."""
    c = m.Complaint
    return case(
        (c.next_due_on.is_(None) & c.paused_from.is_not(None), Flag.PAUSED.value),
        (c.next_due_on.is_(None), Flag.NONE.value),
        (c.next_legal_on < today, Flag.LEGAL_PASSED.value),  # also behind an older house promise
        (c.next_due_on < today, Flag.LATE.value),
        (c.next_due_on == today, Flag.TODAY.value),
        (c.next_due_on <= calendar.last_day_within(today, SOON_DAYS), Flag.SOON.value),
        else_=Flag.ON_TIME.value,
    )


def waiting_id() -> ColumnElement[int | None]:
    """Who has to act now: for the next promise, where there is one."""
    c = m.Complaint
    appeal = or_(c.next_promise.is_(None), *(c.next_promise.endswith(f".{each}", autoescape=True) for each in APPEAL_PROMISES))
    return case((and_(c.status == Status.IN_APPEAL, appeal), reviewer_id()), else_=first_line_id())


def reviewer_id() -> ColumnElement[int | None]:
    """Who hears the appeal on a dossier."""
    c = m.Complaint
    return (
        select(m.Appeal.reviewer_id)
        .where(m.Appeal.complaint_id == c.id, m.Appeal.ruled_on.is_(None))
        .order_by(m.Appeal.id.desc())
        .limit(1)
        .correlate(c)
        .scalar_subquery()
    )


def first_line_id() -> ColumnElement[int | None]:
    """Who has to act on a dossier, apart from an appeal."""
    c = m.Complaint
    return case(
        (and_(c.handler_id.is_not(None), ~handler_gone()), c.handler_id),
        (and_(c.status == Status.REGISTERED, c.ack_owner_id.in_(still_here())), c.ack_owner_id),
        else_=c.acting_director_id,
    )


def rows_of(w: Work, *conditions: ColumnElement[bool]) -> Query:
    c = m.Complaint
    return (
        select(
            c.reference,
            c.title,
            c.kind,
            c.status,
            c.received_on,
            _flag(w.today, profiles.warning_calendar(w)).label("flag"),
            c.next_statutory,
            c.next_promise,
            c.next_due_on,
            c.external_stage,
            c.red_flag,
            c.profile_version_id,
            _handler.display_name.label("handler"),
            handler_gone().label("handler_gone"),
            _waiting.display_name.label("waiting_for"),
            _waiting.id.label("waiting_id"),
            (c.acting_director_id == waiting_id()).label("directs"),
            w.reader.reached(Right.READ, c).label("read"),
            m.OrgUnit.name.label("unit"),
            c.id.in_(climbed_to(w.me)).label("climbed"),
            nobody_found().label("nobody_found"),
        )
        .outerjoin(_handler, _handler.id == c.handler_id)
        .outerjoin(_waiting, _waiting.id == waiting_id())
        .outerjoin(m.OrgUnit, m.OrgUnit.id == c.unit_id)
        .where(*conditions)
    )


def order(sort: str) -> list[ColumnElement[Any]]:
    c = m.Complaint
    by: dict[Sort, list[ColumnElement[Any]]] = {
        Sort.DUE: [c.next_due_on.asc().nulls_last(), c.received_on.desc()],
        Sort.RECEIVED: [c.received_on.desc()],
        Sort.STATUS: [
            case({status: place for place, status in enumerate(Status)}, value=c.status),
            c.next_due_on.asc().nulls_last(),
        ],
        Sort.REFERENCE: [c.reference.asc()],
        Sort.HANDLER: [_handler.display_name.asc().nulls_first(), c.next_due_on.asc().nulls_last()],
    }
    return [*by[Sort(sort)], c.id.asc()]


def as_rows(w: Work, rows: Sequence[Row[Any]]) -> tuple[BoardRow, ...]:
    labels = _promise_labels(w, {row.profile_version_id for row in rows})
    return tuple(
        BoardRow(
            reference=row.reference,
            title=row.title,
            kind=Kind(row.kind),
            status=Status(row.status),
            received_on=row.received_on,
            flag=Flag(row.flag),
            statutory=row.next_statutory,
            promise=labels.get((row.profile_version_id, row.next_promise), row.next_promise),
            due_on=row.next_due_on,
            days_left=(row.next_due_on - w.today).days if row.next_due_on else None,
            handler=row.handler,
            handler_gone=bool(row.handler_gone),
            waiting_for=None if _unsaid(row) else row.waiting_for,
            director_acts=_unsaid(row),
            mine=row.waiting_id is not None and row.waiting_id == w.person.id,
            unit=row.unit,
            external=row.external_stage in OUTSIDE,
            red_flag=row.red_flag,
            climbed=bool(row.climbed),
            nobody_found=bool(row.nobody_found),
        )
        for row in rows
    )


def _unsaid(row: Row[Any]) -> bool:
    return bool(row.directs) and not row.read


def _promise_labels(w: Work, versions: Iterable[int]) -> dict[tuple[int, str], str]:
    """What a promise is called in the procedure that its dossier started under."""
    found = ((each, parse(w.session.get_one(m.ProfileVersion, each).source)) for each in versions)
    return {(each, rule.key): rule.label for each, profile in found for rule in profile.terms}
