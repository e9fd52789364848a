"""While the database is away a screen stands still, with what was typed on it, and goes on by itself. Were it drawn without
its form, or only half, Streamlit would forget on both sides what stood in the rest."""

from __future__ import annotations

import time

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from domain.errors import Refused
from services import accounts
from services.accounts import Me
from ui.session import actor, t

LOOK_EVERY = 1.0  # seconds
_SAID_FOR = 10  # seconds
_MOST = 5  # times in a row: what stays away on one page only is said there
_GOES_ON = "session.goes_on"


def present() -> Me:
    """Who is here. Waits where there is a screen to keep. Raises Refused as `whoami`."""
    note, said = None, 0.0
    while True:
        try:
            return accounts.whoami(actor())
        except Refused as refusal:
            if refusal.code != "database_away" or "session.me" not in st.session_state:
                raise
        if time.monotonic() - said > _SAID_FOR:
            words, said = t("shell.database_away"), time.monotonic()
            note = (note or st).toast(words, icon=":material/error:", duration=_SAID_FOR)
        time.sleep(LOOK_EVERY)


def goes_on(refusal: Refused) -> None:
    """A page of which the drawing was cut short: again from the start, with what stands in all of its fields, once the
    database is back. Comes back for any other refusal."""
    tried = int(st.session_state.get(_GOES_ON, 0))
    context = get_script_run_ctx()
    if refusal.code != "database_away" or tried >= _MOST or context is None:
        return
    st.session_state[_GOES_ON] = tried + 1
    context.widget_ids_this_run.update(each.id for each in context.session_state.get_widget_states())
    present()
    st.rerun()


def went_well() -> None:
    st.session_state.pop(_GOES_ON, None)
