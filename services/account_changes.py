"""What a change of an account brings with it, whoever asked for it: sessions end, and dossiers are directed anew."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import delete, select
from sqlalchemy.orm.attributes import flag_modified

from db import models as m
from domain.errors import Refused
from domain.rights import Role
from domain.sign_ins import SignIn
from services import passwords, second_factor
from services.door import Work
from services.held_account import hold
from services.parties import redirect
from services.sessions import revoke
from services.sign_in_log import note


def give_roles(w: Work, account: m.Account, roles: Iterable[str]) -> None:
    """These roles and no others; the person's sessions end. Raises Refused ``last_admin``."""
    wanted = set(roles)
    if Role.ADMIN not in wanted:
        _keep_an_admin(w, account)
    hold(w, account.id)
    account.roles = [held for held in account.roles if held.role in wanted] + [
        m.AccountRole(role=role) for role in sorted(wanted - {held.role for held in account.roles})
    ]
    touch(account)
    revoke(w, account.id, "roles_changed")
    note(w, account.id, SignIn.ROLES_CHANGED)
    redirect(w)


def block(w: Work, account: m.Account) -> None:
    """The person is out at the next click. Raises Refused ``last_admin``."""
    _keep_an_admin(w, account)
    hold(w, account.id)
    account.active = False
    revoke(w, account.id, "disabled")
    note(w, account.id, SignIn.DISABLED)
    redirect(w)


def unblock(w: Work, account: m.Account) -> None:
    account.active = True
    note(w, account.id, SignIn.ENABLED)
    redirect(w)


def start_anew(w: Work, account: m.Account) -> None:
    """Nothing with which somebody came in until now works any more: password, second step, single sign-on."""
    hold(w, account.id)
    account.password_hash = passwords.nobodys()
    second_factor.clear(w, account)
    unlink(w, account.id)


def unlink(w: Work, account_id: int) -> bool:
    """No name at a provider opens this account any more, nor is anybody linking one; whether there was one."""
    gone = [w.session.execute(delete(each).where(each.account_id == account_id)) for each in (m.SignOnLink, m.SignOnAttempt)]
    if not gone[0].rowcount:  # type: ignore[attr-defined]
        return False
    note(w, account_id, SignIn.SIGN_ON_CHANGED, "sign_on_unlinked")
    return True


def touch(account: m.Account) -> None:
    """Roles are rows of their own; the version must move with them."""
    flag_modified(account, "display_name")


def _keep_an_admin(w: Work, leaving: m.Account) -> None:
    """Somebody else must be able to sign in as administrator."""
    if not leaving.active or all(held.role != Role.ADMIN for held in leaving.roles):
        return
    able = (
        select(m.Account.id)
        .join(m.AccountRole)
        .where(m.AccountRole.role == Role.ADMIN, m.Account.active, m.Account.password_hash.is_not(None))
        .order_by(m.Account.id)  # two administrators who disable each other at the same moment: one waits for the other
        .with_for_update(of=m.Account)
    )
    if not set(w.session.scalars(able)) - {leaving.id}:
        raise Refused("last_admin")
