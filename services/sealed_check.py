"""Is a sealed file still what was made? In itself: every document, the list and its seal, the history. And with the register:
is this the file whose fingerprint stands in the dossier, and does the history go on from where the file ends?"""

from __future__ import annotations

import hashlib
import json
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from hmac import compare_digest
from pathlib import Path
from typing import IO, Any

from sqlalchemy import func, select

from db import models as m
from domain import retention, sealed
from domain.rights import Right
from domain.sealed import Manifest, NotSealed, Packed
from domain.vocabulary import EventKind
from services.door import Actor, Work, work
from services.records import GENESIS, event_hash
from services.sealed_export import seal_of

_CHUNK = 1024 * 1024


class Wrong(StrEnum):
    NO_FILE = "no_file"  # no zip file, or one that cannot be read
    NO_LIST = "no_list"  # without a list that was written here
    SEAL = "seal"  # the list is not what was sealed, or this server has another key
    MISSING = "missing"  # in the list and not in the file
    EXTRA = "extra"  # in the file and not in the list
    CHANGED = "changed"  # not what the list says
    HISTORY = "history"  # an event is not what its hash says, or does not follow
    END = "end"  # the history does not end where the list says
    UNKNOWN = "unknown"  # the register has no such dossier
    REWRITTEN = "rewritten"  # at that place the register has another event
    NOT_MADE = "not_made"  # no event in the dossier says that this file was made


class Stands(StrEnum):
    """How the register stands to it."""

    SAME = "same"  # nothing happened since, but that this file was made
    WENT_ON = "went_on"
    LET_GO = "let_go"  # the dossier was destroyed since, as the register of that says


@dataclass(frozen=True)
class Fault:
    """`what`: a path in the file, or the number of an event."""

    wrong: Wrong
    what: str = ""


@dataclass
class Checked:
    manifest: Manifest | None = None
    faults: list[Fault] = field(default_factory=list)
    stands: Stands | None = None
    since: int = 0  # events


def check(actor: Actor, path: Path) -> Checked:
    """For the operator's command only."""
    with work(actor, Right.OPERATE):
        pass  # the right: reading a large file keeps no writer waiting
    done = Checked()
    try:
        with path.open("rb") as file:
            fingerprint = hashlib.file_digest(file, "sha256").hexdigest()
            with zipfile.ZipFile(file) as archive:
                done.manifest, done.faults = _in_itself(archive)
    except (OSError, zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError):
        done.faults.append(Fault(Wrong.NO_FILE))
    except NotSealed:
        done.faults.append(Fault(Wrong.NO_LIST))
    if done.manifest is not None:
        with work(actor, Right.OPERATE) as w:
            _with_the_register(w, done, done.manifest, fingerprint)
    return done


# In itself


def _in_itself(archive: zipfile.ZipFile) -> tuple[Manifest, list[Fault]]:
    written = _small(archive, sealed.MANIFEST)
    manifest = sealed.read_manifest(_parsed(written))
    said = _parsed(_small(archive, sealed.SEAL))
    faults = []
    if not isinstance(said, dict) or not compare_digest(str(said.get("hmac_sha256")).encode(), seal_of(written).encode()):
        faults.append(Fault(Wrong.SEAL))
    faults += _files(archive, manifest)
    if Fault(Wrong.MISSING, sealed.HISTORY) not in faults:
        faults += _history(_parsed(_small(archive, sealed.HISTORY)), manifest)
    return manifest, faults


def _small(archive: zipfile.ZipFile, path: str) -> bytes:
    try:
        if archive.getinfo(path).file_size > sealed.LONGEST_LIST:
            raise NotSealed
        with archive.open(path) as entry:
            return entry.read(sealed.LONGEST_LIST)
    except KeyError as error:
        raise NotSealed from error


def _parsed(written: bytes) -> Any:
    try:
        return json.loads(written)
    except (ValueError, RecursionError) as error:
        raise NotSealed from error


def _files(archive: zipfile.ZipFile, manifest: Manifest) -> Iterator[Fault]:
    names = [each.filename for each in archive.infolist()]
    listed = [each.path for each in manifest.files]
    for name in dict.fromkeys(names):
        if names.count(name) > 1 or name not in {*listed, sealed.MANIFEST, sealed.SEAL}:
            yield Fault(Wrong.EXTRA, name)
    for each in manifest.files:
        if each.path not in names:
            yield Fault(Wrong.MISSING, each.path)
        elif not _is(archive, each):
            yield Fault(Wrong.CHANGED, each.path)


def _is(archive: zipfile.ZipFile, each: Packed) -> bool:
    try:
        with archive.open(each.path) as entry:
            return _digest(entry, each.size) == each.sha256
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError):
        return False


def _digest(entry: IO[bytes], size: int) -> str:
    """Empty for one that is longer: what unpacks to a whole disk is not read to its end."""
    digest, read = hashlib.sha256(), 0
    while chunk := entry.read(_CHUNK):
        read += len(chunk)
        if read > size:
            return ""
        digest.update(chunk)
    return digest.hexdigest() if read == size else ""


def _history(events: Any, manifest: Manifest) -> Iterator[Fault]:
    if not isinstance(events, list) or not all(isinstance(each, dict) for each in events):
        yield Fault(Wrong.HISTORY)
        return
    wrong = set(sealed.links(events, GENESIS))
    wrong |= {number for number, each in enumerate(events, start=1) if "kind" in each and not _fits(each, manifest.complaint)}
    yield from (Fault(Wrong.HISTORY, str(number)) for number in sorted(wrong))
    if len(events) != manifest.events or not events or events[-1].get("hash") != manifest.end:
        yield Fault(Wrong.END)


def _fits(said: Mapping[str, Any], complaint: int) -> bool:
    """Is its hash that of what it says, and its text the one that was hashed?"""
    try:
        row = m.Event(
            prev_hash=said["prev"],
            complaint_id=complaint,
            seq=said["seq"],
            kind=said["kind"],
            side=said["side"],
            actor_id=said["actor"],
            happened_on=date.fromisoformat(said["happened_on"]),
            recorded_at=datetime.fromisoformat(said["recorded_at"]),
            codes=said["codes"],
            text_hash=said["text_hash"],
        )
        if event_hash(row) != said["hash"]:
            return False
        if said["text"] is None:
            return said["text_hash"] is None
        return bool(hashlib.sha256((said["salt"] + said["text"]).encode()).hexdigest() == said["text_hash"])
    except (KeyError, TypeError, ValueError):
        return False


# With the register


def _with_the_register(w: Work, done: Checked, manifest: Manifest, fingerprint: str) -> None:
    c, e = m.Complaint.__table__.c, m.Event.__table__.c  # past the row rule: of whichever side
    number = w.session.scalar(select(c.id).where(c.reference == manifest.reference))
    if number is None:
        done.faults.append(Fault(Wrong.UNKNOWN))
        return
    chain = select(e.hash).where(e.complaint_id == number, e.seq == manifest.events)
    length = w.session.scalar(select(func.count(e.id)).where(e.complaint_id == number)) or 0
    let_go = _let_go(w, manifest)
    if number == manifest.complaint and w.session.scalar(chain) == manifest.end:
        made = _made(w, number, manifest.events, fingerprint)
        done.since = length - manifest.events - made
        done.stands = Stands.LET_GO if let_go else Stands.WENT_ON if done.since else Stands.SAME
        if not made:
            done.faults.append(Fault(Wrong.NOT_MADE))
    elif let_go:  # of a closed compartment, whose history goes as a whole
        done.stands = Stands.LET_GO
    else:
        done.faults.append(Fault(Wrong.REWRITTEN, str(manifest.events)))


def _made(w: Work, number: int, after: int, fingerprint: str) -> bool:
    e = m.Event.__table__.c
    said = w.session.scalars(
        select(e.codes).where(e.complaint_id == number, e.kind == EventKind.SEALED, e.seq > after).order_by(e.seq)
    )
    return any(codes.get("sha256") == fingerprint for codes in said)


def _let_go(w: Work, manifest: Manifest) -> bool:
    gone = m.Destroyed
    since = gone.destroyed_at >= manifest.made_at
    query = select(gone.id).where(gone.reference == manifest.reference, gone.what == retention.What.DOSSIER, since)
    return w.session.scalar(query.limit(1)) is not None
