"""What of an account takes two persons: rules over plain values (docs/adr/0009)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from domain.rights import Role

# With one of these somebody reads dossiers without being given a task in them by the first line.
STANDING = frozenset(
    {Role.COORDINATOR, Role.MANAGER, Role.PARTNER, Role.DIRECTOR, Role.CONFIDANT, Role.APPEAL_REVIEWER, Role.WB_OFFICER}
)
GUARDED = STANDING | {Role.HANDLER}  # with one of these somebody reads dossiers
SEES_ALL = frozenset({Role.COORDINATOR, Role.DIRECTOR})  # whoever has one gains nothing to read by a place in the settings
WAITS = timedelta(days=14)  # so long a request can be confirmed
HOLDS = timedelta(hours=24)  # so long what was confirmed can be carried out
LOOKED_AT = timedelta(days=30)  # so long something that was done at once waits for a look


class Kind(StrEnum):
    """What is asked about an account."""

    ROLES = "roles"
    LINK = "link"  # with which a password is chosen
    SECOND_FACTOR = "second_factor"  # a new start with the one-time codes
    BLOCK = "block"
    UNBLOCK = "unblock"
    NAME = "name"  # another name in lists and letters
    SETTINGS = "settings"  # who directs and who hears appeals
    UNIT = "unit"  # its manager, or its place in the tree


class Decision(StrEnum):
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    FREE = "free"  # nobody had to confirm it
    OPERATOR = "operator"  # a command on the server


class State(StrEnum):
    WAITING = "waiting"
    CONFIRMED = "confirmed"  # may be carried out, once
    TO_SEE = "to_see"  # carried out at once; a second person looks at it, and can undo it
    DONE = "done"
    USED = "used"
    DECLINED = "declined"
    UNDONE = "undone"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


ANSWERABLE = frozenset({State.WAITING, State.TO_SEE})
OPEN = ANSWERABLE | {State.CONFIRMED}


def guarded(roles: Iterable[str]) -> frozenset[Role]:
    """Those of these roles that one person cannot give or take."""
    return GUARDED & {Role(each) for each in roles}


def standing(roles: Iterable[str]) -> frozenset[Role]:
    """Those of these roles that one person cannot take away either; who has none is out at once."""
    return STANDING & {Role(each) for each in roles}


def guards_change(before: Iterable[str], after: Iterable[str]) -> bool:
    before, after = set(before), set(after)
    return bool(guarded(after) - guarded(before)) or standing(before) != standing(after)


def starts_anew(before: Iterable[str], after: Iterable[str]) -> bool:
    """Is this the first role that shows dossiers, or the first that shows them without a task in them?"""
    before, after = set(before), set(after)
    return bool((guarded(after) and not guarded(before)) or (standing(after) and not standing(before)))


def gaining(before: Sequence[int], after: Sequence[int]) -> frozenset[int]:
    """Of people who act in this order, each when all before them are absent: those who act when they did not until now."""
    ahead = {each: set(before[:place]) for place, each in enumerate(before)}
    return frozenset(each for place, each in enumerate(after) if each not in ahead or ahead[each] - set(after[:place]))


Coded = dict[str, tuple[int, ...]]  # ids by field, for what is asked about settings and units; "gains": who gains by it


def coded(values: Coded) -> list[str]:
    """As lines ``field:1,2``."""
    return [f"{name}:{','.join(map(str, ids))}" for name, ids in values.items()]


def decoded(lines: Iterable[str]) -> Coded:
    pairs = (each.partition(":") for each in lines)
    return {name: tuple(int(each) for each in ids.split(",") if each) for name, _, ids in pairs}


def gains(kind: str, after: Iterable[str]) -> frozenset[int]:
    """The accounts that read more by what was asked about settings or a unit: none of them confirms it."""
    return frozenset(decoded(after).get("gains", ())) if kind in (Kind.SETTINGS, Kind.UNIT) else frozenset()


def needs_second(kind: Kind, roles: Iterable[str], fresh: bool) -> bool:
    """Does this take a second person? `fresh`: nobody ever came in with this account. Of roles: see `guards_change`; of
    settings and units: see services/asked_changes.py.

    Not who happens to stand in a dossier counts, so that no answer tells whether there is one.
    """
    match kind:
        case Kind.LINK | Kind.SECOND_FACTOR:
            return not fresh or bool(guarded(roles))
        case Kind.NAME:
            return not fresh
        case Kind.BLOCK:
            return bool(standing(roles))
        case _:
            return bool(guarded(roles))


def state(
    now: datetime,
    asked_at: datetime,
    decision: str | None,
    decided_at: datetime | None,
    done_at: datetime | None,
    used_at: datetime | None,
) -> State:
    """Where a request stands."""
    match decision:
        case None if done_at is not None:
            return State.TO_SEE if now - done_at < LOOKED_AT else State.DONE
        case None:
            return State.WAITING if now - asked_at < WAITS else State.EXPIRED
        case Decision.WITHDRAWN:
            return State.WITHDRAWN
        case Decision.DECLINED:
            return State.DECLINED if done_at is None else State.UNDONE
        case _ if done_at is None:
            return State.CONFIRMED if decided_at is not None and now - decided_at < HOLDS else State.EXPIRED
        case _:
            return State.DONE if used_at is None else State.USED
