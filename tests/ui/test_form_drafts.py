"""What was typed in the form of a step: still there after the page was left in whatever way."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session
from streamlit.testing.v1 import AppTest

from db import models as m
from domain.vocabulary import EventKind
from domain.workflow import StepName
from services import dossier, steps
from tests.conftest import Cast
from tests.dossiers import On, appealed, in_progress, registered, seen
from tests.pages.test_complaint import STATES, fill, opened, press, step, words
from tests.ui.apptest import open_page

STILL_HERE = "Wat u eerder typte, staat er nog."


def drafts_of(engine: Engine) -> list[m.Draft]:
    with Session(engine) as session:
        found = list(session.scalars(select(m.Draft)))
        session.expunge_all()
        return found


def values(at: AppTest) -> dict[str, object]:
    kinds = (at.text_area, at.text_input, at.selectbox, at.multiselect, at.date_input, at.checkbox, at.radio, at.toggle)
    return {each.key: each.value for kind in kinds for each in kind if str(each.key).startswith("complaint.")}


def test_what_was_typed_is_there_again_and_gone_once_it_is_saved(engine: Engine, cast: Cast, on: On) -> None:
    reference = in_progress(cast, on)
    at = opened(cast, "hans", reference)
    step(at, StepName.LOG)
    fill(at, "complaint.log.kind", EventKind.MESSAGE_RECEIVED)
    at.run()
    fill(at, "complaint.log.on", date(2026, 11, 19))
    fill(at, "complaint.log.subject", "Nog iets")
    fill(at, "complaint.log.text", "De klager mailt dat het nu goed is.")
    at.run()
    before = values(at)

    again = opened(cast, "hans", reference)

    assert STILL_HERE in words(again)
    assert values(again) == before
    assert again.date_input(key="complaint.log.on").value == date(2026, 11, 19)
    press(again, "complaint.log.save")
    assert "Het staat in het dossier." in words(again)
    with Session(engine) as session:
        (message,) = session.scalars(select(m.Message).where(m.Message.direction == "in"))
        assert message.sent_on == date(2026, 11, 19)
    assert drafts_of(engine) == []
    assert STILL_HERE not in words(opened(cast, "hans", reference))


def test_a_decision_comes_back_with_its_measures(cast: Cast, on: On) -> None:
    reference = in_progress(cast, on)
    at = opened(cast, "hans", reference)
    step(at, StepName.DECIDE)
    press(at, "complaint.decide.another")
    fill(at, "complaint.decide.outcome", "upheld")
    fill(at, "complaint.decide.measure_1", "Een uur van tevoren verwarmen.")
    fill(at, "complaint.decide.owner_1", cast["tom"])
    fill(at, "complaint.decide.due_1", date(2026, 12, 1))
    at.run()

    assert values(opened(cast, "hans", reference)) == values(at)


def test_a_letter_comes_back_in_somebodys_own_words(cast: Cast, on: On) -> None:
    reference = in_progress(cast, on)
    at = opened(cast, "hans", reference)
    step(at, StepName.PROGRESS)
    fill(at, "complaint.progress.progress.body", "Geheel in eigen woorden.")
    at.run()

    again = opened(cast, "hans", reference)

    assert again.text_area(key="complaint.progress.progress.body").value == "Geheel in eigen woorden."
    assert values(again) == values(at)


def test_a_form_in_which_nothing_was_typed_is_no_draft(engine: Engine, cast: Cast, on: On) -> None:
    reference = in_progress(cast, on)
    at = opened(cast, "hans", reference)
    step(at, StepName.PROGRESS).run()

    assert drafts_of(engine) == []
    assert STILL_HERE not in words(at)


def test_cancelling_throws_it_away(engine: Engine, cast: Cast, on: On) -> None:
    reference = in_progress(cast, on)
    at = opened(cast, "hans", reference)
    step(at, StepName.DECIDE)
    fill(at, "complaint.decide.reasons", "Het was te koud.")
    at.run()
    assert [each.page for each in drafts_of(engine)] == [f"complaint.{reference}"]

    press(opened(cast, "hans", reference), "complaint.decide.cancel")

    assert drafts_of(engine) == []
    assert "complaint.decide.reasons" not in values(opened(cast, "hans", reference))


def test_a_draft_is_of_one_person_and_one_dossier(cast: Cast, on: On) -> None:
    reference = in_progress(cast, on)
    other = registered(cast, on, title="Iets anders")
    at = opened(cast, "dora", reference)
    step(at, StepName.DECIDE)
    fill(at, "complaint.decide.reasons", "Het was te koud.")
    at.run()

    assert "complaint.decide.reasons" not in values(opened(cast, "cora", reference))
    assert "complaint.decide.reasons" not in values(opened(cast, "dora", other))


def test_what_a_colleague_did_meanwhile_is_said(cast: Cast, on: On) -> None:
    reference = in_progress(cast, on)
    at = opened(cast, "hans", reference)
    step(at, StepName.DECIDE)
    fill(at, "complaint.decide.reasons", "Het was te koud.")
    at.run()
    steps.assign(cast.actor("cora"), reference, seen(reference), cast["hilde"])
    steps.assign(cast.actor("cora"), reference, seen(reference), cast["hans"])

    again = opened(cast, "hans", reference)

    assert again.text_area(key="complaint.decide.reasons").value == "Het was te koud."
    assert again.button(key="complaint.decide.go_on")


@pytest.mark.parametrize("state", ["in_progress", "answered"])
def test_every_form_comes_back_as_it_was(cast: Cast, on: On, state: str) -> None:
    reference = STATES[state](cast, on)
    possible = [each.name for each in dossier.steps(cast.actor("dora"), reference) if each.possible]
    for name in possible:
        at = opened(cast, "dora", reference)
        step(at, name)
        typed = [each for each in (*at.text_area, *at.text_input) if str(each.key).startswith(f"complaint.{name}.")]
        for field in typed:
            field.set_value(f"Getypt in {field.key}.")
        if not typed:
            continue
        at.run()
        assert not at.exception

        again = opened(cast, "dora", reference)

        assert values(again) == values(at), name
        press(again, f"complaint.{name}.cancel")


def test_a_reviewers_form_comes_back_too_and_to_the_reviewer_only(engine: Engine, cast: Cast, on: On) -> None:
    reference = appealed(cast, on)
    at = open_page(cast, "vera", "appeals", ref=reference)
    press(at, "appeals.open.hear")
    at.text_area(key="appeals.hear.hearing").set_value("Gehoord op kantoor.").run()

    again = open_page(cast, "vera", "appeals", ref=reference)

    assert again.text_area(key="appeals.hear.hearing").value == "Gehoord op kantoor."
    assert STILL_HERE not in words(opened(cast, "dora", reference))
    press(again, "appeals.hear.save")
    assert drafts_of(engine) == []
