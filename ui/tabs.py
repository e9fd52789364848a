"""Tabs that stay where one was, though a count in their label changes, and of which only the open one is drawn."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st
from streamlit.delta_generator import DeltaGenerator


def open_tab(key: str, labels: Mapping[str, str]) -> tuple[str, DeltaGenerator]:
    """Draws the tabs; the name of the open one and its container. `labels`: the words by name, the first one is open at
    first."""
    name = _name(key, labels)
    st.session_state[key] = labels[name]
    drawn = st.tabs(list(labels.values()), key=key, on_change="rerun")
    st.session_state[f"{key}_name"] = name
    return name, drawn[list(labels).index(name)]


def _name(key: str, labels: Mapping[str, str]) -> str:
    chosen = st.session_state.get(key)
    for name, label in labels.items():
        if label == chosen:
            return name
    before = str(st.session_state.get(f"{key}_name"))
    return before if before in labels else next(iter(labels))
