"""Where a new dossier belongs: its unit, sector and procedure; and its reference."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.exc import IntegrityError

from db import models as m
from db.profiles import Profile
from domain.entries import number
from domain.errors import Refused
from domain.vocabulary import Discussed, Status
from services.door import Work, already_made

# Crockford's digits without vowels: no word comes out, nothing is misread on the telephone.
ALPHABET = "0123456789BCDFGHJKMNPQRSTVWXYZ"
_TRIES = 8


@dataclass(frozen=True)
class Placed:
    unit_id: int | None
    sector: str
    procedure: str
    overlay: str | None


def place(w: Work, profile: Profile, unit_id: int | None, sector: str | None, procedure: str | None) -> Placed:
    """Raises Refused: ``unknown_unit``, ``missing`` (the sector cannot be told), ``unknown_value``."""
    unit = w.session.get(m.OrgUnit, number(unit_id)) if unit_id is not None else None
    if unit_id is not None and (unit is None or not unit.active):
        raise Refused("unknown_unit", "unit_id")
    only = profile.sectors[0].key if len(profile.sectors) == 1 else None
    key = sector or (unit.sector if unit else None) or only
    if key is None:
        raise Refused("missing", "sector")
    found = profile.sector(key)
    if found is None:
        raise Refused("unknown_value", "sector")
    course = found.course(procedure)
    if course is None:
        raise Refused("unknown_value", "procedure")
    return Placed(unit_id, key, course.procedure, course.overlay)


def a_reference(series: str, on: date) -> str:
    return f"{series}{on:%y}-{''.join(secrets.choice(ALPHABET) for _ in range(5))}"


def new_dossier(w: Work, form_id: str, series: str, **columns: Any) -> tuple[m.Complaint, bool]:
    """A row with a reference of its own, and True; or the row that the same form made at the same moment, and False."""
    for _ in range(_TRIES):
        complaint = m.Complaint(
            reference=a_reference(series, w.today),
            form_id=form_id,
            status=Status.REGISTERED,
            reporter_id=w.me,
            registered_on=w.today,
            registered_at=w.now,
            calendar_at=w.now,
            **{"discussed": Discussed.NO} | columns,
        )
        try:
            with w.session.begin_nested():
                w.session.add(complaint)
                w.session.flush()  # here the two unique columns say whether somebody was first
        except IntegrityError:
            made = already_made(w, form_id)
            if made is not None:
                return made, False
            continue
        return complaint, True
    raise Refused("changed_meanwhile")
