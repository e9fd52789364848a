"""Lodging an appeal (R059-R061). Hearing it and ruling on it: `services/hearing.py`; reading: `services/appeal_files.py`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from db import models as m
from domain.entries import choice, day, form
from domain.errors import Refused
from domain.facts import Fact
from domain.rights import Right, Scope, scopes
from domain.texts import clean, line, required, surname_key
from domain.vocabulary import Channel, EventKind, Status
from domain.workflow import Facts, StepName, move
from services import promises, reviewers, throttle
from services.as_it_stood import columns_of, keep
from services.door import Actor, Work, already_lodged, appealable, work
from services.records import load_to_append, locked, record
from services.standing import RULED_ON

APPEAL_LODGE = "APPEAL_LODGE"  # the complainant's own term, opened when the decision was sent


@dataclass(frozen=True)
class Lodged:
    reference: str
    in_time: bool
    mine: bool  # whoever registered it also hears it


@dataclass(frozen=True)
class _Lodging:
    """What somebody typed about an appeal, looked at before any dossier is."""

    form_id: str
    on: date
    channel: Channel
    grounds: str
    late_reason: str | None
    supported: bool


def lodge(
    actor: Actor,
    form_id: str,
    reference: str,
    surname: str | None,
    lodged_on: date,
    channel: str,
    grounds: str,
    late_reason: str | None = None,
    *,
    supported: bool = False,
) -> Lodged:
    """Register an appeal against the decision in force (R059, T09).

    The first line lodges on a dossier that it sees; a surname is not asked. A reviewer registers a call or a mail with
    the exact reference and the complainant's surname: throttled, and ``no_appeal_possible`` is the one answer to
    whatever is wrong. `supported`: she stood by the complainant earlier, a substitute hears it. The same `form_id` again
    gives the first answer.

    Raises Refused: ``in_the_future``, ``missing``; then ``not_found``, ``not_in_this_status``, ``no_decision``,
    ``already_ruled_on``, ``before_the_decision`` (to a reviewer these five read ``no_appeal_possible``),
    ``late_reason_missing``, ``no_reviewer``.
    """
    reference = line(reference, "reference").upper()
    with work(actor, Right.APPEAL_LODGE) as w:
        known = already_lodged(w, form_id)
        if known is not None:
            return Lodged(reference, known.in_time, known.reviewer_id == w.me)
        lodging = _typed(w, form_id, lodged_on, channel, grounds, late_reason, supported)
        name = required(surname, "surname") if _from_outside(w) else None
        if name is not None:
            throttle.attempt(w, _counter(w))  # committed with this transaction, whatever the next one says
    with work(actor, Right.APPEAL_LODGE) as w:
        complaint = load_to_append(w, reference) if name is None else _by_surname(w, reference, name, lodging)
        appeal = already_lodged(w, form_id) or _open(w, complaint, lodging)
        throttle.succeeded(w, _counter(w))
        return Lodged(complaint.reference, appeal.in_time, appeal.reviewer_id == w.me)


def _from_outside(w: Work) -> bool:
    """A reviewer: may register an appeal, but sees no dossier until one is hers."""
    return scopes(w.person.roles, Right.APPEAL_LODGE) <= {Scope.NONE}


def _counter(w: Work) -> tuple[str, str]:
    return "appeal", str(w.me)


def _typed(w: Work, form_id: str, on: date, channel: str, grounds: str, late_reason: str | None, supported: bool) -> _Lodging:
    return _Lodging(
        form_id=form(form_id),
        on=day(on, "lodged_on", latest=w.today),
        channel=choice(Channel, channel, "channel"),
        grounds=required(grounds, "grounds"),
        late_reason=clean(late_reason, "late_reason") or None,
        supported=supported,
    )


def _by_surname(w: Work, reference: str, surname: str, lodging: _Lodging) -> m.Complaint:
    complaint = appealable(w, reference, surname_key(surname))
    try:
        if complaint is None:
            raise Refused("not_found")
        locked(w, complaint)
        if already_lodged(w, lodging.form_id) is None:
            _appealable(w, complaint, lodging.on)
    except Refused as why:
        raise Refused("no_appeal_possible") from why
    return complaint


def _appealable(w: Work, complaint: m.Complaint, on: date) -> m.Decision:
    decision = _in_force(w, complaint)
    ruled_on = decision is not None and _ruled_on(w, decision)
    move(StepName.LODGE_APPEAL, Facts(Status(complaint.status), w.today, decided=decision is not None, ruled_on=ruled_on))
    if decision is None:
        raise Refused("no_decision")
    if on < (complaint.answered_on or decision.decided_on):
        raise Refused("before_the_decision", "lodged_on")
    return decision


def _in_force(w: Work, complaint: m.Complaint) -> m.Decision | None:
    query = select(m.Decision).where(m.Decision.complaint_id == complaint.id, m.Decision.superseded.is_(False))
    return w.session.scalar(query.order_by(m.Decision.id.desc()).limit(1))


def _ruled_on(w: Work, decision: m.Decision) -> bool:
    query = select(m.Appeal.id).where(m.Appeal.decision_id == decision.id, RULED_ON)
    return w.session.scalars(query.limit(1)).first() is not None


def _open(w: Work, complaint: m.Complaint, lodging: _Lodging) -> m.Appeal:
    decision = _appealable(w, complaint, lodging.on)
    in_time = lodging.on <= (_last_day(w, complaint) or lodging.on)
    if not in_time and not lodging.late_reason:
        raise Refused("late_reason_missing", "late_reason")
    reviewer = reviewers.choose(w, complaint, but_not=frozenset({w.me} if lodging.supported else ()))
    stood = columns_of(complaint)
    complaint.status = Status.IN_APPEAL
    complaint.closed_on = complaint.close_reason = None
    event = record(w, complaint, EventKind.APPEAL_LODGED, lodging.on, channel=lodging.channel, in_time=in_time)
    promises.happened(w, complaint, Fact.APPEAL_LODGED, lodging.on, event)
    appeal = m.Appeal(
        complaint_id=complaint.id,
        form_id=lodging.form_id,
        decision_id=decision.id,
        lodged_on=lodging.on,
        channel=lodging.channel,
        grounds=lodging.grounds,
        in_time=in_time,
        late_reason=None if in_time else lodging.late_reason,
        registered_by=w.me,
        reviewer_id=reviewer,
        snapshot_seq=event.seq,  # the file as it stands now, this line of it included
    )
    w.session.add(appeal)
    w.session.flush()  # what is kept of the dossier refers to it
    keep(w, complaint, appeal, stood)
    return appeal


def _last_day(w: Work, complaint: m.Complaint) -> date | None:
    """The last day on which an appeal is in time, rolled past weekends and holidays; None where no term was set."""
    query = select(m.Promise).where(m.Promise.complaint_id == complaint.id, m.Promise.code == APPEAL_LODGE)
    term = w.session.scalar(query.order_by(m.Promise.id.desc()).limit(1))
    return term.legal_on if term else None


def reassign(actor: Actor, reference: str) -> None:
    """The first line asks for another reviewer when the one it had is gone or has become part of the dossier."""
    with work(actor, Right.APPEAL_LODGE) as w:
        complaint = load_to_append(w, reference)
        appeal = open_appeal(w, complaint)
        if reviewers.able(w, complaint, appeal.reviewer_id):
            raise Refused("reviewer_available")
        appeal.reviewer_id = reviewers.choose(w, complaint, but_not=frozenset({appeal.reviewer_id or 0}))
        record(w, complaint, EventKind.ASSIGNED, appeal=True)


def open_appeal(w: Work, complaint: m.Complaint) -> m.Appeal:
    """The appeal that is being heard. Raises Refused ``no_open_appeal``."""
    query = select(m.Appeal).where(m.Appeal.complaint_id == complaint.id, m.Appeal.ruled_on.is_(None))
    appeal = w.session.scalar(query.order_by(m.Appeal.id.desc()).limit(1))
    if appeal is None or complaint.status != Status.IN_APPEAL:
        raise Refused("no_open_appeal")
    return appeal
