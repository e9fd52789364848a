"""Does a name that somebody typed look like that of a colleague? People write "M. Manager", "Manager, Mia" or "Mia Maneger"."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from enum import StrEnum
from functools import lru_cache

_BETWEEN = re.compile(r"van|de[rn]?|het|t|te[nr]?|in|op|aan|bij|von|zu|el|al|l[ae]|d[ui]|da|dos|del|bin|ibn|ben|en")
_TITLE = re.compile(r"dhr|mw|mevr|mevrouw|meneer|heer|drs?|ir|ing|mr|prof")
_CALLED = re.compile(r"juf|juffrouw|meester|zuster|broeder|collega|leidinggevende|teamleid(?:er|ster)")  # also a surname
_OTHER_SCRIPTS = str.maketrans("авгеіјкмнорстухѕһԁαβεηικνορτυχı", "abreijkmhopctyxshdabehikvoptyxi")  # drawn as a Latin letter
_TYPO_FROM = 4  # letters: in a shorter word one other letter is another name
_WORD = re.compile(r"[^\W_]+")


class Likeness(StrEnum):
    SURE = "sure"  # the same words, also with more around them, or a surname with fitting initials
    MAYBE = "maybe"  # one letter off, or only one part of the name


def resembles(typed: str, known: str) -> Likeness | None:
    """How much what was typed looks like a colleague's name."""
    given, theirs = _words(typed), _words(known)
    if not given or not theirs:
        return None
    called = tuple(each for each in given if not _CALLED.fullmatch(each)) or given
    likes = {_like(each, theirs) for each in {given, called}}
    return next((each for each in Likeness if each in likes), None)


def _like(given: tuple[str, ...], theirs: tuple[str, ...]) -> Likeness | None:
    if sorted(given) == sorted(theirs) or "".join(given) == "".join(theirs):
        return Likeness.SURE
    if len(set(theirs)) > 1 and set(theirs) <= set(given):
        return Likeness.SURE
    if len(given) > 1 and _abbreviated(given, theirs):
        return Likeness.SURE
    if len(given) == 1:
        return Likeness.MAYBE if any(_close(given[0], each) for each in theirs) else None
    return Likeness.MAYBE if _all_close(given, theirs) else None


@lru_cache(maxsize=4096)
def _words(name: str) -> tuple[str, ...]:
    """Without accents, case, titles and what stands between a first name and a surname."""
    found = tuple(_plain(name).split())
    kept = tuple(each for each in found if not _BETWEEN.fullmatch(each) and not _TITLE.fullmatch(each))
    return kept or found


def confusable(one: str, other: str) -> bool:
    """Could somebody take one of these for the other?"""
    return bool(resembles(one, other) or resembles(other, one))


def same_name(one: str, other: str) -> bool:
    """But for capitals, accents, spaces and signs between."""
    return _plain(one).split() == _plain(other).split() if _plain(one).strip() else one == other


def told_apart(people: Iterable[tuple[int, str, str]]) -> dict[int, str]:
    """What a list shows of everybody. `people`: key, name, and what is added for who could be taken for another."""
    rows, near = list(people), defaultdict[str, list[tuple[int, str]]](list)
    for key, name, _ in rows:
        for word in set(_words(name)):
            near[word].append((key, name))

    def alike(key: int, name: str) -> bool:
        others = {each for word in _words(name) for each in near[word] if each[0] != key}
        return any(confusable(name, other) for _, other in others)

    return {key: f"{name} ({more})" if alike(key, name) else name for key, name, more in rows}


def _plain(name: str) -> str:
    """Letters and figures; everything else is a space."""
    bare = "".join(each for each in unicodedata.normalize("NFKD", name) if not unicodedata.combining(each)).casefold()
    return " ".join(_WORD.findall(bare.translate(_OTHER_SCRIPTS)))


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
