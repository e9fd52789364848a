from __future__ import annotations

import pytest

from domain.access import Sought, is_date
from domain.traces import Trace, What, find_traces, without

JAN = Sought("Jan de Vries", "jan@voorbeeld.invalid", "06 12 34 56 78")


@pytest.mark.parametrize(
    ("contact", "theirs"),
    [
        ("Jan@Voorbeeld.invalid", True),
        ("bel 0612345678", True),
        ("+31 6 12345678", True),
        ("0612345679", False),
        ("piet@voorbeeld.invalid", False),
        ("", False),
        (None, False),
    ],
)
def test_how_somebody_is_reached_is_known_again(contact: str | None, theirs: bool) -> None:
    assert JAN.in_contact(contact) is theirs


def test_nothing_given_finds_nothing() -> None:
    nobody = Sought("", "", "")

    assert not nobody.in_contact("jan@voorbeeld.invalid 0612345678")
    assert not nobody.in_text("Jan de Vries")
    assert not Sought("X", phone="12").in_contact("0612345678")


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("Mevrouw De Vries belde.", True),
        ("de auto van de Vries's zoon", True),
        ("Vriesweer in november", False),
        ("Jan belde", False),
        ("zie jan@voorbeeld.invalid", True),
    ],
)
def test_somebody_is_named_by_surname_or_address(text: str, named: bool) -> None:
    assert JAN.in_text(text) is named


def test_the_stem_is_what_every_database_compares() -> None:
    assert (Sought("Cora Coördinator").stem, Sought("Jo Li").stem, JAN.stem) == ("rdinator", "", "Vries")


def test_ones_own_name_and_address_are_not_hidden_and_those_of_others_are() -> None:
    text = "Jan de Vries sprak Piet de Vries (piet@voorbeeld.invalid) en jan@voorbeeld.invalid."
    traces = find_traces(text, ["Jan de Vries", "Piet de Vries"])

    hidden = {each.words: each.what.value for each in traces if not JAN.owns(each)}

    assert without(text, hidden) == "Jan de Vries sprak [name] ([mail]) en jan@voorbeeld.invalid."


def test_whole_words_go_wherever_they_stand_also_over_two_lines() -> None:
    assert without("Mia\n  Manager en mia. MANAGER, Miami", {"Mia Manager": "naam"}) == "[naam] en [naam], Miami"
    assert without("a.b (c)", {"a.b": "x", "": "y", "(c)": "z"}) == "[x] [z]"
    assert without("Li\u00adsa", {"Lisa": "naam"}) == "[naam]"  # with a sign that nobody sees


@pytest.mark.parametrize(
    ("words", "date"),
    [("03-11-2026", True), ("3 11 26", True), ("2026 12", True), ("2026-11-03", True), ("123456789", False), ("03-11", False)],
)
def test_a_day_is_no_number_of_somebody(words: str, date: bool) -> None:
    assert is_date(Trace(What.NUMBER, words)) is date
