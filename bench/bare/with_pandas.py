"""The floor of a cold start: the same page, of an application that uses pandas."""

import pandas as pd
import streamlit as st

st.title("Kaal")
st.text(f"Een regel, {len(pd.DataFrame({'a': [1]}))}")
