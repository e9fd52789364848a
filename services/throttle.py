"""Failed sign-ins cost time: counted in SQL per account and per source, before anything is compared. Never a lock-out: who
rests for a while starts anew.

Keys are HMACs under a key that lives one day, beside the database and not in it: no name and no address is kept. While
somebody guesses around midnight it lives on, until a counter no longer counts.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import threading
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from pathlib import Path

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError

if os.name == "posix":
    import fcntl

from db import models as m
from db.engine import data_dir
from domain.errors import Refused
from services.door import Work


@dataclass(frozen=True)
class Limit:
    free: int  # failures before one has to wait
    rest: timedelta  # without an attempt for this long, one starts anew
    grows: bool = False  # a wait that doubles from a second to a minute, instead of the whole rest


_QUARTER = timedelta(minutes=15)
# Guessing one secret: never more than `free` times within `rest`, however many guess at once. Guessing from one place is
# only slowed down: a whole house can share it.
LIMITS = {
    "account": Limit(10, _QUARTER),
    "browser": Limit(10, _QUARTER),
    "code": Limit(5, timedelta(minutes=10)),
    "source": Limit(30, _QUARTER, grows=True),
    "appeal": Limit(5, _QUARTER, grows=True),
}
_LONGEST_REST = max(limit.rest for limit in LIMITS.values())
LONGEST_WAIT = 60  # seconds, of a wait that grows

_lock = threading.Lock()


def look(w: Work, *whats: tuple[str, ...]) -> None:
    """Whether one must wait, without taking an attempt: a thousand guesses that are refused here keep nobody from writing.
    Raises Refused as `attempt`."""
    found = [(LIMITS[what[0]], w.session.get(m.Throttle, _key(w, what))) for what in whats]
    _refuse([(limit, row) for limit, row in found if row is not None], w.now)


def attempt(w: Work, *whats: tuple[str, ...]) -> None:
    """Take one attempt for each of `whats` (kind and what: ``("account", "tom")``); counted before the password is
    looked at, so that a hundred guesses at once are a hundred. Raises Refused ``wait_first``, ``wait_minutes`` (nothing is
    counted then)."""
    rows = [(LIMITS[what[0]], _locked(w, key)) for key, what in sorted((_key(w, what), what) for what in whats)]
    _refuse(rows, w.now)
    for limit, row in rows:
        if w.now - row.last_at >= limit.rest:
            row.failures, row.first_at = 0, w.now
        row.failures, row.last_at = row.failures + 1, w.now


def _refuse(rows: list[tuple[Limit, m.Throttle]], now: datetime) -> None:
    wait = max((_seconds_left(limit, row, now) for limit, row in rows), default=0)
    if wait > 90:
        raise Refused("wait_minutes", minutes=ceil(wait / 60))
    if wait > 0:
        raise Refused("wait_first", seconds=wait)


def _locked(w: Work, key: str) -> m.Throttle:
    """The counter, made where there is none, and nobody else's until this transaction ends."""
    row = w.session.get(m.Throttle, key, with_for_update=True)
    if row is None:
        with suppress(IntegrityError), w.session.begin_nested():  # somebody else may be first
            w.session.add(m.Throttle(key=key, failures=0, first_at=w.now, last_at=w.now))
        row = w.session.get_one(m.Throttle, key, with_for_update=True)
    return row


def succeeded(w: Work, *whats: tuple[str, ...]) -> None:
    """The attempt was no failure, so it is given back. Earlier failures stay: they may be somebody else's."""
    t = m.Throttle
    keys = [_key(w, what) for what in whats]
    w.session.execute(update(t).where(t.key.in_(keys), t.failures > 0).values(failures=t.failures - 1))
    w.session.execute(delete(t).where(t.last_at < w.now - timedelta(days=1)))


def _seconds_left(limit: Limit, row: m.Throttle, now: datetime) -> int:
    if now - row.last_at >= limit.rest or row.failures < limit.free:
        return 0
    wait = limit.rest.total_seconds()
    if limit.grows:
        wait = min(2 ** min(row.failures - limit.free, 10), LONGEST_WAIT)
    return max(0, ceil(wait - (now - row.last_at).total_seconds()))


def _key(w: Work, what: tuple[str, ...]) -> str:
    return hmac.new(_daily_key(w), "\0".join(what).encode(errors="replace"), hashlib.sha256).hexdigest()


def _daily_key(w: Work) -> bytes:
    """Made anew each day, as soon as no counter counts any more: yesterday's is gone, and with it the way from a counter to
    a name or an address."""
    path = data_dir() / "throttle.key"
    with _lock:
        return _usable(w, path) or _renewed(w, path)


def _usable(w: Work, path: Path) -> bytes | None:
    day, _, key = path.read_text().partition(" ") if path.exists() else ("", "", "")
    usable = len(key) == 64 and (day == w.today.isoformat() or _counting(w))
    return bytes.fromhex(key) if usable else None


def _renewed(w: Work, path: Path) -> bytes:
    """By one process; another that came at the same moment takes what the first one made."""
    with path.with_suffix(".lock").open("a") as lock:
        if os.name == "posix":
            fcntl.flock(lock, fcntl.LOCK_EX)  # until it is closed
        found = _usable(w, path)
        if found is None:
            found = secrets.token_bytes(32)
            fresh = path.with_suffix(".new")
            fresh.touch(mode=0o600)
            fresh.write_text(f"{w.today.isoformat()} {found.hex()}")
            fresh.replace(path)
        return found


def _counting(w: Work) -> bool:
    t = m.Throttle
    return w.session.scalar(select(t.key).where(t.last_at > w.now - _LONGEST_REST).limit(1)) is not None
