"""The help page: for every role, from the profile and the settings of this organisation."""

from __future__ import annotations

import re

import pytest
from sqlalchemy.orm import Session

from db import models as m
from db.settings import write_settings
from services import confirmed, door
from services import help as helping
from tests.conftest import CAST, PROFILES, Cast
from tests.pages.test_complaint import words
from tests.ui.apptest import open_page

RAW_KEY = re.compile(r"\b(?:help|standing|term|promise)\.[a-zA-Z_]+(?:\.[a-zA-Z_]+)?\b")


@pytest.mark.parametrize("who", CAST)
def test_everybody_who_is_signed_in_can_read_it(cast: Cast, who: str) -> None:
    at = open_page(cast, who, "help")

    assert not at.exception
    assert at.title[0].value == "Zo gaan wij met klachten om"


@pytest.mark.parametrize("profile", PROFILES)
def test_it_names_the_people_the_privacy_rules_and_the_version(cast: Cast, profile: str) -> None:
    at = open_page(cast, "tom", "help")

    text = words(at)
    for expected in (
        "Bureau Voorbeeld",
        "Vera Vertrouwens",
        "06 00 00 00 00",
        "vertrouwen@voorbeeld.invalid",
        "Cora Coördinator",
        "010 000 00 00",
        "Dora Directeur",
        "Versie van 1 mei 2024",
        "geactualiseerd op",
    ):
        assert expected in text
    assert not RAW_KEY.findall(text)


def test_the_training_bureau_reads_its_own_procedure(cast: Cast) -> None:
    at = open_page(cast, "tom", "help")

    text = words(at)
    assert "geactualiseerd op 29 maart 2022" in text
    assert "4. Beroep bij de vertrouwenspersoon" in text
    assert "Geschillencommissie Kinderopvang" not in text
    assert list(at.table[0].value["Binnen"])[:4] == ["2 werkdagen", "een werkdag", "een week", "een week"]


@pytest.mark.parametrize("profile", ["kinderopvang-welzijn"])
def test_the_childcare_organisation_reads_the_law_and_its_bodies(cast: Cast) -> None:
    at = open_page(cast, "tom", "help")

    text = words(at)
    assert "Klachtenloket Kinderopvang" in text
    assert "Geschillencommissie Kinderopvang" in text
    assert "Voor: Kinderopvang en peuteropvang" in text
    rows = {row["Wat"]: (row["Binnen"], row["Volgens"]) for frame in at.table for _, row in frame.value.iterrows()}
    assert rows["Oordeel op de klacht"] == ("6 weken", "wet")


def test_what_is_not_set_yet_says_so(cast: Cast) -> None:
    with Session(door.engine()) as session, session.begin():
        write_settings(session, {"confidant": {}, "privacy_url": "", "privacy_version_on": None, "director_id": None})

    text = words(open_page(cast, "tom", "help"))

    assert "Nog niet ingevuld. Vraag de beheerder." in text
    assert "Het adres van het privacyreglement is nog niet ingevuld." in text
    assert "Dora Directeur" not in text


def test_an_address_that_is_no_web_address_is_no_button(cast: Cast) -> None:
    with Session(door.engine()) as session, session.begin():
        session.get_one(m.Setting, "privacy_url").value = "javascript:alert(1)"

    at = open_page(cast, "tom", "help")

    assert not any("javascript" in str(each.proto) for each in at.get("link_button"))


def test_it_is_there_in_english(cast: Cast) -> None:
    with Session(door.engine()) as session, session.begin():
        session.get_one(m.Account, cast["tom"]).language = "en"

    text = words(open_page(cast, "tom", "help"))

    assert "Whom can you call?" in text
    assert not RAW_KEY.findall(text)


def test_an_inactive_director_is_not_named(cast: Cast) -> None:
    with Session(door.engine()) as session, session.begin():
        session.get_one(m.Account, cast["dora"]).active = False

    assert helping.read(cast.actor("tom")).director == ""


# That one knows it (R037)


def test_who_reads_it_can_say_so_and_reads_since_when(cast: Cast) -> None:
    at = open_page(cast, "tom", "help")
    assert "Dit is versie 1 van de procedure, van kracht sinds 29 maart 2022." in words(at)

    at.button(key="help.confirm").click().run()

    assert not at.exception
    said = words(at)
    assert "U hebt op 21 november 2026 bevestigd dat u versie 1 van de procedure kent" in said
    assert "help.confirm" not in {each.key for each in at.button}
    assert "Wie heeft nog niet bevestigd?" not in {each.label for each in at.expander}


@pytest.mark.parametrize("who", ["cora", "dora"])
def test_who_keeps_the_procedure_opens_the_list_of_who_has_not(cast: Cast, who: str) -> None:
    for name in CAST:
        if name not in ("hans", "wim"):
            confirmed.confirm(cast.actor(name), confirmed.mine(cast.actor(name)).version_id)

    at = open_page(cast, who, "help")
    assert "Hans Behandelaar" not in words(at)
    at.session_state["help.waiting"] = True
    at.run()

    said = words(at)
    assert "Nog niet bevestigd: 2 van de 13 mensen met een account en een rol." in said
    assert {"Hans Behandelaar", "Wim Klok"} <= {each.value for each in at.text}
    assert "Tom Trainer" not in {each.value for each in at.text}


def test_the_list_says_that_everybody_did(cast: Cast) -> None:
    for name in CAST:
        confirmed.confirm(cast.actor(name), confirmed.mine(cast.actor(name)).version_id)

    at = open_page(cast, "cora", "help")
    at.session_state["help.waiting"] = True
    at.run()

    assert "Iedereen met een account en een rol heeft deze versie bevestigd (13)." in words(at)
