"""Promises that are near or past their date without action climb within the organisation, one rung at a time, until
somebody acts. Ordinary dossiers only: what lies in a closed compartment is never told to somebody outside of it."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import aliased

from db import models as m
from domain.errors import Refused
from domain.escalation import NEAREST, NOBODY, Rung, Step, next_step
from domain.promises import APPEAL_PROMISES, is_open, is_paused
from domain.rights import Right, Role
from domain.vocabulary import Compartment, EventKind, Status
from services import profiles, promises
from services.board_rows import first_line_id, reviewer_id
from services.door import AMSTERDAM, Actor, Work, reaches, work
from services.records import everything_in, load, locked, promises_of, record, unseen
from services.rungs import counts, nobody_found

BATCH = 100
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Ran:
    climbed: int  # to somebody
    nobody: int  # new: nobody was found
    failed: tuple[int, ...]  # dossiers by their inner number; the rest was done


@dataclass(frozen=True)
class Reached:
    """One rung of a promise that is near or late now."""

    promise: str  # its label
    rung: str  # a Rung, or "nobody"
    name: str | None
    climbed_on: date


# The nightly run


def run(actor: Actor) -> Ran:
    """Every dossier of which a promise is near or late climbs one rung at most; each in a transaction of its own. What
    was done already today, here or on another machine, is not done again. Raises Refused: see `work`."""
    done: list[str] = []
    failed: list[int] = []
    after = 0
    while batch := near(actor, after):
        for complaint_id in batch:
            try:
                rung = _climb_or_again(actor, complaint_id)
            except Exception as error:  # one broken dossier does not stop the rest
                _log.error("dossier number %s did not climb: %s", complaint_id, type(error).__name__)
                failed.append(complaint_id)
                continue
            done += [rung] if rung else []
        after = batch[-1]
    return Ran(sum(rung != NOBODY for rung in done), done.count(NOBODY), tuple(failed))


def _climb_or_again(actor: Actor, complaint_id: int) -> str | None:
    try:
        return climb(actor, complaint_id)
    except Refused:  # somebody wrote in it at the same moment
        return climb(actor, complaint_id)


def near(actor: Actor, after: int = 0) -> tuple[int, ...]:
    """The next dossiers of which a promise may have something to climb for, by inner number: none is nearer than the next
    one of the dossier, and those after it have ladders of their own."""
    with work(actor, Right.OPERATE) as w:
        c = m.Complaint
        query = select(c.id).where(
            c.compartment == Compartment.REGULAR,
            c.status != Status.ANONYMISED,
            c.next_due_on <= profiles.warning_calendar(w).last_day_within(w.today, NEAREST),
            c.id > after,
        )
        return tuple(w.session.scalars(query.order_by(c.id).limit(BATCH)))


def climb(actor: Actor, complaint_id: int) -> str | None:
    """The rung that this dossier climbed now, "nobody" where there is nobody; None where nothing had to happen."""
    with work(actor, Right.OPERATE) as w:
        complaint = w.session.get(m.Complaint, complaint_id)
        if complaint is None or complaint.compartment != Compartment.REGULAR:
            return None
        complaint = locked(w, complaint)  # who comes second finds what the first wrote
        if _climbed_today(w, complaint):
            return None
        rungs = (_climb(w, complaint, each) for each in _waiting(w, complaint))
        return next((each for each in rungs if each is not None), None)


def _climbed_today(w: Work, complaint: m.Complaint) -> bool:
    """One rung a night, whichever promise it was."""
    e = m.Escalation
    query = select(e.id).where(e.complaint_id == complaint.id, e.climbed_on >= w.today)
    return w.session.scalars(query.limit(1)).first() is not None


def _waiting(w: Work, complaint: m.Complaint) -> list[m.Promise]:
    """The open promises of which the clock runs, the most urgent one first: statutory before house, then the earliest."""
    running = [
        each
        for each in promises_of(w, [complaint.id])
        if is_open(each) and not each.informative and not is_paused(each, w.today)
    ]
    return sorted(running, key=lambda each: (not each.statutory, each.target_on, each.legal_on, each.id))


def _climb(w: Work, complaint: m.Complaint, promise: m.Promise) -> str | None:
    steps, rows = _steps(w), _rows(w, promise)
    heard = [row for row in rows if row.account_id is not None and _able(w, complaint, row.account_id)]
    told = {row.account_id for row in heard}
    # Whoever heard of it is gone, or nobody was found: the ladder again, at once.
    start = 0 if rows and not heard else _start(w, complaint, promise, steps, heard)
    if start is None:
        return None
    for step in steps[start:]:
        found = next(
            (each for each in _people(w, complaint, promise, step.to) if each not in told and _able(w, complaint, each)), None
        )
        if found is not None:
            return _write(w, complaint, promise, rows, step.to, found)
    if told or any(row.rung == NOBODY for row in rows):
        return None  # the last who can hear of it has heard, or it was said already that there is nobody
    return _write(w, complaint, promise, rows, NOBODY, None)


def _start(
    w: Work, complaint: m.Complaint, promise: m.Promise, steps: Sequence[Step], heard: Sequence[m.Escalation]
) -> int | None:
    """The first step to try today; None while there is nothing to do."""
    last = max(heard, key=lambda row: (row.climbed_on, row.id), default=None)
    since = max(last.climbed_on, _acted_on(w, complaint)) if last else None
    calendar = profiles.warning_calendar(w)
    return next_step(steps, Rung(last.rung) if last else None, since, w.today, promise.target_on, calendar)


def _steps(w: Work) -> tuple[Step, ...]:
    """Of the procedure in force today: who hears of it is ours, not part of what the complainant was promised."""
    try:
        return profiles.current(w).rungs
    except Refused:
        return ()


def _rows(w: Work, promise: m.Promise) -> list[m.Escalation]:
    query = select(m.Escalation).where(m.Escalation.promise_id == promise.id, m.Escalation.due_on == promise.target_on)
    return list(w.session.scalars(query.order_by(m.Escalation.id)))


def _acted_on(w: Work, complaint: m.Complaint) -> date:
    """The last day on which a person did something in the dossier."""
    acts = everything_in(w, complaint, m.Event.recorded_at, m.Event.actor_id)
    days = (at.astimezone(AMSTERDAM).date() for at, actor_id in acts if actor_id is not None)
    return max(days, default=date.min)


def _people(w: Work, complaint: m.Complaint, promise: m.Promise, rung: Rung) -> Iterable[int]:
    """Who stands on this rung, first choice first."""
    match rung:
        case Rung.HANDLER:
            whose = reviewer_id() if promise.code in APPEAL_PROMISES else first_line_id()
            found = [w.session.scalar(select(whose).where(m.Complaint.id == complaint.id))]
        case Rung.MANAGER:
            found = _managers(w, complaint.unit_id)
        case Rung.COORDINATOR:
            held = select(m.AccountRole.account_id).where(m.AccountRole.role == Role.COORDINATOR)
            found = list(w.session.scalars(held.order_by(m.AccountRole.account_id)))
        case Rung.DIRECTOR:
            found = [complaint.acting_director_id]
    return [each for each in found if each is not None]


def _managers(w: Work, unit_id: int | None) -> list[int | None]:
    """Of the unit, and of the units above it."""
    found, seen = [], set[int]()
    while unit_id is not None and unit_id not in seen:
        seen.add(unit_id)
        unit = w.session.get_one(m.OrgUnit, unit_id)
        found.append(unit.manager_id)
        unit_id = unit.parent_id
    return found


def _able(w: Work, complaint: m.Complaint, account_id: int) -> bool:
    """Here, not excluded, and may read the dossier already: climbing gives nobody a right."""
    return reaches(w, w.session.get_one(m.Account, account_id), Right.READ, complaint.id)


def _write(
    w: Work, complaint: m.Complaint, promise: m.Promise, rows: Sequence[m.Escalation], rung: str, account_id: int | None
) -> str:
    for row in rows:
        if row.rung in (rung, NOBODY):  # who stood on this rung is gone, or now there is somebody
            w.session.delete(row)
    w.session.flush()  # before the row that takes its place
    w.session.add(
        m.Escalation(
            complaint_id=complaint.id,
            promise_id=promise.id,
            due_on=promise.target_on,
            rung=rung,
            account_id=account_id,
            climbed_on=w.today,
        )
    )
    promised = f"{promise.procedure}.{promise.code}"
    record(w, complaint, EventKind.ESCALATED, rung=rung, account=account_id, promise=promised)
    return rung


# Looking


def reached(actor: Actor, reference: str) -> tuple[Reached, ...]:
    """The rungs that the open promises of this dossier climbed, the last one last: to who reads it; that nobody was found,
    also to a colleague who opens it. Raises Refused ``not_found``."""
    with work(actor, Right.OPEN) as w:
        complaint, promise = load(w, reference), aliased(m.Promise)
        query = (
            select(promise.procedure + "." + promise.code, m.Escalation.rung, m.Account.display_name, m.Escalation.climbed_on)
            .join(promise, promise.id == m.Escalation.promise_id)
            .outerjoin(m.Account, m.Account.id == m.Escalation.account_id)
            .where(m.Escalation.complaint_id == complaint.id, counts())
            .order_by(m.Escalation.climbed_on, m.Escalation.id)
        )
        if not w.allows(Right.READ, complaint.id):
            query = query.where(m.Escalation.rung == NOBODY)
        rules = {rule.key: rule for rule in profiles.profile_of(w, complaint).terms}
        return tuple(
            Reached(promises.label(key, rules.get(key), w.person.language), rung, name, on)
            for key, rung, name, on in w.session.execute(query)
        )


def unanswered(actor: Actor) -> int:
    """For the administrator: in how many dossiers nobody was found. A number, nothing of any dossier."""
    with work(actor, Right.ACCOUNTS) as w:
        return len(unseen(w, nobody_found()))
