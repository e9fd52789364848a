"""What a change of the calendar would move, on the board of who directs: shown, and asked before it does."""

from __future__ import annotations

from datetime import date

import streamlit as st

from domain.rights import Right, Scope
from services import calendar_changes as changes
from services import calendar_days
from services.calendar_changes import Question, Shift
from text import short_date, weekday_date
from ui.session import actor, has, language, me, show_refusals, t, tell
from ui.widgets import plain


def calendar_line() -> None:
    """One line each for what is not known yet and what may move; nothing for everybody else."""
    if Scope.ALL in me().reach(Right.CALENDAR):
        for year in calendar_days.unknown_years(actor()):
            st.warning(t("calendar.unknown_ask", year=year), icon=":material/event_busy:")
    if has(Right.CALENDAR) and (count := changes.waiting(actor())):
        words = t("calendar.question_one" if count == 1 else "calendar.question", count=count)
        shown = st.expander(words, icon=":material/edit_calendar:", key="board.calendar", on_change="rerun")
        if shown.open:  # what moves is computed for who asks
            with shown:
                _ask(changes.asked(actor()))


def _ask(question: Question | None) -> None:
    if question is None:
        st.text(t("calendar.nothing_moves"))
        return
    for each in question.changes:
        day = weekday_date(each.day, language())
        st.text(t("calendar.went" if each.removed else "calendar.came", day=day, name=each.name))
    for left in dict.fromkeys(each for dossier in question.dossiers for each in dossier.again):
        where = ", ".join(dossier.reference for dossier in question.dossiers if left in dossier.again)
        key = "calendar.again_went" if left.removed else "calendar.again"
        st.warning(t(key, day=weekday_date(left.day, language()), where=where), icon=":material/history:")
    st.text(t("calendar.this_moves"))
    st.dataframe(
        [_row(dossier.reference, shift) for dossier in question.dossiers for shift in dossier.shifts],
        hide_index=True,
        width="stretch",
        height="content" if len(question.dossiers) <= 10 else "auto",
        alt=t("calendar.table"),
    )
    with st.container(horizontal=True):
        yes = st.button(t("calendar.apply"), type="primary", key="board.calendar.apply")
        no = st.button(t("calendar.leave"), key="board.calendar.leave")
    if yes or no:
        with show_refusals():
            count = changes.answer(actor(), question, apply=yes)
            said = "calendar.applied" if yes else "calendar.left"
            tell(f"{said}_one" if count == 1 else said, count=count)
            st.rerun()


def _row(reference: str, shift: Shift) -> dict[str, str]:
    return {
        t("calendar.reference"): reference,
        t("calendar.from_to"): f"{_day(shift.before)} → {_day(shift.after)}",
        t("calendar.promise"): plain(t("calendar.ended", label=shift.label) if shift.ended else shift.label),
    }


def _day(day: date | None) -> str:
    return short_date(day, language()) if day else "–"
