"""What can be taken along from the overview: everything, what may leave the team, and the whole register."""

from __future__ import annotations

import streamlit as st

from domain.rights import Right
from services import exports, outside_export, register_export
from services.overview import Cut, Overview
from services.spreadsheets import MIME, FileType, file_name
from ui.session import actor, has, show_refusals, t

_READY = "overview.register"  # what was made in this tab


def take_along(year: int | None, cut: Cut, shown: Overview) -> None:
    who = actor()
    st.download_button(
        t("overview.download"),
        lambda: exports.year(who, year, cut).content,
        key="overview.download",
        file_name=file_name("weerklank", shown.year),
        mime=MIME[FileType.XLSX],
        icon=":material/download:",
        help=t("overview.download_help"),
        on_click="ignore",
    )
    with st.popover(t("exports.more"), icon=":material/ios_share:"):
        st.markdown(f"**{t('exports.outside_title')}**")
        st.caption(t("exports.outside_about"))
        st.download_button(
            t("exports.outside_download"),
            lambda: outside_export.overview(who, year, cut),
            key="overview.outside",
            file_name=file_name("weerklank", "buiten-het-team", shown.year),
            mime=MIME[FileType.XLSX],
            icon=":material/download:",
            on_click="ignore",
        )
        if has(Right.EXPORT_REGISTER):
            _register()


def _register() -> None:
    st.markdown(f"**{t('exports.register_title')}**")
    st.caption(t("exports.register_about"))
    if st.button(t("exports.register_make"), key="overview.make_register", icon=":material/inventory_2:"):
        with show_refusals(), st.spinner(t("exports.register_busy")):
            st.session_state[_READY] = register_export.make(actor())
    made = st.session_state.get(_READY)
    if made is not None:
        st.success(t("exports.register_made", count=made.dossiers), icon=":material/check:")
        size = f"{max(1, round(made.size / 1024))} kB"
        address = f"/attachment/register/{made.token}"
        st.link_button(t("exports.register_download", size=size), address, icon=":material/download:")
