"""The account page's part about the second step of signing in."""

from __future__ import annotations

from secrets import token_hex
from urllib.parse import urlencode

import streamlit as st

from domain.errors import Refused
from services import second_factor, sessions
from services.second_factor import Standing
from services.second_step import Enrolment
from text import moment
from ui.second_step_parts import app_part, code_field, codes_part, first_code
from ui.session import Fields, actor, browser, emptied, go, language, me, show_refusals, t, tell

CODES = "account.codes"
ENROLLING = "account.enrolling"
TYPED = "account.code"
CHANGES = ("codes", "phone", "off")
FEW = 3


def second_step_part() -> None:
    standing = second_factor.standing(actor())
    if not standing.has_password:  # somebody else's sign-in asks for it
        return
    st.subheader(t("second_step.title"), anchor=False)
    enrolment = _enrolment()
    with st.container(border=True):
        emptied({TYPED: ""})
        if CODES in st.session_state:
            _codes(st.session_state[CODES])
        elif enrolment is not None:
            _confirm(enrolment)
        elif standing.on_since is None:
            _off(standing)
        else:
            _on(standing)


def _enrolment() -> Enrolment | None:
    if ENROLLING not in st.session_state:
        return None
    try:
        return second_factor.enrolment(actor())
    except Refused as refusal:
        if refusal.code != "second_step_gone":
            raise
        del st.session_state[ENROLLING]
        return None


def _off(standing: Standing) -> None:
    if standing.required:
        st.warning(t("second_step.off_required"), icon=":material/warning:")
    else:
        st.text(t("second_step.off"))
    with st.form("account.begin", border=False):
        fields = Fields()
        password = st.text_input(t("second_step.password"), type="password", key=TYPED, autocomplete="current-password")
        fields.under("code")
        submitted = st.form_submit_button(t("second_step.start"))
    if submitted:
        with show_refusals(fields):
            second_factor.begin(actor(), password)
            _again(ENROLLING, True)


def _confirm(enrolment: Enrolment) -> None:
    app_part(enrolment)
    with st.form("account.confirm", border=False):
        fields = Fields()
        code = code_field(TYPED, fields)
        submitted = st.form_submit_button(t("second_step.confirm"), type="primary")
    if submitted:
        with show_refusals(fields):
            with first_code():
                codes = second_factor.confirm(actor(), code)
            del st.session_state[ENROLLING]
            _again(CODES, codes)
    if st.button(t("second_step.cancel"), type="tertiary", key="account.cancel"):
        del st.session_state[ENROLLING]
        st.rerun()


def _codes(codes: tuple[str, ...]) -> None:
    codes_part(codes)
    head = t("second_step.codes_file", name=me().name)
    with st.container(horizontal=True):
        st.download_button(
            t("second_step.codes_download"),
            "\r\n".join((head, "", *codes, "")).encode(),
            file_name=f"{t('second_step.codes_file_name')}-{token_hex(4)}.txt",
            mime="text/plain",
            on_click="ignore",
            icon=":material/download:",
        )
        if st.button(t("second_step.codes_kept"), type="primary", key="account.kept"):
            del st.session_state[CODES]
            go(f"/auth/redeem?{urlencode({'ticket': sessions.renew(actor(), browser()), 'to': '/account'})}")
            st.stop()


def _on(standing: Standing) -> None:
    st.text(t("second_step.on", since=moment(standing.on_since, language())) if standing.on_since else "")
    if standing.codes_left <= FEW:
        few = "second_step.codes_few_one" if standing.codes_left == 1 else "second_step.codes_few"
        st.warning(t(few, count=standing.codes_left), icon=":material/warning:")
    else:
        st.text(t("second_step.codes_left", count=standing.codes_left))
    offered = [each for each in CHANGES if not (each == "off" and standing.required)]
    with st.form("account.factor", border=False):
        fields = Fields()
        change = st.radio(
            t("second_step.change"), offered, format_func=lambda each: t(f"second_step.change_{each}"), key="account.change_of"
        )
        code = code_field(TYPED, fields, "second_step.proof")
        submitted = st.form_submit_button(t("second_step.change_submit"))
    if submitted:
        with show_refusals(fields):
            _do(change, code)


def _do(change: str, code: str) -> None:
    match change:
        case "codes":
            _again(CODES, second_factor.fresh_codes(actor(), code))
        case "phone":
            second_factor.begin(actor(), code)
            _again(ENROLLING, True)
        case _:
            second_factor.remove(actor(), code)
            tell("second_step.removed")
            del st.session_state[TYPED]
            st.rerun()


def _again(key: str, value: object) -> None:
    """The page anew, with nothing typed."""
    st.session_state[key] = value
    del st.session_state[TYPED]
    st.rerun()
