"""Promises on a line of time: from the day that started each to the day on which it is due. Only its page imports this:
Altair is slow to load. The table beside it says the same in words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import altair as alt
import pandas as pd

from domain.promises import PromiseState, state
from services.reckoning import Reckoned
from ui.session import t

COLORS = {
    PromiseState.OPEN: "#0077bb",
    PromiseState.KEPT: "#66c2ee",
    PromiseState.EXTENDED_IN_TIME: "#7b68b0",
    PromiseState.EXTENDED_LATE: "#e69f00",
    PromiseState.MISSED: "#d55e00",
    PromiseState.CANCELLED: "#b9bfc2",
    PromiseState.INFORMATIVE: "#949ca0",
}
_ROW = 30  # pixels
_AROUND = 70  # for the axis
_WORD = 18  # for one line of the legend


def timeline(found: Sequence[Reckoned], today: date) -> alt.LayerChart | alt.FacetChart:
    """A bar from day 0 to the target, a thin one on to the legal date, and a line for today. What somebody else has a year
    for would press our own weeks together: it stands in the table only, unless there is nothing else."""
    ours = any(not each.promise.informative for each in found)
    numbered = [pair for pair in enumerate(found, start=1) if not (ours and pair[1].promise.informative)]
    rows = [_row(number, each, today) for number, each in numbered]
    frame = pd.DataFrame(rows)
    order = [str(row["label"]) for row in rows]
    used = [each for each in COLORS if any(row["state"] == t(f"promise_state.{each}") for row in rows)]
    words = [t(f"promise_state.{each}") for each in used]
    y = alt.Y("label:N", sort=order, title=None, axis=alt.Axis(labelLimit=180, labelOverlap=False))
    color = alt.Color(
        "state:N",
        title=None,
        sort=words,
        scale=alt.Scale(domain=words, range=[COLORS[each] for each in used]),
        legend=alt.Legend(orient="top", columns=1, symbolOpacity=1),
    )
    x = alt.X("start:T", title=None, axis=alt.Axis(format="%d-%m-%y", labelAngle=-35, tickCount=6))
    tips = [
        alt.Tooltip(f"{name}:N", title=t(f"whatif.column_{name}")) for name in ("label", "trigger", "due", "legal", "state")
    ]
    base = alt.Chart(frame).encode(y=y, tooltip=tips)
    bars = base.mark_bar(height=14, cornerRadiusEnd=2, aria=False).encode(x=x, x2="target:T", color=color)
    rolled = base.mark_bar(height=5, aria=False).encode(x="target:T", x2="last:T", color=color)
    marks = base.mark_tick(thickness=3, size=16, aria=False).encode(x="target:T", color=color)
    line = alt.Chart(pd.DataFrame({"today": [pd.Timestamp(today)], "word": [t("whatif.today")]}))
    now = line.mark_rule(strokeDash=[4, 3], size=2, color="#949ca0", aria=False).encode(
        x="today:T", tooltip=alt.Tooltip("word:N", title=" ")
    )
    return alt.layer(bars, rolled, marks, now).properties(height=_AROUND + _WORD * len(words) + _ROW * len(rows))


def _row(number: int, each: Reckoned, today: date) -> dict[str, object]:
    promise = each.promise
    return {
        "label": f"{number}. {each.rule.label}",
        "start": pd.Timestamp(promise.trigger_on),
        "target": pd.Timestamp(promise.target_on),
        "last": pd.Timestamp(promise.legal_on),
        "trigger": f"{promise.trigger_on:%d-%m-%Y}",
        "due": f"{promise.target_on:%d-%m-%Y}",
        "legal": f"{promise.legal_on:%d-%m-%Y}" if promise.statutory else "–",
        "state": t(f"promise_state.{state(promise, today)}"),
    }
