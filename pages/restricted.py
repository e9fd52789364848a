"""The closed compartments: for the confidant and for the whistleblower officer, and for nobody else."""

from functools import partial

import streamlit as st

from services import list_exports, restricted
from services.intake_choices import choices
from ui import restricted_file as one
from ui import restricted_list as all_of_them
from ui.downloads import downloads
from ui.sealed import take_along
from ui.session import PAGES, actor, literal, t
from ui.shield import is_it_them, waits_for_a_word

who = actor()
reference = st.query_params.get("ref")

if reference:
    file = restricted.read(who, reference)
    content = file.dossier.content
    one.head(file.dossier)
    is_it_them(reference)
    st.caption(f":material/visibility_lock: {t('restricted.confidential')}")
    left, right = st.columns([3, 2], gap="large")
    with left:
        st.subheader(t("restricted.told"), anchor=False)
        one.told(file.dossier)
        if content:
            st.subheader(t("restricted.history"), anchor=False)
            one.history(content)
            take_along(file.dossier)
    with right:
        if file.steps:
            st.subheader(t("restricted.do"), anchor=False)
            one.step(who, file, choices(who).today)
        if content:
            st.subheader(t("intake.files"), anchor=False)
            one.files(who, file, content)
else:
    st.title(t("menu.restricted"), anchor=False)
    st.caption(f":material/visibility_lock: {t('restricted.confidential')}")
    waits_for_a_word("restricted")
    labels = {False: t("restricted.going_on"), True: t("restricted.ended")}
    closed = bool(st.segmented_control(
        t("restricted.show"), list(labels), default=False, format_func=labels.__getitem__, key="restricted.closed",
        label_visibility="collapsed", required=True,
    ))  # fmt: skip
    listing = restricted.listing(who, closed=closed, page=st.session_state.get("restricted.page", 1))
    for category in listing.categories:
        st.page_link(
            PAGES["intake"],
            label=t("restricted.new", category=literal(category)),
            icon=":material/add:",
            query_params={"category": category},
        )
    all_of_them.rows(listing, closed=closed)
    all_of_them.pages(listing)
    downloads("restricted.file", "lijst", partial(list_exports.of_restricted, who, closed=closed))
