from __future__ import annotations

import time
from datetime import timedelta

import bcrypt
import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from db import models as m
from domain.errors import Refused
from domain.rights import Right
from services import accounts, door, sessions, sign_in_log
from services.door import VISITOR, SystemActor
from services.sessions import digest
from tests.conftest import Cast
from tests.serving import password_of

BROWSER = digest("the browser of this test")
HERE = "192.0.2.7"


@pytest.fixture
def passwords(engine: Engine, cast: Cast) -> None:
    with Session(engine) as session, session.begin():
        for name in ("tom", "rosa", "adam"):
            cheap = bcrypt.gensalt(4)
            session.get_one(m.Account, cast[name]).password_hash = bcrypt.hashpw(password_of(name).encode(), cheap).decode()


def refused(name: str, password: str, browser: str = BROWSER, source: str = HERE) -> str:
    with pytest.raises(Refused) as refusal:
        sessions.sign_in(VISITOR, name, password, browser, source)
    return refusal.value.code


@pytest.mark.usefixtures("passwords")
def test_a_right_password_gives_a_ticket_and_the_ticket_a_session() -> None:
    ticket = sessions.sign_in(VISITOR, " Tom ", password_of("tom"), BROWSER, HERE)

    token = sessions.redeem(VISITOR, ticket, BROWSER)

    assert accounts.whoami(digest(token)).name == "tom"


@pytest.mark.usefixtures("passwords")
def test_neither_token_nor_ticket_stands_in_the_database(engine: Engine) -> None:
    ticket = sessions.sign_in(VISITOR, "tom", password_of("tom"), BROWSER, HERE)
    token = sessions.redeem(VISITOR, ticket, BROWSER)

    with Session(engine) as session:
        stored = {*session.scalars(select(m.AuthTicket.id)), *session.scalars(select(m.AuthSession.id))}

    assert not stored & {ticket, token}
    assert {digest(ticket), digest(token)} <= stored


@pytest.mark.usefixtures("passwords")
@pytest.mark.parametrize(
    ("name", "password"),
    [
        ("tom", "iets anders dan dat"),
        ("niemand", password_of("tom")),
        ("hans", ""),
        ("hans", "zonder wachtwoord"),
        ("tom", password_of("rosa")),
        ("tom", password_of("tom") + " "),
        ("tom'; drop table account; --", "x"),
        ("tom", "x" * 100_000),
        ("tom", "\ud800"),
    ],
)
def test_every_failure_says_the_same(name: str, password: str) -> None:
    assert refused(name, password or "x") == "sign_in_failed"


@pytest.mark.usefixtures("passwords")
def test_a_disabled_account_is_not_told_apart_from_a_wrong_password(engine: Engine, cast: Cast) -> None:
    with Session(engine) as session, session.begin():
        session.get_one(m.Account, cast["tom"]).active = False

    assert refused("tom", password_of("tom")) == "sign_in_failed"


@pytest.mark.usefixtures("passwords")
def test_known_and_unknown_names_take_the_same_time(engine: Engine, cast: Cast) -> None:
    with Session(engine) as session, session.begin():  # the real cost, not the cheap one of the other tests
        session.get_one(m.Account, cast["tom"]).password_hash = bcrypt.hashpw(b"x", bcrypt.gensalt(12)).decode()

    def seconds(name: str) -> float:
        start = time.thread_time()
        refused(name, "iets anders dan dat")
        return time.thread_time() - start

    assert min(seconds("tom") for _ in range(3)) == pytest.approx(min(seconds("niemand") for _ in range(3)), rel=0.4)


def test_without_a_browser_cookie_one_is_told_so(cast: Cast) -> None:
    assert refused("tom", "x", browser="") == "no_cookies"


@pytest.mark.parametrize(("name", "password"), [("", "x"), ("tom", ""), (" ", "x")])
def test_both_fields_are_needed(cast: Cast, name: str, password: str) -> None:
    assert refused(name, password) == "name_and_password"


@pytest.mark.usefixtures("passwords")
def test_a_ticket_that_was_not_used_in_time_is_swept_away(engine: Engine) -> None:
    sessions.sign_in(VISITOR, "tom", password_of("tom"), BROWSER, HERE)
    later = door._system_clock() + timedelta(minutes=5)

    with door.clock_at(later):
        sessions.redeem(VISITOR, sessions.sign_in(VISITOR, "rosa", password_of("rosa"), BROWSER, HERE), BROWSER)

    with Session(engine) as session:
        assert session.scalar(select(func.count()).select_from(m.AuthTicket)) == 1


@pytest.mark.usefixtures("passwords")
def test_a_ticket_of_an_account_disabled_meanwhile_is_worth_nothing(engine: Engine, cast: Cast) -> None:
    ticket = sessions.sign_in(VISITOR, "tom", password_of("tom"), BROWSER, HERE)
    with Session(engine) as session, session.begin():
        session.get_one(m.Account, cast["tom"]).active = False

    with pytest.raises(Refused, match="sign_in_again"):
        sessions.redeem(VISITOR, ticket, BROWSER)


def test_signing_out_ends_the_session(cast: Cast) -> None:
    sessions.sign_out(cast.actor("tom"))

    with pytest.raises(Refused, match="signed_out"):
        sessions.check(cast.actor("tom"))
    assert sessions.check(cast.actor("rosa")).language == "nl"


@pytest.mark.usefixtures("passwords")
def test_one_can_sign_out_everywhere_else(cast: Cast) -> None:
    elsewhere = digest(sessions.redeem(VISITOR, sessions.sign_in(VISITOR, "tom", password_of("tom"), BROWSER, HERE), BROWSER))
    assert [each.this_one for each in sessions.open_sessions(cast.actor("tom"))] == [False, True]

    assert sessions.end_others(cast.actor("tom")) == 1

    with pytest.raises(Refused, match="signed_out"):
        sessions.check(elsewhere)
    assert [each.this_one for each in sessions.open_sessions(cast.actor("tom"))] == [True]


def test_one_sees_ones_own_sessions_only(cast: Cast) -> None:
    assert len(sessions.open_sessions(cast.actor("tom"))) == 1


def test_a_session_is_due_for_a_touch_after_a_minute(cast: Cast) -> None:
    now = door._system_clock()
    with door.clock_at(now + timedelta(minutes=2)):
        assert sessions.check(cast.actor("tom")).due
        sessions.touch(cast.actor("tom"))
        assert not sessions.check(cast.actor("tom")).due


def test_the_sign_in_screen_shows_no_accounts_outside_a_demonstration(cast: Cast) -> None:
    front = sessions.front(VISITOR)

    assert (front.organisation, front.empty, front.demo, front.demo_password) == ("Bureau Voorbeeld", False, (), "")


def test_a_demonstration_shows_its_accounts(engine: Engine, cast: Cast) -> None:
    with Session(engine) as session, session.begin():
        session.add(m.Setting(key="demo", value=True))
        session.add(m.Setting(key="extra", value={"demo_password": "een paard in de gang"}))

    front = sessions.front(VISITOR)

    assert ("adam", "Adam Beheer", ("admin",)) in front.demo
    assert front.demo_password == "een paard in de gang"


@pytest.mark.usefixtures("passwords")
def test_one_ends_one_of_ones_own_sessions_and_nobody_elses(cast: Cast) -> None:
    first, second = (
        digest(sessions.redeem(VISITOR, sessions.sign_in(VISITOR, "tom", password_of("tom"), BROWSER, HERE), BROWSER))
        for _ in range(2)
    )
    theirs = sessions.open_sessions(cast.actor("rosa"))[0].handle
    here = next(each.handle for each in sessions.open_sessions(first) if each.this_one)
    there = next(each.handle for each in sessions.open_sessions(second) if each.this_one)

    sessions.end(first, there)

    with pytest.raises(Refused, match="signed_out"):
        sessions.check(second)
    for handle in (there, theirs, here, first, ""):
        with pytest.raises(Refused, match="session_ended"):
            sessions.end(first, handle)
    assert sessions.check(first)
    assert sessions.check(cast.actor("rosa"))


@pytest.mark.parametrize(
    ("name", "minutes"),
    [("tom", 60), ("hans", 60), ("cora", 60), ("dora", 60), ("vera", 15), ("suze", 15), ("wim", 15), ("adam", 15)],
)
def test_who_does_nothing_is_warned_two_minutes_before_the_end(cast: Cast, name: str, minutes: int) -> None:
    begun = door._system_clock() - timedelta(minutes=1)  # as the fixture signed everybody in
    near = begun + timedelta(minutes=minutes)

    with door.clock_at(near - timedelta(minutes=3)):
        assert not sessions.ending(cast.actor(name)).soon
    with door.clock_at(near - timedelta(minutes=1)):
        found = sessions.ending(cast.actor(name))
        assert (found.soon, found.can_stay, abs(found.at - near) < timedelta(seconds=30)) == (True, True, True)
        assert sessions.check(cast.actor(name)).ending
        assert len(sessions.open_sessions(cast.actor(name))) == 1
    with door.clock_at(near + timedelta(seconds=30)), pytest.raises(Refused, match="signed_out"):
        sessions.ending(cast.actor(name))


def test_nothing_moves_the_absolute_limit(cast: Cast) -> None:
    begun = door._system_clock() - timedelta(minutes=1)
    for minutes in range(50, 600, 50):
        with door.clock_at(begun + timedelta(minutes=minutes)):
            sessions.touch(cast.actor("tom"))
    with door.clock_at(begun + timedelta(minutes=599)):
        sessions.touch(cast.actor("tom"))
        found = sessions.ending(cast.actor("tom"))
        assert (found.soon, found.can_stay) == (True, False)
    with door.clock_at(begun + timedelta(minutes=601)), pytest.raises(Refused, match="signed_out"):
        sessions.check(cast.actor("tom"))


def test_the_gate_asks_about_many_sessions_at_once(cast: Cast, engine: Engine) -> None:
    gate = SystemActor("gate", frozenset({Right.ENTER}))
    with Session(engine) as session, session.begin():
        session.get_one(m.Account, cast["hans"]).active = False
        session.get_one(m.AuthSession, cast.actor("mia")).revoked_at = door._system_clock()
    asked = {cast.actor(name) for name in ("tom", "hans", "mia", "adam")} | {"0" * 64}

    assert sessions.ended(gate, asked) == {cast.actor("hans"), cast.actor("mia"), "0" * 64}
    with door.clock_at(door._system_clock() + timedelta(minutes=20)):
        assert cast.actor("adam") in sessions.ended(gate, asked)
    with pytest.raises(Refused, match="not_allowed"):
        sessions.ended(cast.actor("tom"), asked)


def opened(name: str) -> str:
    return digest(sessions.redeem(VISITOR, sessions.sign_in(VISITOR, name, password_of(name), BROWSER, HERE), BROWSER))


def told(actor: str) -> list[tuple[str, str | None]]:
    return [(each.what, each.why) for each in reversed(sign_in_log.own(actor))]


@pytest.mark.usefixtures("passwords")
def test_the_log_tells_how_each_session_ended(cast: Cast) -> None:
    here = cast.actor("tom")
    sessions.sign_out(opened("tom"))
    opened("tom")
    other = next(each.handle for each in sessions.open_sessions(here) if not each.this_one)
    sessions.end(here, other)
    opened("tom")
    sessions.end_others(here)
    sessions.end_others(here)

    assert told(here) == [
        ("signed_in", None), ("signed_out", None),
        ("signed_in", None), ("ended", "ended_by_owner"),
        ("signed_in", None), ("ended", "ended_by_owner"),
    ]  # fmt: skip


@pytest.mark.usefixtures("passwords")
def test_what_the_administrator_ends_stands_in_the_log_with_the_reason_and_by_whom(cast: Cast) -> None:
    opened("rosa")
    adam = cast.actor("adam")
    seen = next(each.version for each in accounts.listing(adam) if each.id == cast["rosa"])
    accounts.disable(adam, cast["rosa"], seen)

    found = [(each.what, each.why, each.by) for each in sign_in_log.everybody(adam)]

    assert ("ended", "disabled", "Adam Beheer") in found


@pytest.mark.usefixtures("passwords")
def test_a_session_that_was_over_already_is_not_ended_again(cast: Cast) -> None:
    now = door._system_clock()
    with door.clock_at(now - timedelta(hours=3)):
        for _ in range(3):
            opened("tom")
    here = opened("tom")

    assert len(sessions.open_sessions(here)) == 2
    assert sessions.end_others(here) == 1
    assert sessions.end_others(here) == 0


def test_who_starts_anew_without_a_browser_cookie_is_told_so_and_stays(cast: Cast) -> None:
    with pytest.raises(Refused, match="no_cookies"):
        sessions.renew(cast.actor("tom"), "")
    assert sessions.check(cast.actor("tom"))
