"""The forms of what follows after the answer."""

from __future__ import annotations

from datetime import timedelta

import pytest
from streamlit.testing.v1 import AppTest

from domain.vocabulary import EventKind, LetterType
from domain.workflow import StepName
from tests.cases import Case
from tests.conftest import TODAY, Cast
from tests.ui.apptest import open_page

CHILDCARE = pytest.mark.parametrize("profile", ["kinderopvang-welzijn"])


def opened(cast: Cast, who: str, case: Case, step: StepName) -> AppTest:
    at = open_page(cast, who, "complaint", ref=case.reference)
    return at.button(key=f"complaint.open.{step}").click().run()


def press(at: AppTest, name: str) -> AppTest:
    return at.button(key=f"complaint.{name}").click().run()


@CHILDCARE
def test_a_measure_is_moved_with_the_letter_that_says_so(cast: Cast, profile: str) -> None:
    case = Case.registered(profile, cast).answered(measures=1)
    at = opened(cast, "cora", case, StepName.MOVE_MEASURE)
    assert not [each for each in at.button if each.key and each.key.endswith("progress.send")]

    at.date_input(key="complaint.move_measure.new_date").set_value(TODAY + timedelta(days=30))
    at.text_area(key="complaint.move_measure.reason").set_value("De leverancier heeft meer tijd nodig.").run()
    body = at.text_area(key=f"complaint.move_measure.{LetterType.PROGRESS}.body").value
    press(at, f"move_measure.{LetterType.PROGRESS}.send")

    assert "De maatregel „Maatregel 0” is klaar op maandag 21 december 2026." in body
    assert "De leverancier heeft meer tijd nodig." in body
    measures = [(each.target_on, each.state.value) for each in case.read().promises if each.code == "MEASURE"]
    assert measures == [(case.at(10), "extended_in_time"), (TODAY + timedelta(days=30), "open")]


@CHILDCARE
def test_the_letter_follows_another_date_and_reason(cast: Cast, profile: str) -> None:
    case = Case.registered(profile, cast).answered(measures=1)
    at = opened(cast, "cora", case, StepName.MOVE_MEASURE)
    date_input = at.date_input(key="complaint.move_measure.new_date")
    date_input.set_value(TODAY + timedelta(days=30))
    at.text_area(key="complaint.move_measure.reason").set_value("Meer tijd nodig.").run()

    at.date_input(key="complaint.move_measure.new_date").set_value(TODAY + timedelta(days=31)).run()

    assert "dinsdag 22 december 2026" in at.text_area(key=f"complaint.move_measure.{LetterType.PROGRESS}.body").value


@CHILDCARE
def test_the_position_is_a_letter(cast: Cast, profile: str) -> None:
    fields = {"unit_id": None, "sector": "welzijn", "category": "Bejegening", "procedure": "JEUGDWET", "by_committee": True}
    case = Case.registered(profile, cast, **fields).answered()
    at = opened(cast, "cora", case, StepName.POSITION)

    at.text_area(key=f"complaint.position.{LetterType.RESPONSE}.ask.answer").set_value("Wij nemen het oordeel over.").run()
    press(at, f"position.{LetterType.RESPONSE}.send")

    assert case.kinds()[-1] == EventKind.POSITION_SENT
