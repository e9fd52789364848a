"""Days on which things go wrong: leap days, Easter, New Year, the nights on which the clock changes, days that cannot be, and a
server whose clock was wrong."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from domain.errors import Refused
from domain.vocabulary import EventKind, LetterType
from services import board, clocks, complaints, door, dossier, explanations, overview, steps
from services.board import BoardFilter
from tests.attacks.soundness import faults
from tests.cases import Case, an_intake
from tests.conftest import PROFILES, TODAY, Cast, at, sign_everybody_in
from tests.dossiers import On

DAYS = (
    date(2024, 2, 29),
    date(2024, 12, 31),
    date(2025, 1, 1),
    date(2025, 3, 30),  # the night without an hour between two and three
    date(2025, 4, 17),  # Maundy Thursday
    date(2025, 4, 18),
    date(2025, 4, 20),
    date(2025, 4, 21),
    date(2025, 4, 26),  # King's Day, a Saturday
    date(2025, 5, 5),
    date(2025, 10, 26),  # the night with that hour twice
    date(2025, 12, 24),
)


def looked_at(cast: Cast, reference: str) -> None:
    """Every screen that counts days."""
    cora = cast.actor("cora")
    file = dossier.read(cora, reference)
    for promise in file.promises:
        explanations.explain(cora, reference, promise.id)
        assert promise.legal_on >= promise.target_on
    board.page(cora, BoardFilter())
    board.to_do(cora)
    overview.year(cast.actor("dora"))


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("received", DAYS, ids=str)
def test_a_complaint_of_an_odd_day_goes_its_whole_way(cast: Cast, on: On, engine: Engine, profile: str, received: date) -> None:
    with on(received):
        case = Case.registered(profile, cast, received_on=received)
        looked_at(cast, case.reference)
    with on(received + timedelta(days=20)):
        case.in_progress().extend(day=3, until=30).decide(day=4).answer(day=5)
        looked_at(cast, case.reference)
    assert faults(engine) == []


@pytest.mark.parametrize(
    "moment",
    [
        datetime(2025, 3, 29, 23, 30, tzinfo=UTC),  # 00:30 here
        datetime(2025, 3, 30, 0, 59, 59, tzinfo=UTC),  # the last second before
        datetime(2025, 3, 30, 1, tzinfo=UTC),
        datetime(2025, 10, 26, 0, 30, tzinfo=UTC),  # 02:30, the first time
        datetime(2025, 10, 26, 1, 30, tzinfo=UTC),  # 02:30, the second time
        datetime(2025, 12, 31, 22, 59, 59, tzinfo=UTC),
        datetime(2025, 12, 31, 23, tzinfo=UTC),  # next year here, this year in UTC
        datetime(2024, 2, 28, 23, 30, tzinfo=UTC),
    ],
    ids=str,
)
def test_a_night_is_of_the_day_that_it_is_here(cast: Cast, engine: Engine, moment: datetime) -> None:
    here = moment.astimezone(door.AMSTERDAM).date()
    at(engine, cast, here)
    with door.clock_at(moment):
        from_session(engine, cast, moment)
        case = Case.registered("training", cast, received_on=here)
        with pytest.raises(Refused, match="in_the_future"):
            Case.registered("training", cast, received_on=here + timedelta(days=1))
        assert case.row.registered_on == here
        assert case.reference.startswith(f"K{here:%y}-")
        looked_at(cast, case.reference)


def from_session(engine: Engine, cast: Cast, moment: datetime) -> None:
    with Session(engine) as session, session.begin():
        sign_everybody_in(session, cast, moment)


def end_of(act: Callable[[], Any]) -> str:
    try:
        act()
    except Refused as refusal:
        return refusal.code
    return "done"


IMPOSSIBLE: tuple[Any, ...] = (
    date(1999, 12, 31),
    date(1, 1, 1),
    TODAY + timedelta(days=1),
    date(2099, 12, 31),
    date.max,
    datetime(2026, 11, 20, 12, tzinfo=UTC),
    None,
    "2026-11-20",
    20261120,
    1e30,
)


@pytest.mark.parametrize("value", IMPOSSIBLE, ids=str)
def test_a_day_that_cannot_be_is_refused_in_every_step(cast: Cast, engine: Engine, value: Any) -> None:
    with pytest.raises(Refused) as refusal:
        complaints.register(cast.actor("tom"), str(uuid4()), an_intake("training", cast, received_on=value))
    assert refusal.value.field == "received_on"
    case, cora = Case.registered("training", cast).in_progress(), cast.actor("cora")
    for act in (
        lambda: steps.log(cora, case.reference, EventKind.NOTE, value, "x"),
        lambda: steps.decide(cora, case.reference, case.seen, value, "upheld", "x", no_measures=True),
        lambda: steps.climb(cora, case.reference, "manager", value, "x"),
        lambda: steps.withdraw(
            cora, case.reference, case.seen, value, "phone", case.letter("cora", LetterType.PROGRESS, TODAY)
        ),
        lambda: clocks.pause(cora, case.reference, case.seen, "waiting_complainant", value, None, "x"),
        lambda: clocks.correct_receipt(cora, case.reference, case.seen, value, "x"),
        lambda: clocks.receipt_moves(cora, case.reference, value),
        lambda: steps.refer(cora, case.reference, str(uuid4()), body="other", body_name="X", stage="desk", submitted_on=value),
    ):
        with pytest.raises(Refused):
            act()
    assert faults(engine) == []


@pytest.mark.parametrize("until", [date(2099, 12, 31), date(2100, 1, 1), date.max, date(1, 1, 1)], ids=str)
def test_an_extension_and_a_pause_to_the_end_of_time(cast: Cast, engine: Engine, until: date) -> None:
    case, cora = Case.registered("training", cast).in_progress(), cast.actor("cora")
    for act in (
        lambda: case.extend(until=(until - case.received).days),
        lambda: clocks.pause(cora, case.reference, case.seen, "waiting_complainant", TODAY, until, "Wij wachten."),
        lambda: clocks.resume(cora, case.reference, case.seen, TODAY),
    ):
        assert end_of(act) not in ("database_away", "not_found")
        looked_at(cast, case.reference)
    assert faults(engine) == []


def test_a_pause_over_new_year(cast: Cast, on: On, engine: Engine) -> None:
    received = date(2025, 12, 22)
    with on(date(2025, 12, 29)):
        case = Case.registered("training", cast, received_on=received).in_progress()
        hans = cast.actor("hans")
        clocks.pause(hans, case.reference, case.seen, "waiting_complainant", date(2025, 12, 29), None, "Wij wachten.")
        looked_at(cast, case.reference)
    with on(date(2026, 1, 5)):
        looked_at(cast, case.reference)
        clocks.resume(hans, case.reference, case.seen, date(2026, 1, 5))
        looked_at(cast, case.reference)
        given_back = [each.paused_days for each in case.read().promises if each.paused_days]
    assert given_back
    assert set(given_back) == {7}
    assert faults(engine) == []


@pytest.mark.parametrize("back", [1, 20, 400, 9000])
def test_a_clock_that_was_set_back_breaks_nothing(cast: Cast, on: On, engine: Engine, back: int) -> None:
    case = Case.registered("training", cast).in_progress()
    with on(TODAY - timedelta(days=back)):
        looked_at(cast, case.reference)
        for act in (
            lambda: case.log("hans", EventKind.NOTE),
            lambda: steps.log(cast.actor("hans"), case.reference, EventKind.CONTACT, door.today_and_now()[0], "Gebeld."),
            lambda: case.decide(),
            lambda: Case.registered("training", cast, received_on=door.today_and_now()[0]),
        ):
            assert end_of(act) not in ("database_away", "not_found")
    looked_at(cast, case.reference)
    case.log("hans", EventKind.NOTE)
    assert faults(engine) == []


@pytest.mark.parametrize(
    "today", [date(1970, 1, 1), date(2000, 2, 29), date(2021, 12, 31), date(2098, 12, 31), date(9998, 12, 30)], ids=str
)
def test_a_server_that_thinks_it_is_another_century_still_answers(cast: Cast, on: On, engine: Engine, today: date) -> None:
    case = Case.registered("training", cast).in_progress()
    with on(today):
        looked_at(cast, case.reference)
        assert end_of(lambda: Case.registered("training", cast, received_on=today)) != "database_away"
        board.page(cast.actor("cora"), BoardFilter())
    assert faults(engine) == []
