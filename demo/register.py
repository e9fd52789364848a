"""A filled register from nothing: people, units, settings, the sample cases of one organisation, and invented ones."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from uuid import uuid4

from demo import reporting
from demo.forms import brought_in
from demo.invented import Inventor, board_states, two_years
from demo.people import PASSWORD, PEOPLE, SETTINGS, UNITS
from demo.reviewing import last_year
from demo.stage import OPERATOR, SAMPLE_DAY, SAMPLE_TEXTS, Stage
from demo.stories import SAMPLES
from domain.rights import Role
from services import accounts, confirmed, door, granting, links, operations, organisation
from services.accounts import AccountInput
from services.links import Beginning
from services.organisation import UnitInput

NOT_READ_YET = {"rosa", "hilde", "petra"}  # have not said that they know the procedure
BEFORE_EVERYTHING = timedelta(days=3 * 365)


@dataclass
class Register:
    """What was made: account and unit ids by name, references by sample."""

    profile: str
    accounts: dict[str, int]
    units: dict[str, int]
    shift: timedelta
    samples: dict[str, str] = field(default_factory=dict)
    handed_over: set[str] = field(default_factory=set)

    def actor(self, name: str) -> str:
        """A live session of this person."""
        return operations.open_session(OPERATOR, self.accounts[name])

    def stage(self, latest: datetime | None = None) -> Stage:
        return Stage(self.accounts, self.units, self.shift, latest=latest)


def fill_samples(profile: str, today: date) -> Register:
    """An upgraded database with this organisation's people and its share of the twenty samples, shifted so that they
    stand on `today` as they stood on 2026-11-21."""
    operations.upgrade(OPERATOR)
    register = _furnished(profile, today)
    stage = register.stage()
    for sample, story in SAMPLES.items():
        if (SAMPLE_TEXTS[sample]["sector"] == "training") != (profile == "training"):
            continue
        case = story(stage)
        if case is None:
            register.handed_over.add(sample)
        else:
            register.samples[sample] = case.reference
    return register


def fill_demo(profile: str, today: date, now: datetime) -> Register:
    """`fill_samples`, and invented cases up to `now`, so that the board shows every state. Everybody has one password."""
    register = fill_samples(profile, today)
    inventor = Inventor(register.stage(latest=now), profile)
    two_years(inventor)
    board_states(inventor)
    last_year(register.stage(), today)
    brought_in(register.stage(), today)
    reporting.last_year(register.stage(), today)
    for account_id in register.accounts.values():
        token = links.password_link(OPERATOR, account_id)
        links.set_password(door.VISITOR, token, PASSWORD, PASSWORD)
    granting.tell_seen(register.actor("adam"))  # who had a password before
    for name in register.accounts.keys() - NOT_READ_YET:
        confirmed.confirm(register.actor(name), confirmed.mine(register.actor(name)).version_id)
    operations.close_sessions(OPERATOR)
    operations.show_as_demo(OPERATOR, PASSWORD)
    return register


def _furnished(profile: str, today: date) -> Register:
    """The first administrator through the one-time link, and what she would then enter."""
    beginning = datetime.combine(today - BEFORE_EVERYTHING, time(9), door.AMSTERDAM)
    admin = next(each for each in PEOPLE if Role.ADMIN in each.roles)
    with door.clock_at(beginning):
        secret = f"{uuid4()}"
        given = Beginning(str(SETTINGS[profile]["organisation"]), profile, admin.name, admin.display_name, secret, secret)
        links.begin(door.VISITOR, links.first_link(OPERATOR), given)
        units = _units(profile)
        people = {each.name: each.id for each in accounts.listing(OPERATOR)}
        for each in PEOPLE:
            if each.name not in people:
                roles = tuple(role.value for role in each.roles)
                unit_id = units[each.unit] if each.unit else None
                address = f"{each.name}@voorbeeld.example"
                given_account = AccountInput(each.name, each.display_name, address, roles, unit_id, phone=each.phone)
                people[each.name] = accounts.create(OPERATOR, given_account)
        _set_up(profile, people, units)
    return Register(profile, people, units, today - SAMPLE_DAY)


def _units(profile: str) -> dict[str, int]:
    made: dict[str, int] = {}
    top = organisation.units(OPERATOR)[0]
    for key, (name, kind, sector, parent) in UNITS[profile].items():
        if parent is None:
            made[key] = top.id
            continue
        made[key] = organisation.add_unit(OPERATOR, UnitInput(name, kind, sector, made[parent], None))
    return made


def _set_up(profile: str, people: dict[str, int], units: dict[str, int]) -> None:
    unit = next(each for each in organisation.units(OPERATOR) if each.id == units["noord"])
    managed = UnitInput(unit.given.name, unit.given.kind, unit.given.sector, unit.given.parent_id, people["mia"])
    organisation.edit_unit(OPERATOR, units["noord"], unit.given, managed)
    chosen = {
        "director_id": people["dora"],
        "stand_in_ids": (people["piet"], people["petra"]),
        "reviewer_id": people["vera"],
        "substitute_reviewer_ids": (people["suze"],),
    }
    organisation.change_settings(OPERATOR, organisation.settings(OPERATOR), SETTINGS[profile] | chosen)
