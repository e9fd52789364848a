"""What a letter is made of: texts with places to fill, paragraphs, and what must still stand in it when somebody
adjusted the words. The texts themselves are data (db/profiles/letters)."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

_PLACE = re.compile(r"\{([a-z_]+)\}")
_LONG_WORD = re.compile(r"[^\W\d_]{4,}")
_FEW = 3  # words that all have to stay


class BlockKind(StrEnum):
    HEADING = "heading"
    PARAGRAPH = "paragraph"
    ITEM = "item"


@dataclass(frozen=True)
class Block:
    kind: BlockKind
    text: str


@dataclass(frozen=True)
class Mark:
    """One thing that must be found in the letter: in any of these spellings; `loose`: a free text, which may be
    worded otherwise but not left out."""

    spellings: tuple[str, ...]
    loose: bool = False


@dataclass(frozen=True)
class Value:
    """What is printed at one place, and what of it must stay when the letter is adjusted."""

    text: str
    marks: tuple[Mark, ...] = ()


def places(template: str) -> frozenset[str]:
    return frozenset(_PLACE.findall(template))


def fill(template: str, values: Mapping[str, Value]) -> str:
    """Each ``{place}`` of our own text once; what is filled in is never looked at again, so braces that somebody typed
    stay braces."""
    return _PLACE.sub(lambda found: values[found[1]].text, template)


def exact(text: str) -> Value:
    """A name, a number, an address: literally."""
    return Value(text, (Mark((text,)),) if text else ())


def free(text: str) -> Value:
    """Somebody's own words: may be corrected or worded otherwise, not left out."""
    return Value(text, (loosely(text),) if text else ())


def loosely(text: str) -> Mark:
    return Mark((text.rstrip(" .!?") or text,), loose=True)


def dated(day: date | None, written: str) -> Value:
    """A date, printed as `written`; the adjusted letter may spell it 5-12-2026 too."""
    return Value(written, (date_mark(day, written),)) if day else Value("")


def date_mark(day: date, written: str) -> Mark:
    spelled = {written.split(" ", 1)[1] if written.count(" ") == 3 else written}  # without the day of the week
    spelled |= {f"{day.day}-{day.month}-{day.year}", day.strftime("%d-%m-%Y"), day.isoformat()}
    return Mark(tuple(sorted(spelled)))


def _plain(text: str) -> str:
    """As a reader compares: without letter case, kinds of spaces, or signs that one does not see."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return " ".join("".join(sign for sign in folded if unicodedata.category(sign) != "Cf").split())


def _times(mark: Mark, body: str) -> int:
    """How often it stands there, in any spelling. Whole words only: 5 december is not found in 15 december."""
    spelled = {_plain(spelling) for spelling in mark.spellings}
    return sum(len(re.findall(rf"(?<!\w){re.escape(each)}(?!\w)", body)) for each in spelled)


def _survives(mark: Mark, body: str, ours: frozenset[str]) -> bool:
    """Half of the words that make it what it is are still there; of a few words, all. The words of our own text do not
    count: those stand in every such letter."""
    for spelling in mark.spellings:
        words = _words(spelling) - ours
        still = len(words & _words(body))
        if words and (still == len(words) if len(words) <= _FEW else 2 * still >= len(words)):
            return True
        if not words and _times(mark, body):
            return True
    return False


def _words(text: str) -> frozenset[str]:
    return frozenset(_LONG_WORD.findall(_plain(text)))


def unknown(needed: Iterable[str], values: Mapping[str, Value]) -> tuple[str, ...]:
    """Which of `needed` have no value."""
    return tuple(name for name in needed if not values[name].text)


def absent(needed: Iterable[str], values: Mapping[str, Value], body: str, ours: str = "") -> tuple[str, ...]:
    """Which of `needed` no longer stand in the adjusted `body`. What two of them have in common (one date that is
    promised twice) has to stand there twice. `ours` is the text around the values."""
    needed = tuple(needed)
    text, own = _plain(body), _words(_PLACE.sub(" ", ours))
    wanted = Counter(mark for name in needed for mark in values[name].marks)

    def stands(mark: Mark) -> bool:
        return _survives(mark, text, own) if mark.loose else _times(mark, text) >= wanted[mark]

    return tuple(name for name in needed if not all(stands(mark) for mark in values[name].marks))


def blocks(body: str, headings: Collection[str] = ()) -> tuple[Block, ...]:
    """The paragraphs of a plain text: a blank line between them; lines that begin with "- " are items of a list; a
    paragraph that is one of our own `headings` is a heading."""
    found: list[Block] = []
    for paragraph in re.split(r"\n\s*\n", body.strip()):
        if paragraph.strip() in headings:
            found.append(Block(BlockKind.HEADING, paragraph.strip()))
            continue
        found.extend(_lines(paragraph))
    return tuple(found)


def _lines(paragraph: str) -> Iterable[Block]:
    running: list[str] = []
    for line in paragraph.split("\n"):
        if not line.startswith("- "):
            running.append(line)
            continue
        if running:
            yield Block(BlockKind.PARAGRAPH, "\n".join(running))
            running = []
        yield Block(BlockKind.ITEM, line[2:].strip())
    if any(line.strip() for line in running):
        yield Block(BlockKind.PARAGRAPH, "\n".join(running))


class AskKind(StrEnum):
    """What the sender of a letter enters, besides what the dossier knows."""

    DATE = "date"
    LINE = "line"
    TEXT = "text"
    BODY = "body"  # one of the profile's outside bodies, by key
    GROUND = "ground"  # why a complaint is not handled, by code


ASKS: dict[str, AskKind] = {
    "action": AskKind.TEXT,
    "action_by": AskKind.LINE,
    "action_on": AskKind.DATE,
    "answer": AskKind.TEXT,
    "body": AskKind.BODY,
    "body_name": AskKind.LINE,  # these two only where the chosen body is "another one"
    "body_does": AskKind.TEXT,
    "contact_phone": AskKind.LINE,
    "gist": AskKind.TEXT,
    "ground": AskKind.GROUND,
    "handler": AskKind.LINE,
    "meanwhile": AskKind.TEXT,
    "new_date": AskKind.DATE,
    "next_on": AskKind.DATE,
    "next_step": AskKind.TEXT,
    "progress": AskKind.TEXT,
    "react_by": AskKind.DATE,
    "reason": AskKind.TEXT,
    "reasons": AskKind.TEXT,
    "respondent": AskKind.LINE,
    "result": AskKind.TEXT,
    "withdrawn_on": AskKind.DATE,
}
AHEAD = frozenset({"new_date", "next_on", "react_by"})  # a letter promises these: they lie after its own date

# Where each value comes from is in services/letter_values.py. The first ones stand on the sheet around the text.
ON_THE_SHEET = frozenset({"organisation", "reference", "letter_date"})
VALUES = ON_THE_SHEET | {
    *(set(ASKS) - {"body"}),
    *("received_on", "summary", "salutation", "sender", "contact_name", "privacy_url"),
    *("extension_article", "extension_agreed", "extension_further", "final_source", "position", "may_react"),
    *("promised_on", "final_on", "committee", "committee_until", "bodies", "question"),
    *("outcome", "measures", "upheld", "partly", "appeal", "no_appeal", "appeal_until", "confidant_name", "confidant_reach"),
    *("body_conditions", "body_costs", "body_url"),
    *("in_appeal", "appeal_on", "reviewer", "ruling_on", "ruling", "consequence", "consequence_on", "binding"),
}
