"""The yearly review: the partners go through every complaint of a period again, one by one, and say whether more is needed."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
import streamlit as st

from services import list_exports, review_items, reviews
from services.door import Actor
from services.review_items import Item, Review
from services.reviews import ReviewLine, Reviews
from ui import form_drafts
from ui import review_case as case
from ui import review_meeting as meeting
from ui.dossier_view import day
from ui.downloads import downloads
from ui.evaluation_dismissed import in_review
from ui.review_line import words
from ui.session import Fields, actor, form_id, new_form_id, show_refusals, t, tell
from ui.tabs import open_tab
from ui.widgets import ROW, plain

SIGNS = {None: "–", True: "▲", False: "○"}


def go_to(**query: str) -> None:
    st.query_params.from_dict(query)
    st.rerun()


# Which reviews there are


def start(who: Actor, known: Reviews) -> None:
    put_away()
    st.text(t("review.about_page"))
    st.text(words(known.due))
    going_on = next((each for each in known.lines if each.finalised_on is None), None)
    if going_on is not None:
        with st.container(border=True):
            st.text(t("review.going_on", since=day(going_on.since), until=day(going_on.until)))
            progress(going_on)
            if st.button(t("review.go_on"), key="review.continue", type="primary", icon=":material/arrow_forward:"):
                go_to(review=str(going_on.id))
    elif known.may_lead:
        begin(who, known)
    else:
        st.info(t("review.nothing_open"), icon=":material/info:")
    earlier([each for each in known.lines if each.finalised_on is not None])


def begin(who: Actor, known: Reviews) -> None:
    st.subheader(t("review.begin"), anchor=False)
    fields = Fields()
    with st.container(border=True):
        st.caption(t("review.about_begin"))
        days = {}
        with st.container(horizontal=True):
            for name, proposed in (("since", known.proposed.since), ("until", known.proposed.until)):
                with st.container(width=220):
                    key = f"review.{name}"
                    days[name] = st.date_input(t(f"review.{name}"), proposed, format="DD-MM-YYYY", key=key)
                    fields.under(name)
        everybody = [each.id for each in known.people if each.partner or each.id == known.me]
        people = meeting.choose_people(known.people, everybody, "review.participants")
        fields.under("participants")
        if st.button(t("review.do_begin"), key="review.begin", type="primary"):
            with show_refusals(fields):
                number = reviews.begin(who, form_id("review"), picked(days["since"]), picked(days["until"]), people)
                new_form_id("review")
                tell("review.begun")
                go_to(review=str(number))


def picked(value: object) -> date:
    """None is refused with a sentence."""
    return value if isinstance(value, date) else None  # type: ignore[return-value]


def earlier(lines: list[ReviewLine]) -> None:
    if not lines:
        return
    st.subheader(t("review.earlier"), anchor=False)
    for each in lines:
        with st.container(border=True, horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            st.text(t("review.earlier_line", since=day(each.since), until=day(each.until), day=day(each.finalised_on)))
            if each.answered < each.total:
                st.badge(t("review.left", count=each.total - each.answered), icon=":material/error:", color="orange")
            if st.button(t("review.look"), key=f"review.look.{each.id}"):
                go_to(review=str(each.id))


def progress(line: ReviewLine) -> None:
    said = t("review.progress", answered=line.answered, total=line.total)
    st.progress(line.answered / line.total if line.total else 1.0, text=said)


# One of them


def one(who: Actor, shown: Review, known: Reviews) -> None:
    if st.button(t("review.all"), key="review.all", type="tertiary", icon=":material/arrow_back:"):
        go_to()
    with st.container(horizontal=True, vertical_alignment="center"):
        st.text(t("review.period_words", since=day(shown.line.since), until=day(shown.line.until)))
        state = "open" if shown.is_open else "final"
        st.badge(t(f"review.state_{state}"), icon=":material/lock:" if not shown.is_open else ":material/edit:", color="blue")
    progress(shown.line)
    meeting.participants(who, shown, known.people)
    if "review.tab" not in st.session_state and (shown.line.answered or "ref" in st.query_params):
        st.session_state["review.tab_name"] = "cases"
    labels = {
        "actions": t("review.tab_actions", count=len(shown.open_actions)),
        **{name: t(f"review.tab_{name}") for name in ("cases", "forms", "learned", "finish")},
    }
    name, tab = open_tab("review.tab", labels)
    put_away(name)
    with tab:
        match name:
            case "cases":
                cases(who, shown)
            case "forms":
                in_review(who, shown)
            case "learned":
                meeting.learned(who, shown)
                meeting.closed(who, shown)
            case "finish":
                meeting.finish(who, shown, lambda: to_the_cases(shown))
            case _:
                meeting.open_actions(shown)


def put_away(tab: str = "") -> None:
    """The forms of the other tabs."""
    for its_tab, form in (("cases", case.FORM), ("learned", meeting.FORM)):
        if its_tab != tab:
            form_drafts.put_away(form)


def to_the_cases(shown: Review) -> None:
    st.session_state.pop("review.tab", None)
    st.session_state["review.tab_name"] = "cases"
    show(shown, next_of(shown, None))


def cases(who: Actor, shown: Review) -> None:
    if shown.anonymised:
        st.caption(t("review.anonymised", count=shown.anonymised))
    if not shown.items:
        st.info(t("review.no_cases"), icon=":material/inbox:")
        return
    current = shown.item(st.query_params.get("ref", "")) or next_of(shown, None) or shown.items[0]
    left, right = st.columns([3, 2], gap="medium")
    with left:
        turn(shown, current)
        case.brief(who, current)
        case.answer(who, shown, current, lambda: show(shown, next_of(shown, current) or current))
    with right:
        table(shown, current)
        number = shown.line.id
        downloads("review.file", "toetsing", lambda file_type: list_exports.of_review(who, file_type, number))


def turn(shown: Review, current: Item) -> None:
    here = shown.items.index(current)
    names = {each.reference: f"{SIGNS[each.extra_action]} {each.reference}  {plain(each.title)}" for each in shown.items}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        for name, place in (("previous", here - 1), ("next", here + 1)):
            there = shown.items[place] if 0 <= place < len(shown.items) else None
            if st.button(t(f"review.{name}"), disabled=there is None, key=f"review.{name}"):
                show(shown, there)
        waiting = next_of(shown, current)
        if st.button(t("review.next_unanswered"), disabled=waiting is None, key="review.next_unanswered"):
            show(shown, waiting)
    chosen = st.selectbox(
        t("review.place", here=here + 1, total=len(shown.items)),
        list(names),
        index=here,
        format_func=names.__getitem__,
        key=f"review.go.{current.reference}",
    )
    if chosen and chosen != current.reference:
        show(shown, shown.item(chosen))


def next_of(shown: Review, current: Item | None) -> Item | None:
    """The next one without an answer, and after the last one those before it."""
    here = shown.items.index(current) if current else -1
    order = (*shown.items[here + 1 :], *shown.items[: max(here, 0)])
    return next((each for each in order if each.extra_action is None), None)


def show(shown: Review, item: Item | None) -> None:
    go_to(review=str(shown.line.id), **({"ref": item.reference} if item else {}))


def table(shown: Review, current: Item) -> None:
    st.subheader(t("review.list"), anchor=False)
    said = {None: t("review.open_answer"), True: t("review.said_yes"), False: t("review.said_no")}
    rows = [
        (each.reference, f"{SIGNS[each.extra_action]} {said[each.extra_action]}", plain(each.title)) for each in shown.items
    ]
    columns = ("reference", "answer", "title")
    frame = pd.DataFrame(rows, columns=list(columns))
    config: dict[str, Any] = {name: st.column_config.TextColumn(t(f"review.column_{name}")) for name in columns}
    config["reference"] = st.column_config.ButtonColumn(
        t("review.column_reference"), key="review.open", type="tertiary", alignment="left", pinned=True, width=92
    )
    tall = {"height": 12 * ROW} if len(rows) > 12 else {"height": "content"}
    st.dataframe(frame, hide_index=True, column_config=config, alt=t("review.list"), key="review.table", **tall)
    click = st.session_state.get("review.open")
    if click and str(click["label"]) != current.reference:
        show(shown, shown.item(str(click["label"])))


me_here = actor()
st.title(t("review.title"), anchor=False)
reviews_known = reviews.listing(me_here)
wanted = st.query_params.get("review", "")
if wanted.isascii() and wanted.isdigit():
    one(me_here, review_items.read(me_here, int(wanted)), reviews_known)
else:
    start(me_here, reviews_known)
