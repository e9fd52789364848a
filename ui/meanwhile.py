"""Somebody else saved while a form was open: what only they changed is taken over, what both changed stands side by side to
choose from, and nothing that was typed gets lost.

`form` and `step` are those of the form's keys: ``<form>.<step>.<field>``, and ``<form>.seen`` for the version that the person
saw. What stood in the fields then is in ``<form>.base``; the draft keeps both (ui/form_drafts.py).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from domain.merging import Merged, marked, merge, same, together
from services.door import AMSTERDAM, today_and_now
from text import moment, near_date, time_of_day, weekday_date
from ui.form_drafts import as_it_was, plain
from ui.session import language, literal, me, t

_MANY = 5  # of what others did; the rest stands in the dossier


@dataclass(frozen=True)
class Field:
    label: str
    now: Any  # what stands there, as the field on the screen holds it
    words: Callable[[Any], str] | None = None  # of a choice


@dataclass(frozen=True)
class Deed:
    """What somebody did meanwhile, as far as this person may see it."""

    who: str | None  # none: the system, or nobody knows
    at: datetime | date | None
    what: str = ""


class Meanwhile:
    """One form, during one run. `meet` comes before the fields are drawn, `show` after them."""

    def __init__(self, form: str, step: str, version: int) -> None:
        self.form, self.step, self.version = form, step, version
        self._fields: dict[str, Field] = {}
        self._clashes: list[str] = []

    @property
    def changed(self) -> bool:
        """Not by what this person is saving at this moment."""
        return st.session_state[f"{self.form}.seen"] != self.version and st.session_state.get(f"{self.form}.sent") is None

    def meet(self, fields: Mapping[str, Field]) -> None:
        """These fields edit what stands there. One of which nothing is on the screen yet starts at that."""
        self._fields |= fields
        now = {name: plain(each.now) for name, each in fields.items()}
        if self.changed:
            self._follow(merge(self._base(), now, self._typed(fields)), now)
        elif st.session_state.get(f"{self.form}.sent") is None:
            self._base().update(now)
        for name, each in fields.items():
            st.session_state.setdefault(self._key(name), each.now)

    def _follow(self, found: Merged, now: Mapping[str, Any]) -> None:
        for name in found.taken:
            self._set(name, now[name])
            self._base()[name] = now[name]
            self._taken().append(self._fields[name].label)
        self._clashes += [name for name in found.clashes if name not in self._clashes]

    def show(self, area: DeltaGenerator, deeds: Sequence[Deed]) -> None:
        """Above the form: who did what, what was taken over, and what is to be chosen. Drawn after the fields."""
        with area:
            if self.changed:
                self._show(deeds)
            self._left_over()

    def _show(self, deeds: Sequence[Deed]) -> None:
        st.warning(_said(deeds), icon=":material/sync_problem:")
        for each in deeds[:_MANY]:
            if each.what:
                st.text(t("meanwhile.deed", who=each.who or t("complaint.system"), when=_when(each.at), what=each.what))
        if taken := dict.fromkeys(self._taken()):
            st.text(t("meanwhile.taken", what=" ".join(taken)))
        if not self._clashes:
            st.button(t("complaint.go_on"), key=self._key("go_on"), on_click=self._look)
            return
        st.text(t("meanwhile.both"))
        for name in self._clashes:
            self._clash(name, _by(deeds))

    def _clash(self, name: str, who: str) -> None:
        field, mine = self._fields[name], self._value(name)
        text = isinstance(mine, str) and isinstance(field.now, str) and field.words is None
        ours, theirs = _words(field, mine), _words(field, field.now)
        with st.container(border=True):
            st.markdown(f"**{literal(field.label)}**")
            left, right = st.columns(2, gap="medium")
            with left:
                st.caption(t("meanwhile.mine"))
                st.text(marked(ours, theirs) if text else ours)
                st.button(t("meanwhile.take_mine"), key=self._key(f"{name}.mine.go_on"), on_click=self._settle, args=(name,))
            with right:
                st.caption(literal(t("meanwhile.theirs", who=who)))
                st.text(marked(theirs, ours) if text else theirs)
                words = t("meanwhile.take_theirs")
                st.button(words, key=self._key(f"{name}.theirs.go_on"), on_click=self._take, args=(name,))
            if text:
                st.caption(t("meanwhile.marked"))
                words = t("meanwhile.take_both")
                st.button(words, key=self._key(f"{name}.both.go_on"), on_click=self._join, args=(name,))

    def _left_over(self) -> None:
        """What this person typed and then replaced: it can still be copied."""
        left = st.session_state.get(f"{self.form}.left")
        if left:
            with st.expander(t("meanwhile.left"), icon=":material/content_copy:"):
                for words in left:
                    st.code(words, language=None, wrap_lines=True)

    # What a click does: before anything is drawn, as the next click may come right after it

    def _look(self) -> None:
        """What is on screen now is what this person saw."""
        if f"{self.form}.seen" in st.session_state:
            st.session_state[f"{self.form}.seen"] = self.version
            st.session_state.pop(f"{self.form}.taken", None)
            st.session_state.pop(f"{self.form}.since", None)

    def _settle(self, name: str) -> None:
        if f"{self.form}.seen" not in st.session_state:  # the form was left
            return
        self._base()[name] = plain(self._fields[name].now)
        self._clashes = [each for each in self._clashes if each != name]
        if not self._clashes:
            self._look()

    def _take(self, name: str) -> None:
        self._put_by(name)
        self._set(name, plain(self._fields[name].now))
        self._settle(name)

    def _join(self, name: str) -> None:
        now, mine, before = self._fields[name].now, str(self._value(name) or ""), self._base().get(name)
        self._put_by(name)
        st.session_state[self._key(name)] = together(before if isinstance(before, str) else "", now, mine)
        self._settle(name)

    def _put_by(self, name: str) -> None:
        typed = self._value(name)
        if isinstance(typed, str) and typed.strip() and self._fields[name].words is None:
            st.session_state.setdefault(f"{self.form}.left", []).append(typed)

    # What is remembered

    def _key(self, name: str) -> str:
        return f"{self.form}.{self.step}.{name}"

    def _value(self, name: str) -> Any:
        return st.session_state.get(self._key(name))

    def _base(self) -> dict[str, Any]:
        base: dict[str, Any] = st.session_state.setdefault(f"{self.form}.base", {})
        return base

    def _taken(self) -> list[str]:
        taken: list[str] = st.session_state.setdefault(f"{self.form}.taken", [])
        return taken

    def _typed(self, fields: Mapping[str, Field]) -> dict[str, Any]:
        return {name: plain(self._value(name)) for name in fields if self._key(name) in st.session_state}

    def _set(self, name: str, value: Any) -> None:
        """Theirs, now: what nobody typed here is no draft of this person."""
        st.session_state[self._key(name)] = as_it_was(value)
        start = st.session_state.get(self._key("draft_start"))
        if start is not None:
            start[name] = value


def _words(field: Field, value: Any) -> str:
    if same(value, None):
        return t("meanwhile.nothing")
    if field.words is not None:
        return field.words(value)
    if isinstance(value, bool):
        return t("common.yes" if value else "common.no")
    return weekday_date(value, language()) if isinstance(value, date) else str(value)


def _by(deeds: Sequence[Deed]) -> str:
    """Who saved last, and when."""
    if not deeds or not deeds[0].who:
        return t("meanwhile.somebody")
    when = _when(deeds[0].at)
    return f"{deeds[0].who}, {when}" if when else deeds[0].who


def _said(deeds: Sequence[Deed]) -> str:
    """Intussen heeft Cora dit gewijzigd (14:03). For a place that reads Markdown."""
    names = list(dict.fromkeys(literal(each.who) for each in deeds if each.who))
    when = _when(deeds[0].at) if deeds else ""
    if not names or not when:
        return t("meanwhile.changed")
    if names == [literal(me().display_name)]:
        return t("meanwhile.changed_mine", when=when)
    who = t("meanwhile.and", first=", ".join(names[:-1]), last=names[-1]) if names[1:] else names[0]
    return t("meanwhile.changed_by_more" if names[1:] else "meanwhile.changed_by", who=who, when=when)


def _when(at: datetime | date | None) -> str:
    """The time, of today; else the day too."""
    today = today_and_now()[0]
    if at is None:
        return ""
    if isinstance(at, datetime):
        this_day = at.astimezone(AMSTERDAM).date() == today
        return time_of_day(at, language()) if this_day else moment(at, language())
    return t("days.today") if at == today else near_date(at, today, language())
