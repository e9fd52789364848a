"""Small numbers are left out, and whoever tries everything that fits what was published learns none of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product
from random import Random
from typing import Any

import pytest

from domain.suppression import TOTAL, Suppressed, shown, suppress

SMALL, HIDDEN = Suppressed.SMALL, Suppressed.HIDDEN
Published = Mapping[tuple[Any, Any], int | Suppressed]


class Attacker:
    """Knows everything that was published, and that "<5" is one to four. Tries every table of whole numbers that fits, row
    by row; knows nothing of how the table was made."""

    def __init__(self, published: Published, most: int) -> None:
        self.published = published
        self.rows = [row for row, column in published if column is TOTAL and row is not TOTAL]
        self.columns = [column for row, column in published if row is TOTAL and column is not TOTAL]
        self.most = most

    def fits(self, value: int, said: int | Suppressed) -> bool:
        return said is HIDDEN or (1 <= value <= 4 if said is SMALL else value == said)

    def choices(self, row: Any) -> list[tuple[int, ...]]:
        cells = [self.published[row, column] for column in self.columns]
        possible = [[v for v in range(self.most + 1) if self.fits(v, each)] for each in cells]
        found = product(*possible)
        return [each for each in found if sum(each) <= self.most and self.fits(sum(each), self.published[row, TOTAL])]

    def values(self) -> dict[tuple[Any, Any], set[int]]:
        """Of each number that was left out: every value that fits."""
        options = [self.choices(row) for row in self.rows]
        found: dict[tuple[Any, Any], set[int]] = {each: set() for each, said in self.published.items() if not _is_number(said)}
        for table in self._tables(options):
            for place in found:
                found[place].add(self._value(table, place))
        return found

    def _tables(self, options: list[list[tuple[int, ...]]]) -> Iterator[tuple[tuple[int, ...], ...]]:
        for table in product(*options):
            columns = [sum(each) for each in zip(*table, strict=True)]
            right = all(self.fits(n, self.published[TOTAL, name]) for n, name in zip(columns, self.columns, strict=True))
            if right and self.fits(sum(columns), self.published[TOTAL, TOTAL]):
                yield table

    def _value(self, table: tuple[tuple[int, ...], ...], place: tuple[Any, Any]) -> int:
        rows = range(len(self.rows)) if place[0] is TOTAL else [self.rows.index(place[0])]
        columns = range(len(self.columns)) if place[1] is TOTAL else [self.columns.index(place[1])]
        return sum(table[row][column] for row in rows for column in columns)


def _is_number(said: object) -> bool:
    return isinstance(said, int)


def table_of(*rows: tuple[int, ...]) -> dict[tuple[int, str], int]:
    return {(number, "abcdefg"[place]): value for number, row in enumerate(rows) for place, value in enumerate(row)}


def computed(published: Published, most: int) -> list[tuple[Any, Any]]:
    """What the attacker knows although it was left out."""
    return [place for place, values in Attacker(published, most).values().items() if len(values) < 2]


def is_true(published: Published, table: Mapping[tuple[Any, Any], int]) -> bool:
    """What is published as a number is that number, and what is published as small is small."""
    rows, columns = {row for row, _ in table}, {column for _, column in table}
    for (row, column), said in published.items():
        value = sum(n for (r, c), n in table.items() if row in (TOTAL, r) and column in (TOTAL, c))
        if said is SMALL and not 1 <= value <= 4:
            return False
        if said is not SMALL and said is not HIDDEN and (said != value or 1 <= value <= 4):
            return False
    return len(published) == (len(rows) + 1) * (len(columns) + 1)


def test_the_attacker_finds_what_is_only_left_out_by_itself() -> None:
    """Else the tests below would say nothing."""
    naive: Published = {
        (0, "a"): SMALL, (1, "a"): 7, (0, TOTAL): SMALL, (1, TOTAL): 7, (TOTAL, "a"): 10, (TOTAL, TOTAL): 10,
    }  # fmt: skip

    assert Attacker(naive, 12).values() == {(0, "a"): {3}, (0, TOTAL): {3}}


def test_enough_for_everybody_is_published_as_it_is() -> None:
    found = suppress(table_of((5, 0), (6, 12)))

    assert found == {
        (0, "a"): 5, (0, "b"): 0, (1, "a"): 6, (1, "b"): 12,
        (0, TOTAL): 5, (1, TOTAL): 18, (TOTAL, "a"): 11, (TOTAL, "b"): 12, (TOTAL, TOTAL): 23,
    }  # fmt: skip


def test_of_one_list_the_smallest_other_goes_too() -> None:
    found = suppress({("noord", "nu"): 3, ("oost", "nu"): 40, ("west", "nu"): 9, ("zuid", "nu"): 0})

    assert [found[each, "nu"] for each in ("noord", "oost", "west", "zuid")] == [SMALL, 40, HIDDEN, 0]
    assert found[TOTAL, TOTAL] == 52


def test_two_small_ones_that_are_known_by_their_sum_do_not_stay_small() -> None:
    """Four and four is the only way to make eight of twice at most four."""
    found = suppress({("noord", "nu"): 4, ("zuid", "nu"): 4})

    assert computed(found, 10) == []
    assert found[TOTAL, TOTAL] == 8
    assert sorted(found[each, "nu"] for each in ("noord", "zuid")) == [SMALL, HIDDEN]


def test_below_the_threshold_nothing_is_split() -> None:
    found = suppress(table_of((3, 0), (0, 1)))

    assert found[TOTAL, TOTAL] is SMALL
    assert set(found.values()) == {SMALL, HIDDEN}
    assert list(found.values()).count(SMALL) == 1


def test_nothing_at_all_is_nothing() -> None:
    assert suppress({}) == {}
    assert set(suppress(table_of((0, 0), (0, 0))).values()) == {0}


def test_a_group_can_be_called_total() -> None:
    found = suppress({("total", "total"): 3, ("b", "total"): 9})

    assert len(found) == 6
    assert found[TOTAL, TOTAL] == 12
    assert found["total", "total"] is SMALL


def test_another_threshold() -> None:
    found = suppress({("a", 1): 9, ("b", 1): 30, ("c", 1): 11}, threshold=10)

    assert [found[each, 1] for each in "abc"] == [SMALL, 30, HIDDEN]
    assert shown(SMALL, 10) == "<10"
    assert (shown(SMALL), shown(HIDDEN), shown(7)) == ("<5", "–", 7)


def test_a_count_below_zero_is_a_fault() -> None:
    with pytest.raises(ValueError, match="negative"):
        suppress({("a", 1): -1})


def test_every_small_list_keeps_its_secret() -> None:
    """All lists of one to three groups of at most seven each, and of four of at most five."""
    for size, most in ((1, 7), (2, 7), (3, 7), (4, 4)):
        for values in product(range(most + 1), repeat=size):
            if list(values) != sorted(values):
                continue  # the order does not matter
            table = {(number, "nu"): value for number, value in enumerate(values)}
            found = suppress(table)
            assert computed(found, sum(values) + 1) == [], values
            assert is_true(found, table), values


@pytest.mark.parametrize("seed", range(25))
def test_no_number_that_was_left_out_can_be_computed_over_rows_and_columns(seed: int) -> None:
    random = Random(seed)
    rows, columns = random.choice([(2, 2), (2, 3), (3, 2)])
    values = [0, 0, 1, 1, 2, 3, 4, 4, 5, 6]
    table = table_of(*(tuple(random.choice(values) for _ in range(columns)) for _ in range(rows)))

    found = suppress(table)

    assert computed(found, min(sum(table.values()), 13)) == [], table
    assert is_true(found, table)


@pytest.mark.parametrize("seed", range(20))
def test_in_a_large_table_every_number_that_was_left_out_can_move(seed: int) -> None:
    """Too large to try everything: the rings are looked for in another way, by one step of a walk in every direction."""
    random = Random(seed)
    table = table_of(*(tuple(random.choice([0, 0, 0, 1, 2, 4, 5, 9, 30]) for _ in range(7)) for _ in range(15)))

    found = suppress(table)

    assert is_true(found, table)
    assert unmoved(found, table) == []
    zeros = [place for place, value in table.items() if value == 0]
    assert sum(found[each] == 0 for each in zeros) >= len(zeros) * 0.9


def unmoved(published: Published, table: Mapping[tuple[Any, Any], int]) -> list[tuple[Any, Any]]:
    """Which numbers that were left out are in no ring of numbers that may change, by walking from each."""
    rows, columns = {row for row, _ in table}, {column for _, column in table}
    arcs: dict[Any, set[tuple[Any, tuple[Any, Any]]]] = {}
    for (row, column), said in published.items():
        value = sum(n for (r, c), n in table.items() if row in (TOTAL, r) and column in (TOTAL, c))
        for step in (1, -1):
            if (said is HIDDEN and value + step >= 0) or (said is SMALL and 1 <= value + step <= 4):
                ends = [("row", row), ("column", column)]
                if ((row is TOTAL) != (column is TOTAL)) != (step == -1):
                    ends.reverse()
                arcs.setdefault(ends[0], set()).add((ends[1], (row, column)))
    assert rows
    assert columns
    stuck = []
    for (row, column), said in published.items():
        if isinstance(said, Suppressed):
            here, there = ("row", row), ("column", column)
            if not any(_reached(arcs, one, other, (row, column)) for one, other in ((here, there), (there, here))):
                stuck.append((row, column))
    return stuck


def _reached(arcs: Mapping[Any, set[tuple[Any, Any]]], start: Any, end: Any, but: Any) -> bool:
    if not any(to == start and place == but for to, place in arcs.get(end, ())):
        return False
    seen, waiting = {start}, [start]
    while waiting:
        for to, place in arcs.get(waiting.pop(), ()):
            if place != but and to not in seen:
                seen.add(to)
                waiting.append(to)
    return end in seen
