"""How long a search takes on a large register, beside a page of the board in the same run; and what writing the words costs.

    python -m bench.search [dossiers] [postgresql+psycopg://an-empty-database]

Ten events to a dossier. A word of the texts is as rare as it is in a language: few words stand everywhere, most almost
nowhere (Zipf). Ratios, not milliseconds, are what one compares between machines.
"""

from __future__ import annotations

import itertools
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

VOCABULARY = 30_000
EVENTS = 10
TIMES = 7
READERS = ("cora", "hans", "tom")
QUESTIONS = {
    "reference": "B-500", "nowhere": "bestaatnergens", "rare": "woord9000", "usual": "woord900",
    "two words": "woord400 woord90", "in a row": '"woord20 woord30"', "prefix": "woord90*", "common": "woord20",
    "everywhere": "woord1", "both common": "woord12 woord13", "rare and common": "woord9000 woord1",
    "common without": "woord1 -woord2",
}  # fmt: skip


def main() -> None:
    size = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory() as folder:
        url = sys.argv[2] if len(sys.argv) > 2 else f"sqlite:///{Path(folder, 'bench.db')}"
        from tests.conftest import TODAY

        os.environ |= {"WEERKLANK_DATA": folder, "WEERKLANK_DATABASE_URL": url, "WEERKLANK_TODAY": TODAY.isoformat()}
        measured(size, url)


def measured(size: int, url: str) -> None:
    from db import search as index
    from db.engine import make_engine
    from db.upgrade import upgrade
    from services import board, door, search
    from tests.conftest import TODAY, at, people_the_register

    engine = make_engine(url)
    upgrade(engine)
    with door.Session(engine) as session, session.begin():
        cast = people_the_register(session, "training")
    began = time.perf_counter()
    fill(engine, cast, size)
    print(f"{engine.dialect.name}: {size:,} dossiers, {size * EVENTS:,} events, filled in {time.perf_counter() - began:.0f} s")
    began = time.perf_counter()
    with engine.begin() as connection:
        made = index.rebuild(connection)
    took = time.perf_counter() - began
    print(f"index of {made:,} texts made in {took:.0f} s, {took / made * 1e6:.0f} microseconds each")
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("ANALYZE")
    engine.dispose()
    door.engine.cache_clear()
    at(door.engine(), cast, TODAY)
    for who in READERS:
        actor = cast.actor(who)
        floor = timed(lambda actor=actor: board.page(actor, board.BoardFilter()))
        print(f"{who}: a page of the board takes {floor:.0f} ms")
        for name, asked in QUESTIONS.items():
            found = search.find(actor, asked)
            took = timed(lambda actor=actor, asked=asked: search.find(actor, asked))
            many = f"{found.total:4}{'+' if found.more else ' '}"
            print(f"  {name:16} {many} dossiers {took:7.0f} ms, {took / floor:5.1f} x the board")
    began = time.perf_counter()
    with door.engine().begin() as connection:
        index.tidy(connection)
    print(f"tidied in {time.perf_counter() - began:.1f} s")
    writing(cast)
    door.engine().dispose()


def writing(cast: Any) -> None:
    """Registering with and without the words."""
    from sqlalchemy import event
    from sqlalchemy.orm import Session

    from db import search as index
    from tests.cases import Case

    def register() -> None:
        Case.registered("training", cast)

    with_words = timed(register, 25)
    event.remove(Session, "after_flush", index._written)
    without = timed(register, 25)
    event.listen(Session, "after_flush", index._written)
    again = timed(register, 25)
    print(f"registering: {with_words:.1f} and {again:.1f} ms with the words, {without:.1f} without: {again / without:.2f} x")


def timed(call: Callable[[], Any], times: int = TIMES) -> float:
    call()
    took = []
    for _ in range(times):
        began = time.perf_counter()
        call()
        took.append((time.perf_counter() - began) * 1000)
    return statistics.median(took)


def said(chance: random.Random, length: int) -> str:
    """Words of which the n-th is n times as rare as the first."""
    return " ".join(f"woord{int(VOCABULARY ** chance.random())}" for _ in range(length))


def fill(engine: Any, cast: Any, size: int) -> None:
    """Past the session: the index is made afterwards."""
    from sqlalchemy import insert

    from db import models as m
    from tests.conftest import TODAY

    chance, moment = random.Random(size), datetime(2026, 1, 1, tzinfo=UTC)

    def complaint(number: int) -> dict[str, Any]:
        received = TODAY - timedelta(days=chance.randrange(1825))
        is_open = chance.random() < 0.02
        return {
            "id": number, "reference": f"B-{number}", "form_id": str(uuid4()), "compartment": "regular", "kind": "complaint",
            "status": "in_progress" if is_open else "closed", "profile_version_id": 1, "procedure": "HOUSE_WEEK",
            "received_on": received, "registered_on": received, "registered_at": moment, "reporter_id": cast["tom"],
            "channel": "phone", "subject_type": "service", "title": said(chance, 5), "description": said(chance, 40),
            "category": f"Categorie {chance.randrange(20)}", "unit_id": cast.units["noord"], "discussed": "yes",
            "ladder_level": "colleague", "handler_id": chance.choice([cast["hans"], cast["hilde"]]), "version": 1,
            "next_due_on": received + timedelta(days=7) if is_open else None,
        }  # fmt: skip

    def event(number: int, seq: int) -> dict[str, Any]:
        return {
            "id": number * EVENTS + seq, "complaint_id": number, "seq": seq, "kind": "note", "side": "file",
            "actor_id": cast["hans"], "happened_on": TODAY, "recorded_at": moment, "codes": {}, "prev_hash": "", "hash": "",
        }  # fmt: skip

    for numbers in batched(range(1, size + 1), 1_000):
        events = [event(number, seq) for number in numbers for seq in range(EVENTS)]
        texts = [{"event_id": each["id"], "complaint_id": each["complaint_id"], "text": said(chance, 15)} for each in events]
        with engine.begin() as connection:
            connection.execute(insert(m.Complaint.__table__), [complaint(number) for number in numbers])
            connection.execute(insert(m.Event.__table__), events)
            connection.execute(insert(m.EventText.__table__), texts)


def batched(numbers: Iterator[int] | range, many: int) -> Iterator[list[int]]:
    waiting = iter(numbers)
    while part := list(itertools.islice(waiting, many)):
        yield part


if __name__ == "__main__":
    main()
