"""How a promise stands on a day: states, red days, flags."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from db.closed_days import closed_days
from domain.calendar import Calendar
from domain.promises import (
    Promise,
    PromiseState,
    first_red_day,
    flag,
    is_open,
    is_paused,
    next_of,
    promise_flag,
    state,
)
from domain.vocabulary import Flag

DUTCH = Calendar(frozenset(each.day for each in closed_days(2020, 2035)))
FRIDAY = date(2026, 11, 27)
HOUSE = Promise("HOUSE_WEEK", "RESPONSE", date(2026, 11, 20), FRIDAY, FRIDAY)
# Six weeks from 24 March 2026: raw end on 5 May, a holiday.
STATUTORY = Promise("WKO", "RESPONSE", date(2026, 3, 24), date(2026, 5, 5), date(2026, 5, 6), statutory=True)
DAYS = st.dates(date(2025, 1, 1), date(2027, 12, 31))
relaxed = settings(derandomize=True, max_examples=150, deadline=None)


def test_a_house_promise_is_red_the_day_after_its_target() -> None:
    assert first_red_day(HOUSE) == date(2026, 11, 28)
    assert state(HOUSE, FRIDAY) is PromiseState.OPEN
    assert state(HOUSE, date(2026, 11, 28)) is PromiseState.MISSED


def test_a_statutory_term_is_red_the_day_after_its_legal_date() -> None:
    assert first_red_day(STATUTORY) == date(2026, 5, 7)
    assert state(STATUTORY, date(2026, 5, 6)) is PromiseState.OPEN
    assert state(STATUTORY, date(2026, 5, 7)) is PromiseState.MISSED


def test_met_on_the_last_day_is_kept_whenever_that_was_entered() -> None:
    kept = replace(HOUSE, met_on=FRIDAY)

    assert state(kept, date(2028, 1, 1)) is PromiseState.KEPT


def test_met_a_day_late_is_missed_though_it_was_met() -> None:
    late = replace(HOUSE, met_on=date(2026, 11, 28))

    assert state(late, date(2026, 11, 28)) is PromiseState.MISSED
    assert not is_open(late)


def test_a_statutory_answer_on_the_rolled_day_is_kept() -> None:
    assert state(replace(STATUTORY, met_on=date(2026, 5, 6)), date(2026, 6, 1)) is PromiseState.KEPT
    assert state(replace(STATUTORY, met_on=date(2026, 5, 7)), date(2026, 6, 1)) is PromiseState.MISSED


@pytest.mark.parametrize(
    ("notice_on", "expected"),
    [
        (date(2026, 11, 26), PromiseState.EXTENDED_IN_TIME),
        (FRIDAY, PromiseState.EXTENDED_IN_TIME),
        (date(2026, 11, 28), PromiseState.EXTENDED_LATE),
    ],
)
def test_an_extension_is_in_time_when_the_notice_left_on_or_before_the_target(notice_on: date, expected: PromiseState) -> None:
    moved = replace(HOUSE, extended_to=date(2026, 12, 11), notice_on=notice_on)

    assert state(moved, date(2026, 12, 20)) is expected


def test_what_was_red_already_is_not_washed_by_cancelling_it() -> None:
    assert state(replace(HOUSE, cancelled_on=FRIDAY), date(2026, 12, 20)) is PromiseState.CANCELLED
    assert state(replace(HOUSE, cancelled_on=date(2026, 11, 28)), date(2026, 12, 20)) is PromiseState.MISSED


def test_an_informative_term_is_never_red() -> None:
    window = replace(HOUSE, informative=True)

    assert state(window, date(2030, 1, 1)) is PromiseState.INFORMATIVE
    assert promise_flag(window, date(2030, 1, 1), DUTCH) is Flag.NONE
    assert state(replace(window, met_on=date(2030, 1, 1)), date(2030, 1, 2)) is PromiseState.KEPT
    assert state(replace(window, cancelled_on=date(2030, 1, 1)), date(2030, 1, 2)) is PromiseState.CANCELLED


# Flags


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (date(2026, 11, 24), Flag.ON_TIME),
        (date(2026, 11, 25), Flag.SOON),
        (date(2026, 11, 26), Flag.SOON),
        (FRIDAY, Flag.TODAY),
        (date(2026, 11, 28), Flag.LATE),
        (date(2027, 11, 28), Flag.LATE),
    ],
)
def test_a_house_promise_is_amber_two_working_days_before_and_red_after(today: date, expected: Flag) -> None:
    assert promise_flag(HOUSE, today, DUTCH) is expected


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (date(2026, 4, 29), Flag.ON_TIME),
        (date(2026, 4, 30), Flag.SOON),  # 5 May is a holiday: Friday and Monday are the two working days
        (date(2026, 5, 5), Flag.TODAY),
        (date(2026, 5, 6), Flag.LATE),
        (date(2026, 5, 7), Flag.LEGAL_PASSED),
    ],
)
def test_a_statutory_term_is_late_between_its_dates_and_passed_after_them(today: date, expected: Flag) -> None:
    assert promise_flag(STATUTORY, today, DUTCH) is expected


def test_a_promise_that_is_not_open_has_no_flag() -> None:
    assert promise_flag(replace(HOUSE, met_on=FRIDAY), date(2027, 1, 1), DUTCH) is Flag.NONE
    assert flag(None, None, FRIDAY, DUTCH) is Flag.NONE


def test_a_dossier_says_that_the_law_was_broken_even_behind_an_older_house_promise() -> None:
    old = replace(HOUSE, target_on=date(2026, 4, 1), legal_on=date(2026, 4, 1))

    soonest = next_of([old, STATUTORY])

    assert soonest is not None
    assert soonest.key == "HOUSE_WEEK.RESPONSE"
    assert soonest.legal_on == date(2026, 5, 6)
    assert flag(soonest.due_on, soonest.legal_on, date(2026, 5, 6), DUTCH) is Flag.LATE
    assert flag(soonest.due_on, soonest.legal_on, date(2026, 5, 7), DUTCH) is Flag.LEGAL_PASSED


def test_the_earliest_open_promise_is_next_and_on_one_day_the_statutory_one() -> None:
    law = replace(STATUTORY, target_on=FRIDAY, legal_on=FRIDAY)
    met = replace(HOUSE, target_on=date(2026, 1, 1), met_on=date(2026, 1, 1))
    informative = replace(HOUSE, target_on=date(2026, 1, 1), informative=True)

    soonest = next_of([HOUSE, met, informative, law])

    assert soonest is not None
    assert (soonest.key, soonest.statutory, soonest.red_on) == ("WKO.RESPONSE", True, date(2026, 11, 28))
    assert next_of([met, informative]) is None


# Properties


optional = st.none() | DAYS
promises = st.builds(
    lambda trigger, days, roll, statutory, met, notice, moved, cancelled, informative: Promise(
        "P",
        "RESPONSE",
        trigger,
        trigger + timedelta(days=days),
        trigger + timedelta(days=days + roll),
        statutory,
        informative,
        met,
        notice if moved else None,
        moved,
        cancelled,
    ),
    DAYS,
    st.integers(0, 60),
    st.integers(0, 5),
    st.booleans(),
    optional,
    DAYS,
    optional,
    optional,
    st.booleans(),
)


@relaxed
@given(promises, DAYS)
def test_only_an_open_promise_changes_with_the_days(promise: Promise, today: date) -> None:
    later = today + timedelta(days=500)

    if not is_open(promise) or promise.informative:
        assert state(promise, today) is state(promise, later)
    else:
        assert state(promise, today) in (PromiseState.OPEN, PromiseState.MISSED)


@relaxed
@given(promises, DAYS)
def test_an_open_promise_is_red_exactly_from_its_first_red_day(promise: Promise, today: date) -> None:
    plain = replace(promise, met_on=None, extended_to=None, notice_on=None, cancelled_on=None, informative=False)
    red = today >= first_red_day(plain)

    assert (state(plain, today) is PromiseState.MISSED) == red
    if red:
        assert promise_flag(plain, today, DUTCH) is (Flag.LEGAL_PASSED if plain.statutory else Flag.LATE)


@relaxed
@given(promises, DAYS)
def test_flags_only_get_worse(promise: Promise, today: date) -> None:
    plain = replace(promise, met_on=None, extended_to=None, notice_on=None, cancelled_on=None, informative=False)
    worst_first = list(Flag)

    now, tomorrow = (promise_flag(plain, day, DUTCH) for day in (today, today + timedelta(days=1)))

    assert worst_first.index(tomorrow) <= worst_first.index(now)


# Standing still


def test_a_clock_of_which_nobody_knows_the_end_is_neither_on_time_nor_late() -> None:
    waiting = replace(HOUSE, paused_from=date(2026, 11, 25))

    assert promise_flag(waiting, date(2026, 11, 25), DUTCH) is Flag.PAUSED
    assert promise_flag(waiting, date(2027, 5, 1), DUTCH) is Flag.PAUSED


def test_a_pause_with_an_end_is_a_date_like_any_other() -> None:
    # Six days, until Tuesday 1 December: the Friday became Thursday 3 December.
    thursday = date(2026, 12, 3)
    known = replace(
        HOUSE,
        target_on=thursday,
        legal_on=thursday,
        paused_from=date(2026, 11, 25),
        paused_until=date(2026, 12, 1),
        paused_days=6,
    )

    assert promise_flag(known, date(2026, 11, 30), DUTCH) is Flag.ON_TIME
    assert promise_flag(known, date(2026, 12, 1), DUTCH) is Flag.SOON
    assert promise_flag(known, date(2026, 12, 4), DUTCH) is Flag.LATE


def test_the_day_on_which_a_pause_ends_is_a_running_day_again() -> None:
    known = replace(HOUSE, paused_from=date(2026, 11, 25), paused_until=date(2026, 12, 1))

    assert [is_paused(known, date(2026, 11, day)) for day in (24, 25, 30)] == [False, True, True]
    assert not is_paused(known, date(2026, 12, 1))


def test_a_dossier_without_a_date_stands_still_or_has_no_promise() -> None:
    assert flag(None, None, FRIDAY, DUTCH, paused=True) is Flag.PAUSED
    assert flag(None, None, FRIDAY, DUTCH) is Flag.NONE
