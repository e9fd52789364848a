"""The old register comes along: a file, what its columns mean, a dry run, and then the real one."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import streamlit as st

from domain.mapping import ColumnMap
from domain.old_register import Fate
from domain.tables import Table
from services import old_register, old_register_report, spreadsheets
from services.door import Actor
from services.old_register import BATCH, Plan, Row
from services.tables import KINDS, read_table
from ui import import_columns
from ui.session import actor, language, show_refusals, t
from ui.widgets import plain

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SHOWN = 500  # refused cells on the screen; all of them are in the report


def example(who: Actor) -> None:
    download("example", t("old_register.example_file"), lambda: old_register_report.example(who).content)


def download(what: str, name: str, made: Callable[[], bytes]) -> None:
    """Made when somebody asks for it."""
    st.download_button(
        t(f"old_register.download_{what}"),
        made,
        key=f"importing.get_{what}",
        file_name=spreadsheets.file_name(name),
        mime=XLSX,
        icon=":material/download:",
        on_click="ignore",
    )


def the_table() -> Table | None:
    """What was uploaded, read once."""
    given = st.file_uploader(t("old_register.file"), type=list(KINDS), key="importing.file", help=t("old_register.file_help"))
    if given is None:
        st.session_state.pop("importing.table", None)
        return None
    first = st.session_state.get("importing.table")
    sheet = ""
    if first and first[0][0] == given.file_id and len(first[1].sheets) > 1:
        sheet = st.selectbox(t("old_register.sheet"), first[1].sheets, key="importing.sheet")
        sheet = "" if sheet == first[1].sheets[0] else sheet
    if first is None or first[0] != (given.file_id, sheet):
        other = first is None or first[0][0] != given.file_id
        st.session_state.pop("importing.table", None)
        import_columns.forget()
        st.session_state.pop("importing.plan", None)
        with show_refusals():
            st.session_state["importing.table"] = ((given.file_id, sheet), read_table(given.name, given.getvalue(), sheet))
            if other:
                st.rerun()  # its sheets can be chosen
    kept = st.session_state.get("importing.table")
    return kept[1] if kept else None


def dry_run(who: Actor, table: Table, columns: ColumnMap) -> None:
    st.subheader(t("old_register.step_look"), anchor=False)
    open_from = st.date_input(t("old_register.open_from"), value=None, key="importing.open_from", format="DD-MM-YYYY")
    st.caption(t("old_register.about_open"))
    asked = (columns, open_from)
    if st.button(t("old_register.look"), type="primary", key="importing.look", icon=":material/fact_check:"):
        st.session_state.pop("importing.plan", None)
        st.session_state.pop("importing.done", None)
        with show_refusals(), st.spinner(t("old_register.looking")):
            st.session_state["importing.plan"] = (asked, old_register.look(who, table, columns, open_from))
    kept = st.session_state.get("importing.plan")
    if kept is None:
        return
    if kept[0] != asked:
        st.info(t("old_register.look_again"), icon=":material/info:")
        return
    outcome(who, kept[1])


def outcome(who: Actor, plan: Plan) -> None:
    done: dict[int, Row] = st.session_state.get("importing.done") or {}
    rows = tuple(done.get(row.number, row) for row in plan.rows)
    told(who, rows, plan, taken=bool(done))
    waiting = [each for each in plan.waiting if each.number not in done]
    if not waiting:
        if not done:
            st.info(t("old_register.nothing_new"), icon=":material/info:")
        return
    st.subheader(t("old_register.step_take"), anchor=False)
    if st.button(
        t("old_register.take", number=len(waiting)), type="primary", key="importing.take", icon=":material/upload_file:"
    ):
        take(who, plan)


def take(who: Actor, plan: Plan) -> None:
    """A part at a time: what was taken over stays when somebody closes the screen, and once more goes on from there."""
    waiting = plan.waiting
    done: dict[int, Row] = {}
    bar = st.progress(0.0, t("old_register.taking"))
    with show_refusals():
        for start in range(0, len(waiting), BATCH):
            part = old_register.take(who, waiting[start : start + BATCH])
            done |= {row.number: row for row in part}
            bar.progress(len(done) / len(waiting), t("old_register.taken_so_far", number=len(done), of=len(waiting)))
    bar.empty()
    st.session_state["importing.done"] = done
    if len(done) == len(waiting):
        st.rerun()


def told(who: Actor, rows: tuple[Row, ...], plan: Plan, *, taken: bool) -> None:
    if taken:
        st.success(t("old_register.finished"), icon=":material/check:")
    counts = {fate: sum(row.fate is fate for row in rows) for fate in Fate}
    names = {fate: t(f"old_register.{'now' if taken else 'would'}_{fate}") for fate in Fate}
    with st.container(horizontal=True):
        for fate, number in counts.items():
            st.metric(names[fate], number, border=True)
    wrong = [(row.number, problem) for row in rows for problem in row.problems]
    if wrong:
        lines = [
            (number, plain(old_register_report.heading(each, plan.columns)), old_register_report.sentence(each, language()))
            for number, each in wrong[:SHOWN]
        ]
        table = pd.DataFrame(lines, columns=[t(f"old_register.report_{name}") for name in ("row", "column", "why")])
        st.dataframe(table, hide_index=True, alt=t("old_register.refused_table"))
        if len(wrong) > SHOWN:
            st.caption(t("old_register.more", number=len(wrong) - SHOWN))
    changed = [str(row.number) for row in rows if row.fate is Fate.CHANGED]
    if changed:
        st.text(t("old_register.changed_rows", rows=", ".join(changed[:SHOWN])))
    name = t("old_register.report_file")
    download("report", name, lambda: old_register_report.report(who, rows, plan.columns).content)


me_here = actor()
known = old_register.choices(me_here)
st.title(t("old_register.title"), anchor=False)
st.text(t("old_register.about_page"))
example(me_here)
here = the_table()
if here is not None:
    st.caption(t("old_register.rows_found", number=sum(1 for _ in here.numbered()), columns=len(here.columns)))
    st.subheader(t("old_register.step_columns"), anchor=False)
    dry_run(me_here, here, import_columns.choose(me_here, here, known))
