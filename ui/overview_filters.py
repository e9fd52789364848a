"""What the overview is about: a year or other months, and what it is narrowed to. All of it stands in the address."""

from __future__ import annotations

import re
from datetime import date

import streamlit as st

from services.board import Options
from services.overview import Cut, Overview
from text import month_name
from ui import address
from ui.session import language, t

OTHER = "other"


def choices(options: Options, shown: Overview | None = None) -> address.Choices:
    """`shown`: known after the overview was made; until then any year will do."""
    return {
        "year": [*(str(each) for each in shown.years), OTHER] if shown else [],
        "from": [],
        "until": [],
        "unit": ["", *(str(each) for each, _ in options.units)],
        "category": ["", *options.categories],
        "procedure": ["", *(key for key, _ in options.procedures)],
        "show": [],
    }


def asked() -> tuple[int | None, Cut]:
    now = {name: st.session_state[f"overview.{name}"] for name in ("year", "from", "until", "unit", "category", "procedure")}
    year = int(now["year"]) if now["year"].isdecimal() and len(now["year"]) == 4 else None
    months = now["year"] == OTHER
    return year, Cut(
        first=_month(now["from"]) if months else None,
        last=_month(now["until"]) if months else None,
        unit_id=int(now["unit"]) if now["unit"] else None,
        category=now["category"],
        procedure=now["procedure"],
    )


def _month(value: str) -> date | None:
    found = re.fullmatch(r"([0-9]{4})-(0[1-9]|1[0-2])", value)
    return date(int(found[1]), int(found[2]), 1) if found and found[1] != "0000" else None


def settle(shown: Overview) -> None:
    """A year or a month that is not offered becomes the one that is shown."""
    if st.session_state["overview.year"] != OTHER:
        st.session_state["overview.year"] = str(shown.year)
        st.session_state["overview.from"] = st.session_state["overview.until"] = ""
        return
    months = _months(shown)
    for name, day in (("from", shown.period.first), ("until", min(shown.period.last, shown.today))):
        if st.session_state[f"overview.{name}"] not in months:
            st.session_state[f"overview.{name}"] = f"{day:%Y-%m}"


def fields(options: Options, shown: Overview) -> None:
    years = {str(each): str(each) for each in shown.years} | {OTHER: t("overview.period_other")}
    _select("year", years, 160)
    if st.session_state["overview.year"] == OTHER:
        months = {each: f"{month_name(int(each[5:]), language())} {each[:4]}" for each in _months(shown)}
        _select("from", months, 180)
        _select("until", months, 180)
    _select("unit", {"": t("overview.unit_all")} | {str(each): name for each, name in options.units}, 200)
    _select("category", {"": t("overview.category_all")} | {each: each for each in options.categories}, 220)
    _select("procedure", {"": t("overview.procedure_all")} | dict(options.procedures), 200)


def _months(shown: Overview) -> list[str]:
    """Newest first."""
    last = f"{shown.today:%Y-%m}"
    return [name for year in shown.years for month in range(12, 0, -1) if (name := f"{year}-{month:02}") <= last]


def _select(name: str, labels: dict[str, str], width: int) -> None:
    st.selectbox(
        t(f"overview.{name}"),
        list(labels),
        format_func=labels.__getitem__,
        key=f"overview.{name}",
        width=width,
        on_change=_show_none,
    )


def _show_none() -> None:
    st.session_state["overview.show"] = ""
