"""The parts of the overview: a sentence, a chart, a table, and the dossiers behind it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import zip_longest

import pandas as pd
import streamlit as st

from domain.indicators import BY_KEY, INDICATORS
from domain.rights import Right
from services import exports
from services.door import Actor
from services.exports import Section
from services.overview import Counted, Cut, Overview
from services.spreadsheets import FileType
from text import month_name, percent
from text.figures import explained, lead_words
from ui import charts, overview_words
from ui.downloads import downloads
from ui.overview_dossiers import behind
from ui.session import actor, has, language, t
from ui.widgets import plain

_MOST_SAID = 8
MOST = 12  # bars in one chart; the table has them all


@dataclass(frozen=True)
class Shown:
    """What is on the screen, and what was asked for it."""

    figures: Overview
    year: int | None
    cut: Cut

    @property
    def names(self) -> tuple[str, str]:
        return overview_words.names(self.figures)

    def behind(self, section: str, labels: Mapping[str, str]) -> None:
        """The table as a file, and the dossiers behind it."""
        self.take_along(_SECTIONS.get(section, section))
        behind(section, labels, self.year, self.cut)

    def take_along(self, section: str) -> None:
        if has(Right.EXPORT):
            make = partial(_figure, actor(), Section(section), self.year, self.cut)
            downloads(f"overview.file_{section}", section.replace("_", "-"), make)


_SECTIONS = {"promise": "promises", "figure": "figures"}  # where the section of the page has another name


def _figure(who: Actor, section: Section, year: int | None, cut: Cut, file_type: FileType) -> bytes:
    return exports.figure(who, section, file_type, year, cut)


def named(rows: Sequence[Counted], label: Callable[[str], str]) -> list[charts.Line]:
    return [(t("overview.not_given") if row.key is None else label(row.key), row.now, row.before) for row in rows]


def shortened(lines: list[charts.Line]) -> list[charts.Line]:
    if len(lines) <= MOST:
        return lines
    rest = lines[MOST - 1 :]
    return [*lines[: MOST - 1], (t("overview.others"), sum(now for _, now, _ in rest), sum(before for *_, before in rest))]


def table(headings: Sequence[str], rows: Sequence[Sequence[object]], alt: str) -> None:
    frame = pd.DataFrame([list(row) for row in rows], columns=list(headings))
    st.dataframe(frame, hide_index=True, height="content", alt=alt)


# Any count by some value


def section(what: str, sentence: str, lines: list[charts.Line], shown: Shown, figures: Mapping[str, str]) -> None:
    """`figures`: the dossiers that can be opened, by the name of the figure."""
    st.subheader(t(f"overview.by_{what}"), anchor=False)
    st.text(sentence)
    if not lines:
        return
    left, right = st.columns([3, 2], gap="medium")
    with left:
        st.altair_chart(charts.by_value(shortened(lines), shown.names, what), alt=sentence)
    with right:
        headings = (t(f"overview.{what}"), *shown.names)
        table(headings, [(plain(label), now, before) for label, now, before in lines], t(f"overview.by_{what}"))
        shown.behind(what, figures)


def coded(what: str, rows: Sequence[Counted], label: Callable[[str], str], shown: Shown, sentence: str = "") -> None:
    """By a value that has a name; the most frequent one is in the sentence."""
    lines = named(rows, label)
    figures = {f"{what}.{row.key}": label(row.key) for row in rows if row.key is not None and row.now}
    if what == "complainant" and any(row.key is None and row.now for row in rows):
        figures["complainant.-"] = t("overview.not_given")
    section(what, sentence or overview_words.most(what, lines, shown.figures), lines, shown, figures)


def units(shown: Shown) -> None:
    lines = named(shown.figures.units, str)
    figures = {f"unit.{cell.unit_id or ''}": cell.unit or t("overview.not_given") for cell in shown.figures.cells}
    section("unit", overview_words.most("unit", lines, shown.figures), lines, shown, figures)


# The others


def headline(shown: Shown) -> None:
    now, before, standing = shown.figures.now, shown.figures.before, shown.figures.standing
    metrics = (
        ("received", "received", str(now.received), str(before.received)),
        ("kept", "kept_share", percent(now.kept.share, language()), percent(before.kept.share, language())),
        ("lead", "lead_median", overview_words.days(now.lead_median), overview_words.days(before.lead_median)),
        ("open", "", str(standing.open), ""),
        ("late", "", str(standing.late), ""),
    )
    with st.grid(len(metrics), min_column_width=150, gap="small"):
        for name, indicator, value, earlier in metrics:
            st.metric(
                t(f"overview.headline_{name}"),
                value,
                t("overview.versus", value=earlier, year=shown.names[1]) if earlier else None,
                delta_color="off",
                delta_arrow="off",
                border=True,
                height="stretch",
                help=explained(t, BY_KEY[indicator]) if indicator else None,
            )


def stands_out(shown: Shown) -> None:
    found = shown.figures.signals
    st.subheader(t("overview.stands_out"), anchor=False)
    st.caption(t("overview.stands_out_scope", first=found.first, last=found.last))
    said = overview_words.stands_out(found)
    for sentence in said[:_MOST_SAID]:
        st.text(sentence)
    if len(said) > _MOST_SAID:
        with st.expander(t("overview.stands_out_more", count=len(said) - _MOST_SAID)):
            for sentence in said[_MOST_SAID:]:
                st.text(sentence)
    labels = {f"repeat.{each.unit_id}.{each.category}": f"{each.category}, {each.unit}" for each in found.repeats}
    labels |= {f"place.{each.unit_id}": each.unit for each in found.moved}
    if labels:
        shown.behind("stands_out", labels)


def promises(shown: Shown) -> None:
    figures = shown.figures
    st.subheader(t("overview.promises"), anchor=False)
    for sentence in [*overview_words.reactions(figures), overview_words.promises(figures)]:
        st.text(sentence)
    st.caption(t("overview.explain_promises"))
    if not figures.promises:
        return
    states = list(charts.STATES)
    st.altair_chart(
        charts.of_promises([(each.label, {state: getattr(each.now, state) for state in states}) for each in figures.promises]),
        alt=overview_words.promises(figures),
    )
    headings = [t("overview.promise"), *(t(f"overview.{state}") for state in states)]
    headings += [t("overview.share"), t("overview.share_in", year=shown.names[1])]
    kept = [(each.label, each.now, each.before) for each in figures.promises]
    kept.append((t("overview.all_promises"), figures.now.kept, figures.before.kept))
    rows = [
        (
            plain(label),
            *(getattr(now, state) for state in states),
            percent(now.share, language()),
            percent(before.share, language()),
        )
        for label, now, before in kept
    ]
    table(headings, rows, t("overview.promises"))
    shown.behind(
        "promise",
        {
            f"promise.{each.key}.{state}": f"{each.label}: {t(f'overview.{state}').lower()}"
            for each in figures.promises
            for state in states
            if getattr(each.now, state)
        },
    )


def months(shown: Shown) -> None:
    figures = shown.figures
    lines = named(figures.months, lambda key: month_name(int(key), language()))
    sentence = overview_words.months(figures)
    shares = [each.share if each else None for _, each in zip_longest(figures.months, figures.running)]
    begun = len(figures.running)
    st.subheader(t("overview.by_month"), anchor=False)
    st.text(sentence)
    st.caption(overview_words.running(figures))
    left, right = st.columns([3, 2], gap="medium")
    with left:
        st.altair_chart(charts.by_month(lines, shown.names, shares), alt=sentence)
    with right:
        headings = (t("overview.month"), *shown.names, t("overview.running"))
        kept = [percent(share, language()) if place < begun else "" for place, share in enumerate(shares)]
        rows = [(*line, share) for line, share in zip(lines, kept, strict=True)]
        table(headings, rows, t("overview.by_month"))
        shown.behind(
            "month", {f"month.{each.key}": line[0] for each, line in zip(figures.months, lines, strict=True) if each.now}
        )


def cells(shown: Shown) -> None:
    """A heat map of the most frequent ones; the table has them all."""
    found = shown.figures.cells
    st.subheader(t("overview.by_cell"), anchor=False)
    st.text(overview_words.cells(shown.figures))
    if not found:
        return
    categories = [each.key or "" for each in shown.figures.categories if each.now]
    places = [each.key or t("overview.not_given") for each in shown.figures.units if each.now]
    unit = [each.unit or t("overview.not_given") for each in found]
    counts = {(each.category, name): 0 for each, name in zip(found, unit, strict=True)}
    for each, name in zip(found, unit, strict=True):  # two places can have one name
        counts[each.category, name] += each.number
    some = [(row, column, counts.get((row, column), 0)) for row in categories[:MOST] for column in places[:MOST]]
    st.altair_chart(charts.heat(some, categories[:MOST], places[:MOST]), alt=overview_words.cells(shown.figures))
    rows = [(plain(row), *(counts.get((row, column), 0) for column in places)) for row in categories]
    table((t("overview.category"), *_apart(places)), rows, t("overview.by_cell"))
    shown.behind(
        "cell",
        {
            f"cell.{each.unit_id or ''}.{each.category}": f"{each.category}, {name}"
            for each, name in zip(found, unit, strict=True)
        },
    )


def _apart(names: Sequence[str]) -> list[str]:
    """Headings as they are, each once: a table has no two columns of one name."""
    return [plain(name) if name not in names[:place] else f"{plain(name)} ({place + 1})" for place, name in enumerate(names)]


def leads(shown: Shown) -> None:
    lines = named(shown.figures.leads, lambda key: lead_words(t, int(key)))
    labels = {f"lead.{each.key}": line[0] for each, line in zip(shown.figures.leads, lines, strict=True) if each.now}
    section("lead", overview_words.lead(shown.figures), lines, shown, labels)


def funnel(shown: Shown) -> None:
    rows = shown.figures.funnel
    lines = named(rows, lambda key: t(f"overview.funnel_{key}"))
    labels = {f"funnel.{each.key}": line[0] for each, line in zip(rows, lines, strict=True) if each.now}
    section("funnel", overview_words.funnel(shown.figures), lines, shown, labels)


def figures(shown: Shown) -> None:
    """Every indicator, with what it is and how it is reckoned."""
    now, before = shown.figures.now, shown.figures.before
    st.subheader(t("overview.figures"), anchor=False)
    st.text(overview_words.standing(shown.figures))
    if shown.figures.files.numbers is None:
        st.caption(t("overview.files_only"))
    rows = [
        (
            t(f"overview.figure_{each.key}"),
            *(overview_words.figure(each.of(period), each.measure) for period in (now, before)),
            explained(t, each),
        )
        for each in INDICATORS
    ]
    headings = [t("overview.figure"), *shown.names, t("overview.formula")]
    st.table(pd.DataFrame(rows, columns=headings), hide_index=True, alt=t("overview.figures"))  # only words of ours, which wrap
    labels = {each.key: t(f"overview.figure_{each.key}") for each in INDICATORS if each.of(now) is not None}
    standing = {f"standing.{name}": t(f"overview.standing_{name}", day=shown.figures.today) for name in ("open", "late")}
    shown.behind("figure", labels | standing)
