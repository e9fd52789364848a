"""What can be done with a dossier now: a few buttons, one short form at a time, and why something cannot be done yet."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from domain.workflow import StepName
from services.dossier import Dossier, Step
from ui.session import actor, me, show_refusals, t, tell
from ui.step_forms import FORMS
from ui.step_here import Here, Save

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
_ALWAYS = (StepName.LOG, StepName.EXTEND)  # at hand besides


def step_area(file: Dossier, offered: Sequence[Step]) -> None:
    """`offered`: what services/dossier.steps says of this person here."""
    opened = _opened(offered)
    if opened is not None:
        _form(file, opened)
        return
    relevant = [step for step in offered if step.relevant]
    able = {step.name for step in relevant if step.possible}
    if not relevant:
        return
    st.subheader(t("complaint.to_do"), anchor=False)
    usual = [name for name in _USUAL if name in able and _still_to_do(file, name)]
    at_hand = usual[:3] + [name for name in _ALWAYS if name in able]
    with st.container(horizontal=True, gap="small"):
        for name in at_hand:
            _button(file, name, first=bool(usual) and name is usual[0])
    rest = [step.name for step in relevant if step.possible and step.name not in at_hand]
    blocked = [step for step in relevant if not step.possible]
    _more(file, rest, blocked)


def _still_to_do(file: Dossier, name: StepName) -> bool:
    """A step that can be taken again, but was taken already, is not the next one."""
    match name:
        case StepName.CONSULT:
            return file.consulted_on is None
        case StepName.ASSIGN:
            return file.handler_id is None
        case StepName.RESOLVE:
            return file.already_resolved
    return True


def _more(file: Dossier, rest: Sequence[StepName], blocked: Sequence[Step]) -> None:
    if not rest and not blocked:
        return
    with st.expander(t("complaint.more_steps"), icon=":material/more_horiz:"):
        with st.container(horizontal=True, gap="small"):
            for name in rest:
                _button(file, name)
        for step in blocked:
            st.markdown(f":material/lock: **{t(f'step.{step.name}')}**")
            for why in step.why:
                st.caption(t(f"refused.{why}"))


def _button(file: Dossier, name: StepName, first: bool = False) -> None:
    if st.button(t(f"step.{name}"), key=f"complaint.open.{name}", type="primary" if first else "secondary"):
        st.session_state["complaint.step"] = name.value
        st.session_state["complaint.seen"] = file.version
        st.session_state.pop("complaint.sent", None)
        st.rerun()


def _opened(offered: Sequence[Step]) -> Step | None:
    """The step whose form is open; it stays open when a colleague makes it impossible: what was typed is not lost."""
    name = st.session_state.get("complaint.step")
    return next((step for step in offered if step.name == name), None)


# One form


def _form(file: Dossier, step: Step) -> None:
    with st.container(border=True):
        st.subheader(t(f"step.{step.name}"), anchor=False)
        st.caption(t(f"complaint.about.{step.name}"))
        _warn_changed(file, step)
        here = Here(file, step.name, int(st.session_state["complaint.seen"]))
        save = FORMS[step.name](here)
        if st.button(t("common.cancel"), key=f"complaint.{step.name}.cancel", type="tertiary"):
            _leave(step.name)
            st.rerun()
        if save is not None:
            _carry_out(here, save)


def _warn_changed(file: Dossier, step: Step) -> None:
    if not step.possible:
        for why in step.why:
            st.warning(t(f"refused.{why}"), icon=":material/lock:")
    if file.version == st.session_state["complaint.seen"]:
        return
    if st.session_state.get("complaint.sent"):  # our own change, on its way
        return
    st.warning(t("complaint.changed"), icon=":material/sync_problem:")
    if st.button(t("complaint.go_on"), key=f"complaint.{step.name}.go_on"):
        st.session_state["complaint.seen"] = file.version
        st.rerun()


def _carry_out(here: Here, save: Save) -> None:
    """Once: the second half of a double click finds what the first one did, and only says so."""
    before = st.session_state.get("complaint.sent")
    if before is not None and here.newest > before and here.newest_by == me().display_name:
        _finish(here.name)
    st.session_state["complaint.sent"] = here.newest
    done = False
    with show_refusals(here.fields):
        save(actor())
        done = True
    if done:
        _finish(here.name)
    del st.session_state["complaint.sent"]


def _finish(name: StepName) -> None:
    _leave(name)
    tell(f"complaint.done.{name}")
    st.rerun()


def _leave(name: StepName) -> None:
    for key in [str(each) for each in st.session_state]:
        if key in ("complaint.step", "complaint.seen", "complaint.sent") or key.startswith(f"complaint.{name}."):
            del st.session_state[key]
