"""The default page: goes on to where this person's work begins, so that every other page has an address."""

import streamlit as st

from ui.session import PAGES, me, reachable

FIRST = ("board", "appeals", "restricted", "people", "intake", "help", "account")

st.switch_page(next(PAGES[name] for name in FIRST if name in set(PAGES) and reachable(name, me())))
