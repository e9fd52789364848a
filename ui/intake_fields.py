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
from ui.intake_state import before, files_key, key, problem, typed, widget
from ui.session import literal, t
from ui.strip_box import strip_box

EARLIEST, LATEST = date(2000, 1, 1), date(2099, 12, 31)  # the service says what is too early or in the future
_OFTEN = (Channel.PHONE, Channel.FACE_TO_FACE, Channel.EMAIL, Channel.APP)  # what a hurried hand looks for first
_OFTEN_FIRST = [*_OFTEN, *(each for each in Channel if each not in _OFTEN)]


def how_it_came(words: ProfileWords) -> None:
    left, _ = st.columns(2)
    with left:
        _date("received_on", before("received_on"))
        problem("received_on")
    _pills("channel", _words("channel", [each for each in _OFTEN_FIRST if each in words.channels]))
    problem("channel")


def who_complains(words: ProfileWords, choose: Choices) -> None:
    st.caption(t("intake.not_you", reporter=literal(choose.reporter)))
    _pills("complainant_type", _words("complainant_type", words.complainant_types))
    problem("complainant_type")
    if typed("complainant_type") == ComplainantType.ANONYMOUS:
        st.caption(t("intake.anonymous"))
        return
    left, right = st.columns(2)
    with left:
        _line("complainant_name")
        problem("complainant_name")
    with right:
        _line("complainant_contact")
        problem("complainant_contact")
    if typed("complainant_type") == ComplainantType.REPRESENTATIVE:
        _line("representative_of")
        problem("representative_of")


def what_happened() -> None:
    _text("description", height=120, placeholder=t("intake.description_hint"))
    problem("description")


def where_and_what(words: ProfileWords, choose: Choices) -> None:
    left, right = st.columns(2)
    with left:
        if choose.places:
            _pick("unit_id", {place.id: place.name for place in choose.places}, t("intake.no_place"))
            problem("unit_id")
        if sector_asked(words, choose):
            _pills("sector", {each.key: literal(each.label) for each in words.sectors})
            problem("sector")
    with right:
        names = [each.name for each in words.categories_for(sector(words, choose))]
        names += [each.name for each in words.restricted]
        _pick("category", dict(zip(names, names, strict=True)), t("intake.no_category"))
        problem("category")


def red_flag(words: ProfileWords) -> None:
    for each in words.restricted:
        if each.treatment == "red_flag" and each.name == typed("category"):
            st.text(each.explanation)
    _radio("red_flag", _yes_no())
    problem("red_flag")
    if typed("red_flag"):
        st.warning(t("intake.red_flag_notice"), icon=":material/priority_high:")


def done_at_once() -> None:
    _text("immediate_actions", height=80, label_visibility="collapsed")
    problem("immediate_actions")


def nothing_or_solved() -> None:
    """R040-R042: none is said, never left out; and what is solved already counts too."""
    with st.container(horizontal=True):
        _tick("no_immediate_action")
        _tick("already_resolved")
    if typed("already_resolved"):
        _date("resolved_on", before("resolved_on") or typed("received_on"))
        problem("resolved_on")


def about_whom(choose: Choices) -> None:
    st.multiselect(
        t("intake.respondents"),
        list(choose.colleagues),
        [each for each in before("respondents") if each in choose.colleagues],
        key=widget("respondents"),
        format_func=choose.colleagues.__getitem__,
        placeholder=t("intake.choose"),
    )
    _line("respondent_other")
    problem("respondents")


def more(words: ProfileWords, choose: Choices, title: str) -> None:
    """Everything that may wait."""
    _pills("kind", _words("kind", Kind))
    _line("title", placeholder=title, help=t("intake.title_help"))
    problem("title")
    about_whom(choose)
    _radio("discussed", _words("discussed", Discussed))
    st.caption(t("intake.discussed_help"))  # R024
    _text("remedy_requested", height=80)
    problem("remedy_requested")
    left, right = st.columns(2)
    with left:
        subcategory(words, choose)
        _pick("subject_type", _words("subject_type", SubjectType), t("intake.by_itself"))
    with right:
        _pick("preferred_channel", _words("channel", _ANSWERS), t("intake.no_preference"))
        _pick("formal_written", _yes_no(), t("intake.by_channel"), help=t("intake.formal_written_help"))
    procedure(words, choose)


def procedure(words: ProfileWords, choose: Choices) -> None:
    """Which procedure, and whether our own committee handles it; nothing where there is no choice."""
    offered = procedures(words, choose)
    if len(offered) > 1:
        _pick("procedure", offered, t("intake.usual_procedure", name=next(iter(offered.values()))))
        problem("procedure")
    chosen = chosen_procedure(words, choose)
    if len(offered) > 1 or chosen in words.with_committee:
        st.caption(literal(next((each.explanation for each in words.procedures if each.key == chosen), "")))
    if chosen in words.with_committee:
        _tick("by_committee")
        problem("by_committee")


_ANSWERS = (Channel.EMAIL, Channel.LETTER, Channel.PHONE, Channel.APP)


def files() -> None:
    chosen = st.file_uploader(
        t("intake.files"),
        type=list(EXTENSIONS),
        accept_multiple_files=True,
        key=files_key(),
        help=t("intake.files_help", most=MOST, megabytes=LARGEST // 1024**2),
    )
    problem("attachments")
    if chosen:
        anonymous = typed("complainant_type") == ComplainantType.ANONYMOUS
        st.session_state[key("strip")] = strip_box(files_key(), [each.name for each in chosen], anonymous)


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


def procedures(words: ProfileWords, choose: Choices) -> dict[str, str]:
    """Of the sector, by key: the usual one first."""
    found = next((each for each in words.sectors if each.key == sector(words, choose)), None)
    if found is None:
        return {}
    keys = dict.fromkeys((found.procedure, *(each.procedure for each in found.also)))
    return {key: words.procedure_label(key) for key in keys}


def chosen_procedure(words: ProfileWords, choose: Choices) -> str | None:
    """Nobody chose: the usual one. None while the sector is not known."""
    offered = procedures(words, choose)
    return typed("procedure") if typed("procedure") in offered else next(iter(offered), None)


def by_committee(words: ProfileWords, choose: Choices) -> bool:
    return bool(typed("by_committee")) and chosen_procedure(words, choose) in words.with_committee


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


def _date(field: str, start: date | None) -> None:
    st.date_input(t(f"intake.{field}"), start, EARLIEST, LATEST, key=widget(field), format="DD-MM-YYYY")


def _line(field: str, **more: Any) -> None:
    st.text_input(t(f"intake.{field}"), before(field), key=widget(field), autocomplete="off", **more)


def _text(field: str, height: int, **more: Any) -> None:
    st.text_area(t(f"intake.{field}"), before(field), key=widget(field), height=height, **more)


def _tick(field: str) -> None:
    st.checkbox(t(f"intake.{field}"), before(field), key=widget(field))


def _pills(field: str, labels: dict[Any, str]) -> None:
    start = before(field) if before(field) in labels else None
    st.pills(
        t(f"intake.{field}"),
        list(labels),
        default=start,
        key=widget(field),
        format_func=labels.__getitem__,
        required=True,
        wrap=True,
    )


def _pick(field: str, labels: dict[Any, str], empty: str, help: str | None = None) -> None:
    st.selectbox(
        t(f"intake.{field}"), list(labels), _place(field, labels), labels.__getitem__, widget(field), help, placeholder=empty
    )


def _radio(field: str, labels: dict[Any, str]) -> None:
    st.radio(t(f"intake.{field}"), list(labels), _place(field, labels), labels.__getitem__, widget(field), horizontal=True)


def _place(field: str, labels: dict[Any, str]) -> int | None:
    return list(labels).index(before(field)) if before(field) in labels else None
