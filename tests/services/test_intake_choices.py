"""What the intake offers to choose from."""

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from db import models as m
from domain.errors import Refused
from services.intake_choices import choices
from tests.conftest import TODAY, Cast


def test_the_choices_of_a_reporter(cast: Cast) -> None:
    found = choices(cast.actor("tom"))

    assert (found.today, found.reporter, found.own_unit_id) == (TODAY, "Tom Trainer", cast.units["noord"])
    assert [place.name for place in found.places] == ["Locatie Noord", "Locatie Zuid", "Organisatie", "Wijkhuis Oost"]
    assert found.colleagues[cast["dora"]] == "Dora Directeur"
    assert found.officers == ("Wim Klok",)
    assert found.confidant.name == "Vera Vertrouwens"


def test_who_left_and_what_closed_is_not_offered(cast: Cast, engine: Engine) -> None:
    with Session(engine) as session, session.begin():
        session.get_one(m.Account, cast["hans"]).active = False
        session.get_one(m.OrgUnit, cast.units["noord"]).active = False

    found = choices(cast.actor("tom"))

    assert cast["hans"] not in found.colleagues
    assert found.own_unit_id is None
    assert found.place(cast.units["noord"]) is None


def test_two_of_one_name_can_be_told_apart(cast: Cast, engine: Engine) -> None:
    with Session(engine) as session, session.begin():
        session.get_one(m.Account, cast["hans"]).display_name = "Rosa Melder"
        twin = m.OrgUnit(name="Locatie Noord", kind="location", parent_id=cast.units["wijk"])
        orphan = m.OrgUnit(name="Locatie Zuid", kind="location")
        session.add_all([twin, orphan])
        session.flush()
        orphan.parent_id = session.get_one(m.OrgUnit, cast.units["zuid"]).parent_id
        orphan_id = orphan.id

    found = choices(cast.actor("tom"))

    assert (found.colleagues[cast["hans"]], found.colleagues[cast["rosa"]]) == ("Rosa Melder (hans)", "Rosa Melder (rosa)")
    names = [place.name for place in found.places]
    assert {"Locatie Noord (Organisatie)", "Locatie Noord (Wijkhuis Oost)"} < set(names)
    assert f"Locatie Zuid (Organisatie) ({orphan_id})" in names
    assert len(set(names)) == len(names)


def test_a_stranger_learns_nothing(cast: Cast) -> None:
    with pytest.raises(Refused, match="signed_out"):
        choices("f" * 64)
