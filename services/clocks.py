"""What changes the clocks of a dossier besides what happens in it: standing still, taking an extension back, consent to a
further one, and another day of receipt. Each is written in the history with its reason."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from db import models as m
from db.profiles import Course
from domain.entries import choice, day
from domain.errors import Refused
from domain.facts import Fact
from domain.ledger import Entry
from domain.rights import Right
from domain.texts import clean, required
from domain.vocabulary import Channel, EventKind, PauseReason
from domain.workflow import StepName
from services import promises
from services.deciding import FARTHEST
from services.door import Actor, Work, work
from services.profiles import follow_version_of, profile_of, version_for
from services.records import ledger_of, load, record
from services.standing import go, real_day

IN_WRITING = (Channel.EMAIL, Channel.LETTER, Channel.WEB_FORM, Channel.APP)


def pause(actor: Actor, reference: str, seen: int, reason: str, on: date, until: date | None = None, text: str = "") -> None:
    """The clocks that may stand still do so from `on` up to but not including `until` (None: until somebody resumes).
    Statutory terms go on. Raises Refused: ``pause_not_allowed`` with the article, ``nothing_to_pause``,
    ``already_paused``, ``until_before_from``, ``missing`` (the explanation)."""
    with work(actor, Right.EXTEND) as w:
        complaint = load(w, reference, seen)
        go(w, complaint, StepName.PAUSE)
        why, words = choice(PauseReason, reason, "reason"), required(text, "text")
        on = real_day(w, complaint, on)
        until = day(until, "until", latest=FARTHEST) if until is not None else None
        entry = record(w, complaint, EventKind.PAUSED, on, words, reason=why, until=until)
        promises.happened(w, complaint, Fact.PAUSED, on, entry, until)


def resume(actor: Actor, reference: str, seen: int, on: date, text: str = "") -> None:
    """The clocks go on again on `on`: the days really paused are given back. Raises Refused: ``not_paused``."""
    with work(actor, Right.EXTEND) as w:
        complaint = load(w, reference, seen)
        go(w, complaint, StepName.RESUME)
        on = real_day(w, complaint, on)
        entry = record(w, complaint, EventKind.RESUMED, on, clean(text, "text"))
        promises.happened(w, complaint, Fact.RESUMED, on, entry)


def withdraw_extension(actor: Actor, reference: str, seen: int, on: date, reason: str) -> None:
    """The last extension does not hold any more: the promise that it moved stands again as it was. The notice stays in
    the history. Raises Refused: ``nothing_to_withdraw``."""
    with work(actor, Right.EXTEND) as w:
        complaint = load(w, reference, seen)
        go(w, complaint, StepName.WITHDRAW_EXTENSION)
        on = real_day(w, complaint, on)
        entry = record(w, complaint, EventKind.EXTENSION_WITHDRAWN, on, required(reason, "reason"))
        promises.happened(w, complaint, Fact.EXTENSION_WITHDRAWN, on, entry)


def withdrawal_moves(actor: Actor, reference: str, on: date) -> tuple[promises.Move, ...]:
    """What taking the last extension back on `on` would move; changes nothing. Raises Refused as `withdraw_extension`."""
    with work(actor, Right.READ) as w:
        complaint = load(w, reference)
        return promises.moved_back(w, complaint, [Entry(Fact.EXTENSION_WITHDRAWN, real_day(w, complaint, on))])


def consent(actor: Actor, reference: str, seen: int, on: date, channel: str, text: str) -> None:
    """The complainant agreed in writing to a further extension (Awb 9:11(3)). Raises Refused: ``no_consent_here``,
    ``consent_in_writing``."""
    with work(actor, Right.ROUTE) as w:
        complaint = load(w, reference, seen)
        go(w, complaint, StepName.CONSENT)
        way = choice(Channel, channel, "channel")
        if way not in IN_WRITING:
            raise Refused("consent_in_writing", "channel")
        on = real_day(w, complaint, on)
        entry = record(w, complaint, EventKind.CONSENTED, on, required(text, "text"), channel=way)
        promises.happened(w, complaint, Fact.CONSENTED, on, entry)


def correct_receipt(actor: Actor, reference: str, seen: int, received_on: date, reason: str) -> tuple[promises.Move, ...]:
    """It had come in on another day than was written down: every term that counts from it moves, and the history says
    from which day to which, and why. Answers what moved. Raises Refused: ``same_day``, ``in_the_future``,
    ``after_registration``, ``after_first_act``."""
    with work(actor, Right.TERMS) as w:
        complaint = load(w, reference, seen)
        go(w, complaint, StepName.CORRECT_RECEIPT)
        words = required(reason, "reason")
        new = _possible_receipt(w, complaint, received_on)
        before = promises.book(w, complaint)
        entry = record(w, complaint, EventKind.RECEIPT_CORRECTED, w.today, words, before=complaint.received_on, after=new)
        follow_version_of(w, complaint, new)
        complaint.received_on = new
        promises.happened(w, complaint, Fact.RECEIPT_CORRECTED, w.today, entry, new)
        return promises.moved(before, promises.book(w, complaint))


def receipt_moves(actor: Actor, reference: str, received_on: date) -> tuple[promises.Move, ...]:
    """What another day of receipt would move; changes nothing. Raises Refused as `correct_receipt`."""
    with work(actor, Right.READ) as w:
        complaint = load(w, reference)
        new = _possible_receipt(w, complaint, received_on)
        rules = version_for(w, complaint, new)[1].rules_for(complaint.procedure, complaint.overlay)
        return promises.moves(w, complaint, rules=rules, more=(Entry(Fact.RECEIPT_CORRECTED, w.today, new),))


def change_procedure(
    actor: Actor, reference: str, seen: int, procedure: str, by_committee: bool, reason: str
) -> tuple[promises.Move, ...]:
    """Another procedure of its sector handles it after all, or our own committee does: every promise follows from the new
    rules, as if it had been chosen at registration. Answers what moved. Raises Refused: ``no_procedure_choice``,
    ``unknown_value``, ``no_committee_here``, ``same_procedure``."""
    with work(actor, Right.TERMS) as w:
        complaint = load(w, reference, seen)
        go(w, complaint, StepName.CHANGE_PROCEDURE)
        words = required(reason, "reason")
        course = _possible_course(w, complaint, procedure, by_committee)
        before = promises.book(w, complaint)
        entry = record(
            w,
            complaint,
            EventKind.PROCEDURE_CHOSEN,
            w.today,
            words,
            procedure_before=complaint.procedure,
            procedure=course.procedure,
            committee=bool(by_committee) if complaint.by_committee != bool(by_committee) else None,
        )
        complaint.procedure, complaint.overlay = course.procedure, course.overlay
        complaint.by_committee = bool(by_committee)
        promises.happened(w, complaint, Fact.PROCEDURE_CHOSEN, w.today, entry)
        return promises.moved(before, promises.book(w, complaint))


def procedure_moves(actor: Actor, reference: str, procedure: str, by_committee: bool) -> tuple[promises.Move, ...]:
    """What another procedure would move; changes nothing. Raises Refused as `change_procedure`."""
    with work(actor, Right.READ) as w:
        complaint = load(w, reference)
        course = _possible_course(w, complaint, procedure, by_committee)
        rules = profile_of(w, complaint).rules_for(course.procedure, course.overlay)
        chosen = (Entry(Fact.PROCEDURE_CHOSEN, w.today),)
        found = promises.moves(w, complaint, rules=rules, more=chosen, by_committee=bool(by_committee))
        known = {rule.key: rule for rule in rules}
        return tuple(replace(each, label=promises.label(each.key, known.get(each.key), w.person.language)) for each in found)


def _possible_course(w: Work, complaint: m.Complaint, procedure: str, by_committee: bool) -> Course:
    profile = profile_of(w, complaint)
    sector = profile.sector(complaint.sector)
    course = sector.course(required(procedure, "procedure")) if sector else None
    if course is None:
        raise Refused("unknown_value", "procedure")
    if by_committee and course.procedure not in profile.with_committee:
        raise Refused("no_committee_here", "by_committee")
    if (course.procedure, bool(by_committee)) == (complaint.procedure, complaint.by_committee):
        raise Refused("same_procedure", "procedure")
    return course


_AT_RECEIPT = frozenset({Fact.RECEIVED, Fact.REGISTERED, Fact.SUSPICION_KNOWN})


def _possible_receipt(w: Work, complaint: m.Complaint, received_on: date) -> date:
    new = day(received_on, "received_on", latest=w.today)
    if new == complaint.received_on:
        raise Refused("same_day", "received_on")
    if new > complaint.registered_on:
        raise Refused("after_registration", "received_on", latest=complaint.registered_on)
    acts = [each.happened_on for each in ledger_of(w, complaint) if each.fact not in _AT_RECEIPT]
    acts += [complaint.resolved_on] if complaint.resolved_on else []
    if acts and new > min(acts):
        raise Refused("after_first_act", "received_on", latest=min(acts))
    return new
