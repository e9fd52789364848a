"""Signing in and out: a correct password gives a ticket, the ticket gives a session, the session is a row."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update

from db import models as m
from db.settings import read_settings
from domain.errors import Refused
from domain.rights import Right
from domain.sign_ins import SignIn
from domain.texts import line
from services import codes, passwords, throttle, tickets
from services.door import ABSOLUTE_LIMIT, WARNING, Actor, Work, ends_at, is_live, work
from services.held_account import hold, hold_own
from services.sign_in_log import note
from services.tickets import BROWSER_KNOWN, Step
from services.tickets import digest as digest

TOUCH_EVERY = timedelta(minutes=1)


@dataclass(frozen=True)
class Here:
    """What the gate needs to know of a live session."""

    account_id: int
    language: str
    due: bool  # last touched a minute ago or more
    ending: bool  # within the time of the warning


@dataclass(frozen=True)
class Ending:
    """When the session of the person who asks ends, UTC."""

    at: datetime
    soon: bool  # time to warn
    can_stay: bool  # by doing something; otherwise it has been open for as long as it may


@dataclass(frozen=True)
class OpenSession:
    handle: str  # names it to `end`; not the session id
    created_at: datetime
    last_seen_at: datetime
    this_one: bool


@dataclass(frozen=True)
class Front:
    """What the sign-in screen shows of the organisation; `demo` is empty except in a demonstration."""

    organisation: str
    empty: bool  # no account yet
    demo: tuple[tuple[str, str, tuple[str, ...]], ...]  # name, display name, roles
    demo_password: str


def folded(name: str) -> str:
    """The name that one signs in with, as it is stored."""
    return line(name, "name").casefold()


def front(actor: Actor) -> Front:
    with work(actor, Right.GREET) as w:
        settings = read_settings(w.session)
        empty = w.session.scalar(select(m.Account.id).limit(1)) is None
        demo: tuple[tuple[str, str, tuple[str, ...]], ...] = ()
        if settings.demo:
            accounts = w.session.scalars(select(m.Account).where(m.Account.active).order_by(m.Account.id))
            demo = tuple((each.name, each.display_name, tuple(held.role for held in each.roles)) for each in accounts)
        return Front(settings.organisation, empty, demo, settings.extra.get("demo_password", "") if settings.demo else "")


# In


def sign_in(actor: Actor, name: str, password: str, browser: str, source: str) -> str:
    """A ticket that `browser` (the SHA-256 of its cookie) can redeem once, within 30 seconds; or, where a second step is
    still to be taken, one that opens nothing else (`second_step.to_do` says which).

    The slow comparison stands between two transactions: inside one, every sign-in would keep all others from
    writing for a quarter of a second. What was compared must still stand in the last one: a password that was changed
    meanwhile opens nothing, nor does one of an account with other roles by now.

    Raises Refused: ``sign_in_failed`` (for every reason), ``wait_first``, ``wait_minutes``, ``no_cookies``,
    ``name_and_password``.
    """
    with work(actor, Right.GREET) as w:
        if not browser:
            raise Refused("no_cookies")
        login = folded(name)
        if not login or not password:
            raise Refused("name_and_password")
        account_key = ("browser", login, browser) if tickets.knows(w, login, browser) else ("account", login)
        throttle.look(w, account_key, ("source", source))
    with work(actor, Right.SIGN_IN) as w:
        throttle.attempt(w, account_key, ("source", source))
        a = m.Account  # no roles: known names would take longer
        row = w.session.execute(select(a.id, a.active, a.password_hash, a.version).where(a.name == login)).first()
    fits = passwords.matches(password, row.password_hash if row and row.active else None)
    with work(actor, Right.SIGN_IN) as w:
        account = hold(w, row.id) if row and fits else None
        if row and account and account.version == row.version:
            throttle.succeeded(w, account_key, ("source", source))
            return tickets.make(w, account.id, browser, codes.next_step(w, account))
        note(w, row.id if row else None, SignIn.FAILED if row else SignIn.FAILED_UNKNOWN)
    raise Refused("sign_in_failed")


def redeem(actor: Actor, ticket: str, browser: str) -> str:
    """The token for the cookie. Raises Refused ``sign_in_again``: unknown, used, too old, another browser's, or with a step
    still to be taken."""
    with work(actor, Right.SIGN_IN) as w:
        account = tickets.take(w, ticket, browser, Step.NOTHING)
        token = secrets.token_urlsafe(32)
        w.session.add(m.AuthSession(id=digest(token), account_id=account.id, created_at=w.now, last_seen_at=w.now))
        note(w, account.id, SignIn.SIGNED_IN)
        tickets.sweep(w)
        w.session.execute(delete(m.AuthSession).where(m.AuthSession.last_seen_at < w.now - BROWSER_KNOWN))
        return token


# While


def check(actor: Actor) -> Here:
    """For the gate, at every frame and request. Raises Refused: ``signed_out``, ``database_away``."""
    with work(actor, Right.ENTER) as w:
        row = w.session.get_one(m.AuthSession, w.session_id)
        return Here(w.me, w.person.language, w.now - row.last_seen_at >= TOUCH_EVERY, _ending(w, row).soon)


def ended(actor: Actor, session_ids: Collection[str]) -> frozenset[str]:
    """For the gate, about the screens on which nobody clicks: those of these sessions that are over, in one query."""
    with work(actor, Right.ENTER) as w:
        if w.person.id is not None:
            raise Refused("not_allowed")
        query = select(m.AuthSession, m.Account).join(m.Account, m.Account.id == m.AuthSession.account_id)
        rows = w.session.execute(query.where(m.AuthSession.id.in_(session_ids))).all()
        return frozenset(session_ids) - {row.id for row, account in rows if is_live(row, account, w.now)}


def touch(actor: Actor) -> None:
    """Somebody did something: the idle limit starts anew."""
    with work(actor, Right.SELF, lasting=False) as w:
        row = w.session.get_one(m.AuthSession, w.session_id)
        row.last_seen_at = w.now


def ending(actor: Actor) -> Ending:
    """For the warning; asking does not keep the session open."""
    with work(actor, Right.ENTER) as w:
        return _ending(w, w.session.get_one(m.AuthSession, w.session_id))


def _ending(w: Work, row: m.AuthSession) -> Ending:
    end = ends_at(row, frozenset(w.person.roles))
    return Ending(end, end - w.now <= WARNING, end < row.created_at + ABSOLUTE_LIMIT)


def open_sessions(actor: Actor) -> tuple[OpenSession, ...]:
    """Where this person is signed in, the latest first; instants in UTC."""
    with work(actor, Right.ENTER) as w:
        return tuple(OpenSession(_handle(row), row.created_at, row.last_seen_at, row.id == w.session_id) for row in _own(w))


def _own(w: Work) -> list[m.AuthSession]:
    query = select(m.AuthSession).where(m.AuthSession.account_id == w.me).order_by(m.AuthSession.last_seen_at.desc())
    account = w.session.get_one(m.Account, w.me)
    return [row for row in w.session.scalars(query) if is_live(row, account, w.now)]


def _handle(row: m.AuthSession) -> str:
    return digest(row.id)[:16]


# Out


def sign_out(actor: Actor) -> None:
    with work(actor, Right.SELF) as w:
        row = w.session.get_one(m.AuthSession, w.session_id)
        row.revoked_at, row.revoked_why = w.now, "signed_out"
        note(w, w.me, SignIn.SIGNED_OUT)


def end(actor: Actor, handle: str) -> None:
    """Sign out one of the own sessions elsewhere. Raises Refused ``session_ended``: it is over already, or not one's own."""
    with work(actor, Right.SELF) as w:
        row = next((each for each in _own(w) if _handle(each) == handle and each.id != w.session_id), None)
        if row is None:
            raise Refused("session_ended")
        row.revoked_at, row.revoked_why = w.now, "ended_by_owner"
        note(w, w.me, SignIn.ENDED, "ended_by_owner")


def end_others(actor: Actor) -> int:
    """Sign out everywhere but here; how many there were."""
    with work(actor, Right.SELF) as w:
        return revoke(w, w.me, "ended_by_owner", but=w.session_id)


def renew(actor: Actor, browser: str) -> str:
    """After a change of how one signs in: this session ends, and the ticket opens one under a new token. Raises Refused
    ``no_cookies``."""
    with work(actor, Right.SELF) as w:
        if not browser:
            raise Refused("no_cookies")
        hold_own(w)
        revoke(w, w.me, "renewed")
        return tickets.make(w, w.me, browser, Step.NOTHING)


def revoke(w: Work, account_id: int, why: str, but: str | None = None) -> int:
    """End the sessions of an account and the tickets under way (`but`: a session that stays); how many were open. Who is
    coming in at this moment waits, or is waited for and out again."""
    w.session.execute(select(m.Account.id).where(m.Account.id == account_id).with_for_update(key_share=True))
    roles = frozenset(held.role for held in w.session.get_one(m.Account, account_id).roles)
    sessions, tickets = m.AuthSession, m.AuthTicket
    others = (sessions.account_id == account_id, sessions.revoked_at.is_(None), sessions.id != (but or ""))
    open_ones = sum(w.now < ends_at(row, roles) for row in w.session.scalars(select(sessions).where(*others)))
    w.session.execute(update(sessions).where(*others).values(revoked_at=w.now, revoked_why=why))
    w.session.execute(delete(tickets).where(tickets.account_id == account_id, tickets.used_at.is_(None)))
    if open_ones:
        note(w, account_id, SignIn.ENDED, why)
    return open_ones
