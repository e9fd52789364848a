"""Signing in: streamlit-authenticator's login widget over our own accounts and sessions. The only file that knows it.

Its cookie component, hints, two-factor mail and OAuth stay off: what the widget is handed here has none of them.
"""

from __future__ import annotations

from typing import Any

import streamlit as st
from streamlit_authenticator.controllers.authentication_controller import AuthenticationController
from streamlit_authenticator.views.authentication_view import Authenticate

from domain.errors import Refused
from services import sessions
from services.door import VISITOR
from services.sessions import Front
from ui.second_step import TICKET, after_password, said_before, second_step_form
from ui.second_step import where_to as where_to
from ui.session import browser, sentence, source, t
from ui.single_sign_on import sign_on_button, what_was_wrong


class _NoCookie:
    """The widget asks for a cookie and sets one; ours comes from the redeem route, where no script can read it."""

    def get_cookie(self) -> None:
        return None

    def set_cookie(self) -> None:
        return None


class _Controller(AuthenticationController):
    """Checks against our accounts. Not the library's own `login`: that strips spaces from passwords, keeps roles in the
    session and does not know a throttle."""

    def __init__(self) -> None:
        self.refusal: Refused | None = None

    def login(self, username: str | None = None, password: str | None = None, *_: Any, **__: Any) -> bool:
        try:
            ticket = sessions.sign_in(VISITOR, username or "", password or "", browser(), source())
        except Refused as refusal:
            self.refusal = refusal
            return False
        after_password(ticket)
        return True


class _Widget(Authenticate):
    """Without the library's `__init__`, which mounts its cookie component."""

    def __init__(self) -> None:
        self.api_key = self.path = None
        self.attrs: dict[str, Any] = {"login_sleep_time": 0}
        self.cookie_controller: Any = _NoCookie()
        self.authentication_controller: Any = _Controller()


def sign_in_form(front: Front) -> None:
    """The widget, what it refused, and in a demonstration the accounts; or the second step."""
    if "step" in st.query_params:  # back from single sign-on, with a second step to take here
        st.session_state[TICKET] = st.query_params.pop("step")
    if second_step_form():
        return
    widget = _Widget()
    fields = {
        "Form name": t("sign_in.title"),
        "Username": t("sign_in.name"),
        "Password": t("sign_in.password"),
        "Login": t("sign_in.submit"),
    }
    widget.login(fields=fields, key="sign_in.form")
    if TICKET in st.session_state:
        st.rerun()
    refusal = widget.authentication_controller.refusal
    if refusal is not None:
        st.error(sentence(refusal), icon=":material/error:")
    said_before()
    what_was_wrong()
    st.caption(t("sign_in.forgotten"))
    sign_on_button(where_to())
    if front.demo:
        _demo_accounts(front)


def _demo_accounts(front: Front) -> None:
    with st.container(border=True):
        st.markdown(f"**{t('sign_in.demo')}**")
        st.caption(t("sign_in.demo_password", password=front.demo_password))
        st.caption(t("second_step.demo"))
        rows = [
            {
                t("sign_in.name"): name,
                t("sign_in.who"): display_name,
                t("sign_in.roles"): ", ".join(t(f"role.{role}") for role in roles),
            }
            for name, display_name, roles in front.demo
        ]
        st.dataframe(rows, hide_index=True, width="stretch", height="content")


def nobody_yet() -> None:
    """An empty register: only the one-time link from the terminal opens it."""
    st.info(t("sign_in.nobody_yet"), icon=":material/info:")
    st.code("python manage.py run", language=None)
