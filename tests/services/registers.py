"""Random registers, as rows: every combination of columns that the overview counts, likely or not."""

from __future__ import annotations

import random
import secrets
from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from db import models as m
from domain.vocabulary import (
    Channel,
    CloseReason,
    Compartment,
    EventKind,
    ExternalResult,
    ExternalStage,
    Kind,
    LadderLevel,
    LetterType,
    Outcome,
    Relation,
    Ruling,
    Side,
    Status,
    SubjectType,
)
from domain.workflow import AttemptResult
from tests.conftest import TODAY, Cast
from tests.fill import make_complainant, make_complaint, make_party, make_promise
from tests.services.overview_oracle import Dossier

CATEGORIES = ("Resultaat", "Trainer en begeleiding", "Kosten en annulering")
CODES = ("ACK", "CONSULT", "DECIDE_OR_CONTACT", "RESPONSE", "PROMISED_RESPONSE", "EXPECTED_ANSWER", "APPEAL_ACK", "MEASURE")
PROCEDURES = ("HOUSE_WEEK", "WKO", "TRAINING")


def some_register(session: Session, cast: Cast, chance: random.Random, size: int, reader: str) -> None:
    """A tenth of it is about the reader."""
    for _ in range(size):
        complaint = some_complaint(session, cast, chance)
        if chance.random() < 0.1:
            make_party(session, complaint, cast[reader], chance.choice([Relation.RESPONDENT, Relation.CONFLICT]))


def some_complaint(session: Session, cast: Cast, chance: random.Random) -> m.Complaint:
    received = TODAY - timedelta(days=chance.randint(0, 1100))
    answered = received + timedelta(days=chance.randint(0, 60)) if chance.random() < 0.6 else None
    complaint = make_complaint(
        session,
        cast,
        compartment=chance.choices(list(Compartment), [20, 1, 1])[0],
        kind=chance.choices(list(Kind), [9, 1])[0],
        status=chance.choice(list(Status)),
        procedure=chance.choice(PROCEDURES),
        overlay=chance.choice([None, "HOUSE_WEEK"]),
        received_on=received,
        registered_on=min(TODAY, received + timedelta(days=chance.randint(0, 9))),
        channel=chance.choice([*list(Channel)[:4], Channel.EVALUATION_FORM]),
        subject_type=chance.choice(list(SubjectType)),
        category=chance.choice(CATEGORIES),
        unit_id=chance.choice([None, *cast.units.values()]),
        outcome=chance.choice([None, *Outcome]),
        already_resolved=chance.random() < 0.3,
        ladder_level=chance.choice(list(LadderLevel)),
        ack_variant=chance.choice([None, LetterType.ACK_ACTION, LetterType.ACK_PROMISE]),
        reopened=chance.random() < 0.1,
        taken_over=chance.random() < 0.1,
        red_flag=chance.random() < 0.1,
        external_stage=chance.choice([None, None, *ExternalStage]),
        close_reason=chance.choice([None, *CloseReason]),
        answered_on=min(TODAY, answered) if answered else None,
        handler_id=chance.choice([None, cast["hans"], cast["hilde"]]),
        reporter_id=cast["tom"],
    )
    for _ in range(chance.randint(0, 5)):
        some_promise(session, complaint, chance)
    _more(session, cast, complaint, chance)
    return complaint


def _more(session: Session, cast: Cast, complaint: m.Complaint, chance: random.Random) -> None:
    if chance.random() < 0.7:
        make_complainant(session, complaint)
    if chance.random() < 0.3:
        ruled = chance.random() < 0.8
        make_appeal(session, cast, complaint, chance.choice(list(Ruling)) if ruled else None, taken_back=chance.random() < 0.2)
    for _ in range(chance.choice([0, 0, 1, 2])):
        make_referral(session, complaint, chance.choice([None, *ExternalResult]), chance.choice([None, True, False]))
    for _ in range(chance.choice([0, 0, 1, 2])):
        due = TODAY + timedelta(days=chance.randint(-700, 40))
        done = due + timedelta(days=chance.randint(-9, 9)) if chance.random() < 0.5 else None
        make_measure(session, cast, complaint, due, done, superseded=chance.random() < 0.2)
    for _ in range(chance.choice([0, 0, 0, 1])):
        make_mediation(session, complaint, chance.choice([None, *AttemptResult]))


def some_promise(session: Session, complaint: m.Complaint, chance: random.Random) -> None:
    target = complaint.received_on + timedelta(days=chance.choice([0, 2, 7, 28, 200]))
    around = [None, *(target + timedelta(days=offset) for offset in (-2, 0, 1, 3, 9))]
    extended = chance.random() < 0.3
    paused = chance.choice([None, None, target - timedelta(days=1)])
    code = chance.choice(CODES)
    make_promise(
        session,
        complaint,
        procedure="HOUSE_WEEK" if code == "APPEAL_ACK" else chance.choice(PROCEDURES),
        code=code,
        target_on=target,
        legal_on=target + timedelta(days=chance.choice([0, 1, 3])),
        statutory=chance.random() < 0.4,
        informative=chance.random() < 0.1,
        met_on=chance.choice(around),
        extended_to=target + timedelta(days=14) if extended else None,
        notice_on=chance.choice(around) if extended else None,
        cancelled_on=chance.choice([None, None, *around]),
        paused_from=paused,
    )


# One more row of a file


def make_decision(session: Session, cast: Cast, complaint: m.Complaint, *, superseded: bool = False) -> m.Decision:
    decision = m.Decision(
        complaint_id=complaint.id, outcome="upheld", reasons="Het klopte.", decided_by=cast["hans"],
        decided_on=complaint.received_on, superseded=superseded,
    )  # fmt: skip
    session.add(decision)
    session.flush()
    return decision


def make_appeal(
    session: Session, cast: Cast, complaint: m.Complaint, ruling: Ruling | None = None, *, taken_back: bool = False
) -> m.Appeal:
    """Written down, and told once it has a ruling."""
    appeal = m.Appeal(
        complaint_id=complaint.id, form_id=str(uuid4()), decision_id=make_decision(session, cast, complaint).id,
        lodged_on=complaint.received_on, channel=Channel.EMAIL, grounds="Het klopt niet.", in_time=True,
        registered_by=cast["cora"], reviewer_id=cast["vera"], snapshot_seq=0, ruling=ruling,
        ruled_on=TODAY if ruling else None, withdrawn_on=TODAY if taken_back else None,
    )  # fmt: skip
    session.add(appeal)
    session.flush()
    return appeal


def make_referral(session: Session, complaint: m.Complaint, result: str | None = None, first: bool | None = None) -> m.Referral:
    referral = m.Referral(
        complaint_id=complaint.id, form_id=str(uuid4()), body=secrets.choice(["desk", "committee"]), stage=ExternalStage.DESK,
        initiated_by="complainant", submitted_on=complaint.received_on, result=result, internal_first=first,
    )  # fmt: skip
    session.add(referral)
    session.flush()
    return referral


def make_measure(
    session: Session, cast: Cast, complaint: m.Complaint, due: date, done: date | None = None, *, superseded: bool = False
) -> m.Measure:
    decision = make_decision(session, cast, complaint, superseded=superseded)
    measure = m.Measure(
        complaint_id=complaint.id, decision_id=decision.id, text="Rooster nakijken.", owner_id=cast["hans"], due_on=due
    )
    session.add(measure)
    session.flush()
    if done:
        session.add(m.MeasureDone(measure_id=measure.id, complaint_id=complaint.id, done_on=done, evidence="Gedaan."))
        session.flush()
    return measure


def make_event(session: Session, complaint: m.Complaint, kind: EventKind, **codes: Any) -> m.Event:
    """Past the chain: for figures only."""
    last = session.scalars(select(m.Event.seq).where(m.Event.complaint_id == complaint.id).order_by(m.Event.seq.desc())).first()
    event = m.Event(
        complaint_id=complaint.id, seq=(last or 0) + 1, kind=kind, side=Side.FILE, happened_on=complaint.received_on,
        recorded_at=complaint.registered_at, codes=codes, prev_hash="0" * 64, hash=secrets.token_hex(32),
    )  # fmt: skip
    session.add(event)
    session.flush()
    return event


def make_mediation(session: Session, complaint: m.Complaint, led_to: str | None = None) -> m.Event:
    return make_event(session, complaint, EventKind.MEDIATION, **({"result": led_to} if led_to else {}))


# As Python objects


def visible(cast: Cast, who: str, complaint: m.Complaint) -> bool:
    """In the words of docs/rechten.md, apart from who is excluded."""
    calm = not complaint.red_flag
    return {
        "cora": True,
        "dora": True,
        "piet": calm,
        "mia": calm and complaint.unit_id == cast.units["noord"],
        "hans": complaint.handler_id == cast["hans"],
    }[who]


READS_FILES = {"cora": True, "dora": True, "piet": False, "mia": True, "hans": True}


def dossiers(session: Session, cast: Cast, who: str) -> list[Dossier]:
    """Those that this reader sees."""
    excluded = set(session.scalars(select(m.Party.complaint_id).where(m.Party.account_id == cast[who], m.Party.excluded)))
    rows = session.scalars(select(m.Complaint).order_by(m.Complaint.id))
    seen = {each.id: Dossier(each) for each in rows if each.id not in excluded and visible(cast, who, each)}
    for model, name in ((m.Promise, "promises"), (m.Appeal, "appeals"), (m.Referral, "referrals")):
        _lay(seen, name, session.scalars(select(model).order_by(model.id)))  # type: ignore[attr-defined]
    superseded = {each.id: each.superseded for each in session.scalars(select(m.Decision))}
    done = {each.measure_id: each for each in session.scalars(select(m.MeasureDone))}
    for measure in session.scalars(select(m.Measure)):
        if measure.complaint_id in seen:
            gone = superseded[measure.decision_id or 0]
            seen[measure.complaint_id].measures.append((measure, done.get(measure.id), gone))
    for event in session.scalars(select(m.Event).where(m.Event.kind == EventKind.MEDIATION)):
        if event.complaint_id in seen:
            seen[event.complaint_id].mediations.append(event.codes.get("result"))
    return list(seen.values())


def _lay(seen: dict[int, Dossier], name: str, rows: Iterable[Any]) -> None:
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.complaint_id].append(row)
    for key, dossier in seen.items():
        setattr(dossier, name, found[key])
