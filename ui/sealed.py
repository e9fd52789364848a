"""A dossier as one sealed file, for who may take it along."""

from __future__ import annotations

import streamlit as st

from services import sealed_export
from services.dossier import Dossier
from ui.session import actor, show_refusals, t

_READY = "sealed.ready"  # what was made in this tab: for which dossier, its number, size and what is not in it


def take_along(file: Dossier) -> None:
    if not file.may_export:
        return
    with st.expander(t("sealed.title"), icon=":material/encrypted:"):
        st.caption(t("sealed.about"))
        if st.button(t("sealed.make"), key="sealed.make", icon=":material/inventory_2:"):
            with show_refusals():
                made = sealed_export.make(actor(), file.reference)
                st.session_state[_READY] = (file.reference, made.event_id, made.size, made.gone)
        reference, event_id, size, gone = st.session_state.get(_READY, ("", 0, 0, 0))
        if reference != file.reference:
            return
        st.success(t("sealed.made"), icon=":material/check:")
        if gone:
            st.warning(t("sealed.damaged", count=gone), icon=":material/warning:")
        st.link_button(t("sealed.download", size=_size(size)), f"/attachment/sealed/{event_id}", icon=":material/download:")


def _size(size: int) -> str:
    return f"{max(1, round(size / 1024))} kB" if size < 1024 * 1024 else f"{round(size / 1024 / 1024)} MB"
