"""The whole register as one workbook, for who may see everything: what this person may see of it, and no word of anything else.

Written a part at a time, each in a short transaction of its own: however many dossiers there are, few are in memory, nobody
waits to save, and a right that is taken away stops it. It is fetched from the disk, as a sealed dossier is."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import func, select

from db import models as m
from domain.errors import Refused
from domain.rights import Right
from services.door import Actor, Work, work
from services.export_log import Listed, keep
from services.exports import words_in
from services.made_files import MadeFiles
from services.register_sheets import SHEETS, about
from services.spreadsheets import FileType, Page, Sheet, streamed

FILES = MadeFiles("exports", ".xlsx")
AT_ONCE = 200  # dossiers
_TRIES = 3
_SIGNS = frozenset("0123456789abcdef")


@dataclass(frozen=True)
class Ready:
    """`token`: give it to `fetch`."""

    token: str
    size: int  # bytes
    dossiers: int


def make(actor: Actor) -> Ready:
    """Makes the file; that it was made stands in the log, and with each dossier that is in it who took it along. Raises
    Refused ``changed_meanwhile`` when dossiers are let go all the time."""
    with work(actor, Right.EXPORT_REGISTER) as w:
        me, now, language = w.me, w.now, w.person.language
    FILES.prune(now, me)
    for _ in range(_TRIES):
        before, path = _last_gone(actor), FILES.path(me, token := secrets.token_hex(16))
        with TemporaryDirectory(dir=FILES.folder()) as parts:
            made = Path(parts) / "register.xlsx"
            numbers = _written(actor, made, language)
            made.chmod(0o600)
            os.utime(made, (now.timestamp(), now.timestamp()))
            size = made.stat().st_size
            made.replace(path)
        if _last_gone(actor) == before:
            keep(actor, Listed.REGISTER, FileType.XLSX, len(numbers))
            _opened(actor, numbers)
            return Ready(token, size, len(numbers))  # somebody may have taken it away by now
        path.unlink(missing_ok=True)  # what was let go meanwhile may stand in it
    raise Refused("changed_meanwhile")


def fetch(actor: Actor, made: str) -> tuple[Path, str]:
    """`made`: its token. Where it lies, and the name to save it under; for who made it, a quarter of an hour long. Raises
    Refused ``not_found``."""
    with work(actor, Right.EXPORT_REGISTER) as w:
        FILES.prune(w.now)
        known = len(made) == 32 and _SIGNS.issuperset(made)
        path = FILES.path(w.me, made) if known else None
        if path is None or not path.is_file():
            raise Refused("not_found")
        return path, f"weerklank-register-{w.today}.xlsx"


def sweep(actor: Actor) -> None:
    """For the nightly run and the start: what can be downloaded no more goes."""
    with work(actor, Right.OPERATE) as w:
        now = w.now
    FILES.prune(now)


# Making it


def _last_gone(actor: Actor) -> int | None:
    """Of the register of what was destroyed, whatever dossier it was of: told to nobody."""
    with work(actor, Right.EXPORT_REGISTER) as w:
        return w.session.scalar(select(func.max(m.Destroyed.id)))


def _written(actor: Actor, target: Path, language: str) -> list[int]:
    """The dossiers that are in it."""
    t = words_in(language)
    book, numbers = streamed(target), list[int]()
    pages: dict[str, Page] = {}
    for each in SHEETS:
        headings, widths = tuple(t(key) for key, _ in each.columns), tuple(width for _, width in each.columns)
        pages[each.name] = book.page(Sheet(t(f"exports.sheet_{each.name}"), headings, (), widths))
    for part in _parts(actor):
        with work(actor, Right.EXPORT_REGISTER) as w:
            there = list(w.session.scalars(select(m.Complaint.id).where(m.Complaint.id.in_(part)).order_by(m.Complaint.id)))
            for each in SHEETS:
                for row in each.rows(w, there):
                    pages[each.name].add(row)
            numbers += there
    with work(actor, Right.EXPORT_REGISTER) as w:
        last = book.page(Sheet(t("exports.about"), (t("exports.about"), ""), (), (24, 90)))
        for row in about(w, {t(f"exports.sheet_{name}"): page.rows for name, page in pages.items()}):
            last.add(row)
    book.close()
    return numbers


def _parts(actor: Actor) -> Iterator[list[int]]:
    """The numbers of the dossiers, so many at a time; a transaction for each."""
    after: int | None = None
    while True:
        with work(actor, Right.EXPORT_REGISTER) as w:
            part = _next(w, after)
        if not part:
            return
        yield part
        after = part[-1]


def _next(w: Work, after: int | None) -> list[int]:
    c = m.Complaint
    query = select(c.id).order_by(c.id).limit(AT_ONCE)
    return list(w.session.scalars(query if after is None else query.where(c.id > after)))


def _opened(actor: Actor, numbers: list[int]) -> None:
    for first in range(0, len(numbers), AT_ONCE):
        with work(actor, Right.SELF) as w:
            part = numbers[first : first + AT_ONCE]
            w.session.add_all(m.AccessLog(account_id=w.me, complaint_id=each, at=w.now, what="register") for each in part)
