"""Flags, days and tables, the same on every screen. A flag is always a sign, a word and a colour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import streamlit as st

from domain.vocabulary import Flag, Kind
from services.board import BoardRow
from text import near_date
from ui.rows import Row, rows
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


_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")  # the wide ones too


def plain(text: str) -> str:
    """Text for a cell: as it is. A sign in front that a spreadsheet would take for a formula gets an invisible one before
    it, because everybody can copy the cells of a grid."""
    return f"\N{WORD JOINER}{text}" if text.startswith(_FORMULA) else text


# The board


def subject(row: BoardRow) -> str:
    """Questions and urgent matters say so before the title."""
    title = row.title or t("retention.no_title")
    title = t("board.question", title=title) if row.kind is Kind.QUESTION else title
    return t("board.red_flag", title=title) if row.red_flag else title


ROW = 66  # pixels: the height of a row of a grid in which text wraps; it does in what is higher than 64
COLUMNS = ("flag", "reference", "due", "title", "promise", "handler", "status")


def board_table(shown: Sequence[BoardRow], key: str) -> str | None:
    """The rows; the reference that was clicked in this run."""
    return rows(
        [t(f"board.column_{name}") for name in COLUMNS], [_row(each) for each in shown], t("board.table"), f"{key}.table"
    )


def _by(row: BoardRow) -> str:
    if row.due_on is None or row.days_left is None:
        return ""
    return near_date(row.due_on, row.due_on - timedelta(days=row.days_left), language())


def _handler(row: BoardRow) -> str:
    if row.handler is None:
        return t("board.nobody")
    return t("board.handler_gone", name=row.handler) if row.handler_gone else row.handler


def _row(row: BoardRow) -> Row:
    status = t(f"status.{row.status}").replace(" ", "\N{NO-BREAK SPACE}")
    status = t("board.status_outside", status=status) if row.external else status
    flags = tuple((words, LOOKS[row.flag].color) for words in _flag_and_days(row))
    cells = (
        _by(row),
        plain(subject(row)),
        row.promise or "",
        plain(_handler(row)),
        f"{status} · {plain(row.unit)}" if row.unit else status,
    )
    return Row(row.reference, flags, cells)


def _flag_and_days(row: BoardRow) -> list[str]:
    """What is due today says so once."""
    left = days_left(row.days_left) if row.days_left else ""
    return [flag_text(row.flag), left] if left else [flag_text(row.flag)]


def due_line(words: str, icon: str, *, late: bool) -> None:
    """A sentence about what has to be done, on the board; a badge would be cut off on a phone. Words of ours alone:
    they are read as Markdown."""
    st.markdown(f":{'red' if late else 'orange'}[{icon} {words}]", width="content")
