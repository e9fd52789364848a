"""The closed compartments: unwanted behaviour for the confidant, whistleblower reports for their officer. Nobody else
finds a row, a count or a reference here (R022); the row rule of the door says so."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, exists, func, select

from db import models as m
from domain.entries import choice, form
from domain.errors import Refused
from domain.promises import is_open
from domain.restricted import COURSES, ClosedStep, Stand, possible, refusal, status_after
from domain.rights import Right, Scope, scopes
from domain.texts import clean, required
from domain.vocabulary import Compartment, EventKind, Flag, Status
from services import dossier, promises
from services.door import Actor, Work, work
from services.dossier import Dossier
from services.profiles import current
from services.promises import PromiseView
from services.records import load, load_to_append, record, written_with
from services.standing import real_day

PAGE_SIZE = 50
_SCOPES = {Compartment.UNWANTED_BEHAVIOUR: Scope.UNWANTED, Compartment.WHISTLEBLOWER: Scope.WHISTLEBLOWER}


@dataclass(frozen=True)
class Row:
    reference: str
    received_on: date
    category: str
    subcategory: str | None
    status: str
    next_label: str | None  # the earliest open promise
    next_on: date | None
    flag: Flag


@dataclass(frozen=True)
class Listing:
    rows: tuple[Row, ...]  # received last first
    total: int
    categories: tuple[str, ...]  # how the procedure calls what belongs here


@dataclass(frozen=True)
class File:
    dossier: Dossier
    steps: tuple[ClosedStep, ...]  # possible now


def listing(actor: Actor, *, closed: bool = False, page: int = 1) -> Listing:
    """Pages of fifty; `closed` shows what has ended instead of what is going on."""
    with work(actor, Right.LIST) as w:
        query = _listed(w, closed)
        total = w.session.scalar(select(func.count()).select_from(query.subquery())) or 0
        number = min(max(page, 1), max(1, -(-total // PAGE_SIZE)))
        found = w.session.scalars(query.limit(PAGE_SIZE).offset(PAGE_SIZE * (number - 1))).all()
        views = promises.view_many(w, found)
        return Listing(tuple(_row(each, views[each.id]) for each in found), total, _categories(w))


def everything(w: Work, *, closed: bool) -> Iterator[Row]:
    """For an export: all pages."""
    for part in w.session.scalars(_listed(w, closed)).partitions(PAGE_SIZE):
        views = promises.view_many(w, part)
        yield from (_row(each, views[each.id]) for each in part)


def _listed(w: Work, closed: bool) -> Select[m.Complaint]:
    ended = m.Complaint.status.in_((Status.CLOSED, Status.ANONYMISED))
    wanted = (m.Complaint.compartment.in_(_mine(w)), ended if closed else ~ended)
    return select(m.Complaint).where(*wanted).order_by(m.Complaint.received_on.desc(), m.Complaint.id.desc())


def read(actor: Actor, reference: str) -> File:
    """The whole file; that it was opened is logged. Raises Refused ``not_found``, for an ordinary dossier too."""
    with work(actor, Right.READ) as w:
        complaint = load(w, reference)
        if complaint.compartment not in _mine(w):
            raise Refused("not_found")
        steps = possible(_stand(w, complaint))
    return File(dossier.read(actor, reference), steps)


def take(actor: Actor, reference: str, form_id: str, step: str, on: date, text: str) -> None:
    """Records a step with its real date; twice the same form is one. Raises Refused: ``not_found``, ``unknown_value``,
    ``missing``, ``form_used``, ``in_the_future``, ``before_received``, and what `domain.restricted.refusal` says."""
    with work(actor, Right.CLOSED_STEP) as w:
        complaint, once = load_to_append(w, reference), form(form_id)
        if complaint.compartment not in _mine(w):
            raise Refused("not_found")
        if written_with(w, complaint, once, clean(text, "text")):
            return
        which, stand = choice(ClosedStep, step, "step"), _stand(w, complaint)
        if code := refusal(which, stand):
            raise Refused(code, "step")
        day, words = real_day(w, complaint, on), required(text, "text")
        course = COURSES[stand.compartment][which]
        complaint.status = status_after(which, stand)
        _dates(complaint, which, day)
        entry = record(w, complaint, course.kind, day, words, form=once)
        if course.fact is not None:
            promises.happened(w, complaint, course.fact, day, entry)


def mine(actor: Actor) -> frozenset[Compartment]:
    """The compartments that this person keeps."""
    with work(actor, Right.ENTER) as w:
        return _mine(w)


def _mine(w: Work) -> frozenset[Compartment]:
    """A confidant who reviews appeals too reaches ordinary dossiers; they do not belong here."""
    held = scopes(w.person.roles, Right.LIST)
    return frozenset(compartment for compartment, scope in _SCOPES.items() if scope in held)


def _categories(w: Work) -> tuple[str, ...]:
    kept = _mine(w)
    return tuple(each.name for each in current(w).restricted if each.treatment in kept)


def _row(complaint: m.Complaint, views: tuple[PromiseView, ...]) -> Row:
    waiting = sorted((each for each in views if is_open(each) and not each.informative), key=lambda each: each.target_on)
    soonest = waiting[0] if waiting else None
    return Row(
        complaint.reference,
        complaint.received_on,
        complaint.category,
        complaint.subcategory,
        complaint.status,
        soonest.label if soonest else None,
        soonest.target_on if soonest else None,
        soonest.flag if soonest else Flag.NONE,
    )


def _stand(w: Work, complaint: m.Complaint) -> Stand:
    impossible = exists().where(m.Event.complaint_id == complaint.id, m.Event.kind == EventKind.ACK_IMPOSSIBLE)
    return Stand(
        Compartment(complaint.compartment),
        Status(complaint.status),
        acknowledged=complaint.acknowledged_on is not None,
        unreachable=bool(w.session.scalar(select(impossible))),
        answered=complaint.answered_on is not None,
    )


def _dates(complaint: m.Complaint, step: ClosedStep, day: date) -> None:
    match step:
        case ClosedStep.ACKNOWLEDGE:
            complaint.acknowledged_on = day
        case ClosedStep.FEEDBACK:
            complaint.answered_on = day
        case ClosedStep.CLOSE:
            complaint.closed_on = day
