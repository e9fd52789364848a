"""The top of a dossier: which one, how it stands, and what was promised next."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import streamlit as st

from domain.promises import is_open, stands_still
from domain.vocabulary import Compartment, Flag, Kind, Status
from services.dossier import Dossier
from services.promises import PromiseView
from text import weekday_date
from ui.session import PAGES, language, literal, me, reachable, t

_STATUS_COLORS = {
    Status.REGISTERED: "blue",
    Status.ACKNOWLEDGED: "blue",
    Status.IN_PROGRESS: "blue",
    Status.DECIDED: "blue",
    Status.IN_APPEAL: "violet",
    Status.RULED: "violet",
}
_OVER = frozenset({Status.CLOSED, Status.ANSWERED, Status.WITHDRAWN, Status.NOT_HANDLED, Status.ANONYMISED})
_ALARMS = {
    Flag.LEGAL_PASSED: (st.error, ":material/gavel:"),
    Flag.LATE: (st.error, ":material/error:"),
    Flag.TODAY: (st.warning, ":material/today:"),
    Flag.SOON: (st.warning, ":material/schedule:"),
    Flag.ON_TIME: (st.info, ":material/event_upcoming:"),
    Flag.PAUSED: (st.info, ":material/pause_circle:"),
}


def back_to_the_board() -> None:
    if reachable("board", me()):
        st.page_link(PAGES["board"], label=t("complaint.to_board"), icon=":material/arrow_back:")


def head(file: Dossier) -> None:
    back_to_the_board()
    st.title(file.reference, anchor=False)
    if file.status == Status.ANONYMISED:
        st.info(t("retention.anonymised"), icon=":material/auto_delete:")
    else:
        st.text(file.title)
    with st.container(horizontal=True, gap="small"):
        _badges(file)
    if file.red_flag and file.expert_consulted_on is None:
        st.error(t("complaint.red_flag_banner"), icon=":material/priority_high:")
    _next(file)


def _badges(file: Dossier) -> None:
    status = Status(file.status)
    st.badge(t(f"status.{status}"), color=_STATUS_COLORS.get(status, "gray"))  # type: ignore[arg-type]
    if file.kind == Kind.QUESTION:
        st.badge(t(f"kind.{file.kind}"), icon=":material/help:", color="gray")
    if file.compartment != Compartment.REGULAR:
        st.badge(t(f"compartment.{file.compartment}"), icon=":material/lock:", color="violet")
    if file.red_flag:
        st.badge(t("complaint.red_flag"), icon=":material/priority_high:", color="red")
    if file.already_resolved:
        st.badge(t("complaint.already_resolved"), icon=":material/check:", color="green")
    if file.external_stage:
        st.badge(t("complaint.outside_badge"), icon=":material/open_in_new:", color="gray")
    if file.reopened:
        st.badge(t("complaint.reopened"), icon=":material/replay:", color="gray")


def _next(file: Dossier) -> None:
    promise = next_promise(file.promises)
    if promise is not None:
        show_promise(promise)
    elif file.status not in _OVER:
        st.caption(t("complaint.no_promise"))


def show_promise(promise: PromiseView) -> None:
    show, icon = _ALARMS[promise.flag]
    show(promise_sentence(replace(promise, label=literal(promise.label))), icon=icon)


def next_promise(promises: Iterable[PromiseView]) -> PromiseView | None:
    """The earliest that is still open, as the board shows it."""
    waiting = [each for each in promises if is_open(each) and not each.informative]
    dated = [each for each in waiting if not stands_still(each)]
    return min(dated or waiting, key=lambda each: (each.target_on, not each.statutory, each.legal_on), default=None)


def promise_sentence(promise: PromiseView) -> str:
    """Reactie naar de klant: uiterlijk vrijdag 27 november 2026, nog 4 werkdagen."""
    if stands_still(promise) and promise.paused_from:
        return t("complaint.next_paused", label=promise.label, day=weekday_date(promise.paused_from, language()))
    values = {"label": promise.label, "day": weekday_date(promise.target_on, language())}
    said = t(_how_far(promise), **values, count=abs(promise.working_days_left))
    if promise.statutory and promise.legal_on != promise.target_on:
        return f"{said} {t('complaint.next_legal', day=weekday_date(promise.legal_on, language()))}"
    return said


def _how_far(promise: PromiseView) -> str:
    left = promise.working_days_left
    if promise.flag is Flag.TODAY:
        return "complaint.next_today"
    if promise.flag in (Flag.LATE, Flag.LEGAL_PASSED):
        return {0: "complaint.next_late", -1: "complaint.next_late_one"}.get(left, "complaint.next_late_days")
    return {0: "complaint.next_weekend", 1: "complaint.next_one"}.get(left, "complaint.next_days")
