"""Keeping and destroying: what is to go, what has to stay, and what went."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from services import list_exports, retention
from services.door import Actor
from services.list_exports import Retained
from services.retention import PAGE_SIZE
from text import short_date
from ui import retention_list as view
from ui.downloads import downloads
from ui.session import actor, language, t
from ui.tabs import open_tab
from ui.widgets import plain


def due(who: Actor) -> None:
    found = retention.due(who, int(st.session_state.get("retention.page", 1)))
    st.caption(t("retention.about_due"))
    if not found.rows:
        st.info(t("retention.nothing_due"), icon=":material/check:")
    view.together(who, found.rows)
    for row in found.rows:
        view.row(who, row)
    if found.pages > 1:
        st.session_state["retention.page"] = found.page
        st.number_input(t("retention.page", last=found.pages), 1, found.pages, key="retention.page")


def held(who: Actor) -> None:
    st.caption(t("retention.about_held"))
    found = retention.held(who)
    if not found:
        st.text(t("retention.nothing_held"))
    for each in found:
        view.kept(who, each)
    view.keep_another(who)


def register(who: Actor) -> None:
    st.caption(t("retention.about_register"))
    page = int(st.session_state.get("retention.register_page", 1))
    found = retention.register(who, page)
    if not found and page == 1:
        st.text(t("retention.nothing_gone"))
        return
    rows = [
        (
            each.reference,
            t(f"compartment.{each.compartment}"),
            t(f"retention_what.{each.what}"),
            short_date(each.destroyed_on, language()),
            t("retention.term", years=each.years, day=short_date(each.ended_on, language())),
            plain(each.proposed_by),
            plain(each.confirmed_by),
            each.files,
        )
        for each in found
    ]
    names = ("reference", "compartment", "what", "destroyed", "term", "proposed", "confirmed", "files")
    table = pd.DataFrame(rows, columns=[t(f"retention.column_{name}") for name in names])
    st.dataframe(table, hide_index=True, height="content", alt=t("retention.tab_register"))
    if len(found) == PAGE_SIZE or page > 1:
        st.number_input(t("retention.page_of_register"), 1, key="retention.register_page")


me_here = actor()
st.title(t("retention.title"), anchor=False)
name, tab = open_tab("retention.tab", {each: t(f"retention.tab_{each}") for each in ("due", "held", "register")})
with tab:
    match name:
        case "held":
            held(me_here)
        case "register":
            register(me_here)
        case _:
            due(me_here)
    which = Retained({"held": "held", "register": "destroyed"}.get(name, "due"))
    downloads(f"retention.file_{which}", "bewaren", lambda file_type: list_exports.of_retention(me_here, file_type, which))
