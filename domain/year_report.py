"""The yearly report about complaints: its chapters, when it is due, and when there need not be one.

Of childcare they are those of the Wet kinderopvang (art. 1.57b lid 4, a to e); any other organisation makes one for itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from enum import StrEnum

CODE = "YEAR_REPORT"  # of its rule in a profile
PROCEDURE = "WKO"
FEW = 5  # fewer than this is a trace to people
_REMIND_FROM = (4, 1)
_DUE = (5, 31)  # the law: before 1 June


class Kind(StrEnum):
    CHILDCARE = "childcare"
    INTERNAL = "internal"


class Chapter(StrEnum):
    """What somebody writes. Of `JUDGMENTS` there is one for each location."""

    SCHEME = "scheme"  # a
    ATTENTION = "attention"  # b
    HANDLED = "handled"  # c: figures, and what is to be said of them
    JUDGMENTS = "judgments"  # d
    DISPUTES = "disputes"  # e
    ADVICE = "advice"  # of the parents' committee
    LEARNED = "learned"
    SUMMARY = "summary"  # for the short public version


CHAPTERS: dict[Kind, tuple[Chapter, ...]] = {
    Kind.CHILDCARE: (
        *(Chapter.SCHEME, Chapter.ATTENTION, Chapter.HANDLED, Chapter.JUDGMENTS, Chapter.DISPUTES),
        *(Chapter.ADVICE, Chapter.SUMMARY),
    ),
    Kind.INTERNAL: (Chapter.SCHEME, Chapter.HANDLED, Chapter.JUDGMENTS, Chapter.DISPUTES, Chapter.LEARNED, Chapter.SUMMARY),
}
_ALWAYS = {
    Kind.CHILDCARE: (Chapter.SCHEME, Chapter.ATTENTION, Chapter.ADVICE),
    Kind.INTERNAL: (Chapter.LEARNED,),
}
_LETTERS = {
    Chapter.SCHEME: "a",
    Chapter.ATTENTION: "b",
    Chapter.HANDLED: "c",
    Chapter.JUDGMENTS: "d",
    Chapter.DISPUTES: "e",
}


def of_unit(unit_id: int | None) -> str:
    """The key of what is written about one location; none: what was about none in particular."""
    return f"{Chapter.JUDGMENTS}.{unit_id or 0}"


def keys(kind: Kind, units: Iterable[int | None]) -> tuple[str, ...]:
    """Everything that can be written, in the order of the report."""
    places = tuple(map(of_unit, units))
    return tuple(key for each in CHAPTERS[kind] for key in (places if each is Chapter.JUDGMENTS else (str(each),)))


def letter(kind: Kind, chapter: Chapter) -> str:
    """The letter that the law gives it; empty where it gives none."""
    return _LETTERS.get(chapter, "") if kind is Kind.CHILDCARE else ""


def missing(kind: Kind, texts: Mapping[str, str], handled: Mapping[int | None, int], disputes: int) -> tuple[str, ...]:
    """What still has to be written before the report can be approved, in its order. `handled`: complaints by location."""
    wanted = {str(each) for each in _ALWAYS[kind]}
    if kind is Kind.CHILDCARE:
        wanted |= {of_unit(unit) for unit, number in handled.items() if number}
        wanted |= {str(Chapter.DISPUTES)} if disputes else set()
    return tuple(each for each in keys(kind, handled) if each in wanted and not texts.get(each, "").strip())


def needed(kind: Kind, submitted: int) -> bool:
    """Wet kinderopvang 1.57b lid 9: no report when no complaint was submitted in the year."""
    return kind is Kind.INTERNAL or submitted > 0


class Standing(StrEnum):
    """Of a report that still has to go out."""

    NONE = "none"
    SOON = "soon"
    LATE = "late"


def due_on(year: int) -> date:
    """The last day on which the report over `year` is in time (lid 8)."""
    return date(year + 1, *_DUE)


def standing(kind: Kind, year: int, today: date, *, sent: bool) -> Standing:
    """From April on somebody is reminded; no law asks for an internal report."""
    if kind is Kind.INTERNAL or sent or today < date(year + 1, *_REMIND_FROM):
        return Standing.NONE
    return Standing.SOON if today <= due_on(year) else Standing.LATE
