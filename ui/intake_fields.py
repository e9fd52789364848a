"""The fields of the intake, one idea per section. What is asked first is enough for a remark by telephone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import streamlit as st

from domain.attachments import EXTENSIONS, LARGEST, MOST
from domain.vocabulary import Channel, ComplainantType, Discussed, Kind, SubjectType
from services.intake_choices import Choices
from services.profiles import ProfileWords
from ui.intake_state import files_key, key, problem, typed
from ui.session import t

EARLIEST = date(2000, 1, 1)
YES_NO = (True, False)
_OFTEN = (Channel.PHONE, Channel.FACE_TO_FACE, Channel.EMAIL, Channel.APP)  # what a hurried hand looks for first
_OFTEN_FIRST = [*_OFTEN, *(each for each in Channel if each not in _OFTEN)]


def how_it_came(words: ProfileWords) -> None:
    left, _ = st.columns(2)
    with left:
        st.date_input(t("intake.received_on"), key=key("received_on"), min_value=EARLIEST, format="DD-MM-YYYY")
        problem("received_on")
    _choose("channel", [each.value for each in sorted(words.channels, key=_OFTEN_FIRST.index)], "channel")
    problem("channel")


def who_complains(words: ProfileWords, choose: Choices) -> None:
    st.caption(t("intake.not_you", reporter=choose.reporter))
    _choose("complainant_type", [each.value for each in words.complainant_types], "complainant_type")
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
            names = {place.id: place.name for place in choose.places}
            _pick("unit_id", list(names), names.__getitem__, t("intake.no_place"))
            problem("unit_id")
        if sector_asked(words, choose):
            labels = {sector.key: sector.label for sector in words.sectors}
            _pills("sector", list(labels), labels.__getitem__)
            problem("sector")
    with right:
        names_of = [each.name for each in words.categories_for(sector(words, choose))]
        _pick("category", [*dict.fromkeys(names_of), *(each.name for each in words.restricted)], str, t("intake.no_category"))
        problem("category")


def red_flag() -> None:
    st.radio(
        t("intake.red_flag"),
        _known(key("red_flag"), list(YES_NO)),
        index=None,
        key=key("red_flag"),
        format_func=_word,
        horizontal=True,
    )
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
        _known(key("respondents"), list(choose.colleagues)),
        key=key("respondents"),
        format_func=lambda each: choose.colleagues.get(each, ""),
        placeholder=t("intake.choose"),
    )
    st.text_input(t("intake.respondent_other"), key=key("respondent_other"), autocomplete="off")
    problem("respondents")


def more(words: ProfileWords, choose: Choices, title: str) -> None:
    """Everything that may wait."""
    _pills("kind", [each.value for each in Kind], lambda each: t(f"kind.{each}"))
    st.text_input(t("intake.title"), key=key("title"), placeholder=title, help=t("intake.title_help"))
    problem("title")
    about_whom(choose)
    st.radio(
        t("intake.discussed"),
        _known(key("discussed"), [each.value for each in Discussed]),
        key=key("discussed"),
        format_func=lambda each: t(f"discussed.{each}"),
        help=t("intake.discussed_help"),
        horizontal=True,
    )
    st.text_area(t("intake.remedy_requested"), key=key("remedy_requested"), height=80)
    problem("remedy_requested")
    left, right = st.columns(2)
    with left:
        subcategory(words, choose)
        _pick(
            "subject_type", [each.value for each in SubjectType], lambda each: t(f"subject_type.{each}"), t("intake.by_itself")
        )
    with right:
        _pick(
            "preferred_channel", [each.value for each in _ANSWERS], lambda each: t(f"channel.{each}"), t("intake.no_preference")
        )
        _pick("formal_written", list(YES_NO), _word, t("intake.by_channel"), help=t("intake.formal_written_help"))


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
        _pick("subcategory", offered, str, t("intake.no_category"))
        problem("subcategory")


# Widgets that come back from a draft: a value that is no choice any more is no value


def _known(name: str, options: Sequence[Any]) -> Sequence[Any]:
    value = st.session_state.get(name)
    if isinstance(value, list):
        if any(each not in options for each in value):
            st.session_state[name] = [each for each in value if each in options]
    elif value is not None and value not in options:
        st.session_state[name] = None
    return options


def _choose(field: str, options: list[str], words: str) -> None:
    _pills(field, options, lambda each: t(f"{words}.{each}"))


def _pills(field: str, options: list[str], label: Any) -> None:
    st.pills(t(f"intake.{field}"), _known(key(field), options), key=key(field), format_func=label, required=True, wrap=True)


def _pick(field: str, options: list[Any], label: Any, empty: str, help: str | None = None) -> None:
    st.selectbox(
        t(f"intake.{field}"),
        _known(key(field), options),
        index=None,
        key=key(field),
        format_func=label,
        placeholder=empty,
        help=help,
    )


def _word(answer: bool) -> str:
    return t("common.yes") if answer else t("common.no")
