"""The reviewer's page: registering, her list, one file as it stood, and every step up to the ruling."""

from __future__ import annotations

import re
from datetime import date
from uuid import uuid4

import pytest
from sqlalchemy.orm import Session
from streamlit.testing.v1 import AppTest

from db import models as m
from domain.vocabulary import EventKind, Ruling, Status
from domain.workflow import StepName
from services import appeal_files, door, hearing, steps
from tests.conftest import TODAY, Cast
from tests.dossiers import On, answered, appeal_version, appealed, complaint_of, ruled
from tests.pages.test_complaint import done, errors, fill, press, tab, words
from tests.ui.apptest import NotForThem, open_page

DECIDED = date(2026, 11, 16)
LODGED = date(2026, 11, 18)
RAW_KEY = re.compile(r"\b(?:appeals|complaint|refused|ruling)\.[a-z_]+(?:\.[a-z_]+)?\b")


def recent(cast: Cast, on: On) -> str:
    return appealed(cast, on, LODGED, received=DECIDED, day=DECIDED)


def opened(cast: Cast, who: str, reference: str = "") -> AppTest:
    at = open_page(cast, who, "appeals", **({"ref": reference} if reference else {}))
    assert not at.exception
    return at


def own(at: AppTest, name: str, **fields: object) -> AppTest:
    press(at, f"appeals.open.{name}")
    for field, value in fields.items():
        fill(at, f"appeals.{name}.{field}", value)
    return press(at, f"appeals.{name}.save")


def sent(at: AppTest, name: str, letter: str, **asks: object) -> AppTest:
    press(at, f"appeals.open.{name}")
    for ask, value in asks.items():
        fill(at, f"appeals.{name}.{letter}.ask.{ask}", value)
        at.run()
    return press(at, f"appeals.{name}.{letter}.send")


def register(at: AppTest, reference: str, surname: str = "De Vries", **fields: object) -> AppTest:
    press(at, "appeals.open.register")
    values: dict[str, object] = {"reference": reference, "surname": surname, "grounds": "Het was koud."} | fields
    for field, value in values.items():
        fill(at, f"appeals.register.{field}", value)
    return press(at, "appeals.register.save")


# Registering


def test_a_call_is_registered_and_opens_the_file(cast: Cast, on: On) -> None:
    reference = answered(cast, on, DECIDED, DECIDED)

    at = register(opened(cast, "vera"), reference)

    assert at.title[0].value == reference
    assert "Bevestig nu de ontvangst." in words(at)
    assert "Het was koud." in words(at)
    assert complaint_of(reference).status == Status.IN_APPEAL


def test_whoever_supported_the_complainant_hears_that_somebody_else_does_it(cast: Cast, on: On) -> None:
    reference = answered(cast, on, DECIDED, DECIDED)

    at = register(opened(cast, "vera"), reference, supported=True)

    assert "Een andere beroepsbehandelaar bekijkt het." in words(at)
    assert reference not in words(at)
    assert [row.reference for row in appeal_files.listing(cast.actor("suze"))] == [reference]


def test_one_sentence_for_every_failure_and_the_text_stays(cast: Cast, on: On) -> None:
    reference = answered(cast, on, DECIDED, DECIDED)
    at = opened(cast, "vera")

    register(at, "K26-ZZZZZ")
    first = errors(at)
    fill(at, "appeals.register.reference", reference)
    fill(at, "appeals.register.surname", "Jansen")
    press(at, "appeals.register.save")

    assert errors(at) == first
    assert "Met deze gegevens kan geen beroep worden geregistreerd." in first[0]
    assert at.text_area(key="appeals.register.grounds").value == "Het was koud."
    assert complaint_of(reference).status == Status.ANSWERED


def test_a_late_appeal_asks_for_the_reason_at_its_field(cast: Cast, on: On) -> None:
    reference = answered(cast, on)
    at = register(opened(cast, "vera"), reference)
    assert "Dit beroep komt na de laatste dag." in errors(at)[0]

    fill(at, "appeals.register.late", "Lag in het ziekenhuis.")
    press(at, "appeals.register.save")

    assert "Te laat ingesteld, met een reden" in "\n".join(str(each.value) for each in at.markdown)
    assert "Lag in het ziekenhuis." in words(at)


def test_nothing_is_registered_without_grounds(cast: Cast, on: On) -> None:
    reference = answered(cast, on, DECIDED, DECIDED)

    at = register(opened(cast, "vera"), reference, grounds="")

    assert errors(at) == ["Vul dit in."]


# Hearing and ruling


def test_the_reviewer_goes_from_receipt_to_ruling_through_the_page(cast: Cast, on: On) -> None:
    reference = recent(cast, on)
    at = opened(cast, "vera", reference)

    sent(at, "acknowledge", "appeal_received")
    own(at, "hear", hearing="Beide kanten gehoord.")
    own(at, "note", own_note="Nog een keer bellen.")
    sent(at, "extend", "extension", reason="De trainer is ziek.", new_date=date(2026, 12, 23))
    assert "woensdag 23 december 2026" in words(at)
    own(at, "rule", ruling=Ruling.REVISED, ruling_reasons="De meting klopt niet.", consequence="Excuses.", binding=True)
    assert "U kunt de uitspraak nog wijzigen." in words(at)
    sent(at, "tell_complainant", "appeal_ruling")
    sent(at, "tell_organisation", "appeal_ruling_notice")

    assert not errors(at)
    assert complaint_of(reference).status == Status.RULED
    assert "Beide kanten hebben de uitspraak." in words(at)
    assert not [each for each in at.button if str(each.key).startswith("appeals.open.")]
    assert not RAW_KEY.findall(words(at))


def test_a_ruling_is_refused_at_its_field(cast: Cast, on: On) -> None:
    reference = recent(cast, on)
    at = opened(cast, "vera", reference)

    own(at, "rule", ruling=Ruling.ANNULLED, ruling_reasons="De meting klopt niet.", binding=True)

    assert errors(at) == ["Vul dit in."]
    assert at.text_area(key="appeals.rule.ruling_reasons").value == "De meting klopt niet."


def test_an_extension_without_a_date_is_refused_in_words(cast: Cast, on: On) -> None:
    reference = recent(cast, on)
    at = opened(cast, "vera", reference)

    sent(at, "extend", "extension", reason="De trainer is ziek.")

    assert errors(at) == ["Vul dit in."]


def test_a_ruling_can_be_changed_until_it_was_sent(cast: Cast, on: On) -> None:
    reference = recent(cast, on)
    at = opened(cast, "vera", reference)
    own(at, "rule", ruling=Ruling.CONFIRMED, ruling_reasons="Eerst dit.", binding=False)

    press(at, "appeals.open.rule")
    assert at.text_area(key="appeals.rule.ruling_reasons").value == "Eerst dit."
    fill(at, "appeals.rule.ruling", Ruling.SETTLED)
    press(at, "appeals.rule.save")

    assert appeal_files.read(cast.actor("vera"), reference).ruling == Ruling.SETTLED


def test_a_stale_ruling_keeps_its_text(cast: Cast, on: On) -> None:
    reference = recent(cast, on)
    at = opened(cast, "vera", reference)
    press(at, "appeals.open.rule")
    fill(at, "appeals.rule.ruling", Ruling.CONFIRMED)
    fill(at, "appeals.rule.ruling_reasons", "In dit venster.")
    fill(at, "appeals.rule.binding", True)
    other = cast.actor("vera")
    hearing.rule(other, reference, appeal_version(reference), Ruling.REVISED, "In het andere.", "Excuses.", None, True)

    press(at, "appeals.rule.save")

    assert "intussen gewijzigd" in errors(at)[0]
    assert at.text_area(key="appeals.rule.ruling_reasons").value == "In dit venster."
    press(at, "appeals.rule.ruling.mine.go_on")
    press(at, "appeals.rule.ruling_reasons.mine.go_on")
    press(at, "appeals.rule.save")
    assert appeal_files.read(other, reference).reasons == "In dit venster."


def test_passing_it_on_takes_it_off_the_list(cast: Cast, on: On) -> None:
    reference = recent(cast, on)
    at = opened(cast, "vera", reference)

    own(at, "step_back", reason="Ik ken deze mevrouw.")

    assert "Een andere beroepsbehandelaar heeft het beroep." in words(at)
    assert "Er wacht geen beroep op u." in words(at)
    assert [row.reference for row in appeal_files.listing(cast.actor("suze"))] == [reference]


# What she sees


def test_the_file_is_shown_as_it_stood(cast: Cast, on: On) -> None:
    reference = recent(cast, on)
    steps.log(cast.actor("cora"), reference, EventKind.NOTE, TODAY, "Na het beroep geschreven.", form_id=str(uuid4()))

    at = opened(cast, "vera", reference)

    assert "Na het beroep geschreven." not in words(tab(at, "Tijdlijn", "appeals"))
    assert "De zaal was op tijd warm." in words(tab(at, "Het dossier", "appeals"))  # the decision
    assert "Karel de Vries" in words(at)
    for label in ("Berichten", "Bijlagen"):
        assert not RAW_KEY.findall(words(tab(at, label, "appeals")))


@pytest.mark.parametrize("who", ["suze", "vera"])
def test_another_reviewers_file_and_an_unknown_one_read_the_same(cast: Cast, on: On, who: str) -> None:
    reference = recent(cast, on) if who == "suze" else "K26-ZZZZZ"

    at = opened(cast, who, reference)

    assert errors(at) == ["Dit dossier bestaat niet, of u heeft er geen toegang toe."]


def test_the_list_says_what_is_due(cast: Cast, on: On) -> None:
    recent(cast, on)
    ruled(cast, on, day=date(2026, 11, 2))

    text = words(opened(cast, "vera"))

    assert "Bevestiging beroep: uiterlijk woensdag 25 november 2026, nog 3 werkdagen." in text
    assert "Besluit herzien" in text


def test_an_empty_list_says_so(cast: Cast) -> None:
    assert "Er wacht geen beroep op u." in words(opened(cast, "suze"))


def test_a_confidant_who_hears_no_appeals_reads_why(cast: Cast) -> None:
    with Session(door.engine()) as session, session.begin():
        session.get_one(m.Account, cast["vera"]).roles = [m.AccountRole(role="confidant")]

    at = opened(cast, "vera")

    assert "wie steunt, kan niet ook oordelen" in words(at)
    assert not [each for each in at.button if str(each.key).startswith("appeals.")]


@pytest.mark.parametrize("who", ["tom", "hans", "cora", "mia", "piet", "dora", "wim", "adam"])
def test_nobody_else_has_the_page(cast: Cast, who: str) -> None:
    with pytest.raises(NotForThem):
        open_page(cast, who, "appeals")


@pytest.mark.parametrize("profile", ["kinderopvang-welzijn"])
def test_the_other_organisation_hears_appeals_too(cast: Cast, on: On) -> None:
    reference = recent_in(cast, on, "Bejegening", "wijk")
    at = opened(cast, "vera", reference)

    sent(at, "acknowledge", "appeal_received")

    assert appeal_files.read(cast.actor("vera"), reference).acknowledged_on == TODAY


def recent_in(cast: Cast, on: On, category: str, unit: str) -> str:
    return appealed(
        cast, on, LODGED, received=DECIDED, day=DECIDED, category=category, unit_id=cast.units[unit], red_flag=False
    )


def test_the_page_is_there_in_english(cast: Cast, on: On) -> None:
    reference = recent(cast, on)
    with Session(door.engine()) as session, session.begin():
        session.get_one(m.Account, cast["vera"]).language = "en"

    at = opened(cast, "vera", reference)

    assert "Your own papers" in words(at)
    assert not RAW_KEY.findall(words(at))


def test_what_the_coordinator_lodges_is_heard_here(cast: Cast, on: On) -> None:
    reference = answered(cast, on, DECIDED, DECIDED)

    done(open_page(cast, "cora", "complaint", ref=reference), StepName.LODGE_APPEAL, grounds="Niet genoeg.")

    assert "Niet genoeg." in words(opened(cast, "vera", reference))


def test_the_complainant_takes_the_appeal_back(cast: Cast, on: On) -> None:
    reference = recent(cast, on)
    at = opened(cast, "vera", reference)

    own(at, "withdrawn", on=LODGED)

    assert "Ingetrokken op" in words(at)
    assert "Onderling geschikt" not in words(at)
    assert not [each for each in at.button if str(each.key).startswith("appeals.open.")]
    assert complaint_of(reference).status == Status.RULED
    assert "Ingetrokken door de klager" in words(opened(cast, "vera"))
    theirs = open_page(cast, "cora", "complaint", ref=reference)
    assert "Ingetrokken op" in words(theirs)


def test_what_was_corrected_after_lodging_is_not_on_her_page(cast: Cast, on: On) -> None:
    reference = recent(cast, on)
    with Session(door.engine()) as session, session.begin():
        row = session.get_one(m.Complaint, complaint_of(reference).id)
        row.title, row.description, row.handler_id = "Verbeterde titel", "Verbeterde tekst.", cast["hilde"]

    at = opened(cast, "vera", reference)

    seen_by_her = words(at) + words(tab(at, "Het dossier", "appeals"))
    assert not [each for each in ("Verbeterde titel", "Verbeterde tekst.", "Hilde") if each in seen_by_her]
    assert "Hans Behandelaar" in seen_by_her
    assert "Wat we hebben beloofd" in seen_by_her


def test_the_ruling_waits_for_the_hearing_and_goes_on(cast: Cast, on: On) -> None:
    reference = recent(cast, on)
    at = own(opened(cast, "vera", reference), "pause", pause_reason="hearing", text="De trainer is met verlof.")

    assert "staat stil" in words(at)
    assert "De trainer is met verlof." not in words(open_page(cast, "cora", "complaint", ref=reference))
    assert not RAW_KEY.search(words(at))

    at = own(opened(cast, "vera", reference), "resume")

    assert "appeals.open.pause" in {each.key for each in at.button}
