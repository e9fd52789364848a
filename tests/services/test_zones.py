"""What counts is the date in the Netherlands, wherever the server stands: each test asks a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from db import models as m
from tests.conftest import Cast
from tests.test_architecture import ROOT

ZONES = ("UTC", "Europe/Amsterdam", "Pacific/Kiritimati")

# An instant, and the date that it is in Amsterdam (UTC + 1, in summer + 2).
MOMENTS = {
    "2026-11-20T22:59:59+00:00": "2026-11-20",
    "2026-11-20T23:00:00+00:00": "2026-11-21",
    "2026-11-20T10:00:00+00:00": "2026-11-20",  # midnight in Kiritimati, where it is the 21st
    "2026-07-14T21:59:59+00:00": "2026-07-14",
    "2026-07-14T22:00:00+00:00": "2026-07-15",
    "2026-12-31T22:59:59+00:00": "2026-12-31",
    "2026-12-31T23:00:00+00:00": "2027-01-01",
    "2026-12-31T10:00:00+00:00": "2026-12-31",  # already 2027 in Kiritimati
    "2028-02-28T23:00:00+00:00": "2028-02-29",
    "2028-02-29T23:00:00+00:00": "2028-03-01",
    # 29 March 2026: from 02:00 to 03:00
    "2026-03-28T22:59:59+00:00": "2026-03-28",
    "2026-03-28T23:00:00+00:00": "2026-03-29",
    "2026-03-29T00:59:59+00:00": "2026-03-29",
    "2026-03-29T01:00:00+00:00": "2026-03-29",
    "2026-03-29T21:59:59+00:00": "2026-03-29",
    "2026-03-29T22:00:00+00:00": "2026-03-30",
    # 25 October 2026: from 03:00 back to 02:00
    "2026-10-24T21:59:59+00:00": "2026-10-24",
    "2026-10-24T22:00:00+00:00": "2026-10-25",
    "2026-10-25T00:30:00+00:00": "2026-10-25",
    "2026-10-25T01:30:00+00:00": "2026-10-25",
    "2026-10-25T22:59:59+00:00": "2026-10-25",
    "2026-10-25T23:00:00+00:00": "2026-10-26",
}

CLOCK = """
import json, os, sys
from datetime import date, datetime
from services import door

found = {}
for written in json.loads(sys.argv[1]):
    with door.clock_at(datetime.fromisoformat(written)):
        day, moment = door.today_and_now()
        assert moment.date() == day and moment.utcoffset() is not None
        found[written] = day.isoformat()
with door.clock_at(date(2026, 3, 29)):
    noon = door.today_and_now()[1].isoformat()
here = datetime.fromtimestamp(datetime.fromisoformat("2026-11-20T10:00:00+00:00").timestamp()).date().isoformat()
os.environ["WEERKLANK_TODAY"] = "2026-12-31"
pinned = door.today_and_now()[0].isoformat()
print(json.dumps({"found": found, "noon": noon, "pinned": pinned, "here": here}))
"""

TRANSACTION = """
import json, sys
from datetime import datetime
from domain.rights import Right
from services import door

found = {}
for actor, written in json.loads(sys.argv[1]).items():
    with door.clock_at(datetime.fromisoformat(written)), door.work(actor, Right.ENTER) as w:
        found[written] = w.today.isoformat()
print(json.dumps(found))
"""


def asked(zone: str, *words: str, **more: str) -> Any:
    """What another process answers in JSON, with its clock in `zone`."""
    surroundings = {**os.environ, "TZ": zone, **more}
    done = subprocess.run(
        [sys.executable, *words], cwd=ROOT, env=surroundings, capture_output=True, text=True, check=True, timeout=60
    )
    return json.loads(done.stdout)


@pytest.mark.parametrize("zone", ZONES)
def test_the_local_date_of_an_instant_is_that_of_the_netherlands(zone: str) -> None:
    answer = asked(zone, "-c", CLOCK, json.dumps(list(MOMENTS)))

    assert answer["found"] == MOMENTS
    assert answer["noon"] == "2026-03-29T12:00:00+02:00"
    assert answer["pinned"] == "2026-12-31"  # whatever time it is
    # the process really stood there
    assert answer["here"] == ("2026-11-21" if zone == "Pacific/Kiritimati" else "2026-11-20")


SIGNED_IN = {
    "cora": "2026-12-31T22:59:59+00:00",
    "hans": "2026-12-31T23:00:00+00:00",
    "dora": "2026-03-29T22:00:00+00:00",
    "mia": "2026-10-25T22:59:59+00:00",
}


@pytest.mark.parametrize("zone", ZONES)
def test_today_in_a_transaction_is_that_of_the_netherlands(zone: str, engine: Engine, cast: Cast) -> None:
    with Session(engine) as session, session.begin():
        for name, written in SIGNED_IN.items():
            seen = session.get_one(m.AuthSession, cast.actor(name))
            seen.created_at = seen.last_seen_at = datetime.fromisoformat(written) - timedelta(minutes=1)

    found = asked(zone, "-c", TRANSACTION, json.dumps({cast.actor(name): written for name, written in SIGNED_IN.items()}))

    assert found == {written: MOMENTS[written] for written in SIGNED_IN.values()}


@pytest.mark.parametrize("received", ["2026-10-25", "2027-12-31"])
def test_terms_prints_the_same_dates_everywhere(received: str, tmp_path: Path) -> None:
    words = ("manage.py", "terms", "--profile", "kinderopvang-welzijn", "--procedure", "wko", "--received", received)

    answers = [asked(zone, *words, "--today", received, "--json", WEERKLANK_DATA=str(tmp_path)) for zone in ZONES]

    assert answers[0] == answers[1] == answers[2]
    week = [each["target_on"] for each in answers[0] if each["key"] == "HOUSE_WEEK.RESPONSE"]
    assert week == [{"2026-10-25": "2026-11-01", "2027-12-31": "2028-01-07"}[received]]
