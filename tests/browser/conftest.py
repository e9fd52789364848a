"""A real browser on a real application. Skipped where Chromium is missing, unless everything is required (CI)."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, TimeoutError, expect

from tests.serving import Server, password_of, serve

PATIENCE = 30_000  # milliseconds; two shared cores

expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="module")
def server_profile() -> str:
    """Parametrise it in a module that runs on both."""
    return "training"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, server_profile: str) -> Iterator[Server]:
    """The application with the cast (passwords: `password_of`), for the tests of one module."""
    with serve(tmp_path_factory.mktemp("server"), server_profile) as running:
        yield running


@pytest.fixture
def open_browser(chromium: Browser, server: Server) -> Iterator[Callable[..., Page]]:
    """`page = open_browser()`: another person's browser, with cookies of its own; options as for a Playwright context.
    Anything that the content security policy blocked fails the test."""
    pages: list[Page] = []
    blocked: list[str] = []

    def opened(**options: object) -> Page:
        settings = {"locale": "nl-NL", "viewport": {"width": 1280, "height": 900}, "base_url": server.url} | options
        page = chromium.new_context(**settings).new_page()  # type: ignore[arg-type]
        page.set_default_timeout(PATIENCE)
        page.on("console", lambda said: blocked.append(said.text) if "Content Security Policy" in said.text else None)
        pages.append(page)
        return page

    yield opened
    for page in pages:
        page.context.close()
    assert not blocked


@pytest.fixture
def browser_page(open_browser: Callable[..., Page]) -> Page:
    """One browser window that has not been anywhere yet."""
    return open_browser()


def sign_in(page: Page, name: str, address: str = "/") -> None:
    """Through the form, as people do; ends where `address` leads."""
    page.goto(address)
    page.get_by_label("Gebruikersnaam", exact=True).fill(name)
    page.get_by_label("Wachtwoord").fill(password_of(name))
    page.get_by_role("button", name="Aanmelden").click()
    expect(page.get_by_role("button", name="Afmelden", exact=True)).to_be_attached()


def sign_out(page: Page) -> None:
    page.get_by_role("button", name="Afmelden", exact=True).click()
    expect(page.get_by_label("Gebruikersnaam", exact=True)).to_be_visible()


def choose(page: Page, label: str, option: str) -> None:
    """Pick from a select box; its list closes by itself when the screen is drawn anew just then, so try again."""
    box, wanted = page.get_by_role("combobox", name=label), page.get_by_role("option", name=option, exact=True)
    for patience in (3_000, 6_000, PATIENCE):
        box.click()
        try:
            wanted.click(timeout=patience)
        except TimeoutError:
            page.keyboard.press("Escape")
            continue
        page.keyboard.press("Escape")
        return
    raise AssertionError(f"{label} does not offer {option}")
