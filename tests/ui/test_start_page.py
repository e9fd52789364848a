from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from db import models as m
from db.engine import make_engine
from domain.rights import Right
from services import door, links, sessions
from services.door import VISITOR, SystemActor
from services.sessions import digest
from tests.conftest import Cast
from tests.ui.apptest import SHELL, open_page
from ui.session import PAGES

GOOD = "een paard in de gang"


def link_opened(token: str) -> AppTest:
    at = AppTest.from_file(SHELL, default_timeout=30)
    at.user = {}
    at.query_params["link"] = token
    return at.run()


def field(at: AppTest, label: str) -> AppTest:
    return next(each for each in at.text_input if each.label == label)  # type: ignore[no-any-return]


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A register in which nobody is; the token from the terminal."""
    url = f"sqlite:///{tmp_path / 'empty.db'}"
    monkeypatch.setenv("WEERKLANK_DATABASE_URL", url)
    monkeypatch.setenv("WEERKLANK_DATA", str(tmp_path))
    engine = make_engine(url)
    m.Base.metadata.create_all(engine)
    door.engine.cache_clear()
    yield links.first_link(SystemActor("test", frozenset({Right.ACCOUNTS})))
    engine.dispose()
    door.engine().dispose()
    door.engine.cache_clear()


@pytest.mark.usefixtures("empty")
def test_without_the_link_an_empty_register_says_where_to_find_it() -> None:
    at = AppTest.from_file(SHELL, default_timeout=30)
    at.user = {}

    at.run()

    assert not at.text_input
    assert at.info[0].value.startswith("Er is nog geen account")


def test_the_first_start_asks_who_and_which_procedure(empty: str) -> None:
    at = link_opened(empty)
    field(at, "Naam van de organisatie").input("Bureau Nieuw")
    field(at, "Naam").input("Berend Beheer")
    field(at, "Gebruikersnaam").input("berend")
    field(at, "Nieuw wachtwoord").input(GOOD)
    field(at, "Nieuw wachtwoord, nog een keer").input(GOOD)
    assert len(at.radio[0].options) == 2
    at.radio[0].set_value("kinderopvang-welzijn")

    next(each for each in at.button if each.label == "Register beginnen").click().run()

    assert not at.exception
    assert [each.value for each in at.success] == ["Gelukt. U kunt zich nu aanmelden."]
    assert sessions.sign_in(VISITOR, "berend", GOOD, digest("b"), "")


def test_what_is_wrong_stands_at_its_field_and_what_was_typed_stays(empty: str) -> None:
    at = link_opened(empty)
    field(at, "Naam van de organisatie").input("Bureau Nieuw")
    field(at, "Naam").input("Berend Beheer")
    field(at, "Gebruikersnaam").input("berend")
    field(at, "Nieuw wachtwoord").input("kort")

    next(each for each in at.button if each.label == "Register beginnen").click().run()

    assert [each.value for each in at.error] == ["Een wachtwoord heeft ten minste 12 tekens."]
    assert field(at, "Naam van de organisatie").value == "Bureau Nieuw"


def test_a_person_chooses_a_password(cast: Cast) -> None:
    at = link_opened(links.password_link(cast.actor("adam"), cast["tom"]))
    assert [each.value for each in at.text][:2] == ["Dag Tom Trainer, kies hier uw wachtwoord.", "Uw gebruikersnaam is tom."]
    field(at, "Nieuw wachtwoord").input(GOOD)
    field(at, "Nieuw wachtwoord, nog een keer").input(GOOD)

    next(each for each in at.button if each.label == "Wachtwoord bewaren").click().run()

    assert [each.value for each in at.success] == ["Gelukt. U kunt zich nu aanmelden."]
    assert sessions.sign_in(VISITOR, "tom", GOOD, digest("b"), "")


def test_a_link_that_is_no_good_says_so(cast: Cast) -> None:
    at = link_opened("dit is geen link")

    assert not at.exception
    assert [each.value for each in at.error] == [
        "Deze link werkt niet meer: hij is gebruikt, verlopen of vervangen. Vraag uw beheerder om een nieuwe."
    ]
    assert not at.text_input


def test_somebody_who_is_signed_in_is_told_to_sign_out_first(cast: Cast) -> None:
    at = open_page(cast, "tom", "account", link=links.password_link(cast.actor("adam"), cast["rosa"]))

    assert at.info[0].value.startswith("U bent aangemeld als Tom Trainer")


def test_the_start_page_is_nobodys_page(cast: Cast) -> None:
    assert "start" not in set(PAGES)
