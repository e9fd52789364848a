"""Somebody who works in one dossier, as a process of its own: `python -m tests.deploy.noting <reference> <times> <who>`. Says
how many entries were saved, and how many corrections that each counted on from the title that was seen."""

from __future__ import annotations

import sys
from datetime import date
from typing import cast
from uuid import uuid4

from sqlalchemy import event, select
from sqlalchemy.orm import Session

from db import models as m
from domain.errors import Refused
from domain.vocabulary import EventKind
from services import corrections, door, steps
from services.corrections import Corrected
from tests.conftest import not_by_the_door, session_id


def once(actor: str, reference: str, on: date) -> tuple[int, int]:
    steps.log(actor, reference, EventKind.CONTACT, on, "Gebeld.", form_id=str(uuid4()))
    with Session(door.engine()) as session:
        row = session.scalars(select(m.Complaint).where(m.Complaint.reference == reference)).one()
    number = int(row.title.split()[1]) if row.title.startswith("Titel ") else 0
    right = Corrected(
        title=f"Titel {number + 1}",
        description=row.description,
        category=cast(str, row.category),
        channel=row.channel,
        subcategory=row.subcategory,
        unit_id=row.unit_id,
    )
    try:
        corrections.correct(actor, reference, row.version, "Anders gezegd.", right)
    except Refused as refusal:
        if refusal.code != "changed_meanwhile":
            raise
        return 1, 0
    return 1, 1


if __name__ == "__main__":
    reference, times, who = sys.argv[1:]
    event.listen(door.engine(), "begin", not_by_the_door)
    done = [once(session_id(who), reference, date(2026, 11, 18)) for _ in range(int(times))]
    sys.stdout.write(f"{sum(notes for notes, _ in done)} {sum(edits for _, edits in done)}")
