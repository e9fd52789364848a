"""Who hears an appeal: the reviewer of the settings, or the first substitute who had nothing to do with the dossier."""

from __future__ import annotations

from sqlalchemy import select

from db import models as m
from db.settings import read_settings
from domain.errors import Refused
from domain.rights import Role
from domain.vocabulary import EventKind, Side
from services.door import Work

# What a reviewer does for an appeal is not having touched the dossier.
_FOR_AN_APPEAL = frozenset({EventKind.APPEAL_LODGED, EventKind.APPEAL_RULED})


def choose(w: Work, complaint: m.Complaint, *, but_not: frozenset[int] = frozenset()) -> int:
    """The account id of the first available reviewer. Raises Refused: ``no_reviewer``."""
    settings = read_settings(w.session)
    ordered = [each for each in (settings.reviewer_id, *settings.substitute_reviewer_ids) if each is not None]
    available = _able(w, ordered) - touched(w, complaint) - but_not
    for account_id in ordered:
        if account_id in available:
            return account_id
    raise Refused("no_reviewer")


def touched(w: Work, complaint: m.Complaint) -> frozenset[int]:
    """The accounts that stand in the dossier, in whichever way: the one it is about, who reported, acknowledged,
    handled or decided it, and who ever wrote a line in its history (security 2.6)."""
    wrote = (
        m.Event.complaint_id == complaint.id,
        m.Event.side == Side.FILE,
        m.Event.kind.not_in(_FOR_AN_APPEAL),
    )
    found = {complaint.reporter_id, complaint.ack_owner_id, complaint.handler_id, complaint.acting_director_id}
    # Four statements, not a union: the row rule is sure to reach each of them.
    found.update(w.session.scalars(select(m.Event.actor_id).where(*wrote).distinct()))
    found.update(w.session.scalars(select(m.Party.account_id).where(m.Party.complaint_id == complaint.id)))
    found.update(w.session.scalars(select(m.Decision.decided_by).where(m.Decision.complaint_id == complaint.id)))
    found.update(w.session.scalars(select(m.Measure.owner_id).where(m.Measure.complaint_id == complaint.id)))
    return frozenset(each for each in found if each is not None)


def _able(w: Work, account_ids: list[int]) -> frozenset[int]:
    """Those of them who can still sign in and still hold the reviewer's role."""
    query = (
        select(m.Account.id)
        .join(m.AccountRole, m.AccountRole.account_id == m.Account.id)
        .where(m.Account.id.in_(account_ids), m.Account.active.is_(True), m.AccountRole.role == Role.APPEAL_REVIEWER)
    )
    return frozenset(w.session.scalars(query))
