"""Promises: dated commitments in one dossier, and how they stand today. What facts do to them: `domain/book.py`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import Protocol

from domain.calendar import Calendar
from domain.facts import Fact as Fact
from domain.terms import Rule
from domain.vocabulary import Flag

SOON_DAYS = 2  # working days
APPEAL_PROMISES = ("APPEAL_ACK", "APPEAL_RULING")  # the reviewer's; every other promise is the first line's


class PromiseState(StrEnum):
    OPEN = "open"
    KEPT = "kept"
    EXTENDED_IN_TIME = "extended_in_time"
    EXTENDED_LATE = "extended_late"
    MISSED = "missed"  # too late, whether it was met since or not
    CANCELLED = "cancelled"
    INFORMATIVE = "informative"  # somebody else's term: shown, never red


class Dated(Protocol):
    """What `state` and its kin look at: a `Promise` here, or a row of the table."""

    @property
    def target_on(self) -> date: ...
    @property
    def legal_on(self) -> date: ...
    @property
    def statutory(self) -> bool: ...
    @property
    def informative(self) -> bool: ...
    @property
    def met_on(self) -> date | None: ...
    @property
    def notice_on(self) -> date | None: ...
    @property
    def extended_to(self) -> date | None: ...
    @property
    def cancelled_on(self) -> date | None: ...
    @property
    def paused_from(self) -> date | None: ...
    @property
    def paused_until(self) -> date | None: ...


@dataclass(frozen=True)
class Promise:
    procedure: str
    code: str
    trigger_on: date
    target_on: date
    legal_on: date
    statutory: bool = False
    informative: bool = False
    met_on: date | None = None
    notice_on: date | None = None
    extended_to: date | None = None
    cancelled_on: date | None = None
    cancel_reason: str | None = None
    heir: bool = False  # took over from a promise that was moved
    paused_from: date | None = None  # the last pause: its first day
    paused_until: date | None = None  # and the first day after it, once known
    paused_days: int = 0  # calendar days given back; they are in `target_on`
    opened_event_id: int | None = field(default=None, compare=False)  # the event
    met_event_id: int | None = field(default=None, compare=False)

    @property
    def key(self) -> str:
        return f"{self.procedure}.{self.code}"


Book = tuple[Promise, ...]
Rules = Sequence[Rule]


def rule_of(promise: Promise, rules: Rules) -> Rule | None:
    return next((rule for rule in rules if rule.key == promise.key), None)


# How a promise stands


def last_good_day(promise: Dated) -> date:
    """A house promise turns red after its target, a statutory term after its legal date."""
    return promise.legal_on if promise.statutory else promise.target_on


def first_red_day(promise: Dated) -> date:
    return last_good_day(promise) + timedelta(days=1)


def is_open(promise: Dated) -> bool:
    """Still to be met, whether late or not."""
    return promise.met_on is None and promise.extended_to is None and promise.cancelled_on is None


def is_paused(promise: Dated, today: date) -> bool:
    """Its clock stands still today."""
    if promise.paused_from is None or not is_open(promise):
        return False
    return promise.paused_from <= today and (promise.paused_until is None or today < promise.paused_until)


def stands_still(promise: Dated) -> bool:
    """Open, and nobody knows yet until when its clock stands still: it has no date to wait for."""
    return is_open(promise) and promise.paused_from is not None and promise.paused_until is None


def state(promise: Dated, today: date) -> PromiseState:
    """Exactly one state. A promise that was already red when it was cancelled stays missed."""
    good = last_good_day(promise)
    if promise.met_on is not None:
        return PromiseState.KEPT if promise.met_on <= good or promise.informative else PromiseState.MISSED
    if promise.extended_to is not None:
        in_time = promise.notice_on is not None and promise.notice_on <= good
        return PromiseState.EXTENDED_IN_TIME if in_time else PromiseState.EXTENDED_LATE
    if promise.informative:
        return PromiseState.CANCELLED if promise.cancelled_on else PromiseState.INFORMATIVE
    if promise.cancelled_on is not None:
        return PromiseState.CANCELLED if promise.cancelled_on <= good else PromiseState.MISSED
    return PromiseState.OPEN if today <= good or is_paused(promise, today) else PromiseState.MISSED


def flag(due_on: date | None, legal_on: date | None, today: date, calendar: Calendar, *, paused: bool = False) -> Flag:
    """For a promise or for a whole dossier: `due_on` is the target (of the earliest open promise), `legal_on` the legal
    date where that (or any open promise) is statutory. `paused`: what has no date is a clock that stands still."""
    if due_on is None:
        return Flag.PAUSED if paused else Flag.NONE
    if legal_on is not None and legal_on < today:
        return Flag.LEGAL_PASSED
    if due_on <= today:
        return Flag.TODAY if due_on == today else Flag.LATE
    return Flag.SOON if due_on <= calendar.last_day_within(today, SOON_DAYS) else Flag.ON_TIME


def promise_flag(promise: Dated, today: date, calendar: Calendar) -> Flag:
    if promise.informative or not is_open(promise):
        return Flag.NONE
    if stands_still(promise):
        return Flag.PAUSED
    return flag(promise.target_on, promise.legal_on if promise.statutory else None, today, calendar)


@dataclass(frozen=True)
class Next:
    """What the board sorts by."""

    due_on: date  # target of the earliest open promise
    red_on: date  # first day on which that promise is red
    key: str
    statutory: bool
    legal_on: date | None  # the earliest legal date among all open statutory promises


def next_of(book: Iterable[Promise]) -> Next | None:
    """The earliest open promise that has a date; on one day the statutory one goes first."""
    waiting = [each for each in book if is_open(each) and not each.informative and not stands_still(each)]
    if not waiting:
        return None
    first = min(waiting, key=lambda each: (each.target_on, not each.statutory, each.legal_on, each.key))
    legal = min((each.legal_on for each in waiting if each.statutory), default=None)
    return Next(first.target_on, first_red_day(first), first.key, first.statutory, legal)
