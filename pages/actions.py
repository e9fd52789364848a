"""What was promised to be done about complaints: mine, what is asked about what was done, and everything."""

from __future__ import annotations

from typing import Any

import streamlit as st

from services import list_exports, measures
from services.door import Actor
from services.measures import PAGE_SIZE, MeasureFilter, Measures, Show
from ui import actions_view as view
from ui import address
from ui.downloads import downloads
from ui.session import actor, t


def choices(owners: tuple[tuple[int, str], ...]) -> address.Choices:
    return {"show": list(Show), "owner": ["", "me", *(str(each) for each, _ in owners)], "page": []}


def first_page() -> None:
    st.session_state["actions.page"] = ""


def turn_to(page: int) -> None:
    st.session_state["actions.page"] = str(page) if page > 1 else ""


def filters(owners: tuple[tuple[int, str], ...]) -> None:
    show, owner = st.columns(2)
    select(show, "show", {each: t(f"actions.show_{each}") for each in Show})
    people = {"": t("actions.owner_all"), "me": t("actions.owner_me")} | {str(each): name for each, name in owners}
    select(owner, "owner", people)


def select(place: Any, name: str, labels: dict[str, str]) -> None:
    place.selectbox(
        t(f"actions.{name}"), list(labels), format_func=labels.__getitem__, key=f"actions.{name}", on_change=first_page
    )


def wanted(known: address.Choices) -> MeasureFilter:
    now = address.chosen("actions", known)
    return MeasureFilter(
        show=now["show"],
        mine=now["owner"] == "me",
        owner_id=int(now["owner"]) if now["owner"].isdecimal() else None,
        page=int(now["page"]) if now["page"].isdecimal() and len(now["page"]) < 7 else 1,
    )


def how_many(found: Measures) -> str:
    if found.pages > 1:
        first = (found.page - 1) * PAGE_SIZE + 1
        return t("actions.found_part", count=found.total, first=first, last=first + len(found.rows) - 1)
    return t("actions.found_one") if found.total == 1 else t("actions.found", count=found.total)


def listing(who: Actor, found: Measures, show: str) -> None:
    if not found.rows:
        st.info(t(f"actions.empty_{show}"), icon=":material/task_alt:")
        return
    st.caption(how_many(found))
    for each in found.rows:
        view.row(who, each, "list")
    if found.pages > 1:
        with st.container(horizontal=True, vertical_alignment="center"):
            for name, number in (("previous", found.page - 1), ("next", found.page + 1)):
                possible = 1 <= number <= found.pages
                st.button(t(f"board.{name}"), disabled=not possible, on_click=turn_to, args=(number,), key=f"actions.{name}")
            st.text(t("board.page", page=found.page, pages=found.pages))


me_here = actor()
people = measures.owners(me_here)
known = choices(people)
address.follow("actions", known)
st.title(t("actions.title"), anchor=False)
st.caption(t("actions.scope"))
top = st.container()
st.subheader(t("actions.everything"), anchor=False)
filters(people)
chosen = wanted(known)
address.keep("actions", known)
shown = measures.look(me_here, chosen)
parts = {"mine": shown.mine.rows, "asked": shown.asked.rows, "list": shown.rows}
view.close_what_is_gone({(name, each.id) for name, rows in parts.items() for each in rows})
with top:
    view.part(me_here, "mine", shown.mine)
    view.part(me_here, "asked", shown.asked)
listing(me_here, shown, chosen.show)
downloads("actions.file", "maatregelen", lambda file_type: list_exports.of_measures(me_here, file_type, chosen))
