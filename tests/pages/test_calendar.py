"""The calendar on the screens: kept by the administrator, asked about on the board of who directs."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session
from streamlit.testing.v1 import AppTest

from commands.nightly import NIGHTLY
from services import calendar_changes, calendar_days, escalation
from tests.cases import Case
from tests.conftest import Cast
from tests.fill import make_complaint, make_promise
from tests.ui.apptest import open_page

FRIDAY, MONDAY, WEDNESDAY = (date(2026, 11, day) for day in (20, 23, 25))


def calendar(cast: Cast) -> AppTest:
    at = open_page(cast, "adam", "people")
    at.segmented_control(key="people.part").set_value("calendar").run()
    assert not at.exception
    return at


def said(at: AppTest) -> str:
    return "\n".join(str(each.value) for each in [*at.success, *at.warning, *at.error, *at.text, *at.caption])


def press(at: AppTest, label: str) -> AppTest:
    next(each for each in at.button if each.label == label).click()
    at.run()
    assert not at.exception
    return at


def timeline(cast: Cast, reference: str) -> str:
    at = open_page(cast, "cora", "complaint", ref=reference)
    at.session_state["complaint.tab"], at.session_state["complaint.tab_name"] = "", "timeline"
    return said(at.run())


def test_a_decree_day_is_added_and_the_administrator_reads_a_number(cast: Cast) -> None:
    case = Case.registered("training", cast, received_on=FRIDAY)
    at = calendar(cast)
    at.date_input(key="people.calendar.decree.day").set_value(MONDAY)
    at.text_input(key="people.calendar.decree.name").set_value("Ingelaste dag")
    at.text_input(key="people.calendar.decree.source").set_value("Stcrt. 2026, 99999")

    press(at, "Dag toevoegen")

    assert "In 1 open dossier kan een datum verschuiven" in said(at)
    assert "maandag 23 november 2026: Ingelaste dag" in said(at)
    assert case.reference not in str(at.main)


def test_what_is_missing_is_said_under_its_field_and_what_was_typed_stays(cast: Cast) -> None:
    at = calendar(cast)
    at.text_input(key="people.calendar.decree.name").set_value("Ingelaste dag")

    press(at, "Dag toevoegen")

    assert len(at.error) == 1
    assert at.text_input(key="people.calendar.decree.name").value == "Ingelaste dag"


def test_a_summer_closing_is_added_and_removed(cast: Cast) -> None:
    at = calendar(cast)
    at.date_input(key="people.calendar.own.first").set_value(date(2026, 12, 21))
    at.date_input(key="people.calendar.own.last").set_value(date(2026, 12, 31))
    at.text_input(key="people.calendar.own.name").set_value("Wintersluiting")

    press(at, "Sluiting toevoegen")
    assert "maandag 21 december 2026 tot en met donderdag 31 december 2026: Wintersluiting" in said(at)

    (closing,) = [each for each in calendar_days.listing(cast.actor("adam"), 2026) if each.kind == "organisation"]
    at.button(key=f"people.calendar.remove.{closing.ids[0]}").click()
    at.run()
    assert "De sluiting is verwijderd." in said(at)


def test_a_year_without_decree_days_warns_until_somebody_says_that_there_are_none(
    cast: Cast, on: Callable[[date], AbstractContextManager[None]]
) -> None:
    with on(date(2029, 3, 1)):
        assert all("Staatscourant" in said(open_page(cast, who, "board")) for who in ("cora", "dora"))
        assert "Staatscourant" not in said(open_page(cast, "hans", "board"))
        at = calendar(cast)
        assert "Voor 2029 is nog geen dag bekend" in said(at)

        press(at, "Er zijn er geen in 2029")

        assert "Voor 2029 is nog geen dag bekend" not in said(at)
        assert "Vastgelegd: voor 2029" in said(at)
        assert "Staatscourant" not in said(open_page(cast, "cora", "board"))


@pytest.mark.parametrize(("button", "applied"), [("Toepassen", True), ("Niet toepassen", False)])
def test_who_directs_sees_what_moves_and_says_yes_or_no(cast: Cast, button: str, applied: bool) -> None:
    case = Case.registered("training", cast, received_on=FRIDAY)
    calendar_days.add_decree_day(cast.actor("adam"), MONDAY, "Ingelaste dag", "Stcrt. 2026, 99999")
    at = open_page(cast, "cora", "board")
    assert at.expander[0].label == "De kalender is gewijzigd: in 1 open dossier kan een datum verschuiven"
    at.session_state["board.calendar"] = True
    at.run()
    assert "Er is een dag bijgekomen: maandag 23 november 2026 (Ingelaste dag)." in said(at)

    press(at, button)

    assert ("verschoven" in said(at)) is applied
    assert (case.row.next_due_on == date(2026, 11, 24)) is applied
    told = timeline(cast, case.reference)
    moved, kept = "van di 24 nov 2026 naar wo 25 nov 2026", "blijft di 24 nov 2026, niet wo 25 nov 2026"
    assert f"Ontvangstbevestiging: {moved if applied else kept}" in told
    assert "gesloten dag erbij: ma 23 nov 2026" in told
    assert not any("kalender" in each.label for each in open_page(cast, "cora", "board").expander)


def test_a_day_that_was_left_out_before_is_named_before_the_yes(cast: Cast) -> None:
    case = Case.registered("training", cast, received_on=FRIDAY)
    adam, dora = cast.actor("adam"), cast.actor("dora")
    calendar_days.add_decree_day(adam, MONDAY, "Ingelaste dag", "Stcrt. 2026, 99999")
    question = calendar_changes.asked(dora)
    assert question is not None
    calendar_changes.answer(dora, question, apply=False)
    calendar_days.add_decree_day(adam, date(2026, 11, 24), "Andere dag", "Stcrt. 2026, 99998")
    at = open_page(cast, "cora", "board")
    at.session_state["board.calendar"] = True
    at.run()

    assert f"Ook maandag 23 november 2026 telt dan mee in {case.reference}." in said(at)


@pytest.mark.parametrize("who", ["hans", "mia", "tom", "petra"])
def test_nobody_else_is_asked(cast: Cast, who: str) -> None:
    Case.registered("training", cast, received_on=FRIDAY)
    calendar_days.add_decree_day(cast.actor("adam"), MONDAY, "Ingelaste dag", "Stcrt. 2026, 99999")

    assert len(open_page(cast, who, "board").expander) == 0


def test_what_climbed_stands_on_the_work_list_and_on_the_dossier(
    engine: Engine, cast: Cast, on: Callable[[date], AbstractContextManager[None]]
) -> None:
    with Session(engine) as session, session.begin():
        row = make_complaint(session, cast, reference="K26-KLIM", handler_id=cast["hans"])
        make_promise(session, row, target_on=date(2026, 11, 27))
    for day in (WEDNESDAY, date(2026, 11, 30)):
        with on(day):
            escalation.run(NIGHTLY)

    with on(date(2026, 11, 30)):
        assert "wacht op u: opgeklommen" in said(open_page(cast, "mia", "board"))
        assert "opgeklommen" not in said(open_page(cast, "hans", "board"))
        at = open_page(cast, "mia", "complaint", ref="K26-KLIM")
        reporter = open_page(cast, "tom", "complaint", ref="K26-KLIM")
    assert "Mia Manager (leidinggevende, ma 30 nov 2026)" in said(at)
    assert (
        "Reactie naar de klant: opgeklommen omdat er niets gebeurde, naar Hans Behandelaar (aan zet, wo 25 nov 2026)"
        in said(at)
    )
    assert "opgeklommen" not in said(reporter)
    assert "Reactie naar de klant: naar Mia Manager (leidinggevende)" in timeline(cast, "K26-KLIM")
