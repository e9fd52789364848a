"""The units on the people page: the tree, a new one, and changing the one that was chosen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

import streamlit as st

from domain.granting import Kind
from domain.rights import Role
from services import granting, organisation
from services.accounts import AccountRow
from services.organisation import KINDS, UnitInput, UnitRow
from ui.requests_view import waiting_of
from ui.session import Fields, actor, literal, show_refusals, t, tell
from ui.widgets import plain

T = TypeVar("T")


def units_part(units: tuple[UnitRow, ...], people: tuple[AccountRow, ...]) -> None:
    st.caption(t("units.about"))
    waits = waiting_of(granting.asked(actor()), Kind.UNIT)
    _table(units)
    by_id = {each.id: each for each in units}
    chosen = st.selectbox(
        t("units.choose"),
        [None, *by_id],
        format_func=lambda each: by_id[each].path if each else t("units.new"),
        key="people.unit",
    )
    _form(by_id.get(chosen or 0), units, people, waits)


def _table(units: tuple[UnitRow, ...]) -> None:
    rows = [
        {
            t("units.name"): plain(each.path),
            t("units.kind"): t(f"unit_kind.{each.given.kind}"),
            t("units.sector"): dict(_sectors()).get(each.given.sector or "", ""),
            t("units.manager"): plain(each.manager),
            t("people.state"): t("units.active" if each.given.active else "units.closed"),
        }
        for each in units
    ]
    st.dataframe(rows, hide_index=True, width="stretch")


def _sectors() -> tuple[tuple[str, str], ...]:
    return organisation.sectors(actor())


def _form(row: UnitRow | None, units: tuple[UnitRow, ...], people: tuple[AccountRow, ...], waits: int) -> None:
    before = row.given if row else UnitInput("", "location", None, None, None)
    key = f"people.unit.{row.id}.{hash((before, waits))}" if row else f"people.unit.new.{len(units)}"
    with st.form(key):
        fields = Fields()
        given = _fields(before, row, units, people, fields, key)
        submitted = st.form_submit_button(t("common.save") if row else t("units.add"), type="primary")
    if submitted:
        with show_refusals(fields):
            if row:
                done = organisation.edit_unit(actor(), row.id, before, given)
            else:
                made = organisation.add_unit(actor(), given)
                done = any(each.id == made and each.given == given for each in organisation.units(actor()))
            tell("units.saved" if done else "granting.asked_unit", name=literal(given.name))
            st.rerun()


def _fields(
    before: UnitInput, row: UnitRow | None, units: tuple[UnitRow, ...], people: tuple[AccountRow, ...], fields: Fields, key: str
) -> UnitInput:
    name = st.text_input(t("units.name"), before.name, key=f"{key}.name")
    fields.under("name")
    kind = pick(t("units.kind"), KINDS, before.kind, lambda each: t(f"unit_kind.{each}"), f"{key}.kind")
    fields.under("kind")
    sectors: Mapping[str | None, str] = {None: t("units.sector_none")} | dict(_sectors())
    sector = pick(t("units.sector"), tuple(sectors), before.sector, lambda each: sectors[each], f"{key}.sector")
    fields.under("sector")
    paths: Mapping[int | None, str] = {None: t("units.top")} | {
        each.id: each.path for each in units if not row or each.id != row.id
    }
    parent_id = pick(t("units.parent"), tuple(paths), before.parent_id, lambda each: paths[each], f"{key}.parent")
    fields.under("parent_id")
    managers: Mapping[int | None, str] = {None: t("common.none")} | {
        each.id: each.display_name
        for each in people
        if each.id == before.manager_id or (each.active and Role.MANAGER in each.roles)
    }
    manager_id = pick(t("units.manager"), tuple(managers), before.manager_id, lambda each: managers[each], f"{key}.manager")
    fields.under("manager_id")
    active = st.checkbox(t("units.active"), before.active, key=f"{key}.active", help=t("units.active_help"))
    fields.under("active")
    return UnitInput(name, kind, sector, parent_id, manager_id, active)


def pick(label: str, choices: tuple[T, ...], now: T, words: Callable[[T], str], key: str) -> T:
    """A select box that starts at `now`."""
    index = choices.index(now) if now in choices else 0
    return st.selectbox(label, choices, index=index, format_func=words, key=key)
