"""Why a date is what it is, in words: for on screen, for a letter and for a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import groupby

from domain.explain import Closure, Day, Explanation, Part, Step
from domain.facts import Fact
from domain.terms import Term
from text import catalogue, short_date, translate, weekday_date

LONG = 100  # days: a term of a few months


def letter(found: Explanation, language: str = "nl") -> str:
    """How the date came about, as sentences that can go into a letter."""
    return " ".join(_sentence(each, found, language) for each in found.steps)


def sentences(found: Explanation, language: str = "nl") -> tuple[str, ...]:
    """One for each step, and how it ended."""
    steps = (*found.steps, found.ending) if found.ending else found.steps
    return tuple(_sentence(each, found, language) for each in steps)


def closed_words(day: Day, language: str) -> str:
    """een zaterdag; een feestdag (Bevrijdingsdag)"""
    if day.closed is None:
        return ""
    if day.closed.kind is Closure.WEEKEND:
        return translate(language, f"explain.weekday_{day.on.weekday()}")
    named = "" if day.closed.name else "_unnamed"
    return translate(language, f"explain.closed_{day.closed.kind}{named}", name=day.closed.name)


def part_words(day: Day, language: str) -> str:
    """What a day does in the count: "telt: 3", "feestdag (Bevrijdingsdag), telt niet"."""
    shown = Part.COUNTED if day.part is Part.TARGET and day.number else day.part
    said = translate(language, f"explain.part_{day.part}", number=day.number or "")
    counted = translate(language, f"explain.part_{shown}", number=day.number or "") if shown is not day.part else ""
    closed = closed_words(day, language)
    paused = translate(language, f"explain.part_{Part.PAUSED}") if day.paused and day.part is not Part.PAUSED else ""
    return ", ".join(each for each in (counted, said, closed, paused) if each)


def day_lines(days: Sequence[Day], language: str) -> list[str]:
    """The days one by one, as lines; of a long term the days that simply count are one line."""
    lines: list[str] = []
    for plain, group in groupby(days, key=lambda each: each.part in (Part.COUNTED, Part.BETWEEN)):
        run = list(group)
        if plain and len(days) > LONG and len(run) > 2:
            first, last = (short_date(each.on, language) for each in (run[0], run[-1]))
            lines.append(translate(language, "explain.folded", first=first, last=last, count=len(run)))
        else:
            lines += [f"{short_date(each.on, language)}: {part_words(each, language)}" for each in run]
    return lines


def term_words(term: Term, language: str) -> str:
    """zes weken; 42 dagen"""
    if term.amount == 1:
        return translate(language, f"term.one_{term.unit}")
    return translate(language, f"term.{term.unit}", amount=number_words(term.amount, language))


def number_words(number: int, language: str) -> str:
    return catalogue(language).get(f"number.{number}", str(number))


def happened(fact: Fact, on: date, procedure: str, language: str) -> str:
    """De klacht kwam binnen op dinsdag 24 maart 2026."""
    own = f"happened.{fact}.{procedure}"
    key = own if own in catalogue(language) else f"happened.{fact}"
    return translate(language, key, on=weekday_date(on, language))


def ended_words(reason: str | None, language: str) -> str:
    key = f"promise_ended.{reason}"
    return catalogue(language).get(key, str(reason or ""))


def _sentence(step: Step, found: Explanation, language: str) -> str:
    fact, on = step.values.get("fact"), step.values.get("on")
    procedure = found.promise.procedure
    if step.code == "started" and isinstance(fact, Fact) and isinstance(on, date):
        return happened(fact, on, procedure, language)
    values = {name: _written(name, value, language) for name, value in step.values.items()}
    said = translate(language, f"explain.{step.code}", **values)
    if step.code in ("met", "met_late") and isinstance(fact, Fact) and isinstance(on, date):
        return f"{happened(fact, on, procedure, language)} {said}"
    return said


def _written(name: str, value: object, language: str) -> object:
    match value:
        case date():
            return weekday_date(value, language)
        case Term():
            return term_words(value, language)
        case Day():
            return closed_words(value, language)
        case tuple():
            return _listed([_day_words(each, language) for each in value if isinstance(each, Day)], language)
        case str() if name == "reason":
            return ended_words(value, language)
        case _:
            return value


def _day_words(day: Day, language: str) -> str:
    name = f" ({day.closed.name})" if day.closed and day.closed.name else ""
    return f"{weekday_date(day.on, language)}{name}"


def _listed(words: list[str], language: str) -> str:
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {translate(language, 'explain.and')} {words[-1]}"
