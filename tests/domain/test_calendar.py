from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from db.closed_days import closed_days, decree_days, statutory_days
from domain.calendar import Calendar

DUTCH = Calendar(frozenset(each.day for each in closed_days(2020, 2035)))
DAYS = st.dates(date(2021, 1, 1), date(2033, 12, 31))
relaxed = settings(derandomize=True, max_examples=150, deadline=None)


def easter(year: int) -> date:
    """The anonymous Gregorian computus (Meeus): an oracle that shares nothing with the package."""
    a, b, c = year % 19, year // 100, year % 100
    d, e = divmod(b, 4)
    g = (b - (b + 8) // 25 + 1) // 3
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 22 * m) // 451
    month, day = divmod(h + m - 7 * n + 114, 31)
    return date(year, month, day + 1)


def recognised(year: int) -> set[date]:
    """Algemene termijnenwet art. 3(1) and (2), without the two Sundays that need no entry."""
    sunday = easter(year)
    king = date(year, 4, 27)
    if king.weekday() == 6:
        king -= timedelta(days=1)
    moving = {sunday + timedelta(days=shift) for shift in (-2, 1, 39, 50)}
    return moving | {king, date(year, 1, 1), date(year, 5, 5), date(year, 12, 25), date(year, 12, 26)}


@pytest.mark.parametrize("year", range(2020, 2036))
def test_the_holidays_of_a_year_are_those_of_the_act(year: int) -> None:
    sunday = easter(year)

    found = {each.day for each in statutory_days(year)}

    assert found - {sunday, sunday + timedelta(days=49)} == recognised(year)


def test_the_fifth_of_may_is_a_holiday_every_year() -> None:
    assert all(not DUTCH.is_working_day(date(year, 5, 5)) for year in range(2020, 2036))


def test_names_are_dutch_whatever_the_machine_speaks() -> None:
    names = {each.name for each in statutory_days(2026)}

    assert {"Nieuwjaarsdag", "Goede vrijdag", "Koningsdag", "Hemelvaartsdag"} <= names


def test_the_decree_days_are_the_published_ones() -> None:
    published = "28-04-2023 19-05-2023 10-05-2024 27-12-2024 30-05-2025 02-01-2026 15-05-2026 07-05-2027 28-04-2028 26-05-2028"

    found = [each.day.strftime("%d-%m-%Y") for each in decree_days()]

    assert found == published.split()
    assert all(each.source and each.name for each in decree_days())


def test_a_day_like_a_decree_day_is_not_one() -> None:
    assert DUTCH.is_working_day(date(2027, 4, 26))
    assert DUTCH.is_working_day(date(2026, 5, 4))


def test_two_working_days_over_ascension_skip_the_decree_day() -> None:
    assert DUTCH.add_working_days(date(2026, 5, 12), 2) == date(2026, 5, 18)


def test_the_longest_roll_is_the_christmas_of_2024() -> None:
    assert DUTCH.roll_forward(date(2024, 12, 25)) == date(2024, 12, 30)


def test_zero_working_days_on_is_the_day_itself_even_on_a_sunday() -> None:
    assert DUTCH.add_working_days(date(2026, 11, 22), 0) == date(2026, 11, 22)


def test_working_days_until_a_past_day_are_negative() -> None:
    assert DUTCH.working_days_until(date(2026, 11, 27), date(2026, 11, 20)) == -5
    assert DUTCH.working_days_until(date(2026, 11, 20), date(2026, 11, 27)) == 5
    assert DUTCH.working_days_until(date(2026, 11, 20), date(2026, 11, 22)) == 0


def test_a_calendar_without_holidays_still_has_weekends() -> None:
    assert Calendar().roll_forward(date(2026, 12, 26)) == date(2026, 12, 28)
    assert Calendar().is_working_day(date(2026, 12, 25))


@relaxed
@given(DAYS)
def test_rolling_ends_on_a_working_day_and_rolling_again_changes_nothing(day: date) -> None:
    rolled = DUTCH.roll_forward(day)

    assert DUTCH.is_working_day(rolled)
    assert DUTCH.roll_forward(rolled) == rolled
    assert 0 <= (rolled - day).days <= 5


@relaxed
@given(DAYS, DAYS)
def test_a_later_day_never_rolls_to_an_earlier_one(one: date, other: date) -> None:
    early, late = sorted((one, other))

    assert DUTCH.roll_forward(early) <= DUTCH.roll_forward(late)


@relaxed
@given(DAYS)
def test_the_last_working_day_before_and_the_first_one_after_hold_no_working_day_between(day: date) -> None:
    before, after = DUTCH.last_working_day_on_or_before(day), DUTCH.roll_forward(day)

    assert DUTCH.is_working_day(before)
    assert before <= day <= after
    assert DUTCH.working_days_until(before, after) <= 1


@relaxed
@given(DAYS, st.integers(1, 40))
def test_adding_working_days_counts_exactly_that_many(day: date, amount: int) -> None:
    end = DUTCH.add_working_days(day, amount)

    assert DUTCH.is_working_day(end)
    assert sum(DUTCH.is_working_day(day + timedelta(days=n)) for n in range(1, (end - day).days + 1)) == amount
    assert DUTCH.working_days_until(day, end) == amount


@relaxed
@given(DAYS, st.integers(1, 40))
def test_going_back_lands_on_a_working_day_as_many_days_before(day: date, amount: int) -> None:
    start = DUTCH.add_working_days(day, -amount)

    assert DUTCH.is_working_day(start)
    assert sum(DUTCH.is_working_day(start + timedelta(days=n)) for n in range((day - start).days)) == amount


@relaxed
@given(DAYS, st.integers(-400, 400))
def test_working_days_until_is_counting_day_by_day(today: date, distance: int) -> None:
    day = today + timedelta(days=distance)
    early, late = sorted((today, day))
    counted = sum(DUTCH.is_working_day(early + timedelta(days=n)) for n in range(1, (late - early).days + 1))

    assert DUTCH.working_days_until(today, day) == (counted if day >= today else -counted)


@relaxed
@given(DAYS, st.integers(0, 10))
def test_the_last_day_within_some_working_days_is_really_the_last(today: date, amount: int) -> None:
    last = DUTCH.last_day_within(today, amount)

    assert DUTCH.working_days_until(today, last) == amount
    assert DUTCH.working_days_until(today, last + timedelta(days=1)) == amount + 1
