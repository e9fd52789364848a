"""Working days. Weekends are closed by themselves; holidays and decree days are given."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

_SATURDAY = 5
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Calendar:
    """`closed` holds the recognised holidays and the days equated to them by decree (Algemene termijnenwet art. 3),
    never an organisation's own closing days: those stop no promise."""

    closed: frozenset[date] = frozenset()

    def is_working_day(self, day: date) -> bool:
        return day.weekday() < _SATURDAY and day not in self.closed

    def roll_forward(self, day: date) -> date:
        """`day` itself, or the first working day after it."""
        while not self.is_working_day(day):
            day += _DAY
        return day

    def last_working_day_on_or_before(self, day: date) -> date:
        while not self.is_working_day(day):
            day -= _DAY
        return day

    def add_working_days(self, day: date, amount: int) -> date:
        """The `amount`-th working day after `day` (before it when negative); `day` itself, open or not, for 0."""
        step = _DAY if amount >= 0 else -_DAY
        for _ in range(abs(amount)):
            day += step
            while not self.is_working_day(day):
                day += step
        return day

    def working_days_until(self, today: date, day: date) -> int:
        """Working days after `today` up to and including `day`; negative when `day` is past."""
        if day < today:
            return -self.working_days_until(day, today)
        weeks, rest = divmod((day - today).days, 7)
        tail = day - timedelta(days=rest)
        weekdays = weeks * 5 + sum((tail + timedelta(days=n)).weekday() < _SATURDAY for n in range(1, rest + 1))
        return weekdays - sum(today < shut <= day and shut.weekday() < _SATURDAY for shut in self.closed)

    def last_day_within(self, today: date, amount: int) -> date:
        """The last day that has at most `amount` working days between it and `today`: what is due up to this day is
        due within `amount` working days."""
        return self.add_working_days(today, amount + 1) - _DAY
