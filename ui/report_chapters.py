"""The chapters of the yearly report, one at a time. What is typed is kept until it is saved; two people can write at once."""

from __future__ import annotations

import streamlit as st

from domain.year_report import FEW, Chapter
from services import year_report_writing
from services.door import Actor
from services.year_report_files import chapter_title, dispute_words, outcome_words, unit_words
from services.year_reports import Written, YearReport
from ui import form_drafts, review_form
from ui.dossier_view import day, fact
from ui.meanwhile import Deed, Field, Meanwhile
from ui.session import Fields, language, literal, show_refusals, t, tell

FORM = "report.text"


def title_of(shown: YearReport, key: str) -> str:
    """Of a chapter, or of what it says about one location."""
    if key == "units":
        return t("report.in_units")
    chapter, _, unit = key.partition(".")
    said = chapter_title(language(), shown.kind, Chapter(chapter))
    if not unit:
        return said
    place = next((each for each in shown.figures.places if (each.unit_id or 0) == int(unit)), None)
    return f"{said}: {unit_words(language(), place)}" if place else said


def chapters(who: Actor, shown: YearReport) -> None:
    known = {each.key: each for each in shown.texts}
    wanted = st.query_params.get("chapter", "")
    current = known[wanted] if wanted in known else shown.texts[0]
    labels = {each.key: f"{_sign(shown, each)} {title_of(shown, each.key)}" for each in shown.texts}
    chosen = st.selectbox(
        t("report.chapter"),
        list(labels),
        index=list(labels).index(current.key),
        format_func=labels.__getitem__,
        key=f"report.go.{current.key}",
    )
    if chosen and chosen != current.key:
        st.query_params["chapter"] = chosen
        st.rerun()
    st.caption(t("report.signs"))
    chapter = Chapter(current.key.partition(".")[0])
    st.text(t(f"report.help_{chapter}", few=FEW))
    _numbers(shown, current.key)
    if shown.is_approved:
        st.text(current.text or t("report.nothing_written"))
    else:
        _form(who, shown, current)


def _sign(shown: YearReport, each: Written) -> str:
    return "▲" if each.key in shown.missing else "●" if each.text else "○"


def _numbers(shown: YearReport, key: str) -> None:
    """What is added to the text by itself."""
    chapter, _, unit = key.partition(".")
    figures = shown.figures
    match Chapter(chapter):
        case Chapter.HANDLED:
            for name in ("submitted", "written", "handled", "withdrawn", "not_handled"):
                fact(t(f"report.{name}"), str(getattr(figures, name)))
        case Chapter.JUDGMENTS:
            place = next((each for each in figures.places if (each.unit_id or 0) == int(unit or 0)), None)
            if place:
                st.text(outcome_words(language(), place))
        case Chapter.DISPUTES:
            for name in ("brought", "ruled"):
                fact(t(f"report.{name}"), str(getattr(figures, name)))
            for each in figures.disputes:
                fact(dispute_words(language(), each), str(each.number))


def _form(who: Actor, shown: YearReport, one: Written) -> None:
    step = f"{shown.line.year}-{one.key}"
    review_form.prepare(FORM, step, one.version)
    seen = int(st.session_state[f"{FORM}.seen"])
    meanwhile, area, fields = Meanwhile(FORM, step, one.version), st.container(), Fields()
    with form_drafts.kept(FORM, step):
        meanwhile.meet({"text": Field(t("report.text"), one.text or one.proposed)})
        if not one.version and one.proposed:
            st.caption(t("report.proposed"))
        said = st.text_area(t("report.text"), key=f"{FORM}.{step}.text", height=200)
        fields.under("text")
    meanwhile.show(area, [Deed(one.by, one.on)])
    if one.by:
        st.caption(literal(t("report.written_by", who=one.by, day=day(one.on))))
    with st.container(horizontal=True, vertical_alignment="center"):
        save = st.button(t("common.save"), key=f"{FORM}.{step}.save", type="primary")
        if st.button(t("common.cancel"), key=f"{FORM}.{step}.cancel", type="tertiary"):
            form_drafts.drop(FORM)
            review_form.forget(FORM)
            st.rerun()
    if save:
        with show_refusals(fields):
            year_report_writing.write(who, shown.line.year, one.key, seen, said or "")
            form_drafts.drop(FORM)
            review_form.forget(FORM)
            tell("report.saved")
            st.rerun()
