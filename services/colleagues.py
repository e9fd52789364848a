"""Who can be given a task in a dossier: active colleagues with a case role, without whom it is about."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from db import models as m
from domain.errors import Refused
from domain.resemblance import told_apart
from domain.rights import CASE_ROLES, RIGHTS, Right, Role
from services.door import Work, reaches
from services.parties import excluded_from

HANDLERS = frozenset({Role.HANDLER, Role.COORDINATOR, Role.MANAGER, Role.DIRECTOR, Role.PARTNER})
# With whom the director discusses a complaint (profile.consultation_with).
CONSULTED = {
    "partners": frozenset({Role.PARTNER, Role.DIRECTOR}),
    "management": frozenset({Role.MANAGER, Role.COORDINATOR, Role.DIRECTOR, Role.PARTNER}),
    "none": frozenset[Role](),
}


@dataclass(frozen=True)
class PersonChoice:
    id: int
    name: str  # with the name that this person signs in with, where it could be taken for somebody else's
    roles: frozenset[Role]
    unit_id: int | None
    may_handle: bool
    may_be_consulted: bool


def available(w: Work, complaint: m.Complaint, consultation_with: str) -> dict[int, PersonChoice]:
    """By account id, in the order of their names. Anybody here can be named to acknowledge or own a measure."""
    query = (
        select(m.Account)
        .where(m.Account.active.is_(True), m.Account.id.not_in(excluded_from(w, complaint)))
        .order_by(m.Account.display_name, m.Account.id)
    )
    accounts = w.session.scalars(query).all()
    shown = told_apart((each.id, each.display_name, each.name) for each in accounts)
    found = {}
    for account in accounts:
        roles = frozenset(Role(held.role) for held in account.roles)
        if roles & CASE_ROLES:
            found[account.id] = PersonChoice(
                account.id,
                shown[account.id],
                roles,
                account.unit_id,
                may_handle=bool(roles & HANDLERS),
                may_be_consulted=bool(roles & CONSULTED[consultation_with]),
            )
    return found


def somebody_else(w: Work, right: Right, complaint: m.Complaint, but_not: int) -> bool:
    """Does `right` of anybody else reach this dossier? For what takes two persons."""
    roles = [role for role in Role if right in RIGHTS[role]]
    query = select(m.Account).join(m.AccountRole).where(m.AccountRole.role.in_(roles), m.Account.id != but_not)
    return any(reaches(w, account, right, complaint.id) for account in w.session.scalars(query).unique())


def pick(people: dict[int, PersonChoice], account_id: int | None, field: str) -> PersonChoice:
    """Raises Refused: ``missing``, ``unknown_person`` (gone, without a case role, or concerned in the dossier)."""
    if account_id is None:
        raise Refused("missing", field)
    if account_id not in people:
        raise Refused("unknown_person", field)
    return people[account_id]
