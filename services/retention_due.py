"""Which dossiers are to go, and what stops each: in SQL, so that nothing is loaded that is not on the screen."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, and_, exists, func, or_, select

from db import models as m
from db.days import latest, local_day
from domain.entries import EARLIEST
from domain.retention import OUTSIDE_OPEN, Stand, Terms, What
from domain.vocabulary import Compartment, EventKind, ExternalStage, Status
from services.door import Work
from services.retention_reports import unreported
from services.standing import done, without_ground

_ENDED = (Status.CLOSED, Status.WITHDRAWN, Status.NOT_HANDLED)
_ENDINGS = (
    *(EventKind.CLOSED, EventKind.WITHDRAWN, EventKind.NOT_HANDLED),
    *(EventKind.APPEAL_RULED, EventKind.APPEAL_WITHDRAWN),
)


def _over() -> Subquery:
    """Of each dossier that is over the day from which its term counts: closed, or withdrawn and never closed; or the last
    ruling, here or outside, where that came later. Never before the day on which the newest of these was put down: who enters
    an old dossier and closes it today has not kept it yet; an old register that was taken over says itself since when."""
    c, e, a, r = m.Complaint, m.Event, m.Appeal, m.Referral
    ended = (EventKind.WITHDRAWN, EventKind.NOT_HANDLED)
    without = select(func.max(e.happened_on)).where(e.complaint_id == c.id, e.kind.in_(ended)).scalar_subquery()
    ruled = select(func.max(func.coalesce(a.ruled_on, a.withdrawn_on))).where(a.complaint_id == c.id).scalar_subquery()
    busy = (r.complaint_id == c.id, r.stage != ExternalStage.INFORMED)
    outside = select(func.max(r.submitted_on)).where(*busy).scalar_subquery()
    closed = func.coalesce(c.closed_on, without, c.received_on)
    later = (func.coalesce(each, EARLIEST) for each in (ruled, outside, _put_down()))
    ended_on = latest(closed, *later)
    return select(c.id, ended_on.label("ended_on")).where(c.status.in_(_ENDED)).subquery()


def _put_down() -> local_day:
    """The local day of the newest event that ends something; over the table, as a ruling stands in papers that who keeps
    the dossier does not read."""
    event, r, old = m.Event.__table__, m.Referral.__table__, m.TakenOver.__table__
    outside = exists().where(r.c.event_id == event.c.id, r.c.stage != ExternalStage.INFORMED)
    came = exists().where(old.c.complaint_id == event.c.complaint_id, event.c.recorded_at <= old.c.taken_at)
    newest = select(func.max(event.c.recorded_at)).where(event.c.complaint_id == m.Complaint.id, ~came)
    return local_day(newest.where(or_(event.c.kind.in_(_ENDINGS), outside)).scalar_subquery())


def every() -> Select[m.Complaint, date]:
    """Whatever is over, with the day from which its term counts."""
    over = _over()
    return select(m.Complaint, over.c.ended_on).join(over, over.c.id == m.Complaint.id)


def due_by(terms: Terms, on: date) -> Select[m.Complaint, date]:
    """Those of which a term is over on `on`: of the dossier, or of how to reach the complainant while that is known."""
    c, person, over = m.Complaint, m.Complainant, _over()
    own, regular = list(terms.procedures), c.compartment == Compartment.REGULAR
    kinds = [(terms.compartments[each], c.compartment == each) for each in Compartment if each is not Compartment.REGULAR]
    kinds += [(terms.compartments[Compartment.REGULAR], and_(regular, c.procedure.not_in(own)))]
    kinds += [(years, and_(regular, c.procedure == name)) for name, years in terms.procedures.items()]
    past = [and_(condition, over.c.ended_on <= terms.latest_end(years, on)) for years, condition in kinds]
    reachable = exists().where(person.complaint_id == c.id, person.contact.is_not(None))
    contact = and_(reachable, over.c.ended_on <= terms.latest_end(terms.contact, on))
    query = select(c, over.c.ended_on).join(over, over.c.id == c.id)
    return query.where(or_(*past, contact)).order_by(over.c.ended_on, c.id)


def stand_of(w: Work, found: Sequence[Any], what: dict[int, What], until: dict[int, date]) -> dict[int, Stand]:
    """By dossier; `until` says of which, and from when each may go; `what`, how much of it."""
    ids = list(until)
    appeals = _having(w, m.Appeal.complaint_id, m.Appeal.ruled_on.is_(None), m.Appeal.withdrawn_on.is_(None), ids=ids)
    measures = _having(w, m.Measure.complaint_id, ~done(), ~without_ground(), ids=ids)
    kept = _having(w, m.Retention.complaint_id, m.Retention.held_on.is_not(None), ids=ids)
    outside = _outside(w, ids)
    reports = unreported(w, [row for row in found if what[row.Complaint.id] is What.DOSSIER])
    return {
        row.Complaint.id: Stand(
            until=until[row.Complaint.id],
            today=w.today,
            closed=row.Complaint.status == Status.CLOSED,
            held=row.Complaint.id in kept,
            appeal_open=row.Complaint.id in appeals,
            outside_open=row.Complaint.id in outside,
            measure_open=row.Complaint.id in measures,
            report_open=row.Complaint.id in reports,
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
