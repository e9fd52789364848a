"""Own account."""

import streamlit as st

from ui.session import me, t

st.title(t("menu.account"))
st.text(me().display_name)
