"""The units on the people page: the tree, a new one, and changing the one that was chosen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar
from zlib import crc32

import streamlit as st

from domain.errors import Refused
from domain.granting import Kind
from domain.rights import Role
from services import granting, organisation
from services.accounts import AccountRow
from services.organisation import KINDS, UnitInput, UnitRow
from ui import form_drafts, review_form
from ui.meanwhile import Field, Meanwhile
from ui.requests_view import show_waiting
from ui.session import Fields, actor, literal, show_refusals, t, tell
from ui.widgets import plain

T = TypeVar("T")
FORM = "people.unit_edit"


def units_part(units: tuple[UnitRow, ...], people: tuple[AccountRow, ...]) -> None:
    st.caption(t("units.about"))
    show_waiting(granting.asked(actor()), Kind.UNIT)
    _table(units)
    by_id = {each.id: each for each in units}
    chosen = st.selectbox(
        t("units.choose"),
        [None, *by_id],
        format_func=lambda each: by_id[each].path if each else t("units.new"),
        key="people.unit",
    )
    _form(by_id.get(chosen or 0), units, people)


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


def _form(row: UnitRow | None, units: tuple[UnitRow, ...], people: tuple[AccountRow, ...]) -> None:
    if row is not None:
        _edit(row, units, people)
        return
    key = f"people.unit.new.{len(units)}"
    with st.form(key):
        fields = Fields()
        given = _fields(UnitInput("", "location", None, None, None), None, units, people, fields, key)
        submitted = st.form_submit_button(t("units.add"), type="primary")
    if submitted:
        with show_refusals(fields):
            made = organisation.add_unit(actor(), given)
            _said(given, any(each.id == made and each.given == given for each in organisation.units(actor())))


def _edit(row: UnitRow, units: tuple[UnitRow, ...], people: tuple[AccountRow, ...]) -> None:
    step, fields, version = str(row.id), Fields(), crc32(repr(row.given).encode())
    review_form.prepare(FORM, step, version)
    with st.container(border=True):
        meanwhile, area = Meanwhile(FORM, step, version), st.container()
        with form_drafts.kept(FORM, step):
            meanwhile.meet(_standing(row.given, units, people))
            given = _fields(row.given, row, units, people, fields, f"{FORM}.{step}")
        meanwhile.show(area, [])
        submitted = st.button(t("common.save"), key=f"{FORM}.{step}.save", type="primary")
        review_form.left(FORM, step)
    if submitted:
        with show_refusals(fields):
            if meanwhile.changed:
                raise Refused("changed_meanwhile")
            done = organisation.edit_unit(actor(), row.id, row.given, given)
            review_form.over(FORM)
            _said(given, done)


def _said(given: UnitInput, done: bool) -> None:
    tell("units.saved" if done else "granting.asked_unit", name=literal(given.name))
    st.rerun()


def _standing(now: UnitInput, units: tuple[UnitRow, ...], people: tuple[AccountRow, ...]) -> dict[str, Field]:
    sectors, names = dict(_sectors()), {each.id: each.display_name for each in people}
    paths = {each.id: each.path for each in units}
    return {
        "name": Field(t("units.name"), now.name),
        "kind": Field(t("units.kind"), now.kind, lambda each: t(f"unit_kind.{each}")),
        "sector": Field(t("units.sector"), now.sector, lambda each: sectors.get(each, "")),
        "parent": Field(t("units.parent"), now.parent_id, lambda each: paths.get(each, "")),
        "manager": Field(t("units.manager"), now.manager_id, lambda each: names.get(each, "")),
        "active": Field(t("units.active"), now.active),
    }


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
    if key in st.session_state and st.session_state[key] not in choices:
        del st.session_state[key]
    return st.selectbox(label, choices, index=index, format_func=words, key=key)
