"""The closed compartments on the screen of their keepers, and of nobody else."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session
from streamlit.testing.v1 import AppTest

from db import models as m
from domain.vocabulary import Compartment, EventKind
from services import drafts, restricted
from services.handing_over import hand_over
from tests.conftest import CAST, TODAY, Cast
from tests.services.test_restricted import STORY, handed, matter
from tests.ui.apptest import NotForThem, open_page

KEEPERS = [("vera", Compartment.UNWANTED_BEHAVIOUR), ("wim", Compartment.WHISTLEBLOWER)]
BOTH = pytest.mark.parametrize("profile", ["training", "kinderopvang-welzijn"])


def said(at: AppTest) -> str:
    parts = (at.title, at.subheader, at.caption, at.text, at.markdown, at.error, at.info)
    links = [str(link.proto.label) for link in at.get("page_link")]
    return "\n".join([str(each.value) for part in parts for each in part] + links)


def field(at: AppTest, name: str) -> Any:
    widgets = [*at.text_area, *at.date_input, *at.button_group]
    return next(each for each in widgets if (each.key or "").startswith(f"restricted.{name}."))


def record(at: AppTest) -> AppTest:
    return at.button(key="restricted.record").click().run()


def kinds(engine: Engine) -> list[str]:
    with Session(engine) as session:
        return list(session.scalars(select(m.Event.kind).order_by(m.Event.seq)))


@BOTH
@pytest.mark.parametrize(("who", "compartment"), KEEPERS)
def test_a_keeper_sees_the_list_with_what_is_due(cast: Cast, profile: str, who: str, compartment: str) -> None:
    reference = handed(cast, compartment)

    at = open_page(cast, who, "restricted")

    assert not at.exception
    assert reference in said(at)
    assert "Bespreek het niet met anderen" in said(at)
    assert "di 24 nov 2026" in said(at) or "za 28 nov 2026" in said(at)


def test_an_empty_list_says_so(cast: Cast) -> None:
    assert "Er loopt nu niets." in said(open_page(cast, "vera", "restricted"))


@pytest.mark.parametrize("who", [name for name in CAST if name not in ("vera", "wim")])
def test_nobody_else_has_the_page(cast: Cast, who: str) -> None:
    with pytest.raises(NotForThem):
        open_page(cast, who, "restricted")


@pytest.mark.parametrize(("who", "compartment"), KEEPERS)
def test_the_other_keeper_finds_nothing(cast: Cast, who: str, compartment: str) -> None:
    other = {"vera": "wim", "wim": "vera"}[who]
    reference = handed(cast, compartment)

    assert reference not in said(open_page(cast, other, "restricted"))
    unknown = said(open_page(cast, other, "restricted", ref="V26-00000"))
    assert said(open_page(cast, other, "restricted", ref=reference)) == unknown
    assert "bestaat niet" in unknown


def test_the_file_shows_what_was_told_and_by_whom(cast: Cast) -> None:
    reference = handed(cast, immediate_actions="Geluisterd")

    at = open_page(cast, "vera", "restricted", ref=reference)

    for words in (reference, STORY, "Nel Nogniet", "Tom Trainer", "Geluisterd", "Ongewenst gedrag", "Bespreek het niet"):
        assert words in said(at)
    assert not at.exception


@BOTH
def test_recording_contact_keeps_the_first_promise(cast: Cast, engine: Engine, profile: str) -> None:
    at = open_page(cast, "vera", "restricted", ref=handed(cast))
    field(at, "step").set_value("contact")
    field(at, "text").set_value("Gebeld, er is een afspraak.")

    record(at)

    assert kinds(engine) == [EventKind.HANDED_OVER, EventKind.CONTACT]
    assert "Gebeld, er is een afspraak." in said(at)
    assert field(at, "text").value == ""
    assert restricted.listing(cast.actor("vera")).rows[0].next_on is None


def test_the_officer_walks_a_report_to_its_end(cast: Cast, engine: Engine) -> None:
    at = open_page(cast, "wim", "restricted", ref=handed(cast, Compartment.WHISTLEBLOWER))

    for step in ("acknowledge", "feedback", "note", "close"):
        field(at, "step").set_value(step)
        field(at, "text").set_value(f"Stap {step}")
        record(at)

    assert kinds(engine)[1:] == [EventKind.ACKNOWLEDGED, EventKind.ANSWERED, EventKind.NOTE, EventKind.CLOSED]
    assert list(field(at, "step").options) == ["Notitie"]


def test_only_steps_that_are_possible_are_offered(cast: Cast) -> None:
    at = open_page(cast, "wim", "restricted", ref=handed(cast, Compartment.WHISTLEBLOWER))

    offered = list(field(at, "step").options)

    assert "Terugkoppeling gegeven" not in offered
    assert "Afsluiten" not in offered


def test_what_is_wrong_is_said_and_what_was_typed_stays(cast: Cast, engine: Engine) -> None:
    at = open_page(cast, "vera", "restricted", ref=handed(cast))
    field(at, "text").set_value("Morgen gebeld")
    field(at, "on").set_value(date(2026, 11, 22))

    record(at)

    assert ["toekomst" in each.value for each in at.error] == [True]
    assert field(at, "text").value == "Morgen gebeld"
    assert kinds(engine) == [EventKind.HANDED_OVER]


def test_an_empty_explanation_is_refused(cast: Cast, engine: Engine) -> None:
    at = record(open_page(cast, "vera", "restricted", ref=handed(cast)))

    assert [each.value for each in at.error] == ["Vul dit in."]
    assert kinds(engine) == [EventKind.HANDED_OVER]


def test_a_second_click_is_the_same_step(cast: Cast, engine: Engine) -> None:
    at = open_page(cast, "vera", "restricted", ref=handed(cast))
    field(at, "text").set_value("Gebeld")
    record(at)

    record(at)
    assert [each.value for each in at.error] == []
    field(at, "text").set_value("Gebeld")
    record(at)

    assert kinds(engine) == [EventKind.HANDED_OVER, EventKind.CONTACT, EventKind.CONTACT]


def test_a_half_written_note_survives_and_stays_with_its_file(cast: Cast) -> None:
    first = handed(cast)
    hand_over(cast.actor("tom"), str(uuid4()), matter(text="Iets anders"))
    second = next(row.reference for row in restricted.listing(cast.actor("vera")).rows if row.reference != first)
    at = open_page(cast, "vera", "restricted", ref=first)
    field(at, "text").set_value("Half").run()

    assert field(open_page(cast, "vera", "restricted", ref=first), "text").value == "Half"
    assert field(open_page(cast, "vera", "restricted", ref=second), "text").value == ""
    assert drafts.recall(cast.actor("vera"), f"restricted.{first}") == {"text": "Half"}


def test_what_ended_is_behind_a_switch(cast: Cast) -> None:
    reference = handed(cast)
    restricted.take(cast.actor("vera"), reference, str(uuid4()), "close", TODAY, "Op verzoek")
    at = open_page(cast, "vera", "restricted")
    assert reference not in said(at)

    at.button_group(key="restricted.closed").set_value(True).run()

    assert reference in said(at)


def test_a_keeper_writes_a_new_matter_down_and_finds_it_in_the_list(cast: Cast, engine: Engine) -> None:
    at = open_page(cast, "vera", "intake", category="Ongewenst gedrag")
    assert at.selectbox(key="intake.category").value == "Ongewenst gedrag"
    at.button_group(key="intake.channel").set_value("confidant")
    at.text_area(key="intake.description").set_value(STORY)

    at.button(key="intake.save").click().run()

    assert at.title[0].value == "Vastgelegd bij uw besloten dossiers"
    assert [row.category for row in restricted.listing(cast.actor("vera")).rows] == ["Ongewenst gedrag"]


def test_it_speaks_english_too(cast: Cast, engine: Engine) -> None:
    with Session(engine) as session, session.begin():
        session.get_one(m.Account, cast["vera"]).language = "en"

    at = open_page(cast, "vera", "restricted", ref=handed(cast))

    assert "What was told" in said(at)
