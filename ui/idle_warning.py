"""Before a session ends because nobody does anything: a warning on the screen, with a button to stay.

The part of the screen that looks renews itself; the gate does not count that as somebody doing something. A dialog, because
it is seen wherever one has scrolled to, is read out, can be answered by keyboard, and takes the cursor out of the field that
somebody was typing in: the browser sends the text, and the draft has it before the session ends.
"""

from __future__ import annotations

import streamlit as st

from domain.errors import Refused
from services import sessions
from services.sessions import Ending
from text import time_of_day
from ui.session import actor, language, t

LOOK_EVERY = 30  # seconds; the warning comes two minutes before the end


@st.fragment(run_every=LOOK_EVERY)
def idle_warning() -> None:
    """For the shell, on every screen of somebody who is signed in."""
    try:
        ending = sessions.ending(actor())
    except Refused:  # over, or the database is away: the gate deals with both
        return
    if not ending.soon:
        st.session_state.pop("session.end_told", None)
    elif ending.can_stay or "session.end_told" not in st.session_state:
        st.session_state["session.end_told"] = True
        _dialog(t("warning.title"))(_words)(ending)


def _dialog(title: str):  # type: ignore[no-untyped-def]  # Streamlit's own type takes the function along
    return st.dialog(title, on_dismiss="rerun")


def _words(ending: Ending) -> None:
    at = time_of_day(ending.at, language())
    st.text(t("warning.idle" if ending.can_stay else "warning.too_long", at=at))
    st.text(t("warning.kept"))
    if st.button(t("warning.stay" if ending.can_stay else "warning.understood"), type="primary", key="session.stay"):
        st.rerun()
