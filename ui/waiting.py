"""While the database is away a screen stands still, with what was typed on it, and goes on by itself. Were it drawn without
its form, or only half, Streamlit would forget on both sides what stood in the rest."""

from __future__ import annotations

import time

import streamlit as st

from domain.errors import Refused
from services import accounts
from services.accounts import Me
from ui.session import actor, t

LOOK_EVERY = 1.0  # seconds
_SAID_FOR = 10  # seconds
_MOST = 5  # times in a row
_GOES_ON = "session.goes_on"


def present() -> Me:
    """Who is here. Waits where there is a screen to keep. Raises Refused as `whoami`."""
    note = None
    while True:
        try:
            person = accounts.whoami(actor())
        except Refused as refusal:
            if refusal.code != "database_away" or "session.me" not in st.session_state:
                raise
            if note is None:
                note = st.toast(t("shell.database_away"), icon=":material/error:", duration="infinite")
            time.sleep(LOOK_EVERY)
        else:
            if note is not None:
                note.toast(t("shell.database_back"), icon=":material/check:")
            return person


def goes_on(refusal: Refused) -> None:
    """A page of which the drawing was cut short: again from the start, with what stands in all of its fields, once the
    database is back. On a full disk it stays like this: nobody opens a dossier without a trace of it. Comes back for any
    other refusal, and for what stays away on this page alone."""
    tried = int(st.session_state.get(_GOES_ON, 0))
    if refusal.code == "disk_full":
        st.toast(t("refused.disk_full"), icon=":material/error:", duration=_SAID_FOR)
        time.sleep(_SAID_FOR)
    elif refusal.code != "database_away" or tried >= _MOST:
        return
    st.session_state[_GOES_ON] = tried + 1
    present()
    st.rerun()  # what stands in fields that were not drawn yet is kept then (a test pins it)


def went_well() -> None:
    st.session_state.pop(_GOES_ON, None)
