from __future__ import annotations

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from db import models as m
from domain.errors import Refused
from domain.rights import Role
from services import door
from services.accounts import Me
from tests.conftest import CAST, Cast
from tests.ui.apptest import SHELL, NotForThem, open_page
from ui import session as ui_session
from ui.session import ICONS, PAGES, reachable


def test_a_signed_in_person_sees_who_they_are(cast: Cast) -> None:
    at = open_page(cast, "tom", "account")

    assert not at.exception
    assert at.sidebar.text[0].value == "Tom Trainer"
    assert at.sidebar.caption[0].value == "Melder"


def test_a_page_that_is_not_on_the_menu_is_not_there(cast: Cast) -> None:
    with pytest.raises(NotForThem):
        open_page(cast, "tom", "people")


def test_an_address_that_is_not_ones_own_says_so(cast: Cast) -> None:
    at = AppTest.from_file(SHELL, default_timeout=30)
    at.user = {"session": cast.actor("adam")}
    at._page_hash = calc_hash("intake")

    at.run()

    assert [each.value for each in at.error] == ["Dit kunt u met uw rol niet doen."]


@pytest.mark.parametrize("who", [name for name in CAST if name != "adam"])
def test_everybody_but_the_administrator_begins_somewhere_without_errors(cast: Cast, who: str) -> None:
    at = open_page(cast, who, "home")

    assert not at.exception
    assert "Mensen" not in [each.value for each in at.title]


def test_the_administrator_begins_at_people(cast: Cast) -> None:
    assert [each.value for each in open_page(cast, "adam", "home").title] == ["Mensen"]


@pytest.mark.parametrize("page", ["home", *[name for name in ICONS if name != "home"]])
def test_a_visitor_sees_the_sign_in_at_every_page_and_nothing_else(cast: Cast, page: str) -> None:
    at = open_page(cast, None, page, ref="K26-7F3Q9")

    assert not at.exception
    assert [each.label for each in at.text_input] == ["Gebruikersnaam", "Wachtwoord"]
    assert [each.value for each in at.title] == ["Weerklank"]
    assert not at.sidebar.button


@pytest.mark.parametrize("identity", ["", "x", "0" * 64, None, 5, {"session": "y"}])
def test_a_made_up_identity_is_a_visitor(cast: Cast, identity: object) -> None:
    at = AppTest.from_file(SHELL, default_timeout=30)
    at.user = {"session": identity}

    at.run()

    assert not at.exception
    assert [each.label for each in at.text_input] == ["Gebruikersnaam", "Wachtwoord"]


def test_signing_out_ends_the_session(cast: Cast) -> None:
    at = open_page(cast, "tom", "account")

    next(each for each in at.sidebar.button if each.label == "Afmelden").click().run()
    at.run()

    assert [each.label for each in at.text_input] == ["Gebruikersnaam", "Wachtwoord"]


def test_the_language_switch_is_kept_with_the_account(cast: Cast) -> None:
    at = open_page(cast, "tom", "account")

    next(each for each in at.sidebar.button if each.label == "English").click().run()

    assert [each.value for each in open_page(cast, "tom", "account").title] == ["My account"]
    assert [each.value for each in open_page(cast, "rosa", "account").title] == ["Mijn account"]


def test_without_a_database_a_visitor_reads_a_sentence(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    door.engine().dispose()
    monkeypatch.setenv("WEERKLANK_DATABASE_URL", "sqlite:////nergens/niets.db")
    door.engine.cache_clear()

    for who in ("tom", None):
        at = open_page(cast, None, "home")
        at.user = {"session": cast.actor(who)} if who else {}
        at.run()

        assert not at.exception
        assert [each.value for each in at.error] == [
            "De database is even niet bereikbaar. Uw tekst staat er nog; probeer het zo opnieuw."
        ]


def test_what_another_page_remembered_is_forgotten(cast: Cast) -> None:
    at = open_page(cast, "adam", "account")
    at.session_state["people.something"] = 1
    at.session_state["account.something"] = 2
    at.run()
    assert "people.something" in at.session_state

    at.switch_page("../pages/people.py").run()

    assert "account.something" not in at.session_state


# Pages by name


def test_every_page_has_an_icon_and_every_icon_a_page_in_the_end() -> None:
    assert set(PAGES) <= set(ICONS)
    with pytest.raises(KeyError):
        PAGES["koning"]


def test_no_page_is_for_a_person_without_its_right() -> None:
    def menu(*roles: Role) -> set[str]:
        me = Me(1, "x", "X", frozenset(roles), "nl")
        return {name for name in ICONS if reachable(name, me)} - {"home", "help", "account"}

    assert menu(Role.ADMIN) == {"people"}
    assert menu(Role.REPORTER) == {"intake", "board", "search", "complaint"}
    # In the appeals she reads why she hears none.
    assert menu(Role.CONFIDANT) == {"intake", "restricted", "appeals", "search", "complaint", "retention", "access"}
    assert menu(Role.WB_OFFICER) == {"intake", "restricted", "search", "complaint", "retention", "access"}
    assert menu(Role.APPEAL_REVIEWER) == {"appeals", "search", "complaint"}
    assert menu(Role.DIRECTOR) == {
        "intake", "board", "actions", "complaint", "overview", "review", "evaluations", "report", "terms", "retention",
        "requests", "importing", "search", "access",
    }  # fmt: skip
    assert all("actions" in menu(each) for each in (Role.PARTNER, Role.MANAGER, Role.HANDLER, Role.COORDINATOR))
    assert "terms" not in menu(Role.PARTNER) | menu(Role.MANAGER) | menu(Role.HANDLER)
    assert menu() == set()


def test_a_refusal_becomes_a_sentence_with_its_values_in_words() -> None:
    assert "Wacht 1 seconde en" in ui_session.sentence(Refused("wait_first", seconds=1))
    assert ui_session.sentence(Refused("wait_first", seconds=8)).startswith("Te veel pogingen achter elkaar. Wacht 8")


def test_a_demonstration_shows_its_accounts_on_the_sign_in_screen(cast: Cast, engine: Engine) -> None:
    with Session(engine) as session, session.begin():
        session.add_all([m.Setting(key="demo", value=True), m.Setting(key="extra", value={"demo_password": "vier ganzen"})])

    at = open_page(cast, None, "home")

    assert set(at.dataframe[0].value["Gebruikersnaam"]) == set(CAST)
    assert any("vier ganzen" in each.value for each in at.caption)


def test_outside_a_demonstration_the_sign_in_screen_names_nobody(cast: Cast) -> None:
    assert not open_page(cast, None, "home").dataframe
