"""When the complaints report has to go out: one line on the board, and a sentence on the help page."""

from __future__ import annotations

import streamlit as st

from domain.rights import Right
from domain.year_report import Standing
from services import year_reports
from services.year_reports import YearLine
from ui.session import PAGES, actor, has, t
from ui.widgets import due_line


def report_line() -> None:
    """For who can have a part in it: from April until it went out; otherwise nothing."""
    if not has(Right.REPORT):
        return
    line = year_reports.due(actor())
    if line is None:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        late = line.standing is Standing.LATE
        due_line(_words(line), ":material/summarize:", late=late)
        st.page_link(PAGES["report"], label=t("menu.report"), icon=":material/arrow_forward:")


def report_help() -> None:
    """Where the law asks for one: what it is, and when it is due."""
    if not has(Right.REPORT):
        return
    line = year_reports.due(actor())
    if line is not None:
        st.subheader(t("report.page_childcare"), anchor=False)
        st.text(t("report.help"))
        st.text(_words(line))
        made_by(line)


def made_by(line: YearLine) -> None:
    st.text(t("report.made_by", who=", ".join(line.makers)) if line.makers else t("report.nobody"))


def _words(line: YearLine) -> str:
    return t(f"report.due_{line.standing}", year=line.year, day=line.due_on)
