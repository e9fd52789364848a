"""One dossier on screen: what this person may see of it, and which steps are open to them now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from db import models as m
from db.profiles import Profile
from domain.rights import Right
from domain.vocabulary import CloseReason, Compartment, LadderLevel, Status
from domain.workflow import NOT_NOW, Facts, StepName, close_reasons, possible
from services import profiles, promises
from services.as_it_stood import promises_shown, shown, snapshot
from services.colleagues import PersonChoice, available
from services.deciding import annulled_for
from services.door import Actor, Work, work
from services.dossier_content import Content, Rows, content_of, rows_of
from services.promises import PromiseView
from services.readings import opened
from services.records import load, was_opened
from services.standing import TELL_RIGHTS, TELLS_RIGHTS, facts_of, others_told

__all__ = ["Complainant", "Content", "Dossier", "Offer", "PersonChoice", "Step", "people", "read", "steps"]


@dataclass(frozen=True)
class Complainant:
    type: str
    name: str | None
    contact: str | None
    preferred_channel: str | None
    representative_of: str | None


@dataclass(frozen=True)
class ProcedureChoice:
    key: str
    label: str
    explanation: str
    committee: bool  # our own complaints committee can handle it


@dataclass(frozen=True)
class Offer:
    """What the forms of the steps start from."""

    next_level: LadderLevel | None
    close_reasons: tuple[CloseReason, ...]
    gaps: tuple[str, ...]  # what closing still misses, as message keys
    rights_told: tuple[date, str] | None  # when the complainant first was told of the appeal and of outside bodies, in what
    no_appeal: tuple[str, ...]  # why nobody can lodge one now, as refusal codes
    extend_until: date | None  # the last day that a notice may name; none: no maximum
    extend_source: str  # the article or rule that says so
    extend_tells: tuple[str, ...]  # who may have to be told besides the complainant
    procedures: tuple[ProcedureChoice, ...]  # that may handle it, the usual one first; empty: there is no choice
    consultation_with: str
    reachable: bool  # there is somebody to write to
    acknowledged: bool


@dataclass(frozen=True)
class Dossier:
    reference: str
    version: int  # what an edit passes as `seen`
    compartment: str
    kind: str
    status: str
    title: str
    category: str
    subcategory: str | None
    subject_type: str
    channel: str
    sector: str | None
    unit: str | None
    unit_id: int | None
    procedure: str
    procedure_label: str
    overlay: str | None
    by_committee: bool  # our own complaints committee handles it
    received_on: date
    registered_on: date
    reporter: str | None
    mine: bool  # reported by who is looking
    handler: str | None
    handler_id: int | None
    ack_owner: str | None
    ack_owner_id: int | None
    acting_director: str | None  # for who reads it: another than the director tells about whom it is
    formal_written: bool
    anonymous: bool
    already_resolved: bool
    resolved_on: date | None
    discussed: str
    red_flag: bool
    expert_consulted_on: date | None
    ladder_level: str
    ladder: tuple[tuple[LadderLevel, str], ...]  # level, label
    consulted_on: date | None
    acknowledged_on: date | None
    ack_variant: str | None
    external_stage: str | None
    satisfied: str | None  # at closing
    outcome: str | None
    answered_on: date | None
    closed_on: date | None
    close_reason: str | None
    reopened: bool
    taken_over: bool  # from an old register: what it did not say is not known
    promises: tuple[PromiseView, ...]
    # none: not for this person. Who reported it sees their own words, and nothing of the file.
    description: str | None
    remedy_requested: str | None
    immediate_actions: str | None  # none besides a description: explicitly nothing was done
    complainant: Complainant | None
    content: Content | None
    offer: Offer | None
    audited: bool  # this person may see who opened it
    may_export: bool  # as a sealed file
    may_remove: bool  # and take a file out of it


@dataclass(frozen=True)
class Step:
    name: StepName
    possible: bool
    why: tuple[str, ...]  # refusal codes
    relevant: bool  # False: the status is not one in which this step exists
    article: str = ""  # the law that one of the reasons names


# Which right each step asks of its service; the appeal's own steps are the reviewer's, elsewhere.
STEP_RIGHTS: dict[StepName, Right] = {
    StepName.CONVERT: Right.AMEND,
    StepName.EXPERT_CONSULTED: Right.LOG,
    StepName.CONSULT: Right.CONSULT,
    StepName.ACKNOWLEDGE: Right.ACKNOWLEDGE,
    StepName.ACKNOWLEDGE_IMPOSSIBLE: Right.ACKNOWLEDGE,
    StepName.ASSIGN: Right.ASSIGN,
    StepName.LOG: Right.LOG,
    StepName.PROGRESS: Right.SEND,
    StepName.RESPOND: Right.DECIDE,
    StepName.NOTIFY_RESPONDENT: Right.SEND,
    StepName.CLIMB: Right.ROUTE,
    StepName.EXTEND: Right.EXTEND,
    StepName.WITHDRAW_EXTENSION: Right.EXTEND,
    StepName.CONSENT: Right.ROUTE,
    StepName.PAUSE: Right.EXTEND,
    StepName.RESUME: Right.EXTEND,
    StepName.CORRECT_RECEIPT: Right.TERMS,
    StepName.CHANGE_PROCEDURE: Right.TERMS,
    StepName.DECIDE: Right.DECIDE,
    StepName.ANSWER: Right.DECIDE,
    StepName.RESOLVE: Right.DECIDE,
    StepName.WITHDRAW: Right.ROUTE,
    StepName.NOT_HANDLED: Right.CLOSE,
    StepName.MEASURE_DONE: Right.LOG,
    StepName.MOVE_MEASURE: Right.EXTEND,
    StepName.MEASURE_EFFECT: Right.LOG,
    StepName.POSITION: Right.DECIDE,
    StepName.CONSEQUENCES: Right.LOG,
    StepName.ASK_SATISFACTION: Right.LOG,
    StepName.SATISFACTION: Right.LOG,
    StepName.ADD_PARTY: Right.NAME_PARTY,
    StepName.NAME_COMPLAINANT: Right.IDENTITY_WRITE,
    StepName.CORRECT: Right.AMEND,
    StepName.REMOVE_PARTY: Right.LIFT,
    StepName.RAISE_RED_FLAG: Right.RED_FLAG,
    StepName.REFER: Right.ROUTE,
    StepName.CLOSE: Right.CLOSE,
    StepName.REOPEN: Right.REOPEN,
    StepName.LODGE_APPEAL: Right.APPEAL_LODGE,
}


def read(actor: Actor, reference: str) -> Dossier:
    """The summary for who may open it; `content`, `offer` and the words for who may read it; `complainant` for who may
    know. Who opened what is kept, in a transaction of its own. Raises Refused ``not_found``, the same for what does not
    exist and what may not be seen."""
    with work(actor, Right.OPEN) as w:
        complaint = load(w, reference)
        seen = seen_by(w, complaint)
        logged = w.person.id is None or was_opened(w, complaint.id, "dossier")
        complaint_id = complaint.id
    if not logged:
        opened(actor, complaint_id, "dossier")
    return seen


def seen_by(w: Work, complaint: m.Complaint) -> Dossier:
    """What the person of this work may see of a dossier that was loaded."""
    about = (Right.READ, Right.IDENTITY, Right.AUDIT, Right.REMOVE_FILE, Right.EXPORT_DOSSIER)
    return _dossier(w, shown(w, complaint), w.rights_on(complaint.id, *about))


def steps(actor: Actor, reference: str) -> tuple[Step, ...]:
    """The steps that a right of this person reaches here, each with the reasons why not now. Raises Refused
    ``not_found``."""
    with work(actor, Right.OPEN) as w:
        complaint = load(w, reference)
        held = w.rights_on(complaint.id, *dict.fromkeys(STEP_RIGHTS.values()))
        if not held or complaint.status == Status.ANONYMISED:
            return ()
        facts = facts_of(w, complaint)
        return tuple(_step(w, complaint, name, facts) for name, right in STEP_RIGHTS.items() if right in held)


def _step(w: Work, complaint: m.Complaint, name: StepName, facts: Facts) -> Step:
    why = possible(name, facts)
    if STEP_RIGHTS[name] is Right.DECIDE and not why and annulled_for(w, complaint):
        why = ("someone_else_decides",)
    return Step(name, not why, why, NOT_NOW not in why and "other_compartment" not in why, facts.going_on)


def people(actor: Actor, reference: str) -> tuple[PersonChoice, ...]:
    """Who can be given a task here, by name; whoever the complaint is about is not among them. Raises Refused
    ``not_found``."""
    with work(actor, Right.READ) as w:
        complaint = load(w, reference)
        return tuple(available(w, complaint, profiles.profile_of(w, complaint).consultation_with).values())


def _dossier(w: Work, complaint: m.Complaint, held: frozenset[Right]) -> Dossier:
    profile = profiles.profile_of(w, complaint)
    rows = rows_of(w, complaint) if Right.READ in held and complaint.status != Status.ANONYMISED else None
    names = _names(w, complaint, rows)
    views = promises_shown(w, complaint)
    heard = snapshot(w, complaint)
    mine = complaint.reporter_id is not None and complaint.reporter_id == w.person.id
    words, regular = mine or Right.READ in held, complaint.compartment == Compartment.REGULAR
    unit = w.session.get(m.OrgUnit, complaint.unit_id) if complaint.unit_id else None
    same = (name for name in Dossier.__dataclass_fields__ if name in m.Complaint.__table__.columns)
    columns = {name: getattr(complaint, name) for name in same}
    if not words or complaint.status == Status.ANONYMISED:  # its codes and dates are all there is
        columns |= dict.fromkeys(("description", "remedy_requested", "immediate_actions"))
    return Dossier(
        **columns,
        unit=unit.name if unit else None,
        procedure_label=next((each.label for each in profile.procedures if each.key == complaint.procedure), ""),
        reporter=names.get(complaint.reporter_id or 0),
        mine=mine,
        handler=names.get(complaint.handler_id or 0),
        ack_owner=names.get(complaint.ack_owner_id or 0),
        acting_director=names.get(complaint.acting_director_id or 0) if Right.READ in held else None,
        ladder=tuple((each.level, each.label) for each in profile.ladder),
        promises=views,
        complainant=_complainant(w, complaint) if Right.IDENTITY in held else None,
        content=content_of(w, profile, rows, names, views, heard) if rows is not None else None,
        offer=_offer(w, complaint, profile, rows) if rows is not None and not heard and regular else None,
        audited=Right.AUDIT in held,
        may_export=Right.EXPORT_DOSSIER in held and complaint.status != Status.ANONYMISED,
        may_remove=Right.REMOVE_FILE in held,
    )


def _names(w: Work, complaint: m.Complaint, rows: Rows | None) -> dict[int, str]:
    wanted = {complaint.reporter_id, complaint.handler_id, complaint.ack_owner_id, complaint.acting_director_id}
    wanted |= rows.accounts() if rows is not None else set()
    query = select(m.Account.id, m.Account.display_name).where(m.Account.id.in_(each for each in wanted if each is not None))
    return {account_id: name for account_id, name in w.session.execute(query)}


def _complainant(w: Work, complaint: m.Complaint) -> Complainant | None:
    row = w.session.get(m.Complainant, complaint.id)
    if row is None:
        return None
    return Complainant(row.type, row.name, row.contact, row.preferred_channel, row.representative_of)


def _procedures(profile: Profile, complaint: m.Complaint) -> tuple[ProcedureChoice, ...]:
    sector = profile.sector(complaint.sector)
    known = {each.key: each for each in profile.procedures}
    keys = dict.fromkeys(key for key, _ in sector.choices(profile.with_committee)) if sector else {}
    return tuple(ProcedureChoice(key, known[key].label, known[key].explanation, key in profile.with_committee) for key in keys)


def _told_of_rights(rows: Rows) -> tuple[date, str] | None:
    """The day, and the message key of the letter or of what happened."""
    told = [(each.sent_on, f"letter_type.{each.letter_type}") for each, *_ in rows.messages if each.letter_type in TELL_RIGHTS]
    told += [(each.happened_on, f"event_kind.{each.kind}") for each, *_ in rows.events if each.kind in TELLS_RIGHTS]
    return min(told, default=None)


def _offer(w: Work, complaint: m.Complaint, profile: Profile, rows: Rows) -> Offer:
    facts = facts_of(w, complaint)
    bound = promises.latest_extension(w, complaint)
    return Offer(
        next_level=facts.next_level,
        close_reasons=close_reasons(facts),
        gaps=tuple(f"gap.{code}" for code in possible(StepName.CLOSE, facts) if code != NOT_NOW),
        rights_told=_told_of_rights(rows),
        no_appeal=possible(StepName.LODGE_APPEAL, facts),
        extend_until=bound[0] if bound else None,
        extend_source=bound[1] if bound else "",
        extend_tells=others_told(w, complaint, promises.moved_by_notice(w, complaint)),
        procedures=_procedures(profile, complaint) if facts.procedure_choice else (),
        consultation_with=profile.consultation_with,
        reachable=facts.reachable,
        acknowledged=facts.acknowledged,
    )
