"""An own version of the procedure, from a file: checked, compared with what open dossiers would get, and put in force."""

from __future__ import annotations

from datetime import date

import pandas as pd
import streamlit as st

from services import procedures
from services.procedures import Outlook
from services.profiles import check_profile
from text import short_date
from ui.session import actor, language, show_refusals, t, tell
from ui.widgets import plain

_MOST = 2_000_000  # characters: far more than any procedure


def uploaded() -> str | None:
    """The text of the file that was given; None for none, or one that is no text."""
    given = st.file_uploader(t("whatif.file"), type=["toml"], key="terms.file", max_upload_size=2)
    if given is None:
        return None
    try:
        return given.getvalue().decode("utf-8")[:_MOST]
    except UnicodeDecodeError:
        st.error(t("whatif.no_text"), icon=":material/error:")
        return None


def problems(source: str) -> bool:
    """Names each line that is wrong; are there any?"""
    found = check_profile(source, language())
    for each in found:
        where = f"{each.key}: " if each.key else ""
        st.error(t("whatif.problem", line=each.line, where=where, sentence=each.sentence), icon=":material/error:")
    return bool(found)


def adopt(source: str, today: date) -> None:
    if st.button(t("whatif.look"), key="terms.look", icon=":material/visibility:"):
        st.session_state.pop("terms.outlook", None)
        with show_refusals():
            st.session_state["terms.outlook"] = (source, procedures.outlook(actor(), source))
    looked = st.session_state.get("terms.outlook")
    if not looked or looked[0] != source:
        return
    found: Outlook = looked[1]
    _show(found)
    valid_from = st.date_input(t("whatif.valid_from"), value=today, key="terms.valid_from", format="DD-MM-YYYY")
    options = {"leave": t("whatif.leave"), "move": t("whatif.move")}
    chosen = st.radio(t("whatif.open_ones"), options, format_func=options.__getitem__, key="terms.open_ones")
    if st.button(t("whatif.adopt"), key="terms.adopt", type="primary", icon=":material/check:") and isinstance(
        valid_from, date
    ):
        with show_refusals():
            number = procedures.adopt(actor(), source, valid_from, found if chosen == "move" else None)
            st.session_state.pop("terms.outlook")
            tell("whatif.adopted", number=number, day=valid_from)
            st.rerun()


def _show(found: Outlook) -> None:
    st.text(t("whatif.outlook", moving=len(found.moving), same=found.same, staying=len(found.staying)))
    for label, number in found.counts():
        st.text(f"{label}: {number}")
    rows = [
        (each.reference, plain(shift.label), _day(shift.before), _day(shift.after), t("whatif.ended") if shift.ended else "")
        for each in found.moving
        for shift in each.shifts
    ]
    if rows:
        headings = [t(f"whatif.column_{name}") for name in ("reference", "label", "before", "after", "remark")]
        frame = pd.DataFrame(rows, columns=headings)
        st.dataframe(frame, hide_index=True, height="content" if len(rows) < 20 else 500, alt=t("whatif.column_reference"))
    if found.staying:
        st.warning(t("whatif.staying", references=", ".join(found.staying)), icon=":material/warning:")


def _day(day: date | None) -> str:
    return short_date(day, language()) if day else t("whatif.not_there")
