"""Two people in one dossier: the second one sees both texts, chooses or puts them together, and loses nothing."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session
from streamlit.testing.v1 import AppTest

from db import models as m
from domain.vocabulary import Channel, EventKind, Outcome, Relation, Ruling
from domain.workflow import StepName
from services import complainants, complaints, dossier, drafts, hearing, satisfaction, steps
from services.complaints import Named
from services.corrections import Corrected
from tests.cases import Case
from tests.conftest import TODAY, Cast
from tests.dossiers import On, answered, appealed, in_progress, seen
from tests.pages.test_complaint import RAW_KEY, errors, fill, opened, press, step, words
from tests.ui.apptest import open_page

MINE = "Wij stonden een half uur te wachten en niemand belde."
THEIRS = "Wij stonden een kwartier te wachten en niemand nam de telefoon op."
CHOICES = {f"correct.description.{act}.go_on" for act in ("mine", "theirs", "both")}


@pytest.fixture
def case(cast: Cast) -> Case:
    return Case.registered("training", cast)


def correct(case: Case, who: str = "dora", **changed: object) -> None:
    row = case.row
    now = {name: getattr(row, name) for name in ("title", "description", "category", "channel", "subcategory", "unit_id")}
    steps.correct(case.cast.actor(who), case.reference, case.seen, "Verkeerd verstaan.", Corrected(**{**now, **changed}))  # type: ignore[arg-type]


def typing(case: Case, **fields: object) -> AppTest:
    """Cora has the form open, with this in it."""
    at = step(opened(case.cast, "cora", case.reference), StepName.CORRECT)
    for name, value in {"reason": "De moeder belde terug.", **fields}.items():
        fill(at, f"complaint.correct.{name}", value)
    return at.run()


def buttons(at: AppTest) -> set[str]:
    return {str(each.key).removeprefix("complaint.") for each in at.button if str(each.key).endswith("go_on")}


def refused(at: AppTest) -> list[str]:
    return [each for each in errors(at) if "te laat" not in each]  # of a promise that is


def description(at: AppTest) -> str:
    return str(at.text_area(key="complaint.correct.description").value)


def test_both_texts_stand_side_by_side_with_what_differs_marked(case: Case) -> None:
    at = typing(case, description=MINE)
    correct(case, description=THEIRS)

    at.run()

    said = words(at)
    assert "Intussen heeft Dora Directeur dit gewijzigd (" in said
    assert "Verbeterd: omschrijving" in said
    assert "Wij stonden een «half uur» te wachten en niemand «belde.»" in said
    assert "Wij stonden een «kwartier» te wachten en niemand «nam de telefoon op.»" in said
    assert buttons(at) == CHOICES
    assert description(at) == MINE
    assert not RAW_KEY.findall(said)


@pytest.mark.parametrize(
    ("act", "text"),
    [("mine", MINE), ("theirs", THEIRS), ("both", "Wij stonden een half uur te wachten en niemand nam de telefoon op.")],
)
def test_one_chooses_and_then_saves(case: Case, act: str, text: str) -> None:
    at = typing(case, description=MINE, title="De bus kwam te laat")
    correct(case, description=THEIRS)
    at.run()

    press(at, f"complaint.correct.description.{act}.go_on")
    assert description(at) == text
    assert buttons(at) == set()
    press(at, "complaint.correct.save")

    assert not refused(at)
    assert (case.row.description, case.row.title) == (text, "De bus kwam te laat")


def test_the_text_can_still_be_edited_and_what_was_replaced_still_be_copied(case: Case) -> None:
    at = typing(case, description=MINE)
    correct(case, description=THEIRS)
    at.run()

    press(at, "complaint.correct.description.theirs.go_on")

    assert MINE in [each.value for each in at.code]
    again = opened(case.cast, "cora", case.reference)  # after a reload too
    assert MINE in [each.value for each in again.code]
    assert description(again) == THEIRS
    fill(again, "complaint.correct.description", "In onze eigen woorden.")
    press(again, "complaint.correct.save")
    assert case.row.description == "In onze eigen woorden."


def test_what_only_the_other_changed_is_taken_over_and_said(case: Case) -> None:
    at = typing(case, description=MINE)
    correct(case, title="De bus kwam te laat", channel=Channel.EMAIL)

    at.run()

    taken = "Waar gaat het over, in een paar woorden? Langs welke weg kwam het binnen?"
    assert f"Overgenomen in uw formulier, want u had er niets aan veranderd: {taken}" in words(at)
    assert at.text_input(key="complaint.correct.title").value == "De bus kwam te laat"
    assert at.selectbox(key="complaint.correct.came_in").value == Channel.EMAIL
    assert buttons(at) == {"correct.go_on"}
    press(at, "complaint.correct.go_on")
    press(at, "complaint.correct.save")
    assert not refused(at)
    assert (case.row.title, case.row.description, case.row.channel) == ("De bus kwam te laat", MINE, Channel.EMAIL)


def test_who_saves_without_looking_is_stopped_and_sees_it(case: Case) -> None:
    at = typing(case, description=MINE)
    correct(case, description=THEIRS)

    press(at, "complaint.correct.save")

    assert buttons(at) == CHOICES
    assert description(at) == MINE
    assert case.row.description == THEIRS


def test_a_choice_between_two_places_is_named_by_its_words(case: Case) -> None:
    at = typing(case, unit_id=case.cast.units["zuid"])
    correct(case, unit_id=None)

    at.run()

    assert {"Locatie Zuid", "(leeg)"} <= {each.value for each in at.text}
    press(at, "complaint.correct.unit_id.mine.go_on")
    press(at, "complaint.correct.save")
    assert case.row.unit_id == case.cast.units["zuid"]


def test_after_a_reload_it_is_asked_all_the_same_but_not_what_was_chosen(case: Case) -> None:
    typing(case, description=MINE)
    correct(case, description=THEIRS)

    at = opened(case.cast, "cora", case.reference)

    assert description(at) == MINE
    assert buttons(at) == CHOICES
    assert "Verbeterd: omschrijving" in words(at)
    press(at, "complaint.correct.description.mine.go_on")
    again = opened(case.cast, "cora", case.reference)
    assert buttons(again) == set()
    press(again, "complaint.correct.save")
    assert case.row.description == MINE


def test_who_saves_once_more_makes_it_a_new_choice(case: Case) -> None:
    at = typing(case, description=MINE)
    correct(case, "cora", description=THEIRS)
    at.run()
    assert "U hebt dit intussen zelf ergens anders gewijzigd (" in words(at)
    press(at, "complaint.correct.description.mine.go_on")
    correct(case, description="Anders opgeschreven.")

    at.run()

    assert "«Anders opgeschreven.»" in words(at)
    assert "Intussen heeft Dora Directeur dit gewijzigd (" in words(at)


def test_a_draft_of_before_that_does_not_know_what_stood_there_asks_about_every_difference(case: Case) -> None:
    typing(case, description=MINE)
    page, cora = f"complaint.{case.reference}", case.cast.actor("cora")
    kept = drafts.recall(cora, page)
    drafts.keep(cora, page, {name: kept[name] for name in ("step", "seen", "values")})
    correct(case, description=THEIRS)

    at = opened(case.cast, "cora", case.reference)

    assert "correct.description.mine.go_on" in buttons(at)
    assert "Intussen is dit gewijzigd." in words(at)


def test_user_text_is_never_markdown_or_html(case: Case) -> None:
    at = typing(case, description="<script>alert(1)</script> **vet** :red[rood]")
    correct(case, description="[klik](https://voorbeeld.invalid) `code`")

    at.run()

    assert any("<script>alert(1)</script>" in each.value for each in at.text)
    assert not [each for each in (*at.markdown, *at.caption, *at.warning) if "script" in each.value or "klik" in each.value]


def test_the_name_of_the_complainant(case: Case) -> None:
    at = step(opened(case.cast, "cora", case.reference), StepName.NAME_COMPLAINANT)
    fill(at, "complaint.name_complainant.complainant_name", "Karel de Vries-Smit")
    at.run()
    named = ("client", "Karel Devries", "06 00 00 00 09")
    complainants.name_complainant(case.cast.actor("dora"), case.reference, case.seen, *named)

    at.run()

    assert at.text_input(key="complaint.name_complainant.complainant_contact").value == "06 00 00 00 09"
    press(at, "complaint.name_complainant.complainant_name.mine.go_on")
    press(at, "complaint.name_complainant.save")
    assert not refused(at)
    assert case.read().complainant.name == "Karel de Vries-Smit"  # type: ignore[union-attr]


def test_what_the_complainant_answered_afterwards(cast: Cast, on: On) -> None:
    reference = answered(cast, on)
    satisfaction.ask(cast.actor("cora"), reference, seen(reference), TODAY, Channel.PHONE)
    at = step(opened(cast, "hans", reference), StepName.SATISFACTION)
    fill(at, "complaint.satisfaction.process", 4)
    fill(at, "complaint.satisfaction.remark", "Snel geholpen.")
    at.run()
    satisfaction.answer(cast.actor("cora"), reference, seen(reference), TODAY, 2, 3, "Te traag.")

    at.run()

    assert at.selectbox(key="complaint.satisfaction.outcome").value == 3
    assert {"satisfaction.process.mine.go_on", "satisfaction.remark.both.go_on"} <= buttons(at)


def test_a_draft_ruling(cast: Cast, on: On) -> None:
    reference = appealed(cast, on)
    at = open_page(cast, "vera", "appeals", ref=reference)
    press(at, "appeals.open.rule")
    at.selectbox(key="appeals.rule.ruling").set_value("confirmed")
    at.text_area(key="appeals.rule.ruling_reasons").set_value("Ik vind het besluit goed.").run()
    said = ("In een ander venster.", "Neem een nieuw besluit.", TODAY, True)
    hearing.rule(cast.actor("vera"), reference, at.session_state["appeals.seen"], Ruling.ANNULLED, *said)

    at.run()

    assert "U hebt dit intussen zelf ergens anders gewijzigd (" in words(at)
    press(at, "appeals.rule.ruling_reasons.theirs.go_on")
    press(at, "appeals.rule.ruling.theirs.go_on")
    assert at.text_area(key="appeals.rule.ruling_reasons").value == "In een ander venster."
    press(at, "appeals.rule.save")
    assert not refused(at)


def test_a_letter_in_own_words_beside_the_proposal_that_became_another(cast: Cast, on: On) -> None:
    reference = in_progress(cast, on)
    at = step(opened(cast, "hans", reference), StepName.PROGRESS)
    key = "complaint.progress.progress.body"
    fill(at, key, f"{at.text_area(key=key).value}\nMet vriendelijke groet vooraf.")
    at.run()
    named = ("client", "Karla Anders", "k@voorbeeld.invalid")
    complainants.name_complainant(cast.actor("cora"), reference, seen(reference), *named)

    at.run()

    press(at, "complaint.progress.progress.body.both.go_on")
    said = str(at.text_area(key=key).value)
    assert "Met vriendelijke groet vooraf." in said
    assert "Anders" in said


# Somebody else took the step already


def test_what_was_typed_for_a_step_that_is_taken_goes_into_a_note_with_one_click(engine: Engine, cast: Cast, on: On) -> None:
    reference = in_progress(cast, on, date(2026, 11, 20))
    at = step(opened(cast, "hans", reference), StepName.DECIDE)
    fill(at, "complaint.decide.outcome", Outcome.UPHELD)
    fill(at, "complaint.decide.reasons", "Het was te koud in de groep.")
    at.run()
    steps.decide(cast.actor("dora"), reference, seen(reference), TODAY, Outcome.PARTLY, "Deels.", no_measures=True)
    at.run()

    said = words(at)
    assert "Intussen heeft Dora Directeur dit gewijzigd (" in said
    assert "Dora Directeur: Besluit" in said
    assert [each.value for each in at.code] == ["Het was te koud in de groep."]
    press(at, "complaint.decide.note.send")

    assert "Uw tekst staat als notitie in het dossier." in words(at)
    with Session(engine) as session:
        (note,) = session.scalars(select(m.EventText.text).join(m.Event).where(m.Event.kind == EventKind.NOTE))
        assert note == "Het was te koud in de groep."
        assert session.scalars(select(m.Draft)).all() == []


# A dossier that is not theirs any more


def exclude_cora(case: Case) -> None:
    complaints.add_party(case.cast.actor("dora"), case.reference, Relation.CONFLICT, Named(account_id=case.cast["cora"]))


@pytest.mark.parametrize("reloaded", [False, True])
def test_who_is_excluded_meanwhile_keeps_only_their_own_words(case: Case, reloaded: bool) -> None:
    at = typing(case, description=MINE)
    correct(case, title="Geheim voor Cora")
    exclude_cora(case)

    if reloaded:
        at = open_page(case.cast, "cora", "complaint", ref=case.reference)
    else:
        at.run()

    said = words(at)
    assert "Dit dossier bestaat niet, of u heeft er geen toegang toe." in said
    assert [each.value for each in at.code] == [f"{MINE}\n\nDe moeder belde terug."]
    for secret in ("Geheim voor Cora", "Dora", "Niemand was op tijd"):
        assert secret not in said
    press(at, "complaint.own_words.cancel")
    assert not at.code
    assert drafts.recall(case.cast.actor("cora"), f"complaint.{case.reference}") == {}


def test_what_a_colleague_wrote_and_was_taken_over_is_not_among_ones_own_words(case: Case) -> None:
    at = typing(case, description=MINE)
    correct(case, title="Van Dora")
    at.run()
    assert at.text_input(key="complaint.correct.title").value == "Van Dora"
    exclude_cora(case)

    again = open_page(case.cast, "cora", "complaint", ref=case.reference)

    assert [each.value for each in again.code] == [f"{MINE}\n\nDe moeder belde terug."]


def test_what_was_typed_in_the_very_last_moment_is_offered_too(case: Case) -> None:
    at = typing(case)
    fill(at, "complaint.correct.description", MINE)
    exclude_cora(case)

    at.run()

    assert MINE in at.code[0].value
    assert MINE in open_page(case.cast, "cora", "complaint", ref=case.reference).code[0].value


def test_who_never_typed_anything_reads_only_that_it_does_not_exist(case: Case) -> None:
    step(opened(case.cast, "cora", case.reference), StepName.CORRECT)
    exclude_cora(case)

    at = open_page(case.cast, "cora", "complaint", ref=case.reference)

    assert not at.code
    assert words(at) == words(open_page(case.cast, "cora", "complaint", ref="K26-00000"))


# Two tabs of one person


def test_one_form_in_two_tabs_is_one_and_another_text_in_the_second_is_not_lost(cast: Cast, on: On) -> None:
    reference = in_progress(cast, on)
    first = step(opened(cast, "hans", reference), StepName.LOG)
    fill(first, "complaint.log.text", "Gebeld over de zaal.")
    first.run()
    same, other = opened(cast, "hans", reference), opened(cast, "hans", reference)
    fill(other, "complaint.log.text", "Gebeld over de trainer.")

    for at in (first, same):
        press(at, "complaint.log.save")
        assert "Het staat in het dossier." in words(at)
    press(other, "complaint.log.save")
    assert "Dit formulier is al opgeslagen, in een ander venster" in refused(other)[0]
    assert other.text_area(key="complaint.log.text").value == "Gebeld over de trainer."
    press(other, "complaint.log.save")  # who clicks again means it

    assert "Het staat in het dossier." in words(other)
    timeline = dossier.read(cast.actor("hans"), reference).content.timeline  # type: ignore[union-attr]
    assert [each.text for each in timeline if "Gebeld" in each.text] == ["Gebeld over de trainer.", "Gebeld over de zaal."]
