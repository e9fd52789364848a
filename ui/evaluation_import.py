"""A file with evaluation forms: first what would come of it, then bringing it in. And one form on paper, keyed in."""

from __future__ import annotations

from decimal import Decimal

import streamlit as st

from services import evaluation_import, evaluation_keying, evaluation_sources, evaluations
from services.door import Actor
from services.evaluation_import import COUNTS, Brought, Preview, Skipped, why_skipped
from services.evaluation_keying import Keyed
from services.evaluation_sources import Source
from text import moment
from ui import evaluation_view as view
from ui.dossier_view import fact
from ui.session import Fields, emptied, form_id, language, literal, new_form_id, show_refusals, t, tell

KINDS = ["xlsx", "csv"]
_SHOWN = 10
_MIME = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def file(who: Actor) -> None:
    known = evaluation_sources.known(who)
    if not known.sources:
        st.info(t("evaluations.no_source"), icon=":material/info:")
        return
    st.caption(t("evaluations.about_import"))
    names = {each.id: each for each in known.sources}
    source = names[
        st.selectbox(t("evaluations.source"), list(names), format_func=lambda each: names[each].name, key="evaluations.source")
    ]
    st.text(t("evaluations.rule_now", rule=view.rule_words(known.rule_of(source))))
    fields = Fields()
    given = st.file_uploader(t("evaluations.file"), type=KINDS, key="evaluations.file", max_upload_size=20)
    fields.under("file")
    if given is not None:
        with show_refusals(fields):
            _given(who, source, given.name, given.getvalue())
    earlier(who)


def _given(who: Actor, source: Source, name: str, content: bytes) -> None:
    found = evaluation_import.headings(who, name, content)
    sheet = ""
    if len(found.sheets) > 1:
        sheet = st.selectbox(t("evaluations.sheet"), found.sheets, key="evaluations.sheet") or ""
    shown = evaluation_import.look(who, source.id, name, content, sheet)
    preview(shown)
    if shown.known and not shown.proposed and not shown.theirs:
        st.info(t("evaluations.nothing_new"), icon=":material/check:")
        return
    if st.button(t("evaluations.do_import"), key="evaluations.import", type="primary"):
        bar = st.progress(0.0)

        def told(done: int, total: int) -> None:
            bar.progress(done / total, text=t("evaluations.importing", done=done, total=total))

        form = form_id("evaluations.import")
        number = evaluation_import.run(who, form, source.id, source.version, name, content, sheet, told)
        new_form_id("evaluations.import")
        tell("evaluations.imported", count=sum(each.proposed for each in evaluation_import.brought(who) if each.id == number))
        st.rerun()


def preview(shown: Preview) -> None:
    with st.container(border=True, gap="xsmall"):
        for name in COUNTS:
            if name != "theirs" or shown.theirs:
                fact(t(f"evaluations.count_{name}"), str(getattr(shown, name)))
        fact(t("evaluations.count_skipped"), str(len(shown.skipped)))
    if shown.examples:
        st.caption(t("evaluations.examples"))
    for form, why in shown.examples:
        with st.container(gap="xxsmall"):
            st.text(form.words or form.question or form.form)
            st.caption(literal(", ".join(each for each in (form.form, *(view.why(one) for one in why)) if each)))
    skipped(shown.skipped)


def skipped(rows: tuple[Skipped, ...]) -> None:
    if rows:
        st.caption(t("evaluations.skipped"))
    for each in rows[:_SHOWN]:
        key = "evaluations.skipped_line_column" if each.heading else "evaluations.skipped_line"
        st.text(t(key, row=each.row, heading=each.heading, why=why_skipped(language(), each)))
    if len(rows) > _SHOWN:
        st.caption(t("evaluations.skipped_more", count=len(rows) - _SHOWN))


def earlier(who: Actor) -> None:
    found = evaluation_import.brought(who)
    if found:
        st.subheader(t("evaluations.earlier"), anchor=False)
    for each in found:
        _brought(who, each)


def _brought(who: Actor, each: Brought) -> None:
    with st.container(border=True, gap="xsmall"):
        st.text(f"{each.source}, {each.file_name}")
        st.caption(moment(each.at, language()))
        if not each.finished:
            st.warning(t("evaluations.cut_short"), icon=":material/sync_problem:")
            return
        for name in COUNTS:
            if name != "theirs" or each.theirs:
                fact(t(f"evaluations.count_{name}"), str(getattr(each, name)))
        fact(t("evaluations.count_skipped"), str(each.passed_over))
        st.download_button(
            t("evaluations.download_report"),
            lambda number=each.id: evaluation_import.report(who, number).content,  # type: ignore[misc]
            key=f"evaluations.report.{each.id}",
            file_name=evaluation_import.report_name(),
            mime=_MIME,
            icon=":material/download:",
            on_click="ignore",
        )


# One on paper


_TYPED = ("form", "training", "group", "question", "person")


def key_in(who: Actor) -> None:
    st.caption(t("evaluations.about_key_in"))
    rule, fields = evaluation_sources.known(who).rule, Fields()
    said: dict[str, str] = {}
    words = st.text_area(t("evaluations.field_words"), key="evaluations.typed.words", height=120)
    fields.under("words")
    left, right = st.columns(2)
    with left:
        score = st.number_input(
            t("evaluations.score_scale", lowest=rule.lowest, highest=rule.highest),
            float(rule.lowest),
            float(rule.highest),
            value=None,
            step=0.5,
            key="evaluations.typed.score",
        )
        fields.under("score")
    with right:
        on = st.date_input(t("evaluations.field_filled_in_on"), None, format="DD-MM-YYYY", key="evaluations.typed.on")
        fields.under("filled_in_on")
    for place, name in enumerate(_TYPED):
        with (left, right)[place % 2]:
            said[name] = (
                st.text_input(t(f"evaluations.field_{name}"), key=f"evaluations.typed.{name}", autocomplete="off") or ""
            )
            fields.under(name)
    people = dict(evaluations.people(who))
    about = st.multiselect(
        t("evaluations.about_whom"),
        list(people),
        format_func=people.__getitem__,
        placeholder=t("complaint.choose"),
        key="evaluations.typed.about",
        help=t("evaluations.about_whom_help"),
    )
    fields.under("about")
    if st.button(t("evaluations.do_key_in"), key="evaluations.key_in", type="primary"):
        with show_refusals(fields):
            keyed = Keyed(
                words=words or "",
                score=None if score is None else Decimal(str(score)),
                filled_in_on=on if not isinstance(on, tuple) else None,
                about=tuple(about),
                **said,
            )
            made = evaluation_keying.key_in(who, form_id("evaluations.typed"), keyed)
            _start_again()
            tell("evaluations.keyed_in" if made else "evaluations.keyed_in_hidden")
            st.rerun()


def _start_again() -> None:
    new_form_id("evaluations.typed")
    names = [f"evaluations.typed.{name}" for name in ("words", "score", "on", "about", *_TYPED)]
    for name in names:
        st.session_state.pop(name, None)
    emptied({name: None if name.endswith((".score", ".on")) else [] if name.endswith(".about") else "" for name in names})
