"""Where a dossier stands: the facts that the workflow looks at, read from its rows in one statement."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import and_, exists, func, or_, select

from db import models as m
from db.profiles import Profile
from domain.entries import day
from domain.facts import Fact
from domain.promises import APPEAL_PROMISES
from domain.terms import Rule
from domain.vocabulary import (
    RESEMBLES,
    Compartment,
    EventKind,
    ExternalStage,
    Kind,
    LadderLevel,
    LetterType,
    Recipient,
    Relation,
    Ruling,
    Status,
)
from domain.workflow import Facts, StepName, move, next_level
from services import profiles
from services.door import Work

TALKS = frozenset({EventKind.CONVERSATION, EventKind.MEDIATION})
CONTACTS = TALKS | {EventKind.CONTACT, EventKind.INFORMED}
# Letters that name the confidant or the outside bodies (R010).
TELL_RIGHTS = frozenset(LetterType) - {LetterType.RESPONDENT_NOTICE, LetterType.APPEAL_RULING_NOTICE}
TELLS_RIGHTS = (EventKind.INFORMED, EventKind.EXTERNAL_ROUTE)  # and what does so without a letter
OTHERS = ("respondent", "provider", "committee")  # whom an extension may have to be told to, besides the complainant
APPEAL_TERM = "APPEAL_LODGE"
MEASURE = "MEASURE"
# One ruling per decision. What was inadmissible or taken back can be lodged again: nobody judged the decision.
RULED_ON = and_(m.Appeal.ruled_on.is_not(None), m.Appeal.withdrawn_on.is_(None), m.Appeal.ruling != Ruling.INADMISSIBLE)


def go(w: Work, complaint: m.Complaint, step: StepName) -> Facts:
    """Takes the step: the status changes, or Refused says why not. Returns the facts as they were."""
    facts = facts_of(w, complaint)
    complaint.status = move(step, facts)
    return facts


def real_day(w: Work, complaint: m.Complaint, on: date, field: str = "on") -> date:
    """When it happened: today at the latest, and not before the complaint came in."""
    return day(on, field, latest=w.today, earliest=complaint.received_on, too_early="before_received")


def facts_of(w: Work, complaint: m.Complaint) -> Facts:
    profile = profiles.profile_of(w, complaint)
    found = w.session.execute(_looks(complaint, profile, w.today)).one()
    level = LadderLevel(complaint.ladder_level)
    ladder = tuple(each.level for each in profile.ladder)
    reachable = not complaint.anonymous and found.known
    consulting = profile.consultation_with != "none" and complaint.kind == Kind.COMPLAINT
    return Facts(
        status=Status(complaint.status),
        today=w.today,
        question=complaint.kind == Kind.QUESTION,
        regular=complaint.compartment == Compartment.REGULAR,
        reachable=reachable,
        already_resolved=complaint.already_resolved,
        level=level,
        next_level=next_level(ladder, level),
        action_known=bool(complaint.immediate_actions) or found.talked,
        red_flag=complaint.red_flag,
        red_flag_used=profile.red_flag_question,
        expert_consulted=complaint.expert_consulted_on is not None,
        consultation_used=consulting,
        consultation_first=consulting and _consults(profile, complaint.procedure),
        consulted=complaint.consulted_on is not None,
        ack_owner=complaint.ack_owner_id is not None,
        acknowledged=complaint.acknowledged_on is not None or (found.ack_impossible and not reachable),
        handled=bool(complaint.immediate_actions) or complaint.handler_id is not None or found.contacted,
        extendable=found.extendable,
        extended=found.extended,
        procedure_choice=bool(_other_courses(profile, complaint)),
        consent_used=any(rule.extend and rule.extend.further_with_consent for rule in _rules(profile, complaint)),
        pausable=found.pausable,
        going_on=next((rule.source for rule in profile.terms if rule.key == found.going_on), ""),
        paused=found.paused,
        decided=found.decided,
        outcome=complaint.outcome is not None,
        written_to=found.written_to,
        spoken_to=found.contacted,
        respondent=found.respondent,
        party=found.party,
        open_measure=found.open_measure,
        effect_due=found.effect_due,
        position_due=found.position_due,
        consequences_due=found.consequences_due and not found.open_consequence,
        asked=found.asked,
        open_promise=found.open_promise,
        appeal_open=found.appeal_open,
        appeal_until=found.appeal_until,
        ruled_on=found.ruled_on,
        externally_ruled=found.externally_ruled,
        rights_told=found.rights_told,
    )


def _looks(complaint: m.Complaint, profile: Profile, today: date) -> Any:
    """One row of yes and no, and the last day for an appeal."""
    here = complaint.id
    open_promise = (
        m.Promise.complaint_id == here,
        m.Promise.met_on.is_(None),
        m.Promise.cancelled_on.is_(None),
        m.Promise.extended_to.is_(None),
    )
    movable = [rule.key for rule in profile.terms if rule.extend is not None and rule.extend.by is Fact.EXTENDED]
    pausable = [rule.key for rule in profile.terms if rule.pause]
    by_law = [rule.key for rule in profile.terms if rule.statutory and not rule.pause]
    key = m.Promise.procedure + "." + m.Promise.code
    ours = m.Promise.code.not_in(APPEAL_PROMISES)
    events = exists().where(m.Event.complaint_id == here)
    return select(
        exists()
        .where(m.Complainant.complaint_id == here, or_(m.Complainant.name.is_not(None), m.Complainant.contact.is_not(None)))
        .label("known"),
        events.where(m.Event.kind.in_(TALKS)).label("talked"),
        events.where(m.Event.kind.in_(CONTACTS)).label("contacted"),
        events.where(m.Event.kind == EventKind.ACK_IMPOSSIBLE).label("ack_impossible"),
        exists().where(*open_promise, key.in_(movable)).label("extendable"),
        exists().where(*open_promise, m.Promise.heir).label("extended"),
        exists().where(*open_promise, ours, key.in_(pausable)).label("pausable"),
        exists()
        .where(
            *open_promise,
            ours,
            m.Promise.paused_from <= today,
            or_(m.Promise.paused_until.is_(None), m.Promise.paused_until > today),
        )
        .label("paused"),
        select(key)
        .where(*open_promise, ours, m.Promise.informative.is_(False), key.in_(by_law))
        .order_by(m.Promise.target_on, m.Promise.id)
        .limit(1)
        .scalar_subquery()
        .label("going_on"),
        exists().where(*open_promise, m.Promise.informative.is_(False), m.Promise.code != MEASURE).label("open_promise"),
        exists().where(m.Decision.complaint_id == here, m.Decision.superseded.is_(False)).label("decided"),
        exists()
        .where(m.Message.complaint_id == here, m.Message.direction == "out", m.Message.recipient == Recipient.COMPLAINANT)
        .label("written_to"),
        or_(
            events.where(m.Event.kind.in_(TELLS_RIGHTS)),
            exists().where(m.Message.complaint_id == here, m.Message.letter_type.in_(TELL_RIGHTS)),
        ).label("rights_told"),
        exists().where(m.Party.complaint_id == here, m.Party.relation == Relation.RESPONDENT).label("respondent"),
        exists().where(m.Party.complaint_id == here, m.Party.relation != RESEMBLES).label("party"),
        exists().where(m.Measure.complaint_id == here, ~done(), ~without_ground()).label("open_measure"),
        exists().where(m.MeasureDone.complaint_id == here, m.MeasureDone.check_on <= today, ~answered()).label("effect_due"),
        exists().where(*open_promise, key.in_(_met_by(profile, Fact.POSITION_SENT))).label("position_due"),
        exists().where(*open_promise, key.in_(_met_by(profile, Fact.CONSEQUENCES_DONE))).label("consequences_due"),
        exists().where(m.Satisfaction.complaint_id == here).label("asked"),
        exists().where(m.Measure.complaint_id == here, of_a_ruling(), ~done()).label("open_consequence"),
        exists().where(m.Appeal.complaint_id == here, m.Appeal.ruled_on.is_(None)).label("appeal_open"),
        exists()
        .where(
            m.Decision.complaint_id == here, m.Decision.superseded.is_(False), m.Appeal.decision_id == m.Decision.id, RULED_ON
        )
        .label("ruled_on"),
        exists().where(m.Referral.complaint_id == here, m.Referral.stage == ExternalStage.RULED).label("externally_ruled"),
        select(func.max(m.Promise.legal_on))
        .where(m.Promise.complaint_id == here, m.Promise.code == APPEAL_TERM)
        .scalar_subquery()
        .label("appeal_until"),
    )


def _met_by(profile: Profile, fact: Fact) -> list[str]:
    return [rule.key for rule in profile.terms if fact in rule.met_by]


def _other_courses(profile: Profile, complaint: m.Complaint) -> tuple[tuple[str, bool], ...]:
    """Which other procedure, and whether our own committee, could handle it."""
    sector = profile.sector(complaint.sector)
    now = (complaint.procedure, complaint.by_committee)
    return tuple(each for each in (sector.choices(profile.with_committee) if sector else ()) if each != now)


def others_told(w: Work, complaint: m.Complaint, rules: Iterable[Rule]) -> tuple[str, ...]:
    """Who must hear of an extension under these rules besides the complainant, of those who are in the dossier: the
    respondent; where our own committee handles it, the committee and the provider of whom it is a part."""
    asked = {kind for rule in rules if rule.extend for kind in rule.extend.notify}
    about = exists().where(m.Party.complaint_id == complaint.id, m.Party.relation == Relation.RESPONDENT)
    here = {"provider", "committee"} if complaint.by_committee else set()
    here |= {"respondent"} if w.session.scalar(select(about)) else set()
    return tuple(kind for kind in OTHERS if kind in asked & here)


def _rules(profile: Profile, complaint: m.Complaint) -> tuple[Rule, ...]:
    return profile.rules_for(complaint.procedure, complaint.overlay)


def done() -> Any:
    return exists().where(m.MeasureDone.measure_id == m.Measure.id)


def answered() -> Any:
    """Of a measure that was done: somebody said whether it helped."""
    return exists().where(m.MeasureEffect.measure_id == m.MeasureDone.measure_id)


def without_ground() -> Any:
    """Of a measure: the decision that it came from does not hold any more, so nobody is held to it."""
    return exists().where(m.Decision.id == m.Measure.decision_id, m.Decision.superseded)


def of_a_ruling() -> Any:
    """Of a measure: it followed from a ruling in appeal, and was not agreed in a yearly review."""
    return and_(m.Measure.decision_id.is_(None), m.Measure.review_item_id.is_(None))


def lapsed(w: Work, measure: m.Measure) -> bool:
    query = select(m.Measure.id).where(m.Measure.id == measure.id, ~done(), without_ground())
    return w.session.scalar(query) is not None


def _consults(profile: Profile, procedure: str) -> bool:
    """Does this procedure promise a consultation before anything else?"""
    return any(Fact.CONSULTED in rule.met_by for rule in profile.rules_for(procedure))
