"""Where an error becomes a sentence: a refusal says what it is, anything else says a reference that is in the log."""

from __future__ import annotations

import streamlit as st

from domain.errors import Refused
from services.incidents import report
from ui.session import sentence, t


def on_script_error(error: Exception) -> bool:
    """For `st.App`: also reached from fragments and callbacks, which run without the shell."""
    if isinstance(error, Refused):
        st.error(sentence(error), icon=":material/error:")
    else:
        st.error(t("shell.broken", reference=report(error, "screen", _who())), icon=":material/error:")
    return True


def _who() -> int | None:
    here = st.session_state.get("session.me")
    return here.id if here is not None else None
