"""The register of what was destroyed, kept outside the database, so that a restored backup loses the same again (ADR 0008)."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import exists, select

from db import models as m
from domain.errors import Refused
from domain.retention import What
from domain.rights import Right
from domain.vocabulary import Compartment, Status
from services import anonymising
from services.door import Actor, Work, work
from services.records import load_to_append

_MARK = "weerklank destroyed 1"
_DAYS, _NUMBERS = ("ended_on", "until", "destroyed_on"), ("years", "proposed_by", "confirmed_by", "files")


@dataclass(frozen=True)
class Again:
    """How many dossiers of the list went again, were gone already, or are not in this register."""

    gone: int = 0
    before: int = 0
    unknown: int = 0


def lines(actor: Actor) -> list[str]:
    """One for each dossier that was let go, the oldest first: its number, what went and when, who decided as numbers of
    accounts. For the operator's command only."""
    with work(actor, Right.OPERATE) as w:
        return [json.dumps(_line(row)) for row in w.session.scalars(select(m.Destroyed).order_by(m.Destroyed.id))]


def _line(row: m.Destroyed) -> dict[str, Any]:
    said: dict[str, Any] = {name: getattr(row, name) for name in ("reference", "compartment", "what", *_NUMBERS)}
    return {"is": _MARK} | said | {name: getattr(row, name).isoformat() for name in (*_DAYS, "destroyed_at")}


def read(text: str) -> list[dict[str, Any]]:
    """A list as it was kept; the same line twice counts once. Raises Refused ``destroyed_unreadable`` with the number of the
    line."""
    found = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            row = _row(line, number)
            found[row["reference"], row["what"]] = row
    return list(found.values())


def _row(line: str, number: int) -> dict[str, Any]:
    try:
        said = json.loads(line)
        if said["is"] != _MARK:
            raise ValueError(line)
        row: dict[str, Any] = {name: date.fromisoformat(said[name]) for name in _DAYS}
        row |= {name: int(said[name]) for name in _NUMBERS} | {"destroyed_at": datetime.fromisoformat(said["destroyed_at"])}
        return row | {
            "reference": str(said["reference"]),
            "compartment": Compartment(said["compartment"]),
            "what": What(said["what"]),
        }
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise Refused("destroyed_unreadable", line=number) from error


def again(actor: Actor, rows: Iterable[dict[str, Any]]) -> Again:
    """What is on the list goes once more, in one transaction; two persons decided it then. For who restores a backup, before
    anybody can sign in. Raises Refused ``destroyed_unknown_account``."""
    gone = before = unknown = 0
    with work(actor, Right.OPERATE) as w:
        accounts = set(w.session.scalars(select(m.Account.id)))
        for row in sorted(rows, key=lambda each: each["destroyed_at"]):
            there = exists().where(m.Destroyed.reference == row["reference"], m.Destroyed.what == row["what"])
            status = w.session.scalar(select(m.Complaint.status).where(m.Complaint.reference == row["reference"]))
            if status is None:
                unknown += 1
            elif status == Status.ANONYMISED or w.session.scalar(select(there)):
                before += 1
            else:
                _go(w, row, accounts)
                gone += 1
    if gone:
        anonymising.sweep(actor)
    return Again(gone, before, unknown)


def _go(w: Work, row: dict[str, Any], accounts: set[int]) -> None:
    """As services/retention.py `confirm` did it, with the names, days and years of then."""
    known = [row[name] for name in ("proposed_by", "confirmed_by") if row[name] in accounts]
    if not known:
        raise Refused("destroyed_unknown_account", reference=row["reference"])
    row = row | {"proposed_by": known[0], "confirmed_by": known[-1]}
    complaint = load_to_append(w, row["reference"])
    w.session.add(m.Destroyed(**row))
    w.session.flush()  # first: what is kept goes only of a dossier that is in this register (db/append_only.py)
    if row["what"] is What.DOSSIER:
        anonymising.anonymise(w, complaint, years=row["years"], until=row["until"])
        return
    anonymising.forget_contact(w, complaint)
    decided = w.session.get(m.Retention, complaint.id)
    if decided is not None:
        w.session.delete(decided)
