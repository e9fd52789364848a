"""The end of a yearly report: what still leads to a person, who works along, approving it, when it went out, and the files."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import streamlit as st

from domain.traces import What
from domain.year_report import FEW, Kind
from services import year_report_files, year_report_writing
from services.door import Actor
from services.year_report_writing import Recipient
from services.year_reports import Finding, YearReport
from ui.dossier_view import day
from ui.report_chapters import title_of
from ui.session import Fields, literal, show_refusals, t, tell

_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


# What leads to a person


def check(who: Actor, shown: YearReport) -> None:
    st.text(t("report.about_check"))
    if not shown.findings:
        st.success(t("report.no_findings"), icon=":material/check_circle:")
    for number, each in enumerate(shown.findings):
        _finding(who, shown, each, number)
    if shown.cleared:
        st.subheader(t("report.cleared"), anchor=False)
        for one in shown.cleared:
            st.text(t("report.cleared_line", words=one.words, why=one.why, who=one.by, day=day(one.on)))


def _finding(who: Actor, shown: YearReport, each: Finding, number: int) -> None:
    with st.container(border=True, gap="xsmall"):
        st.badge(t(f"report.trace_{each.trace.what}"), icon=":material/person_search:", color="orange")
        st.text(each.trace.words)
        st.caption(literal(title_of(shown, each.key)))
        if shown.is_approved:
            return
        with st.container(horizontal=True):
            if each.key != "units" and st.button(t("report.to_chapter"), key=f"report.to.{number}"):
                st.session_state.pop("report.tab", None)
                st.session_state["report.tab_name"] = "chapters"
                st.query_params["chapter"] = each.key
                st.rerun()
            if each.trace.what is What.NAME:
                with st.popover(t("report.no_person")):
                    _clear(who, shown, each, number)


def _clear(who: Actor, shown: YearReport, each: Finding, number: int) -> None:
    fields = Fields()
    why = st.text_input(t("report.why_no_person"), key=f"report.why.{number}.{each.trace.words}")
    fields.under("why")
    if st.button(t("report.no_person"), key=f"report.clear.{number}.{each.trace.words}", type="primary"):
        with show_refusals(fields):
            year_report_writing.clear(who, shown.line.year, shown.version, each.trace.words, why)
            tell("report.cleared_saved")
            st.rerun()


# Approving


def finish(who: Actor, shown: YearReport) -> None:
    if shown.is_approved:
        approver = literal(shown.approved_by or "")
        st.success(t("report.is_approved", day=day(shown.line.approved_on), who=approver), icon=":material/lock:")
        _sending(who, shown)
        _again(who, shown)
    else:
        _team(who, shown)
        _approving(who, shown)
    _files(who, shown)
    if shown.steps:
        st.subheader(t("report.history"), anchor=False)
        for each in shown.steps:
            said = t("report.step_line", day=day(each.on), what=t(f"report.step_{each.step}"), who=each.by)
            st.text(f"{said}. {each.reason}" if each.reason else said)


def _team(who: Actor, shown: YearReport) -> None:
    of = shown.team
    st.subheader(t("report.team"), anchor=False)
    st.caption(literal(t("report.about_team", who=of.members[0][1])))
    people = dict((*of.members[1:], *of.able))
    fields = Fields()
    chosen = st.multiselect(
        t("report.team_people"),
        list(people),
        default=[each for each, _ in of.members[1:]],
        format_func=people.__getitem__,
        placeholder=t("complaint.choose"),
        key=f"report.people.{shown.version}",
    )
    fields.under("people")
    if st.button(t("common.save"), key="report.people_save"):
        with show_refusals(fields):
            year_report_writing.let_in(who, shown.line.year, shown.version, chosen)
            tell("report.team_saved")
            st.rerun()


def _approving(who: Actor, shown: YearReport) -> None:
    st.subheader(t("report.approve"), anchor=False)
    if shown.missing:
        said = ", ".join(title_of(shown, each) for each in shown.missing)
        st.info(literal(t("report.missing", what=said)), icon=":material/hourglass_empty:")
    if shown.findings:
        st.info(t("report.findings_left", count=len(shown.findings)), icon=":material/person_search:")
    if shown.missing or shown.findings or not shown.line.needed:
        return
    if not shown.may_approve:
        st.info(t("report.director_approves"), icon=":material/info:")
    elif st.session_state.get("report.asked") == shown.version:
        st.warning(t("report.sure"), icon=":material/lock:")
        with st.container(horizontal=True):
            if st.button(t("report.approve"), key="report.approve", type="primary"):
                with show_refusals():
                    year_report_writing.approve(who, shown.line.year, shown.version)
                    st.session_state.pop("report.asked")
                    tell("report.approved")
                    st.rerun()
            if st.button(t("common.cancel"), key="report.approve_cancel", type="tertiary"):
                st.session_state.pop("report.asked")
                st.rerun()
    else:
        st.text(t("report.ready"))
        if st.button(t("report.approve"), key="report.ask", type="primary", icon=":material/lock:"):
            st.session_state["report.asked"] = shown.version
            st.rerun()


def _again(who: Actor, shown: YearReport) -> None:
    if shown.line.to_regulator_on or shown.line.to_readers_on:
        return
    with st.expander(t("report.reopen"), icon=":material/lock_open:"):
        fields = Fields()
        reason = st.text_area(t("report.reopen_reason"), key="report.reason", height=80)
        fields.under("reason")
        if st.button(t("report.reopen"), key="report.reopen"):
            with show_refusals(fields):
                year_report_writing.reopen(who, shown.line.year, shown.version, reason)
                tell("report.reopened")
                st.rerun()


# Sending


def _sending(who: Actor, shown: YearReport) -> None:
    st.subheader(t("report.sending"), anchor=False)
    st.caption(t("report.about_sending"))
    if shown.kind is Kind.CHILDCARE:
        _sent(who, shown, Recipient.REGULATOR, t("report.to_regulator"), "report.sent_regulator", shown.line.to_regulator_on)
    words = t(f"report.to_readers_{shown.kind}")
    _sent(who, shown, Recipient.READERS, words, f"report.sent_readers_{shown.kind}", shown.line.to_readers_on)


def _sent(who: Actor, shown: YearReport, to: Recipient, label: str, done: str, on: date | None) -> None:
    if on:
        st.text(t(done, day=on))
        return
    fields = Fields()
    with st.container(border=True, horizontal=True, vertical_alignment="bottom"):
        with st.container(width=220, gap="xxsmall"):
            st.text(label)
            picked = st.date_input(t("report.sent_on"), None, format="DD-MM-YYYY", key=f"report.on.{to}")
            fields.under("on")
        if st.button(t("report.record_sent"), key=f"report.sent.{to}"):
            with show_refusals(fields):
                when = picked if isinstance(picked, date) else None
                year_report_writing.sent(who, shown.line.year, shown.version, to, when)  # type: ignore[arg-type]
                tell("report.sent_saved")
                st.rerun()


# The files


def _files(who: Actor, shown: YearReport) -> None:
    st.subheader(t("report.files"), anchor=False)
    files = year_report_files
    _file(who, shown, "whole", (files.as_docx, files.as_pdf))
    _file(who, shown, "public", (files.public_docx, files.public_pdf))
    st.caption(t("report.about_public", few=FEW))


Make = Callable[[Actor, int], bytes]
_NAMES = {"whole": "jaarverslag-klachten", "public": "jaarverslag-klachten-openbaar"}


def _file(who: Actor, shown: YearReport, what: str, makers: tuple[Make, Make]) -> None:
    year = shown.line.year
    with st.container(horizontal=True, vertical_alignment="center"):
        st.text(t(f"report.file_{what}"), width="content")
        for extension, make, mime in zip(("docx", "pdf"), makers, (_DOCX, "application/pdf"), strict=True):
            st.download_button(
                t(f"letters.download_{extension}"),
                lambda make=make: make(who, year),  # type: ignore[misc]
                key=f"report.{what}_{extension}",
                file_name=year_report_files.file_name(shown, _NAMES[what], extension),
                mime=mime,
                icon=":material/download:",
                on_click="ignore",
            )
