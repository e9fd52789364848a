"""What a form hands over besides text: a choice from a list, a day, a number of a person. Screens can be forged, so every
value is looked at again here."""

from __future__ import annotations

import re
from datetime import date, datetime
from enum import StrEnum
from typing import TypeVar

from domain.errors import Refused

E = TypeVar("E", bound=StrEnum)

EARLIEST = date(2000, 1, 1)  # nothing in the register is older; a two-digit year ends up before it

LARGEST = 2**53 - 1  # of the numbers that rows get (db/base.py)


def choice(options: type[E], value: object, field: str) -> E:
    """The member of `options` with this value. Raises Refused: ``missing``, ``unknown_value``."""
    if value is None or value == "":
        raise Refused("missing", field)
    try:
        return options(str(value))
    except ValueError:
        raise Refused("unknown_value", field) from None


def optional_choice(options: type[E], value: object, field: str) -> E | None:
    return None if value is None or value == "" else choice(options, value, field)


def day(value: object, field: str, *, latest: date, earliest: date = EARLIEST, too_early: str = "too_long_ago") -> date:
    """`value` as a date from `earliest` to `latest`, both included. Raises Refused: ``missing``, ``unknown_value``,
    ``in_the_future`` (past `latest`), `too_early`."""
    if value is None:
        raise Refused("missing", field)
    if not isinstance(value, date) or isinstance(value, datetime):
        raise Refused("unknown_value", field)
    if value > latest:
        raise Refused("in_the_future", field)
    if value < earliest:
        raise Refused(too_early, field, earliest=earliest)
    return value


def number(value: object) -> int:
    """The number of a row, as something outside handed it over: 0, which no row has, for what no database ever gave out."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 < value <= LARGEST else 0


def form(value: object) -> str:
    """The id of one visit to a form, at most 36 letters, digits and hyphens. Raises Refused: ``unknown_value``."""
    if not isinstance(value, str) or not re.fullmatch(r"[0-9A-Za-z-]{1,36}", value):
        raise Refused("unknown_value", "form_id")
    return value
