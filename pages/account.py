"""Own account: who the register thinks you are, your password, and where you are signed in."""

import streamlit as st

from services import accounts, sessions
from text import moment
from ui.session import Fields, actor, emptied, language, me, show_refusals, t, tell

TYPED = ("account.old", "account.new", "account.repeated")

who = actor()

st.title(t("menu.account"), anchor=False)
st.text(f"{me().display_name} ({me().name})")
st.caption(t("account.roles", roles=", ".join(t(f"role.{role}") for role in sorted(me().roles))))

st.subheader(t("account.password"), anchor=False)
st.caption(t("password.about"))
with st.form("account.password", clear_on_submit=False):
    fields = Fields()
    emptied(dict.fromkeys(TYPED, ""))
    old = st.text_input(t("account.old"), type="password", key="account.old")
    fields.under("old")
    new = st.text_input(t("password.new"), type="password", key="account.new", autocomplete="new-password")
    fields.under("password")
    repeated = st.text_input(t("password.repeated"), type="password", key="account.repeated", autocomplete="new-password")
    fields.under("repeated")
    submitted = st.form_submit_button(t("account.change"), type="primary")
if submitted:
    with show_refusals(fields):
        accounts.change_password(who, old, new, repeated)
        for key in TYPED:
            del st.session_state[key]
        tell("account.changed")
        st.rerun()

st.subheader(t("account.sessions"), anchor=False)
rows = [
    {
        t("account.since"): moment(each.created_at, language()),
        t("account.seen"): moment(each.last_seen_at, language()),
        t("account.where"): t("account.here" if each.this_one else "account.elsewhere"),
    }
    for each in sessions.open_sessions(who)
]
st.dataframe(rows, hide_index=True, width="stretch")
if len(rows) > 1 and st.button(t("account.end_others"), icon=":material/logout:", key="account.end_others"):
    tell("account.ended", count=sessions.end_others(who))
    st.rerun()
