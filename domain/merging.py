"""Two people changed the same form: what each of them changed since both saw the same, and how their words go together.

A value is what a field holds. Nothing and an empty text are the same value.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_WORDS = re.compile(r"\s+|[^\s]+")
_WITH_SPACE = re.compile(r"\S+\s*|\s+")
_UNSEEN = object()


@dataclass(frozen=True)
class Merged:
    """By field, each in one of the three or in none of them (nobody changed it, or both in the same way)."""

    values: Mapping[str, Any]  # what goes on in the form: of a clash what I typed
    taken: tuple[str, ...]  # only they changed it
    kept: tuple[str, ...]  # only I did
    clashes: tuple[str, ...]  # both did, each in their own way


def merge(base: Mapping[str, Any], theirs: Mapping[str, Any], mine: Mapping[str, Any]) -> Merged:
    """`base`: what both started from. A field of which that is not known clashes where the two differ; what I did not
    touch (it is not in `mine`) is as it was."""
    values = dict(mine)
    taken: list[str] = []
    kept: list[str] = []
    clashes: list[str] = []
    for name, now in theirs.items():
        before, typed = base.get(name, _UNSEEN), mine.get(name, base.get(name, now))
        if same(typed, now):
            values[name] = typed
        elif same(before, typed):
            values[name] = now
            taken.append(name)
        else:
            (kept if same(before, now) else clashes).append(name)
    return Merged(values, tuple(taken), tuple(kept), tuple(clashes))


def same(one: Any, other: Any) -> bool:
    """Spaces around a text, and how its lines end, are nobody's change."""
    return bool(_tidy(one) == _tidy(other))


def _tidy(value: Any) -> Any:
    if isinstance(value, str):
        return "\n".join(value.splitlines()).strip()
    return "" if value is None else tuple(value) if isinstance(value, list) else value


def together(base: str, theirs: str, mine: str) -> str:
    """Every word that either of the two added or kept; where both changed the same place, theirs and then mine. Whoever
    asked for it reads it over."""
    start, said = _split(base), []
    at = 0
    for here, to, first, second in _regions(start, _split(theirs), _split(mine)):
        said += [*start[at:here], _joined("".join(start[here:to]), "".join(first), "".join(second))]
        at = to
    return "".join([*said, *start[at:]])


def _joined(before: str, theirs: str, mine: str) -> str:
    if theirs == mine or mine == before:
        return theirs
    if theirs == before:
        return mine
    apart = "" if not theirs or not mine or theirs[-1].isspace() or mine[0].isspace() else " "
    return f"{theirs}{apart}{mine}"


def _regions(start: list[str], theirs: list[str], mine: list[str]) -> Iterator[tuple[int, int, list[str], list[str]]]:
    """Where the base was changed: from, to, and what each of the two has in its place. What touches, but for spaces, is one
    place: two sentences are not woven through each other."""
    first, second = _changes(start, theirs), _changes(start, mine)
    edges = sorted({(here, to) for here, to, *_ in (*first, *second)})
    while edges:
        here, to = edges.pop(0)
        while edges and not "".join(start[to : edges[0][0]]).strip():
            to = max(to, edges.pop(0)[1])
        yield here, to, _in_place(start, first, theirs, here, to), _in_place(start, second, mine, here, to)


def _changes(start: list[str], now: list[str]) -> list[tuple[int, int, int, int]]:
    found = difflib.SequenceMatcher(None, start, now, autojunk=False).get_opcodes()
    return [(here, to, begin, end) for what, here, to, begin, end in found if what != "equal"]


def _in_place(start: list[str], changes: list[tuple[int, int, int, int]], now: list[str], here: int, to: int) -> list[str]:
    said, at = [], here
    for begins, ends, first, last in changes:
        if here <= begins and ends <= to:
            said += [*start[at:begins], *now[first:last]]
            at = ends
    return [*said, *start[at:to]]


def marked(text: str, other: str, signs: tuple[str, str] = ("«", "»")) -> str:
    """`text`, with the words that `other` does not have between two signs."""
    words, others = _WITH_SPACE.findall(text), _WITH_SPACE.findall(other)
    bare = [each.strip() for each in words]
    said = []
    for what, here, to, *_ in difflib.SequenceMatcher(
        None, bare, [each.strip() for each in others], autojunk=False
    ).get_opcodes():
        piece = "".join(words[here:to])
        core = piece.strip()
        said.append(piece if what == "equal" or not core else piece.replace(core, f"{signs[0]}{core}{signs[1]}", 1))
    return "".join(said)


def _split(text: str) -> list[str]:
    return _WORDS.findall("\n".join(text.split("\r\n")))
