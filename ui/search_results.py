"""What a search found: where it stands, in the words that were written, with what was looked for marked."""

from __future__ import annotations

import streamlit as st

from domain.vocabulary import Compartment, Status
from services.search import PAGE_SIZE, Found, Results
from text import short_date
from ui.session import PAGES, in_badge, language, literal, t

_KEPT = ("question", "page")


def come_back() -> None:
    """Before the fields: from a dossier one returns to what was found. It is kept as long as this tab is open, and nowhere
    else."""
    for name, value in st.session_state.get("session.search", {}).items():
        st.session_state.setdefault(f"search.{name}", value)


def keep() -> None:
    st.session_state["session.search"] = {
        name: st.session_state[f"search.{name}"] for name in _KEPT if f"search.{name}" in st.session_state
    }


def first_page() -> None:
    st.session_state["search.page"] = 1


def turn_to(page: int) -> None:
    st.session_state["search.page"] = page
    keep()


def how() -> None:
    """While nothing is asked."""
    with st.container(border=True, gap="small"):
        st.text(t("search.how"))
        for name in ("words", "forms", "row", "begins", "without"):
            st.markdown(f"**{literal(t(f'search.how_{name}'))}**  \n{literal(t(f'search.how_{name}_means'))}")


def show(results: Results) -> None:
    if not results.rows:
        st.info(t("search.nothing"), icon=":material/search_off:")
        return
    st.caption(_count(results))
    for row in results.rows:
        _row(row)
    if results.pages > 1:
        _turn(results)


def _count(results: Results) -> str:
    if results.total == 1:
        return t("search.found_one")
    if results.more:
        return t("search.found_more", count=results.total)
    first = (results.page - 1) * PAGE_SIZE + 1
    if results.pages == 1:
        return t("search.found", count=results.total)
    return t("search.found_part", count=results.total, first=first, last=first + len(results.rows) - 1)


def _row(row: Found) -> None:
    with st.container(border=True, gap="xsmall"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.page_link(PAGES[_page(row)], label=row.reference, query_params={"ref": row.reference})
            st.badge(in_badge(t(f"status.{row.status}")), color="blue")
            st.caption(t("search.received", day=short_date(row.received_on, language())))
        if row.status != Status.ANONYMISED and row.title != "".join(said for said, _ in row.parts):
            st.text(row.title or t("retention.no_title"))
        if row.parts:
            st.caption(_where(row))
            st.markdown(marked(row.parts))


def _page(row: Found) -> str:
    """Where this person reads it."""
    if row.heard:
        return "appeals"
    return "complaint" if row.compartment == Compartment.REGULAR else "restricted"


def _where(row: Found) -> str:
    place = t(f"search.in_{row.source}")
    if row.source == "event" and row.kind:
        place = t("search.in_event_of", kind=t(f"event_kind.{row.kind}"))
    elif row.source == "message" and row.kind:
        place = t("search.in_letter", kind=t(f"letter_type.{row.kind}"))
    return literal(t("search.on", place=place, day=short_date(row.day, language())) if row.day else place)


def marked(parts: tuple[tuple[str, bool], ...]) -> str:
    """For Markdown: every sign only a sign; what was found bold on a ground of its own, so by more than its colour."""
    return "".join(f":orange-background[**{literal(said)}**]" if mark else _between(said) for said, mark in parts)


def _between(said: str) -> str:
    """The spaces around it stay."""
    before, after = (" " if said[:1].isspace() else ""), (" " if said[-1:].isspace() else "")
    return f"{before}{literal(said)}{after}" if said.strip() else " "


def _turn(results: Results) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        for name, number in (("previous", results.page - 1), ("next", results.page + 1)):
            possible = 1 <= number <= results.pages
            st.button(t(f"board.{name}"), disabled=not possible, on_click=turn_to, args=(number,), key=f"search.{name}")
        st.text(t("board.page", page=results.page, pages=results.pages))
