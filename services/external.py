"""The external route: an overlay on the dossier, possible at any moment and never blocked (R009-R011)."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from db import models as m
from domain.entries import choice, day, form
from domain.errors import Refused
from domain.facts import Fact
from domain.outside import OTHER, may_bind, results_of, stages_of
from domain.rights import Right
from domain.texts import clean, line, required
from domain.vocabulary import EventKind, ExternalResult, ExternalStage, LetterType
from domain.workflow import StepName
from services import profiles, promises
from services.deciding import FARTHEST
from services.door import Actor, Work, work
from services.letters import Outgoing
from services.posting import already_sent, send
from services.records import load_to_append, record
from services.standing import go

INITIATORS = ("complainant", "organisation")


def refer(
    actor: Actor,
    reference: str,
    form_id: str,
    *,
    body: str,
    stage: str,
    submitted_on: date,
    body_name: str | None = None,
    initiated_by: str = "complainant",
    case_number: str | None = None,
    note: str | None = None,
    result: str | None = None,
    binding: bool | None = None,
    internal_first: bool | None = None,
    outgoing: Outgoing | None = None,
) -> None:
    """Where the complainant stands with an outside body of the profile; internal clocks go on (services/clocks.py can
    suspend them). `submitted_on`: when this stage began; a hearing may lie ahead. `result` and `binding`: of a ruling, or
    of what ended at a desk. `outgoing`: a referral letter, if one went out. Twice the same form is one row.
    `body_name`: of one that the profile does not know. `binding` None: not known.

    Raises Refused: ``unknown_value``, ``missing``, ``in_the_future``, ``not_at_this_body`` (a desk does not rule),
    ``form_used``.
    """
    with work(actor, Right.ROUTE) as w:
        complaint, form_id = load_to_append(w, reference), form(form_id)
        mine = select(m.Referral).where(m.Referral.form_id == form_id, m.Referral.complaint_id == complaint.id)
        if (known := w.session.scalar(mine)) is not None:
            if (known.body, known.stage, known.note or "") != (body, stage, clean(note, "note")):
                raise Refused("form_used")
            return
        go(w, complaint, StepName.REFER)
        kind = _type_of(w, complaint, body)
        name = line(required(body_name, "body_name"), "body_name") if kind == OTHER else None
        now = _stage(kind, stage)
        if initiated_by not in INITIATORS:
            raise Refused("unknown_value", "initiated_by")
        reached = _result(now, result)
        latest = FARTHEST if now is ExternalStage.HEARING else w.today
        when = day(submitted_on, "submitted_on", latest=latest)
        words = clean(note, "note")
        if outgoing is not None and not already_sent(w, complaint, outgoing):
            sent, letter = send(w, complaint, outgoing, LetterType.REFERRAL)
            promises.happened(w, complaint, Fact.OUTBOUND, sent.sent_on, letter)
        earlier = list(w.session.scalars(select(m.Referral).where(m.Referral.complaint_id == complaint.id)))
        if all(each.submitted_on <= when for each in earlier):  # what is told afterwards does not set it back
            complaint.external_stage = now
        binds = bool(binding) if may_bind(now) and binding is not None else None
        entry = record(
            w,
            complaint,
            EventKind.EXTERNAL_ROUTE,
            min(when, w.today),
            words,
            body=body,
            stage=now,
            initiated_by=initiated_by,
            external_result=reached,
            binding=binds,
            hearing_on=when if now is ExternalStage.HEARING else None,
        )
        w.session.add(
            m.Referral(
                complaint_id=complaint.id,
                form_id=form_id,
                body=body,
                body_name=name,
                stage=now,
                initiated_by=initiated_by,
                submitted_on=when,
                case_number=line(case_number, "case_number") or None,
                note=words or None,
                result=reached,
                binding=binds,
                internal_first=internal_first,
                event_id=entry.id,
            )
        )
        pending = any(each.stage == ExternalStage.COMMITTEE_PENDING for each in earlier)
        if now is ExternalStage.COMMITTEE_PENDING or (now is ExternalStage.RULED and not pending):
            promises.happened(w, complaint, Fact.EXTERNAL_SUBMITTED, when, entry)  # a visit to a desk is no dispute
        if now is ExternalStage.RULED:
            promises.happened(w, complaint, Fact.EXTERNAL_RULED, when, entry)


def _type_of(w: Work, complaint: m.Complaint, body: str) -> str:
    known = {each.key: each.type for each in profiles.profile_of(w, complaint).bodies}
    if body not in known:
        raise Refused("unknown_value" if body else "missing", "body")
    return known[body]


def _stage(body_type: str, stage: str) -> ExternalStage:
    now = choice(ExternalStage, stage, "stage")
    if now not in stages_of(body_type):
        raise Refused("not_at_this_body", "stage")
    return now


def _result(stage: ExternalStage, result: str | None) -> ExternalResult | None:
    fitting = results_of(stage)
    if not fitting:
        return None
    if not result and stage is not ExternalStage.RULED:
        return None
    reached = choice(ExternalResult, result or "", "result")
    if reached not in fitting:
        raise Refused("unknown_value", "result")
    return reached
