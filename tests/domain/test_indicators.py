"""The formulas of the overview, against the obvious slow way."""

from __future__ import annotations

import math
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as some

from domain.indicators import Kept, nearest_rank, share


def test_a_share_of_nothing_is_not_a_number() -> None:
    assert share(0, 0) is None


@pytest.mark.parametrize(("part", "whole", "expected"), [(0, 4, 0.0), (1, 4, 0.25), (4, 4, 1.0)])
def test_a_share_is_part_of_the_whole(part: int, whole: int, expected: float) -> None:
    assert share(part, whole) == expected


# Nearest rank, worked out by hand: rank = ceil(percent * n / 100).
@pytest.mark.parametrize(
    ("days", "percent", "expected"),
    [
        ([], 50, None),
        ([7], 50, 7),
        ([7], 90, 7),
        ([1, 2], 50, 1),
        ([1, 2, 3], 50, 2),
        ([1, 2, 3, 4], 50, 2),
        (list(range(1, 11)), 90, 9),
        (list(range(1, 12)), 90, 10),
        ([0, 0, 0, 40], 90, 40),
        ([-2, 5], 50, -2),
        ([3, 3, 3], 100, 3),
        ([15, 20, 35, 40, 50], 30, 20),
        (list(range(1, 203)), 50, 101),  # 202 cases
    ],
)
def test_the_nearest_rank_is_a_value_that_occurred(days: list[int], percent: int, expected: int | None) -> None:
    assert nearest_rank(Counter(days), percent) == expected
    assert nearest_rank(dict.fromkeys(days, 0), percent) is None  # values of which there is no case any more


@given(some.lists(some.integers(-5, 400), min_size=1, max_size=60), some.integers(1, 100))
def test_the_nearest_rank_agrees_with_sorting_everything(days: list[int], percent: int) -> None:
    slow = sorted(days)[math.ceil(percent * len(days) / 100) - 1]

    assert nearest_rank(Counter(days), percent) == slow


def test_what_is_not_due_yet_is_neither_kept_nor_missed() -> None:
    promises = Kept(kept=1, open=3)

    assert promises.due == 1
    assert promises.share == 1.0


def test_only_open_promises_have_no_share() -> None:
    assert Kept(open=3).share is None


def test_an_extended_promise_was_due_and_not_within_the_term() -> None:
    promises = Kept(kept=6, extended_in_time=2, extended_late=1, missed=1)

    assert promises.due == 10
    assert promises.share == 0.6


def test_adding_up_adds_every_count() -> None:
    total = Kept(1, 2, 3, 4, 5) + Kept(10, 20, 30, 40, 50)

    assert total == Kept(11, 22, 33, 44, 55)
