"""At most one short form is open on a page: opening, leaving, and carrying out what was asked exactly once."""

from __future__ import annotations

import streamlit as st

from domain.errors import Refused
from ui import form_drafts
from ui.session import PAGES, actor, me, new_form_id, show_refusals, t, tell
from ui.step_here import Here, Save

BESIDES = ("sent", "base", "since", "left", "taken")  # what is remembered of an open form besides which it is and its fields


def offer(page: str, name: str, label: str, seen: int, first: bool = False) -> None:
    """The button that opens a form; `seen` is the version that the person has on screen now."""
    if st.button(label, key=f"{page}.open.{name}", type="primary" if first else "secondary"):
        st.session_state[f"{page}.step"] = str(name)
        st.session_state[f"{page}.seen"] = seen
        for name in BESIDES:
            st.session_state.pop(f"{page}.{name}", None)
        st.rerun()


def opened(page: str) -> str | None:
    name = st.session_state.get(f"{page}.step")
    return name if isinstance(name, str) else None


def seen(page: str) -> int:
    return int(st.session_state[f"{page}.seen"])


def header(page: str, name: str, title: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.subheader(title, anchor=False, width="content")
        if st.button(t("common.cancel"), key=f"{page}.{name}.cancel", type="tertiary", icon=":material/close:"):
            leave(page, name)
            st.rerun()
    st.caption(t(f"{page}.about.{name}"))


def carry_out(here: Here, save: Save) -> None:
    """The second half of a double click finds what the first one did, and only says so; where the first was still saving
    when this one was drawn, it finds that when its own is refused."""
    sent = f"{here.page}.sent"
    before = st.session_state.get(sent)
    if _done(here, before):
        _finish(here)
    st.session_state[sent] = here.newest
    with show_refusals(here.fields):
        try:
            save(actor())
        except Refused as refusal:
            if refusal.code == "changed_meanwhile" and (before is not None or not here.meanwhile.changed):
                here.look_again()
                if before is not None and _done(here, before):
                    _finish(here)
            if refusal.code != "saving_unknown":  # else the next click looks first whether this one was saved
                del st.session_state[sent]  # at once: a click that comes now cuts off whatever is drawn
            if refusal.code == "form_used":  # who clicks again means it
                new_form_id(here.prefix)
            if refusal.code == "changed_meanwhile" and here.version != here.meanwhile.version:
                st.rerun()  # and see what it was
            raise
        _finish(here)


def _done(here: Here, before: int | None) -> bool:
    return before is not None and here.newest > before and here.newest_by == me().display_name


def _finish(here: Here) -> None:
    leave(here.page, here.name)
    tell(here.says or f"{here.page}.done.{here.name}")
    if here.leads_to is not None:
        st.switch_page(PAGES[here.leads_to])
    st.rerun()


def leave(page: str, name: str) -> None:
    form_drafts.drop(page)
    for key in [str(each) for each in st.session_state]:
        if key in [f"{page}.{each}" for each in ("step", "seen", *BESIDES)] or key.startswith(f"{page}.{name}."):
            del st.session_state[key]
