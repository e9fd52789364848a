"""Two people, one form: what was typed is never lost, and only what both changed is asked."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.merging import marked, merge, same, together

NAMES = ("title", "description", "unit", "on")
VALUES = st.one_of(st.none(), st.sampled_from(["", "a", "b", "a b", " a ", "één\ntwee"]), st.integers(0, 2))
FORMS = st.fixed_dictionaries(dict.fromkeys(NAMES, VALUES))
TEXTS = st.lists(st.sampled_from(["de", "bus", "kwam", "te", "laat", "\n", "niet", "één"]), max_size=12).map(" ".join)


@given(FORMS, FORMS, FORMS)
def test_who_alone_changed_a_field_wins_and_only_what_both_changed_is_asked(
    base: dict[str, object], theirs: dict[str, object], mine: dict[str, object]
) -> None:
    found = merge(base, theirs, mine)

    for name in NAMES:
        i, they = not same(base[name], mine[name]), not same(base[name], theirs[name])
        agree = same(mine[name], theirs[name])
        assert (name in found.clashes) == (i and they and not agree)
        assert (name in found.taken) == (they and not i and not agree)
        assert (name in found.kept) == (i and not they and not agree)
        wanted = theirs[name] if they and not i else mine[name]
        assert same(found.values[name], wanted)


@given(FORMS, FORMS, FORMS)
def test_what_was_typed_is_there_or_is_asked_about(
    base: dict[str, object], theirs: dict[str, object], mine: dict[str, object]
) -> None:
    found = merge(base, theirs, mine)

    for name in NAMES:
        if not same(mine[name], base[name]):
            assert same(found.values[name], mine[name])


@given(FORMS, FORMS, FORMS)
def test_what_was_merged_and_chosen_is_not_asked_again(
    base: dict[str, object], theirs: dict[str, object], mine: dict[str, object]
) -> None:
    once = merge(base, theirs, mine)

    again = merge({**base, **theirs}, theirs, once.values)

    assert again.clashes == again.taken == ()
    assert dict(again.values) == dict(once.values)


def test_a_form_of_which_nobody_knows_what_it_began_with_asks_about_every_difference() -> None:
    found = merge({}, {"title": "Bus te laat", "unit": 2}, {"title": "De bus", "unit": 2})

    assert found.clashes == ("title",)
    assert found.values == {"title": "De bus", "unit": 2}


def test_a_field_that_was_not_on_the_screen_follows_what_stands_there() -> None:
    found = merge({"why": ""}, {"why": "Omdat het mag"}, {})

    assert (found.taken, found.values) == (("why",), {"why": "Omdat het mag"})


@given(TEXTS, TEXTS, TEXTS)
def test_no_word_that_one_of_the_two_added_is_lost(base: str, theirs: str, mine: str) -> None:
    said = Counter(together(base, theirs, mine).split())

    for text in (theirs, mine):
        added = Counter(text.split()) - Counter(base.split())
        assert all(said[word] >= number for word, number in added.items()), (said, added)


@given(TEXTS, TEXTS)
def test_of_one_who_changed_it_the_text_is_theirs_and_of_two_who_did_the_same_it_is_that(base: str, changed: str) -> None:
    assert together(base, changed, base) == together(base, base, changed) == together(base, changed, changed) == changed


def test_two_who_changed_other_places_both_stand_in_it() -> None:
    base = "De bus kwam een kwartier te laat en niemand belde ons op."

    said = together(base, base.replace("kwartier", "half uur"), base.replace("belde ons op", "nam de telefoon op"))

    assert said == "De bus kwam een half uur te laat en niemand nam de telefoon op."


def test_in_one_place_theirs_comes_first_and_mine_after_it() -> None:
    assert together("Het was koud.", "Het was ijskoud.", "Het was erg fris.") == "Het was ijskoud. erg fris."
    assert together("", "Van Cora.", "Van Hans.") == "Van Cora. Van Hans."


def test_two_other_sentences_are_not_woven_through_each_other() -> None:
    assert together("Dit stond er eerst.", "Cora schreef wat anders.", "Hans bedacht iets nieuws.") == (
        "Cora schreef wat anders. Hans bedacht iets nieuws."
    )


@given(TEXTS, TEXTS)
def test_marks_change_nothing_but_themselves(text: str, other: str) -> None:
    shown = marked(text, other)

    assert shown.replace("«", "").replace("»", "") == text
    if not set(text.split()) <= set(other.split()):
        assert "«" in shown
    if text == other:
        assert shown == text


@pytest.mark.parametrize(
    ("text", "other", "shown"),
    [
        ("De bus kwam laat", "De trein kwam laat", "De «bus» kwam laat"),
        ("Eerst.\n\nDan nog iets.", "Eerst.", "Eerst.\n\n«Dan nog iets.»"),
        ("Heel wat anders.", "Dit stond er.", "«Heel wat anders.»"),
        ("Gelijk", "Gelijk", "Gelijk"),
        ("", "Iets", ""),
        ("<b>vet</b> en *sterren*", "en *sterren*", "«<b>vet</b>» en *sterren*"),
    ],
)
def test_what_the_other_does_not_have_stands_between_signs(text: str, other: str, shown: str) -> None:
    assert marked(text, other) == shown
