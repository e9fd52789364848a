"""Rows for tests that need a register rather than a story: inserted directly, past the services.

with Session(engine) as session, session.begin():
    complaint = make_complaint(session, cast, title="Lekkage", handler_id=cast["hans"])
    make_promise(session, complaint, target_on=date(2026, 11, 27))
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from db import models as m
from domain.promises import Promise, next_of
from domain.vocabulary import (
    Channel,
    Compartment,
    ComplainantType,
    Discussed,
    Kind,
    LadderLevel,
    Relation,
    Status,
    SubjectType,
)
from tests.conftest import TODAY, Cast


def make_complaint(session: Session, cast: Cast, **overrides: Any) -> m.Complaint:
    """One regular complaint, received and registered a week before today by Tom about nobody; `overrides` are columns.

    No promises: add them with `make_promise`, which keeps `next_due_on` and its companions right.
    """
    received = overrides.get("received_on", TODAY - timedelta(days=7))
    registered = overrides.get("registered_on", received)
    columns: dict[str, Any] = {
        "reference": f"K{received:%y}-{secrets.token_hex(3).upper()}",
        "form_id": str(uuid4()),
        "compartment": Compartment.REGULAR,
        "kind": Kind.COMPLAINT,
        "status": Status.REGISTERED,
        "profile_version_id": session.scalar(select(m.ProfileVersion.id).order_by(m.ProfileVersion.id).limit(1)),
        "procedure": "HOUSE_WEEK",
        "received_on": received,
        "registered_on": registered,
        "registered_at": datetime.combine(registered, time(10), UTC),
        "reporter_id": cast["tom"],
        "channel": Channel.PHONE,
        "subject_type": SubjectType.SERVICE,
        "title": "De verwarming deed het niet",
        "description": "De zaal was koud en niemand wist bij wie je moest zijn.",
        "category": "organisation_location",
        "unit_id": cast.units["noord"],
        "discussed": Discussed.YES,
        "ladder_level": LadderLevel.COLLEAGUE,
        "acting_director_id": cast["dora"],
    }
    complaint = m.Complaint(**columns | overrides)
    session.add(complaint)
    session.flush()
    return complaint


def make_promise(session: Session, complaint: m.Complaint, **overrides: Any) -> m.Promise:
    """One open RESPONSE within a week of receipt; `overrides` are columns (`legal_on` follows `target_on`)."""
    target = overrides.get("target_on", complaint.received_on + timedelta(days=7))
    columns: dict[str, Any] = {
        "complaint_id": complaint.id,
        "procedure": complaint.procedure,
        "code": "RESPONSE",
        "trigger_on": complaint.received_on,
        "target_on": target,
        "legal_on": target,
        "statutory": False,
    }
    promise = m.Promise(**columns | overrides)
    session.add(promise)
    session.flush()
    _point_at_the_earliest(session, complaint)
    return promise


def make_party(session: Session, complaint: m.Complaint, account_id: int, relation: Relation = Relation.RESPONDENT) -> m.Party:
    """Somebody with an account in the dossier; respondents and people with a conflict of interest are excluded."""
    party = m.Party(
        complaint_id=complaint.id,
        relation=relation,
        account_id=account_id,
        excluded=relation is not Relation.INVOLVED,
        added_at=complaint.registered_at,
    )
    session.add(party)
    session.flush()
    return party


def make_measure(session: Session, complaint: m.Complaint, owner_id: int, **overrides: Any) -> m.Measure:
    """One that is due in a week; `done_on` and `check_on` say that it was done, the others are columns."""
    done = {name: overrides.pop(name) for name in ("done_on", "check_on") if name in overrides}
    columns: dict[str, Any] = {"text": "Een nieuwe ketel", "owner_id": owner_id, "due_on": TODAY + timedelta(days=7)}
    measure = m.Measure(complaint_id=complaint.id, **columns | overrides)
    session.add(measure)
    session.flush()
    if done:
        session.add(m.MeasureDone(measure_id=measure.id, complaint_id=complaint.id, evidence="Hij hangt.", **done))
        session.flush()
    return measure


def make_complainant(session: Session, complaint: m.Complaint, name: str = "Karel Klager") -> m.Complainant:
    complainant = m.Complainant(
        complaint_id=complaint.id, type=ComplainantType.PARTICIPANT, name=name, surname_key=name.split()[-1].casefold()
    )
    session.add(complainant)
    session.flush()
    return complainant


def make_ruled_appeal(session: Session, cast: Cast, complaint: m.Complaint, ruled_on: date) -> m.Appeal:
    """Heard and ruled by Vera, on one day, against a decision of Hans."""
    decision = m.Decision(
        complaint_id=complaint.id, outcome="upheld", reasons="Het klopte.", decided_by=cast["hans"], decided_on=ruled_on
    )
    session.add(decision)
    session.flush()
    appeal = m.Appeal(
        complaint_id=complaint.id,
        form_id=str(uuid4()),
        decision_id=decision.id,
        lodged_on=ruled_on,
        channel=Channel.EMAIL,
        grounds="Het klopt niet.",
        in_time=True,
        registered_by=cast["cora"],
        reviewer_id=cast["vera"],
        snapshot_seq=0,
        ruling="revised",
        reasons="Het klopt toch.",
        ruled_on=ruled_on,
    )
    session.add(appeal)
    session.flush()
    stood = {"title": complaint.title}
    kept = m.AppealSnapshot(appeal_id=appeal.id, complaint_id=complaint.id, columns=stood, promises=[], measures={})
    session.add(kept)
    return appeal


def _point_at_the_earliest(session: Session, complaint: m.Complaint) -> None:
    rows = session.scalars(select(m.Promise).where(m.Promise.complaint_id == complaint.id).order_by(m.Promise.id))
    first = next_of(Promise(**{name: getattr(row, name) for name in Promise.__dataclass_fields__}) for row in rows)
    complaint.next_due_on = first.due_on if first else None
    complaint.next_red_on = first.red_on if first else None
    complaint.next_promise = first.key if first else None
    complaint.next_statutory = first.statutory if first else False
    complaint.next_legal_on = first.legal_on if first else None
    session.flush()


APPROVED = {"approved_on": TODAY, "figures": {}}
TO_BOTH = {**APPROVED, "to_regulator_on": TODAY, "to_readers_on": TODAY}


def make_year_report(
    session: Session, cast: Cast, year: int, columns: Mapping[str, Any] = TO_BOTH, kind: str = "childcare"
) -> None:
    """Sent to the regulator and to the parents, unless `columns` say otherwise."""
    approved = {"approved_by": cast["dora"]} if columns else {}
    session.add(m.YearReport(kind=kind, year=year, maker_id=cast["cora"], **columns, **approved))
