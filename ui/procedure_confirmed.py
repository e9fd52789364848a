"""On the help page: saying that one knows the procedure, and for who keeps it the list of who has not."""

from __future__ import annotations

import streamlit as st

from domain.rights import Right
from services import confirmed
from ui.session import actor, has, show_refusals, t, tell


def confirmation() -> None:
    own = confirmed.mine(actor())
    with st.container(border=True, gap="small"):
        if own.confirmed_on is not None:
            st.badge(t("confirmed.done"), icon=":material/check:", color="green")
            st.text(t("confirmed.done_on", number=own.version, since=own.valid_from, day=own.confirmed_on))
        else:
            st.text(t("confirmed.asked", number=own.version, since=own.valid_from))
            if st.button(t("confirmed.button"), key="help.confirm", type="primary"):
                with show_refusals():
                    confirmed.confirm(actor(), own.version_id)
                    tell("confirmed.thanks")
                    st.rerun()
        if has(Right.PROCEDURE):
            _who_has_not()


def _who_has_not() -> None:
    opened = st.expander(t("confirmed.list"), key="help.waiting", on_change="rerun", icon=":material/group:")
    if not opened.open:
        return
    found = confirmed.waiting(actor())
    with opened:
        if not found.names:
            st.text(t("confirmed.nobody", active=found.active))
            return
        st.text(t("confirmed.count", count=len(found.names), active=found.active, since=found.valid_from))
        for name in found.names:
            st.text(name)
