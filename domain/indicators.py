"""The figures of the yearly overview, as plain formulas. Source: domain.md 5.8, denominators by decision (ADR).

A share without anything to count is None ("n.v.t."), never 0 % and never 100 %.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


def share(part: int, whole: int) -> float | None:
    """`part` of `whole`, between 0 and 1; None where there was nothing to count."""
    return part / whole if whole else None


def nearest_rank(counts: Mapping[int, int], percent: int) -> int | None:
    """The value at or below which `percent` per cent of the cases lie, by nearest rank: always a value that occurred.

    `counts` says how often each value occurred; None for no cases at all. `percent` is 1 to 100.
    """
    total = sum(counts.values())
    rank = -(-percent * total // 100)  # rounded up: the first case is number 1
    seen = 0
    for value in sorted(counts):
        seen += counts[value]
        if seen >= rank > 0:
            return value
    return None


@dataclass(frozen=True)
class Kept:
    """What became of a number of promises; cancelled ones are left out before."""

    kept: int = 0
    extended_in_time: int = 0
    extended_late: int = 0
    missed: int = 0
    open: int = 0  # not due yet: no failure, and no success either

    @property
    def due(self) -> int:
        """The denominator: what was due or already met. An extended promise was due, and not within the term."""
        return self.kept + self.extended_in_time + self.extended_late + self.missed

    @property
    def share(self) -> float | None:
        return share(self.kept, self.due)

    def __add__(self, other: Kept) -> Kept:
        return Kept(
            self.kept + other.kept,
            self.extended_in_time + other.extended_in_time,
            self.extended_late + other.extended_late,
            self.missed + other.missed,
            self.open + other.open,
        )
