"""The board: which dossiers wait for whom, and until when. Pages, counts and flags come from SQL; nothing is loaded
that is not on the screen."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, case, func, or_, select
from sqlalchemy.orm import aliased

from db import models as m
from db.profiles import Profile, parse
from domain.calendar import Calendar
from domain.promises import SOON_DAYS
from domain.rights import Right, Role, Scope, scopes
from domain.texts import line
from domain.vocabulary import ExternalStage, Flag, Kind, Status
from services import profiles
from services.door import Actor, Work, work

PAGE_SIZE = 50
TO_DO = 6  # lines of the work list; the rest is a filter away
WEEK = timedelta(days=7)

FINISHED = frozenset({Status.CLOSED, Status.WITHDRAWN, Status.NOT_HANDLED, Status.ANONYMISED})
OPEN = tuple(status for status in Status if status not in FINISHED)
# Where somebody of ours has to act, so that a dossier without a handler is a gap.
NEEDS_HANDLER = (Status.REGISTERED, Status.ACKNOWLEDGED, Status.IN_PROGRESS, Status.DECIDED)
OUTSIDE = frozenset({ExternalStage.DESK, ExternalStage.COMMITTEE_PENDING, ExternalStage.RULED})
HANDLING = frozenset({Role.HANDLER, Role.COORDINATOR, Role.MANAGER, Role.PARTNER, Role.DIRECTOR})


class View(StrEnum):
    """The counts on top of the board; each is a filter."""

    LATE = "late"
    TODAY = "today"
    WEEK = "week"  # the next seven days, today included
    UNOWNED = "unowned"


class Show(StrEnum):
    """The two choices of the status filter that are not a status."""

    OPEN = "open"
    ALL = "all"


class Sort(StrEnum):
    DUE = "due"
    RECEIVED = "received"
    STATUS = "status"
    REFERENCE = "reference"
    HANDLER = "handler"


@dataclass(frozen=True)
class BoardFilter:
    """What to show. Comes from an address bar: a value that does not exist counts as not given."""

    flag: str = ""  # a View, or nothing
    status: str = Show.OPEN  # a Show or a Status
    handler_id: int | None = None
    unit_id: int | None = None  # with the units below it
    category: str = ""
    procedure: str = ""
    text: str = ""
    owner: str = ""  # "none": without a handler
    sort: str = Sort.DUE
    page: int = 1


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
    waiting_for: str | None  # who has to act now: handler, acknowledger, reviewer or director
    mine: bool
    unit: str | None
    external: bool
    red_flag: bool


@dataclass(frozen=True)
class Counts:
    """Dossiers that meet every other filter, in all and per view."""

    total: int
    late: int
    today: int
    week: int
    unowned: int


@dataclass(frozen=True)
class BoardPage:
    rows: tuple[BoardRow, ...]
    total: int
    counts: Counts
    page: int
    pages: int


@dataclass(frozen=True)
class Options:
    """What one can filter on: from the organisation and its procedure, never from dossiers, so that it says nothing
    about them. Pairs are (id or key, label), in reading order."""

    handlers: tuple[tuple[int, str], ...]
    units: tuple[tuple[int, str], ...]
    categories: tuple[str, ...]
    procedures: tuple[tuple[str, str], ...]
    searches_texts: bool  # does the text filter reach the complaint's own words?


@dataclass(frozen=True)
class ToDo:
    rows: tuple[BoardRow, ...]  # mine first, at most TO_DO
    total: int


Query = Select[*tuple[Any, ...]]

_handler = aliased(m.Account)
_waiting = aliased(m.Account)


# What a person can ask


def page(actor: Actor, filters: BoardFilter) -> BoardPage:
    """One page of the board. Two statements on dossiers, however many there are.

    Raises Refused: ``text_too_long``, ``text_unreadable`` (field ``text``).
    """
    with work(actor, Right.LIST) as w:
        wanted = _settled(filters)
        conditions = _conditions(w, wanted)
        counts = _counts(w, conditions)
        total = int(getattr(counts, wanted.flag or "total"))
        pages = max(1, -(-total // PAGE_SIZE))
        number = min(max(1, wanted.page), pages)
        view = _views(w.today)[View(wanted.flag)] if wanted.flag else None
        query = _rows_of(w, *conditions, *([] if view is None else [view])).order_by(*_order(wanted.sort))
        rows = _fetch(w, query.limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE))
        return BoardPage(rows, total, counts, number, pages)


def to_do(actor: Actor) -> ToDo:
    """What has to be done today, or should have been: mine first; who assigns work also sees what waits for others.
    One statement on dossiers."""
    with work(actor, Right.LIST) as w:
        mine = _waiting_id() == w.me
        whose = [] if w.may(Right.ASSIGN) else [mine]
        query = _rows_of(w, m.Complaint.next_due_on <= w.today, *whose).add_columns(func.count().over().label("everything"))
        query = query.order_by(case((mine, 0), else_=1), m.Complaint.next_due_on, m.Complaint.id).limit(TO_DO)
        found = w.session.execute(query).all()
        return ToDo(_as_rows(w, found), found[0].everything if found else 0)


def options(actor: Actor) -> Options:
    """No statement on dossiers."""
    with work(actor, Right.LIST) as w:
        profile = profiles.current(w)
        handlers = (
            select(m.Account.id, m.Account.display_name)
            .where(
                m.Account.active.is_(True),
                m.Account.id.in_(select(m.AccountRole.account_id).where(m.AccountRole.role.in_(HANDLING))),
            )
            .order_by(m.Account.display_name, m.Account.id)
        )
        units = (
            select(m.OrgUnit.id, m.OrgUnit.name).where(m.OrgUnit.parent_id.is_not(None)).order_by(m.OrgUnit.name, m.OrgUnit.id)
        )
        return Options(
            handlers=tuple((row.id, row.display_name) for row in w.session.execute(handlers)),
            units=tuple((row.id, row.name) for row in w.session.execute(units)),
            categories=tuple(dict.fromkeys(each.name for each in profile.categories)),
            procedures=tuple((each.key, each.label) for each in profile.procedures if each.key in _ordinary(profile)),
            searches_texts=_reads_what_it_lists(w),
        )


def _ordinary(profile: Profile) -> set[str | None]:
    """The procedures of the ordinary register, without those of the closed compartments."""
    return {key for sector in profile.sectors for key in (sector.procedure, sector.overlay)}


# Conditions


def _settled(filters: BoardFilter) -> BoardFilter:
    return replace(
        filters,
        flag=filters.flag if filters.flag in set(View) else "",
        status=filters.status if filters.status in {*Show, *Status} else Show.OPEN,
        sort=filters.sort if filters.sort in set(Sort) else Sort.DUE,
        text=line(filters.text, "text"),
    )


def _conditions(w: Work, wanted: BoardFilter) -> list[ColumnElement[bool]]:
    c = m.Complaint
    conditions = []
    if wanted.status == Show.OPEN:
        # A measure may still be promised in a closed dossier: then it is work, and on the board.
        conditions.append(or_(c.status.in_(OPEN), c.next_due_on.is_not(None)))
    elif wanted.status != Show.ALL:
        conditions.append(c.status == wanted.status)
    if wanted.owner == "none":
        conditions.append(_unowned())
    if wanted.handler_id is not None:
        conditions.append(c.handler_id == wanted.handler_id)
    if wanted.unit_id is not None:
        conditions.append(c.unit_id.in_(_unit_and_below(wanted.unit_id)))
    if wanted.category:
        conditions.append(c.category == wanted.category)
    if wanted.procedure:
        conditions.append(or_(c.procedure == wanted.procedure, c.overlay == wanted.procedure))
    if wanted.text:
        conditions.append(_mentions(wanted.text, _reads_what_it_lists(w)))
    return conditions


def _views(today: date) -> dict[View, ColumnElement[bool]]:
    due = m.Complaint.next_due_on
    return {
        View.LATE: due < today,
        View.TODAY: due == today,
        View.WEEK: due.between(today, today + WEEK),
        View.UNOWNED: _unowned(),
    }


def _unowned() -> ColumnElement[bool]:
    return and_(m.Complaint.handler_id.is_(None), m.Complaint.status.in_(NEEDS_HANDLER))


def _unit_and_below(unit_id: int) -> Query:
    tree = select(m.OrgUnit.id).where(m.OrgUnit.id == unit_id).cte("below", recursive=True)
    tree = tree.union(select(m.OrgUnit.id).where(m.OrgUnit.parent_id == tree.c.id))
    return select(tree.c.id)


def _mentions(text: str, in_description: bool) -> ColumnElement[bool]:
    """Case does not matter; SQLite folds ASCII only, so a word with other letters is looked for in its usual spellings."""
    spellings = {text} if text.isascii() else {text, text.lower(), text.upper(), text.capitalize()}
    columns = [m.Complaint.reference, m.Complaint.title] + ([m.Complaint.description] if in_description else [])
    return or_(
        *(
            column.icontains(unicodedata.normalize("NFC", spelling), autoescape=True)
            for column in columns
            for spelling in sorted(spellings)
        )
    )


def _reads_what_it_lists(w: Work) -> bool:
    """A search in texts must not tell what one may not read: only for those who may read all that they list."""
    listed, read = scopes(w.person.roles, Right.LIST), scopes(w.person.roles, Right.READ)
    return Scope.ALL in read or listed <= read


# Rows


def _flag(today: date, calendar: Calendar) -> ColumnElement[str]:
    """domain.promises.flag in SQL; a test compares the two."""
    c = m.Complaint
    return case(
        (c.next_due_on.is_(None), Flag.NONE.value),
        (c.next_legal_on < today, Flag.LEGAL_PASSED.value),  # also behind an older house promise
        (c.next_due_on < today, Flag.LATE.value),
        (c.next_due_on == today, Flag.TODAY.value),
        (c.next_due_on <= calendar.last_day_within(today, SOON_DAYS), Flag.SOON.value),
        else_=Flag.ON_TIME.value,
    )


def _waiting_id() -> ColumnElement[int | None]:
    """Who has to act now."""
    c = m.Complaint
    reviewer = (
        select(m.Appeal.reviewer_id)
        .where(m.Appeal.complaint_id == c.id, m.Appeal.ruled_on.is_(None))
        .order_by(m.Appeal.id.desc())
        .limit(1)
        .correlate(c)
        .scalar_subquery()
    )
    return case(
        (c.status == Status.IN_APPEAL, reviewer),
        (c.handler_id.is_not(None), c.handler_id),
        (and_(c.status == Status.REGISTERED, c.ack_owner_id.is_not(None)), c.ack_owner_id),
        else_=c.acting_director_id,
    )


def _rows_of(w: Work, *conditions: ColumnElement[bool]) -> Query:
    c = m.Complaint
    return (
        select(
            c.reference,
            c.title,
            c.kind,
            c.status,
            c.received_on,
            _flag(w.today, profiles.calendar(w)).label("flag"),
            c.next_statutory,
            c.next_promise,
            c.next_due_on,
            c.external_stage,
            c.red_flag,
            c.profile_version_id,
            _handler.display_name.label("handler"),
            _waiting.display_name.label("waiting_for"),
            _waiting.id.label("waiting_id"),
            m.OrgUnit.name.label("unit"),
        )
        .outerjoin(_handler, _handler.id == c.handler_id)
        .outerjoin(_waiting, _waiting.id == _waiting_id())
        .outerjoin(m.OrgUnit, m.OrgUnit.id == c.unit_id)
        .where(*conditions)
    )


def _order(sort: str) -> list[ColumnElement[Any]]:
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


def _counts(w: Work, conditions: Sequence[ColumnElement[bool]]) -> Counts:
    views = _views(w.today)
    in_views = (func.coalesce(func.sum(case((views[view], 1), else_=0)), 0) for view in View)
    row = w.session.execute(select(func.count(), *in_views).select_from(m.Complaint).where(*conditions)).one()
    total, late, today, week, unowned = (int(count) for count in row)
    return Counts(total, late, today, week, unowned)


def _fetch(w: Work, query: Query) -> tuple[BoardRow, ...]:
    return _as_rows(w, w.session.execute(query).all())


def _as_rows(w: Work, rows: Sequence[Row[Any]]) -> tuple[BoardRow, ...]:
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
            waiting_for=row.waiting_for,
            mine=row.waiting_id is not None and row.waiting_id == w.person.id,
            unit=row.unit,
            external=row.external_stage in OUTSIDE,
            red_flag=row.red_flag,
        )
        for row in rows
    )


def _promise_labels(w: Work, versions: Iterable[int]) -> dict[tuple[int, str], str]:
    """What a promise is called in the procedure that its dossier started under."""
    found = ((each, parse(w.session.get_one(m.ProfileVersion, each).source)) for each in versions)
    return {(each, rule.key): rule.label for each, profile in found for rule in profile.terms}
