"""What was found about who asked: which dossiers are theirs, what of each piece is given and made unreadable, the file."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import streamlit as st

from domain.access import Choice, Sought
from services import access, access_file
from services.access import Fragment, Proposal
from services.access_file import Asked
from text import short_date
from ui.session import Fields, actor, form_id, language, literal, new_form_id, show_refusals, t

_FOUND, _READY = "access.found", "access.ready"


def forget() -> None:
    for key in (_FOUND, _READY):
        st.session_state.pop(key, None)


def remember(sought: Sought, found: access.Found) -> None:
    """Which dossiers, not what stands in them."""
    st.session_state[_FOUND] = (sought, tuple((each.reference, each.why) for each in found.hits), found.more)


def is_about(sought: Sought) -> bool:
    return _FOUND in st.session_state and st.session_state[_FOUND][0] == sought


def dossiers() -> tuple[str, ...]:
    """Those that somebody says are about this person: another one may have the same name."""
    _, found, more = st.session_state[_FOUND]
    hits = access.still(actor(), found)
    st.subheader(t("access.step_dossiers"), anchor=False)
    st.caption(t("access.scope"))
    if not hits:
        st.info(t("access.nothing"), icon=":material/search_off:")
    if more:
        st.warning(t("access.more", count=access.MOST), icon=":material/warning:")
    chosen = []
    for each in hits:
        why = ", ".join(t(f"access.why_{reason}") for reason in each.why)
        label = f"{each.reference}: {literal(each.title)} ({short_date(each.received_on, language())}; {why})"
        if st.checkbox(label, key=f"access.dossier.{each.reference}"):
            chosen.append(each.reference)
    return tuple(chosen)


def judge(
    fields: Fields, sought: Sought, subject: str, identity: str, asked_on: date | None, references: tuple[str, ...]
) -> None:
    proposal = access.propose(actor(), sought, subject, references)
    hidden = _hidden(proposal)
    choices = _pieces(proposal, hidden)
    st.subheader(t("access.step_file"), anchor=False)
    asked = Asked(form_id("access"), sought, subject, identity, asked_on, references, choices, hidden)
    if st.button(t("access.make"), type="primary", key="access.make", icon=":material/inventory_2:"):
        st.session_state.pop(_READY, None)
        with show_refusals(fields):
            made = access_file.make(actor(), asked)
            st.session_state[_READY] = (made.token, made.dossiers, made.gone)
            new_form_id("access")
    if _READY in st.session_state:
        token, count, gone = st.session_state[_READY]
        st.success(t("access.made", count=count), icon=":material/check:")
        if gone:
            st.warning(t("access.gone", count=gone), icon=":material/warning:")
        st.link_button(t("access.download"), f"/attachment/access/{token}", icon=":material/download:")


def _hidden(proposal: Proposal) -> tuple[str, ...]:
    """Everything that was found is proposed; what somebody adds besides is one a line."""
    if not proposal.fragments:
        return ()
    st.subheader(t("access.step_hidden"), anchor=False)
    st.caption(t("access.hidden_about"))
    found = list(dict.fromkeys(each.words for each in proposal.traces))
    key = f"access.hide.{hash(tuple(found))}"
    kept = st.multiselect(t("access.hide"), found, default=found, placeholder=t("common.none"), key=key)
    more = st.text_area(t("access.hide_more"), key="access.hide_more", help=t("access.hide_more_help"))
    return (*kept, *(each.strip() for each in more.splitlines() if each.strip()))


def _pieces(proposal: Proposal, hidden: tuple[str, ...]) -> dict[str, str]:
    """What somebody decided, by the key of the piece."""
    if proposal.fragments:
        st.subheader(t("access.step_pieces"), anchor=False)
        st.caption(t("access.pieces_about"))
    shown, decided = access_file.preview(proposal, hidden), {}
    for reference in dict.fromkeys(each.reference for each in proposal.fragments):
        here = [each for each in proposal.fragments if each.reference == reference]
        given = sum(each.proposed is Choice.GIVEN for each in here)
        with st.expander(t("access.dossier", reference=reference, count=len(here), given=given), expanded=True):
            for each in here:
                decided[each.key] = _piece(each, shown[each.key])
    return decided


def _piece(each: Fragment, shown: Sequence[str]) -> str:
    title, *texts = shown
    with st.container(border=True, gap="xsmall", key=f"access.piece.{each.key}"):
        st.caption(literal(f"{each.heading}{': ' if title else ''}{title}"))
        for text in texts:
            st.text(text)
        if each.token:
            st.link_button(t("access.look"), f"/attachment/{each.token}", icon=":material/attach_file:")
            st.caption(t("access.attachment_about"))
        options = [one.value for one in Choice]
        picked: str = st.selectbox(
            t("access.choice"),
            options,
            index=options.index(each.proposed),
            format_func=lambda one: t(f"access.choice_{one}"),
            key=f"access.choice.{each.key}",
        )
        return picked
