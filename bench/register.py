"""A register of many dossiers with ten events each, from a fixed seed; the chains of their histories are whole."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256
from itertools import accumulate
from typing import Any
from uuid import UUID

from sqlalchemy import Engine, func, insert, select
from sqlalchemy.orm import Session

from db import models as m
from db import row_security, search
from db.engine import UNLIMITED, take_your_time
from db.upgrade import upgrade
from domain.vocabulary import EventKind
from services.records import GENESIS, event_hash
from tests.conftest import TODAY, Cast
from tests.serving import fill

EVENTS = 10
YEARS = 5
OPEN = 0.02  # of all: the rest is closed
AT_ONCE = 2_000  # dossiers in one transaction

# A word is as rare as it is in a language: few stand everywhere, most almost nowhere (Zipf).
_WORDS = [f"woord{number}" for number in range(1, 5_001)]
_RARITY = list(accumulate(1 / number for number in range(1, 5_001)))
_KINDS = (
    EventKind.REGISTERED, EventKind.NOTE, EventKind.ACKNOWLEDGED, EventKind.ASSIGNED, EventKind.CONTACT, EventKind.NOTE,
    EventKind.NOTE, EventKind.DECIDED, EventKind.ANSWERED, EventKind.CLOSED,
)  # fmt: skip


def filled(engine: Engine, dossiers: int, program: str | None = None) -> Cast:
    """The newest schema, the cast, and so many dossiers. `program`: the role that may work in it, on PostgreSQL."""
    upgrade(engine, program=program)
    cast = fill(engine, "training", upgraded=True)
    chance = random.Random(dossiers)
    with Session(engine) as session:
        version = session.scalars(select(m.ProfileVersion.id).order_by(m.ProfileVersion.id.desc())).first()
    numbers = iter(range(1, dossiers + 1))
    while part := [number for number, _ in zip(numbers, range(AT_ONCE), strict=False)]:
        rows: dict[Any, list[dict[str, Any]]] = {}
        for number in part:
            for model, row in _dossier(number, cast, chance, version or 1):
                rows.setdefault(model, []).append(row)
        with engine.execution_options(access="write").begin() as connection, row_security.every_row(connection):
            for model, values in rows.items():
                connection.execute(insert(model.__table__), values)
    with engine.execution_options(access="write").begin() as connection, row_security.every_row(connection):
        take_your_time(connection, UNLIMITED)
        search.rebuild(connection)
    _set_sequences(engine)
    return cast


def _set_sequences(engine: Engine) -> None:
    """Rows with a number of their own leave PostgreSQL's counter where it was."""
    with engine.execution_options(access="write").begin() as connection:
        if engine.dialect.name == "postgresql":
            for model in (m.Complaint, m.Event, m.Message):
                name = model.__tablename__
                last = select(func.max(model.__table__.c.id)).scalar_subquery()
                connection.execute(select(func.setval(func.pg_get_serial_sequence(name, "id"), last)))
            connection.exec_driver_sql("ANALYZE")


def _dossier(number: int, cast: Cast, chance: random.Random, version: int) -> Iterator[tuple[Any, dict[str, Any]]]:
    received = TODAY - timedelta(days=chance.randrange(365 * YEARS))
    is_open = chance.random() < OPEN
    if is_open:
        received = TODAY - timedelta(days=chance.randrange(40))
    answered = min(TODAY, received + timedelta(days=chance.randrange(1, 30)))
    due = received + timedelta(days=7)
    handler = cast[chance.choice(["hans", "hilde"])]
    yield m.Complaint, {
        "id": number, "reference": f"K{received:%y}-{number:06}", "form_id": str(UUID(int=number)), "compartment": "regular",
        "kind": "complaint", "status": "in_progress" if is_open else "closed", "profile_version_id": version,
        "procedure": "HOUSE_WEEK", "received_on": received, "registered_on": received, "registered_at": _noon(received),
        "reporter_id": cast[chance.choice(["tom", "rosa"])], "channel": chance.choice(["phone", "email"]),
        "subject_type": "service", "title": _said(chance, 4).capitalize(), "description": _said(chance, 40),
        "category": f"Categorie {chance.randrange(20)}", "unit_id": chance.choice([None, *cast.units.values()]),
        "formal_written": False, "anonymous": False, "already_resolved": False, "red_flag": False, "reopened": False,
        "taken_over": False, "by_committee": False, "next_statutory": False, "discussed": "yes",
        "ladder_level": "colleague", "handler_id": handler, "acting_director_id": cast["dora"],
        "ack_owner_id": handler, "acknowledged_on": received, "consulted_on": received,
        "outcome": None if is_open else chance.choice(["upheld", "partly", "not_upheld"]),
        "answered_on": None if is_open else answered, "closed_on": None if is_open else answered,
        "close_reason": None if is_open else "accepted", "satisfied": None if is_open else "yes",
        "next_due_on": due if is_open else None, "next_red_on": due + timedelta(days=1) if is_open else None,
        "next_promise": "HOUSE_WEEK.DECIDE_OR_CONTACT" if is_open else None, "next_legal_on": None, "version": EVENTS,
    }  # fmt: skip
    name = chance.choice(["Jansen", "De Boer", "Bakker", "Visser", "Smit", "Meijer", "Mulder"])
    yield m.Complainant, {
        "complaint_id": number, "type": "client", "name": f"Klager {number} {name}",
        "surname_key": name.split()[-1].casefold(), "contact": f"klager{number}@voorbeeld.invalid",
        "preferred_channel": None, "representative_of": None,
    }  # fmt: skip
    for code in ("ACK", "DECIDE_OR_CONTACT", "RESPONSE"):
        met = received if code == "ACK" else None if is_open else answered
        yield m.Promise, {
            "complaint_id": number, "procedure": "HOUSE_WEEK", "code": code, "trigger_on": received, "target_on": due,
            "legal_on": due, "statutory": False, "informative": False, "met_on": met, "heir": False, "paused_days": 0,
        }  # fmt: skip
    yield from _history(number, handler, received, answered, chance)


def _history(
    number: int, handler: int, received: date, answered: date, chance: random.Random
) -> Iterator[tuple[Any, dict[str, Any]]]:
    before = GENESIS
    for seq, kind in enumerate(_KINDS, start=1):
        on = received if seq < 5 else answered
        entry = m.Event(
            id=(number - 1) * EVENTS + seq, complaint_id=number, seq=seq, kind=kind, side="file", actor_id=handler,
            happened_on=on, recorded_at=_noon(on), codes={}, prev_hash=before,
        )  # fmt: skip
        if kind is EventKind.NOTE:
            words = _said(chance, 25)
            yield m.EventText, {"event_id": entry.id, "complaint_id": number, "text": words}
            entry.text_salt = f"{entry.id:032}"
            entry.text_hash = sha256(f"{entry.text_salt}{words}".encode()).hexdigest()
        entry.hash = before = event_hash(entry)
        yield m.Event, {column.name: getattr(entry, column.name) for column in m.Event.__table__.columns}
    yield m.ChainHead, {"complaint_id": number, "seq": EVENTS, "hash": before}


def _said(chance: random.Random, words: int) -> str:
    return " ".join(chance.choices(_WORDS, cum_weights=_RARITY, k=words))


def _noon(day: date) -> datetime:
    return datetime.combine(day, time(12), UTC)
