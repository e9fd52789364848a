"""Which rung has its turn on which day. Friday 27 November 2026 is the date promised; 25 December is closed."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.calendar import Calendar
from domain.escalation import Rung, Step, next_step

STEPS = (Step(Rung.HANDLER, -2), Step(Rung.MANAGER, 0), Step(Rung.COORDINATOR, 2), Step(Rung.DIRECTOR, 4))
FRIDAY = date(2026, 11, 27)
OPEN = Calendar()


def november(day: int) -> date:
    return date(2026, 11, 1) + timedelta(days=day - 1)


@pytest.mark.parametrize(
    ("reached", "first_day"),
    [
        (None, 25),  # Wednesday: two working days before Friday
        (Rung.HANDLER, 30),  # Monday: the first working day after it; three working days after Wednesday
        (Rung.MANAGER, 32),  # Wednesday 2 December: two working days later
        (Rung.COORDINATOR, 34),  # Friday 4 December
    ],
)
def test_each_rung_has_its_turn_on_its_day(reached: Rung | None, first_day: int) -> None:
    turns = {None: 0, Rung.HANDLER: 1, Rung.MANAGER: 2, Rung.COORDINATOR: 3}
    since = {None: None, Rung.HANDLER: november(25), Rung.MANAGER: november(30), Rung.COORDINATOR: november(32)}[reached]

    before = next_step(STEPS, reached, since, november(first_day - 1), FRIDAY, OPEN)
    now = next_step(STEPS, reached, since, november(first_day), FRIDAY, OPEN)

    assert (before, now) == (None, turns[reached])


def test_a_rung_of_which_the_day_is_not_known_does_not_hold_up_the_next() -> None:
    assert next_step(STEPS, Rung.HANDLER, None, november(30), FRIDAY, OPEN) == 1


def test_a_rung_that_the_steps_do_not_know_counts_as_the_ground() -> None:
    assert next_step(STEPS[1:], Rung.HANDLER, november(30), november(30), FRIDAY, OPEN) == 0


def test_a_weekend_climbs_nothing() -> None:
    assert next_step(STEPS, Rung.HANDLER, november(25), november(29), FRIDAY, OPEN) is None


def test_what_somebody_did_starts_the_waiting_time_anew() -> None:
    acted = date(2026, 12, 1)  # Tuesday

    assert next_step(STEPS, Rung.MANAGER, acted, date(2026, 12, 2), FRIDAY, OPEN) is None
    assert next_step(STEPS, Rung.MANAGER, acted, date(2026, 12, 3), FRIDAY, OPEN) == 2


def test_long_past_the_date_one_rung_after_the_other() -> None:
    long_after = date(2027, 3, 1)

    assert next_step(STEPS, None, None, long_after, FRIDAY, OPEN) == 0
    assert next_step(STEPS, Rung.HANDLER, long_after, long_after, FRIDAY, OPEN) is None
    assert next_step(STEPS, Rung.HANDLER, long_after, date(2027, 3, 4), FRIDAY, OPEN) == 1


def test_a_closed_day_is_no_waiting_day() -> None:
    due_on, christmas = date(2026, 12, 24), Calendar(frozenset({date(2026, 12, 25)}))

    assert next_step(STEPS, Rung.HANDLER, date(2026, 12, 22), date(2026, 12, 25), due_on, christmas) is None
    assert next_step(STEPS, Rung.HANDLER, date(2026, 12, 22), date(2026, 12, 28), due_on, christmas) == 1


def test_after_the_last_rung_nothing_climbs_any_more() -> None:
    assert next_step(STEPS, Rung.DIRECTOR, FRIDAY, date(2027, 11, 1), FRIDAY, OPEN) is None
    assert next_step((), None, None, date(2027, 11, 1), FRIDAY, OPEN) is None


@settings(derandomize=True, max_examples=300, deadline=None)
@given(st.dates(date(2024, 1, 1), date(2030, 1, 1)), st.integers(-15, 30), st.lists(st.integers(-15, 30), max_size=8))
def test_the_first_rung_has_its_turn_when_the_board_says_soon(due_on: date, days: int, closed: list[int]) -> None:
    """Two working days or less: the same words as domain.promises.flag."""
    from domain.promises import SOON_DAYS

    calendar = Calendar(frozenset(due_on + timedelta(days=each) for each in closed))
    today = due_on + timedelta(days=days)

    near = next_step(STEPS, None, None, today, due_on, calendar) == 0

    assert near == (due_on <= calendar.last_day_within(today, SOON_DAYS))
