"""What people do on a screen, by the words that they read there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from playwright.sync_api import Download, Locator, Page, TimeoutError, expect

from tests.serving import Server

# Until a fold-out has stopped growing: a click on what still moves can end beside it.
UNFOLDED = "each => Promise.allSettled(each.closest('details').getAnimations().map(moving => moving.finished))"


def signed_in(page: Page, server: Server, who: str, address: str = "/") -> Page:
    """`who` comes back with a cookie; the sign-in form has its own tests."""
    page.context.add_cookies([{"name": "weerklank", "value": server.token_for(who), "url": server.url}])
    page.goto(address)
    expect(page.get_by_role("button", name="Afmelden", exact=True)).to_be_attached()
    return settled(page)


def settled(page: Page) -> Page:
    """The screen as it stays until somebody touches it."""
    expect(page.locator("[data-testid=stApp]")).to_have_attribute("data-test-script-state", "notRunning")
    return page


def choose(page: Page, label: str, option: str) -> None:
    """One out of a list that opens; it closes by itself when the screen is drawn anew just then."""
    box, wanted = page.get_by_role("combobox", name=label), page.get_by_role("option", name=option).first
    for patience in (3_000, 6_000, 12_000):
        settled(page)
        box.click()
        try:
            wanted.click(timeout=patience)
        except TimeoutError:
            continue
        settled(page)
        return
    raise AssertionError(f"{label} does not offer {option}")


def choose_some(page: Page, label: str, *options: str) -> None:
    """More than one."""
    settled(page).get_by_role("combobox", name=label).click()
    for option in options:
        page.get_by_role("option", name=option).click()
    page.keyboard.press("Escape")
    settled(page)


def write(page: Page, label: str, text: str) -> None:
    page.get_by_label(label, exact=True).fill(text)


def pick_day(page: Page, label: str, day: date) -> None:
    """Typed, as people do: day, month, year."""
    parts = page.get_by_role("group", name=label).get_by_role("spinbutton")
    parts.first.click()
    page.keyboard.type(f"{day:%d%m%Y}")
    page.keyboard.press("Tab")
    settled(page)


def press(page: Page, name: str) -> None:
    settled(page)
    page.get_by_role("button", name=name, exact=True).click()


def open_step(page: Page, name: str) -> Locator:
    """A button under "Wat kunt u nu doen?", in sight or behind "Meer stappen"; the form that opens."""
    settled(page)
    button, more = page.get_by_role("button", name=name, exact=True), page.get_by_text("Meer stappen")
    expect(button.or_(more).locator("visible=true").first).to_be_visible()
    if not button.is_visible():
        more.click()
        more.evaluate(UNFOLDED)
    button.click()
    heading = page.get_by_role("heading", name=name, exact=True)
    expect(heading).to_be_visible()
    settled(page)
    return heading


def send(page: Page) -> None:
    press(page, "Leg vast dat de brief is verzonden")


def told(page: Page, sentence: str) -> None:
    """What the screen says that was done."""
    expect(page.get_by_test_id("stAlertContentSuccess").get_by_text(sentence)).to_be_visible()
    settled(page)


def tab(page: Page, name: str) -> None:
    page.get_by_role("tab", name=name).click()
    settled(page)


def unfold(page: Page, words: str) -> None:
    """A fold-out with these words above it."""
    above = page.locator("summary").filter(has_text=words).locator("visible=true").first
    above.click()
    above.evaluate(UNFOLDED)


def downloaded(page: Page, press_it: Callable[[], None]) -> tuple[str, bytes]:
    """The name and the content of what a button gives."""
    with page.expect_download() as waiting:
        press_it()
    download: Download = waiting.value
    return download.suggested_filename, download.path().read_bytes()


def phone_remark(page: Page, *, who: str = "Deelnemer", name: str = "Karin Jansen", story: str = "De zaal was koud.") -> None:
    """The five fields of the intake, while somebody is on the telephone: the day stands there already."""
    page.get_by_text("Telefoon", exact=True).click()
    page.get_by_text(who, exact=True).click()
    write(page, "Naam van de klager", name)
    write(page, "Wat is er gezegd of gebeurd?", story)
    page.get_by_text("Geen directe actie", exact=True).click()
    settled(page)


def reference_on_receipt(page: Page) -> str:
    expect(page.get_by_role("heading", name="Geregistreerd")).to_be_visible()
    return settled(page).locator("h2 code").inner_text()
