"""The forms of the steps under a hasty hand and on a bad day."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import func, select

from db import models as m
from domain.vocabulary import EventKind, Status
from tests.browser import hands
from tests.browser.conftest import PATIENCE, sign_in
from tests.conftest import TODAY
from tests.fill import make_complaint
from tests.serving import Server, serve, start

pytestmark = pytest.mark.browser

TEXT = "Gebeld: de klager wil een andere zaal."
LOG = "Leg contact of een notitie vast"
DECIDE = "Neem een besluit"
CORRECT = "Verbeter de gegevens"
STORY = "Wat is er gezegd of gebeurd?"
SAID = "Wat is er gebeurd of gezegd?"


def dossier_of(server: Server) -> str:
    with server.register() as session:
        hans = server.cast["hans"]
        made = make_complaint(session, server.cast, status=Status.IN_PROGRESS, handler_id=hans, acknowledged_on=TODAY)
        return made.reference


def events(server: Server, reference: str, kind: EventKind) -> int:
    with server.register() as session:
        found = select(func.count()).select_from(m.Event).join(m.Complaint)
        return session.scalar(found.where(m.Complaint.reference == reference, m.Event.kind == kind)) or 0


def test_a_double_click_on_save_is_one_event(open_browser: Callable[..., Page], server: Server) -> None:
    reference = dossier_of(server)
    page = hands.signed_in(open_browser(), server, "hans", f"/complaint?ref={reference}")
    hands.open_step(page, LOG)
    hands.write(page, SAID, TEXT)

    page.get_by_role("button", name="Opslaan", exact=True).dblclick()

    hands.told(page, "Het staat in het dossier.")
    page.wait_for_timeout(1500)  # whatever a second click set going has ended
    assert events(server, reference, EventKind.CONTACT) == 1


def test_a_double_click_decides_once(open_browser: Callable[..., Page], server: Server) -> None:
    reference = dossier_of(server)
    page = hands.signed_in(open_browser(), server, "hans", f"/complaint?ref={reference}")
    decision(page)

    page.get_by_role("button", name="Opslaan", exact=True).dblclick()

    hands.told(page, "Het besluit is genomen.")
    page.wait_for_timeout(1500)
    assert events(server, reference, EventKind.DECIDED) == 1


def decision(page: Page) -> None:
    hands.open_step(page, DECIDE)
    hands.choose(page, "Wat is het oordeel?", "Gegrond")
    hands.write(page, "Waarom is dit het oordeel?", "De verwarming stond uit.")
    page.get_by_text("Er zijn geen maatregelen nodig").click()
    hands.settled(page)


def test_saving_at_once_after_i_have_seen_it_is_not_lost(open_browser: Callable[..., Page], server: Server) -> None:
    reference = dossier_of(server)
    page = hands.signed_in(open_browser(), server, "hans", f"/complaint?ref={reference}")
    decision(page)
    with server.register() as session:
        session.scalars(
            select(m.Complaint).where(m.Complaint.reference == reference)
        ).one().title = "De zaal was ijskoud, zei hij"
    hands.press(page, "Opslaan")
    go_on = page.get_by_role("button", name="Ik heb het gezien, ga verder")
    save = page.get_by_role("button", name="Opslaan", exact=True)
    expect(go_on).to_be_visible()

    go_on.evaluate("(go_on, save) => { go_on.click(); save.click() }", save.element_handle())

    hands.told(page, "Het besluit is genomen.")
    assert events(server, reference, EventKind.DECIDED) == 1


def test_of_two_people_in_one_dossier_the_second_puts_both_texts_together(
    open_browser: Callable[..., Page], server: Server
) -> None:
    with server.register() as session:
        made = make_complaint(session, server.cast, status=Status.IN_PROGRESS, handler_id=server.cast["hans"])
        made.title, made.description, reference = "De zaal", "De zaal was koud en niemand belde.", made.reference
    cora, dora = (hands.signed_in(open_browser(), server, who, f"/complaint?ref={reference}") for who in ("cora", "dora"))
    for page, story in ((cora, "De zaal was ijskoud en niemand belde."), (dora, "De zaal was koud en niemand belde terug.")):
        hands.open_step(page, CORRECT)
        hands.write(page, STORY, story)
        hands.write(page, "Waarom?", "Verkeerd verstaan.")
        page.keyboard.press("Tab")
        hands.settled(page)
    hands.press(dora, "Opslaan")
    hands.told(dora, "De gegevens zijn verbeterd.")

    hands.press(cora, "Opslaan")

    expect(cora.get_by_text("Intussen heeft Dora Directeur dit gewijzigd", exact=False)).to_be_visible()
    expect(cora.get_by_text("De zaal was «ijskoud» en niemand «belde.»")).to_be_visible()
    expect(cora.get_by_text("De zaal was «koud» en niemand «belde terug.»")).to_be_visible()
    hands.press(cora, "Beide samenvoegen")
    expect(cora.get_by_label(STORY, exact=True)).to_have_value("De zaal was ijskoud en niemand belde terug.")
    hands.press(cora, "Opslaan")
    hands.told(cora, "De gegevens zijn verbeterd.")
    with server.register() as session:
        row = session.scalars(select(m.Complaint).where(m.Complaint.reference == reference)).one()
        assert row.description == "De zaal was ijskoud en niemand belde terug."


def test_what_was_typed_survives_a_reload_a_restart_and_an_ended_session(chromium: Browser, tmp_path: Path) -> None:
    """The form of a step and the intake, each a draft of its own."""
    context = chromium.new_context(locale="nl-NL", viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    story = page.get_by_label("Wat is er gezegd of gebeurd?")
    with serve(tmp_path) as server:
        reference = dossier_of(server)
        hands.signed_in(page, server, "hans", f"{server.url}/complaint?ref={reference}")
        hands.open_step(page, LOG)
        hands.write(page, SAID, TEXT)
        page.keyboard.press("Tab")
        kept(server, f"complaint.{reference}")
        page.reload()
        expect(page.get_by_label(SAID, exact=True)).to_have_value(TEXT)

        page.goto(f"{server.url}/intake")
        story.fill("De zaal was koud.")
        page.keyboard.press("Tab")
        kept(server, "intake")

    with start(tmp_path, server.cast) as again:
        page.goto(f"{again.url}/complaint?ref={reference}")  # the same cookie: the session outlives the process
        expect(page.get_by_text("Wat u eerder typte, staat er nog.", exact=False)).to_be_visible()
        expect(page.get_by_label(SAID, exact=True)).to_have_value(TEXT)

        with again.register() as session:
            for row in session.scalars(select(m.AuthSession)):
                row.revoked_at = row.last_seen_at
        page.goto("about:blank")  # the screen that lost its session is on its way elsewhere
        sign_in(page, "hans", f"{again.url}/intake")
        expect(story).to_have_value("De zaal was koud.")
        page.goto(f"{again.url}/complaint?ref={reference}")
        expect(page.get_by_label(SAID, exact=True)).to_have_value(TEXT)
        hands.settled(page)
        hands.press(page, "Opslaan")
        hands.told(page, "Het staat in het dossier.")
        assert events(again, reference, EventKind.CONTACT) == 1
        with again.register() as session:
            assert [each.page for each in session.scalars(select(m.Draft))] == ["intake"]
    context.close()


def kept(server: Server, name: str) -> None:
    """What was typed is kept at its rerun, a moment after it shows."""
    for _ in range(100):
        with server.register() as session:
            if session.get(m.Draft, (server.cast["hans"], name)):
                return
    raise AssertionError(f"{name} was not kept")
