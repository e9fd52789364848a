"""Who guesses: many at once, in this process or in several; and who counts what reaches the comparison. As a process:
`python -m tests.attacks.guessing <what> <instant> <guesses> <part> <target> ...`."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from threading import Lock
from typing import Any

import bcrypt
import pyotp

from domain.errors import Refused
from services import door, second_step, sessions
from services.door import VISITOR
from services.sessions import digest
from tests.conftest import POSTGRESQL
from tests.figures import EVERYTHING

AT_ONCE = 20
WRONG = "dat is het niet hoor"
PROCESSES = 4 if EVERYTHING and POSTGRESQL else 1  # SQLite serves one process


@contextmanager
def counted(owner: Any, name: str) -> Iterator[Counter[str]]:
    """How often a function of a library is called; it does what it always does."""
    real, calls, lock = getattr(owner, name), Counter[str](), Lock()

    def seen(*given: Any, **named: Any) -> Any:
        with lock:
            calls["calls"] += 1
        return real(*given, **named)

    setattr(owner, name, seen)
    try:
        yield calls
    finally:
        setattr(owner, name, real)


def password(name: str, number: int) -> None:
    """From a browser and a place of its own each time, so that only the account's own count can stop it."""
    sessions.sign_in(VISITOR, name, WRONG, digest(f"browser {number}"), f"place {number}")


def code(target: str, number: int) -> None:
    ticket, browser = target.split(" ")
    second_step.give_code(VISITOR, ticket, browser, f"{number:06d}")


GUESSES: dict[str, tuple[Callable[[str, int], None], Any, str]] = {
    "password": (password, bcrypt, "checkpw"),
    "code": (code, pyotp.TOTP, "generate_otp"),
}


def here(what: str, moment: datetime, guesses: int, part: int, targets: list[str], at_once: int = AT_ONCE) -> Counter[str]:
    """What became of each guess, and under "calls" how many were compared."""
    guess, owner, name = GUESSES[what]

    def one(number: int) -> str:
        try:
            guess(targets[number % len(targets)], part * guesses + number)
        except Refused as refusal:
            return refusal.code
        return "in"

    with door.clock_at(moment), counted(owner, name) as calls, ThreadPoolExecutor(at_once) as pool:
        ends = Counter(pool.map(one, range(guesses)))
    return ends + calls


def everywhere(what: str, moment: datetime, guesses: int, targets: list[str]) -> Counter[str]:
    """The same from several processes at once (`make attack` on PostgreSQL); all at one moment of the register's clock."""
    if PROCESSES == 1:
        return here(what, moment, guesses, 0, targets)
    share = guesses // PROCESSES
    told = [sys.executable, "-m", "tests.attacks.guessing", what, moment.isoformat(), str(share)]
    running = [subprocess.Popen([*told, str(part), *targets], stdout=subprocess.PIPE) for part in range(PROCESSES)]
    found: Counter[str] = Counter()
    for each in running:
        said, _ = each.communicate(timeout=1800)
        assert each.returncode == 0
        found += Counter(json.loads(said))
    return found


if __name__ == "__main__":
    what, moment, guesses, part, *targets = sys.argv[1:]
    ends = here(what, datetime.fromisoformat(moment), int(guesses), int(part), targets, AT_ONCE // PROCESSES)
    sys.stdout.write(json.dumps(ends))
