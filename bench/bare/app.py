"""The floor: the least that Streamlit can show, started as it ships."""

import streamlit as st

st.title("Kaal")
st.text("Een regel")
