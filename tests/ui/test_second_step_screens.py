"""Between the password and the register: what the screens of the second step say, and that the other language loses nothing."""

from __future__ import annotations

import bcrypt
import pyotp
import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session
from streamlit.testing.v1 import AppTest

from db import models as m
from db.settings import write_settings
from domain.rights import Role
from services import second_step, sessions
from services.door import VISITOR
from services.sessions import digest
from tests.conftest import Cast, moment
from tests.serving import password_of
from tests.ui.apptest import open_page

BROWSER = digest("one browser")
WRONG_AT_FIRST = "Deze code klopt niet. Zet op uw telefoon datum en tijd op automatisch en typ de volgende code."


@pytest.fixture(autouse=True)
def vera_has_a_password(engine: Engine, cast: Cast) -> None:
    with Session(engine) as session, session.begin():
        cheap = bcrypt.gensalt(4)
        session.get_one(m.Account, cast["vera"]).password_hash = bcrypt.hashpw(password_of("vera").encode(), cheap).decode()
        write_settings(session, {"second_step_roles": [Role.CONFIDANT]})


def half() -> str:
    return sessions.sign_in(VISITOR, "vera", password_of("vera"), BROWSER, "here")


def confirmed(ticket: str) -> second_step.Kept:
    secret = second_step.enrolment(VISITOR, ticket, BROWSER).secret
    return second_step.confirm(VISITOR, ticket, BROWSER, pyotp.TOTP(secret).at(moment()))


def halfway(cast: Cast, ticket: str, codes: tuple[str, ...] = ()) -> AppTest:
    at = open_page(cast, None, "home")
    at.user = {"browser": BROWSER}
    at.session_state["sign_in.ticket"] = ticket
    at.session_state["sign_in.codes"] = codes
    return at.run()


def press(at: AppTest, label: str) -> AppTest:
    return next(each for each in at.button if each.label == label).click().run()


def test_the_other_language_keeps_the_recovery_codes_on_the_screen(cast: Cast) -> None:
    kept = confirmed(half())
    at = halfway(cast, kept.ticket, kept.codes)
    assert at.code[0].value == "\n".join(kept.codes)

    press(at, "English")

    assert not at.exception
    assert [each.value for each in at.subheader] == ["Your recovery codes"]
    assert at.code[0].value == "\n".join(kept.codes)
    press(at, "Nederlands")
    assert [each.value for each in at.subheader] == ["Uw herstelcodes"]


def test_a_wrong_first_code_says_to_look_at_the_clock_of_the_telephone(cast: Cast) -> None:
    at = halfway(cast, half())

    at.text_input[0].set_value("000000")
    press(at, "Tweede stap aanzetten")

    assert [each.value for each in at.error] == [WRONG_AT_FIRST]


def test_a_wrong_code_later_speaks_of_recovery_codes(cast: Cast) -> None:
    confirmed(half())
    at = halfway(cast, half())

    at.text_input[0].set_value("000000")
    press(at, "Verder")

    assert "neem een andere herstelcode" in at.error[0].value


def test_the_own_account_says_the_same_at_a_wrong_first_code(cast: Cast) -> None:
    at = open_page(cast, "vera", "account")
    at.text_input(key="account.code").set_value(password_of("vera"))
    press(at, "Instellen")

    at.text_input(key="account.code").set_value("000000")
    press(at, "Tweede stap aanzetten")

    assert WRONG_AT_FIRST in [each.value for each in at.error]


def test_why_one_is_back_is_said_where_single_sign_on_is_off(cast: Cast) -> None:
    at = open_page(cast, None, "home", sign_on="sign_in_again")

    assert [each.value for each in at.error] == ["Dit duurde te lang of is al gebruikt. Meld u opnieuw aan."]
