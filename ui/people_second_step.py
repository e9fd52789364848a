"""Whose second step is required, on the people page."""

from __future__ import annotations

import streamlit as st

from domain.rights import Role
from services import second_factor
from ui.session import actor, show_refusals, t, tell


def second_step_setting() -> None:
    now = second_factor.required_roles(actor())
    key = f"people.second_step.{'.'.join(now)}"
    st.subheader(t("second_step.required_title"), anchor=False)
    with st.form(key):
        chosen = st.multiselect(
            t("second_step.required_for"),
            list(Role),
            default=now,
            format_func=lambda each: t(f"role.{each}"),
            placeholder=t("common.none"),
            key=f"{key}.roles",
        )
        st.caption(t("second_step.required_help"))
        submitted = st.form_submit_button(t("common.save"))
    if submitted:
        with show_refusals():
            count = second_factor.require(actor(), now, tuple(chosen))
            tell("second_step.required_saved_one" if count == 1 else "second_step.required_saved", count=count)
            st.rerun()
