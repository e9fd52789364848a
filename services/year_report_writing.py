"""The yearly report, to work on: its chapters, who works along, what is no trace to a person, approving it, and when it went
out. Each for who may see every dossier of the year (services/year_report_team.py)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from enum import StrEnum

from sqlalchemy import Select, func, select
from sqlalchemy.orm.attributes import flag_modified

from db import models as m
from domain.entries import choice, day, number
from domain.errors import Refused
from domain.rights import Right
from domain.texts import clean, required
from domain.traces import What
from domain.year_report import Kind, keys
from services import profiles
from services.door import Actor, Work, work
from services.year_report_figures import stored
from services.year_report_team import Team, kind_of, only_mine, team
from services.year_reports import YearReport, found, whole


class Recipient(StrEnum):
    REGULATOR = "regulator"  # the GGD
    READERS = "readers"  # the parents; of an internal report the colleagues


def write(actor: Actor, year: int, chapter: str, seen: int, text: str) -> None:
    """`seen`: the version of this chapter on the screen, 0 when it was empty. Two people can write in two chapters at once;
    the same words twice are one.

    Raises Refused: ``report_unknown``, ``report_not_yours``, ``report_approved``, ``unknown_value``, ``changed_meanwhile``,
    ``text_too_long``, ``text_unreadable``.
    """
    with work(actor, Right.REPORT_WORK) as w:
        report = _mine(w, year)
        words = clean(text, "text")
        if chapter not in _keys(w, report):
            raise Refused("unknown_value", "chapter")
        row = w.session.get(m.YearReportText, (report.id, chapter))
        if (row.text if row else "") == words:
            return
        _open(report)
        if (row.version if row else 0) != seen:
            raise Refused("changed_meanwhile")
        if row is None:
            row = m.YearReportText(report_id=report.id, chapter=chapter, text=words, written_by=w.me, written_at=w.now)
            w.session.add(row)
        row.text, row.written_by, row.written_at = words, w.me, w.now
        flag_modified(report, "maker_id")  # who approves it at the same moment looks again


def let_in(actor: Actor, year: int, seen: int, people: Sequence[int]) -> None:
    """Who works along, in the place of who did. Raises Refused: ``report_unknown``, ``report_not_yours``,
    ``report_approved``, ``changed_meanwhile``, ``unknown_person``."""
    with work(actor, Right.REPORT_WORK) as w:
        report = _mine(w, year, seen)
        _open(report)
        of = _team(w, report)
        maker = of.members[0][0]
        chosen = {number(each) for each in people} - {maker}
        if not chosen <= {each for each, _ in (*of.members, *of.able)}:
            raise Refused("unknown_person", "people")
        rows = {each.account_id: each for each in w.session.scalars(_members(report))}
        for account_id in rows.keys() - chosen:
            w.session.delete(rows[account_id])
        w.session.add_all(m.YearReportMember(report_id=report.id, account_id=each) for each in sorted(chosen - rows.keys()))
        flag_modified(report, "maker_id")


def clear(actor: Actor, year: int, seen: int, words: str, why: str) -> None:
    """These words look like a name, and are none here. A number or an address cannot be cleared. Raises Refused:
    ``report_unknown``, ``report_not_yours``, ``report_approved``, ``changed_meanwhile``, ``missing``, ``unknown_value``."""
    with work(actor, Right.REPORT_WORK) as w:
        report = _mine(w, year, seen)
        _open(report)
        reason = required(why, "why")
        shown = whole(w, year)
        names = {each.trace.words.casefold() for each in shown.findings if each.trace.what is What.NAME}
        if not isinstance(words, str) or words.casefold() not in names or len(words.casefold()) > 200:
            raise Refused("unknown_value", "words")
        w.session.add(
            m.YearReportCleared(report_id=report.id, words=words.casefold(), why=reason, cleared_by=w.me, cleared_on=w.today)
        )
        flag_modified(report, "maker_id")


def approve(actor: Actor, year: int, seen: int) -> None:
    """Locks it, with the figures as they are now. A director approves, unless none may see every dossier of the year.

    Raises Refused: ``report_unknown``, ``report_not_yours``, ``report_approved``, ``changed_meanwhile``,
    ``report_not_needed``, ``report_unfinished``, ``report_traces``, ``report_director_approves``.
    """
    with work(actor, Right.REPORT_WORK) as w:
        report = _mine(w, year, seen)
        _open(report)
        shown = whole(w, year)
        _ready(shown)
        if w.me not in shown.team.approvers:
            raise Refused("report_director_approves")
        report.figures = stored(shown.figures)
        report.approved_by, report.approved_on = w.me, w.today
        _log(w, report, "approved", w.today)


def reopen(actor: Actor, year: int, seen: int, reason: str) -> None:
    """As long as it went to nobody. Raises Refused: ``report_unknown``, ``report_not_yours``, ``report_not_approved``,
    ``report_sent``, ``changed_meanwhile``, ``missing``."""
    with work(actor, Right.REPORT_WORK) as w:
        report = _mine(w, year, seen)
        words = required(reason, "reason")
        if report.approved_on is None:
            raise Refused("report_not_approved")
        if report.to_regulator_on is not None or report.to_readers_on is not None:
            raise Refused("report_sent")
        report.figures = report.approved_by = report.approved_on = None
        _log(w, report, "reopened", w.today, words)


def sent(actor: Actor, year: int, seen: int, to: str, on: date) -> None:
    """It went out on this day. Raises Refused: ``report_unknown``, ``report_not_yours``, ``report_not_approved``,
    ``report_sent``, ``changed_meanwhile``, ``unknown_value``, ``missing``, ``in_the_future``, ``before_approval``."""
    with work(actor, Right.REPORT_WORK) as w:
        report = _mine(w, year, seen)
        recipient = choice(Recipient, to, "to")
        if report.approved_on is None:
            raise Refused("report_not_approved")
        column = "to_regulator_on" if recipient is Recipient.REGULATOR else "to_readers_on"
        if recipient is Recipient.REGULATOR and report.kind != Kind.CHILDCARE:
            raise Refused("unknown_value", "to")
        when = day(on, "on", latest=w.today, earliest=report.approved_on, too_early="before_approval")
        if getattr(report, column) is not None:
            raise Refused("report_sent")
        setattr(report, column, when)
        _log(w, report, f"to_{recipient}", when)


def _mine(w: Work, year: int, seen: int | None = None) -> m.YearReport:
    """The report of this year, begun with its first word; nobody else's until this transaction ends."""
    kind = kind_of(profiles.current(w))
    report = found(w, kind, year, mine=True)
    of = team(w, kind, year, report)
    only_mine(w, of)
    if seen is not None and seen != (report.version if report else 0):
        raise Refused("changed_meanwhile")
    maker = of.members[0][0]
    if report is None:
        report = m.YearReport(kind=kind, year=year, maker_id=maker)
        w.session.add(report)
        w.session.flush()  # the rest refers to its id
    elif report.maker_id != maker and report.approved_on is None:
        report.maker_id = maker
    return report


def _team(w: Work, report: m.YearReport) -> Team:
    return team(w, Kind(report.kind), report.year, report)


def _members(report: m.YearReport) -> Select[m.YearReportMember]:
    return select(m.YearReportMember).where(m.YearReportMember.report_id == report.id)


def _keys(w: Work, report: m.YearReport) -> tuple[str, ...]:
    """What can be written: about every location that is known."""
    units = [None, *w.session.scalars(select(m.OrgUnit.id))]
    return keys(Kind(report.kind), units)


def _open(report: m.YearReport) -> None:
    if report.approved_on is not None:
        raise Refused("report_approved")


def _ready(shown: YearReport) -> None:
    if not shown.line.needed:
        raise Refused("report_not_needed")
    if shown.missing:
        raise Refused("report_unfinished", count=len(shown.missing))
    if shown.findings:
        raise Refused("report_traces", count=len(shown.findings))


def _log(w: Work, report: m.YearReport, step: str, on: date, reason: str = "") -> None:
    last = w.session.scalar(select(func.max(m.YearReportStep.seq)).where(m.YearReportStep.report_id == report.id)) or 0
    w.session.add(
        m.YearReportStep(
            report_id=report.id, seq=last + 1, step=step, done_by=w.me, recorded_at=w.now, happened_on=on, reason=reason
        )
    )
