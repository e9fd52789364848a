"""Charts of the overview. Only its page imports this: Altair is slow to load.

The bars have no names of their own for who listens: a table with the same numbers stands beside each chart.
Colours are told apart by who does not see red and green (Okabe and Ito), on a light and on a dark screen; axes, grid and
letters follow the theme.
"""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import pandas as pd

from ui.session import t

THIS_YEAR, YEAR_BEFORE = "#0077bb", "#949ca0"
STATES = {  # in the order of the bar, best first
    "kept": "#0077bb",
    "extended_in_time": "#66c2ee",
    "extended_late": "#e69f00",
    "missed": "#d55e00",
    "open": "#949ca0",
}
_BAR = 36  # pixels for two bars and the space around them
_AROUND = 110  # pixels for legend and axis
Line = tuple[str, int, int]  # label, this year, the year before


def by_month(lines: Sequence[Line], year: int) -> alt.Chart:
    months = [label for label, _, _ in lines]
    chart = alt.Chart(_both(lines, year)).mark_bar(cornerRadiusEnd=2, aria=False)
    encoded: alt.Chart = chart.encode(
        x=alt.X("label:N", sort=months, title=None, axis=alt.Axis(labelAngle=-35, labelOverlap=False)),
        xOffset=_offset(alt.XOffset, year),
        y=alt.Y("number:Q", title=t("overview.number"), axis=_whole_numbers(lines)),
        color=_years(year),
        tooltip=_tooltip("month"),
    )
    sized: alt.Chart = encoded.properties(height=360)
    return sized


def by_value(lines: Sequence[Line], year: int, what: str) -> alt.Chart:
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
    chart = alt.Chart(pd.DataFrame(rows, columns=["label", "state", "number", "order"])).mark_bar(aria=False)
    words = [t(f"overview.{state}") for state in STATES]
    encoded: alt.Chart = chart.encode(
        y=alt.Y("label:N", sort=[label for label, _ in lines], title=None, axis=alt.Axis(labelLimit=220, labelOverlap=False)),
        x=alt.X("number:Q", title=t("overview.number_promises"), axis=alt.Axis(format="d", tickMinStep=1)),
        color=alt.Color("state:N", title=None, sort=words, scale=alt.Scale(domain=words, range=list(STATES.values()))),
        order=alt.Order("order:Q"),
        tooltip=[
            alt.Tooltip("label:N", title=t("overview.promise")),
            alt.Tooltip("state:N", title=t("overview.state")),
            alt.Tooltip("number:Q", title=t("overview.number_promises")),
        ],
    )
    bars: alt.Chart = encoded.configure_legend(orient="top", columns=1).properties(height=_AROUND + 90 + _BAR * len(lines))
    return bars


def _both(lines: Sequence[Line], year: int) -> pd.DataFrame:
    rows = [
        {"label": label, "year": str(each), "number": number}
        for label, now, before in lines
        for each, number in ((year, now), (year - 1, before))
    ]
    return pd.DataFrame(rows, columns=["label", "year", "number"])


def _years(year: int) -> alt.Color:
    years = [str(year), str(year - 1)]
    scale = alt.Scale(domain=years, range=[THIS_YEAR, YEAR_BEFORE])
    return alt.Color("year:N", title=None, sort=years, scale=scale, legend=alt.Legend(orient="top"))


def _offset(kind: type[alt.XOffset] | type[alt.YOffset], year: int) -> alt.XOffset | alt.YOffset:
    return kind("year:N", sort=[str(year), str(year - 1)])


def _whole_numbers(lines: Sequence[Line]) -> alt.Axis:
    most = max((max(now, before) for _, now, before in lines), default=0)
    return alt.Axis(format="d", tickMinStep=1, tickCount=min(5, max(1, most)))


def _tooltip(what: str) -> list[alt.Tooltip]:
    return [
        alt.Tooltip("label:N", title=t(f"overview.{what}")),
        alt.Tooltip("year:N", title=t("overview.year")),
        alt.Tooltip("number:Q", title=t("overview.number")),
    ]
