"""The days on which a statutory term does not end: recognised holidays (package `holidays`) and decree days (data)."""

from __future__ import annotations

import datetime as dt
import tomllib
from functools import lru_cache
from typing import Annotated

import holidays
from pydantic import ConfigDict, Field, TypeAdapter
from pydantic.dataclasses import dataclass

from db.profiles import FOLDER

_STRICT = ConfigDict(extra="forbid", str_strip_whitespace=True)
ACT = "Algemene termijnenwet art. 3 lid 1 en 2"


@dataclass(frozen=True, config=_STRICT)
class Closed:
    day: dt.date
    name: Annotated[str, Field(min_length=1, max_length=200)]
    kind: str = "decree"  # statutory, decree
    source: str = ""


@dataclass(frozen=True, config=_STRICT)
class DecreeDays:
    source: Annotated[str, Field(min_length=1)]
    days: tuple[Closed, ...]


@lru_cache(maxsize=64)
def statutory_days(year: int) -> tuple[Closed, ...]:
    """The recognised holidays of one year, in order, with their Dutch names."""
    # "optional" because 5 May is a holiday for terms every year, not only in the lustrum years; the language because
    # names otherwise follow the machine. Easter Sunday and Whit Sunday come along and do no harm: they are Sundays.
    found = holidays.country_holidays("NL", years=year, categories=("public", "optional"), language="nl")
    return tuple(Closed(day, name, "statutory", ACT) for day, name in sorted(found.items()))


@lru_cache(maxsize=1)
def decree_days() -> tuple[Closed, ...]:
    read = tomllib.loads((FOLDER / "closed_days.toml").read_text(encoding="utf-8"))
    data = TypeAdapter(DecreeDays).validate_python(read)
    return tuple(Closed(each.day, each.name, "decree", each.source or data.source) for each in data.days)


def closed_days(first_year: int, last_year: int) -> tuple[Closed, ...]:
    """Both kinds, `last_year` included."""
    statutory = (day for year in range(first_year, last_year + 1) for day in statutory_days(year))
    decree = (each for each in decree_days() if first_year <= each.day.year <= last_year)
    return (*statutory, *decree)
