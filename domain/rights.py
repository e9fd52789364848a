"""Who may do what, and with which dossiers: the table `rights.toml`. `services/door.py` alone enforces it."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from domain.vocabulary import Compartment


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
    """One thing a person can do; the table says of each what it is about. Every service names exactly one."""

    ACCOUNTS = "accounts"
    ACKNOWLEDGE = "acknowledge"
    AMEND = "amend"
    APPEAL_LODGE = "appeal_lodge"
    APPEAL_RULE = "appeal_rule"
    ASSIGN = "assign"
    AUDIT = "audit"
    CALENDAR = "calendar"
    CLOSE = "close"
    CLOSED_STEP = "closed_step"
    CONSULT = "consult"
    DECIDE = "decide"
    DESTROY = "destroy"
    ENTER = "enter"
    EXPORT = "export"
    EXPORT_DOSSIER = "export_dossier"
    EXTEND = "extend"
    GRANT = "grant"
    GREET = "greet"
    IDENTITY = "identity"
    IDENTITY_WRITE = "identity_write"
    LIFT = "lift"
    LIST = "list"
    LOG = "log"
    NAME_PARTY = "name_party"
    OPEN = "open"
    OPERATE = "operate"
    OVERVIEW = "overview"
    PROCEDURE = "procedure"
    READ = "read"
    RECOGNISE = "recognise"
    RED_FLAG = "red_flag"
    REGISTER = "register"
    REMOVE_FILE = "remove_file"
    REOPEN = "reopen"
    RETAIN = "retain"
    ROUTE = "route"
    SELF = "self"
    SEND = "send"
    SIGN_IN = "sign_in"
    TERMS = "terms"


READ_RIGHTS = frozenset(
    {
        Right.AUDIT,
        Right.ENTER,
        Right.EXPORT,
        Right.EXPORT_DOSSIER,
        Right.GREET,
        Right.IDENTITY,
        Right.LIST,
        Right.OPEN,
        Right.OVERVIEW,
        Right.READ,
        Right.RETAIN,
    }
)


class Scope(StrEnum):
    """Which dossiers a right reaches: a word of the table. What each stands for is in REACH."""

    NONE = "yes"  # the right is not about one dossier
    OWN = "own"
    ASSIGNED = "assigned"
    NAMED = "named"
    UNIT = "unit"
    ACTING = "acting"
    OPEN_ALL = "open_all"
    ALL = "all"
    APPEALED = "appealed"
    UNWANTED = "unwanted"
    WHISTLEBLOWER = "whistleblower"


class Tie(StrEnum):
    """What ties a person to a dossier."""

    REPORTER = "reporter"
    HANDLER = "handler"
    ACKNOWLEDGER = "acknowledger"
    MANAGER = "manager"  # of the unit, or of one above it
    ACTING_DIRECTOR = "acting_director"
    REVIEWER = "reviewer"  # an appeal is assigned to them


@dataclass(frozen=True)
class Reach:
    """What a scope stands for. `ties`: any one of them is needed; none listed: none is."""

    compartment: Compartment
    red_flag: bool  # with a red flag too
    ties: frozenset[Tie]
    says: str


@dataclass(frozen=True)
class Table:
    """The whole of `rights.toml`."""

    rights: dict[Role, dict[Right, tuple[Scope, ...]]]
    reach: dict[Scope, Reach]
    about: dict[Right, str]


def parse(source: str) -> Table:
    """The table in this text. Raises ValueError for what is missing, double or unknown: a cell left out is no "no"."""
    found = tomllib.loads(source)
    roles = [Role(name) for name in found["roles"]]
    reach = {
        Scope(word): Reach(Compartment(one["compartment"]), one["red_flag"], frozenset(map(Tie, one["tie"])), one["says"])
        for word, one in found["reach"].items()
    }
    lines = {Right(name): [_cell(each) for each in cells] for name, cells in found["rights"].items()}
    about = {Right(name): sentence for name, sentence in found["about"].items()}
    if sorted(roles) != sorted(Role) or set(reach) != set(Scope) - {Scope.NONE}:
        raise ValueError("every role and every word stands in the table once")
    if set(lines) != set(Right) or set(about) != set(Right) or any(len(cells) != len(roles) for cells in lines.values()):
        raise ValueError("every right has a sentence, and a cell for each role")
    rights = {
        role: {right: cells[column] for right, cells in lines.items() if cells[column]} for column, role in enumerate(roles)
    }
    return Table(rights, reach, about)


def _cell(words: str) -> tuple[Scope, ...]:
    if not words:
        raise ValueError('a cell says "-" for never')
    return () if words == "-" else tuple(Scope(each) for each in words.split())


TABLE = parse(Path(__file__).with_name("rights.toml").read_text(encoding="utf-8"))
RIGHTS, REACH = TABLE.rights, TABLE.reach


def scopes(roles: Iterable[Role], right: Right) -> frozenset[Scope]:
    """The scopes in which these roles together hold `right`; empty means: not at all."""
    return frozenset(scope for role in roles for scope in RIGHTS[role].get(right, ()))
