"""What somebody took out of the register as a file: which list, when, and how long it was; nothing of what stood in it.

Only who made it reads how long it was: of somebody else that would be a count of dossiers that one may not know of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select

from db import models as m
from domain.rights import Right
from services.door import Actor, work

ZIP = "zip"  # what is no table
OWN = 20  # the newest, on one's own page
PAGE_SIZE = 50


class Listed(StrEnum):
    """What can be taken along; the words are messages ``exports.list_<value>``."""

    OVERVIEW = "overview"
    FIGURE = "figure"
    OUTSIDE = "outside"
    BOARD = "board"
    BEHIND = "behind"
    MEASURES = "measures"
    REVIEW = "review"
    DUE = "due"
    HELD = "held"
    DESTROYED = "destroyed"
    READINGS = "readings"
    APPEALS = "appeals"
    RESTRICTED = "restricted"
    FORMS = "forms"
    ACCOUNTS = "accounts"
    SIGN_INS = "sign_ins"
    REGISTER = "register"
    ACCESS = "access"


@dataclass(frozen=True)
class Taken:
    who: str
    what: Listed
    file_type: str  # a FileType, or ZIP
    rows: int | None  # none: somebody else's
    at: datetime  # UTC


def keep(actor: Actor, what: Listed, file_type: str, rows: int) -> None:
    """For a service that just made a file, before it hands it out; in a transaction of its own, so that reading takes no
    write lock."""
    with work(actor, Right.SELF) as w:
        w.session.add(m.ExportNote(account_id=w.me, what=what, file_type=file_type, rows=rows, at=w.now))


def own(actor: Actor) -> tuple[Taken, ...]:
    """Of this person, the newest first, at most OWN."""
    with work(actor, Right.ENTER) as w:
        n = m.ExportNote
        query = select(n).where(n.account_id == w.me).order_by(n.id.desc()).limit(OWN)
        name = w.person.display_name
        return tuple(Taken(name, Listed(e.what), e.file_type, e.rows, e.at) for e in w.session.scalars(query))


def everybody(actor: Actor, page: int = 1) -> tuple[Taken, ...]:
    """Of all accounts, the newest first; pages of fifty. For the administrator, without how long anything was."""
    with work(actor, Right.ACCOUNTS) as w:
        n, skip = m.ExportNote, PAGE_SIZE * (max(1, page) - 1)
        query = select(m.Account.display_name, n.what, n.file_type, n.at).join(m.Account, m.Account.id == n.account_id)
        found = w.session.execute(query.order_by(n.id.desc()).limit(PAGE_SIZE).offset(skip))
        return tuple(Taken(who, Listed(what), kind, None, at) for who, what, kind, at in found)
