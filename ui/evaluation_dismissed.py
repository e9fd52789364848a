"""The forms that somebody said are no complaint, on their own page and in the yearly review."""

from __future__ import annotations

import streamlit as st

from domain.evaluations import State
from services import evaluations, list_exports, review_evaluations
from services.door import Actor
from services.evaluations import One
from services.review_items import Review
from ui import evaluation_view as view
from ui.dossier_view import day, words
from ui.downloads import downloads
from ui.session import literal, show_refusals, t, tell


def listing(who: Actor) -> None:
    found = evaluations.dismissed(who, int(st.session_state.get("evaluations.page", 1)))
    st.caption(t("evaluations.about_dismissed", months=found.months))
    if not found.rows:
        st.info(t("evaluations.nothing_dismissed"), icon=":material/inbox:")
    for each in found.rows:
        view.card(each)
        _said(each)
        if each.emptied_on is None and st.button(t("evaluations.take_back"), key=f"evaluations.back.{each.id}"):
            with show_refusals():
                evaluations.take_back(who, each.id, each.version)
                tell("evaluations.taken_back")
                st.rerun()
    if found.pages > 1:
        st.session_state["evaluations.page"] = found.page
        st.number_input(t("evaluations.page", last=found.pages), 1, found.pages, key="evaluations.page")
    if found.rows:
        downloads(
            "evaluations.file_dismissed", "geen-klacht", lambda kind: list_exports.of_evaluations(who, kind, State.DISMISSED)
        )


def _said(each: One) -> None:
    words(literal(t("evaluations.dismissed_by", name=each.decided_by or "", day=day(each.decided_on))), each.reason)
    if each.seen_on:
        st.caption(t("evaluations.seen_on", day=day(each.seen_on)))


# In the yearly review


def in_review(who: Actor, shown: Review) -> None:
    """The meeting looks at what was dismissed."""
    st.subheader(t("review.forms"), anchor=False)
    looked = review_evaluations.looked(who, shown.line.id)
    if not looked.here:
        st.info(t("review.forms_not_here"), icon=":material/info:")
        return
    st.caption(t("review.about_forms"))
    st.text(t("review.forms_progress", seen=looked.seen, back=looked.taken_back, waiting=looked.waiting))
    if not looked.waiting:
        st.success(t("review.no_forms"), icon=":material/check_circle:")
    for each in looked.rows:
        view.card(each)
        _said(each)
        with st.container(horizontal=True):
            if st.button(t("review.form_seen"), key=f"review.form_seen.{each.id}", type="primary"):
                _seen(who, shown, [each.id])
            if each.emptied_on is None and st.button(t("review.form_back"), key=f"review.form_back.{each.id}"):
                with show_refusals():
                    review_evaluations.back(who, shown.line.id, each.id, each.version)
                    tell("review.form_is_back")
                    st.rerun()
    if len(looked.rows) > 1 and st.button(t("review.forms_all_seen", count=len(looked.rows)), key="review.forms_all_seen"):
        _seen(who, shown, [each.id for each in looked.rows])


def _seen(who: Actor, shown: Review, forms: list[int]) -> None:
    with show_refusals():
        review_evaluations.seen(who, shown.line.id, forms)
        tell("review.form_was_seen")
        st.rerun()
