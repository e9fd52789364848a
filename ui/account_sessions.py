"""Own account: where one is signed in, and ending that elsewhere."""

from __future__ import annotations

import streamlit as st

from services import sessions
from services.sessions import OpenSession
from text import moment
from ui.session import actor, language, show_refusals, t, tell


def sessions_part() -> None:
    """Each of the own sessions: since when, last used. No network address and no browser: those are not kept."""
    st.subheader(t("account.sessions"), anchor=False)
    found = sessions.open_sessions(actor())
    for each in found:
        _one(each)
    if len(found) > 1 and st.button(t("account.end_others"), icon=":material/logout:", key="account.end_others"):
        tell("account.ended", count=sessions.end_others(actor()))
        st.rerun()


def _one(each: OpenSession) -> None:
    since, seen = moment(each.created_at, language()), moment(each.last_seen_at, language())
    with st.container(border=True, horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.text(
            t("account.session_here" if each.this_one else "account.session_elsewhere", since=since, seen=seen), width="content"
        )
        if not each.this_one and st.button(
            t("account.end_one"),
            icon=":material/logout:",
            key=f"account.end.{each.handle}",
            help=t("account.end_help", since=since),
        ):
            with show_refusals():
                sessions.end(actor(), each.handle)
                tell("account.ended_one")
                st.rerun()
