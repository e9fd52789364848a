"""Who makes the report over a year. It counts every dossier, so only who may see all of them makes it; and nobody learns from
not making it that there is one that they may not see (docs/adr/0015).

Every year lots are drawn among those who can: one makes the report, and lets in whom they want. Whoever is not in reads who
makes it, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import select

from db import models as m
from db.profiles import Profile
from domain.errors import Refused
from domain.resemblance import told_apart
from domain.rights import RIGHTS, Right, Role
from domain.year_report import CODE, PROCEDURE, Kind
from services.door import Work
from services.records import shut_out_of
from services.server_key import mark

HOLDERS = frozenset(role for role, held in RIGHTS.items() if held.get(Right.REPORT_WORK))


@dataclass(frozen=True)
class Team:
    """`members`: account ids and names, who makes it first. `able`: who else could be let in; only for who is in.
    `approvers`: the directors among all of them; everybody where there is none."""

    members: tuple[tuple[int, str], ...]
    able: tuple[tuple[int, str], ...]
    approvers: frozenset[int]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(name for _, name in self.members)

    def has(self, account_id: int | None) -> bool:
        return any(each == account_id for each, _ in self.members)


def kind_of(profile: Profile) -> Kind:
    """Which report this organisation makes."""
    asked = any(rule.code == CODE and rule.procedure == PROCEDURE for rule in profile.terms)
    used = any(each.procedure == PROCEDURE for each in profile.sectors)
    return Kind.CHILDCARE if asked and used else Kind.INTERNAL


def report_of(w: Work, kind: Kind, year: int, *, mine: bool = False) -> m.YearReport | None:
    """`mine`: nobody else's until this transaction ends."""
    query = select(m.YearReport).where(m.YearReport.kind == kind, m.YearReport.year == year)
    return w.session.scalar(query.with_for_update() if mine else query)


def teams(w: Work, kind: Kind, reports: Mapping[int, m.YearReport | None]) -> dict[int, Team]:
    """By year; three statements, however many years."""
    names, directors = _holders(w), _directors(w)
    shut = shut_out_of(w, list(names))
    let_in = _let_in(w, [each.id for each in reports.values() if each is not None])
    found = {}
    for year, report in reports.items():
        out = {account for account, first, last in shut if first.year <= year <= last.year}
        able = sorted((each for each in names if each not in out), key=lambda each, year=year: mark(f"{kind} {year} {each}"))  # type: ignore[misc]
        maker = report.maker_id if report is not None and report.maker_id in able else next(iter(able), None)
        inside = [each for each in able if each == maker or (report is not None and each in let_in.get(report.id, ()))]
        inside.sort(key=lambda each: (each != maker, names[each]))
        left = sorted((each for each in able if each not in inside), key=names.__getitem__)
        found[year] = Team(_pairs(inside, names), _pairs(left, names), directors.intersection(able) or frozenset(able))
    return found


def team(w: Work, kind: Kind, year: int, report: m.YearReport | None) -> Team:
    return teams(w, kind, {year: report})[year]


def only_mine(w: Work, of: Team) -> None:
    """Raises Refused ``report_not_yours``: the same for everybody who is not in, whatever the reason."""
    if not of.has(w.me):
        raise Refused("report_not_yours")


def _pairs(ids: Iterable[int], names: Mapping[int, str]) -> tuple[tuple[int, str], ...]:
    return tuple((each, names[each]) for each in ids)


def _holders(w: Work) -> dict[int, str]:
    query = (
        select(m.Account.id, m.Account.display_name, m.Account.name)
        .join(m.AccountRole, m.AccountRole.account_id == m.Account.id)
        .where(m.Account.active.is_(True), m.AccountRole.role.in_(HOLDERS))
        .distinct()
    )
    return told_apart((row[0], row[1], row[2]) for row in w.session.execute(query))


def _directors(w: Work) -> frozenset[int]:
    return frozenset(w.session.scalars(select(m.AccountRole.account_id).where(m.AccountRole.role == Role.DIRECTOR)))


def _let_in(w: Work, reports: list[int]) -> dict[int, set[int]]:
    found: dict[int, set[int]] = {}
    query = select(m.YearReportMember).where(m.YearReportMember.report_id.in_(reports))
    for row in w.session.scalars(query):
        found.setdefault(row.report_id, set()).add(row.account_id)
    return found
