"""What an administrator asks and a second person confirms (docs/adr/0009)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import bcrypt
import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from db import models as m
from domain.errors import Refused
from domain.granting import Kind, State
from domain.rights import Right, Role
from services import accounts, door, granting, links, sessions
from services.account_requests import RequestRow
from services.accounts import AccountInput, AccountRow
from services.door import VISITOR, SystemActor
from services.sessions import digest
from tests.conftest import Cast
from tests.fill import make_complaint
from tests.granting import confirm_all

OPERATOR = SystemActor("test", frozenset({Right.ACCOUNTS}))
GOOD = "een paard in de gang"
NEL = AccountInput("nel", "Nel Nieuw", "", ("confidant",), None)


@pytest.fixture
def in_use(cast: Cast, engine: Engine) -> Cast:
    """The register holds a dossier, and everybody has a password."""
    with Session(engine) as session, session.begin():
        make_complaint(session, cast)
        for account_id in cast.ids.values():
            session.get_one(m.Account, account_id).password_hash = hashed("oud woord van iedereen")
    return cast


def hashed(password: str) -> str:
    return bcrypt.hashpw(password.encode(), bcrypt.gensalt(4)).decode()


def row(cast: Cast, name: str) -> AccountRow:
    return next(each for each in accounts.listing(cast.actor("adam")) if each.name == name)


def given(account: AccountRow, *roles: str) -> AccountInput:
    return AccountInput(account.name, account.display_name, account.email, roles or account.roles, account.unit_id)


def edit(cast: Cast, name: str, *roles: str) -> bool:
    account = row(cast, name)
    return accounts.edit(cast.actor("adam"), account.id, account.version, given(account, *roles))


def disable(cast: Cast, name: str) -> bool:
    return accounts.disable(cast.actor("adam"), cast[name], row(cast, name).version)


def ask_link(cast: Cast, name: str) -> int:
    granting.ask(cast.actor("adam"), cast[name], "link")
    return latest(cast).id


def latest(cast: Cast) -> RequestRow:
    return granting.asked(cast.actor("adam"))[0]


def code_of(act: Callable[[], Any]) -> str:
    try:
        act()
    except Refused as refusal:
        return refusal.code
    return "done"


def signs_in(name: str, password: str) -> bool:
    return code_of(lambda: sessions.sign_in(VISITOR, name, password, digest("browser"), "")) == "done"


# Before the first dossier


def test_until_the_first_dossier_the_administrator_sets_up_alone(cast: Cast, engine: Engine) -> None:
    assert accounts.set_up(cast.actor("adam"))
    nel = accounts.create(cast.actor("adam"), NEL)
    links.set_password(VISITOR, links.password_link(cast.actor("adam"), nel), GOOD, GOOD)
    assert edit(cast, "tom", "director")
    assert disable(cast, "vera")
    assert (row(cast, "nel").roles, row(cast, "tom").roles) == ((Role.CONFIDANT,), (Role.DIRECTOR,))

    with Session(engine) as session, session.begin():
        make_complaint(session, cast)

    assert not accounts.set_up(cast.actor("adam"))
    assert not edit(cast, "rosa", "director")
    assert row(cast, "rosa").roles == (Role.REPORTER,)


def test_a_link_of_before_the_first_dossier_opens_nothing_after_it(cast: Cast, engine: Engine) -> None:
    token = links.password_link(cast.actor("adam"), cast["vera"])
    with Session(engine) as session, session.begin():
        make_complaint(session, cast)

    assert code_of(lambda: links.set_password(VISITOR, token, GOOD, GOOD)) == "link_expired"


# Roles


def test_a_new_account_waits_for_its_guarded_role_and_has_the_others(in_use: Cast) -> None:
    accounts.create(in_use.actor("adam"), replace(NEL, roles=("coordinator", "reporter")))

    assert row(in_use, "nel").roles == (Role.REPORTER,)
    asked = latest(in_use)
    assert (asked.kind, asked.state, asked.before, asked.after) == (
        Kind.ROLES,
        State.WAITING,
        (Role.REPORTER,),
        (Role.COORDINATOR, Role.REPORTER),
    )
    assert asked.asked_by == "Adam Beheer"
    assert granting.waiting(in_use.actor("dora")) == 1


def test_the_whole_way_of_a_new_confidant(in_use: Cast) -> None:
    nel = accounts.create(in_use.actor("adam"), NEL)
    assert row(in_use, "nel").roles == ()

    (code,) = confirm_all(in_use, "dora")
    token = links.password_link(in_use.actor("adam"), nel)

    assert row(in_use, "nel").roles == (Role.CONFIDANT,)
    assert links.look(VISITOR, token).coded
    assert code_of(lambda: links.set_password(VISITOR, token, GOOD, GOOD)) == "code_wrong"
    links.set_password(VISITOR, token, GOOD, GOOD, code.lower().replace("-", " "))
    assert signs_in("nel", GOOD)
    assert granting.to_answer(in_use.actor("dora"))[0].state is State.USED


def test_taking_a_guarded_role_away_waits_too_and_nothing_changed_until_then(in_use: Cast) -> None:
    assert not edit(in_use, "cora", "handler")
    assert row(in_use, "cora").roles == (Role.COORDINATOR,)
    assert code_of(lambda: sessions.check(in_use.actor("cora"))) == "done"

    assert confirm_all(in_use, "dora") == [""]

    assert row(in_use, "cora").roles == (Role.HANDLER,)
    assert code_of(lambda: sessions.check(in_use.actor("cora"))) == "signed_out"
    assert signs_in("cora", "oud woord van iedereen")


def test_who_gets_the_first_role_that_shows_dossiers_needs_a_new_password(in_use: Cast) -> None:
    """The one who made the account may know the old one."""
    edit(in_use, "hans", "handler", "manager")
    (code,) = confirm_all(in_use)

    assert not signs_in("hans", "oud woord van iedereen")
    assert code_of(lambda: sessions.check(in_use.actor("hans"))) == "signed_out"
    links.set_password(VISITOR, links.password_link(in_use.actor("adam"), in_use["hans"]), GOOD, GOOD, code)
    assert signs_in("hans", GOOD)


def test_with_the_first_guarded_role_every_way_in_of_before_is_gone(in_use: Cast, engine: Engine) -> None:
    """Whoever made the account could have linked a telephone and a provider of their own."""
    now = door.today_and_now()[1]
    with Session(engine) as session, session.begin():
        session.add(m.SecondFactor(account_id=in_use["hans"], secret="x", since=now))
        session.add(m.SignOnLink(issuer="https://id.invalid", subject="adam", account_id=in_use["hans"], linked_at=now))
    edit(in_use, "hans", "confidant")
    confirm_all(in_use)

    with Session(engine) as session:
        assert session.get(m.SecondFactor, in_use["hans"]) is None
        assert session.scalars(select(m.SignOnLink)).all() == []


def test_a_second_step_goes_when_a_second_person_says_so(in_use: Cast, engine: Engine) -> None:
    with Session(engine) as session, session.begin():
        session.add(m.SecondFactor(account_id=in_use["vera"], secret="x", since=door.today_and_now()[1]))
    assert row(in_use, "vera").second_step
    assert not granting.ask(in_use.actor("adam"), in_use["vera"], "second_factor")
    assert row(in_use, "vera").second_step

    assert confirm_all(in_use) == [""]

    assert not row(in_use, "vera").second_step
    assert code_of(lambda: sessions.check(in_use.actor("vera"))) == "signed_out"


def test_while_setting_up_the_second_step_goes_at_once(cast: Cast) -> None:
    assert granting.ask(cast.actor("adam"), cast["vera"], "second_factor")


def test_another_wish_about_the_roles_takes_the_place_of_the_first(in_use: Cast) -> None:
    edit(in_use, "hans", "coordinator")
    first = latest(in_use).id
    edit(in_use, "hans", "manager")

    assert code_of(lambda: granting.confirm(in_use.actor("dora"), first)) == "request_answered"
    assert granting.waiting(in_use.actor("dora")) == 1


def test_roles_that_changed_meanwhile_are_not_confirmed(in_use: Cast) -> None:
    edit(in_use, "hans", "coordinator")
    asked = latest(in_use).id
    edit(in_use, "hans", "reporter")

    assert code_of(lambda: granting.confirm(in_use.actor("dora"), asked)) == "request_outdated"
    granting.decline(in_use.actor("dora"), asked)
    assert row(in_use, "hans").roles == (Role.REPORTER,)


def test_what_an_administrator_asked_who_is_none_any_more_is_not_confirmed(in_use: Cast, engine: Engine) -> None:
    edit(in_use, "hans", "coordinator")
    with Session(engine) as session, session.begin():
        session.get_one(m.Account, in_use["adam"]).active = False

    assert code_of(lambda: granting.confirm(in_use.actor("dora"), latest_id(engine))) == "request_outdated"


def latest_id(engine: Engine) -> int:
    with Session(engine) as session:
        return max(each.id for each in session.query(m.AccountRequest))


# Links


def test_a_new_password_takes_the_link_of_one_and_the_code_of_another(in_use: Cast) -> None:
    adam = in_use.actor("adam")
    assert code_of(lambda: links.password_link(adam, in_use["vera"])) == "second_person_first"
    code = granting.confirm(in_use.actor("cora"), ask_link(in_use, "vera"))

    token = links.password_link(adam, in_use["vera"])
    for wrong in ("", "BBBB-BBBB", code[:-1], code + "B"):
        assert code_of(lambda wrong=wrong: links.set_password(VISITOR, token, GOOD, GOOD, wrong)) == "code_wrong"
    assert signs_in("vera", "oud woord van iedereen")
    links.set_password(VISITOR, token, GOOD, GOOD, code)
    assert signs_in("vera", GOOD)

    assert code_of(lambda: links.password_link(adam, in_use["vera"])) == "second_person_first"


def test_one_confirmation_is_one_link(in_use: Cast) -> None:
    granting.confirm(in_use.actor("cora"), ask_link(in_use, "tom"))
    links.password_link(in_use.actor("adam"), in_use["tom"])

    assert code_of(lambda: links.password_link(in_use.actor("adam"), in_use["tom"])) == "second_person_first"


def test_guessing_the_code_is_slowed_down(in_use: Cast) -> None:
    granting.confirm(in_use.actor("cora"), ask_link(in_use, "vera"))
    token = links.password_link(in_use.actor("adam"), in_use["vera"])

    ends = {code_of(lambda: links.set_password(VISITOR, token, GOOD, GOOD, "BBBB-BBBB")) for _ in range(12)}

    assert len(ends) == 2
    assert "code_wrong" in ends


def test_what_was_confirmed_holds_a_day_and_what_waits_a_fortnight(in_use: Cast) -> None:
    asked = ask_link(in_use, "vera")
    now = door.today_and_now()[1]
    with door.clock_at(now + timedelta(days=14)):
        assert code_of(lambda: decide(in_use, granting.confirm, asked)) == "request_answered"
    granting.confirm(in_use.actor("cora"), asked)

    with door.clock_at(now + timedelta(hours=25)):
        assert code_of(lambda: links.password_link(SystemLike(in_use), in_use["vera"])) == "second_person_first"


def decide(cast: Cast, act: Callable[..., Any], asked: int) -> None:
    _awake("cora")
    act(cast.actor("cora"), asked)


def SystemLike(cast: Cast) -> str:
    _awake("adam")
    return cast.actor("adam")


def _awake(name: str) -> None:
    """This session goes on at the moment that the clock says."""
    now = door.today_and_now()[1]
    with Session(door.engine()) as session, session.begin():
        row = session.get_one(m.AuthSession, digest(f"token-of-{name}"))
        row.created_at = row.last_seen_at = now


def test_a_first_link_is_free_until_somebody_came_in(in_use: Cast) -> None:
    nel = accounts.create(in_use.actor("adam"), replace(NEL, roles=("reporter",)))
    token = links.password_link(in_use.actor("adam"), nel)
    assert not links.look(VISITOR, token).coded
    token = links.password_link(in_use.actor("adam"), nel)
    links.set_password(VISITOR, token, GOOD, GOOD)

    assert code_of(lambda: links.password_link(in_use.actor("adam"), nel)) == "second_person_first"
    assert granting.asked(in_use.actor("adam")) == ()


def test_who_came_in_without_a_password_is_not_fresh(in_use: Cast, engine: Engine) -> None:
    """As with single sign-on."""
    with Session(engine) as session, session.begin():
        session.get_one(m.Account, in_use["rosa"]).password_hash = None

    assert code_of(lambda: links.password_link(in_use.actor("adam"), in_use["rosa"])) == "second_person_first"


def test_the_person_reads_that_the_password_was_set_anew_and_by_whom(in_use: Cast, engine: Engine) -> None:
    code = granting.confirm(in_use.actor("dora"), ask_link(in_use, "vera"))
    links.set_password(VISITOR, links.password_link(in_use.actor("adam"), in_use["vera"]), GOOD, GOOD, code)
    with Session(engine) as session, session.begin():
        session.get_one(m.AuthSession, digest("token-of-vera")).revoked_at = None

    (notice,) = granting.about_me(in_use.actor("vera"))
    assert (notice.kind, notice.asked_by, notice.confirmed_by, notice.new) == (Kind.LINK, "Adam Beheer", "Dora Directeur", True)
    granting.tell_seen(in_use.actor("vera"))
    assert [each.new for each in granting.about_me(in_use.actor("vera"))] == [False]
    assert granting.about_me(in_use.actor("dora")) == ()


# Blocking


def test_who_has_no_guarded_role_is_out_at_once_and_a_second_person_looks_at_it(in_use: Cast) -> None:
    assert disable(in_use, "hans")
    assert not row(in_use, "hans").active
    assert (latest(in_use).kind, latest(in_use).state) == (Kind.BLOCK, State.TO_SEE)
    assert granting.waiting(in_use.actor("petra")) == 1

    granting.decline(in_use.actor("petra"), latest(in_use).id)

    assert row(in_use, "hans").active
    assert latest(in_use).state is State.UNDONE
    assert granting.waiting(in_use.actor("cora")) == 0


def test_a_handler_made_a_reporter_is_handler_again_when_a_second_person_says_so(in_use: Cast) -> None:
    edit(in_use, "hans", "reporter")
    granting.decline(in_use.actor("cora"), latest(in_use).id)

    assert row(in_use, "hans").roles == (Role.HANDLER,)


def test_blocking_and_activating_somebody_with_a_guarded_role_wait(in_use: Cast) -> None:
    assert not disable(in_use, "vera")
    assert row(in_use, "vera").active
    assert code_of(lambda: disable(in_use, "vera")) == "already_asked"
    confirm_all(in_use)
    assert not row(in_use, "vera").active

    assert not accounts.enable(in_use.actor("adam"), in_use["vera"], row(in_use, "vera").version)
    assert not row(in_use, "vera").active
    confirm_all(in_use)
    assert row(in_use, "vera").active


# Who answers


@pytest.mark.parametrize("who", ["tom", "hans", "mia", "vera", "suze", "wim", "adam"])
def test_only_director_partner_and_coordinator_answer(in_use: Cast, who: str) -> None:
    asked = ask_link(in_use, "rosa")

    for act in (granting.confirm, granting.decline):
        assert code_of(lambda act=act: act(in_use.actor(who), asked)) == "not_allowed"
    assert granting.waiting(in_use.actor(who)) == 0
    assert code_of(lambda: granting.to_answer(in_use.actor(who))) == "not_allowed"


@pytest.mark.parametrize("who", ["dora", "piet", "cora"])
def test_each_of_them_answers_but_not_about_themself(in_use: Cast, who: str) -> None:
    mine, other = ask_link(in_use, who), ask_link(in_use, "rosa")

    assert code_of(lambda: granting.confirm(in_use.actor(who), mine)) == "own_request"
    assert code_of(lambda: granting.decline(in_use.actor(who), mine)) == "own_request"
    assert granting.waiting(in_use.actor(who)) == 1
    assert granting.confirm(in_use.actor(who), other)


def test_who_asked_does_not_confirm_after_changing_sides(in_use: Cast, engine: Engine) -> None:
    asked = ask_link(in_use, "rosa")
    with Session(engine) as session, session.begin():
        session.get_one(m.Account, in_use["adam"]).roles = [m.AccountRole(role="director")]

    assert code_of(lambda: granting.confirm(in_use.actor("adam"), asked)) == "own_request"


@pytest.mark.parametrize("who", ["tom", "cora", "dora", "vera"])
def test_only_an_administrator_asks_and_withdraws(in_use: Cast, who: str) -> None:
    asked = ask_link(in_use, "rosa")

    assert code_of(lambda: granting.ask(in_use.actor(who), in_use["tom"], "link")) == "not_allowed"
    assert code_of(lambda: granting.withdraw(in_use.actor(who), asked)) == "not_allowed"
    assert code_of(lambda: granting.asked(in_use.actor(who))) == "not_allowed"


@pytest.mark.parametrize("first", [granting.confirm, granting.decline, granting.withdraw], ids=lambda act: act.__name__)
@pytest.mark.parametrize("second", [granting.confirm, granting.decline], ids=lambda act: act.__name__)
def test_a_second_answer_is_told_that_there_was_one(
    in_use: Cast, first: Callable[..., Any], second: Callable[..., Any]
) -> None:
    asked = ask_link(in_use, "rosa")
    first(in_use.actor("adam" if first is granting.withdraw else "dora"), asked)

    assert code_of(lambda: second(in_use.actor("piet"), asked)) == "request_answered"


def test_what_was_confirmed_can_be_withdrawn_until_it_was_carried_out(in_use: Cast) -> None:
    asked = ask_link(in_use, "rosa")
    granting.confirm(in_use.actor("dora"), asked)
    granting.withdraw(in_use.actor("adam"), asked)

    assert code_of(lambda: links.password_link(in_use.actor("adam"), in_use["rosa"])) == "second_person_first"
    assert code_of(lambda: granting.withdraw(in_use.actor("adam"), asked)) == "request_answered"


def test_what_cannot_be_asked(in_use: Cast) -> None:
    adam = in_use.actor("adam")
    fresh = accounts.create(adam, replace(NEL, roles=("reporter",)))
    accounts.disable(adam, in_use["tom"], row(in_use, "tom").version)
    ask_link(in_use, "rosa")

    for account_id, kind, code in (
        (9999, "link", "unknown_person"),
        (in_use["rosa"], "roles", "unknown_value"),
        (in_use["rosa"], "koning", "unknown_value"),
        (fresh, "link", "no_second_needed"),
        (in_use["tom"], "link", "account_disabled"),
        (in_use["rosa"], "link", "already_asked"),
    ):
        assert code_of(lambda account_id=account_id, kind=kind: granting.ask(adam, account_id, kind)) == code


def test_where_nobody_can_confirm_it_is_said_and_the_operator_can(in_use: Cast, engine: Engine) -> None:
    with Session(engine) as session, session.begin():
        for name in ("cora", "piet", "petra"):
            session.get_one(m.Account, in_use[name]).active = False

    assert code_of(lambda: granting.ask(in_use.actor("adam"), in_use["dora"], "link")) == "nobody_confirms"

    links.set_password(VISITOR, links.password_link(OPERATOR, in_use["dora"]), GOOD, GOOD)
    assert signs_in("dora", GOOD)


@pytest.mark.parametrize("asked", [0, -1, 9999, 10**30])
def test_a_request_that_is_not_there_is_not_there(in_use: Cast, asked: int) -> None:
    assert code_of(lambda: granting.confirm(in_use.actor("dora"), asked)) == "request_gone"
    assert code_of(lambda: granting.withdraw(in_use.actor("adam"), asked)) == "request_gone"


def test_everything_stands_with_its_moments(in_use: Cast, engine: Engine) -> None:
    code = granting.confirm(in_use.actor("dora"), ask_link(in_use, "vera"))
    links.set_password(VISITOR, links.password_link(in_use.actor("adam"), in_use["vera"]), GOOD, GOOD, code)

    with Session(engine) as session:
        kept = session.get_one(m.AccountRequest, latest_id(engine))
        assert (kept.asked_by, kept.decided_by) == (in_use["adam"], in_use["dora"])
        assert kept.asked_at <= (kept.decided_at or kept.asked_at) <= (kept.done_at or kept.asked_at)
        assert (kept.done_at or kept.asked_at) <= (kept.used_at or kept.asked_at)
        assert kept.code == digest(code.replace("-", ""))
