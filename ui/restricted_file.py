"""One file of a closed compartment: what was told, what happened, and the few things its keeper does."""

from __future__ import annotations

from datetime import date

import streamlit as st

from domain.attachments import EXTENSIONS
from domain.promises import is_open
from domain.vocabulary import Status
from services import attachments, drafts, restricted
from services.door import Actor
from services.dossier import Dossier
from services.dossier_content import Content
from services.dossier_timeline import TimelineEntry
from services.restricted import File
from text import moment, short_date
from ui.session import PAGES, Fields, form_id, in_badge, language, literal, new_form_id, show_refusals, t
from ui.strip_box import strip_box
from ui.widgets import flag_badge

EARLIEST, LATEST = date(2000, 1, 1), date(2099, 12, 31)  # the service says what is too early or in the future


def head(dossier: Dossier) -> None:
    st.page_link(PAGES["restricted"], label=t("restricted.back"), icon=":material/arrow_back:")
    st.title(dossier.reference, anchor=False)
    if dossier.status == Status.ANONYMISED:
        st.info(t("retention.anonymised"), icon=":material/auto_delete:")
    with st.container(horizontal=True):
        st.badge(t(f"compartment.{dossier.compartment}"), icon=":material/lock:", color="gray")
        st.badge(t(f"status.{dossier.status}"), color="blue")
        for promise in dossier.promises:
            if is_open(promise) and not promise.informative:
                flag_badge(promise.flag, f"{in_badge(promise.label)}: {short_date(promise.target_on, language())}")


def told(dossier: Dossier) -> None:
    st.text(dossier.description or "")
    if dossier.immediate_actions:
        st.caption(t("intake.immediate_actions"))
        st.text(dossier.immediate_actions)
    for label, value in _facts(dossier):
        with st.container(gap=None):
            st.caption(label)
            st.text(value)


def _facts(dossier: Dossier) -> list[tuple[str, str]]:
    about = dossier.content.people if dossier.content else ()
    facts = [
        (t("restricted.what"), " · ".join(each for each in (dossier.category, dossier.subcategory) if each)),
        (t("restricted.received_on"), short_date(dossier.received_on, language())),
        (t("intake.channel"), t(f"channel.{dossier.channel}")),
        (t("restricted.from"), _from(dossier)),
        (t("restricted.handed_by"), dossier.reporter or ""),
        (t("restricted.about"), ", ".join(each.name for each in about)),
    ]
    return [(label, value) for label, value in facts if value]


def _from(dossier: Dossier) -> str:
    person = dossier.complainant
    if person is None:
        return ""
    return " · ".join(each for each in (person.name, t(f"complainant_type.{person.type}"), person.contact) if each)


def history(content: Content) -> None:
    for entry in content.timeline:
        _entry(entry)


def _entry(entry: TimelineEntry) -> None:
    with st.container(border=True, gap="xsmall"):
        st.text(f"{short_date(entry.happened_on, language())} · {t(f'event_kind.{entry.kind}')}")
        if entry.text:
            st.text(entry.text)
        st.caption(t("restricted.recorded", who=literal(entry.who or ""), when=moment(entry.recorded_at, language())))


# What the keeper does


def step(who: Actor, file: File, today: date) -> None:
    """One form for every step; what was typed is kept as a draft, because a guarded session ends soon."""
    page, fields = f"restricted.{file.dossier.reference}", Fields()
    kept, turn = _kept(who, page)
    labels = {each.value: t(f"closed_step.{each}") for each in file.steps}
    chosen = st.pills(
        t("restricted.step"), list(labels), default=next(iter(labels)), format_func=labels.__getitem__,
        key=f"restricted.step.{turn}", required=True, wrap=True,
    )  # fmt: skip
    fields.under("step")
    if chosen:
        st.caption(t(f"closed_step.{chosen}_help"))
    on = st.date_input(t("restricted.on"), today, EARLIEST, LATEST, key=f"restricted.on.{turn}", format="DD-MM-YYYY")
    fields.under("on")
    text = st.text_area(t("restricted.text"), kept, key=f"restricted.text.{turn}", height=140)
    fields.under("text")
    _keep(who, page, text)
    if st.button(t("restricted.record"), key="restricted.record", type="primary", icon=":material/check:"):
        with show_refusals(fields):
            restricted.take(who, file.dossier.reference, form_id("restricted.take"), chosen or "", on, text)
            _taken(who, page)


def _kept(who: Actor, page: str) -> tuple[str, str]:
    """What was typed for this file, and what sets its fields apart: a default that is given in every run arrives, also
    when the first run is cut short."""
    if st.session_state.get("restricted.draft_of") != page:
        st.session_state["restricted.kept"] = drafts.recall(who, page).get("text", "")
        st.session_state["restricted.draft_of"] = page
    return st.session_state["restricted.kept"], f"{page}.{st.session_state.get('restricted.turn', 0)}"


def _keep(who: Actor, page: str, text: str) -> None:
    before = st.session_state["restricted.kept"]
    if text != before:
        if not before:  # something new begins; until then a second click is the same step again
            new_form_id("restricted.take")
        with show_refusals():
            drafts.keep(who, page, {"text": text})
        st.session_state["restricted.kept"] = text


def _taken(who: Actor, page: str) -> None:
    drafts.drop(who, page)
    st.session_state["restricted.kept"] = ""
    st.session_state["restricted.turn"] = st.session_state.get("restricted.turn", 0) + 1
    st.toast(t("restricted.recorded_now"), icon=":material/check:")
    st.rerun()


def files(who: Actor, file: File, content: Content) -> None:
    for each in content.attachments:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.text(each.name, width="stretch")
            st.link_button(t("restricted.download"), f"/attachment/{each.token}", icon=":material/download:")
    fields = Fields()
    key = f"restricted.upload.{form_id('restricted.upload')}"
    chosen = st.file_uploader(t("restricted.add_files"), type=list(EXTENSIONS), accept_multiple_files=True, key=key)
    fields.under("attachments")
    strip = bool(chosen) and strip_box(key, [each.name for each in chosen], file.dossier.anonymous)
    if chosen and st.button(t("restricted.attach"), key="restricted.attach"):
        with show_refusals(fields):
            attachments.add(who, file.dossier.reference, [(each.name, each.getvalue()) for each in chosen], strip)
            new_form_id("restricted.upload")
            st.rerun()
