"""Who does nothing: the warning, what was typed, and what the screen still shows afterwards (P37)."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from db import models as m
from services.door import IDLE_LIMIT
from tests.browser.conftest import sign_in
from tests.figures import Figures
from tests.serving import Server, password_of

pytestmark = pytest.mark.browser

CANARY = "KANARIE-7f3a-de-verwarming-in-lokaal-drie"


def at_most_idle(server: Server, name: str, left: timedelta) -> datetime:
    """Nobody did anything for so long that only `left` remains; when they last did something."""
    with server.register() as register:
        rows = register.scalars(select(m.AuthSession).where(m.AuthSession.account_id == server.cast[name])).all()
        row = max(rows, key=lambda each: each.created_at)
        row.last_seen_at = row.last_seen_at - IDLE_LIMIT + left
        row.created_at = min(row.created_at, row.last_seen_at)
        return row.last_seen_at


def last_seen(server: Server, name: str) -> datetime:
    return at_most_idle(server, name, IDLE_LIMIT)


def kept(server: Server, name: str) -> str:
    with server.register() as register:
        found = register.scalars(select(m.Draft).where(m.Draft.account_id == server.cast[name])).all()
        return " ".join(str(each.content) for each in found)


def test_the_warning_comes_by_itself_keeps_the_text_and_is_answered_by_keyboard(
    open_browser: Callable[..., Page], server: Server
) -> None:
    page = open_browser()
    sign_in(page, "tom", "/intake")
    field = page.get_by_label("Wat is er gezegd of gebeurd?")
    field.press_sequentially(CANARY)  # and the cursor stays in it: the browser has sent nothing
    assert CANARY not in kept(server, "tom")
    before = at_most_idle(server, "tom", timedelta(minutes=1, seconds=50))

    warning = page.get_by_role("dialog", name="Bent u er nog?")
    expect(warning).to_be_visible(timeout=45_000)
    expect(warning.get_by_text("wordt u afgemeld")).to_be_visible()
    assert page.evaluate("document.activeElement.closest('[role=dialog]') !== null"), "the keyboard is not in the warning"
    patience = time.monotonic() + 10
    while CANARY not in kept(server, "tom") and time.monotonic() < patience:
        time.sleep(0.2)
    assert CANARY in kept(server, "tom"), "what was being typed is not kept"
    time.sleep(1)
    expect(warning).to_be_visible()
    assert last_seen(server, "tom") == before, "the warning itself kept the session open"

    stay = page.get_by_role("button", name="Blijf aangemeld")
    for _ in range(4):
        if stay.evaluate("each => each === document.activeElement"):
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    expect(warning).to_have_count(0)
    assert last_seen(server, "tom") > before
    expect(field).to_have_value(CANARY)


def test_after_the_end_nothing_is_left_and_signing_in_again_brings_the_text_back(
    open_browser: Callable[..., Page], server: Server, figures: Figures
) -> None:
    page = open_browser()
    sign_in(page, "rosa", "/intake")
    page.get_by_label("Wat is er gezegd of gebeurd?").fill(CANARY)
    page.get_by_label("Naam van de klager").fill("Kanarie Jansen")
    page.get_by_label("Naam van de klager").blur()
    page.wait_for_timeout(1500)

    at_most_idle(server, "rosa", timedelta(seconds=-1))

    expect(page.get_by_label("Gebruikersnaam", exact=True)).to_be_visible()
    seen = [CANARY in page.content() or "Kanarie" in page.content()]
    page.get_by_label("Gebruikersnaam", exact=True).fill("rosa")
    page.get_by_label("Wachtwoord").fill(password_of("rosa"))
    page.keyboard.press("Enter")
    expect(page.get_by_label("Wat is er gezegd of gebeurd?")).to_have_value(CANARY)
    expect(page).to_have_url("/intake")

    page.goto("/account")  # somewhere else, so that there is something to go back to
    sign_out = page.get_by_role("button", name="Afmelden", exact=True)
    sign_out.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Gebruikersnaam", exact=True)).to_be_visible()
    for _ in range(6):
        page.go_back()
        page.wait_for_timeout(700)
        values = page.evaluate("[...document.querySelectorAll('input, textarea')].map(each => each.value).join(' ')")
        seen.append("anarie" in (page.content() + values).replace("KANARIE", "kanarie"))

    figures.equal("P37", "screens with something of the dossier after the end, also by the back button", sum(seen), 0)
