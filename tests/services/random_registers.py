"""Registers that Hypothesis draws, and can shrink: written with one INSERT for each table, and as objects for the oracle.

What is drawn is as free as in tests/services/registers.py: every combination of columns that the overview counts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from hypothesis import strategies as st
from sqlalchemy import insert
from sqlalchemy.orm import Session

from db import models as m
from domain.evaluations import State
from domain.vocabulary import (
    Channel,
    CloseReason,
    Compartment,
    ComplainantType,
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
from tests.services.overview_oracle import Dossier
from tests.services.registers import CODES, PROCEDURES, visible

READERS = ("cora", "mia", "dora", "piet")
EXCLUDED = "piet"  # of a third of the dossiers; of the others each reader once in a while
AT_NIGHT = datetime(2026, 1, 1, 3, tzinfo=UTC)
# The first and the last days of years, and of twelve months and twice twelve months up to today.
EDGES = (0, 1, 324, 325, 364, 365, 689, 690, 729, 730)
OFF = (-9, -1, 0, 1, 3)  # days around a term


def sometimes(*values: Any, never: int = 1) -> st.SearchStrategy[Any]:
    """One of these, or nothing: the simplest first."""
    return st.sampled_from([None] * never + list(values))


def day(offset: int) -> date:
    return TODAY - timedelta(days=offset)


promises = st.fixed_dictionaries(
    {
        "code": st.sampled_from(CODES),
        "procedure": st.sampled_from(PROCEDURES),
        "term": st.sampled_from([7, 0, 28, 200]),
        "legal": st.sampled_from([0, 1, 3]),
        "statutory": st.booleans(),
        "informative": st.sampled_from([False] * 5 + [True]),
        "met": sometimes(*OFF, never=2),
        "extended": st.sampled_from([False, False, True]),
        "notice": sometimes(*OFF),
        "cancelled": sometimes(*OFF, never=8),
        "paused": sometimes(-1, never=4),
    }
)
measures = st.fixed_dictionaries(
    {
        "due": st.sampled_from([1, 0, -1, 40, 324, 325, 500]),
        "done": sometimes(*OFF),
        "superseded": st.sampled_from([False, False, False, True]),
    }
)
complaints = st.fixed_dictionaries(
    {
        "compartment": st.sampled_from([Compartment.REGULAR] * 8 + list(Compartment)),
        "kind": st.sampled_from([Kind.COMPLAINT] * 8 + list(Kind)),
        "status": st.sampled_from(list(Status)),
        "procedure": st.sampled_from(PROCEDURES),
        "received": st.sampled_from(EDGES) | st.sampled_from(EDGES) | st.integers(0, 800),
        "registered": st.sampled_from([0, 1, 2, 9]),
        "channel": st.sampled_from([Channel.PHONE, Channel.EMAIL, Channel.EVALUATION_FORM]),
        "subject_type": st.sampled_from(list(SubjectType)),
        "category": st.sampled_from(["Resultaat", "Kosten"]),
        "unit": st.sampled_from(["noord", "noord", "zuid", None]),
        "outcome": sometimes(*Outcome),
        "already_resolved": st.booleans(),
        "ladder_level": st.sampled_from(list(LadderLevel)),
        "ack_variant": sometimes(LetterType.ACK_ACTION, LetterType.ACK_PROMISE),
        "reopened": st.sampled_from([False, False, True]),
        "taken_over": st.sampled_from([False] * 5 + [True]),
        "red_flag": st.sampled_from([False] * 5 + [True]),
        "external_stage": sometimes(*ExternalStage, never=3),
        "close_reason": sometimes(*CloseReason),
        "answered": sometimes(0, 2, 3, 7, 8, 42, 43, never=2),
        "due": sometimes(-1, 0, 1),
        "complainant": sometimes(*ComplainantType),
    }
)


@dataclass(frozen=True)
class Case:
    columns: dict[str, Any]
    promises: list[dict[str, Any]]
    appeals: list[tuple[Ruling | None, bool]]  # was it taken back?
    referrals: list[tuple[str, ExternalResult | None, bool | None]]
    measures: list[dict[str, Any]]
    mediations: list[AttemptResult | None]
    scores: tuple[int | None, int | None] | None  # none: not asked
    review: tuple[int, bool | None, bool] | None  # which, extra action, and was it done?
    form: State | None  # of the evaluation form with its number
    excluded: frozenset[str]
    times: int


cases = st.builds(
    Case,
    columns=complaints,
    promises=st.lists(promises, max_size=3),
    appeals=st.lists(st.tuples(sometimes(*Ruling), st.booleans()), max_size=1),
    referrals=st.lists(
        st.tuples(st.sampled_from(["desk", "committee"]), sometimes(*ExternalResult), sometimes(True, False)), max_size=2
    ),
    measures=st.lists(measures, max_size=2),
    mediations=st.lists(sometimes(*AttemptResult), max_size=1),
    scores=st.none() | st.tuples(sometimes(1, 2, 5), sometimes(1, 4, 5)),
    review=st.none() | st.tuples(st.integers(0, 1), sometimes(False, True), st.booleans()),
    form=sometimes(*State, never=3),
    excluded=st.frozensets(st.sampled_from([EXCLUDED, *READERS]), max_size=2),
    times=st.sampled_from([1, 2, 3, 4]),
)


@dataclass(frozen=True)
class Form:
    """An evaluation form of which no dossier came."""

    state: State
    received: int
    about: str | None


@dataclass(frozen=True)
class Drawn:
    cases: list[Case]
    forms: list[Form]
    reference: tuple[int | None, int | None]  # clients in 2026 and in 2025
    finalised: tuple[bool, bool]  # of both reviews
    confirmed: frozenset[str]  # who says to know the procedure
    year: int

    @property
    def repeated(self) -> list[Case]:
        """One for each dossier."""
        return [case for case in self.cases for _ in range(case.times)]


registers = st.builds(
    Drawn,
    cases=st.lists(cases, min_size=1, max_size=9),
    forms=st.lists(
        st.builds(Form, st.sampled_from(list(State)), st.sampled_from([0, 324, 325, 689, 690]), sometimes(*READERS)), max_size=4
    ),
    reference=st.tuples(sometimes(1, 50), sometimes(3)),
    finalised=st.tuples(st.booleans(), st.booleans()),
    confirmed=st.frozensets(st.sampled_from([*READERS, "tom", "adam"])),
    year=st.sampled_from([2026, 2026, 2025]),
)


# As rows


Tables = dict[type[m.Base], list[dict[str, Any]]]


@dataclass
class Written:
    """The rows, and what the oracle needs besides. `left_out`: for whom what they may not see is left out."""

    drawn: Drawn
    cast: Cast
    left_out: str = ""
    tables: Tables = field(default_factory=lambda: defaultdict(list))
    dossiers: list[Dossier] = field(default_factory=list)
    excluded: dict[int, frozenset[str]] = field(default_factory=dict)  # by dossier

    def seen_by(self, who: str) -> list[Dossier]:
        return [
            each
            for each in self.dossiers
            if who not in self.excluded[each.complaint.id] and visible(self.cast, who, each.complaint)
        ]

    def save(self, session: Session) -> None:
        for table in m.Base.metadata.sorted_tables:
            rows = next((rows for model, rows in self.tables.items() if model.__table__ is table), None)
            if rows:
                session.execute(insert(table), rows)

    def add(self, model: type[m.Base], **columns: Any) -> dict[str, Any]:
        row = {"id": len(self.tables[model]) + 1, **columns} if "id" in model.__table__.c else columns
        self.tables[model].append(row)
        return row


def written(drawn: Drawn, cast: Cast, left_out: str = "") -> Written:
    w = Written(drawn, cast, left_out)
    for place, done in enumerate(drawn.finalised, start=1):
        w.add(
            m.Review, form_id=f"review {place}", since=day(300), until=day(100), frozen_on=day(100), opened_by=cast["cora"],
            opened_at=AT_NIGHT, is_open=None, finalised_by=cast["cora"] if done else None,
            finalised_on=day(10 - place) if done else None, version=1,
        )  # fmt: skip
    for number, case in enumerate(drawn.repeated):
        if left_out in case.excluded:
            continue
        row = _complaint(case, cast, number)
        if left_out and not visible(cast, left_out, m.Complaint(**row)):
            continue
        w.excluded[row["id"]] = case.excluded
        w.dossiers.append(_file(w, case, w.add(m.Complaint, **row)))
    for number, form in enumerate(drawn.forms):
        if left_out and form.about == left_out:
            continue
        row = _form(w, f"form {number}", form.state, day(form.received))
        if form.about:
            w.add(m.EvaluationAbout, evaluation_id=row["id"], account_id=cast[form.about])
    return w


def _complaint(case: Case, cast: Cast, number: int) -> dict[str, Any]:
    columns = dict(case.columns)
    received = day(columns.pop("received"))
    registered = min(TODAY, received + timedelta(days=columns.pop("registered")))
    answered, due, unit = (columns.pop(name) for name in ("answered", "due", "unit"))
    del columns["complainant"]
    return {
        **columns, "id": number + 1, "reference": f"K-{number}", "form_id": f"dossier {number}", "profile_version_id": 1,
        "received_on": received, "registered_on": registered, "registered_at": datetime.combine(registered, time(10), UTC),
        "unit_id": cast.units[unit] if unit else None, "reporter_id": cast["tom"], "title": "Koud", "description": "Te koud.",
        "discussed": "yes", "answered_on": None if answered is None else received + timedelta(days=answered),
        "next_due_on": None if due is None else TODAY + timedelta(days=due), "version": 1,
    }  # fmt: skip


def _file(w: Written, case: Case, row: dict[str, Any]) -> Dossier:
    key, cast = row["id"], w.cast
    for who in sorted(case.excluded):
        w.add(m.Party, complaint_id=key, relation=Relation.RESPONDENT, account_id=cast[who], excluded=True, added_at=AT_NIGHT)
    if case.columns["complainant"]:
        w.add(m.Complainant, complaint_id=key, type=case.columns["complainant"])
    if case.scores is not None:
        process, outcome = case.scores
        w.add(m.Satisfaction, complaint_id=key, invited_on=TODAY, process=process, outcome=outcome, version=1)
    if case.form is not None:
        _form(w, row["form_id"], case.form, row["received_on"])
    if case.review is not None:
        _reviewed(w, key, *case.review)
    return Dossier(
        complaint=m.Complaint(**row),
        promises=[m.Promise(**w.add(m.Promise, **_promise(each, row))) for each in case.promises],
        appeals=[m.Appeal(**_appeal(w, key, *each)) for each in case.appeals],
        referrals=[m.Referral(**_referral(w, key, place, *each)) for place, each in enumerate(case.referrals)],
        measures=[_measure(w, key, **each) for each in case.measures],
        mediations=[_mediation(w, key, place, each) for place, each in enumerate(case.mediations, start=1)],
    )


def _promise(drawn: dict[str, Any], row: dict[str, Any]) -> dict[str, Any]:
    target = row["received_on"] + timedelta(days=drawn["term"])

    def around(name: str) -> date | None:
        return None if drawn[name] is None else target + timedelta(days=drawn[name])

    return {
        "complaint_id": row["id"], "code": drawn["code"], "trigger_on": row["received_on"], "target_on": target,
        "procedure": "HOUSE_WEEK" if drawn["code"] == "APPEAL_ACK" else drawn["procedure"],
        "legal_on": target + timedelta(days=drawn["legal"]), "statutory": drawn["statutory"],
        "informative": drawn["informative"], "met_on": around("met"), "cancelled_on": around("cancelled"),
        "extended_to": target + timedelta(days=14) if drawn["extended"] else None,
        "notice_on": around("notice") if drawn["extended"] else None, "paused_from": around("paused"), "paused_until": None,
    }  # fmt: skip


def _decision(w: Written, key: int, superseded: bool = False) -> int:
    made = {"outcome": "upheld", "reasons": "Het klopte.", "decided_by": w.cast["hans"], "decided_on": TODAY}
    number: int = w.add(m.Decision, complaint_id=key, superseded=superseded, **made)["id"]
    return number


def _appeal(w: Written, key: int, ruling: Ruling | None, taken_back: bool) -> dict[str, Any]:
    return w.add(
        m.Appeal, complaint_id=key, form_id=f"appeal {key}", decision_id=_decision(w, key), lodged_on=TODAY,
        channel=Channel.EMAIL, grounds="Het klopt niet.", in_time=True, registered_by=w.cast["cora"], snapshot_seq=0,
        ruling=ruling, ruled_on=TODAY if ruling else None, withdrawn_on=TODAY if taken_back else None, version=1,
    )  # fmt: skip


def _referral(w: Written, key: int, place: int, body: str, result: Any, first: bool | None) -> dict[str, Any]:
    return w.add(
        m.Referral, complaint_id=key, form_id=f"referral {key} {place}", body=body, stage=ExternalStage.DESK,
        initiated_by="complainant", submitted_on=TODAY, result=result, internal_first=first,
    )  # fmt: skip


def _measure(
    w: Written, key: int, due: int, done: int | None, superseded: bool, item: int | None = None
) -> tuple[m.Measure, m.MeasureDone | None, bool]:
    on = day(due)
    row = w.add(
        m.Measure, complaint_id=key, decision_id=None if item else _decision(w, key, superseded), text="Rooster.",
        owner_id=w.cast["hans"], due_on=on, review_item_id=item,
    )  # fmt: skip
    met = None
    if done is not None:
        done_on = on + timedelta(days=done)
        met = w.add(m.MeasureDone, measure_id=row["id"], complaint_id=key, done_on=done_on, evidence="Gedaan.")
    return m.Measure(**row), m.MeasureDone(**met) if met else None, superseded


def _mediation(w: Written, key: int, place: int, led_to: AttemptResult | None) -> str | None:
    w.add(
        m.Event, complaint_id=key, seq=place, kind=EventKind.MEDIATION, side=Side.FILE, happened_on=TODAY, recorded_at=AT_NIGHT,
        codes={"result": led_to} if led_to else {}, prev_hash="0" * 64, hash=f"{key:>064}",
    )  # fmt: skip
    return led_to


def _reviewed(w: Written, key: int, place: int, extra: bool | None, done: bool) -> None:
    item = w.add(m.ReviewItem, review_id=place + 1, complaint_id=key, extra_action=extra, version=1)["id"]
    if extra:  # in no period of the figures: it is the review that counts it
        _measure(w, key, 2000, 0 if done else None, superseded=False, item=item)


def _form(w: Written, form_id: str, state: State, received_on: date) -> dict[str, Any]:
    return w.add(
        m.Evaluation, form_id=form_id, fingerprint=form_id, imported_by=w.cast["tom"], imported_at=AT_NIGHT,
        received_on=received_on, why=[], state=state, version=1,
    )  # fmt: skip


def confirmations(drawn: Drawn, cast: Cast, version_id: int) -> Iterator[dict[str, Any]]:
    for who in sorted(drawn.confirmed):
        yield {"account_id": cast[who], "profile_version_id": version_id, "confirmed_at": AT_NIGHT}
