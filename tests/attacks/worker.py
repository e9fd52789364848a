"""A process that works in a register until it is killed: `python -m tests.attacks.worker <seed>`. It says on its output what
it begins and what is done; whoever started it killed it somewhere in between."""

from __future__ import annotations

import json
import sys
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from db import models as m
from services import attachments, complaints, door, drafts
from tests.cases import Case, an_intake
from tests.conftest import Cast

PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def said(**what: Any) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


def people() -> Cast:
    with Session(door.engine()) as session:
        ids = dict(session.execute(select(m.Account.name, m.Account.id)).all())
        units = dict(session.execute(select(m.OrgUnit.name, m.OrgUnit.id)).all())
    return Cast(ids, {"noord": units["Locatie Noord"], "zuid": units["Locatie Zuid"]})


def once(cast: Cast, form: str) -> None:
    """One complaint from what is typed to its end."""
    tom = cast.actor("tom")
    said(typing=form)
    drafts.keep(tom, "intake", {"description": form})
    said(typed=form)
    receipt = complaints.register(tom, form, an_intake("training", cast, description=form), draft="intake")
    said(registered=form, reference=receipt.reference)
    case = Case(cast, "training", receipt.reference, an_intake("training", cast).received_on)
    attachments.add(cast.actor("cora"), case.reference, [("brief.pdf", PDF + form.encode())])
    said(attached=case.reference)
    case.answered()
    said(answered=case.reference)
    case.close()
    said(closed=case.reference)


def main(seed: int) -> None:
    cast = people()
    number = 0
    while True:
        number += 1
        once(cast, str(UUID(int=seed * 1_000_000 + number)))


if __name__ == "__main__":
    main(int(sys.argv[1]))
