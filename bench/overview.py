"""`make bench`: how long the overview takes on a register of 10,000 and of 100,000 dossiers, and how much of that grows.

Ratios, not seconds, are what one compares between machines: ten times the dossiers may cost about ten times as long, and not
a statement more.
"""

from __future__ import annotations

import os
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

SIZES = (10_000, 100_000)
READERS = ("cora", "piet", "mia", "hans")
TIMES = 3


def main() -> None:
    from tests.conftest import TODAY  # sets the day of the tests first

    os.environ["WEERKLANK_TODAY"] = TODAY.isoformat()
    took = {size: measured(size) for size in SIZES}
    small, large = (took[size] for size in SIZES)
    for who in READERS:
        (before, few), (after, many) = small[who], large[who]
        times = f"{before:7.0f} ms of {SIZES[0]:,}  {after:7.0f} ms of {SIZES[1]:,}  ratio {after / before:5.1f}"
        print(f"overview, {who:5} {times}  statements {few} and {many}")


def measured(size: int) -> dict[str, tuple[float, int]]:
    """By reader: the median in milliseconds, and the number of statements on dossiers."""
    from db import models as m
    from db.engine import make_engine
    from services import door, overview
    from tests.conftest import TODAY, at, people_the_register
    from tests.services.test_board import counted

    with tempfile.TemporaryDirectory() as folder:
        os.environ["WEERKLANK_DATA"] = folder
        os.environ["WEERKLANK_DATABASE_URL"] = f"sqlite:///{Path(folder, 'bench.db')}"
        door.engine.cache_clear()
        engine = make_engine(os.environ["WEERKLANK_DATABASE_URL"])
        m.Base.metadata.create_all(engine)
        with door.Session(engine) as session, session.begin():
            cast = people_the_register(session, "training")
            fill(session, cast, size)
        engine.dispose()
        at(door.engine(), cast, TODAY)
        found = {}
        for who in READERS:
            with counted(door.engine()) as statements:
                overview.year(cast.actor(who))
            number = len(statements)
            found[who] = statistics.median(timed(lambda who=who: overview.year(cast.actor(who))) for _ in range(TIMES)), number
        door.engine().dispose()
    return found


def timed(call: Callable[[], Any]) -> float:
    began = time.perf_counter()
    call()
    return (time.perf_counter() - began) * 1000


def fill(session: Any, cast: Any, size: int) -> None:
    """Over five years; three promises each."""
    from sqlalchemy import insert

    from db import models as m
    from tests.conftest import TODAY

    chance = random.Random(size)
    complaints, promises = [], []
    units = [None, *cast.units.values()]
    for number in range(1, size + 1):
        received = TODAY - timedelta(days=chance.randrange(1825))
        answered = min(TODAY, received + timedelta(days=chance.randrange(30)))
        is_open = chance.random() < 0.02
        complaints.append(
            {
                "id": number, "reference": f"B-{number}", "form_id": str(uuid4()), "compartment": "regular",
                "kind": "complaint",
                "status": "in_progress" if is_open else "closed", "profile_version_id": 1, "procedure": "HOUSE_WEEK",
                "received_on": received, "registered_on": received, "registered_at": datetime(2026, 1, 1, tzinfo=UTC),
                "reporter_id": cast["tom"], "channel": chance.choice(["phone", "email"]), "subject_type": "service",
                "title": "De zaal was koud", "description": "De verwarming deed het niet.",
                "category": f"Categorie {chance.randrange(20)}", "unit_id": chance.choice(units), "discussed": "yes",
                "ladder_level": "colleague", "handler_id": chance.choice([cast["hans"], cast["hilde"]]),
                "outcome": None if is_open else chance.choice(["upheld", "partly", "not_upheld"]),
                "answered_on": None if is_open else answered, "version": 1,
            }
        )  # fmt: skip
        for code in ("ACK", "DECIDE_OR_CONTACT", "RESPONSE"):
            target = received + timedelta(days=7)
            promises.append(
                {
                    "complaint_id": number, "procedure": "HOUSE_WEEK", "code": code, "trigger_on": received,
                    "target_on": target, "legal_on": target, "statutory": False, "met_on": None if is_open else answered,
                }
            )  # fmt: skip
    session.execute(insert(m.Complaint), complaints)
    session.execute(insert(m.Promise), promises)


if __name__ == "__main__":
    main()
