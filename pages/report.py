"""The yearly report about complaints: which years there are, and for who makes it the report itself."""

from __future__ import annotations

import streamlit as st

from domain.year_report import Kind, Standing
from services import year_reports
from services.door import Actor
from services.year_reports import YearLine, YearReport, YearReports
from ui import form_drafts, report_chapters, report_end, report_figures
from ui.dossier_view import day
from ui.report_line import made_by
from ui.session import actor, t
from ui.tabs import open_tab


def go_to(**query: str) -> None:
    st.query_params.from_dict(query)
    st.rerun()


# Which years there are


def start(known: YearReports) -> None:
    form_drafts.put_away(report_chapters.FORM)
    st.text(t(f"report.about_{known.kind}"))
    st.caption(t("report.lots"))
    for each in known.lines:
        one_year(each, known.kind)


def one_year(line: YearLine, kind: Kind) -> None:
    with st.container(border=True, gap="xsmall"):
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            st.subheader(t("report.year", year=line.year), anchor=False, width="content")
            state(line)
        if line.standing is not Standing.NONE:
            st.text(t(f"report.due_{line.standing}", year=line.year, day=line.due_on))
        if not line.needed:
            st.text(t("report.not_needed", year=line.year))
        else:
            st.text(t("report.count", count=line.submitted))
        made_by(line)
        sent(line, kind)
        if line.mine and st.button(t("report.look"), key=f"report.look.{line.year}", icon=":material/arrow_forward:"):
            go_to(year=str(line.year))


def state(line: YearLine) -> None:
    if line.sent:
        st.badge(t("report.state_sent"), icon=":material/check_circle:", color="green")
    elif line.approved_on:
        st.badge(t("report.state_approved"), icon=":material/lock:", color="blue")
    elif not line.needed:
        st.badge(t("report.state_none"), icon=":material/remove:", color="gray")
    elif line.standing is Standing.LATE:
        st.badge(t("flag.late"), icon=":material/error:", color="red")
    else:
        st.badge(t("report.state_open"), icon=":material/edit:", color="gray")


def sent(line: YearLine, kind: Kind) -> None:
    if line.to_regulator_on:
        st.text(t("report.sent_regulator", day=line.to_regulator_on))
    if line.to_readers_on:
        st.text(t(f"report.sent_readers_{kind}", day=line.to_readers_on))


# One of them


def one(who: Actor, shown: YearReport) -> None:
    if st.button(t("report.all"), key="report.all", type="tertiary", icon=":material/arrow_back:"):
        go_to()
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(t("report.year", year=shown.line.year), anchor=False, width="content")
        state(shown.line)
    if shown.line.standing is not Standing.NONE:
        st.text(t(f"report.due_{shown.line.standing}", year=shown.line.year, day=shown.line.due_on))
    if not shown.line.needed:
        st.info(t("report.not_needed", year=shown.line.year), icon=":material/info:")
        if shown.figures.handled or shown.figures.ruled:
            st.text(t("report.not_needed_handled", year=shown.line.year))
    if shown.moved:
        st.warning(t("report.moved", day=day(shown.figures.on)), icon=":material/sync_problem:")
    labels = {name: t(f"report.tab_{name}", count=len(shown.findings)) for name in ("chapters", "figures", "check", "finish")}
    name, tab = open_tab("report.tab", labels)
    if name != "chapters":
        form_drafts.put_away(report_chapters.FORM)
    with tab:
        match name:
            case "figures":
                report_figures.figures(shown)
            case "check":
                report_end.check(who, shown)
            case "finish":
                report_end.finish(who, shown)
            case _:
                report_chapters.chapters(who, shown)


me_here = actor()
wanted = st.query_params.get("year", "")
reports = year_reports.listing(me_here)
st.title(t(f"report.page_{reports.kind}"), anchor=False)
if wanted.isascii() and wanted.isdigit() and len(wanted) == 4:
    one(me_here, year_reports.read(me_here, int(wanted)))
else:
    start(reports)
