"""Closing on the dossier page: what it asks of the complainant, and what it says."""

from __future__ import annotations

from datetime import date

from streamlit.testing.v1 import AppTest

from domain.vocabulary import EventKind, LetterType
from domain.workflow import StepName
from services import dossier, steps
from tests.conftest import TODAY, Cast
from tests.dossiers import RECEIVED, On, answered, outgoing, registered, ruled, seen
from tests.pages.test_complaint import opened, step, words


def not_satisfied(cast: Cast, who: str, reference: str) -> AppTest:
    at = step(opened(cast, who, reference), StepName.CLOSE)
    at.selectbox(key="complaint.close.satisfied").set_value("no").run()
    assert not at.exception
    return at


def offers_appeal(at: AppTest) -> bool:
    return any(each.key == "complaint.open.lodge_appeal" for each in at.button)


def test_who_may_not_record_an_appeal_reads_who_may(cast: Cast, on: On) -> None:
    reference = answered(cast, on)
    with on(TODAY):
        at = not_satisfied(cast, "mia", reference)

    assert not offers_appeal(at)
    assert "De klachtencoördinator of de directeur kan het beroep vastleggen" in words(at)


def test_without_a_decision_there_is_no_appeal_to_offer(cast: Cast, on: On) -> None:
    reference = registered(cast, on, already_resolved=True, immediate_actions="Opgelost.", no_immediate_action=False)
    with on(RECEIVED):
        steps.consult(cast.actor("dora"), reference, seen(reference), RECEIVED, (cast["piet"],), "Zo.", cast["cora"])
        letter = outgoing(cast.actor("cora"), reference, LetterType.ACK_ACTION, RECEIVED)
        steps.acknowledge(cast.actor("cora"), reference, seen(reference), letter)
        at = not_satisfied(cast, "cora", reference)

    assert not offers_appeal(at)
    assert "Er is geen besluit waartegen beroep mogelijk is" in words(at)


def test_a_decision_that_was_ruled_on_takes_no_second_appeal(cast: Cast, on: On) -> None:
    reference = ruled(cast, on, ruling="confirmed")
    with on(TODAY):
        at = not_satisfied(cast, "cora", reference)

    assert not offers_appeal(at)
    assert "al uitspraak gedaan in beroep" in words(at)


def test_closing_says_when_and_how_the_complainant_was_told_of_the_appeal(cast: Cast, on: On) -> None:
    reference = answered(cast, on)
    with on(TODAY):
        said = words(step(opened(cast, "cora", reference), StepName.CLOSE))

    assert "De klager is gewezen op het beroep en de externe instanties: " in said
    assert "maandag 7 september 2026." in said


def test_the_first_thing_that_told_counts_and_a_call_counts_too(cast: Cast, on: On) -> None:
    reference, on_day = registered(cast, on), date(2026, 9, 8)
    cora = cast.actor("cora")
    before = dossier.read(cora, reference).offer
    with on(on_day):
        steps.log(cora, reference, EventKind.INFORMED, on_day, "Gebeld en de regeling uitgelegd.")
        after = dossier.read(cora, reference).offer

    assert before is not None
    assert after is not None
    assert (before.rights_told, after.rights_told) == (None, (on_day, "event_kind.informed"))


def test_a_question_of_somebody_who_was_not_told_can_be_closed_and_says_what_to_do(cast: Cast, on: On) -> None:
    reference = registered(cast, on, kind="question")
    with on(date(2026, 9, 8)):
        steps.log(cast.actor("cora"), reference, EventKind.CONTACT, date(2026, 9, 8), "Gebeld.", channel="phone")
        said = words(step(opened(cast, "cora", reference), StepName.CLOSE))

    assert "nog niet gewezen op het beroep" in said
    assert "Klager geïnformeerd over de regeling" in said
