"""What the yearly report counts. What came in is counted by the overview's own code; what was handled by the day of the
answer, because the law asks for the complaints that were handled in the year (Wet kinderopvang 1.57b lid 4 onder c and d).

For who may see every dossier: the row rule is on, and hides nothing from them (services/year_report_team.py)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import case, exists, func, or_, select

from db import models as m
from db.profiles import Profile
from domain.indicators import INDICATORS, Kept
from domain.vocabulary import ExternalResult, ExternalStage, Outcome
from domain.year_report import PROCEDURE, Kind
from services import overview, overview_counts, overview_promises
from services.door import Work
from services.overview_cut import COMPLAINT, Cut, Span, span

RULED = (
    *(ExternalResult.UPHELD, ExternalResult.PARTLY, ExternalResult.NOT_UPHELD),
    *(ExternalResult.SETTLED, ExternalResult.INADMISSIBLE),
)


@dataclass(frozen=True)
class Nature:
    category: str
    submitted: int
    handled: int


@dataclass(frozen=True)
class Place:
    """One location; those without any complaint too. `unit_id` none: about none in particular."""

    unit_id: int | None
    unit: str | None
    submitted: int = 0
    handled: int = 0
    outcomes: dict[str, int] = field(default_factory=dict)  # of what was handled
    measures: int = 0  # that were promised with these answers
    nature: tuple[Nature, ...] = ()


@dataclass(frozen=True)
class Dispute:
    """Dossiers at the disputes committee. `result` none: brought before it in the year."""

    category: str
    result: str | None
    number: int


@dataclass(frozen=True)
class Figures:
    year: int
    on: date  # as they stood
    submitted: int
    written: int  # of these, in writing
    withdrawn: int
    not_handled: int
    handled: int
    due: int  # of what was submitted: answers that were due, or given
    in_time: int
    places: tuple[Place, ...]
    nature: tuple[Nature, ...]  # of all locations together
    disputes: tuple[Dispute, ...]
    indicators: tuple[tuple[str, float | None, float | None], ...] = ()  # key, the year, the year before; internal only

    @property
    def brought(self) -> int:
        return sum(each.number for each in self.disputes if each.result is None)

    @property
    def ruled(self) -> int:
        return sum(each.number for each in self.disputes if each.result is not None)

    @property
    def outcomes(self) -> dict[str, int]:
        total: Counter[str] = Counter()
        for each in self.places:
            total.update(each.outcomes)
        return dict(total)

    @property
    def handled_at(self) -> dict[int | None, int]:
        return {each.unit_id: each.handled for each in self.places}


def count(w: Work, kind: Kind, year: int, profile: Profile) -> Figures:
    """As the register stands now."""
    s = span(w.today, year, Cut(procedure=PROCEDURE if kind is Kind.CHILDCARE else ""))
    _, numbers = overview_counts.by_day(w, s)
    came = overview_counts.places(w, s)[2]
    kept = _kept(w, s, kind)
    places = _places(w, s, kind, profile, came)
    return Figures(
        year=year,
        on=w.today,
        submitted=numbers[True]["received"],
        written=_written(w, s),
        withdrawn=numbers[True]["withdrawn"],
        not_handled=numbers[True]["not_handled"],
        handled=sum(each.handled for each in places),
        due=kept.due,
        in_time=kept.kept,
        places=places,
        nature=_nature(each for place in places for each in place.nature),
        disputes=_disputes(w, s, profile),
        indicators=_indicators(w, year) if kind is Kind.INTERNAL else (),
    )


def stored(figures: Figures) -> dict[str, Any]:
    """Plain JSON."""
    return asdict(figures) | {"on": figures.on.isoformat()}


def as_approved(found: dict[str, Any]) -> Figures:
    """The inverse of `stored`."""
    places = tuple(Place(**(each | {"nature": tuple(Nature(**one) for one in each["nature"])})) for each in found["places"])
    return Figures(
        **(
            found
            | {
                "on": date.fromisoformat(found["on"]),
                "places": places,
                "nature": tuple(Nature(**each) for each in found["nature"]),
                "disputes": tuple(Dispute(**each) for each in found["disputes"]),
                "indicators": tuple((each[0], each[1], each[2]) for each in found["indicators"]),
            }
        )
    )


def _kept(w: Work, s: Span, kind: Kind) -> Kept:
    """Of childcare the six weeks of the law (N13); otherwise the reaction within a week (N10)."""
    promise = overview_promises.OWN["statutory" if kind is Kind.CHILDCARE else "reacted"]
    return overview_promises.books(w, s).kept(True, promise.__eq__)


def _written(w: Work, s: Span) -> int:
    c = m.Complaint
    where = (COMPLAINT, _in_year(s, c.received_on), c.formal_written.is_(True), *s.narrowed)
    return w.session.scalar(select(func.count()).select_from(c).where(*where)) or 0


def _in_year(s: Span, day: Any) -> Any:
    return day.between(s.now.first, s.now.last)


def _places(w: Work, s: Span, kind: Kind, profile: Profile, came: Iterable[overview_counts.Cell]) -> tuple[Place, ...]:
    names = _locations(w, kind, profile)
    natures: dict[int | None, list[Nature]] = defaultdict(list)
    outcomes: dict[int | None, Counter[str]] = defaultdict(Counter)
    for cell in came:
        names.setdefault(cell.unit_id, cell.unit)
        natures[cell.unit_id].append(Nature(cell.category, cell.number, 0))
    for unit_id, unit, category, outcome, number in w.session.execute(_answered(s)):
        names.setdefault(unit_id, unit)
        natures[unit_id].append(Nature(category, 0, number))
        outcomes[unit_id][outcome or Outcome.NO_JUDGMENT] += number
    measures = {unit_id: number for unit_id, number in w.session.execute(_measures(s))}
    found = [_place(key, names[key], natures[key], outcomes[key], measures.get(key, 0)) for key in names]
    return tuple(sorted(found, key=lambda each: (each.unit is None, (each.unit or "").casefold(), each.unit_id or 0)))


def _place(unit_id: int | None, unit: str | None, nature: list[Nature], outcomes: Counter[str], measures: int) -> Place:
    together = _nature(nature)
    submitted, handled = (sum(getattr(each, name) for each in together) for name in ("submitted", "handled"))
    return Place(unit_id, unit, submitted, handled, dict(outcomes), measures, together)


def _nature(found: Iterable[Nature]) -> tuple[Nature, ...]:
    """By category, most first."""
    came: Counter[str] = Counter()
    done: Counter[str] = Counter()
    for each in found:
        came[each.category] += each.submitted
        done[each.category] += each.handled
    rows = [Nature(category, came[category], done[category]) for category in came]
    return tuple(sorted(rows, key=lambda each: (-each.submitted - each.handled, each.category)))


def _locations(w: Work, kind: Kind, profile: Profile) -> dict[int | None, str | None]:
    """Every location that is open, whether there were complaints or not."""
    query = select(m.OrgUnit.id, m.OrgUnit.name).where(m.OrgUnit.kind == "location", m.OrgUnit.active.is_(True))
    if kind is Kind.CHILDCARE:
        query = query.where(m.OrgUnit.sector.in_([each.key for each in profile.sectors if each.procedure == PROCEDURE]))
    return {row[0]: row[1] for row in w.session.execute(query)}


def _answered(s: Span) -> Any:
    c = m.Complaint
    columns = (c.unit_id, m.OrgUnit.name, c.category, c.outcome)
    return (
        select(*columns, func.count())
        .select_from(c)
        .outerjoin(m.OrgUnit, m.OrgUnit.id == c.unit_id)
        .where(COMPLAINT, _in_year(s, c.answered_on), *s.narrowed)
        .group_by(*columns)
    )


def _measures(s: Span) -> Any:
    """Those of a decision that holds."""
    c, measure = m.Complaint, m.Measure
    holds = exists().where(m.Decision.id == measure.decision_id, m.Decision.superseded.is_(False))
    return (
        select(c.unit_id, func.count())
        .select_from(measure)
        .join(c, c.id == measure.complaint_id)
        .where(COMPLAINT, _in_year(s, c.answered_on), holds, *s.narrowed)
        .group_by(c.unit_id)
    )


def _disputes(w: Work, s: Span, profile: Profile) -> tuple[Dispute, ...]:
    """A dossier counts once as brought and once for what the committee said. By the day of the stage."""
    c, r = m.Complaint, m.Referral
    bodies = [each.key for each in profile.bodies if each.type == "disputes_committee"]
    staged = or_(r.stage == ExternalStage.COMMITTEE_PENDING, r.result.in_(RULED))
    each = (
        select(c.id, c.category, case((r.result.in_(RULED), r.result)).label("said"))
        .select_from(r)
        .join(c, c.id == r.complaint_id)
        .where(COMPLAINT, r.body.in_(bodies), _in_year(s, r.submitted_on), staged, *s.narrowed)
        .distinct()
        .subquery()
    )
    columns = (each.c.category, each.c.said)
    query = select(*columns, func.count()).group_by(*columns)
    found = [Dispute(*row) for row in w.session.execute(query)]
    return tuple(sorted(found, key=lambda each: (each.category, each.result or "")))


def _indicators(w: Work, year: int) -> tuple[tuple[str, float | None, float | None], ...]:
    """Those of the overview, beside the year before."""
    shown = overview.collect(w, year, Cut(first=date(year, 1, 1), last=date(year, 12, 31)))
    return tuple((each.key, each.of(shown.now), each.of(shown.before)) for each in INDICATORS)
