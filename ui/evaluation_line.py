"""Evaluation forms that wait too long: one line on the board."""

from __future__ import annotations

import streamlit as st

from domain.rights import Right
from services import evaluations
from ui.session import PAGES, actor, has, t
from ui.widgets import due_line


def evaluation_line() -> None:
    """For who may judge them; nothing where none waits longer than a week."""
    if not has(Right.EVALUATIONS):
        return
    found = evaluations.waiting_long(actor())
    if not found.count:
        return
    words = t("evaluations.board_one") if found.count == 1 else t("evaluations.board", count=found.count)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        due_line(words, ":material/rate_review:", late=False)
        st.page_link(PAGES["evaluations"], label=t("menu.evaluations"), icon=":material/arrow_forward:")
