"""A one-time link was opened: the first administrator and the procedure, or a new password. For visitors."""

import streamlit as st

from services import links
from services.door import VISITOR
from services.links import FIRST_ADMIN, Beginning
from ui.session import Fields, go, show_refusals, t

token = st.query_params.get("link", "")


def begin() -> None:
    """An empty register: who are you, and which procedure is yours?"""
    offer = dict(links.profiles_on_offer(VISITOR))
    st.text(t("start.welcome"))
    with st.form("start.begin"):
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
        password, repeated = passwords(fields)
        submitted = st.form_submit_button(t("start.submit"), type="primary")
    if submitted:
        with show_refusals(fields):
            links.begin(VISITOR, token, Beginning(organisation, profile, name, display_name, password, repeated))
            done()


def choose_password(display_name: str, name: str) -> None:
    st.text(t("start.choose", name=display_name))
    st.text(t("start.sign_in_as", name=name))
    with st.form("start.password"):
        fields = Fields()
        password, repeated = passwords(fields)
        submitted = st.form_submit_button(t("start.keep"), type="primary")
    if submitted:
        with show_refusals(fields):
            links.set_password(VISITOR, token, password, repeated)
            done()


def passwords(fields: Fields) -> tuple[str, str]:
    st.caption(t("password.about"))
    password = st.text_input(t("password.new"), type="password", key="start.new", autocomplete="new-password")
    fields.under("password")
    repeated = st.text_input(t("password.repeated"), type="password", key="start.repeated", autocomplete="new-password")
    fields.under("repeated")
    return password, repeated


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
        choose_password(link.display_name, link.name)
