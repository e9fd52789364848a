"""One dossier: how it stands, what can be done now, and everything in it. The address names it: /complaint?ref=K26-7F3Q9."""

from __future__ import annotations

import streamlit as st

from domain.vocabulary import Status
from domain.workflow import StepName
from services import appeal_files, appeals, dossier
from services.door import Actor
from services.dossier import Dossier, Step
from services.intake_choices import choices
from services.profiles import vocabulary
from ui import dossier_history as history
from ui import dossier_view as view
from ui import own_words
from ui.climbed import climbed
from ui.dossier_head import back_to_the_board, head
from ui.dossier_readings import opened_by
from ui.sealed import take_along
from ui.session import actor, show_refusals, t, tell
from ui.shield import is_it_them
from ui.step_area import step_area
from ui.tabs import open_tab


def asked_for() -> str:
    """The reference in the address; what was typed for another dossier is dropped."""
    reference = st.query_params.get("ref", "").strip().upper()[:40]
    if st.session_state.get("complaint.ref") != reference:
        for key in [str(each) for each in st.session_state if str(each).startswith("complaint.")]:
            del st.session_state[key]
        st.session_state["complaint.ref"] = reference
    return reference


def found(who: Actor, reference: str) -> tuple[Dossier, tuple[Step, ...]] | None:
    if not reference:
        st.title(t("menu.complaint"), anchor=False)
        st.info(t("complaint.which"), icon=":material/folder_open:")
        back_to_the_board()
        return None
    with show_refusals(reading=True):
        return dossier.read(who, reference), dossier.steps(who, reference)
    own_words.to_copy("complaint", reference)
    back_to_the_board()
    return None


def overview(who: Actor, file: Dossier, may_lodge: bool) -> None:
    left, right = st.columns([5, 4], gap="large")
    with left:
        if file.status != Status.ANONYMISED:
            view.summary(file)
        if file.content:
            view.decision(file.content)
            view.closing(file)
            view.satisfaction(file.content)
            view.appeal(file.content, lambda: other_reviewer(who, file) if may_lodge else None)
        view.promises(file)
    with right:
        view.people(file)
        view.facts(file)
        view.ladder(file)
        view.outside(file, vocabulary(who))


def other_reviewer(who: Actor, file: Dossier) -> None:
    if file.status != Status.IN_APPEAL or not appeal_files.needs_reviewer(who, file.reference):
        return
    st.warning(t("complaint.no_reviewer_left"), icon=":material/person_off:")
    if st.button(t("complaint.reassign"), key="complaint.reassign"):
        with show_refusals():
            appeals.reassign(who, file.reference)
            tell("complaint.reassigned")
            st.rerun()


def everything_in_it(who: Actor, file: Dossier, offered: tuple[Step, ...]) -> None:
    names = {step.name for step in offered}
    may_work, may_lodge = StepName.LOG in names, StepName.LODGE_APPEAL in names
    content = file.content
    if content is None:
        overview(who, file, may_lodge)
        return
    counted = {
        "timeline": len(content.timeline),
        "messages": len(content.messages),
        "attachments": len(content.attachments),
        "notes": len(content.notes),
    }
    labels = {name: t(f"complaint.tab_{name}", count=count) for name, count in counted.items()}
    labels = {"overview": t("complaint.tab_overview")} | labels
    if file.audited:
        labels["readings"] = t("readings.tab")
    name, tab = open_tab("complaint.tab", labels)
    with tab:
        match name:
            case "timeline":
                take_along(file)
                history.timeline(content)
            case "messages":
                history.messages(file, content)
            case "attachments":
                history.files(file, content, may_work)
            case "notes":
                history.notes(file, content, choices(who).today if may_work else None)
            case "readings":
                opened_by(file)
            case _:
                overview(who, file, may_lodge)


me_here = actor()
shown = found(me_here, asked_for())
if shown is None:
    st.stop()
head(shown[0])
climbed(shown[0].reference)
is_it_them(shown[0].reference)
step_area(*shown)
everything_in_it(me_here, *shown)
