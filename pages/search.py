"""Searching in everything that one may read. What is asked for stays out of the address: it names people."""

from __future__ import annotations

import streamlit as st

from domain.searching import LONGEST_QUESTION
from services import search
from ui import search_results as view
from ui.session import Fields, actor, show_refusals, t

who = actor()
view.come_back()
st.title(t("menu.search"), anchor=False)
st.caption(t("search.scope"))
places = Fields()
with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
    question = st.text_input(
        t("search.question"),
        key="search.question",
        placeholder=t("search.placeholder"),
        icon=":material/search:",
        max_chars=LONGEST_QUESTION,
        on_change=view.first_page,
        width="stretch",
    )
    st.button(t("search.go"), key="search.go", type="primary")
places.under("question")
view.keep()
if not question.strip():
    view.how()
else:
    with show_refusals(places):
        view.show(search.find(who, question, st.session_state.get("search.page", 1)))
