"""Terms, the slow way: one day at a time, with nothing borrowed from the engine. Only tests use it.

Sources: Algemene termijnenwet 1-4 for rolling, art. 3 for the holidays, the Staatscourant for the days equated by decree.
Easter by the method of Gauss.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

ONE_DAY = timedelta(days=1)
EQUATED = (
    "2023-04-28",
    "2023-05-19",
    "2024-05-10",
    "2024-12-27",
    "2025-05-30",
    "2026-01-02",
    "2026-05-15",
    "2027-05-07",
    "2028-04-28",
    "2028-05-26",
)


def easter_sunday(year: int) -> date:
    """Gauss, with the two exceptions; right for 1900-2099, where M is 24 and N is 5."""
    a, b, c = year % 19, year % 4, year % 7
    d = (19 * a + 24) % 30
    e = (2 * b + 4 * c + 6 * d + 5) % 7
    day = date(year, 3, 22) + (d + e) * ONE_DAY
    if day == date(year, 4, 26) or (day == date(year, 4, 25) and d == 28 and e == 6 and a > 10):
        day -= 7 * ONE_DAY
    return day


@cache
def holidays_of(year: int) -> frozenset[date]:
    """Art. 3(1) and (2), for the years in which the King's birthday is the one that is celebrated (from 2014)."""
    easter, king = easter_sunday(year), date(year, 4, 27)
    while king.weekday() == 6:
        king -= ONE_DAY
    days = {date(year, 1, 1), date(year, 5, 5), date(year, 12, 25), date(year, 12, 26), king}
    for distance in (-2, 1, 39, 50):  # Good Friday, Easter Monday, Ascension, Whit Monday
        days.add(easter + distance * ONE_DAY)
    return frozenset(days)


@cache
def is_closed(day: date) -> bool:
    return day.weekday() in (5, 6) or day in holidays_of(day.year) or day.isoformat() in EQUATED


def add_working_days(start: date, amount: int) -> date:
    day, counted = start, 0
    while counted < amount:
        day += ONE_DAY
        if not is_closed(day):
            counted += 1
    return day


def end_of(amount: int, unit: str, start: date) -> date:
    """The day that the term ends on when nothing rolls it; `start` is day 0."""
    if unit == "working_days":
        return add_working_days(start, amount)
    if unit in ("months", "years"):
        return end_of_months(amount * (12 if unit == "years" else 1), start)
    if unit == "hours":
        return day_of_the_last_hour(amount, start)
    day = start
    for _ in range(amount * (7 if unit == "weeks" else 1)):
        day += ONE_DAY
    return day


def end_of_months(amount: int, start: date) -> date:
    day, begun = start, 0
    while begun < amount:
        day += ONE_DAY
        if day.day == 1:
            begun += 1
    while amount and day.day < start.day and (day + ONE_DAY).month == day.month:
        day += ONE_DAY
    return day


def day_of_the_last_hour(amount: int, start: date) -> date:
    """The first hour begins when day 0 is over."""
    day, left = start, 0
    for _ in range(amount):
        if left == 0:
            day, left = day + ONE_DAY, 24
        left -= 1
    return day


def legal_end_of(amount: int, unit: str, start: date) -> date:
    """The same under the Algemene termijnenwet: art. 4 what it does not reach, 1 rolling, 2 two working days."""
    reach = {"days": 90, "weeks": 12, "months": 3, "years": 0, "hours": 0}
    day = end_of(amount, unit, start)
    if unit in reach and amount > reach[unit]:
        return day
    short = unit in ("days", "working_days") and amount < 3
    while is_closed(day) or (not short and open_days(start, day) < 2):
        day += ONE_DAY
    return day


def open_days(start: date, end: date) -> int:
    """Of the days after `start`, up to and including `end`."""
    counted, day = 0, start
    while day < end:
        day += ONE_DAY
        if not is_closed(day):
            counted += 1
    return counted
