"""Who knows the procedure in force (R037): each for themself, and again for each new version."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Engine, select

from db import models as m
from domain.errors import Refused
from domain.rights import Right
from services import confirmed, overview
from services.confirmed import Confirmed
from services.door import work
from tests.conftest import CAST, TODAY, Cast
from tests.services.test_board import filled
from tests.services.test_retention import On

FIRST = date(2022, 3, 29)
KEEPERS = ("cora", "dora")


def confirm(cast: Cast, *names: str) -> None:
    for name in names:
        confirmed.confirm(cast.actor(name), confirmed.mine(cast.actor(name)).version_id)


def counted(cast: Cast, who: str = "cora") -> Confirmed:
    with work(cast.actor(who), Right.OVERVIEW) as w:
        return confirmed.counted(w)


def new_version(engine: Engine, since: date) -> None:
    with filled(engine) as session:
        old = session.scalars(select(m.ProfileVersion)).one()
        session.add(
            m.ProfileVersion(
                profile=old.profile, version=2, valid_from=since, source=old.source, created_at=datetime(2026, 1, 5, tzinfo=UTC)
            )
        )


@pytest.mark.parametrize("who", CAST)
def test_everybody_can_say_that_they_know_it(cast: Cast, who: str) -> None:
    before = confirmed.mine(cast.actor(who))

    confirm(cast, who)

    after = confirmed.mine(cast.actor(who))
    assert (before.version, before.valid_from, before.confirmed_on) == (1, FIRST, None)
    assert after.confirmed_on == TODAY


def test_twice_is_once_and_the_first_day_stays(cast: Cast, on: On) -> None:
    confirm(cast, "tom")

    with on(TODAY + timedelta(days=3)):
        confirm(cast, "tom")
        assert confirmed.mine(cast.actor("tom")).confirmed_on == TODAY


def test_nobody_confirms_for_somebody_else(cast: Cast) -> None:
    confirm(cast, "tom")

    assert confirmed.mine(cast.actor("rosa")).confirmed_on is None


def test_a_new_version_asks_again_from_the_day_on_which_it_is_in_force(cast: Cast, engine: Engine, on: On) -> None:
    confirm(cast, "tom")
    since = TODAY + timedelta(days=5)
    new_version(engine, since)

    assert confirmed.mine(cast.actor("tom")).confirmed_on == TODAY
    with on(since):
        asked = confirmed.mine(cast.actor("tom"))
        assert (asked.version, asked.valid_from, asked.confirmed_on) == (2, since, None)
        assert counted(cast) == Confirmed(0, len(CAST))
        confirm(cast, "tom")
        assert counted(cast) == Confirmed(1, len(CAST))


@pytest.mark.parametrize("other", [0, -1, 10**30, "1", None])
def test_another_version_than_the_one_in_force_is_not_confirmed(cast: Cast, other: int) -> None:
    with pytest.raises(Refused, match="other_version"):
        confirmed.confirm(cast.actor("tom"), other)


def test_a_version_that_was_replaced_while_one_read_is_not_confirmed(cast: Cast, engine: Engine) -> None:
    read = confirmed.mine(cast.actor("tom")).version_id
    new_version(engine, TODAY)

    with pytest.raises(Refused, match="other_version"):
        confirmed.confirm(cast.actor("tom"), read)

    assert counted(cast) == Confirmed(0, len(CAST))


# Who has not


def test_the_keepers_of_the_procedure_read_who_has_not(cast: Cast) -> None:
    confirm(cast, "tom", "dora", "adam")

    for who in KEEPERS:
        found = confirmed.waiting(cast.actor(who))
        expected = sorted(CAST[name][0] for name in CAST if name not in ("tom", "dora", "adam"))
        assert (found.valid_from, found.active) == (FIRST, len(CAST))
        assert sorted(found.names) == expected


@pytest.mark.parametrize("who", [name for name in CAST if name not in KEEPERS])
def test_nobody_else_does(cast: Cast, who: str) -> None:
    with pytest.raises(Refused, match="not_allowed"):
        confirmed.waiting(cast.actor(who))


def test_who_does_not_work_here_any_more_is_neither_asked_nor_counted(cast: Cast, engine: Engine) -> None:
    confirm(cast, "tom", "hans")
    with filled(engine) as session:
        session.get_one(m.Account, cast["tom"]).active = False
        session.get_one(m.Account, cast["rosa"]).active = False
        session.get_one(m.Account, cast["hilde"]).roles = []

    assert counted(cast) == Confirmed(1, len(CAST) - 3)
    names = confirmed.waiting(cast.actor("cora")).names
    assert not {"Tom Trainer", "Rosa Melder", "Hilde Behandelaar", "Hans Behandelaar"} & set(names)
    assert len(names) == len(CAST) - 4


def test_the_share_is_the_same_for_every_reader_of_the_overview(cast: Cast) -> None:
    confirm(cast, "tom", "rosa")

    for who in ("cora", "mia", "hans", "piet"):
        assert overview.year(cast.actor(who)).confirmed == Confirmed(2, 13)
    assert Confirmed(2, 13).share == 2 / 13
    assert Confirmed(0, 0).share is None
