"""A year in figures: a sentence, a chart and a table each."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pandas as pd
import streamlit as st

from domain.rights import Right
from services import exports, overview
from services.overview import LINES, Counted, Figures, Overview
from text import month_name, percent
from ui import address, charts, overview_words
from ui.overview_satisfaction import satisfaction
from ui.session import actor, has, language, t
from ui.widgets import plain

MOST = 12  # bars in one chart; the table has them all


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


def section(what: str, sentence: str, lines: list[charts.Line], shown: Overview) -> None:
    st.subheader(t(f"overview.by_{what}"), anchor=False)
    st.text(sentence)
    if not lines:
        return
    left, right = st.columns([3, 2], gap="medium")
    with left:
        chart = charts.by_month(lines, shown.year) if what == "month" else charts.by_value(shortened(lines), shown.year, what)
        st.altair_chart(chart, alt=sentence)
    with right:
        headings = (t(f"overview.{what}"), str(shown.year), str(shown.year - 1))
        table(headings, [(plain(label), now, before) for label, now, before in lines], t(f"overview.by_{what}"))


def headline(shown: Overview) -> None:
    now, before, standing = shown.now, shown.before, shown.standing
    metrics = (
        ("received", str(now.received), str(before.received)),
        ("kept", percent(now.kept_share, language()), percent(before.kept_share, language())),
        ("lead", overview_words.days(now.lead_median), overview_words.days(before.lead_median)),
        ("open", str(standing.open), ""),
        ("late", str(standing.late), ""),
    )
    with st.grid(len(metrics), min_column_width=150, gap="small"):
        for name, value, earlier in metrics:
            versus = t("overview.versus", value=earlier, year=shown.year - 1) if earlier else None
            st.metric(
                t(f"overview.headline_{name}"),
                value,
                versus,
                delta_color="off",
                delta_arrow="off",
                border=True,
                height="stretch",
            )


def promises(shown: Overview) -> None:
    st.subheader(t("overview.promises"), anchor=False)
    for sentence in [*overview_words.reactions(shown), overview_words.promises(shown)]:
        st.text(sentence)
    st.caption(t("overview.explain_promises"))
    if not shown.promises:
        return
    states = list(charts.STATES)
    st.altair_chart(
        charts.of_promises([(each.label, {state: getattr(each.now, state) for state in states}) for each in shown.promises]),
        alt=overview_words.promises(shown),
    )
    headings = [t("overview.promise"), *(t(f"overview.{state}") for state in states)]
    headings += [t("overview.share"), t("overview.share_in", year=shown.year - 1)]
    kept = [(each.label, each.now, each.before) for each in shown.promises]
    kept.append((t("overview.all_promises"), shown.now.kept, shown.before.kept))
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


def figures(shown: Overview) -> None:
    st.subheader(t("overview.figures"), anchor=False)
    st.text(overview_words.lead(shown))
    st.text(overview_words.standing(shown))
    rows = [
        (
            t(f"overview.figure_{name}"),
            *(overview_words.figure(getattr(each, name), measure) for each in (shown.now, shown.before)),
        )
        for name, measure in LINES
    ]
    table((t("overview.figure"), str(shown.year), str(shown.year - 1)), rows, t("overview.figures"))


def download(shown: Overview) -> None:
    st.download_button(
        t("overview.download"),
        lambda: exports.year(who, shown.year).content,
        key="overview.download",
        file_name=exports.file_name("weerklank", shown.year),
        mime="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        icon=":material/download:",
        help=t("overview.download_help"),
        on_click="ignore",
    )


who = actor()
address.follow("overview", {"year": []})
asked = st.session_state["overview.year"]
shown = overview.year(who, int(asked) if asked.isdecimal() and len(asked) == 4 else None)
st.session_state["overview.year"] = str(shown.year)
years = [str(each) for each in shown.years]

st.title(t("overview.heading", year=shown.year), anchor=False)
st.caption(t("overview.scope"))
with st.container(horizontal=True, vertical_alignment="bottom"):
    st.selectbox(t("overview.year"), years, key="overview.year", width=160)
    if has(Right.EXPORT):
        download(shown)
address.keep("overview", {"year": years})
if shown.year == shown.today.year:
    st.caption(t("overview.so_far", day=shown.today))
headline(shown)
if shown.now == shown.before == Figures():
    st.info(t("overview.empty", year=shown.year), icon=":material/inbox:")
else:
    channels = named(shown.channels, lambda key: t(f"channel.{key}"))
    outcomes = named(shown.outcomes, lambda key: t(f"outcome.{key}"))
    categories, units = named(shown.categories, str), named(shown.units, str)
    promises(shown)
    section("month", overview_words.months(shown), named(shown.months, lambda key: month_name(int(key), language())), shown)
    section("channel", overview_words.most("channel", channels, shown), channels, shown)
    section("category", overview_words.most("category", categories, shown), categories, shown)
    section("unit", overview_words.most("unit", units, shown), units, shown)
    section("outcome", overview_words.outcomes(shown), outcomes, shown)
    figures(shown)
    satisfaction(shown)
