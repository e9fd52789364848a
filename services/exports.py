"""The figures of the overview as a file: every one of them as a workbook, or one of them; typed cells, headings in the reader's
language, and a sheet that says what was counted, for whom and when. Lists: services/list_exports.py."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from itertools import zip_longest

from db import models as m
from domain.entries import choice, number
from domain.indicators import INDICATORS, LEAD_BINS, Kept, Measure
from domain.rights import Right
from domain.vocabulary import Channel, ComplainantType, ExternalResult, Outcome, SubjectType
from services.door import Actor, Work, work
from services.export_log import Listed, keep
from services.overview import Counted, Cut, Overview, Promised, collect
from services.spreadsheets import Cell, FileType, Sheet, Words, comma_separated, file_name, workbook
from text import month_name, period_name, translate
from text.figures import explained, lead_words

_KEPT = ("kept", "extended_in_time", "extended_late", "missed", "open")


@dataclass(frozen=True)
class Export:
    name: str
    content: bytes


class Section(StrEnum):
    """The figures of the overview that are a table, in the order of the workbook."""

    FIGURES = "figures"
    PROMISES = "promises"
    MONTH = "month"
    CHANNEL = "channel"
    SUBJECT = "subject"
    CATEGORY = "category"
    UNIT = "unit"
    OUTCOME = "outcome"
    LEAD = "lead"
    FUNNEL = "funnel"
    COMPLAINANT = "complainant"
    BODY = "body"
    RESULT = "result"
    CELL = "cell"
    STANDS_OUT = "stands_out"
    SATISFACTION = "satisfaction"
    REVIEWED = "reviewed"


def year(actor: Actor, year: int | None = None, cut: Cut = Cut()) -> Export:  # noqa: B008 - frozen
    """The yearly overview as a workbook: every figure of the page, narrowed as the page was. That it was made is kept."""
    with work(actor, Right.EXPORT) as w:
        shown = collect(w, year, cut)
        sheets = [about(w, shown, cut), *_sections(shown, w.person.language).values()]
    content = workbook(sheets)
    keep(actor, Listed.OVERVIEW, FileType.XLSX, sum(len(list(each.rows)) for each in sheets[1:]))
    return Export(file_name("weerklank", shown.year), content)


def figure(
    actor: Actor,
    section: Section,
    file_type: FileType,
    year: int | None = None,
    cut: Cut = Cut(),  # noqa: B008 - frozen
) -> bytes:
    """One table of the overview. Raises Refused ``unknown_value``."""
    with work(actor, Right.EXPORT) as w:
        which = choice(Section, section, "section")
        shown = collect(w, year, cut)
        sheet, said = _sections(shown, w.person.language)[which], about(w, shown, cut)
    content = workbook([sheet, said]) if file_type == FileType.XLSX else comma_separated(sheet)
    keep(actor, Listed.FIGURE, file_type, len(list(sheet.rows)))
    return content


def narrowed(w: Work, cut: Cut) -> str:
    """To what the reader narrowed it, in words; empty when it is everything."""
    unit = w.session.get(m.OrgUnit, number(cut.unit_id)) if cut.unit_id is not None else None
    return "; ".join(each for each in (unit.name if unit else "", cut.category, cut.procedure) if each)


# The sheets of the overview


def words_in(language: str) -> Words:
    def t(key: str, **values: object) -> str:
        return translate(language, key, **values)

    return t


def names(shown: Overview, language: str) -> tuple[str, str]:
    return period_name(shown.period, language), period_name(shown.earlier, language)


def counts(shown: Overview, t: Words) -> dict[Section, tuple[Sequence[Counted], Mapping[str | None, str]]]:
    """By section: how many of each value, and what the values are called."""
    words: dict[str, dict[str | None, str]] = {
        key: {each.value: t(f"{key}.{each}") for each in area} for key, area in _CODED.items()
    }
    return {
        Section.CHANNEL: (shown.channels, words["channel"]),
        Section.SUBJECT: (shown.subjects, words["subject_type"]),
        Section.CATEGORY: (shown.categories, {}),
        Section.UNIT: (shown.units, {}),
        Section.OUTCOME: (shown.outcomes, words["outcome"]),
        Section.LEAD: (shown.leads, {str(place): lead_words(t, place) for place in range(len(LEAD_BINS))}),
        Section.FUNNEL: (shown.funnel, {each.key: t(f"overview.funnel_{each.key}") for each in shown.funnel}),
        Section.COMPLAINANT: (shown.files.complainants, words["complainant_type"]),
        Section.BODY: (shown.files.bodies, {key: name for key, name in shown.files.body_names.items()}),
        Section.RESULT: (shown.files.results, words["external_result"]),
    }


def _sections(shown: Overview, language: str) -> dict[Section, Sheet]:
    t, years = words_in(language), names(shown, language)
    heads = ("", *years)
    found = {
        Section.FIGURES: Sheet(
            t("overview.figures"), (*heads, t("overview.formula")), tuple(_figures(shown, t)), (44, 12, 12, 80)
        ),
        Section.PROMISES: Sheet(
            t("overview.promises"), _promise_headings(t), tuple(_promises(shown.promises, years, t)), (34, 10)
        ),
        Section.MONTH: _months(shown, t, years, language),
        **{each: _counts(t, each, years, *said) for each, said in counts(shown, t).items()},
        Section.CELL: _cells(shown, t),
        Section.STANDS_OUT: _signals(shown, t),
        Section.SATISFACTION: Sheet(t("satisfaction.heading"), heads, tuple(_satisfaction(shown, t)), (44, 12)),
        Section.REVIEWED: Sheet(t("review.title"), ("", t("overview.number")), tuple(_reviewed(shown, t)), (60, 16)),
    }
    return {each: found[each] for each in Section}


def _reviewed(shown: Overview, t: Words) -> Iterator[tuple[Cell, ...]]:
    """N25: of the last one that was finalised, as far as the reader sees its dossiers."""
    found = shown.reviewed
    if found is None:
        yield (t("exports.reviewed_none"), None)
        return
    yield (t("review.finalised_on"), found.on)
    yield (t("review.total"), found.total)
    yield (t("review.total_yes"), found.extra)
    yield (t("exports.reviewed_open"), found.open)


def _satisfaction(shown: Overview, t: Words) -> Iterator[tuple[Cell, ...]]:
    for name in ("process", "outcome", "invited", "answered", "share"):
        key = f"mean_{name}" if name in ("process", "outcome") else name
        values = (getattr(each, name) for each in shown.satisfied)
        yield (t(f"satisfaction.{key}"), *(t("common.not_applicable") if value is None else value for value in values))
    share = shown.confirmed.share
    yield (t("confirmed.heading", day=shown.today), t("common.not_applicable") if share is None else share, None)


_CODED: dict[str, type[StrEnum]] = {
    "channel": Channel,
    "subject_type": SubjectType,
    "outcome": Outcome,
    "complainant_type": ComplainantType,
    "external_result": ExternalResult,
}


def about(w: Work, shown: Overview, cut: Cut, *more: tuple[Cell, ...]) -> Sheet:
    """What the file is; `more`: lines at the end."""
    t, years = words_in(w.person.language), names(shown, w.person.language)
    rows: tuple[tuple[Cell, ...], ...] = (
        (t("overview.about_what"), t("overview.heading", year=years[0])),
        (t("overview.about_period"), t("overview.about_period_is", year=years[0], before=years[1])),
        (t("overview.about_until"), shown.today),
        (t("overview.about_made"), shown.made_at),
        (t("overview.about_by"), w.person.display_name),
        (t("overview.about_narrowed"), narrowed(w, cut) or t("overview.narrowed_not")),
        (t("overview.about_filter"), t("overview.about_filter_is")),
        (t("overview.about_promises"), t("overview.explain_promises")),
        *more,
    )
    return Sheet(t("overview.about"), (t("overview.about"), ""), rows, (24, 100))


def _figures(shown: Overview, t: Words) -> Iterator[tuple[Cell, ...]]:
    for each in INDICATORS:
        values = (_number(each.of(figures), each.measure, t) for figures in (shown.now, shown.before))
        yield (t(f"overview.figure_{each.key}"), *values, explained(t, each))
    standing = shown.standing
    yield (t("overview.standing_open", day=shown.today), standing.open, None, None)
    yield (t("overview.standing_late", day=shown.today), standing.late, None, None)
    yield (t("overview.standing_oldest"), standing.oldest_received_on, None, None)


def _number(value: float | None, measure: Measure, t: Words) -> Cell:
    if value is None:
        return t("common.not_applicable")
    if measure is Measure.MEAN:
        return Decimal(str(round(value, 1)))
    return float(value) if measure is Measure.SHARE else int(value)


def _promise_headings(t: Words) -> tuple[str, ...]:
    return (t("overview.promise"), t("overview.year"), *(t(f"overview.{name}") for name in _KEPT), t("overview.share"))


def _promises(promises: Sequence[Promised], years: tuple[str, str], t: Words) -> Iterator[tuple[Cell, ...]]:
    lines = [(each.label, kept, year) for each in promises for kept, year in ((each.now, years[0]), (each.before, years[1]))]
    totals = (sum((each.now for each in promises), Kept()), sum((each.before for each in promises), Kept()))
    lines += [(t("overview.all_promises"), kept, year) for kept, year in zip(totals, years, strict=True)]
    for label, kept, year in lines:
        counts = (getattr(kept, name) for name in _KEPT)
        yield (label, int(year) if year.isdecimal() else year, *counts, _number(kept.share, Measure.SHARE, t))


def _months(shown: Overview, t: Words, years: tuple[str, str], language: str) -> Sheet:
    rows = (
        (
            month_name(int(each.key or 1), language),
            each.now,
            each.before,
            _number(kept.share, Measure.SHARE, t) if kept else None,
        )
        for each, kept in zip_longest(shown.months, shown.running)
    )
    return Sheet(t("overview.by_month"), (t("overview.month"), *years, t("overview.running")), tuple(rows), (40, 10))


def _counts(t: Words, what: str, years: tuple[str, str], rows: Sequence[Counted], labels: Mapping[str | None, str]) -> Sheet:
    def label(key: str | None) -> str:
        return labels.get(key, key) if key is not None else t("overview.not_given")

    return Sheet(
        t(f"overview.by_{what}"),
        (t(f"overview.{what}"), *years),
        tuple((label(row.key), row.now, row.before) for row in rows),
        (40, 10),
    )


def _cells(shown: Overview, t: Words) -> Sheet:
    rows = ((each.category, each.unit or t("overview.not_given"), each.number) for each in shown.cells)
    headings = (t("overview.category"), t("overview.unit"), t("overview.number"))
    return Sheet(t("overview.by_cell"), headings, tuple(rows), (40, 40, 16))


def _signals(shown: Overview, t: Words) -> Sheet:
    found = shown.signals
    rows: list[tuple[Cell, ...]] = [
        (t("overview.repeat"), each.category, each.unit, each.number, None) for each in found.repeats
    ]
    rows += [(t("overview.moved"), None, each.unit, each.now, each.before) for each in found.moved]
    headings = ("", t("overview.category"), t("overview.unit"), t("overview.twelve_months"), t("overview.twelve_before"))
    return Sheet(t("overview.stands_out"), headings, tuple(rows), (24, 40, 40, 16))
