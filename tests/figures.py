"""The figures of security.md section 3: measured against their target in a test, and printed together at the end of the run."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

EVERYTHING = os.environ.get("WEERKLANK_ATTACK") == "all"  # make attack; otherwise a sample
_PROPERTY = "figure"


def so_many(everything: int, sample: int) -> int:
    """How many tries this run makes."""
    return everything if EVERYTHING else sample


@dataclass(frozen=True)
class Figures:
    """Of one test. A figure that misses its target fails the test, and is printed all the same."""

    _item: pytest.Item

    def equal(self, number: str, what: str, got: float, target: float) -> None:
        self._note(number, what, got, f"= {target:g}", got == target)

    def at_least(self, number: str, what: str, got: float, target: float) -> None:
        self._note(number, what, got, f">= {target:g}", got >= target)

    def at_most(self, number: str, what: str, got: float, target: float) -> None:
        self._note(number, what, got, f"<= {target:g}", got <= target)

    def _note(self, number: str, what: str, got: float, target: str, held: bool) -> None:
        self._item.user_properties.append((_PROPERTY, [number, what, f"{got:g}", target, held]))
        assert held, f"{number}: {what}: {got:g}, target {target}"


@pytest.fixture
def figures(request: pytest.FixtureRequest) -> Figures:
    return Figures(request.node)


def lines(terminalreporter: Any) -> Iterator[str]:
    """One line per figure, by number: what was measured, the target, whether it held."""
    reports = [each for kind in ("passed", "failed") for each in terminalreporter.stats.get(kind, []) if each.when == "call"]
    found = [tuple(value) for each in reports for name, value in each.user_properties if name == _PROPERTY]
    for number, what, got, target, held in sorted(found, key=lambda each: (int(each[0][1:].rstrip("ab")), each[1])):
        yield f"{number:<5} {'ok  ' if held else 'MISS'} {what}: {got} (target {target})"
