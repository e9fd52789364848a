"""Figures of what stands in the files: rulings in appeal, outside bodies, measures, mediation, who complained.

Only for whoever may read every dossier that is counted: half of them would be a figure of something else."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Select, and_, case, distinct, exists, func, literal, or_, select, union_all

from db import models as m
from db.profiles import parse
from domain.rights import Right, Scope, scopes
from domain.vocabulary import EventKind, ExternalResult, Ruling
from domain.workflow import AttemptResult
from services.door import Work
from services.overview_counts import Counted, ranked
from services.overview_cut import COUNTED, Pair, Span

REVISED = (Ruling.REVISED, Ruling.ANNULLED)
COUNTS = (
    *("ruled", "revised", "external_direct", "external_after"),
    *("measures", "measures_in_time", "mediations", "mediations_solved"),
)
MEDIATED = (ExternalResult.MEDIATION_SUCCEEDED, ExternalResult.MEDIATION_FAILED)

Query = Select[*tuple[Any, ...]]


@dataclass(frozen=True)
class InFiles:
    """By name of the figure, for each period; None where its reader may not read all files."""

    numbers: dict[bool, Counter[str]] | None = None
    complainants: tuple[Counted, ...] = ()  # by type
    bodies: tuple[Counted, ...] = ()  # dossiers by outside body
    results: tuple[Counted, ...] = ()  # dossiers by what an outside body said or reached
    body_names: dict[str, str] = field(default_factory=dict)  # by key, in the newest words


def reads_all(w: Work) -> bool:
    """May this person read each dossier that the overview counts for them, and who complained?"""
    counted = scopes(w.person.roles, Right.OVERVIEW)
    return all(
        Scope.ALL in scopes(w.person.roles, right) or counted <= scopes(w.person.roles, right)
        for right in (Right.READ, Right.IDENTITY)
    )


def in_files(w: Work, span: Span) -> InFiles:
    if not reads_all(w):
        return InFiles()
    numbers: dict[bool, Counter[str]] = {True: Counter(), False: Counter()}
    for query in (_rulings(span), _routes(span), _measures(w, span), _mediations(span)):
        for row in w.session.execute(query).mappings():
            numbers[bool(row["now"])].update({name: int(value or 0) for name, value in row.items() if name != "now"})
    bodies, results = _outside(w, span)
    return InFiles(numbers, _complainants(w, span), bodies, results, body_names(w))


def _rulings(span: Span) -> Query:
    """A ruling is there once it was told; an appeal that was taken back was not ruled on."""
    a, now = m.Appeal, span.is_now()
    return (
        select(now.label("now"), func.count().label("ruled"), func.count(case((a.ruling.in_(REVISED), 1))).label("revised"))
        .join(m.Complaint, m.Complaint.id == a.complaint_id)
        .where(COUNTED, span.inside(), ruled())
        .group_by(now)
    )


def ruled() -> Any:
    return and_(m.Appeal.ruled_on.is_not(None), m.Appeal.withdrawn_on.is_(None))


def _routes(span: Span) -> Query:
    """Dossiers, not stages. What was said of it being put to us first decides. With the mediations outside, each of them."""
    r, now = m.Referral, span.is_now()

    def dossiers(name: str, first: bool) -> Any:
        return func.count(distinct(case((r.internal_first.is_(first), r.complaint_id)))).label(name)

    mediated = func.count(case((r.result.in_(MEDIATED), 1))).label("mediations")
    solved = func.count(case((r.result == ExternalResult.MEDIATION_SUCCEEDED, 1))).label("mediations_solved")
    return (
        select(now.label("now"), dossiers("external_direct", False), dossiers("external_after", True), mediated, solved)
        .join(m.Complaint, m.Complaint.id == r.complaint_id)
        .where(COUNTED, span.inside())
        .group_by(now)
    )


def measure_counts(w: Work) -> Any:
    """Was due, or is done; one of a decision that another took the place of counts only when it was done."""
    gone = exists().where(m.Decision.id == m.Measure.decision_id, m.Decision.superseded.is_(True))
    return or_(m.MeasureDone.measure_id.is_not(None), and_(m.Measure.due_on < w.today, ~gone))


def _measures(w: Work, span: Span) -> Query:
    """Of the period in which they had to be done, whenever the complaint came in."""
    due, now = m.Measure.due_on, span.is_now(m.Measure.due_on)
    in_time = func.count(case((m.MeasureDone.done_on <= due, 1)))
    return (
        select(now.label("now"), func.count().label("measures"), in_time.label("measures_in_time"))
        .select_from(m.Measure)
        .join(m.Complaint, m.Complaint.id == m.Measure.complaint_id)
        .outerjoin(m.MeasureDone, m.MeasureDone.measure_id == m.Measure.id)
        .where(COUNTED, span.inside(due), measure_counts(w))
        .group_by(now)
    )


def _mediations(span: Span) -> Query:
    """Ours: each attempt is an entry in the history."""
    e, now = m.Event, span.is_now()
    solved = func.count(case((e.codes["result"].as_string() == AttemptResult.SOLVED, 1)))
    return (
        select(now.label("now"), func.count().label("mediations"), solved.label("mediations_solved"))
        .join(m.Complaint, m.Complaint.id == e.complaint_id)
        .where(COUNTED, span.inside(), e.kind == EventKind.MEDIATION)
        .group_by(now)
    )


def body_names(w: Work) -> dict[str, str]:
    found: dict[str, str] = {}
    for source in w.session.scalars(select(m.ProfileVersion.source).order_by(m.ProfileVersion.version.desc())):
        for body in parse(source).bodies:
            found.setdefault(body.key, body.name)
    return found


def _outside(w: Work, span: Span) -> tuple[tuple[Counted, ...], tuple[Counted, ...]]:
    """By body and by result: a dossier counts once for each. One statement for both."""
    r, now = m.Referral, span.is_now()
    found: tuple[dict[Any, Pair], dict[Any, Pair]] = (defaultdict(lambda: (0, 0)), defaultdict(lambda: (0, 0)))
    each = (
        select(
            now.label("now"),
            literal(place).label("place"),
            column.label("value"),
            func.count(distinct(r.complaint_id)).label("number"),
        )
        .join(m.Complaint, m.Complaint.id == r.complaint_id)
        .where(COUNTED, span.inside(), column.is_not(None))
        .group_by(now, column)
        for place, column in enumerate((r.body, r.result))
    )
    for row in w.session.execute(select(union_all(*each).subquery())):
        ours, before = found[row.place][row.value]
        found[row.place][row.value] = (ours + row.number, before) if row.now else (ours, before + row.number)
    return ranked(found[0]), ranked(found[1])


def _complainants(w: Work, span: Span) -> tuple[Counted, ...]:
    now, kind = span.is_now(), m.Complainant.type
    query = (
        select(now.label("now"), kind.label("value"), func.count().label("number"))
        .select_from(m.Complaint)
        .outerjoin(m.Complainant, m.Complainant.complaint_id == m.Complaint.id)
        .where(COUNTED, span.inside())
        .group_by(now, kind)
    )
    found: dict[Any, Pair] = defaultdict(lambda: (0, 0))
    for row in w.session.execute(query):
        ours, before = found[row.value]
        found[row.value] = (ours + row.number, before) if row.now else (ours, before + row.number)
    return ranked(found)
