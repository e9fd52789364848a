"""Every promise that is near or late has a ladder of its own; a dossier climbs one rung a night. Who sees it, who does not."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, timedelta

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from commands.nightly import NIGHTLY
from db import models as m
from domain.vocabulary import EventKind, LetterType, Status
from services import board, dossier, dossier_content, escalation, following
from services.board_filters import BoardFilter
from tests.cases import Case
from tests.conftest import TODAY, Cast
from tests.fill import make_complaint, make_promise

On = Callable[[date], AbstractContextManager[None]]
CHILDCARE = pytest.mark.parametrize("profile", ["kinderopvang-welzijn"])
MONDAY = date(2026, 6, 1)
LADDER = ["handler", "manager", "coordinator", "director"]


def nights(on: On, first: date, count: int) -> None:
    for day in (first + timedelta(days=each) for each in range(count)):
        with on(day):
            escalation.run(NIGHTLY)


def climbed(engine: Engine) -> dict[str, list[str]]:
    """The rungs of each promise, in the order in which they were climbed."""
    found: dict[str, list[str]] = {}
    for event in _steps(engine):
        found.setdefault(event.codes["promise"], []).append(event.codes["rung"])
    return found


def _steps(engine: Engine) -> list[m.Event]:
    with Session(engine) as session:
        return list(session.scalars(select(m.Event).where(m.Event.kind == EventKind.ESCALATED).order_by(m.Event.id)))


# Each promise its own


@CHILDCARE
def test_where_nothing_happens_every_promise_climbs_not_the_first_alone(
    engine: Engine, cast: Cast, on: On, profile: str
) -> None:
    with on(MONDAY):
        Case.registered(profile, cast, received_on=MONDAY)

    nights(on, MONDAY, 70)

    rungs = climbed(engine)
    assert set(rungs) >= {"HOUSE_WEEK.CONSULT", "HOUSE_WEEK.ACK", "HOUSE_WEEK.RESPONSE", "WKO.RESPONSE"}
    assert all(
        len(each) == len(set(each)) and each[-1] == "coordinator" for each in rungs.values()
    )  # it waits for the director
    assert rungs["WKO.RESPONSE"] == LADDER[:3]


def test_a_dossier_climbs_one_rung_a_night(engine: Engine, cast: Cast, on: On) -> None:
    two_late(engine, cast)

    for day in (TODAY, TODAY, TODAY + timedelta(days=1), TODAY + timedelta(days=1)):
        nights(on, day, 1)

    assert [(each.codes["promise"], each.happened_on) for each in _steps(engine)] == [
        ("WKO.RESPONSE", TODAY),
        ("HOUSE.RESPONSE", TODAY + timedelta(days=1)),
    ]


def two_late(engine: Engine, cast: Cast) -> None:
    """A house promise that was due before the statutory term."""
    with Session(engine) as session, session.begin():
        complaint = make_complaint(session, cast, handler_id=cast["hans"])
        make_promise(session, complaint, procedure="HOUSE", target_on=date(2026, 11, 16))
        make_promise(session, complaint, procedure="WKO", target_on=date(2026, 11, 18), statutory=True)


def test_the_statutory_term_goes_first_and_the_house_promise_is_not_forgotten(engine: Engine, cast: Cast, on: On) -> None:
    two_late(engine, cast)

    nights(on, TODAY, 21)

    assert climbed(engine) == {"WKO.RESPONSE": LADDER, "HOUSE.RESPONSE": LADDER}


def test_an_informative_or_paused_promise_climbs_never(engine: Engine, cast: Cast, on: On) -> None:
    with Session(engine) as session, session.begin():
        complaint = make_complaint(session, cast, handler_id=cast["hans"])
        make_promise(session, complaint, code="ACK", target_on=date(2026, 11, 16))
        make_promise(session, complaint, code="A", target_on=date(2026, 11, 10), informative=True)
        make_promise(session, complaint, code="B", target_on=date(2026, 11, 10), paused_from=date(2026, 11, 9))

    nights(on, TODAY, 21)

    assert climbed(engine) == {"HOUSE_WEEK.ACK": LADDER}


# In appeal


@CHILDCARE
def test_a_late_measure_does_not_keep_the_ruling_down_and_is_not_the_reviewers(
    engine: Engine, cast: Cast, on: On, profile: str
) -> None:
    case = Case.registered(profile, cast, received_on=date(2026, 8, 3)).answered(measures=1).appeal(day=9)

    nights(on, TODAY, 30)

    rungs = climbed(engine)
    assert rungs["HOUSE_WEEK.APPEAL_RULING"][0] == "handler"
    assert rungs["HOUSE_WEEK.APPEAL_RULING"][-1] == rungs["WKO.MEASURE"][-1] == "director"
    told = {each.codes["promise"]: each.codes["account"] for each in _steps(engine) if each.codes["rung"] == "handler"}
    assert told["HOUSE_WEEK.APPEAL_RULING"] == cast["vera"]
    assert told["WKO.MEASURE"] == cast["hans"]
    hers = escalation.reached(cast.actor("vera"), case.reference)
    assert {each.promise for each in hers} == {"Bevestiging beroep", "Uitspraak in beroep"}
    theirs = {each.promise for each in escalation.reached(cast.actor("cora"), case.reference)}
    assert theirs > {each.promise for each in hers}


@CHILDCARE
def test_after_her_ruling_a_reviewer_sees_no_rung_of_the_first_line(cast: Cast, on: On, profile: str) -> None:
    case = Case.registered(profile, cast, received_on=date(2026, 8, 3)).answered(measures=1).appeal(day=9).rule("confirmed")

    nights(on, TODAY, 3)

    assert escalation.reached(cast.actor("cora"), case.reference) != ()
    assert escalation.reached(cast.actor("vera"), case.reference) == ()


@pytest.mark.parametrize(
    ("code", "who"),
    [("APPEAL_RULING", "Vera Vertrouwens"), ("APPEAL_ACK", "Vera Vertrouwens"), ("MEASURE", "Hans Behandelaar")],
)
def test_in_appeal_the_board_waits_for_whose_promise_is_next(engine: Engine, cast: Cast, code: str, who: str) -> None:
    with Session(engine) as session, session.begin():
        row = make_complaint(session, cast, status=Status.IN_APPEAL, handler_id=cast["hans"])
        decision = m.Decision(complaint_id=row.id, outcome="upheld", reasons="R", decided_by=cast["hans"], decided_on=TODAY)
        session.add(decision)
        session.flush()
        session.add(
            m.Appeal(
                complaint_id=row.id, form_id="f", decision_id=decision.id, lodged_on=TODAY, channel="email", grounds="G",
                in_time=True, registered_by=cast["cora"], reviewer_id=cast["vera"], snapshot_seq=0,
            )
        )  # fmt: skip
        make_promise(session, row, code=code, target_on=TODAY)
        make_promise(session, row, code="OTHER", target_on=TODAY + timedelta(days=20))

    assert [each.waiting_for for each in board.page(cast.actor("cora"), BoardFilter()).rows] == [who]


@CHILDCARE
def test_a_reviewer_sees_a_measure_with_the_date_that_it_had(cast: Cast, profile: str) -> None:
    case = Case.registered(profile, cast, received_on=date(2026, 11, 2)).answered(measures=1).appeal().rule("confirmed")
    before = measures(cast, "vera", case.reference)
    first = next(each for each in measures(cast, "cora", case.reference) if each.text == "Maatregel 0")
    until, why = date(2026, 12, 30), "De leverancier is later."
    letter = case.letter("cora", LetterType.PROGRESS, TODAY, **following.new_date_says(first.text, until, why))
    following.move_measure(cast.actor("cora"), case.reference, case.seen, first.id, until, why, letter)

    assert until in {each.due_on for each in measures(cast, "cora", case.reference)}
    assert measures(cast, "vera", case.reference) == before


def measures(cast: Cast, who: str, reference: str) -> tuple[dossier_content.MeasureView, ...]:
    content = dossier.read(cast.actor(who), reference).content
    assert content is not None
    return content.measures


# Who else looks


def test_who_reported_it_sees_nothing_of_what_climbed(engine: Engine, cast: Cast, on: On) -> None:
    with Session(engine) as session, session.begin():
        row = make_complaint(session, cast, reference="K26-EEN", reporter_id=cast["tom"], acting_director_id=None)
        make_promise(session, row, target_on=TODAY)
        other = make_complaint(session, cast, reference="K26-TWEE", reporter_id=cast["tom"], handler_id=cast["hans"])
        make_promise(session, other, target_on=TODAY)
        session.get_one(m.Account, cast["mia"]).active = session.get_one(m.Account, cast["cora"]).active = False

    nights(on, TODAY, 4)

    tom = cast.actor("tom")
    assert escalation.reached(tom, "K26-EEN") == escalation.reached(tom, "K26-TWEE") == ()
    assert not any(row.nobody_found or row.climbed for row in board.page(tom, BoardFilter()).rows)
    assert [each.name for each in escalation.reached(cast.actor("hans"), "K26-TWEE")] == ["Hans Behandelaar"]
    assert escalation.reached(cast.actor("piet"), "K26-TWEE") == ()  # opens it, does not read it
