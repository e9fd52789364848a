"""Tickets: what a browser holds between a correct password and its session. Each once, and for the browser that asked."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, delete, or_, select, update

from db import models as m
from domain.errors import Refused
from services.door import Work
from services.held_account import hold

LIFE = timedelta(seconds=30)  # of a ticket that becomes a session; the browser is on its way
LIFE_HALF = timedelta(minutes=10)  # of one with which a second step is still to be taken: somebody looks for a telephone
BROWSER_KNOWN = timedelta(days=90)  # a browser that signed in to this account has its own count of failures


class Step(StrEnum):
    """What is still to be done before the ticket is worth a session."""

    NOTHING = ""
    CODE = "code"  # a one-time code or a recovery code
    ENROL = "enrol"  # a second step is required, and there is none yet
    KEEP = "keep"  # the recovery codes are on the screen


def digest(token: str) -> str:
    """What is stored of a token: SHA-256, hex."""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


def make(w: Work, account_id: int, browser: str, step: Step) -> str:
    ticket = secrets.token_urlsafe(32)
    row = m.AuthTicket(id=digest(ticket), account_id=account_id, browser=browser, created_at=w.now, step=step)
    w.session.add(row)
    return ticket


def held(w: Work, ticket: str, browser: str, *steps: Step) -> tuple[m.Account, Step]:
    """Whose it is and what is still to be done. Raises Refused ``sign_in_again``: unknown, used, too old, another browser's,
    not one of `steps`."""
    row = w.session.scalar(select(m.AuthTicket).where(_good(w, ticket, browser, *steps)))
    account = w.session.get(m.Account, row.account_id) if row else None
    if row is None or account is None or not account.active:
        raise Refused("sign_in_again")
    return account, Step(row.step)


def take(w: Work, ticket: str, browser: str, step: Step) -> m.Account:
    """Use it: of two at the same moment, one is refused. Its account is held: what changes about how one signs in deletes
    the tickets, before this or after it. Raises as `held`."""
    t = m.AuthTicket
    account_id = w.session.scalar(select(t.account_id).where(_good(w, ticket, browser, step)))
    account = hold(w, account_id) if account_id else None
    used = w.session.execute(update(t).where(_good(w, ticket, browser, step)).values(used_at=w.now))
    if account is None or not account.active or not used.rowcount:  # type: ignore[attr-defined]
        raise Refused("sign_in_again")
    return account


def _good(w: Work, ticket: str, browser: str, *steps: Step) -> ColumnElement[bool]:
    t = m.AuthTicket
    young = or_(
        and_(t.step == Step.NOTHING, t.created_at > w.now - LIFE),
        and_(t.step != Step.NOTHING, t.created_at > w.now - LIFE_HALF),
    )
    return and_(t.id == digest(ticket), t.browser == browser, t.used_at.is_(None), t.step.in_(steps), young)


def knows(w: Work, login: str, browser: str) -> bool:
    """Did this browser sign in to this account before? Then somebody else's guesses do not slow it down."""
    query = (
        select(m.AuthTicket.id)
        .join(m.Account, m.Account.id == m.AuthTicket.account_id)
        .where(
            m.Account.name == login,
            m.AuthTicket.browser == browser,
            m.AuthTicket.step == Step.NOTHING,
            m.AuthTicket.used_at.is_not(None),
        )
        .limit(1)
    )
    return w.session.scalar(query) is not None


def sweep(w: Work) -> None:
    """Tickets nobody used, and browsers not seen for long."""
    t = m.AuthTicket
    w.session.execute(delete(t).where(t.used_at.is_(None), t.step == Step.NOTHING, t.created_at < w.now - LIFE))
    w.session.execute(delete(t).where(t.step != Step.NOTHING, t.created_at < w.now - LIFE_HALF))
    w.session.execute(delete(t).where(t.created_at < w.now - BROWSER_KNOWN))
