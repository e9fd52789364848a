"""What the forms share that stand open on a page (of a yearly review and report, of an account, a unit, the organisation): as
long as nothing was typed in one, it follows what others save."""

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


def left(form: str, step: str) -> None:
    """The button that throws away what was typed, where there is something."""
    if st.session_state.get(f"{form}.draft_kept") is None:
        return
    if st.button(t("common.cancel"), key=f"{form}.{step}.cancel", type="tertiary"):
        over(form)
        st.rerun()


def over(form: str) -> None:
    """It was saved, or thrown away: the next one begins with what stands there."""
    form_drafts.drop(form)
    forget(form)
