from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session
from streamlit.testing.v1 import AppTest

from services import accounts, health, organisation
from tests.conftest import CAST, Cast
from tests.fill import make_complaint
from tests.ui.apptest import NotForThem, open_page
from text import translate


def part(cast: Cast, name: str) -> AppTest:
    at = open_page(cast, "adam", "people")
    at.segmented_control(key="people.part").set_value(name).run()
    assert not at.exception
    return at


def labelled(elements: object, label: str) -> AppTest:
    return next(each for each in elements if each.label == label)  # type: ignore[attr-defined,no-any-return]


def ending(elements: object, key: str) -> AppTest:
    return next(each for each in elements if each.key.endswith(f".{key}"))  # type: ignore[attr-defined,no-any-return]


def chosen(cast: Cast, name: str) -> AppTest:
    """The people page with this account's row clicked."""
    rows = accounts.listing(cast.actor("adam"))
    at = open_page(cast, "adam", "people")
    place = next(number for number, row in enumerate(rows) if row.name == name)
    key = f"people.table.{hash(tuple(row.id for row in rows))}"
    at.session_state[key] = {"selection": {"rows": [place], "columns": [], "cells": []}}
    return at.run()


def named(cast: Cast, name: str) -> accounts.AccountRow:
    return next(each for each in accounts.listing(cast.actor("adam")) if each.name == name)


@pytest.mark.parametrize("who", [name for name in CAST if name != "adam"])
def test_the_page_is_the_administrators(cast: Cast, who: str) -> None:
    with pytest.raises(NotForThem):
        open_page(cast, who, "people")


def new_account(cast: Cast, name: str, display_name: str, role: str = "reporter") -> AppTest:
    """The page of the administrator after a new account was made, or refused, on it."""
    at = open_page(cast, "adam", "people")
    labelled(at.text_input, "Gebruikersnaam").input(name)
    labelled(at.text_input, "Naam").input(display_name)
    labelled(at.multiselect, "Rollen").set_value([role])
    return labelled(at.button, "Account maken").click().run()


def test_the_list_shows_everybody(cast: Cast) -> None:
    at = open_page(cast, "adam", "people")

    assert len(at.dataframe[0].value) == len(CAST)
    assert "Vera Vertrouwens" in set(at.dataframe[0].value["Naam"])
    assert not at.exception


def test_a_new_account_comes_with_a_link_that_is_shown_once(cast: Cast) -> None:
    at = new_account(cast, "nel", "Nel Nieuw")

    assert not at.exception
    assert [each.value for each in at.success] == ["Het account van Nel Nieuw is gemaakt."]
    assert "/?link=" in at.code[0].value
    assert named(cast, "nel").display_name == "Nel Nieuw"
    assert labelled(at.text_input, "Gebruikersnaam").value == ""
    at.run()
    assert not at.code


def test_a_refused_account_says_why_at_the_field_and_keeps_what_was_typed(cast: Cast) -> None:
    at = new_account(cast, "tom", "Tweede Tom")

    assert [each.value for each in at.error] == ["Deze gebruikersnaam bestaat al."]
    assert labelled(at.text_input, "Naam").value == "Tweede Tom"


def test_an_account_is_changed(cast: Cast) -> None:
    at = chosen(cast, "tom")
    labelled(at.text_input, "Naam").input("Thomas Trainer")
    labelled(at.multiselect, "Rollen").set_value(["handler"])

    labelled(at.button, "Opslaan").click().run()

    assert not at.exception
    assert (named(cast, "tom").display_name, named(cast, "tom").roles) == ("Thomas Trainer", ("handler",))


def test_an_account_is_blocked_and_activated(cast: Cast) -> None:
    labelled(chosen(cast, "tom").button, "Account blokkeren").click().run()
    assert not named(cast, "tom").active

    labelled(chosen(cast, "tom").button, "Account weer activeren").click().run()
    assert named(cast, "tom").active


def test_the_last_administrator_reads_why_blocking_is_refused(cast: Cast) -> None:
    at = chosen(cast, "adam")

    labelled(at.button, "Account blokkeren").click().run()

    assert at.error[0].value.startswith("Dit is de laatste beheerder")


def test_a_one_time_link_for_somebody(cast: Cast) -> None:
    at = chosen(cast, "tom")

    labelled(at.button, "Eenmalige link voor een nieuw wachtwoord").click().run()

    assert "/?link=" in at.code[0].value


@pytest.mark.parametrize("rows", [[-1], [99], [3, 4], []])
def test_a_forged_choice_does_no_harm(cast: Cast, rows: list[int]) -> None:
    at = open_page(cast, "adam", "people")
    key = f"people.table.{hash(tuple(row.id for row in accounts.listing(cast.actor('adam'))))}"
    at.session_state[key] = {"selection": {"rows": rows, "columns": [], "cells": []}}

    at.run()

    assert not at.exception


def test_a_unit_is_added_and_changed(cast: Cast) -> None:
    at = part(cast, "units")
    labelled(at.text_input, "Naam van de locatie").input("Locatie West")

    labelled(at.button, "Toevoegen").click().run()

    assert not at.exception
    west = next(each for each in organisation.units(cast.actor("adam")) if each.given.name == "Locatie West")
    labelled(at.selectbox, "Wijzigen of toevoegen").set_value(west.id).run()
    labelled(at.text_input, "Naam van de locatie").input("Locatie Zuidwest")
    labelled(at.button, "Opslaan").click().run()
    assert not at.exception
    assert "Locatie Zuidwest" in {each.given.name for each in organisation.units(cast.actor("adam"))}


def test_settings_are_saved(cast: Cast) -> None:
    at = part(cast, "settings")
    labelled(at.text_input, "Plaats (voor de dagtekening van brieven)").input("Elders")

    labelled(at.button, "Opslaan").click().run()

    assert not at.exception
    assert [each.value for each in at.success] == ["De gegevens van de organisatie zijn opgeslagen."]
    assert organisation.settings(cast.actor("adam")).city == "Elders"


def test_a_wrong_setting_is_said_at_its_field(cast: Cast) -> None:
    at = part(cast, "settings")
    labelled(at.text_input, "Adres van het privacyreglement").input("javascript:alert(1)")

    labelled(at.button, "Opslaan").click().run()

    assert at.error[0].value.startswith("Begin met https://")
    assert labelled(at.text_input, "Adres van het privacyreglement").value == "javascript:alert(1)"


@pytest.mark.parametrize("setting", ["stand_in_confidant", "stand_in_admin"])
def test_who_stands_in_from_outside_is_a_setting(cast: Cast, setting: str) -> None:
    at = part(cast, "settings")
    assert "Voor elke taak is er iemand anders" in at.container(key="people.stand_ins").text[0].value
    for name, words in {"name": "Noor Nieuw", "phone": "", "email": "noor@voorbeeld.invalid"}.items():
        ending(at.text_input, f"{setting}.{name}").input(words)

    labelled(at.button, "Opslaan").click().run()

    assert not at.exception
    contact = getattr(organisation.settings(cast.actor("adam")), setting)
    assert (contact.name, contact.phone, contact.email) == ("Noor Nieuw", "", "noor@voorbeeld.invalid")


def test_without_anybody_outside_the_form_says_which_task_it_is(cast: Cast, engine: Engine) -> None:
    at = part(cast, "settings")
    for name in ("name", "phone", "email"):
        ending(at.text_input, f"stand_in_confidant.{name}").input("")
    labelled(at.button, "Opslaan").click().run()
    assert "Als de melding over de vertrouwenspersoon gaat" in "\n".join(each.value for each in at.text)

    with Session(engine) as session, session.begin():
        make_complaint(session, cast)
    at = part(cast, "settings")
    ending(at.text_input, "stand_in_admin.name").input("")
    labelled(at.button, "Opslaan").click().run()
    assert [each.value for each in at.error] == [translate("nl", "refused.last_stand_in")]


def test_what_is_missing_is_on_top(cast: Cast) -> None:
    dora = named(cast, "dora")
    accounts.disable(cast.actor("adam"), dora.id, dora.version)

    at = open_page(cast, "adam", "people")

    said = [each.value for each in at.markdown]
    assert any("Een directeur" in each for each in said)
    assert any("account geblokkeerd is" in each for each in said)


def test_the_health_of_the_register_says_what_is_wrong_and_what_to_do(cast: Cast) -> None:
    health.forget()

    at = part(cast, "health")

    said = [each.value for each in (*at.text, *at.caption)]
    assert "De database past niet bij deze versie van het programma." in said  # that of a test was never upgraded
    assert any("manage.py upgrade" in each for each in said)
    assert not any("health." in each for each in (*said, *(each.value for each in at.markdown)))
    health.forget()


# Two administrators


def test_what_another_administrator_changed_in_an_account_stands_beside_what_was_typed(cast: Cast) -> None:
    at = chosen(cast, "tom")
    labelled(at.text_input, "Naam").input("Tom Anders").run()
    row = named(cast, "tom")
    given = accounts.AccountInput("tom", "Tommie Trainer", "tom@elders.invalid", row.roles, row.unit_id, row.external, "")
    accounts.edit(cast.actor("adam"), row.id, row.version, given)

    labelled(at.button, "Opslaan").click().run()

    key = f"people.edit.{row.id}"
    assert named(cast, "tom").display_name == "Tommie Trainer"
    assert labelled(at.text_input, "Naam").value == "Tom Anders"
    assert "«Tommie Trainer»" in {each.value for each in at.text}
    at.button(key=f"{key}.display_name.mine.go_on").click().run()
    labelled(at.button, "Opslaan").click().run()
    assert not at.exception
    assert (named(cast, "tom").display_name, named(cast, "tom").email) == ("Tom Anders", "tom@elders.invalid")


def test_a_unit_and_the_settings_too(cast: Cast) -> None:
    adam, noord = cast.actor("adam"), cast.units["noord"]
    at = part(cast, "units")
    labelled(at.selectbox, "Wijzigen of toevoegen").set_value(noord).run()
    labelled(at.text_input, "Naam van de locatie").input("Noord van mij").run()
    now = next(each.given for each in organisation.units(adam) if each.id == noord)
    organisation.edit_unit(adam, noord, now, replace(now, name="Noord van haar"))
    labelled(at.button, "Opslaan").click().run()
    assert {each.value for each in at.text} >= {"Noord van «mij»", "Noord van «haar»"}
    at.button(key=f"people.unit_edit.{noord}.name.theirs.go_on").click().run()
    assert labelled(at.text_input, "Naam van de locatie").value == "Noord van haar"

    at = part(cast, "settings")
    labelled(at.text_input, "Plaats (voor de dagtekening van brieven)").input("Elders").run()
    organisation.change_settings(adam, organisation.settings(adam), {"city": "Ergens", "organisation": "Bureau Nieuw"})
    labelled(at.button, "Opslaan").click().run()
    assert organisation.settings(adam).city == "Ergens"
    at.button(key="people.settings.all.city.mine.go_on").click().run()
    labelled(at.button, "Opslaan").click().run()
    assert not at.exception
    assert (organisation.settings(adam).city, organisation.settings(adam).organisation) == ("Elders", "Bureau Nieuw")


def test_what_an_administrator_typed_survives_a_reload_and_can_be_thrown_away(cast: Cast) -> None:
    at = part(cast, "settings")
    labelled(at.text_input, "Plaats (voor de dagtekening van brieven)").input("Elders").run()

    again = part(cast, "settings")

    assert labelled(again.text_input, "Plaats (voor de dagtekening van brieven)").value == "Elders"
    labelled(again.button, "Annuleren").click().run()
    assert labelled(again.text_input, "Plaats (voor de dagtekening van brieven)").value == "Voorbeeldstad"
    assert organisation.settings(cast.actor("adam")).city == "Voorbeeldstad"
