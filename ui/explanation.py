"""Why a date is what it is: sentences, and the days as a small calendar. Each day is a number and a sign; the legend says
what the sign means."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import pandas as pd
import streamlit as st

from domain.explain import Closure, Day, Part
from services import explanations
from services.explanations import Explained
from services.promises import PromiseView
from text import short_date, weekday_date
from ui.session import actor, language, literal, show_refusals, t

SIGNS = {
    Part.ZERO: "▷",
    Part.COUNTED: "·",
    Part.BETWEEN: "·",
    Part.CLOSED: "×",
    Part.PAUSED: "Ⅱ",
    Part.GIVEN_BACK: "+",
    Part.TARGET: "◆",
    Part.LENGTHENED: "»",
    Part.ROLLED: "→",
    Part.LEGAL: "■",
}
_STRONG = frozenset({Part.ZERO, Part.TARGET, Part.LEGAL})
_WEEK = timedelta(weeks=1)
_MANY = 10  # weeks: from here on the plain ones are folded
_FEW = 3  # plain weeks in a row that are not worth folding
Row = tuple[Day | None, ...]  # Monday first


def why(reference: str, promises: Sequence[PromiseView], key: str) -> None:
    """A button that opens the explanations of one or more promises of a dossier; read when it is opened."""
    opened = st.popover(t("explain.why"), type="tertiary", icon=":material/help:", key=key, on_change="rerun")
    if not opened.open:
        return
    with opened, show_refusals():
        for promise in promises:
            found = explanations.explain(actor(), reference, promise.id)
            if len(promises) > 1:
                st.markdown(f"**{literal(found.label)}, {short_date(promise.target_on, language())}**")
            show(found)


def show(found: Explained) -> None:
    st.caption(t("explain.copy"))
    st.code(found.letter, language=None, wrap_lines=True)
    ending = found.steps[-1]
    if not found.letter.endswith(ending):
        st.text(ending)
    if not found.proven:
        st.warning(t("explain.not_proven"), icon=":material/warning:")
    calendar(found.days)
    for name, value in (
        ("source", found.source),
        ("standing", t(f"standing.{found.standing}")),
        ("version", found.version),
    ):
        st.caption(f"{t(f'explain.{name}')}: {literal(value)}")


# The calendar


def calendar(days: Sequence[Day]) -> None:
    if not days:
        return
    st.caption(t("explain.calendar"))
    for shown, weeks in _folded(_weeks(days)):
        if shown:
            st.table(_table(weeks), hide_index=True, border="horizontal", width="content", alt=t("explain.calendar"))
        else:
            whole = [each for week in weeks for each in week if each]
            first, last = (short_date(each.on, language()) for each in (whole[0], whole[-1]))
            st.caption(t("explain.folded", first=first, last=last, count=len(whole)))
    used = [part for part in SIGNS if any(each.part is part for each in days)]
    st.caption("  \n".join(f"{SIGNS[part]} {t(f'explain.sign_{part}')}" for part in used))
    named = [each for each in days if each.closed and each.closed.kind is not Closure.WEEKEND and each.closed.name]
    if named:
        said = "; ".join(f"{short_date(each.on, language())}: {literal(each.closed.name)}" for each in named if each.closed)
        st.caption(t("explain.holidays", days=said))


def _weeks(days: Sequence[Day]) -> list[Row]:
    by_day = {each.on: each for each in days}
    monday = days[0].on - timedelta(days=days[0].on.weekday())
    rows = []
    while monday <= days[-1].on:
        rows.append(tuple(by_day.get(monday + timedelta(days=number)) for number in range(7)))
        monday += _WEEK
    return rows


def _folded(weeks: Sequence[Row]) -> list[tuple[bool, list[Row]]]:
    """Of a long term the weeks in which every day simply counts are one line: (shown as weeks, the weeks)."""
    parts: list[tuple[bool, list[Row]]] = []
    for week in weeks:
        shown = len(weeks) < _MANY or not all(each and each.part in (Part.COUNTED, Part.BETWEEN) for each in week)
        if not parts or parts[-1][0] != shown:
            parts.append((shown, []))
        parts[-1][1].append(week)
    worth = [(shown or len(rows) <= _FEW, rows) for shown, rows in parts]
    joined: list[tuple[bool, list[Row]]] = []
    for shown, rows in worth:
        if joined and joined[-1][0] == shown:
            joined[-1][1].extend(rows)
        else:
            joined.append((shown, rows))
    return joined


def _table(weeks: Sequence[Row]) -> pd.DataFrame:
    """Monday first; the first column names the month where one begins. Small enough for a telephone."""
    monday = date(2024, 1, 1)
    heads = [weekday_date(monday + timedelta(days=number), language())[:2] for number in range(7)]
    lines = []
    month = 0
    for week in weeks:
        there = [each for each in week if each]
        begins = next((each.on.month for each in there if each.on.month != month), None)
        month = there[-1].on.month
        name = short_date(date(2024, begins, 1), language()).split()[2] if begins else ""
        lines.append([name, *(_cell(each) for each in week)])
    return pd.DataFrame(lines, columns=[" ", *heads])


def _cell(day: Day | None) -> str:
    if day is None:
        return ""
    said = f"{day.on.day}{SIGNS[day.part]}"
    return f"**{said}**" if day.part in _STRONG else said
