"""Signing in through a provider (OpenID Connect): optional, beside the password, and ending in the same session row.

Nobody gets an account or a role by it: somebody who is signed in links their own name at the provider to their own account
(docs/adr/0010).
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update

from db import models as m
from domain.errors import Refused
from domain.rights import Right
from domain.sign_ins import SignIn
from services import codes, oidc, passwords, throttle, tickets
from services.account_changes import unlink as unlink_all
from services.door import VISITOR, Actor, Work, work
from services.held_account import hold, hold_own
from services.oidc import Provider
from services.second_factor import prove, wrong_code_noted
from services.sign_in_log import note
from services.tickets import Step, digest

LIFE = timedelta(minutes=10)  # between leaving for the provider and coming back


@dataclass(frozen=True)
class Back:
    """Somebody came back: with a ticket for a session, or with a link that was made (no ticket)."""

    ticket: str
    step: Step  # what is still to be done with the ticket
    destination: str


@dataclass(frozen=True)
class Linked:
    """How this person stands to the provider; `name` is what its button says."""

    name: str
    since: datetime | None
    coded: bool  # linking takes a code of the second step too


def offered(actor: Actor) -> str | None:
    """What the button on the sign-in screen says, or None: single sign-on is off."""
    with work(actor, Right.GREET):
        provider = _usable()
        return (provider.name or "OpenID Connect") if provider else None


def begin(actor: Actor, browser: str, destination: str) -> str:
    """The address of the provider, for somebody who signs in. Raises Refused: ``no_cookies``, ``sign_on_off``,
    ``sign_on_away``."""
    with work(actor, Right.SIGN_IN):
        provider = _needed()
    return _leave(actor, provider, browser, None, destination)


def begin_linking(actor: Actor, password: str, browser: str, code: str = "") -> str:
    """The address of the provider, for somebody who links their own account. Asks the password again, and who has a second
    step for a `code` of it: what is linked opens the account from then on. Raises Refused: ``old_password_wrong``,
    ``second_step_wrong``, ``wait_first``, ``wait_minutes``, and as `begin`."""
    with work(actor, Right.SELF) as w:
        provider = _needed()
        account = w.session.get_one(m.Account, w.me)
        coded = codes.is_on(w, w.me)
        keys = [("account", account.name), *([("code", account.name, w.session_id or "")] if coded else [])]
        throttle.attempt(w, *keys)
    if not passwords.matches(password, account.password_hash):
        raise Refused("old_password_wrong", "password")
    with wrong_code_noted(actor), work(actor, Right.SELF) as w:
        if hold_own(w).password_hash != account.password_hash:  # changed while this was compared
            raise Refused("old_password_wrong", "password")
        if codes.is_on(w, w.me):
            prove(w, code)
        throttle.succeeded(w, *keys)
    return _leave(VISITOR, provider, browser, account.id, "/account")


def finish(actor: Actor, state: str, code: str, issuer: str, browser: str, session_id: str | None) -> Back:
    """Somebody came back from the provider. `issuer`: who says to have sent them (RFC 9207), or empty. `session_id`: who is
    signed in here already, for linking. Raises Refused:
    ``sign_on_failed`` (for whatever is wrong with what came back), ``sign_on_unknown`` (nobody here is known by that name),
    ``sign_on_taken`` (it opens another account), ``sign_on_second`` (another name opens this account), ``sign_on_away``,
    ``sign_on_off``."""
    with work(actor, Right.SIGN_IN) as w:
        provider = _needed()
        attempt, now = _taken(w, state, browser), w.now
        wrong_sender = issuer not in ("", provider.issuer)
    if wrong_sender:  # after the attempt was used up: it is not worth a second try
        raise Refused("sign_on_failed")
    subject = oidc.subject_of(provider, code, attempt.nonce, attempt.verifier, now)
    if attempt.account_id is not None:
        _link(session_id, attempt.account_id, provider, subject)
        return Back("", Step.NOTHING, attempt.destination)
    with work(actor, Right.SIGN_IN) as w:
        link = w.session.get(m.SignOnLink, (provider.issuer, subject))
        account = hold(w, link.account_id) if link else None
        kept = w.session.get(m.SignOnLink, (provider.issuer, subject), populate_existing=True)  # it may have been taken off
        if account is None or kept is None or not account.active:  # blocked is not told apart from unknown
            note(w, account.id if account else None, SignIn.FAILED if account else SignIn.FAILED_UNKNOWN, "single_sign_on")
            ticket, step = "", Step.NOTHING
        else:
            step = codes.next_step(w, account) if provider.second_step == "here" else Step.NOTHING
            ticket = tickets.make(w, account.id, browser, step)
    if not ticket:
        raise Refused("sign_on_unknown")
    return Back(ticket, step, attempt.destination)


def linked(actor: Actor) -> Linked | None:
    """For the own account page; None where single sign-on is off."""
    with work(actor, Right.ENTER) as w:
        provider = _usable()
        if provider is None:
            return None
        query = select(m.SignOnLink).where(m.SignOnLink.account_id == w.me, m.SignOnLink.issuer == provider.issuer)
        row = w.session.scalars(query).first()
        return Linked(provider.name or "OpenID Connect", row.linked_at if row else None, codes.is_on(w, w.me))


def unlink(actor: Actor) -> None:
    """From now on only the password opens this account."""
    with work(actor, Right.SELF) as w:
        hold_own(w)
        unlink_all(w, w.me)


def _usable() -> Provider | None:
    try:
        return oidc.configured()
    except Refused:  # the operator sees why at the start; nobody else can mend it
        return None


def _needed() -> Provider:
    provider = _usable()
    if provider is None:
        raise Refused("sign_on_off")
    return provider


def _leave(actor: Actor, provider: Provider, browser: str, account_id: int | None, destination: str) -> str:
    if not browser:
        raise Refused("no_cookies")
    state, nonce, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(64)
    address = oidc.leave_for(provider, state, nonce, verifier)
    with work(actor, Right.SIGN_IN) as w:
        attempt = m.SignOnAttempt
        w.session.execute(delete(attempt).where(attempt.created_at < w.now - LIFE))
        w.session.add(
            attempt(
                id=digest(state),
                browser=browser,
                account_id=account_id,
                nonce=nonce,
                verifier=verifier,
                destination=destination[:1500],
                created_at=w.now,
            )
        )
    return address


def _taken(w: Work, state: str, browser: str) -> m.SignOnAttempt:
    """Once, in time, in the browser that left."""
    attempt = m.SignOnAttempt
    used = w.session.execute(
        update(attempt)
        .where(
            attempt.id == digest(state),
            attempt.browser == browser,
            attempt.used_at.is_(None),
            attempt.created_at > w.now - LIFE,
        )
        .values(used_at=w.now)
    )
    row = w.session.get(attempt, digest(state)) if used.rowcount else None  # type: ignore[attr-defined]
    if row is None:
        raise Refused("sign_on_failed")
    return row


def _link(session_id: str | None, account_id: int, provider: Provider, subject: str) -> None:
    """Whoever asked must still be the one who is signed in here."""
    with work(session_id, Right.SELF) as w:
        if w.me != account_id:
            raise Refused("sign_on_failed")
        hold_own(w)
        row = w.session.get(m.SignOnLink, (provider.issuer, subject))
        if row is not None and row.account_id != w.me:
            raise Refused("sign_on_taken")
        mine = select(m.SignOnLink.subject).where(m.SignOnLink.account_id == w.me, m.SignOnLink.issuer == provider.issuer)
        if row is None and w.session.scalar(mine) is not None:
            raise Refused("sign_on_second")
        if row is None:
            w.session.add(m.SignOnLink(issuer=provider.issuer, subject=subject, account_id=w.me, linked_at=w.now))
            note(w, w.me, SignIn.SIGN_ON_CHANGED, "sign_on_linked")
