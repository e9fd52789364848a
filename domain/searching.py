"""What a word is to the search, what somebody asked for, and the piece of a text in which it stands. Both databases get
their words from here, so they find the same."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

LONGEST_WORD = 64  # characters; what is longer is cut, in the text and in the question
LONGEST_QUESTION = 200
MOST_TERMS = 12
_AROUND = 70  # characters of a fragment before and after what was found

Stem = Callable[[str], str]

# Signs that no decomposition takes apart.
_ALSO = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "æ": "ae", "œ": "oe", "ı": "i", "þ": "th"})
_PART = re.compile(r'(?P<without>(?<!\S)-)?(?:"(?P<quoted>[^"]*)"(?P<prefix>\*?)|(?P<plain>[^\s"]+))')
_QUOTES = str.maketrans(dict.fromkeys("“”„‟«»", '"') | dict.fromkeys("−–", "-"))
# In a question they only make it longer; between quotes they count.
_SMALL_WORDS = """
aan als bij dat de den der des die dit door dus een en er had heb hebben heeft het hij hoe hun ik in is je kan maar me met mijn
naar niet nog nu of om ons onze ook op over te tot u uit uw van voor was wat we wel werd wie wij worden ze zich zij zijn zo zou
"""
_SMALL = frozenset(_SMALL_WORDS.split())


@dataclass(frozen=True)
class Word:
    """Folded: without capitals and accents. Where it stands in the text, for who shows it."""

    text: str
    start: int
    end: int


@dataclass(frozen=True)
class Term:
    """Something that has to be there, or may not (`without`): one word in any of its forms, or these very words in a row
    (`exact`), of which the last may go on (`prefix`)."""

    words: tuple[str, ...]
    exact: bool = False
    prefix: bool = False
    without: bool = False


@lru_cache(maxsize=4096)
def _folded(sign: str) -> str | None:
    """What this sign is in a word: nothing where it only stands on or in one (an accent, a soft hyphen); none: no word."""
    bare = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", sign).casefold()).translate(_ALSO)
    kept = "".join(each for each in bare if each.isalnum())
    if kept:
        return kept
    return "" if unicodedata.category(sign) in ("Mn", "Me", "Mc", "Cf") else None


def words(text: str) -> Iterator[Word]:
    """In the order of the text."""
    if text.isascii():
        for match in re.finditer("[a-z0-9]+", text.lower()):
            yield Word(match.group()[:LONGEST_WORD], match.start(), match.end())
        return
    collected, start = "", 0
    for place, sign in enumerate(text):
        folded = _folded(sign)
        if folded is None:
            if collected:
                yield Word(collected[:LONGEST_WORD], start, place)
            collected = ""
        elif folded:
            start, collected = (start, collected + folded) if collected else (place, folded)
    if collected:
        yield Word(collected[:LONGEST_WORD], start, len(text))


def asked(question: str) -> tuple[Term, ...]:
    """What somebody typed: words, ``"these words in a row"``, ``-not this``, ``begins*``. Every other sign only keeps words
    apart; what has several words in it without a space (a date, an address) is looked for as it stands. Empty: there is
    nothing to look for."""
    terms = dict.fromkeys(_terms(question.translate(_QUOTES)))
    plain = [each for each in terms if each.without or each.exact or each.prefix or each.words[0] not in _SMALL]
    return tuple(plain if any(not each.without for each in plain) else terms)


def _terms(question: str) -> Iterator[Term]:
    for part in _PART.finditer(question):
        quoted = part["plain"] is None
        typed = part["quoted"] if quoted else part["plain"]
        found = tuple(each.text for each in words(typed))
        starred = bool(part["prefix"]) or (not quoted and typed.endswith("*"))
        if found:
            prefix = starred and len(found[-1]) > 1
            exact = quoted or len(found) > 1 or prefix
            yield Term(found, exact, prefix, without=bool(part["without"]))


# In a text


def places(terms: Iterable[Term], text: str, stem: Stem) -> list[tuple[int, int]]:
    """From where to where something stands that was asked for, in order, without overlap."""
    here = list(words(text))
    found = sorted(span for term in terms if not term.without for span in _spans(term, here, stem))
    kept: list[tuple[int, int]] = []
    for start, end in found:
        if not kept or start >= kept[-1][1]:
            kept.append((start, end))
    return kept


def _spans(term: Term, here: Sequence[Word], stem: Stem) -> Iterator[tuple[int, int]]:
    if not term.exact:
        sought = stem(term.words[0])
        yield from ((each.start, each.end) for each in here if stem(each.text) == sought)
        return
    length, (*before, last) = len(term.words), term.words
    for place in range(len(here) - length + 1):
        row = here[place : place + length]
        ends = row[-1].text.startswith(last) if term.prefix else row[-1].text == last
        if ends and [each.text for each in row[:-1]] == before:
            yield row[0].start, row[-1].end


def fragment(terms: Sequence[Term], text: str, stem: Stem) -> tuple[tuple[str, bool], ...]:
    """The first place in the text where something was found, with what stands around it, on one line; each part with whether
    it is what was found. Empty when nothing was."""
    found = places(terms, text, stem)
    if not found:
        return ()
    begin, end = _cut(text, *found[0])
    parts: list[tuple[str, bool]] = [("… ", False)] if begin else []
    here = begin
    for start, stop in (each for each in found if each[1] <= end):
        parts += [(text[here:start], False), (text[start:stop], True)]
        here = stop
    parts.append((text[here:end], False))
    parts += [(" …", False)] if end < len(text) else []
    return tuple((_on_one_line(said), mark) for said, mark in parts if said)


def _cut(text: str, start: int, stop: int) -> tuple[int, int]:
    """Whole words, as far as there are spaces."""
    begin, end = max(0, start - _AROUND), min(len(text), stop + _AROUND)
    if begin:
        space = re.search(r"\s", text[begin:start])
        begin = begin + space.end() if space else begin
    if end < len(text):
        spaces = list(re.finditer(r"\s", text[stop:end]))
        end = stop + spaces[-1].start() if spaces else end
    return begin, end


def _on_one_line(said: str) -> str:
    return re.sub(r"\s+", " ", said)
