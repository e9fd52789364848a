"""What the intake offers to choose from, besides the words of the procedure: people, places, and where else to turn."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import aliased

from db import models as m
from db.settings import Contact, read_settings
from domain.resemblance import told_apart
from domain.rights import Right, Role
from services.door import Actor, Work, work


@dataclass(frozen=True)
class Place:
    id: int
    name: str
    sector: str | None


@dataclass(frozen=True)
class Choices:
    today: date
    reporter: str  # who is signed in: the one who passes it on, never the one who complains
    own_unit_id: int | None
    places: tuple[Place, ...]
    colleagues: dict[int, str]  # account id: name
    confidant: Contact
    officers: tuple[str, ...]  # who takes whistleblower reports
    privacy_url: str
    privacy_version_on: date | None

    def place(self, unit_id: int | None) -> Place | None:
        return next((place for place in self.places if place.id == unit_id), None)


def choices(actor: Actor) -> Choices:
    with work(actor, Right.ENTER) as w:
        settings, places = read_settings(w.session), _places(w)
        own = w.person.unit_id
        return Choices(
            today=w.today,
            reporter=w.person.display_name,
            own_unit_id=own if any(place.id == own for place in places) else None,
            places=places,
            colleagues=_colleagues(w),
            confidant=settings.confidant,
            officers=_officers(w),
            privacy_url=settings.privacy_url,
            privacy_version_on=settings.privacy_version_on,
        )


def _places(w: Work) -> tuple[Place, ...]:
    above = aliased(m.OrgUnit)
    query = select(m.OrgUnit.id, m.OrgUnit.name, above.name, m.OrgUnit.sector)
    query = query.outerjoin(above, m.OrgUnit.parent_id == above.id).where(m.OrgUnit.active).order_by(m.OrgUnit.name)
    rows = w.session.execute(query).all()
    names = _distinct((key, name, parent or "") for key, name, parent, _ in rows)
    return tuple(Place(row[0], names[row[0]], row[3]) for row in rows)


def _colleagues(w: Work) -> dict[int, str]:
    query = select(m.Account.id, m.Account.display_name, m.Account.name).where(m.Account.active)
    rows = w.session.execute(query.order_by(m.Account.display_name, m.Account.id)).all()
    shown = told_apart((key, display_name, name) for key, display_name, name in rows)
    return _distinct((key, shown[key], name) for key, _, name in rows)


def _distinct(rows: Iterable[tuple[int, str, str]]) -> dict[int, str]:
    """A list on screen cannot tell two of one name apart: those get what else is known of them, or their number."""
    found = list(rows)
    often = Counter(name for _, name, _ in found)
    fuller = {key: f"{name} ({more})" if often[name] > 1 and more else name for key, name, more in found}
    again = Counter(fuller.values())
    return {key: f"{name} ({key})" if again[name] > 1 else name for key, name in fuller.items()}


def _officers(w: Work) -> tuple[str, ...]:
    held = select(m.AccountRole.account_id).where(m.AccountRole.role == Role.WB_OFFICER)
    query = select(m.Account.display_name).where(m.Account.active, m.Account.id.in_(held))
    return tuple(w.session.scalars(query.order_by(m.Account.display_name)))
