from __future__ import annotations

from dataclasses import replace

import bcrypt
import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from db import models as m
from domain.errors import Refused
from domain.rights import Right, Role
from services import accounts, sessions, throttle
from services.accounts import AccountInput, AccountRow
from services.door import VISITOR, work
from tests.conftest import Cast
from tests.serving import password_of

NEL = AccountInput("Nel.Nieuw", "  Nel  Nieuw ", "nel@voorbeeld.invalid", ("handler", "reporter"), None)


def row(cast: Cast, name: str) -> AccountRow:
    return next(each for each in accounts.listing(cast.actor("adam")) if each.name == name)


def given(account: AccountRow) -> AccountInput:
    return AccountInput(account.name, account.display_name, account.email, account.roles, account.unit_id, account.external)


def give_password(engine: Engine, account_id: int, password: str) -> None:
    with Session(engine) as session, session.begin():
        session.get_one(m.Account, account_id).password_hash = bcrypt.hashpw(password.encode(), bcrypt.gensalt(4)).decode()


def is_out(cast: Cast, name: str) -> bool:
    try:
        sessions.check(cast.actor(name))
    except Refused as refusal:
        return refusal.code == "signed_out"
    return False


# Who may


@pytest.mark.parametrize("who", ["tom", "cora", "dora", "mia", "piet", "vera", "wim"])
def test_only_the_administrator_keeps_accounts(cast: Cast, who: str) -> None:
    tom = row(cast, "tom")
    calls = (
        lambda: accounts.listing(cast.actor(who)),
        lambda: accounts.create(cast.actor(who), NEL),
        lambda: accounts.edit(cast.actor(who), tom.id, tom.version, given(tom)),
        lambda: accounts.disable(cast.actor(who), tom.id, tom.version),
        lambda: accounts.enable(cast.actor(who), tom.id, tom.version),
    )

    for call in calls:
        with pytest.raises(Refused, match="not_allowed"):
            call()


def test_the_menu_knows_what_one_may(cast: Cast) -> None:
    assert accounts.whoami(cast.actor("adam")).may(Right.ACCOUNTS)
    assert not accounts.whoami(cast.actor("adam")).may(Right.LIST)
    assert not accounts.whoami(cast.actor("tom")).may(Right.ACCOUNTS)


# Making


def test_a_new_account_has_a_tidy_name_and_no_password(cast: Cast) -> None:
    accounts.create(cast.actor("adam"), NEL)

    nel = row(cast, "nel.nieuw")
    assert (nel.display_name, nel.roles, nel.has_password, nel.active) == (
        "Nel Nieuw",
        (Role.HANDLER, Role.REPORTER),
        False,
        True,
    )


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"name": ""}, "missing", "name"),
        ({"name": "a"}, "name_form", "name"),
        ({"name": "twee woorden"}, "name_form", "name"),
        ({"name": "x" * 61}, "name_form", "name"),
        ({"name": "x" * 100_000}, "text_too_long", "name"),
        ({"name": "naam\x00"}, "text_unreadable", "name"),
        ({"name": "TOM"}, "name_taken", "name"),
        ({"display_name": " \u200b "}, "missing", "display_name"),
        ({"display_name": "x" * 201}, "text_too_long", "display_name"),
        ({"email": "geen adres"}, "email_form", "email"),
        ({"roles": ()}, "missing", "roles"),
        ({"roles": ("koning",)}, "unknown_value", "roles"),
        ({"roles": ("admin", "director")}, "roles_conflict", "roles"),
        ({"roles": ("confidant", "handler")}, "roles_conflict", "roles"),
        ({"roles": ("confidant", "wb_officer")}, "roles_conflict", "roles"),
        ({"unit_id": 9999}, "unknown_unit", "unit_id"),
    ],
)
def test_what_makes_no_account_is_said_at_its_field(cast: Cast, change: dict[str, object], code: str, field: str) -> None:
    before = accounts.listing(cast.actor("adam"))

    with pytest.raises(Refused) as refusal:
        accounts.create(cast.actor("adam"), replace(NEL, **change))  # type: ignore[arg-type]

    assert (refusal.value.code, refusal.value.field) == (code, field)
    assert accounts.listing(cast.actor("adam")) == before


@pytest.mark.parametrize("name", ["Zoë Ünal", "נועה", "😀 Emoji", "O'Brien <b>x</b>"])
def test_odd_names_are_names(cast: Cast, name: str) -> None:
    accounts.create(cast.actor("adam"), replace(NEL, display_name=name))

    assert row(cast, "nel.nieuw").display_name == name


# Changing


def test_a_changed_name_stands_and_the_sessions_stay(cast: Cast) -> None:
    tom = row(cast, "tom")

    accounts.edit(cast.actor("adam"), tom.id, tom.version, replace(given(tom), display_name="Thomas Trainer"))

    assert row(cast, "tom").display_name == "Thomas Trainer"
    assert not is_out(cast, "tom")


def test_other_roles_end_the_persons_sessions(cast: Cast) -> None:
    tom = row(cast, "tom")

    accounts.edit(cast.actor("adam"), tom.id, tom.version, replace(given(tom), roles=("handler",)))

    assert row(cast, "tom").roles == (Role.HANDLER,)
    assert is_out(cast, "tom")
    assert not is_out(cast, "rosa")


def test_a_form_from_before_somebody_elses_change_is_refused(cast: Cast) -> None:
    tom = row(cast, "tom")
    accounts.edit(cast.actor("adam"), tom.id, tom.version, replace(given(tom), roles=("handler",)))

    for change in (
        lambda: accounts.edit(cast.actor("adam"), tom.id, tom.version, given(tom)),
        lambda: accounts.disable(cast.actor("adam"), tom.id, tom.version),
        lambda: accounts.enable(cast.actor("adam"), tom.id, tom.version),
    ):
        with pytest.raises(Refused, match="changed_meanwhile"):
            change()


def test_an_account_that_does_not_exist_cannot_be_changed(cast: Cast) -> None:
    with pytest.raises(Refused, match="unknown_person"):
        accounts.disable(cast.actor("adam"), 9999, 1)


def test_a_disabled_account_is_out_and_can_come_back(cast: Cast) -> None:
    tom = row(cast, "tom")
    accounts.disable(cast.actor("adam"), tom.id, tom.version)
    assert is_out(cast, "tom")

    accounts.enable(cast.actor("adam"), tom.id, row(cast, "tom").version)

    assert row(cast, "tom").active
    assert is_out(cast, "tom")  # the old session stays ended


# The last administrator


def test_the_last_administrator_stays(cast: Cast, engine: Engine) -> None:
    adam = row(cast, "adam")
    accounts.create(cast.actor("adam"), replace(NEL, roles=("admin",)))  # cannot sign in yet: no password

    with pytest.raises(Refused, match="last_admin"):
        accounts.disable(cast.actor("adam"), adam.id, adam.version)
    with pytest.raises(Refused, match="last_admin"):
        accounts.edit(cast.actor("adam"), adam.id, adam.version, replace(given(adam), roles=("handler",)))

    give_password(engine, row(cast, "nel.nieuw").id, "een paard in de gang")
    accounts.disable(cast.actor("adam"), adam.id, adam.version)
    assert is_out(cast, "adam")


# Own account


def test_one_chooses_ones_own_language(cast: Cast) -> None:
    accounts.choose_language(cast.actor("tom"), "en")

    assert accounts.whoami(cast.actor("tom")).language == "en"
    with pytest.raises(Refused, match="unknown_value"):
        accounts.choose_language(cast.actor("tom"), "fr")


def test_a_new_password_ends_the_other_sessions(cast: Cast, engine: Engine) -> None:
    give_password(engine, cast["tom"], password_of("tom"))
    browser = sessions.digest("browser")
    ticket = sessions.sign_in(VISITOR, "tom", password_of("tom"), browser, "")
    elsewhere = sessions.digest(sessions.redeem(VISITOR, ticket, browser))

    accounts.change_password(cast.actor("tom"), password_of("tom"), "een paard in de gang", "een paard in de gang")

    assert not is_out(cast, "tom")
    with pytest.raises(Refused, match="signed_out"):
        sessions.check(elsewhere)
    assert sessions.sign_in(VISITOR, "tom", "een paard in de gang", browser, "")
    with pytest.raises(Refused, match="sign_in_failed"):
        sessions.sign_in(VISITOR, "tom", password_of("tom"), browser, "")


@pytest.mark.parametrize(
    ("old", "new", "repeated", "code", "field"),
    [
        ("iets anders", "een paard in de gang", "een paard in de gang", "old_password_wrong", "old"),
        (password_of("tom"), "een paard in de gang", "een paard in de tuin", "password_repeated", "repeated"),
        (password_of("tom"), password_of("tom"), password_of("tom"), "password_same", "password"),
        (password_of("tom"), "tom trainer 12", "tom trainer 12", "password_obvious", "password"),
        (password_of("tom"), "kort", "kort", "password_short", "password"),
    ],
)
def test_a_password_is_not_changed_when(
    cast: Cast, engine: Engine, old: str, new: str, repeated: str, code: str, field: str
) -> None:
    give_password(engine, cast["tom"], password_of("tom"))

    with pytest.raises(Refused) as refusal:
        accounts.change_password(cast.actor("tom"), old, new, repeated)

    assert (refusal.value.code, refusal.value.field) == (code, field)
    with Session(engine) as session:
        stored = session.get_one(m.Account, cast["tom"]).password_hash or ""
    assert bcrypt.checkpw(password_of("tom").encode(), stored.encode())


def test_guessing_the_old_password_at_an_open_screen_is_slowed_down(cast: Cast, engine: Engine) -> None:
    give_password(engine, cast["tom"], password_of("tom"))
    for _ in range(10):
        with pytest.raises(Refused, match="old_password_wrong"):
            accounts.change_password(cast.actor("tom"), "fout", "een paard in de gang", "een paard in de gang")

    with pytest.raises(Refused, match="wait_minutes"):
        accounts.change_password(cast.actor("tom"), password_of("tom"), "een paard in de gang", "een paard in de gang")


def test_guesses_at_the_door_do_not_keep_one_from_changing_ones_password(cast: Cast, engine: Engine) -> None:
    give_password(engine, cast["tom"], password_of("tom"))
    with work(VISITOR, Right.SIGN_IN) as w:
        for _ in range(10):
            throttle.attempt(w, ("account", "tom"))

    accounts.change_password(cast.actor("tom"), password_of("tom"), "een paard in de gang", "een paard in de gang")

    with pytest.raises(Refused, match="password_obvious"):
        accounts.change_password(
            cast.actor("tom"), "een paard in de gang", "Bureau Voorbeeld Bureau", "Bureau Voorbeeld Bureau"
        )
