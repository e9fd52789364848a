"""Two versions of a procedure side by side: what they say differently, and what that does to the dates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from domain.explain import Names
from services import reckoning
from services.profiles import Profile
from services.reckoning import Circumstances, Entry, Reckoned
from text import short_date
from ui.session import language, show_refusals, t
from ui.widgets import plain


def choose(profiles: Mapping[str, tuple[str, Profile]]) -> tuple[str, str]:
    """The names of the two that were chosen; `profiles` by name: label and content."""
    names = list(profiles)
    with st.grid(2, min_column_width=220, gap="small"):
        for which in ("left", "right"):
            st.selectbox(t(f"whatif.{which}"), names, format_func=lambda name: profiles[name][0], key=f"terms.{which}")
    return str(st.session_state["terms.left"]), str(st.session_state["terms.right"])


def rules(left: Profile, right: Profile, procedure: str) -> None:
    st.subheader(t("whatif.rules"), anchor=False)
    with show_refusals():
        found = reckoning.compare(left, right, procedure, language())
        if not found:
            st.success(t("whatif.rules_same"), icon=":material/check:")
            return
        rows = [(plain(each.label), t(f"whatif.rule_{each.what}"), plain(each.before), plain(each.after)) for each in found]
        _table(("label", "what", "left", "right"), rows, t("whatif.rules"))


def dates(left: Profile, right: Profile, procedure: str, entries: Sequence[Entry], about: Circumstances, closed: Names) -> None:
    """The same days under both."""
    st.subheader(t("whatif.dates"), anchor=False)
    with show_refusals():
        before = _numbered(reckoning.reckon(left, procedure, entries, about, closed))
        after = _numbered(reckoning.reckon(right, procedure, entries, about, closed))
        rows = []
        for key in [*after, *(each for each in before if each not in after)]:
            old, new = before.get(key), after.get(key)
            there = new or old
            if there is not None:
                rows.append((plain(there.rule.label), _day(old), _day(new), _moved(old, new)))
        _table(("label", "left", "right", "difference"), rows, t("whatif.dates"))


def _numbered(found: Sequence[Reckoned]) -> dict[tuple[str, int], Reckoned]:
    """The first of a kind beside the first, the second beside the second."""
    by_key: dict[tuple[str, int], Reckoned] = {}
    for each in found:
        number = sum(key == each.promise.key for key, _ in by_key)
        by_key[each.promise.key, number] = each
    return by_key


def _day(each: Reckoned | None) -> str:
    return short_date(each.promise.legal_on, language()) if each else t("whatif.not_there")


def _moved(old: Reckoned | None, new: Reckoned | None) -> str:
    if old is None or new is None:
        return t("whatif.only_right" if old is None else "whatif.only_left")
    days = (new.promise.legal_on - old.promise.legal_on).days
    if days == 0:
        return t("whatif.no_difference")
    return t("whatif.later" if days > 0 else "whatif.earlier", count=abs(days))


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]], alt: str) -> None:
    headings = [t(f"whatif.column_{name}") for name in columns]
    st.dataframe(pd.DataFrame([list(row) for row in rows], columns=headings), hide_index=True, height="content", alt=alt)
