"""A sign-in under way while something about the account changes: what was compared before counts for nothing after. With
threads that really wait for each other; on PostgreSQL too: WEERKLANK_TEST_DATABASE=postgresql."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread, current_thread
from typing import Any

import bcrypt
import pyotp
import pytest
from sqlalchemy import Engine, event, select
from sqlalchemy.orm import Session

from db import models as m
from db.settings import write_settings
from domain.errors import Refused
from domain.granting import Kind
from domain.rights import Right, Role
from services import accounts, door, granting, links, passwords, second_step, sessions
from services.door import VISITOR, SystemActor
from services.sessions import digest
from tests.cases import Case
from tests.conftest import Cast, session_id
from tests.serving import password_of

Act = Callable[[], Any]
BROWSER = digest("a browser of somebody else")
FRESH = "merel-hooi-waslijn-drie"
OPERATOR = SystemActor("test", frozenset({Right.OPERATE, Right.ACCOUNTS}))


@pytest.fixture(autouse=True)
def hans_has_a_password(engine: Engine, cast: Cast) -> None:
    Case.registered("training", cast)
    with Session(engine) as session, session.begin():
        row = session.get_one(m.Account, cast["hans"])
        row.password_hash = bcrypt.hashpw(password_of("hans").encode(), bcrypt.gensalt(4)).decode()


def half() -> str:
    return sessions.sign_in(VISITOR, "hans", password_of("hans"), BROWSER, "there")


def live(engine: Engine, cast: Cast) -> set[str]:
    """Sessions of hans that are open, but for the one of the test."""
    s = m.AuthSession
    with Session(engine) as session:
        found = session.scalars(select(s.id).where(s.account_id == cast["hans"], s.revoked_at.is_(None)))
        return set(found) - {session_id("hans")}


def new_password(cast: Cast) -> None:
    accounts.change_password(cast.actor("hans"), password_of("hans"), FRESH, FRESH)


def by_link(cast: Cast) -> None:
    token = links.password_link(OPERATOR, cast["hans"])
    links.set_password(VISITOR, token, FRESH, FRESH)


def other_roles(cast: Cast) -> None:
    row = next(each for each in accounts.listing(cast.actor("adam")) if each.id == cast["hans"])
    given = accounts.AccountInput("hans", row.display_name, "", (Role.REPORTER, Role.HANDLER), None)
    assert accounts.edit(cast.actor("adam"), row.id, row.version, given)


def confirmed_role(cast: Cast) -> None:
    row = next(each for each in accounts.listing(cast.actor("adam")) if each.id == cast["hans"])
    given = accounts.AccountInput("hans", row.display_name, "", (Role.COORDINATOR,), None)
    assert not accounts.edit(cast.actor("adam"), row.id, row.version, given)
    granting.confirm(cast.actor("dora"), granting.to_answer(cast.actor("dora"))[0].id)


def second_step_anew(cast: Cast) -> None:
    granting.ask(cast.actor("adam"), cast["hans"], Kind.SECOND_FACTOR)
    granting.confirm(cast.actor("dora"), granting.to_answer(cast.actor("dora"))[0].id)


def blocked(cast: Cast) -> None:
    row = next(each for each in accounts.listing(cast.actor("adam")) if each.id == cast["hans"])
    assert accounts.disable(cast.actor("adam"), row.id, row.version)


CHANGES = [new_password, by_link, other_roles, confirmed_role, second_step_anew, blocked]
OF_A_PASSWORD = [change for change in CHANGES if change is not second_step_anew]


@pytest.mark.parametrize("change", OF_A_PASSWORD, ids=lambda each: each.__name__)
def test_a_comparison_under_way_counts_for_nothing_after_a_change(
    engine: Engine, cast: Cast, monkeypatch: pytest.MonkeyPatch, change: Callable[[Cast], None]
) -> None:
    real = passwords.matches

    def slow(password: str, stored: str | None) -> bool:
        found = real(password, stored)
        monkeypatch.setattr(passwords, "matches", real)
        change(cast)
        return found

    monkeypatch.setattr(passwords, "matches", slow)

    with pytest.raises(Refused) as refusal:
        half()

    assert refusal.value.code == "sign_in_failed"
    with Session(engine) as session:
        assert not session.scalars(select(m.AuthTicket.id)).all()
        assert "failed" in session.scalars(select(m.SignInNote.what)).all()


@contextmanager
def meanwhile(engine: Engine, statement: str, act: Act) -> Iterator[list[str]]:
    """When the thread of the test is about to execute `statement`, `act` runs in another; the first goes on once that is
    done, or after a second, when the other must be waiting for it. Answers what became of `act`."""
    became: list[str] = []
    here = current_thread()
    done = Event()

    def run() -> None:
        try:
            act()
            became.append("done")
        except Refused as refusal:
            became.append(refusal.code)
        done.set()

    thread = Thread(target=run)

    def pause(_: object, __: object, sql: str, *___: object) -> None:
        if current_thread() is here and sql.startswith(statement) and not thread.ident:
            thread.start()
            done.wait(1)

    event.listen(door.engine(), "before_cursor_execute", pause)
    try:
        yield became
    finally:
        event.remove(door.engine(), "before_cursor_execute", pause)
        assert thread.ident, f"nothing executed {statement}"
        thread.join(30)


@pytest.mark.parametrize("change", CHANGES, ids=lambda each: each.__name__)
@pytest.mark.parametrize("statement", ["INSERT INTO auth_ticket", "INSERT INTO auth_session"])
def test_who_comes_in_while_something_changes_is_out_again(
    engine: Engine, cast: Cast, statement: str, change: Callable[[Cast], None]
) -> None:
    with meanwhile(engine, statement, lambda: change(cast)) as became:
        ticket = half()
        with suppress(Refused):
            sessions.redeem(VISITOR, ticket, BROWSER)

    assert became == ["done"]
    assert not live(engine, cast)


@pytest.mark.parametrize("change", [by_link, second_step_anew], ids=lambda each: each.__name__)
def test_a_half_way_ticket_sets_up_no_device_after_a_change(engine: Engine, cast: Cast, change: Callable[[Cast], None]) -> None:
    with Session(engine) as session, session.begin():
        write_settings(session, {"second_step_roles": [Role.HANDLER]})
    ticket = half()

    with meanwhile(engine, "UPDATE second_factor", lambda: change(cast)) as became, suppress(Refused):
        secret = second_step.enrolment(VISITOR, ticket, BROWSER).secret
        kept = second_step.confirm(VISITOR, ticket, BROWSER, pyotp.TOTP(secret).at(door._system_clock()))
        sessions.redeem(VISITOR, second_step.go_on(VISITOR, kept.ticket, BROWSER), BROWSER)

    assert became == ["done"]
    assert not live(engine, cast)
