"""The external route: an overlay on the dossier, possible at any moment and never blocked (R009-R011)."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from db import models as m
from domain.entries import choice, day, form
from domain.errors import Refused
from domain.facts import Fact
from domain.rights import Right
from domain.texts import clean, line
from domain.vocabulary import EventKind, ExternalStage, LetterType
from domain.workflow import StepName
from services import profiles, promises
from services.door import Actor, work
from services.letters import Outgoing
from services.posting import already_sent, send
from services.records import load_to_append, record
from services.standing import go

INITIATORS = ("complainant", "organisation")
_SUBMITTED = frozenset({ExternalStage.DESK, ExternalStage.COMMITTEE_PENDING})


def refer(
    actor: Actor,
    reference: str,
    form_id: str,
    *,
    body: str,
    stage: str,
    submitted_on: date,
    initiated_by: str = "complainant",
    case_number: str | None = None,
    note: str | None = None,
    outgoing: Outgoing | None = None,
) -> None:
    """Where the complainant stands with an outside body of the profile; internal clocks go on. `outgoing`: a referral
    letter, if one went out. Twice the same form is one row. Raises Refused: ``unknown_value``, ``in_the_future``.
    """
    with work(actor, Right.WORK) as w:
        complaint, form_id = load_to_append(w, reference), form(form_id)
        mine = select(m.Referral.id).where(m.Referral.form_id == form_id, m.Referral.complaint_id == complaint.id)
        if w.session.scalar(mine) is not None:
            return
        go(w, complaint, StepName.REFER)
        if body not in {each.key for each in profiles.profile_of(w, complaint).bodies}:
            raise Refused("unknown_value" if body else "missing", "body")
        if initiated_by not in INITIATORS:
            raise Refused("unknown_value", "initiated_by")
        now = choice(ExternalStage, stage, "stage")
        on = day(submitted_on, "submitted_on", latest=w.today)
        words = clean(note, "note")
        if outgoing is not None and not already_sent(w, complaint, outgoing):
            sent, letter = send(w, complaint, outgoing, LetterType.REFERRAL)
            promises.happened(w, complaint, Fact.OUTBOUND, sent.sent_on, letter)
        complaint.external_stage = now
        entry = record(w, complaint, EventKind.EXTERNAL_ROUTE, on, words, body=body, stage=now, initiated_by=initiated_by)
        w.session.add(
            m.Referral(
                complaint_id=complaint.id,
                form_id=form_id,
                body=body,
                stage=now,
                initiated_by=initiated_by,
                submitted_on=on,
                case_number=line(case_number, "case_number") or None,
                note=words or None,
                event_id=entry.id,
            )
        )
        if now in _SUBMITTED:
            promises.happened(w, complaint, Fact.EXTERNAL_SUBMITTED, on, entry)
        elif now is ExternalStage.RULED:
            promises.happened(w, complaint, Fact.EXTERNAL_RULED, on, entry)
