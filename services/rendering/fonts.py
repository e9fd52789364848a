"""The fonts that come with the project, and the signs that they cannot print."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from fontTools.ttLib import TTFont

FONTS = Path(__file__).resolve().parent / "fonts"
SHOWN_INSTEAD = "\N{REPLACEMENT CHARACTER}"

# Unicode's own limit for accents on one letter (UAX 15, stream-safe text). Thousands of them take gigabytes to shape.
_MOST_MARKS = 30

# Signs that change the direction of what follows: in print they would turn a sentence round.
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


@cache
def _printable() -> frozenset[int]:
    """What the regular, the bold and the italic font all have."""
    return frozenset.intersection(*(_covered(path) for path in sorted(FONTS.glob("*.ttf"))))


def _covered(path: Path) -> frozenset[int]:
    with TTFont(path, lazy=True) as font:
        return frozenset(font.getBestCmap() or {})


def _signs(text: str) -> Iterator[tuple[str, bool]]:
    """Each sign, and whether it can be printed where it stands."""
    marks = 0
    for sign in text:
        marks = marks + 1 if unicodedata.category(sign)[0] == "M" else 0
        yield sign, _in_font(sign) and marks <= _MOST_MARKS


def _in_font(sign: str) -> bool:
    return sign in "\n\t" or (ord(sign) in _printable() and sign not in _TURNING)


def unprintable(text: str) -> tuple[str, ...]:
    """The signs that the letter font lacks, each once, in order; invisible ones by their Unicode name."""
    return tuple(dict.fromkeys(_shown(sign) for sign, can in _signs(text) if not can))


def _shown(sign: str) -> str:
    if unicodedata.category(sign)[0] in "CZM":
        return f"U+{ord(sign):04X} {unicodedata.name(sign, '')}".strip()
    return sign


def printable(text: str) -> str:
    """`text` with a mark in the place of each sign that the font lacks; invisible ones are left out."""
    return "".join(sign if can else _instead(sign) for sign, can in _signs(text))


def _instead(sign: str) -> str:
    return "" if unicodedata.category(sign) in ("Cf", "Mn") else SHOWN_INSTEAD
