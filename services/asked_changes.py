"""Who directs, who hears appeals and who manages a unit decide who reads which dossiers. From the first dossier on a change
with which somebody gains waits for a second person who does not (docs/adr/0009).

The request is about an account that gains; its `before` and `after` are lines of `domain.granting.coded`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import select

from db import models as m
from db.settings import Settings, write_settings
from domain.errors import Refused
from domain.granting import SEES_ALL, Coded, Decision, Kind, State, coded, decoded, gaining, gains
from services.account_requests import decide, held, put_down, state_of, two_persons
from services.door import Work

PLACES = ("director_id", "stand_in_ids", "reviewer_id", "substitute_reviewer_ids")
_ONE = ("director_id", "reviewer_id")


# Settings


def places_of(settings: Settings) -> Coded:
    """The four settings that say who acts, each as ids in order."""
    found = {name: getattr(settings, name) for name in PLACES}
    return {name: tuple(ids) if isinstance(ids, tuple) else (ids,) if ids else () for name, ids in found.items()}


def gain_by_settings(w: Work, before: Settings, after: Settings) -> frozenset[int]:
    """Who acts as director or hears appeals when it was somebody else until now; of those who do not read all anyway."""
    was, will = places_of(before), places_of(after)
    chains = (PLACES[:2], PLACES[2:])
    found = [gaining(was[one] + was[others], will[one] + will[others]) for one, others in chains]
    return _who_see_less(w, found[0] | found[1])


def settings_wait(w: Work, before: Settings, after: Settings) -> bool:
    """After other settings were written: puts those back with which somebody gains, and asks. Raises ``nobody_confirms``."""
    was, will = places_of(before), places_of(after)
    gain = gain_by_settings(w, before, after) if was != will and two_persons(w) else frozenset[int]()
    if not gain:
        return False
    put_places(w, was)
    _ask(w, Kind.SETTINGS, was, will, gain)
    return True


def put_places(w: Work, places: Coded) -> Settings:
    values: dict[str, object] = {name: (ids[0] if ids else None) if name in _ONE else ids for name, ids in places.items()}
    return write_settings(w.session, values)


# Units


def unit_lines(unit_id: int, manager_id: int | None, parent_id: int | None) -> Coded:
    values = {"unit": unit_id, "manager_id": manager_id, "parent_id": parent_id}
    return {name: () if each is None else (each,) for name, each in values.items()}


def gain_by_unit(w: Work, before: Coded, after: Coded) -> frozenset[int]:
    """Who manages the unit, or one above it, and did not until now; of those who do not read all anyway."""
    units = {
        key: (up, who) for key, up, who in w.session.execute(select(m.OrgUnit.id, m.OrgUnit.parent_id, m.OrgUnit.manager_id))
    }

    def managers(place: Coded) -> set[int]:
        found, above, seen = set(place["manager_id"]), next(iter(place["parent_id"]), None), set(place["unit"])
        while above is not None and above not in seen:
            seen.add(above)
            up, who = units[above]
            found |= {who} if who is not None else set()
            above = up
        return found

    return _who_see_less(w, managers(after) - managers(before))


def unit_waits(w: Work, unit: m.OrgUnit, was: Coded) -> bool:
    """After a unit was changed: puts its manager and place back when somebody gains by them, and asks. Raises
    ``nobody_confirms``."""
    will = unit_lines(unit.id, unit.manager_id, unit.parent_id)
    gain = gain_by_unit(w, was, will) if was != will and two_persons(w) else frozenset[int]()
    if not gain:
        return False
    unit.manager_id, unit.parent_id = next(iter(was["manager_id"]), None), next(iter(was["parent_id"]), None)
    _ask(w, Kind.UNIT, was, will, gain)
    return True


# Both


def refuse_other_gain(request: m.AccountRequest, gain: frozenset[int]) -> None:
    """Raises Refused ``request_outdated``: meanwhile it would be somebody else who gains."""
    if gain != gains(request.kind, request.after):
        raise Refused("request_outdated")


def _ask(w: Work, kind: Kind, was: Coded, will: Coded, gain: frozenset[int]) -> None:
    """One wish at a time about the settings, and about each unit."""
    r = m.AccountRequest
    query = select(r).where(r.kind == kind, r.decision.is_(None), r.done_at.is_(None)).order_by(r.id).with_for_update()
    for earlier in w.session.scalars(query):
        if decoded(earlier.before).get("unit") == was.get("unit") and state_of(w, earlier) is State.WAITING:
            decide(w, earlier, Decision.WITHDRAWN)
    account = w.session.get_one(m.Account, min(gain))
    put_down(w, account, kind, coded({**will, "gains": tuple(sorted(gain))}), coded(was), but_not=gain)


def _who_see_less(w: Work, account_ids: Iterable[int]) -> frozenset[int]:
    accounts: Sequence[m.Account] = w.session.scalars(select(m.Account).where(m.Account.id.in_(account_ids))).all()
    return frozenset(each.id for each in accounts if not SEES_ALL & set(held(each)))
