"""The dossier page around the steps that change the clocks."""

from __future__ import annotations

from datetime import date

import pytest

from domain.vocabulary import LetterType
from domain.workflow import StepName
from services import clocks, steps
from tests.cases import Case
from tests.conftest import TODAY, Cast
from tests.dossiers import On, answered, in_progress, outgoing, registered, seen
from tests.pages.test_complaint import RAW_KEY, opened, press, step, words

RECEIVED = date(2026, 11, 19)


def paused(cast: Cast, on: On, until: date | None = None) -> str:
    reference = in_progress(cast, on, received=RECEIVED)
    with on(TODAY):
        clocks.pause(cast.actor("hans"), reference, seen(reference), "agreed", TODAY, until, "Zo afgesproken.")
    return reference


def test_a_dossier_whose_clocks_stand_still_says_since_when(cast: Cast, on: On) -> None:
    reference = paused(cast, on)
    with on(TODAY):
        at = opened(cast, "hans", reference)

    said = words(at)
    assert "de termijn staat stil sinds zaterdag 21 november 2026" in said
    assert not RAW_KEY.search(said)


def test_a_pause_with_an_end_shows_the_new_day(cast: Cast, on: On) -> None:
    reference = paused(cast, on, date(2026, 11, 25))
    with on(TODAY):
        at = opened(cast, "hans", reference)

    assert "uiterlijk maandag 30 november 2026" in words(at)


@pytest.mark.parametrize("name", [StepName.PAUSE, StepName.CORRECT_RECEIPT])
def test_a_form_of_the_clocks_opens_without_a_raw_key(cast: Cast, on: On, name: StepName) -> None:
    reference = in_progress(cast, on, received=RECEIVED)
    with on(TODAY):
        at = step(opened(cast, "cora", reference), name)

    assert not RAW_KEY.search(words(at))
    assert not at.exception


def test_a_pause_is_recorded_from_its_form_and_ended_from_the_next(cast: Cast, on: On) -> None:
    reference = in_progress(cast, on, received=RECEIVED)
    with on(TODAY):
        at = step(opened(cast, "hans", reference), StepName.PAUSE)
        at.text_area(key="complaint.pause.text").set_value("Wij wachten op de foto's.")
        press(at, "complaint.pause.save")
        assert "staat stil" in words(opened(cast, "hans", reference))

        at = step(opened(cast, "hans", reference), StepName.RESUME)
        press(at, "complaint.resume.save")
        assert "staat stil" not in words(opened(cast, "hans", reference))


def test_a_pause_without_an_explanation_keeps_the_form_open(cast: Cast, on: On) -> None:
    reference = in_progress(cast, on, received=RECEIVED)
    with on(TODAY):
        at = step(opened(cast, "hans", reference), StepName.PAUSE)
        at.button(key="complaint.pause.save").click().run()

    assert any("leeg" in str(each.value) or "Vul" in str(each.value) for each in at.error)
    assert at.text_area(key="complaint.pause.text")


def test_another_day_of_receipt_shows_what_moves_before_it_is_saved(cast: Cast, on: On) -> None:
    reference = registered(cast, on, received=RECEIVED)
    with on(TODAY):
        at = step(opened(cast, "cora", reference), StepName.CORRECT_RECEIPT)
        at.date_input(key="complaint.correct_receipt.received_on").set_value(date(2026, 11, 16)).run()

    assert "Dit verschuift:" in words(at)
    assert "Reactie naar de klant: donderdag 26 november 2026 wordt maandag 23 november 2026" in words(at)


def test_who_is_not_satisfied_is_offered_the_appeal_in_the_form_of_closing(cast: Cast, on: On) -> None:
    reference = answered(cast, on)
    with on(TODAY):
        at = step(opened(cast, "cora", reference), StepName.CLOSE)
        at.selectbox(key="complaint.close.satisfied").set_value("no").run()
        assert "De klager kan in beroep" in words(at)

        press(at, "complaint.open.lodge_appeal")

    assert at.text_area(key="complaint.lodge_appeal.grounds")


@pytest.mark.parametrize("profile", ["kinderopvang-welzijn"])
def test_when_only_the_law_runs_the_page_says_which_article_forbids_a_pause(cast: Cast, on: On, profile: str) -> None:
    case = Case.registered(profile, cast, received_on=date(2026, 11, 2)).consult().acknowledge().assign().respond()

    said = words(opened(cast, "cora", case.reference)).replace("\\", "")

    assert "kan niet worden gepauzeerd (Wet kinderopvang art. 1.57b lid 2 onder d)" in said


def test_taking_an_extension_back_shows_the_old_date_and_that_it_has_passed(cast: Cast, on: On) -> None:
    reference = in_progress(cast, on, received=date(2026, 9, 7))
    with on(date(2026, 9, 10)):
        letter = outgoing(
            cast.actor("cora"),
            reference,
            LetterType.EXTENSION,
            date(2026, 9, 10),
            new_date=date(2026, 9, 30),
            reason="Een rapport volgt.",
        )
        steps.extend(cast.actor("cora"), reference, seen(reference), letter, date(2026, 9, 30), "Een rapport volgt.")
    with on(date(2026, 9, 16)):
        said = words(step(opened(cast, "cora", reference), StepName.WITHDRAW_EXTENSION))

    assert "Reactie naar de klant: woensdag 30 september 2026 wordt maandag 14 september 2026" in said
    assert "met de oude datum, maandag 14 september 2026, en is dan meteen te laat" in said
    assert not RAW_KEY.search(said)
