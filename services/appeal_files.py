"""Reading appeals: the reviewer's list, and one appeal with her own papers. What the first line sees of an appeal is in
`services/dossier_content.py`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import select

from db import models as m
from domain.errors import Refused
from domain.promises import is_open, is_paused
from domain.rights import Right
from domain.vocabulary import EventKind, LetterType, Side, Status
from services import promises, reviewers
from services.appeals import open_appeal
from services.as_it_stood import of_appeal, status
from services.door import Actor, Work, work
from services.hearing import told
from services.profiles import profile_of
from services.promises import PromiseView
from services.readings import opened
from services.records import load, was_opened

_PAPERS = (EventKind.APPEAL_HEARING, EventKind.APPEAL_NOTE)


class AppealStep(StrEnum):
    """See services/hearing.py."""

    ACKNOWLEDGE = "acknowledge"
    HEAR = "hear"
    NOTE = "note"
    EXTEND = "extend"
    PAUSE = "pause"
    RESUME = "resume"
    RULE = "rule"
    TELL_COMPLAINANT = "tell_complainant"
    TELL_ORGANISATION = "tell_organisation"
    STEP_BACK = "step_back"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class AppealRow:
    """One line of the reviewer's list."""

    reference: str
    title: str
    lodged_on: date
    in_time: bool
    next: PromiseView | None  # the earliest that is still open
    ruling: str | None
    ruled_on: date | None
    withdrawn_on: date | None


@dataclass(frozen=True)
class Paper:
    """A hearing report or a note."""

    kind: str
    happened_on: date
    recorded_at: datetime
    text: str


@dataclass(frozen=True)
class AppealFile:
    """The appeal as its reviewer sees it. The dossier itself is read by services/dossier.py, as it stood."""

    reference: str
    version: int  # what she passes as `seen`
    status: str
    lodged_on: date
    channel: str
    grounds: str
    in_time: bool
    late_reason: str | None
    promises: tuple[PromiseView, ...]
    pausable: bool  # an open promise of hers may stand still
    paused: bool  # and does
    papers: tuple[Paper, ...]
    acknowledged_on: date | None
    heard_on: date | None
    ruling: str | None
    reasons: str | None
    consequence: str | None
    consequence_due_on: date | None
    binding: bool | None
    told: frozenset[LetterType]  # which letters with the ruling went out
    ruled_on: date | None
    withdrawn_on: date | None

    @property
    def steps(self) -> tuple[AppealStep, ...]:
        """What the reviewer can do now, the usual next one first."""
        if self.ruled_on is not None:
            return ()
        if LetterType.APPEAL_RULING in self.told:
            return (AppealStep.TELL_ORGANISATION, AppealStep.NOTE)
        usual = (
            (AppealStep.ACKNOWLEDGE, self.acknowledged_on is None),
            (AppealStep.RESUME, self.paused),
            (AppealStep.TELL_COMPLAINANT, self.ruling is not None),
            (AppealStep.HEAR, self.heard_on is None),
            (AppealStep.RULE, True),
            (AppealStep.HEAR, self.heard_on is not None),
            (AppealStep.NOTE, True),
            (AppealStep.EXTEND, True),
            (AppealStep.PAUSE, self.pausable and not self.paused),
            (AppealStep.WITHDRAWN, True),
            (AppealStep.STEP_BACK, self.ruling is None),
        )
        return tuple(step for step, possible in usual if possible)


def listing(actor: Actor) -> tuple[AppealRow, ...]:
    """The appeals of this reviewer: the open ones by date, then those that were ruled, the newest first."""
    with work(actor, Right.READ) as w:
        return of_reviewer(w)


def of_reviewer(w: Work) -> tuple[AppealRow, ...]:
    """For other services."""
    query = (
        select(m.Appeal, m.Complaint, m.AppealSnapshot)
        .join(m.Complaint, m.Complaint.id == m.Appeal.complaint_id)
        .outerjoin(m.AppealSnapshot, m.AppealSnapshot.appeal_id == m.Appeal.id)
    )
    found = w.session.execute(query.where(m.Appeal.reviewer_id == w.me).order_by(m.Appeal.id)).all()
    views = promises.view_many(w, [complaint for _, complaint, _ in found])
    rows = [_row(appeal, complaint, stood, views[complaint.id]) for appeal, complaint, stood in found]
    waiting = sorted((row for row in rows if row.ruled_on is None), key=lambda row: _due_on(row) or row.lodged_on)
    ruled = sorted((row for row in rows if row.ruled_on is not None), key=lambda row: row.ruled_on or row.lodged_on)
    return (*waiting, *reversed(ruled))


def _row(appeal: m.Appeal, complaint: m.Complaint, stood: m.AppealSnapshot | None, views: Sequence[PromiseView]) -> AppealRow:
    return AppealRow(
        reference=complaint.reference,
        title=stood.columns["title"] if stood else "",  # anonymised
        lodged_on=appeal.lodged_on,
        in_time=appeal.in_time,
        next=None if appeal.ruled_on else _next(of_appeal(appeal, views)),
        ruling=appeal.ruling if appeal.ruled_on else None,
        ruled_on=appeal.ruled_on,
        withdrawn_on=appeal.withdrawn_on,
    )


def read(actor: Actor, reference: str) -> AppealFile:
    """The newest appeal of this dossier that is or was this reviewer's. Raises Refused: ``not_found``."""
    with work(actor, Right.READ) as w:
        complaint = load(w, reference)
        query = select(m.Appeal).where(m.Appeal.complaint_id == complaint.id, m.Appeal.reviewer_id == w.me)
        appeal = w.session.scalar(query.order_by(m.Appeal.id.desc()).limit(1))
        if appeal is None:
            raise Refused("not_found")
        views = of_appeal(appeal, promises.view(w, complaint))
        may_wait = {rule.key for rule in profile_of(w, complaint).terms if rule.pause}
        complaint_id, logged = complaint.id, was_opened(w, complaint.id, "appeal")
        found = AppealFile(
            reference=complaint.reference,
            version=appeal.version,
            status=status(appeal),
            lodged_on=appeal.lodged_on,
            channel=appeal.channel,
            grounds=appeal.grounds,
            in_time=appeal.in_time,
            late_reason=appeal.late_reason,
            promises=views,
            pausable=any(is_open(each) and each.key in may_wait for each in views),
            paused=any(is_paused(each, w.today) for each in views),
            papers=_papers(w, appeal),
            acknowledged_on=appeal.acknowledged_on,
            heard_on=appeal.heard_on,
            ruling=appeal.ruling,
            reasons=appeal.reasons,
            consequence=appeal.consequence,
            consequence_due_on=appeal.consequence_due_on,
            binding=appeal.binding,
            told=frozenset(told(w, appeal)),
            ruled_on=appeal.ruled_on,
            withdrawn_on=appeal.withdrawn_on,
        )
    if not logged:
        opened(actor, complaint_id, "appeal")
    return found


def _papers(w: Work, appeal: m.Appeal) -> tuple[Paper, ...]:
    query = (
        select(m.Event, m.EventText.text)
        .join(m.EventText, m.EventText.event_id == m.Event.id)
        .where(
            m.Event.complaint_id == appeal.complaint_id,
            m.Event.side == Side.APPEAL,
            m.Event.kind.in_(_PAPERS),
            m.Event.seq > appeal.snapshot_seq,
        )
        .order_by(m.Event.seq)
    )
    rows = w.session.execute(query)
    return tuple(Paper(event.kind, event.happened_on, event.recorded_at, text) for event, text in rows)


def needs_reviewer(actor: Actor, reference: str) -> bool:
    """For the first line: does the open appeal of this dossier wait for somebody to hear it? Raises Refused:
    ``not_found``."""
    with work(actor, Right.READ) as w:
        complaint = load(w, reference)
        if complaint.status != Status.IN_APPEAL:
            return False
        return not reviewers.able(w, complaint, open_appeal(w, complaint).reviewer_id)


def _next(views: Sequence[PromiseView]) -> PromiseView | None:
    return min((each for each in views if is_open(each)), key=lambda each: each.target_on, default=None)


def _due_on(row: AppealRow) -> date | None:
    return row.next.target_on if row.next else None
