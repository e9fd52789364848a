"""What the yearly report counts, as it will be printed: each chart with its table and in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

import pandas as pd
import streamlit as st

from services.year_report_figures import Nature, Place
from services.year_report_files import outcome_words, unit_words
from services.year_reports import YearReport
from ui import charts
from ui.dossier_view import fact
from ui.session import language, literal, t
from ui.widgets import plain

_MOST = 12  # bars in one chart; the table has them all


def figures(shown: YearReport) -> None:
    counted = shown.figures
    st.caption(t("report.about_figures", year=counted.year))
    with st.container(horizontal=True, gap="medium"):
        for name in ("submitted", "handled", "withdrawn", "not_handled"):
            st.metric(t(f"report.{name}"), getattr(counted, name), width="content")
    places = [(unit_words(language(), each), each) for each in counted.places]
    _part("report.by_unit", "unit", places)
    said = [(label, outcome_words(language(), each)) for label, each in places]
    st.subheader(t("report.outcome"), anchor=False)
    for label, outcomes in said:
        fact(literal(label), outcomes)  # a sentence wraps on a phone, a cell does not
    kinds = [(label, row.category, row.submitted, row.handled) for label, place in places for row in place.nature]
    if kinds:
        _part("report.by_category", "category", [(each.category, each) for each in counted.nature])
        st.subheader(t("report.by_nature"), anchor=False)
        headings = [t("report.unit"), t("report.category"), t("report.submitted"), t("report.handled")]
        _table(headings, kinds, t("report.by_nature"))


def _part(title: str, what: str, rows: Sequence[tuple[str, Place | Nature]]) -> None:
    st.subheader(t(title), anchor=False)
    some = [each for each in rows if each[1].submitted or each[1].handled][:_MOST]
    series = (t("report.submitted"), t("report.handled"))
    said = "; ".join(t("report.bar", label=label, submitted=each.submitted, handled=each.handled) for label, each in some)
    left, right = st.columns([3, 2], gap="medium")
    with left:
        if some:
            labels = _apart(label for label, _ in some)
            lines = [(label, each.submitted, each.handled) for label, (_, each) in zip(labels, some, strict=True)]
            alt = t("report.chart_alt", title=t(title), bars=said)
            st.altair_chart(charts.by_value(lines, series, what), alt=alt)
    with right:
        _table([t(f"report.{what}"), *series], [(label, each.submitted, each.handled) for label, each in rows], t(title))


def _apart(names: Iterable[str]) -> list[str]:
    """Two locations of one name are two bars."""
    seen: Counter[str] = Counter()
    found = []
    for name in names:
        seen[name] += 1
        found.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return found


def _table(headings: list[str], rows: Iterable[tuple[object, ...]], alt: str) -> None:
    safe = [[plain(each) if isinstance(each, str) else each for each in row] for row in rows]
    frame = pd.DataFrame(safe, columns=headings)
    st.dataframe(frame, hide_index=True, height="content" if len(safe) <= _MOST else 36 * _MOST, alt=alt)
