"""Hearing an appeal and ruling on it (R062, R063): what the reviewer does. Her papers are on the appeal's side of the dossier.

She edits the appeal, not the dossier: `seen` is the version of the appeal that she had on screen.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from sqlalchemy import select

from db import models as m
from domain.entries import choice, day, form
from domain.errors import Refused
from domain.facts import Fact
from domain.rights import Right
from domain.texts import clean, required
from domain.vocabulary import Channel, EventKind, LetterType, PauseReason, Ruling, Side, Status
from domain.workflow import Facts, StepName, move
from services import letters, promises, reviewers
from services.appeals import open_appeal
from services.door import Actor, Work, work
from services.letters import Outgoing
from services.posting import already_sent, letter_type
from services.records import load_to_append, record, written_with

FARTHEST = date(2099, 12, 31)
CHANGES_THE_DECISION = frozenset({Ruling.REVISED, Ruling.ANNULLED})


def acknowledge(actor: Actor, reference: str, seen: int, outgoing: Outgoing) -> None:
    """The letter APPEAL_RECEIVED went out; it keeps the promise to confirm the appeal."""
    with work(actor, Right.APPEAL_RULE) as w:
        if already_sent(w, load_to_append(w, reference), outgoing):
            return
        complaint, appeal = _in_hand(w, reference, seen)
        event = _send(w, complaint, appeal, outgoing, Side.APPEAL, LetterType.APPEAL_RECEIVED)
        appeal.acknowledged_on = appeal.acknowledged_on or outgoing.sent_on
        record(w, complaint, EventKind.APPEAL_ACKNOWLEDGED, outgoing.sent_on, side=Side.APPEAL)
        promises.happened(w, complaint, Fact.APPEAL_ACK_SENT, outgoing.sent_on, event)


def hear(actor: Actor, reference: str, form_id: str, on: date, text: str) -> None:
    """A hearing took place; its report is the reviewer's own paper."""
    with work(actor, Right.APPEAL_RULE) as w:
        complaint, appeal = _in_hand(w, reference)
        day(on, "on", latest=w.today, earliest=appeal.lodged_on, too_early="before_appeal")
        if _write(w, complaint, EventKind.APPEAL_HEARING, form_id, on, text):
            appeal.heard_on = on


def note(actor: Actor, reference: str, form_id: str, text: str) -> None:
    """A note among the reviewer's own papers: nobody of the first line reads it."""
    with work(actor, Right.APPEAL_RULE) as w:
        complaint, _ = _in_hand(w, reference)
        _write(w, complaint, EventKind.APPEAL_NOTE, form_id, w.today, text)


def extend_ruling(actor: Actor, reference: str, seen: int, outgoing: Outgoing, new_date: date, reason: str) -> None:
    """The ruling comes later: the complainant was told the new date and why (R052)."""
    with work(actor, Right.APPEAL_RULE) as w:
        if already_sent(w, load_to_append(w, reference), outgoing):
            return
        complaint, appeal = _in_hand(w, reference, seen)
        why, until = required(reason, "reason"), day(new_date, "new_date", latest=FARTHEST)
        told_them = replace(outgoing, extra={**outgoing.extra, "new_date": until, "reason": why})
        event = _send(w, complaint, appeal, told_them, Side.APPEAL, LetterType.EXTENSION)
        record(w, complaint, EventKind.EXTENDED, outgoing.sent_on, why, side=Side.APPEAL, new_date=until)
        promises.extend(w, complaint, until, outgoing.sent_on, event, by=Fact.RULING_EXTENDED)


def pause(actor: Actor, reference: str, seen: int, reason: str, on: date, until: date | None = None, text: str = "") -> None:
    """The ruling waits from `on` up to but not including `until` (None: until she resumes), as for a hearing or for
    papers. Nothing of the first line stands still with it, and only she reads why. Raises Refused: ``ruling_sent``,
    ``before_appeal``, ``missing``, ``already_paused``, ``nothing_to_pause``, ``pause_not_allowed``."""
    with work(actor, Right.APPEAL_RULE) as w:
        complaint, appeal = _in_hand(w, reference, seen)
        if told(w, appeal):
            raise Refused("ruling_sent")
        why, words = choice(PauseReason, reason, "reason"), required(text, "text")
        on = day(on, "on", latest=w.today, earliest=appeal.lodged_on, too_early="before_appeal")
        until = day(until, "until", latest=FARTHEST) if until is not None else None
        event = record(w, complaint, EventKind.PAUSED, on, words, side=Side.APPEAL, reason=why, until=until)
        promises.happened(w, complaint, Fact.RULING_PAUSED, on, event, until)


def resume(actor: Actor, reference: str, seen: int, on: date, text: str = "") -> None:
    """The ruling is worked on again from `on`; the days really paused are given back. Raises Refused: ``not_paused``,
    ``before_appeal``."""
    with work(actor, Right.APPEAL_RULE) as w:
        complaint, appeal = _in_hand(w, reference, seen)
        on = day(on, "on", latest=w.today, earliest=appeal.lodged_on, too_early="before_appeal")
        event = record(w, complaint, EventKind.RESUMED, on, clean(text, "text"), side=Side.APPEAL)
        promises.happened(w, complaint, Fact.RULING_RESUMED, on, event)


def rule(
    actor: Actor,
    reference: str,
    seen: int,
    ruling: str,
    reasons: str,
    consequence: str | None,
    consequence_due_on: date | None,
    binding: bool | None,
) -> None:
    """Write the ruling down; it can be changed until the letter to the complainant went out.

    A ruling that revises or annuls the decision says what follows from it. Raises Refused: ``missing``, ``ruling_sent``,
    ``before_appeal``, ``reviewer_conflict``.
    """
    with work(actor, Right.APPEAL_RULE) as w:
        complaint, appeal = _in_hand(w, reference, seen)
        if told(w, appeal):
            raise Refused("ruling_sent")
        word = choice(Ruling, ruling, "ruling")
        if consequence_due_on is not None:
            since = appeal.lodged_on  # it may be entered long after it was ruled
            day(consequence_due_on, "consequence_due_on", latest=FARTHEST, earliest=since, too_early="before_appeal")
        if binding is None:
            raise Refused("missing", "binding")
        follows = word in CHANGES_THE_DECISION or consequence_due_on is not None
        appeal.ruling, appeal.reasons, appeal.binding = word, required(reasons, "reasons"), bool(binding)
        appeal.consequence = required(consequence, "consequence") if follows else clean(consequence, "consequence") or None
        appeal.consequence_due_on = consequence_due_on
        record(w, complaint, EventKind.APPEAL_RULED, side=Side.APPEAL, ruling=word, binding=appeal.binding)


def send_ruling(actor: Actor, reference: str, seen: int, outgoing: Outgoing) -> None:
    """Tell the ruling: first to the complainant (APPEAL_RULING), then to the organisation (APPEAL_RULING_NOTICE).

    With the second letter the dossier is ruled (R063, T10); an annulled decision goes back to the first line, where
    somebody else decides anew (T11).
    """
    with work(actor, Right.APPEAL_RULE) as w:
        if already_sent(w, load_to_append(w, reference), outgoing):
            return
        complaint, appeal = _in_hand(w, reference, seen)
        if appeal.ruling is None:
            raise Refused("ruling_missing")
        to_complainant = LetterType.APPEAL_RULING not in told(w, appeal)
        if to_complainant:
            event = _send(w, complaint, appeal, outgoing, Side.APPEAL, LetterType.APPEAL_RULING)
            promises.happened(w, complaint, Fact.APPEAL_RULING_SENT, outgoing.sent_on, event)
            return
        # The notice lies in the first line's file: it has to be followed there.
        _send(w, complaint, appeal, outgoing, Side.FILE, LetterType.APPEAL_RULING_NOTICE)
        _ruled(w, complaint, appeal, max(told(w, appeal).values()))  # both sides know it


def step_back(actor: Actor, reference: str, seen: int, reason: str) -> None:
    """The reviewer cannot be impartial here (she supported the complainant, she knows somebody): the next substitute
    hears the appeal, and this one sees nothing of it any more. Raises Refused: ``no_reviewer``."""
    with work(actor, Right.APPEAL_RULE) as w:
        complaint, appeal = _in_hand(w, reference, seen)
        words = required(reason, "reason")
        successor = reviewers.choose(w, complaint, but_not=frozenset({w.me}))
        record(w, complaint, EventKind.ASSIGNED, text=words, side=Side.APPEAL, appeal=True)
        record(w, complaint, EventKind.ASSIGNED, appeal=True)  # so that the first line does not ask her again
        appeal.reviewer_id = successor


def withdrawn(actor: Actor, reference: str, seen: int, on: date, channel: str) -> None:
    """The complainant takes the appeal back: it ends as settled, without a ruling, and the decision stands. What was
    written down as a ruling goes. Raises Refused: ``ruling_sent``, ``before_appeal``, ``unknown_value``."""
    with work(actor, Right.APPEAL_RULE) as w:
        complaint, appeal = _in_hand(w, reference, seen)
        if told(w, appeal):
            raise Refused("ruling_sent")
        on = day(on, "on", latest=w.today, earliest=appeal.lodged_on, too_early="before_appeal")
        way = choice(Channel, channel, "channel")
        appeal.ruling, appeal.ruled_on, appeal.withdrawn_on = Ruling.SETTLED, on, on
        appeal.reasons = appeal.consequence = appeal.consequence_due_on = appeal.binding = None
        complaint.status = move(StepName.RULE_APPEAL, Facts(Status(complaint.status), w.today))
        event = record(w, complaint, EventKind.APPEAL_WITHDRAWN, on, channel=way)
        promises.happened(w, complaint, Fact.APPEAL_WITHDRAWN, on, event)


# What they share


def told(w: Work, appeal: m.Appeal) -> dict[LetterType, date]:
    """Which of the two letters with the ruling of this appeal went out, and when."""
    query = (
        select(m.Message.letter_type, m.Message.sent_on)
        .join(m.Event, m.Event.id == m.Message.event_id)
        .where(
            m.Message.complaint_id == appeal.complaint_id,
            m.Message.letter_type.in_((LetterType.APPEAL_RULING, LetterType.APPEAL_RULING_NOTICE)),
            m.Event.seq > appeal.snapshot_seq,
        )
    )
    return {LetterType(kind): on for kind, on in w.session.execute(query) if kind}


def _in_hand(w: Work, reference: str, seen: int | None = None) -> tuple[m.Complaint, m.Appeal]:
    """The dossier and the appeal that this reviewer hears; whoever handled or decided cannot (R059, security 2.6)."""
    complaint = load_to_append(w, reference)
    appeal = open_appeal(w, complaint)
    if appeal.reviewer_id != w.me:
        raise Refused("not_found")
    if seen is not None and appeal.version != seen:
        raise Refused("changed_meanwhile")
    if w.me in reviewers.touched(w, complaint):
        raise Refused("reviewer_conflict")
    return complaint, appeal


def _send(w: Work, complaint: m.Complaint, appeal: m.Appeal, outgoing: Outgoing, side: Side, expected: LetterType) -> m.Event:
    letter_type(outgoing, expected)
    message, event = letters.dispatch(w, complaint, outgoing, side=side)
    if message.sent_on < appeal.lodged_on:
        raise Refused("letter_before_appeal", "sent_on")
    return event


def _write(w: Work, complaint: m.Complaint, kind: EventKind, form_id: str, on: date, text: str) -> bool:
    """One of the reviewer's own papers; False when this form wrote it already. Raises Refused
    ``form_used``."""
    once = form(form_id)
    if written_with(w, complaint, once, clean(text, "text")):
        return False
    record(w, complaint, kind, on, required(text, "text"), side=Side.APPEAL, form=once)
    return True


def _ruled(w: Work, complaint: m.Complaint, appeal: m.Appeal, on: date) -> None:
    appeal.ruled_on = on
    complaint.status = move(StepName.RULE_APPEAL, Facts(Status(complaint.status), w.today))
    due_on = appeal.consequence_due_on
    event = record(w, complaint, EventKind.APPEAL_RULED, on, ruling=appeal.ruling, binding=appeal.binding, due_on=due_on)
    decision = w.session.get_one(m.Decision, appeal.decision_id)
    if appeal.ruling == Ruling.ANNULLED:
        _back_to_the_first_line(w, complaint, decision, event)
    if due_on is not None:
        _to_be_done(w, complaint, appeal.consequence or "", due_on, decision, event)


def _to_be_done(w: Work, complaint: m.Complaint, text: str, due_on: date, decision: m.Decision, event: m.Event) -> None:
    """What follows from the ruling, with its date, is a measure of the first line; its director sees to it."""
    owner = complaint.acting_director_id or complaint.handler_id or decision.decided_by
    w.session.add(m.Measure(complaint_id=complaint.id, text=text, owner_id=owner, due_on=due_on, event_id=event.id))
    promises.happened(w, complaint, Fact.MEASURE_AGREED, event.happened_on, event, due_on)


def _back_to_the_first_line(w: Work, complaint: m.Complaint, decision: m.Decision, event: m.Event) -> None:
    """T11: a new decision is needed, by somebody else."""
    decision.superseded = True
    complaint.status = move(StepName.NEW_DECISION, Facts(Status(complaint.status), w.today))
    complaint.outcome = complaint.answered_on = None
    if complaint.handler_id == decision.decided_by:
        complaint.handler_id = None  # the board shows that nobody has it yet
    promises.happened(w, complaint, Fact.NEW_DECISION_NEEDED, event.happened_on, event)
