"""One-time links: the first administrator of an empty register, and a password for an account. 24 hours, once."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update

from db import models as m
from db.profiles import parse, standard_keys, standard_source
from db.settings import read_settings, write_settings
from domain.errors import Refused
from domain.granting import Kind
from domain.rights import Right, Role
from domain.sign_ins import SignIn
from domain.texts import line, required
from services import account_requests as requests
from services import passwords, throttle
from services.account_changes import unlink
from services.accounts import AccountInput, make_account
from services.door import Actor, Work, work
from services.held_account import hold
from services.profiles import adopt_into
from services.sessions import digest, revoke
from services.sign_in_log import note

LIFE = timedelta(hours=24)
FIRST_ADMIN, PASSWORD = "first_admin", "password"


@dataclass(frozen=True)
class Link:
    """What a link is for; `name` and `display_name` of the account, empty for the first administrator. `coded`: the
    person also needs the code of whoever confirmed that there may be a link."""

    purpose: str
    name: str
    display_name: str
    expires_at: datetime
    coded: bool = False


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
    password works until then. Raises Refused: ``unknown_person``, ``account_disabled``, ``second_person_first``."""
    with work(actor, Right.ACCOUNTS) as w:
        account = w.session.get(m.Account, account_id)
        if account is None:
            raise Refused("unknown_person")
        if not account.active:
            raise Refused("account_disabled")
        note(w, account_id, SignIn.LINK_MADE)
        return _make(w, PASSWORD, account_id, requests.carry_out(w, account, Kind.LINK))


def _make(w: Work, purpose: str, account_id: int | None, request: m.AccountRequest | None = None) -> str:
    links = m.OneTimeLink
    same = links.account_id.is_not_distinct_from(account_id)
    w.session.execute(delete(links).where(links.purpose == purpose, same, links.used_at.is_(None)))
    token = secrets.token_urlsafe(32)
    made = links(id=digest(token), purpose=purpose, account_id=account_id, created_at=w.now, expires_at=w.now + LIFE)
    made.request_id = request.id if request else None
    w.session.add(made)
    return token


def _is_empty(w: Work) -> bool:
    return w.session.scalar(select(m.Account.id).limit(1)) is None


# Using one


def look(actor: Actor, token: str) -> Link:
    """Raises Refused ``link_expired``: unknown, used, too old, or no longer needed."""
    with work(actor, Right.GREET) as w:
        link, account = _live(w, token)
        named = (account.name, account.display_name) if account else ("", "")
        return Link(link.purpose, *named, link.expires_at, coded=_code(w, link) is not None)


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
        account = make_account(w, AccountInput(given.name, given.display_name, "", (), None), (Role.ADMIN,))
        account.password_hash = password_hash
        adopt_into(w.session, given.profile, on=w.today, now=w.now)
        w.session.add(m.OrgUnit(name=organisation, kind="organisation", sector=None))
        write_settings(w.session, {"organisation": organisation, "profile": given.profile})


def set_password(actor: Actor, token: str, password: str, repeated: str, code: str = "") -> None:
    """The person's new password; all sessions of the account end, and no name at a provider opens it any more. `code`: of
    whoever confirmed the link, where it is coded.
    Raises Refused: ``link_expired``, ``code_wrong``, ``wait_first``, what `passwords.check` raises."""
    with work(actor, Right.GREET) as w:
        link, account = _live(w, token, PASSWORD)
        wanted, organisation = _code(w, link), read_settings(w.session).organisation
    if account is None:
        raise Refused("link_expired")
    chosen = _chosen(password, repeated, account.name, account.display_name, organisation)
    if wanted is not None:
        _check_code(actor, token, code, wanted)
    password_hash = passwords.hashed(chosen)
    with work(actor, Right.SIGN_IN) as w:
        _use(w, token, PASSWORD)
        owner = hold(w, account.id)
        if link.request_id is not None:
            requests.used(w, w.session.get_one(m.AccountRequest, link.request_id), owner)
        owner.password_hash = password_hash
        revoke(w, account.id, "password_reset")
        unlink(w, account.id)
        note(w, account.id, SignIn.LINK_USED)


def _code(w: Work, link: m.OneTimeLink) -> str | None:
    """The SHA-256 of the code that goes with this link."""
    return w.session.get_one(m.AccountRequest, link.request_id).code if link.request_id is not None else None


def _check_code(actor: Actor, token: str, code: str, wanted: str) -> None:
    """Counted before it is looked at, in a transaction of its own: guessing is slowed down."""
    with work(actor, Right.SIGN_IN) as w:
        throttle.attempt(w, ("account", f"link {digest(token)}"))
    if not requests.code_fits(code, wanted):
        raise Refused("code_wrong", "code")


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
    if not (_is_empty(w) if link.purpose == FIRST_ADMIN else account is not None and _serves(w, link, account)):
        raise Refused("link_expired")
    return link, account


def _serves(w: Work, link: m.OneTimeLink, account: m.Account) -> bool:
    request = w.session.get(m.AccountRequest, link.request_id) if link.request_id is not None else None
    return account.active and request is not None and requests.still_good(w, request, account)


def _use(w: Work, token: str, purpose: str) -> None:
    """Once: of two clicks at the same moment, one finds it used."""
    _live(w, token, purpose)
    links = m.OneTimeLink
    used = w.session.execute(update(links).where(links.id == digest(token), links.used_at.is_(None)).values(used_at=w.now))
    if not used.rowcount:  # type: ignore[attr-defined]
        raise Refused("link_expired")
