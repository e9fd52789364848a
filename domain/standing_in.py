"""A complaint can be about anybody. For each task there must be somebody else: a second person who can do it without
the first, or, for some tasks, somebody outside who is named."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from enum import StrEnum


class Task(StrEnum):
    DIRECTOR = "director"  # decides, and receives every complaint
    COORDINATOR = "coordinator"  # guards the procedure
    HANDLER = "handler"
    ESCALATION = "escalation"  # hears that a term runs out
    REVIEWER = "reviewer"  # hears the appeal
    UNWANTED_BEHAVIOUR = "unwanted_behaviour"  # reads the closed compartment
    WHISTLEBLOWER = "whistleblower"
    ADMIN = "admin"


def uncovered(able: Mapping[Task, Collection[int]], outside: Collection[Task] = ()) -> tuple[Task, ...]:
    """The tasks that nobody can do when it is about who does them. `able`: the accounts that can do each; a task that is not
    in it does not exist here. `outside`: those for which somebody outside is named."""
    return tuple(task for task in Task if task in able and task not in outside and len(set(able[task])) < 2)
