"""The requests about accounts as rows, for the services that change accounts and for the two who ask and confirm
(docs/adr/0009). The rules are in domain/granting.py; they look at accounts, never at what stands in a dossier.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, or_, select

from db import models as m
from domain import granting as rules
from domain.entries import number
from domain.errors import Refused
from domain.granting import ANSWERABLE, HOLDS, OPEN, WAITS, Decision, Kind, State
from domain.resemblance import confusable, same_name
from domain.rights import RIGHTS, Right, Role
from services.account_changes import block, give_roles, unblock
from services.door import Work, holds_dossiers
from services.placing import ALPHABET
from services.sessions import digest

SHOWN = 50  # requests in a list, the latest first
OF_ELSE = (Kind.NAME, Kind.SETTINGS, Kind.UNIT)  # of these `before` and `after` are no roles
_CODE = 8  # signs


@dataclass(frozen=True)
class RequestRow:
    """One request, for who asks and for who confirms; instants in UTC."""

    id: int
    kind: Kind
    state: State
    account_id: int
    name: str
    display_name: str
    before: tuple[Role, ...]
    after: tuple[Role, ...]
    asked_by: str  # empty: a command on the server
    asked_at: datetime
    decided_by: str
    decided_at: datetime | None
    used_at: datetime | None
    until: datetime | None  # so long it waits, or can be carried out
    mine_to_answer: bool
    becomes: str = ""  # the name that was asked for
    unit: str = ""  # of which a manager or the place was asked for
    changes: tuple[tuple[str, str, str], ...] = ()  # of settings and units: field, names now, names asked for
    alike: tuple[str, ...] = ()  # others, also of before, with whom this person could be confused


# What takes two persons, and what is done at once


def needs_second(w: Work, account: m.Account, kind: Kind) -> bool:
    """Must somebody else confirm this? Not for who runs the server, nor before the first dossier."""
    if not two_persons(w):
        return False
    lookalike = kind is Kind.LINK and bool(alike(names_ever(w), account.id, account.display_name))
    return lookalike or rules.needs_second(kind, held(account), is_fresh(w, account))


def two_persons(w: Work) -> bool:
    """From the first dossier on. Who runs the server has no rule row: a command there can do everything anyway."""
    return w.reader.roles is not None and holds_dossiers(w)


def held(account: m.Account) -> tuple[Role, ...]:
    return tuple(sorted(Role(each.role) for each in account.roles))


def is_fresh(w: Work, account: m.Account) -> bool:
    """Did nobody ever come in with this account?"""
    if account.password_hash is not None:
        return False
    ways = (select(table.account_id).where(table.account_id == account.id).limit(1) for table in (m.AuthSession, m.SignOnLink))
    return all(w.session.scalar(way) is None for way in ways)


def names_ever(w: Work) -> list[tuple[int, str]]:
    """What everybody with an account is called, and was called before."""
    r = m.AccountRequest
    earlier = select(r.account_id, r.before).where(r.kind == Kind.NAME, r.done_at.is_not(None))
    now = [(row.id, row.display_name) for row in w.session.execute(select(m.Account.id, m.Account.display_name))]
    return now + [(account_id, before[0]) for account_id, before in w.session.execute(earlier)]


def alike(names: Iterable[tuple[int, str]], account_id: int, name: str) -> frozenset[int]:
    """The others with whom somebody of this name could be confused. `names`: of `names_ever`."""
    return frozenset(other for other, known in names if other != account_id and confusable(name, known))


def refuse_same_name(w: Work, account_id: int | None, name: str) -> None:
    """Raises Refused ``display_name_taken``: who reads a list must be able to tell people apart."""
    rows = w.session.execute(select(m.Account.id, m.Account.display_name))
    if any(other != account_id and same_name(name, known) for other, known in rows):
        raise Refused("display_name_taken", "display_name")


def change_name(w: Work, account: m.Account, wanted: str) -> bool:
    """As `change_roles`. What was asked about somebody of the earlier name is not confirmed for one of another name."""
    before = account.display_name
    if wanted == before:
        return True
    refuse_same_name(w, account.id, wanted)
    if needs_second(w, account, Kind.NAME):
        for earlier in open_requests(w, account, Kind.NAME):
            decide(w, earlier, Decision.WITHDRAWN)
        put_down(w, account, Kind.NAME, [wanted], [before])
        return False
    for kind in (Kind.LINK, Kind.ROLES, Kind.UNBLOCK):
        for earlier in open_requests(w, account, kind):
            decide(w, earlier, Decision.WITHDRAWN)
    account.display_name = wanted
    did(w, account, Kind.NAME, [before]).after = [wanted]
    return True


def change_roles(w: Work, account: m.Account, after: Iterable[str]) -> bool:
    """True: done. False: it waits for a second person, and nothing changed. Raises Refused: ``last_admin``,
    ``nobody_confirms``."""
    before, wanted = held(account), tuple(sorted(Role(each) for each in after))
    if before == wanted:
        return True
    if two_persons(w) and rules.guards_change(before, wanted):
        for earlier in open_requests(w, account, Kind.ROLES):
            decide(w, earlier, Decision.WITHDRAWN)
        put_down(w, account, Kind.ROLES, wanted)
        return False
    give_roles(w, account, wanted)
    did(w, account, Kind.ROLES, before, to_see=bool(set(before) - set(wanted)))
    return True


def disable(w: Work, account: m.Account) -> bool:
    """As `change_roles`. Who reads no dossier without a task in it is out at once, and somebody who can undo it sees it."""
    return _do_or_ask(w, account, Kind.BLOCK)


def enable(w: Work, account: m.Account) -> bool:
    """As `change_roles`."""
    return _do_or_ask(w, account, Kind.UNBLOCK)


def _do_or_ask(w: Work, account: m.Account, kind: Kind) -> bool:
    if account.active is (kind is Kind.UNBLOCK):
        return True
    if needs_second(w, account, kind):
        refuse_twice(w, account, kind)
        put_down(w, account, kind, held(account))
        return False
    (block if kind is Kind.BLOCK else unblock)(w, account)
    did(w, account, kind, held(account), to_see=kind is Kind.BLOCK)
    return True


def carry_out(w: Work, account: m.Account, kind: Kind) -> m.AccountRequest:
    """For who now makes the link: what gives the right to, used up by this. Where nobody has to confirm it, it is put down
    all the same. Raises Refused ``second_person_first``."""
    if not needs_second(w, account, kind):
        return did(w, account, kind, held(account))
    confirmed = [each for each in open_requests(w, account, kind) if state_of(w, each) is State.CONFIRMED]
    if not confirmed:
        raise Refused("second_person_first")
    confirmed[-1].done_at = w.now
    return confirmed[-1]


def still_good(w: Work, request: m.AccountRequest, account: m.Account) -> bool:
    """May a link that was made for this request be used? One that nobody confirmed stops when it would need that."""
    return request.decision != Decision.FREE or not needs_second(w, account, Kind(request.kind))


def code_fits(given: str, request_code: str) -> bool:
    """The code that the confirmer told the person; signs between and small letters do not matter."""
    tidy = "".join(sign for sign in str(given).upper() if sign in ALPHABET)
    return secrets.compare_digest(digest(tidy), request_code)


def used(w: Work, request: m.AccountRequest, account: m.Account) -> None:
    """A password was chosen with its link. The person hears of it, unless it was the first one."""
    request.used_at = w.now
    if account.password_hash is None:
        request.told_at = w.now


# Rows


def put_down(
    w: Work,
    account: m.Account,
    kind: Kind,
    after: Iterable[str],
    before: Sequence[str] | None = None,
    *,
    but_not: frozenset[int] = frozenset(),
) -> m.AccountRequest:
    """`but_not`: who may not confirm it, besides who asks and whose account it is. Raises Refused ``nobody_confirms``."""
    roles = [role for role in Role if Right.GRANT in RIGHTS[role]]
    confirmers = select(m.Account.id).join(m.AccountRole).where(m.AccountRole.role.in_(roles), m.Account.active.is_(True))
    if w.session.scalar(confirmers.where(m.Account.id.not_in({account.id, w.me} | but_not)).limit(1)) is None:
        raise Refused("nobody_confirms")
    request = new(w, account, kind, held(account) if before is None else before, asked_by=w.me)
    request.after = list(after)
    return request


def did(w: Work, account: m.Account, kind: Kind, before: Iterable[str], *, to_see: bool = False) -> m.AccountRequest:
    """It was done without a second person, or is about to be."""
    request = new(w, account, kind, before, asked_by=w.person.id)
    if w.person.id is None and holds_dossiers(w):
        request.decision = Decision.OPERATOR
    elif not (to_see and two_persons(w)):
        request.decision = Decision.FREE
    request.done_at = w.now
    w.session.flush()  # the id is asked for
    return request


def new(w: Work, account: m.Account, kind: Kind, before: Iterable[str], *, asked_by: int | None) -> m.AccountRequest:
    request = m.AccountRequest(
        kind=kind,
        account_id=account.id,
        before=list(before),
        after=list(held(account)),
        asked_by=asked_by,
        asked_at=w.now,
    )
    w.session.add(request)
    return request


def decide(w: Work, request: m.AccountRequest, decision: Decision) -> None:
    request.decision, request.decided_by, request.decided_at = decision, w.me, w.now


def new_code(request: m.AccountRequest) -> str:
    signs = "".join(secrets.choice(ALPHABET) for _ in range(_CODE))
    request.code = digest(signs)
    return f"{signs[:4]}-{signs[4:]}"


def state_of(w: Work, request: m.AccountRequest) -> State:
    r = request
    return rules.state(w.now, r.asked_at, r.decision, r.decided_at, r.done_at, r.used_at)


def load(w: Work, request_id: int) -> m.AccountRequest:
    """Nobody else's until this transaction ends: of two answers at the same moment one finds it answered."""
    request = w.session.get(m.AccountRequest, number(request_id), with_for_update=True)
    if request is None or request.decision in (Decision.FREE, Decision.OPERATOR):
        raise Refused("request_gone")
    return request


def open_requests(w: Work, account: m.Account, kind: Kind) -> list[m.AccountRequest]:
    """The requests of this kind about this account that wait or may be carried out, the oldest first."""
    r = m.AccountRequest
    query = select(r).where(r.account_id == account.id, r.kind == kind).order_by(r.id).with_for_update()
    return [each for each in w.session.scalars(query) if state_of(w, each) in OPEN - {State.TO_SEE}]


def refuse_twice(w: Work, account: m.Account, kind: Kind) -> None:
    if open_requests(w, account, kind):
        raise Refused("already_asked")


def rows(w: Work) -> tuple[RequestRow, ...]:
    r = m.AccountRequest
    names, ever = names_of(w), names_ever(w)
    by_operator = and_(r.decision == Decision.OPERATOR, r.told_at.is_distinct_from(r.used_at) | r.used_at.is_(None))
    query = (
        select(r, m.Account)
        .join(m.Account, m.Account.id == r.account_id)
        .where(or_(r.decision.is_(None), r.decision.not_in((Decision.FREE, Decision.OPERATOR)), by_operator))
        .order_by(r.id.desc())
        .limit(SHOWN)
    )
    return tuple(_row(w, request, account, names, ever) for request, account in w.session.execute(query))


def _row(
    w: Work, request: m.AccountRequest, account: m.Account, names: dict[int | None, str], ever: Sequence[tuple[int, str]]
) -> RequestRow:
    stands = state_of(w, request)
    becomes = request.after[0] if request.kind == Kind.NAME else ""
    like = alike(ever, account.id, becomes or account.display_name) if stands is State.WAITING else ()
    until = request.asked_at + WAITS if stands is State.WAITING else None
    if stands is State.CONFIRMED and request.decided_at is not None:
        until = request.decided_at + HOLDS
    return RequestRow(
        id=request.id,
        kind=Kind(request.kind),
        state=stands,
        account_id=account.id,
        name=account.name,
        display_name=request.before[0] if becomes else account.display_name,
        before=_roles(request.kind, request.before),
        after=_roles(request.kind, request.after),
        asked_by=names.get(request.asked_by, ""),
        asked_at=request.asked_at,
        decided_by=names.get(request.decided_by, ""),
        decided_at=request.decided_at,
        used_at=request.used_at,
        until=until,
        mine_to_answer=stands in ANSWERABLE and may_answer(w, request),
        becomes=becomes,
        unit=_unit(w, request),
        changes=_changes(w, request, names),
        alike=tuple(sorted(names[each] for each in like)),
    )


def _unit(w: Work, request: m.AccountRequest) -> str:
    if request.kind != Kind.UNIT:
        return ""
    (unit_id,) = rules.decoded(request.before)["unit"]
    return w.session.get_one(m.OrgUnit, unit_id).name


def _changes(w: Work, request: m.AccountRequest, names: dict[int | None, str]) -> tuple[tuple[str, str, str], ...]:
    if request.kind not in (Kind.SETTINGS, Kind.UNIT):
        return ()

    def words(field: str, ids: Iterable[int]) -> str:
        if field == "parent_id":
            return ", ".join(w.session.get_one(m.OrgUnit, each).name for each in ids)
        return ", ".join(names.get(each, "") for each in ids)

    was, will = rules.decoded(request.before), rules.decoded(request.after)
    return tuple((field, words(field, was[field]), words(field, will[field])) for field in was if was[field] != will[field])


def _roles(kind: str, held_then: Iterable[str]) -> tuple[Role, ...]:
    return tuple(Role(each) for each in held_then) if kind not in OF_ELSE else ()


def names_of(w: Work) -> dict[int | None, str]:
    return {key: name for key, name in w.session.execute(select(m.Account.id, m.Account.display_name))}


def may_answer(w: Work, request: m.AccountRequest) -> bool:
    return w.may(Right.GRANT) and not concerns_me(w, request)


def concerns_me(w: Work, request: m.AccountRequest) -> bool:
    """Who asked it, whose account it is, and who gains by it, do not answer it."""
    return w.me in {request.account_id, request.asked_by} | rules.gains(request.kind, request.after)
