"""An administrator alone opens nothing: what would let somebody read dossiers is asked by one person and confirmed by another
(docs/adr/0009). The rules are in domain/granting.py; they look at accounts, never at what stands in a dossier.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, or_, select

from db import models as m
from domain import granting as rules
from domain.entries import number
from domain.errors import Refused
from domain.granting import ANSWERABLE, LOOKED_AT, WAITS, Decision, Kind, State
from domain.rights import RIGHTS, Right
from services import second_factor
from services.account_changes import block, give_roles, start_anew, unblock
from services.account_requests import (
    RequestRow,
    concerns_me,
    decide,
    did,
    held,
    load,
    may_answer,
    names_of,
    needs_second,
    new,
    new_code,
    put_down,
    refuse_same_name,
    refuse_twice,
    rows,
    state_of,
)
from services.door import Actor, Work, work
from services.organisation import carry_out_settings, carry_out_unit
from services.shield import look_for

_ASKED = (Kind.LINK, Kind.SECOND_FACTOR)  # the others follow from what the administrator does to the account


@dataclass(frozen=True)
class Notice:
    """Somebody made a new start possible with the account of the person who asks."""

    id: int
    kind: Kind
    at: datetime  # UTC
    asked_by: str  # empty: a command on the server
    confirmed_by: str  # empty: nobody had to
    new: bool


# The administrator


def ask(actor: Actor, account_id: int, kind: str) -> bool:
    """A new link or a new second step for somebody. False: it waits. True: done at once, as nobody has to confirm it. Raises
    Refused: ``unknown_value``, ``unknown_person``, ``account_disabled``, ``no_second_needed`` (make the link),
    ``already_asked``, ``nobody_confirms``."""
    with work(actor, Right.ACCOUNTS) as w:
        if kind not in _ASKED:
            raise Refused("unknown_value", "kind")
        account = w.session.get(m.Account, number(account_id))
        if account is None:
            raise Refused("unknown_person")
        if not account.active:
            raise Refused("account_disabled")
        if needs_second(w, account, Kind(kind)):
            refuse_twice(w, account, Kind(kind))
            put_down(w, account, Kind(kind), held(account))
            return False
        if kind == Kind.LINK:
            raise Refused("no_second_needed")
        second_factor.clear(w, account)
        did(w, account, Kind.SECOND_FACTOR, held(account))
        return True


def withdraw(actor: Actor, request_id: int) -> None:
    """By whichever administrator, until it was carried out. Raises Refused: ``request_gone``, ``request_answered``."""
    with work(actor, Right.ACCOUNTS) as w:
        request = load(w, request_id)
        if state_of(w, request) not in (State.WAITING, State.CONFIRMED):
            raise Refused("request_answered")
        decide(w, request, Decision.WITHDRAWN)


def asked(actor: Actor) -> tuple[RequestRow, ...]:
    """What administrators asked, the latest first."""
    with work(actor, Right.ACCOUNTS) as w:
        return rows(w)


# The second person


def waiting(actor: Actor) -> int:
    """How many requests this person could answer now; none for whoever confirms nothing."""
    with work(actor, Right.ENTER) as w:
        if not w.may(Right.GRANT):
            return 0
        r = m.AccountRequest
        unanswered = or_(
            and_(r.done_at.is_(None), r.asked_at > w.now - WAITS), and_(r.done_at.is_not(None), r.done_at > w.now - LOOKED_AT)
        )
        query = select(r).where(r.decision.is_(None), unanswered)
        return sum(may_answer(w, each) for each in w.session.scalars(query))


def to_answer(actor: Actor) -> tuple[RequestRow, ...]:
    """What waits and what became of earlier requests, the latest first."""
    with work(actor, Right.GRANT) as w:
        return rows(w)


def confirm(actor: Actor, request_id: int) -> str:
    """The second person's yes. For a link: the code that this person tells the owner of the account, shown once; else
    empty. Raises Refused: ``request_gone``, ``request_answered``, ``own_request``, ``request_outdated``, ``last_admin``,
    ``display_name_taken``."""
    with work(actor, Right.GRANT) as w:
        request, account = _to_answer(w, request_id)
        code = _confirmed(w, request, account)
    if request.kind in (Kind.NAME, Kind.UNBLOCK):
        look_for(account.id)
    return code


def _confirmed(w: Work, request: m.AccountRequest, account: m.Account) -> str:
    if request.done_at is not None:  # was done at once, and now it was looked at
        decide(w, request, Decision.CONFIRMED)
        return ""
    _refuse_outdated(w, request, account)
    decide(w, request, Decision.CONFIRMED)
    match Kind(request.kind):
        case Kind.LINK:
            return new_code(request)
        case Kind.ROLES:
            give_roles(w, account, request.after)
            request.done_at = w.now
            return _first_guarded(w, request, account)
        case Kind.SECOND_FACTOR:
            second_factor.clear(w, account)
        case Kind.BLOCK:
            block(w, account)
        case Kind.UNBLOCK:
            unblock(w, account)
        case Kind.NAME:
            refuse_same_name(w, account.id, request.after[0])
            account.display_name = request.after[0]
        case Kind.SETTINGS:
            carry_out_settings(w, request)
        case Kind.UNIT:
            carry_out_unit(w, request)
    request.done_at = w.now
    return ""


def decline(actor: Actor, request_id: int) -> None:
    """The second person's no; what was done at once is undone. Raises as `confirm`."""
    with work(actor, Right.GRANT) as w:
        request, account = _to_answer(w, request_id)
        if request.done_at is not None:
            _undo(w, request, account)
        decide(w, request, Decision.DECLINED)
    if request.kind == Kind.BLOCK:
        look_for(account.id)


def _first_guarded(w: Work, request: m.AccountRequest, account: m.Account) -> str:
    """Who gets the first role that shows dossiers, or more than those of the own tasks, chooses a password again, with a link
    of the administrator and the code of the person who confirmed: whoever made the account may have prepared a way in."""
    if not rules.starts_anew(request.before, request.after):
        return ""
    start_anew(w, account)
    link = new(w, account, Kind.LINK, held(account), asked_by=request.asked_by)
    decide(w, link, Decision.CONFIRMED)
    return new_code(link)


def _undo(w: Work, request: m.AccountRequest, account: m.Account) -> None:
    match Kind(request.kind):
        case Kind.BLOCK:
            unblock(w, account)
        case Kind.ROLES if held(account) == tuple(request.after):
            give_roles(w, account, request.before)
        case _:
            raise Refused("request_outdated")


def _refuse_outdated(w: Work, request: m.AccountRequest, account: m.Account) -> None:
    """What was asked is not what would happen now, or who asked could not ask it any more."""
    asker = w.session.get(m.Account, request.asked_by) if request.asked_by else None
    able = asker is not None and asker.active and any(Right.ACCOUNTS in RIGHTS[role] for role in held(asker))
    now = [account.display_name] if request.kind == Kind.NAME else list(held(account))
    elsewhere = request.kind in (Kind.SETTINGS, Kind.UNIT)  # compared where it is carried out
    same = (elsewhere or now == request.before) and account.active is (request.kind != Kind.UNBLOCK)
    if not able or not same:
        raise Refused("request_outdated")


def _to_answer(w: Work, request_id: int) -> tuple[m.AccountRequest, m.Account]:
    request = load(w, request_id)
    if concerns_me(w, request):
        raise Refused("own_request")
    if state_of(w, request) not in ANSWERABLE:
        raise Refused("request_answered")
    # Not locked: who registers a complaint refers to this row, and holds who directs. Its version says whether it changed.
    return request, w.session.get_one(m.Account, request.account_id)


# The person whose account it is


def about_me(actor: Actor) -> tuple[Notice, ...]:
    """Whenever somebody else made a new start possible with this account, the latest first."""
    with work(actor, Right.ENTER) as w:
        names = names_of(w)
        return tuple(
            Notice(each.id, Kind(each.kind), at, names.get(each.asked_by, ""), names.get(each.decided_by, ""), not each.told_at)
            for each in _of_mine(w)
            if (at := each.used_at or each.done_at) is not None
        )


def tell_seen(actor: Actor) -> None:
    """The person read it; it stays on the page of the own account."""
    with work(actor, Right.SELF) as w:
        for each in _of_mine(w):
            each.told_at = each.told_at or w.now


def _of_mine(w: Work) -> Sequence[m.AccountRequest]:
    r = m.AccountRequest
    happened = or_(
        and_(r.kind == Kind.LINK, r.used_at.is_not(None)), and_(r.kind == Kind.SECOND_FACTOR, r.done_at.is_not(None))
    )
    replaced = or_(r.told_at.is_(None), r.told_at.is_distinct_from(r.used_at))  # the first password of all is no news
    return w.session.scalars(select(r).where(r.account_id == w.me, happened, replaced).order_by(r.id.desc())).all()
