"""Why a date is what it is, and trying out terms: at a desk and on a telephone."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from db import models as m
from demo.register import fill_samples
from domain.vocabulary import Compartment
from services import door
from tests.browser import hands
from tests.conftest import TODAY, Cast
from tests.serving import Server, start

pytestmark = pytest.mark.browser

DESK, TELEPHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
BOTH = pytest.mark.parametrize("viewport", [DESK, TELEPHONE], ids=["desk", "telephone"])


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("samples")
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("WEERKLANK_DATABASE_URL", raising=False)
        patch.setenv("WEERKLANK_DATA", str(folder))
        patch.setenv("WEERKLANK_TODAY", TODAY.isoformat())
        door.engine.cache_clear()
        register = fill_samples("training", TODAY)
        door.engine().dispose()
        door.engine.cache_clear()
    with start(folder, Cast(register.accounts, register.units)) as running:
        yield running


def nothing_sticks_out(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def fits(page: Page, selector: str) -> None:
    width = page.viewport_size["width"]  # type: ignore[index]
    for box in page.locator(selector).all():
        around = box.bounding_box()
        assert around is not None
        assert around["x"] >= 0
        assert around["x"] + around["width"] <= width + 1


@BOTH
def test_why_this_date_opens_and_fits(open_browser: Callable[..., Page], server: Server, viewport: dict[str, int]) -> None:
    with server.register() as session:
        query = select(m.Complaint.reference).where(
            m.Complaint.compartment == Compartment.REGULAR, m.Complaint.next_due_on > TODAY
        )
        reference = session.scalars(query).first()
    assert reference
    page = hands.signed_in(open_browser(viewport=viewport), server, "cora", f"/complaint?ref={reference}")

    page.get_by_role("button", name="Waarom deze datum?").first.click()

    expect(page.get_by_text("Dag voor dag").first).to_be_visible()
    hands.settled(page)
    expect(page.locator("[data-testid=stPopoverBody] table").first).to_be_visible()
    fits(page, "[data-testid=stPopoverBody] table")
    nothing_sticks_out(page)


@BOTH
def test_terms_are_tried_out_and_the_address_keeps_them(
    open_browser: Callable[..., Page], server: Server, viewport: dict[str, int]
) -> None:
    page = hands.signed_in(open_browser(viewport=viewport), server, "cora", "/terms?received=2026-03-24")

    expect(page.get_by_test_id("stVegaLiteChart").locator("canvas, svg").first).to_be_visible()
    expect(page.get_by_role("heading", name="Wat er dan is beloofd")).to_be_visible()
    hands.settled(page)
    assert "received=2026-03-24" in page.url
    nothing_sticks_out(page)
