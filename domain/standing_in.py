"""A complaint can be about anybody. For each task there must be a second person who can do it without the first."""

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


# Without a second person for one of these a complaint that comes in has nowhere to go: no register begins, and no procedure is
# put in force. A matter for a closed compartment is refused when it comes in, with the way outside; accounts can wait.
NEEDED = frozenset({Task.DIRECTOR, Task.COORDINATOR, Task.HANDLER, Task.ESCALATION, Task.REVIEWER})


def uncovered(able: Mapping[Task, Collection[int]]) -> tuple[Task, ...]:
    """The tasks that nobody can do when it is about who does them. `able`: the accounts that can do each; a task that is not
    in it does not exist here."""
    return tuple(task for task in Task if task in able and len(set(able[task])) < 2)
