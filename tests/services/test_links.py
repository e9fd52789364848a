from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from db import models as m
from db.engine import make_engine
from domain.errors import Refused
from domain.rights import Right, Role
from services import accounts, door, links, operations, organisation, sessions
from services.door import VISITOR, SystemActor
from services.links import Beginning
from services.sessions import digest
from tests.conftest import Cast

OPERATOR = SystemActor("test", frozenset({Right.ACCOUNTS, Right.OPERATE}))
GOOD = "een paard in de gang"
BEGIN = Beginning("Bureau Nieuw", "training", "berend", "Berend Beheer", GOOD, GOOD)


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """A register in which nobody is."""
    url = f"sqlite:///{tmp_path / 'empty.db'}"
    monkeypatch.setenv("WEERKLANK_DATABASE_URL", url)
    monkeypatch.setenv("WEERKLANK_DATA", str(tmp_path))
    made = make_engine(url)
    m.Base.metadata.create_all(made)
    door.engine.cache_clear()
    yield made
    made.dispose()
    door.engine().dispose()
    door.engine.cache_clear()


@pytest.mark.usefixtures("empty")
def test_the_first_administrator_begins_the_register() -> None:
    token = links.first_link(OPERATOR)
    assert links.look(VISITOR, token).purpose == "first_admin"
    assert sessions.front(VISITOR).empty

    links.begin(VISITOR, token, BEGIN)

    assert sessions.sign_in(VISITOR, "berend", GOOD, digest("browser"), "")
    me = operations.open_session(OPERATOR, accounts.listing(OPERATOR)[0].id)
    assert accounts.whoami(me).roles == {Role.ADMIN}
    assert organisation.settings(me).organisation == "Bureau Nieuw"
    assert organisation.settings(me).profile == "training"
    assert [each.path for each in organisation.units(me)] == ["Bureau Nieuw"]
    assert organisation.sectors(me)
    assert "settings.warn.stand_in" in organisation.warnings(me)
    assert not sessions.front(VISITOR).empty


@pytest.mark.usefixtures("empty")
def test_both_procedures_are_on_offer_by_name() -> None:
    assert {key for key, _ in links.profiles_on_offer(VISITOR)} == {"training", "kinderopvang-welzijn"}
    assert all(len(label) > 5 for _, label in links.profiles_on_offer(VISITOR))


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"organisation": " "}, "missing", "organisation"),
        ({"profile": "../../etc"}, "unknown_value", "profile"),
        ({"profile": ""}, "unknown_value", "profile"),
        ({"name": "twee woorden"}, "name_form", "name"),
        ({"display_name": ""}, "missing", "display_name"),
        ({"password": "kort", "repeated": "kort"}, "password_short", "password"),
        ({"repeated": "anders"}, "password_repeated", "repeated"),
        ({"password": "bureau nieuw 1", "repeated": "bureau nieuw 1"}, "password_obvious", "password"),
    ],
)
def test_a_beginning_that_fails_leaves_the_register_empty_and_the_link_good(
    empty: Engine, change: dict[str, str], code: str, field: str
) -> None:
    token = links.first_link(OPERATOR)

    with pytest.raises(Refused) as refusal:
        links.begin(VISITOR, token, replace(BEGIN, **change))

    assert (refusal.value.code, refusal.value.field) == (code, field)
    with Session(empty) as session:
        for model in (m.Account, m.ProfileVersion, m.OrgUnit, m.Setting):
            assert session.scalar(select(func.count()).select_from(model)) == 0
    assert links.look(VISITOR, token).purpose == "first_admin"


@pytest.mark.usefixtures("empty")
def test_a_link_works_once() -> None:
    token = links.first_link(OPERATOR)
    links.begin(VISITOR, token, BEGIN)

    for use in (
        lambda: links.look(VISITOR, token),
        lambda: links.begin(VISITOR, token, replace(BEGIN, name="tweede")),
        lambda: links.set_password(VISITOR, token, GOOD, GOOD),
    ):
        with pytest.raises(Refused, match="link_expired"):
            use()


@pytest.mark.usefixtures("empty")
def test_a_new_link_replaces_the_one_before() -> None:
    first, second = links.first_link(OPERATOR), links.first_link(OPERATOR)

    with pytest.raises(Refused, match="link_expired"):
        links.look(VISITOR, first)
    assert links.look(VISITOR, second)


def test_a_register_with_people_has_no_first_administrator_any_more(cast: Cast) -> None:
    with pytest.raises(Refused, match="not_empty"):
        links.first_link(OPERATOR)


@pytest.mark.usefixtures("empty")
def test_a_link_for_the_first_administrator_is_worth_nothing_once_somebody_is_there(empty: Engine) -> None:
    token = links.first_link(OPERATOR)
    with Session(empty) as session, session.begin():
        session.add(m.Account(name="snel", display_name="Snel", created_at=door._system_clock()))

    with pytest.raises(Refused, match="link_expired"):
        links.begin(VISITOR, token, BEGIN)


def test_a_person_chooses_a_password_with_the_link(cast: Cast) -> None:
    token = links.password_link(cast.actor("adam"), cast["tom"])
    assert (links.look(VISITOR, token).name, links.look(VISITOR, token).display_name) == ("tom", "Tom Trainer")

    links.set_password(VISITOR, token, GOOD, GOOD)

    assert sessions.sign_in(VISITOR, "tom", GOOD, digest("browser"), "")
    with pytest.raises(Refused, match="signed_out"):
        sessions.check(cast.actor("tom"))


def test_a_password_link_lives_a_day(cast: Cast) -> None:
    token = links.password_link(cast.actor("adam"), cast["tom"])
    soon = door._system_clock() + timedelta(hours=23, minutes=59)
    with door.clock_at(soon):
        assert links.look(VISITOR, token)

    with door.clock_at(soon + timedelta(minutes=2)), pytest.raises(Refused, match="link_expired"):
        links.set_password(VISITOR, token, GOOD, GOOD)


def test_a_password_link_of_a_disabled_account_is_worth_nothing(cast: Cast) -> None:
    token = links.password_link(cast.actor("adam"), cast["tom"])
    tom = next(each for each in accounts.listing(cast.actor("adam")) if each.name == "tom")
    accounts.disable(cast.actor("adam"), tom.id, tom.version)

    with pytest.raises(Refused, match="link_expired"):
        links.set_password(VISITOR, token, GOOD, GOOD)
    with pytest.raises(Refused, match="account_disabled"):
        links.password_link(cast.actor("adam"), cast["tom"])


def test_a_password_link_does_not_begin_a_register(cast: Cast) -> None:
    token = links.password_link(cast.actor("adam"), cast["tom"])

    with pytest.raises(Refused, match="link_expired"):
        links.begin(VISITOR, token, BEGIN)


@pytest.mark.parametrize("token", ["", "x", "x" * 10_000, "\x00", "'; --"])
def test_a_made_up_link_is_expired(cast: Cast, token: str) -> None:
    with pytest.raises(Refused, match="link_expired"):
        links.look(VISITOR, token)


@pytest.mark.parametrize("who", ["tom", "dora", "cora", "vera"])
def test_only_the_administrator_makes_links(cast: Cast, who: str) -> None:
    with pytest.raises(Refused, match="not_allowed"):
        links.password_link(cast.actor(who), cast["tom"])
    with pytest.raises(Refused, match="not_allowed"):
        links.first_link(cast.actor(who))


def test_the_token_does_not_stand_in_the_database(cast: Cast, engine: Engine) -> None:
    token = links.password_link(cast.actor("adam"), cast["tom"])

    with Session(engine) as session:
        assert list(session.scalars(select(m.OneTimeLink.id))) == [digest(token)]
