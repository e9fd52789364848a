"""Each indicator against a table of cases that were reckoned by hand. Every case has a category of its own in one register."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from db import models as m
from domain.indicators import BY_KEY, INDICATORS, Measure
from domain.vocabulary import (
    Channel,
    CloseReason,
    Compartment,
    ExternalResult,
    ExternalStage,
    Kind,
    LadderLevel,
    LetterType,
    Outcome,
    Relation,
    Ruling,
    Status,
)
from domain.workflow import AttemptResult
from services import overview
from services.overview import Cut
from tests.conftest import TODAY, Cast
from tests.fill import make_complaint, make_party, make_promise
from tests.services.registers import make_appeal, make_measure, make_mediation, make_referral
from tests.services.test_board import filled

Add = Callable[[Session, Cast, m.Complaint], object]


def value(cast: Cast, key: str, case: str, who: str = "cora") -> float | None:
    return BY_KEY[key].of(overview.year(cast.actor(who), 2026, Cut(category=case)).now)


# Promises: N7, N9, N10, N11, N13, and all together

PROMISES = {
    "acknowledged_share": ("HOUSE_WEEK", "ACK"),
    "contacted_share": ("HOUSE_WEEK", "DECIDE_OR_CONTACT"),
    "reaction_share": ("HOUSE_WEEK", "RESPONSE"),
    "promised_share": ("HOUSE_WEEK", "PROMISED_RESPONSE"),
    "statutory_share": ("WKO", "RESPONSE"),
    "kept_share": ("HOUSE_WEEK", "CONSULT"),
}


def day(offset: int) -> date:
    return TODAY + timedelta(days=offset)


@dataclass(frozen=True)
class Case:
    """Dossiers with promises; days count from today."""

    expected: float | None
    promises: tuple[dict[str, Any], ...] = ()  # one dossier each
    dossier: Mapping[str, Any] = field(default_factory=dict)
    about_the_reader: bool = False


KEPT, MISSED = {"target_on": day(-3), "met_on": day(-3)}, {"target_on": day(-3)}
CASES: dict[str, Case] = {
    "nothing was promised": Case(None),
    "not due yet": Case(None, ({"target_on": day(1)},)),
    "due today": Case(None, ({"target_on": day(0)},)),
    "due yesterday": Case(0.0, ({"target_on": day(-1)},)),
    "met on the day": Case(1.0, (KEPT,)),
    "met a day late": Case(0.0, ({"target_on": day(-3), "met_on": day(-2)},)),
    "met before it is due": Case(1.0, ({"target_on": day(9), "met_on": day(-1)},)),
    "put off in time": Case(0.5, ({"target_on": day(-3), "notice_on": day(-3), "extended_to": day(9)}, KEPT)),
    "put off late": Case(0.5, ({"target_on": day(-3), "notice_on": day(-2), "extended_to": day(9)}, KEPT)),
    "put off without notice": Case(0.0, ({"target_on": day(-3), "extended_to": day(9)},)),
    "cancelled": Case(None, ({"target_on": day(-3), "cancelled_on": day(-4)},)),
    "cancelled beside one that was kept": Case(1.0, ({"target_on": day(-3), "cancelled_on": day(-4)}, KEPT)),
    "cancelled when it was red": Case(0.0, ({"target_on": day(-3), "cancelled_on": day(-2)},)),
    "its clock stands still": Case(None, ({"target_on": day(-3), "paused_from": day(-5)},)),
    "its clock stood still": Case(0.0, ({"target_on": day(-3), "paused_from": day(-9), "paused_until": day(-7)},)),
    "between target and legal day": Case(
        1.0, ({"target_on": day(-3), "legal_on": day(-1), "statutory": True, "met_on": day(-1)},)
    ),
    "legal day is today": Case(None, ({"target_on": day(-3), "legal_on": day(0), "statutory": True},)),
    "somebody else's term": Case(None, (MISSED | {"informative": True},)),
    "two of three": Case(2 / 3, (KEPT, KEPT, MISSED)),
    "anonymised": Case(1.0, (KEPT,), {"status": Status.ANONYMISED, "title": "", "description": ""}),
    "a question": Case(None, (KEPT,), {"kind": Kind.QUESTION}),
    "unwanted behaviour": Case(None, (KEPT,), {"compartment": Compartment.UNWANTED_BEHAVIOUR}),
    "received last year": Case(None, (KEPT,), {"received_on": date(2025, 12, 31)}),
    "about the reader": Case(None, (MISSED,), about_the_reader=True),
}


@pytest.mark.parametrize("profile", ["kinderopvang-welzijn"])
@pytest.mark.parametrize("key", PROMISES)
def test_a_share_of_promises(engine: Engine, cast: Cast, key: str) -> None:
    procedure, code = PROMISES[key]
    with filled(engine) as session:
        for name, case in CASES.items():
            for promise in case.promises:
                complaint = make_complaint(session, cast, category=name, **case.dossier)
                make_promise(session, complaint, **{"procedure": procedure, "code": code} | promise)
                if case.about_the_reader:
                    make_party(session, complaint, cast["cora"])

    assert {name: value(cast, key, name) for name in CASES} == {name: case.expected for name, case in CASES.items()}


# Everything else that counts dossiers, or shares of them


@dataclass(frozen=True)
class Made:
    """A dossier that counts: its columns, and what is added to it."""

    columns: Mapping[str, Any] = field(default_factory=dict)
    add: Add | None = None


def promise(code: str, **columns: Any) -> Add:
    return lambda session, _, complaint: make_promise(session, complaint, code=code, **columns)


def appeal(ruling: Ruling | None) -> Add:
    return lambda session, cast, complaint: make_appeal(session, cast, complaint, ruling)


def measure(done: date | None) -> Add:
    return lambda session, cast, complaint: make_measure(session, cast, complaint, day(-5), done)


def mediation(led_to: str) -> Add:
    return lambda session, _, complaint: make_mediation(session, complaint, led_to)


def referral(first: bool) -> Add:
    return lambda session, _, complaint: make_referral(session, complaint, None, first)


PUT_OFF = {"target_on": day(-3), "extended_to": day(9)}
ANSWERED = {"answered_on": TODAY}
INFORMAL = {"outcome": Outcome.RESOLVED_INFORMALLY}
# Of each: what counts, and what is only in the denominator (for a count: what does not count).
YES_AND_NO: dict[str, tuple[Made, Made]] = {
    "received": (Made(), Made({"kind": Kind.QUESTION})),
    "questions": (Made({"kind": Kind.QUESTION}), Made()),
    "already_resolved": (Made({"already_resolved": True}), Made()),
    "resolved_share": (Made({"already_resolved": True}), Made()),
    "evaluation": (Made({"channel": Channel.EVALUATION_FORM}), Made()),
    "action_share": (Made({"ack_variant": LetterType.ACK_ACTION}), Made({"ack_variant": LetterType.ACK_PROMISE})),
    "extended": (Made(add=promise("RESPONSE", notice_on=day(-4), **PUT_OFF)), Made(add=promise("RESPONSE"))),
    "notice_share": (
        Made(add=promise("RESPONSE", notice_on=day(-4), **PUT_OFF)),
        Made(add=promise("RESPONSE", notice_on=day(-2), **PUT_OFF)),
    ),
    "answered": (Made(ANSWERED), Made()),
    "decided": (Made({"outcome": Outcome.PARTLY}), Made()),
    "upheld_share": (Made({"outcome": Outcome.UPHELD}), Made({"outcome": Outcome.PARTLY})),
    "partly_share": (Made({"outcome": Outcome.PARTLY}), Made({"outcome": Outcome.UPHELD})),
    "not_upheld_share": (Made({"outcome": Outcome.NOT_UPHELD}), Made({"outcome": Outcome.UPHELD})),
    "no_judgment_share": (Made({"outcome": Outcome.NO_JUDGMENT}), Made({"outcome": Outcome.UPHELD})),
    "informal_share": (Made(INFORMAL), Made({"outcome": Outcome.UPHELD})),
    "measures": (Made(add=measure(None)), Made()),
    "measure_share": (Made(add=measure(day(-5))), Made(add=measure(day(-4)))),
    "solved": (Made(INFORMAL), Made({"outcome": Outcome.UPHELD})),
    "first_level_share": (Made(INFORMAL), Made(INFORMAL | {"ladder_level": LadderLevel.OUTSIDE})),
    "second_level_share": (Made(INFORMAL | {"ladder_level": LadderLevel.MANAGER}), Made(INFORMAL)),
    "third_level_share": (Made(INFORMAL | {"ladder_level": LadderLevel.COORDINATOR}), Made(INFORMAL)),
    "mediations": (Made(add=mediation(AttemptResult.PARTLY)), Made()),
    "mediation_share": (Made(add=mediation(AttemptResult.SOLVED)), Made(add=mediation(AttemptResult.DECLINED))),
    "appeals": (Made(add=promise("APPEAL_ACK")), Made()),
    "appeal_share": (Made(ANSWERED, promise("APPEAL_ACK")), Made(ANSWERED)),
    "revised_share": (Made(add=appeal(Ruling.ANNULLED)), Made(add=appeal(Ruling.CONFIRMED))),
    "external": (Made({"external_stage": ExternalStage.DESK}), Made({"external_stage": ExternalStage.INFORMED})),
    "external_direct": (Made(add=referral(False)), Made(add=referral(True))),
    "external_after": (Made(add=referral(True)), Made(add=referral(False))),
    "withdrawn": (Made({"close_reason": CloseReason.WITHDRAWN}), Made()),
    "not_handled": (Made({"close_reason": CloseReason.NOT_HANDLED}), Made()),
    "reopened": (Made({"reopened": True}), Made()),
}
APART = {"delay_median", "lead_median", "lead_p90", "notice_mean"}  # below
APART |= {"per_hundred", "confirmed_share"}  # tests/services/test_overview_besides.py
# (name, how many count, how many do not, columns, is it about the reader, does it count at all)
REGISTERS: tuple[tuple[str, int, int, dict[str, Any], bool, bool], ...] = (
    ("nothing", 0, 0, {}, False, True),
    ("one", 1, 0, {}, False, True),
    ("only another", 0, 1, {}, False, True),
    ("one of two", 1, 1, {}, False, True),
    ("three of four", 3, 1, {}, False, True),
    ("none of two", 0, 2, {}, False, True),
    ("anonymised", 1, 1, {"status": Status.ANONYMISED, "title": "", "description": ""}, False, True),
    ("a red flag", 1, 1, {"red_flag": True}, False, True),
    ("the first day of the year", 1, 0, {"received_on": date(2026, 1, 1)}, False, True),
    ("today", 1, 0, {"received_on": TODAY, "registered_on": TODAY}, False, True),
    ("about the reader", 2, 1, {}, True, False),
    ("unwanted behaviour", 1, 1, {"compartment": Compartment.UNWANTED_BEHAVIOUR}, False, False),
    ("a whistleblower's report", 1, 1, {"compartment": Compartment.WHISTLEBLOWER}, False, False),
)


def lay(session: Session, cast: Cast, made: Made, about_the_reader: bool, **columns: Any) -> None:
    complaint = make_complaint(session, cast, **{**made.columns, **columns})
    if made.add:
        made.add(session, cast, complaint)
    if about_the_reader:
        make_party(session, complaint, cast["cora"], Relation.CONFLICT)


@pytest.mark.parametrize("key", YES_AND_NO)
def test_a_count_or_a_share_of_dossiers(engine: Engine, cast: Cast, key: str) -> None:
    yes, no = YES_AND_NO[key]
    expected: dict[str, float | None] = {}
    with filled(engine) as session:
        for name, counting, others, columns, about_the_reader, counts in REGISTERS:
            for made, times in ((yes, counting), (no, others)):
                for _ in range(times):
                    lay(session, cast, made, about_the_reader, category=name, **columns)
            counting, others = (counting, others) if counts else (0, 0)
            share = counting / (counting + others) if counting + others else None
            expected[name] = share if BY_KEY[key].measure is Measure.SHARE else counting

    assert {name: value(cast, key, name) for name in expected} == expected


def test_every_indicator_has_cases() -> None:
    assert {each.key for each in INDICATORS} == {*PROMISES, *YES_AND_NO, *APART}


@pytest.mark.parametrize(
    ("key", "column"), [("lead_median", "answered_on"), ("lead_p90", "answered_on"), ("delay_median", "registered_on")]
)
def test_how_long_it_took_by_nearest_rank(engine: Engine, cast: Cast, key: str, column: str) -> None:
    received = date(2026, 3, 2)
    cases: dict[str, tuple[list[int], int | None, int | None]] = {  # days, the median, nine out of ten
        "none": ([], None, None),
        "the same day": ([0], 0, 0),
        "one": ([7], 7, 7),
        "two": ([3, 9], 3, 9),
        "three": ([9, 1, 4], 4, 9),
        "four": ([1, 2, 3, 4], 2, 4),
        "ten": (list(range(1, 11)), 5, 9),
        "eleven": (list(range(11)), 5, 9),
        "twenty": (list(range(1, 21)), 10, 18),
        "all the same": ([5] * 6, 5, 5),
        "one that took a year": ([1, 1, 1, 200], 1, 200),
        "over a leap of the clock": ([27, 28], 27, 28),
    }
    with filled(engine) as session:
        for name, (days, *_) in cases.items():
            for number in days:
                make_complaint(
                    session, cast, category=name, received_on=received, **{column: received + timedelta(days=number)}
                )

    expected = {name: (tenth if key == "lead_p90" else half) for name, (_, half, tenth) in cases.items()}
    assert {name: value(cast, key, name) for name in cases} == expected


def test_a_notice_that_names_three_promises_is_one_notice(engine: Engine, cast: Cast) -> None:
    """In time only when all of them still were."""
    with filled(engine) as session:
        complaint = make_complaint(session, cast, category="een")
        for code, target in (("RESPONSE", day(-3)), ("PROMISED_RESPONSE", day(-2)), ("DECIDE_OR_CONTACT", day(-5))):
            make_promise(session, complaint, code=code, target_on=target, notice_on=day(-4), extended_to=day(5))
        again = make_complaint(session, cast, category="twee")
        for notice in (day(-6), day(-2)):
            make_promise(session, again, target_on=notice, notice_on=notice, extended_to=day(5))
        make_promise(session, make_complaint(session, cast, category="geen"))

    keys = ("extended", "notice_share", "notice_mean")
    found = {case: tuple(value(cast, key, case) for key in keys) for case in ("een", "twee", "geen")}
    assert found == {"een": (1, 0.0, 1.0), "twee": (1, 1.0, 2.0), "geen": (0, None, None)}


def test_measures_count_in_the_period_in_which_they_are_due(engine: Engine, cast: Cast) -> None:
    cases: dict[str, tuple[date, date | None, bool, tuple[float, float | None]]] = {
        "due tomorrow": (day(1), None, False, (0, None)),
        "due today": (day(0), None, False, (0, None)),
        "due yesterday": (day(-1), None, False, (1, 0.0)),
        "done before it is due": (day(9), day(-1), False, (1, 1.0)),
        "done on the day": (day(-9), day(-9), False, (1, 1.0)),
        "done a day late": (day(-9), day(-8), False, (1, 0.0)),
        "of a decision that was replaced": (day(-9), None, True, (0, None)),
        "of one that was replaced, and done": (day(-9), day(-9), True, (1, 1.0)),
        "due last year": (date(2025, 12, 31), None, False, (0, None)),
        "due on the first day": (date(2026, 1, 1), None, False, (1, 0.0)),
    }
    with filled(engine) as session:
        for name, (due, done, replaced, _) in cases.items():
            complaint = make_complaint(session, cast, category=name, received_on=date(2025, 11, 3))
            make_measure(session, cast, complaint, due, done, superseded=replaced)

    found = {name: (value(cast, "measures", name), value(cast, "measure_share", name)) for name in cases}

    assert found == {name: expected for name, (*_, expected) in cases.items()}


def test_mediation_by_an_outside_body_counts_too(engine: Engine, cast: Cast) -> None:
    with filled(engine) as session:
        complaint = make_complaint(session, cast, category="x")
        for result in (ExternalResult.MEDIATION_SUCCEEDED, ExternalResult.MEDIATION_FAILED, ExternalResult.ADVICE):
            make_referral(session, complaint, result)

    assert (value(cast, "mediations", "x"), value(cast, "mediation_share", "x")) == (2, 0.5)


def test_an_appeal_without_a_ruling_or_taken_back_was_not_ruled_on(engine: Engine, cast: Cast) -> None:
    with filled(engine) as session:
        complaint = make_complaint(session, cast, category="x")
        make_appeal(session, cast, complaint)
        make_appeal(session, cast, complaint, Ruling.SETTLED, taken_back=True)

    assert value(cast, "revised_share", "x") is None


@pytest.mark.parametrize("key", [each.key for each in INDICATORS if each.in_file])
def test_what_stands_in_files_is_not_for_who_may_not_read_them_all(cast: Cast, key: str) -> None:
    assert value(cast, key, "", who="piet") is None
    assert value(cast, key, "", who="mia") in (0, None)
