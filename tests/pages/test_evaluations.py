"""Evaluation forms on the screen: one by one, dismissed with a reason, a complaint, keyed in, a source and a file."""

from __future__ import annotations

from datetime import timedelta

import pytest
from streamlit.testing.v1 import AppTest

from domain.mapping import ColumnMap
from services import board, evaluation_import, evaluation_sources, evaluations, review_evaluations
from services.board import BoardFilter
from tests.conftest import CAST, TODAY, Cast
from tests.dossiers import On
from tests.evaluating import as_csv, bring, dismiss, key, one, rows, source
from tests.pages.test_review import said
from tests.services.test_review_evaluations import begin
from tests.ui.apptest import NotForThem, open_page


def tab(at: AppTest, name: str) -> AppTest:
    """As a click on it: what is kept is the name."""
    at.session_state["evaluations.tab"] = ""
    at.session_state["evaluations.tab_name"] = name
    return at.run()


@pytest.mark.parametrize("who", sorted(set(CAST) - {"cora", "dora"}))
def test_only_who_judges_forms_has_the_page(cast: Cast, who: str) -> None:
    with pytest.raises(NotForThem):
        open_page(cast, who, "evaluations")


def test_an_empty_register_says_what_to_do_on_every_tab(cast: Cast) -> None:
    at = open_page(cast, "cora", "evaluations")

    assert "Lees een bestand in of voer een formulier in" in said(at)
    assert "Er is nog geen formulier" in said(tab(at, "dismissed"))
    assert "Leg eerst een bron vast" in said(tab(at, "import"))
    assert "papieren formulier" in said(tab(at, "key_in"))
    assert "De regel van de organisatie" in said(tab(at, "sources"))


def test_one_by_one_with_a_reason(cast: Cast) -> None:
    first, second = key(cast, words="Het **was** niets"), key(cast, words="De tweede")
    at = open_page(cast, "cora", "evaluations")
    assert "Formulier 1 van 2" in said(at)
    assert "Het **was** niets" in [each.value for each in at.text]

    at.button(key=f"evaluations.dismiss.{first}").click().run()
    assert [each.value for each in at.error] == ["Vul dit in."]

    at.text_input(key=f"evaluations.reason.{first}").set_value("Een wens")
    at.button(key=f"evaluations.dismiss.{first}").click().run()

    assert "Formulier 1 van 1" in said(at)
    assert at.query_params["form"] == str(second)
    assert [each.reason for each in evaluations.dismissed(cast.actor("cora")).rows] == ["Een wens"]


def test_it_becomes_a_complaint(cast: Cast) -> None:
    number = key(cast, person="Jo Jansen", training="Basis")
    at = open_page(cast, "cora", "evaluations")
    at.button(key=f"evaluations.yes.{number}").click().run()
    prefix = f"evaluations.confirm.{number}"
    assert at.text_area(key=f"{prefix}.description").value == "Dit was niets"
    assert at.text_input(key=f"{prefix}.name").value == "Jo Jansen"

    at.button(key=f"{prefix}.save").click().run()
    assert at.error, "no category"
    at.selectbox(key=f"{prefix}.category").set_value("Organisatie en locatie").run()
    at.button(key=f"{prefix}.save").click().run()

    (line,) = board.page(cast.actor("cora"), BoardFilter(status="all")).rows
    assert f"Het formulier is nu klacht {line.reference}." in said(at)
    assert rows()[0].words == ""


def test_a_colleague_was_first(cast: Cast) -> None:
    number, other = key(cast), key(cast, words="De tweede")
    at = open_page(cast, "cora", "evaluations")
    at.text_input(key=f"evaluations.reason.{number}").set_value("Een wens")
    dismiss(cast, number, who="dora")

    at.button(key=f"evaluations.dismiss.{number}").click().run()

    assert "Formulier 1 van 1" in said(at)
    assert one(cast, other).words == "De tweede"


def test_about_a_colleague_is_shielded_with_one_click(cast: Cast) -> None:
    number = key(cast)
    at = open_page(cast, "cora", "evaluations")
    at.selectbox(key=f"evaluations.about.{number}").set_value(cast["dora"]).run()
    at.button(key=f"evaluations.do_about.{number}").click().run()

    assert "Dora Directeur ziet dit formulier niet." in said(at).replace("\\", "")
    assert "Er wacht geen formulier" in said(open_page(cast, "dora", "evaluations", form=str(number)))
    at.button(key=f"evaluations.not.{number}.{cast['dora']}").click().run()
    assert "Formulier 1 van 1" in said(open_page(cast, "dora", "evaluations"))


def test_a_dismissed_one_comes_back_for_another_look(cast: Cast) -> None:
    number = key(cast)
    dismiss(cast, number, "Een wens")
    at = tab(open_page(cast, "dora", "evaluations"), "dismissed")
    assert "Een wens" in said(at)
    assert "Cora Coördinator" in said(at).replace("\\", "")

    at.button(key=f"evaluations.back.{number}").click().run()

    assert one(cast, number)


def test_keyed_in_the_fields_are_empty_again(cast: Cast) -> None:
    at = tab(open_page(cast, "cora", "evaluations"), "key_in")
    at.text_area(key="evaluations.typed.words").set_value("Koud").run()
    at.number_input(key="evaluations.typed.score").set_value(1.5).run()
    at.button(key="evaluations.key_in").click().run()

    (found,) = rows()
    assert (found.words, found.score) == ("Koud", "1.5")
    assert at.text_area(key="evaluations.typed.words").value == ""
    assert at.number_input(key="evaluations.typed.score").value is None


def test_a_source_and_a_file_from_looking_to_the_report(cast: Cast) -> None:
    at = tab(open_page(cast, "cora", "evaluations"), "sources")
    content = as_csv([("F-1", "2026-11-02", "", "1", "Koud", "", ""), ("F-2", "", "", "x", "", "", "")])
    prefix = "evaluations.source.0.0"
    at.text_input(key=f"{prefix}.name").set_value("Enquête").run()
    at.file_uploader(key=f"{prefix}.file").upload("forms.csv", content, "text/csv").run()
    assert at.selectbox(key=f"{prefix}.column.score.7").value == "Cijfer"
    at.button(key=f"{prefix}.save").click().run()
    assert [each.name for each in evaluation_sources.known(cast.actor("cora")).sources] == ["Enquête"]

    tab(at, "import")
    at.file_uploader(key="evaluations.file").upload("forms.csv", content, "text/csv").run()
    assert "Rij 3, kolom Cijfer" in said(at)
    assert rows() == []
    at.button(key="evaluations.import").click().run()

    assert len(rows()) == 1
    assert "Nieuw om te beoordelen: 1." in said(at)
    assert "niets nieuws in te lezen" in said(at)
    assert "evaluations.import" not in [each.key for each in at.button]
    (brought,) = evaluation_import.brought(cast.actor("cora"))
    assert (brought.proposed, brought.passed_over) == (1, 1)


def test_the_rule_is_chosen(cast: Cast) -> None:
    at = tab(open_page(cast, "cora", "evaluations"), "sources")
    at.number_input(key="evaluations.rule.all.at_most").set_value(3.0)
    at.text_area(key="evaluations.rule.all.words").set_value("klacht*\n\nniet tevreden")
    at.button(key="evaluations.rule_save").click().run()

    rule = evaluation_sources.known(cast.actor("cora")).rule
    assert (str(rule.at_most), rule.words) == ("3", ("klacht*", "niet tevreden"))


def test_the_board_says_what_waits_longer_than_a_week(cast: Cast, on: On) -> None:
    with on(TODAY - timedelta(days=8)):
        key(cast)

    words = "1 evaluatieformulier wacht langer dan een week"
    assert any(words in str(each.value) for each in open_page(cast, "cora", "board").markdown)
    for who in ("hans", "piet"):
        assert words not in said(open_page(cast, who, "board"))


def test_in_the_review_the_meeting_looks_at_what_was_dismissed(cast: Cast) -> None:
    seen, back = key(cast), key(cast, words="De tweede")
    for each in (seen, back):
        dismiss(cast, each, "Een wens")
    number = begin(cast)
    at = open_page(cast, "cora", "review", review=str(number))
    at.session_state["review.tab"] = "Evaluaties"
    at.run()
    assert "0 gezien, 0 terug naar de lijst, 2 nog te bekijken" in said(at)

    at.button(key=f"review.form_seen.{seen}").click().run()
    at.button(key=f"review.form_back.{back}").click().run()

    found = review_evaluations.looked(cast.actor("cora"), number)
    assert (found.seen, found.taken_back, found.waiting) == (1, 1, 0)
    theirs = open_page(cast, "piet", "review", review=str(number))
    theirs.session_state["review.tab"] = "Evaluaties"
    assert "Kijk mee op hun scherm" in said(theirs.run())


def test_many_in_a_file_are_brought_in_with_progress(cast: Cast) -> None:
    bring(cast, source(cast))
    at = tab(open_page(cast, "cora", "evaluations"), "import")

    assert "Wat u eerder inlas" in said(at)
    assert at.get("download_button")


def test_what_another_one_said_of_a_source_or_of_the_rule_stands_beside_what_was_typed(cast: Cast) -> None:
    dora = cast.actor("dora")
    mapping = ColumnMap({"words": "Wat viel op", "score": "Cijfer"})
    number = evaluation_sources.save(dora, "Enquête", mapping, "Hoe was het?")
    at = tab(open_page(cast, "cora", "evaluations"), "sources")
    at.selectbox(key="evaluations.edit").set_value(number).run()
    prefix = f"evaluations.source.{number}"
    at.text_input(key=f"{prefix}.question").set_value("Hoe vond u het?").run()
    source = evaluation_sources.known(dora).of(number)
    assert source
    evaluation_sources.save(dora, "Enquête 2026", mapping, "Wat vond u ervan?", None, number, source.version)

    at.button(key=f"{prefix}.save").click().run()
    assert at.text_input(key=f"{prefix}.name").value == "Enquête 2026"
    at.button(key=f"{prefix}.question.mine.go_on").click().run()
    at.button(key=f"{prefix}.save").click().run()

    after = evaluation_sources.known(dora).of(number)
    assert after
    assert (after.name, after.question, after.mapping) == ("Enquête 2026", "Hoe vond u het?", mapping)
    assert not at.exception
