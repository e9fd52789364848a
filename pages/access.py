"""Inzage: somebody asks what the register holds about them, and somebody else looks at every piece of it."""

from __future__ import annotations

import streamlit as st

from domain.access import Identity, Sought, Subject
from services import access
from ui import access_pieces as pieces
from ui.session import Fields, actor, show_refusals, t


def who_asks() -> Sought:
    known = dict(access.people(who))
    account = st.selectbox(
        t("access.account"),
        [None, *known],
        format_func=lambda each: known.get(each or 0, t("access.no_account")),
        key="access.account",
        help=t("access.account_help"),
    )
    fields.under("account")
    name = st.text_input(t("access.name"), key="access.name")
    fields.under("name")
    with st.container(horizontal=True):
        email = st.text_input(t("access.email"), key="access.email")
        phone = st.text_input(t("access.phone"), key="access.phone")
    return Sought(name, email, phone, account)


def choices(kind: type[Subject] | type[Identity], name: str) -> str | None:
    picked = st.selectbox(
        t(f"access.{name}"),
        [each.value for each in kind],
        index=None,
        format_func=lambda each: t(f"access_{name}.{each}"),
        placeholder=t("access.choose"),
        key=f"access.{name}",
    )
    fields.under(name)
    return picked


who, fields = actor(), Fields()
st.title(t("menu.access"), anchor=False)
st.text(t("access.about"))
st.subheader(t("access.step_who"), anchor=False)
subject = choices(Subject, "subject")
sought = who_asks()
identity = choices(Identity, "identity")
asked_on = st.date_input(t("access.asked_on"), None, format="DD-MM-YYYY", key="access.asked_on")
fields.under("asked_on")
if st.button(t("access.find"), key="access.find", icon=":material/search:"):
    pieces.forget()
    with show_refusals(fields):
        pieces.remember(sought, access.find(who, sought))
if pieces.is_about(sought):
    with show_refusals(fields):
        chosen = pieces.dossiers()
        pieces.judge(fields, sought, subject or "", identity or "", asked_on, chosen)
else:
    st.caption(t("access.not_yet"))
