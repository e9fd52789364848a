"""Downloads as .xlsx: typed cells, Dutch headings, and a sheet that says what was counted, for whom and when."""

from __future__ import annotations

import io
import secrets
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from itertools import zip_longest

import xlsxwriter

from db import models as m
from domain.entries import number
from domain.indicators import INDICATORS, LEAD_BINS, Kept, Measure
from domain.rights import Right
from domain.vocabulary import Channel, ComplainantType, ExternalResult, Outcome, SubjectType
from services.door import Actor, Work, work
from services.overview import Counted, Cut, Overview, Promised, collect
from text import moment, month_name, period_name, translate
from text.figures import explained, lead_words

LONGEST_CELL = 32_767  # what a spreadsheet keeps; more would be cut without a word
_LONGEST_NAME = 31  # of a sheet
_KEPT = ("kept", "extended_in_time", "extended_late", "missed", "open")

Cell = str | int | float | Decimal | date | None
Words = Callable[..., str]


@dataclass(frozen=True)
class Sheet:
    name: str
    headings: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    widths: tuple[int, ...] = ()  # in characters; the last one holds for the columns after it


@dataclass(frozen=True)
class Export:
    name: str
    content: bytes


def year(actor: Actor, year: int | None = None, cut: Cut = Cut()) -> Export:  # noqa: B008 - frozen
    """The yearly overview as a workbook: every figure of the page, narrowed as the page was."""
    with work(actor, Right.EXPORT) as w:
        shown = collect(w, year, cut)
        language, made_by = w.person.language, w.person.display_name
        narrowed = _narrowed(w, cut)
    return Export(file_name("weerklank", shown.year), workbook(_overview(shown, language, made_by, narrowed)))


def _narrowed(w: Work, cut: Cut) -> str:
    """To what the reader narrowed it, in words; empty when it is everything."""
    unit = w.session.get(m.OrgUnit, number(cut.unit_id)) if cut.unit_id is not None else None
    return "; ".join(each for each in (unit.name if unit else "", cut.category, cut.procedure) if each)


def file_name(*words: object) -> str:
    """With a random part: the address of a download follows from its name and content, and must not be guessed."""
    return "-".join([*map(str, words), secrets.token_hex(8)]) + ".xlsx"


# The sheets of the overview


def _overview(shown: Overview, language: str, made_by: str, narrowed: str = "") -> list[Sheet]:
    def t(key: str, **values: object) -> str:
        return translate(language, key, **values)

    years = (period_name(shown.period, language), period_name(shown.earlier, language))
    words: dict[str, dict[str | None, str]] = {
        key: {each.value: t(f"{key}.{each}") for each in area} for key, area in _CODED.items()
    }
    counts: tuple[tuple[str, Sequence[Counted], Mapping[str | None, str]], ...] = (
        ("channel", shown.channels, words["channel"]),
        ("subject", shown.subjects, words["subject_type"]),
        ("category", shown.categories, {}),
        ("unit", shown.units, {}),
        ("outcome", shown.outcomes, words["outcome"]),
        ("lead", shown.leads, {str(place): lead_words(t, place) for place in range(len(LEAD_BINS))}),
        ("funnel", shown.funnel, {each.key: t(f"overview.funnel_{each.key}") for each in shown.funnel}),
        ("complainant", shown.files.complainants, words["complainant_type"]),
        ("body", shown.files.bodies, {key: name for key, name in shown.files.body_names.items()}),
        ("result", shown.files.results, words["external_result"]),
    )
    return [
        _about(shown, t, moment(shown.made_at, language), made_by, narrowed, years),
        Sheet(t("overview.figures"), ("", *years, t("overview.formula")), tuple(_figures(shown, t)), (44, 12, 12, 80)),
        Sheet(t("overview.promises"), _promise_headings(t), tuple(_promises(shown.promises, years, t)), (34, 10)),
        _months(shown, t, years, language),
        *(_counts(t, what, years, rows, labels) for what, rows, labels in counts),
        _cells(shown, t),
        _signals(shown, t),
        Sheet(t("satisfaction.heading"), ("", *years), tuple(_satisfaction(shown, t)), (44, 12)),
    ]


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


def _about(shown: Overview, t: Words, made_at: str, made_by: str, narrowed: str, years: tuple[str, str]) -> Sheet:
    rows: tuple[tuple[Cell, ...], ...] = (
        (t("overview.about_what"), t("overview.heading", year=years[0])),
        (t("overview.about_period"), t("overview.about_period_is", year=years[0], before=years[1])),
        (t("overview.about_until"), shown.today),
        (t("overview.about_made"), made_at),
        (t("overview.about_by"), made_by),
        (t("overview.about_narrowed"), narrowed or t("overview.narrowed_not")),
        (t("overview.about_filter"), t("overview.about_filter_is")),
        (t("overview.about_promises"), t("overview.explain_promises")),
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


# Any workbook


def workbook(sheets: Sequence[Sheet]) -> bytes:
    """Text stays text: nothing becomes a formula or a link, and a cell that is too long says so."""
    target = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "default_date_format": "d mmm yyyy",
    }
    book = xlsxwriter.Workbook(target, options)
    names: list[str] = []
    for sheet in sheets:
        names.append(_sheet_name(sheet.name, names))
        _write(book, names[-1], sheet)
    book.close()
    return target.getvalue()


def _write(book: xlsxwriter.Workbook, name: str, sheet: Sheet) -> None:
    heading = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    percentage = book.add_format({"num_format": "0%"})
    mean = book.add_format({"num_format": "0.0"})
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    page = book.add_worksheet(name)
    page.freeze_panes(1, 0)
    page.set_landscape()
    page.fit_to_pages(1, 0)
    for column, width in enumerate(_widths(sheet)):
        page.set_column(column, column, width)
    for column, words in enumerate(sheet.headings):
        page.write_string(0, column, _cell(words), heading)
    formats = {Decimal: mean, float: percentage}
    for line, row in enumerate(sheet.rows, start=1):
        for column, value in enumerate(row):
            match value:
                case None:
                    page.write_blank(line, column, None)
                case date():
                    page.write_datetime(line, column, datetime(value.year, value.month, value.day))  # noqa: DTZ001 - a day
                case int() | float() | Decimal():
                    page.write_number(line, column, float(value), formats.get(type(value)))
                case str():
                    page.write_string(line, column, _cell(value), wrapped)


def _widths(sheet: Sheet) -> Iterator[int]:
    for column in range(len(sheet.headings)):
        yield sheet.widths[min(column, len(sheet.widths) - 1)] if sheet.widths else 16


def _cell(text: str) -> str:
    """What XML cannot hold becomes the replacement sign; what a cell cannot hold is cut, and says how much."""
    text = text.replace("\r\n", "\n")
    tidy = "".join(sign if _is_printable(sign) else "\N{REPLACEMENT CHARACTER}" for sign in text)
    if len(tidy.encode("utf-16-le")) // 2 <= LONGEST_CELL:
        return tidy
    kept = LONGEST_CELL // 2 - 60
    return f"{tidy[:kept]} [… +{len(tidy) - kept}]"


def _is_printable(sign: str) -> bool:
    return sign in "\n\t" or (unicodedata.category(sign) not in ("Cc", "Cs") and sign not in "\ufffe\uffff")


def _sheet_name(name: str, taken: Sequence[str]) -> str:
    """At most 31 signs, without those that a sheet name may not hold, and different from the others."""
    plain = "".join(" " if sign in "[]:*?/\\" or not _is_printable(sign) else sign for sign in name).strip(" '") or "-"
    candidate, number = plain[:_LONGEST_NAME], 2
    while candidate.casefold() in {each.casefold() for each in taken}:
        candidate, number = f"{plain[: _LONGEST_NAME - 4]} {number}", number + 1
    return candidate
