"""To whom the promises of a dossier climbed while nothing was done, at the top of the dossier."""

from __future__ import annotations

import streamlit as st

from domain.escalation import NOBODY
from services import escalation
from services.escalation import Reached
from text import short_date
from ui.session import actor, language, literal, t


def climbed(reference: str) -> None:
    rungs = escalation.reached(actor(), reference)
    if any(each.rung == NOBODY for each in rungs):
        st.error(t("complaint.nobody_found"), icon=":material/person_off:")
    said: dict[str, list[str]] = {}
    for each in rungs:
        if each.name:
            said.setdefault(each.promise, []).append(_one(each, each.name))
    for promise, who in said.items():
        st.caption(t("complaint.climbed", promise=literal(promise), who=", ".join(who)))


def _one(rung: Reached, name: str) -> str:
    day = short_date(rung.climbed_on, language())
    return t("complaint.climbed_one", name=literal(name), rung=t(f"rung.{rung.rung}"), day=day)
