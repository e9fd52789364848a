"""The calendar on the people page: holidays, days by decree, the organisation's own closing days; and what is to be looked
after there."""

from __future__ import annotations

from datetime import date

import streamlit as st

from services import calendar_days, escalation
from services.calendar_days import DECREE, OWN, STATUTORY, Closing, Effect, State
from text import weekday_date
from ui.session import Fields, actor, emptied, language, literal, show_refusals, t, tell

AHEAD = 3  # years that can be looked at and filled already


def people_notices() -> None:
    """What waits for the administrator, whatever part of the page is open."""
    for year in calendar_days.unknown_years(actor()):
        st.warning(t("calendar.unknown", year=year), icon=":material/event_busy:")
    count = escalation.unanswered(actor())
    if count:
        key = "people.nobody_found_one" if count == 1 else "people.nobody_found"
        st.warning(t(key, count=count), icon=":material/person_off:")


def calendar_part() -> None:
    state = calendar_days.state(actor())
    st.caption(t("calendar.about"))
    this = state.today.year
    year = int(st.selectbox(t("calendar.year"), range(this - 1, this + AHEAD + 1), index=1, key="people.calendar.year"))
    closings = calendar_days.listing(actor(), year)
    _decree(state, year, [each for each in closings if each.kind == DECREE])
    _own([each for each in closings if each.kind == OWN])
    st.subheader(t("calendar.statutory"), anchor=False)
    st.dataframe(
        [
            {t("calendar.day"): _days(each), t("calendar.name"): each.name, t("calendar.where"): each.source}
            for each in closings
            if each.kind == STATUTORY
        ],
        hide_index=True,
        width="stretch",
        height="content",
    )


def _decree(state: State, year: int, closings: list[Closing]) -> None:
    st.subheader(t("calendar.decree"), anchor=False)
    _sure(state, year, bool(closings))
    if not closings:
        st.caption(t("calendar.decree_none"))
    for each in closings:
        _line(each)
    with st.form("people.calendar.decree", clear_on_submit=False):
        fields, key = Fields(), "people.calendar.decree"
        emptied({f"{key}.day": None, f"{key}.name": "", f"{key}.source": ""})
        day = st.date_input(t("calendar.day"), None, format="DD-MM-YYYY", key=f"{key}.day")
        fields.under("day")
        name = st.text_input(t("calendar.name"), key=f"{key}.name")
        fields.under("name")
        source = st.text_input(t("calendar.source"), key=f"{key}.source")
        fields.under("source")
        submitted = st.form_submit_button(t("calendar.add_decree"))
    if submitted:
        with show_refusals(fields):
            effect = calendar_days.add_decree_day(actor(), _one(day), name, source)
            _done(_words("added", effect), effect.dossiers)


def _sure(state: State, year: int, some: bool) -> None:
    """Somebody can say that there are none, and take it back."""
    if year in state.without:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.text(t("calendar.none_said", year=year))
            if st.button(t("calendar.not_sure"), key="people.calendar.not_sure"):
                calendar_days.without_decree(actor(), year, False)
                st.rerun()
    elif not some and st.button(t("calendar.none_made", year=year), key="people.calendar.none_made"):
        calendar_days.without_decree(actor(), year, True)
        st.rerun()


def _own(closings: list[Closing]) -> None:
    st.subheader(t("calendar.own"), anchor=False)
    if not closings:
        st.caption(t("calendar.own_none"))
    for each in closings:
        _line(each)
    with st.form("people.calendar.own", clear_on_submit=False):
        fields, key = Fields(), "people.calendar.own"
        emptied({f"{key}.first": None, f"{key}.last": None, f"{key}.name": ""})
        first = st.date_input(t("calendar.first"), None, format="DD-MM-YYYY", key=f"{key}.first")
        fields.under("first")
        last = st.date_input(t("calendar.last"), None, format="DD-MM-YYYY", key=f"{key}.last")
        fields.under("last")
        name = st.text_input(t("calendar.name"), key=f"{key}.name")
        fields.under("name")
        submitted = st.form_submit_button(t("calendar.add_own"))
    if submitted:
        with show_refusals(fields):
            calendar_days.add_closing(actor(), _one(first), _one(last), name)
            _done("calendar.own_added")


def _line(closing: Closing) -> None:
    said, button = st.columns([5, 1], vertical_alignment="center")
    with said.container(gap=None):
        st.text(f"{_days(closing)}: {closing.name}")
        if closing.source:
            st.caption(literal(closing.source))
    if button.button(t("calendar.remove"), key=f"people.calendar.remove.{closing.ids[0]}", icon=":material/delete:"):
        with show_refusals():
            effect = calendar_days.remove(actor(), closing.ids)
            _done("calendar.own_removed" if closing.kind == OWN else _words("removed", effect), effect.dossiers)


def _words(what: str, effect: Effect) -> str:
    if effect.dossiers == 0:
        return f"calendar.{what}_over" if effect.over else f"calendar.{what}_none"
    return f"calendar.{what}_one" if effect.dossiers == 1 else f"calendar.{what}_some"


def _done(sentence: str, count: int = 0) -> None:
    for key in [
        str(each) for each in st.session_state if str(each).startswith(("people.calendar.decree", "people.calendar.own"))
    ]:
        del st.session_state[key]
    tell(sentence, count=count)
    st.rerun()


def _one(given: object) -> date | None:
    return given if isinstance(given, date) else None


def _days(closing: Closing) -> str:
    first, last = (weekday_date(each, language()) for each in (closing.first, closing.last))
    return first if first == last else t("calendar.range", first=first, last=last)
