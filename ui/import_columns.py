"""What the columns of somebody's file mean: proposed by their headings, chosen by who takes it over, kept under a name."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

import streamlit as st

from domain import mapping as read
from domain.errors import Refused
from domain.mapping import ColumnMap, DateOrder
from domain.old_register import CHOICES, DATES, EMPTY_MEANS, REQUIRED, TARGETS
from domain.tables import Table
from services import mappings
from services.door import Actor
from services.mappings import Saved
from services.old_register_report import usual
from ui.session import Fields, language, literal, show_refusals, t, tell

MOST_WORDS = 60  # of one column; more are no choices but free text
_NOT = ""  # no column


def choose(who: Actor, table: Table, known: Mapping[str, Mapping[str, str]]) -> ColumnMap:
    """Plain widgets: every choice counts at once, and stays while this file is on the screen."""
    saved = mappings.saved(who)
    _start_from(saved, table)
    st.caption(t("old_register.about_columns"))
    columns = _columns(table)
    order = _order()
    choices = {target: _words(target, columns.get(target), table, known[target]) for target in CHOICES}
    made = ColumnMap(columns, {target: words for target, words in choices.items() if words}, order)
    _keep(who, made, saved)
    return made


# Where the choices begin


def _start_from(saved: tuple[Saved, ...], table: Table) -> None:
    names = [_NOT, *(each.name for each in saved)]
    if st.session_state.get("importing.mapping") not in names:
        st.session_state["importing.mapping"] = _NOT
    if saved:
        st.selectbox(
            t("old_register.use_saved"),
            names,
            format_func=lambda name: name or t("old_register.use_none"),
            key="importing.mapping",
            on_change=forget,
        )
    if "importing.begun" in st.session_state:
        return
    chosen = next((each for each in saved if each.name == st.session_state["importing.mapping"]), None)
    st.session_state["importing.begun"] = True
    _put(chosen.mapping if chosen else ColumnMap(read.proposed(table.columns, usual(language()))), table)


def forget() -> None:
    """Another file, or another saved assignment: everything is proposed anew."""
    for key in [each for each in st.session_state if str(each).startswith(("importing.column.", "importing.word."))]:
        del st.session_state[key]
    st.session_state.pop("importing.begun", None)


def _put(mapping: ColumnMap, table: Table) -> None:
    here = {heading.casefold(): heading for heading in table.columns}
    for target in TARGETS:
        st.session_state[f"importing.column.{target}"] = here.get(mapping.columns.get(target, _NOT).casefold(), _NOT)
    for target, words in mapping.choices.items():
        for word, value in words.items():
            st.session_state[f"importing.word.{target}.{word}"] = value
    st.session_state["importing.order"] = mapping.order.value if mapping.order else _NOT


# The columns


def _columns(table: Table) -> dict[str, str]:
    found = {}
    left, right = st.columns(2)
    for place, target in enumerate(TARGETS):
        label = t(f"old_register.{target}")
        chosen = (right if place % 2 else left).selectbox(
            t("old_register.needed", name=label) if target in REQUIRED else label,
            [_NOT, *table.columns],
            format_func=lambda heading: heading or t("old_register.no_column"),
            key=f"importing.column.{target}",
        )
        if chosen:
            found[target] = chosen
    twice = sorted({heading for heading in found.values() if list(found.values()).count(heading) > 1})
    if twice:
        st.warning(t("old_register.twice", names=literal(", ".join(twice))), icon=":material/warning:")
    return found


def _order() -> DateOrder | None:
    chosen = st.radio(
        t("old_register.order"),
        [_NOT, *DateOrder],
        format_func=lambda each: t(f"old_register.order_{each or 'none'}"),
        key="importing.order",
        help=t("old_register.order_help", fields=", ".join(t(f"old_register.{each}") for each in DATES)),
    )
    return DateOrder(chosen) if chosen else None


# The words in them


def _words(target: str, heading: str | None, table: Table, known: Mapping[str, str]) -> dict[str, str]:
    """What the words of this column are called here. Those that are ours already are not asked."""
    ours = {read.fold(label) for label in known.values()}
    said = _said_in(table, heading, target)
    empty = heading is None or "" in said
    odd = {word: text for word, text in sorted(said.items()) if word and word not in ours}
    asked = dict(list(odd.items())[:MOST_WORDS])
    if empty and target in EMPTY_MEANS:
        asked = {"": t("old_register.empty")} | asked
    if not asked:
        return {}
    with st.expander(t("old_register.words_of", name=t(f"old_register.{target}")), expanded=True):
        if len(odd) > MOST_WORDS:
            st.caption(t("old_register.more_words", number=len(odd) - MOST_WORDS))
        return _meanings(target, asked, known)


def _said_in(table: Table, heading: str | None, target: str) -> dict[str, str]:
    """Every word of this column once, folded -> as it stands there first."""
    said: dict[str, str] = {}
    if heading not in table.columns:
        return said
    place = table.columns.index(heading)
    for _, row in table.numbered():
        with suppress(Refused):
            text = read.text(row[place], target, read.LONGEST_WORD)
            said.setdefault(read.fold(text), text)
    return said


def _meanings(target: str, asked: Mapping[str, str], known: Mapping[str, str]) -> dict[str, str]:
    found = {}
    for word, text in asked.items():
        key = f"importing.word.{target}.{word}"
        if st.session_state.get(key, _NOT) not in (_NOT, *known):
            st.session_state[key] = _NOT
        chosen = st.selectbox(
            literal(text) if word else text,
            [_NOT, *known],
            format_func=lambda value: known.get(value) or t("old_register.no_meaning"),
            key=key,
        )
        if chosen:
            found[word] = chosen
    return found


# Kept for the next time


def _keep(who: Actor, made: ColumnMap, saved: tuple[Saved, ...]) -> None:
    places = Fields()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.text_input(t("old_register.save_as"), key="importing.name", max_chars=read.LONGEST_NAME)
        pressed = st.button(t("old_register.save"), key="importing.save")
    places.under("name")
    if pressed:
        same = next((each for each in saved if each.name == " ".join(name.split())), None)
        with show_refusals(places):
            mappings.save(who, name, made, same.version if same else None)
            tell("old_register.saved")
            st.rerun()
    chosen = next((each for each in saved if each.name == st.session_state.get("importing.mapping")), None)
    if chosen and st.button(t("old_register.remove", name=literal(chosen.name)), type="tertiary", key="importing.remove"):
        with show_refusals(places):
            mappings.remove(who, chosen.id, chosen.version)
            tell("old_register.removed")
            st.rerun()
