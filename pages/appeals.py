"""Appeals, for who hears them: what waits, one file as it stood, and registering what comes in by telephone or mail."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import streamlit as st

from domain.rights import Right
from services import appeal_files, dossier, list_exports
from services.appeal_files import AppealFile, AppealStep
from services.door import Actor
from services.dossier import Content, Dossier
from services.intake_choices import choices
from services.profiles import vocabulary
from ui import appeal_view as view
from ui import dossier_history as history
from ui import dossier_view, form_drafts, one_form, own_words
from ui.appeal_forms import FORMS, AtAppeal, register
from ui.downloads import downloads
from ui.session import PAGES, actor, has, show_refusals, t, tell
from ui.tabs import open_tab


def asked_for() -> str:
    """The reference in the address; what was typed for another one is dropped."""
    reference = st.query_params.get("ref", "").strip().upper()[:40]
    if st.session_state.get("appeals.ref") != reference:
        for key in [str(each) for each in st.session_state if str(each).startswith("appeals.")]:
            del st.session_state[key]
        st.session_state["appeals.ref"] = reference
    return reference


def everything(who: Actor) -> None:
    st.title(t("appeals.title"), anchor=False)
    st.caption(t("appeals.about"))
    if one_form.opened("appeals") == "register":
        with st.container(border=True):
            one_form.header("appeals", "register", t("appeals.register"))
            lodged = register(choices(who).today)
        if lodged is not None:
            one_form.leave("appeals", "register")
            tell("appeals.lodged_mine" if lodged.mine else "appeals.lodged_substitute", reference=lodged.reference)
            if lodged.mine:
                st.switch_page(PAGES["appeals"], query_params={"ref": lodged.reference})
            st.rerun()
    else:
        one_form.offer("appeals", "register", t("appeals.register"), 0, first=True)
    view.listing(appeal_files.listing(who))
    downloads("appeals.file", "beroepen", partial(list_exports.of_appeals, who))


def one(who: Actor, reference: str) -> None:
    found = None
    with show_refusals(reading=True):
        found = appeal_files.read(who, reference), dossier.read(who, reference)
    if found is None:
        own_words.to_copy("appeals", reference)
        st.page_link(PAGES["appeals"], label=t("appeals.to_list"), icon=":material/arrow_back:")
        return
    appeal, file = found
    view.head(appeal, file.title)
    steps(appeal, file)
    tabs(who, appeal, file)


def steps(appeal: AppealFile, file: Dossier) -> None:
    form_drafts.resume("appeals", file.reference)
    name = one_form.opened("appeals")
    if name in set(AppealStep):
        step = AppealStep(name)
        with st.container(border=True):
            one_form.header("appeals", step, t(f"appeals.step.{step}"))
            here, area = AtAppeal(file, appeal, step, one_form.seen("appeals")), st.container()
            with form_drafts.kept("appeals", step):
                save = FORMS[step](here)
            here.meanwhile.show(area, here.deeds())
            if save is not None:
                one_form.carry_out(here, save)
        return
    with st.container(horizontal=True, gap="small"):
        for number, step in enumerate(appeal.steps):
            one_form.offer("appeals", step, t(f"appeals.step.{step}"), appeal.version, first=number == 0)


def tabs(who: Actor, appeal: AppealFile, file: Dossier) -> None:
    content = file.content
    names = ("appeal", "dossier", "timeline", "messages", "attachments") if content else ("appeal",)
    name, tab = open_tab("appeals.tab", {name: t(f"appeals.tab_{name}") for name in names})
    with tab:
        if name == "appeal" or content is None:
            view.the_appeal(appeal)
        elif name == "dossier":
            as_it_stood(who, file, content, appeal)
        elif name == "timeline":
            history.timeline(content)
        elif name == "messages":
            history.messages(file, content)
        else:
            history.files(file, content, may_write=False)


def as_it_stood(who: Actor, file: Dossier, content: Content, appeal: AppealFile) -> None:
    st.caption(t("appeals.as_it_stood"))
    dossier_view.summary(file)
    dossier_view.decision(content)
    first_line = tuple(each for each in file.promises if each not in appeal.promises)
    dossier_view.promises(replace(file, promises=first_line))
    dossier_view.people(file)
    dossier_view.facts(file)
    dossier_view.ladder(file)
    dossier_view.outside(file, vocabulary(who))


me_here = actor()
if not has(Right.APPEAL_RULE):
    st.title(t("appeals.title"), anchor=False)
    st.info(t("appeals.not_a_reviewer"), icon=":material/balance:")
    st.stop()
chosen = asked_for()
if chosen:
    one(me_here, chosen)
else:
    everything(me_here)
