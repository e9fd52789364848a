"""Who hears an appeal and who handles the dossier each have their own clocks."""

from __future__ import annotations

from datetime import date

import pytest

from db.profiles import parse, standard_source
from domain.book import Book, opened
from domain.calendar import Calendar
from domain.errors import Refused
from domain.facts import Fact
from domain.ledger import Entry, replay
from domain.pauses import on_its_side, paused, resumed

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
