"""The board as a manager reads it: nothing is cut off, with the sample cases of either organisation."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from demo.register import fill_samples
from services import door
from tests.browser import hands
from tests.conftest import PROFILES, TODAY, Cast
from tests.serving import Server, start
from ui.widgets import ROW, WIDTHS

pytestmark = pytest.mark.browser

PADDING = 16  # pixels, left and right of what stands in a cell
TEXTS = list(WIDTHS)[2:]

# The grid is a canvas; beside it stands a table for who cannot see it. Each of its texts, set as in the canvas in the
# width of its column: the height and the width that it needs.
_NEEDED = """(grid, [widths, padding]) => {
    const probe = document.body.appendChild(document.createElement("div"))
    const cells = [...grid.querySelectorAll("th, td")].filter(each => each.ariaColIndex > widths.length - TEXTS)
    const needed = cells.map(each => {
        const width = widths[each.ariaColIndex - 1] - padding
        probe.style.cssText = `position: absolute; font: 14px/1.4 "Source Sans"; width: ${width}px`
        probe.textContent = each.textContent
        return {text: each.textContent, height: probe.clientHeight, over: probe.scrollWidth - width}
    })
    probe.remove()
    return needed
}""".replace("TEXTS", str(len(TEXTS)))


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
    expect(page.get_by_test_id("glide-cell-0-0")).to_be_attached()
    return hands.settled(page)


def test_every_column_can_be_read_beside_the_menu(open_browser: Callable[..., Page], server: Server) -> None:
    page = board(open_browser(viewport={"width": 1280, "height": 3000}), server)
    expect(page.get_by_role("link", name="Werkvoorraad")).to_be_visible()

    scroller = page.locator(".dvn-scroller")
    assert scroller.evaluate("each => each.scrollWidth - each.clientWidth") == 0
    needed: list[dict[str, Any]] = page.get_by_test_id("stDataFrame").evaluate(_NEEDED, [list(WIDTHS.values()), PADDING])
    assert len(needed) > 5 * len(TEXTS)
    assert [each for each in needed if each["height"] > ROW or each["over"] > 0] == []


def test_on_a_telephone_the_flag_the_reference_and_the_day_come_first(
    open_browser: Callable[..., Page], server: Server
) -> None:
    page = board(open_browser(viewport={"width": 390, "height": 3000}), server)

    room = page.get_by_test_id("stDataFrame").bounding_box()
    assert room is not None
    assert sum(list(WIDTHS.values())[:3]) <= room["width"] <= 390
    assert page.locator("th").all_text_contents()[:3] == ["Termijn", "Dossier", "Uiterlijk"]
    assert not page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
