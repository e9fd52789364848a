"""The organisation as the administrator keeps it: units, and the settings that letters, help and appeals need."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from urllib.parse import urlsplit

from pydantic import ValidationError
from sqlalchemy import select

from db import models as m
from db.settings import Settings, read_settings, write_settings
from domain.errors import Refused
from domain.granting import decoded
from domain.rights import Right, Role
from domain.texts import clean, line, required
from services import asked_changes, profiles
from services.door import Actor, Work, work
from services.parties import redirect
from services.standing_in import refuse_losing

KINDS = ("organisation", "region", "district", "location")

# Who may act in which place; a stand-in must be able to do what the director does.
DIRECTORS = frozenset({Role.DIRECTOR})
STAND_INS = frozenset({Role.DIRECTOR, Role.PARTNER, Role.COORDINATOR})
REVIEWERS = frozenset({Role.APPEAL_REVIEWER})

_LINES = ("organisation", "city", "website", "privacy_url")


@dataclass(frozen=True)
class UnitInput:
    name: str
    kind: str
    sector: str | None
    parent_id: int | None
    manager_id: int | None
    active: bool = True


@dataclass(frozen=True)
class UnitRow:
    id: int
    given: UnitInput
    path: str  # "Organisatie / Regio West / Locatie Noord"
    manager: str


# Units


def units(actor: Actor) -> tuple[UnitRow, ...]:
    """All units, by path."""
    with work(actor, Right.ACCOUNTS) as w:
        rows = {each.id: each for each in w.session.scalars(select(m.OrgUnit))}
        managers = {key: name for key, name in w.session.execute(select(m.Account.id, m.Account.display_name))}
        found = [
            UnitRow(each.id, _given(each), _path(each, rows), managers.get(each.manager_id or 0, "")) for each in rows.values()
        ]
        return tuple(sorted(found, key=lambda unit: unit.path.casefold()))


def sectors(actor: Actor) -> tuple[tuple[str, str], ...]:
    """Key and label of the sectors of the organisation's procedure; empty before one was chosen."""
    with work(actor, Right.ENTER) as w:
        return _sectors(w)


def _sectors(w: Work) -> tuple[tuple[str, str], ...]:
    try:
        return tuple((each.key, each.label) for each in profiles.current(w).sectors)
    except Refused:
        return ()


def add_unit(actor: Actor, given: UnitInput) -> int:
    """Raises Refused: ``missing``, ``unit_taken``, ``unknown_value``, ``unknown_unit``, ``not_a_manager``,
    ``nobody_confirms``. A manager who gains by it waits for a second person."""
    with work(actor, Right.ACCOUNTS) as w:
        # A double click, or two administrators: the second one waits, and finds what the first one made.
        w.session.execute(select(m.Account.id).where(m.Account.id == w.person.id).with_for_update(key_share=True))
        w.session.execute(select(m.OrgUnit.id).order_by(m.OrgUnit.id).with_for_update(key_share=True))
        unit = m.OrgUnit()
        _fill(w, unit, given)
        w.session.add(unit)
        w.session.flush()  # the id is the answer
        asked_changes.unit_waits(w, unit, asked_changes.unit_lines(unit.id, None, unit.parent_id))
        return unit.id


def edit_unit(actor: Actor, unit_id: int, seen: UnitInput, given: UnitInput) -> bool:
    """`seen`: what stood in the form. True: all of it is done. False: the manager and the place in the tree wait for a second
    person, the rest is done. Raises as `add_unit`, and ``changed_meanwhile``, ``unit_in_itself``,
    ``unit_has_units``."""
    with work(actor, Right.ACCOUNTS) as w:
        unit = w.session.get(m.OrgUnit, unit_id, with_for_update=True)
        if unit is None:
            raise Refused("unknown_unit")
        if _given(unit) != seen:
            raise Refused("changed_meanwhile")
        below = select(m.OrgUnit.id).where(m.OrgUnit.parent_id == unit_id, m.OrgUnit.active)
        if not given.active and w.session.scalars(below).first() is not None:
            raise Refused("unit_has_units", "active")
        was = asked_changes.unit_lines(unit.id, unit.manager_id, unit.parent_id)
        _fill(w, unit, given)
        return not asked_changes.unit_waits(w, unit, was)


def carry_out_unit(w: Work, request: m.AccountRequest) -> None:
    """What a second person confirmed. Raises Refused ``request_outdated``."""
    was, will = decoded(request.before), decoded(request.after)
    unit = w.session.get_one(m.OrgUnit, was["unit"][0], with_for_update=True)
    if asked_changes.unit_lines(unit.id, unit.manager_id, unit.parent_id) != was:
        raise Refused("request_outdated")
    asked_changes.refuse_other_gain(request, asked_changes.gain_by_unit(w, was, will))
    manager_id, parent_id = (next(iter(will[name]), None) for name in ("manager_id", "parent_id"))
    with _outdated():
        _fill(w, unit, replace(_given(unit), manager_id=manager_id, parent_id=parent_id))


@contextmanager
def _outdated() -> Iterator[None]:
    """What could be asked then cannot be done now."""
    try:
        yield
    except Refused:
        raise Refused("request_outdated") from None


def _fill(w: Work, unit: m.OrgUnit, given: UnitInput) -> None:
    name = line(required(given.name, "name"), "name")
    if given.kind not in KINDS:
        raise Refused("unknown_value", "kind")
    if given.sector is not None and given.sector not in dict(_sectors(w)):
        raise Refused("unknown_value", "sector")
    _check_place(w, unit, given.parent_id)
    twin = select(m.OrgUnit.id).where(
        m.OrgUnit.name == name, m.OrgUnit.parent_id.is_not_distinct_from(given.parent_id), m.OrgUnit.id != (unit.id or 0)
    )
    if w.session.scalars(twin).first() is not None:
        raise Refused("unit_taken", "name")
    if given.manager_id is not None and given.manager_id != unit.manager_id:
        _check_account(w, given.manager_id, frozenset({Role.MANAGER}), "manager_id", "not_a_manager")
    unit.name, unit.kind, unit.sector = name, given.kind, given.sector
    unit.parent_id, unit.manager_id, unit.active = given.parent_id, given.manager_id, given.active


def _check_place(w: Work, unit: m.OrgUnit, parent_id: int | None) -> None:
    """The parent exists, and is not the unit itself or something below it."""
    above = parent_id
    while above is not None:
        parent = w.session.get(m.OrgUnit, above)
        if parent is None:
            raise Refused("unknown_unit", "parent_id")
        if parent.id == unit.id:
            raise Refused("unit_in_itself", "parent_id")
        above = parent.parent_id


def _check_account(w: Work, account_id: int, roles: frozenset[Role], field: str, code: str) -> None:
    account = w.session.get(m.Account, account_id)
    if account is None or not account.active or not {held.role for held in account.roles} & roles:
        raise Refused(code, field)


def _given(unit: m.OrgUnit) -> UnitInput:
    return UnitInput(unit.name, unit.kind, unit.sector, unit.parent_id, unit.manager_id, unit.active)


def _path(unit: m.OrgUnit, rows: Mapping[int, m.OrgUnit]) -> str:
    names, above, seen = [unit.name], unit.parent_id, {unit.id}
    while above is not None and above not in seen:
        seen.add(above)
        names.append(rows[above].name)
        above = rows[above].parent_id
    return " / ".join(reversed(names))


# Settings


def settings(actor: Actor) -> Settings:
    with work(actor, Right.ACCOUNTS) as w:
        return read_settings(w.session)


def change_settings(actor: Actor, seen: Settings, changed: Mapping[str, object]) -> bool:
    """Write `changed` (fields of Settings) if nobody changed those meanwhile. A `Contact` is a mapping with
    name, phone, email. True: all of it is done. False: who directs and hears appeals waits for a second person. Raises
    Refused: ``changed_meanwhile``, ``unknown_value``, ``address_form``, ``in_the_future``, ``not_a_director``,
    ``not_a_stand_in``, ``not_a_reviewer``, ``chosen_twice``, ``last_stand_in``, ``nobody_confirms``."""
    with work(actor, Right.ACCOUNTS) as w:
        now = read_settings(w.session)
        tidy = {name: _tidied(name, value) for name, value in changed.items()}
        if not set(tidy) <= set(Settings.model_fields) - {"profile", "demo", "extra", "second_step_roles"}:
            raise Refused("unknown_value")
        if any(getattr(now, name) != getattr(seen, name) for name in tidy):
            raise Refused("changed_meanwhile")
        try:
            after = write_settings(w.session, tidy)
        except ValidationError as error:
            raise Refused("unknown_value", str(error.errors()[0]["loc"][0])) from error
        _check(w, after, set(tidy))
        refuse_losing(w, now, after)
        if asked_changes.settings_wait(w, now, after):
            return False
        if tidy.keys() & {"director_id", "stand_in_ids"}:
            redirect(w)
        return True


def carry_out_settings(w: Work, request: m.AccountRequest) -> None:
    """What a second person confirmed. Raises Refused ``request_outdated``."""
    now, will = read_settings(w.session), decoded(request.after)
    if asked_changes.places_of(now) != decoded(request.before):
        raise Refused("request_outdated")
    after = asked_changes.put_places(w, {name: will[name] for name in asked_changes.PLACES})
    asked_changes.refuse_other_gain(request, asked_changes.gain_by_settings(w, now, after))
    with _outdated():
        _check(w, after, {name for name in asked_changes.PLACES if getattr(now, name) != getattr(after, name)})
        refuse_losing(w, now, after)
    redirect(w)


def _tidied(name: str, value: object) -> object:
    if isinstance(value, Mapping):
        return {part: line(str(words), f"{name}.{part}") for part, words in value.items()}
    if isinstance(value, str):
        return line(value, name, longest=500) if name in _LINES else clean(value, name, longest=500)
    return value


def _check(w: Work, after: Settings, changed: set[str]) -> None:
    for name in changed & {"website", "privacy_url"}:
        _check_address(getattr(after, name), name)
    if "privacy_version_on" in changed and (after.privacy_version_on or date.min) > w.today:
        raise Refused("in_the_future", "privacy_version_on")
    if after.employee_count is not None and not 0 <= after.employee_count <= 1_000_000:
        raise Refused("unknown_value", "employee_count")
    if "director_id" in changed and after.director_id is not None:
        _check_account(w, after.director_id, DIRECTORS, "director_id", "not_a_director")
    if "reviewer_id" in changed and after.reviewer_id is not None:
        _check_account(w, after.reviewer_id, REVIEWERS, "reviewer_id", "not_a_reviewer")
    for name, roles, code in (
        ("stand_in_ids", STAND_INS, "not_a_stand_in"),
        ("substitute_reviewer_ids", REVIEWERS, "not_a_reviewer"),
    ):
        for account_id in getattr(after, name) if name in changed else ():
            _check_account(w, account_id, roles, name, code)
    for name, first, others in (
        ("stand_in_ids", after.director_id, after.stand_in_ids),
        ("substitute_reviewer_ids", after.reviewer_id, after.substitute_reviewer_ids),
    ):
        if len({first, *others}) != 1 + len(others):
            raise Refused("chosen_twice", name)


def _check_address(address: str, field: str) -> None:
    """Shown as a link to everybody and printed in letters: http or https, and a host."""
    if not address:
        return
    try:
        parts = urlsplit(address)
    except ValueError:
        raise Refused("address_form", field) from None
    if parts.scheme not in ("http", "https") or not parts.hostname or " " in address:
        raise Refused("address_form", field)


def warnings(actor: Actor) -> tuple[str, ...]:
    """What is missing before this register can be worked with: keys of messages ``settings.warn.<what>``."""
    with work(actor, Right.ACCOUNTS) as w:
        now = read_settings(w.session)
        able = {
            account.id: {held.role for held in account.roles}
            for account in w.session.scalars(select(m.Account).where(m.Account.active))
        }

        def missing(roles: frozenset[Role], *account_ids: int | None) -> bool:
            return not any(able.get(each or 0, set()) & roles for each in account_ids)

        found = {
            "organisation": not now.organisation or not now.address or not now.city,
            "contact": not now.contact.reachable,
            "confidant": not now.confidant.reachable,
            "privacy": not now.privacy_url,
            "director": missing(DIRECTORS, now.director_id),
            "stand_in": missing(STAND_INS, *now.stand_in_ids),
            "reviewer": missing(REVIEWERS, now.reviewer_id),
            "substitute": missing(REVIEWERS, *now.substitute_reviewer_ids),
            "left": any(each not in able for each in _named(now)),
            "units": w.session.scalars(select(m.OrgUnit.id).where(m.OrgUnit.active)).first() is None,
        }
        return tuple(f"settings.warn.{what}" for what, is_missing in found.items() if is_missing)


def _named(now: Settings) -> tuple[int, ...]:
    named = (now.director_id, *now.stand_in_ids, now.reviewer_id, *now.substitute_reviewer_ids)
    return tuple(each for each in named if each is not None)
