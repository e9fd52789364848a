"""The dossier page, per role, and the main job walked through it."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from datetime import date, datetime
from uuid import uuid4

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from streamlit.testing.v1 import AppTest

from db import models as m
from domain.rights import Right
from domain.vocabulary import EventKind, Outcome, Status
from domain.workflow import StepName
from services import complaints, door, dossier, steps
from services.complaints import HandOver, Named
from tests.cases import Case
from tests.conftest import PROFILES, TODAY, Cast
from tests.dossiers import (
    On,
    acknowledged,
    answered,
    appealed,
    complaint_of,
    decided,
    in_progress,
    registered,
    ruled,
    seen,
)
from tests.ui.apptest import NotForThem, open_page
from ui.step_forms import FORMS

YESTERDAY = date(2026, 11, 20)
RAW_KEY = re.compile(
    r"\b(?:complaint|refused|step|event_kind|promise_state|gap|channel|outcome|letter_type|relation|attempt_result|ground|ruling"
    r"|external_stage|complainant_type|recipient|close_reason|ladder_level|status|flag|discussed)\.[a-z_]+(?:\.[a-z_]+)?\b"
)


def opened(cast: Cast, who: str, reference: str) -> AppTest:
    at = open_page(cast, who, "complaint", ref=reference)
    assert not at.exception
    return at


def words(at: AppTest) -> str:
    kinds = (at.title, at.subheader, at.text, at.caption, at.info, at.success, at.warning, at.error, at.markdown)
    return "\n".join(str(each.value) for kind in kinds for each in kind)


def press(at: AppTest, key: str) -> AppTest:
    at.button(key=key).click().run()
    assert not at.exception
    return at


def step(at: AppTest, name: StepName) -> AppTest:
    return press(at, f"complaint.open.{name}")


def fill(at: AppTest, key: str, value: object) -> None:
    for kind in (at.text_area, at.text_input, at.selectbox, at.multiselect, at.date_input, at.checkbox, at.radio, at.toggle):
        for each in kind:
            if each.key == key:
                each.set_value(value)
                return
    raise AssertionError(f"no field {key}")


def done(at: AppTest, name: StepName, **fields: object) -> AppTest:
    """Open the form, fill it in, save."""
    step(at, name)
    for field, value in fields.items():
        fill(at, f"complaint.{name}.{field}", value)
    return press(at, f"complaint.{name}.save")


def outside(at: AppTest, **fields: object) -> AppTest:
    """To a body that the procedure does not know by name."""
    step(at, StepName.REFER)
    fill(at, "complaint.refer.body", "other")
    at.run()
    for field, value in fields.items():
        fill(at, f"complaint.refer.{field}", value)
    return press(at, "complaint.refer.save")


def sent(at: AppTest, name: StepName, letter: str, **asks: object) -> AppTest:
    """Open the letter's form, fill in what it asks, and record it as sent."""
    step(at, name)
    for ask, value in asks.items():
        fill(at, f"complaint.{name}.{letter}.ask.{ask}", value)
        at.run()
    return press(at, f"complaint.{name}.{letter}.send")


def tab(at: AppTest, label: str, page: str = "complaint") -> AppTest:
    """Click on a tab; only the open one is drawn."""
    at.session_state[f"{page}.tab"] = next(each.label for each in at.tabs if each.label.startswith(label))
    at.run()
    assert not at.exception
    return at


def offered(at: AppTest) -> set[str]:
    return {str(each.key).removeprefix("complaint.open.") for each in at.button if str(each.key).startswith("complaint.open.")}


def errors(at: AppTest) -> list[str]:
    return [each.value for each in at.error]


def count(model: type) -> int:
    with Session(door.engine()) as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


# The main job


def test_the_main_job_walks_through_the_page(cast: Cast, on: On) -> None:
    reference = registered(cast, on, YESTERDAY)

    at = opened(cast, "dora", reference)
    assert "Bespreking bestuurder met partners: uiterlijk maandag 23 november 2026, nog 1 werkdag." in words(at)
    done(at, StepName.CONSULT, participants=[cast["piet"]], ack_owner_id=cast["cora"], agreements="Cora bevestigt.")
    assert "De bespreking staat in het dossier." in words(at)

    at = opened(cast, "cora", reference)
    sent(at, StepName.ACKNOWLEDGE, "ack_promise")
    done(at, StepName.ASSIGN, handler_id=cast["hans"])

    at = opened(cast, "hans", reference)
    done(at, StepName.LOG, text="Gebeld: klager wil een andere zaal.")
    sent(at, StepName.EXTEND, "extension", reason="De verhuurder antwoordt pas dinsdag.", new_date=date(2026, 12, 11))
    assert "vrijdag 11 december 2026" in words(at)
    done(
        at,
        StepName.DECIDE,
        outcome=Outcome.UPHELD,
        reasons="Het was te koud.",
        measure_0="Thermometer ophangen",
        owner_0=cast["hans"],
        due_0=date(2026, 12, 1),
    )
    sent(at, StepName.ANSWER, "decision")
    done(at, StepName.MEASURE_DONE, evidence="Hij hangt.")

    at = opened(cast, "cora", reference)
    done(at, StepName.LODGE_APPEAL, grounds="Excuses zijn niet genoeg.")

    complaint = complaint_of(reference)
    assert complaint.status == Status.IN_APPEAL
    assert (complaint.ack_variant, complaint.answered_on) == ("ack_promise", TODAY)
    assert "De beroepsbehandelaar werkt onafhankelijk" in words(at)
    assert not errors(at)
    assert not RAW_KEY.findall(words(tab(at, "Tijdlijn")))


@pytest.mark.parametrize("profile", ["kinderopvang-welzijn"])
def test_the_childcare_clock_is_shown_with_its_legal_date(cast: Cast, on: On) -> None:
    reference = registered(
        cast, on, date(2026, 11, 14), category="Veiligheid en gezondheid", complainant_type="parent", red_flag=False
    )

    text = words(opened(cast, "cora", reference))

    assert "Oordeel op de klacht: uiterlijk za 26 dec 2026, volgens de wet ma 28 dec 2026" in text
    assert "Klachtenloket Kinderopvang" in text


def test_a_complaint_can_be_closed_and_opened_again(cast: Cast, on: On) -> None:
    reference = answered(cast, on)
    at = opened(cast, "dora", reference)

    done(at, StepName.CLOSE, close_reason="accepted")
    assert complaint_of(reference).status == Status.CLOSED
    done(at, StepName.REOPEN, reason="Klager mailde alsnog.")

    assert complaint_of(reference).status == Status.IN_PROGRESS


def test_what_is_not_taken_up_or_withdrawn_ends_with_a_letter(cast: Cast, on: On) -> None:
    first, second = registered(cast, on, YESTERDAY), registered(cast, on, YESTERDAY)

    at = opened(cast, "dora", first)
    sent(at, StepName.NOT_HANDLED, "not_handled", ground="too_old", reasons="Het was in 2019.")
    at = opened(cast, "dora", second)
    sent(at, StepName.WITHDRAW, "withdrawal")

    assert complaint_of(first).status == Status.NOT_HANDLED
    assert complaint_of(second).status == Status.WITHDRAWN


def test_what_was_solved_on_the_spot_is_answered_in_one_step(cast: Cast, on: On) -> None:
    reference = registered(
        cast, on, YESTERDAY, no_immediate_action=False, immediate_actions="Andere zaal gegeven.", already_resolved=True,
        resolved_on=YESTERDAY,
    )  # fmt: skip
    at = opened(cast, "dora", reference)
    done(at, StepName.CONSULT, participants=[cast["piet"]], ack_owner_id=cast["dora"])

    sent(at, StepName.ACKNOWLEDGE, "ack_action")

    assert complaint_of(reference).status == Status.ANSWERED


def test_the_outside_route_is_open_to_every_dossier(cast: Cast, on: On) -> None:
    reference = registered(cast, on, YESTERDAY)
    at = opened(cast, "cora", reference)

    outside(at, body_name="Geschillencommissie Cursussen", stage="committee_pending", case_number="GC-1")

    assert complaint_of(reference).external_stage == "committee_pending"
    assert "GC-1" in words(at)
    assert "Geschillencommissie Cursussen" in words(at)
    assert "De klager mag altijd direct naar een onafhankelijke instantie." in words(at)


def test_an_unknown_outside_body_is_asked_for_its_name_and_the_letter_of_referral_names_it(cast: Cast, on: On) -> None:
    reference = acknowledged(cast, on)
    at = step(opened(cast, "cora", reference), StepName.REFER)
    fill(at, "complaint.refer.body", "other")
    at.run()
    press(at, "complaint.refer.save")
    assert "Vul dit in." in errors(at)

    fill(at, "complaint.refer.body_name", "Commissie De Waag")
    fill(at, "complaint.refer.with_letter", True)
    at.run()

    assert not at.exception
    assert "Commissie De Waag" in "\n".join(each.value or "" for each in at.text_area)


def test_the_complainant_climbs_the_ladder_one_step_at_a_time(cast: Cast, on: On) -> None:
    reference = registered(cast, on, YESTERDAY)
    at = opened(cast, "cora", reference)

    done(at, StepName.CLIMB, text="Wil het met een partner bespreken.")

    assert complaint_of(reference).ladder_level == "manager"
    assert "2. Een van de partners, hier nu" in words(at)


# Every form opens, for whatever a dossier can be


STATES: dict[str, Callable[..., str]] = {
    "registered": registered,
    "acknowledged": acknowledged,
    "in_progress": in_progress,
    "decided": decided,
    "answered": answered,
    "in_appeal": appealed,
    "ruled": ruled,
}


@pytest.mark.parametrize("state", STATES)
def test_every_step_that_is_offered_has_a_form(cast: Cast, on: On, state: str) -> None:
    reference = STATES[state](cast, on)
    at = opened(cast, "dora", reference)
    possible = {each.name.value for each in dossier.steps(cast.actor("dora"), reference) if each.possible}

    assert offered(at) == possible
    for name in sorted(possible):
        step(at, StepName(name))
        assert not RAW_KEY.findall(words(at))
        press(at, f"complaint.{name}.cancel")
    assert offered(at) == possible


def test_every_step_of_the_workflow_has_a_form() -> None:
    assert set(FORMS) == set(dossier.STEP_RIGHTS)


def test_a_blocked_step_says_why(cast: Cast, on: On) -> None:
    reference = in_progress(cast, on, YESTERDAY)

    at = opened(cast, "dora", reference)

    assert "close" not in offered(at)
    assert "Sluit het dossier af" in words(at)
    assert "De uitkomst ontbreekt nog." in words(at)


def test_an_anonymous_complainant_cannot_be_written_to(cast: Cast, on: On) -> None:
    reference = registered(cast, on, YESTERDAY, complainant_type="anonymous", complainant_name=None, complainant_contact=None)
    at = opened(cast, "dora", reference)

    assert "acknowledge" not in offered(at)
    assert "Anoniem" in words(at)
    done(at, StepName.WITHDRAW, text="Belde het terug.")

    assert complaint_of(reference).status == Status.WITHDRAWN


# Who sees what


def test_the_reporter_sees_how_it_stands_and_not_the_file(cast: Cast, on: On) -> None:
    reference = in_progress(cast, on, YESTERDAY)

    at = opened(cast, "tom", reference)

    text = words(at)
    assert not at.tabs
    assert "De verwarming deed het niet" in text  # what Tom wrote himself
    assert "Tom Trainer (u)" in text
    assert "Karel de Vries" not in text


def test_a_partner_sees_the_summary_without_the_name(cast: Cast, on: On) -> None:
    reference = in_progress(cast, on, YESTERDAY)

    text = words(opened(cast, "petra", reference))

    assert "De zaal was te koud" in text
    assert "Karel de Vries" not in text
    assert "De naam is voor u niet zichtbaar" in text


def test_who_complained_and_who_reported_are_apart(cast: Cast, on: On) -> None:
    reference = registered(cast, on, YESTERDAY)

    text = words(opened(cast, "cora", reference))

    assert "Karel de Vries (cliënt)" in text
    assert "Gemeld door" in text
    assert "Tom Trainer" in text


def test_unknown_and_forbidden_read_the_same(cast: Cast, on: On) -> None:
    about_dora = registered(cast, on, YESTERDAY, respondents=(Named(cast["dora"], None),))
    other = in_progress(cast, on, YESTERDAY)

    answers = {
        tuple(errors(opened(cast, who, reference)))
        for who, reference in (
            ("dora", about_dora),
            ("hilde", other),
            ("cora", "K26-ZZZZZ"),
            ("vera", other),
            ("cora", "'; --"),
        )
    }

    assert answers == {("Dit dossier bestaat niet, of u heeft er geen toegang toe.",)}


def test_a_closed_dossier_opens_for_its_keeper_only(cast: Cast) -> None:
    matter = HandOver(
        compartment="unwanted_behaviour",
        received_on=YESTERDAY,
        channel="face_to_face",
        text="Er worden steeds grappen over mij gemaakt.",
        category="Ongewenst gedrag",
    )
    complaints.hand_over(cast.actor("tom"), str(uuid4()), matter)
    with Session(door.engine()) as session:
        reference = session.scalars(select(m.Complaint.reference)).one()

    at = opened(cast, "vera", reference)

    assert "Er worden steeds grappen over mij gemaakt." in words(at)
    assert offered(at) == {StepName.LOG, StepName.ADD_PARTY, StepName.NAME_COMPLAINANT}
    for who in ("tom", "cora", "dora", "suze", "wim"):
        assert errors(opened(cast, who, reference)) == ["Dit dossier bestaat niet, of u heeft er geen toegang toe."]


def test_a_reviewer_finds_no_steps_here(cast: Cast, on: On) -> None:
    at = opened(cast, "vera", appealed(cast, on))

    assert offered(at) == set()
    assert "Wat kunt u nu doen?" not in words(at)


def test_every_kind_of_event_reads_as_words(cast: Cast, on: On) -> None:
    reference = registered(cast, on, YESTERDAY)
    at = opened(cast, "cora", reference)
    done(at, StepName.ADD_PARTY, relation="involved", other_name="Buurman Bos")
    done(at, StepName.NAME_COMPLAINANT, complainant_name="Karla de Vries")
    done(at, StepName.CLIMB, text="Verder.")
    outside(at, body_name="Ombudsman", stage="desk")
    step(at, StepName.LOG)
    fill(at, "complaint.log.kind", EventKind.MEDIATION)
    at.run()
    fill(at, "complaint.log.result", "partly")
    fill(at, "complaint.log.text", "Samen aan tafel.")
    press(at, "complaint.log.save")
    sent(at, StepName.NOT_HANDLED, "not_handled", ground="too_old", reasons="Te lang geleden.")
    done(at, StepName.CLOSE, close_reason="not_handled")

    text = words(tab(at, "Tijdlijn"))

    assert not errors(at)
    assert not RAW_KEY.findall(text)
    for expected in ("Betrokken", "Deels opgelost", "De klacht is te lang geleden", "Bemiddeling"):
        assert expected in text


def test_the_administrator_has_no_dossier_page(cast: Cast, on: On) -> None:
    reference = registered(cast, on, YESTERDAY)

    with pytest.raises(NotForThem):
        open_page(cast, "adam", "complaint", ref=reference)


def test_without_a_reference_the_page_points_to_the_board(cast: Cast) -> None:
    at = open_page(cast, "cora", "complaint")

    assert "Kies eerst een dossier in de werkvoorraad." in words(at)


def test_the_first_line_reads_nothing_of_the_reviewers_papers(cast: Cast, on: On) -> None:
    reference = ruled(cast, on)

    at = opened(cast, "cora", reference)

    assert "Besluit herzien" in words(at)
    assert "Excuses." in words(at)
    for name in ("Overzicht", "Tijdlijn", "Notities"):
        assert "Het was echt koud." not in words(tab(at, name))  # the grounds


def test_the_first_line_can_name_another_reviewer_when_the_first_is_gone(cast: Cast, on: On) -> None:
    reference = appealed(cast, on, lodged=date(2026, 9, 21))
    with Session(door.engine()) as session, session.begin():
        session.get_one(m.Account, cast["vera"]).active = False

    at = opened(cast, "cora", reference)
    press(at, "complaint.reassign")

    assert "Er is een andere beroepsbehandelaar aangewezen." in words(at)
    with Session(door.engine()) as session:
        assert session.scalars(select(m.Appeal.reviewer_id)).one() == cast["suze"]


# Bad input


def test_a_refusal_stands_at_the_field_and_the_text_stays(cast: Cast, on: On) -> None:
    reference = in_progress(cast, on, YESTERDAY)
    at = opened(cast, "hans", reference)

    done(at, StepName.DECIDE, reasons="Het was te koud.", no_measures=True)

    assert errors(at) == ["Vul dit in."]
    assert at.text_area(key="complaint.decide.reasons").value == "Het was te koud."
    assert complaint_of(reference).status == Status.IN_PROGRESS


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "Vul dit in."),
        ("x" * 100_000, "Deze tekst is te lang"),
        ("nul\x00teken", "tekens die niet te lezen zijn"),
    ],
    ids=["empty", "endless", "nul"],
)
def test_text_that_cannot_be_kept_is_refused_in_words(cast: Cast, on: On, text: str, sentence: str) -> None:
    reference = registered(cast, on, YESTERDAY)
    at = opened(cast, "cora", reference)
    before = count(m.Event)

    done(at, StepName.LOG, text=text)

    assert sentence in errors(at)[0]
    assert count(m.Event) == before


def test_odd_text_is_kept_and_shown_as_it_is(cast: Cast, on: On) -> None:
    odd = (
        "**vet** [klik](https://kwaad.invalid) ![](https://kwaad.invalid/x.png) <script>1</script> :material/home: 😀 \u202eזה"
    )
    reference = registered(cast, on, YESTERDAY, title=odd[:60], description=odd)
    at = opened(cast, "cora", reference)

    done(at, StepName.LOG, text=odd)

    for name in ("Overzicht", "Tijdlijn"):
        tab(at, name)
        assert odd in [each.value for each in at.text]
        assert not any("kwaad.invalid" in str(each.value) for kind in (at.markdown, at.caption, at.title) for each in kind)


def test_a_future_day_is_refused(cast: Cast, on: On) -> None:
    reference = registered(cast, on, YESTERDAY)
    at = opened(cast, "cora", reference)

    done(at, StepName.LOG, text="Gebeld.", on=date(2026, 11, 22))

    assert errors(at) == ["Deze datum ligt in de toekomst."]


def test_a_stale_form_is_refused_keeps_its_text_and_can_go_on(cast: Cast, on: On) -> None:
    reference = in_progress(cast, on, YESTERDAY)
    at = opened(cast, "hans", reference)
    step(at, StepName.DECIDE)
    fill(at, "complaint.decide.outcome", Outcome.UPHELD)
    fill(at, "complaint.decide.reasons", "Het was te koud.")
    fill(at, "complaint.decide.no_measures", True)
    steps.assign(cast.actor("cora"), reference, seen(reference), cast["hilde"])
    steps.assign(cast.actor("cora"), reference, seen(reference), cast["hans"])

    press(at, "complaint.decide.save")

    assert "Iemand anders heeft dit intussen gewijzigd" in errors(at)[0]
    assert complaint_of(reference).status == Status.IN_PROGRESS
    assert at.text_area(key="complaint.decide.reasons").value == "Het was te koud."
    press(at, "complaint.decide.go_on")
    press(at, "complaint.decide.save")
    assert complaint_of(reference).status == Status.DECIDED


def test_saving_at_once_after_going_on_is_not_lost(cast: Cast, on: On) -> None:
    """Both clicks reach the server before the first one is answered."""
    reference = in_progress(cast, on, YESTERDAY)
    at = opened(cast, "hans", reference)
    step(at, StepName.DECIDE)
    fill(at, "complaint.decide.outcome", Outcome.UPHELD)
    fill(at, "complaint.decide.reasons", "Het was te koud.")
    fill(at, "complaint.decide.no_measures", True)
    steps.assign(cast.actor("cora"), reference, seen(reference), cast["hilde"])
    steps.assign(cast.actor("cora"), reference, seen(reference), cast["hans"])
    at.run()

    at.button(key="complaint.decide.go_on").click()
    press(at, "complaint.decide.save")

    assert errors(at) == []
    assert complaint_of(reference).status == Status.DECIDED


def test_another_measure_and_saving_at_once_is_not_lost(cast: Cast, on: On) -> None:
    reference = in_progress(cast, on, YESTERDAY)
    at = opened(cast, "hans", reference)
    step(at, StepName.DECIDE)
    fill(at, "complaint.decide.outcome", Outcome.UPHELD)
    fill(at, "complaint.decide.reasons", "Het was te koud.")
    fill(at, "complaint.decide.measure_0", "Een uur van tevoren verwarmen.")
    fill(at, "complaint.decide.owner_0", cast["tom"])
    fill(at, "complaint.decide.due_0", date(2026, 12, 1))

    at.button(key="complaint.decide.another").click()
    press(at, "complaint.decide.save")

    assert errors(at) == []
    assert (complaint_of(reference).status, count(m.Measure)) == (Status.DECIDED, 1)


def test_the_second_half_of_a_double_click_only_says_it_is_done(cast: Cast, on: On) -> None:
    reference = in_progress(cast, on, YESTERDAY)
    at = opened(cast, "hans", reference)
    step(at, StepName.DECIDE)
    fill(at, "complaint.decide.outcome", Outcome.UPHELD)
    fill(at, "complaint.decide.reasons", "Het was te koud.")
    fill(at, "complaint.decide.no_measures", True)
    version, newest = seen(reference), dossier.read(cast.actor("hans"), reference).content.timeline[0].seq  # type: ignore[union-attr]
    # What the first half did before the second click cut it short:
    at.session_state["complaint.sent"] = newest
    steps.decide(cast.actor("hans"), reference, version, TODAY, Outcome.UPHELD, "Het was te koud.", no_measures=True)

    press(at, "complaint.decide.save")

    assert errors(at) == []
    assert "Het besluit is genomen." in words(at)
    assert count(m.Decision) == 1


@pytest.mark.parametrize("first", ["hans", "dora"])
def test_the_second_half_that_drew_before_the_first_was_done_says_so_too(
    cast: Cast, on: On, monkeypatch: pytest.MonkeyPatch, first: str
) -> None:
    """Streamlit starts the second run while the first is still saving: it draws the dossier as it was before."""
    reference = in_progress(cast, on, YESTERDAY)
    at = opened(cast, "hans", reference)
    step(at, StepName.DECIDE)
    fill(at, "complaint.decide.outcome", Outcome.UPHELD)
    fill(at, "complaint.decide.reasons", "Het was te koud.")
    fill(at, "complaint.decide.no_measures", True)
    version, newest = seen(reference), dossier.read(cast.actor("hans"), reference).content.timeline[0].seq  # type: ignore[union-attr]
    at.session_state["complaint.sent"] = newest
    clock, done = door._clock, []

    def meanwhile() -> datetime:
        if not done and sys._getframe(1).f_locals.get("right") is Right.DECIDE:
            done.append(first)
            steps.decide(cast.actor(first), reference, version, TODAY, Outcome.UPHELD, "Het was te koud.", no_measures=True)
        return clock()

    monkeypatch.setattr(door, "_clock", meanwhile)
    press(at, "complaint.decide.save")

    assert done == [first]
    assert errors(at) == []
    assert ("Het besluit is genomen." in words(at)) == (first == "hans")
    assert ("Intussen heeft Dora Directeur dit gewijzigd (" in words(at)) == (first == "dora")  # at once
    assert count(m.Decision) == 1


def test_a_colleagues_change_is_not_taken_for_ones_own(cast: Cast, on: On) -> None:
    reference = in_progress(cast, on, YESTERDAY)
    at = opened(cast, "hans", reference)
    step(at, StepName.DECIDE)
    fill(at, "complaint.decide.reasons", "Het was te koud.")
    at.session_state["complaint.sent"] = 0
    steps.log(cast.actor("cora"), reference, EventKind.NOTE, TODAY, "Even kijken.", form_id=str(uuid4()))

    press(at, "complaint.decide.save")

    assert errors(at) == ["Vul dit in."]
    assert count(m.Decision) == 0


def test_a_form_stays_when_a_colleague_makes_the_step_impossible(cast: Cast, on: On) -> None:
    reference = in_progress(cast, on, YESTERDAY)
    at = opened(cast, "hans", reference)
    step(at, StepName.DECIDE)
    fill(at, "complaint.decide.reasons", "Het was te koud.")
    steps.decide(cast.actor("dora"), reference, seen(reference), TODAY, Outcome.PARTLY, "Deels.", no_measures=True)

    at.run()

    assert at.text_area(key="complaint.decide.reasons").value == "Het was te koud."
    assert "Dit kan niet in de status die het dossier nu heeft." in words(at)


def test_what_was_typed_for_one_dossier_does_not_show_in_another(cast: Cast, on: On) -> None:
    first, second = registered(cast, on, YESTERDAY), registered(cast, on, YESTERDAY)
    at = opened(cast, "cora", first)
    step(at, StepName.LOG)
    fill(at, "complaint.log.text", "Over de eerste.")
    at.run()

    at.query_params["ref"] = second
    at.run()

    assert "complaint.log.text" not in {each.key for each in at.text_area}
    assert at.title[0].value == second


# Notes, attachments, letters


def test_a_note_is_kept_among_the_notes(cast: Cast, on: On) -> None:
    reference = registered(cast, on, YESTERDAY)
    at = tab(opened(cast, "cora", reference), "Notities")

    fill(at, "complaint.quick_note.text", "Nog bellen.")
    press(at, "complaint.quick_note.save")

    assert "De notitie staat in het dossier." in words(at)
    assert "Nog bellen." in words(at)  # the tab is still open
    assert at.text_area(key="complaint.quick_note.text").value in ("", None)
    assert "Notities (1)" in [tab.label for tab in at.tabs]


def test_an_attachment_is_added_and_removed_with_a_reason(cast: Cast, on: On) -> None:
    reference = registered(cast, on, YESTERDAY)
    at = tab(opened(cast, "cora", reference), "Bijlagen")

    at.file_uploader[0].upload("brief.txt", b"Geachte heer").run()
    press(at, "complaint.attach")
    assert "brief.txt" in words(at)
    token = dossier.read(cast.actor("cora"), reference).content.attachments[0].token  # type: ignore[union-attr]
    press(at, f"complaint.remove_now.{token}")
    assert errors(at) == ["Vul dit in."]
    fill(at, f"complaint.remove.{token}", "Verkeerd dossier.")
    press(at, f"complaint.remove_now.{token}")

    assert "Het bestand is verwijderd." in words(at)
    assert not dossier.read(cast.actor("cora"), reference).content.attachments  # type: ignore[union-attr]


def test_a_file_that_is_not_what_its_name_says_is_refused(cast: Cast, on: On) -> None:
    reference = registered(cast, on, YESTERDAY)
    at = tab(opened(cast, "cora", reference), "Bijlagen")

    at.file_uploader[0].upload("brief.pdf", b"MZ\x90\x00 not a pdf").run()
    press(at, "complaint.attach")

    assert len(errors(at)) == 1
    assert not dossier.read(cast.actor("cora"), reference).content.attachments  # type: ignore[union-attr]


@pytest.mark.parametrize("profile", PROFILES)
def test_every_tab_reads_as_words(cast: Cast, on: On, profile: str) -> None:
    more = {} if profile == "training" else {"category": "Bejegening", "red_flag": False, "unit_id": cast.units["wijk"]}
    at = opened(cast, "dora", ruled(cast, on, **more))

    for label in ("Overzicht", "Tijdlijn", "Berichten", "Bijlagen", "Notities"):
        assert not RAW_KEY.findall(words(tab(at, label)))
    assert "met: Piet Partner; bevestigt de ontvangst: Cora Coördinator" in words(tab(at, "Tijdlijn"))


def test_a_sent_letter_can_be_read_and_saved(cast: Cast, on: On) -> None:
    reference = acknowledged(cast, on, YESTERDAY)

    at = tab(opened(cast, "cora", reference), "Berichten")

    assert any(each.value.startswith("Geachte Karel de Vries") for each in at.text)
    assert {each.label for each in at.get("download_button")} >= {"Download als pdf", "Download als Word-bestand"}


@pytest.mark.parametrize("who", ["cora", "tom", "petra"])
def test_the_page_is_there_in_english(cast: Cast, on: On, who: str) -> None:
    reference = answered(cast, on, YESTERDAY, TODAY)
    with Session(door.engine()) as session, session.begin():
        session.get_one(m.Account, cast[who]).language = "en"

    at = opened(cast, who, reference)

    assert "The complaint" in words(at)
    assert not RAW_KEY.findall(words(at))


def test_who_guards_the_procedure_sees_who_opened_it(cast: Cast, profile: str) -> None:
    case = Case.registered(profile, cast).in_progress()
    opened(cast, "hans", case.reference)

    at = opened(cast, "cora", case.reference)
    at.session_state["complaint.tab"] = "Ingezien"
    at.run()

    shown = at.dataframe[0].value
    assert list(shown.columns) == ["Wie", "Wat", "Wanneer"]
    assert set(shown["Wie"]) == {"Hans Behandelaar", "Cora Coördinator"}
    assert set(shown["Wat"]) == {"Opende het dossier"}
    assert not any("Ingezien" in tab.label for tab in opened(cast, "hans", case.reference).tabs)
