"""The yearly review: its period, when it is due, and numbers that are too small to tell (R055-R058)."""

from __future__ import annotations

from datetime import date

import pytest

from domain.reviewing import Period, Standing, kept_total, proposed, standing

TODAY = date(2026, 11, 21)


@pytest.mark.parametrize(
    ("last_until", "since"),
    [
        (None, date(2025, 11, 22)),
        (date(2025, 12, 31), date(2026, 1, 1)),
        (date(2026, 11, 20), TODAY),
        (TODAY, TODAY),  # a second one on the same day
    ],
)
def test_a_period_begins_where_the_last_one_ended(last_until: date | None, since: date) -> None:
    assert proposed(last_until, TODAY) == Period(since, TODAY)


@pytest.mark.parametrize(
    ("due_on", "expected"),
    [
        (date(2026, 11, 20), Standing.LATE),
        (TODAY, Standing.SOON),
        (date(2026, 12, 21), Standing.SOON),
        (date(2026, 12, 22), Standing.LATER),
    ],
)
def test_the_last_day_is_in_time(due_on: date, expected: Standing) -> None:
    assert standing(due_on, TODAY) is expected


@pytest.mark.parametrize(("given", "kept"), [(None, None), (0, 0), (1, 0), (4, 0), (5, 5), (12, 12)])
def test_what_is_fewer_than_five_is_nowhere(given: int | None, kept: int | None) -> None:
    assert kept_total(given) == kept
