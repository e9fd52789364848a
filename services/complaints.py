"""Coming in: a complaint or a question is registered. A matter for a closed compartment is handed over beside it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from db import models as m
from db.profiles import Profile
from domain.entries import choice, day, form, optional_choice
from domain.errors import Refused
from domain.facts import Fact
from domain.merging import same
from domain.rights import Right
from domain.texts import clean, line, required
from domain.vocabulary import (
    WRITTEN_CHANNELS,
    Channel,
    Compartment,
    ComplainantType,
    Discussed,
    EventKind,
    Kind,
    LadderLevel,
    Relation,
    SubjectType,
)
from domain.workflow import StepName
from services import promises
from services.categories import refuse_unknown_category
from services.complainants import complainant_row, name_complainant
from services.door import Actor, Work, already_made, stay_with, work
from services.drafts import forget
from services.handing_over import HandOver, hand_over
from services.parties import (
    Named,
    accounts_of,
    acting_director,
    add_party,
    checked,
    refuse_without_reader,
    shut_out_by,
    store_parties,
)
from services.placing import Placed, new_dossier, place
from services.profiles import follow_version_of, in_force
from services.records import load, record
from services.standing import go
from services.standing_in import refuse_first_without

SERIES = "K"  # of the references

__all__ = [
    "HandOver",
    "Intake",
    "Named",
    "Receipt",
    "add_party",
    "convert_question",
    "hand_over",
    "name_complainant",
    "register",
]


@dataclass(frozen=True, kw_only=True)
class Intake:
    """What somebody heard, as they typed it. Enums may come as their values; `register` looks at everything."""

    received_on: date
    channel: str
    subject_type: str
    title: str
    description: str
    category: str
    complainant_type: str
    kind: str = Kind.COMPLAINT
    subcategory: str | None = None
    unit_id: int | None = None
    sector: str | None = None  # none: the unit's, or the only one there is
    procedure: str | None = None  # none: the profile decides
    by_committee: bool = False  # our own complaints committee handles it
    complainant_name: str | None = None
    complainant_contact: str | None = None
    preferred_channel: str | None = None
    representative_of: str | None = None
    respondents: tuple[Named, ...] = ()
    immediate_actions: str | None = None
    no_immediate_action: bool = False
    discussed: str = Discussed.NO
    remedy_requested: str | None = None
    already_resolved: bool = False
    resolved_on: date | None = None  # none: today
    red_flag: bool | None = None
    formal_written: bool | None = None  # none: the channel decides
    ladder_level: str | None = None  # none: the first step of the ladder


@dataclass(frozen=True)
class Receipt:
    reference: str
    summary: tuple[promises.PromiseView, ...]  # what happens next, and by when
    still_visible: bool  # False: who registered it sees nothing of it from now on


def register(actor: Actor, form_id: str, intake: Intake, draft: str | None = None) -> Receipt:
    """Registers it, opens its promises and puts it on the director's board (R038-R042).

    A second call with the same `form_id` gives the same receipt, also when both run at once. `draft`: the page whose draft
    this was; it goes in the same transaction, so that a crash leaves the one or the other. Raises Refused with the
    field to blame: ``missing``, ``unknown_value``, ``in_the_future``, ``too_long_ago``, ``use_hand_over``,
    ``action_and_none``, ``before_received``, ``anonymous_with_name``, ``named_twice``, ``unknown_person``,
    ``unknown_unit``, ``red_flag_expected``, ``no_committee_here``, ``no_stand_in``, ``form_used`` (saved already, from another
    tab and with other words), and those of domain/texts.py.
    """
    with work(actor, Right.REGISTER) as w:
        form_id = form(form_id)
        if draft:
            forget(w, draft)
        complaint = registered(w, form_id, intake)
        if complaint.compartment != Compartment.REGULAR:  # a matter that was handed over is not answered for
            raise Refused("changed_meanwhile")
        stay_with(w, complaint)
        visible = w.allows(Right.OPEN, complaint.id)
        return Receipt(complaint.reference, promises.view(w, complaint), visible)


def convert_question(actor: Actor, reference: str, seen: int, received_on: date | None = None) -> None:
    """A question turns out to be a complaint (R015): its clocks run from `received_on`, today unless given."""
    with work(actor, Right.AMEND) as w:
        complaint = load(w, reference, seen)
        go(w, complaint, StepName.CONVERT)
        asked_on, since = complaint.received_on, received_on or w.today
        since = day(since, "received_on", latest=w.today, earliest=asked_on, too_early="before_received")
        follow_version_of(w, complaint, since)
        complaint.kind, complaint.received_on = Kind.COMPLAINT, since
        complaint.registered_on = w.today  # as a complaint; the history keeps the day of the question
        entry = record(w, complaint, EventKind.QUESTION_CONVERTED, asked_on=asked_on, received_on=since)
        _open_promises(w, complaint, entry)


# A complaint


def registered(w: Work, form_id: str, intake: Intake) -> m.Complaint:
    """Inside the transaction of who registers it, or who says of an evaluation form that it is one."""
    made = already_made(w, form_id)
    if made is not None and made.compartment == Compartment.REGULAR and not same(made.description, clean(intake.description)):
        raise Refused("form_used")
    return made or _registered(w, form_id, intake)


def _registered(w: Work, form_id: str, intake: Intake) -> m.Complaint:
    version, profile = in_force(w, day(intake.received_on, "received_on", latest=w.today))
    refuse_first_without(w)
    columns = _what(profile, intake) | _done(intake, w.today)
    complainant = _complainant(profile, intake)
    respondents = checked(w, intake.respondents)
    if respondents:
        refuse_without_reader(w, Compartment.REGULAR, shut_out_by(w, respondents))
    placed = place(w, profile, intake.unit_id, intake.sector, intake.procedure)
    refuse_unknown_category(profile, placed.sector, intake.category, intake.subcategory)
    complaint, fresh = new_dossier(
        w,
        form_id,
        SERIES,
        compartment=Compartment.REGULAR,
        profile_version_id=version,
        unit_id=placed.unit_id,
        sector=placed.sector,
        procedure=placed.procedure,
        overlay=placed.overlay,
        by_committee=_by_committee(profile, placed, intake),
        anonymous=complainant.type == ComplainantType.ANONYMOUS,
        red_flag=_red_flag(profile, placed, intake),
        acting_director_id=acting_director(w, accounts_of(respondents)),
        **columns,
    )
    if fresh:
        _complete(w, complaint, complainant, respondents)
    return complaint


def _complete(w: Work, complaint: m.Complaint, complainant: m.Complainant, respondents: tuple[Named, ...]) -> None:
    stay_with(w, complaint)
    complainant.complaint_id = complaint.id
    w.session.add(complainant)
    entry = record(
        w,
        complaint,
        EventKind.REGISTERED,
        question=complaint.kind == Kind.QUESTION,
        channel=complaint.channel,
        procedure=complaint.procedure,
        committee=complaint.by_committee or None,
        received_on=complaint.received_on,
        already_resolved=complaint.already_resolved,
        red_flag=complaint.red_flag,
        anonymous=complaint.anonymous,
    )
    store_parties(w, complaint, Relation.RESPONDENT, respondents, entry)
    if complaint.kind == Kind.COMPLAINT:
        _open_promises(w, complaint, entry)
    if complaint.red_flag:  # of a question too
        promises.happened(w, complaint, Fact.SUSPICION_KNOWN, complaint.received_on, entry)


def _open_promises(w: Work, complaint: m.Complaint, entry: m.Event) -> None:
    promises.happened(w, complaint, Fact.RECEIVED, complaint.received_on, entry)
    promises.happened(w, complaint, Fact.REGISTERED, complaint.registered_on, entry)
    if complaint.anonymous:  # nobody to write to: said at once, so that it does not turn red
        impossible = record(w, complaint, EventKind.ACK_IMPOSSIBLE, reason="anonymous")
        promises.happened(w, complaint, Fact.ACK_IMPOSSIBLE, w.today, impossible)


def _what(profile: Profile, intake: Intake) -> dict[str, Any]:
    channel = choice(Channel, intake.channel, "channel")
    if channel not in profile.channels:
        raise Refused("unknown_value", "channel")
    ladder = [each.level for each in profile.ladder]
    level = optional_choice(LadderLevel, intake.ladder_level, "ladder_level") or ladder[0]
    if level not in ladder:
        raise Refused("unknown_value", "ladder_level")
    written = channel in WRITTEN_CHANNELS if intake.formal_written is None else bool(intake.formal_written)
    return {
        "kind": choice(Kind, intake.kind, "kind"),
        "received_on": intake.received_on,
        "channel": channel,
        "subject_type": choice(SubjectType, intake.subject_type, "subject_type"),
        "title": _one_line(intake.title, "title"),
        "description": required(intake.description, "description"),
        "remedy_requested": clean(intake.remedy_requested, "remedy_requested") or None,
        "category": line(intake.category, "category"),
        "subcategory": line(intake.subcategory, "subcategory") or None,
        "formal_written": written,
        "discussed": choice(Discussed, intake.discussed, "discussed"),
        "ladder_level": level,
    }


def _one_line(text: str, field: str) -> str:
    return line(required(text, field), field)


def _done(intake: Intake, today: date) -> dict[str, Any]:
    """R040-R042: what was done at once, or explicitly nothing; and whether that solved it."""
    actions = clean(intake.immediate_actions, "immediate_actions") or None
    if actions and intake.no_immediate_action:
        raise Refused("action_and_none", "immediate_actions")
    if intake.already_resolved or not intake.no_immediate_action:
        actions = required(actions, "immediate_actions")
    resolved_on = None
    if intake.already_resolved:
        since = intake.received_on
        resolved_on = day(intake.resolved_on or today, "resolved_on", latest=today, earliest=since, too_early="before_received")
    return {
        "immediate_actions": actions,
        "already_resolved": bool(intake.already_resolved),
        "resolved_on": resolved_on,
    }


def _by_committee(profile: Profile, placed: Placed, intake: Intake) -> bool:
    if intake.by_committee and placed.procedure not in profile.with_committee:
        raise Refused("no_committee_here", "by_committee")
    return bool(intake.by_committee)


def _red_flag(profile: Profile, placed: Placed, intake: Intake) -> bool:
    """The question must be answered where the procedure has a duty that hangs on it (Wko 1.51b)."""
    if intake.red_flag and not profile.red_flag_question:
        raise Refused("unknown_value", "red_flag")
    asked = any(Fact.SUSPICION_KNOWN in rule.trigger for rule in profile.rules_for(placed.procedure, placed.overlay))
    if intake.red_flag is None and asked and profile.red_flag_question:
        raise Refused("missing", "red_flag")
    category = line(intake.category, "category")
    if not intake.red_flag and any(each.name == category and each.treatment == "red_flag" for each in profile.restricted):
        raise Refused("red_flag_expected", "red_flag")
    return bool(intake.red_flag)


def _complainant(profile: Profile, intake: Intake) -> m.Complainant:
    """Who complained; never the reporter (R066)."""
    kind = choice(ComplainantType, intake.complainant_type, "complainant_type")
    if kind is not ComplainantType.ANONYMOUS and kind not in profile.complainant_types:
        raise Refused("unknown_value", "complainant_type")
    return complainant_row(
        kind,
        intake.complainant_name,
        intake.complainant_contact,
        fields=("complainant_name", "complainant_contact"),
        preferred_channel=optional_choice(Channel, intake.preferred_channel, "preferred_channel"),
        representative_of=line(intake.representative_of, "representative_of") or None,
    )
