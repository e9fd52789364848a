"""Who takes over when a complaint is about one of us: what is missing, and what is refused until it is there."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from db import models as m
from db.settings import Settings, read_settings
from domain.errors import Refused
from domain.rights import Right, Role
from domain.standing_in import NEEDED, Task, uncovered
from services import profiles
from services.colleagues import HANDLERS
from services.door import Actor, Work, holds_dossiers, work
from services.parties import LEADING, READERS, directing

_OUTSIDE = {Task.WHISTLEBLOWER: "wb_authority"}  # which outside body of the procedure is told of instead


@dataclass(frozen=True)
class Gap:
    task: Task
    needed: bool  # until somebody is there no register begins and no procedure is put in force
    outside: str  # the body that the screen refers to meanwhile


def gaps(actor: Actor) -> tuple[Gap, ...]:
    """What would have nobody when it is about who does it; empty: for everything there is a second person."""
    with work(actor, Right.ACCOUNTS) as w:
        return tuple(Gap(task, task in NEEDED, _outside(w, task)) for task in missing(w, read_settings(w.session)))


def missing(w: Work, settings: Settings) -> tuple[Task, ...]:
    return uncovered(_able(w, settings))


def refuse_without(w: Work) -> None:
    """Raises Refused ``no_stand_in``."""
    if NEEDED & set(missing(w, read_settings(w.session))):
        raise Refused("no_stand_in")


def refuse_first_without(w: Work) -> None:
    """A register that is used already goes on: a complaint must always come in. Raises Refused ``no_stand_in``."""
    if not holds_dossiers(w):
        refuse_without(w)


def refuse_losing(w: Work, before: Settings, after: Settings) -> None:
    """Of a register that is used: other settings may not leave a task without a second person that has one. While it is being
    set up everything can be saved. Raises Refused ``last_stand_in``."""
    lost = NEEDED & (set(missing(w, after)) - set(missing(w, before)))
    if lost and holds_dossiers(w):
        raise Refused("last_stand_in", "substitute_reviewer_ids" if Task.REVIEWER in lost else "stand_in_ids")


def _able(w: Work, settings: Settings) -> dict[Task, frozenset[int]]:
    held: dict[str, set[int]] = {}
    query = select(m.AccountRole.role, m.Account.id).join(m.Account).where(m.Account.active.is_(True))
    for role, account_id in w.session.execute(query):
        held.setdefault(role, set()).add(account_id)

    def having(*roles: str) -> frozenset[int]:
        return frozenset(account_id for role in roles for account_id in held.get(role, ()))

    directors = frozenset(directing(w, settings))
    leading = having(*LEADING) | directors
    hearing = {settings.reviewer_id, *settings.substitute_reviewer_ids} & having(Role.APPEAL_REVIEWER)
    closed = {Task(each): having(READERS[each]) for each in _closed(w)}
    return {
        Task.DIRECTOR: directors,
        Task.COORDINATOR: leading,
        Task.HANDLER: having(*HANDLERS),
        Task.ESCALATION: leading | having(Role.MANAGER),
        Task.REVIEWER: frozenset(each for each in hearing if each is not None),
        Task.ADMIN: having(Role.ADMIN),
    } | closed


def _closed(w: Work) -> set[str]:
    """The closed compartments that the procedure knows."""
    try:
        return {str(each.treatment) for each in profiles.current(w).restricted if each.treatment in READERS}
    except Refused:
        return set()


def _outside(w: Work, task: Task) -> str:
    if task not in _OUTSIDE:
        return ""
    return next((each.name for each in profiles.current(w).bodies if each.type == _OUTSIDE[task]), "")
