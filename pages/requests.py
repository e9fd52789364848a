"""What administrators ask about accounts, for the second person who confirms it. Nothing of any dossier."""

import streamlit as st

from services import granting
from ui.account_log import rule_log
from ui.requests_view import about_the_administrator, requests_table, shown_code, to_answer
from ui.session import actor, t

rows = granting.to_answer(actor())
mine = [row for row in rows if row.mine_to_answer]
earlier = [row for row in rows if not row.mine_to_answer]

st.title(t("granting.title"), anchor=False)
st.caption(t("granting.about"))
about_the_administrator()
shown_code()
if mine:
    to_answer(mine)
else:
    st.success(t("granting.none"), icon=":material/check_circle:")
if earlier:
    st.subheader(t("granting.earlier"), anchor=False)
    requests_table(earlier)
rule_log()
