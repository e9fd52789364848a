"""Who directs, hears appeals or manages a unit: from the first dossier on an administrator alone gives nobody more to read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from db import models as m
from domain.errors import Refused
from domain.granting import Kind, State
from services import dossier, granting, organisation
from services.account_requests import RequestRow
from services.organisation import UnitInput, UnitRow
from tests.cases import Case
from tests.conftest import Cast


@pytest.fixture
def case(cast: Cast) -> Case:
    return Case.registered("training", cast, unit_id=cast.units["zuid"])


def sees(case: Case, who: str) -> bool:
    try:
        return bool(dossier.read(case.cast.actor(who), case.reference).content)
    except Refused:
        return False


def unit(cast: Cast, name: str) -> UnitRow:
    return next(each for each in organisation.units(cast.actor("adam")) if each.id == cast.units[name])


def edit(cast: Cast, name: str, /, **changed: Any) -> bool:
    row = unit(cast, name)
    return organisation.edit_unit(cast.actor("adam"), row.id, row.given, replace(row.given, **changed))


def settings(cast: Cast, **changed: object) -> bool:
    return organisation.change_settings(cast.actor("adam"), organisation.settings(cast.actor("adam")), changed)


def latest(cast: Cast) -> RequestRow:
    return granting.asked(cast.actor("adam"))[0]


def code_of(act: Callable[[], Any]) -> str:
    with pytest.raises(Refused) as refusal:
        act()
    return refusal.value.code


def test_a_partner_does_not_become_acting_director_by_one_person(case: Case, cast: Cast) -> None:
    assert not settings(cast, director_id=None, stand_in_ids=(cast["piet"], cast["petra"]), city="Elders")

    now = organisation.settings(cast.actor("adam"))
    assert (now.director_id, now.stand_in_ids, now.city) == (cast["dora"], (cast["piet"], cast["petra"]), "Elders")
    assert not sees(case, "piet")
    asked = latest(cast)
    assert (asked.kind, asked.state) == (Kind.SETTINGS, State.WAITING)
    assert asked.changes == (("director_id", "Dora Directeur", ""),)
    for gaining in ("piet", "petra"):
        assert code_of(lambda gaining=gaining: granting.confirm(cast.actor(gaining), asked.id)) == "own_request"
        assert granting.waiting(cast.actor(gaining)) == 0

    granting.confirm(cast.actor("cora"), asked.id)

    assert organisation.settings(cast.actor("adam")).director_id is None
    assert sees(case, "piet")
    assert not sees(case, "petra")


def test_a_manager_does_not_get_another_location_by_one_person(case: Case, cast: Cast) -> None:
    assert not edit(cast, "zuid", manager_id=cast["mia"], name="Locatie Zuiderlicht")

    assert (unit(cast, "zuid").given.name, unit(cast, "zuid").given.manager_id) == ("Locatie Zuiderlicht", None)
    assert not sees(case, "mia")
    asked = latest(cast)
    assert (asked.kind, asked.unit, asked.changes) == (Kind.UNIT, "Locatie Zuiderlicht", (("manager_id", "", "Mia Manager"),))

    granting.confirm(cast.actor("dora"), asked.id)

    assert unit(cast, "zuid").given.manager_id == cast["mia"]
    assert sees(case, "mia")


def test_nor_by_putting_the_location_under_hers(case: Case, cast: Cast) -> None:
    assert not edit(cast, "zuid", parent_id=cast.units["noord"])
    assert not sees(case, "mia")

    granting.confirm(cast.actor("petra"), latest(cast).id)

    assert sees(case, "mia")


def test_nor_by_way_of_a_new_unit(case: Case, cast: Cast) -> None:
    made = organisation.add_unit(cast.actor("adam"), UnitInput("Regio", "region", None, None, cast["mia"]))
    assert edit(cast, "zuid", parent_id=made)
    assert latest(cast).kind is Kind.UNIT
    assert not sees(case, "mia")

    granting.confirm(cast.actor("dora"), latest(cast).id)
    assert sees(case, "mia")


def test_who_gains_must_be_who_was_named_when_it_was_asked(case: Case, cast: Cast, engine: Engine) -> None:
    edit(cast, "zuid", parent_id=cast.units["noord"])
    with Session(engine) as session, session.begin():
        session.get_one(m.OrgUnit, cast.units["noord"]).manager_id = cast["hans"]

    assert code_of(lambda: granting.confirm(cast.actor("dora"), latest(cast).id)) == "request_outdated"


def test_what_changed_meanwhile_is_not_confirmed(case: Case, cast: Cast) -> None:
    settings(cast, stand_in_ids=(cast["petra"], cast["piet"]))
    edit(cast, "zuid", manager_id=cast["mia"])
    by_unit, by_settings = (each.id for each in granting.asked(cast.actor("adam"))[:2])
    assert settings(cast, stand_in_ids=(cast["piet"],))
    assert edit(cast, "zuid", parent_id=None)

    for asked in (by_unit, by_settings):
        assert code_of(lambda asked=asked: granting.confirm(cast.actor("dora"), asked)) == "request_outdated"
        granting.decline(cast.actor("dora"), asked)
    assert organisation.settings(cast.actor("adam")).stand_in_ids == (cast["piet"],)


def test_a_newer_wish_takes_the_place_of_the_first_about_the_same(case: Case, cast: Cast) -> None:
    edit(cast, "wijk", manager_id=cast["mia"])
    for name in ("zuid", "zuid"):
        edit(cast, name, manager_id=cast["mia"])

    assert [each.state for each in granting.asked(cast.actor("adam"))] == [State.WAITING, State.WITHDRAWN, State.WAITING]


def test_what_gives_nobody_more_is_done_at_once(case: Case, cast: Cast) -> None:
    assert settings(cast, stand_in_ids=(cast["cora"], cast["piet"], cast["petra"]))  # reads everything anyway
    assert settings(cast, stand_in_ids=(cast["cora"], cast["piet"]))
    assert edit(cast, "noord", manager_id=None)
    assert edit(cast, "wijk", name="Wijkhuis West")
    assert granting.asked(cast.actor("adam")) == ()


def test_another_reviewer_waits_too(case: Case, cast: Cast) -> None:
    assert not settings(cast, reviewer_id=cast["suze"], substitute_reviewer_ids=(cast["vera"],))
    granting.confirm(cast.actor("piet"), latest(cast).id)
    assert organisation.settings(cast.actor("adam")).reviewer_id == cast["suze"]


def test_while_it_is_set_up_all_of_it_is_done_at_once(cast: Cast) -> None:
    assert settings(cast, director_id=None)
    assert edit(cast, "zuid", manager_id=cast["mia"])
