"""The log of sign-ins: who signed in, what failed, what changed about an account. Without network addresses, and of a name
that nobody has only that it was tried (security.md 4.7)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select

from db import models as m
from db.settings import read_settings
from domain.rights import Right
from domain.sign_ins import RULE_CHANGED, SignIn, is_code
from services.clock_check import clock_wrong
from services.door import Actor, Work, work

OWN = 20  # the newest, on one's own page
PAGE_SIZE = 50


@dataclass(frozen=True)
class Note:
    who: str | None  # display name; none: a name that nobody has
    by: str | None  # somebody else, who did it
    what: SignIn
    why: str | None  # a code
    at: datetime  # UTC


def note(w: Work, account_id: int | None, what: SignIn, why: str | None = None) -> None:
    """Inside the transaction of what happened: it is kept when that is. `account_id` None: a name that nobody has. `why` is
    a code (`revoked_why` of a session, say), never words. Raises ValueError for anything else."""
    if why is not None and not is_code(why):
        raise ValueError("no code")
    by = w.person.id if w.person.id != account_id else None
    w.session.add(m.SignInNote(account_id=account_id, by_id=by, what=SignIn(what), why=why, at=w.now))


def own(actor: Actor) -> tuple[Note, ...]:
    """Of this person's account, the newest first, at most OWN."""
    with work(actor, Right.ENTER) as w:
        return _notes(w, m.SignInNote.account_id == w.me, limit=OWN)


def everybody(actor: Actor, page: int = 1) -> tuple[Note, ...]:
    """Of all accounts, the newest first; pages of fifty. For the administrator."""
    with work(actor, Right.ACCOUNTS) as w:
        return _notes(w, limit=PAGE_SIZE, offset=PAGE_SIZE * (max(1, page) - 1))


def of_the_rule(actor: Actor) -> tuple[Note, ...]:
    """Who changed whose second step is required, the newest first, at most OWN. For who confirms requests."""
    with work(actor, Right.GRANT) as w:
        return _notes(w, m.SignInNote.what.in_(RULE_CHANGED), limit=OWN)


def kept_for(actor: Actor) -> int:
    """Days."""
    with work(actor, Right.ACCOUNTS) as w:
        return read_settings(w.session).sign_in_log_days


def sweep(actor: Actor) -> int:
    """For the nightly run: what is older than its term goes, what was kept of exports too. Answers how many sign-ins;
    nothing while the date of the server cannot be right."""
    with work(actor, Right.OPERATE) as w:
        if clock_wrong(w):
            return 0
        oldest = w.now - timedelta(days=read_settings(w.session).sign_in_log_days)
        w.session.execute(delete(m.ExportNote).where(m.ExportNote.at < oldest))
        gone = w.session.execute(delete(m.SignInNote).where(m.SignInNote.at < oldest))
        return int(gone.rowcount)  # type: ignore[attr-defined]


def of_everybody(w: Work) -> tuple[Note, ...]:
    """For an export: all of them."""
    return _notes(w)


def _notes(w: Work, *conditions: object, limit: int | None = None, offset: int = 0) -> tuple[Note, ...]:
    n, who, by = m.SignInNote, m.Account.__table__.alias(), m.Account.__table__.alias()
    query = (
        select(who.c.display_name, by.c.display_name, n.what, n.why, n.at)
        .select_from(n)
        .outerjoin(who, who.c.id == n.account_id)
        .outerjoin(by, by.c.id == n.by_id)
        .where(*conditions)  # type: ignore[arg-type]
        .order_by(n.id.desc())
        .limit(limit)
        .offset(offset)
    )
    return tuple(Note(name, other, SignIn(what), why, at) for name, other, what, why, at in w.session.execute(query))
