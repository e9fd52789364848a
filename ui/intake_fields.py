"""The fields of the intake, one idea per section. What is asked first is enough for a remark by telephone."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from typing import Any

import streamlit as st

from domain.attachments import EXTENSIONS, LARGEST, MOST
from domain.vocabulary import Channel, ComplainantType, Discussed, Kind, SubjectType
from services.intake_choices import Choices
from services.profiles import ProfileWords
from ui.intake_state import BLANK, files_key, key, problem, typed
from ui.session import t

EARLIEST = date(2000, 1, 1)
_OFTEN = (Channel.PHONE, Channel.FACE_TO_FACE, Channel.EMAIL, Channel.APP)  # what a hurried hand looks for first
_OFTEN_FIRST = [*_OFTEN, *(each for each in Channel if each not in _OFTEN)]


def how_it_came(words: ProfileWords) -> None:
    left, _ = st.columns(2)
    with left:
        st.date_input(t("intake.received_on"), key=key("received_on"), min_value=EARLIEST, format="DD-MM-YYYY")
        problem("received_on")
    _pills("channel", _words("channel", [each for each in _OFTEN_FIRST if each in words.channels]))
    problem("channel")


def who_complains(words: ProfileWords, choose: Choices) -> None:
    st.caption(t("intake.not_you", reporter=choose.reporter))
    _pills("complainant_type", _words("complainant_type", words.complainant_types))
    problem("complainant_type")
    if typed("complainant_type") == ComplainantType.ANONYMOUS:
        st.caption(t("intake.anonymous"))
        return
    left, right = st.columns(2)
    with left:
        st.text_input(t("intake.complainant_name"), key=key("complainant_name"), autocomplete="off")
        problem("complainant_name")
    with right:
        st.text_input(t("intake.complainant_contact"), key=key("complainant_contact"), autocomplete="off")
        problem("complainant_contact")
    if typed("complainant_type") == ComplainantType.REPRESENTATIVE:
        st.text_input(t("intake.representative_of"), key=key("representative_of"), autocomplete="off")
        problem("representative_of")


def what_happened() -> None:
    st.text_area(t("intake.description"), key=key("description"), height=120, placeholder=t("intake.description_hint"))
    problem("description")


def where_and_what(words: ProfileWords, choose: Choices) -> None:
    left, right = st.columns(2)
    with left:
        if choose.places:
            _pick("unit_id", {place.id: place.name for place in choose.places}, t("intake.no_place"))
            problem("unit_id")
        if sector_asked(words, choose):
            _pills("sector", {each.key: each.label for each in words.sectors})
            problem("sector")
    with right:
        names = [each.name for each in words.categories_for(sector(words, choose))]
        names += [each.name for each in words.restricted]
        _pick("category", dict(zip(names, names, strict=True)), t("intake.no_category"))
        problem("category")


def red_flag() -> None:
    _radio("red_flag", _yes_no())
    problem("red_flag")
    if typed("red_flag"):
        st.warning(t("intake.red_flag_notice"), icon=":material/priority_high:")


def done_at_once() -> None:
    st.text_area(t("intake.immediate_actions"), key=key("immediate_actions"), height=80, label_visibility="collapsed")
    with st.container(horizontal=True):
        st.checkbox(t("intake.no_immediate_action"), key=key("no_immediate_action"))
        st.checkbox(t("intake.already_resolved"), key=key("already_resolved"))
    problem("immediate_actions")
    if typed("already_resolved"):
        if typed("resolved_on") is None:
            st.session_state[key("resolved_on")] = typed("received_on")
        st.date_input(t("intake.resolved_on"), key=key("resolved_on"), min_value=EARLIEST, format="DD-MM-YYYY")
        problem("resolved_on")


def about_whom(choose: Choices) -> None:
    st.multiselect(
        t("intake.respondents"),
        _known("respondents", choose.colleagues),
        key=key("respondents"),
        format_func=choose.colleagues.__getitem__,
        placeholder=t("intake.choose"),
    )
    st.text_input(t("intake.respondent_other"), key=key("respondent_other"), autocomplete="off")
    problem("respondents")


def more(words: ProfileWords, choose: Choices, title: str) -> None:
    """Everything that may wait."""
    _pills("kind", _words("kind", Kind))
    st.text_input(t("intake.title"), key=key("title"), placeholder=title, help=t("intake.title_help"))
    problem("title")
    about_whom(choose)
    _radio("discussed", _words("discussed", Discussed), help=t("intake.discussed_help"))
    st.text_area(t("intake.remedy_requested"), key=key("remedy_requested"), height=80)
    problem("remedy_requested")
    left, right = st.columns(2)
    with left:
        subcategory(words, choose)
        _pick("subject_type", _words("subject_type", SubjectType), t("intake.by_itself"))
    with right:
        _pick("preferred_channel", _words("channel", _ANSWERS), t("intake.no_preference"))
        _pick("formal_written", _yes_no(), t("intake.by_channel"), help=t("intake.formal_written_help"))


_ANSWERS = (Channel.EMAIL, Channel.LETTER, Channel.PHONE, Channel.APP)


def files() -> None:
    st.file_uploader(
        t("intake.files"),
        type=list(EXTENSIONS),
        accept_multiple_files=True,
        key=files_key(),
        help=t("intake.files_help", most=MOST, megabytes=LARGEST // 1024**2),
    )
    problem("attachments")


def privacy(choose: Choices) -> None:
    """R027: which rules hold for what is written down here."""
    st.caption(t("intake.privacy"))
    if choose.privacy_url:
        label = (
            t("intake.privacy_rules", day=choose.privacy_version_on) if choose.privacy_version_on else t("intake.privacy_link")
        )
        st.link_button(label, choose.privacy_url, type="tertiary", icon=":material/policy:")


# What the choices mean


def sector(words: ProfileWords, choose: Choices) -> str | None:
    """The place's own, the chosen one, or the only one there is."""
    place = choose.place(typed("unit_id"))
    if place and place.sector and any(each.key == place.sector for each in words.sectors):
        return place.sector
    return words.sectors[0].key if len(words.sectors) == 1 else typed("sector")


def sector_asked(words: ProfileWords, choose: Choices) -> bool:
    place = choose.place(typed("unit_id"))
    return len(words.sectors) > 1 and not (place and place.sector)


def subcategories(words: ProfileWords, choose: Choices) -> list[str]:
    """Of the chosen category."""
    known = [(each.name, each.subcategories) for each in words.categories_for(sector(words, choose))]
    known += [(each.name, each.subcategories) for each in words.restricted]
    return list(dict.fromkeys(each for name, below in known if name == typed("category") for each in below))


def subcategory(words: ProfileWords, choose: Choices) -> None:
    offered = subcategories(words, choose)
    if offered:
        _pick("subcategory", dict(zip(offered, offered, strict=True)), t("intake.no_category"))
        problem("subcategory")


# Widgets that come back from a draft: a value that is no choice any more is no value. Labels are made now, in the
# language of this run.


def _words(prefix: str, values: Iterable[StrEnum]) -> dict[Any, str]:
    return {each.value: t(f"{prefix}.{each.value}") for each in values}


def _yes_no() -> dict[Any, str]:
    return {True: t("common.yes"), False: t("common.no")}


def _known(field: str, options: Iterable[Any]) -> list[Any]:
    name, offered = key(field), list(options)
    value = st.session_state.get(name)
    if isinstance(BLANK[field], list):
        chosen = [each for each in value or () if each in offered]
        if chosen != value:
            st.session_state[name] = chosen
    elif value is not None and value not in offered:
        st.session_state[name] = None
    return offered


def _pills(field: str, labels: dict[Any, str]) -> None:
    options = _known(field, labels)
    st.pills(t(f"intake.{field}"), options, key=key(field), format_func=labels.__getitem__, required=True, wrap=True)


def _pick(field: str, labels: dict[Any, str], empty: str, help: str | None = None) -> None:
    options = _known(field, labels)
    st.selectbox(
        t(f"intake.{field}"), options, index=None, key=key(field), format_func=labels.__getitem__, placeholder=empty, help=help
    )


def _radio(field: str, labels: dict[Any, str], help: str | None = None) -> None:
    options = _known(field, labels)
    st.radio(
        t(f"intake.{field}"), options, index=None, key=key(field), format_func=labels.__getitem__, help=help, horizontal=True
    )
