"""The indicators that are more than one number of dossiers, against tables of cases that were reckoned by hand: N6, N12, N14,
N15, N18, N20, N21, N23 and N24. N2, N25 and N26: test_overview_apart.py; N3 and N5: test_overview_besides.py; the others:
test_overview_by_hand.py.

Every case has a category of its own in one register; days count from today."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from db import models as m
from domain.indicators import BY_KEY
from domain.vocabulary import (
    Compartment,
    ExternalResult,
    ExternalStage,
    Kind,
    LadderLevel,
    Outcome,
    Relation,
    Ruling,
    Status,
)
from services import overview
from services.overview import Cut, Overview
from tests.conftest import TODAY, Cast
from tests.fill import make_complaint, make_party, make_promise
from tests.services.registers import make_appeal
from tests.services.test_board import filled


def day(offset: int) -> date:
    return TODAY + timedelta(days=offset)


@dataclass(frozen=True)
class Made:
    """One dossier. `appeals`: (ruling, taken back); `outside`: columns of its referrals; `scores`: of the two questions."""

    columns: Mapping[str, Any] = field(default_factory=dict)
    promises: tuple[Mapping[str, Any], ...] = ()
    appeals: tuple[tuple[Ruling | None, bool], ...] = ()
    outside: tuple[Mapping[str, Any], ...] = ()
    scores: tuple[int | None, int | None] | None = None
    about: bool = False  # the reader


def dossier(
    *promises: Mapping[str, Any],
    appeals: tuple[tuple[Ruling | None, bool], ...] = (),
    outside: tuple[Mapping[str, Any], ...] = (),
    scores: tuple[int | None, int | None] | None = None,
    about: bool = False,
    **columns: Any,
) -> Made:
    return Made(columns, promises, appeals, outside, scores, about)


ANONYMISED: dict[str, Any] = {"status": Status.ANONYMISED, "title": "", "description": ""}
UNWANTED: dict[str, Any] = {"compartment": Compartment.UNWANTED_BEHAVIOUR}
QUESTION: dict[str, Any] = {"kind": Kind.QUESTION}
LAST_YEAR: dict[str, Any] = {"received_on": date(2025, 12, 31)}
Cases = Mapping[str, tuple[tuple[Made, ...], Any]]


def lay(session: Session, cast: Cast, made: Made, **columns: Any) -> m.Complaint:
    complaint = make_complaint(session, cast, **{**columns, **made.columns})
    for promise in made.promises:
        make_promise(session, complaint, **promise)
    for ruling, taken_back in made.appeals:
        make_appeal(session, cast, complaint, ruling, taken_back=taken_back)
    for referral in made.outside:
        given = {"body": "desk", "stage": ExternalStage.DESK, "initiated_by": "complainant", "submitted_on": TODAY, **referral}
        session.add(m.Referral(complaint_id=complaint.id, form_id=str(uuid4()), **given))
    if made.scores is not None:
        process, outcome = made.scores
        session.add(m.Satisfaction(complaint_id=complaint.id, invited_on=TODAY, process=process, outcome=outcome))
    if made.about:
        make_party(session, complaint, cast["cora"], Relation.CONFLICT)
    return complaint


def shown(engine: Engine, cast: Cast, cases: Cases) -> dict[str, Overview]:
    with filled(engine) as session:
        for name, (dossiers, _) in cases.items():
            for made in dossiers:
                lay(session, cast, made, category=name)
    return {name: overview.year(cast.actor("cora"), 2026, Cut(category=name)) for name in cases}


def expected(cases: Cases) -> dict[str, Any]:
    return {name: result for name, (_, result) in cases.items()}


def values(found: Overview, *keys: str) -> tuple[float | None, ...]:
    return tuple(BY_KEY[key].of(found.now) for key in keys)


# N6 and N14: (answered, the median, nine out of ten, days to the registration)

LEAD: Cases = {
    "nothing": ((), (0, None, None, None)),
    "no answer yet": ((dossier(),), (0, None, None, 0)),
    "answered on the day": ((dossier(received_on=day(-3), answered_on=day(-3)),), (1, 0, 0, 0)),
    "answered today": ((dossier(received_on=day(-40), answered_on=TODAY),), (1, 40, 40, 0)),
    "one of two": ((dossier(received_on=day(-9), answered_on=day(-4)), dossier()), (1, 5, 5, 0)),
    "registered later": ((dossier(received_on=day(-9), registered_on=day(-7), answered_on=day(-4)),), (1, 5, 5, 2)),
    "of an old register": (
        (dossier(received_on=day(-9), registered_on=day(-2), answered_on=day(-4), taken_over=True),), (1, 5, 5, None),
    ),
    "withdrawn without an answer": ((dossier(status=Status.WITHDRAWN),), (0, None, None, 0)),
    "in appeal": ((dossier(received_on=day(-9), answered_on=day(-4), status=Status.IN_APPEAL),), (1, 5, 5, 0)),
    "its clock stood still": (
        (dossier(received_on=day(-30), answered_on=TODAY, paused_from=day(-20), paused_until=day(-10)),), (1, 30, 30, 0),
    ),
    "anonymised": ((dossier(received_on=day(-9), answered_on=day(-4), **ANONYMISED),), (1, 5, 5, 0)),
    "a question": ((dossier(answered_on=TODAY, **QUESTION),), (0, None, None, None)),
    "unwanted behaviour": ((dossier(answered_on=TODAY, **UNWANTED),), (0, None, None, None)),
    "about the reader": ((dossier(answered_on=TODAY, about=True),), (0, None, None, None)),
    "received last year, answered in this": ((dossier(answered_on=day(-1), **LAST_YEAR),), (0, None, None, None)),
}  # fmt: skip


def test_how_long_it_took(engine: Engine, cast: Cast) -> None:
    keys = ("answered", "lead_median", "lead_p90", "delay_median")

    assert {name: values(each, *keys) for name, each in shown(engine, cast, LEAD).items()} == expected(LEAD)


# N12: (dossiers that were put off, notices in time, notices for each)

DUE, LATER = {"target_on": day(-3)}, {"extended_to": day(9)}
IN_TIME, LATE = DUE | LATER | {"notice_on": day(-3)}, DUE | LATER | {"notice_on": day(-2)}
NONE = (0, None, None)
PUT_OFF: Cases = {
    "nothing": ((), NONE),
    "never put off": ((dossier(DUE),), NONE),
    "told on the last day": ((dossier(IN_TIME),), (1, 1.0, 1.0)),
    "told a day late": ((dossier(LATE),), (1, 0.0, 1.0)),
    "told to nobody": ((dossier(DUE | LATER),), (1, 0.0, 1.0)),
    "told between our day and that of the law": (
        (dossier(LATE | {"statutory": True, "legal_on": day(-2)}),), (1, 1.0, 1.0),
    ),
    "twice": ((dossier(IN_TIME, {"target_on": day(9), "notice_on": day(-1), "extended_to": day(20)}),), (1, 1.0, 2.0)),
    "one in time, one late": ((dossier(IN_TIME), dossier(LATE)), (2, 0.5, 1.0)),
    "one of two": ((dossier(IN_TIME), dossier(DUE)), (1, 1.0, 1.0)),
    "put off, and its clock stands still": ((dossier(IN_TIME | {"paused_from": day(-3)}),), (1, 1.0, 1.0)),
    "cancelled instead": ((dossier(DUE | {"cancelled_on": day(-4)}),), NONE),
    "somebody else's term": ((dossier(IN_TIME | {"informative": True}),), NONE),
    "anonymised": ((dossier(IN_TIME, **ANONYMISED),), (1, 1.0, 1.0)),
    "a question": ((dossier(IN_TIME, **QUESTION),), NONE),
    "about the reader": ((dossier(LATE, about=True), dossier(IN_TIME)), (1, 1.0, 1.0)),
    "received last year": ((dossier(IN_TIME, **LAST_YEAR),), NONE),
}  # fmt: skip


def test_what_was_put_off(engine: Engine, cast: Cast) -> None:
    keys = ("extended", "notice_share", "notice_mean")

    assert {name: values(each, *keys) for name, each in shown(engine, cast, PUT_OFF).items()} == expected(PUT_OFF)


# N15: (open, overdue, days since the oldest came in); received a week ago, unless said

OPEN: Cases = {
    "nothing": ((), (0, 0, None)),
    "nothing is promised": ((dossier(),), (1, 0, 7)),
    "due tomorrow": ((dossier({"target_on": day(1)}),), (1, 0, 7)),
    "due today": ((dossier({"target_on": day(0)}),), (1, 0, 7)),
    "due yesterday": ((dossier({"target_on": day(-1)}),), (1, 1, 7)),
    "past our day, not that of the law": (
        (dossier({"target_on": day(-1), "legal_on": day(1), "statutory": True}),), (1, 1, 7),  # as the board
    ),
    "met late": ((dossier(DUE | {"met_on": day(-1)}),), (1, 0, 7)),
    "put off late, and what was promised instead": ((dossier(LATE, {"target_on": day(9)}),), (1, 0, 7)),
    "put off, and late again": ((dossier(IN_TIME, {"target_on": day(-1)}),), (1, 1, 7)),
    "cancelled": ((dossier(DUE | {"cancelled_on": day(-1)}),), (1, 0, 7)),
    "its clock stands still": ((dossier(DUE | {"paused_from": day(-5)}),), (1, 0, 7)),
    "two late promises": ((dossier(DUE, {"target_on": day(-1)}),), (1, 1, 7)),
    "somebody else's term": ((dossier(DUE | {"informative": True}),), (1, 0, 7)),
    "in appeal": ((dossier(status=Status.IN_APPEAL),), (1, 0, 7)),
    "over": (
        tuple(dossier(status=each) for each in (Status.CLOSED, Status.WITHDRAWN, Status.NOT_HANDLED)), (0, 0, None),
    ),
    "a measure of what is over": ((dossier(DUE, status=Status.CLOSED),), (0, 1, None)),
    "anonymised": ((dossier(**ANONYMISED),), (0, 0, None)),
    "the oldest, of years ago": ((dossier(received_on=day(-800)), dossier()), (2, 0, 800)),
    "a question": ((dossier(DUE, **QUESTION),), (0, 0, None)),
    "unwanted behaviour": ((dossier(DUE, **UNWANTED),), (0, 0, None)),
    "about the reader": ((dossier(DUE, about=True, received_on=day(-90)), dossier()), (1, 0, 7)),
}  # fmt: skip


def test_what_is_open_today(engine: Engine, cast: Cast) -> None:
    found = {name: each.standing for name, each in shown(engine, cast, OPEN).items()}

    assert {name: (each.open, each.late, each.oldest_days) for name, each in found.items()} == expected(OPEN)


# N18: (solved, by the first, the second and the third of the steps)

SOLVED = {"outcome": Outcome.RESOLVED_INFORMALLY}
LEVELS: Cases = {
    "nothing": ((), (0, None, None, None)),
    "decided": ((dossier(outcome=Outcome.UPHELD),), (0, None, None, None)),
    "by a colleague": ((dossier(**SOLVED),), (1, 1.0, 0.0, 0.0)),
    "by the manager": ((dossier(ladder_level=LadderLevel.MANAGER, **SOLVED),), (1, 0.0, 1.0, 0.0)),
    "by the coordinator": ((dossier(ladder_level=LadderLevel.COORDINATOR, **SOLVED),), (1, 0.0, 0.0, 1.0)),
    "outside": ((dossier(ladder_level=LadderLevel.OUTSIDE, **SOLVED),), (1, 0.0, 0.0, 0.0)),
    "one of each": (tuple(dossier(ladder_level=each, **SOLVED) for each in LadderLevel), (4, 1 / 4, 1 / 4, 1 / 4)),
    "of an old register": ((dossier(taken_over=True, **SOLVED),), (1, None, None, None)),
    "one of an old register": ((dossier(taken_over=True, **SOLVED), dossier(**SOLVED)), (2, 1.0, 0.0, 0.0)),
    "anonymised": ((dossier(**SOLVED, **ANONYMISED),), (1, 1.0, 0.0, 0.0)),
    "a question": ((dossier(**SOLVED, **QUESTION),), (0, None, None, None)),
    "about the reader": ((dossier(about=True, **SOLVED),), (0, None, None, None)),
    "received last year": ((dossier(**SOLVED, **LAST_YEAR),), (0, None, None, None)),
}


def test_on_which_step_it_was_solved(engine: Engine, cast: Cast) -> None:
    keys = ("solved", "first_level_share", "second_level_share", "third_level_share")

    assert {name: values(each, *keys) for name, each in shown(engine, cast, LEVELS).items()} == expected(LEVELS)


# N20: (appeals, for each answer, rulings that changed something)

LODGED = {"code": "APPEAL_ACK", "target_on": day(5)}
ANSWERED = {"answered_on": day(-1)}
APPEALS: Cases = {
    "nothing": ((), (0, None, None)),
    "an answer": ((dossier(**ANSWERED),), (0, 0.0, None)),
    "an appeal before there was an answer": ((dossier(LODGED),), (1, None, None)),
    "one of two answers": ((dossier(LODGED, **ANSWERED), dossier(**ANSWERED)), (1, 0.5, None)),
    "two appeals in one": ((dossier(LODGED, LODGED, **ANSWERED),), (2, 2.0, None)),
    "what was promised then was cancelled": ((dossier(LODGED | {"cancelled_on": day(1)}, **ANSWERED),), (1, 1.0, None)),
    "not ruled yet": ((dossier(LODGED, appeals=((None, False),), **ANSWERED),), (1, 1.0, None)),
    "confirmed": ((dossier(appeals=((Ruling.CONFIRMED, False),)),), (0, None, 0.0)),
    "revised": ((dossier(appeals=((Ruling.REVISED, False),)),), (0, None, 1.0)),
    "annulled, one of three": (
        (dossier(appeals=((Ruling.ANNULLED, False), (Ruling.CONFIRMED, False), (Ruling.SETTLED, False))),), (0, None, 1 / 3),
    ),
    "taken back": ((dossier(appeals=((Ruling.REVISED, True),)),), (0, None, None)),
    "anonymised": ((dossier(LODGED, appeals=((Ruling.REVISED, False),), **ANSWERED, **ANONYMISED),), (1, 1.0, 1.0)),
    "about the reader": ((dossier(LODGED, appeals=((Ruling.REVISED, False),), about=True, **ANSWERED),), (0, None, None)),
    "received last year": ((dossier(LODGED, appeals=((Ruling.REVISED, False),), **LAST_YEAR),), (0, None, None)),
}  # fmt: skip


def test_what_became_of_appeals(engine: Engine, cast: Cast) -> None:
    keys = ("appeals", "appeal_share", "revised_share")

    assert {name: values(each, *keys) for name, each in shown(engine, cast, APPEALS).items()} == expected(APPEALS)


# N21: (went outside, at once, after us, by body, by what came of it)

DESK, COMMITTEE = {"body": "desk"}, {"body": "committee", "stage": ExternalStage.RULED}
UPHELD = {"result": ExternalResult.UPHELD}
NOTHING: tuple[Any, ...] = (0, 0, 0, {}, {})
OUTSIDE: Cases = {
    "nothing": ((dossier(),), NOTHING),
    "was told where to go": ((dossier(external_stage=ExternalStage.INFORMED),), NOTHING),
    "went to the desk": ((dossier(external_stage=ExternalStage.DESK, outside=(DESK,)),), (1, 0, 0, {"desk": 1}, {})),
    "at once": ((dossier(outside=(DESK | {"internal_first": False},)),), (0, 1, 0, {"desk": 1}, {})),
    "after us": ((dossier(outside=(DESK | {"internal_first": True},)),), (0, 0, 1, {"desk": 1}, {})),
    "two stages of one body": (
        (dossier(outside=(DESK | {"internal_first": True}, DESK | {"internal_first": True})),), (0, 0, 1, {"desk": 1}, {}),
    ),
    "two bodies": ((dossier(outside=(DESK, COMMITTEE | UPHELD)),), (0, 0, 0, {"desk": 1, "committee": 1}, {"upheld": 1})),
    "two dossiers": (
        (dossier(outside=(COMMITTEE | UPHELD,)), dossier(outside=(COMMITTEE | UPHELD,))),
        (0, 0, 0, {"committee": 2}, {"upheld": 2}),
    ),
    "anonymised": ((dossier(outside=(COMMITTEE | UPHELD,), **ANONYMISED),), (0, 0, 0, {"committee": 1}, {"upheld": 1})),
    "a question": ((dossier(external_stage=ExternalStage.DESK, outside=(DESK,), **QUESTION),), NOTHING),
    "unwanted behaviour": ((dossier(external_stage=ExternalStage.DESK, outside=(DESK,), **UNWANTED),), NOTHING),
    "about the reader": ((dossier(external_stage=ExternalStage.DESK, outside=(DESK,), about=True),), NOTHING),
    "received last year": ((dossier(external_stage=ExternalStage.DESK, **LAST_YEAR),), NOTHING),
}  # fmt: skip


def test_who_went_outside(engine: Engine, cast: Cast) -> None:
    def told(found: Overview) -> tuple[Any, ...]:
        tables = ({row.key: row.now for row in rows} for rows in (found.files.bodies, found.files.results))
        return (*values(found, "external", "external_direct", "external_after"), *tables)

    assert {name: told(each) for name, each in shown(engine, cast, OUTSIDE).items()} == expected(OUTSIDE)


# N23: how many of one kind stand out in Noord; today is 21 November 2026, so the twelve months begin on the 22nd

THREE = (dossier(),) * 3
REPEATS: Cases = {
    "nothing": ((), None),
    "two": ((dossier(),) * 2, None),
    "three": (THREE, 3),
    "four": ((dossier(),) * 4, 4),
    "on the first of the days": ((dossier(),) * 2 + (dossier(received_on=day(-364)),), 3),
    "a day before it": ((dossier(),) * 2 + (dossier(received_on=day(-365)),), None),
    "one elsewhere": ((dossier(),) * 2 + (dossier(unit_id="zuid"),), None),
    "about no place": ((dossier(unit_id=None),) * 3, None),
    "one is a question": ((dossier(),) * 2 + (dossier(**QUESTION),), None),
    "one was withdrawn": ((dossier(),) * 2 + (dossier(status=Status.WITHDRAWN),), 3),
    "one was anonymised": ((dossier(),) * 2 + (dossier(**ANONYMISED),), 3),
    "one is about the reader": ((dossier(),) * 2 + (dossier(about=True),), None),
    "unwanted behaviour": ((dossier(**UNWANTED),) * 3, None),
    "answered already": ((dossier(already_resolved=True, answered_on=TODAY),) * 3, 3),
}


def test_what_comes_again_and_again(engine: Engine, cast: Cast) -> None:
    with filled(engine) as session:
        for name, (dossiers, _) in REPEATS.items():
            for made in dossiers:
                unit = made.columns.get("unit_id", "noord")
                columns = {**made.columns, "unit_id": cast.units[unit] if unit else None}
                lay(session, cast, Made(columns, about=made.about), category=name)

    found = overview.year(cast.actor("cora"), 2026).signals.repeats

    assert {(each.category, each.unit): each.number for each in found} == {
        (name, "Locatie Noord"): number for name, number in expected(REPEATS).items() if number
    }


# N24: (asked, answered, how it was handled, what came of it)

NOBODY = (0, 0, None, None)
SATISFIED: Cases = {
    "nothing": ((dossier(),), NOBODY),
    "asked, no answer yet": ((dossier(scores=(None, None)),), (1, 0, None, None)),
    "one of both questions": ((dossier(scores=(4, None)),), (1, 1, Decimal(4), None)),
    "the other": ((dossier(scores=(None, 2)),), (1, 1, None, Decimal(2))),
    "both": ((dossier(scores=(1, 5)),), (1, 1, Decimal(1), Decimal(5))),
    "two of three": (
        tuple(dossier(scores=each) for each in ((4, 4), (5, 1), (None, None))), (3, 2, Decimal("4.5"), Decimal("2.5")),
    ),
    "a third": (tuple(dossier(scores=each) for each in ((4, 4), (4, 5), (5, 5))), (3, 3, Decimal("4.3"), Decimal("4.7"))),
    "half a tenth upwards": (tuple(dossier(scores=(each, 1)) for each in (4, 4, 4, 5)), (4, 4, Decimal("4.3"), Decimal(1))),
    "anonymised": ((dossier(scores=(3, 3), **ANONYMISED),), (1, 1, Decimal(3), Decimal(3))),
    "a question": ((dossier(scores=(3, 3), **QUESTION),), NOBODY),
    "unwanted behaviour": ((dossier(scores=(3, 3), **UNWANTED),), NOBODY),
    "about the reader": ((dossier(scores=(1, 1), about=True), dossier(scores=(5, 5))), (1, 1, Decimal(5), Decimal(5))),
    "received last year": ((dossier(scores=(3, 3), **LAST_YEAR),), NOBODY),
}  # fmt: skip


def test_how_complainants_thought_it_went(engine: Engine, cast: Cast) -> None:
    found = {name: each.satisfied[0] for name, each in shown(engine, cast, SATISFIED).items()}

    assert {name: (each.invited, each.answered, each.process, each.outcome) for name, each in found.items()} == expected(
        SATISFIED
    )
