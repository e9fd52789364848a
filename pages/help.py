"""The procedure in plain words, who to call, and where else one can turn."""

from __future__ import annotations

from urllib.parse import urlsplit

import pandas as pd
import streamlit as st

from services import help as helping
from services.help import Contact, Help, ProcedureHelp
from text import long_date
from ui.procedure_confirmed import confirmation
from ui.report_line import report_help
from ui.review_line import review_due, review_help
from ui.session import actor, language, literal, t


def link(label: str, url: str) -> None:
    """A button to somewhere outside; only to a web address."""
    if urlsplit(url).scheme in ("https", "http"):
        st.link_button(label, url, icon=":material/open_in_new:")


def who_to_call(known: Help) -> None:
    st.subheader(t("help.who"), anchor=False)
    left, right = st.columns(2)
    with left:
        person(t("help.contact"), t("help.contact_for"), known.contact)
        if known.director:
            with st.container(border=True, gap="xxsmall"):
                st.markdown(f"**{t('help.director')}**")
                st.text(known.director)
                st.caption(t("help.director_for"))
    with right:
        person(t("help.confidant"), t("help.confidant_for"), known.confidant)


def person(role: str, what_for: str, contact: Contact) -> None:
    with st.container(border=True, gap="xxsmall"):
        st.markdown(f"**{role}**")
        for line in (contact.name, contact.phone, contact.email):
            if line:
                st.text(line)
        if not any((contact.name, contact.phone, contact.email)):
            st.text(t("help.not_set"))
        st.caption(what_for)


def terms(procedure: ProcedureHelp) -> None:
    with st.container(border=True):
        st.markdown(f"**{literal(procedure.label)}**")
        if procedure.sectors:
            st.caption(t("help.for_sectors", sectors=literal(", ".join(procedure.sectors))))
        st.markdown(literal(procedure.explanation))
        columns = [t(f"help.{name}") for name in ("promise", "term", "standing")]
        rows = [(literal(each.label), each.term, t(f"standing.{each.standing}")) for each in procedure.terms]
        st.table(pd.DataFrame(rows, columns=columns), border="horizontal", hide_index=True, alt=procedure.label)


def ladder(known: Help) -> None:
    text = known.text("ladder")
    st.subheader(literal(text.title) if text else t("help.ladder"), anchor=False)
    if text:
        st.markdown(literal(text.text))
    for number, step in enumerate(known.ladder, start=1):
        with st.container(border=True, gap="xxsmall"):
            st.markdown(f"**{number}. {literal(step.label)}**")
            st.markdown(literal(step.explanation))


def outside(known: Help) -> None:
    st.subheader(t("help.outside"), anchor=False)
    st.markdown(t("help.outside_right"))
    for body, sectors in known.bodies:
        with st.container(border=True, gap="xsmall"):
            st.markdown(f"**{literal(body.name)}**")
            if sectors:
                st.caption(t("help.for_sectors", sectors=literal(", ".join(sectors))))
            st.markdown(literal(" ".join(each for each in (body.does, body.conditions, body.costs) if each)))
            link(t("help.to_site"), body.url)


def privacy(known: Help) -> None:
    text = known.text("privacy")
    st.subheader(literal(text.title) if text else t("help.privacy"), anchor=False)
    if text:
        st.markdown(literal(text.text))
    if known.privacy_url:
        link(t("help.privacy_rules"), known.privacy_url)
    else:
        st.caption(t("help.privacy_not_set"))
    if known.privacy_version_on:
        st.caption(t("help.privacy_version", day=known.privacy_version_on))


def text(known: Help, key: str) -> None:
    found = known.text(key)
    if found:
        st.subheader(literal(found.title), anchor=False)
        st.markdown(literal(found.text))


known = helping.read(actor())
st.title(t("help.title"), anchor=False)
if known.organisation:
    st.text(known.organisation)
st.caption(t("help.updated_on", label=literal(known.label), day=long_date(known.updated_on, language())))

who_to_call(known)
shown_apart = ("ladder", "privacy")
for key in ("what", "procedure"):
    text(known, key)
confirmation()
st.subheader(t("help.terms"), anchor=False)
for procedure in known.procedures:
    terms(procedure)
ladder(known)
outside(known)
for each in known.texts:
    if each.key not in ("what", "procedure", *shown_apart):
        text(known, each.key)
        if each.key == "review":
            review_due()
if known.text("review") is None:
    review_help()
report_help()
privacy(known)
