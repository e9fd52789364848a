"""To whom the promise of a dossier climbed while nothing was done, at the top of the dossier."""

from __future__ import annotations

import streamlit as st

from domain.escalation import NOBODY
from services import escalation
from text import short_date
from ui.session import actor, language, literal, t


def climbed(reference: str) -> None:
    rungs = escalation.reached(actor(), reference)
    if any(each.rung == NOBODY for each in rungs):
        st.error(t("complaint.nobody_found"), icon=":material/person_off:")
    said = [
        t(
            "complaint.climbed_one",
            name=literal(each.name),
            rung=t(f"rung.{each.rung}"),
            day=short_date(each.climbed_on, language()),
        )
        for each in rungs
        if each.name
    ]
    if said:
        st.caption(t("complaint.climbed", who=", ".join(said)))
