"""One-time links: the first administrator of an empty register, and a password for an account. 24 hours, once."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update

from db import models as m
from db.profiles import parse, standard_keys, standard_source
from db.settings import write_settings
from domain.errors import Refused
from domain.rights import Right, Role
from domain.texts import line, required
from services import passwords
from services.accounts import AccountInput, make_account
from services.door import Actor, Work, work
from services.profiles import adopt_into
from services.sessions import digest, revoke

LIFE = timedelta(hours=24)
FIRST_ADMIN, PASSWORD = "first_admin", "password"


@dataclass(frozen=True)
class Link:
    """What a link is for; `name` and `display_name` of the account, empty for the first administrator."""

    purpose: str
    name: str
    display_name: str
    expires_at: datetime


@dataclass(frozen=True)
class Beginning:
    """What an empty register asks."""

    organisation: str
    profile: str
    name: str
    display_name: str
    password: str
    repeated: str


# Making one


def first_link(actor: Actor) -> str:
    """The token of a link for the first administrator; earlier ones stop working. For the operator: the terminal prints
    ``/?link=<token>``. Raises Refused: ``not_empty``."""
    with work(actor, Right.ACCOUNTS) as w:
        if not _is_empty(w):
            raise Refused("not_empty")
        return _make(w, FIRST_ADMIN, None)


def password_link(actor: Actor, account_id: int) -> str:
    """The token of a link with which the person chooses a password; shown once, earlier ones stop working. The old
    password works until then. Raises Refused: ``unknown_person``, ``account_disabled``."""
    with work(actor, Right.ACCOUNTS) as w:
        account = w.session.get(m.Account, account_id)
        if account is None:
            raise Refused("unknown_person")
        if not account.active:
            raise Refused("account_disabled")
        return _make(w, PASSWORD, account_id)


def _make(w: Work, purpose: str, account_id: int | None) -> str:
    links = m.OneTimeLink
    same = links.account_id.is_not_distinct_from(account_id)
    w.session.execute(delete(links).where(links.purpose == purpose, same, links.used_at.is_(None)))
    token = secrets.token_urlsafe(32)
    w.session.add(links(id=digest(token), purpose=purpose, account_id=account_id, created_at=w.now, expires_at=w.now + LIFE))
    return token


def _is_empty(w: Work) -> bool:
    return w.session.scalar(select(m.Account.id).limit(1)) is None


# Using one


def look(actor: Actor, token: str) -> Link:
    """Raises Refused ``link_expired``: unknown, used, too old, or no longer needed."""
    with work(actor, Right.GREET) as w:
        link, account = _live(w, token)
        return Link(link.purpose, account.name if account else "", account.display_name if account else "", link.expires_at)


def profiles_on_offer(actor: Actor) -> tuple[tuple[str, str], ...]:
    """Key and label of the standard procedures."""
    with work(actor, Right.GREET):
        return tuple((key, parse(standard_source(key)).label) for key in standard_keys())


def begin(actor: Actor, token: str, given: Beginning) -> None:
    """The first administrator and the organisation's procedure. Raises Refused: ``link_expired``, ``unknown_value``,
    what `accounts.create` and `passwords.check` raise."""
    with work(actor, Right.GREET) as w:
        _live(w, token, FIRST_ADMIN)
    organisation = line(required(given.organisation, "organisation"), "organisation")
    if given.profile not in standard_keys():
        raise Refused("unknown_value", "profile")
    chosen = _chosen(given.password, given.repeated, given.name, given.display_name, organisation)
    password_hash = passwords.hashed(chosen)  # slow, so before the transaction
    with work(actor, Right.SIGN_IN) as w:
        _use(w, token, FIRST_ADMIN)
        account = make_account(w, AccountInput(given.name, given.display_name, "", (Role.ADMIN,), None))
        account.password_hash = password_hash
        adopt_into(w.session, given.profile, on=w.today, now=w.now)
        w.session.add(m.OrgUnit(name=organisation, kind="organisation", sector=None))
        write_settings(w.session, {"organisation": organisation, "profile": given.profile})


def set_password(actor: Actor, token: str, password: str, repeated: str) -> None:
    """The person's new password; all sessions of the account end. Raises Refused: ``link_expired``, what
    `passwords.check` raises."""
    with work(actor, Right.GREET) as w:
        _, account = _live(w, token, PASSWORD)
    if account is None:
        raise Refused("link_expired")
    chosen = _chosen(password, repeated, account.name, account.display_name)
    password_hash = passwords.hashed(chosen)
    with work(actor, Right.SIGN_IN) as w:
        _use(w, token, PASSWORD)
        w.session.get_one(m.Account, account.id).password_hash = password_hash
        revoke(w, account.id, "password_reset")


def _chosen(password: str, repeated: str, *own_words: str) -> str:
    chosen = passwords.check(password, own_words)
    if passwords.tidy(repeated) != chosen:
        raise Refused("password_repeated", "repeated")
    return chosen


def _live(w: Work, token: str, purpose: str | None = None) -> tuple[m.OneTimeLink, m.Account | None]:
    link = w.session.get(m.OneTimeLink, digest(token))
    if link is None or link.used_at is not None or link.expires_at <= w.now or (purpose and link.purpose != purpose):
        raise Refused("link_expired")
    account = w.session.get(m.Account, link.account_id) if link.account_id else None
    serves = _is_empty(w) if link.purpose == FIRST_ADMIN else account is not None and account.active
    if not serves:
        raise Refused("link_expired")
    return link, account


def _use(w: Work, token: str, purpose: str) -> None:
    """Once: of two clicks at the same moment, one finds it used."""
    _live(w, token, purpose)
    links = m.OneTimeLink
    used = w.session.execute(update(links).where(links.id == digest(token), links.used_at.is_(None)).values(used_at=w.now))
    if not used.rowcount:  # type: ignore[attr-defined]
        raise Refused("link_expired")
