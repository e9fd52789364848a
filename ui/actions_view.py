"""Measures on the screen: one by one, with what can be done about each, and the lines about them on the board."""

from __future__ import annotations

import textwrap

import streamlit as st

from domain.measures import MeasureState
from domain.workflow import StepName
from services import dossier
from services.door import Actor
from services.measures import MeasureRow, Part
from text import short_date
from ui import form_drafts, one_form, own_words
from ui.session import PAGES, language, literal, me, reachable, show_refusals, t
from ui.step_forms import FORMS
from ui.step_here import Here
from ui.widgets import days_left, flag_badge

_SHORT, _LONG = 270, 580  # pixels, as the other lines of the board
_BRIEF = 160  # characters of a measure in one line
_OPEN = (MeasureState.OPEN, MeasureState.OVERDUE)
_LOOKS = {
    MeasureState.LAPSED: (":material/block:", "gray"),
    MeasureState.DONE: (":material/check_circle:", "green"),
    MeasureState.TO_CHECK: (":material/help:", "violet"),
    MeasureState.CHECKED: (":material/verified:", "blue"),
}


def part(who: Actor, name: str, found: Part) -> None:
    """One of the two parts above the list; what does not fit is a filter away."""
    st.subheader(t(f"actions.{name}"), anchor=False)
    if not found.rows:
        st.caption(t(f"actions.no_{name}"))
    for each in found.rows:
        row(who, each, name)
    if found.total > len(found.rows):
        st.button(t(f"actions.all_{name}", count=found.total), key=f"actions.all_{name}", on_click=_only, args=(name,))


def _only(name: str) -> None:
    st.session_state["actions.show"], st.session_state["actions.page"] = "open" if name == "mine" else "to_check", ""
    st.session_state["actions.owner"] = "me" if name == "mine" else ""


def row(who: Actor, each: MeasureRow, section: str) -> None:
    with st.container(border=True, gap="small"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            _badge(each)
            st.page_link(PAGES["complaint"], label=each.reference, query_params={"ref": each.reference})
            st.caption(_dates(each))
        st.text(each.text)
        st.caption(literal(f"{each.title or t('retention.no_title')} · {_whose(each)}"))
        if each.evidence:
            st.text(t("complaint.evidence", text=each.evidence))
        if each.explanation:
            st.text(each.explanation)
        if opened() == (section, each.id):
            _form(who, each)
        else:
            _buttons(each, section)


def _badge(each: MeasureRow) -> None:
    if each.state in _OPEN:
        flag_badge(each.flag, days_left(each.days_left))
        return
    icon, color = _LOOKS[each.state]
    answer = t("measures.helped", answer=t(f"helped.{each.helped}")) if each.helped else t(f"measure_state.{each.state}")
    st.badge(answer, icon=icon, color=color)  # type: ignore[arg-type]


def _dates(each: MeasureRow) -> str:
    said = [t("actions.due", day=_day(each.due_on))] if each.done_on is None else [t("actions.done_on", day=_day(each.done_on))]
    if each.check_on and not each.helped:
        said.append(t("actions.check_on", day=_day(each.check_on)))
    elif each.check_months and each.state in _OPEN:
        said.append(t("measures.asked_after", count=each.check_months))
    return ", ".join(said)


def _whose(each: MeasureRow) -> str:
    return t("actions.of_me") if each.mine else t("actions.of", name=each.owner)


def _day(day: object) -> str:
    return short_date(day, language())  # type: ignore[arg-type]


# One form is open at a time


def opened() -> tuple[str, int] | None:
    """In which part, and of which measure."""
    at: tuple[str, int] | None = st.session_state.get("actions.at")
    return at if one_form.opened("actions") else None


def close_what_is_gone(shown: set[tuple[str, int]]) -> None:
    """The measure of the open form stands here no more: it was done, perhaps by the first half of a double click."""
    if opened() is not None and opened() not in shown:
        if "actions.sent" not in st.session_state and own_words.left("actions"):
            st.info(t("actions.gone"), icon=":material/info:")
            return
        one_form.leave("actions", one_form.opened("actions") or "")
        st.info(t("actions.gone"), icon=":material/info:")


def _buttons(each: MeasureRow, section: str) -> None:
    if not each.steps:
        return
    with st.container(horizontal=True, gap="small"):
        for step in each.steps:
            if st.button(t(f"actions.do_{step}"), key=f"actions.open_{section}_{each.id}_{step}"):
                _open(each, section, step)


def _open(each: MeasureRow, section: str, step: StepName) -> None:
    """What was typed in the form of another measure stays as its draft, and comes back with that form."""
    forms = tuple(f"actions.{name}." for name in StepName)
    drafts = [f"actions.{name}" for name in ("draft", "draft_values", "draft_kept", "draft_about", *one_form.BESIDES)]
    for key in [str(name) for name in st.session_state]:
        if key in drafts or key.startswith(forms):
            del st.session_state[key]
    st.session_state["actions.at"] = (section, each.id)
    st.session_state["actions.step"], st.session_state["actions.seen"] = str(step), each.version
    st.rerun()


def _form(who: Actor, each: MeasureRow) -> None:
    step = StepName(one_form.opened("actions") or "")
    form_drafts.resume("actions", f"{step}.{each.id}.{each.reference}")
    with show_refusals(reading=True):
        file = dossier.read(who, each.reference)
        one_form.header("actions", step, t(f"step.{step}"))
        here, area = Here("actions", file, step, one_form.seen("actions")), st.container()
        here.measure_id, here.says = each.id, f"complaint.done.{step}"
        with form_drafts.kept("actions", step):
            save = FORMS[step](here)
        here.meanwhile.show(area, here.deeds())
        if save is not None:
            one_form.carry_out(here, save)


# On the board


def lines(found: Part) -> None:
    for each in found.rows:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            with st.container(horizontal=True, vertical_alignment="center", gap="small", width=_SHORT):
                flag_badge(each.flag, days_left(each.days_left))
                st.page_link(PAGES["complaint"], label=each.reference, query_params={"ref": each.reference})
            brief = textwrap.shorten(each.text, _BRIEF, placeholder="…")
            st.text(t("board.measure", text=brief, whose=_whose(each)), width=_LONG)
    left = found.total - len(found.rows)
    if left and reachable("actions", me()):
        st.page_link(PAGES["actions"], label=t("board.measures_more", count=left), icon=":material/task_alt:")
