"""The yearly report: its chapters, what is missing in it, and when it is due (Wet kinderopvang 1.57b)."""

from __future__ import annotations

from datetime import date

import pytest

from domain.year_report import CHAPTERS, Chapter, Kind, Standing, due_on, keys, letter, missing, needed, of_unit, standing

CHILDCARE, INTERNAL = Kind.CHILDCARE, Kind.INTERNAL


def test_the_chapters_of_the_law_are_a_to_e_in_that_order() -> None:
    lettered = [letter(CHILDCARE, each) for each in CHAPTERS[CHILDCARE]]
    assert "".join(lettered) == "abcde"
    assert not any(letter(INTERNAL, each) for each in Chapter)


def test_every_location_has_a_text_of_its_own() -> None:
    assert keys(CHILDCARE, [3, None]) == (
        *("scheme", "attention", "handled", "judgments.3", "judgments.0", "disputes", "advice", "summary"),
    )


@pytest.mark.parametrize(
    ("kind", "texts", "handled", "disputes", "expected"),
    [
        (CHILDCARE, {}, {}, 0, ("scheme", "attention", "advice")),
        (CHILDCARE, {"scheme": "x", "attention": " \n", "advice": "x"}, {}, 0, ("attention",)),
        (CHILDCARE, {"scheme": "x", "attention": "x", "advice": "x"}, {1: 2, 2: 0, None: 1}, 0, ("judgments.1", "judgments.0")),
        (CHILDCARE, {"scheme": "x", "attention": "x", "advice": "x", "judgments.1": "x"}, {1: 2}, 1, ("disputes",)),
        (CHILDCARE, {"scheme": "x", "attention": "x", "advice": "x", "disputes": "x"}, {1: 0}, 1, ()),
        (INTERNAL, {}, {1: 5}, 3, ("learned",)),
        (INTERNAL, {"learned": "x"}, {1: 5}, 3, ()),
    ],
)
def test_what_is_missing(
    kind: Kind, texts: dict[str, str], handled: dict[int | None, int], disputes: int, expected: tuple[str, ...]
) -> None:
    assert missing(kind, texts, handled, disputes) == expected


def test_nothing_submitted_is_no_report_but_an_internal_one_is_always_there() -> None:
    assert [needed(CHILDCARE, each) for each in (0, 1)] == [False, True]
    assert needed(INTERNAL, 0)


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (date(2026, 1, 1), Standing.NONE),
        (date(2026, 3, 31), Standing.NONE),
        (date(2026, 4, 1), Standing.SOON),
        (date(2026, 5, 31), Standing.SOON),
        (date(2026, 6, 1), Standing.LATE),
        (date(2027, 2, 1), Standing.LATE),
    ],
)
def test_before_the_first_of_june(today: date, expected: Standing) -> None:
    assert due_on(2025) == date(2026, 5, 31)
    assert standing(CHILDCARE, 2025, today, sent=False) is expected
    assert standing(CHILDCARE, 2025, today, sent=True) is Standing.NONE
    assert standing(INTERNAL, 2025, today, sent=False) is Standing.NONE


def test_of_no_location_in_particular() -> None:
    assert (of_unit(7), of_unit(None)) == ("judgments.7", "judgments.0")
