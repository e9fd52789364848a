"""A one-time link was opened: the first administrator and the procedure, or a new password. For visitors."""

import streamlit as st

from services import links
from services.door import VISITOR
from services.links import FIRST_ADMIN, Beginning
from ui.password_fields import password_fields
from ui.session import Fields, go, show_refusals, t

token = st.query_params.get("link", "")


def begin() -> None:
    """An empty register: who are you, and which procedure is yours?"""
    offer = dict(links.profiles_on_offer(VISITOR))
    st.text(t("start.welcome"))
    with st.container(border=True):
        fields = Fields()
        organisation = st.text_input(t("start.organisation"), key="start.organisation")
        fields.under("organisation")
        profile = st.radio(t("start.profile"), list(offer), format_func=lambda key: offer[key], key="start.profile")
        fields.under("profile")
        st.caption(t("start.admin_about"))
        display_name = st.text_input(t("people.display_name"), key="start.display_name")
        fields.under("display_name")
        name = st.text_input(t("people.name"), key="start.name", help=t("people.name_help"))
        fields.under("name")
        password, repeated = password_fields(fields, "start", organisation, display_name, name)
        submitted = st.button(t("start.submit"), type="primary", key="start.submit")
    if submitted:
        with show_refusals(fields):
            links.begin(VISITOR, token, Beginning(organisation, profile, name, display_name, password, repeated))
            done()


def choose_password(display_name: str, name: str, coded: bool) -> None:
    st.text(t("start.choose", name=display_name))
    st.text(t("start.sign_in_as", name=name))
    with st.container(border=True):
        fields = Fields()
        code = ""
        if coded:
            code = st.text_input(t("granting.start_code"), key="start.code", autocomplete="off")
            fields.under("code")
            st.caption(t("granting.start_code_help"))
        password, repeated = password_fields(fields, "start", display_name, name)
        submitted = st.button(t("start.keep"), type="primary", key="start.keep")
    if submitted:
        with show_refusals(fields):
            links.set_password(VISITOR, token, password, repeated, code)
            done()


def done() -> None:
    st.session_state["start.done"] = True
    st.rerun()


st.title("Weerklank", anchor=False)
if st.session_state.get("start.done"):
    st.success(t("start.done"), icon=":material/check:")
    if st.button(t("start.to_sign_in"), type="primary", key="start.to_sign_in"):
        go("/")
else:
    link = links.look(VISITOR, token)
    if link.purpose == FIRST_ADMIN:
        begin()
    else:
        choose_password(link.display_name, link.name, link.coded)
