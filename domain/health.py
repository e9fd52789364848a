"""How the register is: what is looked at, what may be wrong with it, and what that means for whoever asks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum

LATE = timedelta(hours=26)  # what happens every night, and two hours more
BEHIND = timedelta(minutes=1)
ENOUGH = 10**9  # bytes free are enough on any disk
A_TENTH = 0.1  # of a smaller disk, but never less than
LEAST = 50 * 10**6


class State(IntEnum):
    """The worst one is what the register is."""

    GOOD = 0
    ATTENTION = 1  # it works; somebody has to do something within days
    FAULT = 2  # nothing should be entrusted to it until this is over


class Check(StrEnum):
    """The words are messages ``health.<value>``."""

    DATABASE = "database"
    SCHEMA = "schema"
    TRIGGERS = "triggers"
    CHAIN = "chain"
    DISK = "disk"
    KEY = "key"
    CLOCK = "clock"
    BACKUP = "backup"
    NIGHTLY = "nightly"


@dataclass(frozen=True)
class Finding:
    """`reason`: empty when good; what it means and what to do are messages ``health.<reason>`` and ``health.<reason>_do``."""

    check: Check
    state: State = State.GOOD
    reason: str = ""


@dataclass(frozen=True)
class Health:
    findings: tuple[Finding, ...]

    @property
    def state(self) -> State:
        return max((each.state for each in self.findings), default=State.GOOD)

    @property
    def wrong(self) -> tuple[Finding, ...]:
        """The worst first."""
        return tuple(sorted((each for each in self.findings if each.reason), key=lambda each: -each.state))


def fault(check: Check, reason: str) -> Finding:
    return Finding(check, State.FAULT, reason)


def attention(check: Check, reason: str) -> Finding:
    return Finding(check, State.ATTENTION, reason)


def enough_room(free: int, total: int) -> bool:
    """Bytes on the disk of the data folder."""
    return free >= min(ENOUGH, max(A_TENTH * total, LEAST))


def is_late(last: datetime | None, now: datetime, began: datetime | None) -> bool:
    """Of what happens every night: did it not happen lately? A register that began today need not have had a night."""
    since = last or began
    return since is not None and now - since > LATE


def is_behind(now: datetime, happened: Iterable[datetime]) -> bool:
    """Does the clock stand before what was put down already?"""
    return any(now < each - BEHIND for each in happened)
