from __future__ import annotations

import bcrypt
from sqlalchemy import Engine
from sqlalchemy.orm import Session
from streamlit.testing.v1 import AppTest

from db import models as m
from services import sessions
from services.door import VISITOR
from services.sessions import digest
from tests.conftest import Cast
from tests.serving import password_of
from tests.ui.apptest import open_page

GOOD = "een paard in de gang"


def give_password(engine: Engine, cast: Cast) -> None:
    with Session(engine) as session, session.begin():
        row = session.get_one(m.Account, cast["tom"])
        row.password_hash = bcrypt.hashpw(password_of("tom").encode(), bcrypt.gensalt(4)).decode()


def change(at: AppTest, old: str, new: str) -> AppTest:
    at.text_input(key="account.old").input(old)
    at.text_input(key="account.new").input(new)
    at.text_input(key="account.repeated").input(new)
    return next(each for each in at.button if each.label == "Wachtwoord wijzigen").click().run()


def test_one_changes_ones_own_password(cast: Cast, engine: Engine) -> None:
    give_password(engine, cast)
    at = open_page(cast, "tom", "account")

    change(at, password_of("tom"), GOOD)

    assert not at.exception
    assert at.success[0].value.startswith("Uw wachtwoord is gewijzigd")
    assert sessions.sign_in(VISITOR, "tom", GOOD, digest("b"), "")


def test_a_wrong_old_password_is_said_at_its_field(cast: Cast, engine: Engine) -> None:
    give_password(engine, cast)
    at = open_page(cast, "tom", "account")

    change(at, "dit is het niet", GOOD)

    assert [each.value for each in at.error] == ["Dit is niet uw huidige wachtwoord."]


def test_one_sees_where_one_is_signed_in_and_ends_the_others(cast: Cast, engine: Engine) -> None:
    give_password(engine, cast)
    sessions.redeem(VISITOR, sessions.sign_in(VISITOR, "tom", password_of("tom"), digest("b"), ""), digest("b"))
    at = open_page(cast, "tom", "account")
    assert list(at.dataframe[0].value["Waar"]) == ["Elders", "Hier"]

    next(each for each in at.button if each.label == "Overal elders afmelden").click().run()

    assert list(at.dataframe[0].value["Waar"]) == ["Hier"]
    assert at.success[0].value == "U bent elders afgemeld (1 keer)."
