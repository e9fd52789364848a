"""Somebody is not satisfied: write it down while they are still on the telephone."""

import streamlit as st

from services.intake_choices import choices
from services.profiles import vocabulary
from services.restricted import mine
from ui import intake_fields as fields
from ui import intake_outcomes as outcomes
from ui import intake_saving as saving
from ui import intake_state as state
from ui.session import actor, t

who = actor()

if state.done("receipt"):
    outcomes.registered(state.done("receipt"))
    st.stop()
if state.done("handed_over"):
    outcomes.handed_over(state.done("handed_over"), kept=state.done("handed_over") in mine(who))
    st.stop()

words, choose = vocabulary(who), choices(who)
state.fill(who, choose.today, choose.own_unit_id, saving.asked_for(words))

st.title(t("menu.intake"), anchor=False)
st.caption(t("intake.about"))
if state.resumed():
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(f":material/draft: {t('intake.resumed')}")
        if st.button(t("intake.empty"), key=state.key("empty"), type="tertiary", icon=":material/delete:"):
            state.discard(who)
            st.rerun()

st.subheader(t("intake.section_how"), anchor=False)
fields.how_it_came(words)

st.subheader(t("intake.section_who"), anchor=False)
fields.who_complains(words, choose)

st.subheader(t("intake.section_what"), anchor=False)
fields.what_happened()
fields.where_and_what(words, choose)
closed = saving.closed_road(words)
if closed:
    outcomes.other_road(closed, choose)
elif words.red_flag_question:
    fields.red_flag(words)

st.subheader(t("intake.section_done"), anchor=False)
fields.done_at_once()
if not closed:
    fields.nothing_or_solved()

with st.expander(t("intake.more"), expanded=state.more_open(), icon=":material/add_notes:"):
    if closed:
        fields.subcategory(words, choose)
        fields.about_whom(choose)
    else:
        fields.more(words, choose, saving.proposed_title(choose))
    fields.files()

state.keep(who)

label = f"intake.hand_over_{closed.treatment}" if closed else "intake.register"
if st.button(t(label), key=state.key("save"), type="primary", icon=":material/check:"):
    with st.spinner(t("intake.saving")):
        if closed:
            saving.hand_over(who, closed)
        else:
            saving.register(who, words, choose)
    st.rerun()
state.problems()
fields.privacy(choose)
