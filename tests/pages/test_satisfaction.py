"""Asking how it went and keying in the answer, in the dossier and in the overview."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from domain.vocabulary import Channel
from domain.workflow import StepName
from tests.cases import Case
from tests.conftest import Cast
from tests.pages.test_complaint import words
from tests.ui.apptest import open_page

ANSWER = "complaint.satisfaction"


def form(cast: Cast, case: Case, step: StepName, who: str = "cora") -> AppTest:
    at = open_page(cast, who, "complaint", ref=case.reference)
    return at.button(key=f"complaint.open.{step}").click().run()


def save(at: AppTest, step: StepName) -> AppTest:
    at = at.button(key=f"complaint.{step}.save").click().run()
    assert not at.exception
    return at


def test_from_the_question_to_the_answer(cast: Cast) -> None:
    case = Case.registered("training", cast).closed()

    at = form(cast, case, StepName.ASK_SATISFACTION)
    assert "Hoe tevreden bent u over de uitkomst?" in words(at)
    at.selectbox(key="complaint.ask_satisfaction.asked_channel").set_value(Channel.PHONE)
    save(at, StepName.ASK_SATISFACTION)
    assert "Nog geen antwoord" in words(at)

    at.button(key="complaint.open.satisfaction").click().run()
    at.selectbox(key=f"{ANSWER}.process").select(4)
    at.selectbox(key=f"{ANSWER}.outcome").select(2)
    at.text_area(key=f"{ANSWER}.remark").set_value("Snel **gebeld**.")
    save(at, StepName.SATISFACTION)

    said = words(at)
    assert "4 (tevreden)" in said
    assert "2 (ontevreden)" in said
    assert "Snel **gebeld**." in {each.value for each in at.text}
    assert not at.button(key="complaint.open.satisfaction").proto.disabled  # under "more": it can be put right


def test_who_does_not_want_to_answer_is_not_asked_for_scores(cast: Cast) -> None:
    case = Case.registered("training", cast).closed().ask()

    at = form(cast, case, StepName.SATISFACTION)
    at.checkbox(key=f"{ANSWER}.declined").check().run()
    assert f"{ANSWER}.process" not in {each.key for each in at.selectbox}
    save(at, StepName.SATISFACTION)

    assert "Wil niet antwoorden" in words(at)


def test_an_answer_without_a_score_is_refused_by_the_field_and_what_was_typed_stays(cast: Cast) -> None:
    case = Case.registered("training", cast).closed().ask()

    at = form(cast, case, StepName.SATISFACTION)
    at.text_area(key=f"{ANSWER}.remark").set_value("Ze weten het nog niet.")
    save(at, StepName.SATISFACTION)

    assert any("Kies bij minstens één vraag een cijfer" in each.value for each in at.error)
    assert at.text_area(key=f"{ANSWER}.remark").value == "Ze weten het nog niet."


def test_putting_it_right_begins_with_what_stands_there(cast: Cast) -> None:
    case = Case.registered("training", cast).closed().ask().say(1, 5, "Goed.")

    at = form(cast, case, StepName.SATISFACTION)
    assert (at.selectbox(key=f"{ANSWER}.process").value, at.selectbox(key=f"{ANSWER}.outcome").value) == (1, 5)
    assert at.text_area(key=f"{ANSWER}.remark").value == "Goed."
    at.selectbox(key=f"{ANSWER}.process").select(3)
    save(at, StepName.SATISFACTION)

    assert "3 (niet tevreden, niet ontevreden)" in words(at)


def test_the_timeline_tells_the_scores(cast: Cast) -> None:
    case = Case.registered("training", cast).closed().ask().say(4, None, "Netjes.")

    at = open_page(cast, "cora", "complaint", ref=case.reference)
    tab = next(each.label for each in at.tabs if each.label.startswith("Tijdlijn"))
    at.session_state["complaint.tab"] = tab
    at.run()

    said = words(at)
    assert "Klager zei hoe het ging" in said
    assert "over de behandeling: 4 van 5" in said
    assert "over de uitkomst" not in said


def test_the_overview_says_how_many_answered_and_what(cast: Cast) -> None:
    Case.registered("training", cast).closed().ask().say(4, 2)
    Case.registered("training", cast).closed().ask().say(5, None)
    Case.registered("training", cast).closed().ask()

    at = open_page(cast, "cora", "overview")

    assert not at.exception
    said = words(at)
    assert "is aan 3 klagers gevraagd hoe het ging; 2 gaven antwoord (67 %)." in said
    assert "Gemiddeld kreeg de behandeling 4,5 van 5, en de uitkomst 2,0 van 5." in said
    tables = [each.value.to_numpy().tolist() for each in at.table]
    assert tables[-1] == [
        ["Over de behandeling, gemiddeld (1 tot 5)", "4,5", "n.v.t."],
        ["Over de uitkomst, gemiddeld (1 tot 5)", "2,0", "n.v.t."],
        ["Gevraagd hoe het ging", "3", "0"],
        ["Antwoord gegeven", "2", "0"],
        ["Deel dat antwoord gaf", "67 %", "n.v.t."],
    ]
    assert "Nu bevestigd: 0 van de 13 mensen met een account en een rol (0 %)." in said


@pytest.mark.parametrize("who", ["cora", "hilde"])
def test_where_nobody_was_asked_the_overview_says_where_that_is_done(cast: Cast, who: str) -> None:
    case = Case.registered("training", cast).closed()  # hilde has nothing to do with it
    if who == "hilde":
        case.ask().say()
        Case.registered("training", cast).consult().acknowledge().assign(handler="hilde")

    said = words(open_page(cast, who, "overview"))

    assert "is nog aan niemand gevraagd hoe het ging" in said
