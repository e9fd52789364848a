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


# Who can be given a task in a dossier of the first line.
CASE_ROLES = frozenset({Role.REPORTER, Role.HANDLER, Role.COORDINATOR, Role.MANAGER, Role.PARTNER, Role.DIRECTOR})


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
    EVALUATE = "evaluate"
    EVALUATIONS = "evaluations"
    EXPORT = "export"
    EXPORT_DOSSIER = "export_dossier"
    EXPORT_REGISTER = "export_register"
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
    REPORT = "report"
    REPORT_WORK = "report_work"
    RETAIN = "retain"
    REVIEW = "review"
    REVIEW_LEAD = "review_lead"
    REVIEW_WORK = "review_work"
    ROUTE = "route"
    SELF = "self"
    SEND = "send"
    SIGN_IN = "sign_in"
    TAKE_OVER = "take_over"
    TERMS = "terms"


READ_RIGHTS = frozenset(
    {
        Right.AUDIT,
        Right.ENTER,
        Right.EVALUATIONS,
        Right.EXPORT,
        Right.EXPORT_REGISTER,
        Right.GREET,
        Right.IDENTITY,
        Right.LIST,
        Right.OPEN,
        Right.OVERVIEW,
        Right.READ,
        Right.REPORT,
        Right.RETAIN,
        Right.REVIEW,
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
    """What a scope stands for. `ties`: any one of them is needed; none listed: none is. `days`: how long it goes on after
    the task of the tie is done; none: it ends with it."""

    compartment: Compartment
    red_flag: bool  # with a red flag too
    ties: frozenset[Tie]
    says: str
    days: int | None = None


@dataclass(frozen=True)
class Apart:
    """One account holds no role of `one` together with a role of `other`."""

    one: tuple[Role, ...]
    other: tuple[Role, ...]
    why: str


@dataclass(frozen=True)
class Table:
    """The whole of `rights.toml`."""

    rights: dict[Role, dict[Right, tuple[Scope, ...]]]
    reach: dict[Scope, Reach]
    about: dict[Right, str]
    never_together: tuple[Apart, ...]


def parse(source: str) -> Table:
    """The table in this text. Raises ValueError for what is missing, double or unknown: a cell left out is no "no"."""
    found = tomllib.loads(source)
    roles = [Role(name) for name in found["roles"]]
    reach = {Scope(word): _reach(**one) for word, one in found["reach"].items()}
    lines = {Right(name): [_cell(each) for each in cells] for name, cells in found["rights"].items()}
    about = {Right(name): sentence for name, sentence in found["about"].items()}
    apart = tuple(_apart(**each) for each in found["never_together"])
    if set(found) != {"roles", "reach", "rights", "about", "never_together"}:
        raise ValueError("the file holds the table and nothing else")
    if sorted(roles) != sorted(Role) or set(reach) != set(Scope) - {Scope.NONE}:
        raise ValueError("every role and every word stands in the table once")
    if set(lines) != set(Right) or set(about) != set(Right) or any(len(cells) != len(roles) for cells in lines.values()):
        raise ValueError("every right has a sentence, and a cell for each role")
    rights = {
        role: {right: cells[column] for right, cells in lines.items() if cells[column]} for column, role in enumerate(roles)
    }
    return Table(rights, reach, about, apart)


def _reach(*, compartment: str, red_flag: bool, tie: list[str], says: str, days: int | None = None) -> Reach:
    if (days is not None) != ("{days}" in says) or (days is not None and not (type(days) is int and days >= 0 and tie)):
        raise ValueError("a number of days goes with a tie, and is said")
    return Reach(Compartment(compartment), red_flag, frozenset(map(Tie, tie)), says.format(days=days), days)


def _apart(*, one: list[str], other: list[str], why: str) -> Apart:
    found = Apart(tuple(map(Role, one)), tuple(map(Role, other)), why)
    if not one or not other or not why.strip() or len({*one, *other}) < len(one) + len(other):
        raise ValueError("two groups without a role in both, and the reason")
    return found


def _cell(words: str) -> tuple[Scope, ...]:
    if not words:
        raise ValueError('a cell says "-" for never')
    return () if words == "-" else tuple(Scope(each) for each in words.split())


TABLE = parse(Path(__file__).with_name("rights.toml").read_text(encoding="utf-8"))
RIGHTS, REACH = TABLE.rights, TABLE.reach


def scopes(roles: Iterable[Role], right: Right) -> frozenset[Scope]:
    """The scopes in which these roles together hold `right`; empty means: not at all."""
    return frozenset(scope for role in roles for scope in RIGHTS[role].get(right, ()))


def roles_conflict(roles: Iterable[Role]) -> bool:
    """True where one account may not hold these together (R020, domain 5.4)."""
    held = set(roles)
    return any(held & set(each.one) and held & set(each.other) for each in TABLE.never_together)
