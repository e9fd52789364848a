"""The letters of a profile as data: ``db/profiles/letters/base.toml``, and what ``<profile>.toml`` replaces in it."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from db.toml_lines import lines_of
from domain.letters import ASKS, ON_THE_SHEET, VALUES, places
from domain.vocabulary import LetterType, Outcome, Recipient, Ruling
from domain.workflow import Ground

FOLDER = Path(__file__).resolve().parent / "profiles" / "letters"

_STRICT = ConfigDict(extra="forbid", str_strip_whitespace=True)
Words = Annotated[str, Field(min_length=1, max_length=4000)]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z_]*$")]


class LettersInvalid(ValueError):
    """Every fault as "file:line: key: what"; none of them is about a dossier."""


@dataclass(frozen=True, config=_STRICT)
class Paragraph:
    """One of `text`, `heading`, `use` (a paragraph of [shared])."""

    text: Words | None = None
    heading: Words | None = None
    use: Name | None = None
    when: Name | None = None
    unless: Name | None = None


@dataclass(frozen=True, config=_STRICT)
class Letter:
    subject: Annotated[str, Field(min_length=1, max_length=120)]
    recipient: Recipient
    requires: tuple[Name, ...]
    paragraphs: Annotated[tuple[Paragraph, ...], Field(min_length=1)]
    asks: tuple[Name, ...] = ()
    defaults: Mapping[Name, Words] = Field(default_factory=dict)
    requires_when: Mapping[Name, tuple[Name, ...]] = Field(default_factory=dict)


@dataclass(frozen=True, config=_STRICT)
class LetterWords:
    """How a coded word reads in a letter: whole sentences."""

    outcome: Mapping[Outcome, Words]
    ruling: Mapping[Ruling, Words]
    binding: Mapping[Annotated[str, Field(pattern="^(yes|no)$")], Words]
    ground: Mapping[Ground, Words]
    measures: Mapping[Annotated[str, Field(pattern="^none$")], Words]


@dataclass(frozen=True, config=_STRICT)
class Letters:
    react_within_days: Annotated[int, Field(ge=1, le=90)]
    shared: Mapping[Name, Words]
    words: LetterWords
    letters: Mapping[LetterType, Letter]

    def paragraphs(self, letter: Letter, known: Mapping[str, bool]) -> Iterator[tuple[str, bool]]:
        """The texts that apply when these values are `known`, each with: is it a heading?"""
        for each in letter.paragraphs:
            if (each.when and not known[each.when]) or (each.unless and known[each.unless]):
                continue
            yield self._words(each), each.heading is not None

    def _words(self, paragraph: Paragraph) -> str:
        return paragraph.text or paragraph.heading or self.shared[paragraph.use or ""]


_adapter: TypeAdapter[Letters] = TypeAdapter(Letters)


@lru_cache(maxsize=16)
def letters_of(profile: str) -> Letters:
    """The letters of a standard profile. Raises KeyError for an unknown one, LettersInvalid."""
    path = FOLDER / f"{profile}.toml"
    if profile == "base" or path.parent != FOLDER or not path.is_file():
        raise KeyError(profile)
    return parse((FOLDER / "base.toml").read_text(encoding="utf-8"), path.read_text(encoding="utf-8"))


def parse(base: str, own: str = "") -> Letters:
    """The letters in these two texts. Raises LettersInvalid with every fault."""
    try:
        merged = _merge(tomllib.loads(base), tomllib.loads(own))
        letters = _adapter.validate_python(merged)
    except tomllib.TOMLDecodeError as error:
        raise LettersInvalid(str(error)) from error
    except ValidationError as error:
        faults = [(tuple(each["loc"]), str(each["msg"])) for each in error.errors(include_url=False, include_input=False)]
        raise LettersInvalid(_located(faults, base, own)) from error
    faults = list(_sense(letters))
    if faults:
        raise LettersInvalid(_located(faults, base, own))
    return letters


def _merge(base: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """Tables are merged by key, everything else is replaced."""
    merged = dict(base)
    for key, value in own.items():
        below = merged.get(key)
        merged[key] = _merge(below, value) if isinstance(below, dict) and isinstance(value, dict) else value
    return merged


Fault = tuple[tuple[int | str, ...], str]


def _located(faults: list[Fault], base: str, own: str) -> str:
    of_base, of_own = lines_of(base), lines_of(own)

    def place(path: tuple[int | str, ...]) -> str:
        mine = path[:3] in of_own.lines or path[:2] in of_own.lines
        return f"{'own' if mine else 'base'}:{(of_own if mine else of_base).line(path)}"

    return "; ".join(f"{place(path)}: {'.'.join(map(str, path))}: {what}" for path, what in faults)


def _sense(letters: Letters) -> Iterator[Fault]:
    yield from _complete(letters)
    for kind, letter in letters.letters.items():
        at = ("letters", str(kind))
        wrong = [
            fault
            for number, paragraph in enumerate(letter.paragraphs)
            for fault in _paragraph(letters, (*at, "paragraphs", number), paragraph)
        ]
        yield from wrong
        for name in set(letter.asks) - set(ASKS):
            yield (*at, "asks"), f"unknown: {name}"
        for name in set(letter.defaults) - set(letter.asks):
            yield (*at, "defaults"), f"not asked: {name}"
        if not wrong:
            yield from _required(letters, at, letter)


def _complete(letters: Letters) -> Iterator[Fault]:
    for kind in set(LetterType) - set(letters.letters):
        yield ("letters",), f"missing: {kind}"
    words: tuple[tuple[str, Any, Any], ...] = (
        ("outcome", Outcome, letters.words.outcome),
        ("ruling", Ruling, letters.words.ruling),
        ("ground", Ground, letters.words.ground),
        ("binding", ("yes", "no"), letters.words.binding),
        ("measures", ("none",), letters.words.measures),
    )
    for table, wanted, given in words:
        for name in set(wanted) - set(given):
            yield ("words", table), f"missing: {name}"


def _paragraph(letters: Letters, at: tuple[int | str, ...], paragraph: Paragraph) -> Iterator[Fault]:
    given = [each for each in (paragraph.text, paragraph.heading, paragraph.use) if each]
    if len(given) != 1:
        yield at, "exactly one of text, heading, use"
        return
    if paragraph.use and paragraph.use not in letters.shared:
        yield at, f"unknown: {paragraph.use}"
        return
    words = paragraph.text or paragraph.heading or letters.shared[str(paragraph.use)]
    for name in places(words) | {each for each in (paragraph.when, paragraph.unless) if each}:
        if name not in VALUES:
            yield at, f"unknown: {name}"


def _required(letters: Letters, at: tuple[str, ...], letter: Letter) -> Iterator[Fault]:
    """What is required is printed somewhere: else it could neither be read nor be missed."""
    printed = ON_THE_SHEET.union(*(places(letters._words(each)) for each in letter.paragraphs))
    for name in {*letter.requires, *(name for names in letter.requires_when.values() for name in names)} - printed:
        yield (*at, "requires"), f"not printed: {name}"
    for name in set(letter.requires_when) - VALUES:
        yield (*at, "requires_when"), f"unknown: {name}"
