"""A form that stays on screen is empty in the browser too, once what it held was stored."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.browser import hands
from tests.conftest import TODAY
from tests.serving import Server, password_of

pytestmark = pytest.mark.browser


def test_a_note_that_was_saved_is_not_there_to_be_saved_again(open_browser: Callable[..., Page], server: Server) -> None:
    page = hands.signed_in(open_browser(), server, "tom", "/intake")
    hands.phone_remark(page)
    hands.press(page, "Registreren")
    reference = hands.reference_on_receipt(page)
    page = hands.signed_in(open_browser(), server, "cora", f"/complaint?ref={reference}")
    hands.tab(page, "Notities")
    note = page.get_by_label("Nieuwe notitie, alleen voor collega's die dit dossier mogen lezen")
    note.fill("De klager belt morgen terug.")

    hands.press(page, "Bewaar de notitie")

    expect(page.get_by_test_id("stText").get_by_text("De klager belt morgen terug.")).to_be_visible()
    expect(note).to_have_value("")


def test_a_closing_that_was_added_is_not_there_to_be_added_again(open_browser: Callable[..., Page], server: Server) -> None:
    page = hands.signed_in(open_browser(), server, "adam", "/people")
    page.get_by_text("Kalender", exact=True).click()
    form = hands.settled(page).get_by_test_id("stForm").last
    hands.pick_day(page, "Van", TODAY + timedelta(days=30))
    form.get_by_label("Naam").fill("Wintersluiting")

    hands.press(page, "Sluiting toevoegen")

    hands.told(page, "De sluiting is toegevoegd")
    expect(form.get_by_label("Naam")).to_have_value("")
    expect(form.get_by_role("group", name="Van").get_by_role("spinbutton").first).to_have_text("dd")


def test_a_unit_that_was_added_is_not_there_to_be_added_again(open_browser: Callable[..., Page], server: Server) -> None:
    page = hands.signed_in(open_browser(), server, "adam", "/people")
    page.get_by_text("Locaties en afdelingen", exact=True).click()
    name = hands.settled(page).get_by_label("Naam van de locatie")
    name.fill("Zaal West")

    hands.press(page, "Toevoegen")

    hands.told(page, "Zaal West")
    expect(name).to_have_value("")


def test_passwords_do_not_stay_on_screen(open_browser: Callable[..., Page], server: Server) -> None:
    page = hands.signed_in(open_browser(), server, "petra", "/account")
    fresh = "nachtegaal-turf-lantaarn"
    hands.write(page, "Huidig wachtwoord", password_of("petra"))
    hands.write(page, "Nieuw wachtwoord", fresh)
    hands.write(page, "Nieuw wachtwoord, nog een keer", fresh)

    hands.press(page, "Wachtwoord wijzigen")

    hands.told(page, "Uw wachtwoord is gewijzigd.")
    for field in page.locator("input[type=password]").all():
        expect(field).to_have_value("")
