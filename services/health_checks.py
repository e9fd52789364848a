"""What is looked at to know how the register is. Nothing of any dossier is answered, not even how many there are."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from time import monotonic

from sqlalchemy import func, select

from db import append_only
from db import models as m
from db.engine import data_dir
from domain.errors import Refused
from domain.health import Check, Finding, attention, enough_room, fault, is_behind, is_late
from domain.rights import Right
from services import backups, night, schema, second_factor, server_key
from services.door import SystemActor, Work, clock_is_given, engine, work
from services.incidents import report
from services.verifying import last_ones_fit

HEALTH = SystemActor("health", frozenset({Right.OPERATE, Right.ENTER}))
SECONDS = 2.0  # so long reading and writing may take
LAST = 1000  # events whose chain is looked at
_WAL_IS_WHOLE = (3, 51, 3)  # before it SQLite can lose pages of a write-ahead log
_TIMESYNC = Path("/run/systemd/timesync")
_opened: dict[Path, tuple[int, int]] = {}


class _Undo(Exception):
    """Leaves a transaction without anything of it."""


def look() -> tuple[Finding, ...]:
    """One finding per check. Of a database that is away, or of another version, nothing more is asked."""
    disk, key = _safely(Check.DISK, _disk), _safely(Check.KEY, _key)
    found = [_safely(Check.DATABASE, _database)]
    if found[0].reason in ("", "database_slow", "sqlite_old"):
        found.append(_safely(Check.SCHEMA, _schema))
        if not found[1].reason:
            found += [_safely(check, question) for check, question in _OF_THE_DATABASE.items()]
            key = key if key.reason else _safely(Check.KEY, _same_key)
    return disk, key, *found


def _safely(check: Check, question: Callable[[], Finding]) -> Finding:
    """What could not be looked at is not good."""
    try:
        return question()
    except Refused as refusal:
        return fault(*((Check.DATABASE, "database_away") if refusal.code == "database_away" else (check, "unreadable")))
    except Exception as error:
        report(error, "health")
        return fault(check, "unreadable")


def _disk() -> Finding:
    try:
        room = shutil.disk_usage(data_dir())
    except OSError:
        return fault(Check.DISK, "disk_away")
    return Finding(Check.DISK) if enough_room(room.free, room.total) else fault(Check.DISK, "disk_full")


def _key() -> Finding:
    if not server_key.exists():
        return fault(Check.KEY, "key_gone")
    try:
        server_key.check()
    except Refused:
        return fault(Check.KEY, "key_wrong")
    return Finding(Check.KEY)


def _same_key() -> Finding:
    other = second_factor.under_another_key(HEALTH)
    return attention(Check.KEY, "key_other") if other else Finding(Check.KEY)


def _database() -> Finding:
    if _is_another_file():
        return fault(Check.DATABASE, "database_moved")
    began = monotonic()
    with suppress(_Undo), work(HEALTH, Right.OPERATE) as w:
        w.session.add(m.Setting(key="health", value={"at": w.now.isoformat()}))
        w.session.flush()  # it is written, and undone
        raise _Undo
    if monotonic() - began > SECONDS:
        return fault(Check.DATABASE, "database_slow")
    return attention(Check.DATABASE, "sqlite_old") if _log_can_break() else Finding(Check.DATABASE)


def _is_another_file() -> bool:
    """Was SQLite's file taken away, or another one put in its place? What is open goes on writing in the old one."""
    name = engine().url.database
    if engine().dialect.name != "sqlite" or not name or name == ":memory:":
        return False
    path = Path(name)
    if not path.exists():  # who opens it now makes an empty one
        return True
    now = path.stat()
    return _opened.setdefault(path, (now.st_dev, now.st_ino)) != (now.st_dev, now.st_ino)


def forget() -> None:
    """For tests: a database that was put in the place of another one is the right one."""
    _opened.clear()


def _log_can_break() -> bool:
    if engine().dialect.name != "sqlite" or sqlite3.sqlite_version_info >= _WAL_IS_WHOLE:
        return False
    with work(HEALTH, Right.ENTER) as w:
        return bool(w.session.connection().exec_driver_sql("PRAGMA journal_mode").scalar() == "wal")


def _schema() -> Finding:
    return Finding(Check.SCHEMA) if schema.is_current() else fault(Check.SCHEMA, "schema_old")


def _triggers() -> Finding:
    with work(HEALTH, Right.ENTER) as w:
        missing = append_only.missing(w.session.connection())
    return fault(Check.TRIGGERS, "triggers_gone") if missing else Finding(Check.TRIGGERS)


def _chain() -> Finding:
    with work(HEALTH, Right.ENTER) as w:
        return Finding(Check.CHAIN) if last_ones_fit(w, LAST) else fault(Check.CHAIN, "chain_broken")


def _clock() -> Finding:
    """A clock that is given (tests, imports) is what it is."""
    with work(HEALTH, Right.ENTER) as w:
        if not clock_is_given() and is_behind(w.now, _happened(w)):
            return fault(Check.CLOCK, "clock_behind")
    if _TIMESYNC.is_dir() and not (_TIMESYNC / "synchronized").exists():
        return attention(Check.CLOCK, "clock_alone")
    return Finding(Check.CLOCK)


def _happened(w: Work) -> list[datetime]:
    """When the last event and the last sign of somebody were; ids of events go up with time."""
    event = m.Event.__table__.c
    last = select(event.recorded_at).order_by(event.id.desc()).limit(1)
    found = [w.session.connection().scalar(last), w.session.scalar(select(func.max(m.AuthSession.last_seen_at)))]
    return [each for each in found if each is not None]


def _backup() -> Finding:
    last = backups.last_good(HEALTH)
    with work(HEALTH, Right.ENTER) as w:
        late = is_late(last, w.now, _began(w))
    return attention(Check.BACKUP, "backup_late") if late else Finding(Check.BACKUP)


def _nightly() -> Finding:
    with work(HEALTH, Right.ENTER) as w:
        ran = night.last(w)
        if is_late(ran.at if ran else None, w.now, _began(w)):
            return attention(Check.NIGHTLY, "nightly_late")
    return attention(Check.NIGHTLY, "nightly_not_whole") if ran and not ran.whole else Finding(Check.NIGHTLY)


def _began(w: Work) -> datetime | None:
    """When the first account was made; None: nobody is in yet."""
    return w.session.scalar(select(func.min(m.Account.created_at)))


_OF_THE_DATABASE = {
    Check.TRIGGERS: _triggers,
    Check.CHAIN: _chain,
    Check.CLOCK: _clock,
    Check.BACKUP: _backup,
    Check.NIGHTLY: _nightly,
}
