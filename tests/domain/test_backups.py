"""Which backups stay, how they are called, and lists that are none."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.backups import (
    DAYS,
    MONTHS,
    WEEKS,
    Manifest,
    NotABackup,
    Packed,
    file_name,
    kept,
    late,
    made_at,
    read_manifest,
)
from domain.health import LATE

NOW = datetime(2026, 11, 21, 3, 15, tzinfo=UTC)
_SECONDS = st.integers(int(datetime(2024, 1, 1, tzinfo=UTC).timestamp()), int(datetime(2027, 1, 1, tzinfo=UTC).timestamp()))
MOMENTS = st.lists(_SECONDS.map(lambda each: datetime.fromtimestamp(each, UTC)), max_size=60)
LATER = _SECONDS.map(lambda each: datetime.fromtimestamp(each, UTC) + timedelta(days=1100))


def test_one_a_night_for_years_leaves_days_weeks_and_months() -> None:
    there: set[datetime] = set()
    for night in range(800):
        there.add(NOW + timedelta(days=night))
        there = set(kept(there))

    last = NOW + timedelta(days=799)
    assert {last - timedelta(days=back) for back in range(DAYS)} <= there
    assert len(there) <= DAYS + WEEKS + MONTHS
    assert len({(each.year, each.month) for each in there}) == MONTHS
    assert timedelta(days=300) < last - min(there) < timedelta(days=370)


@given(MOMENTS)
def test_what_stays_is_enough_and_stays_the_next_time(moments: list[datetime]) -> None:
    stays = kept(moments)

    assert stays <= set(moments)
    assert len(stays) <= DAYS + WEEKS + MONTHS
    assert kept(stays) == stays
    if moments:
        assert max(moments) in stays
    for period, most in ((datetime.date, DAYS), (lambda each: each.isocalendar()[:2], WEEKS), (month, MONTHS)):
        assert len({period(each) for each in stays}) >= min(most, len({period(each) for each in moments}))


def month(moment: datetime) -> tuple[int, int]:
    return moment.year, moment.month


@given(MOMENTS, LATER)
def test_throwing_away_in_between_keeps_the_same(moments: list[datetime], later: datetime) -> None:
    assert kept({*kept(moments), later}) == kept({*moments, later})


@given(LATER)
def test_a_name_tells_when(moment: datetime) -> None:
    name = file_name("0123abcd", moment)

    assert made_at(name, "0123abcd") == moment
    assert made_at(name, "ffffffff") is None


@pytest.mark.parametrize(
    "name",
    [
        "weerklank.db",
        "weerklank-0123abcd-20261121T031500Z.tar.gz.age.half",
        "weerklank-0123abcd-20261399T031500Z.tar.gz.age",
        "x-weerklank-0123abcd-20261121T031500Z.tar.gz.age",
        "weerklank-0123abcd-20261121T031500Z.tar.gz.age\n",
        "",
    ],
)
def test_files_of_others_are_not_ours(name: str) -> None:
    assert made_at(name, "0123abcd") is None


def test_late_is_more_than_twenty_six_hours_or_never() -> None:
    assert late(None, NOW)
    assert not late(NOW - LATE, NOW)
    assert late(NOW - LATE - timedelta(seconds=1), NOW)
    assert not late(NOW + timedelta(hours=1), NOW)  # the clock went back an hour
    assert late(NOW + timedelta(days=30), NOW)  # and this one was made by a clock that was wrong


HASH = "ab" * 32
GOOD = Manifest(
    NOW,
    "0.1.0",
    "sqlite",
    "0001",
    {"complaint": 3},
    "weerklank ...",
    (Packed("database/weerklank.db", HASH, 10), Packed("anchor.txt", HASH, 2), Packed(f"attachments/{'x' * 43}", HASH, 4)),
    ("removed",),
    ("lost",),
)


def test_a_list_is_read_back() -> None:
    assert read_manifest(GOOD.as_json()) == GOOD
    assert GOOD.size == 16


ODD = ("../x", "/etc/passwd", "attachments/../server.key", "settings/../x", "server.key", "anchor.txt", "a\nb", 3, None)
BAD: tuple[dict[str, Any], ...] = (
    {"format": "weerklank backup 9"},
    {"dialect": "oracle"},
    {"tables": {"complaint": -1}},
    {"tables": {"complaint": True}},
    {"tables": None},
    {"made_at": "gisteren"},
    {"files": [{"path": "database/weerklank.db", "sha256": HASH, "size": 1}]},
    *(
        {"files": [*GOOD.as_json()["files"], {"path": path, "sha256": HASH, "size": 1}]}
        for path in (
            "../x",
            "/etc/passwd",
            "attachments/../server.key",
            "settings/../x",
            "server.key",
            "anchor.txt",
            "a\nb",
            3,
            None,
        )
    ),
    {"files": [*GOOD.as_json()["files"], {"path": f"attachments/{'y' * 43}", "sha256": "AB" * 32, "size": 1}]},
    {"files": [*GOOD.as_json()["files"], {"path": f"attachments/{'y' * 43}", "sha256": HASH, "size": 1.5}]},
)


@pytest.mark.parametrize("wrong", BAD)
def test_what_is_no_list_of_ours_is_not_believed(wrong: dict[str, Any]) -> None:
    with pytest.raises(NotABackup):
        read_manifest(GOOD.as_json() | wrong)


@pytest.mark.parametrize("data", [None, [], {}, "x", 3])
def test_anything_else_is_no_list(data: Any) -> None:
    with pytest.raises(NotABackup):
        read_manifest(data)
