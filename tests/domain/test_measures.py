"""When "did it help?" comes back, and how a measure stands."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import Refused
from domain.measures import LONGEST, MeasureState, check_on, months, state

TODAY = date(2026, 11, 21)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("done_on", "after", "expected"),
    [
        (date(2026, 5, 21), 6, date(2026, 11, 21)),
        (date(2026, 8, 31), 1, date(2026, 9, 30)),
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2027, 8, 31), 6, date(2028, 2, 29)),
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
        (date(2028, 2, 29), 24, date(2030, 2, 28)),
        (date(2026, 12, 15), 1, date(2027, 1, 15)),
        (date(2026, 12, 15), None, None),
    ],
)
def test_it_is_asked_the_chosen_months_later_or_on_the_last_day_of_a_shorter_month(
    done_on: date, after: int | None, expected: date | None
) -> None:
    assert check_on(done_on, after) == expected


@given(st.dates(date(2000, 1, 1), date(2099, 1, 1)), st.integers(1, LONGEST))
def test_it_is_asked_in_that_month_and_never_on_a_later_day_of_it(done_on: date, after: int) -> None:
    asked = check_on(done_on, after)

    assert asked is not None
    assert (asked.year - done_on.year) * 12 + asked.month - done_on.month == after
    assert asked.day == done_on.day or (asked.day < done_on.day and (asked + DAY).day == 1)


def test_who_is_done_later_is_never_asked_earlier() -> None:
    days = [date(2027, 12, 1) + timedelta(days=n) for n in range(400)]

    for after in (1, 6, 11, 24):
        asked = [check_on(each, after) or date.min for each in days]
        assert all(first <= second for first, second in pairwise(asked))


@pytest.mark.parametrize(("given_", "kept"), [(None, None), (0, None), (1, 1), (24, 24)])
def test_one_to_twenty_four_months_or_never(given_: int | None, kept: int | None) -> None:
    assert months(given_, "check_months") == kept


@pytest.mark.parametrize("forged", [-1, 25, 10**30, True, False, 1.5, "6", ""])
def test_no_other_number_of_months(forged: object) -> None:
    with pytest.raises(Refused) as refusal:
        months(forged, "check_months")

    assert (refusal.value.code, refusal.value.field) == ("unknown_value", "check_months")


@pytest.mark.parametrize(
    ("due", "done", "asked", "helped", "lapsed", "expected"),
    [
        (1, None, None, None, False, MeasureState.OPEN),
        (0, None, None, None, False, MeasureState.OPEN),
        (-1, None, None, None, False, MeasureState.OVERDUE),
        (-1, None, None, None, True, MeasureState.LAPSED),
        (-9, -3, None, None, False, MeasureState.DONE),
        (-9, -3, 1, None, False, MeasureState.DONE),
        (-9, -3, 0, None, False, MeasureState.TO_CHECK),
        (-9, -3, -1, None, True, MeasureState.TO_CHECK),
        (-9, -3, -1, "no", False, MeasureState.CHECKED),
    ],
)
def test_how_a_measure_stands(
    due: int, done: int | None, asked: int | None, helped: str | None, lapsed: bool, expected: MeasureState
) -> None:
    def at(days: int | None) -> date | None:
        return None if days is None else TODAY + timedelta(days=days)

    assert state(TODAY, TODAY + timedelta(days=due), at(done), at(asked), helped, lapsed=lapsed) is expected
