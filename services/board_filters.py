"""What of the board is shown: the choices of its reader as conditions in SQL."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select, union_all
from sqlalchemy.orm import aliased

from db import models as m
from domain.entries import number
from domain.rights import Right, Scope, scopes
from domain.texts import line
from domain.vocabulary import Status
from services.colleagues import HANDLERS
from services.door import Work

WEEK = timedelta(days=7)

FINISHED = frozenset({Status.CLOSED, Status.WITHDRAWN, Status.NOT_HANDLED, Status.ANONYMISED})
OPEN = tuple(status for status in Status if status not in FINISHED)
# Where somebody of ours has to act, so that a dossier without a handler is a gap.
NEEDS_HANDLER = (Status.REGISTERED, Status.ACKNOWLEDGED, Status.IN_PROGRESS, Status.DECIDED)


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


def settled(filters: BoardFilter) -> BoardFilter:
    return replace(
        filters,
        flag=filters.flag if filters.flag in set(View) else "",
        status=filters.status if filters.status in {*Show, *Status} else Show.OPEN,
        sort=filters.sort if filters.sort in set(Sort) else Sort.DUE,
        text=line(filters.text, "text"),
    )


def narrowed(unit_id: int | None, category: str, procedure: str) -> list[ColumnElement[bool]]:
    """To a unit with those below it, a category, and a procedure, the main one or the second set of clocks; each may be
    nothing."""
    c = m.Complaint
    conditions: list[ColumnElement[bool]] = []
    if unit_id is not None:
        conditions.append(c.unit_id.in_(unit_and_below(number(unit_id))))
    if category:
        conditions.append(c.category == category)
    if procedure:
        conditions.append(or_(c.procedure == procedure, c.overlay == procedure))
    return conditions


def conditions(w: Work, wanted: BoardFilter) -> list[ColumnElement[bool]]:
    c = m.Complaint
    conditions = []
    if wanted.owner == "none":
        conditions.append(_unowned())
    if wanted.handler_id is not None:
        conditions.append(c.handler_id == number(wanted.handler_id))
    conditions += narrowed(wanted.unit_id, wanted.category, wanted.procedure)
    if wanted.text:
        conditions.append(_mentions(wanted.text, reads_what_it_lists(w)))
    return conditions


def shown(wanted: BoardFilter) -> list[ColumnElement[bool]]:
    match wanted.status:
        case Show.ALL:
            return []
        case Show.OPEN:
            first, second = (aliased(m.Complaint) for _ in range(2))
            is_open, promised = waits_for_us(first)[0], waits_for_us(second)[1]
            return [m.Complaint.id.in_(union_all(select(first.id).where(is_open), select(second.id).where(promised)))]
        case status:
            return [m.Complaint.status == status]


def waits_for_us(c: Any) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Two kinds without overlap: open, and closed while a measure is still promised. Each kind has its index; one OR
    over both would walk through every dossier that ever was."""
    return c.status.in_(OPEN), and_(c.status.in_(FINISHED), c.next_due_on.is_not(None))


def views(today: date) -> dict[View, ColumnElement[bool]]:
    due = m.Complaint.next_due_on
    return {
        View.LATE: due < today,
        View.TODAY: due == today,
        View.WEEK: due.between(today, today + WEEK),
        View.UNOWNED: _unowned(),
    }


def _unowned() -> ColumnElement[bool]:
    """A handler who left, or lost the role for it, is no handler: nobody of ours acts."""
    c = m.Complaint
    return and_(or_(c.handler_id.is_(None), handler_gone()), c.status.in_(NEEDS_HANDLER))


def handler_gone() -> ColumnElement[bool]:
    """Somebody was named to handle it who cannot any more."""
    c = m.Complaint
    able = select(m.AccountRole.account_id).where(m.AccountRole.role.in_(HANDLERS), m.AccountRole.account_id.in_(still_here()))
    return and_(c.handler_id.is_not(None), c.handler_id.not_in(able))


def still_here() -> Select[int]:
    return select(m.Account.id).where(m.Account.active.is_(True))


def unit_and_below(unit_id: int) -> Select[int]:
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


def reads_what_it_lists(w: Work) -> bool:
    """A search in texts must not tell what one may not read: only for those who may read all that they list."""
    listed, read = scopes(w.person.roles, Right.LIST), scopes(w.person.roles, Right.READ)
    return Scope.ALL in read or listed <= read
