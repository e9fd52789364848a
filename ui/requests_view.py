"""What was asked about accounts: in words, as a list, and for the second person to confirm (docs/adr/0009)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import streamlit as st

from domain.granting import Kind, State
from domain.rights import Role
from services import granting, standing_in
from services.account_requests import RequestRow
from services.granting import Notice
from text import moment
from ui.session import PAGES, actor, language, literal, show_refusals, t, tell
from ui.widgets import ROW, plain

_FIELDS = {
    "manager_id": "units.manager",
    "parent_id": "units.parent",
    "director_id": "settings.director_id",
    "stand_in_ids": "settings.stand_in_ids",
    "reviewer_id": "settings.reviewer_id",
    "substitute_reviewer_ids": "settings.substitute_reviewer_ids",
}


def requests_line() -> None:
    """On the board of who confirms: one line while something waits; nothing for everybody else."""
    if count := granting.waiting(actor()):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            words = t("granting.line_one") if count == 1 else t("granting.line", count=count)
            st.badge(words, icon=":material/group_add:", color="orange")
            st.page_link(PAGES["requests"], label=t("menu.requests"), icon=":material/arrow_forward:")


# In words


def what(row: RequestRow) -> str:
    """What would happen, in one sentence; names are what somebody typed."""
    name = f"{row.display_name} ({row.name})"
    if row.state is State.TO_SEE and row.kind is Kind.BLOCK:
        return t("granting.blocked", name=name)
    if row.kind in (Kind.SETTINGS, Kind.UNIT):
        changes = "; ".join(
            t("granting.change", field=t(_FIELDS[each]), **_before_after(*names)) for each, *names in row.changes
        )
        return t(f"granting.what.{row.kind}", unit=row.unit, changes=changes)
    if row.kind is Kind.NAME:
        return t("granting.what.name", name=name, becomes=row.becomes)
    if row.kind is not Kind.ROLES:
        return t(f"granting.what.{row.kind}", name=name)
    gets, loses = role_words(set(row.after) - set(row.before)), role_words(set(row.before) - set(row.after))
    if gets and loses:
        return t("granting.gets_loses", name=name, gets=gets, loses=loses)
    return t("granting.gets", name=name, roles=gets) if gets else t("granting.loses", name=name, roles=loses)


def _before_after(before: str, after: str) -> dict[str, str]:
    return {"before": before or t("common.none"), "after": after or t("common.none")}


def role_words(roles: Iterable[Role]) -> str:
    return ", ".join(t(f"role.{role}") for role in sorted(roles))


def state_words(row: RequestRow) -> str:
    if row.until is not None:
        return t(f"granting.state.{row.state}_until", until=moment(row.until, language()))
    if row.used_at is not None:
        return t("granting.state.used", used=moment(row.used_at, language()))
    made = row.kind is Kind.LINK and row.state is State.DONE
    return t("granting.state.link_made" if made else f"granting.state.{row.state}")


def show_waiting(rows: Iterable[RequestRow], kind: Kind) -> None:
    """Above a form: what was asked about it and is not so yet."""
    for row in rows:
        if row.kind is kind and row.state is State.WAITING:
            st.info(literal(f"{what(row)} {state_words(row)}."), icon=":material/hourglass_empty:")


def requests_table(rows: Iterable[RequestRow]) -> None:
    cells = [
        {
            t("granting.column.what"): plain(what(row)),
            t("granting.column.state"): state_words(row),
            t("granting.column.asked"): _by(row.asked_by or t("granting.operator"), row.asked_at),
            t("granting.column.answered"): _by(row.decided_by, row.decided_at) if row.decided_at else "",
        }
        for row in rows
    ]
    widths = {"what": 260, "state": 215, "asked": 195, "answered": 195}  # text wraps in rows of this height
    st.dataframe(
        cells,
        hide_index=True,
        width="stretch",
        height="content" if len(cells) <= 10 else 560,
        row_height=ROW,
        column_config={t(f"granting.column.{name}"): st.column_config.TextColumn(width=wide) for name, wide in widths.items()},
        alt=t("menu.requests"),
    )


def _by(by: str, at: Any) -> str:
    return plain(t("granting.by_at", by=by, at=moment(at, language())))


# The second person


def about_the_administrator() -> None:
    if outside := standing_in.for_the_administrator(actor()):
        st.text(t("granting.about_admin", contact=outside))


def to_answer(rows: Iterable[RequestRow]) -> None:
    """Each with its advice and two buttons."""
    for row in rows:
        with st.container(border=True):
            st.markdown(f"**{literal(what(row))}**")
            done = row.state is State.TO_SEE
            asked = t("granting.done_by" if done else "granting.asked_by", by=row.asked_by, **_moments(row))
            st.caption(literal(asked))
            st.text(_advice(row))
            if row.alike:
                st.warning(literal(t("granting.alike", names=", ".join(row.alike))), icon=":material/group:")
            with st.container(horizontal=True, gap="small"):
                if st.button(t("granting.seen" if done else "granting.confirm"), key=f"requests.yes.{row.id}", type="primary"):
                    _yes(row, done)
                if st.button(t("granting.undo" if done else "granting.decline"), key=f"requests.no.{row.id}"):
                    _no(row, done)


def _moments(row: RequestRow) -> dict[str, str]:
    found = {"at": moment(row.asked_at, language())}
    return found | ({"until": moment(row.until, language())} if row.until else {})


def _advice(row: RequestRow) -> str:
    kind = "to_see" if row.state is State.TO_SEE else row.kind
    return t(f"granting.advice.{kind}", name=row.display_name, roles=role_words(row.before))


def _yes(row: RequestRow, done: bool) -> None:
    with show_refusals():
        code = granting.confirm(actor(), row.id)
        if code:
            st.session_state["requests.code"] = (code, row.display_name)
        else:
            tell("granting.looked" if done else "granting.confirmed")
        st.rerun()


def _no(row: RequestRow, done: bool) -> None:
    with show_refusals():
        granting.decline(actor(), row.id)
        tell("granting.undone" if done else "granting.declined")
        st.rerun()


def shown_code() -> None:
    """Until this page is left."""
    code, name = st.session_state.get("requests.code") or ("", "")
    if code:
        st.info(t("granting.code", name=literal(name)), icon=":material/key:")
        st.code(code, language=None)


# The person whose account it is


def account_notices() -> None:
    """On every screen, until it was read."""
    new = [each for each in granting.about_me(actor()) if each.new]
    for each in new:
        st.warning(literal(notice_words(each)), icon=":material/key:")
    if new and st.button(t("granting.notice_seen"), key="session.notices_seen"):
        granting.tell_seen(actor())
        st.rerun()


def account_history() -> None:
    """On the page of the own account; nothing where there was none."""
    found = granting.about_me(actor())
    if found:
        st.subheader(t("granting.history"), anchor=False)
        for each in found:
            st.text(notice_words(each))


def notice_words(notice: Notice) -> str:
    confirmed = "_confirmed" if notice.confirmed_by else ""
    by = notice.asked_by or t("granting.operator")
    at = moment(notice.at, language())
    return t(f"granting.notice.{notice.kind}{confirmed}", at=at, by=by, confirmed=notice.confirmed_by)
