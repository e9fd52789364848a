"""What in a text leads to a person: names that occur in the register, numbers, and addresses. For what leaves the house.

It finds what it knows or what has a form; it does not understand a sentence ("the twins of the baker")."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum


class What(StrEnum):
    NAME = "name"
    PHONE = "phone"
    MAIL = "mail"
    POSTCODE = "postcode"
    STREET = "street"
    REFERENCE = "reference"
    NUMBER = "number"  # of a person, an account, a client


@dataclass(frozen=True)
class Trace:
    what: What
    words: str  # as they stand in the text


_STREET = r"(?:straat|laan|weg|plein|gracht|kade|steeg|dijk|hof|pad|singel|dreef|plantsoen|markt|park|wal|baan|erf)"
_FORMS: tuple[tuple[What, re.Pattern[str]], ...] = (
    (What.MAIL, re.compile(r"(?<![^\s@<>()\[\]'\",;:=])[^\s@<>()\[\]'\",;:=]+@[^\s@<>()\[\]'\",;:]+\.[^\s@<>()\[\]'\",;:.]+")),
    (What.REFERENCE, re.compile(r"(?i)(?<![a-z0-9])[kmv]\d\d[-\u2010-\u2015 ][a-z0-9]{4,6}(?![a-z0-9])")),
    (What.NUMBER, re.compile(r"(?i)(?<!\w)[a-z]{2}\d{2}(?:[ .]?[a-z0-9]{4}){2,7}(?:[ .]?[a-z0-9]{1,3})?(?!\w)")),
    (
        What.PHONE,
        re.compile(r"(?<![\w.])(?:\+\d{2}|00\d{2}|\(?0)[ .()/\u2010-\u2015-]*(?:\d[ .()/\u2010-\u2015-]*){7,9}\d?(?!\w)"),
    ),
    (What.NUMBER, re.compile(r"(?<![\w,])\d(?:[ .-]?\d){5,}(?!\w)")),
    (What.POSTCODE, re.compile(r"(?i)(?<!\w)[1-9]\d{3} ?(?-i:[A-Z]{2}|[a-z]{2}(?=[ ,.\n]|$))(?!\w)")),
    (
        What.STREET,
        re.compile(rf"(?i)(?<!\w)(?:[^\W\d_]+[ -])?[^\W\d_]*{_STREET} \d{{1,4}}(?: ?[a-z](?!\w)|[-/]\d{{1,3}})?(?!\w)"),
    ),
)
_NO_POSTCODE = re.compile(r"(?i)\d{4} ?(?:en|is|of|in|om|op|te|tm|er|de|we|ze|al|zo)$")
_WORD = re.compile(r"[^\W\d_]+(?:['\u2019\u2010-\u2015-][^\W\d_]+)*")
_JOIN = frozenset(("van", "de", "den", "der", "te", "ten", "ter", "von", "el", "al", "di", "da", "dos", "bin", "ben"))
_BETWEEN = _JOIN | {
    *("het", "t", "in", "op", "aan", "bij", "zu", "la", "le", "du", "del", "ibn", "en"),
    *("dhr", "mw", "mevr", "mevrouw", "meneer", "heer", "dr", "drs", "ir", "ing", "mr", "prof", "fam", "familie"),
}
_SHORTEST = 4  # letters; a shorter name counts with a capital only
_BEGINS = re.compile(r"(?:^|[.!?:;\n\u2022\u2013-])[\s\"'(\u201c\u2018]*$")


def find_traces(
    text: str, names: Iterable[str], ordinary: Collection[str] = (), known: Iterable[str] = ()
) -> tuple[Trace, ...]:
    """Each once, in the order of the text. `names`: of people in the register. `ordinary`: words, in small letters, that are
    a name only with a capital inside a sentence. `known`: what is no trace although it looks like one, such as the name of a
    location and the organisation's own telephone."""
    bare = _without(_plain(text), (_plain(each) for each in known))
    found: dict[Trace, int] = {}
    for place, trace in (*_formed(bare), *_named(bare, _parts(names), frozenset(ordinary))):
        found.setdefault(trace, place)
    return tuple(sorted(found, key=lambda each: (found[each], each.what)))


def without(text: str, hidden: Mapping[str, str]) -> str:
    """With each of these words, wherever they stand as a whole, replaced by what takes their place; longest first."""
    text = _plain(text)
    for words in sorted(hidden, key=len, reverse=True):
        parts = [re.escape(each) for each in _plain(words).split()]
        if parts:
            form, put = r"[\s.]+".join(parts), f"[{hidden[words]}]"
            text = re.sub(rf"(?i)(?<!\w){form}(?!\w)", lambda _, put=put: put, text)  # type: ignore[misc]
    return text


def _plain(text: str) -> str:
    """With ordinary spaces, hyphens and figures, and nothing that nobody sees."""
    return "".join(sign for sign in unicodedata.normalize("NFKC", text) if unicodedata.category(sign) != "Cf")


def _without(text: str, known: Iterable[str]) -> str:
    """The same length, so that places stay; longest first."""
    for each in sorted({one.strip() for one in known if one.strip()}, key=len, reverse=True):
        text = re.sub(rf"(?i)(?<!\w){re.escape(each)}(?!\w)", lambda hit: "\0" * len(hit[0]), text)
    return text


def _formed(text: str) -> Iterator[tuple[int, Trace]]:
    taken: list[tuple[int, int]] = []
    for what, form in _FORMS:
        for hit in form.finditer(text):
            start, end = hit.span()
            if any(start < last and first < end for first, last in taken):
                continue
            if what is What.POSTCODE and _NO_POSTCODE.search(hit[0]):
                continue
            taken.append((start, end))
            yield start, Trace(what, hit[0].strip(" .,;/(-"))


def _parts(names: Iterable[str]) -> frozenset[str]:
    """The words of which a name is made, folded; an initial says nothing."""
    words = {part for name in names for word in _WORD.findall(name) for part in (_fold(word), *_fold(word).split("-"))}
    return frozenset(each for each in words if len(each) > 1 and each not in _BETWEEN)


def _named(text: str, parts: frozenset[str], ordinary: frozenset[str]) -> Iterator[tuple[int, Trace]]:
    """Neighbouring words are one name: "Jan Jansen"."""
    run: list[re.Match[str]] = []
    end = 0
    for word in _WORD.finditer(text):
        apart = bool(text[end : word.start()].strip(" ."))
        is_name = _is_name(word, text, parts, ordinary)
        if run and (apart or not (is_name or word[0].lower() in _JOIN)):
            yield _together(run, text)
            run = []
        if is_name:
            run.append(word)
        end = word.end()
    if run:
        yield _together(run, text)


def _together(run: list[re.Match[str]], text: str) -> tuple[int, Trace]:
    return run[0].start(), Trace(What.NAME, " ".join(text[run[0].start() : run[-1].end()].split()))


def _is_name(word: re.Match[str], text: str, parts: frozenset[str], ordinary: frozenset[str]) -> bool:
    folded = _fold(word[0])
    if not parts & _forms(folded):
        return False
    capital = word[0][0].isupper()
    if word[0].lower() in ordinary:
        return capital and not _BEGINS.search(text[: word.start()])
    return capital or len(folded) >= _SHORTEST


def _forms(folded: str) -> set[str]:
    """Without the s of a genitive; and both halves of a double name."""
    pieces = {folded, *folded.split("-")}
    bare = {each.removesuffix("s").rstrip("'\u2019") for each in pieces if each.endswith("s")}
    return pieces | {each for each in bare if len(each) > 1} | {each.rstrip("'\u2019") for each in pieces}


def _fold(word: str) -> str:
    plain = "".join(each for each in unicodedata.normalize("NFKD", word) if not unicodedata.combining(each)).casefold()
    return re.sub("[\u2010-\u2015]", "-", plain)
