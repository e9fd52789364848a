"""Own account: who the register thinks you are, your password, and where you are signed in."""

import streamlit as st

from ui.account_log import own_log
from ui.account_second_step import second_step_part
from ui.account_security import password_part
from ui.account_sessions import sessions_part
from ui.export_log import own_exports
from ui.requests_view import account_history
from ui.session import me, t
from ui.single_sign_on import sign_on_part

st.title(t("menu.account"), anchor=False)
st.text(f"{me().display_name} ({me().name})")
st.caption(t("account.roles", roles=", ".join(t(f"role.{role}") for role in sorted(me().roles))))

password_part()

second_step_part()

sign_on_part()

sessions_part()

account_history()

own_log()

own_exports()
