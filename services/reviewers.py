"""Who hears an appeal: the reviewer of the settings, or the first substitute who had nothing to do with the dossier."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from db import models as m
from db.settings import read_settings
from domain.errors import Refused
from domain.rights import Role
from domain.vocabulary import EventKind, LetterType, Side
from services.door import Work
from services.records import everything_in

# What a reviewer does for an appeal is not having touched the dossier.
_FOR_AN_APPEAL = frozenset({EventKind.APPEAL_LODGED, EventKind.APPEAL_RULED, EventKind.APPEAL_WITHDRAWN})


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
    handled or decided it, and who ever wrote a line in its history (security 2.6). Also what came up after the appeal."""
    found = {complaint.reporter_id, complaint.ack_owner_id, complaint.handler_id, complaint.acting_director_id}
    wrote = everything_in(w, complaint, m.Event.actor_id, m.Event.kind, m.Event.side, m.Event.codes)
    found.update(by for by, kind, side, codes in wrote if _touches(kind, side, codes))
    for column in (m.Party.account_id, m.Decision.decided_by, m.Measure.owner_id):
        found.update(account_id for (account_id,) in everything_in(w, complaint, column))
    return frozenset(each for each in found if each is not None)


def able(w: Work, complaint: m.Complaint, account_id: int | None) -> bool:
    """Can this reviewer go on with the appeal?"""
    return account_id in _able(w, [account_id or 0]) - touched(w, complaint)


def _touches(kind: str, side: str, codes: dict[str, Any]) -> bool:
    if kind == EventKind.ASSIGNED:
        return True  # on either side: a reviewer who stepped back says so on both
    notice = codes.get("letter_type") == LetterType.APPEAL_RULING_NOTICE
    return side == Side.FILE and kind not in _FOR_AN_APPEAL and not notice


def _able(w: Work, account_ids: list[int]) -> frozenset[int]:
    """Those of them who can still sign in and still hold the reviewer's role."""
    query = (
        select(m.Account.id)
        .join(m.AccountRole, m.AccountRole.account_id == m.Account.id)
        .where(m.Account.id.in_(account_ids), m.Account.active.is_(True), m.AccountRole.role == Role.APPEAL_REVIEWER)
    )
    return frozenset(w.session.scalars(query))
