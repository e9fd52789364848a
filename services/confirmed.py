"""Who says to know the procedure that is in force (R037): each person for themself, and who has not yet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, exists, func, select

from db import models as m
from domain.entries import number
from domain.errors import Refused
from domain.indicators import share
from domain.rights import Right
from services.door import AMSTERDAM, Actor, Work, work
from services.profiles import in_force


@dataclass(frozen=True)
class Mine:
    version_id: int
    version: int  # 1 is the first that was adopted
    valid_from: date
    confirmed_on: date | None  # none: not yet


@dataclass(frozen=True)
class Waiting:
    valid_from: date  # of the version in force
    names: tuple[str, ...]  # who has not confirmed it, by name
    active: int


@dataclass(frozen=True)
class Confirmed:
    """N26: of everybody who can work in the register."""

    confirmed: int = 0
    active: int = 0

    @property
    def share(self) -> float | None:
        return share(self.confirmed, self.active)


def mine(actor: Actor) -> Mine:
    """Raises Refused ``no_profile``."""
    with work(actor, Right.ENTER) as w:
        version = _current(w)
        row = w.session.get(m.ProcedureConfirmed, (w.me, version.id))
        on = row.confirmed_at.astimezone(AMSTERDAM).date() if row else None
        return Mine(version.id, version.version, version.valid_from, on)


def confirm(actor: Actor, version_id: int) -> None:
    """`version_id`: the one on the screen; twice is once. Raises Refused ``other_version`` when another is in force by now."""
    with work(actor, Right.SELF) as w:
        current = _current(w).id
        if number(version_id) != current:
            raise Refused("other_version")
        if w.session.get(m.ProcedureConfirmed, (w.me, current)) is None:
            w.session.add(m.ProcedureConfirmed(account_id=w.me, profile_version_id=current, confirmed_at=w.now))


def waiting(actor: Actor) -> Waiting:
    """Raises Refused ``no_profile``."""
    with work(actor, Right.PROCEDURE) as w:
        version = _current(w)
        query = select(m.Account.display_name, _said(version.id)).where(_working())
        found = list(w.session.execute(query.order_by(m.Account.display_name)))
        return Waiting(version.valid_from, tuple(name for name, said in found if not said), len(found))


def counted(w: Work) -> Confirmed:
    """Accounts, no dossiers: the same for every reader."""
    said = _said(in_force(w)[0])
    query = select(func.count(), func.count().filter(said)).select_from(m.Account).where(_working())
    active, confirmed = w.session.execute(query).one()
    return Confirmed(confirmed, active)


def _current(w: Work) -> m.ProfileVersion:
    return w.session.get_one(m.ProfileVersion, in_force(w)[0])


def _working() -> ColumnElement[bool]:
    return m.Account.active & exists().where(m.AccountRole.account_id == m.Account.id)


def _said(version_id: int) -> Any:
    row = m.ProcedureConfirmed
    return exists().where(row.account_id == m.Account.id, row.profile_version_id == version_id)
