from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.letters import (
    ASKS,
    VALUES,
    Block,
    BlockKind,
    Mark,
    Value,
    absent,
    blocks,
    dated,
    exact,
    fill,
    free,
    loosely,
    places,
    unknown,
)


def kept(value: Value, body: str, ours: str = "") -> bool:
    return not absent(["value"], {"value": value}, body, ours)


def test_what_is_filled_in_is_never_looked_at_again() -> None:
    values = {"summary": Value("{reference} {{ x }} {% y %}"), "reference": Value("K26")}

    assert fill("Over {summary}: {reference}", values) == "Over {reference} {{ x }} {% y %}: K26"


@settings(deadline=None)
@given(st.text())
def test_any_text_is_filled_in_as_it_is(typed: str) -> None:
    assert fill("{a}|{b}", {"a": Value(typed), "b": Value("b")}) == f"{typed}|b"


def test_places_are_named_in_lower_case_only() -> None:
    assert places("{reference} {Naam} {{x}} { y }") == {"reference", "x"}


@pytest.mark.parametrize(
    "spelled", ["5 december 2026", "5-12-2026", "05-12-2026", "zaterdag 5 DECEMBER 2026", "5\u00a0december\u00a02026"]
)
def test_a_date_may_be_spelled_otherwise(spelled: str) -> None:
    value = dated(date(2026, 12, 5), "zaterdag 5 december 2026")

    assert kept(value, f"Uiterlijk op {spelled}.")


@pytest.mark.parametrize("spelled", ["15 december 2026", "5 december", "25-12-2026", "5 december 20266", ""])
def test_another_date_is_not_that_date(spelled: str) -> None:
    value = dated(date(2026, 12, 5), "zaterdag 5 december 2026")

    assert not kept(value, f"Uiterlijk op {spelled}.")


def test_a_judgment_may_not_become_its_opposite() -> None:
    assert not kept(exact("gegrond"), "Uw klacht is ongegrond.")
    assert kept(exact("gegrond"), "Uw klacht is Gegrond.")


def test_nothing_has_nothing_that_must_stay() -> None:
    assert exact("") == free("") == dated(None, "onbekend") == Value("")


def test_what_is_printed_is_what_was_given() -> None:
    assert free("Ziek.").text == "Ziek."
    assert dated(date(2026, 12, 5), "zaterdag 5 december 2026").text == "zaterdag 5 december 2026"


def test_a_date_without_its_day_of_the_week_is_found_too() -> None:
    value = dated(date(2026, 12, 5), "5 december 2026")

    assert kept(value, "Uiterlijk op 5 december 2026.")
    assert not kept(value, "Uiterlijk in december 2026.")


@pytest.mark.parametrize(
    ("typed", "mark"), [("Ziek. ", "Ziek"), ("Echt?!", "Echt"), ("...", "..."), (".net", ".net"), ("LuX", "LuX")]
)
def test_the_end_of_a_sentence_need_not_stay(typed: str, mark: str) -> None:
    assert loosely(typed) == Mark((mark,), loose=True)


REASONS = "De trainer kwam een kwartier te laat en liet niets van zich horen."


def test_free_words_may_be_corrected() -> None:
    assert kept(free(REASONS), "De trainer is een kwartier te laat gekomen. Hij liet ons niets horen. Dat spijt ons.")


def test_free_words_may_not_be_left_out() -> None:
    assert not kept(free(REASONS), "Wij vinden uw klacht ongegrond. Dat spijt ons.")


def test_of_a_few_words_all_have_to_stay() -> None:
    assert kept(free("Wij vervangen de ketel."), "Wij gaan de ketel vervangen.")
    assert not kept(free("Wij vervangen de ketel."), "Wij kijken naar de ketel.")
    assert kept(free("Ziek."), "De trainer is ziek.")


def test_three_words_are_a_few_and_of_more_half_is_enough() -> None:
    assert not kept(free("Zaal, ketel, deur."), "De zaal en de ketel.")
    assert kept(free("Zaal, ketel, deur, raam."), "De zaal en de ketel.")
    assert not kept(free("Zaal, ketel, deur, raam, trap."), "De zaal en de ketel.")


def test_words_that_are_ours_do_not_count() -> None:
    gist = free("De klacht gaat over: Vervoer en ophalen.")

    assert not kept(gist, "Er is een klacht die over u gaat.", ours="Er is een klacht die over u gaat.\n{gist}")
    assert kept(gist, "Er is een klacht die over u gaat: vervoer en ophalen.", ours="Er is een klacht die over u gaat.")


def test_words_that_are_all_ours_are_looked_for_letter_by_letter() -> None:
    assert kept(free("Uw klacht."), "Het gaat over uw klacht.", ours="klacht")
    assert not kept(free("Uw klacht."), "Het gaat over de klacht.", ours="klacht")


def test_a_date_that_is_promised_twice_has_to_stand_there_twice() -> None:
    day = dated(date(2027, 1, 4), "maandag 4 januari 2027")
    values = {"measures": day, "appeal_until": day}

    assert absent(values, values, "voor 4 januari 2027, en in beroep tot 4-1-2027") == ()
    assert absent(values, values, "in beroep tot 4 januari 2027") == ("measures", "appeal_until")


def test_every_mark_of_a_value_has_to_stay() -> None:
    value = Value("- a\n- b", (Mark(("Klachtenloket",)), Mark(("Geschillencommissie",))))

    assert kept(value, "Klachtenloket en Geschillencommissie")
    assert not kept(value, "Klachtenloket")


def test_invisible_signs_do_not_hide_a_value() -> None:
    assert kept(exact("K26-7F3Q9"), "kenmerk K26-\u200b7F3Q9")


def test_what_has_no_value_is_unknown() -> None:
    assert unknown(("a", "b"), {"a": Value(""), "b": exact("b")}) == ("a",)


def test_paragraphs_items_and_headings() -> None:
    found = blocks("Wat nu?\n\nEerst\ndit:\n- een\n- twee\ndaarna\n\n \n\n- los", ["Wat nu?"])

    assert found == (
        Block(BlockKind.HEADING, "Wat nu?"),
        Block(BlockKind.PARAGRAPH, "Eerst\ndit:"),
        Block(BlockKind.ITEM, "een"),
        Block(BlockKind.ITEM, "twee"),
        Block(BlockKind.PARAGRAPH, "daarna"),
        Block(BlockKind.ITEM, "los"),
    )


@settings(deadline=None)
@given(st.text())
def test_no_word_is_lost_in_paragraphs(typed: str) -> None:
    printed = "".join(f"{'-' if each.kind is BlockKind.ITEM else ''}{each.text}" for each in blocks(typed))

    assert "".join(printed.split()) == "".join(typed.split())


def test_everything_that_is_asked_can_be_printed() -> None:
    assert set(ASKS) - {"body"} <= VALUES
