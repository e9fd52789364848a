"""The rule that proposes evaluation forms, and by what a form is known again."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from domain.errors import Refused
from domain.evaluations import Counting, Form, Reason, Rule, goes_on, proposed, read_rule

LOW = Rule(1, 10, Decimal("5.5"), ("klacht*", "niet tevreden", "Café"))


@pytest.mark.parametrize(
    ("score", "words", "why"),
    [
        ("5.5", "", [(Reason.SCORE, "5.5")]),
        ("5.6", "", []),
        ("1", "", [(Reason.SCORE, "5.5")]),
        (None, "", []),
        ("9", "Ik heb KLACHTEN over de zaal", [(Reason.WORD, "klacht*")]),
        ("9", "een veldklacht", []),
        ("9", "Ik was niet  tevreden.", [(Reason.WORD, "niet tevreden")]),
        ("9", "niet erg tevreden", []),
        ("9", "niet tevredenheid", []),
        ("9", "in het cafe zat men krap", [(Reason.WORD, "Café")]),
        ("9", "cafés", []),
        ("2", "Klacht!", [(Reason.SCORE, "5.5"), (Reason.WORD, "klacht*")]),
    ],
)
def test_what_the_rule_proposes_and_why(score: str | None, words: str, why: list[tuple[Reason, str]]) -> None:
    found = proposed(LOW, Decimal(score) if score else None, words)

    assert [(each.reason, each.said) for each in found] == why


def test_without_a_score_in_the_rule_only_words_count() -> None:
    rule = read_rule({"lowest": 1, "highest": 5, "at_most": None, "words": ["slecht"]})

    assert proposed(rule, Decimal(1), "Prima") == ()
    assert proposed(rule, None, "Slecht!") != ()


@pytest.mark.parametrize(
    ("changed", "code", "field"),
    [
        ({"lowest": 5}, "scale_backwards", "highest"),
        ({"lowest": "x"}, "unknown_value", "lowest"),
        ({"lowest": 1.5}, "unknown_value", "lowest"),
        ({"highest": True}, "unknown_value", "highest"),
        ({"highest": "1e9"}, "unknown_value", "highest"),
        ({"at_most": 6}, "off_the_scale", "at_most"),
        ({"at_most": "NaN"}, "unknown_value", "at_most"),
        ({"at_most": None, "words": []}, "rule_empty", "at_most"),
        ({"words": ["*"]}, "rule_word", "words"),
        ({"words": ["kl*cht"]}, "rule_word", "words"),
        ({"words": ["!!"]}, "rule_word", "words"),
        ({"words": ["x" * 81]}, "text_too_long", "words"),
        ({"words": [f"w{n}" for n in range(201)]}, "rule_words_many", "words"),
        ({"words": "slecht"}, "unknown_value", "words"),
    ],
)
def test_a_rule_that_cannot_be(changed: dict[str, Any], code: str, field: str) -> None:
    with pytest.raises(Refused) as refused:
        read_rule({"lowest": 1, "highest": 5, "at_most": 2, "words": ["slecht"]} | changed)

    assert (refused.value.code, refused.value.field) == (code, field)


def test_a_rule_comes_back_as_it_was_kept() -> None:
    rule = Rule(1, 10, Decimal("5.5"), ("klacht*",))

    assert read_rule(rule.as_data()) == rule
    assert read_rule({"lowest": 0, "highest": 10, "at_most": Decimal("2.00"), "words": [" a ", "a"]}) == Rule(
        0, 10, Decimal(2), ("a",)
    )


FORM = Form("F-12", date(2026, 11, 2), "Basis", "B", "Tevreden?", Decimal(2), "Koud", "Jo", "Tom")


def test_the_same_form_has_one_fingerprint_and_any_other_has_another() -> None:
    others = [
        replace(FORM, form="F-13"),
        replace(FORM, filled_in_on=date(2026, 11, 3)),
        replace(FORM, training="", group="BasisB"),
        replace(FORM, group=""),
        replace(FORM, question="Hoe was het?"),
        replace(FORM, score=Decimal(1)),
        replace(FORM, score=None),
        replace(FORM, words="koud"),
        replace(FORM, person=""),
        replace(FORM, trainer="Tim"),
        replace(FORM, nth=2),
    ]
    assert replace(FORM).fingerprint(1) == FORM.fingerprint(1)
    assert len({each.fingerprint(1) for each in (FORM, *others)} | {FORM.fingerprint(2)}) == len(others) + 2


def test_rows_that_say_the_same_are_told_apart_by_their_order() -> None:
    count = Counting()

    assert [count.nth(each) for each in (FORM, replace(FORM, words="x"), FORM, FORM)] == [1, 1, 2, 3]


@pytest.mark.parametrize(
    ("seen", "goes"),
    [
        (None, date(2027, 4, 30)),  # no review looked at it: a year later
        (date(2026, 2, 1), date(2026, 4, 30)),
        (date(2026, 4, 30), date(2026, 4, 30)),
        (date(2026, 9, 1), date(2026, 9, 1)),
        (date(2027, 6, 1), date(2027, 4, 30)),
    ],
)
def test_when_what_was_said_goes(seen: date | None, goes: date) -> None:
    assert goes_on(date(2026, 1, 31), seen, 3) == goes
