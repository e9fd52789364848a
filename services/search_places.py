"""Which of the places where a word can stand somebody may read. The row rule says it for every table; here stands what a
dossier's own screens leave out besides (services/dossier.py, services/dossier_content.py, services/as_it_stood.py)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, and_, case, false, func, or_, select
from sqlalchemy.orm import aliased

from db import models as m
from db.search import PLACES
from domain.rights import Right, Role, Scope, scopes
from domain.vocabulary import RESEMBLES, Compartment
from services.door import Reader, Work

Condition = Callable[[Reader], ColumnElement[bool]]


@dataclass(frozen=True)
class Reads:
    """The mapped class, of which the row rule narrows the rows; what its screen asks besides; and what is told of the place:
    `day_` and `kind_`, of the same row or of what stands above it."""

    model: Any
    only: Condition | None = None
    says: dict[str, Any] = field(default_factory=dict)
    joins: tuple[tuple[Any, Any], ...] = ()


def _on(day: Any) -> dict[str, Any]:
    return {"day_": day}


def _of_event(event_id: Any) -> dict[str, Any]:
    return {"says": {"day_": m.Event.happened_on, "kind_": m.Event.kind}, "joins": ((m.Event, m.Event.id == event_id),)}


def _reviews(r: Reader) -> bool:
    return Scope.APPEALED in scopes(r.roles or frozenset(), Right.READ)


def _as_it_is(r: Reader) -> ColumnElement[bool]:
    """Not for who sees this dossier as it stood."""
    c, appeal, kept = m.Complaint, m.Appeal, m.AppealSnapshot
    if not _reviews(r):
        return c.id.is_not(None)
    hers = select(kept.appeal_id).join(appeal, appeal.id == kept.appeal_id)
    return or_(
        c.compartment != Compartment.REGULAR,
        ~hers.where(appeal.complaint_id == c.id, appeal.reviewer_id == r.me).exists(),
    )


def _own_words(r: Reader) -> ColumnElement[bool]:
    mine = m.Complaint.reporter_id == r.me
    return and_(or_(mine, r.reached(Right.READ, m.Complaint)), _as_it_is(r))


def _stood(r: Reader) -> ColumnElement[bool]:
    kept, newest = m.AppealSnapshot, aliased(m.Appeal)
    if not _reviews(r):
        return false()
    hers = select(func.max(newest.id)).where(newest.complaint_id == kept.complaint_id, newest.reviewer_id == r.me)
    return kept.appeal_id == hers.scalar_subquery()


def _heard(r: Reader) -> ColumnElement[bool]:
    """The appeal that she hears or heard last."""
    newest = aliased(m.Appeal)
    hers = select(func.max(newest.id)).where(newest.complaint_id == m.Appeal.complaint_id, newest.reviewer_id == r.me)
    return m.Appeal.id == hers.scalar_subquery()


def _told(r: Reader) -> ColumnElement[bool]:
    newest = aliased(m.Appeal)
    last = select(func.max(newest.id)).where(newest.complaint_id == m.Appeal.complaint_id).scalar_subquery()
    ruled = and_(m.Appeal.id == last, m.Appeal.ruled_on.is_not(None))
    return or_(ruled, _heard(r)) if _reviews(r) else ruled


def _of_the_last_closing(_: Reader) -> ColumnElement[bool]:
    part, later = m.ComplaintPart, aliased(m.ComplaintPart)
    last = select(func.max(later.event_id)).where(later.complaint_id == part.complaint_id).scalar_subquery()
    return part.event_id == last


def _not_asked_about(r: Reader) -> ColumnElement[bool]:
    """An event that asks whether they are the one who was named is never shown to them."""
    entry = aliased(m.Event)
    asked = func.coalesce(entry.codes["resembled"].as_integer(), 0) == r.me
    return ~select(entry.id).where(entry.id == m.EventText.event_id, asked).exists()


def _by_name(_: Reader) -> ColumnElement[bool]:
    """Who has an account is called by its name."""
    return and_(m.Party.relation != RESEMBLES, m.Party.account_id.is_(None))


_REVIEWERS = frozenset(("as_it_stood", "appeal"))  # which nobody else reads
# In the order in which somebody is shown where something was found; letters last: much in them stands in all of them.
READS: dict[str, Reads] = {
    "summary": Reads(m.Complaint, _as_it_is),
    "as_it_stood": Reads(m.AppealSnapshot, _stood),
    "complaint": Reads(m.Complaint, _own_words),
    "complainant": Reads(m.Complainant),
    "party": Reads(m.Party, _by_name),
    "attachment": Reads(m.Attachment, lambda _: m.Attachment.removed_at.is_(None), _on(m.Attachment.added_at)),
    "event": Reads(m.EventText, _not_asked_about, **_of_event(m.EventText.event_id)),
    "decision": Reads(m.Decision, says=_on(m.Decision.decided_on)),
    "measure": Reads(m.Measure),
    "measure_done": Reads(m.MeasureDone, says=_on(m.MeasureDone.done_on)),
    "measure_effect": Reads(m.MeasureEffect, says=_on(m.MeasureEffect.answered_on)),
    "part": Reads(m.ComplaintPart, _of_the_last_closing, **_of_event(m.ComplaintPart.event_id)),
    "appeal": Reads(m.Appeal, lambda r: _heard(r) if _reviews(r) else false(), _on(m.Appeal.lodged_on)),
    "ruling": Reads(m.Appeal, _told, _on(m.Appeal.ruled_on)),
    "referral": Reads(m.Referral, says=_on(m.Referral.submitted_on)),
    "satisfaction": Reads(m.Satisfaction, says=_on(m.Satisfaction.answered_on)),
    "message": Reads(
        m.MessageText,
        says={"day_": m.Message.sent_on, "kind_": m.Message.letter_type},
        joins=((m.Message, m.Message.id == m.MessageText.message_id),),
    ),
}


def key_of(source: str) -> Any:
    return getattr(READS[source].model, PLACES[source].key)


def readable(r: Reader, source: str) -> list[ColumnElement[bool]]:
    only = READS[source].only
    return [only(r)] if only else []


def piece(w: Work, number: int) -> tuple[Any, ColumnElement[bool]]:
    """The `number`-th use of `search_text` in one statement, and: may this person read the text that its row is of?"""
    return _piece(w.person.roles, number)


@cache
def _piece(roles: frozenset[Role], number: int) -> tuple[Any, ColumnElement[bool]]:
    """Who reads is a parameter of the statement: made once for each set of roles, it takes longer than the search itself."""
    p, reader = aliased(m.SearchText, name=f"search_text_{number}"), Reader(roles)

    def there(source: str) -> ColumnElement[bool]:
        return select(key_of(source)).where(key_of(source) == p.source_id, *readable(reader, source)).exists()

    reads = [source for source in READS if source not in _REVIEWERS or _reviews(reader)]
    return p, case({source: there(source) for source in reads}, value=p.source, else_=false())
