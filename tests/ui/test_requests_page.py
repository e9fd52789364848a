"""Asking on the people page, confirming on the page of requests, choosing a password with link and code."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session
from streamlit.testing.v1 import AppTest

from db import models as m
from db.settings import write_settings
from services import accounts, granting, links
from services.door import VISITOR
from tests.conftest import Cast
from tests.fill import make_complaint
from tests.granting import confirm_all
from tests.ui.apptest import NotForThem, open_page
from tests.ui.test_people_page import chosen, labelled, named, new_account, part

CONFIRM = {"cora", "dora", "piet", "petra"}


@pytest.fixture
def in_use(cast: Cast, engine: Engine) -> Cast:
    with Session(engine) as session, session.begin():
        make_complaint(session, cast)
        for account_id in cast.ids.values():
            session.get_one(m.Account, account_id).password_hash = "$2b$04$" + "x" * 53
    return cast


def said(at: AppTest) -> str:
    assert not at.exception
    kinds = (at.markdown, at.caption, at.text, at.success, at.info, at.warning, at.error)
    return "\n".join(str(each.value) for kind in kinds for each in kind).replace("\\", "")


def ask(cast: Cast, name: str) -> int:
    granting.ask(cast.actor("adam"), cast[name], "link")
    return granting.asked(cast.actor("adam"))[0].id


@pytest.mark.parametrize("who", ["adam", "cora", "mia", "piet", "tom", "vera"])
def test_the_page_is_for_who_confirms(in_use: Cast, who: str) -> None:
    if who in CONFIRM:
        assert "Er wacht niets op u." in said(open_page(in_use, who, "requests"))
    else:
        with pytest.raises(NotForThem):
            open_page(in_use, who, "requests")


@pytest.mark.parametrize(("name", "said_of_it"), [("*[x](http://a)*", True), ("", False)])
def test_who_confirms_reads_who_does_the_accounts_when_it_is_about_the_administrator(
    in_use: Cast, engine: Engine, name: str, said_of_it: bool
) -> None:
    with Session(engine) as session, session.begin():
        write_settings(session, {"stand_in_admin": {"name": name, "phone": "06 00 00 00 03", "email": "sam@elders.invalid"}})

    at = open_page(in_use, "piet", "requests")

    line = f"Gaat het over de beheerder zelf? {name}, 06 00 00 00 03, sam@elders.invalid doet dan de accounts."
    assert (line in [each.value for each in at.text]) is said_of_it  # st.text shows every sign as it is
    assert ("Gaat het over de beheerder zelf?" in said(at)) is said_of_it


def test_the_rule_stands_on_the_people_page(cast: Cast, engine: Engine) -> None:
    assert "Het register wordt nog ingericht" in said(open_page(cast, "adam", "people"))
    with Session(engine) as session, session.begin():
        make_complaint(session, cast)
    assert "Een beheerder alleen geeft geen toegang tot dossiers" in said(open_page(cast, "adam", "people"))


def test_a_link_is_asked_confirmed_made_and_used(in_use: Cast) -> None:
    at = chosen(in_use, "vera")
    labelled(at.button, "Vraag een link voor een nieuw wachtwoord aan").click().run()
    assert "Gevraagd. De directie ziet uw verzoek over Vera Vertrouwens" in said(at)
    assert not at.code

    board = open_page(in_use, "dora", "board")
    assert any("1 verzoek van de beheerder wacht op u" in str(each.value) for each in board.markdown)
    page = open_page(in_use, "dora", "requests")
    assert "Nieuw wachtwoord voor Vera Vertrouwens (vera)" in said(page)
    labelled(page.button, "Bevestig").click().run()
    code = page.code[0].value
    assert "niet aan de beheerder" in said(page)
    page.run()
    assert page.code[0].value == code  # until the page is left

    at = chosen(in_use, "vera")
    labelled(at.button, "Maak de link").click().run()
    assert "u krijgt die niet" in said(at)
    token = at.code[0].value.partition("?link=")[2]
    assert code not in said(at)

    start = open_page(in_use, None, "home", link=token)
    labelled(start.text_input, "Code").input("BBBB-BBBB")
    for key in ("start.new", "start.repeated"):
        start.text_input(key=key).input("een paard in de gang")
    labelled(start.button, "Wachtwoord bewaren").click().run()
    assert "Deze code past niet bij deze link." in said(start)
    labelled(start.text_input, "Code").input(code)
    labelled(start.button, "Wachtwoord bewaren").click().run()
    assert "Gelukt" in said(start)

    assert "Link gebruikt op" in open_page(in_use, "dora", "requests").dataframe[0].value.to_csv()


def test_a_new_account_says_which_role_waits(in_use: Cast) -> None:
    at = new_account(in_use, "nel", "Nel Nieuw", "confidant")

    assert "Wacht op bevestiging door de directie: Vertrouwenspersoon" in said(at)
    assert not at.code
    assert named(in_use, "nel").roles == ()
    assert "Nel Nieuw (nel) krijgt erbij: Vertrouwenspersoon" in said(at)
    assert "Deze rollen wachten op bevestiging" in said(chosen(in_use, "nel"))


def test_a_request_is_withdrawn(in_use: Cast) -> None:
    ask(in_use, "vera")
    at = open_page(in_use, "adam", "people")

    labelled(at.button, "Trek in").click().run()

    assert "Het verzoek is ingetrokken." in said(at)
    assert granting.waiting(in_use.actor("dora")) == 0


def test_a_changed_role_says_that_it_waits(in_use: Cast) -> None:
    at = chosen(in_use, "hans")
    labelled(at.multiselect, "Rollen").set_value(["manager"])
    labelled(at.button, "Opslaan").click().run()

    assert "Een andere rol of naam wacht op bevestiging door de directie" in said(at)
    assert named(in_use, "hans").roles == ("handler",)


def test_blocking_a_recipient_is_asked_and_a_handler_is_blocked_at_once(in_use: Cast) -> None:
    at = chosen(in_use, "vera")
    labelled(at.button, "Vraag aan om het account te blokkeren").click().run()
    assert named(in_use, "vera").active
    assert "Wacht op bevestiging" in said(chosen(in_use, "vera"))

    labelled(chosen(in_use, "hans").button, "Account blokkeren").click().run()
    assert not named(in_use, "hans").active
    page = open_page(in_use, "cora", "requests")
    labelled(page.button, "Draai terug").click().run()
    assert "Teruggedraaid." in said(page)
    assert named(in_use, "hans").active


def test_a_stale_click_is_answered_calmly(in_use: Cast) -> None:
    asked = ask(in_use, "vera")
    page = open_page(in_use, "dora", "requests")
    granting.decline(in_use.actor("piet"), asked)

    labelled(page.button, "Bevestig").click().run()

    assert "Er hoeft niets meer" in said(page) or "Er wacht niets op u." in said(page)


def test_who_it_is_about_sees_it_without_buttons(in_use: Cast) -> None:
    ask(in_use, "dora")
    page = open_page(in_use, "dora", "requests")

    assert not [each for each in page.button if each.label == "Bevestig"]
    assert "Nieuw wachtwoord voor Dora" in page.dataframe[0].value.to_csv()


def test_the_person_is_told_until_it_was_read_and_finds_it_back(in_use: Cast, engine: Engine) -> None:
    ask(in_use, "tom")
    (code,) = confirm_all(in_use)
    links.set_password(VISITOR, links.password_link(in_use.actor("adam"), in_use["tom"]), *["een paard in de gang"] * 2, code)
    with Session(engine) as session, session.begin():
        session.get_one(m.AuthSession, in_use.actor("tom")).revoked_at = None

    at = open_page(in_use, "tom", "board")
    told = "is uw wachtwoord opnieuw ingesteld via een link van Adam Beheer, bevestigd door Cora"
    assert told in said(at)
    labelled(at.button, "Gelezen").click().run()
    assert told not in said(at)
    assert told in said(open_page(in_use, "tom", "account"))
    assert accounts.whoami(in_use.actor("tom"))


def test_who_confirms_reads_that_a_name_looks_like_a_colleagues(in_use: Cast) -> None:
    given = accounts.AccountInput("hb", "H. Behandelaar", "", ("handler",), None)
    accounts.create(in_use.actor("adam"), given)

    page = open_page(in_use, "dora", "requests")

    assert "H. Behandelaar (hb) krijgt erbij: Behandelaar" in said(page)
    assert "deze naam lijkt op die van een ander account, van nu of van vroeger: Hans Behandelaar, Hilde Behandelaar." in said(
        page
    )


def test_a_new_reporter_with_such_a_name_gets_no_link_at_once(in_use: Cast) -> None:
    at = new_account(in_use, "hb", "H. Behandelaar")

    assert "De naam lijkt op die van een ander account" in said(at)
    assert not at.code
    assert labelled(chosen(in_use, "hb").button, "Vraag een link voor een nieuw wachtwoord aan")


def test_another_name_waits_and_says_so(in_use: Cast) -> None:
    at = chosen(in_use, "hilde")
    labelled(at.text_input, "Naam").input("Hilde Getrouwd")
    labelled(at.button, "Opslaan").click().run()

    assert "Een andere rol of naam wacht op bevestiging" in said(at)
    assert "Hilde Behandelaar (hilde) heet voortaan Hilde Getrouwd: Wacht op bevestiging" in said(chosen(in_use, "hilde"))
    page = open_page(in_use, "cora", "requests")
    labelled(page.button, "Bevestig").click().run()
    assert named(in_use, "hilde").display_name == "Hilde Getrouwd"
    assert "Hilde Behandelaar (hilde) heet voortaan Hilde Getrouwd" in page.dataframe[0].value.to_csv()


def test_settings_and_units_say_what_waits(in_use: Cast) -> None:
    at = part(in_use, "settings")
    labelled(at.selectbox, "Directeur").select_index(0)
    labelled(at.button, "Opslaan").click().run()
    waits = "Wie als bestuurder optreedt of beroepen behandelt, verandert. Directeur: eerst Dora Directeur, straks geen."
    assert waits in said(at)
    assert labelled(at.selectbox, "Directeur").value == in_use["dora"]

    at = part(in_use, "units")
    at.selectbox(key="people.unit").set_value(in_use.units["zuid"]).run()
    labelled(at.selectbox, "Leidinggevende").set_value(in_use["mia"])
    labelled(at.button, "Opslaan").click().run()
    moves = "Locatie Zuid krijgt een andere leidinggevende of plaats. Leidinggevende: eerst geen, straks Mia Manager."
    assert moves in said(at)

    assert waits in said(open_page(in_use, "cora", "requests"))
    assert "Er wacht niets op u." not in said(open_page(in_use, "cora", "requests"))
    assert [each.label for each in open_page(in_use, "piet", "requests").button].count("Bevestig") == 1  # piet gains by one
