"""Backups on the people page: a warning while there is no good one, what was made, and practising to put one back."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from domain.errors import Refused
from services import backups, restoring
from services.backups import Note, Standing
from text import moment
from ui.session import actor, language, sentence, t
from ui.widgets import plain


def backup_warning() -> None:
    """On every part of the page; nothing while all is well."""
    now = backups.standing(actor())
    if not now.late:
        return
    with st.container(border=True, gap="xsmall", key="people.backup_late"):
        st.markdown(f":material/warning: **{t('backups.late')}**")
        when = moment(now.last_good, language()) if now.last_good else ""
        st.text(t("backups.late_since", moment=when) if when else t("backups.late_never"))
        if now.key and now.failed:
            st.text(t("backups.late_why", why=_why(now.failed)))
        st.text(t("backups.late_do" if now.key else "backups.late_key"))


def backups_part() -> None:
    now = backups.standing(actor())
    st.subheader(t("backups.title"), anchor=False)
    st.caption(t("backups.about"))
    if now.last_good:
        st.text(t("backups.last_good", moment=moment(now.last_good, language())))
    if now.notes:
        _table(now.notes)
    else:
        st.text(t("backups.none"))
    _drill(now)


def _table(notes: tuple[Note, ...]) -> None:
    rows = [
        (moment(each.at, language()), t(f"backups.kind_{each.kind}"), _result(each), plain(each.by or t("backups.operator")))
        for each in notes
    ]
    columns = [t(f"backups.{name}") for name in ("when", "what", "result", "by")]
    st.dataframe(pd.DataFrame(rows, columns=columns), hide_index=True, width="stretch")


def _result(note: Note) -> str:
    return t("backups.good") if note.good else _why(note.code)


def _why(code: str) -> str:
    return t(f"refused.{code}", program="pg_dump", file="backup.pub", version="", database="")


def _drill(now: Standing) -> None:
    """Each try has a field of its own, so that the key is gone from this session as soon as it was used."""
    if not now.last_good:
        return
    st.subheader(t("backups.drill"), anchor=False)
    st.caption(t("backups.drill_about"))
    turn = st.session_state.setdefault("people.drill_turn", 0)
    with st.form(f"people.drill.{turn}"):
        key = st.text_input(t("backups.drill_key"), type="password", key=f"people.drill_key.{turn}", autocomplete="off")
        submitted = st.form_submit_button(t("backups.drill_start"))
    if submitted:
        with st.spinner(t("backups.drill_busy")):
            st.session_state["people.drill_said"] = _tried(key)
        st.session_state["people.drill_turn"] = turn + 1
        st.rerun()
    if said := st.session_state.get("people.drill_said"):
        good, words = said
        (st.success if good else st.error)(words, icon=":material/check:" if good else ":material/error:")


def _tried(key: str) -> tuple[bool, str]:
    """Whether it went well, and what to say."""
    try:
        found = restoring.drill(actor(), key)
    except Refused as refusal:
        return False, sentence(refusal)
    words = t("backups.drill_good", moment=moment(found.made_at, language()))
    return (True, words) if found.good else (False, t("refused.backup_lost_files"))
