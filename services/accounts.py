"""People: who is here, own account, and the accounts that the administrator keeps."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from db import models as m
from db.settings import read_settings
from domain.entries import number
from domain.errors import Refused
from domain.granting import GUARDED, Kind, needs_second
from domain.rights import RIGHTS, Right, Role, Scope, roles_conflict, scopes
from domain.sign_ins import SignIn
from domain.texts import line, required
from services import account_requests as requests
from services import passwords, throttle
from services.account_changes import unlink
from services.door import Actor, Work, work
from services.held_account import hold_own
from services.sessions import folded, revoke
from services.shield import look_for
from services.sign_in_log import note
from text import LANGUAGES

_NAME = re.compile(r"[\w.@+-]{2,60}")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


@dataclass(frozen=True)
class Me:
    """The person who is signed in, as the menu needs to know; the door decides, never this."""

    id: int
    name: str
    display_name: str
    roles: frozenset[Role]
    language: str

    def may(self, right: Right) -> bool:
        return right in {Right.ENTER, Right.SELF} or any(right in RIGHTS[role] for role in self.roles)

    def reach(self, right: Right) -> frozenset[Scope]:
        return scopes(self.roles, right)


@dataclass(frozen=True)
class AccountInput:
    """What the administrator fills in; `roles` are values of domain.rights.Role."""

    name: str
    display_name: str
    email: str
    roles: tuple[str, ...]
    unit_id: int | None
    external: bool = False
    phone: str = ""


@dataclass(frozen=True)
class AccountRow:
    id: int
    name: str
    display_name: str
    email: str
    roles: tuple[Role, ...]
    unit_id: int | None
    unit: str
    external: bool
    active: bool
    phone: str
    has_password: bool
    second_step: bool  # at signing in
    second: frozenset[Kind]  # what of this account takes a second person now
    last_seen_at: datetime | None  # UTC; None: never signed in
    version: int


# Own account


def whoami(actor: Actor) -> Me:
    """Raises Refused: ``signed_out``."""
    with work(actor, Right.ENTER) as w:
        person = w.person
        return Me(w.me, person.name, person.display_name, person.roles, person.language)


def choose_language(actor: Actor, language: str) -> None:
    """Own language of the screens: nl or en."""
    with work(actor, Right.SELF) as w:
        if language not in LANGUAGES:
            raise Refused("unknown_value", "language")
        w.session.get_one(m.Account, w.me).language = language


def change_password(actor: Actor, old: str, new: str, repeated: str) -> bool:
    """Ends the other sessions, and no name at a provider opens the account any more; whether one did. The slow
    comparisons stand between the transactions, as in `sessions.sign_in`.

    Raises Refused: ``old_password_wrong``, ``wait_first``, ``wait_minutes``, and what `passwords.check` raises.
    """
    with work(actor, Right.ENTER) as w:
        account, organisation = w.session.get_one(m.Account, w.me), read_settings(w.session).organisation
        key = ("account", account.name, w.session_id or "")  # of this session: guesses at the door are somebody else's
    chosen = passwords.check(new, (account.name, account.display_name, organisation))
    if passwords.tidy(repeated) != chosen:
        raise Refused("password_repeated", "repeated")
    with work(actor, Right.SELF) as w:
        throttle.attempt(w, key)
    if not passwords.matches(old, account.password_hash):
        raise Refused("old_password_wrong", "old")
    if passwords.tidy(old) == chosen:
        raise Refused("password_same", "password")
    fresh = passwords.hashed(chosen)
    with work(actor, Right.SELF) as w:
        now = hold_own(w)
        if now.password_hash != account.password_hash:  # changed while this was compared
            raise Refused("old_password_wrong", "old")
        throttle.succeeded(w, key)
        now.password_hash = fresh
        revoke(w, w.me, "password_changed", but=w.session_id)
        note(w, w.me, SignIn.PASSWORD_CHANGED)
        return unlink(w, w.me)


# Everybody's, for the administrator


def set_up(actor: Actor) -> bool:
    """Is the register still being set up? Until its first dossier the administrator does everything alone."""
    with work(actor, Right.ACCOUNTS) as w:
        return not requests.two_persons(w)


def listing(actor: Actor) -> tuple[AccountRow, ...]:
    """All accounts, active ones first, by display name."""
    with work(actor, Right.ACCOUNTS) as w:
        return everybody(w)


def everybody(w: Work) -> tuple[AccountRow, ...]:
    """For other services."""
    units: dict[int, str] = {key: name for key, name in w.session.execute(select(m.OrgUnit.id, m.OrgUnit.name))}
    seen_query = select(m.AuthSession.account_id, func.max(m.AuthSession.last_seen_at)).group_by(m.AuthSession.account_id)
    seen: dict[int, datetime] = {key: at for key, at in w.session.execute(seen_query)}
    accounts = w.session.scalars(select(m.Account).order_by(m.Account.active.desc(), func.lower(m.Account.display_name)))
    two, linked = requests.two_persons(w), set(w.session.scalars(select(m.SignOnLink.account_id)))
    ever = requests.names_ever(w)
    coded = set(w.session.scalars(select(m.SecondFactor.account_id).where(m.SecondFactor.secret.is_not(None))))

    def row(account: m.Account) -> AccountRow:
        fresh = account.password_hash is None and account.id not in seen.keys() | linked
        roles = requests.held(account)
        second = frozenset(kind for kind in Kind if two and needs_second(kind, roles, fresh))
        if two and Kind.LINK not in second and requests.alike(ever, account.id, account.display_name):
            second |= {Kind.LINK}
        return _row(account, units.get(account.unit_id or 0, ""), seen.get(account.id), second, account.id in coded)

    return tuple(row(each) for each in accounts)


def _row(account: m.Account, unit: str, seen_at: datetime | None, second: frozenset[Kind], second_step: bool) -> AccountRow:
    return AccountRow(
        id=account.id,
        name=account.name,
        display_name=account.display_name,
        email=account.email or "",
        roles=requests.held(account),
        unit_id=account.unit_id,
        unit=unit,
        external=account.external,
        active=account.active,
        phone=account.phone or "",
        has_password=account.password_hash is not None,
        second_step=second_step,
        second=second,
        last_seen_at=seen_at,
        version=account.version,
    )


def create(actor: Actor, given: AccountInput) -> int:
    """An account without a password: `links.password_link` gives the person one. Roles that take a second person wait for
    that one's word, and the account is made without them. Raises Refused: ``name_taken``, ``name_form``, ``missing``,
    ``display_name_taken``, ``email_form``, ``roles_conflict``, ``unknown_value``, ``nobody_confirms``."""
    with work(actor, Right.ACCOUNTS) as w:
        wanted = _roles(given.roles)
        now = tuple(role for role in wanted if role not in GUARDED or not requests.two_persons(w))
        account = make_account(w, given, now)
        w.session.flush()  # the id is the answer
        note(w, account.id, SignIn.CREATED)
        requests.did(w, account, Kind.ROLES, before=())
        requests.change_roles(w, account, wanted)
    look_for(account.id)
    return account.id


def make_account(w: Work, given: AccountInput, roles: tuple[Role, ...]) -> m.Account:
    name = folded(required(given.name, "name"))
    if not _NAME.fullmatch(name):
        raise Refused("name_form", "name")
    if w.session.scalar(select(m.Account.id).where(m.Account.name == name)) is not None:
        raise Refused("name_taken", "name")
    display_name = _display_name(given)
    requests.refuse_same_name(w, None, display_name)
    account = m.Account(name=name, display_name=display_name, created_at=w.now, active=True)
    _fill(w, account, given)
    account.roles = [m.AccountRole(role=role) for role in roles]
    w.session.add(account)
    return account


def edit(actor: Actor, account_id: int, seen: int, given: AccountInput) -> bool:
    """Everything but the name that one signs in with. Other roles end the person's sessions. True: all of it is done. False:
    the roles or the name wait for a second person, the rest is done. Raises as `create`, and ``changed_meanwhile``,
    ``last_admin``."""
    with work(actor, Right.ACCOUNTS) as w:
        account = _load(w, account_id, seen)
        named = requests.change_name(w, account, _display_name(given))
        done = requests.change_roles(w, account, _roles(given.roles)) and named
        _fill(w, account, given)  # last: requests are locked before their account
    look_for(account.id)
    return done


def disable(actor: Actor, account_id: int, seen: int) -> bool:
    """True: the person is out at the next click. False: it waits for a second person. Raises Refused: ``last_admin``,
    ``changed_meanwhile``, ``already_asked``, ``nobody_confirms``."""
    with work(actor, Right.ACCOUNTS) as w:
        return requests.disable(w, _load(w, account_id, seen))


def enable(actor: Actor, account_id: int, seen: int) -> bool:
    """As `disable`."""
    with work(actor, Right.ACCOUNTS) as w:
        account = _load(w, account_id, seen)
        done = requests.enable(w, account)
    look_for(account.id)
    return done


def _load(w: Work, account_id: int, seen: int) -> m.Account:
    account = w.session.get(m.Account, number(account_id))
    if account is None:
        raise Refused("unknown_person")
    if account.version != seen:
        raise Refused("changed_meanwhile")
    return account


def _display_name(given: AccountInput) -> str:
    return line(required(given.display_name, "display_name"), "display_name")


def _fill(w: Work, account: m.Account, given: AccountInput) -> None:
    email = line(given.email, "email")
    if email and not _EMAIL.fullmatch(email):
        raise Refused("email_form", "email")
    if given.unit_id is not None and w.session.get(m.OrgUnit, number(given.unit_id)) is None:
        raise Refused("unknown_unit", "unit_id")
    account.email, account.unit_id, account.external = email or None, given.unit_id, given.external
    account.phone = line(given.phone, "phone", longest=40) or None


def _roles(given: tuple[str, ...]) -> tuple[Role, ...]:
    if not given:
        raise Refused("missing", "roles")
    if not set(given) <= set(Role):
        raise Refused("unknown_value", "roles")
    if roles_conflict(Role(role) for role in given):
        raise Refused("roles_conflict", "roles")
    return tuple(sorted({Role(role) for role in given}))
