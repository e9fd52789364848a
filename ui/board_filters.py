"""The filters of the board: what one can choose, where it stands on the screen and in the address."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from domain.vocabulary import Status
from services.board import BoardFilter, Counts, Options, Show, Sort, View
from ui import address
from ui.session import Fields, t

LOOKS = {
    View.LATE: (":material/error:", "red"),
    View.TODAY: (":material/today:", "orange"),
    View.WEEK: (":material/date_range:", "blue"),
    View.UNOWNED: (":material/person_off:", "violet"),
}


def choices(options: Options) -> address.Choices:
    return {
        "flag": ["", *View],
        "text": [],
        "status": [*Show, *Status],
        "handler": ["", "none", *(str(each) for each, _ in options.handlers)],
        "unit": ["", *(str(each) for each, _ in options.units)],
        "category": ["", *options.categories],
        "procedure": ["", *(key for key, _ in options.procedures)],
        "sort": list(Sort),
        "page": [],
    }


def first_page() -> None:
    st.session_state["board.page"] = ""


def choose(view: str) -> None:
    """One count is one filter; the same one again shows everything."""
    st.session_state["board.flag"] = "" if st.session_state["board.flag"] == view else view
    first_page()


def turn_to(page: int) -> None:
    st.session_state["board.page"] = str(page) if page > 1 else ""


def fields(options: Options, places: Fields) -> None:
    """The filters that are not a count."""
    search, status, handler, unit, more = st.columns([2.6, 2, 2, 2, 1.7], vertical_alignment="bottom", gap="small")
    with search:
        where = "board.text_places_all" if options.searches_texts else "board.text_places"
        st.text_input(t("board.text"), key="board.text", placeholder=t(where), icon=":material/search:", on_change=first_page)
        places.under("text")
    statuses: dict[str, str] = {show: t(f"board.status_{show}") for show in Show} | {
        each: t(f"status.{each}") for each in Status
    }
    _select(status, "status", statuses)
    nobody = {"": t("board.handler_all"), "none": t("board.handler_none")}
    _select(handler, "handler", nobody | {str(each): name for each, name in options.handlers})
    _select(unit, "unit", {"": t("board.unit_all")} | {str(each): name for each, name in options.units})
    with more.popover(t("board.more_filters"), icon=":material/tune:", width="stretch"):
        _select(st, "category", {"": t("board.category_all")} | {each: each for each in options.categories})
        _select(st, "procedure", {"": t("board.procedure_all")} | dict(options.procedures))
        _select(st, "sort", {each: t(f"board.sort_{each}") for each in Sort})


def _select(place: Any, name: str, labels: Mapping[str, str]) -> None:
    place.selectbox(t(f"board.{name}"), list(labels), format_func=labels.__getitem__, key=f"board.{name}", on_change=first_page)


def tiles(counts: Counts) -> None:
    """The counts, each a filter: late, today, the next seven days, without a handler."""
    with st.grid(len(View), min_column_width=150, gap="small"):
        for view, (icon, color) in LOOKS.items():
            number = getattr(counts, view)
            st.button(
                _tile(number, t(f"board.tile_{view}"), color, st.session_state["board.flag"] == view),
                key=f"board.tile_{view}",
                icon=icon,
                type="primary" if st.session_state["board.flag"] == view else "secondary",
                width="stretch",
                wrap=True,
                help=t("board.tile_help"),
                on_click=choose,
                args=(view,),
            )


def _tile(number: int, words: str, color: str, pressed: bool) -> str:
    """Colour where there is something to see; none on the pressed one, which has a colour of its own."""
    return f"**{number}** {words}" if pressed or not number else f":{color}-badge[**{number}**] **{words}**"


def wanted(options: Options) -> BoardFilter:
    now = address.chosen("board", choices(options))
    handler = now["handler"]
    return BoardFilter(
        flag=now["flag"],
        status=now["status"],
        handler_id=int(handler) if handler not in ("", "none") else None,
        unit_id=int(now["unit"]) if now["unit"] else None,
        category=now["category"],
        procedure=now["procedure"],
        text=now["text"],
        owner="none" if handler == "none" else "",
        sort=now["sort"],
        page=int(now["page"]) if now["page"].isdecimal() and len(now["page"]) < 7 else 1,
    )
