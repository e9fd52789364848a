"""Charts of the overview. Only its page imports this: Altair is slow to load.

The bars have no names of their own for who listens: a table with the same numbers stands beside each chart.
Colours are told apart by who does not see red and green, on a light and on a dark screen, and what touches differs in
brightness, so that it can be read in black and white; the legend has the order of the bar. Axes, grid and letters follow the
theme.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import altair as alt
import pandas as pd

from ui.session import t

THIS_YEAR, YEAR_BEFORE = "#0077bb", "#949ca0"
STATES = {  # in the order of the bar, best first
    "kept": "#0077bb",
    "extended_in_time": "#66c2ee",
    "extended_late": "#f7d26a",
    "missed": "#b34700",
    "open": "#949ca0",
}
_BAR = 36  # pixels for two bars and the space around them
_AROUND = 150  # pixels for legend and axis
_MARKED, _EDGE = "#d55e00", "#6b7378"
Line = tuple[str, int, int]  # label, this period, the one before
Years = tuple[str, str]  # what these are called


def by_month(lines: Sequence[Line], year: Years, kept: Sequence[float | None]) -> alt.LayerChart:
    """Bars for the months, and a line of its own scale: the share of promises kept so far, `kept`, month by month."""
    months = [label for label, _, _ in lines]
    chart = alt.Chart(_both(lines, year)).mark_bar(cornerRadiusEnd=2, aria=False)
    encoded: alt.Chart = chart.encode(
        x=alt.X("label:N", sort=months, title=None, axis=alt.Axis(labelAngle=-35, labelOverlap=False)),
        xOffset=_offset(alt.XOffset, year),
        y=alt.Y("number:Q", title=t("overview.number"), axis=_whole_numbers(lines)),
        color=_years(year),
        tooltip=_tooltip("month"),
    )
    shares = [(label, share) for label, share in zip(months, kept, strict=True) if share is not None]
    line = alt.Chart(pd.DataFrame(shares, columns=["label", "share"])).mark_line(
        color=_MARKED, strokeDash=[6, 3], point=alt.OverlayMarkDef(color=_MARKED, shape="diamond", size=80), aria=False
    )
    running = line.encode(
        x=alt.X("label:N", sort=months),
        y=alt.Y("share:Q", title=t("overview.running_axis"), scale=alt.Scale(domain=[0, 1]), axis=alt.Axis(format=".0%")),
        tooltip=[
            alt.Tooltip("label:N", title=t("overview.month")),
            alt.Tooltip("share:Q", title=t("overview.running"), format=".0%"),
        ],
    )
    layers: alt.LayerChart = alt.layer(encoded, running).resolve_scale(y="independent").properties(height=360)
    return layers


def heat(cells: Sequence[tuple[str, str, int]], rows: Sequence[str], columns: Sequence[str]) -> alt.LayerChart:
    """(category, location, number): a darker cell for a larger number, which stands in it too."""
    most = max((number for *_, number in cells), default=0)
    base = alt.Chart(pd.DataFrame(list(cells), columns=["category", "unit", "number"])).encode(
        y=alt.Y("category:N", sort=list(rows), title=None, axis=alt.Axis(labelLimit=220)),
        x=alt.X("unit:N", sort=list(columns), title=None, axis=alt.Axis(labelAngle=-35, labelLimit=140)),
        tooltip=[
            alt.Tooltip("category:N", title=t("overview.category")),
            alt.Tooltip("unit:N", title=t("overview.unit")),
            alt.Tooltip("number:Q", title=t("overview.number")),
        ],
    )
    scale = alt.Scale(domain=[0, max(1, most)], range=["#deebf7", "#08519c"])
    filled = base.mark_rect(stroke=_EDGE, strokeWidth=0.5, aria=False).encode(
        color=alt.Color("number:Q", scale=scale, legend=None)
    )
    dark = alt.condition(alt.datum.number > most / 2, alt.value("#ffffff"), alt.value("#08203c"))
    written = base.mark_text(aria=False, fontSize=13).encode(text="number:Q", color=dark)
    return cast("alt.LayerChart", alt.layer(filled, written).properties(height=_AROUND + _BAR * len(rows)))


def by_value(lines: Sequence[Line], year: Years, what: str) -> alt.Chart:
    """Lying bars, two for each value: long words stay readable."""
    labels = [label for label, _, _ in lines]
    chart = alt.Chart(_both(lines, year)).mark_bar(cornerRadiusEnd=2, aria=False)
    encoded: alt.Chart = chart.encode(
        y=alt.Y("label:N", sort=labels, title=None, axis=alt.Axis(labelLimit=220, labelOverlap=False)),
        yOffset=_offset(alt.YOffset, year),
        x=alt.X("number:Q", title=t("overview.number"), axis=_whole_numbers(lines)),
        color=_years(year),
        tooltip=_tooltip(what),
    )
    sized: alt.Chart = encoded.properties(height=_AROUND + _BAR * len(lines))
    return sized


def of_promises(lines: Sequence[tuple[str, dict[str, int]]]) -> alt.Chart:
    """One bar for each promise, cut into what became of it; (label, number by state)."""
    rows = [
        {"label": label, "state": t(f"overview.{state}"), "number": counts[state], "order": order}
        for label, counts in lines
        for order, state in enumerate(STATES)
    ]
    chart = alt.Chart(pd.DataFrame(rows, columns=["label", "state", "number", "order"])).mark_bar(
        aria=False, stroke=_EDGE, strokeWidth=0.5
    )
    words = [t(f"overview.{state}") for state in STATES]
    encoded: alt.Chart = chart.encode(
        y=alt.Y("label:N", sort=[label for label, _ in lines], title=None, axis=alt.Axis(labelLimit=220, labelOverlap=False)),
        x=alt.X("number:Q", title=t("overview.number_promises"), axis=alt.Axis(format="d", tickMinStep=1)),
        color=alt.Color(
            "state:N", title=None, sort=words, scale=alt.Scale(domain=words, range=list(STATES.values())), legend=_flat()
        ),
        order=alt.Order("order:Q"),
        tooltip=[
            alt.Tooltip("label:N", title=t("overview.promise")),
            alt.Tooltip("state:N", title=t("overview.state")),
            alt.Tooltip("number:Q", title=t("overview.number_promises")),
        ],
    )
    bars: alt.Chart = encoded.configure_legend(orient="top", columns=1).properties(height=_AROUND + 50 + _BAR * len(lines))
    return bars


def _flat() -> alt.Legend:
    return alt.Legend(symbolStrokeWidth=0)


def _both(lines: Sequence[Line], year: Years) -> pd.DataFrame:
    rows = [
        {"label": label, "year": each, "number": number}
        for label, now, before in lines
        for each, number in zip(year, (now, before), strict=True)
    ]
    return pd.DataFrame(rows, columns=["label", "year", "number"])


def _years(year: Years) -> alt.Color:
    years = list(year)
    scale = alt.Scale(domain=years, range=[THIS_YEAR, YEAR_BEFORE])
    return alt.Color("year:N", title=None, sort=years, scale=scale, legend=alt.Legend(orient="top"))


def _offset(kind: type[alt.XOffset] | type[alt.YOffset], year: Years) -> alt.XOffset | alt.YOffset:
    return kind("year:N", sort=list(year))


def _whole_numbers(lines: Sequence[Line]) -> alt.Axis:
    most = max((max(now, before) for _, now, before in lines), default=0)
    return alt.Axis(format="d", tickMinStep=1, tickCount=min(5, max(1, most)))


def _tooltip(what: str) -> list[alt.Tooltip]:
    return [
        alt.Tooltip("label:N", title=t(f"overview.{what}")),
        alt.Tooltip("year:N", title=t("overview.year")),
        alt.Tooltip("number:Q", title=t("overview.number")),
    ]
