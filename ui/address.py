"""What a page keeps in its address, so that a view is a bookmark.

The choices are the page's own session keys (``board.status``), so widgets use them as their key; the address holds the
values themselves, never labels or names: they survive another language and stay out of logs.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import streamlit as st

Choices = Mapping[str, Sequence[str]]  # by name the values that exist, the default first; none: any text, default ""


def follow(page: str, choices: Choices) -> None:
    """Call before the widgets. Takes over an address that this page did not write itself: a bookmark, the back button.
    A value that does not exist, or no longer, becomes the default."""
    address = {name: st.query_params.get(name, "") for name in choices}
    if f"{page}.address" not in st.session_state and not any(address.values()):
        # Back from a dossier, or from another page: as it was left. The browser's own back button loses the question mark.
        address |= st.session_state.get(f"session.{page}_view", {})
    elsewhere = st.session_state.get(f"{page}.address") != address
    for name, values in choices.items():
        key = f"{page}.{name}"
        value = address[name] if elsewhere else st.session_state.get(key, "")
        known = value in values if values else True
        if elsewhere or not known:
            st.session_state[key] = value if known else values[0]


def chosen(page: str, choices: Choices) -> dict[str, str]:
    return {name: st.session_state[f"{page}.{name}"] for name in choices}


def keep(page: str, choices: Choices, unsaid: Collection[str] = ()) -> None:
    """Call after the widgets: the address says what is shown, defaults left out, and `unsaid`: what somebody looks for names
    people, and an address is written down in many places."""
    now = chosen(page, choices)
    view = {name: value for name, value in now.items() if value != (choices[name][0] if choices[name] else "")}
    told = {name: value for name, value in view.items() if name not in unsaid}
    if told != {name: st.query_params.get(name) for name in choices if name in st.query_params}:
        st.query_params.from_dict(told)
    st.session_state[f"{page}.address"] = {name: told.get(name, "") for name in choices}
    st.session_state[f"session.{page}_view"] = {name: view.get(name, "") for name in choices}


def reset(page: str, choices: Choices) -> None:
    """For a button's `on_click`: back to the defaults."""
    for name, values in choices.items():
        st.session_state[f"{page}.{name}"] = values[0] if values else ""
