"""What if: a procedure and some days, and every promise that follows; two versions side by side; a new version."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from domain.errors import Refused
from domain.promises import state
from services import procedures, reckoning
from services.procedures import Desk
from services.profiles import Profile, standard, standard_keys
from services.reckoning import Reckoned
from text import long_date, short_date
from ui import address, explanation, terms_adopt, terms_chart, terms_choices, terms_compare
from ui.session import actor, language, literal, show_refusals, t
from ui.tabs import open_tab
from ui.widgets import plain

Profiles = Mapping[str, tuple[str, Profile]]


def known_profiles(desk: Desk, source: str | None) -> Profiles:
    """By the name in the address: label and content. The one in force first."""
    found = {}
    for each in sorted(desk.versions, key=lambda version: (not version.in_force, -version.number)):
        code = "whatif.version_in_force" if each.in_force else "whatif.version"
        said = t(code, number=each.number, day=long_date(each.valid_from, language()))
        found[f"v{each.number}"] = (said, each.profile)
    if source is not None:
        found["file"] = (t("whatif.version_file"), reckoning.read_text(source))
    for key in standard_keys():
        profile = standard(key)
        updated = long_date(profile.updated_on, language())
        found[key] = (t("whatif.version_standard", name=profile.name, day=updated), profile)
    return found


def procedure_box(profile: Profile) -> None:
    labels = {each.key: each.label for each in profile.procedures}
    if st.session_state["terms.procedure"] not in labels:
        st.session_state["terms.procedure"] = next(iter(labels))
    st.selectbox(t("whatif.procedure"), list(labels), format_func=lambda key: labels[key], key="terms.procedure")


def try_out(profiles: Profiles, desk: Desk) -> None:
    with st.grid(2, min_column_width=260, gap="small"):
        names = list(profiles)
        st.selectbox(t("whatif.version_box"), names, format_func=lambda name: profiles[name][0], key="terms.version")
        profile = profiles[str(st.session_state["terms.version"])][1]
        procedure_box(profile)
    terms_choices.form()
    entries, about = terms_choices.told()
    if not entries:
        st.info(t("whatif.when_received"), icon=":material/event:")
        return
    began = terms_choices.before_received(entries)
    with show_refusals():
        if began is not None:
            raise Refused("before_received", earliest=began)
        promises(profile, desk, reckoning.reckon(profile, procedure(), entries, about, desk.closed))


def promises(profile: Profile, desk: Desk, found: Sequence[Reckoned]) -> None:
    st.subheader(t("whatif.promises"), anchor=False)
    st.caption(t("whatif.dashed"))
    st.altair_chart(terms_chart.timeline(found, desk.today), alt=t("whatif.chart"))
    headings = [t(f"whatif.column_{name}") for name in ("label", "trigger", "due", "legal", "state", "rule")]
    rows = [
        (
            f"{number}. {plain(each.rule.label)}",
            short_date(each.promise.trigger_on, language()),
            short_date(each.promise.target_on, language()),
            short_date(each.promise.legal_on, language()) if each.promise.statutory else "",
            t(f"promise_state.{state(each.promise, desk.today)}"),
            plain(each.rule.source),
        )
        for number, each in enumerate(found, start=1)
    ]
    st.dataframe(pd.DataFrame(rows, columns=headings), hide_index=True, height="content", alt=t("whatif.promises"))
    st.subheader(t("whatif.why"), anchor=False)
    for number, each in enumerate(found, start=1):
        said = f"{number}. {each.sentence(None, language()).partition(': ')[2]}"
        opened = st.expander(literal(said.partition(" (")[0]), key=f"terms.why_{number}", on_change="rerun")
        if opened.open:
            with opened:
                explanation.show(each.explained(profile, language()))


def compare(profiles: Profiles, desk: Desk) -> None:
    left, right = (profiles[name][1] for name in terms_compare.choose(profiles))
    procedure_box(left)
    terms_compare.rules(left, right, procedure())
    entries, about = terms_choices.told()
    if entries:
        st.caption(t("whatif.dates_from_try"))
        terms_compare.dates(left, right, procedure(), entries, about, desk.closed)


def new_version(desk: Desk) -> None:
    st.text(t("whatif.about_new"))
    st.caption(t("whatif.about_open"))
    source = terms_adopt.uploaded()
    if source is not None and not terms_adopt.problems(source):
        st.session_state["terms.source"] = source
    if "terms.source" in st.session_state:
        terms_adopt.adopt(str(st.session_state["terms.source"]), desk.today)


def procedure() -> str:
    return str(st.session_state["terms.procedure"])


who = actor()
desk = procedures.desk(who)
profiles = known_profiles(desk, st.session_state.get("terms.source"))
versions = list(profiles)
choices: dict[str, Sequence[str]] = {
    "tab_name": ("try", "compare", "new"),
    "version": versions,
    "left": versions,
    "right": [*(["file"] if "file" in profiles else []), *versions[1:], versions[0]],
    **terms_choices.names(list(dict.fromkeys(each.key for _, profile in profiles.values() for each in profile.procedures))),
}
address.follow("terms", choices)
terms_choices.take_over(desk.today)
st.title(t("whatif.title"), anchor=False)
st.caption(t("whatif.about"))
name, tab = open_tab("terms.tab", {each: t(f"whatif.tab_{each}") for each in choices["tab_name"]})
with tab:
    match name:
        case "compare":
            compare(profiles, desk)
        case "new":
            new_version(desk)
        case _:
            try_out(profiles, desk)
address.keep("terms", choices)
