"""The second step of signing in, for somebody whose password was right and who has no session yet."""

from __future__ import annotations

from dataclasses import dataclass

from db import models as m
from db.settings import read_settings
from domain.errors import Refused
from domain.rights import Right
from domain.sign_ins import SignIn
from services import codes, throttle, tickets
from services.door import Actor, Work, work
from services.sessions import revoke
from services.sign_in_log import note
from services.tickets import Step


@dataclass(frozen=True)
class Enrolment:
    """What an authenticator app needs: the secret (base 32), and the address of its picture (otpauth://)."""

    secret: str
    uri: str


@dataclass(frozen=True)
class Kept:
    """The recovery codes, shown once, and the ticket with which one goes on after writing them down."""

    codes: tuple[str, ...]
    ticket: str


def to_do(actor: Actor, ticket: str, browser: str) -> Step:
    """Raises Refused ``sign_in_again``."""
    with work(actor, Right.GREET) as w:
        return tickets.held(w, ticket, browser, *Step)[1]


def give_code(actor: Actor, ticket: str, browser: str, code: str) -> str:
    """A ticket for a session, for a one-time code or a recovery code. Raises Refused: ``second_step_wrong``,
    ``sign_in_again``, ``wait_first``, ``wait_minutes``."""
    key = _attempt(actor, ticket, browser, Step.CODE)
    try:
        with work(actor, Right.SIGN_IN) as w:
            account = tickets.take(w, ticket, browser, Step.CODE)
            what = codes.accept(w, account.id, code)
            if not what:
                raise Refused("second_step_wrong", "code")
            throttle.succeeded(w, key)
            if what == "recovery":
                note(w, account.id, SignIn.CODE_CHANGED, "recovery_used")
            return tickets.make(w, account.id, browser, Step.NOTHING)
    except Refused as refusal:
        _note_wrong(actor, ticket, browser, refusal)
        raise


def enrolment(actor: Actor, ticket: str, browser: str) -> Enrolment:
    """The same one until it is confirmed, in every tab of this browser. Raises Refused ``sign_in_again``."""
    with work(actor, Right.SIGN_IN) as w:
        account, _ = tickets.held(w, ticket, browser, Step.ENROL)
        if not codes.show_again(w, account.id, browser):
            codes.begin(w, account.id, browser)
            w.session.flush()  # it is read back
        return shown(w, account, browser)


def shown(w: Work, account: m.Account, holder: str) -> Enrolment:
    """Raises Refused ``second_step_gone``."""
    secret = codes.pending(w, account.id, holder)
    if secret is None:
        raise Refused("second_step_gone")
    issuer = " ".join(("Weerklank", read_settings(w.session).organisation)).strip().replace(":", " ")
    return Enrolment(secret, codes.address(secret, account.name, issuer))


def confirm(actor: Actor, ticket: str, browser: str, code: str) -> Kept:
    """The first code of the app. Raises Refused as `give_code`, and ``second_step_gone``."""
    key = _attempt(actor, ticket, browser, Step.ENROL)
    with work(actor, Right.SIGN_IN) as w:
        account = tickets.take(w, ticket, browser, Step.ENROL)
        made = codes.confirm(w, account.id, browser, code)
        throttle.succeeded(w, key)
        revoke(w, account.id, "second_step")
        note(w, account.id, SignIn.CODE_CHANGED, "enrolled")
        return Kept(made, tickets.make(w, account.id, browser, Step.KEEP))


def go_on(actor: Actor, ticket: str, browser: str) -> str:
    """The recovery codes are written down: a ticket for a session. Raises Refused ``sign_in_again``."""
    with work(actor, Right.SIGN_IN) as w:
        account = tickets.take(w, ticket, browser, Step.KEEP)
        return tickets.make(w, account.id, browser, Step.NOTHING)


def _attempt(actor: Actor, ticket: str, browser: str, step: Step) -> tuple[str, ...]:
    """Counted before the code is looked at, in a transaction of its own: a wrong one stays counted."""
    with work(actor, Right.GREET) as w:
        account, _ = tickets.held(w, ticket, browser, step)
        key = ("code", account.name, browser if tickets.knows(w, account.name, browser) else "")
        throttle.look(w, key)
    with work(actor, Right.SIGN_IN) as w:
        throttle.attempt(w, key)
        return key


def _note_wrong(actor: Actor, ticket: str, browser: str, refusal: Refused) -> None:
    if refusal.code == "second_step_wrong":
        with work(actor, Right.SIGN_IN) as w:
            account, _ = tickets.held(w, ticket, browser, Step.CODE)
            note(w, account.id, SignIn.WRONG_CODE)
