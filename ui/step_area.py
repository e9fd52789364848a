"""What can be done with a dossier now: a few buttons, one short form at a time, and why something cannot be done yet."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from domain.vocabulary import Status
from domain.workflow import StepName
from services.dossier import Dossier, Step
from ui import form_drafts, one_form, own_words
from ui.session import literal, t
from ui.step_forms import FORMS
from ui.step_here import Here

# In the order in which a complaint is usually handled: the first one that is possible is the one to take.
_USUAL = (
    StepName.EXPERT_CONSULTED,
    StepName.CONVERT,
    StepName.CONSULT,
    StepName.ACKNOWLEDGE,
    StepName.ACKNOWLEDGE_IMPOSSIBLE,
    StepName.ASSIGN,
    StepName.RESOLVE,
    StepName.DECIDE,
    StepName.ANSWER,
    StepName.CLOSE,
)
_AT_HAND = (  # besides
    *(StepName.LOG, StepName.EXTEND, StepName.LODGE_APPEAL, StepName.REOPEN),
    *(StepName.ASK_SATISFACTION, StepName.SATISFACTION),
)
# Steps that are behind us, or that this dossier does not know, are no news.
_NO_NEWS = frozenset(
    {
        "already_acknowledged",
        "already_red_flag",
        "can_be_written_to",
        "expert_already_consulted",
        "no_consent_here",
        "no_consultation_here",
        "no_effect_due",
        "no_open_measure",
        "no_consequences_due",
        "no_party",
        "no_position_due",
        "no_procedure_choice",
        "no_red_flag",
        "no_red_flag_here",
        "nobody_to_write_to",
        "not_paused",
        "not_resolved",
        "nothing_to_pause",
        "nothing_to_withdraw",
        "satisfaction_asked",
        "satisfaction_not_asked",
        "top_of_ladder",
    }
)


def step_area(file: Dossier, offered: Sequence[Step]) -> None:
    """`offered`: what services/dossier.steps says of this person here."""
    if offered:
        form_drafts.resume("complaint", file.reference)
    opened = _opened(offered)
    if opened is not None:
        _form(file, opened, offered)
        return
    relevant = [step for step in offered if step.relevant]
    able = {step.name for step in relevant if step.possible}
    if not relevant:
        return
    st.subheader(t("complaint.to_do"), anchor=False)
    usual = [name for name in _USUAL if name in able and _still_to_do(file, name)]
    at_hand = usual[:3] + [name for name in _AT_HAND if name in able and _still_to_do(file, name)]
    with st.container(horizontal=True, gap="small"):
        for name in at_hand:
            _button(file, name, first=bool(usual) and name is usual[0])
    _more(file, [step.name for step in relevant if step.possible and step.name not in at_hand])
    _blocked([step for step in relevant if not step.possible and not _NO_NEWS.intersection(step.why)])


def _still_to_do(file: Dossier, name: StepName) -> bool:
    """A step that can be taken again, but was taken already, is not the next one."""
    match name:
        case StepName.CONSULT:
            return file.consulted_on is None
        case StepName.ASSIGN:
            return file.handler_id is None
        case StepName.RESOLVE:
            return file.already_resolved
        case StepName.ASK_SATISFACTION:
            return file.status not in (Status.ANSWERED, Status.RULED)  # possible, but the end comes first
        case StepName.SATISFACTION:
            asked = file.content.satisfaction if file.content else None
            return asked is None or asked.answered_on is None
    return True


def _more(file: Dossier, rest: Sequence[StepName]) -> None:
    if not rest:
        return
    with st.expander(t("complaint.more_steps"), icon=":material/more_horiz:"), st.container(horizontal=True, gap="small"):
        for name in rest:
            _button(file, name)


def _blocked(steps: Sequence[Step]) -> None:
    if not steps:
        return
    with st.expander(t("complaint.not_yet_possible", count=len(steps)), icon=":material/lock:"):
        for step in steps:
            with st.container(gap="xxsmall"):
                st.markdown(f"**{t(f'step.{step.name}')}**")
                for why in step.why:
                    st.caption(t(f"refused.{why}", article=literal(step.article or "")))


def _button(file: Dossier, name: StepName, first: bool = False) -> None:
    one_form.offer("complaint", name, t(f"step.{name}"), file.version, first)


def _opened(offered: Sequence[Step]) -> Step | None:
    """The step whose form is open; it stays open when a colleague makes it impossible: what was typed is not lost."""
    name = one_form.opened("complaint")
    return next((step for step in offered if step.name == name), None)


def _form(file: Dossier, step: Step, offered: Sequence[Step]) -> None:
    with st.container(border=True):
        one_form.header("complaint", step.name, t(f"step.{step.name}"))
        for why in step.why:
            st.warning(t(f"refused.{why}", article=literal(step.article or "")), icon=":material/lock:")
        here, area = Here("complaint", file, step.name, one_form.seen("complaint"), offered), st.container()
        with form_drafts.kept("complaint", step.name):
            save = FORMS[step.name](here)
        here.meanwhile.show(area, here.deeds())
        if step.why:
            own_words.as_note(here)
        if save is not None:
            one_form.carry_out(here, save)
