from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from domain.entries import choice, day, form, number, optional_choice
from domain.errors import Refused
from domain.vocabulary import Channel

TODAY = date(2026, 11, 21)


def code(call: Any, *values: Any, **named: Any) -> tuple[str, str | None]:
    with pytest.raises(Refused) as refused:
        call(*values, **named)
    return refused.value.code, refused.value.field


@pytest.mark.parametrize("value", [Channel.PHONE, "phone"])
def test_a_choice_is_one_of_the_list(value: str) -> None:
    assert choice(Channel, value, "channel") is Channel.PHONE


@pytest.mark.parametrize("value", ["Phone", "pigeon", 5, ["phone"], object(), "\x00"])
def test_a_forged_choice_is_refused(value: object) -> None:
    assert code(choice, Channel, value, "channel") == ("unknown_value", "channel")


@pytest.mark.parametrize("value", [None, ""])
def test_nothing_is_missing_unless_it_is_optional(value: str | None) -> None:
    assert code(choice, Channel, value, "channel") == ("missing", "channel")
    assert optional_choice(Channel, value, "channel") is None


def test_an_optional_choice_that_was_made_is_one_of_the_list() -> None:
    assert optional_choice(Channel, "phone", "channel") is Channel.PHONE
    assert code(optional_choice, Channel, "pigeon", "channel") == ("unknown_value", "channel")


@pytest.mark.parametrize(
    ("given", "row"),
    [(1, 1), (2**53 - 1, 2**53 - 1), (2**53, 0), (0, 0), (-1, 0), (True, 0), ("5", 0), (None, 0)],
)
def test_a_number_that_no_row_can_have_is_none(given: object, row: int) -> None:
    assert number(given) == row


@pytest.mark.parametrize("on", [date(2000, 1, 1), TODAY])
def test_a_day_lies_between_its_bounds_both_included(on: date) -> None:
    assert day(on, "on", latest=TODAY) == on


@pytest.mark.parametrize(
    ("on", "refused"),
    [
        (None, "missing"),
        ("2026-11-21", "unknown_value"),
        (datetime(2026, 11, 21), "unknown_value"),  # noqa: DTZ001 - a forged value
        (date(2026, 11, 22), "in_the_future"),
        (date(1999, 12, 31), "too_long_ago"),
        (date(26, 11, 21), "too_long_ago"),  # a year of two digits
    ],
)
def test_a_day_that_is_not_right_is_refused(on: object, refused: str) -> None:
    assert code(day, on, "on", latest=TODAY) == (refused, "on")


def test_too_early_has_its_own_words() -> None:
    with pytest.raises(Refused) as refused:
        day(date(2026, 11, 1), "on", latest=TODAY, earliest=date(2026, 11, 2), too_early="before_received")

    assert (refused.value.code, refused.value.values) == ("before_received", {"earliest": date(2026, 11, 2)})


@pytest.mark.parametrize("value", ["", "a b", "x" * 37, None, 5, "a\n", "../x"])
def test_the_id_of_a_form_is_letters_digits_and_hyphens(value: object) -> None:
    assert code(form, value) == ("unknown_value", "form_id")
    assert form("0b3f-A") == "0b3f-A"
