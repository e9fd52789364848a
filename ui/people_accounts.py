"""The accounts on the people page: the list, a new one, and what can be done with the one that was chosen."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import partial

import pandas as pd
import streamlit as st

from domain.granting import Kind, State, guarded
from domain.rights import Role
from services import accounts, granting, links, list_exports
from services.account_requests import RequestRow
from services.accounts import AccountInput, AccountRow
from services.organisation import UnitRow
from text import AMSTERDAM, short_date
from ui import form_drafts, review_form
from ui.downloads import downloads
from ui.meanwhile import Field, Meanwhile
from ui.people_requests import ask_button, open_about, own_requests
from ui.requests_view import role_words, state_words, what
from ui.session import Fields, actor, language, literal, own_url, show_refusals, t, tell
from ui.widgets import plain

FORM = "people.edit"
_NEW = AccountInput("", "", "", (), None)
_ACCESS = {
    Kind.BLOCK: ("people.disable", "people.disabled", ":material/block:"),
    Kind.UNBLOCK: ("people.enable", "people.enabled", ":material/check:"),
}


def accounts_part(rows: tuple[AccountRow, ...], units: tuple[UnitRow, ...]) -> None:
    fresh = st.session_state.pop("people.link", None)
    if fresh:  # once: it is nowhere to be found again
        token, name, coded = fresh
        st.info(t("granting.link_coded" if coded else "people.link", name=literal(name)), icon=":material/key:")
        st.code(own_url(f"/?link={token}"), language=None, wrap_lines=True)
    set_up, asked = accounts.set_up(actor()), granting.asked(actor())
    st.caption(t("granting.set_up" if set_up else "granting.rule"))
    chosen = _table(rows)
    downloads("people.file_accounts", "accounts", partial(list_exports.of_accounts, actor()))
    if chosen is None:
        st.caption(t("people.choose"))
        with st.expander(t("people.new"), icon=":material/person_add:", expanded=not rows):
            _create(units, f"people.new.{len(rows)}", set_up)
        own_requests(asked)
        return
    st.subheader(literal(chosen.display_name), anchor=False)
    if waiting := open_about(asked, chosen.id, Kind.ROLES):
        st.info(t("granting.waits_roles", roles=literal(role_words(waiting.after))), icon=":material/hourglass_empty:")
    if waiting := open_about(asked, chosen.id, Kind.NAME):
        st.info(literal(f"{what(waiting)}: {state_words(waiting)}"), icon=":material/hourglass_empty:")
    _edit(chosen, units)
    _link(chosen, open_about(asked, chosen.id, Kind.LINK))
    _second_step(chosen, open_about(asked, chosen.id, Kind.SECOND_FACTOR))
    _access(chosen, open_about(asked, chosen.id, Kind.BLOCK if chosen.active else Kind.UNBLOCK))


def _table(rows: tuple[AccountRow, ...]) -> AccountRow | None:
    """The list; the row that was clicked."""
    frame = pd.DataFrame(
        {
            t("people.display_name"): [plain(row.display_name) for row in rows],
            t("people.name"): [plain(row.name) for row in rows],
            t("people.roles"): [", ".join(t(f"role.{role}") for role in row.roles) for row in rows],
            t("people.state"): [_state(row) for row in rows],
            t("people.unit"): [plain(row.unit) for row in rows],
            t("people.last_seen"): [_day(row.last_seen_at) for row in rows],
        }
    )
    order = hash(tuple(row.id for row in rows))  # a choice is a place in the list: in another order it is another person
    picked = st.dataframe(
        frame,
        hide_index=True,
        height="content" if len(rows) <= 20 else 740,
        width="stretch",
        column_config={t("people.roles"): st.column_config.TextColumn(width=240)},
        key=f"people.table.{order}",
        on_select="rerun",
        selection_mode="single-row",
    )
    index = next(iter(picked.get("selection", {}).get("rows", [])), -1)
    return rows[index] if 0 <= index < len(rows) else None  # what the browser says is not to be believed


def _day(seen_at: datetime | None) -> str:
    return short_date(seen_at.astimezone(AMSTERDAM).date(), language()) if seen_at else ""


def _state(row: AccountRow) -> str:
    if not row.active:
        return t("people.state_disabled")
    return t("people.state_active" if row.has_password else "people.state_no_password")


def _create(units: tuple[UnitRow, ...], key: str, set_up: bool) -> None:
    with st.form(key, border=False):
        fields = Fields()
        given = _fields(_NEW, units, fields, key)
        submitted = st.form_submit_button(t("people.create"), type="primary")
    if submitted:
        with show_refusals(fields):
            account_id = accounts.create(actor(), given)
            waits = () if set_up else guarded(given.roles)
            if waits:  # the link comes after the word of the second person
                tell("granting.created_waits", name=literal(given.display_name), roles=role_words(waits))
                st.rerun()
            if any(each.id == account_id and Kind.LINK in each.second for each in accounts.listing(actor())):
                tell("granting.created_alike", name=literal(given.display_name))
                st.rerun()
            tell("people.created", name=literal(given.display_name))
            _new_link(account_id, given.display_name)


def _edit(row: AccountRow, units: tuple[UnitRow, ...]) -> None:
    step, fields = str(row.id), Fields()
    review_form.prepare(FORM, step, row.version)
    seen = int(st.session_state[f"{FORM}.seen"])
    with st.container(border=True):
        meanwhile, area = Meanwhile(FORM, step, row.version), st.container()
        before = AccountInput(row.name, row.display_name, row.email, row.roles, row.unit_id, row.external, row.phone)
        with form_drafts.kept(FORM, step):
            meanwhile.meet(_standing(before, units))
            given = _fields(before, units, fields, f"{FORM}.{step}")
        meanwhile.show(area, [])
        submitted = st.button(t("common.save"), key=f"{FORM}.{step}.save", type="primary")
        review_form.left(FORM, step)
    if submitted:
        with show_refusals(fields):
            done = accounts.edit(actor(), row.id, seen, given)
            review_form.over(FORM)
            tell("people.saved" if done else "granting.asked_roles", name=literal(given.display_name))
            st.rerun()


def _standing(before: AccountInput, units: tuple[UnitRow, ...]) -> dict[str, Field]:
    paths = {each.id: each.path for each in units}
    found = {name: Field(t(f"people.{name}"), getattr(before, name)) for name in ("display_name", "email", "phone", "external")}
    found["roles"] = Field(t("people.roles"), list(before.roles), lambda each: role_words(tuple(each)))
    found["unit"] = Field(t("people.unit"), before.unit_id, lambda each: paths.get(each, ""))
    return found


def _fields(before: AccountInput, units: tuple[UnitRow, ...], fields: Fields, key: str) -> AccountInput:
    """One account's fields; the name that one signs in with never changes afterwards."""
    paths: Mapping[int | None, str] = {None: t("common.none")} | {each.id: each.path for each in units if each.given.active}
    name = before.name or st.text_input(t("people.name"), key=f"{key}.name", help=t("people.name_help"))
    fields.under("name")
    display_name = st.text_input(t("people.display_name"), before.display_name, key=f"{key}.display_name")
    fields.under("display_name")
    email = st.text_input(t("people.email"), before.email, key=f"{key}.email", help=t("people.email_help"))
    fields.under("email")
    phone = st.text_input(t("people.phone"), before.phone, key=f"{key}.phone", help=t("people.phone_help"))
    fields.under("phone")
    roles = st.multiselect(
        t("people.roles"),
        list(Role),
        default=[Role(role) for role in before.roles],
        format_func=lambda role: t(f"role.{role}"),
        placeholder=t("people.roles_choose"),
        key=f"{key}.roles",
        help=t("people.roles_help"),
    )
    fields.under("roles")
    at = before.unit_id if before.unit_id in paths else None
    unit_id = st.selectbox(
        t("people.unit"), list(paths), index=list(paths).index(at), format_func=lambda each: paths[each], key=f"{key}.unit"
    )
    fields.under("unit_id")
    external = st.checkbox(t("people.external"), before.external, key=f"{key}.external")
    return AccountInput(name, display_name, email, tuple(roles), unit_id, external, phone)


def _link(row: AccountRow, asked: RequestRow | None) -> None:
    if not row.active:
        return
    if Kind.LINK not in row.second:
        if st.button(t("people.make_link"), icon=":material/key:", key=f"people.link.{row.id}"):
            with show_refusals():
                _new_link(row.id, row.display_name)
    elif asked is None:
        ask_button(Kind.LINK, row)
    else:
        st.caption(literal(f"{what(asked)}: {state_words(asked)}"))
        confirmed = asked.state is State.CONFIRMED
        if confirmed and st.button(t("granting.make_link"), icon=":material/key:", key=f"people.link.{row.id}"):
            with show_refusals():
                _new_link(row.id, row.display_name, coded=True)


def _new_link(account_id: int, display_name: str, *, coded: bool = False) -> None:
    st.session_state["people.link"] = (links.password_link(actor(), account_id), display_name, coded)
    st.rerun()


def _second_step(row: AccountRow, asked: RequestRow | None) -> None:
    if asked is not None:
        st.caption(literal(f"{what(asked)}: {state_words(asked)}"))
    elif row.active and row.second_step:
        ask_button(Kind.SECOND_FACTOR, row)


def _access(row: AccountRow, asked: RequestRow | None) -> None:
    if asked is not None:
        st.caption(literal(f"{what(asked)}: {state_words(asked)}"))
        return
    kind, change = (Kind.BLOCK, accounts.disable) if row.active else (Kind.UNBLOCK, accounts.enable)
    words, said, icon = _ACCESS[kind]
    label = f"granting.ask.{kind}" if kind in row.second else words
    if st.button(t(label), icon=icon, key=f"people.{kind}.{row.id}"):
        with show_refusals():
            done = change(actor(), row.id, row.version)
            tell(said if done else "granting.asked", name=literal(row.display_name))
            st.rerun()
