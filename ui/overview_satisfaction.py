"""Of the overview: what complainants say of how it went, how many colleagues know the procedure, and the last yearly review."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from services.overview import Overview
from services.reviews import Summed
from services.satisfaction import Satisfaction
from text import long_date, percent, tenth
from ui import overview_words
from ui.session import language, t


def satisfaction(shown: Overview) -> None:
    now, before = shown.satisfied
    st.subheader(t("satisfaction.heading"), anchor=False)
    this, last = overview_words.names(shown)
    st.text(said(now, this))
    if now.invited or before.invited:
        headings = [t("overview.figure"), this, last]
        rows = [[label, one, other] for (label, one), (_, other) in zip(_lines(now), _lines(before), strict=True)]
        st.table(pd.DataFrame(rows, columns=headings), border="horizontal", hide_index=True, alt=t("satisfaction.heading"))
    st.subheader(t("confirmed.overview"), anchor=False)
    st.text(confirmed(shown))
    if shown.reviewed:
        st.text(reviewed(shown.reviewed))


def said(now: Satisfaction, year: str) -> str:
    if not now.invited:
        return t("satisfaction.say_none", year=year)
    key = "satisfaction.say_one" if now.invited == 1 else "satisfaction.say"
    asked = t(key, year=year, invited=now.invited, answered=now.answered, share=percent(now.share, language()))
    if not now.answered:
        return asked
    scores = {name: tenth(getattr(now, name), language()) for name in ("process", "outcome")}
    return f"{asked} {t('satisfaction.say_scores', **scores)}"


def _lines(year: Satisfaction) -> list[tuple[str, str]]:
    return [
        (t("satisfaction.mean_process"), tenth(year.process, language())),
        (t("satisfaction.mean_outcome"), tenth(year.outcome, language())),
        (t("satisfaction.invited"), str(year.invited)),
        (t("satisfaction.answered"), str(year.answered)),
        (t("satisfaction.share"), percent(year.share, language())),
    ]


def confirmed(shown: Overview) -> str:
    found = shown.confirmed
    return t("confirmed.say", confirmed=found.confirmed, active=found.active, share=percent(found.share, language()))


def reviewed(found: Summed) -> str:
    on = long_date(found.on, language())
    return t("review.say", day=on, total=found.total, extra=found.extra, open=found.open)
