"""A one-time link was opened: the first administrator and the procedure, or a new password."""

import streamlit as st

st.title("Weerklank", anchor=False)
