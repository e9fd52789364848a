"""An evaluation form on the screen: what stands on it, why it is there, and what was done with it."""

from __future__ import annotations

import streamlit as st

from domain.evaluations import Reason, Rule, Why
from services.evaluations import Happened, One
from text import moment, number
from ui.dossier_view import day, fact, words
from ui.session import in_badge, language, literal, t

_ICONS = {Reason.SCORE: ":material/trending_down:", Reason.WORD: ":material/match_word:", Reason.KEYED: ":material/keyboard:"}


def card(one: One) -> None:
    with st.container(border=True, gap="small"):
        with st.container(horizontal=True, gap="small"):
            for each in one.why:
                st.badge(why(each), icon=_ICONS[each.reason], color="orange")
        if one.about:
            names = ", ".join(name for _, name in one.about)
            st.caption(f":material/visibility_off: {literal(t('evaluations.shielded', names=names))}")
        if one.emptied_on is not None:
            st.caption(t("evaluations.emptied"))
            return
        words(t("evaluations.field_words"), one.words or t("evaluations.no_words"))
        fact(t("evaluations.field_question"), one.question)
        fact(t("evaluations.field_score"), score(one))
        for name in ("form", "training", "group", "person", "trainer"):
            fact(t(f"evaluations.field_{name}"), getattr(one, name))
        fact(t("evaluations.field_filled_in_on"), day(one.filled_in_on))
        fact(t("evaluations.field_source"), one.source or t("evaluations.keyed"))
        st.caption(t("evaluations.came_in", day=day(one.imported_on)))


def why(each: Why) -> str:
    said = in_badge(each.said.replace(".", ",") if each.reason is Reason.SCORE and language() == "nl" else each.said)
    return t(f"evaluations.why_{each.reason}", said=said)


def score(one: One) -> str:
    if one.score is None:
        return ""
    written = number(float(one.score), language())
    return t("evaluations.score_of", score=written, lowest=one.lowest, highest=one.highest)


def history(told: tuple[Happened, ...]) -> None:
    st.caption(t("evaluations.history"))
    for each in told:
        by = each.by or t("evaluations.by_itself")
        line = f"{moment(each.at, language())}: {t(f'evaluations.doing_{each.what}', about=each.about or '')} ({by})"
        st.text(f"{line}: {each.reason}" if each.reason else line)


def rule_words(rule: Rule) -> str:
    """ "een score van 2 of lager (schaal 1 tot en met 5) of een van de woorden klacht*"."""
    said = []
    if rule.at_most is not None:
        at_most = number(float(rule.at_most), language())
        said.append(t("evaluations.rule_score", at_most=at_most, lowest=rule.lowest, highest=rule.highest))
    if rule.words:
        said.append(t("evaluations.rule_words", words=", ".join(rule.words)))
    return t("evaluations.rule_or").join(said)
