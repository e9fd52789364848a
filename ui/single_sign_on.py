"""Single sign-on on the screen: a button beside the password, and linking on the own account page."""

from __future__ import annotations

import streamlit as st

from services import single_sign_on
from services.door import VISITOR
from text import moment
from ui.second_step_parts import code_field
from ui.session import Fields, actor, browser, go, language, literal, show_refusals, t, tell

_SAID = (
    "sign_on_failed", "sign_on_unknown", "sign_on_taken", "sign_on_second", "sign_on_away", "sign_on_off", "signed_out",
    "sign_in_again", "database_away",
)  # fmt: skip


def what_was_wrong() -> None:
    """Why one is back, as the address says; only what we can say ourselves."""
    said = st.query_params.get("sign_on")
    if said in _SAID:
        st.error(t(f"refused.{said}"), icon=":material/error:")


def sign_on_button(destination: str) -> None:
    """Under the password; nothing where single sign-on is off."""
    name = single_sign_on.offered(VISITOR)
    if name is None:
        return
    if st.button(t("sign_on.button", name=literal(name)), icon=":material/login:", key="session.sign_on", width="stretch"):
        with show_refusals():
            go(single_sign_on.begin(VISITOR, browser(), destination))


def sign_on_part() -> None:
    """On the own account page: link, or stop."""
    found = single_sign_on.linked(actor())
    if found is None:
        return
    st.subheader(t("sign_on.title", name=literal(found.name)), anchor=False)
    what_was_wrong()
    if found.since is not None:
        st.text(t("sign_on.linked", name=found.name, since=moment(found.since, language())))
        if st.button(t("sign_on.unlink"), icon=":material/link_off:", key="account.sign_on_unlink"):
            single_sign_on.unlink(actor())
            tell("sign_on.unlinked")
            st.rerun()
        return
    st.caption(t("sign_on.about", name=literal(found.name)))
    with st.form("account.sign_on", clear_on_submit=True):
        fields = Fields()
        password = st.text_input(t("account.old"), type="password", key="account.sign_on_password")
        fields.under("password")
        code = code_field("account.sign_on_code", fields) if found.coded else ""
        submitted = st.form_submit_button(t("sign_on.link"))
    if submitted:
        with show_refusals(fields):
            go(single_sign_on.begin_linking(actor(), password, browser(), code))
