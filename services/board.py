"""The board: which dossiers wait for whom, and until when. Pages, counts and flags come from SQL; nothing is loaded
that is not on the screen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import and_, case, func, or_, select, union_all
from sqlalchemy.orm import aliased

from db import models as m
from db.profiles import Profile
from domain.rights import Right
from domain.vocabulary import Compartment
from services import measures, profiles
from services.board_filters import (
    FINISHED,
    OPEN,
    BoardFilter,
    Show,
    Sort,
    View,
    conditions,
    reads_what_it_lists,
    settled,
    shown,
    views,
    waits_for_us,
)
from services.board_rows import BoardRow, Query, as_rows, order, rows_of, waiting_id
from services.colleagues import HANDLERS
from services.door import Actor, Work, work
from services.measures import Part
from services.rungs import climbed_to

__all__ = ["FINISHED", "OPEN", "BoardFilter", "BoardRow", "Show", "Sort", "View"]

PAGE_SIZE = 50
TO_DO = 6  # lines of the work list; the rest is a filter away


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
    measures: Part = field(default_factory=Part)  # mine first, at most TO_DO


# What a person can ask


def page(actor: Actor, filters: BoardFilter) -> BoardPage:
    """One page of the board. Two statements on dossiers, however many there are.

    Raises Refused: ``text_too_long``, ``text_unreadable`` (field ``text``).
    """
    with work(actor, Right.LIST) as w:
        wanted = settled(filters)
        counts = _counts(w, wanted)
        total = int(getattr(counts, wanted.flag or "total"))
        pages = max(1, -(-total // PAGE_SIZE))
        number = min(max(1, wanted.page), pages)
        query = _query(w, wanted)
        rows = w.session.execute(query.limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE)).all()
        return BoardPage(as_rows(w, rows), total, counts, number, pages)


def everything(w: Work, filters: BoardFilter) -> Iterator[BoardRow]:
    """For an export: all pages. Raises Refused as `page`."""
    for part in w.session.execute(_query(w, settled(filters))).partitions(PAGE_SIZE):
        yield from as_rows(w, part)


def _query(w: Work, wanted: BoardFilter) -> Query:
    view = [views(w.today)[View(wanted.flag)]] if wanted.flag else []
    return rows_of(w, *conditions(w, wanted), *shown(wanted), *view).order_by(*order(wanted.sort))


def to_do(actor: Actor) -> ToDo:
    """What has to be done today, or should have been, and what climbed to me: mine first; who assigns work also sees what
    waits for others. Besides promises the measures, each with whose it is: one that is here itself is not here once more as
    a promise of its dossier. Two statements on dossiers."""
    with work(actor, Right.LIST) as w:
        w.begin_elsewhere()
        due = aliased(m.Complaint)
        mine = or_(waiting_id() == w.me, m.Complaint.id.in_(climbed_to(w.me)))
        whose = [] if w.may(Right.ASSIGN) else [mine]
        now = m.Complaint.id.in_(
            union_all(select(due.id).where(due.compartment.in_(Compartment), due.next_due_on <= w.today), climbed_to(w.me))
        )
        twice = and_(measures.stands_for_next_promise(w), m.Complaint.id.not_in(climbed_to(w.me)))
        query = rows_of(w, now, ~twice, *whose).add_columns(func.count().over().label("everything"))
        query = query.order_by(case((mine, 0), else_=1), m.Complaint.next_due_on, m.Complaint.id).limit(TO_DO)
        found = w.session.execute(query).all()
        return ToDo(as_rows(w, found), found[0].everything if found else 0, measures.to_do(w, TO_DO))


def options(actor: Actor) -> Options:
    """No statement on dossiers."""
    with work(actor, Right.LIST) as w:
        profile = profiles.current(w)
        handlers = (
            select(m.Account.id, m.Account.display_name)
            .where(
                m.Account.active.is_(True),
                m.Account.id.in_(select(m.AccountRole.account_id).where(m.AccountRole.role.in_(HANDLERS))),
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
            searches_texts=reads_what_it_lists(w),
        )


def _ordinary(profile: Profile) -> set[str | None]:
    """The procedures of the ordinary register, without those of the closed compartments."""
    return {key for sector in profile.sectors for key in (sector.procedure, sector.overlay)}


def _counts(w: Work, wanted: BoardFilter) -> Counts:
    """One statement. Every view lies within what waits for us; only the total of another choice looks further."""
    c, narrowed, seen = m.Complaint, conditions(w, wanted), views(w.today)
    chosen = [] if wanted.status == Show.OPEN else shown(wanted)
    in_views = [func.count(case((seen[view], 1))).label(view) for view in View]
    halves = union_all(
        *(select(func.count().label("total"), *in_views).where(*narrowed, *chosen, kind) for kind in waits_for_us(c))
    ).subquery()
    total: Any = func.sum(halves.c.total)
    if wanted.status != Show.OPEN:
        total = select(func.count(c.id)).where(*narrowed, *chosen).scalar_subquery()
    row = w.session.execute(select(total, *(func.sum(halves.c[view]) for view in View))).one()
    everything, late, today, week, unowned = (int(count) for count in row)
    return Counts(everything, late, today, week, unowned)
