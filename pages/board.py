"""What waits for whom, and until when."""

from __future__ import annotations

import streamlit as st

from domain.rights import Right
from services import board, list_exports
from services.board import PAGE_SIZE, BoardFilter, BoardPage, ToDo
from ui import actions_view, address, board_filters
from ui.calendar_changes import calendar_line
from ui.downloads import downloads
from ui.evaluation_line import evaluation_line
from ui.report_line import report_line
from ui.requests_view import requests_line
from ui.review_line import review_line
from ui.session import PAGES, Fields, actor, has, show_refusals, t
from ui.shield import waits_for_a_word
from ui.widgets import board_table, days_left, flag_badge, subject

_SHORT, _LONG = 270, 580  # pixels: beside each other at 1,280, under each other on a telephone


def to_do_list(work: ToDo) -> None:
    st.subheader(t("board.to_do"), anchor=False)
    if not work.rows and not work.measures.rows:
        st.success(t("board.to_do_none_all" if has(Right.ASSIGN) else "board.to_do_none"), icon=":material/check_circle:")
    for row in work.rows:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            with st.container(horizontal=True, vertical_alignment="center", gap="small", width=_SHORT):
                flag_badge(row.flag, days_left(row.days_left))
                st.page_link(PAGES["complaint"], label=row.reference, query_params={"ref": row.reference})
            st.text(f"{row.promise}: {subject(row)} ({waits_for(row)})", width=_LONG)
    if work.total > len(work.rows):
        st.caption(t("board.to_do_more", count=work.total - len(work.rows)))
    actions_view.lines(work.measures)


def waits_for(row: board.BoardRow) -> str:
    if row.nobody_found:
        return t("board.nobody_found")
    if row.mine or row.climbed:
        return t("board.waits_for_me") if row.mine else t("board.climbed_to_me")
    if row.director_acts:
        return t("board.waits_for_director")
    return t("board.waits_for", name=row.waiting_for) if row.waiting_for else t("board.waits_for_nobody")


def nothing(filters: BoardFilter) -> None:
    """Why there is no row, in a friendly sentence."""
    if filters == BoardFilter(page=filters.page, sort=filters.sort):
        st.info(t("board.empty"), icon=":material/inbox:")
        if has(Right.REGISTER):
            st.page_link(PAGES["intake"], label=t("board.register"), icon=":material/add_comment:")
    elif filters == BoardFilter(flag=filters.flag, page=filters.page, sort=filters.sort):
        st.success(t(f"board.empty_{filters.flag}"), icon=":material/check_circle:")
    else:
        st.info(t("board.empty_filtered"), icon=":material/filter_alt_off:")


def found(shown: BoardPage) -> str:
    first = (shown.page - 1) * PAGE_SIZE + 1
    if shown.pages > 1:
        return t("board.found_part", count=shown.total, first=first, last=first + len(shown.rows) - 1)
    if not shown.rows:
        return ""
    return t("board.found_one") if shown.total == 1 else t("board.found", count=shown.total)


def rows(shown: BoardPage) -> None:
    reference = board_table(shown.rows, "board")
    if reference:
        st.switch_page(PAGES["complaint"], query_params={"ref": reference})


def turn_pages(shown: BoardPage) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        for name, number in (("previous", shown.page - 1), ("next", shown.page + 1)):
            possible = 1 <= number <= shown.pages
            st.button(
                t(f"board.{name}"), disabled=not possible, on_click=board_filters.turn_to, args=(number,), key=f"board.{name}"
            )
        st.text(t("board.page", page=shown.page, pages=shown.pages))


who = actor()
options = board.options(who)
choices = board_filters.choices(options)
address.follow("board", choices)
st.title(t("board.title"), anchor=False)
st.caption(t("board.scope"))
tiles = st.container()
requests_line()
review_line()
evaluation_line()
report_line()
calendar_line()
waits_for_a_word()
to_do_list(board.to_do(who))
places = Fields()
board_filters.fields(options, places)
filters = board_filters.wanted(options)
address.keep("board", choices, unsaid=("text",))
with show_refusals(places):
    shown = board.page(who, filters)
    with tiles:
        board_filters.tiles(shown.counts)
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.caption(found(shown))
        if filters != BoardFilter():
            st.button(
                t("board.clear"),
                icon=":material/filter_alt_off:",
                type="tertiary",
                on_click=address.reset,
                args=("board", choices),
            )
    if shown.rows:
        rows(shown)
    else:
        nothing(filters)
    if shown.pages > 1:
        turn_pages(shown)
    downloads("board.file", "werkvoorraad", lambda file_type: list_exports.of_board(who, file_type, filters))
