"""The account page's part about signing in: the own password."""

from __future__ import annotations

import streamlit as st

from services import accounts
from ui.password_fields import password_fields
from ui.session import Fields, actor, emptied, me, show_refusals, t, tell

TYPED = ("account.old", "account.new", "account.repeated")


def password_part() -> None:
    st.subheader(t("account.password"), anchor=False)
    with st.container(border=True):
        fields = Fields()
        emptied(dict.fromkeys(TYPED, ""))
        old = st.text_input(t("account.old"), type="password", key="account.old", autocomplete="current-password", live=True)
        fields.under("old")
        new, repeated = password_fields(fields, "account", me().name, me().display_name)
        submitted = st.button(t("account.change"), type="primary", key="account.change")
    if submitted:
        with show_refusals(fields):
            unlinked = accounts.change_password(actor(), old, new, repeated)
            for key in TYPED:
                del st.session_state[key]
            tell("account.changed_unlinked" if unlinked else "account.changed")
            st.rerun()
