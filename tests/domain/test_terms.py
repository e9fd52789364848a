from __future__ import annotations

import csv
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from db.closed_days import closed_days
from domain.calendar import Calendar
from domain.facts import Fact
from domain.terms import Due, Roll, Rule, Standing, Term, Unit, add_months, due, is_rolled, raw_end, rolled

DUTCH = Calendar(frozenset(each.day for each in closed_days(2020, 2035)))
DAYS = st.dates(date(2021, 1, 1), date(2032, 12, 31))
SHORT = st.builds(
    Term,
    amount=st.integers(1, 12),
    unit=st.sampled_from([Unit.DAYS, Unit.WEEKS, Unit.WORKING_DAYS]),
)
relaxed = settings(derandomize=True, max_examples=150, deadline=None)

with (Path(__file__).parent.parent / "data" / "golden_dates.csv").open(encoding="utf-8") as file:
    GOLDEN = list(csv.DictReader(file))
UNITS = {"week(s)": Unit.WEEKS, "months": Unit.MONTHS, "working days": Unit.WORKING_DAYS}


def a_rule(amount: int | None = 6, unit: Unit = Unit.WEEKS, roll: Roll = Roll.NEXT_WORKING_DAY, **more: object) -> Rule:
    return Rule(
        procedure="TEST",
        code="RESPONSE",
        label="Antwoord",
        trigger=(Fact.RECEIVED,),
        met_by=(Fact.RESPONSE_SENT,),
        cancelled_by=(),
        standing=Standing.LAW,
        source="test",
        term=Term(amount, unit) if amount is not None else None,
        roll=roll,
        **more,  # type: ignore[arg-type]
    )


def the_day(written: str) -> date:
    return date.fromisoformat(written.split()[0])


def test_there_are_thirteen_golden_rows() -> None:
    assert len(GOLDEN) == 13


@pytest.mark.parametrize("row", GOLDEN, ids=[row["why"] for row in GOLDEN])
def test_every_golden_row_holds(row: dict[str, str]) -> None:
    amount, _, unit = row["term"].partition(" ")
    rule = a_rule(int(amount), UNITS[unit])

    found = due(rule, the_day(row["trigger_date"]), DUTCH)

    assert found == Due(the_day(row["raw_end"]), the_day(row["rolled_forward_atw"]))
    assert DUTCH.last_working_day_on_or_before(found.target_on) == the_day(row["latest_working_day_on_or_before"])


@pytest.mark.parametrize("row", GOLDEN, ids=[row["why"] for row in GOLDEN])
def test_the_golden_weekdays_are_real(row: dict[str, str]) -> None:
    for column in ("trigger_date", "raw_end", "rolled_forward_atw", "latest_working_day_on_or_before"):
        written, weekday = row[column].split()
        assert ["ma", "di", "wo", "do", "vr", "za", "zo"][date.fromisoformat(written).weekday()] == weekday


def test_a_house_promise_is_never_rolled() -> None:
    assert due(a_rule(1, Unit.WEEKS, Roll.NONE), date(2026, 11, 21), DUTCH) == Due(date(2026, 11, 28), date(2026, 11, 28))


def test_a_week_counted_from_friday_ends_on_friday() -> None:
    assert raw_end(Term(1, Unit.WEEKS), date(2026, 11, 20), DUTCH) == date(2026, 11, 27)


def test_a_term_of_no_days_ends_on_the_day_itself() -> None:
    assert due(a_rule(0, Unit.DAYS, Roll.NONE), date(2026, 11, 22), DUTCH).target_on == date(2026, 11, 22)


def test_a_month_from_the_last_of_january_ends_on_the_last_of_february() -> None:
    assert add_months(date(2027, 1, 31), 1) == date(2027, 2, 28)
    assert add_months(date(2028, 1, 31), 1) == date(2028, 2, 29)


def test_a_year_from_a_leap_day_ends_on_the_28th() -> None:
    assert raw_end(Term(1, Unit.YEARS), date(2024, 2, 29), DUTCH) == date(2025, 2, 28)


def test_months_cross_the_year_both_ways() -> None:
    assert add_months(date(2026, 12, 31), 2) == date(2027, 2, 28)
    assert add_months(date(2027, 1, 15), -2) == date(2026, 11, 15)


def test_hours_end_on_the_day_in_which_the_last_one_falls() -> None:
    assert raw_end(Term(24, Unit.HOURS), date(2026, 11, 20), DUTCH) == date(2026, 11, 21)
    assert raw_end(Term(25, Unit.HOURS), date(2026, 11, 20), DUTCH) == date(2026, 11, 22)


# Algemene termijnenwet


def test_a_term_of_three_days_gets_two_working_days() -> None:
    # Art. 2: from Wednesday 23 December 2026, Thursday 24 is the only working day until Sunday 27.
    assert rolled(Term(3, Unit.DAYS), date(2026, 12, 23), DUTCH) == date(2026, 12, 28)
    assert rolled(Term(4, Unit.DAYS), date(2026, 12, 24), DUTCH) == date(2026, 12, 29)


def test_a_term_of_two_days_only_rolls() -> None:
    # Art. 2 starts at three days: Friday to Sunday rolls to Monday, the first working day.
    assert rolled(Term(2, Unit.DAYS), date(2026, 11, 20), DUTCH) == date(2026, 11, 23)
    assert rolled(Term(3, Unit.DAYS), date(2026, 11, 20), DUTCH) == date(2026, 11, 24)


@pytest.mark.parametrize(
    ("term", "rolls"),
    [
        (Term(90, Unit.DAYS), True),
        (Term(91, Unit.DAYS), False),
        (Term(12, Unit.WEEKS), True),
        (Term(13, Unit.WEEKS), False),
        (Term(3, Unit.MONTHS), True),
        (Term(4, Unit.MONTHS), False),
        (Term(1, Unit.YEARS), False),
        (Term(24, Unit.HOURS), False),
    ],
)
def test_the_act_does_not_reach_long_terms_nor_hours_nor_years(term: Term, rolls: bool) -> None:
    assert is_rolled(term) is rolls


def test_a_term_out_of_reach_may_end_on_a_sunday() -> None:
    long = a_rule(13, Unit.WEEKS)

    found = due(long, date(2026, 11, 22), DUTCH)

    assert found.target_on == found.legal_on == date(2027, 2, 21)
    assert found.legal_on.weekday() == 6


# Dates that are given, and fixed ones


def test_a_given_date_is_the_target() -> None:
    assert due(a_rule(None, roll=Roll.NONE), date(2026, 11, 16), DUTCH, date(2026, 12, 4)).target_on == date(2026, 12, 4)


def test_a_statutory_given_date_rolls_from_a_sunday() -> None:
    found = due(a_rule(None), date(2026, 11, 16), DUTCH, date(2026, 12, 6))

    assert found == Due(date(2026, 12, 6), date(2026, 12, 7))


def test_a_rule_without_a_term_needs_a_date() -> None:
    with pytest.raises(ValueError, match=r"TEST\.RESPONSE"):
        due(a_rule(None), date(2026, 11, 16), DUTCH)


def test_of_a_term_and_a_given_date_the_earlier_counts() -> None:
    week = a_rule(1, Unit.WEEKS, Roll.NONE)

    assert due(week, date(2026, 11, 16), DUTCH, date(2026, 11, 19)).target_on == date(2026, 11, 19)
    assert due(week, date(2026, 11, 16), DUTCH, date(2026, 12, 19)).target_on == date(2026, 11, 23)


def test_a_day_that_was_named_on_the_end_of_the_term_itself_changes_nothing() -> None:
    short = a_rule(3, Unit.DAYS)  # from a Friday to a Monday: one working day, so that the Act adds the Tuesday

    assert due(short, date(2026, 11, 20), DUTCH, date(2026, 11, 23)) == due(short, date(2026, 11, 20), DUTCH)
    assert due(short, date(2026, 11, 20), DUTCH).legal_on == date(2026, 11, 24)


def test_before_the_first_of_june_is_the_31st_of_may() -> None:
    report = a_rule(None, roll=Roll.NONE, fixed=(5, 31))

    assert due(report, date(2026, 12, 31), DUTCH).target_on == date(2027, 5, 31)


# Properties


@relaxed
@given(DAYS, SHORT)
def test_the_legal_date_is_a_working_day_not_before_the_target(trigger: date, term: Term) -> None:
    found = due(a_rule(term.amount, term.unit), trigger, DUTCH)

    assert found.legal_on >= found.target_on
    assert DUTCH.is_working_day(found.legal_on)


@relaxed
@given(DAYS, DAYS, SHORT)
def test_what_starts_later_never_ends_earlier(one: date, other: date, term: Term) -> None:
    early, late = sorted((one, other))
    rule = a_rule(term.amount, term.unit)

    first, second = due(rule, early, DUTCH), due(rule, late, DUTCH)

    assert first.target_on <= second.target_on
    assert first.legal_on <= second.legal_on


@relaxed
@given(DAYS, st.integers(1, 12))
def test_weeks_keep_the_weekday(trigger: date, amount: int) -> None:
    end = raw_end(Term(amount, Unit.WEEKS), trigger, DUTCH)

    assert end.weekday() == trigger.weekday()
    assert end - trigger == timedelta(weeks=amount)


@relaxed
@given(DAYS, st.integers(1, 36))
def test_months_keep_the_day_number_or_end_on_the_last_day(trigger: date, amount: int) -> None:
    end = raw_end(Term(amount, Unit.MONTHS), trigger, DUTCH)

    assert end.day == trigger.day or (end.day < trigger.day and (end + timedelta(days=1)).day == 1)
    assert (end.year * 12 + end.month) - (trigger.year * 12 + trigger.month) == amount


@relaxed
@given(DAYS, st.integers(3, 90))
def test_a_statutory_term_of_three_days_or_more_holds_two_working_days(trigger: date, amount: int) -> None:
    end = rolled(Term(amount, Unit.DAYS), trigger, DUTCH)

    assert DUTCH.working_days_until(trigger, end) >= 2


@relaxed
@given(DAYS)
def test_a_week_always_holds_two_working_days_by_itself(trigger: date) -> None:
    week = Term(1, Unit.WEEKS)

    assert rolled(week, trigger, DUTCH) == DUTCH.roll_forward(raw_end(week, trigger, DUTCH))


@relaxed
@given(DAYS, SHORT)
def test_one_more_never_ends_earlier(trigger: date, term: Term) -> None:
    longer = Term(term.amount + 1, term.unit)

    assert raw_end(longer, trigger, DUTCH) > raw_end(term, trigger, DUTCH)
    assert rolled(longer, trigger, DUTCH) >= rolled(term, trigger, DUTCH)
