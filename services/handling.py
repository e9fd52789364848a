"""The steps of the first line while a complaint is being handled."""

from __future__ import annotations

import secrets
from datetime import date
from typing import Any
from uuid import uuid4

from db import models as m
from domain.entries import choice, form, optional_choice
from domain.errors import Refused
from domain.facts import Fact
from domain.rights import Right, Role
from domain.texts import clean, line, required
from domain.vocabulary import Channel, EventKind, LadderLevel, LetterType, Outcome, Recipient, Side
from domain.workflow import AttemptResult, StepName, possible
from services import profiles, promises
from services.colleagues import PersonChoice, available, pick
from services.door import Actor, Work, work
from services.letters import Outgoing, letter_hash
from services.posting import already_sent, letter_type, send
from services.records import check_seen, load, load_to_append, record, written_with
from services.standing import CONTACTS, TALKS, facts_of, go, real_day

LOGGED = CONTACTS | {EventKind.NOTE, EventKind.MESSAGE_RECEIVED}
_ACK_FACTS = {LetterType.ACK_ACTION: Fact.ACK_ACTION_SENT, LetterType.ACK_PROMISE: Fact.ACK_PROMISE_SENT}


def consult(
    actor: Actor,
    reference: str,
    seen: int,
    on: date,
    participants: tuple[int, ...],
    agreements: str,
    ack_owner_id: int,
) -> None:
    """The complaint was discussed with those whom the profile names, and one person acknowledges it (R044, R045).

    Raises Refused: ``unknown_person``, ``not_consulted_here`` (no partner or manager), ``participant_missing``.
    """
    with work(actor, Right.CONSULT) as w:
        complaint = load(w, reference, seen)
        go(w, complaint, StepName.CONSULT)
        on = real_day(w, complaint, on)
        people = available(w, complaint, profiles.profile_of(w, complaint).consultation_with)
        taking_part = _participants(w, people, participants)
        owner = pick(people, ack_owner_id, "ack_owner_id")
        words = clean(agreements, "agreements")
        complaint.consulted_on, complaint.ack_owner_id = on, owner.id
        entry = record(w, complaint, EventKind.CONSULTED, on, words, participants=taking_part, ack_owner=owner.id)
        promises.happened(w, complaint, Fact.CONSULTED, on, entry)


def _participants(w: Work, people: dict[int, PersonChoice], chosen: tuple[int, ...]) -> list[int]:
    partners = [pick(people, each, "participants") for each in dict.fromkeys(chosen)]
    if not all(each.may_be_consulted for each in partners):
        raise Refused("not_consulted_here", "participants")
    others = {each.id for each in people.values() if each.may_be_consulted} - {w.me}
    if others and not others.intersection(each.id for each in partners):
        raise Refused("participant_missing", "participants")  # talking to oneself is no consultation
    return sorted(each.id for each in partners)


def expert_consulted(actor: Actor, reference: str, on: date, text: str) -> None:
    """Wko 1.51b: the suspicion was discussed with the designated expert; from now on the complaint can be handled."""
    with work(actor, Right.LOG) as w:
        complaint = load_to_append(w, reference)
        go(w, complaint, StepName.EXPERT_CONSULTED)
        on = real_day(w, complaint, on)
        complaint.expert_consulted_on = on
        entry = record(w, complaint, EventKind.EXPERT_CONSULTED, on, required(text, "text"))
        promises.happened(w, complaint, Fact.EXPERT_CONSULTED, on, entry)


def acknowledge(actor: Actor, reference: str, seen: int, outgoing: Outgoing) -> None:
    """The acknowledgement with exactly one variant (R046, R047): what was done, or a dated promise. Of a complaint that
    was already resolved, the first variant answers it too (T07)."""
    with work(actor, Right.ACKNOWLEDGE) as w:
        complaint = load_to_append(w, reference)
        if already_sent(w, complaint, outgoing):
            return
        check_seen(complaint, seen)
        variant = letter_type(outgoing, *_ACK_FACTS)
        if (
            variant is LetterType.ACK_ACTION
            and complaint.already_resolved
            and not possible(StepName.RESOLVE, facts_of(w, complaint))
        ):
            resolve(w, complaint, outgoing, agreed=False)
            return
        go(w, complaint, StepName.ACKNOWLEDGE)
        _acknowledge(w, complaint, outgoing, variant)


def _acknowledge(w: Work, complaint: m.Complaint, outgoing: Outgoing, variant: LetterType) -> m.Message:
    message, _ = send(w, complaint, outgoing, variant)
    complaint.acknowledged_on, complaint.ack_variant = message.sent_on, variant
    entry = record(w, complaint, EventKind.ACKNOWLEDGED, message.sent_on, variant=variant, message=message.id)
    promises.happened(w, complaint, _ACK_FACTS[variant], message.sent_on, entry, message.promised_on)
    return message


def resolve(w: Work, complaint: m.Complaint, outgoing: Outgoing, *, agreed: bool) -> None:
    """T07, the fast track: it was solved, and the complainant reads what was done. Inside a step of its caller."""
    go(w, complaint, StepName.RESOLVE)
    if complaint.acknowledged_on is None:
        variant = letter_type(outgoing, LetterType.ACK_ACTION)
        message = _acknowledge(w, complaint, outgoing, variant)
    else:
        message, sent = send(w, complaint, outgoing, letter_type(outgoing, LetterType.RESPONSE, LetterType.ACK_ACTION))
        promises.happened(w, complaint, Fact.RESPONSE_SENT, message.sent_on, sent)
    complaint.outcome, complaint.answered_on = Outcome.RESOLVED_INFORMALLY, message.sent_on
    complaint.resolved_on = complaint.resolved_on or message.sent_on
    on, outcome = message.sent_on, Outcome.RESOLVED_INFORMALLY
    entry = record(w, complaint, EventKind.ANSWERED, on, outcome=outcome, agreed=agreed, message=message.id)
    promises.happened(w, complaint, Fact.RESOLVED, message.sent_on, entry)


def acknowledge_impossible(actor: Actor, reference: str, seen: int, reason: str) -> None:
    """Nobody knows where to write to; the reason is kept (T02)."""
    with work(actor, Right.ACKNOWLEDGE) as w:
        complaint = load(w, reference, seen)
        go(w, complaint, StepName.ACKNOWLEDGE_IMPOSSIBLE)
        entry = record(w, complaint, EventKind.ACK_IMPOSSIBLE, text=required(reason, "reason"), reason="unreachable")
        promises.happened(w, complaint, Fact.ACK_IMPOSSIBLE, w.today, entry)


def assign(actor: Actor, reference: str, seen: int, handler_id: int) -> None:
    """Who handles it; what was waiting starts (T03). Nobody it is about, whoever asks (security 2.6).

    Raises Refused: ``unknown_person``, ``cannot_handle`` (no role for it).
    """
    with work(actor, Right.ASSIGN) as w:
        complaint = load(w, reference, seen)
        people = available(w, complaint, "none")
        handler = pick(people, handler_id, "handler_id")
        if not handler.may_handle:
            raise Refused("cannot_handle", "handler_id")
        before, was = complaint.handler_id, complaint.status
        go(w, complaint, StepName.ASSIGN)
        complaint.handler_id = handler.id
        record(w, complaint, EventKind.ASSIGNED, handler=handler.id, before=before)
        if complaint.status != was:
            record(w, complaint, EventKind.STARTED)


def log(
    actor: Actor,
    reference: str,
    kind: str,
    on: date,
    text: str,
    *,
    channel: str | None = None,
    result: str | None = None,
    subject: str = "",
    form_id: str | None = None,
) -> None:
    """A contact, a conversation, a mediation, information given, a note, or a message that came in.

    `result` says what a conversation or a mediation led to. Contact with the complainant after the acknowledgement meets
    DECIDE_OR_CONTACT; a note never meets anything (R050). With a `form_id`, a double click is one entry. Raises Refused
    ``form_used``: it was saved with other words, from another tab.
    """
    with work(actor, Right.LOG) as w:
        complaint = load_to_append(w, reference)
        what = choice(EventKind, kind, "kind")
        if what not in LOGGED:
            raise Refused("unknown_value", "kind")
        form_id = form(form_id) if form_id else None
        if form_id and written_with(w, complaint, form_id, clean(text, "text")):
            return
        go(w, complaint, StepName.LOG)
        on, words = real_day(w, complaint, on), required(text, "text")
        way = optional_choice(Channel, channel, "channel")
        led_to = optional_choice(AttemptResult, result, "result") if what in TALKS else None
        if what is EventKind.MESSAGE_RECEIVED:
            _message(w, complaint, on, way or Channel.OTHER, subject, words, form_id)
            return
        entry = record(w, complaint, what, on, words, channel=way, result=led_to, form=form_id)
        if what in CONTACTS:
            promises.happened(w, complaint, Fact.CONTACT, on, entry)


def _message(w: Work, complaint: m.Complaint, on: date, way: Channel, subject: str, words: str, form_id: str | None) -> None:
    said = m.MessageText(complaint_id=complaint.id, subject=line(subject, "subject"), body=words, sheet={})
    said.salt = secrets.token_hex(16)
    entry = record(w, complaint, EventKind.MESSAGE_RECEIVED, on, channel=way, form=form_id, letter_hash=letter_hash(said))
    message = m.Message(
        complaint_id=complaint.id,
        side=Side.FILE,
        direction="in",
        recipient=Recipient.ORGANISATION,
        channel=way,
        sent_on=on,
        recorded_by=w.me,
        recorded_at=w.now,
        event_id=entry.id,
        form_id=form_id or str(uuid4()),
    )
    w.session.add(message)
    w.session.flush()  # the words refer to its id
    said.message_id = message.id
    w.session.add(said)


def progress(actor: Actor, reference: str, outgoing: Outgoing) -> None:
    """A letter that says what was done since, and what follows."""
    with work(actor, Right.SEND) as w:
        complaint = load_to_append(w, reference)
        if already_sent(w, complaint, outgoing):
            return
        go(w, complaint, StepName.PROGRESS)
        message, entry = send(w, complaint, outgoing, LetterType.PROGRESS)
        promises.happened(w, complaint, Fact.OUTBOUND, message.sent_on, entry)


def notify_respondent(actor: Actor, reference: str, outgoing: Outgoing) -> None:
    """The person it is about hears of it, and of the right to react."""
    with work(actor, Right.SEND) as w:
        complaint = load_to_append(w, reference)
        if already_sent(w, complaint, outgoing):
            return
        go(w, complaint, StepName.NOTIFY_RESPONDENT)
        send(w, complaint, outgoing, LetterType.RESPONDENT_NOTICE)


def climb(actor: Actor, reference: str, level: str, on: date, text: str) -> None:
    """The complainant goes up exactly one step of the ladder (R004). At the coordinator's step a coordinator becomes the
    handler (R005), the acting director where there is none; failing both the history says so. Raises Refused:
    ``one_level_up``."""
    with work(actor, Right.ROUTE) as w:
        complaint = load_to_append(w, reference)
        wanted = choice(LadderLevel, level, "level")
        facts = go(w, complaint, StepName.CLIMB)
        if wanted is not facts.next_level:
            raise Refused("one_level_up", "level")
        on, words = real_day(w, complaint, on), clean(text, "text")
        before, complaint.ladder_level = complaint.ladder_level, wanted
        codes: dict[str, Any] = {"before": before, "level": wanted}
        if wanted is LadderLevel.COORDINATOR and facts.regular and not (facts.red_flag and not facts.expert_consulted):
            codes |= _to_coordinator(w, complaint)
        record(w, complaint, EventKind.LADDER_STEP, on, words, **codes)


def _to_coordinator(w: Work, complaint: m.Complaint) -> dict[str, Any]:
    people = available(w, complaint, "none")
    fit = sorted(each.id for each in people.values() if Role.COORDINATOR in each.roles)
    if not fit and complaint.acting_director_id in people:
        fit = [complaint.acting_director_id]
    if not fit:
        return {"without_coordinator": True}
    if complaint.handler_id in fit:
        return {}
    before, complaint.handler_id = complaint.handler_id, w.me if w.me in fit else fit[0]
    record(w, complaint, EventKind.ASSIGNED, handler=complaint.handler_id, before=before)
    return {}
