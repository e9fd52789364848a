"""The title that follows from the story, and what it must not tell."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.intake import LONGEST_TITLE, subject_from, title_from
from domain.vocabulary import SubjectType


@pytest.mark.parametrize(
    ("told", "title"),
    [
        ("De zaal was koud. Niemand wist bij wie je moest zijn.", "De zaal was koud."),
        ("Factuur klopt niet\nTwee keer gebeld", "Factuur klopt niet"),
        ("\n\n  Te laat!  ", "Te laat!"),
        ("", ""),
        ("a" * 39 + " " + "b" * 40, "a" * 39 + " " + "b" * 40),  # 80 signs
        ("a" * 69 + "X, " + "b" * 30, "a" * 69 + "X…"),
        ("woord " * 30, ("woord " * 13).strip() + "…"),
        ("a" * 100_000, "a" * 79 + "…"),  # at once: one endless word is no reason to search for hours
    ],
)
def test_the_title_is_the_first_sentence(told: str, title: str) -> None:
    assert title_from(told) == title


@pytest.mark.parametrize(
    ("told", "title"),
    [
        ("Mevrouw Jansen belde boos op over de zaal", "Mevrouw … belde boos op over de zaal"),
        ("Karin Van der Jansen-Bos belde", "… Van der …-… belde"),
        ("JANSEN wil haar geld terug", "… wil haar geld terug"),
        ("Het Jansenplein is dicht", "Het Jansenplein is dicht"),
        ("Bel 06 12 34 56 78 of k.jansen@voorbeeld.invalid terug", "Bel … of … terug"),
    ],
)
def test_the_title_does_not_tell_who_complained(told: str, title: str) -> None:
    assert title_from(told, ["Karin van der Jansen-Bos", None]) == title


@given(st.text(max_size=300), st.lists(st.text(max_size=40), max_size=3))
def test_a_title_is_one_short_line_whatever_was_typed(told: str, names: list[str]) -> None:
    title = title_from(told, names)

    assert len(title) <= LONGEST_TITLE + 1
    assert "\n" not in title


def test_who_names_somebody_complains_about_conduct() -> None:
    assert subject_from(about_somebody=True) is SubjectType.CONDUCT
    assert subject_from(about_somebody=False) is SubjectType.SERVICE
