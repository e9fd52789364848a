"""What waits for this person's word about who sees nothing of a dossier: a line on the board, and the question itself."""

from __future__ import annotations

import streamlit as st

from domain.rights import Right
from services import shield
from services.shield import Question
from ui.session import PAGES, actor, has, literal, show_refusals, t, tell


def waits_for_a_word(page: str = "complaint") -> None:
    """A line per dossier, with the way to it. `page`: where this person reads it."""
    if not (has(Right.RECOGNISE) or has(Right.LIFT)):
        return
    found = shield.waiting(actor())
    if not found:
        return
    with st.container(border=True, gap="xsmall", key="shield.waiting"):
        st.badge(t("shield.waits"), icon=":material/shield_person:", color="orange")
        for each in found:
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                st.page_link(PAGES[page], label=each.reference, query_params={"ref": each.reference})
                st.text(t(f"shield.waits_{each.what}"), width="stretch")


def is_it_them(reference: str) -> None:
    """Draws nothing where there is nothing to ask this person."""
    if has(Right.RECOGNISE):
        for each in shield.questions(actor(), reference):
            _ask(reference, each)


def _ask(reference: str, question: Question) -> None:
    with st.container(border=True, gap="xsmall", key=f"complaint.shield.{question.id}"):
        st.badge(t("shield.waits"), icon=":material/shield_person:", color="orange")
        st.text(t("shield.question", typed=question.typed, name=question.name))
        st.caption(t("shield.shut" if question.shut else "shield.open", name=literal(question.name)))
        with st.container(horizontal=True, gap="small"):
            for word, same in (("yes", True), ("no", False)):
                if st.button(t(f"shield.{word}"), key=f"complaint.shield.{word}.{question.id}"):
                    with show_refusals():
                        shield.recognise(actor(), reference, question.id, same=same)
                        tell(f"shield.said_{word}", name=literal(question.name))
                        st.rerun()
