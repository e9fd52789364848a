"""What the intake shows besides the form: the other road of a restricted category, and what came of saving."""

from __future__ import annotations

import streamlit as st

from services.complaints import Receipt
from services.intake_choices import Choices
from services.profiles import Restricted
from text import weekday_date
from ui.intake_state import change, key, start_again
from ui.session import PAGES, language, sentence, t


def other_road(restricted: Restricted, choose: Choices) -> None:
    """R019: the ordinary form stops; who to turn to instead, and back to an ordinary complaint where that is wanted."""
    with st.container(border=True):
        st.markdown(f":material/lock: **{t(f'intake.road_{restricted.treatment}')}**")
        st.text(restricted.explanation)
        for line in _contact(restricted, choose):
            st.text(line)
        if st.button(t("intake.ordinary_after_all"), key=key("ordinary"), type="tertiary", icon=":material/undo:"):
            change("category", None)
            st.rerun()


def _contact(restricted: Restricted, choose: Choices) -> list[str]:
    if restricted.treatment == "whistleblower":
        return [t("intake.officer", names=", ".join(choose.officers))] if choose.officers else []
    known = (choose.confidant.name, choose.confidant.phone, choose.confidant.email)
    return [t("intake.confidant", contact=" · ".join(each for each in known if each))] if any(known) else []


def registered(receipt: Receipt) -> None:
    """The reference, what happens next and by when."""
    st.title(t("intake.registered"), anchor=False)
    with st.container(border=True):
        st.caption(t("intake.reference"))
        st.markdown(f"## `{receipt.reference}`")
        st.text(t("intake.next" if receipt.summary else "intake.next_question"))
        for promise in receipt.summary:
            if not promise.informative and promise.met_on is None and promise.cancelled_on is None:
                with st.container(gap=None):
                    st.text(promise.label)
                    st.caption(t("intake.by", day=weekday_date(promise.target_on, language())))
        if not receipt.still_visible:
            st.text(t("intake.not_visible"))
    _unattached(visible=receipt.still_visible)
    with st.container(horizontal=True, vertical_alignment="center"):
        if receipt.still_visible and "complaint" in set(PAGES):
            st.page_link(
                PAGES["complaint"],
                label=t("intake.open"),
                icon=":material/folder_open:",
                query_params={"ref": receipt.reference},
            )
        _another()


def handed_over(treatment: str, kept: bool) -> None:
    """No reference: who handed it over sees nothing of it any more, unless it is theirs to keep."""
    st.title(t("intake.kept_here" if kept else "intake.handed_over"), anchor=False)
    if kept:
        st.page_link(PAGES["restricted"], label=t("menu.restricted"), icon=":material/lock:")
    else:
        st.text(t(f"intake.handed_over_{treatment}"))
    _unattached(visible=False)
    _another()


def _another() -> None:
    if st.button(t("intake.another"), key=key("another"), icon=":material/add:"):
        start_again()
        st.rerun()


def _unattached(*, visible: bool) -> None:
    failed = st.session_state.get(key("unattached"), ())
    if not failed:
        return
    with st.container(border=True):
        st.markdown(f":material/attach_file_off: {t('intake.unattached')}")
        for name, refusal in failed:
            st.text(f"{name}: {sentence(refusal, str)}")
        st.caption(t("intake.unattached_retry" if visible else "intake.unattached_gone"))
