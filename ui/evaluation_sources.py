"""Where evaluation forms come from, what the columns of their files mean, and the rule that proposes."""

from __future__ import annotations

from typing import Any

import streamlit as st

from domain.errors import Refused
from domain.evaluations import Rule
from domain.mapping import ColumnMap, DateOrder
from services import evaluation_import, evaluation_sources
from services.door import Actor
from services.evaluation_sources import TARGETS, Source
from ui import form_drafts, review_form
from ui.evaluation_import import KINDS
from ui.meanwhile import Field, Meanwhile
from ui.session import Fields, show_refusals, t, tell

RULE, ALL, SOURCE = "evaluations.rule", "all", "evaluations.source"


def rule(who: Actor) -> None:
    known = evaluation_sources.known(who)
    st.subheader(t("evaluations.rule"), anchor=False)
    st.caption(t("evaluations.about_rule"))
    fields, version = Fields(), known.rule_version or 0
    review_form.prepare(RULE, ALL, version)
    seen = int(st.session_state[f"{RULE}.seen"])
    with st.container(border=True):
        meanwhile, area = Meanwhile(RULE, ALL, version), st.container()
        with form_drafts.kept(RULE, ALL):
            meanwhile.meet(_rule_standing(known.rule))
            given = rule_fields(known.rule, f"{RULE}.{ALL}", fields)
        meanwhile.show(area, [])
        save = st.button(t("common.save"), key="evaluations.rule_save")
        review_form.left(RULE, ALL)
    if save:
        with show_refusals(fields):
            evaluation_sources.choose_rule(who, given, seen or None)
            review_form.over(RULE)
            tell("evaluations.rule_saved")
            st.rerun()


def _rule_standing(now: Rule, under: str = "") -> dict[str, Field]:
    found = {name: getattr(now, name) for name in ("lowest", "highest")}
    found |= {"at_most": None if now.at_most is None else float(now.at_most), "words": "\n".join(now.words)}
    labels = {"words": "evaluations.rule_words_field"}
    return {f"{under}{name}": Field(t(labels.get(name, f"evaluations.{name}")), value) for name, value in found.items()}


def rule_fields(now: Rule, prefix: str, fields: Fields) -> dict[str, Any]:
    given: dict[str, Any] = {}
    with st.container(horizontal=True):
        for name in ("lowest", "highest"):
            with st.container(width=200):
                given[name] = st.number_input(
                    t(f"evaluations.{name}"), value=getattr(now, name), step=1, key=f"{prefix}.{name}"
                )
                fields.under(name)
        with st.container(width=240):
            at_most = None if now.at_most is None else float(now.at_most)
            given["at_most"] = st.number_input(
                t("evaluations.at_most"),
                value=at_most,
                step=0.5,
                format="%.1f",
                key=f"{prefix}.at_most",
                help=t("evaluations.at_most_help"),
            )
            fields.under("at_most")
    words = st.text_area(
        t("evaluations.rule_words_field"),
        "\n".join(now.words),
        key=f"{prefix}.words",
        height=120,
        help=t("evaluations.rule_words_help"),
    )
    fields.under("words")
    return given | {"words": (words or "").splitlines()}


# Sources


def listing(who: Actor) -> None:
    known = evaluation_sources.known(who)
    st.subheader(t("evaluations.sources"), anchor=False)
    st.caption(t("evaluations.about_sources"))
    names = {0: t("evaluations.new_source"), **{each.id: each.name for each in known.sources}}
    wanted = st.selectbox(t("evaluations.source"), list(names), format_func=names.__getitem__, key="evaluations.edit")
    one(who, known.of(wanted), known.rule)


def one(who: Actor, source: Source | None, usual: Rule) -> None:
    step, version = (str(source.id), source.version) if source else ("0.0", 0)
    review_form.prepare(SOURCE, step, version)
    seen, prefix, fields = int(st.session_state[f"{SOURCE}.seen"]), f"{SOURCE}.{step}", Fields()
    meanwhile, area = Meanwhile(SOURCE, step, version), st.container()
    with form_drafts.kept(SOURCE, step):
        meanwhile.meet(_standing(source, usual))
        given = _given(who, source, usual, prefix, fields)
    meanwhile.show(area, [])
    pressed = given is not None and st.button(t("common.save"), key=f"{prefix}.save", type="primary")
    review_form.left(SOURCE, step)
    if given is not None and pressed:
        name, chosen, question, order, scores, own = given
        with show_refusals(fields):
            mapping = ColumnMap(chosen, _words(scores), order)
            kept = (source.id, seen) if source else (None, None)
            evaluation_sources.save(who, name, mapping, question, own, *kept)
            review_form.over(SOURCE)
            tell("evaluations.source_saved")
            st.rerun()


def _standing(source: Source | None, usual: Rule) -> dict[str, Field]:
    found = {
        "name": Field(t("evaluations.source_name"), source.name if source else ""),
        "question": Field(t("evaluations.question_fixed"), source.question if source else ""),
        "scores": Field(t("evaluations.score_in_words"), _scores(source)),
        "own": Field(t("evaluations.own_rule"), bool(source and source.rule)),
    }
    if source:
        words = lambda each: t(f"evaluations.date_order_{each or 'unknown'}")  # noqa: E731
        found["order"] = Field(t("evaluations.date_order"), source.mapping.order, words)
        known = dict(source.mapping.columns)
        for target in TARGETS:
            label = t("evaluations.column_for", what=t(f"evaluations.field_{target}"))
            found[f"column.{target}.{len(known)}"] = Field(label, known.get(target), str)
    return found | _rule_standing(source.rule if source and source.rule else usual, "rule.")


Given = tuple[str, dict[str, str], str, DateOrder | None, str, dict[str, Any] | None]


def _given(who: Actor, source: Source | None, usual: Rule, prefix: str, fields: Fields) -> Given | None:
    """What stands on the screen; none before it is known which columns there are."""
    name = st.text_input(t("evaluations.source_name"), source.name if source else "", key=f"{prefix}.name", autocomplete="off")
    fields.under("name")
    columns, proposed = _headings(who, source, fields, prefix)
    if not columns:
        return None
    if source:
        st.caption(t("evaluations.columns_change"))
    chosen = _columns(columns, proposed, prefix)
    fields.under("mapping")
    question = st.text_input(
        t("evaluations.question_fixed"), source.question if source else "", key=f"{prefix}.question", autocomplete="off"
    )
    fields.under("question")
    order = _order(source, prefix)
    scores = st.text_area(t("evaluations.score_in_words"), _scores(source), key=f"{prefix}.scores", height=100)
    fields.under("scores")
    own = st.checkbox(t("evaluations.own_rule"), bool(source and source.rule), key=f"{prefix}.own")
    given = rule_fields(source.rule if source and source.rule else usual, f"{prefix}.rule", fields) if own else None
    return name or "", chosen, question or "", order, scores or "", given


def _headings(who: Actor, source: Source | None, fields: Fields, prefix: str) -> tuple[list[str], dict[str, str]]:
    """From an example; of a source that is known the ones that it has, too."""
    given = st.file_uploader(t("evaluations.example_file"), type=KINDS, key=f"{prefix}.file", max_upload_size=20)
    fields.under("file")
    known = dict(source.mapping.columns) if source else {}
    if given is None:
        return list(known.values()), known
    with show_refusals(fields):
        found = evaluation_import.headings(who, given.name, given.getvalue())
        here = {target: heading for target, heading in known.items() if heading in found.columns}
        return list(found.columns), dict(found.proposed) | here
    return [], {}


def _columns(columns: list[str], proposed: dict[str, str], prefix: str) -> dict[str, str]:
    """One heading for each; a heading twice is refused when it is saved."""
    chosen = {}
    left, right = st.columns(2)
    for place, target in enumerate(TARGETS):
        start = proposed.get(target)
        with (left, right)[place % 2]:
            heading = st.selectbox(
                t("evaluations.column_for", what=t(f"evaluations.field_{target}")),
                columns,
                index=columns.index(start) if start in columns else None,
                placeholder=t("evaluations.no_column"),
                key=f"{prefix}.column.{target}.{len(columns)}",
            )
        if heading:
            chosen[target] = heading
    return chosen


def _order(source: Source | None, prefix: str) -> DateOrder | None:
    orders: list[DateOrder | None] = [None, *DateOrder]
    return st.selectbox(
        t("evaluations.date_order"),
        orders,
        index=orders.index(source.mapping.order) if source else 0,
        format_func=lambda each: t(f"evaluations.date_order_{each or 'unknown'}"),
        key=f"{prefix}.order",
    )


def _scores(source: Source | None) -> str:
    words = source.mapping.choices.get("score", {}) if source else {}
    return "\n".join(f"{word} = {score}" for word, score in words.items())


def _words(typed: str) -> dict[str, dict[str, str]]:
    pairs = [line.rpartition("=") for line in typed.splitlines() if line.strip()]
    if not all(word.strip() and score.strip() for word, _, score in pairs):
        raise Refused("source_score_word", "scores")
    return {"score": {word.strip(): score.strip() for word, _, score in pairs}} if pairs else {}
