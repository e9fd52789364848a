"""Measures: what was promised to be done about a complaint, whether it was, and whether it helped."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from domain.errors import Refused
from domain.terms import add_months

LONGEST = 24  # months after it was done; later nobody remembers what it was for


class MeasureState(StrEnum):
    OPEN = "open"
    OVERDUE = "overdue"
    LAPSED = "lapsed"  # not done, and the decision that it came from does not hold any more
    DONE = "done"  # and nothing is asked about it now
    TO_CHECK = "to_check"  # did it help?
    CHECKED = "checked"


def months(value: object, field: str) -> int | None:
    """After how many months "did it help?" is asked, 1 to 24; none: never. Raises Refused ``unknown_value``."""
    if value is None or (value == 0 and not isinstance(value, bool)):
        return None
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= LONGEST:
        raise Refused("unknown_value", field)
    return value


def check_on(done_on: date, after: int | None) -> date | None:
    """From this day on it is asked: `after` months later, on the last day of a month that is too short."""
    return add_months(done_on, after) if after else None


def state(
    today: date, due_on: date, done_on: date | None, asked_on: date | None, helped: str | None, *, lapsed: bool
) -> MeasureState:
    """`asked_on`: what `check_on` said when it was done."""
    if done_on is None:
        if lapsed:
            return MeasureState.LAPSED
        return MeasureState.OVERDUE if due_on < today else MeasureState.OPEN
    if helped is not None:
        return MeasureState.CHECKED
    return MeasureState.TO_CHECK if asked_on is not None and asked_on <= today else MeasureState.DONE
