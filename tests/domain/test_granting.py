from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from domain.granting import (
    GUARDED,
    HOLDS,
    LOOKED_AT,
    SEES_ALL,
    STANDING,
    WAITS,
    Decision,
    Kind,
    State,
    gaining,
    guards_change,
    needs_second,
    starts_anew,
    state,
)
from domain.rights import RIGHTS, Right, Role, Scope

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
TASKS = {Scope.NONE, Scope.OWN, Scope.ASSIGNED, Scope.NAMED}


@pytest.mark.parametrize("role", list(Role))
def test_a_role_is_guarded_when_it_reaches_dossiers_without_a_task_in_them(role: Role) -> None:
    reaches = {scope for scopes in RIGHTS[role].values() for scope in scopes}

    assert (role in STANDING) is bool(reaches - TASKS)
    assert (role in GUARDED) is bool(reaches - TASKS or Scope.ASSIGNED in reaches)
    assert (role in SEES_ALL) is (set(RIGHTS[role].get(Right.READ, ())) == {Scope.ALL})


def test_nobody_confirms_and_administers() -> None:
    assert not [role for role in Role if {Right.GRANT, Right.ACCOUNTS} <= set(RIGHTS[role])]


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("fresh", [True, False])
def test_what_takes_two(role: Role, kind: Kind, fresh: bool) -> None:
    entering = kind in (Kind.LINK, Kind.SECOND_FACTOR)

    expected = (role in GUARDED and kind is not Kind.NAME) or ((entering or kind is Kind.NAME) and not fresh)
    if kind is Kind.BLOCK:  # who is dismissed must be out
        expected = role in STANDING
    assert needs_second(kind, [role], fresh) is expected


def test_taking_a_guarded_role_takes_two_as_well() -> None:
    assert guards_change(["handler"], ["coordinator"])
    assert guards_change(["coordinator", "handler"], ["handler"])
    assert guards_change(["reporter"], ["handler"])
    assert guards_change(["handler"], ["manager"])
    assert not guards_change(["handler"], ["reporter"])
    assert not guards_change(["coordinator", "handler"], ["coordinator", "reporter"])


def test_with_the_first_role_that_shows_more_there_is_a_new_start() -> None:
    assert starts_anew(["reporter"], ["handler"])
    assert starts_anew(["handler"], ["handler", "manager"])
    assert not starts_anew(["manager"], ["handler", "manager"])
    assert not starts_anew(["handler", "manager"], ["handler"])


@pytest.mark.parametrize(
    ("before", "after", "gain"),
    [
        ([1, 2, 3], [1, 2, 3], set()),
        ([1, 2, 3], [2, 3], {2, 3}),
        ([1, 2, 3], [1, 3, 2], {3}),
        ([1, 2, 3], [1, 2], set()),
        ([1, 2, 3], [1, 2, 4, 3], {4}),
        ([1, 2, 3], [4, 2, 3], {4, 2, 3}),
        ([], [1], {1}),
    ],
)
def test_who_acts_more_often_in_another_order(before: list[int], after: list[int], gain: set[int]) -> None:
    assert gaining(before, after) == gain


@pytest.mark.parametrize(
    ("asked", "decision", "decided", "done", "used", "stands"),
    [
        (timedelta(0), None, None, None, None, State.WAITING),
        (WAITS - timedelta(seconds=1), None, None, None, None, State.WAITING),
        (WAITS, None, None, None, None, State.EXPIRED),
        (WAITS, Decision.CONFIRMED, HOLDS - timedelta(seconds=1), None, None, State.CONFIRMED),
        (WAITS, Decision.CONFIRMED, HOLDS, None, None, State.EXPIRED),
        (WAITS, Decision.CONFIRMED, WAITS, WAITS, None, State.DONE),
        (WAITS, Decision.CONFIRMED, WAITS, WAITS, HOLDS, State.USED),
        (WAITS, Decision.FREE, None, WAITS, None, State.DONE),
        (WAITS, Decision.OPERATOR, None, WAITS, HOLDS, State.USED),
        (WAITS, Decision.DECLINED, HOLDS, None, None, State.DECLINED),
        (WAITS, Decision.DECLINED, HOLDS, WAITS, None, State.UNDONE),
        (WAITS, Decision.WITHDRAWN, HOLDS, None, None, State.WITHDRAWN),
        (WAITS, None, None, LOOKED_AT - timedelta(seconds=1), None, State.TO_SEE),
        (WAITS, None, None, LOOKED_AT, None, State.DONE),
    ],
)
def test_where_a_request_stands(
    asked: timedelta,
    decision: Decision | None,
    decided: timedelta | None,
    done: timedelta | None,
    used: timedelta | None,
    stands: State,
) -> None:
    def ago(span: timedelta | None) -> datetime | None:
        return None if span is None else NOW - span

    assert state(NOW, NOW - asked, decision, ago(decided), ago(done), ago(used)) is stands
