"""Between a correct password and the register: the code, or setting up where a second step is required. The browser holds
a ticket that opens nothing else; what is still to be done stands with the ticket in the database."""

from __future__ import annotations

from urllib.parse import urlencode

import streamlit as st

from domain.errors import Refused
from services import second_step
from services.door import VISITOR
from services.tickets import Step
from ui.second_step_parts import app_part, code_field, codes_part, first_code
from ui.session import Fields, address_here, browser, go, sentence, show_refusals, t

TICKET = "sign_in.ticket"
CODES = "sign_in.codes"
REFUSAL = "sign_in.refusal"


def where_to() -> str:
    """The screen that this address names: the tab of an ended session returns to it."""
    address = address_here()
    asked = [
        (name, value) for name in st.query_params for value in st.query_params.get_all(name) if name not in ("lang", "sign_on")
    ]
    return (address.path or "/") + (f"?{urlencode(asked)}" if asked else "")


def halfway() -> bool:
    """With a password that was right, and a step still to be taken."""
    return TICKET in st.session_state


def after_password(ticket: str) -> None:
    """On to where the person was going, or to the step that is left."""
    if second_step.to_do(VISITOR, ticket, browser()) == Step.NOTHING:
        enter(ticket)
    else:
        st.session_state[TICKET] = ticket


def enter(ticket: str) -> None:
    go(f"/auth/redeem?{urlencode({'ticket': ticket, 'to': where_to()})}")


def second_step_form() -> bool:
    """Whether there is one to be taken; then nothing else belongs on the screen."""
    ticket = st.session_state.get(TICKET)
    if not isinstance(ticket, str):
        return False
    try:
        match second_step.to_do(VISITOR, ticket, browser()):
            case Step.CODE:
                _code(ticket)
            case Step.ENROL:
                _enrol(ticket)
            case _:
                _keep(ticket)
    except Refused as refusal:
        if refusal.code == "database_away":
            raise
        _back(refusal)
    return True


def said_before() -> None:
    """Why one is back at the first form."""
    refusal = st.session_state.pop(REFUSAL, None)
    if isinstance(refusal, Refused):
        st.error(sentence(refusal), icon=":material/error:")


def _back(refusal: Refused | None = None) -> None:
    for key in (TICKET, CODES):
        st.session_state.pop(key, None)
    if refusal is not None:
        st.session_state[REFUSAL] = refusal
    st.rerun()


def _code(ticket: str) -> None:
    st.subheader(t("second_step.code_title"), anchor=False)
    st.text(t("second_step.code_about"))
    with st.form("sign_in.code"):
        fields = Fields()
        code = code_field("sign_in.typed", fields)
        submitted = st.form_submit_button(t("second_step.go_on"), type="primary")
    if submitted:
        with show_refusals(fields):
            enter(second_step.give_code(VISITOR, ticket, browser(), code))
    _back_button()
    st.caption(t("second_step.lost"))


def _enrol(ticket: str) -> None:
    st.subheader(t("second_step.enrol_title"), anchor=False)
    st.text(t("second_step.enrol_why"))
    app_part(second_step.enrolment(VISITOR, ticket, browser()))
    with st.form("sign_in.enrol"):
        fields = Fields()
        code = code_field("sign_in.first", fields)
        submitted = st.form_submit_button(t("second_step.confirm"), type="primary")
    if submitted:
        with show_refusals(fields):
            with first_code():
                kept = second_step.confirm(VISITOR, ticket, browser(), code)
            st.session_state[TICKET], st.session_state[CODES] = kept.ticket, kept.codes
            st.rerun()
    _back_button()


def _keep(ticket: str) -> None:
    codes_part(st.session_state.get(CODES, ()))
    if st.button(t("second_step.codes_kept"), type="primary", key="sign_in.kept"):
        enter(second_step.go_on(VISITOR, ticket, browser()))


def _back_button() -> None:
    if st.button(t("second_step.back"), type="tertiary", icon=":material/arrow_back:", key="sign_in.back"):
        _back()
