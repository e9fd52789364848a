"""Making one backup: the database as it is at one moment, the attachments that belong to it and the settings in the data
folder, in one file that is opened again before anybody says that it is there."""

from __future__ import annotations

import fcntl
import os
import shutil
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import select

from db import models as m
from db import snapshot
from db.engine import ROOT, data_dir
from db.snapshot import Contents
from domain.backups import ANCHOR, Manifest, Packed, file_name, kept, made_at
from domain.errors import Refused
from domain.rights import Right
from services import anchoring, backup_keys
from services.attachments import stored_at
from services.backup_files import pack, room_or_refused, unpack
from services.door import Actor, engine, today_and_now, work
from services.made_files import fingerprint

SETTINGS = ("oidc.toml", "letterhead.docx", backup_keys.FILE)
LEFT_OUT = ("server.key", "throttle.key")  # the first is kept apart, on paper; the second is made anew
_ROOM = 4 * 1024 * 1024  # bytes that stay free besides
_SCRATCH, _PLAIN = "backup-scratch", "before-upgrade"
_PLAIN_LASTS = timedelta(days=7)


@dataclass(frozen=True)
class Made:
    """`lost`: how many attachments were gone, or not what was attached, before. `removed`: taken out meanwhile, on purpose."""

    file: Path
    size: int
    sha256: str
    manifest: Manifest

    @property
    def good(self) -> bool:
        return not self.manifest.lost


def folder() -> Path:
    """Where backups go unless somebody says otherwise."""
    return Path(os.environ.get("WEERKLANK_BACKUPS") or data_dir() / "backups")


def make(actor: Actor, to: Path | None = None) -> Made:
    """Raises Refused: the ``backup_...`` codes, ``database_away``, ``not_allowed``."""
    with work(actor, Right.OPERATE) as w:
        now = w.now
    keys, into = backup_keys.read(), to or folder()
    with alone(), scratch() as place, room_or_refused():
        try:
            into.mkdir(mode=0o700, parents=True, exist_ok=True)
            _clear_halves(into, keys.register)
        except OSError as error:
            raise Refused("backup_no_folder") from error
        return _made(actor, now, keys, into, place)


def _made(actor: Actor, now: datetime, keys: backup_keys.Keys, into: Path, place: Path) -> Made:
    manifest = _gathered(actor, now, place)
    target = into / file_name(keys.register, now)
    half, once = target.with_name(f"{target.name}.half"), backup_keys.for_this_run()
    try:
        sha256, size = pack(half, place, manifest, [*keys.recipients, once.to_public()])
        shutil.rmtree(place / "attachments", ignore_errors=True)
        (place / manifest.database).unlink()
        _opened_again(half, once, manifest, place / "again")
        half.replace(target)
        _sync(into)
    finally:
        half.unlink(missing_ok=True)
    return Made(target, size, sha256, manifest)


def _opened_again(file: Path, once: object, manifest: Manifest, place: Path) -> None:
    """What was written is read from the disk, decrypted and compared with the register as it was. Raises Refused
    ``backup_not_verified``."""
    try:
        found = unpack(file, once, place, lambda _: None, leaves="attachments/")
        compared(found, place)
    except Refused as refusal:
        if refusal.code == "backup_no_room":
            raise
        raise Refused("backup_not_verified") from refusal
    if found != manifest:
        raise Refused("backup_not_verified")


def plain_copy(actor: Actor, revision: str) -> Path:
    """Before an upgrade where there is no key yet: the database alone, as readable as the one beside which it lies, for a
    week. Raises Refused: ``backup_no_room``, ``backup_no_pg_dump``, ``backup_dump_failed``."""
    with work(actor, Right.OPERATE) as w:
        stamp = f"{w.now:%Y%m%dT%H%M%SZ}"
    kind = "db" if engine().dialect.name == "sqlite" else "dump"
    place = data_dir() / _PLAIN
    target = place / f"weerklank-{revision}-{stamp}.{kind}"
    half = target.with_name(f"{target.name}.half")
    with alone(), room_or_refused():
        place.mkdir(mode=0o700, exist_ok=True)
        try:
            snapshot.take(engine(), half)
            half.replace(target)
            _sync(place)
        finally:
            half.unlink(missing_ok=True)
    return target


# What goes in


def _gathered(actor: Actor, now: datetime, place: Path) -> Manifest:
    """Everything lies in `place` afterwards, under the names of the list."""
    _enough_room(place)
    _link_all(place / "attachments")  # before the copy, so that what somebody removes from now on is still here
    sqlite = engine().dialect.name == "sqlite"
    database = place / "database" / f"weerklank.{'db' if sqlite else 'dump'}"
    database.parent.mkdir(mode=0o700)
    contents = snapshot.take(engine(), database)
    removed, lost = _only(contents, actor, place / "attachments")
    anchor = anchoring.of(today_and_now()[0], contents.ends)
    (place / ANCHOR).write_text(anchor.sheet, encoding="utf-8")
    _copy_settings(place / "settings")
    files = [_packed(place, path) for path in sorted(place.rglob("*")) if path.is_file()]
    stored = {each.path.removeprefix("attachments/"): each.sha256 for each in files}
    lost += [token for token, sha256 in contents.attached.items() if stored.get(token, sha256) != sha256]
    facts = (engine().dialect.name, contents.revision or "", contents.tables, anchor.line, tuple(files))
    return Manifest(now, _version(), *facts, tuple(sorted(removed)), tuple(sorted(lost)))


def _link_all(attachments: Path) -> None:
    """A second name for each file: it takes no room, and keeps the bytes when the first name goes."""
    attachments.mkdir(mode=0o700)
    with suppress(FileNotFoundError):
        for each in os.scandir(stored_at("")):
            _link(each.name, attachments)


def _link(token: str, attachments: Path) -> bool:
    source, target = stored_at(token), attachments / token
    if target.exists():
        return True
    try:
        os.link(source, target)
    except FileNotFoundError:
        return False
    except OSError:  # another disk, or a file system without links
        with suppress(FileNotFoundError):
            shutil.copyfile(source, target)
    return target.exists()


def _only(contents: Contents, actor: Actor, attachments: Path) -> tuple[list[str], list[str]]:
    """Leaves the files that the copied rows name; the tokens of those that were removed meanwhile, and of those that are
    gone without anybody having removed them."""
    for each in list(attachments.iterdir()):
        if each.name not in contents.attached:
            each.unlink()
    missing = [token for token in contents.attached if not _link(token, attachments)]
    if not missing:
        return [], []
    with work(actor, Right.OPERATE) as w:
        a = m.Attachment.__table__.c
        query = select(a.token).where(a.token.in_(missing), a.removed_at.is_(None))
        standing = set(w.session.connection().scalars(query))
    return [each for each in missing if each not in standing], [each for each in missing if each in standing]


def _packed(place: Path, path: Path) -> Packed:
    return Packed(str(path.relative_to(place)), *fingerprint(path))


def _copy_settings(settings: Path) -> None:
    settings.mkdir(mode=0o700)
    for name in SETTINGS:
        with suppress(FileNotFoundError):
            shutil.copyfile(data_dir() / name, settings / name)


def _enough_room(place: Path) -> None:
    """A first look; what runs full all the same is refused then."""
    database = Path(engine().url.database or "") if engine().dialect.name == "sqlite" else None
    size = database.stat().st_size if database and database.is_file() else 0
    if shutil.disk_usage(place).free < 2 * size + _ROOM:
        raise Refused("backup_no_room")


def _version() -> str:
    with suppress(OSError, KeyError, tomllib.TOMLDecodeError):
        return str(tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"])
    return "unknown"


# Is it what the list says? Also for who restores


def compared(manifest: Manifest, place: Path) -> Contents:
    """The database that was unpacked in `place` against the list: rows, ends of the histories, attachments. Raises Refused:
    ``backup_damaged``, ``backup_not_as_listed``."""
    contents = _read(manifest, place / manifest.database)
    sheet = (place / ANCHOR).read_text(encoding="utf-8", errors="replace")
    try:
        anchor = anchoring.read(sheet)
    except (anchoring.NotAnAnchor, anchoring.AnchorChanged) as error:
        raise Refused("backup_not_as_listed") from error
    again = anchoring.of(anchor.day, contents.ends)
    listed = {each.path.removeprefix("attachments/"): each.sha256 for each in manifest.files if "attachments/" in each.path}
    expected = {token: sha256 for token, sha256 in contents.attached.items() if token not in manifest.removed}
    whole = {token: sha256 for token, sha256 in expected.items() if token not in manifest.lost}
    same = (
        (contents.revision or "", contents.tables) == (manifest.revision, manifest.tables)
        and again.line == anchor.line == manifest.anchor
        and set(listed) <= set(expected)
        and all(listed.get(token) == sha256 for token, sha256 in whole.items())
    )
    if not same:
        raise Refused("backup_not_as_listed")
    return contents


def _read(manifest: Manifest, file: Path) -> Contents:
    try:
        return snapshot.read_sqlite(file) if manifest.dialect == "sqlite" else snapshot.read_dump(file)
    except Refused as refusal:
        raise Refused("backup_damaged") if refusal.code == "backup_no_register" else refusal from refusal


# One at a time, and nothing left behind


@contextmanager
def alone() -> Iterator[None]:
    """The lock goes with the process, however that ends. Raises Refused ``backup_busy``."""
    with (data_dir() / "backup.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Refused("backup_busy") from error
        yield


@contextmanager
def scratch() -> Iterator[Path]:
    """An own folder for what lies there in clear for a moment; only inside `alone`. What a killed one left goes first."""
    place = data_dir() / _SCRATCH
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(mode=0o700)
    try:
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)


def tidy(actor: Actor) -> None:
    """For the nightly run and the start: what a backup that was killed left behind (while one is being made that is its own),
    and plain copies of a week ago."""
    with work(actor, Right.OPERATE) as w:
        oldest = (w.now - _PLAIN_LASTS).timestamp()
    with suppress(Refused), alone():
        for each in (data_dir() / _PLAIN).glob("weerklank-*"):
            if each.stat().st_mtime < oldest or each.suffix == ".half":
                each.unlink(missing_ok=True)
        shutil.rmtree(data_dir() / _SCRATCH, ignore_errors=True)
        with suppress(Refused):
            _clear_halves(folder(), backup_keys.read().register)


def _clear_halves(into: Path, register: str) -> None:
    for each in into.glob("weerklank-*.half") if into.is_dir() else ():
        if made_at(each.name.removesuffix(".half"), register):
            each.unlink(missing_ok=True)


def rotated(into: Path) -> list[Path]:
    """The backups of this register that do not stay go; which went."""
    register = backup_keys.read().register
    found = {moment: each for each in into.iterdir() if (moment := made_at(each.name, register)) and each.is_file()}
    gone = [found[moment] for moment in found.keys() - kept(found)]
    for each in gone:
        each.unlink(missing_ok=True)
    return gone


def newest(into: Path) -> Path | None:
    if not into.is_dir():
        return None
    register = backup_keys.read().register
    found = [(moment, each) for each in into.iterdir() if (moment := made_at(each.name, register))]
    return max(found)[1] if found else None


def _sync(place: Path) -> None:
    """So that a new name survives a power cut; some network disks cannot."""
    opened = os.open(place, os.O_RDONLY)
    with suppress(OSError):
        os.fsync(opened)
    os.close(opened)
