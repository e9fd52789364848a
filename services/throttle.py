"""Failed sign-ins cost time: counted in SQL per account and per source, a growing delay, never a lock-out.

Keys are HMACs under a key that lives one day, beside the database and not in it: no name and no address is kept.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
from contextlib import suppress
from datetime import date, datetime, timedelta
from math import ceil

from sqlalchemy import delete, update
from sqlalchemy.exc import IntegrityError

from db import models as m
from db.engine import data_dir
from domain.errors import Refused
from services.door import Work

FREE = {"account": 10, "browser": 10, "source": 30, "appeal": 5}  # failures before it slows down
WINDOW = timedelta(minutes=15)  # without a failure for this long, one starts anew
LONGEST_WAIT = 60  # seconds

_lock = threading.Lock()


def attempt(w: Work, *whats: tuple[str, ...]) -> None:
    """Take one attempt for each of `whats` (kind and what: ``("account", "tom")``); counted before the password is
    looked at, so that a hundred guesses at once are a hundred. Raises Refused ``wait_first`` (nothing is counted then)."""
    rows = [(what[0], _locked(w, key)) for key, what in sorted((_key(w.today, what), what) for what in whats)]
    wait = max(_seconds_left(kind, row, w.now) for kind, row in rows)
    if wait > 0:
        raise Refused("wait_first", seconds=wait)
    for _, row in rows:
        if w.now - row.last_at > WINDOW:
            row.failures, row.first_at = 0, w.now
        row.failures, row.last_at = row.failures + 1, w.now


def _locked(w: Work, key: str) -> m.Throttle:
    """The counter, made where there is none, and nobody else's until this transaction ends."""
    row = w.session.get(m.Throttle, key, with_for_update=True)
    if row is None:
        with suppress(IntegrityError), w.session.begin_nested():  # somebody else may be first
            w.session.add(m.Throttle(key=key, failures=0, first_at=w.now, last_at=w.now))
        row = w.session.get_one(m.Throttle, key, with_for_update=True)
    return row


def succeeded(w: Work, account: tuple[str, ...], source: tuple[str, ...] = ()) -> None:
    """The attempt was no failure: the account starts anew, the source gets its one attempt back."""
    w.session.execute(delete(m.Throttle).where(m.Throttle.key == _key(w.today, account)))
    w.session.execute(
        update(m.Throttle)
        .where(m.Throttle.key == _key(w.today, source), m.Throttle.failures > 0)
        .values(failures=m.Throttle.failures - 1)
    )
    w.session.execute(delete(m.Throttle).where(m.Throttle.last_at < w.now - timedelta(days=1)))


def _seconds_left(kind: str, row: m.Throttle, now: datetime) -> int:
    if now - row.last_at > WINDOW or row.failures < FREE[kind]:
        return 0
    delay: int = min(2 ** min(row.failures - FREE[kind], 10), LONGEST_WAIT)
    return max(0, ceil(delay - (now - row.last_at).total_seconds()))


def _key(today: date, what: tuple[str, ...]) -> str:
    return hmac.new(_daily_key(today), "\0".join(what).encode(errors="replace"), hashlib.sha256).hexdigest()


def _daily_key(today: date) -> bytes:
    """Made anew each day; yesterday's is gone, and with it the way from a counter to a name or an address."""
    path = data_dir() / "throttle.key"
    with _lock:
        day, _, key = path.read_text().partition(" ") if path.exists() else ("", "", "")
        if day != today.isoformat() or len(key) != 64:
            key = secrets.token_hex(32)
            fresh = path.with_suffix(".new")
            fresh.touch(mode=0o600)
            fresh.write_text(f"{today.isoformat()} {key}")
            fresh.replace(path)
        return bytes.fromhex(key)
