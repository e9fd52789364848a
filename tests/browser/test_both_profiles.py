"""The short way through a dossier in Chromium, the same on both profiles: register, acknowledge, decide, answer, close."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from db import models as m
from domain.vocabulary import CloseReason, Outcome, Status
from tests.browser import hands
from tests.conftest import PROFILES
from tests.serving import Server

pytestmark = pytest.mark.browser

WHO = {"training": "Deelnemer", "kinderopvang-welzijn": "Ouder"}
PROCEDURE = {"training": "HOUSE_WEEK", "kinderopvang-welzijn": "WKO"}


@pytest.fixture(scope="module", params=PROFILES)
def server_profile(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_a_complaint_from_the_telephone_to_the_end(
    open_browser: Callable[..., Page], server: Server, server_profile: str
) -> None:
    page = hands.signed_in(open_browser(), server, "cora", "/intake")
    reference = registered(page, server_profile)
    page.get_by_role("link", name="Naar het dossier").click()
    expect(page.get_by_role("heading", name=reference)).to_be_visible()

    hands.open_step(page, "Leg de bespreking vast")
    hands.choose_some(page, "Met wie is het besproken?", consulted(server_profile))
    hands.choose(page, "Wie bevestigt de ontvangst?", "Cora Coördinator")
    hands.write(page, "Wat is afgesproken?", "Cora zoekt het uit.")
    hands.press(page, "Opslaan")
    hands.told(page, "De bespreking staat in het dossier.")

    hands.open_step(page, "Bevestig de ontvangst")
    hands.send(page)
    hands.told(page, "De ontvangst is bevestigd.")

    hands.open_step(page, "Leg contact of een notitie vast")
    hands.write(page, "Wat is er gebeurd of gezegd?", "Gebeld en doorgevraagd.")
    hands.press(page, "Opslaan")
    hands.told(page, "Het staat in het dossier.")

    hands.open_step(page, "Neem een besluit")
    hands.choose(page, "Wat is het oordeel?", "Ongegrond")
    hands.write(page, "Waarom is dit het oordeel?", "De zaal was op tijd warm; dat laat de meting zien.")
    page.get_by_text("Er zijn geen maatregelen nodig").click()
    hands.press(page, "Opslaan")
    hands.told(page, "Het besluit is genomen.")

    hands.open_step(page, "Stuur het besluit")
    hands.send(page)
    hands.told(page, "Het besluit is verstuurd.")

    hands.open_step(page, "Sluit het dossier af")
    hands.choose(page, "Waarom wordt het dossier afgesloten?", "De klager is akkoord")
    hands.press(page, "Opslaan")
    hands.told(page, "Het dossier is afgesloten.")
    expect(page.get_by_text("Afgesloten").first).to_be_visible()

    with server.register() as session:
        complaint = session.scalars(select(m.Complaint).where(m.Complaint.reference == reference)).one()
        assert (complaint.status, complaint.close_reason) == (Status.CLOSED, CloseReason.ACCEPTED)
        assert complaint.procedure == PROCEDURE[server_profile]
        (outcome,) = session.scalars(select(m.Decision.outcome).where(m.Decision.complaint_id == complaint.id))
        assert outcome == Outcome.NOT_UPHELD
        assert complaint.next_due_on is None


def registered(page: Page, profile: str) -> str:
    hands.phone_remark(page, who=WHO[profile])
    hands.choose(page, "Locatie", "Locatie Noord")
    if profile != "training":
        hands.choose(page, "Waar gaat het over?", "Vervoer en ophalen")
        page.get_by_role("radiogroup", name="Is er een vermoeden").get_by_text("Nee", exact=True).click()
        hands.settled(page)
    hands.press(page, "Registreren")
    return hands.reference_on_receipt(page)


def consulted(profile: str) -> str:
    return "Piet Partner" if profile == "training" else "Mia Manager"
