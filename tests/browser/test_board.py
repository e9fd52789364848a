"""The board as a manager reads it: nothing is cut off, with the sample cases of either organisation."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from demo.register import fill_samples
from services import door
from tests.browser import hands
from tests.conftest import PROFILES, TODAY, Cast
from tests.serving import Server, start

pytestmark = pytest.mark.browser

# Of each cell the text that does not fit in it, across or down.
_CUT = """table => [...table.querySelectorAll("th, td, button, span")]
    .filter(each => each.scrollWidth > each.clientWidth + 1 && getComputedStyle(each).display !== "inline")
    .map(each => each.textContent)"""


@pytest.fixture(scope="module", params=PROFILES)
def server_profile(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, server_profile: str) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("samples")
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("WEERKLANK_DATABASE_URL", raising=False)
        patch.setenv("WEERKLANK_DATA", str(folder))
        patch.setenv("WEERKLANK_TODAY", TODAY.isoformat())
        door.engine.cache_clear()
        register = fill_samples(server_profile, TODAY)
        door.engine().dispose()
        door.engine.cache_clear()
    with start(folder, Cast(register.accounts, register.units)) as running:
        yield running


def board(page: Page, server: Server) -> Page:
    hands.signed_in(page, server, "dora", "/board?status=all")
    expect(page.locator("table.rows tbody tr").first).to_be_visible()
    return hands.settled(page)


def test_every_column_can_be_read_beside_the_menu(open_browser: Callable[..., Page], server: Server) -> None:
    page = board(open_browser(viewport={"width": 1280, "height": 3000}), server)
    expect(page.get_by_role("link", name="Werkvoorraad")).to_be_visible()

    table = page.locator("table.rows")
    assert table.locator("tbody tr").count() >= 5
    assert table.evaluate(_CUT) == []
    box, menu = table.bounding_box(), page.get_by_test_id("stSidebar").bounding_box()
    assert box is not None
    assert menu is not None
    assert menu["x"] + menu["width"] <= box["x"]
    assert box["x"] + box["width"] <= 1280


def test_on_a_telephone_a_row_stands_under_its_own_headings(open_browser: Callable[..., Page], server: Server) -> None:
    page = board(open_browser(viewport={"width": 390, "height": 3000}), server)

    table, first = page.locator("table.rows"), page.locator("table.rows tbody tr").first
    assert table.evaluate(_CUT) == []
    assert [first.locator("th, td").nth(each).get_attribute("data-column") for each in range(3)] == [
        "Termijn",
        "Dossier",
        "Uiterlijk",
    ]
    box = table.bounding_box()
    assert box is not None
    assert box["x"] + box["width"] <= 390
    assert not page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")


def test_a_row_opens_by_a_click_anywhere_and_by_the_keyboard(open_browser: Callable[..., Page], server: Server) -> None:
    page = board(open_browser(), server)
    row = page.locator("table.rows tbody tr").nth(1)
    reference = row.get_by_role("button").inner_text()

    row.locator("td").last.click()
    expect(page.get_by_role("heading", name=reference)).to_be_visible()

    page.go_back()
    expect(row).to_be_visible()
    hands.settled(page)
    row.get_by_role("button", name=reference).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=reference)).to_be_visible()


def test_a_screen_asks_for_its_own_address_once(open_browser: Callable[..., Page], server: Server) -> None:
    """Streamlit would ask below `/board` first, be refused, and wait."""
    page, asked = open_browser(), []
    page.on("request", lambda request: asked.append(request.url.removeprefix(server.url)))

    board(page, server)

    assert asked.count("/_stcore/host-config") <= 1
    assert [each for each in asked if each.startswith("/board/")] == []
