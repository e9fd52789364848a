"""What the administrator asked a second person for, on the people page, and how it stands."""

from __future__ import annotations

import streamlit as st

from domain.granting import Kind, State
from services import granting
from services.account_requests import RequestRow
from services.accounts import AccountRow
from ui.requests_view import requests_table, state_words, what
from ui.session import actor, literal, show_refusals, t, tell

_OPEN = (State.WAITING, State.CONFIRMED)


def open_about(rows: tuple[RequestRow, ...], account_id: int, kind: Kind) -> RequestRow | None:
    """The request of this kind about this account that waits or may be carried out."""
    return next((row for row in rows if row.account_id == account_id and row.kind is kind and row.state in _OPEN), None)


def ask_button(kind: Kind, row: AccountRow) -> None:
    """Asks, or does at once what nobody has to confirm."""
    label = t(f"granting.{'ask' if kind in row.second else 'do'}.{kind}")
    if st.button(label, icon=":material/group_add:", key=f"people.ask.{kind}.{row.id}"):
        with show_refusals():
            done = granting.ask(actor(), row.id, kind)
            tell("granting.step_gone" if done else "granting.asked", name=literal(row.display_name))
            st.rerun()


def own_requests(rows: tuple[RequestRow, ...]) -> None:
    """What waits, each with its way back; the rest as a list."""
    if not rows:
        return
    waits = [row for row in rows if row.state in _OPEN]
    st.subheader(t("granting.mine"), anchor=False)
    for row in waits:
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            with st.container(width="content", gap="xxsmall"):
                st.text(what(row))
                st.caption(literal(state_words(row)))
            if st.button(t("granting.withdraw"), key=f"people.withdraw.{row.id}", type="tertiary"):
                with show_refusals():
                    granting.withdraw(actor(), row.id)
                    tell("granting.withdrawn")
                    st.rerun()
    rest = [row for row in rows if row not in waits]
    if rest:
        with st.expander(t("granting.earlier"), expanded=False):
            requests_table(rest)
