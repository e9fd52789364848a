"""What follows after the answer: another date for a measure, what we do with the judgment of our own committee, and what a
ruling in appeal asked."""

from __future__ import annotations

from datetime import date

from sqlalchemy import func, select

from db import models as m
from domain.entries import day, number
from domain.errors import Refused
from domain.facts import Fact
from domain.rights import Right
from domain.texts import required
from domain.vocabulary import EventKind, LetterType
from domain.workflow import StepName
from services import promises
from services.deciding import FARTHEST, refuse_annulled
from services.door import Actor, Work, work
from services.letters import Outgoing
from services.posting import already_sent, send
from services.records import check_seen, load, load_to_append, record
from services.standing import facts_of, go, lapsed
from text import translate, weekday_date


def move_measure(
    actor: Actor,
    reference: str,
    seen: int,
    measure_id: int,
    new_date: date,
    reason: str,
    outgoing: Outgoing | None = None,
) -> None:
    """A measure is done later than was promised: why, until when, and the letter that says so (PROGRESS), one act. The
    old date stays as moved in time or too late. Without a letter only where nobody can be written to.

    Raises Refused: ``not_found``, ``measure_already_done``, ``measure_lapsed``, ``date_not_later``, ``letter_missing``.
    """
    with work(actor, Right.EXTEND) as w:
        complaint = load_to_append(w, reference)
        if already_sent(w, complaint, outgoing):
            return
        check_seen(complaint, seen)
        go(w, complaint, StepName.MOVE_MEASURE)
        measure = _movable(w, complaint, measure_id)
        words, until = required(reason, "reason"), day(new_date, "new_date", latest=FARTHEST)
        on = w.today
        promised = measure.review_item_id is None  # what the yearly review agreed, nobody outside was promised
        if outgoing is not None or (promised and facts_of(w, complaint).reachable):
            message, letter = send(w, complaint, outgoing, LetterType.PROGRESS, new_date_says(measure.text, until, words))
            on = message.sent_on
            promises.happened(w, complaint, Fact.OUTBOUND, on, letter)
        was, measure.due_on = measure.due_on, until
        entry = record(w, complaint, EventKind.MEASURE_MOVED, on, words, measure=measure.id, was_due=was, new_date=until)
        if promised:
            promises.happened(w, complaint, Fact.MEASURE_MOVED, on, entry, until, was)


def new_date_says(text: str, until: date, reason: str) -> dict[str, object]:
    """What the letter about a measure's new date must say (domain.letters.ASKS)."""
    step = translate("nl", "letters.measure_moved", text=" ".join(text.split()).rstrip("."), day=weekday_date(until))
    return {"progress": reason, "next_step": step, "next_on": until}


def _movable(w: Work, complaint: m.Complaint, measure_id: int) -> m.Measure:
    query = select(m.Measure).where(m.Measure.id == number(measure_id), m.Measure.complaint_id == complaint.id)
    measure = w.session.scalar(query)
    if measure is None:
        raise Refused("not_found")
    if w.session.get(m.MeasureDone, measure.id) is not None:
        raise Refused("measure_already_done")
    if lapsed(w, measure):
        raise Refused("measure_lapsed")
    return measure


def position(actor: Actor, reference: str, seen: int, outgoing: Outgoing) -> None:
    """The complainant reads what we do with the judgment of our committee (Jeugdwet 4.2.1(5)): a RESPONSE letter.
    Raises Refused ``someone_else_decides``."""
    with work(actor, Right.DECIDE) as w:
        complaint = load_to_append(w, reference)
        if already_sent(w, complaint, outgoing):
            return
        check_seen(complaint, seen)
        refuse_annulled(w, complaint)
        go(w, complaint, StepName.POSITION)
        message, _ = send(w, complaint, outgoing, LetterType.RESPONSE)
        entry = record(w, complaint, EventKind.POSITION_SENT, message.sent_on, message=message.id)
        promises.happened(w, complaint, Fact.POSITION_SENT, message.sent_on, entry)


def consequences(actor: Actor, reference: str, seen: int, on: date, text: str) -> None:
    """What a ruling without a date of its own asked, was done. Raises Refused: ``no_consequences_due``,
    ``before_ruling``."""
    with work(actor, Right.LOG) as w:
        complaint = load(w, reference, seen)
        go(w, complaint, StepName.CONSEQUENCES)
        ruled_on = w.session.scalar(select(func.max(m.Appeal.ruled_on)).where(m.Appeal.complaint_id == complaint.id))
        since = ruled_on or complaint.received_on
        on = day(on, "on", latest=w.today, earliest=since, too_early="before_ruling")
        entry = record(w, complaint, EventKind.CONSEQUENCES_DONE, on, required(text, "text"))
        promises.happened(w, complaint, Fact.CONSEQUENCES_DONE, on, entry)
