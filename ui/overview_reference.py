"""How many children or clients there were in a year: for the figure per hundred (N3)."""

from __future__ import annotations

import streamlit as st

from domain.rights import Right
from services import overview_besides
from services.door import Actor
from services.overview import Overview
from ui.session import Fields, has, show_refusals, t, tell


def reference(who: Actor, shown: Overview) -> None:
    """For who keeps the procedure, beside a whole year."""
    if not has(Right.PROCEDURE) or not shown.period.is_year:
        return
    now, fields = shown.now.reference, Fields()
    with st.expander(t("overview.reference"), icon=":material/groups:"):
        given = st.number_input(
            t("overview.reference_number", year=shown.year),
            1,
            overview_besides.MOST,
            value=now,
            step=1,
            key=f"overview.reference.{shown.year}.{now}",
            help=t("overview.reference_help"),
        )
        fields.under("reference")
        if st.button(t("common.save"), key="overview.reference_save"):
            with show_refusals(fields):
                overview_besides.choose_reference(who, shown.year, given, now)
                tell("overview.reference_saved")
                st.rerun()
