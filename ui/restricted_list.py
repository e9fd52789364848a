"""The list of a closed compartment."""

from __future__ import annotations

import streamlit as st

from services import restricted
from services.restricted import Listing, Row
from text import short_date
from ui.session import PAGES, in_badge, language, t
from ui.widgets import flag_badge


def rows(listing: Listing, *, closed: bool) -> None:
    if not listing.rows:
        st.text(t("restricted.none_closed" if closed else "restricted.none"))
        return
    st.caption(t("restricted.count", count=listing.total))
    for row in listing.rows:
        _row(row)


def pages(listing: Listing) -> None:
    last = -(-listing.total // restricted.PAGE_SIZE)
    if last > 1:
        st.session_state["restricted.page"] = min(int(st.session_state.get("restricted.page", 1)), last)
        st.number_input(t("restricted.page", last=last), 1, last, key="restricted.page")


def _row(row: Row) -> None:
    with st.container(border=True), st.container(horizontal=True, vertical_alignment="center"):
        st.page_link(
            PAGES["restricted"], label=row.reference, icon=":material/folder_open:", query_params={"ref": row.reference}
        )
        with st.container(gap=None, width="stretch"):
            st.text(" · ".join(each for each in (row.category, row.subcategory) if each))
            st.caption(t("restricted.received", day=short_date(row.received_on, language())))
        if row.next_on and row.next_label:
            flag_badge(row.flag, f"{in_badge(row.next_label)}: {short_date(row.next_on, language())}")
        else:
            st.caption(t(f"status.{row.status}"))
