"""The proposal that somebody may see a dossier again, under their name: what it says, and the word of a second person."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from services import steps
from services.door import Actor
from services.dossier_content import PartyView
from ui.session import actor, show_refusals, t, tell


def proposed(reference: str, party: PartyView) -> None:
    """Draws nothing where nothing is proposed. Who proposed it can only let it go."""
    found = party.proposal
    if found is None:
        return
    with st.container(gap="xxsmall"):
        st.badge(t("lifting.waits"), icon=":material/group:", color="orange")
        st.text(t("lifting.proposed", by=found.by, name=party.name))
        st.text(found.reason)
        if found.may:
            with st.container(horizontal=True, gap="small"):
                if not found.mine:
                    _confirm(reference, party.name, found.id)
                _press("withdraw", found.id, lambda who: steps.withdraw_lift(who, reference, found.id))


def _confirm(reference: str, name: str, proposal: int) -> None:
    with st.popover(t("lifting.confirm")):
        st.text(t("lifting.warning", name=name))
        _press("confirm_now", proposal, lambda who: steps.confirm_lift(who, reference, proposal))


def _press(act: str, proposal: int, save: Callable[[Actor], None]) -> None:
    if st.button(t(f"lifting.{act}"), key=f"complaint.lift.{act}.{proposal}"):
        with show_refusals():
            save(actor())
            tell(f"lifting.done_{act}")
            st.rerun()
