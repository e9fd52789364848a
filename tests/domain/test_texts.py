"""What people type, and what of it is refused."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import Refused
from domain.texts import LONGEST, LONGEST_LINE, clean, line, required, surname_key

HALF_A_SIGN = chr(0xD800)  # what a broken program leaves of an emoji


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (None, ""),
        ("", ""),
        ("  Goed \n", "Goed"),
        ("een\r\ntwee\rdrie\nvier", "een\ntwee\ndrie\nvier"),
        ("naam:\tJan", "naam:\tJan"),
        ("cafe\u0301", "caf\u00e9"),  # NFC: one letter with its accent
        ("\u2460", "\u2460"),  # a circled 1 stays one: what was typed is not rewritten
    ],
)
def test_a_text_is_kept_as_it_was_typed(typed: str | None, kept: str) -> None:
    assert clean(typed) == kept


@pytest.mark.parametrize("bad", ["een\x00twee", "bel\x07", "weg\x1b[31m", f"half {HALF_A_SIGN}"])
def test_what_no_reader_can_see_is_refused_with_the_field(bad: str) -> None:
    with pytest.raises(Refused) as refused:
        clean(bad, "title")

    assert (refused.value.code, refused.value.field) == ("text_unreadable", "title")


@pytest.mark.parametrize("forged", [7, ["tekst"], {"a": 1}, b"tekst"])
def test_something_else_than_text_is_refused_with_the_field(forged: Any) -> None:
    with pytest.raises(Refused) as refused:
        clean(forged, "title")

    assert (refused.value.code, refused.value.field) == ("text_unreadable", "title")


def test_a_text_may_be_as_long_as_it_may_be() -> None:
    assert len(clean("a" * 20_000)) == LONGEST == 20_000

    with pytest.raises(Refused) as refused:
        clean(" " + "a" * 20_001, "description")

    assert (refused.value.code, refused.value.field) == ("text_too_long", "description")
    assert refused.value.values == {"longest": 20_000, "length": 20_001}  # without what was trimmed


def test_a_line_is_one_line_of_at_most_two_hundred_signs() -> None:
    assert line(" een\n twee\t drie ") == "een twee drie"
    assert line(None) == ""
    assert len(line("a" * LONGEST_LINE)) == LONGEST_LINE == 200

    with pytest.raises(Refused) as refused:
        line("a" * 201, "name")

    assert (refused.value.code, refused.value.field) == ("text_too_long", "name")
    assert refused.value.values["longest"] == 200


def test_a_line_can_be_held_shorter_but_never_to_nothing() -> None:
    assert line("abc", longest=3) == "abc"
    assert line("a", longest=0) == "a"
    with pytest.raises(Refused, match="text_too_long"):
        line("abcd", longest=3)
    with pytest.raises(Refused, match="text_too_long"):
        line("ab", longest=0)


@pytest.mark.parametrize("nothing", [None, "", "  \n", "\u200b", "\u2060 \u200d"])
def test_a_text_of_invisible_signs_is_missing(nothing: str | None) -> None:
    with pytest.raises(Refused) as refused:
        required(nothing, "reasons")

    assert (refused.value.code, refused.value.field) == ("missing", "reasons")


@pytest.mark.parametrize("enough", ["a", "7", "!", "€"])
def test_a_letter_a_number_a_stop_or_a_symbol_is_a_text(enough: str) -> None:
    assert required(f" {enough} ", "reasons") == enough


def test_a_required_text_has_its_own_length_and_names_its_field() -> None:
    assert required("abc", "reason", 3) == "abc"
    with pytest.raises(Refused) as refused:
        required("abcd", "reason", 3)

    assert (refused.value.code, refused.value.field) == ("text_too_long", "reason")


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Karel de Vries", "vries"),
        ("Zoë Éclair", "eclair"),
        ("GROẞ", "gross"),
        ("Vries", "vries"),
        ("Jan  van\nDijk ", "dijk"),
        ("", ""),
        (None, ""),
        ("\uff28ans", "hans"),  # typed in wide letters
    ],
)
def test_a_surname_is_found_however_it_is_written(name: str | None, key: str) -> None:
    assert surname_key(name) == key


@given(st.text(max_size=60))
def test_a_clean_text_stays_as_it_is(typed: str) -> None:
    try:
        tidy = clean(typed)
    except Refused:
        return

    assert clean(tidy) == tidy
