"""Flags, days and tables, the same on every screen. A flag is always a sign, a word and a colour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd
import streamlit as st

from domain.vocabulary import Flag, Kind
from services.board import BoardRow
from text import short_date
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


def day(value: date | None) -> str:
    return short_date(value, language()) if value else ""


def plain(text: str) -> str:
    """Text for a cell: as it is. A sign in front that a spreadsheet would take for a formula gets an invisible one before
    it, because the grid lets everybody save its cells as CSV."""
    return f"\N{WORD JOINER}{text}" if text[:1] in ("=", "+", "-", "@", "\t") else text


# The board


def subject(row: BoardRow) -> str:
    """Questions and urgent matters say so before the title."""
    title = t("board.question", title=row.title) if row.kind is Kind.QUESTION else row.title
    return t("board.red_flag", title=title) if row.red_flag else title


def board_table(rows: Sequence[BoardRow], key: str) -> str | None:
    """The rows as a grid; the reference that was clicked in this run. The reference comes back from the browser, so the
    dossier page asks the door."""
    columns = ("flag", "reference", "title", "promise", "due", "left", "handler", "status", "unit")
    words = {name: t(f"board.column_{name}") for name in columns}
    flags = list(LOOKS)
    config: dict[str, Any] = {name: st.column_config.TextColumn(words[name]) for name in columns}
    config["flag"] = st.column_config.MultiselectColumn(
        words["flag"],
        options=[flag_text(flag) for flag in flags],
        color=[LOOKS[flag].color for flag in flags],
        pinned=True,
        width=135,
    )
    config["reference"] = st.column_config.ButtonColumn(
        words["reference"], key=f"{key}.open", type="tertiary", alignment="left", pinned=True, width=105
    )
    frame = pd.DataFrame([_cells(row) for row in rows], columns=list(columns))
    st.dataframe(frame, hide_index=True, height="content", column_config=config, alt=t("board.table"), key=f"{key}.table")
    click = st.session_state.get(f"{key}.open")
    return str(click["label"]) if click else None


def _cells(row: BoardRow) -> dict[str, object]:
    status = t(f"status.{row.status}")
    return {
        "flag": [flag_text(row.flag)],
        "reference": row.reference,
        "title": plain(subject(row)),
        "promise": row.promise or "",
        "due": day(row.due_on),
        "left": days_left(row.days_left),
        "handler": plain(row.handler or t("board.nobody")),
        "status": t("board.status_outside", status=status) if row.external else status,
        "unit": plain(row.unit or ""),
    }
