"""Small numbers in what leaves the team: left out, together with as many others as it takes that nobody subtracts them.

What it promises. Whoever knows everything that is published, and that "<5" stands for one to four, finds for each number that
was left out at least two values that fit. So no number that was left out can be computed, over rows, columns or totals. It
promises nothing about what somebody knows from elsewhere, nor about another file with the same dossiers in other groups.

How. Every number belongs to one row and one column, a total to its row and to the column of totals. Numbers that may change
together without changing what is published form a ring: one more here, one less there. Each small number is put on the ring
that costs least; whatever of that ring would be published is left out too. Rings in a table of rows and columns are all there
is to find: two ways to fill it in differ by rings (a network flow). Leaving out more breaks no ring, so one pass is enough.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from enum import Enum, StrEnum
from heapq import heappop, heappush
from typing import Final, NamedTuple, TypeVar

THRESHOLD = 5  # fewer than so many is small


class Suppressed(StrEnum):
    """What stands where a number was left out."""

    SMALL = "<5"  # one to four
    HIDDEN = "–"  # any number: with it a small one could be computed


class Total(Enum):
    """The key of the row with totals, and of the column; equal to no name of a group."""

    ALL = "total"


TOTAL: Final = Total.ALL
Row = TypeVar("Row", bound=Hashable)
Column = TypeVar("Column", bound=Hashable)


class _Place(NamedTuple):
    row: Hashable
    column: Hashable


class _Node(NamedTuple):
    """A row or a column as a place where rings meet."""

    is_row: bool
    key: Hashable


class _Move(NamedTuple):
    """One more (or one less) at `place`: leads to another row or column."""

    cost: int
    place: _Place
    more: bool
    to: _Node


_RELABEL, _ZERO, _MARGIN = 1, 10**6, 10**9  # what it costs to leave out, besides the number itself


def suppress(
    table: Mapping[tuple[Row, Column], int], threshold: int = THRESHOLD
) -> dict[tuple[Row | Total, Column | Total], int | Suppressed]:
    """`table`: how many, by row and column, none negative; what is not in it counts as zero. Answers every cell with the
    totals of rows, columns and everything, under TOTAL; for one list of groups, give them one column.

    The total of everything is published as it is, from `threshold` on: other tables of the same file may show it. Below that
    nothing is split, and only a table without anything shows its zeros. A zero stays, unless a ring needs it.
    """
    known = _with_totals(table)
    if any(value < 0 for value in known.values()):
        raise ValueError("a count is not negative")
    everything = known.get(_Place(TOTAL, TOTAL), 0)
    if 0 < everything < threshold:
        hidden: dict[_Place, int | Suppressed] = dict.fromkeys(known, Suppressed.HIDDEN)
        return _keyed(hidden | {_Place(TOTAL, TOTAL): Suppressed.SMALL})
    return _keyed(_Rings(known, threshold).closed())


def shown(value: int | Suppressed, threshold: int = THRESHOLD) -> int | str:
    """For a cell of a file; "<5" with the threshold that was used."""
    if isinstance(value, Suppressed):
        return f"<{threshold}" if value is Suppressed.SMALL else value.value
    return value


def _keyed(found: Mapping[_Place, int | Suppressed]) -> dict[tuple[Row | Total, Column | Total], int | Suppressed]:
    return {(place.row, place.column): value for place, value in found.items()}  # type: ignore[misc]


def _with_totals(table: Mapping[tuple[Row, Column], int]) -> dict[_Place, int]:
    rows, columns = list(dict.fromkeys(row for row, _ in table)), list(dict.fromkeys(column for _, column in table))
    known = {_Place(row, column): table.get((row, column), 0) for row in rows for column in columns}
    for row in rows:
        known[_Place(row, TOTAL)] = sum(known[_Place(row, column)] for column in columns)
    for column in columns:
        known[_Place(TOTAL, column)] = sum(known[_Place(row, column)] for row in rows)
    if known:
        known[_Place(TOTAL, TOTAL)] = sum(table.values())
    return known


class _Rings:
    def __init__(self, known: Mapping[_Place, int], threshold: int) -> None:
        self.known, self.threshold = known, threshold
        self.left_out: dict[_Place, Suppressed] = {}
        self.near: dict[_Node, list[Hashable]] = {}  # of a row the columns where something was left out, and the reverse
        for place, value in known.items():
            if 0 < value < threshold:
                self._leave_out(place, Suppressed.SMALL)
        self.rows = list(dict.fromkeys(place.row for place in known))
        self.columns = list(dict.fromkeys(place.column for place in known))

    def closed(self) -> dict[_Place, int | Suppressed]:
        safe: set[_Place] = set()
        for place in list(self.left_out):
            if place not in safe:
                ring = self._ring(place)
                for each, more in ring.items():
                    if self._costs(each, more):
                        self._leave_out(each, Suppressed.HIDDEN)
                safe |= ring.keys()
        return {place: self.left_out.get(place, value) for place, value in self.known.items()}

    def _leave_out(self, place: _Place, how: Suppressed) -> None:
        if place not in self.left_out:
            self.near.setdefault(_Node(True, place.row), []).append(place.column)
            self.near.setdefault(_Node(False, place.column), []).append(place.row)
        self.left_out[place] = how

    def _ring(self, place: _Place) -> dict[_Place, bool]:
        """The cheapest one through this place: what gets one more (true) or one less. There always is one: the total of
        everything is at least the threshold, so something else can give what this one takes."""
        ways = list(self._ways(place, free=True)) or list(self._ways(place, free=False))
        return min(ways, key=lambda each: each[:2])[2]

    def _ways(self, place: _Place, *, free: bool) -> Iterator[tuple[int, bool, dict[_Place, bool]]]:
        """`free`: only those that cost nothing, which are quick to find."""
        for more in (True, False):
            costs = self._costs(place, more)
            if (more or self.known[place]) and not (free and costs):
                start, end = _ends(place, more)
                way = self._way(end, start, place, free)
                if way is not None:
                    yield way[0] + costs, not more, way[1] | {place: more}

    def _way(self, start: _Node, end: _Node, but: _Place, free: bool) -> tuple[int, dict[_Place, bool]] | None:
        """The cheapest way from `start` to `end` that does not use `but` (Dijkstra)."""
        best: dict[_Node, int] = {start: 0}
        came: dict[_Node, tuple[_Node, _Move]] = {}
        queue: list[tuple[int, int, _Node]] = [(0, 0, start)]
        number = 0
        while queue:
            cost, _, node = heappop(queue)
            if node == end:
                return cost, dict(_back(came, start, end))
            if cost > best[node]:
                continue
            for move in self._moves(node, but, free):
                if cost + move.cost < best.get(move.to, cost + move.cost + 1):
                    best[move.to], came[move.to] = cost + move.cost, (node, move)
                    number += 1
                    heappush(queue, (cost + move.cost, number, move.to))
        return None

    def _moves(self, node: _Node, but: _Place, free: bool) -> Iterator[_Move]:
        for other in self.near.get(node, ()) if free else self.columns if node.is_row else self.rows:
            place = _Place(node.key, other) if node.is_row else _Place(other, node.key)
            if place in (but, _Place(TOTAL, TOTAL)):
                continue
            more = _ends(place, True)[0] == node
            costs = self._costs(place, more)
            if (more or self.known[place]) and not (free and costs):
                yield _Move(costs, place, more, _Node(not node.is_row, other))

    def _costs(self, place: _Place, more: bool) -> int:
        """Nothing when this number was left out and may change so; else what is lost."""
        value = self.known[place]
        match self.left_out.get(place):
            case Suppressed.HIDDEN:
                return 0
            case Suppressed.SMALL:
                return 0 if 0 < value + (1 if more else -1) < self.threshold else _RELABEL
        margin = _MARGIN if TOTAL in place else 0
        return margin + (value + _RELABEL if value else _ZERO) + 1


def _ends(place: _Place, more: bool) -> tuple[_Node, _Node]:
    """From and to: one more in a cell goes from its row to its column; in a total of a row or a column the other way."""
    row, column = _Node(True, place.row), _Node(False, place.column)
    forward = (place.row is TOTAL) == (place.column is TOTAL)
    return (row, column) if forward == more else (column, row)


def _back(came: Mapping[_Node, tuple[_Node, _Move]], start: _Node, end: _Node) -> Iterator[tuple[_Place, bool]]:
    node = end
    while node != start:
        node, move = came[node]
        yield move.place, move.more
