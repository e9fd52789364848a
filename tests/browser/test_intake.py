"""A remark by telephone, on a telephone, in a real browser."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from playwright.sync_api import Page, TimeoutError, expect
from sqlalchemy import delete, select

from db import models as m
from tests.browser.conftest import sign_in
from tests.samples import image
from tests.serving import Server

pytestmark = pytest.mark.browser

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True}
STORY = "De zaal was koud en niemand was bereikbaar."


@pytest.fixture(autouse=True)
def empty(server: Server) -> None:
    with server.register() as session:
        session.execute(delete(m.Draft))


def open_intake(page: Page, server: Server, who: str) -> Page:
    page.context.add_cookies([{"name": "weerklank", "value": server.token_for(who), "url": server.url}])
    page.goto("/intake")
    expect(page.get_by_role("button", name="Registreren")).to_be_visible()
    return page


def remark(page: Page) -> None:
    """The five fields: the day stands there already."""
    page.get_by_text("Telefoon", exact=True).click()
    page.get_by_text("Deelnemer", exact=True).click()
    page.get_by_label("Naam van de klager").fill("Karin Jansen")
    page.get_by_label("Wat is er gezegd of gebeurd?").fill(STORY)
    page.get_by_text("Geen directe actie", exact=True).click()


def settled(page: Page) -> None:
    """The screen shows what the last click led to."""
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")


def choose_file(page: Page, file: Any) -> None:
    """On a busy machine the section is still unfolding when the first click comes, and the button has moved."""
    for _ in range(5):
        with suppress(TimeoutError), page.expect_file_chooser(timeout=4000) as chooser:
            page.get_by_role("button", name="Upload", exact=True).click()
            chooser.value.set_files(file)
            return
    raise AssertionError("no file could be chosen")


def dossiers(server: Server, who: str) -> list[m.Complaint]:
    with server.register() as session:
        found = list(session.scalars(select(m.Complaint).where(m.Complaint.reporter_id == server.cast[who])))
        session.expunge_all()
        return found


def test_five_fields_on_a_telephone_make_a_complaint(open_browser: Callable[..., Page], server: Server) -> None:
    page = open_intake(open_browser(**PHONE), server, "tom")

    remark(page)
    page.get_by_role("button", name="Registreren").click()

    expect(page.get_by_role("heading", name="Geregistreerd")).to_be_visible()
    (complaint,) = dossiers(server, "tom")
    expect(page.get_by_text(complaint.reference)).to_be_visible()
    expect(page.get_by_text("Ontvangstbevestiging")).to_be_visible()
    assert complaint.description == STORY
    wide = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    assert not wide


def test_what_is_typed_last_is_not_lost_when_the_button_is_clicked_at_once(
    open_browser: Callable[..., Page], server: Server
) -> None:
    page = open_intake(open_browser(), server, "hilde")
    remark(page)

    page.get_by_label("Wat is er gezegd of gebeurd?").fill("Nog net gezegd.")
    page.get_by_role("button", name="Registreren").click()

    expect(page.get_by_role("heading", name="Geregistreerd")).to_be_visible()
    assert [complaint.description for complaint in dossiers(server, "hilde")] == ["Nog net gezegd."]


def test_a_double_click_is_one_complaint(open_browser: Callable[..., Page], server: Server) -> None:
    page = open_intake(open_browser(), server, "rosa")
    remark(page)

    page.get_by_role("button", name="Registreren").dblclick()

    expect(page.get_by_role("heading", name="Geregistreerd")).to_be_visible()
    page.wait_for_timeout(1500)  # whatever a second click set going has ended
    assert len(dossiers(server, "rosa")) == 1


def test_a_draft_survives_a_reload_and_an_ended_session(open_browser: Callable[..., Page], server: Server) -> None:
    page = open_intake(open_browser(), server, "hans")
    remark(page)
    expect(page.get_by_role("checkbox", name="Geen directe actie")).to_be_checked()
    _until_kept(server, "hans")

    page.reload()
    expect(page.get_by_label("Wat is er gezegd of gebeurd?")).to_have_value(STORY)

    with server.register() as session:
        for row in session.scalars(select(m.AuthSession).where(m.AuthSession.account_id == server.cast["hans"])):
            row.revoked_at = row.last_seen_at
    page.goto("about:blank")  # the screen that lost its session is on its way elsewhere
    sign_in(page, "hans", "/intake")
    expect(page.get_by_label("Wat is er gezegd of gebeurd?")).to_have_value(STORY)
    expect(page.get_by_label("Naam van de klager")).to_have_value("Karin Jansen")
    expect(page.get_by_role("checkbox", name="Geen directe actie")).to_be_checked()


def _until_kept(server: Server, who: str) -> None:
    """The last click is kept at its rerun, a moment after it shows."""
    for _ in range(100):
        with server.register() as session:
            draft = session.get(m.Draft, (server.cast[who], "intake"))
            if draft and draft.content["no_immediate_action"] and draft.content["description"] == STORY:
                return
    raise AssertionError("the draft was not kept")


def test_a_file_goes_along(open_browser: Callable[..., Page], server: Server) -> None:
    page = open_intake(open_browser(), server, "mia")
    remark(page)
    settled(page)
    page.get_by_text("Meer vastleggen").click()
    expect(page.get_by_role("region", name="Bijlagen")).to_be_visible()

    file: Any = {"name": "koude zaal.png", "mimeType": "image/png", "buffer": image()}
    choose_file(page, file)
    expect(page.get_by_text("koude zaal.png")).to_be_visible()
    expect(page.get_by_text("Gegevens over maker")).to_be_visible()  # comes with the first file, and moves the button
    settled(page)
    page.get_by_role("button", name="Registreren").click()

    expect(page.get_by_role("heading", name="Geregistreerd")).to_be_visible()
    (complaint,) = dossiers(server, "mia")
    with server.register() as session:
        (attachment,) = session.scalars(select(m.Attachment).where(m.Attachment.complaint_id == complaint.id))
        assert attachment.name == "koude zaal.png"
        token = attachment.token
    answer = page.request.get(f"/attachment/{token}")
    assert (answer.status, answer.body()) == (200, image())
    assert "koude%20zaal.png" in answer.headers["content-disposition"]


def test_what_was_handed_over_leaves_the_screen(open_browser: Callable[..., Page], server: Server) -> None:
    page = open_intake(open_browser(), server, "hilde")
    page.get_by_label("Waar gaat het over?").click()
    page.keyboard.type("ongewenst")
    page.keyboard.press("Enter")
    page.get_by_text("In gesprek", exact=True).click()
    page.get_by_label("Wat is er gezegd of gebeurd?").fill("Er gebeurde iets dat niet hoort.")

    page.get_by_role("button", name="Overdragen aan de vertrouwenspersoon").click()

    expect(page.get_by_role("heading", name="Overgedragen")).to_be_visible()
    reference = next(each.reference for each in dossiers(server, "hilde") if each.compartment != "regular")
    assert reference not in page.content()
    page.reload()
    expect(page.get_by_label("Wat is er gezegd of gebeurd?")).to_have_value("")
