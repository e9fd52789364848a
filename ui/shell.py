"""The Streamlit main script: who is here, the menu, the page, and the boundary where a refusal becomes a sentence."""

from __future__ import annotations

import streamlit as st

from domain.errors import Refused
from services import accounts, sessions
from services.door import VISITOR
from text import LANGUAGES
from ui.idle_warning import idle_warning
from ui.requests_view import account_notices
from ui.second_step import halfway
from ui.session import (
    PAGES,
    ROOT,
    actor,
    chosen_before,
    forget_other_pages,
    go,
    literal,
    me,
    reachable,
    sentence,
    show_told,
    t,
)
from ui.sign_in import nobody_yet, sign_in_form, where_to
from ui.waiting import goes_on, present, went_well

WIDE = frozenset(
    (
        *("actions", "board", "complaint", "importing", "overview", "people", "report", "requests", "restricted", "retention"),
        *("review", "terms"),
    )
)


def main() -> None:
    try:
        st.session_state["session.me"] = present()
    except Refused as refusal:
        st.session_state.pop("session.me", None)
        visitor(refusal)
    else:
        member()


def member() -> None:
    try:
        signed_in()
        went_well()
    except Refused as refusal:
        goes_on(refusal)
        st.error(sentence(refusal), icon=":material/error:")


# A visitor: the same screen at every address, so that no address says whether it exists


def visitor(refusal: Refused) -> None:
    chosen = st.query_params.get("lang") or chosen_before()
    if chosen in LANGUAGES:
        st.session_state["session.language"] = chosen
    st.set_page_config(page_title="Weerklank", layout="centered", initial_sidebar_state="collapsed")
    start = [st.Page(ROOT / "pages" / "start.py", title="Weerklank", url_path="home", default=True)]
    others = [st.Page(welcome, title="Weerklank", url_path=name) for name in PAGES if name != "home"]
    if "link" not in st.query_params:
        start = [st.Page(welcome, title="Weerklank", url_path="home", default=True)]
    page = st.navigation([*start, *others], position="hidden")
    try:
        if refusal.code == "database_away":
            raise refusal
        page.run()
    except Refused as again:
        st.error(sentence(again), icon=":material/error:")
        if st.button(t("start.to_sign_in"), key="session.to_sign_in"):
            go("/")


def welcome() -> None:
    front = sessions.front(VISITOR)
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.title("Weerklank", anchor=False)
        other = "nl" if st.session_state.get("session.language") == "en" else "en"
        if st.button(t(f"shell.language_{other}"), type="tertiary", key="session.other_language"):
            if halfway():  # a new page knows no ticket, and recovery codes are shown only once
                st.query_params["lang"] = other
                st.rerun()
            go(f"/?lang={other}")
    st.text(front.organisation or t("sign_in.about"))
    if front.empty:
        nobody_yet()
    else:
        sign_in_form(front)


# Somebody who is signed in


def signed_in() -> None:
    # Registered too: an address of ours that is not this person's says so, in their language.
    st.set_page_config(initial_sidebar_state=210)  # before the menu is drawn; the default takes 60 pixels from every table
    pages = [PAGES[name] if reachable(name, me()) else closed_page(name) for name in PAGES]
    page = st.navigation(pages, position="sidebar", expanded=True)  # else the last ones hide behind an English "View more"
    name = page.url_path or "home"
    st.set_page_config(page_title=f"{page.title} - Weerklank", layout="wide" if name in WIDE else "centered")
    forget_other_pages(name)
    with st.sidebar:
        who_is_here()
        idle_warning()
    if "link" in st.query_params:
        st.info(t("shell.link_while_signed_in", name=literal(me().display_name)), icon=":material/info:")
    show_told()
    account_notices()
    page.run()


def closed_page(name: str) -> st.Page:
    return st.Page(not_yours, title="Weerklank", url_path=name, visibility="hidden")


def not_yours() -> None:
    raise Refused("not_allowed")


def who_is_here() -> None:
    """Name, roles, the other language, and the way out."""
    st.text(me().display_name)
    st.caption(", ".join(t(f"role.{role}") for role in sorted(me().roles)))
    other = "nl" if me().language == "en" else "en"
    if st.button(t(f"shell.language_{other}"), type="tertiary", icon=":material/translate:", key="session.other_language"):
        accounts.choose_language(actor(), other)
        go(where_to())  # a whole new page, so that the browser knows its language too
    if st.button(t("shell.sign_out"), icon=":material/logout:", key="session.sign_out", width="stretch"):
        sessions.sign_out(actor())
        go("/auth/farewell")
        st.stop()


main()
