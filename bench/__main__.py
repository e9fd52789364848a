"""`python -m bench`: what people wait for, each figure as a ratio to a bare Streamlit page in the same run, beside its goal."""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

# Times the bare page's reload, with 100,000 dossiers; GROWTH: times the same with 1,000.
GOALS = {
    "board, reload": 1.25,
    "board, filter": 0.45,
    "board, next page": 0.45,
    "board, sort": 0.45,
    "register a complaint": 0.44,
    "save a note": 0.44,
    "open a dossier": 0.67,
    "search": 0.9,
    "yearly overview": 1.6,
}
GROWTH = {"yearly overview": 1.5}
GROWTH_OF_ANY = 1.15
CROWD_P50, CROWD_P95 = 2.0, 5.0  # times one person alone
PER_SESSION = 150  # kB
COLD = 1.5  # times a bare application that imports pandas
SESSIONS = 100


@dataclass
class Found:
    """Of one register."""

    bare: float  # milliseconds
    screens: dict[str, float] = field(default_factory=dict)


@dataclass
class Place:
    """A running register."""

    engine: Any
    cast: Any
    server: Any


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("--sizes", type=int, nargs="+", default=[1_000, 100_000])
    asked.add_argument("--databases", nargs="+", default=["sqlite", "postgresql"])
    asked.add_argument("--times", type=int, default=7)
    asked.add_argument("--people", type=int, default=50)
    given = asked.parse_args()
    from tests.conftest import TODAY

    os.environ["WEERKLANK_TODAY"] = TODAY.isoformat()
    held: list[bool] = []
    for database in given.databases:
        with addresses(database) as address:
            found = {}
            for size in given.sizes:
                with running(address(size), size) as place:
                    print(f"\n{database}, {size:,} dossiers")
                    found[size] = screens_of(place, given.times)
                    if size == max(given.sizes):
                        held += crowded(place, given.people)
            held += told(found)
    held += cold_start()
    raise SystemExit(not all(held))


@dataclass(frozen=True)
class Address:
    """Of an empty database: as the program signs in, and as its owner does."""

    url: str
    owner: str
    program: str | None = None


@contextmanager
def addresses(database: str) -> Iterator[Any]:
    """A function that gives the address of an empty database for a register of some size."""
    if database == "sqlite":
        with tempfile.TemporaryDirectory() as folder:

            def file(size: int) -> Address:
                url = f"sqlite:///{Path(folder, f'{size}.db')}"
                return Address(url, url)

            yield file
        return
    from tests import postgres
    from tests.conftest import on_server

    with postgres.server() as server:

        def empty(size: int) -> Address:
            on_server(server, f"CREATE DATABASE bench_{size} OWNER {postgres.OWNER}")
            ours, owner = (
                postgres.as_role(server.format(f"bench_{size}"), role) for role in (postgres.PROGRAM, postgres.OWNER)
            )
            return Address(ours, owner, postgres.PROGRAM)

        yield empty


@contextmanager
def running(address: Address, size: int) -> Iterator[Place]:
    from bench import register
    from db.engine import make_engine
    from tests.serving import start

    with tempfile.TemporaryDirectory() as folder:
        engine = make_engine(address.owner)
        cast = register.filled(engine, size, address.program)
        with start(Path(folder), cast, WEERKLANK_DATABASE_URL=address.url) as server:
            yield Place(engine, cast, server)
        engine.dispose()


def screens_of(place: Place, times: int) -> Found:
    from bench import screens, servers

    with servers.bare() as (url, _), screens.browser() as chromium:
        before = screens.bare(chromium, url, times)
        took = screens.measured(chromium, place.server.url, servers.token(place.engine, place.cast, "cora"), times)
        return Found((before + screens.bare(chromium, url, times)) / 2, took)


def told(found: dict[int, Found]) -> list[bool]:
    small, large = found[min(found)], found[max(found)]
    print(f"{'':24} {'ms':>8} {'x bare':>8} {'goal':>6}   {'growth':>6} {'goal':>6}   (bare page: {large.bare:.0f} ms)")
    held = []
    for what, took in large.screens.items():
        ratio, grew = took / large.bare, (took / large.bare) / (small.screens[what] / small.bare)
        goal, growth = GOALS[what], GROWTH.get(what, GROWTH_OF_ANY)
        held += [ratio <= goal, grew <= growth]
        said = "" if all(held[-2:]) else "  MISS"
        print(f"{what:24} {took:8.0f} {ratio:8.2f} {goal:6.2f}   {grew:6.2f} {growth:6.2f}{said}")
    return held


def crowded(place: Place, people: int) -> list[bool]:
    from bench import crowd, servers

    tokens = [servers.token(place.engine, place.cast, crowd.PEOPLE[each % len(crowd.PEOPLE)]) for each in range(people)]
    before = servers.resident(place.server.process)
    alone = crowd.one(place.server, tokens[0])
    heard = crowd.many(place.server, tokens, 60)
    p50, p95 = heard.p50 / alone.p50, heard.p95 / alone.p50
    print(f"{people} people, think {crowd.THINK:g} s: {len(heard.took)} reruns, {len(heard.errors)} errors")
    print(
        f"  p50 {p50:.2f} x one person alone (goal {CROWD_P50}), p95 {p95:.2f} x (goal {CROWD_P95}); alone {alone.p50:.0f} ms"
    )
    idle = [crowd.member(place.server, token) for token in tokens for _ in range(SESSIONS // people)]
    held = servers.resident(place.server.process)
    for each in idle:
        each.visit("board")
    each_holds = (servers.resident(place.server.process) - held) / len(idle)
    print(
        f"  a session that is open and idle holds {each_holds:.0f} kB (goal {PER_SESSION}); grew {(held - before) // 1024} MB"
    )
    crowd.leave(idle)
    return [p50 <= CROWD_P50, p95 <= CROWD_P95, not heard.errors, each_holds <= PER_SESSION]


def cold_start() -> list[bool]:
    from bench import register, servers
    from db.engine import make_engine
    from tests.serving import start
    from tests.web.client import open_tab

    with tempfile.TemporaryDirectory() as folder:
        engine = make_engine(f"sqlite:///{Path(folder, 'weerklank.db')}")
        cast = register.filled(engine, 10)
        engine.dispose()
        took: dict[str, list[float]] = {"ours": [], "bare": []}
        for _ in range(5):
            began = time.perf_counter()
            with start(Path(folder), cast) as server:
                open_tab(server).run()
                took["ours"].append(time.perf_counter() - began)
            began = time.perf_counter()
            with servers.bare("with_pandas.py") as (url, process):
                from tests.serving import Server

                open_tab(Server(url, Path(folder), cast, process, Path(folder, "log"))).run()
                took["bare"].append(time.perf_counter() - began)
    ratio = min(took["ours"]) / min(took["bare"])
    print(f"\ncold start to the first answer: {ratio:.2f} x a bare page with pandas (goal {COLD})")
    return [ratio <= COLD]


if __name__ == "__main__":
    main()
