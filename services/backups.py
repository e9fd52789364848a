"""Making backups, when the last one was made that is known to be good, and what the administrator is told about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from sqlalchemy import select

from db import models as m
from domain import backups
from domain.errors import Refused
from domain.rights import Right
from services import backup_keys, backup_making
from services.backup_making import Made
from services.door import Actor, Work, holds_dossiers, work


class Kind(StrEnum):
    MADE = "made"
    DRILL = "drill"  # opened and compared with its own list


@dataclass(frozen=True)
class Note:
    kind: Kind
    at: datetime  # UTC
    by: str | None  # none: the operator, or the timer
    good: bool
    code: str  # why not, as a refusal code
    file: str


@dataclass(frozen=True)
class Standing:
    """`late`: there are dossiers, and the last good one is more than 26 hours old, or there is none. `failed`: why the last
    try did not work, as a refusal code; empty: it did."""

    last_good: datetime | None
    late: bool
    failed: str
    key: bool  # there is one, so that backups can be made
    notes: tuple[Note, ...]  # the newest first


def make_key(actor: Actor) -> tuple[str, str]:
    """The secret, which is shown once and kept by people, and the public half, which stays. Raises Refused
    ``backup_key_there``."""
    with work(actor, Right.OPERATE):
        pass
    return backup_keys.make()


def make(actor: Actor, to: Path | None = None) -> tuple[Made, int]:
    """One backup, noted down as good when nothing is missing; then older ones go, and how many is answered. `to`: the folder.
    Raises Refused: the ``backup_...`` codes, ``database_away``."""
    try:
        made = backup_making.make(actor, to)
    except Refused as refusal:
        if refusal.code not in ("not_allowed", "signed_out", "backup_busy"):
            _failed(actor, refusal.code)
        raise
    noted(actor, made)
    return made, len(backup_making.rotated(made.file.parent)) if made.good else 0


def noted(actor: Actor, made: Made) -> None:
    """For who makes one at a moment at which the database could not be written yet."""
    with work(actor, Right.OPERATE) as w:
        code = "" if made.good else "backup_lost_files"
        facts = {"file": made.file.name, "size": made.size, "sha256": made.sha256}
        w.session.add(m.BackupNote(kind=Kind.MADE, at=w.now, good=made.good, code=code, **facts))


def _failed(actor: Actor, code: str) -> None:
    with work(actor, Right.OPERATE) as w:
        w.session.add(m.BackupNote(kind=Kind.MADE, at=w.now, good=False, code=code))


def last_good(actor: Actor) -> datetime | None:
    """UTC; for who keeps the server. None: there never was one."""
    with work(actor, Right.OPERATE) as w:
        return _last_good(w)


def _last_good(w: Work) -> datetime | None:
    n = m.BackupNote
    return w.session.scalar(select(n.at).where(n.kind == Kind.MADE, n.good).order_by(n.at.desc()).limit(1))


def standing(actor: Actor) -> Standing:
    """For the administrator."""
    with work(actor, Right.ACCOUNTS) as w:
        n, last = m.BackupNote, _last_good(w)
        query = select(n, m.Account.display_name).outerjoin(m.Account, m.Account.id == n.by_id)
        found = w.session.execute(query.order_by(n.id.desc()).limit(10)).all()
        notes = tuple(Note(Kind(row.kind), row.at, by, row.good, row.code, row.file) for row, by in found)
        newest = w.session.scalar(select(n.code).where(n.kind == Kind.MADE).order_by(n.id.desc()).limit(1))
        return Standing(last, backups.late(last, w.now) and holds_dossiers(w), newest or "", backup_keys.exist(), notes)
