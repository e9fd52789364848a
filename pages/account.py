"""Own account: who the register thinks you are, your password, and where you are signed in."""

import streamlit as st

from services import sessions
from text import moment
from ui.account_security import password_part
from ui.session import actor, language, me, t, tell

who = actor()

st.title(t("menu.account"), anchor=False)
st.text(f"{me().display_name} ({me().name})")
st.caption(t("account.roles", roles=", ".join(t(f"role.{role}") for role in sorted(me().roles))))

password_part()

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
