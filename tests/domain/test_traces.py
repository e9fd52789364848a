"""What in a text leads to a person: found before it leaves the house."""

from __future__ import annotations

import pytest

from domain.traces import Trace, What, find_traces

PEOPLE = ("Fatima de Vries", "Jan-Willem Bakker", "Ö. Çelik", "Piet Manager", "Ada", "Li Wu")
ORDINARY = frozenset({"manager", "piet"})
KNOWN = ("Locatie De Bakker", "010 000 00 00", "Dorpsstraat 1", "klachten@voorbeeld.invalid")


def found(text: str) -> list[tuple[str, str]]:
    return [(str(each.what), each.words) for each in find_traces(text, PEOPLE, ORDINARY, KNOWN)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Mevrouw de Vries belde twee keer.", [("name", "Vries")]),
        ("Wij spraken FATIMA  de vries.", [("name", "FATIMA de vries")]),
        ("Jan Willem Bakkers zoon viel.", [("name", "Jan Willem Bakkers")]),
        ("De familie Celik ging weg.", [("name", "Celik")]),
        ("Het ging over de bakker.", [("name", "bakker")]),
        ("Volgens de manager lag het aan Manager.", [("name", "Manager")]),
        ("Manager en team praten vaker.", []),
        ("Ada en Wu waren er, ada niet.", [("name", "Ada"), ("name", "Wu")]),
        ("Bel 06-12 34 56 78 of +31 6 12345678.", [("phone", "06-12 34 56 78"), ("phone", "+31 6 12345678")]),
        ("Mail naar ouder@mail.invalid.", [("mail", "ouder@mail.invalid")]),
        ("Zij wonen aan de Kerkweg 12a, 1234 AB.", [("street", "de Kerkweg 12a"), ("postcode", "1234 AB")]),
        ("Zie K25-7F3Q9 en m25–ab12c.", [("reference", "K25-7F3Q9"), ("reference", "m25–ab12c")]),
        ("Klantnummer 123456 en BSN 1112.22.333.", [("number", "123456"), ("number", "1112.22.333")]),
        ("Rekening NL91 ABNA 0417 1643 00.", [("number", "NL91 ABNA 0417 1643 00")]),
        ("In 2025 is 12 keer gebeld, voor 1 juni 2026. In 2025 en 2026 ook.", []),
        ("Locatie De Bakker, Dorpsstraat 1: 010 000 00 00, klachten@voorbeeld.invalid.", []),
        ("Van de 1500 ouders op de vakantie van 24 juli 2025 klaagden er 3.", []),
        ("", []),
    ],
)
def test_what_leads_to_a_person_is_found(text: str, expected: list[tuple[str, str]]) -> None:
    assert found(text) == expected


def test_each_is_said_once() -> None:
    assert find_traces("Vries, Vries en nog eens Vries.", PEOPLE) == (Trace(What.NAME, "Vries"),)


def test_the_place_of_an_ordinary_word_counts() -> None:
    assert found("Klopt dat? Piet ging weg.") == [], "it begins a sentence"
    assert found("Later ging Piet weg.") == [("name", "Piet")]


def test_what_is_known_hides_only_itself() -> None:
    assert found("Locatie De Bakkerij") == []
    assert found("Locatie De Bakker en Bakker") == [("name", "Bakker")]
    assert found("Dorpsstraat 12") == [("street", "Dorpsstraat 12")]


def test_names_that_are_written_another_way() -> None:
    decomposed = "Mevrouw C\u0327elik"
    assert [each for _, each in found(decomposed)] == ["\u00c7elik"]
    assert [each for _, each in found("Jan\u2011Willem")] == ["Jan\u2010Willem"]


@pytest.mark.parametrize(
    "text", ["de V\u00adries", "de V\u200bries", "06\u00a012\u202f34\u00a056\u00a078", "\uff10\uff16 12345678", "De \uff36ries"]
)
def test_what_nobody_sees_hides_nothing(text: str) -> None:
    assert len(found(text)) == 1


def test_a_long_text_takes_no_time() -> None:
    assert find_traces("a" * 20_000, PEOPLE) == ()
    assert find_traces("1 " * 10_000, PEOPLE) != ()
    assert find_traces("x@" * 10_000, PEOPLE) == ()
