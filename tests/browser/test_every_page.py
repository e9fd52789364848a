"""Every page of everybody on a telephone, in a register in which nothing happened yet: a sentence, no key, nothing beside
the screen."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser import hands
from tests.serving import Server
from text import LANGUAGES, catalogue

pytestmark = pytest.mark.browser

MENUS = {
    "tom": ["Klacht melden", "Werkvoorraad", "Zoeken", "Hulp", "Mijn account"],
    "cora": [
        *(
            "Klacht melden",
            "Werkvoorraad",
            "Zoeken",
            "Maatregelen",
            "Jaaroverzicht",
            "Jaartoetsing",
            "Evaluaties",
            "Jaarverslag",
        ),
        *("Termijnen", "Bewaren", "Inzage", "Oud register", "Verzoeken", "Hulp", "Mijn account"),
    ],
    "vera": ["Klacht melden", "Zoeken", "Beroep", "Besloten dossiers", "Bewaren", "Inzage", "Hulp", "Mijn account"],
    "suze": ["Zoeken", "Beroep", "Hulp", "Mijn account"],
    "wim": ["Klacht melden", "Zoeken", "Besloten dossiers", "Bewaren", "Inzage", "Hulp", "Mijn account"],
    "adam": ["Mensen", "Hulp", "Mijn account"],
}
AREAS = "|".join(sorted({key.split(".", 1)[0] for language in LANGUAGES for key in catalogue(language)}))
RAW_KEY = re.compile(rf"\b(?:{AREAS})\.[a-z]+(?:_[a-z]+)*\b")
ADDRESSES = re.compile(r"\S*(?:@|\w\.(?:nl|example|invalid)\b)\S*")


def test_the_keys_are_known() -> None:
    assert RAW_KEY.search("zie board.column_title hier")
    assert not RAW_KEY.search("Dit is een zin. En nog een.")


@pytest.mark.parametrize("who", MENUS)
def test_every_page_of_an_empty_register(open_browser: Callable[..., Page], server: Server, who: str) -> None:
    page = hands.signed_in(open_browser(viewport={"width": 1280, "height": 900}), server, who)
    menu = page.get_by_test_id("stSidebarNav").get_by_role("link")
    expect(menu).to_have_count(len(MENUS[who]))
    assert [each.split("\n")[-1] for each in menu.all_inner_texts()] == MENUS[who]

    addresses = [str(each.get_attribute("href")) for each in menu.all()]
    page.set_viewport_size({"width": 390, "height": 844})
    for address in addresses:
        page.goto(address)
        expect(page.get_by_role("heading").first).to_be_visible()
        hands.settled(page)
        words = page.get_by_test_id("stMain").inner_text()
        assert not RAW_KEY.findall(ADDRESSES.sub("", words)), address
        assert "Er ging iets mis" not in words
        assert page.get_by_test_id("stMain").evaluate("each => each.scrollWidth - each.clientWidth") <= 0, address
