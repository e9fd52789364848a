"""Who may do what, and on which dossiers. One table; `services/door.py` is its only reader that enforces."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum


class Role(StrEnum):
    REPORTER = "reporter"
    HANDLER = "handler"
    COORDINATOR = "coordinator"
    MANAGER = "manager"
    PARTNER = "partner"
    DIRECTOR = "director"
    CONFIDANT = "confidant"
    APPEAL_REVIEWER = "appeal_reviewer"
    WB_OFFICER = "wb_officer"
    ADMIN = "admin"


CASE_ROLES = frozenset({Role.REPORTER, Role.HANDLER, Role.COORDINATOR, Role.MANAGER, Role.PARTNER, Role.DIRECTOR})
INDEPENDENT_ROLES = frozenset({Role.CONFIDANT, Role.APPEAL_REVIEWER, Role.WB_OFFICER})


def roles_conflict(roles: Iterable[Role]) -> bool:
    """True where one account may not hold these together: the administrator has no case role, the confidant and the
    whistleblower officer are independent (R020, domain 5.4)."""
    held = frozenset(roles)
    groups = (held & CASE_ROLES, held & INDEPENDENT_ROLES, held & {Role.ADMIN})
    return sum(1 for group in groups if group) > 1 or {Role.CONFIDANT, Role.WB_OFFICER} <= held


class Right(StrEnum):
    """One thing a person can do. Every service names exactly one."""

    ACCOUNTS = "accounts"  # people, roles, units, settings
    ACKNOWLEDGE = "acknowledge"
    APPEAL_LODGE = "appeal_lodge"
    APPEAL_RULE = "appeal_rule"  # acknowledge, hear, rule
    CALENDAR = "calendar"  # let dates move by a closed day that became known later
    ASSIGN = "assign"
    CLOSE = "close"  # close, not handled
    CONSULT = "consult"
    DECIDE = "decide"
    DESTROY = "destroy"  # keep longer, propose and confirm that a dossier goes
    ENTER = "enter"  # who am I, the words of the procedure, help: reading only; everybody who is signed in
    EXPORT = "export"
    EXTEND = "extend"
    GREET = "greet"  # what the sign-in screen shows: reading only; visitors
    IDENTITY = "identity"  # who complained
    LIFT = "lift"  # take somebody back out of a dossier, and with it the exclusion
    LIST = "list"  # a row on the board
    OPEN = "open"  # summary of one dossier
    OPERATE = "operate"  # operator commands (manage.py): no role holds it
    OVERVIEW = "overview"
    PROCEDURE = "procedure"  # try a version of the procedure, and put one in force
    READ = "read"  # the whole dossier
    REGISTER = "register"
    REOPEN = "reopen"
    RETAIN = "retain"  # what is to go, and the register of what went: reading only
    SELF = "self"  # own account, drafts; everybody who is signed in
    SEND = "send"  # letters
    SIGN_IN = "sign_in"  # what a visitor may do: sign in, use a one-time link
    WORK = "work"  # log contact, notes, measures, attachments, external route


READ_RIGHTS = frozenset(
    {Right.ENTER, Right.EXPORT, Right.GREET, Right.IDENTITY, Right.LIST, Right.OPEN, Right.OVERVIEW, Right.READ, Right.RETAIN}
)


class Scope(StrEnum):
    """Which dossiers a right reaches. Excluded persons see none of them, whatever the scope."""

    NONE = "none"  # the right is not about a dossier
    OWN = "own"  # reported by me
    ASSIGNED = "assigned"  # I handle it or was named to acknowledge it
    UNIT = "unit"  # of the units I manage and those below them
    ACTING = "acting"  # I am the director for this one
    OPEN_ALL = "open_all"  # all regular dossiers without a red flag
    ALL = "all"  # all regular dossiers
    APPEALED = "appealed"  # an appeal is assigned to me
    UNWANTED = "unwanted"  # the confidant's compartment
    WHISTLEBLOWER = "whistleblower"  # the designated officer's compartment


_STAFF = {Right.SELF: Scope.NONE, Right.REGISTER: Scope.NONE}


def _with(scope: Scope, *rights: Right) -> dict[Right, Scope]:
    return dict.fromkeys(rights, scope)


_WORK = (
    Right.LIST,
    Right.OPEN,
    Right.READ,
    Right.IDENTITY,
    Right.WORK,
    Right.SEND,
    Right.ACKNOWLEDGE,
    Right.EXTEND,
    Right.DECIDE,
)
_KEEP = (Right.RETAIN, Right.DESTROY)  # two persons who both hold them (T17)
_STEER = (
    *_WORK,
    *_KEEP,
    Right.ASSIGN,
    Right.CALENDAR,
    Right.CLOSE,
    Right.CONSULT,
    Right.REOPEN,
    Right.APPEAL_LODGE,
    Right.LIFT,
)
_CLOSED = (Right.LIST, Right.OPEN, Right.READ, Right.IDENTITY, Right.WORK, *_KEEP)

# domain.md 5.4. An assigned handler has the director's mandate to extend and decide (ADR 0002).
RIGHTS: dict[Role, dict[Right, tuple[Scope, ...]]] = {}


def _grant(role: Role, *tables: dict[Right, Scope]) -> None:
    for table in tables:
        for right, scope in table.items():
            held = RIGHTS.setdefault(role, {}).get(right, ())
            if scope not in held:
                RIGHTS[role][right] = (*held, scope)


_grant(
    Role.REPORTER,
    _STAFF,
    _with(Scope.OWN, Right.LIST, Right.OPEN),
    _with(Scope.ASSIGNED, Right.LIST, Right.OPEN, Right.READ, Right.IDENTITY, Right.ACKNOWLEDGE, Right.SEND),
)
_grant(Role.HANDLER, _STAFF, _with(Scope.ASSIGNED, *_WORK, Right.OVERVIEW), _with(Scope.OWN, Right.LIST, Right.OPEN))
_grant(Role.COORDINATOR, _STAFF, _with(Scope.ALL, *_STEER, Right.OVERVIEW, Right.EXPORT, Right.PROCEDURE))
_grant(
    Role.MANAGER,
    _STAFF,
    _with(Scope.UNIT, *_WORK, Right.ASSIGN, Right.CLOSE, Right.OVERVIEW),
    _with(Scope.ASSIGNED, *_WORK),
    _with(Scope.OWN, Right.LIST, Right.OPEN),
)
_grant(
    Role.PARTNER,
    _STAFF,
    _with(Scope.OPEN_ALL, Right.LIST, Right.OPEN, Right.OVERVIEW),
    _with(Scope.ASSIGNED, *_WORK),
    _with(Scope.ACTING, *_STEER),
)
_grant(Role.DIRECTOR, _STAFF, _with(Scope.ALL, *_STEER, Right.OVERVIEW, Right.EXPORT, Right.PROCEDURE))
_grant(Role.CONFIDANT, _STAFF, _with(Scope.UNWANTED, *_CLOSED))
_grant(
    Role.APPEAL_REVIEWER,
    {Right.SELF: Scope.NONE},
    _with(Scope.APPEALED, Right.OPEN, Right.READ, Right.IDENTITY, Right.APPEAL_RULE, Right.SEND),
    _with(Scope.NONE, Right.APPEAL_LODGE),
)
_grant(Role.WB_OFFICER, _STAFF, _with(Scope.WHISTLEBLOWER, *_CLOSED))
_grant(Role.ADMIN, {Right.SELF: Scope.NONE, Right.ACCOUNTS: Scope.NONE})


def scopes(roles: Iterable[Role], right: Right) -> frozenset[Scope]:
    """The scopes in which these roles together hold `right`; empty means: not at all."""
    return frozenset(scope for role in roles for scope in RIGHTS[role].get(right, ()))
