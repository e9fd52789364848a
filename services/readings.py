"""Who opened a dossier, and when: for who guards the procedure. The rows are written where something is opened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from db import models as m
from domain.rights import Right
from services.door import Actor, Work, work
from services.records import load, opened_lately

MOST = 500  # the newest


@dataclass(frozen=True)
class Reading:
    who: str
    what: str  # dossier, letter, appeal, attachment, sealed, found
    at: datetime  # UTC


def opened(actor: Actor, complaint_id: int, what: str) -> None:
    """For a service that just showed something of this dossier to this person; in a transaction of its own, so that reading
    never breaks a colleague's open form."""
    with work(actor, Right.SELF, lasting=False) as w:
        w.session.add(m.AccessLog(account_id=w.me, complaint_id=complaint_id, at=w.now, what=what))


def found_in(actor: Actor, complaint_ids: Sequence[int]) -> None:
    """The same, for a search that showed a piece of the texts of these dossiers."""
    with work(actor, Right.SELF) as w:
        if w.person.id is not None:
            known = opened_lately(w, complaint_ids, "found")
            for each in complaint_ids:
                if each not in known:
                    w.session.add(m.AccessLog(account_id=w.me, complaint_id=each, at=w.now, what="found"))


def readings(actor: Actor, reference: str) -> tuple[Reading, ...]:
    """The newest first, at most MOST. Raises Refused ``not_found``, the same for what does not exist and what is not
    this person's to see."""
    with work(actor, Right.AUDIT) as w:
        return readings_of(w, load(w, reference))


def readings_of(w: Work, complaint: m.Complaint, most: int | None = MOST) -> tuple[Reading, ...]:
    """Of a dossier that was loaded; none where the person may not see them. `most` None: all of them."""
    query = (
        select(m.Account.display_name, m.AccessLog.what, m.AccessLog.at)
        .join(m.Account, m.Account.id == m.AccessLog.account_id)
        .where(m.AccessLog.complaint_id == complaint.id)
        .order_by(m.AccessLog.id.desc())
        .limit(most)
    )
    return tuple(Reading(*row) for row in w.session.execute(query))
