"""Evaluation forms: which of them the organisation's rule puts before somebody as a possible complaint, and why
(R034, R035)."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from enum import StrEnum

from domain.errors import Refused
from domain.terms import add_months
from domain.texts import line

MOST_WORDS = 200
LONGEST_WORD = 80
SCALE = (-1000, 1000)  # between these lies any scale
LONG = timedelta(days=7)  # who waits longer is on the board
LATEST = 12  # months more than the term: then it goes though no review looked at it


class State(StrEnum):
    CANDIDATE = "candidate"  # waits for somebody's word
    CONFIRMED = "confirmed"  # is a complaint
    DISMISSED = "dismissed"


class Doing(StrEnum):
    """What happened to a form."""

    IMPORTED = "imported"
    KEYED = "keyed"
    ABOUT = "about"  # it is about this colleague, who sees nothing of it from then on
    NOT_ABOUT = "not_about"
    CONFIRMED = "confirmed"
    DISMISSED = "dismissed"
    TAKEN_BACK = "taken_back"
    SEEN = "seen"  # in a yearly review
    EMPTIED = "emptied"  # its term is over


class Reason(StrEnum):
    SCORE = "score"
    WORD = "word"
    KEYED = "keyed"  # somebody keyed it in by hand: the rule is not asked


@dataclass(frozen=True)
class Why:
    reason: Reason
    said: str = ""  # the score that is low enough, the word of the rule

    def as_data(self) -> dict[str, str]:
        return {"reason": self.reason.value, "said": self.said}


def read_why(data: Iterable[Mapping[str, str]]) -> tuple[Why, ...]:
    return tuple(Why(Reason(each["reason"]), each["said"]) for each in data)


# The rule


@dataclass(frozen=True)
class Rule:
    """A form is proposed when its score, on this scale, is `at_most` or lower (none: no score counts), or when one of the
    words stands in it. A word is a whole word, or several; `klacht*` is every word that begins so."""

    lowest: int = 1
    highest: int = 5
    at_most: Decimal | None = Decimal(2)
    words: tuple[str, ...] = ()

    def as_data(self) -> dict[str, object]:
        at_most = None if self.at_most is None else str(self.at_most)
        return {"lowest": self.lowest, "highest": self.highest, "at_most": at_most, "words": list(self.words)}


def read_rule(data: object) -> Rule:
    """From what `as_data` gave, or from a form. Raises Refused: ``unknown_value``, ``scale_backwards``, ``off_the_scale``,
    ``rule_word``, ``rule_words_many``, ``rule_empty`` (it would never propose anything)."""
    if not isinstance(data, Mapping):
        raise Refused("unknown_value", "lowest")
    lowest, highest = (_whole(data.get(name), name) for name in ("lowest", "highest"))
    if lowest >= highest:
        raise Refused("scale_backwards", "highest")
    at_most = None if data.get("at_most") is None else _on_a_scale(data["at_most"], "at_most")
    if at_most is not None and not lowest <= at_most <= highest:
        raise Refused("off_the_scale", "at_most")
    words = _words_of_rule(data.get("words") or ())
    if at_most is None and not words:
        raise Refused("rule_empty", "at_most")
    return Rule(lowest, highest, at_most, words)


def _whole(value: object, name: str) -> int:
    found = _on_a_scale(value, name)
    if found != int(found):
        raise Refused("unknown_value", name)
    return int(found)


def _on_a_scale(value: object, name: str) -> Decimal:
    try:
        found = Decimal(str(value)) if not isinstance(value, bool) else None
    except InvalidOperation:
        found = None
    if found is None or not found.is_finite() or not SCALE[0] <= found <= SCALE[1]:
        raise Refused("unknown_value", name)
    return plain_number(found)


def plain_number(value: Decimal) -> Decimal:
    """Without needless noughts: 2.00 is 2, and 10 is not 1E+1."""
    return Decimal(f"{value.normalize():f}")


def _words_of_rule(given: object) -> tuple[str, ...]:
    if isinstance(given, str) or not isinstance(given, Iterable):
        raise Refused("unknown_value", "words")
    words = tuple(dict.fromkeys(each for each in (line(one, "words", LONGEST_WORD) for one in given) if each))
    if len(words) > MOST_WORDS:
        raise Refused("rule_words_many", "words", most=MOST_WORDS)
    for word in words:
        if "*" in word[:-1] or not _words(word):
            raise Refused("rule_word", "words", word=word)
    return words


def proposed(rule: Rule, score: Decimal | None, words: str) -> tuple[Why, ...]:
    """Why this form is put before somebody; empty: it is not."""
    found = []
    if score is not None and rule.at_most is not None and score <= rule.at_most:
        found.append(Why(Reason.SCORE, str(rule.at_most)))
    said = _words(words)
    found += [Why(Reason.WORD, each) for each in rule.words if _stands(each, said)]
    return tuple(found)


def _stands(word: str, said: Sequence[str]) -> bool:
    wanted, begins = _words(word), word.endswith("*")
    many = len(wanted)
    return any(_same(wanted, said[place : place + many], begins) for place in range(len(said) - many + 1))


def _same(wanted: Sequence[str], said: Sequence[str], begins: bool) -> bool:
    if not begins:
        return list(wanted) == list(said)
    return list(wanted[:-1]) == list(said[:-1]) and said[-1].startswith(wanted[-1])


def _words(text: str) -> list[str]:
    """Letters and figures only, without capitals and accents."""
    bare = (each for each in unicodedata.normalize("NFKD", text) if not unicodedata.combining(each))
    return "".join(each if each.isalnum() else " " for each in "".join(bare).casefold()).split()


# One form


@dataclass(frozen=True)
class Form:
    """What stands on one form about one question. `nth`: of the rows of one file that are the same, which one this is."""

    form: str = ""  # the number that the form itself has
    filled_in_on: date | None = None
    training: str = ""
    group: str = ""
    question: str = ""
    score: Decimal | None = None
    words: str = ""
    person: str = ""  # who filled it in
    trainer: str = ""  # whom it is about, as it stands on the form
    nth: int = 1

    @property
    def empty(self) -> bool:
        """Says nothing that anybody could judge."""
        return self.score is None and not self.words

    def told(self) -> tuple[object, ...]:
        score = None if self.score is None else str(self.score)
        on = self.filled_in_on.isoformat() if self.filled_in_on else None
        return (self.form, on, self.training, self.group, self.question, score, self.words, self.person, self.trainer)

    def fingerprint(self, source_id: int) -> str:
        """The same for the same form, whatever file it comes in. Over everything that it says: of two forms that differ
        anywhere none can be taken for the other, and disappear."""
        facts = json.dumps([source_id, *self.told(), self.nth], ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(facts.encode()).hexdigest()


class Counting:
    """Which of several rows that are the same a row is, in the order of the file."""

    def __init__(self) -> None:
        self._found: Counter[tuple[object, ...]] = Counter()

    def nth(self, form: Form) -> int:
        self._found[form.told()] += 1
        return self._found[form.told()]


# What became of them


@dataclass(frozen=True)
class Judged:
    """N5: what became of the forms of one period that the reader may see."""

    confirmed: int = 0
    dismissed: int = 0
    waiting: int = 0
    here: bool = field(default=True)  # False: the reader sees none

    @property
    def judged(self) -> int:
        return self.confirmed + self.dismissed


def goes_on(dismissed_on: date, seen_on: date | None, months: int) -> date:
    """The first day on which what was said on a dismissed form goes: its term after the dismissal, and not before a yearly
    review looked at it; without one a year later (domain.md 5.9)."""
    latest = add_months(dismissed_on, months + LATEST)
    return min(max(add_months(dismissed_on, months), seen_on or latest), latest)


def batches(rows: Sequence[object], size: int) -> Iterator[tuple[int, int]]:
    """From and until, of parts of at most this size."""
    for first in range(0, len(rows), size):
        yield first, min(first + size, len(rows))
