"""The yearly report on paper, in Dutch: the whole of it, and a short version for everybody. For who makes it.

The whole report names numbers below five for each location, because the law asks for them (Wet kinderopvang 1.57b lid 4); in
the short version they are left out, and a share from which one could be reckoned too."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from decimal import Decimal

from domain.indicators import BY_KEY, Measure
from domain.rights import Right
from domain.vocabulary import Outcome
from domain.year_report import CHAPTERS, FEW, Chapter, Kind, letter, of_unit
from services.door import Actor, Work, work
from services.rendering import Chart, Entry, Report, Section, Table, pdf, report_docx
from services.year_report_figures import Dispute, Figures, Nature, Place
from services.year_reports import YearReport, whole
from text import moment, number, percent, short_date, tenth, translate

_MOST_BARS = 24


def as_docx(actor: Actor, year: int) -> bytes:
    """Raises Refused: ``report_unknown``, ``report_not_yours``."""
    with work(actor, Right.REPORT) as w:
        made = _report(w, whole(w, year))
    return report_docx.render(made)


def as_pdf(actor: Actor, year: int) -> bytes:
    """Raises Refused as `as_docx`."""
    with work(actor, Right.REPORT) as w:
        made = _report(w, whole(w, year))
    return pdf.render_report(made)


def public_docx(actor: Actor, year: int) -> bytes:
    """Raises Refused as `as_docx`."""
    with work(actor, Right.REPORT) as w:
        made = _public(w, whole(w, year))
    return report_docx.render(made)


def public_pdf(actor: Actor, year: int) -> bytes:
    """Raises Refused as `as_docx`."""
    with work(actor, Right.REPORT) as w:
        made = _public(w, whole(w, year))
    return pdf.render_report(made)


def file_name(shown: YearReport, what: str, extension: str) -> str:
    """With a random part: the address of a download follows from its name and content, and must not be guessed."""
    return f"{what}-{shown.line.year}-{secrets.token_hex(8)}.{extension}"


def _t(key: str, **values: object) -> str:
    return translate("nl", key, **values)


def chapter_title(language: str, kind: Kind, chapter: Chapter) -> str:
    """ "c. Behandelde klachten"."""
    said = translate(language, f"report.chapter_{chapter}")
    mark = letter(kind, chapter)
    return f"{mark}. {said}" if mark else said


# The whole


def _report(w: Work, shown: YearReport) -> Report:
    made = {
        Chapter.HANDLED: _handled,
        Chapter.JUDGMENTS: _judgments,
        Chapter.DISPUTES: _disputes,
    }
    sections = [made.get(each, _written)(shown, each) for each in CHAPTERS[shown.kind] if each is not Chapter.SUMMARY]
    sections += [_indicators(shown.figures)] if shown.kind is Kind.INTERNAL else []
    return _framed(w, shown, f"report.title_{shown.kind}", sections)


def _framed(w: Work, shown: YearReport, title: str, sections: Iterable[Section]) -> Report:
    approved = shown.line.approved_on
    return Report(
        organisation=shown.organisation,
        title=_t(title, year=shown.line.year),
        about=(
            _t("report.about_year", year=shown.line.year),
            _t("report.approved_words", day=approved) if approved else _t("report.draft"),
        ),
        footer=_t("report.footer", day=short_date(shown.figures.on, "nl"), when=moment(w.now, "nl")),
        sections=tuple(each for each in sections if any((each.texts, each.facts, each.tables, each.charts, each.entries))),
        labels={name: _t(f"letters.sheet.{name}") for name in ("page", "of")},
    )


def _written(shown: YearReport, chapter: Chapter) -> Section:
    return Section(chapter_title("nl", shown.kind, chapter), texts=_said(shown, chapter))


def _said(shown: YearReport, key: str) -> tuple[str, ...]:
    text = shown.text(key)
    return (text,) if text else ()


def _handled(shown: YearReport, chapter: Chapter) -> Section:
    figures = shown.figures
    facts = ("submitted", "written", "handled", "withdrawn", "not_handled")
    series = (_t("report.submitted"), _t("report.handled"))
    by_kind = tuple((f"{unit_words('nl', place)}: {row.category}", row) for place in figures.places for row in place.nature)
    return Section(
        chapter_title("nl", shown.kind, chapter),
        facts=tuple((_t(f"report.{name}"), str(getattr(figures, name))) for name in facts),
        texts=_said(shown, chapter),
        tables=(
            _counts("report.by_unit", "report.unit", ((unit_words("nl", each), each) for each in figures.places)),
            *((_counts("report.by_nature", "report.unit_and_nature", by_kind),) if by_kind else ()),
        ),
        charts=(
            _chart("report.by_unit", series, ((unit_words("nl", each), each) for each in figures.places)),
            *(
                (_chart("report.by_category", series, ((each.category, each) for each in figures.nature)),)
                if figures.nature
                else ()
            ),
        ),
    )


def unit_words(language: str, place: Place) -> str:
    return place.unit or translate(language, "report.no_unit")


Counted = Iterable[tuple[str, Place | Nature]]


def _counts(title: str, what: str, rows: Counted) -> Table:
    headings = (_t(what), _t("report.submitted"), _t("report.handled"))
    return Table(_t(title), headings, tuple((label, str(each.submitted), str(each.handled)) for label, each in rows))


def _chart(title: str, series: tuple[str, str], rows: Counted) -> Chart:
    """Where there are too many for one picture: those of which there is something to see. The table has all."""
    bars = [(label, (each.submitted, each.handled)) for label, each in rows]
    if len(bars) > _MOST_BARS:
        bars = [each for each in bars if any(each[1])][:_MOST_BARS]
    said = "; ".join(_t("report.bar", label=label, submitted=came, handled=done) for label, (came, done) in bars)
    return Chart(_t(title), _t("report.chart_alt", title=_t(title), bars=said), series, tuple(bars))


def _judgments(shown: YearReport, chapter: Chapter) -> Section:
    entries = tuple(
        Entry(unit_words("nl", each), (outcome_words("nl", each),), _said(shown, of_unit(each.unit_id)))
        for each in shown.figures.places
    )
    return Section(chapter_title("nl", shown.kind, chapter), entries=entries)


def outcome_words(language: str, place: Place) -> str:
    """ "gegrond: 2, ongegrond: 1. Toegezegde maatregelen: 2." """
    if not place.handled:
        return translate(language, "report.none_handled")
    said = (f"{translate(language, f'outcome.{each}')}: {place.outcomes[each]}" for each in Outcome if place.outcomes.get(each))
    return translate(language, "report.outcomes", outcomes=", ".join(said), measures=place.measures)


def _disputes(shown: YearReport, chapter: Chapter) -> Section:
    figures = shown.figures
    rows = tuple((dispute_words("nl", each), str(each.number)) for each in figures.disputes)
    table = Table(_t("report.disputes"), (_t("report.dispute"), _t("report.number")), rows)
    return Section(
        chapter_title("nl", shown.kind, chapter),
        facts=((_t("report.brought"), str(figures.brought)), (_t("report.ruled"), str(figures.ruled))),
        texts=_said(shown, chapter),
        tables=(table,) if rows else (),
    )


def dispute_words(language: str, each: Dispute) -> str:
    result = f"external_result.{each.result}" if each.result else "report.brought_word"
    return f"{each.category}: {translate(language, result)}"


def _indicators(figures: Figures) -> Section:
    headings = (_t("report.figure"), str(figures.year), str(figures.year - 1))
    rows = tuple(
        (_t(f"overview.figure_{key}"), _value(key, now), _value(key, before)) for key, now, before in figures.indicators
    )
    return Section(_t("report.all_figures"), tables=(Table(_t("report.all_figures_title"), headings, rows),))


def _value(key: str, value: float | None) -> str:
    if value is None:
        return _t("common.not_applicable")
    match BY_KEY[key].measure:
        case Measure.SHARE:
            return percent(value)
        case Measure.MEAN:
            return tenth(Decimal(str(round(value, 1))))
    return number(int(value))


# For everybody


def _public(w: Work, shown: YearReport) -> Report:
    figures = shown.figures
    facts = [
        (_t("report.submitted"), few(figures.submitted)),
        (_t("report.handled"), few(figures.handled)),
    ]
    if shown.kind is Kind.CHILDCARE:
        facts.append((_t("report.ruled"), few(figures.ruled)))
    late = figures.due - figures.in_time
    if figures.in_time >= FEW and (late == 0 or late >= FEW):  # otherwise the share tells how few were late
        facts.append((_t(f"report.in_time_{shown.kind}"), percent(figures.in_time / figures.due)))
    section = Section(_t("report.in_short"), tuple(facts), texts=_said(shown, Chapter.SUMMARY))
    return _framed(w, shown, f"report.title_public_{shown.kind}", [section])


def few(count: int) -> str:
    """Without numbers that are a trace to people."""
    return str(count) if count >= FEW else _t("review.few", number=FEW)
