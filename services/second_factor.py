"""One's own second step: setting it up, new recovery codes, taking it off; and who must have one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from db import models as m
from db.settings import read_settings, write_settings
from domain.errors import Refused
from domain.rights import Right, Role
from domain.sign_ins import SignIn
from services import codes, passwords, server_key, throttle
from services.door import Actor, Work, work
from services.held_account import hold, hold_own
from services.second_step import Enrolment, shown
from services.sessions import folded, revoke
from services.sign_in_log import note


@dataclass(frozen=True)
class Standing:
    """Of the person who asks."""

    on_since: datetime | None  # UTC; None: there is none
    required: bool  # for one of this person's roles
    has_password: bool  # without one somebody else's sign-in is used, and its second step
    codes_left: int


def standing(actor: Actor) -> Standing:
    with work(actor, Right.ENTER) as w:
        row = w.session.get(m.SecondFactor, w.me)
        has_password = w.session.get_one(m.Account, w.me).password_hash is not None
        required = codes.is_required(w, set(w.person.roles))
        return Standing(row.since if row else None, required, has_password, codes.codes_left(w, w.me))


def begin(actor: Actor, proof: str) -> None:
    """Show a new secret (`enrolment`). `proof`: the password, or a code of the app that is in use; whoever finds a screen
    open has neither. Raises Refused: ``old_password_wrong``, ``second_step_wrong``, ``wait_first``, ``wait_minutes``."""
    with work(actor, Right.ENTER) as w:
        on = codes.is_on(w, w.me)
    if not on:
        _prove_password(actor, proof)
    else:
        _count(actor)
    with wrong_code_noted(actor), work(actor, Right.SELF) as w:
        hold_own(w)
        if on:
            prove(w, proof)
            throttle.succeeded(w, _key(w))
        codes.begin(w, w.me, w.session_id or "")


def enrolment(actor: Actor) -> Enrolment:
    """What `begin` made in this session. Raises Refused ``second_step_gone``: nothing, confirmed, or ten minutes ago."""
    with work(actor, Right.SELF) as w:
        return shown(w, w.session.get_one(m.Account, w.me), w.session_id or "")


def confirm(actor: Actor, code: str) -> tuple[str, ...]:
    """The first code of the app: from here on it counts. The recovery codes; the other sessions end. Raises Refused:
    ``second_step_wrong``, ``second_step_gone``, ``wait_first``, ``wait_minutes``."""
    _count(actor)
    with work(actor, Right.SELF) as w:
        hold_own(w)
        made = codes.confirm(w, w.me, w.session_id or "", code)
        throttle.succeeded(w, _key(w))
        _changed(w, "enrolled")
        return made


def fresh_codes(actor: Actor, code: str) -> tuple[str, ...]:
    """Ten new recovery codes. Raises Refused: ``second_step_wrong``, ``wait_first``, ``wait_minutes``."""
    _count(actor)
    with wrong_code_noted(actor), work(actor, Right.SELF) as w:
        hold_own(w)
        prove(w, code)
        throttle.succeeded(w, _key(w))
        made = codes.new_recovery_codes(w, w.me)
        _changed(w, "codes_renewed")
        return made


def remove(actor: Actor, code: str) -> None:
    """Raises Refused: ``second_step_required``, ``second_step_wrong``, ``wait_first``, ``wait_minutes``."""
    _count(actor)
    with wrong_code_noted(actor), work(actor, Right.SELF) as w:
        hold_own(w)
        if codes.is_required(w, set(w.person.roles)):
            raise Refused("second_step_required")
        prove(w, code)
        throttle.succeeded(w, _key(w))
        codes.forget(w, w.me)
        _changed(w, "removed")


def _key(w: Work) -> tuple[str, ...]:
    return ("code", w.person.name, w.session_id or "")


def _count(actor: Actor) -> None:
    """Before the code is looked at, in a transaction of its own: a wrong one stays counted."""
    with work(actor, Right.SELF) as w:
        throttle.attempt(w, _key(w))


def prove(w: Work, code: str) -> None:
    """One's own code, inside a session. Raises Refused ``second_step_wrong``."""
    what = codes.accept(w, w.me, code)
    if not what:
        raise Refused("second_step_wrong", "code")
    if what == "recovery":
        note(w, w.me, SignIn.CODE_CHANGED, "recovery_used")


@contextmanager
def wrong_code_noted(whose: Actor) -> Iterator[None]:
    """Around a transaction in which a code is asked, and which opens the door by itself: a wrong code is in the log, though
    nothing else of that transaction is kept."""
    try:
        yield
    except Refused as refusal:
        if refusal.code == "second_step_wrong":
            with work(whose, Right.SELF) as w:
                note(w, w.me, SignIn.WRONG_CODE)
        raise


def _prove_password(actor: Actor, password: str) -> None:
    """As `sessions.sign_in`: the slow comparison between two transactions."""
    with work(actor, Right.SELF) as w:
        key = ("account", w.person.name, w.session_id or "")
        throttle.attempt(w, key)
        password_hash = w.session.get_one(m.Account, w.me).password_hash
    if not passwords.matches(password, password_hash):
        raise Refused("old_password_wrong", "code")
    with work(actor, Right.SELF) as w:
        throttle.succeeded(w, key)


def _changed(w: Work, what: str) -> None:
    revoke(w, w.me, "second_step", but=w.session_id)
    note(w, w.me, SignIn.CODE_CHANGED, what)


# Somebody else's


def clear(w: Work, account: m.Account) -> None:
    """The telephone is gone, and so are the recovery codes: at the next sign-in the person sets up a new one where it is
    required. Inside the transaction of who may decide that; all sessions end."""
    hold(w, account.id)
    codes.forget(w, account.id)
    revoke(w, account.id, "second_step_reset")
    note(w, account.id, SignIn.CODE_CHANGED, "reset")


def clear_for(actor: Actor, name: str) -> None:
    """For the operator, when nobody is left who can confirm a reset. Raises Refused: ``unknown_person``."""
    with work(actor, Right.OPERATE) as w:
        account = w.session.scalar(select(m.Account).where(m.Account.name == folded(name)))
        if account is None:
            raise Refused("unknown_person")
        clear(w, account)


def under_another_key(actor: Actor) -> int:
    """For the start: how many second steps the server's key does not open. Raises Refused as `server_key.check`."""
    with work(actor, Right.OPERATE) as w:
        found = w.session.scalars(select(m.SecondFactor.secret).where(m.SecondFactor.secret.is_not(None)))
        return sum(not server_key.opens(each) for each in found if each)


def required_roles(actor: Actor) -> tuple[Role, ...]:
    """Whose second step is required."""
    with work(actor, Right.ACCOUNTS) as w:
        return read_settings(w.session).second_step_roles


def require(actor: Actor, seen: tuple[Role, ...], roles: tuple[Role, ...]) -> int:
    """Whose second step is required from now on. Whoever has one of the new roles and no second step is signed out, and
    sets it up on coming back; how many. Who confirms requests sees that it was changed, and by whom. Raises
    Refused: ``changed_meanwhile``, ``unknown_value``."""
    with work(actor, Right.ACCOUNTS) as w:
        now = read_settings(w.session).second_step_roles
        if now != seen:
            raise Refused("changed_meanwhile")
        if not set(roles) <= set(Role):
            raise Refused("unknown_value")
        write_settings(w.session, {"second_step_roles": tuple(each for each in Role if each in roles)})
        for each in (role for role in Role if (role in roles) != (role in now)):
            note(w, w.person.id, SignIn.STEP_REQUIRED if each in roles else SignIn.STEP_FREE, each)
        on = select(m.SecondFactor.account_id).where(m.SecondFactor.secret.is_not(None))
        new = select(m.AccountRole.account_id).where(
            m.AccountRole.role.in_(set(roles) - set(now)), m.AccountRole.account_id.not_in(on)
        )
        return sum(revoke(w, each, "second_step") > 0 for each in w.session.scalars(new.distinct().order_by("account_id")))
