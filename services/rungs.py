"""Which promises climbed within the organisation, as conditions for statements on dossiers."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Select, exists, select

from db import models as m
from domain.escalation import NOBODY


def climbed_to(account_id: int) -> Select[int]:
    """The dossiers of which a promise climbed to this person. Who is excluded since is kept out by the row rule."""
    return select(m.Escalation.complaint_id).where(m.Escalation.account_id == account_id, counts())


def nobody_found() -> ColumnElement[bool]:
    """Of a dossier: a promise is late, and nobody was there to climb to."""
    return exists().where(m.Escalation.complaint_id == m.Complaint.id, m.Escalation.rung == NOBODY, counts())


def counts() -> ColumnElement[bool]:
    """Of a rung: its promise is open, and has the date that it had."""
    return exists().where(
        m.Promise.id == m.Escalation.promise_id,
        m.Promise.target_on == m.Escalation.due_on,
        m.Promise.met_on.is_(None),
        m.Promise.extended_to.is_(None),
        m.Promise.cancelled_on.is_(None),
    )
