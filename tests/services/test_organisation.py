from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from domain.errors import Refused
from services import accounts, organisation
from services.organisation import UnitInput, UnitRow
from tests.conftest import Cast
from text import catalogue

LOCATION = UnitInput("Locatie West", "location", "training", None, None)


def unit(cast: Cast, name: str) -> UnitRow:
    return next(each for each in organisation.units(cast.actor("adam")) if each.given.name == name)


@pytest.mark.parametrize("who", ["tom", "cora", "dora", "mia", "vera"])
def test_only_the_administrator_keeps_the_organisation(cast: Cast, who: str) -> None:
    now, noord = organisation.settings(cast.actor("adam")), unit(cast, "Locatie Noord")
    for call in (
        lambda: organisation.units(cast.actor(who)),
        lambda: organisation.settings(cast.actor(who)),
        lambda: organisation.warnings(cast.actor(who)),
        lambda: organisation.add_unit(cast.actor(who), LOCATION),
        lambda: organisation.edit_unit(cast.actor(who), noord.id, noord.given, noord.given),
        lambda: organisation.change_settings(cast.actor(who), now, {"city": "Elders"}),
    ):
        with pytest.raises(Refused, match="not_allowed"):
            call()


# Units


def test_a_unit_stands_in_the_tree(cast: Cast) -> None:
    top = unit(cast, "Organisatie")
    region = organisation.add_unit(cast.actor("adam"), UnitInput("Regio Kust", "region", None, top.id, None))

    organisation.add_unit(cast.actor("adam"), replace(LOCATION, parent_id=region, manager_id=cast["mia"]))

    west = unit(cast, "Locatie West")
    assert (west.path, west.manager) == ("Organisatie / Regio Kust / Locatie West", "Mia Manager")


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"name": ""}, "missing", "name"),
        ({"name": "x" * 201}, "text_too_long", "name"),
        ({"kind": "planeet"}, "unknown_value", "kind"),
        ({"sector": "visserij"}, "unknown_value", "sector"),
        ({"parent_id": 9999}, "unknown_unit", "parent_id"),
        ({"manager_id": 9999}, "not_a_manager", "manager_id"),
    ],
)
def test_what_makes_no_unit_is_said_at_its_field(cast: Cast, change: dict[str, object], code: str, field: str) -> None:
    with pytest.raises(Refused) as refusal:
        organisation.add_unit(cast.actor("adam"), replace(LOCATION, **change))  # type: ignore[arg-type]

    assert (refusal.value.code, refusal.value.field) == (code, field)


def test_a_manager_needs_the_role(cast: Cast) -> None:
    with pytest.raises(Refused, match="not_a_manager"):
        organisation.add_unit(cast.actor("adam"), replace(LOCATION, manager_id=cast["tom"]))


def test_two_units_in_one_place_have_two_names(cast: Cast) -> None:
    noord = unit(cast, "Locatie Noord")

    with pytest.raises(Refused, match="unit_taken"):
        organisation.add_unit(cast.actor("adam"), replace(noord.given, manager_id=None))
    organisation.edit_unit(cast.actor("adam"), noord.id, noord.given, noord.given)


def test_a_unit_cannot_be_part_of_itself(cast: Cast) -> None:
    top, noord = unit(cast, "Organisatie"), unit(cast, "Locatie Noord")

    for row, parent in ((top, noord.id), (noord, noord.id)):
        with pytest.raises(Refused, match="unit_in_itself"):
            organisation.edit_unit(cast.actor("adam"), row.id, row.given, replace(row.given, parent_id=parent))


def test_a_unit_with_units_below_it_stays_in_use(cast: Cast) -> None:
    top, noord = unit(cast, "Organisatie"), unit(cast, "Locatie Noord")

    with pytest.raises(Refused, match="unit_has_units"):
        organisation.edit_unit(cast.actor("adam"), top.id, top.given, replace(top.given, active=False))
    organisation.edit_unit(cast.actor("adam"), noord.id, noord.given, replace(noord.given, active=False))

    assert not unit(cast, "Locatie Noord").given.active


def test_a_unit_that_somebody_changed_meanwhile_is_not_overwritten(cast: Cast) -> None:
    noord = unit(cast, "Locatie Noord")
    organisation.edit_unit(cast.actor("adam"), noord.id, noord.given, replace(noord.given, name="Locatie Noorderlicht"))

    with pytest.raises(Refused, match="changed_meanwhile"):
        organisation.edit_unit(cast.actor("adam"), noord.id, noord.given, replace(noord.given, kind="district"))


# Settings


def test_settings_are_kept(cast: Cast) -> None:
    now = organisation.settings(cast.actor("adam"))

    organisation.change_settings(
        cast.actor("adam"),
        now,
        {"city": "Elders", "contact": {"name": "Cora", "phone": "010", "email": ""}, "stand_in_ids": (cast["petra"],)},
    )

    after = organisation.settings(cast.actor("adam"))
    assert (after.city, after.contact.phone, after.stand_in_ids) == ("Elders", "010", (cast["petra"],))
    assert after.organisation == now.organisation


def test_settings_of_which_another_part_changed_meanwhile_are_no_conflict(cast: Cast) -> None:
    seen = organisation.settings(cast.actor("adam"))
    organisation.change_settings(cast.actor("adam"), seen, {"city": "Elders"})

    organisation.change_settings(cast.actor("adam"), seen, {"website": "https://voorbeeld.invalid"})
    with pytest.raises(Refused, match="changed_meanwhile"):
        organisation.change_settings(cast.actor("adam"), seen, {"city": "Nergens"})

    assert organisation.settings(cast.actor("adam")).city == "Elders"


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"privacy_url": "javascript:alert(1)"}, "address_form", "privacy_url"),
        ({"website": "www.voorbeeld.nl"}, "address_form", "website"),
        ({"website": "https://"}, "address_form", "website"),
        ({"website": "http://[::1"}, "address_form", "website"),
        ({"privacy_version_on": date(2026, 11, 22)}, "in_the_future", "privacy_version_on"),
        ({"employee_count": -1}, "unknown_value", "employee_count"),
        ({"organisation": "x" * 501}, "text_too_long", "organisation"),
        ({"contact": {"name": "\x00", "phone": "", "email": ""}}, "text_unreadable", "contact.name"),
        ({"director_id": 9999}, "not_a_director", "director_id"),
        ({"director_id": "koning"}, "unknown_value", "director_id"),
        ({"reviewer_id": 1}, "not_a_reviewer", "reviewer_id"),
        ({"stand_in_ids": (1,)}, "not_a_stand_in", "stand_in_ids"),
        ({"substitute_reviewer_ids": (1,)}, "not_a_reviewer", "substitute_reviewer_ids"),
        ({"profile": "kinderopvang-welzijn"}, "unknown_value", None),
        ({"demo": True}, "unknown_value", None),
    ],
)
def test_what_is_no_setting_is_refused_and_nothing_is_written(
    cast: Cast, change: dict[str, object], code: str, field: str | None
) -> None:
    now = organisation.settings(cast.actor("adam"))

    with pytest.raises(Refused) as refusal:
        organisation.change_settings(cast.actor("adam"), now, {"city": "Elders"} | change)

    assert (refusal.value.code, refusal.value.field) == (code, field)
    assert organisation.settings(cast.actor("adam")) == now


def test_nobody_stands_in_for_themselves(cast: Cast) -> None:
    now = organisation.settings(cast.actor("adam"))

    for change in ({"stand_in_ids": (cast["dora"],)}, {"substitute_reviewer_ids": (cast["suze"], cast["suze"])}):
        with pytest.raises(Refused, match="chosen_twice"):
            organisation.change_settings(cast.actor("adam"), now, change)


def test_a_filled_register_has_no_warnings(cast: Cast) -> None:
    assert organisation.warnings(cast.actor("adam")) == ()


def test_who_left_or_lost_the_role_is_missed(cast: Cast) -> None:
    admin = cast.actor("adam")
    rows = {each.name: each for each in accounts.listing(admin)}
    accounts.disable(admin, rows["dora"].id, rows["dora"].version)
    for name in ("piet", "petra"):
        row = rows[name]
        accounts.edit(admin, row.id, row.version, accounts.AccountInput(row.name, row.display_name, "", ("handler",), None))

    assert organisation.warnings(admin) == ("settings.warn.director", "settings.warn.stand_in", "settings.warn.left")


def test_every_warning_has_its_sentence(cast: Cast) -> None:
    now = organisation.settings(cast.actor("adam"))
    empty = {"organisation": "", "privacy_url": "", "director_id": None, "stand_in_ids": (), "reviewer_id": None}
    empty |= {"substitute_reviewer_ids": ()}
    empty |= {name: {"name": "", "phone": "", "email": ""} for name in ("contact", "confidant")}
    organisation.change_settings(cast.actor("adam"), now, empty)

    found = organisation.warnings(cast.actor("adam"))

    assert len(found) == 8
    for language in ("nl", "en"):
        assert set(found) <= set(catalogue(language))
