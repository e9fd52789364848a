"""The timeline of a dossier: what happened, with people, promises and procedures by what they are called."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from db import models as m
from services.door import AMSTERDAM

# Codes of events that hold an account's id; the reader gets the name.
_PERSON_CODES = frozenset({"account", "ack_owner", "before", "handler", "owner", "participants", "reviewer"})


@dataclass(frozen=True)
class TimelineEntry:
    id: int
    seq: int
    kind: str  # EventKind
    side: str
    who: str | None  # none: the system
    happened_on: date
    recorded_at: datetime  # UTC
    recorded_late: bool  # entered on a later day than it happened
    text: str
    codes: Mapping[str, Any]  # coded facts; accounts by name


def accounts_in(codes: Mapping[str, Any]) -> Iterable[int]:
    for name in _PERSON_CODES & codes.keys():
        value = codes[name]
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, int):
                yield each


def entry_of(event: m.Event, text: str | None, names: Mapping[int, str], labels: Mapping[str, str]) -> TimelineEntry:
    return TimelineEntry(
        id=event.id,
        seq=event.seq,
        kind=event.kind,
        side=event.side,
        who=names.get(event.actor_id) if event.actor_id else None,
        happened_on=event.happened_on,
        recorded_at=event.recorded_at,
        recorded_late=event.recorded_at.astimezone(AMSTERDAM).date() > event.happened_on,
        text=text or "",
        codes={key: _worded(key, value, names, labels) for key, value in event.codes.items() if key != "form"},
    )


def _worded(key: str, value: Any, names: Mapping[int, str], labels: Mapping[str, str]) -> Any:
    """Accounts, promises and procedures by what they are called."""
    if key in ("promise", "procedure", "procedure_before"):
        return labels.get(value, value)
    if key == "days":
        return tuple((each["day"], each["removed"]) for each in value)
    if key == "moved":
        return tuple((labels.get(each["promise"], each["promise"]), each["before"], each["after"]) for each in value)
    return _named(key, value, names)


def _named(key: str, value: Any, names: Mapping[int, str]) -> Any:
    if key not in _PERSON_CODES:
        return value
    if isinstance(value, list):
        return tuple(names.get(each, each) for each in value)
    return names.get(value, value)
