"""Evaluation forms that may be a complaint: one by one, what was dismissed, files that come in, and the rule that proposes."""

from __future__ import annotations

import streamlit as st

from services import evaluations
from ui import evaluation_dismissed as dismissed
from ui import evaluation_import as importing
from ui import evaluation_sources as sources
from ui import evaluation_waiting as waiting
from ui.session import actor, t
from ui.tabs import open_tab

who = actor()
asked = st.query_params.get("form", "")
pile = evaluations.pile(who, int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 17 else None)
st.title(t("evaluations.title"), anchor=False)
st.caption(t("evaluations.about_page"))
labels = {
    "waiting": t("evaluations.tab_waiting", count=pile.total),
    **{name: t(f"evaluations.tab_{name}") for name in ("dismissed", "import", "key_in", "sources")},
}
name, tab = open_tab("evaluations.tab", labels)
with tab:
    match name:
        case "dismissed":
            dismissed.listing(who)
        case "import":
            importing.file(who)
        case "key_in":
            importing.key_in(who)
        case "sources":
            sources.rule(who)
            sources.listing(who)
        case _:
            waiting.one_by_one(who, pile)
