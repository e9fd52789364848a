"""When the yearly review is due: one line on the board, and a sentence on the help page."""

from __future__ import annotations

import streamlit as st

from domain.reviewing import Standing
from domain.rights import Right
from services import reviews
from services.reviews import Due
from text import long_date
from ui.session import PAGES, actor, has, language, t
from ui.widgets import due_line


def review_line() -> None:
    """For who takes part in it: while one is going on, is due within a month, or is late; otherwise nothing."""
    if not has(Right.REVIEW):
        return
    due = reviews.due(actor())
    if due.open_id is None and due.standing is Standing.LATER:
        return
    late = due.open_id is None and due.standing is Standing.LATE
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        due_line(words(due), ":material/event_repeat:", late=late)
        st.page_link(PAGES["review"], label=t("menu.review"), icon=":material/arrow_forward:")


def review_help() -> None:
    """Where the procedure has no words of its own about it."""
    st.subheader(t("review.title"), anchor=False)
    st.markdown(t("review.help"))
    review_due()


def review_due() -> None:
    """For who takes part in it: when the next one is due."""
    if has(Right.REVIEW):
        st.text(words(reviews.due(actor())))


def words(due: Due) -> str:
    if due.open_id is not None:
        return t("review.due_open")
    if due.on is None:
        return t("review.due_none")
    return t(f"review.due_{due.standing}", day=long_date(due.on, language()))
