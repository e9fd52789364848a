"""People who work at the same time, over the websocket; without the browser's own work."""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Thread

from tests.attacks.forging import Liar, state
from tests.serving import Server
from tests.web.client import open_tab

PEOPLE = ("cora", "dora", "hans", "hilde", "mia", "piet", "petra")
THINK = 3.0  # seconds, on average


@dataclass
class Heard:
    took: list[float] = field(default_factory=list)  # milliseconds
    errors: list[str] = field(default_factory=list)

    @property
    def p50(self) -> float:
        return statistics.median(self.took)

    @property
    def p95(self) -> float:
        return sorted(self.took)[int(len(self.took) * 0.95)]


def member(server: Server, token: str) -> Liar:
    cookies = {"weerklank-browser": f"browser-of-{token}", "weerklank": token}
    return Liar(server, cookies, open_tab(server, cookies).connection)


def one(server: Server, token: str, times: int = 40) -> Heard:
    """Somebody alone, who chooses now this and now that on the board."""
    return _work(member(server, token), Heard(), lambda done: done < times, 0.2, random.Random(1))


def many(server: Server, tokens: list[str], seconds: float) -> Heard:
    """All of them for so long."""
    heard, ends = Heard(), time.monotonic() + seconds

    def busy(_done: int) -> bool:
        return time.monotonic() < ends

    threads = [
        Thread(target=_work, args=(member(server, each), heard, busy, THINK, random.Random(number)))
        for number, each in enumerate(tokens)
    ]
    for each in threads:
        each.start()
        time.sleep(THINK / len(threads))
    for each in threads:
        each.join()
    return heard


def _work(liar: Liar, heard: Heard, goes_on: Callable[[int], bool], think: float, chance: random.Random) -> Heard:
    liar.visit("board")
    sort, done = None, 0
    while goes_on(done):
        time.sleep(chance.uniform(0.5, 1.5) * think)
        sort = sort or next(each for each in liar.screen.widgets if each.endswith("board.status"))
        began = time.perf_counter()
        screen = liar.widget(state(sort, string_value=chance.choice(("Alles wat open is", "Alles, ook afgerond"))))
        heard.took.append((time.perf_counter() - began) * 1000)
        done += 1
        heard.errors += screen.failed
        if liar.closed:
            heard.errors.append("closed")
            liar.closed = 0
    return heard


def leave(people: list[Liar]) -> None:
    for each in people:
        each.connection.close()
