"""What changes the clocks, in Chromium: an extension with notice, a pause and its end, straight to the committee, and why a
date is what it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from db import models as m
from domain.vocabulary import CloseReason, EventKind, Status
from services import door
from services.parties import Named
from tests.browser import hands
from tests.cases import Case
from tests.conftest import TODAY
from tests.serving import Server

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def server_profile() -> str:
    return "kinderopvang-welzijn"


@pytest.fixture
def beside(server: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """The services of this process work in the register of the server."""
    monkeypatch.setenv("WEERKLANK_DATA", str(server.data))
    monkeypatch.delenv("WEERKLANK_DATABASE_URL", raising=False)
    monkeypatch.setenv("WEERKLANK_TODAY", TODAY.isoformat())
    door.engine.cache_clear()
    for name in server.cast.ids:
        with server.register() as session:
            if session.get(m.AuthSession, server.cast.actor(name)) is None:
                now = door.today_and_now()[1]
                row = m.AuthSession(id=server.cast.actor(name), account_id=server.cast[name], created_at=now, last_seen_at=now)
                session.add(row)
    yield server
    door.engine().dispose()
    door.engine.cache_clear()


def welfare(server: Server, **changes: object) -> Case:
    fields = {"unit_id": None, "sector": "welzijn", "category": "Bejegening"} | changes
    return Case.registered("kinderopvang-welzijn", server.cast, **fields)


def opened(page: Page, server: Server, who: str, reference: str) -> Page:
    return hands.signed_in(page, server, who, f"/complaint?ref={reference}")


def test_an_extension_with_notice(open_browser: Callable[..., Page], beside: Server) -> None:
    case = welfare(beside, procedure="AWB", respondents=(Named(name="Bas Balie"),)).in_progress()
    page = opened(open_browser(), beside, "hans", case.reference)

    hands.open_step(page, "Stel het antwoord uit")
    hands.pick_day(page, "Nieuwe datum", case.at(60))
    hands.write(page, "Reden van het uitstel", "De gemeente zoekt de stukken nog op.")
    page.keyboard.press("Tab")
    body = page.get_by_label("Tekst van de brief", exact=True)
    expect(body).to_contain_text("Dit is uitstel volgens de wet (Awb art. 9:11 en 9:12).")
    hands.send(page)
    expect(page.get_by_text("Vul in wanneer degene over wie de klacht gaat bericht van het uitstel kreeg.")).to_be_visible()
    hands.pick_day(page, "Degene over wie de klacht gaat, kreeg bericht op", TODAY)
    hands.send(page)

    hands.told(page, "Het uitstel is vastgelegd.")
    moved = page.get_by_text("Afhandeling: ", exact=False).filter(has_text="(bericht van")
    expect(moved.first).to_contain_text("op tijd")
    hands.tab(page, "Tijdlijn")
    expect(page.get_by_text("degene over wie de klacht gaat kreeg bericht op", exact=False)).to_be_visible()


def test_a_pause_and_its_end(open_browser: Callable[..., Page], beside: Server) -> None:
    case = welfare(beside).in_progress()
    page = opened(open_browser(), beside, "hans", case.reference)

    hands.open_step(page, "Zet de termijn stil")
    hands.pick_day(page, "Op welke dag?", TODAY - timedelta(days=2))
    hands.write(page, "Wat is er gebeurd of gezegd?", "De klager stuurt volgende week foto's.")
    hands.press(page, "Opslaan")
    hands.told(page, "De termijn staat stil.")
    expect(page.get_by_text("Gepauzeerd").first).to_be_visible()
    board = hands.signed_in(open_browser(), beside, "cora", f"/board?q={case.reference}")
    expect(board.locator("table.rows")).to_be_attached()

    hands.open_step(page, "Laat de termijn weer lopen")
    hands.press(page, "Opslaan")

    hands.told(page, "De termijn loopt weer.")
    expect(page.get_by_text("2 dagen teruggegeven", exact=False).first).to_be_visible()
    answer = next(each for each in case.read().promises if each.key == "HOUSE_WEEK.RESPONSE")
    assert (answer.target_on, answer.paused_days) == (case.at(9), 2)


def test_straight_to_the_committee_and_closed_with_its_ruling(open_browser: Callable[..., Page], beside: Server) -> None:
    case = Case.registered("kinderopvang-welzijn", beside.cast).in_progress()
    page = opened(open_browser(), beside, "cora", case.reference)

    outside(page, "Bij de geschillencommissie")
    outside(page, "Zitting", hearing=True)
    outside(page, "Externe uitspraak gedaan", ruling="Gegrond")
    hands.open_step(page, "Sluit het dossier af")
    hands.choose(page, "Waarom wordt het dossier afgesloten?", "Externe uitspraak ontvangen")
    hands.press(page, "Opslaan")

    hands.told(page, "Het dossier is afgesloten.")
    row = case.row
    assert (row.status, row.close_reason) == (Status.CLOSED, CloseReason.EXTERNAL_RULED)
    assert case.kinds().count(EventKind.EXTERNAL_ROUTE) == 3
    assert "missed" not in case.promises().values()


def outside(page: Page, stage: str, *, hearing: bool = False, ruling: str = "") -> None:
    hands.open_step(page, "Leg de externe route vast")
    hands.choose(page, "Bij welke instantie?", "Geschillencommissie Kinderopvang")
    expect(page.get_by_text("Beslist over officiële klachten", exact=False).first).to_be_visible()
    hands.settled(page)
    hands.choose(page, "Hoe staat het daar?", stage)
    if hearing:
        hands.pick_day(page, "Dag van de zitting", TODAY + timedelta(days=12))
    if ruling:
        hands.choose(page, "Wat leverde het op?", ruling)
        hands.choose(page, "Is de uitspraak bindend?", "bindend")
    hands.press(page, "Opslaan")
    hands.told(page, "De externe route staat in het dossier.")


def test_why_a_date_is_what_it_is(open_browser: Callable[..., Page], beside: Server) -> None:
    case = Case.registered("kinderopvang-welzijn", beside.cast)
    page = opened(open_browser(), beside, "hans" if case.row.handler_id else "cora", case.reference)

    page.get_by_role("button", name="Waarom deze datum?").first.click()

    expect(page.get_by_text("Dag voor dag").first).to_be_visible()
    hands.settled(page)
    expect(page.get_by_text("Bron:", exact=False).first).to_be_visible()
