"""What the forms of a yearly review and of a yearly report share: as long as nothing was typed in one, it follows what
others save."""

from __future__ import annotations

import streamlit as st

from ui import form_drafts
from ui.session import t


def prepare(form: str, step: str, version: int) -> None:
    """Before the fields are drawn: what was typed is there again, and so is the version that was seen then."""
    follow(form, step, version)
    form_drafts.resume(form, step)
    if f"{form}.seen" not in st.session_state:
        st.session_state[f"{form}.step"], st.session_state[f"{form}.seen"] = step, version


def follow(form: str, step: str, version: int) -> None:
    """Begins anew for another `step`, and for another version of what nobody here typed in."""
    begun = st.session_state.get(f"{form}_at") == step
    untouched = begun and st.session_state.get(f"{form}.draft_kept") is None
    if not begun or (untouched and st.session_state[f"{form}.seen"] != version):
        forget(form)
        st.session_state[f"{form}_at"] = step


def forget(form: str) -> None:
    for key in [str(each) for each in st.session_state]:
        if key.startswith(f"{form}."):
            del st.session_state[key]
    st.session_state.pop(f"{form}_at", None)


def go_on(form: str, key: str, version: int) -> None:
    """For who has seen what a colleague saved meanwhile."""
    st.button(t("complaint.go_on"), key=key, on_click=_looked, args=(form, version))


def _looked(form: str, version: int) -> None:
    """`version`: the one on screen when the button was drawn."""
    st.session_state[f"{form}.seen"] = version
