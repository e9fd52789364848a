"""Putting a backup back, all of it or nothing, and trying out whether one could be put back."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import delete, or_

from db import empty, snapshot
from db import models as m
from db import upgrade as schema
from db.engine import data_dir
from domain.backups import Manifest
from domain.errors import Refused
from domain.rights import Right
from services import backup_keys, destroying_again, operations, verifying
from services.attachments import stored_at
from services.backup_files import room_or_refused, unpack
from services.backup_making import SETTINGS, alone, compared, folder, newest, scratch
from services.backups import Kind
from services.destroying_again import Again
from services.door import Actor, engine, work
from services.verifying import Verified

_ROOM = 4 * 1024 * 1024  # bytes that stay free besides
_MOVING = "restore-unfinished"
_NO_RESULT = frozenset({"backup_wrong_key", "backup_key_unreadable", "backup_busy", "backup_none_here"})  # says nothing of it


@dataclass(frozen=True)
class Restored:
    """`kept`: settings files that stood here already and stayed. `sessions`: how many were ended."""

    manifest: Manifest
    revision: str  # that the register has now
    again: Again
    sessions: int
    verified: Verified
    kept: tuple[str, ...]
    server_key: bool  # there is one here: without the earlier one second steps cannot be used


def restore(actor: Actor, file: Path, key: str, destroyed: Sequence[dict[str, Any]] = ()) -> Restored:
    """Into an empty place. `destroyed`: a later list of what was let go (services/destroying_again.py), which goes again.

    Raises Refused: ``restore_not_empty``, ``backup_damaged``, ``backup_wrong_key``, ``backup_newer``,
    ``backup_other_database``, ``backup_not_as_listed``, ``backup_no_room``, ``backup_key_unreadable``, ``restore_failed``,
    ``destroyed_unknown_account``.
    """
    with work(actor, Right.OPERATE):
        pass
    secret = backup_keys.secret(key)
    with alone(), room_or_refused():
        _undo_half()
        if not _is_empty():
            raise Refused("restore_not_empty")
        with scratch() as place:
            manifest = unpack(file, secret, place, lambda listed: _fits(listed, place))
            compared(manifest, place)
            if manifest.dialect == "sqlite":
                return _sqlite(actor, place, manifest, destroyed)
            return _postgresql(actor, place, manifest, destroyed)


def _fits(manifest: Manifest, place: Path) -> None:
    """Before anything is unpacked. Raises Refused."""
    if not schema.knows(manifest.revision):
        raise Refused("backup_newer", version=manifest.version)
    if manifest.dialect != engine().dialect.name:
        raise Refused("backup_other_database", database=manifest.dialect)
    _room_for(manifest.size, place)


def _room_for(size: int, place: Path) -> None:
    if shutil.disk_usage(place).free < size + _ROOM:
        raise Refused("backup_no_room")


def _is_empty() -> bool:
    folder = stored_at("")
    return empty.is_empty(engine()) and not (folder.is_dir() and any(folder.iterdir()))


def _undo_half() -> None:
    """A restore that was killed had found this place empty: what stands in it came from that restore."""
    mark = data_dir() / _MOVING
    if empty.undo(engine()) or (mark.exists() and empty.is_empty(engine())):
        shutil.rmtree(stored_at(""), ignore_errors=True)
    mark.unlink(missing_ok=True)


# SQLite: everything is made ready beside its place; then it moves there, the database last


def _sqlite(actor: Actor, place: Path, manifest: Manifest, destroyed: Sequence[dict[str, Any]]) -> Restored:
    target = Path(engine().url.database or "")
    ready = place / "ready"
    ready.mkdir(mode=0o700)
    (place / manifest.database).replace(ready / "weerklank.db")
    _attachments(place).replace(ready / "attachments")
    with _working_in(ready):
        done = _made_current(actor, destroyed)
    with _moving():
        _move_attachments(ready)
        kept = _move_settings(place)
        _put(ready / "weerklank.db", target)
    return _told(manifest, done, kept)


def _attachments(place: Path) -> Path:
    """A register without any has an empty folder."""
    found = place / "attachments"
    found.mkdir(mode=0o700, exist_ok=True)
    return found


@contextmanager
def _working_in(ready: Path) -> Iterator[None]:
    """For the command that restores, in its own process: services work in this folder meanwhile."""
    before = {name: os.environ.pop(name, None) for name in ("WEERKLANK_DATA", "WEERKLANK_DATABASE_URL")}
    os.environ["WEERKLANK_DATA"] = str(ready)
    engine().dispose()
    engine.cache_clear()
    try:
        yield
    finally:
        engine().dispose()
        engine.cache_clear()
        os.environ.pop("WEERKLANK_DATA")
        os.environ.update({name: value for name, value in before.items() if value is not None})


@contextmanager
def _moving() -> Iterator[None]:
    mark = data_dir() / _MOVING
    mark.touch(mode=0o600)
    _sync(mark.parent)
    yield
    mark.unlink()
    _sync(mark.parent)


def _move_attachments(ready: Path) -> None:
    target = stored_at("")
    with suppress(FileNotFoundError):
        target.rmdir()
    _put(ready / "attachments", target)


def _move_settings(place: Path) -> tuple[str, ...]:
    """Those that stand here already stay: somebody put them here to begin with."""
    kept = []
    for name in SETTINGS:
        source, target = place / "settings" / name, data_dir() / name
        if source.is_file() and target.exists():
            kept.append(name)
        elif source.is_file():
            _put(source, target)
    return tuple(kept)


def _put(source: Path, target: Path) -> None:
    """Whole or not at all, on another disk too."""
    try:
        source.replace(target)
    except OSError:
        half = target.with_name(f"{target.name}.half")
        shutil.rmtree(half, ignore_errors=True)
        shutil.copytree(source, half) if source.is_dir() else shutil.copyfile(source, half)
        half.chmod(0o700 if source.is_dir() else 0o600)
        half.replace(target)
    _sync(target.parent)


def _sync(place: Path) -> None:
    opened = os.open(place, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


# PostgreSQL: in one transaction, and not opened until the mark is gone


def _postgresql(actor: Actor, place: Path, manifest: Manifest, destroyed: Sequence[dict[str, Any]]) -> Restored:
    empty.mark()
    try:
        snapshot.restore_dump(place / manifest.database)
        _move_attachments_of(place)
        done = _made_current(actor, destroyed)
        kept = _move_settings(place)
    except BaseException:
        _undo_half()
        raise
    empty.unmark()
    return _told(manifest, done, kept)


def _move_attachments_of(place: Path) -> None:
    _attachments(place)
    _move_attachments(place)


# What is done to it before anybody can sign in


@dataclass(frozen=True)
class _Current:
    revision: str
    again: Again
    sessions: int
    verified: Verified


def _made_current(actor: Actor, destroyed: Sequence[dict[str, Any]]) -> _Current:
    """The newest schema, what has to be gone is gone, nobody is signed in, and the histories are computed anew."""
    operations.bring_up(actor)
    again = destroying_again.again(actor, destroyed)
    sessions = operations.close_sessions(actor)
    _end_what_was_under_way(actor)
    verified = verifying.verify(actor)
    return _Current(schema.current(engine()) or "", again, sessions, verified)


def _end_what_was_under_way(actor: Actor) -> None:
    """A link or a ticket that was used after the backup was made would work again."""
    with work(actor, Right.OPERATE) as w:
        w.session.execute(delete(m.OneTimeLink).where(m.OneTimeLink.used_at.is_(None)))
        w.session.execute(delete(m.AuthTicket).where(or_(m.AuthTicket.used_at.is_(None), m.AuthTicket.step != "")))
        w.session.execute(delete(m.SignOnAttempt))


def _told(manifest: Manifest, done: _Current, kept: tuple[str, ...]) -> Restored:
    there = (data_dir() / "server.key").is_file()
    return Restored(manifest, done.revision, done.again, done.sessions, done.verified, kept, there)


# Trying it out


@dataclass(frozen=True)
class Drilled:
    """`good`: everything that was attached is in it. No numbers of dossiers: the administrator has none."""

    made_at: datetime  # UTC
    good: bool


def drill(actor: Actor, key: str, file: Path | None = None) -> Drilled:
    """Opens the newest backup (or `file`) with the secret key and compares everything in it with its list: the rows of each
    table, the end of every history, each attachment. The key is not kept, and what was unpacked goes. That it was done, by
    whom and how it ended is noted down. For the administrator and the operator.

    Raises Refused: ``backup_none_here``, and those of `restore` about the file and the key."""
    with work(actor, Right.ACCOUNTS):
        pass
    secret, archive = backup_keys.secret(key), file or newest(folder())
    if archive is None:
        raise Refused("backup_none_here")
    try:
        with alone(), scratch() as place, room_or_refused():
            found = unpack(archive, secret, place, lambda listed: _room_for(listed.size, place), leaves="attachments/")
            compared(found, place)
    except Refused as refusal:
        if refusal.code not in _NO_RESULT:
            _note(actor, archive, refusal.code)
        raise
    _note(actor, archive, "backup_lost_files" if found.lost else "")
    return Drilled(found.made_at, not found.lost)


def _note(actor: Actor, archive: Path, code: str) -> None:
    with work(actor, Right.ACCOUNTS) as w:
        facts = {"file": archive.name[:80], "size": archive.stat().st_size}
        w.session.add(m.BackupNote(kind=Kind.DRILL, at=w.now, by_id=w.person.id, good=not code, code=code, **facts))
