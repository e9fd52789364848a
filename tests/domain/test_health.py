from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from domain.health import Check, Finding, Health, State, attention, enough_room, fault, is_behind, is_late

NOW = datetime(2026, 11, 21, 11, tzinfo=UTC)
GB = 10**9


@pytest.mark.parametrize(
    ("free", "total", "enough"),
    [
        (GB, 500 * GB, True),
        (GB - 1, 500 * GB, False),
        (GB // 2, 5 * GB, True),  # a tenth of a small disk
        (GB // 2 - 1, 5 * GB, False),
        (49 * 10**6, 5 * 10**7, False),  # nearly all of a disk on which little fits
        (0, 0, False),
    ],
)
def test_room_is_a_gigabyte_or_a_tenth(free: int, total: int, enough: bool) -> None:
    assert enough_room(free, total) is enough


@pytest.mark.parametrize(
    ("last", "began", "late"),
    [(25, 1000, False), (27, 1000, True), (None, 25, False), (None, 27, True), (None, None, False)],
)
def test_what_happens_every_night_is_late_after_26_hours(last: int | None, began: int | None, late: bool) -> None:
    ago = [None if hours is None else NOW - timedelta(hours=hours) for hours in (last, began)]

    assert is_late(ago[0], NOW, ago[1]) is late


@pytest.mark.parametrize(("seconds", "behind"), [(0, False), (60, False), (61, True), (-3600, False)])
def test_a_clock_may_be_a_minute_behind(seconds: int, behind: bool) -> None:
    assert is_behind(NOW, [NOW - timedelta(days=3), NOW + timedelta(seconds=seconds)]) is behind


def test_the_worst_counts_and_comes_first() -> None:
    late, full = attention(Check.BACKUP, "backup_late"), fault(Check.DISK, "disk_full")

    found = Health((late, Finding(Check.KEY), full))

    assert (found.state, found.wrong) == (State.FAULT, (full, late))
    assert (Health(()).state, Health((late,)).state) == (State.GOOD, State.ATTENTION)
