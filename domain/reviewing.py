"""The yearly review of all complaints: its period, when it is due, and what may be said of the closed compartments
(R055-R058)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from domain.terms import add_months

CODE = "ANNUAL_REVIEW"  # of its rule in a profile
FEW = 5  # fewer dossiers than this are a trace to people
MOST = 9999
SOON = timedelta(days=30)
_DAY = timedelta(days=1)


class Standing(StrEnum):
    LATER = "later"
    SOON = "soon"
    LATE = "late"


@dataclass(frozen=True)
class Period:
    """Of the days of receipt; both belong to it."""

    since: date
    until: date


def proposed(last_until: date | None, today: date) -> Period:
    """From the day after the last one, or the twelve months up to today."""
    since = last_until + _DAY if last_until else add_months(today, -12) + _DAY
    return Period(min(since, today), today)


def standing(due_on: date, today: date) -> Standing:
    """The last day is still in time."""
    if today > due_on:
        return Standing.LATE
    return Standing.SOON if due_on - today <= SOON else Standing.LATER


def kept_total(number: int | None) -> int | None:
    """As it is stored: 0 stands for fewer than FEW, none included, so that a small number is nowhere."""
    return 0 if number is not None and number < FEW else number
