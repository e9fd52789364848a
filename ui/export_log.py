"""What was taken out of the register as a file: one's own on the account page, everybody's for the administrator."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from services import export_log
from services.export_log import OWN, PAGE_SIZE, Taken
from text import moment
from ui.session import actor, language, t
from ui.widgets import plain


def own_exports() -> None:
    st.subheader(t("exports.log_own"), anchor=False)
    st.caption(t("exports.log_about_own", count=OWN))
    headings = ("exports.log_what", "exports.log_type", "exports.log_rows", "sign_in_log.when")
    _table([(*_what(each), each.rows, _when(each)) for each in export_log.own(actor())], headings)


def everybodys_exports() -> None:
    """Pages of fifty."""
    st.subheader(t("exports.log_all"), anchor=False)
    st.caption(t("exports.log_about_all"))
    page = int(st.session_state.get("people.exports_page", 1))
    found = export_log.everybody(actor(), page)
    headings = ("sign_in_log.who", "exports.log_what", "exports.log_type", "sign_in_log.when")
    _table([(plain(each.who), *_what(each), _when(each)) for each in found], headings)
    if len(found) == PAGE_SIZE or page > 1:
        st.number_input(t("sign_in_log.page"), min_value=1, step=1, key="people.exports_page", width=160)


def _what(each: Taken) -> tuple[str, str]:
    return t(f"exports.list_{each.what}"), t(f"exports.{each.file_type}")


def _when(each: Taken) -> str:
    return moment(each.at, language())


def _table(rows: Sequence[tuple[object, ...]], headings: Sequence[str]) -> None:
    if not rows:
        st.caption(t("exports.log_none"))
        return
    st.dataframe(pd.DataFrame(rows, columns=[t(each) for each in headings]), hide_index=True, width="stretch")
