"""The dossiers behind a figure: chosen under its table, listed there, a page at a time."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from services import list_exports, overview_dossiers
from services.door import Actor
from services.overview import Cut
from services.overview_dossiers import Listed
from services.spreadsheets import FileType
from text import short_date
from ui.downloads import downloads
from ui.session import PAGES, actor, language, show_refusals, t
from ui.widgets import plain


def _choose(section: str) -> None:
    st.session_state["overview.show"] = st.session_state[f"overview.show_{section}"] or ""
    st.session_state["overview.behind"] = 1


def _turn(page: int) -> None:
    st.session_state["overview.behind"] = page


def behind(section: str, labels: Mapping[str, str], year: int | None, cut: Cut) -> None:
    """`labels`: what each figure is called (services/overview_dossiers.py says which there are)."""
    chosen = st.session_state["overview.show"]
    st.session_state[f"overview.show_{section}"] = chosen if chosen in labels else None
    st.selectbox(
        t("overview.behind"),
        list(labels),
        format_func=lambda each: plain(labels[each]),
        placeholder=t("overview.behind_choose"),
        key=f"overview.show_{section}",
        on_change=_choose,
        args=(section,),
        label_visibility="collapsed",
    )
    if chosen in labels:
        with show_refusals():
            found = overview_dossiers.behind(actor(), chosen, year, cut, st.session_state.get("overview.behind", 1))
            _listed(found, labels[chosen])
            make = partial(_file, actor(), chosen, year, cut)
            downloads("overview.file_behind", "dossiers", make)


def _file(who: Actor, figure: str, year: int | None, cut: Cut, file_type: FileType) -> bytes:
    return list_exports.behind(who, file_type, figure, year, cut)


def _listed(found: Listed, what: str) -> None:
    key = {0: "overview.behind_none", 1: "overview.behind_found_one"}.get(found.total, "overview.behind_found")
    st.text(t(key, what=what, count=found.total))
    if not found.rows:
        return
    columns = ("reference", "title", "received", "category", "unit", "status")
    words = {name: t(f"overview.{name}" if name in ("category", "unit") else f"overview.behind_{name}") for name in columns}
    cells = [
        (
            row.reference,
            plain(row.title),
            short_date(row.received_on, language()),
            plain(row.category),
            plain(row.unit or t("overview.not_given")),
            t(f"status.{row.status}"),
        )
        for row in found.rows
    ]
    config: dict[str, Any] = {name: st.column_config.TextColumn(words[name]) for name in columns[1:]}
    config["reference"] = st.column_config.ButtonColumn(
        words["reference"], key="overview.open", type="tertiary", alignment="left", pinned=True
    )
    st.dataframe(
        pd.DataFrame(cells, columns=list(columns)),
        hide_index=True,
        height="content",
        column_config=config,
        alt=t("overview.behind"),
        key="overview.listed",
    )
    click = st.session_state.get("overview.open")
    if click:
        st.switch_page(PAGES["complaint"], query_params={"ref": str(click["label"])})
    if found.pages > 1:
        _pages(found)


def _pages(found: Listed) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        for name, number in (("previous", found.page - 1), ("next", found.page + 1)):
            possible = 1 <= number <= found.pages
            st.button(t(f"overview.{name}"), disabled=not possible, on_click=_turn, args=(number,), key=f"overview.{name}")
        st.text(t("overview.page", page=found.page, pages=found.pages))
