"""The time that figures are about: whole calendar months, at most twelve, and the same months a year earlier."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date

from domain.errors import Refused

MOST_MONTHS = 12


@dataclass(frozen=True)
class Period:
    """From the first day of a month to the last day of one."""

    first: date
    last: date

    @property
    def months(self) -> tuple[int, ...]:
        """1 to 12, in the order of the period; none stands in it twice."""
        return tuple((self.first.month - 1 + step) % 12 + 1 for step in range(months_between(self.first, self.last)))

    @property
    def is_year(self) -> bool:
        return (self.first.month, len(self.months)) == (1, MOST_MONTHS)

    @property
    def earlier(self) -> Period:
        return Period(self.first.replace(year=self.first.year - 1), _end(self.last.year - 1, self.last.month))


def year_of(year: int) -> Period:
    return Period(date(year, 1, 1), date(year, 12, 31))


def between(first: date, last: date) -> Period:
    """The months of `first` to `last`, whole. Raises Refused: ``period_backwards``, ``period_too_long`` (field ``until``)."""
    count = months_between(first, last)
    if count < 1:
        raise Refused("period_backwards", "until")
    if count > MOST_MONTHS:
        raise Refused("period_too_long", "until")
    return Period(first.replace(day=1), _end(last.year, last.month))


def months_between(first: date, last: date) -> int:
    """How many months it touches; below 1 when `last` lies in an earlier month."""
    return (last.year - first.year) * 12 + last.month - first.month + 1


def _end(year: int, month: int) -> date:
    return date(year, month, monthrange(year, month)[1])


def months_back(day: date, months: int) -> date:
    """The same day so many months earlier; the last day of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
