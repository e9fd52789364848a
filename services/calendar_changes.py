"""A holiday or decree day that became known, or was taken away, after dossiers began: nothing moves by itself. Who
directs is shown what would move, and says yes or no; finished dossiers keep their dates."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, false, or_, select

from db import models as m
from db.profiles import parse
from domain.errors import Refused
from domain.promises import is_open
from domain.rights import Right, Scope, scopes
from domain.terms import Roll, Rule, Unit
from domain.vocabulary import Compartment, EventKind
from services import profiles, promises
from services.board_filters import OPEN
from services.door import AMSTERDAM, Actor, Work, work, writing_unseen
from services.profiles import ALWAYS
from services.promises import Move
from services.records import everything_in, locked, record, unseen

ATW_WEEK = timedelta(days=7)  # a longer term holds two working days (art. 2) anyway


@dataclass(frozen=True)
class Change:
    """One closed day that came or went."""

    day: date
    name: str
    removed: bool
    at: datetime  # UTC


@dataclass(frozen=True)
class Shift:
    label: str  # of the promise
    key: str
    before: date | None  # the last good day; none: it was not there
    after: date | None
    ended: bool  # met, moved or ended already: history would say another date
    since: date  # a closed day from here to the later date has to do with it


@dataclass(frozen=True)
class Shifted:
    reference: str
    shifts: tuple[Shift, ...]
    again: tuple[Change, ...]  # somebody left these days out of it before: with a yes they count after all
    days: tuple[Change, ...]  # all that count with a yes, those too


@dataclass(frozen=True)
class Question:
    """What would move, for somebody to say yes or no."""

    changes: tuple[Change, ...]  # by date
    dossiers: tuple[Shifted, ...]


# Asking


def waiting(actor: Actor) -> int:
    """In how many dossiers of this person a date may move: a count in SQL, for the line on the board. `asked` tells."""
    with work(actor, Right.LIST) as w:
        if not w.may(Right.CALENDAR) or not _changes(w):
            return 0
        found = w.session.scalars(select(m.Complaint.id).where(*_conditions(w))).all()
        everything = Scope.ALL in scopes(w.person.roles, Right.CALENDAR)
        return len(found) if everything else sum(w.allows(Right.CALENDAR, each) for each in found)


def asked(actor: Actor) -> Question | None:
    """What waits for an answer of this person; None when nothing moves. For who may not answer too: None."""
    with work(actor, Right.LIST) as w:
        if not w.may(Right.CALENDAR):
            return None
        return _question(w, [each for each in _touched(w) if w.allows(Right.CALENDAR, each.id)])


def answer(actor: Actor, seen: Question, apply: bool) -> int:
    """Moves the dates of these dossiers, or leaves them; how many dossiers. `seen` is what the person had on screen.
    Raises Refused ``changed_meanwhile`` when that is not what would happen any more."""
    with work(actor, Right.CALENDAR) as w:
        complaints = [locked(w, each) for each in sorted(_touched(w), key=lambda each: each.id)]
        if _question(w, complaints) != seen:
            raise Refused("changed_meanwhile")
        moved = {each.reference: each for each in seen.dossiers}
        for complaint in complaints:
            if complaint.reference in moved:
                _answered(w, complaint, moved[complaint.reference], apply)
        return len(moved)


def how_many(w: Work) -> int:
    """In how many open dossiers a date would move: for who keeps the calendar and sees no dossier."""
    with writing_unseen(w):  # reads their promises too; only the number leaves
        question = _question(w, unseen(w, *_conditions(w)))
    return len(question.dossiers) if question else 0


def _answered(w: Work, complaint: m.Complaint, shown: Shifted, apply: bool) -> None:
    if apply:
        complaint.calendar_at = w.now
        promises.recompute(w, complaint)
    moved = [{"promise": each.key, "before": _iso(each.before), "after": _iso(each.after)} for each in shown.shifts]
    days = [{"day": each.day.isoformat(), "removed": each.removed} for each in shown.days]
    record(w, complaint, EventKind.CALENDAR_CHANGED, applied=apply, moved=moved, days=days)


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


# What would move


def _question(w: Work, complaints: Iterable[m.Complaint]) -> Question | None:
    changes = _changes(w)
    looked = (_shifted(w, each, changes) for each in sorted(complaints, key=lambda each: each.reference))
    found = tuple(each for each in looked if each is not None)
    return Question(_in_order(day for each in found for day in each.days), found) if found else None


def _shifted(w: Work, complaint: m.Complaint, changes: Iterable[Change]) -> Shifted | None:
    """What would move in this dossier by a change that nobody answered yet. A yes means all that is known by now, also
    the days of an earlier no: those are named."""
    since = _answered_at(w, complaint)
    newer = [each for each in changes if each.at > (complaint.calendar_at or w.now)]
    unanswered = [each for each in newer if each.at > since]
    shifts = _shifts(w, complaint) if unanswered else ()
    if all(each.ended for each in shifts):
        return None
    again = [each for each in newer if each.at <= since]
    new = [each for each in unanswered if any(_concerns(each.day, shift) for shift in shifts)]
    if again and not new:  # what moves was left as it is before
        return None
    return Shifted(complaint.reference, shifts, _in_order(again), _in_order([*again, *new]))


def _in_order(changes: Iterable[Change]) -> tuple[Change, ...]:
    return tuple(sorted(set(changes), key=lambda each: (each.day, each.at)))


def _answered_at(w: Work, complaint: m.Complaint) -> datetime:
    """Until when it knows the closed days, or somebody said that it leaves them."""
    events = everything_in(w, complaint, m.Event.recorded_at, m.Event.kind)
    answers: list[datetime] = [at for at, kind in events if kind == EventKind.CALENDAR_CHANGED]
    return max([complaint.calendar_at or w.now, *answers])


def _shifts(w: Work, complaint: m.Complaint) -> tuple[Shift, ...]:
    try:
        moves = promises.moves(w, complaint, days=profiles.calendar(w))
    except Refused:  # with these days its last notice would not have been allowed: it keeps those that it counted with
        return ()
    rules = {rule.key: rule for rule in profiles.profile_of(w, complaint).terms}
    return tuple(_shift(w, each, rules.get(each.key)) for each in moves)


def _shift(w: Work, move: Move, rule: Rule | None) -> Shift:
    promise = move.before or move.after
    if promise is None:
        raise ValueError("nothing moved")
    before = move.before.legal_on if move.before else None
    after = move.after.legal_on if move.after else None
    counted = rule is not None and rule.term is not None and rule.term.unit is Unit.WORKING_DAYS
    since = promise.trigger_on if counted else promise.target_on - ATW_WEEK
    label = promises.label(move.key, rule, w.person.language)
    return Shift(label, move.key, before, after, not is_open(promise), since)


def _concerns(day: date, shift: Shift) -> bool:
    return shift.since <= day <= max(each for each in (shift.before, shift.after) if each is not None)


def _changes(w: Work) -> list[Change]:
    """Every coming and going of a day since the register began that was not over yet by then: what is over moves nothing."""
    rows = w.session.scalars(select(m.ClosedDay).where(m.ClosedDay.kind.in_(("statutory", "decree")))).all()
    came = [Change(row.day, row.name, False, row.added_at) for row in rows if row.added_at > ALWAYS]
    went = [Change(row.day, row.name, True, row.removed_at) for row in rows if row.removed_at is not None]
    return [each for each in came + went if each.day >= each.at.astimezone(AMSTERDAM).date()]


def _touched(w: Work) -> list[m.Complaint]:
    return list(w.session.scalars(select(m.Complaint).where(*_conditions(w))))


def _conditions(w: Work) -> list[ColumnElement[bool]]:
    """Open ordinary dossiers that began before a change of which nobody said that they leave it, with an open promise that
    the day can move: one that counts working days over it, a statutory one that ends on it or rolls over it, or a short
    statutory one around it (Algemene termijnenwet art. 2). The database leaves out the others."""
    c, p, said = m.Complaint, m.Promise, m.Event
    working, rolling = _movable(w)
    key: Any = p.procedure + "." + p.code
    over = [
        and_(
            c.calendar_at < each.at,
            p.legal_on >= each.day,
            or_(
                and_(key.in_(working), p.trigger_on < each.day),
                and_(key.in_(rolling), p.target_on <= each.day),
                and_(key.in_(rolling), p.target_on <= each.day + ATW_WEEK, p.trigger_on >= each.day - ATW_WEEK),
            ),
            ~exists().where(said.complaint_id == c.id, said.kind == EventKind.CALENDAR_CHANGED, said.recorded_at >= each.at),
        )
        for each in _changes(w)
    ]
    open_promise = (p.complaint_id == c.id, p.met_on.is_(None), p.extended_to.is_(None), p.cancelled_on.is_(None))
    return [c.compartment == Compartment.REGULAR, c.status.in_(OPEN), exists().where(*open_promise, or_(false(), *over))]


def _movable(w: Work) -> tuple[set[str], set[str]]:
    """The promises that count working days, and those that end on a working day, in any version of any procedure."""
    rules = [rule for source in w.session.scalars(select(m.ProfileVersion.source)) for rule in parse(source).terms]
    working = {rule.key for rule in rules if rule.term is not None and rule.term.unit is Unit.WORKING_DAYS}
    return working, {rule.key for rule in rules if rule.roll is not Roll.NONE}
