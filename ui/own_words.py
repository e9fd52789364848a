"""What somebody typed in a form that cannot be carried out any more: a note in the dossier with one click, or to copy."""

from __future__ import annotations

import streamlit as st

from domain.vocabulary import EventKind
from domain.workflow import StepName
from services import steps
from ui import form_drafts, one_form
from ui.session import actor, form_id, new_form_id, show_refusals, t, tell
from ui.step_here import Here


def as_note(here: Here) -> None:
    """Under the form of a step that a colleague took already."""
    words = "\n\n".join(form_drafts.texts(here.page).values())
    if not words:
        return
    with st.container(border=True):
        st.text(t("meanwhile.own_words"))
        st.code(words, language=None, wrap_lines=True)
        if StepName.LOG in here.may_now and st.button(t("meanwhile.as_note"), key=here.key("note.send")):
            _write_note(here, words)


def _write_note(here: Here, words: str) -> None:
    once = f"{here.page}.own_words"
    with show_refusals():
        steps.log(actor(), here.reference, EventKind.NOTE, here.today, words, form_id=form_id(once))
        new_form_id(once)
        one_form.leave(here.page, here.name)
        tell("meanwhile.noted")
        st.rerun()


def to_copy(page: str, reference: str) -> None:
    """Of a dossier that this person does not find any more: their own words, and nothing of the dossier."""
    form_drafts.resume(page, reference)
    left(page)


def left(page: str) -> bool:
    """The words of the form that was open, until they are thrown away; False: there are none."""
    form_drafts.hold(page)
    words = "\n\n".join(form_drafts.texts(page).values())
    if not words:
        return False
    with st.container(border=True):
        st.text(t("meanwhile.gone"))
        st.code(words, language=None, wrap_lines=True)
        if st.button(t("meanwhile.throw_away"), key=f"{page}.own_words.cancel"):
            one_form.leave(page, str(one_form.opened(page)))
            st.rerun()
    return True
