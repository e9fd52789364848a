"""The account page's part about signing in: the own password."""

from __future__ import annotations

import streamlit as st

from services import accounts
from ui.session import Fields, actor, emptied, show_refusals, t, tell

TYPED = ("account.old", "account.new", "account.repeated")


def password_part() -> None:
    st.subheader(t("account.password"), anchor=False)
    st.caption(t("password.about"))
    with st.form("account.password", clear_on_submit=False):
        fields = Fields()
        emptied(dict.fromkeys(TYPED, ""))
        old = st.text_input(t("account.old"), type="password", key="account.old")
        fields.under("old")
        new = st.text_input(t("password.new"), type="password", key="account.new", autocomplete="new-password")
        fields.under("password")
        repeated = st.text_input(t("password.repeated"), type="password", key="account.repeated", autocomplete="new-password")
        fields.under("repeated")
        submitted = st.form_submit_button(t("account.change"), type="primary")
    if submitted:
        with show_refusals(fields):
            accounts.change_password(actor(), old, new, repeated)
            for key in TYPED:
                del st.session_state[key]
            tell("account.changed")
            st.rerun()
