"""The meeting around the dossiers of a yearly review: who takes part, what is still to be done from before, what was learned,
the totals of the closed compartments, and the end of it."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from services import review_evaluations, review_minutes, reviews
from services.door import Actor
from services.review_items import OpenAction, Review
from services.review_minutes import total_words
from services.reviews import Colleague
from ui import form_drafts, review_form
from ui.dossier_view import day, fact, words
from ui.meanwhile import Field, Meanwhile
from ui.session import PAGES, Fields, language, literal, show_refusals, t, tell

FORM = "review.words"


# What was still to be done


def open_actions(shown: Review) -> None:
    st.caption(t("review.about_open_actions", day=day(shown.line.frozen_on)))
    if not shown.open_actions:
        st.success(t("review.no_open_actions"), icon=":material/check_circle:")
    for each in shown.open_actions:
        _open_action(each, shown)


def _open_action(each: OpenAction, shown: Review) -> None:
    with st.container(border=True, gap="xsmall"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.page_link(
                PAGES["complaint"], label=each.reference, icon=":material/folder_open:", query_params={"ref": each.reference}
            )
            if each.done_on:
                st.badge(t("review.done_since", day=day(each.done_on)), icon=":material/check_circle:", color="green")
            elif each.due_on < shown.today:
                st.badge(t("review.action_late", day=day(each.due_on)), icon=":material/error:", color="red")
        st.text(each.text)
        st.caption(literal(t("review.owner_and_date", owner=each.owner, day=day(each.due_on))))


# Who takes part


def participants(who: Actor, shown: Review, people: tuple[Colleague, ...]) -> None:
    names = ", ".join(name for _, name in shown.participants)
    st.text(f"{t('review.participants')}: {names}")
    if not (shown.may_lead and shown.is_open):
        return
    with st.expander(t("review.change_participants"), icon=":material/group:"):
        fields = Fields()
        chosen = choose_people(people, [each for each, _ in shown.participants], f"review.people.{shown.version}")
        fields.under("participants")
        if st.button(t("common.save"), key="review.people_save"):
            with show_refusals(fields):
                reviews.take_part(who, shown.line.id, shown.version, chosen)
                tell("review.people_saved")
                st.rerun()


def choose_people(people: tuple[Colleague, ...], before: list[int], key: str) -> list[int]:
    known = {each.id: each for each in people}
    return st.multiselect(
        t("review.participants"),
        list(known),
        default=[each for each in before if each in known],
        format_func=lambda each: t("review.partner", name=known[each].name) if known[each].partner else known[each].name,
        placeholder=t("complaint.choose"),
        key=key,
    )


# What was learned


def learned(who: Actor, shown: Review) -> None:
    if not shown.is_open:
        words(t("review.learned"), shown.learned or t("review.nothing_written"))
        words(t("review.notes"), shown.notes or t("review.nothing_written"))
        return
    step = str(shown.line.id)
    review_form.prepare(FORM, step, shown.version)
    seen = int(st.session_state[f"{FORM}.seen"])
    meanwhile, area, fields = Meanwhile(FORM, step, shown.version), st.container(), Fields()
    with form_drafts.kept(FORM, step):
        meanwhile.meet({name: Field(t(f"review.{name}"), getattr(shown, name)) for name in ("learned", "notes")})
        said = st.text_area(t("review.learned"), key=f"{FORM}.{step}.learned", height=160, help=t("review.learned_help"))
        fields.under("learned")
        notes = st.text_area(t("review.notes"), key=f"{FORM}.{step}.notes", height=120)
        fields.under("notes")
    meanwhile.show(area, [])
    with st.container(horizontal=True, vertical_alignment="center"):
        save = st.button(t("common.save"), key=f"{FORM}.{step}.save", type="primary")
        if st.button(t("common.cancel"), key=f"{FORM}.{step}.cancel", type="tertiary"):
            form_drafts.drop(FORM)
            review_form.forget(FORM)
            st.rerun()
    if save:
        with show_refusals(fields):
            reviews.note_down(who, shown.line.id, seen, said or "", notes or "")
            form_drafts.drop(FORM)
            review_form.forget(FORM)
            tell("review.words_saved")
            st.rerun()


# The closed compartments


def closed(who: Actor, shown: Review) -> None:
    st.subheader(t("review.closed"), anchor=False)
    st.caption(t("review.about_closed"))
    if not (shown.may_lead and shown.is_open):
        fact(t("review.unwanted"), total_words(language(), shown.unwanted))
        fact(t("review.whistleblower"), total_words(language(), shown.whistleblower))
        return
    fields = Fields()
    given = {}
    with st.container(horizontal=True, gap="medium"):
        for name in ("unwanted", "whistleblower"):
            key = f"review.{name}.{shown.version}"
            with st.container(width=280):
                given[name] = st.number_input(
                    t(f"review.{name}"), 0, value=getattr(shown, name), step=1, key=key, placeholder=t("review.not_supplied")
                )
                fields.under(name)
                if getattr(shown, name) is not None:
                    st.caption(t("review.stands", words=total_words(language(), getattr(shown, name))))
    if st.button(t("common.save"), key="review.totals_save"):
        with show_refusals(fields):
            reviews.totals(who, shown.line.id, shown.version, given["unwanted"], given["whistleblower"])
            tell("review.totals_saved")
            st.rerun()


# The end


def finish(who: Actor, shown: Review, to_the_next: Callable[[], None]) -> None:
    left = shown.line.total - shown.line.answered
    if not shown.is_open:
        st.success(t("review.is_final", day=day(shown.line.finalised_on), who=literal(shown.finalised_by or "")))
    elif not shown.may_lead:
        st.info(t("review.who_finalises"), icon=":material/info:")
    elif left:
        st.info(t("review.left", count=left), icon=":material/hourglass_empty:")
        if st.button(t("review.to_the_next"), key="review.to_the_next"):
            to_the_next()
    elif forms := review_evaluations.looked(who, shown.line.id).waiting:
        st.info(t("review.forms_left", count=forms), icon=":material/hourglass_empty:")
    elif st.session_state.get("review.asked") == shown.version:
        st.warning(t("review.sure"), icon=":material/lock:")
        with st.container(horizontal=True):
            if st.button(t("review.finalise"), key="review.finalise", type="primary"):
                with show_refusals():
                    reviews.finalise(who, shown.line.id, shown.version)
                    st.session_state.pop("review.asked")
                    tell("review.finalised")
                    st.rerun()
            if st.button(t("common.cancel"), key="review.finalise_cancel", type="tertiary"):
                st.session_state.pop("review.asked")
                st.rerun()
    elif st.button(t("review.finalise"), key="review.ask", type="primary", icon=":material/lock:"):
        st.session_state["review.asked"] = shown.version
        st.rerun()
    minutes(who, shown)


_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def minutes(who: Actor, shown: Review) -> None:
    st.subheader(t("review.minutes"), anchor=False)
    st.caption(t("review.about_minutes_draft" if shown.is_open else "review.about_minutes"))
    number = shown.line.id
    with st.container(horizontal=True):
        for extension, make, mime in (
            ("docx", review_minutes.as_docx, _DOCX),
            ("pdf", review_minutes.as_pdf, "application/pdf"),
        ):
            st.download_button(
                t(f"letters.download_{extension}"),
                lambda make=make: make(who, number),  # type: ignore[misc]
                key=f"review.{extension}",
                file_name=review_minutes.file_name(shown, extension),
                mime=mime,
                icon=":material/download:",
                on_click="ignore",
            )
