"""Does a name that somebody typed look like that of a colleague? People write "M. Manager", "Manager, Mia" or "Mia Maneger"."""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum
from functools import lru_cache

_BETWEEN = re.compile(r"van|de[rn]?|het|t|te[nr]?|in|op|aan|bij|von|zu|el|al|l[ae]|d[ui]|da|dos|del|bin|ibn|ben|en")
_TITLE = re.compile(r"dhr|mw|mevr|mevrouw|meneer|heer|drs?|ir|ing|mr|prof")
_TYPO_FROM = 4  # letters: in a shorter word one other letter is another name
_WORD = re.compile(r"[^\W_]+")


class Likeness(StrEnum):
    SURE = "sure"  # the same words, or a surname with fitting initials
    MAYBE = "maybe"  # one letter off, or only one part of the name


def resembles(typed: str, known: str) -> Likeness | None:
    """How much what was typed looks like a colleague's name."""
    given, theirs = _words(typed), _words(known)
    if not given or not theirs:
        return None
    if sorted(given) == sorted(theirs) or "".join(given) == "".join(theirs):
        return Likeness.SURE
    if len(given) > 1 and _abbreviated(given, theirs):
        return Likeness.SURE
    if len(given) == 1:
        return Likeness.MAYBE if any(_close(given[0], each) for each in theirs) else None
    return Likeness.MAYBE if _all_close(given, theirs) else None


@lru_cache(maxsize=4096)
def _words(name: str) -> tuple[str, ...]:
    """Without accents, case, titles and what stands between a first name and a surname."""
    plain = "".join(each for each in unicodedata.normalize("NFKD", name) if not unicodedata.combining(each)).casefold()
    found = tuple(_WORD.findall(plain.replace("'", " ").replace("\u2019", " ")))
    kept = tuple(each for each in found if not _BETWEEN.fullmatch(each) and not _TITLE.fullmatch(each))
    return kept or found


def _abbreviated(given: tuple[str, ...], theirs: tuple[str, ...]) -> bool:
    """M. Manager, Manager M., M.P. Manager: whole words that are theirs, and letters with which their other words begin."""
    whole = [each for each in given if len(each) > 1]
    letters = [each for each in given if len(each) == 1]
    left = list(theirs)
    for each in whole:
        if each not in left:
            return False
        left.remove(each)
    return bool(whole and letters and left) and any(each.startswith(letters[0]) for each in left)


def _all_close(given: tuple[str, ...], theirs: tuple[str, ...]) -> bool:
    """Every word is one of theirs, but for one letter in one of them; or the first and last are, with more between."""
    left, typos = list(theirs), 0
    for each in given:
        match = next((one for one in left if one == each), None)
        if match is None:
            match = next((one for one in left if _close(each, one) or (len(each) == 1 and one.startswith(each))), None)
            typos += 1
        if match is None:
            return False
        left.remove(match)
    return typos <= 1 + sum(len(each) == 1 for each in given)


def _close(one: str, other: str) -> bool:
    """The same, or one letter added, dropped, changed or exchanged with its neighbour."""
    if one == other:
        return len(one) > 1
    if min(len(one), len(other)) < _TYPO_FROM or abs(len(one) - len(other)) > 1:
        return False
    start = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    a, b = one[start:], other[start:]
    return a[1:] == b[1:] or a[1:] == b or a == b[1:] or (a[:2] == b[1::-1] and a[2:] == b[2:])
