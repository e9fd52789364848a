"""Flags, days and tables, the same on every screen. A flag is always a sign, a word and a colour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pandas as pd
import streamlit as st

from domain.vocabulary import Flag, Kind
from services.board import BoardRow
from text import near_date
from ui.session import language, t


@dataclass(frozen=True)
class Look:
    icon: str  # where Streamlit draws icons
    sign: str  # where only text is drawn
    color: str


LOOKS: dict[Flag, Look] = {
    Flag.LEGAL_PASSED: Look(":material/gavel:", "■", "red"),
    Flag.LATE: Look(":material/error:", "▲", "red"),
    Flag.TODAY: Look(":material/today:", "●", "orange"),
    Flag.SOON: Look(":material/schedule:", "◆", "yellow"),
    Flag.ON_TIME: Look(":material/check_circle:", "○", "green"),
    Flag.PAUSED: Look(":material/pause_circle:", "Ⅱ", "blue"),
    Flag.NONE: Look(":material/remove:", "–", "gray"),
}


def flag_badge(flag: Flag, words: str = "") -> None:
    """The flag as a badge; `words` instead of its name, for example the days left."""
    look = LOOKS[flag]
    st.badge(words or t(f"flag.{flag}"), icon=look.icon, color=look.color)  # type: ignore[arg-type]


def flag_text(flag: Flag) -> str:
    """Sign and word, for a table cell."""
    return f"{LOOKS[flag].sign} {t(f'flag.{flag}')}"


def days_left(days: int | None) -> str:
    """ "over 3 dagen", "2 dagen te laat"; calendar days."""
    match days:
        case None:
            return ""
        case 0:
            return t("days.today")
        case 1:
            return t("days.tomorrow")
        case -1:
            return t("days.yesterday")
        case _:
            return t("days.ahead", count=days) if days > 0 else t("days.late", count=-days)


def plain(text: str) -> str:
    """Text for a cell: as it is. A sign in front that a spreadsheet would take for a formula gets an invisible one before
    it, because the grid lets everybody save its cells as CSV."""
    return f"\N{WORD JOINER}{text}" if text[:1] in ("=", "+", "-", "@", "\t") else text


# The board


def subject(row: BoardRow) -> str:
    """Questions and urgent matters say so before the title."""
    title = t("board.question", title=row.title) if row.kind is Kind.QUESTION else row.title
    return t("board.red_flag", title=title) if row.red_flag else title


_COLUMNS = ("flag", "reference", "title", "promise", "due", "left", "handler", "status", "unit")


def board_table(rows: Sequence[BoardRow], key: str) -> str | None:
    """The rows as a grid; the reference that was clicked in this run. The reference comes back from the browser, so the
    dossier page asks the door."""
    words = {name: t(f"board.column_{name}") for name in _COLUMNS}
    config: dict[str, Any] = {name: st.column_config.TextColumn(words[name]) for name in _COLUMNS}
    config["title"] = st.column_config.TextColumn(words["title"], width=200)
    config["flag"] = st.column_config.MultiselectColumn(
        words["flag"],
        options=[flag_text(flag) for flag in LOOKS],
        color=[look.color for look in LOOKS.values()],
        pinned=True,
    )
    config["reference"] = st.column_config.ButtonColumn(
        words["reference"], key=f"{key}.open", type="tertiary", alignment="left", pinned=True
    )
    st.dataframe(
        pd.DataFrame([_cells(row) for row in rows], columns=list(_COLUMNS)),
        hide_index=True,
        height="content",
        column_config=config,
        alt=t("board.table"),
        key=f"{key}.table",
    )
    click = st.session_state.get(f"{key}.open")
    return str(click["label"]) if click else None


def _by(row: BoardRow) -> str:
    if row.due_on is None or row.days_left is None:
        return ""
    return near_date(row.due_on, row.due_on - timedelta(days=row.days_left), language())


def _handler(row: BoardRow) -> str:
    if row.handler is None:
        return t("board.nobody")
    return t("board.handler_gone", name=row.handler) if row.handler_gone else row.handler


def _cells(row: BoardRow) -> dict[str, object]:
    status = t(f"status.{row.status}")
    return {
        "flag": [flag_text(row.flag)],
        "reference": row.reference,
        "title": plain(subject(row)),
        "promise": row.promise or "",
        "due": _by(row),
        "left": days_left(row.days_left),
        "handler": plain(_handler(row)),
        "status": t("board.status_outside", status=status) if row.external else status,
        "unit": plain(row.unit or ""),
    }
