"""Measures on the screen: mine, what is asked, everything, what can be done from a row; and their lines on the board."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session
from streamlit.testing.v1 import AppTest

from db import models as m
from domain.vocabulary import EventKind, LetterType
from domain.workflow import StepName
from services import door, measures
from tests.cases import LONG_AGO, Case
from tests.conftest import TODAY, Cast
from tests.fill import make_complaint, make_measure
from tests.pages.test_board import address, words
from tests.services.test_board import counted, days, filled
from tests.services.test_measures import spread
from tests.ui.apptest import NotForThem, open_page
from text import LANGUAGES

WHY = "De leverancier heeft meer tijd nodig."


def opened(cast: Cast, who: str, **query: str) -> AppTest:
    at = open_page(cast, who, "actions", **query)
    assert not at.exception
    return at


def press(at: AppTest, key: str) -> AppTest:
    at.button(key=key).click().run()
    assert not at.exception
    return at


def sections(at: AppTest) -> list[str]:
    return [each.value for each in at.subheader]


def keys(at: AppTest) -> set[str]:
    return {str(each.key) for each in at.button}


def the_one() -> m.Measure:
    with Session(door.engine()) as session:
        return session.scalars(select(m.Measure)).one()


# What is shown


def test_mine_first_then_what_is_asked_then_everything(engine: Engine, cast: Cast) -> None:
    spread(engine, cast)

    at = opened(cast, "hans")

    assert sections(at) == ["Van u, nog te doen", "Heeft het geholpen?", "Alle maatregelen"]
    said = words(at)
    assert "8 maatregelen" in said
    assert [each.value for each in at.text if each.value.startswith("hans -1")] == ["hans -1", "hans -1"]
    assert "hans asked 0" in said
    assert "hans lapsed" not in said
    assert "van Cora Coördinator" in said


def test_the_choice_stands_in_the_address_and_comes_back_from_it(engine: Engine, cast: Cast) -> None:
    spread(engine, cast)
    at = opened(cast, "cora")

    at.selectbox(key="actions.show").select("overdue").run()
    at.selectbox(key="actions.owner").select(str(cast["hans"])).run()

    assert address(at) == {"show": "overdue", "owner": str(cast["hans"])}
    assert "1 maatregel" in words(at)
    again = opened(cast, "cora", show="overdue", owner=str(cast["hans"]))
    assert "1 maatregel" in words(again)
    forged = opened(cast, "cora", show="weg", owner="99999", page="x")
    assert "8 maatregelen" in words(forged)


def test_more_than_a_few_of_mine_are_a_click_away_and_pages_turn(engine: Engine, cast: Cast) -> None:
    with filled(engine) as session:
        complaint = make_complaint(session, cast, handler_id=cast["hans"])
        for number in range(30):
            make_measure(session, complaint, cast["hans"], due_on=days(number), text=f"Maatregel {number}")
    at = opened(cast, "hans", show="done")

    press(at, "actions.all_mine")
    assert address(at) == {"owner": "me"}
    assert "30 maatregelen, 1 tot en met 25 hieronder" in words(at)
    press(at, "actions.next")
    assert address(at) == {"owner": "me", "page": "2"}
    assert "30 maatregelen, 26 tot en met 30 hieronder" in words(at)


@pytest.mark.parametrize("show", measures.Show)
def test_an_empty_register_says_what_it_is_for(cast: Cast, show: str) -> None:
    at = opened(cast, "cora", show=show)

    assert len(at.info) == 1
    assert "actions." not in words(at)
    assert "Er staat geen maatregel meer voor u open." in words(at)


def test_every_state_has_its_words_in_both_languages(engine: Engine, cast: Cast) -> None:
    spread(engine, cast)
    for language in LANGUAGES:
        with filled(engine) as session:
            session.get_one(m.Account, cast["cora"]).language = language
        said = words(opened(cast, "cora", show="all"))
        assert not [each for each in ("actions.", "measures.", "measure_state.", "helped.", "days.") if each in said]


@pytest.mark.parametrize("who", ["tom", "vera", "wim", "adam"])
def test_it_is_for_who_can_do_something_with_a_measure(cast: Cast, who: str) -> None:
    with pytest.raises(NotForThem):
        open_page(cast, who, "actions")


def test_one_rerun_takes_four_statements_on_dossiers(engine: Engine, cast: Cast) -> None:
    taken = []
    for more in (10, 50):
        with filled(engine) as session:
            complaint = make_complaint(session, cast)
            for number in range(more):
                make_measure(session, complaint, cast["cora"], due_on=days(number % 9 - 4))
        at = opened(cast, "cora")
        with counted(engine) as statements:
            at.run()
        taken.append(len(statements))

    assert taken == [4, 4]


# What can be done from a row


def test_it_is_done_from_its_row_and_the_question_is_planned(cast: Cast) -> None:
    case = Case.registered("training", cast).answered(measures=1)
    measure = the_one().id
    at = opened(cast, "cora")

    press(at, f"actions.open_mine_{measure}_measure_done")
    press(at, "actions.measure_done.save")
    assert [each.value for each in at.error] == ["Vul dit in."]
    at.text_area(key="actions.measure_done.evidence").input("Hij hangt.")
    at.selectbox(key=f"actions.measure_done.months_{measure}").select(6)
    press(at, "actions.measure_done.save")

    assert "De maatregel is afgerond." in words(at)
    assert "Er staat geen maatregel meer voor u open." in words(at)
    with Session(door.engine()) as session:
        done = session.get_one(m.MeasureDone, measure)
    assert (done.evidence, done.check_on) == ("Hij hangt.", date(2027, 5, 21))
    assert case.kinds()[-1] == EventKind.MEASURE_DONE


def test_what_is_asked_is_answered_from_its_row(cast: Cast) -> None:
    case = Case.registered("training", cast, received_on=LONG_AGO).answered(measures=1).measure_done(months=3)
    measure = the_one().id
    at = opened(cast, "hans")

    press(at, f"actions.open_asked_{measure}_measure_effect")
    assert "Heeft het geholpen?" in {each.label for each in at.selectbox}
    at.selectbox(key="actions.measure_effect.helped").select("no")
    at.text_area(key="actions.measure_effect.explanation").input("De zaal bleef koud.")
    press(at, "actions.measure_effect.save")

    assert "Het antwoord staat in het dossier." in words(at)
    with Session(door.engine()) as session:
        effect = session.get_one(m.MeasureEffect, measure)
    assert (effect.helped, effect.explanation, effect.answered_on) == ("no", "De zaal bleef koud.", TODAY)
    assert case.kinds()[-1] == EventKind.MEASURE_EFFECT
    at.selectbox(key="actions.show").select("done").run()
    assert "De zaal bleef koud." in words(at)


def test_its_date_is_moved_from_its_row_with_the_letter(cast: Cast) -> None:
    case = Case.registered("training", cast).answered(measures=1)
    measure = the_one().id
    at = opened(cast, "cora")

    press(at, f"actions.open_list_{measure}_move_measure")
    at.date_input(key="actions.move_measure.new_date").set_value(case.at(40)).run()
    at.text_area(key="actions.move_measure.reason").input(WHY).run()
    press(at, f"actions.move_measure.{LetterType.PROGRESS}.send")

    assert "De maatregel heeft een nieuwe datum." in words(at)
    assert the_one().due_on == case.at(40)
    assert case.kinds()[-1] == EventKind.MEASURE_MOVED


def test_one_form_is_open_at_a_time_and_what_was_typed_comes_back(cast: Cast) -> None:
    Case.registered("training", cast).answered(measures=2)
    with Session(door.engine()) as session:
        first, second = session.scalars(select(m.Measure.id).order_by(m.Measure.id))
    at = opened(cast, "cora")
    press(at, f"actions.open_mine_{first}_measure_done")
    at.text_area(key="actions.measure_done.evidence").input("Half getypt").run()
    press(at, f"actions.open_mine_{second}_measure_done")
    assert at.text_area(key="actions.measure_done.evidence").value == ""
    press(at, f"actions.open_mine_{first}_measure_done")
    assert at.text_area(key="actions.measure_done.evidence").value == "Half getypt"

    again = opened(cast, "cora")  # as after a reload
    press(again, f"actions.open_mine_{second}_measure_done")
    assert again.text_area(key="actions.measure_done.evidence").value == ""
    press(again, "actions.measure_done.cancel")
    press(again, f"actions.open_mine_{first}_measure_done")
    assert again.text_area(key="actions.measure_done.evidence").value == "Half getypt"


def test_a_form_of_which_the_measure_was_done_meanwhile_says_so(cast: Cast) -> None:
    case = Case.registered("training", cast).answered(measures=1)
    measure = the_one().id
    at = opened(cast, "cora")
    press(at, f"actions.open_mine_{measure}_measure_done")

    case.measure_done("hans")
    at.run()

    assert "staat hier niet meer" in words(at)
    assert "actions.measure_done.save" not in keys(at)


def test_what_was_typed_in_it_can_still_be_copied(cast: Cast) -> None:
    case = Case.registered("training", cast).answered(measures=1)
    at = opened(cast, "cora")
    press(at, f"actions.open_mine_{the_one().id}_measure_done")
    at.text_area(key="actions.measure_done.evidence").input("Hij hangt naast de deur.")

    case.measure_done("hans")
    at.run()

    assert "staat hier niet meer" in words(at)
    assert [each.value for each in at.run().code] == ["Hij hangt naast de deur."]
    press(at, "actions.own_words.cancel")
    assert not at.code


def test_the_dossier_asks_too(cast: Cast) -> None:
    case = Case.registered("training", cast, received_on=LONG_AGO).answered(measures=1).measure_done(months=3)
    at = open_page(cast, "hans", "complaint", ref=case.reference)
    assert "Heeft het geholpen? Sinds zo 6 sep 2026 wacht de vraag op antwoord." in words(at)

    press(at, f"complaint.open.{StepName.MEASURE_EFFECT}")
    at.selectbox(key="complaint.measure_effect.helped").select("yes")
    at.text_area(key="complaint.measure_effect.explanation").input("Het is nu warm.")
    press(at, "complaint.measure_effect.save")

    assert "Geholpen: ja Het is nu warm." in words(at)
    assert f"complaint.open.{StepName.MEASURE_EFFECT}" not in keys(at)


# On the board


def test_the_board_says_what_is_mine_and_what_others_are_late_with(engine: Engine, cast: Cast) -> None:
    spread(engine, cast)

    said = words(open_page(cast, "cora", "board"))

    assert "Maatregel: cora -1 (van u)" in said
    assert "Maatregel: hans -1 (van Hans Behandelaar)" in said
    assert "Maatregel: hans 0" not in said
    assert "Vandaag hoeft er niets meer" not in said


def test_a_measure_is_no_markdown_anywhere(engine: Engine, cast: Cast) -> None:
    with filled(engine) as session:
        complaint = make_complaint(session, cast, title="**vet** :red[rood]")
        make_measure(session, complaint, cast["cora"], due_on=TODAY, text="**vet** :red[rood]")

    board, page = open_page(cast, "cora", "board"), opened(cast, "cora")

    assert "Maatregel: **vet** :red[rood] (van u)" in [each.value for each in board.text]
    assert [each.value for each in page.text].count("**vet** :red[rood]") == 2
    assert not [each.value for each in (*page.caption, *page.markdown) if "**vet**" in each.value]
