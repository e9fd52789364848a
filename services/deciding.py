"""The steps towards an end: extend, decide, answer, withdraw, not handled, close, reopen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType
from typing import Any

from sqlalchemy import select

from db import models as m
from domain.entries import choice, day, number
from domain.errors import Refused
from domain.facts import Fact
from domain.measures import check_on, months
from domain.rights import Right
from domain.texts import clean, required
from domain.vocabulary import Channel, CloseReason, EventKind, LetterType, Outcome, Ruling, Satisfied
from domain.workflow import Facts, Ground, StepName, move, possible, why_not_closed_as
from services import promises
from services.colleagues import available, pick
from services.door import Actor, Work, work
from services.handling import resolve
from services.letters import Outgoing
from services.posting import already_sent, letter_type, send
from services.records import check_seen, last_day_of, load, load_to_append, record
from services.standing import OTHERS, done, facts_of, go, lapsed, others_told, real_day

FARTHEST = date(2099, 12, 31)  # a measure is due before this
_AGAIN = (EventKind.REOPENED, EventKind.APPEAL_RULED)  # what a second decision comes after
_ENDS = (*_AGAIN, EventKind.DECIDED, EventKind.WITHDRAWN, EventKind.NOT_HANDLED)


@dataclass(frozen=True)
class PartInput:
    """One part of the complaint, and what became of it."""

    text: str
    outcome: str


@dataclass(frozen=True)
class MeasureInput:
    text: str
    owner_id: int
    due_on: date
    check_months: int | None = None  # so long after it was done "did it help?" is asked


def extend(
    actor: Actor,
    reference: str,
    seen: int,
    outgoing: Outgoing,
    new_date: date,
    reason: str,
    told: Mapping[str, date | None] = MappingProxyType({}),
) -> None:
    """One act (R052): why, until when, and the letter that says so. A notice after the due date is recorded as late.
    `told`: when the others were written to whom the article names (services/standing.OTHERS).

    Raises Refused, besides what services/promises.py says of the new date (``beyond_statutory_maximum``): ``missing``,
    ``respondent_not_told``, ``provider_not_told``, ``committee_not_told``.
    """
    with work(actor, Right.EXTEND) as w:
        complaint = load_to_append(w, reference)
        if already_sent(w, complaint, outgoing):
            return
        check_seen(complaint, seen)
        go(w, complaint, StepName.EXTEND)
        words, until = required(reason, "reason"), day(new_date, "new_date", latest=FARTHEST)
        others = _others_told(w, complaint, until, told)
        message, _ = send(w, complaint, outgoing, LetterType.EXTENSION, {"new_date": until, "reason": words})
        entry = record(w, complaint, EventKind.EXTENDED, message.sent_on, words, new_date=until, message=message.id, **others)
        promises.extend(w, complaint, until, message.sent_on, entry)


_NOT_TOLD = {
    "respondent": "respondent_not_told",
    "provider": "provider_not_told",
    "committee": "committee_not_told",
}


def _others_told(w: Work, complaint: m.Complaint, until: date, told: Mapping[str, date | None]) -> dict[str, Any]:
    must = others_told(w, complaint, promises.moved_by_notice(w, complaint, until))
    for kind in must:
        if told.get(kind) is None:
            raise Refused(_NOT_TOLD[kind], f"told_{kind}")
    return {f"told_{kind}": real_day(w, complaint, on, f"told_{kind}") for kind in OTHERS if (on := told.get(kind)) is not None}


def decide(
    actor: Actor,
    reference: str,
    seen: int,
    on: date,
    outcome: str,
    reasons: str,
    measures: tuple[MeasureInput, ...] = (),
    no_measures: bool = False,
) -> None:
    """The decision, with its reasons, and what will be done about it, or explicitly nothing (T05).

    Raises Refused: ``someone_else_decides`` (an appeal annulled this person's decision), ``measures_and_none``,
    ``unknown_person``, ``before_decision`` (a measure due before it), ``before_reopening``.
    """
    with work(actor, Right.DECIDE) as w:
        complaint = load(w, reference, seen)
        refuse_annulled(w, complaint)
        go(w, complaint, StepName.DECIDE)
        on = _not_before(w, complaint, real_day(w, complaint, on), _AGAIN, "before_reopening")
        chosen, words = choice(Outcome, outcome, "outcome"), required(reasons, "reasons")
        taken = _measures(w, complaint, on, measures, no_measures)
        left = _superseded(w, complaint)
        decision = m.Decision(complaint_id=complaint.id, outcome=chosen, reasons=words, decided_by=w.me, decided_on=on)
        w.session.add(decision)
        w.session.flush()  # measures and the event refer to its id
        complaint.outcome = chosen
        entry = record(w, complaint, EventKind.DECIDED, on, words, outcome=chosen, decision=decision.id, measures=len(taken))
        for measure in taken:
            measure.decision_id, measure.event_id = decision.id, entry.id
        w.session.add_all(taken)
        for due_on in left:
            promises.happened(w, complaint, Fact.DECISION_SUPERSEDED, on, entry, due_on)
        promises.happened(w, complaint, Fact.DECIDED, on, entry)
        for measure in taken:
            promises.happened(w, complaint, Fact.MEASURE_AGREED, on, entry, measure.due_on)


def _superseded(w: Work, complaint: m.Complaint) -> list[date]:
    """Earlier decisions hold no more. The dates of their measures that lapse with them; those of an annulled one did
    already."""
    older = list(
        w.session.scalars(select(m.Decision).where(m.Decision.complaint_id == complaint.id, m.Decision.superseded.is_(False)))
    )
    left = select(m.Measure.due_on).where(m.Measure.decision_id.in_([each.id for each in older]), ~done())
    dates = list(w.session.scalars(left.order_by(m.Measure.id)))
    for each in older:
        each.superseded = True
    return dates


def _not_before(w: Work, complaint: m.Complaint, on: date, kinds: tuple[EventKind, ...], code: str) -> date:
    since = last_day_of(w, complaint, *kinds)
    return day(on, "on", latest=w.today, earliest=since, too_early=code) if since is not None else on


def annulled_for(w: Work, complaint: m.Complaint) -> bool:
    """Did an appeal annul a decision that this person took? Then somebody else decides anew (T11)."""
    query = (
        select(m.Decision.id)
        .join(m.Appeal, m.Appeal.decision_id == m.Decision.id)
        .where(
            m.Decision.complaint_id == complaint.id, m.Decision.decided_by == w.person.id, m.Appeal.ruling == Ruling.ANNULLED
        )
    )
    return w.session.scalars(query).first() is not None


def refuse_annulled(w: Work, complaint: m.Complaint) -> None:
    """Whoever's decision was annulled does not answer in its place either. Raises Refused ``someone_else_decides``."""
    if annulled_for(w, complaint):
        raise Refused("someone_else_decides")


def _measures(
    w: Work, complaint: m.Complaint, on: date, measures: tuple[MeasureInput, ...], no_measures: bool
) -> list[m.Measure]:
    if measures and no_measures:
        raise Refused("measures_and_none", "measures")
    if not measures and not no_measures:
        raise Refused("missing", "measures")
    people = available(w, complaint, "none") if measures else {}
    return [
        m.Measure(
            complaint_id=complaint.id,
            text=required(each.text, "measures"),
            owner_id=pick(people, each.owner_id, "measures").id,
            due_on=day(each.due_on, "measures", latest=FARTHEST, earliest=on, too_early="before_decision"),
            check_months=months(each.check_months, "measures"),
        )
        for each in measures
    ]


def answer(
    actor: Actor,
    reference: str,
    seen: int,
    outgoing: Outgoing,
    *,
    resolved: bool | None = None,
    agreed: bool = False,
) -> None:
    """What the complainant hears in writing: the decision (T06), a substantive response while the handling goes on, or
    that it was solved (`resolved`, unless given as it was registered: T07, the fast track). `agreed`: they said so.

    Raises Refused: ``wrong_letter``, ``someone_else_decides``, and what services/letters.py refuses.
    """
    with work(actor, Right.DECIDE) as w:
        complaint = load_to_append(w, reference)
        if already_sent(w, complaint, outgoing):
            return
        check_seen(complaint, seen)
        refuse_annulled(w, complaint)
        kind = letter_type(outgoing, LetterType.DECISION, LetterType.RESPONSE, LetterType.ACK_ACTION)
        if kind is LetterType.DECISION:
            _answer_with_decision(w, complaint, outgoing)
        elif kind is LetterType.ACK_ACTION or (complaint.already_resolved if resolved is None else resolved):
            resolve(w, complaint, outgoing, agreed=bool(agreed))
        else:
            go(w, complaint, StepName.RESPOND)
            message, entry = send(w, complaint, outgoing, LetterType.RESPONSE)
            promises.happened(w, complaint, Fact.RESPONSE_SENT, message.sent_on, entry)


def _answer_with_decision(w: Work, complaint: m.Complaint, outgoing: Outgoing) -> None:
    go(w, complaint, StepName.ANSWER)
    decision = w.session.scalars(
        select(m.Decision).where(m.Decision.complaint_id == complaint.id, m.Decision.superseded.is_(False))
    ).one()
    message, _ = send(w, complaint, outgoing, LetterType.DECISION)
    complaint.answered_on = message.sent_on
    entry = record(w, complaint, EventKind.ANSWERED, message.sent_on, outcome=decision.outcome, message=message.id)
    promises.happened(w, complaint, Fact.DECISION_SENT, message.sent_on, entry)
    if complaint.by_committee and promises.begins(w, complaint, Fact.COMMITTEE_JUDGED):
        promises.happened(w, complaint, Fact.COMMITTEE_JUDGED, message.sent_on, entry)  # the letter is its judgment


def measure_done(
    actor: Actor, reference: str, measure_id: int, on: date, evidence: str, check_months: int | None = None
) -> None:
    """What was agreed was done; twice the same is once. `check_months`: so long after it "did it help?" is asked; 0: never;
    None: as was chosen when it was agreed. Raises Refused: ``not_found``, ``measure_already_done``, ``measure_lapsed``,
    ``before_decision``, ``unknown_value``."""
    with work(actor, Right.LOG) as w:
        complaint = load_to_append(w, reference)
        measure = w.session.scalar(
            select(m.Measure).where(m.Measure.id == number(measure_id), m.Measure.complaint_id == complaint.id)
        )
        if measure is None:
            raise Refused("not_found")
        words = required(evidence, "evidence")
        known = w.session.get(m.MeasureDone, measure.id)
        if known is not None:
            if (known.done_on, known.evidence) == (on, words):
                return
            raise Refused("measure_already_done")
        go(w, complaint, StepName.MEASURE_DONE)
        if lapsed(w, measure):
            raise Refused("measure_lapsed")
        decision = w.session.get(m.Decision, measure.decision_id) if measure.decision_id else None
        since = decision.decided_on if decision else complaint.received_on
        on = day(on, "on", latest=w.today, earliest=since, too_early="before_decision")
        if check_months is not None:
            measure.check_months = months(check_months, "check_months")
        asked_on = check_on(on, measure.check_months)
        entry = record(w, complaint, EventKind.MEASURE_DONE, on, words, measure=measure.id, check_on=asked_on)
        was_done = {"measure_id": measure.id, "complaint_id": complaint.id, "event_id": entry.id}
        w.session.add(m.MeasureDone(done_on=on, evidence=words, check_on=asked_on, **was_done))
        if measure.review_item_id is not None:  # agreed among ourselves: nobody outside was promised it
            return
        promises.happened(w, complaint, Fact.MEASURE_DONE, on, entry, promises.due_then(w, complaint, measure.due_on, on))
        if measure.decision_id is None:  # it followed from a ruling in appeal
            promises.happened(w, complaint, Fact.CONSEQUENCES_DONE, on, entry)


def withdraw(
    actor: Actor, reference: str, seen: int, on: date, channel: str, outgoing: Outgoing | None = None, text: str = ""
) -> None:
    """The complainant takes it back (T12). It stays in the register and in the figures; who can be written to gets a
    confirmation. Raises Refused: ``letter_missing``."""
    with work(actor, Right.ROUTE) as w:
        complaint = load_to_append(w, reference)
        if already_sent(w, complaint, outgoing):
            return
        check_seen(complaint, seen)
        facts = go(w, complaint, StepName.WITHDRAW)
        on, way = real_day(w, complaint, on), choice(Channel, channel, "channel")
        _told(w, complaint, facts, outgoing, LetterType.WITHDRAWAL, {"withdrawn_on": on})
        entry = record(w, complaint, EventKind.WITHDRAWN, on, clean(text, "text"), channel=way)
        promises.happened(w, complaint, Fact.WITHDRAWN, on, entry)


def not_handled(actor: Actor, reference: str, seen: int, ground: str, reasons: str, outgoing: Outgoing | None = None) -> None:
    """It is not taken up, and the complainant reads why, and where to go instead (T13). Raises Refused:
    ``letter_missing``."""
    with work(actor, Right.CLOSE) as w:
        complaint = load_to_append(w, reference)
        if already_sent(w, complaint, outgoing):
            return
        check_seen(complaint, seen)
        facts = go(w, complaint, StepName.NOT_HANDLED)
        because, words = choice(Ground, ground, "ground"), required(reasons, "reasons")
        said = {"ground": because, "reasons": words}
        message = _told(w, complaint, facts, outgoing, LetterType.NOT_HANDLED, said)
        on = message.sent_on if message else w.today
        entry = record(w, complaint, EventKind.NOT_HANDLED, on, words, ground=because)
        promises.happened(w, complaint, Fact.NOT_HANDLED, on, entry)


def _told(
    w: Work,
    complaint: m.Complaint,
    facts: Facts,
    outgoing: Outgoing | None,
    kind: LetterType,
    extra: Mapping[str, object],
) -> m.Message | None:
    """The letter, unless there is nobody to write to."""
    if outgoing is None and not facts.reachable:
        return None
    return send(w, complaint, outgoing, kind, extra)[0]


def closing_gaps(actor: Actor, reference: str) -> tuple[str, ...]:
    """What closing still misses (R051), as message keys (``gap.outcome_missing``); empty when it can be closed."""
    with work(actor, Right.OPEN) as w:
        complaint = load(w, reference)
        if not w.allows(Right.CLOSE, complaint.id):
            raise Refused("not_found")
        return tuple(f"gap.{code}" for code in possible(StepName.CLOSE, facts_of(w, complaint)))


def close(
    actor: Actor,
    reference: str,
    seen: int,
    reason: str,
    on: date | None = None,
    outgoing: Outgoing | None = None,
    *,
    parts: tuple[PartInput, ...] = (),
    satisfied: str = Satisfied.UNKNOWN,
) -> None:
    """The end, with a closing letter if there is one: what became of each part of the complaint (none given: of the whole,
    as it was decided), and whether the complainant is satisfied.

    Raises Refused: ``incomplete`` with everything that is missing, ``close_reason``, ``appeal_still_possible``,
    ``no_appeal_term``, ``no_external_ruling``, ``before_answer``, ``before_end``, ``not_accepted`` (who is not satisfied
    did not accept it: an appeal can be lodged), ``missing`` (a part without text or outcome).
    """
    with work(actor, Right.CLOSE) as w:
        complaint = load_to_append(w, reference)
        if already_sent(w, complaint, outgoing):
            return
        check_seen(complaint, seen)
        because, on = choice(CloseReason, reason, "reason"), real_day(w, complaint, on or w.today)
        if complaint.answered_on is not None:
            on = day(on, "on", latest=w.today, earliest=complaint.answered_on, too_early="before_answer")
        facts = replace(facts_of(w, complaint), today=on)
        status = move(StepName.CLOSE, facts)
        why = why_not_closed_as(because, facts)
        if why is not None:
            raise Refused(why, "reason")
        _not_before(w, complaint, on, _ENDS, "before_end")
        content = choice(Satisfied, satisfied, "satisfied")
        if content is Satisfied.NO and because is CloseReason.ACCEPTED:
            raise Refused("not_accepted", "satisfied")
        told = [PartInput(required(each.text, "parts"), choice(Outcome, each.outcome, "parts")) for each in parts]
        if outgoing is not None:
            send(w, complaint, outgoing, LetterType.CLOSING)
        complaint.status, complaint.closed_on, complaint.close_reason = status, on, because
        complaint.satisfied = content
        entry = record(w, complaint, EventKind.CLOSED, on, reason=because, satisfied=content, parts=len(told))
        w.session.add_all(_parts(complaint, entry, told))
        promises.happened(w, complaint, Fact.CLOSED, on, entry)


def _parts(complaint: m.Complaint, entry: m.Event, told: list[PartInput]) -> list[m.ComplaintPart]:
    if not told and complaint.outcome is not None:
        told = [PartInput(complaint.title, complaint.outcome)]
    return [
        m.ComplaintPart(complaint_id=complaint.id, event_id=entry.id, text=each.text, outcome=each.outcome) for each in told
    ]


def reopen(actor: Actor, reference: str, seen: int, reason: str, on: date | None = None) -> None:
    """A closed dossier goes back to its handler (T14), with a new clock for the answer."""
    with work(actor, Right.REOPEN) as w:
        complaint = load(w, reference, seen)
        go(w, complaint, StepName.REOPEN)
        closed_on = complaint.closed_on or complaint.received_on
        on = day(on or w.today, "on", latest=w.today, earliest=closed_on, too_early="before_closing")
        complaint.reopened, complaint.closed_on, complaint.close_reason, complaint.answered_on = True, None, None, None
        complaint.satisfied = None
        entry = record(w, complaint, EventKind.REOPENED, on, required(reason, "reason"))
        promises.happened(w, complaint, Fact.REOPENED, on, entry)
