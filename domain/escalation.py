"""Who hears that a promise is near or past its date while nothing is done. Not the complainant's ladder: ours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from domain.calendar import Calendar

NOBODY = "nobody"  # stands where a rung would: nobody was there to climb to
NEAREST = 10  # working days: how long before its date a promise can climb at most


class Rung(StrEnum):
    HANDLER = "handler"  # or whoever the dossier waits for
    MANAGER = "manager"  # of the unit, or of the nearest one above it
    COORDINATOR = "coordinator"
    DIRECTOR = "director"  # who acts as director for this dossier


@dataclass(frozen=True)
class Step:
    """`days` counts working days: -2 is two before the date of the promise, 0 the first one after it."""

    to: Rung
    days: int

    @property
    def past(self) -> int:
        """Working days past the date on which this rung has its turn; negative before it."""
        return self.days if self.days < 0 else self.days + 1


def next_step(
    steps: Sequence[Step], reached: Rung | None, since: date | None, today: date, due_on: date, calendar: Calendar
) -> int | None:
    """The place in `steps` that has its turn today; None while it has to wait, or after the last one.

    `reached` is the rung climbed to last, `since` the day of it, or that of the last thing that a person did in the
    dossier since: from then the waiting time of the next rung runs. A rung that the steps do not know any more counts as
    the ground.
    """
    place = next((number + 1 for number, each in enumerate(steps) if each.to == reached), 0)
    if place == len(steps) or -calendar.working_days_until(today, due_on) < steps[place].past:
        return None
    if place == 0 or since is None:
        return place
    waited = calendar.working_days_until(since, today)
    return place if waited >= steps[place].past - steps[place - 1].past else None
