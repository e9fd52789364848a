"""The Streamlit main script: who is here, the menu, the page, and the boundary where a refusal becomes a sentence."""

from __future__ import annotations

import streamlit as st

from domain.errors import Refused
from services.accounts import whoami
from ui.session import PAGES, actor, forget_other_pages, me, reachable, sentence


def main() -> None:
    try:
        st.session_state["session.me"] = whoami(actor())
    except Refused:
        st.session_state.pop("session.me", None)
        visitor()
        return
    signed_in()


def visitor() -> None:
    st.navigation([st.Page(welcome, title="Weerklank", url_path="home")], position="hidden").run()


def welcome() -> None:
    st.title("Weerklank")


def signed_in() -> None:
    pages = [PAGES[name] for name in PAGES if reachable(name, me())]
    page = st.navigation(pages, position="sidebar")
    forget_other_pages(page.url_path or "home")
    try:
        page.run()
    except Refused as refusal:
        st.error(sentence(refusal))


main()
