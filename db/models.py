"""The tables. One metadata; enums are stored by value; dates are DATE (local, Europe/Amsterdam), instants UTC."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db import append_only as append_only
from db import row_security as row_security
from db.backups import BackupNote as BackupNote
from db.base import Base as Base
from db.base import complaint as _complaint
from db.base import dossier_key as _key
from db.escalations import Escalation as Escalation
from db.evaluations import Evaluation as Evaluation
from db.evaluations import EvaluationAbout as EvaluationAbout
from db.evaluations import EvaluationEvent as EvaluationEvent
from db.evaluations import EvaluationImport as EvaluationImport
from db.evaluations import EvaluationSource as EvaluationSource
from db.exports import ExportNote as ExportNote
from db.imports import ImportMapping as ImportMapping
from db.imports import TakenOver as TakenOver
from db.people import Account as Account
from db.people import AccountRole as AccountRole
from db.people import AuthSession as AuthSession
from db.people import AuthTicket as AuthTicket
from db.people import ClosedDay as ClosedDay
from db.people import OneTimeLink as OneTimeLink
from db.people import OrgUnit as OrgUnit
from db.people import ProcedureConfirmed as ProcedureConfirmed
from db.people import ProfileVersion as ProfileVersion
from db.people import Setting as Setting
from db.people import Throttle as Throttle
from db.requests import AccountRequest as AccountRequest
from db.retention import Destroyed as Destroyed
from db.retention import DoomedFile as DoomedFile
from db.retention import Retention as Retention
from db.reviews import Review as Review
from db.reviews import ReviewItem as ReviewItem
from db.reviews import ReviewParticipant as ReviewParticipant
from db.satisfaction import Satisfaction as Satisfaction
from db.search import SearchText as SearchText
from db.second_factor import RecoveryCode as RecoveryCode
from db.second_factor import SecondFactor as SecondFactor
from db.sign_ins import SignInNote as SignInNote
from db.sign_on import SignOnAttempt as SignOnAttempt
from db.sign_on import SignOnLink as SignOnLink
from db.year_reports import YearReport as YearReport
from db.year_reports import YearReportCleared as YearReportCleared
from db.year_reports import YearReportMember as YearReportMember
from db.year_reports import YearReportStep as YearReportStep
from db.year_reports import YearReportText as YearReportText

# One dossier


class Complaint(Base):
    __tablename__ = "complaint"
    id: Mapped[int] = _key()
    reference: Mapped[str] = mapped_column(String(20), unique=True)  # year + random: a gap reveals nothing
    form_id: Mapped[str] = mapped_column(String(36), unique=True)  # a double click is two concurrent runs
    compartment: Mapped[str] = mapped_column(String(30))
    kind: Mapped[str] = mapped_column(String(20))
    status: Mapped[str] = mapped_column(String(20))
    profile_version_id: Mapped[int] = mapped_column(ForeignKey("profile_version.id"))
    procedure: Mapped[str] = mapped_column(String(30))  # the main procedure
    overlay: Mapped[str | None] = mapped_column(String(30))  # a second set of clocks
    received_on: Mapped[date]
    registered_on: Mapped[date]
    registered_at: Mapped[datetime]
    reporter_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    channel: Mapped[str] = mapped_column(String(30))
    subject_type: Mapped[str] = mapped_column(String(20))
    title: Mapped[str]
    description: Mapped[str] = mapped_column(Text)
    remedy_requested: Mapped[str | None] = mapped_column(Text)
    category: Mapped[str]
    subcategory: Mapped[str | None]
    sector: Mapped[str | None] = mapped_column(String(30))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("org_unit.id"), index=True)
    formal_written: Mapped[bool] = mapped_column(default=False)
    anonymous: Mapped[bool] = mapped_column(default=False)
    already_resolved: Mapped[bool] = mapped_column(default=False)
    resolved_on: Mapped[date | None]
    discussed: Mapped[str] = mapped_column(String(20))
    immediate_actions: Mapped[str | None] = mapped_column(Text)  # none: the explicit "geen directe actie"
    red_flag: Mapped[bool] = mapped_column(default=False)
    expert_consulted_on: Mapped[date | None]
    ladder_level: Mapped[str] = mapped_column(String(20))
    consulted_on: Mapped[date | None]
    ack_owner_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    acknowledged_on: Mapped[date | None]
    ack_variant: Mapped[str | None] = mapped_column(String(20))
    handler_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    acting_director_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    external_stage: Mapped[str | None] = mapped_column(String(30))
    outcome: Mapped[str | None] = mapped_column(String(30))
    answered_on: Mapped[date | None]
    closed_on: Mapped[date | None]
    close_reason: Mapped[str | None] = mapped_column(String(30))
    satisfied: Mapped[str | None] = mapped_column(String(20))  # at closing: yes, no, unknown
    reopened: Mapped[bool] = mapped_column(default=False)
    taken_over: Mapped[bool] = mapped_column(default=False)  # from an old register: much was not recorded
    by_committee: Mapped[bool] = mapped_column(default=False)  # our own complaints committee handles it
    calendar_at: Mapped[datetime | None]  # it counts with the closed days that were known then
    paused_from: Mapped[date | None]  # the last pause of its clocks
    paused_until: Mapped[date | None]
    next_due_on: Mapped[date | None]  # target of the earliest open promise
    next_red_on: Mapped[date | None]  # first day on which it is red
    next_promise: Mapped[str | None] = mapped_column(String(60))  # procedure.code
    next_statutory: Mapped[bool] = mapped_column(default=False)
    next_legal_on: Mapped[date | None]  # earliest legal date among all open statutory promises: passed is dark red
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}
    __table_args__ = (
        Index(None, "compartment", "next_due_on", "id"),
        Index(None, "compartment", "received_on", "id"),
        Index(None, "compartment", "status", "next_due_on"),
    )


class Complainant(Base):
    """Who complained (klager): a row of its own, so that it can be deleted apart from the dossier. Never the reporter."""

    __tablename__ = "complainant"
    complaint_id: Mapped[int] = mapped_column(ForeignKey("complaint.id"), primary_key=True)
    type: Mapped[str] = mapped_column(String(30))
    name: Mapped[str | None]
    surname_key: Mapped[str | None] = mapped_column(index=True)  # last word of the name, folded: the confidant's lookup
    contact: Mapped[str | None]  # e-mail, telephone or postal address, as given
    preferred_channel: Mapped[str | None] = mapped_column(String(30))
    representative_of: Mapped[str | None]


class Party(Base):
    __tablename__ = "party"
    id: Mapped[int] = _key()
    complaint_id: Mapped[int] = _complaint()
    relation: Mapped[str] = mapped_column(String(20))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    name: Mapped[str | None]  # free text when the person has no account
    excluded: Mapped[bool]  # respondent or conflict with an account: sees nothing of this dossier
    waits: Mapped[bool] = mapped_column(default=False)  # for somebody's word: that it ends (lifting), who it is (shield)
    added_at: Mapped[datetime]
    event_id: Mapped[int | None] = mapped_column(ForeignKey("event.id"))  # that named this person
    __table_args__ = (Index(None, "account_id", "excluded", "complaint_id"), Index(None, "waits"))


class Promise(Base):
    """One dated commitment. Its state is derived (domain/promises.py), never stored."""

    __tablename__ = "promise"
    id: Mapped[int] = _key()
    complaint_id: Mapped[int] = _complaint()
    procedure: Mapped[str] = mapped_column(String(30))
    code: Mapped[str] = mapped_column(String(30))
    trigger_on: Mapped[date]  # day 0
    target_on: Mapped[date]  # raw end: what was promised
    legal_on: Mapped[date]  # rolled by the Algemene termijnenwet; equals target_on where nothing rolls
    statutory: Mapped[bool]  # turns red after legal_on instead of after target_on
    informative: Mapped[bool] = mapped_column(default=False)  # shown, never red, never on the board
    met_on: Mapped[date | None]
    met_event_id: Mapped[int | None] = mapped_column(ForeignKey("event.id"))
    extended_to: Mapped[date | None]
    notice_on: Mapped[date | None]  # the extension notice went out
    successor_id: Mapped[int | None] = mapped_column(ForeignKey("promise.id"))
    cancelled_on: Mapped[date | None]
    cancel_reason: Mapped[str | None] = mapped_column(String(60))
    heir: Mapped[bool] = mapped_column(default=False)  # took over from one that was moved
    paused_from: Mapped[date | None]
    paused_until: Mapped[date | None]
    paused_days: Mapped[int] = mapped_column(default=0)  # given back: they are in target_on
    opened_event_id: Mapped[int | None] = mapped_column(ForeignKey("event.id"))


class LedgerEntry(Base):
    """One fact that counts for the promises; append-only. The promises follow from all of them (domain/ledger.py)."""

    __tablename__ = "ledger_entry"
    id: Mapped[int] = _key()
    complaint_id: Mapped[int] = _complaint()
    fact: Mapped[str] = mapped_column(String(30))
    happened_on: Mapped[date]
    given_on: Mapped[date | None]  # the date that it names
    of_on: Mapped[date | None]  # the date that a measure had before
    event_id: Mapped[int | None] = mapped_column(ForeignKey("event.id"))


class Event(Base):
    """Append-only history, hash-chained per dossier. The text stands beside it (`event_text`)."""

    __tablename__ = "event"
    id: Mapped[int] = _key()
    complaint_id: Mapped[int] = mapped_column(ForeignKey("complaint.id"))
    seq: Mapped[int]
    kind: Mapped[str] = mapped_column(String(30))
    side: Mapped[str] = mapped_column(String(10))
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    happened_on: Mapped[date]
    recorded_at: Mapped[datetime]
    codes: Mapped[dict[str, Any]] = mapped_column(JSON)  # coded facts only, never free text or names
    text_salt: Mapped[str | None] = mapped_column(String(32))
    text_hash: Mapped[str | None] = mapped_column(String(64))
    prev_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))
    __table_args__ = (UniqueConstraint("complaint_id", "seq"),)


class EventText(Base):
    __tablename__ = "event_text"
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), primary_key=True)
    complaint_id: Mapped[int] = _complaint()
    text: Mapped[str] = mapped_column(Text)


class ChainHead(Base):
    __tablename__ = "chain_head"
    complaint_id: Mapped[int] = mapped_column(ForeignKey("complaint.id"), primary_key=True)
    seq: Mapped[int]
    hash: Mapped[str] = mapped_column(String(64))


class Message(Base):
    """What went to or came from somebody. Immutable; the body stands beside it."""

    __tablename__ = "message"
    id: Mapped[int] = _key()
    complaint_id: Mapped[int] = _complaint()
    side: Mapped[str] = mapped_column(String(10))
    direction: Mapped[str] = mapped_column(String(10))  # out, in
    recipient: Mapped[str] = mapped_column(String(20))
    letter_type: Mapped[str | None] = mapped_column(String(30))
    channel: Mapped[str] = mapped_column(String(30))
    sent_on: Mapped[date]
    promised_on: Mapped[date | None]
    recorded_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    recorded_at: Mapped[datetime]
    event_id: Mapped[int | None] = mapped_column(ForeignKey("event.id"))
    form_id: Mapped[str] = mapped_column(String(36), unique=True)


class MessageText(Base):
    __tablename__ = "message_text"
    message_id: Mapped[int] = mapped_column(ForeignKey("message.id"), primary_key=True)
    complaint_id: Mapped[int] = _complaint()
    subject: Mapped[str]
    body: Mapped[str] = mapped_column(Text)
    sheet: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)  # what is printed around the text of our letters
    salt: Mapped[str] = mapped_column(String(32), default="")  # of the hash in the event: goes when the text goes


class Decision(Base):
    __tablename__ = "decision"
    id: Mapped[int] = _key()
    complaint_id: Mapped[int] = _complaint()
    outcome: Mapped[str] = mapped_column(String(30))
    reasons: Mapped[str] = mapped_column(Text)
    decided_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    decided_on: Mapped[date]
    superseded: Mapped[bool] = mapped_column(default=False)


class Measure(Base):
    __tablename__ = "measure"
    id: Mapped[int] = _key()
    complaint_id: Mapped[int] = _complaint()
    decision_id: Mapped[int | None] = mapped_column(ForeignKey("decision.id"))
    text: Mapped[str] = mapped_column(Text)
    owner_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    due_on: Mapped[date] = mapped_column(index=True)
    check_months: Mapped[int | None]  # so long after it was done "did it help?" is asked; none: never
    event_id: Mapped[int | None] = mapped_column(ForeignKey("event.id"))
    review_item_id: Mapped[int | None] = mapped_column(ForeignKey("review_item.id"), index=True)  # agreed in a yearly review
    __table_args__ = (Index(None, "owner_id", "due_on"),)


class MeasureDone(Base):
    __tablename__ = "measure_done"
    measure_id: Mapped[int] = mapped_column(ForeignKey("measure.id"), primary_key=True)
    complaint_id: Mapped[int] = _complaint()
    done_on: Mapped[date]
    evidence: Mapped[str] = mapped_column(Text)
    check_on: Mapped[date | None] = mapped_column(index=True)  # from this day on "did it help?" is asked
    event_id: Mapped[int | None] = mapped_column(ForeignKey("event.id"))


class MeasureEffect(Base):
    """Did it help? Answered once."""

    __tablename__ = "measure_effect"
    measure_id: Mapped[int] = mapped_column(ForeignKey("measure.id"), primary_key=True)
    complaint_id: Mapped[int] = _complaint()
    helped: Mapped[str] = mapped_column(String(10))
    explanation: Mapped[str] = mapped_column(Text)
    answered_on: Mapped[date]
    event_id: Mapped[int | None] = mapped_column(ForeignKey("event.id"))


class ComplaintPart(Base):
    """What became of one part of the complaint, as told at closing."""

    __tablename__ = "complaint_part"
    id: Mapped[int] = _key()
    complaint_id: Mapped[int] = _complaint()
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"))
    text: Mapped[str] = mapped_column(Text)
    outcome: Mapped[str] = mapped_column(String(30))


class Appeal(Base):
    __tablename__ = "appeal"
    id: Mapped[int] = _key()
    complaint_id: Mapped[int] = _complaint()
    form_id: Mapped[str] = mapped_column(String(36), unique=True)
    decision_id: Mapped[int] = mapped_column(ForeignKey("decision.id"))
    lodged_on: Mapped[date]
    channel: Mapped[str] = mapped_column(String(30))
    grounds: Mapped[str] = mapped_column(Text)
    in_time: Mapped[bool]
    late_reason: Mapped[str | None] = mapped_column(Text)
    registered_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    reviewer_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    snapshot_seq: Mapped[int]  # the reviewer sees the file up to this event, and her own papers
    acknowledged_on: Mapped[date | None]
    heard_on: Mapped[date | None]
    ruling: Mapped[str | None] = mapped_column(String(20))
    reasons: Mapped[str | None] = mapped_column(Text)
    consequence: Mapped[str | None] = mapped_column(Text)
    consequence_due_on: Mapped[date | None]
    binding: Mapped[bool | None]
    ruled_on: Mapped[date | None]
    withdrawn_on: Mapped[date | None]  # the complainant took it back: it ends as settled
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}


class AppealSnapshot(Base):
    """The columns of the dossier, its promises and the dates of its measures as they stood: what the reviewer sees of them."""

    __tablename__ = "appeal_snapshot"
    appeal_id: Mapped[int] = mapped_column(ForeignKey("appeal.id"), primary_key=True)
    complaint_id: Mapped[int] = _complaint()
    columns: Mapped[dict[str, Any]] = mapped_column(JSON)
    promises: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    measures: Mapped[dict[str, str]] = mapped_column(JSON)  # by id: the date that it had


class Referral(Base):
    """One stage of the external route: an overlay, possible at any moment (R009)."""

    __tablename__ = "referral"
    id: Mapped[int] = _key()
    complaint_id: Mapped[int] = _complaint()
    form_id: Mapped[str] = mapped_column(String(36), unique=True)
    body: Mapped[str] = mapped_column(String(60))  # key of the profile's external body
    body_name: Mapped[str | None]  # of one that the profile does not know
    stage: Mapped[str] = mapped_column(String(30))
    initiated_by: Mapped[str] = mapped_column(String(20))  # complainant, organisation
    submitted_on: Mapped[date]  # when this stage began; of a hearing, its day
    case_number: Mapped[str | None]
    result: Mapped[str | None] = mapped_column(String(30))  # what the body said or reached
    binding: Mapped[bool | None]
    internal_first: Mapped[bool | None]  # had it been put to us before?
    note: Mapped[str | None] = mapped_column(Text)
    event_id: Mapped[int | None] = mapped_column(ForeignKey("event.id"))


class Attachment(Base):
    __tablename__ = "attachment"
    id: Mapped[int] = _key()
    token: Mapped[str] = mapped_column(String(43), unique=True)  # what the address holds
    complaint_id: Mapped[int] = _complaint()
    side: Mapped[str] = mapped_column(String(10))
    name: Mapped[str]
    media_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    added_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    added_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]
    event_id: Mapped[int | None] = mapped_column(ForeignKey("event.id"))


class Draft(Base):
    """What is being typed, per account and page."""

    __tablename__ = "draft"
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    page: Mapped[str] = mapped_column(String(80), primary_key=True)
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    updated_at: Mapped[datetime]


class AccessLog(Base):
    """Who opened what. Written in a transaction of its own."""

    __tablename__ = "access_log"
    id: Mapped[int] = _key()
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    complaint_id: Mapped[int] = _complaint()
    at: Mapped[datetime]
    what: Mapped[str] = mapped_column(String(30))


__all__ = [name for name, value in globals().items() if isinstance(value, type) and issubclass(value, Base)]
