"""Signing in, out and starting, in Chromium under the strict content security policy."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Callable, Iterator
from pathlib import Path

import pyotp
import pytest
from playwright.sync_api import Browser, Page, expect

from db import models as m
from domain.rights import Right
from services import door, links
from services.door import SystemActor
from tests.browser.conftest import PATIENCE, choose, sign_in, sign_out
from tests.serving import Server, password_of, serve
from tests.web.client import close_all, open_tab
from web.gate import MOST_ANONYMOUS

pytestmark = pytest.mark.browser


def test_somebody_signs_in_and_out(browser_page: Page) -> None:
    sign_in(browser_page, "tom")
    expect(browser_page.get_by_text("Tom Trainer").first).to_be_visible()

    sign_out(browser_page)

    browser_page.goto("/account")
    expect(browser_page.get_by_label("Gebruikersnaam", exact=True)).to_be_visible()
    expect(browser_page.get_by_text("Tom Trainer")).to_have_count(0)


def test_a_sign_in_screen_that_had_to_make_room_goes_on_with_what_was_typed(browser_page: Page, server: Server) -> None:
    browser_page.goto("/")
    browser_page.get_by_label("Gebruikersnaam", exact=True).fill("tom")
    for _ in range(MOST_ANONYMOUS):
        open_tab(server)
    expect(browser_page.get_by_role("button", name="Aanmelden")).to_be_disabled()

    browser_page.get_by_label("Wachtwoord").fill(password_of("tom"))
    browser_page.get_by_role("button", name="Aanmelden").click()

    expect(browser_page.get_by_text("Tom Trainer").first).to_be_visible()
    close_all()


def test_no_script_can_read_the_cookie(browser_page: Page) -> None:
    sign_in(browser_page, "tom")

    cookies = {each["name"]: each for each in browser_page.context.cookies()}

    assert cookies["weerklank"]["httpOnly"]
    assert cookies["weerklank"]["sameSite"] == "Lax"
    assert "weerklank=" not in browser_page.evaluate("document.cookie")


def test_a_wrong_password_is_said_and_the_name_stays(browser_page: Page) -> None:
    browser_page.goto("/")
    browser_page.get_by_label("Gebruikersnaam", exact=True).fill("tom")
    browser_page.get_by_label("Wachtwoord").fill("dit is het niet")
    browser_page.get_by_role("button", name="Aanmelden").click()

    expect(browser_page.get_by_text("horen niet bij elkaar")).to_be_visible()
    expect(browser_page.get_by_label("Gebruikersnaam", exact=True)).to_have_value("tom")


def test_a_deep_link_survives_signing_in(browser_page: Page) -> None:
    sign_in(browser_page, "adam", "/people?people.part=Organisatie")

    expect(browser_page).to_have_url("/people?people.part=Organisatie")
    expect(browser_page.get_by_label("Postadres")).to_have_value("Dorpsstraat 1, 1234 AB Voorbeeldstad")


def test_the_screen_of_a_disabled_account_closes_without_a_click(browser_page: Page, server: Server) -> None:
    sign_in(browser_page, "rosa", "/account")
    expect(browser_page.get_by_label("Huidig wachtwoord")).to_be_visible()
    with server.register() as register:
        register.get_one(m.Account, server.cast["rosa"]).active = False

    expect(browser_page.get_by_label("Gebruikersnaam", exact=True)).to_be_visible()
    expect(browser_page.get_by_label("Huidig wachtwoord")).to_have_count(0)


def test_an_abandoned_screen_is_cleared_when_its_session_ends(browser_page: Page, server: Server) -> None:
    sign_in(browser_page, "hans", "/account")
    expect(browser_page.get_by_label("Huidig wachtwoord")).to_be_visible()

    with server.register() as register:
        for each in register.query(m.AuthSession).filter_by(account_id=server.cast["hans"]):
            each.revoked_at = each.created_at

    expect(browser_page.get_by_label("Gebruikersnaam", exact=True)).to_be_visible()
    expect(browser_page.get_by_text("Hans Behandelaar")).to_have_count(0)
    browser_page.get_by_label("Gebruikersnaam", exact=True).fill("hans")
    browser_page.get_by_label("Wachtwoord").fill(password_of("hans"))
    browser_page.get_by_role("button", name="Aanmelden").click()
    expect(browser_page.get_by_label("Huidig wachtwoord")).to_be_visible()


def test_the_language_switch_changes_the_words_and_the_page(browser_page: Page) -> None:
    sign_in(browser_page, "hilde", "/account")

    browser_page.get_by_role("button", name="English").click()

    expect(browser_page.get_by_role("button", name="Sign out")).to_be_visible()
    expect(browser_page.locator("html")).to_have_attribute("lang", "en")
    expect(browser_page).to_have_url("/account")


def test_a_visitor_reads_english_too(browser_page: Page) -> None:
    browser_page.goto("/")

    browser_page.get_by_role("button", name="English").click()

    expect(browser_page.get_by_label("User name")).to_be_visible()
    expect(browser_page.locator("html")).to_have_attribute("lang", "en")


def test_the_administrator_makes_an_account_and_the_person_signs_in_with_the_link(open_browser: Callable[..., Page]) -> None:
    admin, person = open_browser(), open_browser()
    sign_in(admin, "adam", "/people")
    admin.get_by_text("Nieuw account").click()
    admin.get_by_label("Gebruikersnaam", exact=True).fill("Nieuwe.Nel")
    admin.get_by_label("Naam", exact=True).fill("Nel Nieuw")
    choose(admin, "Rollen", "Melder")
    admin.get_by_role("button", name="Account maken").click()
    link = admin.locator("code", has_text="/?link=").inner_text().strip()

    person.goto(link)
    person.get_by_label("Nieuw wachtwoord", exact=True).fill("een paard in de gang")
    person.get_by_label("Nieuw wachtwoord, nog een keer").fill("een paard in de gang")
    person.get_by_role("button", name="Wachtwoord bewaren").click()
    person.get_by_role("button", name="Naar aanmelden").click()
    person.get_by_label("Gebruikersnaam", exact=True).fill("nieuwe.nel")
    person.get_by_label("Wachtwoord").fill("een paard in de gang")
    person.get_by_role("button", name="Aanmelden").click()

    expect(person.get_by_text("Nel Nieuw").first).to_be_visible()
    person.context.clear_cookies()
    person.goto(link)
    expect(person.get_by_text("Deze link werkt niet meer")).to_be_visible()


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Server, str]]:
    """An application with nothing in it, and the token that the terminal shows."""
    with serve(tmp_path, None) as running:
        monkeypatch.setenv("WEERKLANK_DATABASE_URL", f"sqlite:///{tmp_path / 'weerklank.db'}")
        monkeypatch.setenv("WEERKLANK_TODAY", "2026-11-21")
        door.engine.cache_clear()
        yield running, links.first_link(SystemActor("test", frozenset({Right.ACCOUNTS})))
        door.engine().dispose()
        door.engine.cache_clear()


def test_an_empty_register_begins_with_the_link_from_the_terminal(chromium: Browser, empty: tuple[Server, str]) -> None:
    server, token = empty
    page = chromium.new_context(locale="nl-NL", base_url=server.url).new_page()
    page.set_default_timeout(PATIENCE)
    page.goto("/")
    expect(page.get_by_text("Er is nog geen account")).to_be_visible()
    expect(page.get_by_label("Wachtwoord")).to_have_count(0)

    page.goto(f"/?link={token}")
    page.get_by_label("Naam van de organisatie").fill("Bureau Nieuw")
    page.get_by_text("kinderopvang", exact=False).first.click()
    page.get_by_label("Naam", exact=True).fill("Berend Beheer")
    page.get_by_label("Gebruikersnaam", exact=True).fill("berend")
    page.get_by_label("Nieuw wachtwoord", exact=True).fill("vier ganzen op een rij")
    page.get_by_label("Nieuw wachtwoord, nog een keer").fill("vier ganzen op een rij")
    page.get_by_role("button", name="Register beginnen").click()
    page.get_by_role("button", name="Naar aanmelden").click()
    password(page, "berend", "vier ganzen op een rij")

    expect(page.get_by_role("heading", name="Stel uw tweede stap in")).to_be_visible()
    assert "<svg" in b64decode((page.get_by_role("img").first.get_attribute("src") or "").split(",")[1]).decode()
    page.goto("/people")
    expect(page.get_by_label("Gebruikersnaam", exact=True)).to_be_visible()  # nothing else opens
    password(page, "berend", "vier ganzen op een rij")
    expect(page.get_by_role("heading", name="Stel uw tweede stap in")).to_be_visible()
    secret = page.locator("code").first.inner_text().replace(" ", "").strip()
    page.get_by_label("Code uit uw app").fill("000000")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Deze code klopt niet")).to_be_visible()
    page.get_by_label("Code uit uw app").fill(code_now(secret))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Uw herstelcodes")).to_be_visible()
    codes = page.locator("code").first.inner_text().split()
    assert len(codes) == 10
    page.get_by_role("button", name="Ik heb de codes bewaard").click()

    expect(page.get_by_role("heading", name="Mensen")).to_be_visible()
    expect(page.get_by_text("Dit ontbreekt nog")).to_be_visible()
    before = session_token(page)
    sign_out(page)

    password(page, "berend", "vier ganzen op een rij")
    field = page.get_by_label("Code uit uw app")
    expect(field).to_have_attribute("autocomplete", "one-time-code")
    page.get_by_role("button", name="Terug").click()
    expect(field).to_have_count(0)  # or the code lands in the screen that is leaving
    password(page, "berend", "vier ganzen op een rij")
    field.fill(codes[0].lower())
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Mensen")).to_be_visible()
    assert session_token(page) != before
    page.goto("/account")
    expect(page.get_by_text("U hebt nog 9 herstelcodes.")).to_be_visible()
    page.get_by_label("Code uit uw app, of een herstelcode").fill(codes[1])
    page.get_by_role("button", name="Wijzigen", exact=True).click()
    expect(page.get_by_role("heading", name="Uw herstelcodes")).to_be_visible()
    before = session_token(page)
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Download als tekst").click()
    assert len(waiting.value.path().read_text().splitlines()) == 12
    page.get_by_role("button", name="Ik heb de codes bewaard").click()
    expect(page.get_by_text("U hebt nog 10 herstelcodes.")).to_be_visible()
    assert session_token(page) != before
    page.context.close()


def password(page: Page, name: str, chosen: str) -> None:
    page.get_by_label("Gebruikersnaam", exact=True).fill(name)
    page.get_by_label("Wachtwoord").fill(chosen)
    expect(page.get_by_role("button", name="Aanmelden", exact=True)).to_be_visible()  # without it Enter sends nothing
    page.keyboard.press("Enter")


def code_now(secret: str) -> str:
    """As the app shows it, by the clock of the server, whose date is pinned."""
    return pyotp.TOTP(secret).at(door._system_clock())


def session_token(page: Page) -> str:
    return next(each["value"] for each in page.context.cookies() if each["name"] == "weerklank")
