"""Which dossiers are to go, and what stops each: in SQL, so that nothing is loaded that is not on the screen."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select

from db import models as m
from domain.retention import OUTSIDE_OPEN, Stand, Terms
from domain.vocabulary import Compartment, EventKind, ExternalStage, Status
from services.door import Work
from services.standing import done, without_ground

_OVER = (Status.CLOSED, Status.WITHDRAWN, Status.NOT_HANDLED)


def _latest(*days: Any) -> ColumnElement[date]:
    first, *others = days
    for each in others:
        first = case((and_(each.is_not(None), each > first), each), else_=first)
    return first  # type: ignore[no-any-return]


def _ended_on() -> ColumnElement[date]:
    """Closed, or withdrawn and never closed; or the last ruling, here or outside, where that came later."""
    c, e, a, r = m.Complaint, m.Event, m.Appeal, m.Referral
    ended = (EventKind.WITHDRAWN, EventKind.NOT_HANDLED)
    without = select(func.max(e.happened_on)).where(e.complaint_id == c.id, e.kind.in_(ended)).scalar_subquery()
    ruled = select(func.max(func.coalesce(a.ruled_on, a.withdrawn_on))).where(a.complaint_id == c.id).scalar_subquery()
    outside = select(func.max(r.submitted_on)).where(r.complaint_id == c.id, r.stage != ExternalStage.INFORMED)
    return _latest(func.coalesce(c.closed_on, without, c.received_on), ruled, outside.scalar_subquery())


def every() -> Select[m.Complaint, date]:
    """Whatever is over, with the day from which its term counts."""
    return select(m.Complaint, _ended_on().label("ended_on")).where(m.Complaint.status.in_(_OVER))


def due_by(terms: Terms, on: date) -> Select[m.Complaint, date]:
    """Those of which a term is over on `on`: of the dossier, or of how to reach the complainant while that is known."""
    c, person, ended_on = m.Complaint, m.Complainant, _ended_on()
    own = list(terms.procedures)
    kinds = [(terms.compartments[each], c.compartment == each) for each in Compartment if each is not Compartment.REGULAR]
    regular = c.compartment == Compartment.REGULAR
    kinds += [(terms.compartments[Compartment.REGULAR], and_(regular, c.procedure.not_in(own)))]
    kinds += [(years, and_(regular, c.procedure == name)) for name, years in terms.procedures.items()]
    over = [and_(condition, ended_on <= terms.latest_end(years, on)) for years, condition in kinds]
    reachable = exists().where(person.complaint_id == c.id, person.contact.is_not(None))
    contact = and_(reachable, ended_on <= terms.latest_end(terms.contact, on))
    return every().where(or_(*over, contact)).order_by(ended_on, c.id)


def stand_of(w: Work, found: Sequence[Any], until: dict[int, date]) -> dict[int, Stand]:
    """By dossier; `until` says of which, and from when each may go."""
    ids = list(until)
    appeals = _having(w, m.Appeal.complaint_id, m.Appeal.ruled_on.is_(None), m.Appeal.withdrawn_on.is_(None), ids=ids)
    measures = _having(w, m.Measure.complaint_id, ~done(), ~without_ground(), ids=ids)
    kept = _having(w, m.Retention.complaint_id, m.Retention.held_on.is_not(None), ids=ids)
    outside = _outside(w, ids)
    return {
        row.Complaint.id: Stand(
            until=until[row.Complaint.id],
            today=w.today,
            closed=row.Complaint.status == Status.CLOSED,
            held=row.Complaint.id in kept,
            appeal_open=row.Complaint.id in appeals,
            outside_open=row.Complaint.id in outside,
            measure_open=row.Complaint.id in measures,
        )
        for row in found
    }


def _having(w: Work, column: Any, *conditions: ColumnElement[bool], ids: list[int]) -> set[int]:
    return set(w.session.scalars(select(column).where(column.in_(ids), *conditions)))


def _outside(w: Work, ids: list[int]) -> set[int]:
    """Where an outside body is still busy: of each body the last stage counts."""
    r = m.Referral
    query = select(r.complaint_id, r.body, r.body_name, r.stage).where(r.complaint_id.in_(ids))
    rows = w.session.execute(query.order_by(r.submitted_on, r.id))
    last = {(complaint_id, body, name): stage for complaint_id, body, name, stage in rows}
    return {complaint_id for (complaint_id, _, _), stage in last.items() if stage in OUTSIDE_OPEN}
