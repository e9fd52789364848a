from __future__ import annotations

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import bcrypt
import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from db import models as m
from domain.errors import Refused
from domain.rights import Right
from services import door, sessions, throttle
from services.door import VISITOR, work
from services.sessions import digest
from tests.conftest import Cast
from tests.serving import ROOT, password_of

MORNING = datetime(2026, 11, 21, 9, tzinfo=UTC)
BROWSER, OTHER = digest("one browser"), digest("another browser")
RIGHT, WRONG = password_of("tom"), "dat is het niet hoor"


@pytest.fixture(autouse=True)
def tom_has_a_password(engine: Engine, cast: Cast) -> None:
    with Session(engine) as session, session.begin():
        row = session.get_one(m.Account, cast["tom"])
        row.password_hash = bcrypt.hashpw(RIGHT.encode(), bcrypt.gensalt(4)).decode()


def attempt(password: str, moment: datetime, browser: str = BROWSER, source: str = "a", name: str = "tom") -> str:
    """What became of it: a code, or "in"."""
    with door.clock_at(moment):
        try:
            ticket = sessions.sign_in(VISITOR, name, password, browser, source)
        except Refused as refusal:
            return refusal.code
        sessions.redeem(VISITOR, ticket, browser)
        return "in"


def fail(times: int, moment: datetime, **where: str) -> list[str]:
    return [attempt(WRONG, moment, **where) for _ in range(times)]


def test_ten_failures_are_free_and_the_next_waits_whatever_the_password() -> None:
    assert fail(10, MORNING) == ["sign_in_failed"] * 10

    assert attempt(RIGHT, MORNING) == "wait_minutes"


def test_no_more_than_ten_in_any_quarter_of_an_hour_and_never_a_lock_out() -> None:
    reached = []
    for minute in range(120):
        moment = MORNING + timedelta(minutes=minute)
        reached += [moment] * fail(4, moment).count("sign_in_failed")

    assert len(reached) > 40
    assert all(sum(start <= each < start + timedelta(minutes=15) for each in reached) <= 10 for start in reached)
    assert attempt(RIGHT, reached[-1] + timedelta(minutes=15)) == "in"


def test_who_must_wait_reads_how_long() -> None:
    fail(10, MORNING)

    with door.clock_at(MORNING + timedelta(minutes=3)), pytest.raises(Refused) as refusal:
        sessions.sign_in(VISITOR, "tom", RIGHT, BROWSER, "a")

    assert refusal.value.values == {"minutes": 12}


def test_one_source_waits_ever_longer_but_never_more_than_a_minute() -> None:
    def one(moment: datetime) -> int:
        """Seconds to wait; 0: counted."""
        try:
            with door.clock_at(moment), work(VISITOR, Right.SIGN_IN) as w:
                throttle.attempt(w, ("source", "house"))
        except Refused as refusal:
            return int(str(refusal.values["seconds"]))
        return 0

    assert [one(MORNING) for _ in range(30)] == [0] * 30
    moment, waits = MORNING, []
    for _ in range(9):
        waits.append(one(moment))
        moment += timedelta(seconds=waits[-1])
        assert one(moment) == 0

    assert waits == [1, 2, 4, 8, 16, 32, 60, 60, 60]


def test_asking_while_one_must_wait_does_not_make_it_longer() -> None:
    fail(12, MORNING)
    for minute in range(14):
        attempt(WRONG, MORNING + timedelta(minutes=minute))

    assert attempt(RIGHT, MORNING + timedelta(minutes=15)) == "in"


def test_a_success_does_not_wipe_out_somebody_elses_guesses() -> None:
    fail(9, MORNING, browser=OTHER)
    assert attempt(RIGHT, MORNING) == "in"

    assert fail(2, MORNING, browser=OTHER) == ["sign_in_failed", "wait_minutes"]


def test_success_starts_anew() -> None:
    fail(9, MORNING)
    assert attempt(RIGHT, MORNING) == "in"

    assert fail(9, MORNING) == ["sign_in_failed"] * 9


def test_a_quarter_of_an_hour_of_rest_starts_anew() -> None:
    fail(10, MORNING)

    assert fail(10, MORNING + timedelta(minutes=16)) == ["sign_in_failed"] * 10


def test_somebody_elses_guesses_do_not_keep_out_a_browser_that_was_here_before() -> None:
    assert attempt(RIGHT, MORNING, browser=BROWSER) == "in"
    fail(10, MORNING, browser=OTHER, source="evil")
    assert attempt(WRONG, MORNING, browser=OTHER, source="evil") == "wait_minutes"

    assert attempt(RIGHT, MORNING, browser=BROWSER) == "in"


def test_one_source_that_tries_many_names_is_slowed_down() -> None:
    for number in range(30):
        assert attempt(WRONG, MORNING, name=f"naam{number}", source="evil") == "sign_in_failed"

    assert attempt(WRONG, MORNING, name="nog-een", source="evil") == "wait_first"
    assert attempt(RIGHT, MORNING, source="elsewhere") == "in"


def test_a_name_that_does_not_exist_is_throttled_the_same() -> None:
    assert fail(10, MORNING, name="niemand") == ["sign_in_failed"] * 10

    assert attempt(WRONG, MORNING, name="niemand") == "wait_minutes"


def test_guesses_at_the_same_moment_are_all_counted(engine: Engine) -> None:
    def one(_: int) -> str:
        try:
            with work(VISITOR, Right.SIGN_IN) as w:
                throttle.attempt(w, ("account", "tom"))
        except Refused as refusal:
            return refusal.code
        return "counted"

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(one, range(24)))

    assert found.count("counted") == 10
    with Session(engine) as session:
        assert list(session.scalars(select(m.Throttle.failures))) == [10]


def test_no_name_and_no_address_is_kept(engine: Engine, tmp_path: Path) -> None:
    attempt(WRONG, MORNING, source="192.0.2.7")

    with Session(engine) as session:
        keys = list(session.scalars(select(m.Throttle.key)))
    assert len(keys) == 2
    assert all(len(key) == 64 for key in keys)
    key_file = tmp_path / "throttle.key"
    assert key_file.stat().st_mode & 0o077 == 0
    assert key_file.read_text().startswith("2026-11-21 ")


def test_the_next_day_the_counters_mean_nothing(tmp_path: Path, engine: Engine) -> None:
    fail(10, MORNING)
    key = (tmp_path / "throttle.key").read_text()

    assert attempt(RIGHT, MORNING + timedelta(days=1, minutes=1)) == "in"

    assert (tmp_path / "throttle.key").read_text() != key
    with Session(engine) as session:
        assert list(session.scalars(select(m.Throttle.key))) != []
    attempt(RIGHT, MORNING + timedelta(days=2, minutes=2))
    with Session(engine) as session:
        assert all(at > MORNING + timedelta(days=1) for at in session.scalars(select(m.Throttle.last_at)))


@pytest.mark.parametrize("kind", ["account", "code"])
def test_guesses_around_midnight_are_counted_together(kind: str) -> None:
    evening = datetime(2026, 11, 21, 23, 58, tzinfo=door.AMSTERDAM)
    free, counted = throttle.LIMITS[kind].free, 0
    for minutes in (0, 1, 4, 6):
        with door.clock_at(evening + timedelta(minutes=minutes)):
            for _ in range(free):
                with suppress(Refused), work(VISITOR, Right.SIGN_IN) as w:
                    throttle.attempt(w, (kind, "tom"))
                    counted += 1

    assert counted == free


def test_a_broken_key_file_is_made_anew(tmp_path: Path) -> None:
    (tmp_path / "throttle.key").write_text("iets anders")

    assert attempt(RIGHT, MORNING) == "in"


def test_processes_that_begin_together_count_under_one_key(tmp_path: Path) -> None:
    """Each finds no key, or one of yesterday; were each to make its own, guesses at one would not count at the other."""
    for number in range(20):
        (tmp_path / str(number)).mkdir()
        if number % 2:
            (tmp_path / str(number) / "throttle.key").write_text("2026-11-20 " + "0" * 64)
    told = [sys.executable, "-c", KEYS, str(tmp_path)]
    talk: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "bufsize": 1}
    running = [subprocess.Popen(told, cwd=ROOT, **talk) for _ in range(3)]
    assert [each.stdout.readline() for each in running] == ["ready\n"] * 3
    begin = time.time() + 0.3
    for each in running:
        each.stdin.write(f"{begin}\n")
    said = [each.communicate(timeout=60)[0].split() for each in running]

    assert [len(each) for each in said] == [20] * 3
    assert [len(set(keys)) for keys in zip(*said, strict=True)] == [1] * 20


KEYS = """
import os, sys, time
from datetime import UTC, date, datetime
from types import SimpleNamespace
from services import throttle
nobody_guesses = SimpleNamespace(scalar=lambda _query: None)
w = SimpleNamespace(today=date(2026, 11, 21), now=datetime(2026, 11, 21, 9, tzinfo=UTC), session=nobody_guesses)
print("ready", flush=True)
begin = float(sys.stdin.readline())
for number in range(20):
    os.environ["WEERKLANK_DATA"] = f"{sys.argv[1]}/{number}"
    while time.time() < begin + number * 0.02:
        pass
    print(throttle._daily_key(w).hex())
"""
