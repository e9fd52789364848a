"""Who complained (klager): a row of its own, never the reporter (R066)."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm.attributes import flag_modified

from db import models as m
from domain.entries import choice, optional_choice
from domain.errors import Refused
from domain.facts import Fact
from domain.rights import Right
from domain.texts import line, required, surname_key
from domain.vocabulary import Channel, ComplainantType, EventKind, Status
from domain.workflow import Facts, StepName
from services import promises
from services.door import Actor, work
from services.records import load, record
from services.standing import go


def name_complainant(
    actor: Actor,
    reference: str,
    seen: int,
    complainant_type: str,
    name: str | None,
    contact: str | None,
    preferred_channel: str | None = None,
    representative_of: str | None = None,
) -> None:
    """Who complained became known, or was written down wrongly. Not back to anonymous: a name that was known stays
    until it is anonymised. Where nobody could be written to before, the clock of the acknowledgement runs from today.
    Raises Refused: ``missing``, ``unknown_value``."""
    with work(actor, Right.IDENTITY_WRITE) as w:
        complaint = load(w, reference, seen)
        before = go(w, complaint, StepName.NAME_COMPLAINANT)
        kind = choice(ComplainantType, complainant_type, "complainant_type")
        if kind is ComplainantType.ANONYMOUS:
            raise Refused("unknown_value", "complainant_type")
        required(name or contact, "complainant_name")
        way = optional_choice(Channel, preferred_channel, "preferred_channel")
        row = w.session.get_one(m.Complainant, complaint.id)
        row.type, row.preferred_channel = kind, way
        row.name, row.contact = line(name, "complainant_name") or None, line(contact, "complainant_contact") or None
        row.surname_key = surname_key(row.name) or None
        row.representative_of = line(representative_of, "representative_of") or None
        complaint.anonymous = False
        flag_modified(complaint, "anonymous")  # who has the dossier open must see that it changed
        entry = record(w, complaint, EventKind.COMPLAINANT_NAMED, type=kind)
        if not before.reachable and _can_be_acknowledged(before):
            promises.happened(w, complaint, Fact.COMPLAINANT_KNOWN, w.today, entry)


def _can_be_acknowledged(facts: Facts) -> bool:
    """Whoever is known now is told so, unless there is an answer already."""
    return facts.regular and not facts.question and facts.status in (Status.REGISTERED, Status.ACKNOWLEDGED, Status.IN_PROGRESS)


def complainant_row(
    kind: ComplainantType, name: str | None, contact: str | None, fields: tuple[str, str], **more: Any
) -> m.Complainant:
    known, way = line(name, fields[0]) or None, line(contact, fields[1]) or None
    if kind is ComplainantType.ANONYMOUS and (known or way):
        raise Refused("anonymous_with_name", fields[0] if known else fields[1])
    return m.Complainant(type=kind, name=known, surname_key=surname_key(known) or None, contact=way, **more)
