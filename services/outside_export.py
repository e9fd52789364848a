"""The overview for outside the team: totals only, no dossier, and no small number, not by subtraction either.

Every table splits all complaints of a period, so that nothing is known of who is in none of its groups. They have their total
in common, which is published as it is from the threshold on; below it nothing is split (domain/suppression.py). The tables of
categories and of locations are the totals of the table of both, and leave out the same. Every group that there could be has its
line, in an order that does not follow from the numbers: neither tells anything of what was left out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from db import models as m
from domain.indicators import Kept
from domain.rights import Right
from domain.suppression import THRESHOLD, TOTAL, Suppressed, shown, suppress
from services.door import Actor, work
from services.export_log import Listed, keep
from services.exports import Section, about, counts, names, words_in
from services.overview import Counted, Cut, Overview, collect
from services.profiles import current
from services.spreadsheets import Cell, FileType, Sheet, Words, workbook
from text import month_name

Row = tuple[Cell, ...]
Line = tuple[str, Counted]  # what a group is called
Split = Mapping[tuple[Any, Any], int | Suppressed]  # with totals, as `suppress` answers

_STATES = ("kept", "extended_in_time", "extended_late", "missed", "open")
_DUE = _STATES[:-1]
_SPLIT = (Section.CHANNEL, Section.SUBJECT, Section.COMPLAINANT, Section.LEAD, Section.OUTCOME)
_ONE = "all"  # the only column of a list


def overview(actor: Actor, year: int | None = None, cut: Cut = Cut()) -> bytes:  # noqa: B008 - frozen
    """As `services.exports.year`, for who is not of the team."""
    with work(actor, Right.EXPORT) as w:
        found = collect(w, year, cut)
        t = words_in(w.person.language)
        units = tuple(w.session.scalars(select(m.OrgUnit.name).where(m.OrgUnit.parent_id.is_not(None))))
        made = _Outside(found, t, w.person.language, tuple(each.name for each in current(w).categories), units)
        sheets = list(made.sheets())
        said = ((t("exports.about_left_out"), made.said()), (t("exports.about_other_files"), t("exports.other_files")))
        content = workbook([about(w, found, cut, *said), *sheets])
    keep(actor, Listed.OUTSIDE, FileType.XLSX, sum(len(list(each.rows)) for each in sheets))
    return content


@dataclass
class _Outside:
    found: Overview
    t: Words
    language: str
    categories: tuple[str, ...]  # of the procedure
    units: tuple[str, ...]
    left_out: int = 0

    def said(self) -> str:
        return self.t("exports.left_out" if self.left_out else "exports.left_out_none", count=self.left_out, number=THRESHOLD)

    def sheets(self) -> Iterator[Sheet]:
        t, found = self.t, self.found
        months = [(month_name(int(each.key or 1), self.language), each) for each in found.months]
        yield self._list("overview.by_month", "overview.month", months)
        labels = counts(found, t)
        for section in _SPLIT:
            if found.files.numbers is not None or section is not Section.COMPLAINANT:
                yield self._list(f"overview.by_{section}", f"overview.{section}", self._lines(section, *labels[section]))
        categories, units = self._named(found.categories, self.categories), self._named(found.units, self.units)
        both = self._both([each.key for _, each in categories], [each.key for _, each in units])
        by_category = {each.key: both.get((each.key, TOTAL), 0) for _, each in categories}
        yield self._list("overview.by_category", "overview.category", categories, by_category)
        by_unit = {each.key: both.get((TOTAL, each.key), 0) for _, each in units}
        yield self._list("overview.by_unit", "overview.unit", units, by_unit)
        yield self._cells(both, categories, units)
        yield self._promises()

    # All complaints of a period, in groups

    def _lines(self, section: Section, rows: Sequence[Counted], labels: Mapping[str | None, str]) -> list[Line]:
        """Every value there is, and those that have none."""
        found = {each.key: each for each in rows}
        lines = [(label, found.get(key, Counted(key, 0, 0))) for key, label in labels.items()]
        rest = {Section.LEAD: "exports.without_answer", Section.OUTCOME: "exports.without_outcome"}
        now, before = self.found.now.received, self.found.before.received
        left = Counted("", now - sum(each.now for _, each in lines), before - sum(each.before for _, each in lines))
        return [*lines, (self.t(rest.get(section, "overview.not_given")), left)]

    def _named(self, counted: Sequence[Counted], known: Sequence[str]) -> list[Line]:
        """By name; also those that nothing was about."""
        found = {each.key: each for each in counted}
        named = sorted({*known, *(key for key in found if key is not None)}, key=str.casefold)
        keys = [*named, None] if None in found or known is self.units else named
        return [(self.t("overview.not_given") if key is None else key, found.get(key, Counted(key, 0, 0))) for key in keys]

    def _list(self, name: str, heading: str, lines: list[Line], now: Mapping[Any, int | Suppressed] | None = None) -> Sheet:
        """`now`: what of this period was left out already, by key."""
        periods: list[list[Cell]] = []
        for place, period in enumerate(("now", "before")):
            known = suppress({(number, _ONE): getattr(each, period) for number, (_, each) in enumerate(lines)})
            of_it = [known[number, _ONE] for number in range(len(lines))] + [known.get((TOTAL, TOTAL), 0)]
            if now is not None and place == 0:
                of_it[:-1] = [now[each.key] for _, each in lines]
            periods.append(self._shown(of_it))
        labels = [*(label for label, _ in lines), self.t("exports.total")]
        headings = (self.t(heading), *names(self.found, self.language))
        return Sheet(self.t(name), headings, tuple(zip(labels, *periods, strict=True)), (40, 14))

    def _shown(self, values: Sequence[int | Suppressed]) -> list[Cell]:
        self.left_out += sum(isinstance(each, Suppressed) for each in values)
        return [shown(each) for each in values]

    # Categories and locations

    def _both(self, categories: Sequence[str | None], units: Sequence[str | None]) -> Split:
        table = {(category, unit): 0 for category in categories for unit in units}
        for cell in self.found.cells:
            table[cell.category, cell.unit] += cell.number
        return suppress(table)

    def _cells(self, both: Split, categories: Sequence[Line], units: Sequence[Line]) -> Sheet:
        t, rows = self.t, []
        total = t("exports.total")
        places = [*((label, each.key) for label, each in units), (total, TOTAL)]
        for label, category in [*((label, each.key) for label, each in categories), (total, TOTAL)]:
            rows.append((label, *self._shown([both.get((category, unit), 0) for _, unit in places])))
        headings = (t("overview.category"), *(label for label, _ in places))
        return Sheet(t("overview.by_cell"), headings, tuple(rows), (40, 14))

    # Promises

    def _promises(self) -> Sheet:
        t, years, rows = self.t, names(self.found, self.language), []
        for year, period in zip(years, ("now", "before"), strict=True):
            kept: list[Kept] = [getattr(each, period) for each in self.found.promises]
            known = suppress({(n, state): getattr(each, state) for n, each in enumerate(kept) for state in _STATES})
            labels = {n: each.label for n, each in enumerate(self.found.promises)} | {TOTAL: t("overview.all_promises")}
            for n, label in labels.items() if known else ():
                values = {state: known[n, state] for state in _STATES}
                rows.append((label, year, *self._shown([*values.values(), known[n, TOTAL]]), self._share(values)))
        headings = (t("overview.promise"), t("overview.year"), *(t(f"overview.{each}") for each in _STATES))
        return Sheet(t("overview.promises"), (*headings, t("exports.total"), t("overview.share")), tuple(rows), (34, 14))

    def _share(self, values: Mapping[str, int | Suppressed]) -> Cell:
        """Only of what is published: a share of a small number tells that number."""
        due = [values[each] for each in _DUE]
        if any(isinstance(each, Suppressed) for each in due):
            return Suppressed.HIDDEN.value
        whole = sum(int(each) for each in due)
        return int(values["kept"]) / whole if whole else self.t("common.not_applicable")
