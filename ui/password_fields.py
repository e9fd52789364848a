"""Choosing a password: the field, how strong it is while choosing, and the field again. Not inside a form: the meter
follows what is typed."""

from __future__ import annotations

import streamlit as st

from services import passwords
from ui.session import Fields, t


def password_fields(fields: Fields, page: str, *own_words: str) -> tuple[str, str]:
    """What was typed, twice. Keys are ``<page>.new`` and ``<page>.repeated``."""
    st.caption(t("password.about"))
    new = _secret("password.new", f"{page}.new")
    _meter(new, own_words)
    fields.under("password")
    repeated = _secret("password.repeated", f"{page}.repeated")
    fields.under("repeated")
    return new, repeated


def _secret(label: str, key: str) -> str:
    """`live`: who tabs on stops at the eye in the field, and Streamlit does not send what was typed when that is left."""
    return st.text_input(t(label), type="password", key=key, autocomplete="new-password", live=True)


def _meter(password: str, own_words: tuple[str, ...]) -> None:
    """Always there, and always as high: a button that moves while one presses it is not pressed."""
    password = passwords.tidy(password)  # a forged frame can hold no text
    if len(password) < passwords.SHORTEST:
        missing = passwords.SHORTEST - len(password)
        short = "password.meter_short_one" if missing == 1 else "password.meter_short"
        st.progress(0.0, t(short, count=missing) if password else t("password.meter_empty"))
        return
    found = passwords.strength(password, own_words)
    said = t(f"password.score_{found.score}")
    st.progress((found.score + 1) / 5, f"{said} {t(f'password.easy_{found.why}')}" if found.why else said)
