"""`python -m bench.standby`: what a synchronous standby costs at each commit, and how long a failover takes.

Both servers are on this machine and share its disk, so that the network is left out and the disk counts twice. The ratio is
what one compares; the standby is on and off in turns, in one run.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

TURNS, EACH, FAILOVERS = 6, 20, 3


def main() -> None:
    from tests.conftest import TODAY, at  # sets the day of the tests first
    from tests.serving import fill
    from tests.standby import address, two

    with tempfile.TemporaryDirectory() as folder, two() as nodes:
        leads, other = nodes
        leads.ask("CREATE DATABASE weerklank")
        os.environ["WEERKLANK_DATA"] = str(Path(folder))
        os.environ["WEERKLANK_TODAY"] = TODAY.isoformat()
        os.environ["WEERKLANK_DATABASE_URL"] = address((leads, other), "weerklank")

        from services import door

        cast = fill(door.engine(), "training")
        at(door.engine(), cast, TODAY)
        took: dict[str, list[float]] = {"": [], "*": [], "commit": [], "commit*": []}
        for turn in range(TURNS):
            names = "*" if turn % 2 else ""
            leads.waits_for(names)
            took[names] += [once(cast) for _ in range(EACH)]
            took[f"commit{names}"] += [commit(door.engine()) for _ in range(5 * EACH)]
        for what, one, two_of_them in (("one row", "commit", "commit*"), ("registering", "", "*")):
            alone, both = statistics.median(took[one]), statistics.median(took[two_of_them])
            print(f"{what}: alone {1000 * alone:.1f} ms, with a standby {1000 * both:.1f} ms, ratio {both / alone:.2f}")
        for _ in range(FAILOVERS):
            leads.waits_for("*")
            leads.until_followed()
            once(cast)
            began = time.monotonic()
            leads.killed()
            other.promoted()
            led = time.monotonic()
            again(cast)
            print(
                f"killed to promoted {led - began:.1f} s  promoted to the next confirmed write {time.monotonic() - led:.2f} s"
            )
            leads, other = other, leads
            other.follows(leads)
        door.engine().dispose()


def once(cast: object) -> float:
    from services import complaints
    from tests.cases import an_intake

    began = time.perf_counter()
    complaints.register(cast.actor("tom"), str(uuid4()), an_intake("training", cast))
    return time.perf_counter() - began


def commit(engine: object) -> float:
    began = time.perf_counter()
    with engine.execution_options(access="write").begin() as connection:
        connection.exec_driver_sql("UPDATE account SET phone = '06' WHERE name = 'tom'")
    return time.perf_counter() - began


def again(cast: object) -> None:
    from domain.errors import Refused

    while True:
        with suppress(Refused):
            once(cast)
            return


if __name__ == "__main__":
    main()
