"""What a word is to the search, what somebody asked for, and what is shown of where it was found."""

from __future__ import annotations

import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.searching import LONGEST_WORD, Term, asked, fragment, places, words


def said(text: str) -> list[str]:
    return [each.text for each in words(text)]


def same(word: str) -> str:
    return word


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("De KLACHT, over: café's", ["de", "klacht", "over", "cafe", "s"]),
        (unicodedata.normalize("NFD", "crèche Noël"), ["creche", "noel"]),
        ("07:30 uur op 12-11-2026", ["07", "30", "uur", "op", "12", "11", "2026"]),
        ("K26-7F3Q9 karel@voorbeeld.invalid 06-12345678", ["k26", "7f3q9", "karel", "voorbeeld", "invalid", "06", "12345678"]),
        ("İSTANBUL ısırgan Straße Søren Łódź", ["istanbul", "isirgan", "strasse", "soren", "lodz"]),
        ("zacht\u00adjes ko\u200bud \ufb01jn H\u2082O", ["zachtjes", "koud", "fijn", "h2o"]),
        ("שָׁלוֹם \u202eabc\u202c", ["שלום", "abc"]),
        ("😀 ... _ ¶ \x00", []),
        ("", []),
    ],
)
def test_the_words_of_a_text(text: str, found: list[str]) -> None:
    assert said(text) == found


@given(st.text(max_size=200))
def test_words_are_letters_and_figures_and_know_where_they_stand(text: str) -> None:
    found = list(words(text))

    assert all(each.text.isalnum() and len(each.text) <= LONGEST_WORD for each in found)
    assert all(0 <= each.start < each.end <= len(text) for each in found)
    assert all(one.end <= other.start for one, other in pairwise(found))
    assert said(unicodedata.normalize("NFD", text)) == said(unicodedata.normalize("NFC", text))


@pytest.mark.parametrize(
    ("question", "terms"),
    [
        ("klachten", (Term(("klachten",)),)),
        ("Koud  KOUD koud", (Term(("koud",)),)),
        ('"te koud"', (Term(("te", "koud"), exact=True),)),
        ("„te koud”", (Term(("te", "koud"), exact=True),)),
        ("zaal -koud", (Term(("zaal",)), Term(("koud",), without=True))),
        ('zaal -"te koud"', (Term(("zaal",)), Term(("te", "koud"), exact=True, without=True))),
        ("kinderop*", (Term(("kinderop",), exact=True, prefix=True),)),
        ('"te ko"*', (Term(("te", "ko"), exact=True, prefix=True),)),
        ("07:30", (Term(("07", "30"), exact=True),)),
        ("e-mail", (Term(("e", "mail"), exact=True),)),
        ("K26-7F3Q9", (Term(("k26", "7f3q9"), exact=True),)),
        ("de zaal in het gebouw", (Term(("zaal",)), Term(("gebouw",)))),
        ("in het", (Term(("in",)), Term(("het",)))),
        ("het -koud", (Term(("het",)), Term(("koud",), without=True))),
        ("AND NEAR(a, 5)", (Term(("and",)), Term(("near", "a"), exact=True), Term(("5",)))),
        ('"open', (Term(("open",)),)),
        ('drie"twee"', (Term(("drie",)), Term(("twee",), exact=True))),
        ("x*", (Term(("x",)),)),
        ("words:koud ^koud koud{1}", (Term(("words", "koud"), exact=True), Term(("koud",)), Term(("koud", "1"), exact=True))),
        ("* - -- \"\" ^ : ( ) 😀", ()),
        ("-", ()),
        ("", ()),
    ],
)  # fmt: skip
def test_what_is_asked(question: str, terms: tuple[Term, ...]) -> None:
    assert asked(question) == terms


@given(st.text(max_size=200))
def test_whatever_is_typed_asks_for_words_or_for_nothing(question: str) -> None:
    for term in asked(question):
        assert term.words
        assert all(each.isalnum() for each in term.words)
        assert len(term.words) == 1 or term.exact


# What is shown


def test_a_fragment_marks_what_was_found_in_the_words_of_the_text() -> None:
    text = "Het was TE  KOUD in de zaal.\nNiemand kwam; de Café-baas ook niet."

    assert fragment(asked('"te koud"'), text, same) == (
        ("Het was ", False),
        ("TE KOUD", True),
        (" in de zaal. Niemand kwam; de Café-baas ook niet.", False),
    )
    assert ("Café", True) in fragment(asked("cafe"), text, same)
    assert fragment(asked("geld"), text, same) == ()
    assert fragment(asked("zaal -niemand"), text, same)[1] == ("zaal", True)


def test_a_long_text_is_cut_at_words() -> None:
    text = f"{'voor ' * 60}koud {'na ' * 60}"

    parts = fragment(asked("koud"), text, same)

    assert parts[0] == ("… ", False)
    assert parts[-1] == (" …", False)
    assert all(each in ("voor", "koud", "na", "…") for each in "".join(said for said, _ in parts).split())
    assert len("".join(said for said, _ in parts)) < 200


@given(st.text(max_size=300), st.text(max_size=30))
def test_a_fragment_shows_only_what_stands_there(text: str, question: str) -> None:
    terms = asked(question)

    parts = fragment(terms, text, same)

    whole = " ".join(text.split())
    shown = "".join(said for said, _ in parts).removeprefix("… ").removesuffix(" …")
    assert " ".join(shown.split()) in whole
    assert bool(parts) == bool(places(terms, text, same))
