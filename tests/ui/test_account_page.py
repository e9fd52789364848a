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
    assert places(at) == ["Elders", "Dit scherm"]

    next(each for each in at.button if each.label == "Overal elders afmelden").click().run()

    assert places(at) == ["Dit scherm"]
    assert at.success[0].value == "U bent elders afgemeld (1 keer)."


def test_the_meter_says_how_strong_a_new_password_is(cast: Cast) -> None:
    at = open_page(cast, "tom", "account")
    assert meter(at) == (0, "Sterkte: nog niets getypt.")

    at.text_input(key="account.new").input("kort").run()
    assert meter(at) == (0, "Nog 8 tekens te kort.")
    at.text_input(key="account.new").input("wachtwoord12").run()
    assert meter(at) == (40, "Zwak. Neem er een ongewoon woord bij.")
    at.text_input(key="account.new").input(GOOD).run()
    assert meter(at) == (100, "Sterk.")


def meter(at: AppTest) -> tuple[int, str]:
    bar = at.get("progress")[0].proto
    return bar.value, bar.text


def test_one_ends_one_of_them(cast: Cast, engine: Engine) -> None:
    give_password(engine, cast)
    for browser in (digest("b"), digest("c")):
        sessions.redeem(VISITOR, sessions.sign_in(VISITOR, "tom", password_of("tom"), browser, ""), browser)
    at = open_page(cast, "tom", "account")
    assert places(at) == ["Elders", "Elders", "Dit scherm"]

    next(each for each in at.button if each.label == "Daar afmelden").click().run()

    assert places(at) == ["Elders", "Dit scherm"]
    assert at.success[0].value == "U bent daar afgemeld."


def places(at: AppTest) -> list[str]:
    return [each.value.split(":")[0] for each in at.text if "aangemeld sinds" in each.value]
