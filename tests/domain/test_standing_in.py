"""Every task needs a second person, or somebody outside."""

from __future__ import annotations

import pytest

from domain.standing_in import Task, uncovered

COVERED = {task: frozenset({1, 2}) for task in Task}


def test_two_people_for_everything_is_enough() -> None:
    assert uncovered(COVERED) == ()


@pytest.mark.parametrize("task", Task)
@pytest.mark.parametrize("able", [(), (1,), (1, 1)])
def test_one_person_is_not(task: Task, able: tuple[int, ...]) -> None:
    assert uncovered(COVERED | {task: able}) == (task,)


def test_a_task_that_does_not_exist_here_needs_nobody() -> None:
    assert uncovered({Task.DIRECTOR: (1, 2)}) == ()


def test_somebody_outside_is_enough_for_that_task_only() -> None:
    alone = COVERED | {Task.ADMIN: (1,), Task.UNWANTED_BEHAVIOUR: (1,)}
    assert uncovered(alone, {Task.ADMIN}) == (Task.UNWANTED_BEHAVIOUR,)
    assert uncovered(alone, {Task.ADMIN, Task.UNWANTED_BEHAVIOUR}) == ()
