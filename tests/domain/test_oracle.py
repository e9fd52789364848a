"""The engine against a walk of one day at a time (`oracle.py`), and our closed days against the `holidays` package.

Three times 10,000 examples; 15 to 35 seconds in all.
"""

from __future__ import annotations

from datetime import date

import holidays
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from db.closed_days import closed_days, decree_days, statutory_days
from domain.calendar import Calendar
from domain.terms import Term, Unit, raw_end, rolled
from tests.domain import oracle

DUTCH = Calendar(frozenset(each.day for each in closed_days(2020, 2035)))
DAYS = st.dates(date(2024, 1, 1), date(2030, 12, 31))
LONGEST = {Unit.HOURS: 200, Unit.DAYS: 130, Unit.WORKING_DAYS: 60, Unit.WEEKS: 20, Unit.MONTHS: 14, Unit.YEARS: 3}


def terms(*units: Unit) -> st.SearchStrategy[Term]:
    return st.one_of([st.builds(Term, amount=st.integers(1, LONGEST[unit]), unit=st.just(unit)) for unit in units])


ALL = terms(*Unit)
IN_AN_ACT = terms(*(unit for unit in Unit if unit is not Unit.WORKING_DAYS))  # no Act that is used here counts in working days
thorough = settings(derandomize=True, max_examples=10_000, deadline=None)


def test_every_unit_of_the_engine_is_tried() -> None:
    assert set(LONGEST) == set(Unit)


@thorough
@given(DAYS, ALL)
def test_a_term_ends_where_a_walk_of_one_day_at_a_time_ends(start: date, term: Term) -> None:
    assert raw_end(term, start, DUTCH) == oracle.end_of(term.amount, term.unit.value, start)


@thorough
@given(DAYS, IN_AN_ACT)
def test_a_statutory_term_ends_where_the_walk_under_the_act_ends(start: date, term: Term) -> None:
    assert rolled(term, start, DUTCH) == oracle.legal_end_of(term.amount, term.unit.value, start)


@thorough
@given(DAYS, st.integers(0, 60))
def test_working_days_are_counted_as_on_the_fingers(start: date, amount: int) -> None:
    assert DUTCH.add_working_days(start, amount) == oracle.add_working_days(start, amount)


def test_a_term_of_one_working_day_is_no_term_of_three_days() -> None:
    # Art. 2 begins at a term of three days: one working day from a Friday is Monday, though three days lie between.
    friday = date(2024, 1, 5)

    assert rolled(Term(1, Unit.WORKING_DAYS), friday, DUTCH) == date(2024, 1, 8)


def test_no_short_term_from_any_day_of_seven_years_is_left_to_chance() -> None:
    start = date(2024, 1, 1)
    while start.year < 2031:
        for amount in range(8):
            term = Term(amount, Unit.DAYS)
            assert rolled(term, start, DUTCH) == oracle.legal_end_of(amount, "days", start), (start, amount)
        start += oracle.ONE_DAY


# Closed days


def as_the_package_has_them(year: int) -> set[date]:
    return set(holidays.country_holidays("NL", years=year, categories=("public", "optional")))


@pytest.mark.parametrize("year", range(2000, 2100))
def test_our_closed_days_are_those_of_the_package(year: int) -> None:
    ours = {each.day for each in statutory_days(year)}
    sundays = {oracle.easter_sunday(year), oracle.easter_sunday(year) + 49 * oracle.ONE_DAY}

    assert ours - sundays == as_the_package_has_them(year) - sundays
    assert date(year, 5, 5) in ours


@pytest.mark.parametrize("year", range(2014, 2100))
def test_our_closed_days_are_those_of_the_act(year: int) -> None:
    ours = {each.day for each in statutory_days(year)}
    sundays = {oracle.easter_sunday(year), oracle.easter_sunday(year) + 49 * oracle.ONE_DAY}

    assert ours - sundays == oracle.holidays_of(year)


def test_the_package_by_itself_forgets_the_fifth_of_may() -> None:
    forgotten = [year for year in range(2024, 2031) if date(year, 5, 5) not in holidays.country_holidays("NL", years=year)]

    assert forgotten == [2024, 2026, 2027, 2028, 2029]


def test_no_package_knows_the_days_that_were_equated_by_decree() -> None:
    equated = {each.day for each in decree_days()}

    assert {day.isoformat() for day in equated} == set(oracle.EQUATED)
    assert not any(day in as_the_package_has_them(day.year) for day in equated)
