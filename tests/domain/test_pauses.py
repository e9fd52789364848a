"""Who hears an appeal and who handles the dossier each have their own clocks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from db.profiles import parse, standard_source
from domain.book import Book, opened
from domain.calendar import Calendar
from domain.errors import Refused
from domain.facts import Fact
from domain.ledger import Entry, replay
from domain.pauses import on_its_side, paused, resumed
from domain.terms import Standing

RULES = parse(standard_source("training")).rules_for("HOUSE_WEEK")
DAYS = Calendar(frozenset())
START, LATER = date(2026, 9, 7), date(2026, 9, 9)


def both() -> Book:
    """A promise of the first line and the ruling, open at once."""
    keys = ("RESPONSE", "APPEAL_RULING")
    return tuple(opened(rule, START, DAYS) for rule in RULES if rule.code in keys)


def stopped(book: Book) -> set[str]:
    return {each.code for each in book if each.paused_from}


@pytest.mark.parametrize(("fact", "code"), [(Fact.PAUSED, "RESPONSE"), (Fact.RULING_PAUSED, "APPEAL_RULING")])
def test_a_pause_stops_the_clocks_of_one_side(fact: Fact, code: str) -> None:
    book = on_its_side(fact, both(), lambda mine: paused(mine, RULES, LATER, None))

    assert [each.code for each in book] == [each.code for each in both()]
    assert stopped(book) == {code}


def test_each_side_goes_on_by_itself() -> None:
    book = both()
    for fact in (Fact.PAUSED, Fact.RULING_PAUSED):
        book = on_its_side(fact, book, lambda mine: paused(mine, RULES, LATER, None))

    book = on_its_side(Fact.RESUMED, book, lambda mine: resumed(mine, date(2026, 9, 12)))

    assert {each.code: each.paused_days for each in book} == {"RESPONSE": 3, "APPEAL_RULING": 0}
    assert [each.code for each in book if each.paused_until is None] == ["APPEAL_RULING"]


def test_pauses_of_the_two_sides_do_not_overlap_each_other() -> None:
    ledger = [
        Entry(Fact.RECEIVED, START),
        Entry(Fact.PAUSED, LATER),
        Entry(Fact.APPEAL_LODGED, START),
        Entry(Fact.RULING_PAUSED, LATER),
    ]
    assert "APPEAL_RULING" in stopped(replay(ledger, RULES, DAYS))
    with pytest.raises(Refused, match="already_paused"):
        replay([*ledger, Entry(Fact.RULING_PAUSED, date(2026, 9, 14))], RULES, DAYS)


def test_a_ruling_goes_on_when_its_reviewer_says_so() -> None:
    ledger = [Entry(Fact.RECEIVED, START), Entry(Fact.APPEAL_LODGED, START)]
    ledger += [Entry(Fact.RULING_PAUSED, LATER), Entry(Fact.RULING_RESUMED, date(2026, 9, 12))]

    [ruling] = [each for each in replay(ledger, RULES, DAYS) if each.code == "APPEAL_RULING"]

    assert (ruling.paused_days, ruling.paused_until) == (3, date(2026, 9, 12))


def test_a_change_of_one_side_loses_no_promise() -> None:
    with pytest.raises(ValueError, match="zip"):
        on_its_side(Fact.PAUSED, both(), lambda mine: mine[1:])


def test_only_a_clock_that_stands_still_goes_on() -> None:
    book = paused(both(), RULES, LATER, date(2026, 9, 11))
    kept = tuple(replace(each, met_on=LATER) if each.code == "RESPONSE" else each for each in book)

    again = resumed(kept, date(2026, 9, 10))

    assert {each.code: each.paused_days for each in again} == {"RESPONSE": 2, "APPEAL_RULING": 1}
    assert again[0] == kept[0]


def refused(pausing: Callable[[], Book]) -> tuple[str, str | None, dict[str, object]]:
    with pytest.raises(Refused) as refusal:
        pausing()
    return refusal.value.code, refusal.value.field, refusal.value.values


def test_what_runs_is_not_resumed() -> None:
    ended = paused(both(), RULES, LATER, date(2026, 9, 11))

    assert refused(lambda: resumed(both(), LATER)) == ("not_paused", None, {})
    assert refused(lambda: resumed(ended, date(2026, 9, 11))) == ("not_paused", None, {})  # its first day again


def test_a_pause_is_refused_with_what_goes_on() -> None:
    statutory = [replace(rule, pause=False, standing=Standing.LAW) for rule in RULES]
    house = [replace(rule, pause=False, standing=Standing.HOUSE) for rule in RULES]
    article = next(rule.source for rule in RULES if rule.code == both()[0].code)

    assert refused(lambda: paused(both(), statutory, LATER, None)) == ("pause_not_allowed", None, {"article": article})
    assert refused(lambda: paused(both(), house, LATER, None)) == ("nothing_to_pause", None, {})
    assert refused(lambda: paused(paused(both(), RULES, LATER, None), RULES, LATER, None)) == ("already_paused", None, {})


def test_a_clock_that_may_pause_but_ran_out_forbids_nothing() -> None:
    act = [replace(rule, standing=Standing.LAW) for rule in RULES]

    assert refused(lambda: paused(both(), act, date(2027, 1, 4), None)) == ("nothing_to_pause", None, {})


def test_a_clock_pauses_up_to_its_last_day_and_not_after_it() -> None:
    last = min(each.target_on for each in both())

    assert len(stopped(paused(both(), RULES, last, None))) == 2
    assert len(stopped(paused(both(), RULES, last + timedelta(days=1), None))) == 1
