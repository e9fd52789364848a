"""Who acts as director of a dossier follows the people who are here and the settings, whoever it is about."""

from __future__ import annotations

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from db import models as m
from domain.rights import Right
from services import accounts, door, organisation
from tests.conftest import Cast
from tests.fill import make_complaint, make_party
from tests.granting import confirm_all


def about_the_director(engine: Engine, cast: Cast) -> int:
    with Session(engine) as session, session.begin():
        complaint = make_complaint(session, cast, acting_director_id=cast["piet"])
        make_party(session, complaint, cast["dora"])
        return complaint.id


def acting(engine: Engine, complaint_id: int) -> int | None:
    with Session(engine) as session:
        return session.get_one(m.Complaint, complaint_id).acting_director_id


def version_of(cast: Cast, name: str) -> int:
    return next(each.version for each in accounts.listing(cast.actor("adam")) if each.name == name)


def test_when_the_acting_partner_leaves_the_next_stand_in_acts(engine: Engine, cast: Cast) -> None:
    complaint_id = about_the_director(engine, cast)

    accounts.disable(cast.actor("adam"), cast["piet"], version_of(cast, "piet"))
    assert acting(engine, complaint_id) == cast["piet"]  # until a second person confirms it

    confirm_all(cast)

    assert acting(engine, complaint_id) == cast["petra"]
    with door.work(cast.actor("petra"), Right.READ) as w:
        assert w.allows(Right.READ, complaint_id)


def test_who_comes_back_acts_again(engine: Engine, cast: Cast) -> None:
    complaint_id = about_the_director(engine, cast)
    accounts.disable(cast.actor("adam"), cast["piet"], version_of(cast, "piet"))
    confirm_all(cast)

    accounts.enable(cast.actor("adam"), cast["piet"], version_of(cast, "piet"))
    confirm_all(cast)

    assert acting(engine, complaint_id) == cast["piet"]


def test_other_stand_ins_in_the_settings_take_over_but_never_the_person_it_is_about(engine: Engine, cast: Cast) -> None:
    complaint_id = about_the_director(engine, cast)
    ordinary = None
    with Session(engine) as session, session.begin():
        ordinary = make_complaint(session, cast, acting_director_id=cast["dora"]).id

    seen = organisation.settings(cast.actor("adam"))
    organisation.change_settings(cast.actor("adam"), seen, {"stand_in_ids": (cast["petra"], cast["piet"])})
    assert acting(engine, complaint_id) == cast["piet"]  # until a second person confirms it
    confirm_all(cast)

    assert acting(engine, complaint_id) == cast["petra"]
    assert acting(engine, ordinary) == cast["dora"]


def test_a_stand_in_who_loses_the_role_does_not_act_any_more(engine: Engine, cast: Cast) -> None:
    complaint_id = about_the_director(engine, cast)
    row = next(each for each in accounts.listing(cast.actor("adam")) if each.name == "piet")

    given = accounts.AccountInput(row.name, row.display_name, row.email, ("reporter",), row.unit_id)
    accounts.edit(cast.actor("adam"), row.id, row.version, given)
    confirm_all(cast)

    assert acting(engine, complaint_id) == cast["petra"]
