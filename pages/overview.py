"""A year in figures: a sentence, a chart and a table each, and the dossiers behind them."""

from __future__ import annotations

import streamlit as st

from domain.rights import Right
from services import board, overview
from services.overview import Cut
from ui import address, overview_filters, overview_words
from ui import overview_sections as sections
from ui.overview_downloads import take_along
from ui.overview_reference import reference
from ui.overview_satisfaction import satisfaction
from ui.session import actor, has, show_refusals, t


def parts(on_screen: sections.Shown) -> None:
    figures = on_screen.figures
    sections.stands_out(on_screen)
    sections.promises(on_screen)
    sections.months(on_screen)
    sections.coded("channel", figures.channels, lambda key: t(f"channel.{key}"), on_screen)
    sections.coded("subject", figures.subjects, lambda key: t(f"subject_type.{key}"), on_screen)
    if figures.files.complainants:
        sections.coded("complainant", figures.files.complainants, lambda key: t(f"complainant_type.{key}"), on_screen)
    sections.coded("category", figures.categories, str, on_screen)
    sections.units(on_screen)
    sections.cells(on_screen)
    sections.coded("outcome", figures.outcomes, lambda key: t(f"outcome.{key}"), on_screen, overview_words.outcomes(figures))
    sections.leads(on_screen)
    sections.funnel(on_screen)
    if figures.files.bodies:
        bodies = figures.files.body_names
        sections.coded("body", figures.files.bodies, lambda key: bodies.get(key, key), on_screen, t("overview.say_body"))
    if figures.files.results:
        sections.coded(
            "result", figures.files.results, lambda key: t(f"external_result.{key}"), on_screen, t("overview.say_result")
        )
    sections.figures(on_screen)
    satisfaction(figures)
    on_screen.take_along("satisfaction")


who = actor()
options = board.options(who)
address.follow("overview", overview_filters.choices(options))
year, cut = overview_filters.asked()
heading, bar, trouble = st.container(), st.container(horizontal=True, vertical_alignment="bottom"), st.container()
shown = None
with show_refusals(area=trouble):
    shown = overview.year(who, year, cut)
if shown is None:  # these months cannot be a period; the fields keep what was chosen
    year, cut = None, Cut(unit_id=cut.unit_id, category=cut.category, procedure=cut.procedure)
    shown = overview.year(who, year, cut)
overview_filters.settle(shown)
choices = overview_filters.choices(options, shown)
with heading:
    st.title(t("overview.heading", year=overview_words.names(shown)[0]), anchor=False)
    st.caption(t("overview.scope"))
with bar:
    overview_filters.fields(options, shown)
    if has(Right.EXPORT):
        take_along(year, cut, shown)
    if cut != Cut():
        st.button(
            t("overview.clear"),
            icon=":material/filter_alt_off:",
            type="tertiary",
            on_click=address.reset,
            args=("overview", choices),
        )
address.keep("overview", choices)
if shown.period.is_year and shown.year == shown.today.year:
    st.caption(t("overview.so_far", day=shown.today))
on_screen = sections.Shown(shown, year, cut)
sections.headline(on_screen)
if shown.now.anything or shown.before.anything:
    parts(on_screen)
    if cut == Cut():
        reference(who, shown)
elif cut == Cut():
    st.info(t("overview.empty", year=shown.year), icon=":material/inbox:")
else:
    st.info(t("overview.narrowed_empty"), icon=":material/filter_alt_off:")
