"""An appeal on the screen of who hears it: her list, the appeal, her own papers."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from domain.vocabulary import LetterType
from services.appeal_files import AppealFile, AppealRow, Paper
from text import moment
from ui.dossier_head import next_promise, promise_sentence, show_promise
from ui.dossier_promises import chain_line, chains
from ui.dossier_view import day, fact, words
from ui.session import PAGES, language, t
from ui.widgets import flag_badge


def listing(rows: Sequence[AppealRow]) -> None:
    waiting = [row for row in rows if row.ruled_on is None]
    ruled = [row for row in rows if row.ruled_on is not None]
    if not waiting:
        st.success(t("appeals.none_open"), icon=":material/check_circle:")
    for row in waiting:
        with st.container(border=True, gap="xsmall"):
            _row(row)
    if ruled:
        with st.expander(t("appeals.ruled", count=len(ruled))):
            for row in ruled:
                _row(row)


def _row(row: AppealRow) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if row.next:
            flag_badge(row.next.flag)
        st.page_link(PAGES["appeals"], label=row.reference, query_params={"ref": row.reference}, icon=":material/folder_open:")
        st.text(row.title or t("retention.no_title"))
    if row.next:
        st.text(promise_sentence(row.next))
    elif row.withdrawn_on:
        st.text(f"{t('appeals.withdrawn')}, {day(row.withdrawn_on)}")
    elif row.ruling:
        st.text(f"{t(f'ruling.{row.ruling}')}, {day(row.ruled_on)}")


def head(appeal: AppealFile, title: str) -> None:
    st.page_link(PAGES["appeals"], label=t("appeals.to_list"), icon=":material/arrow_back:")
    st.title(appeal.reference, anchor=False)
    st.text(title)
    with st.container(horizontal=True, gap="small"):
        st.badge(t(f"status.{appeal.status}"), color="violet")
        if not appeal.in_time:
            st.badge(t("appeals.late"), icon=":material/schedule:", color="orange")
    promise = None if appeal.ruled_on else next_promise(appeal.promises)
    if promise is not None:
        show_promise(promise)


def the_appeal(appeal: AppealFile) -> None:
    with st.container(border=True, gap="xsmall"):
        fact(t("complaint.lodged_on"), f"{day(appeal.lodged_on)}, {t(f'channel.{appeal.channel}')}")
        words(t("appeals.grounds"), appeal.grounds)
        words(t("appeals.why_late"), appeal.late_reason)
        fact(t("appeals.acknowledged_on"), day(appeal.acknowledged_on))
        fact(t("appeals.heard_on"), day(appeal.heard_on))
        fact(t("appeals.withdrawn_on"), day(appeal.withdrawn_on))
        for each in chains(appeal.promises):
            chain_line(appeal.reference, each, "appeals")
    if appeal.ruling and not appeal.withdrawn_on:
        _ruling(appeal)
    _papers(appeal.papers)


def _ruling(appeal: AppealFile) -> None:
    st.subheader(t("complaint.ruling"), anchor=False)
    with st.container(border=True, gap="xsmall"):
        st.badge(t(f"ruling.{appeal.ruling}"), color="violet")
        words(t("complaint.ruling_reasons"), appeal.reasons)
        words(t("complaint.consequence"), appeal.consequence)
        fact(t("complaint.consequence_due_on"), day(appeal.consequence_due_on))
        st.text(t("appeals.binding_yes" if appeal.binding else "appeals.binding_no"))
        st.caption(t(f"appeals.told_{_told(appeal)}"))


def _told(appeal: AppealFile) -> str:
    if appeal.ruled_on:
        return "both"
    return "complainant" if LetterType.APPEAL_RULING in appeal.told else "nobody"


def _papers(papers: Sequence[Paper]) -> None:
    st.subheader(t("appeals.papers"), anchor=False)
    st.caption(t("appeals.papers_private"))
    if not papers:
        st.caption(t("appeals.no_papers"))
    for each in reversed(papers):
        with st.container(border=True, gap="xsmall"):
            st.markdown(f"**{day(each.happened_on)}** &nbsp; {t(f'event_kind.{each.kind}')}")
            st.text(each.text)
            st.caption(t("appeals.written", when=moment(each.recorded_at, language())))
