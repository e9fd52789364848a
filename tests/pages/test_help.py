"""The help page: for every role, from the profile and the settings of this organisation."""

from __future__ import annotations

import re

import pytest
from sqlalchemy.orm import Session

from db import models as m
from db.settings import write_settings
from services import door
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
