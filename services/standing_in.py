"""Who takes over when a complaint is about one of us: what is missing, and what is refused until it is there."""

from __future__ import annotations

from sqlalchemy import select

from db import models as m
from db.profiles import Profile
from db.settings import Settings, read_settings
from domain.errors import Refused
from domain.rights import Right, Role
from domain.standing_in import Task, uncovered
from services import profiles
from services.colleagues import HANDLERS
from services.door import Actor, Work, holds_dossiers, work
from services.parties import LEADING, READERS, directing

_FIELDS = {  # of the settings form, where it is another than the stand-ins of the director
    Task.REVIEWER: "substitute_reviewer_ids",
    Task.UNWANTED_BEHAVIOUR: "stand_in_confidant.name",
    Task.ADMIN: "stand_in_admin.name",
}


def gaps(actor: Actor) -> tuple[Task, ...]:
    """What would have nobody when it is about who does it; empty: for everything there is somebody else."""
    with work(actor, Right.ACCOUNTS) as w:
        return _missing(w, read_settings(w.session), _in_force(w))


def for_the_administrator(actor: Actor) -> str:
    """Whom those who confirm requests reach when it is about the administrator; empty: nobody outside is named."""
    with work(actor, Right.GRANT) as w:
        named = read_settings(w.session).stand_in_admin
        return named.words if named.reachable else ""


def refuse_without(w: Work, profile: Profile | None = None) -> None:
    """`profile`: the procedure that it is about, default the one in force. Raises Refused ``no_stand_in``."""
    if _missing(w, read_settings(w.session), profile or _in_force(w)):
        raise Refused("no_stand_in")


def refuse_first_without(w: Work) -> None:
    """A register that is used already goes on: a complaint must always come in. Raises Refused ``no_stand_in``."""
    if not holds_dossiers(w):
        refuse_without(w)


def refuse_losing(w: Work, before: Settings, after: Settings) -> None:
    """Of a register that is used: other settings may not leave a task without anybody else that has one. While it is being
    set up everything can be saved. Raises Refused ``last_stand_in``."""
    profile = _in_force(w)
    had = _missing(w, before, profile)
    lost = [task for task in _missing(w, after, profile) if task not in had]
    if lost and holds_dossiers(w):
        raise Refused("last_stand_in", _FIELDS.get(lost[0], "stand_in_ids"))


def _missing(w: Work, settings: Settings, profile: Profile | None) -> tuple[Task, ...]:
    return uncovered(_able(w, settings, profile), _outside(settings, profile))


def _able(w: Work, settings: Settings, profile: Profile | None) -> dict[Task, frozenset[int]]:
    held: dict[str, set[int]] = {}
    query = select(m.AccountRole.role, m.Account.id).join(m.Account).where(m.Account.active.is_(True))
    for role, account_id in w.session.execute(query):
        held.setdefault(role, set()).add(account_id)

    def having(*roles: str) -> frozenset[int]:
        return frozenset(account_id for role in roles for account_id in held.get(role, ()))

    directors = frozenset(directing(w, settings))
    leading = having(*LEADING) | directors
    hearing = {settings.reviewer_id, *settings.substitute_reviewer_ids} & having(Role.APPEAL_REVIEWER)
    compartments = {each.treatment for each in profile.restricted} & READERS.keys() if profile else ()
    return {
        Task.DIRECTOR: directors,
        Task.COORDINATOR: leading,
        Task.HANDLER: having(*HANDLERS),
        Task.ESCALATION: leading | having(Role.MANAGER),
        Task.REVIEWER: frozenset(each for each in hearing if each is not None),
        Task.ADMIN: having(Role.ADMIN),
    } | {Task(each): having(READERS[each]) for each in compartments}


def _outside(settings: Settings, profile: Profile | None) -> set[Task]:
    named = {
        Task.UNWANTED_BEHAVIOUR: settings.stand_in_confidant.reachable,
        Task.ADMIN: settings.stand_in_admin.reachable,
        Task.WHISTLEBLOWER: profile is not None and any(each.type == "wb_authority" for each in profile.bodies),
    }
    return {task for task, is_named in named.items() if is_named}


def _in_force(w: Work) -> Profile | None:
    try:
        return profiles.current(w)
    except Refused:
        return None
