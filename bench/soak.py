"""`python -m bench.soak [actions] [people]`: people who work for hours. What does the server hold, and does anything fail?"""

from __future__ import annotations

import os
import random
import sys
import tempfile
import time
from pathlib import Path
from threading import Lock, Thread
from typing import Any

PAGES = (
    "board",
    "board",
    "board",
    "complaint",
    "complaint",
    "complaint",
    "note",
    "intake",
    "actions",
    "overview",
    "help",
    "account",
)


GROWS = 1.1  # at most, from a fifth of the way to the end


def main() -> None:
    from tests.conftest import TODAY  # sets the day of the tests first

    os.environ["WEERKLANK_TODAY"] = TODAY.isoformat()
    actions, people = (int(given) for given in [*sys.argv[1:], "50000", "10"][:2])
    from bench import register, servers
    from db.engine import make_engine
    from tests.serving import start

    with tempfile.TemporaryDirectory() as folder:
        engine = make_engine(f"sqlite:///{Path(folder, 'weerklank.db')}")
        cast = register.filled(engine, 1_000)
        with start(Path(folder), cast) as server:
            tokens = [(who, servers.token(engine, cast, who)) for who in _people(people)]
            work = Work(server, actions)
            threads = [Thread(target=work.person, args=(who, token, number)) for number, (who, token) in enumerate(tokens)]
            for each in threads:
                each.start()
            held, began, said = [], time.monotonic(), 0
            while any(each.is_alive() for each in threads):
                time.sleep(1)
                if work.done >= said:
                    held.append((work.done, servers.resident(server.process) // 1024))
                    after, megabytes = held[-1]
                    print(f"{time.monotonic() - began:6.0f} s  {after:6} actions  {megabytes} MB  {len(work.errors)} errors")
                    sys.stdout.flush()
                    said += max(500, actions // 50)
            wrong = work.errors + [line for line in server.log.read_text().splitlines() if '"error"' in line]
        engine.dispose()
    warm, last = next((megabytes for done, megabytes in held if done >= actions // 5), held[-1][1]), held[-1][1]
    print(f"{work.done} actions, {len(wrong)} errors; {warm} MB after a fifth, {last} MB at the end: {last / warm:.2f}")
    print("\n".join(wrong[:10]))
    sys.exit(1 if wrong or last > GROWS * warm else 0)


def _people(number: int) -> list[str]:
    from bench.crowd import PEOPLE

    return [PEOPLE[each % len(PEOPLE)] for each in range(number)]


class Work:
    """What is done by all of them together."""

    def __init__(self, server: Any, actions: int) -> None:
        self.server, self.left, self.done = server, actions, 0
        self.errors: list[str] = []
        self._lock = Lock()

    def _one_more(self) -> bool:
        with self._lock:
            self.left -= 1
            self.done += self.left >= 0
            return self.left >= 0

    def person(self, who: str, token: str, seed: int) -> None:
        from bench.crowd import member

        chance = random.Random(seed)
        liar = member(self.server, token)
        references: list[str] = []
        while self._one_more():
            try:
                self._act(liar, chance, references)
            except Exception as error:  # whatever it is, it is counted
                self.errors.append(f"{who}: {type(error).__name__}: {error}")
                liar = member(self.server, token)
            self.errors += [f"{who}: {each}" for each in liar.screen.failed]
            liar.screen.failed.clear()
            if chance.random() < 0.01:  # closes the tab, and opens another
                liar.connection.close()
                liar.again()

    def _act(self, liar: Any, chance: random.Random, references: list[str]) -> None:
        import re

        from tests.attacks.forging import state
        from tests.attacks.test_kills import form_of_a_note

        wanted = chance.choice(PAGES)
        if wanted in ("complaint", "note") and references:
            query = f"ref={chance.choice(references)}"
            if wanted == "complaint":
                liar.visit("complaint", query)
                return
            liar.visit("complaint", query)
            if any(each.endswith(("complaint.open.log", "complaint.log.text")) for each in liar.screen.widgets):
                text, save = form_of_a_note(liar, query)
                liar.widget(
                    state(text, string_value=f"Gebeld {chance.random()}."), state(save, trigger_value=True), query=query
                )
            return
        liar.visit(wanted if wanted not in ("complaint", "note") else "board")
        references[:] = re.findall(r"K\d\d-\d{6}", liar.screen.said)[:20] or references


if __name__ == "__main__":
    main()
