"""The closed days as the administrator keeps them: holidays (given), decree days from the Staatscourant, and the
organisation's own closing days. Nothing of any dossier but a number."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select

from db import models as m
from db.settings import read_settings, write_settings
from domain.errors import Refused
from domain.rights import Right
from domain.texts import line, required
from services import calendar_changes
from services.door import Actor, Work, work

STATUTORY, DECREE, OWN = "statutory", "decree", "organisation"
FIRST_YEAR, LAST_YEAR = 2000, 2100
LONGEST = 100  # days of one closing
OCTOBER = 10  # from here the decree of the next year may be expected


@dataclass(frozen=True)
class Closing:
    """One day, or the days of one closing."""

    ids: tuple[int, ...]
    kind: str  # statutory, decree, organisation
    first: date
    last: date
    name: str
    source: str


@dataclass(frozen=True)
class Effect:
    """What a change does."""

    over: bool  # the day was over already
    dossiers: int  # open ones in which a date would move, if somebody says so


def listing(actor: Actor, year: int) -> tuple[Closing, ...]:
    """What is closed in this year, by date."""
    with work(actor, Right.ACCOUNTS) as w:
        query = select(m.ClosedDay).where(m.ClosedDay.removed_at.is_(None)).order_by(m.ClosedDay.day, m.ClosedDay.id)
        found = _closings(w.session.scalars(query))
        return tuple(each for each in found if each.first.year <= year <= each.last.year)


def _closings(rows: Iterable[m.ClosedDay]) -> list[Closing]:
    """The days of one closing were added in one act, under one name."""
    together: dict[object, list[m.ClosedDay]] = {}
    for row in rows:
        together.setdefault((row.name, row.added_at) if row.kind == OWN else row.id, []).append(row)
    return [
        Closing(tuple(row.id for row in each), each[0].kind, each[0].day, each[-1].day, each[0].name, each[0].source)
        for each in together.values()
    ]


def add_decree_day(actor: Actor, day: date | None, name: str, source: str) -> Effect:
    """A day that was equated to a holiday. Raises Refused: ``missing``, ``unknown_value``, ``day_known``."""
    with work(actor, Right.ACCOUNTS) as w:
        on = _day(day, "day")
        words, found_in = line(required(name, "name"), "name"), line(required(source, "source"), "source")
        _refuse_known(w, (on,), (STATUTORY, DECREE))
        w.session.add(m.ClosedDay(day=on, kind=DECREE, name=words, source=found_in, added_at=w.now))
        return _effect(w, (on,))


def add_closing(actor: Actor, first: date | None, last: date | None, name: str) -> None:
    """Days on which the organisation is closed: they move warnings, never a promise. Raises Refused: ``missing``,
    ``unknown_value``, ``range_backwards``, ``range_long``, ``day_known``."""
    with work(actor, Right.ACCOUNTS) as w:
        begin, end = _day(first, "first"), _day(last or first, "last")
        words = line(required(name, "name"), "name")
        if end < begin:
            raise Refused("range_backwards", "last")
        if (end - begin).days >= LONGEST:
            raise Refused("range_long", "last", longest=LONGEST)
        days = tuple(begin + timedelta(days=each) for each in range((end - begin).days + 1))
        _refuse_known(w, days, (OWN,))
        w.session.add_all(m.ClosedDay(day=each, kind=OWN, name=words, source="", added_at=w.now) for each in days)


def remove(actor: Actor, ids: tuple[int, ...]) -> Effect:
    """A decree day, or a closing, does not hold any more. Raises Refused: ``changed_meanwhile``, ``unknown_value`` (a
    holiday)."""
    with work(actor, Right.ACCOUNTS) as w:
        rows = w.session.scalars(select(m.ClosedDay).where(m.ClosedDay.id.in_(ids)).with_for_update()).all()
        if not rows or len(rows) != len(set(ids)) or any(row.removed_at for row in rows):
            raise Refused("changed_meanwhile")
        if any(row.kind == STATUTORY for row in rows):
            raise Refused("unknown_value")
        for row in rows:
            row.removed_at = w.now
        return _effect(w, tuple(row.day for row in rows if row.kind == DECREE))


def _day(given: date | None, field: str) -> date:
    if given is None:
        raise Refused("missing", field)
    if not FIRST_YEAR <= given.year <= LAST_YEAR:
        raise Refused("unknown_value", field)
    return given


def _refuse_known(w: Work, days: tuple[date, ...], kinds: tuple[str, ...]) -> None:
    standing = (m.ClosedDay.removed_at.is_(None), m.ClosedDay.kind.in_(kinds), m.ClosedDay.day.in_(days))
    twin = w.session.scalars(select(m.ClosedDay).where(*standing).order_by(m.ClosedDay.day).limit(1)).first()
    if twin is not None:
        raise Refused("day_known", name=twin.name, day=twin.day)


def _effect(w: Work, days: tuple[date, ...]) -> Effect:
    w.session.flush()  # what changed decides what would move
    return Effect(bool(days) and max(days) < w.today, calendar_changes.how_many(w) if days else 0)


# Years without decree days


@dataclass(frozen=True)
class State:
    today: date
    without: tuple[int, ...]  # years of which somebody said that there are none


def state(actor: Actor) -> State:
    with work(actor, Right.ACCOUNTS) as w:
        return State(w.today, read_settings(w.session).no_decree_years)


def unknown_years(actor: Actor) -> tuple[int, ...]:
    """This year, and from October the next one, when no decree day of it is known and nobody said that there is none."""
    with work(actor, Right.ENTER) as w:
        wanted = [w.today.year, w.today.year + 1] if w.today.month >= OCTOBER else [w.today.year]
        query = select(m.ClosedDay.day).where(m.ClosedDay.kind == DECREE, m.ClosedDay.removed_at.is_(None))
        known = {day.year for day in w.session.scalars(query)} | set(read_settings(w.session).no_decree_years)
        return tuple(year for year in wanted if year not in known)


def without_decree(actor: Actor, year: int, none: bool) -> None:
    """Somebody looked it up: in this year no day was equated (`none`), or that is not sure any more. Raises Refused
    ``unknown_value``."""
    with work(actor, Right.ACCOUNTS) as w:
        if not FIRST_YEAR <= year <= LAST_YEAR:
            raise Refused("unknown_value", "year")
        years = set(read_settings(w.session).no_decree_years)
        write_settings(w.session, {"no_decree_years": sorted(years | {year} if none else years - {year})})
