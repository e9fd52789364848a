"""How the register is, on the people page: what the server is asked at night, in words for who has to do something."""

from __future__ import annotations

from typing import Literal

import streamlit as st

from domain.health import Finding, State
from services import health
from ui.session import actor, t

_BADGES: dict[State, Literal["green", "orange", "red"]] = {State.GOOD: "green", State.ATTENTION: "orange", State.FAULT: "red"}


def health_part() -> None:
    found = health.show(actor())
    st.subheader(t("health.title"), anchor=False)
    st.text(t("health.all_good") if not found.wrong else t("health.not_all_good"))
    for each in found.wrong:
        _wrong(each)
    good = [t(f"health.{each.check}") for each in found.findings if not each.reason]
    if good:
        st.caption(t("health.good", what=", ".join(good)))
    st.button(t("health.again"), key="people.health_again", type="tertiary", icon=":material/refresh:")


def _wrong(finding: Finding) -> None:
    what = t(f"health.{finding.check}")
    with st.container(border=True, gap="xsmall", key=f"people.health.{finding.check}"):
        st.badge(t(f"health.state_{finding.state.name.lower()}"), color=_BADGES[finding.state])
        st.markdown(f"**{what[:1].upper()}{what[1:]}**")
        st.text(t(f"health.{finding.reason}"))
        st.caption(t(f"health.{finding.reason}_do"))
