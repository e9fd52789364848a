"""The whole of one dossier, for who may read it: what happened, who is in it, what was written, decided and done.

The row rule narrows every statement here, so a reviewer gets the file as it stood when the appeal was lodged. A fixed
number of statements, however long the dossier is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from db import models as m
from db.profiles import Profile
from domain.measures import MeasureState, state
from domain.promises import is_open
from domain.rights import Right
from domain.vocabulary import RESEMBLES, EventKind
from services import lifting
from services.as_it_stood import due_then
from services.door import Work
from services.dossier_timeline import TimelineEntry, accounts_in, entry_of
from services.promises import PromiseView


@dataclass(frozen=True)
class LiftView:
    """Somebody proposed that this exclusion ends; somebody else has to confirm it."""

    id: int
    by: str
    mine: bool
    may: bool  # this person may confirm or withdraw such proposals here
    reason: str


@dataclass(frozen=True)
class PartyView:
    id: int
    relation: str
    name: str
    account_id: int | None
    excluded: bool
    proposal: LiftView | None


@dataclass(frozen=True)
class MessageView:
    id: int
    side: str
    direction: str  # out, in
    recipient: str
    letter_type: str | None
    channel: str
    sent_on: date
    promised_on: date | None
    recorded_by: str
    recorded_at: datetime  # UTC
    subject: str
    body: str


@dataclass(frozen=True)
class MeasureView:
    id: int
    decision_id: int | None
    text: str
    owner: str
    due_on: date
    done_on: date | None
    evidence: str | None
    check_months: int | None  # so long after it was done "did it help?" is asked
    check_on: date | None  # from this day on it is
    asked: bool  # now
    helped: str | None  # Helped
    explanation: str | None
    late: bool  # not done, and past its date
    lapsed: bool  # not done, and the decision that it came from does not hold any more


@dataclass(frozen=True)
class DecisionView:
    id: int
    outcome: str
    reasons: str
    decided_by: str
    decided_on: date
    superseded: bool


@dataclass(frozen=True)
class AttachmentView:
    token: str
    name: str
    media_type: str
    size: int
    added_by: str
    added_at: datetime  # UTC


@dataclass(frozen=True)
class ReferralView:
    body: str
    body_name: str
    url: str
    stage: str
    initiated_by: str
    submitted_on: date
    case_number: str | None
    note: str | None
    result: str | None
    binding: bool | None
    internal_first: bool | None


@dataclass(frozen=True)
class PartView:
    """What became of one part of the complaint."""

    text: str
    outcome: str


@dataclass(frozen=True)
class AppealBrief:
    """What the first line may know: that it is there, when the ruling is due, and afterwards what it says."""

    lodged_on: date
    in_time: bool
    ruling_due: date | None
    ruled_on: date | None
    withdrawn_on: date | None
    ruling: str | None
    reasons: str | None
    consequence: str | None
    consequence_due_on: date | None


@dataclass(frozen=True)
class SatisfactionView:
    """Answered without a score: the complainant did not want to answer."""

    invited_on: date
    answered_on: date | None
    process: int | None
    outcome: int | None
    remark: str | None

    @property
    def declined(self) -> bool:
        return self.answered_on is not None and self.process is None and self.outcome is None


@dataclass(frozen=True)
class Content:
    timeline: tuple[TimelineEntry, ...]  # newest first
    notes: tuple[TimelineEntry, ...]
    people: tuple[PartyView, ...]
    messages: tuple[MessageView, ...]  # newest first
    decision: DecisionView | None  # in force
    earlier_decisions: tuple[DecisionView, ...]
    measures: tuple[MeasureView, ...]
    attachments: tuple[AttachmentView, ...]
    referrals: tuple[ReferralView, ...]  # newest first
    parts: tuple[PartView, ...]  # of the last closing
    appeal: AppealBrief | None  # the newest
    satisfaction: SatisfactionView | None  # none: not asked


@dataclass(frozen=True)
class Rows:
    """What was found, before the names of the people were looked up."""

    events: list[tuple[m.Event, str | None]]
    parties: list[m.Party]
    messages: list[tuple[m.Message, str | None, str | None]]
    decisions: list[m.Decision]
    measures: list[tuple[m.Measure, m.MeasureDone | None, m.MeasureEffect | None]]
    attachments: list[m.Attachment]
    referrals: list[m.Referral]
    parts: list[m.ComplaintPart]
    appeals: list[m.Appeal]
    satisfaction: m.Satisfaction | None

    def accounts(self) -> set[int]:
        found: set[int | None] = {event.actor_id for event, _ in self.events}
        for event, _ in self.events:
            found |= set(accounts_in(event.codes))
        found |= {party.account_id for party in self.parties}
        found |= {message.recorded_by for message, _, _ in self.messages}
        found |= {decision.decided_by for decision in self.decisions}
        found |= {measure.owner_id for measure, _, _ in self.measures}
        found |= {attachment.added_by for attachment in self.attachments}
        return {each for each in found if each is not None}


def rows_of(w: Work, complaint: m.Complaint) -> Rows:
    here, look = complaint.id, w.session.execute
    events = select(m.Event, m.EventText.text).outerjoin(m.EventText, m.EventText.event_id == m.Event.id)
    messages = select(m.Message, m.MessageText.subject, m.MessageText.body).outerjoin(
        m.MessageText, m.MessageText.message_id == m.Message.id
    )
    measures = (
        select(m.Measure, m.MeasureDone, m.MeasureEffect)
        .outerjoin(m.MeasureDone, m.MeasureDone.measure_id == m.Measure.id)
        .outerjoin(m.MeasureEffect, m.MeasureEffect.measure_id == m.Measure.id)
    )
    newest_first = events.where(m.Event.complaint_id == here).order_by(m.Event.seq.desc())
    found: list[tuple[m.Event, str | None]] = [(event, text) for event, text in look(newest_first)]
    return Rows(
        events=found,
        parties=list(w.session.scalars(select(m.Party).where(m.Party.complaint_id == here).order_by(m.Party.id))),
        messages=[
            (each, subject, body)
            for each, subject, body in look(messages.where(m.Message.complaint_id == here).order_by(m.Message.id.desc()))
        ],
        decisions=list(
            w.session.scalars(select(m.Decision).where(m.Decision.complaint_id == here).order_by(m.Decision.id.desc()))
        ),
        measures=[(each, done, helped) for each, done, helped in look(measures.where(m.Measure.complaint_id == here))],
        attachments=list(
            w.session.scalars(
                select(m.Attachment)
                .where(m.Attachment.complaint_id == here, m.Attachment.removed_at.is_(None))
                .order_by(m.Attachment.id)
            )
        ),
        referrals=list(
            w.session.scalars(select(m.Referral).where(m.Referral.complaint_id == here).order_by(m.Referral.id.desc()))
        ),
        parts=list(
            w.session.scalars(select(m.ComplaintPart).where(m.ComplaintPart.complaint_id == here).order_by(m.ComplaintPart.id))
        ),
        appeals=list(w.session.scalars(select(m.Appeal).where(m.Appeal.complaint_id == here).order_by(m.Appeal.id.desc()))),
        satisfaction=_asked(w, here, found),
    )


def _asked(w: Work, complaint_id: int, events: Iterable[tuple[m.Event, str | None]]) -> m.Satisfaction | None:
    """Looked up only where somebody asked: most dossiers have none."""
    if not any(event.kind == EventKind.SATISFACTION_ASKED for event, _ in events):
        return None
    return w.session.scalar(select(m.Satisfaction).where(m.Satisfaction.complaint_id == complaint_id))


def content_of(
    w: Work,
    profile: Profile,
    rows: Rows,
    names: Mapping[int, str],
    promises: tuple[PromiseView, ...],
    heard: tuple[m.Appeal, m.AppealSnapshot] | None,
) -> Content:
    """`heard`: the appeal of the reviewer who looks; the decision in force then is the one it is about, and what was kept
    with it."""
    appeal, kept = heard or (None, None)
    labels = {each.key: each.label for each in promises} | {each.key: each.label for each in profile.procedures}
    shown = (each for each in rows.events if each[0].codes.get("resembled", 0) != w.person.id)  # never to them
    timeline = tuple(entry_of(event, text, names, labels) for event, text in shown)
    decisions = tuple(_decision(each, names, appeal) for each in rows.decisions)
    superseded = frozenset(each.id for each in decisions if each.superseded)
    measures = (_measure(row, kept, names, w.today, superseded) for row in rows.measures)
    return Content(
        timeline=timeline,
        notes=tuple(each for each in timeline if each.kind == EventKind.NOTE),
        people=_people(w, rows, names, proposals=heard is None),
        messages=tuple(_message(*row, names) for row in rows.messages),
        decision=next((each for each in decisions if not each.superseded), None),
        earlier_decisions=tuple(each for each in decisions if each.superseded),
        measures=tuple(sorted(measures, key=lambda each: (each.due_on, each.id))),
        attachments=tuple(
            AttachmentView(each.token, each.name, each.media_type, each.size, names[each.added_by], each.added_at)
            for each in rows.attachments
        ),
        referrals=tuple(_referral(each, profile) for each in rows.referrals),
        parts=_last_parts(rows.parts),
        appeal=_appeal(rows.appeals[0], promises) if rows.appeals else None,
        satisfaction=_satisfaction(rows.satisfaction),
    )


def _people(w: Work, rows: Rows, names: Mapping[int, str], *, proposals: bool) -> tuple[PartyView, ...]:
    """`proposals`: whether this person is to see who proposed what; not who sees the file as it stood."""
    proposed = lifting.standing(w, (event for event, _ in reversed(rows.events))) if proposals else {}
    reasons = {event.id: text or "" for event, text in rows.events}

    def proposal(party: m.Party) -> LiftView | None:
        made = proposed.get((party.relation, party.account_id or 0))
        if made is None or not party.excluded:
            return None
        mine, may = made.actor_id == w.person.id, w.allows(Right.LIFT, party.complaint_id)
        return LiftView(made.id, names[made.actor_id], mine, may, reasons[made.id])

    return tuple(
        PartyView(each.id, each.relation, _name(each, names), each.account_id, each.excluded, proposal(each))
        for each in rows.parties
        if each.relation != RESEMBLES  # a question, for some (services/shield.py)
    )


def _name(party: m.Party, names: Mapping[int, str]) -> str:
    return names[party.account_id] if party.account_id is not None else party.name or ""


def _message(message: m.Message, subject: str | None, body: str | None, names: Mapping[int, str]) -> MessageView:
    return MessageView(
        message.id,
        message.side,
        message.direction,
        message.recipient,
        message.letter_type,
        message.channel,
        message.sent_on,
        message.promised_on,
        names[message.recorded_by],
        message.recorded_at,
        subject or "",
        body or "",
    )


def _decision(decision: m.Decision, names: Mapping[int, str], heard: m.Appeal | None) -> DecisionView:
    return DecisionView(
        decision.id,
        decision.outcome,
        decision.reasons,
        names[decision.decided_by],
        decision.decided_on,
        superseded=decision.superseded if heard is None else decision.id != heard.decision_id,
    )


def _measure(
    row: tuple[m.Measure, m.MeasureDone | None, m.MeasureEffect | None],
    kept: m.AppealSnapshot | None,
    names: Mapping[int, str],
    today: date,
    superseded: frozenset[int],
) -> MeasureView:
    measure, done, effect = row
    due_on, asked_on = due_then(measure, kept), done.check_on if done else None
    lapsed = done is None and measure.decision_id in superseded
    stands = state(today, due_on, done.done_on if done else None, asked_on, effect.helped if effect else None, lapsed=lapsed)
    return MeasureView(
        measure.id,
        measure.decision_id,
        measure.text,
        names[measure.owner_id],
        due_on,
        done.done_on if done else None,
        done.evidence if done else None,
        check_months=None if kept else measure.check_months,  # it may have been chosen after the appeal
        check_on=asked_on,
        asked=stands is MeasureState.TO_CHECK,
        helped=effect.helped if effect else None,
        explanation=effect.explanation if effect else None,
        late=stands is MeasureState.OVERDUE,
        lapsed=lapsed,
    )


def _last_parts(parts: list[m.ComplaintPart]) -> tuple[PartView, ...]:
    last = max((each.event_id for each in parts), default=0)
    return tuple(PartView(each.text, each.outcome) for each in parts if each.event_id == last)


def _referral(referral: m.Referral, profile: Profile) -> ReferralView:
    body = next((each for each in profile.bodies if each.key == referral.body), None)
    return ReferralView(
        referral.body,
        referral.body_name or (body.name if body else referral.body),
        body.url if body else "",
        referral.stage,
        referral.initiated_by,
        referral.submitted_on,
        referral.case_number,
        referral.note,
        referral.result,
        referral.binding,
        referral.internal_first,
    )


def _satisfaction(row: m.Satisfaction | None) -> SatisfactionView | None:
    if row is None:
        return None
    return SatisfactionView(row.invited_on, row.answered_on, row.process, row.outcome, row.remark)


def _appeal(appeal: m.Appeal, promises: tuple[PromiseView, ...]) -> AppealBrief:
    ruled = appeal.ruled_on is not None
    due = [each.target_on for each in promises if each.code == "APPEAL_RULING" and is_open(each)]
    return AppealBrief(
        lodged_on=appeal.lodged_on,
        in_time=appeal.in_time,
        ruling_due=min(due, default=None) if not ruled else None,
        ruled_on=appeal.ruled_on,
        withdrawn_on=appeal.withdrawn_on,
        ruling=appeal.ruling if ruled else None,
        reasons=appeal.reasons if ruled else None,
        consequence=appeal.consequence if ruled else None,
        consequence_due_on=appeal.consequence_due_on if ruled else None,
    )
