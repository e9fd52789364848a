"""Files in a dossier: the bytes under an own random name in the data folder, everything else in the row."""

from __future__ import annotations

import hashlib
import logging
import os
import re
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import exists, select

from db import models as m
from db.engine import data_dir
from domain.attachments import check_count, check_size, clean_name
from domain.errors import Refused
from domain.rights import Right
from domain.texts import required
from domain.vocabulary import EventKind, Side
from services import stripping, virus_scan
from services.attachment_types import verified_type
from services.door import Actor, Work, already_made, work
from services.records import files_of, load_to_append, locked, record

INTAKE_LASTS = timedelta(hours=1)
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
_NAME = re.compile(r"[A-Za-z0-9_-]{43}(\.half)?")
_log = logging.getLogger("weerklank.attachments")

File = tuple[str, bytes]  # the name as given, the content


def add(actor: Actor, reference: str, files: Sequence[File], strip: bool = False) -> tuple[str, ...]:
    """The tokens of the attached files, in their order: all of them or none. A file that is in the dossier already is
    not attached twice (a double click). `strip`: without data about who made it and where; the original is not kept.
    Raises Refused ``not_found``, ``scanner_away``, and the ``attachment_...`` and ``strip_...`` codes."""
    return _add(actor, Right.LOG, lambda w: load_to_append(w, reference), files, strip)


def add_at_intake(actor: Actor, form_id: str, files: Sequence[File], strip: bool = False) -> tuple[str, ...]:
    """As `add`, to the dossier that this person made with this form within the last hour, though reporters may not work
    in it, nor see what they handed over. Answers nothing about the dossier."""
    return _add(actor, Right.REGISTER, lambda w: _just_made(w, form_id), files, strip)


def _add(
    actor: Actor, right: Right, find: Callable[[Work], m.Complaint], files: Sequence[File], strip: bool
) -> tuple[str, ...]:
    """Whoever may not add learns nothing of the file; looking into it takes no transaction."""
    if files and (strip or virus_scan.configured()):
        with work(actor, right) as w:
            complaint_id = find(w).id
        files = _looked_into(actor, complaint_id, files, strip)
    with _undone_on_error() as written, work(actor, right) as w:
        return _attach(w, find(w), files, written, strip)


def _just_made(w: Work, form_id: str) -> m.Complaint:
    complaint = already_made(w, form_id)
    if complaint is None or w.now - complaint.registered_at > INTAKE_LASTS:
        raise Refused("not_found")
    return complaint


def _looked_into(actor: Actor, complaint_id: int, files: Sequence[File], strip: bool) -> list[File]:
    """Outside any transaction: both take seconds. Who offers a virus stands in the readings; the file is not kept."""
    seen = []
    for name, content in files:
        check_size(content)
        kind = verified_type(clean_name(name), content)
        try:
            virus_scan.check(content)
        except Refused as refusal:
            if refusal.code == "attachment_infected":
                _note(actor, complaint_id, "virus")
            raise
        seen.append((name, stripping.stripped(kind, content) if strip else content))
    return seen


def _note(actor: Actor, complaint_id: int, what: str) -> None:
    with work(actor, Right.SELF) as w:
        w.session.add(m.AccessLog(account_id=w.me, complaint_id=complaint_id, at=w.now, what=what))


def fetch(actor: Actor, token: str) -> tuple[str, str, bytes]:
    """Name, media type and content; who took it is logged. Foreign, unknown and removed are one: ``not_found``.
    Raises Refused ``attachment_damaged`` when the bytes are gone or are not what was attached."""
    with work(actor, Right.READ) as w:
        row = _row(w, token)
        name, media_type, sha256, complaint_id = row.name, row.media_type, row.sha256, row.complaint_id
    content = _stored(token, sha256)
    _note(actor, complaint_id, "attachment")
    return name, media_type, content


def remove(actor: Actor, token: str, reason: str) -> None:
    """Take a file out of the dossier and off the disk; that it was there, and why it went, stays in the history.
    Raises Refused: ``not_found``, ``missing`` (reason), ``attachment_in_appeal``."""
    with work(actor, Right.REMOVE_FILE) as w:
        complaint = w.session.get(m.Complaint, _row(w, token).complaint_id)
        if complaint is None:  # may be read, not worked in
            raise Refused("not_found")
        locked(w, complaint)
        row = _row(w, token)  # as it is now: a colleague may have removed it while we waited
        why = required(reason, "reason")
        if w.session.scalar(select(exists().where(m.Appeal.complaint_id == row.complaint_id))):
            raise Refused("attachment_in_appeal")  # the reviewer gets the file as it stood
        row.removed_at = w.now
        record(w, complaint, EventKind.ATTACHMENT_REMOVED, text=f"{row.name}\n{why}", sha256=row.sha256, size=row.size)
    _discard(_path(token))


def destroyed(tokens: Sequence[str]) -> list[str]:
    """Takes these files off the disk; answers those that are gone now, or were gone before."""
    gone = []
    for token in tokens:
        try:
            _discard(_path(token))
            gone.append(token)
        except OSError:
            _log.exception("a file could not be removed")
    folder = _path("")
    if gone and folder.is_dir():
        _sync_folder(folder)
    return gone


def stored_at(token: str) -> Path:
    """Where the bytes of an attached file lie."""
    return _path(token)


def left_behind(before: datetime) -> list[str]:
    """The names of the files on the disk, whole or half-written, that were last touched before this moment (UTC): one of
    those that no row knows was written when the machine stopped."""
    found = []
    with suppress(FileNotFoundError):  # no folder yet
        for each in os.scandir(_path("")):
            with suppress(FileNotFoundError):  # gone while we look
                if _NAME.fullmatch(each.name) and each.is_file() and each.stat().st_mtime < before.timestamp():
                    found.append(each.name)
    return found


def _row(w: Work, token: str) -> m.Attachment:
    if not _TOKEN.fullmatch(token):
        raise Refused("not_found")
    query = select(m.Attachment).where(m.Attachment.token == token, m.Attachment.removed_at.is_(None))
    row = w.session.scalar(query.execution_options(populate_existing=True))
    if row is None:
        raise Refused("not_found")
    return row


def _attach(w: Work, complaint: m.Complaint, files: Sequence[File], written: list[Path], strip: bool) -> tuple[str, ...]:
    present = {row.sha256: row.token for row in files_of(w, complaint)}
    tokens = []
    for name, content in files:
        check_size(content)
        sha256 = hashlib.sha256(content).hexdigest()
        if sha256 not in present:
            check_count(len(present), 1)
            present[sha256] = _attach_one(w, complaint, clean_name(name), content, sha256, written, strip)
        tokens.append(present[sha256])
    return tuple(tokens)


def _attach_one(
    w: Work, complaint: m.Complaint, name: str, content: bytes, sha256: str, written: list[Path], strip: bool
) -> str:
    media_type, token = verified_type(name, content), secrets.token_urlsafe(32)
    codes: dict[str, Any] = {"media_type": media_type, "size": len(content), "sha256": sha256} | (
        {"data": "stripped"} if strip else {}
    )
    event = record(w, complaint, EventKind.ATTACHMENT_ADDED, text=name, **codes)
    written.append(_path(token))
    _store(_path(token), content)
    w.session.add(
        m.Attachment(
            token=token,
            complaint_id=complaint.id,
            side=Side.FILE,
            name=name,
            media_type=media_type,
            size=len(content),
            sha256=sha256,
            added_by=w.me,
            added_at=w.now,
            event_id=event.id,
        )
    )
    return token


# The disk. A file stands before its row does; a row that does not come takes its file along.


@contextmanager
def _undone_on_error() -> Iterator[list[Path]]:
    """Around the transaction, so that a refused commit counts too. Where nobody knows whether it was saved the files stay:
    those that no row came for go with what a crash leaves behind."""
    written: list[Path] = []
    try:
        yield written
    except BaseException as error:
        if isinstance(error, Refused) and error.code == "saving_unknown":
            raise
        for path in written:
            _discard(path)
        raise


def _path(token: str) -> Path:
    return data_dir() / "attachments" / token


def _discard(path: Path) -> None:
    with suppress(FileNotFoundError, NotADirectoryError):
        path.unlink()


def _store(path: Path, content: bytes) -> None:
    half = path.with_name(f"{path.name}.half")
    try:
        path.parent.mkdir(mode=0o700, exist_ok=True)
        with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        half.replace(path)
        _sync_folder(path.parent)
    except OSError as error:
        _discard(half)
        _log.exception("a file could not be stored")
        raise Refused("attachment_not_stored", "attachments") from error


def _sync_folder(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _stored(token: str, sha256: str) -> bytes:
    try:
        content = _path(token).read_bytes()
    except OSError as error:
        _log.exception("an attached file cannot be read")
        raise Refused("attachment_damaged") from error
    if hashlib.sha256(content).hexdigest() != sha256:
        _log.error("an attached file is not what was attached")
        raise Refused("attachment_damaged")
    return content
