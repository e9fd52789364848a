"""What happened to sign-ins: one's own on the account page, everybody's for the administrator. No addresses: none are kept."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import pandas as pd
import streamlit as st

from domain.sign_ins import RULE_CHANGED
from services import list_exports, sign_in_log
from services.sign_in_log import OWN, PAGE_SIZE, Note
from text import moment
from ui.downloads import downloads
from ui.session import actor, language, t
from ui.widgets import plain


def own_log() -> None:
    st.subheader(t("sign_in_log.title"), anchor=False)
    st.caption(t("sign_in_log.about_own", count=OWN))
    _table(
        [(_what(each), each.by or "", moment(each.at, language())) for each in sign_in_log.own(actor())], ("what", "by", "when")
    )


def everybodys_log() -> None:
    """Pages of fifty; which one is in the widget."""
    st.caption(t("sign_in_log.about_all", days=sign_in_log.kept_for(actor())))
    page = int(st.number_input(t("sign_in_log.page"), min_value=1, step=1, key="sign_in_log.page", width=160))
    found = sign_in_log.everybody(actor(), page)
    rows = [(each.who or t("sign_in_log.nobody"), _what(each), each.by or "", moment(each.at, language())) for each in found]
    _table(rows, ("who", "what", "by", "when"))
    if len(found) == PAGE_SIZE:
        st.caption(t("sign_in_log.older"))
    downloads("people.file_sign_ins", "aanmeldingen", partial(list_exports.of_sign_ins, actor()))


def rule_log() -> None:
    """For who confirms requests: what the administrator changed alone. Nothing where nothing was."""
    if found := sign_in_log.of_the_rule(actor()):
        st.subheader(t("sign_in_log.rule"), anchor=False)
        rows = [(each.who or t("granting.operator"), _what(each), moment(each.at, language())) for each in found]
        _table(rows, ("who", "what", "when"))


def _what(each: Note) -> str:
    said = t(f"sign_in_log.{each.what}")
    if each.what in RULE_CHANGED:
        return f"{said}: {t(f'role.{each.why}')}"
    why = f"sign_in_log.why_{each.why}"
    return said if each.why is None or t(why) == why else f"{said}: {t(why)}"


def _table(rows: Sequence[tuple[str, ...]], columns: tuple[str, ...]) -> None:
    if not rows:
        st.caption(t("sign_in_log.nothing"))
        return
    shown = [tuple(plain(each) for each in row) for row in rows]
    st.dataframe(pd.DataFrame(shown, columns=[t(f"sign_in_log.{name}") for name in columns]), hide_index=True, width="stretch")
