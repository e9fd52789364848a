"""The yearly report about complaints, to look at: which years there are, who makes it, and for who does the whole of it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from db import models as m
from db.profiles import Profile
from db.settings import read_settings
from domain.entries import LARGEST
from domain.errors import Refused
from domain.rights import Right
from domain.traces import Trace, What, find_traces
from domain.year_report import PROCEDURE, Chapter, Kind, Standing, due_on, keys, missing, needed, standing
from services import profiles
from services.board_filters import narrowed
from services.door import AMSTERDAM, Actor, Work, work
from services.overview_cut import COMPLAINT, EARLIEST
from services.year_report_figures import Figures, as_approved, count
from services.year_report_team import Team, kind_of, only_mine, report_of, team, teams
from text import translate

MOST_YEARS = 10


@dataclass(frozen=True)
class YearLine:
    """One year. What is counted follows its reader; how far the report is, is for who makes it, until it went out."""

    year: int
    mine: bool
    makers: tuple[str, ...]
    submitted: int
    needed: bool
    due_on: date
    standing: Standing
    approved_on: date | None
    to_regulator_on: date | None
    to_readers_on: date | None

    @property
    def sent(self) -> bool:
        return self.to_readers_on is not None


@dataclass(frozen=True)
class YearReports:
    kind: Kind
    lines: tuple[YearLine, ...]  # newest first


@dataclass(frozen=True)
class Written:
    """What was written in one chapter, or about one location; version 0: nothing yet."""

    key: str
    text: str
    version: int
    by: str | None
    on: date | None
    proposed: str = ""  # to begin with: what the last report said, or the procedure says


@dataclass(frozen=True)
class Finding:
    key: str  # of the chapter; "units" for the name of a location
    trace: Trace


@dataclass(frozen=True)
class Cleared:
    words: str
    why: str
    by: str
    on: date


@dataclass(frozen=True)
class Step:
    step: str
    by: str
    on: date
    reason: str


@dataclass(frozen=True)
class YearReport:
    """The whole of it, for who makes it. `figures`: as approved, or as they are now."""

    kind: Kind
    line: YearLine
    version: int  # 0: nothing was written yet
    organisation: str
    team: Team
    figures: Figures
    moved: bool  # the register says something else by now than what was approved
    texts: tuple[Written, ...]  # every chapter, in the order of the report
    missing: tuple[str, ...]
    findings: tuple[Finding, ...]
    cleared: tuple[Cleared, ...]
    steps: tuple[Step, ...]
    approved_by: str | None
    may_approve: bool
    today: date

    @property
    def is_approved(self) -> bool:
        return self.line.approved_on is not None

    def text(self, key: str) -> str:
        return next((each.text for each in self.texts if each.key == key), "")


# Looking


def listing(actor: Actor) -> YearReports:
    """The years that are over, back to the first complaint that this person sees. Raises Refused ``no_profile``."""
    with work(actor, Right.REPORT) as w:
        kind = kind_of(profiles.current(w))
        return YearReports(kind, _lines(w, kind, _came_in(w, kind)))


def due(actor: Actor) -> YearLine | None:
    """The report that has to go out, for the board and the help page; nothing where none has to. Raises Refused
    ``no_profile``."""
    with work(actor, Right.REPORT) as w:
        kind, year = kind_of(profiles.current(w)), w.today.year - 1
        if standing(kind, year, w.today, sent=False) is Standing.NONE:
            return None
        report = report_of(w, kind, year)
        if report is not None and gone(kind, report):
            return None
        line = _line(w, kind, year, report, team(w, kind, year, report), _came_in(w, kind, year)[year])
        return line if line.standing is not Standing.NONE else None


def read(actor: Actor, year: int) -> YearReport:
    """Raises Refused: ``report_unknown`` (no such year), ``report_not_yours``."""
    with work(actor, Right.REPORT) as w:
        return whole(w, year)


def whole(w: Work, year: int) -> YearReport:
    """As `read`, inside a transaction."""
    profile = profiles.current(w)
    kind = kind_of(profile)
    report = found(w, kind, year)
    of = team(w, kind, year, report)
    only_mine(w, of)
    now = count(w, kind, year, profile)
    approved = as_approved(report.figures) if report is not None and report.figures is not None else None
    figures = approved or now
    names = _names(w)
    texts = _texts(w, report, kind, figures, names, _proposed(w, kind, year, profile))
    plain = {each.key: each.text for each in texts}
    cleared = _cleared(w, report, names)
    return YearReport(
        kind=kind,
        line=_line(w, kind, year, report, of, now.submitted),
        version=report.version if report else 0,
        organisation=read_settings(w.session).organisation,
        team=of,
        figures=figures,
        moved=approved is not None and _without_day(approved) != _without_day(now),
        texts=texts,
        missing=missing(kind, plain, figures.handled_at, figures.brought + figures.ruled),
        findings=tuple(_findings(w, profile, figures, texts, frozenset(each.words for each in cleared))),
        cleared=cleared,
        steps=_steps(w, report, names),
        approved_by=names.get(report.approved_by or 0) if report else None,
        may_approve=w.me in of.approvers,
        today=w.today,
    )


def found(w: Work, kind: Kind, year: int, *, mine: bool = False) -> m.YearReport | None:
    """None: nothing was written yet. Raises Refused ``report_unknown``: of a year that is not over."""
    if not isinstance(year, int) or not EARLIEST <= year < w.today.year or year > LARGEST:
        raise Refused("report_unknown")
    return report_of(w, kind, year, mine=mine)


# The lines


def _lines(w: Work, kind: Kind, came: Counter[int]) -> tuple[YearLine, ...]:
    last = w.today.year - 1
    first = max(min([*came, last]), last - MOST_YEARS + 1, EARLIEST)
    rows = {each.year: each for each in w.session.scalars(select(m.YearReport).where(m.YearReport.kind == kind))}
    reports = {year: rows.get(year) for year in range(last, first - 1, -1)}
    found_teams = teams(w, kind, reports)
    return tuple(_line(w, kind, year, row, found_teams[year], came[year]) for year, row in reports.items())


def _line(w: Work, kind: Kind, year: int, row: m.YearReport | None, of: Team, submitted: int) -> YearLine:
    mine = of.has(w.me)
    shown = row if row is not None and (mine or row.to_readers_on is not None) else None
    asked = needed(kind, submitted)
    sent = row is not None and gone(kind, row)
    return YearLine(
        year=year,
        mine=mine,
        makers=of.names,
        submitted=submitted,
        needed=asked,
        due_on=due_on(year),
        standing=standing(kind, year, w.today, sent=sent or not asked),
        approved_on=shown.approved_on if shown else None,
        to_regulator_on=shown.to_regulator_on if shown else None,
        to_readers_on=shown.to_readers_on if shown else None,
    )


def gone(kind: Kind, row: m.YearReport) -> bool:
    return row.to_readers_on is not None and (kind is Kind.INTERNAL or row.to_regulator_on is not None)


def _came_in(w: Work, kind: Kind, year: int | None = None) -> Counter[int]:
    """Complaints by year of receipt that this person may see: of every year before this one, or of one."""
    c = m.Complaint
    first, last = date(year or EARLIEST, 1, 1), date(year or w.today.year - 1, 12, 31)
    where = (COMPLAINT, c.received_on.between(first, last), *narrowed(None, "", PROCEDURE if kind is Kind.CHILDCARE else ""))
    total: Counter[int] = Counter()
    for day, number in w.session.execute(select(c.received_on, func.count()).where(*where).group_by(c.received_on)):
        total[day.year] += number
    return total


# The whole


def _texts(
    w: Work, report: m.YearReport | None, kind: Kind, figures: Figures, names: dict[int, str], proposed: dict[str, str]
) -> tuple[Written, ...]:
    rows = _rows(w, report) if report is not None else {}
    wanted = keys(kind, (each.unit_id for each in figures.places))
    return tuple(_written(key, rows.get(key), names, proposed.get(key, "")) for key in wanted)


def _rows(w: Work, report: m.YearReport) -> dict[str, m.YearReportText]:
    query = select(m.YearReportText).where(m.YearReportText.report_id == report.id)
    return {each.chapter: each for each in w.session.scalars(query)}


def _written(key: str, row: m.YearReportText | None, names: dict[int, str], proposed: str) -> Written:
    if row is None:
        return Written(key, "", 0, None, None, proposed)
    on = row.written_at.astimezone(AMSTERDAM).date()
    return Written(key, row.text, row.version, names.get(row.written_by), on, proposed)


def _proposed(w: Work, kind: Kind, year: int, profile: Profile) -> dict[str, str]:
    """What hardly changes from year to year: as it stood in the last report that went out, or in the procedure."""
    wanted = (Chapter.SCHEME, Chapter.ATTENTION)
    last = report_of(w, kind, year - 1)
    if last is not None and gone(kind, last):
        return {key: row.text for key, row in _rows(w, last).items() if key in wanted}
    main = PROCEDURE if kind is Kind.CHILDCARE else profile.sectors[0].procedure
    said = next((each.explanation for each in profile.procedures if each.key == main), "")
    website = read_settings(w.session).website
    return {
        Chapter.SCHEME: said,
        Chapter.ATTENTION: translate("nl", "report.proposed_attention", website=website) if website else "",
    }


def _names(w: Work) -> dict[int, str]:
    return {row.id: row.display_name for row in w.session.execute(select(m.Account.id, m.Account.display_name))}


def _cleared(w: Work, report: m.YearReport | None, names: dict[int, str]) -> tuple[Cleared, ...]:
    if report is None:
        return ()
    query = select(m.YearReportCleared).where(m.YearReportCleared.report_id == report.id).order_by(m.YearReportCleared.words)
    return tuple(Cleared(row.words, row.why, names[row.cleared_by], row.cleared_on) for row in w.session.scalars(query))


def _steps(w: Work, report: m.YearReport | None, names: dict[int, str]) -> tuple[Step, ...]:
    if report is None:
        return ()
    query = select(m.YearReportStep).where(m.YearReportStep.report_id == report.id).order_by(m.YearReportStep.seq)
    return tuple(Step(row.step, names[row.done_by], row.happened_on, row.reason) for row in w.session.scalars(query))


def _without_day(figures: Figures) -> tuple[object, ...]:
    return tuple(getattr(figures, name) for name in Figures.__dataclass_fields__ if name not in ("on", "indicators"))


# What leads to a person


def _findings(
    w: Work, profile: Profile, figures: Figures, texts: tuple[Written, ...], cleared: frozenset[str]
) -> Iterator[Finding]:
    """In every chapter, and in the names of the locations: no home address of a childminder is printed (lid 6)."""
    names, ordinary, known = _people(w, figures.year), _ordinary(profile), _known(w, profile, figures)
    for each in texts:
        found_here = find_traces(each.text, names, ordinary, known)
        yield from (Finding(each.key, trace) for trace in found_here if not _is_cleared(trace, cleared))
    for place in figures.places:
        in_name = find_traces(place.unit or "", names, ordinary)
        yield from (Finding("units", trace) for trace in in_name if not _is_cleared(trace, cleared))


def _is_cleared(trace: Trace, cleared: frozenset[str]) -> bool:
    return trace.what is What.NAME and trace.words.casefold() in cleared


def _people(w: Work, year: int) -> set[str]:
    """Everybody with an account, whoever is named in the settings, and who stands in a dossier that was open in the year:
    complainants, whom they speak for, and everybody involved."""
    c = m.Complaint
    lived = (c.received_on <= date(year, 12, 31), (c.closed_on.is_(None)) | (c.closed_on >= date(year, 1, 1)))
    person = m.Complainant
    said = select(person.name, person.representative_of).join(c, c.id == person.complaint_id).where(*lived)
    involved = select(m.Party.name).join(c, c.id == m.Party.complaint_id).where(*lived)
    accounts = select(m.Account.display_name)
    settings = read_settings(w.session)
    contacts = (settings.contact, settings.confidant, settings.stand_in_confidant, settings.stand_in_admin)
    rows = [row for query in (said, involved, accounts) for row in w.session.execute(query)]
    return {each for row in rows for each in row if each} | {each.name for each in contacts if each.name}


_WORD = re.compile(r"[^\W\d_]+")


def _ordinary(profile: Profile) -> frozenset[str]:
    """The words of the procedure itself: a colleague who is called Bakker is looked for, also in small letters; one who is
    called Manager only with a capital."""
    said = (
        *(each.explanation for each in profile.procedures),
        *(each.text for each in profile.help),
        *(each.does for each in profile.bodies),
        *profile.functions,
    )
    return frozenset(word for text in said for word in _WORD.findall(text) if word.islower())


def _known(w: Work, profile: Profile, figures: Figures) -> set[str]:
    """What is printed in every report and leads to nobody: the organisation's own address and numbers, its locations, its
    categories, and the outside bodies."""
    settings = read_settings(w.session)
    contact = (settings.contact.phone, settings.contact.email)
    own = (settings.organisation, settings.address, *settings.address.splitlines(), settings.city, settings.website, *contact)
    places = (each.unit or "" for each in figures.places)
    kinds = (name for each in profile.categories for name in (each.name, *each.subcategories))
    return {each for each in (*own, *places, *kinds, *(body.name for body in profile.bodies)) if each}
