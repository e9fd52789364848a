"""One dossier as one sealed file: as PDF, with the letters, the attachments and the history, a list with the SHA-256 of each,
and a seal over that list. It can be checked later, with the register (services/sealed_check.py) and without it."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
import tomllib
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from sqlalchemy import select

from db import models as m
from db.engine import ROOT
from db.settings import read_settings
from domain import sealed
from domain.errors import Refused
from domain.rights import Right
from domain.vocabulary import EventKind, Status
from services import attachments, server_key
from services.door import Actor, Work, work
from services.dossier import Dossier, seen_by
from services.letter_sheets import sheet_of
from services.made_files import LASTS, MadeFiles, fingerprint
from services.readings import Reading, readings_of
from services.records import load, load_to_append, record
from services.rendering import pdf
from services.sealed_report import Made, report
from text import translate

FILES = MadeFiles("sealed", ".zip")
_ROOM = 50 * 1024 * 1024  # bytes that stay free besides it
_CHUNK = 1024 * 1024
_NO_CLOCK = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Ready:
    """`event_id`: give it to `fetch`. `gone`: how many attachments are not in it, because their file is gone or changed."""

    event_id: int
    size: int  # bytes
    gone: int


@dataclass(frozen=True)
class _Letter:
    path: str
    what: str
    around: dict[str, Any]
    subject: str
    body: str


@dataclass(frozen=True)
class _Attached:
    path: str
    name: str
    token: str
    sha256: str
    size: int


@dataclass(frozen=True)
class _Gathered:
    """Everything that goes into it, as it was at one moment."""

    file: Dossier
    made: Made
    account_id: int
    complaint_id: int
    events: list[dict[str, Any]]
    letters: tuple[_Letter, ...]
    attached: tuple[_Attached, ...]
    opened: tuple[Reading, ...]


def make(actor: Actor, reference: str) -> Ready:
    """Makes the file; that it was made, by whom and with which fingerprint, stands in the dossier. Raises Refused:
    ``not_found``, ``anonymised``, ``sealed_no_room``."""
    with work(actor, Right.EXPORT_DOSSIER) as w:
        gathered = _gathered(w, load(w, reference))
    FILES.prune(gathered.made.at, gathered.account_id)
    with _half_made(gathered) as (path, packed):
        gone = packed.everything()
        sha256, size = fingerprint(path)
        with work(actor, Right.EXPORT_DOSSIER) as w:
            complaint = load_to_append(w, reference)
            facts: dict[str, Any] = {"events": gathered.made.seq, "files": len(packed.listed), "size": size, "sha256": sha256}
            entry = record(w, complaint, EventKind.SEALED, **facts)
            w.session.add(m.AccessLog(account_id=w.me, complaint_id=complaint.id, at=w.now, what="sealed"))
            ready, kept, at = Ready(entry.id, size, gone), FILES.path(w.me, entry.id), w.now.timestamp()
        os.utime(path, (at, at))
        path.replace(kept)  # only now: what could not be written down is never served
        return ready


def fetch(actor: Actor, event_id: int) -> tuple[Path, str]:
    """Where it lies, and the name to save it under; for who made it, a quarter of an hour long. Files that are older go from
    the disk whenever somebody makes or fetches one. Raises Refused ``not_found``."""
    with work(actor, Right.EXPORT_DOSSIER) as w:
        FILES.prune(w.now)
        event = w.session.get(m.Event, event_id)
        complaint = w.session.get(m.Complaint, event.complaint_id) if event else None
        path = FILES.path(w.me, event_id)
        if event is None or complaint is None or complaint.status == Status.ANONYMISED or not path.is_file():
            raise Refused("not_found")
        if (event.kind, event.actor_id) != (EventKind.SEALED, w.me) or w.now - event.recorded_at > LASTS:
            raise Refused("not_found")
        return path, f"{complaint.reference}-{w.today}.zip"


def sweep(actor: Actor) -> None:
    """For the nightly run and the start: what was made more than a quarter of an hour ago goes."""
    with work(actor, Right.OPERATE) as w:
        now = w.now
    FILES.prune(now)


# What goes into it


def _gathered(w: Work, complaint: m.Complaint) -> _Gathered:
    if complaint.status == Status.ANONYMISED:
        raise Refused("anonymised")
    file = seen_by(w, complaint)
    events = _events(w, complaint, {each.id for each in file.content.timeline} if file.content else set())
    last = events[-1]
    made = Made(read_settings(w.session).organisation, w.person.display_name, w.now, last["seq"], last["hash"])
    opened = tuple(readings_of(w, complaint)) if file.audited else ()
    return _Gathered(
        file, made, w.me, complaint.id, events, tuple(_letters(w, file)), tuple(_attached(w, file)), opened
    )  # fmt: skip


def _events(w: Work, complaint: m.Complaint, seen: set[int]) -> list[dict[str, Any]]:
    """Of each event its place in the chain; of those that this person sees also what makes its hash."""
    e, t = m.Event.__table__, m.EventText.__table__
    query = select(e, t.c.text).outerjoin(t, t.c.event_id == e.c.id).where(e.c.complaint_id == complaint.id).order_by(e.c.seq)
    return [_event(row, row.id in seen) for row in w.session.connection().execute(query)]


def _event(row: Any, seen: bool) -> dict[str, Any]:
    chained = {"seq": row.seq, "prev": row.prev_hash, "hash": row.hash}
    if not seen:
        return chained
    facts = {"kind": row.kind, "side": row.side, "actor": row.actor_id, "codes": row.codes, "text_hash": row.text_hash}
    days = {"happened_on": row.happened_on.isoformat(), "recorded_at": row.recorded_at.isoformat()}
    return chained | facts | days | {"salt": row.text_salt, "text": row.text}


def _letters(w: Work, file: Dossier) -> Iterator[_Letter]:
    sent = [each for each in reversed(file.content.messages) if each.letter_type] if file.content else []
    texts = {
        text.message_id: text
        for text in w.session.scalars(select(m.MessageText).where(m.MessageText.message_id.in_(each.id for each in sent)))
    }
    for number, each in enumerate(sent, start=1):
        text, kind = texts.get(each.id), each.letter_type or ""
        if text is not None and text.sheet:
            what = translate("nl", "sealed.letter", kind=translate("nl", f"letter_type.{kind}"), day=each.sent_on)
            yield _Letter(sealed.letter_path(number, each.sent_on, kind), what, text.sheet, text.subject, text.body)


def _attached(w: Work, file: Dossier) -> Iterator[_Attached]:
    tokens = [each.token for each in file.content.attachments] if file.content else []
    rows = w.session.scalars(select(m.Attachment).where(m.Attachment.token.in_(tokens)).order_by(m.Attachment.id))
    for number, row in enumerate(rows, start=1):
        yield _Attached(sealed.attachment_path(number, row.name), row.name, row.token, row.sha256, row.size)


# The file


class _Pack:
    """Writes it, and keeps what was written."""

    def __init__(self, archive: zipfile.ZipFile, gathered: _Gathered) -> None:
        self.archive, self.gathered = archive, gathered
        self.listed: list[dict[str, Any]] = []

    def everything(self) -> int:
        """How many attachments could not be put in."""
        gathered, files, lost = self.gathered, [], []
        for letter in gathered.letters:
            self._add(letter.path, pdf.render(sheet_of(letter.around, letter.subject, letter.body)))
            files.append((letter.path, letter.what))
        for each in gathered.attached:
            found = self._copy(each)
            lost += [] if found else [{"name": each.name, "sha256": each.sha256, "size": each.size}]
            files.append((each.path, translate("nl", f"sealed.attachment{'' if found else '_gone'}", name=each.name)))
        printed = report(gathered.file, gathered.made, tuple(files), gathered.opened)
        self._add(sealed.DOSSIER, pdf.render_report(printed))
        self._add(sealed.HISTORY, _json(gathered.events))
        self._add(sealed.README, translate("nl", "sealed.readme", reference=gathered.file.reference).encode())
        manifest = _json(self._manifest(lost))
        self.archive.writestr(_entry(sealed.MANIFEST), manifest)
        self.archive.writestr(_entry(sealed.SEAL), _json({"hmac_sha256": seal_of(manifest)}))
        self.archive.close()
        return len(lost)

    def _add(self, path: str, content: bytes) -> None:
        self.archive.writestr(_entry(path), content)
        self.listed.append({"path": path, "sha256": hashlib.sha256(content).hexdigest(), "size": len(content)})

    def _copy(self, each: _Attached) -> bool:
        """Bit by bit: it may be large. Only when it is what was attached."""
        source = attachments.stored_at(each.token)
        if not source.is_file() or fingerprint(source) != (each.sha256, each.size):
            return False
        with source.open("rb") as stored, self.archive.open(_entry(each.path, packed=False), "w") as entry:
            shutil.copyfileobj(stored, entry, _CHUNK)
        self.listed.append({"path": each.path, "sha256": each.sha256, "size": each.size})
        return True

    def _manifest(self, lost: list[dict[str, Any]]) -> dict[str, Any]:
        gathered, made = self.gathered, self.gathered.made
        return {
            "format": sealed.FORMAT,
            "reference": gathered.file.reference,
            "made_at": made.at.isoformat(),
            "made_by": {"account": gathered.account_id, "name": made.by},
            "software": _version(),
            "history": {"complaint": gathered.complaint_id, "events": made.seq, "end": made.end},
            "files": self.listed,
            "attachments_gone": lost,
        }


def seal_of(manifest: bytes) -> str:
    """HMAC-SHA256 (hex) under the server's key, which lies beside the database."""
    return server_key.mark(f"sealed dossier\0{manifest.decode(errors='replace')}")


def _entry(path: str, packed: bool = True) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(path, _NO_CLOCK)
    entry.compress_type = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
    entry.external_attr = 0o600 << 16
    return entry


def _json(data: Any) -> bytes:
    return json.dumps(data, ensure_ascii=False, indent=1).encode()


def _version() -> str:
    with suppress(OSError, KeyError, tomllib.TOMLDecodeError):
        return str(tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"])
    return "unknown"


@contextmanager
def _half_made(gathered: _Gathered) -> Iterator[tuple[Path, _Pack]]:
    """A file that is there whole afterwards, or not at all."""
    folder = FILES.folder()
    if shutil.disk_usage(folder).free < sum(each.size for each in gathered.attached) + _ROOM:
        raise Refused("sealed_no_room")
    path = folder / f"half-{secrets.token_hex(16)}"
    try:
        with _own(path) as file, zipfile.ZipFile(file, "w") as archive:
            yield path, _Pack(archive, gathered)
    finally:
        path.unlink(missing_ok=True)


def _own(path: Path) -> IO[bytes]:
    return os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b")
