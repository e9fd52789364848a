"""The organisation on the people page: who it is, whom complainants reach, who acts as director and who hears appeals."""

from __future__ import annotations

from typing import Any

import streamlit as st

from domain.granting import Kind
from services import granting, organisation, standing_in
from services.accounts import AccountRow
from services.organisation import DIRECTORS, REVIEWERS, STAND_INS
from ui.people_units import pick
from ui.requests_view import waiting_of
from ui.session import Fields, actor, show_refusals, t, tell


def settings_part(people: tuple[AccountRow, ...]) -> None:
    _stand_ins()
    waits = waiting_of(granting.asked(actor()), Kind.SETTINGS)
    now = organisation.settings(actor())
    key = f"people.settings.{hash((now.model_dump_json(), waits))}"
    with st.form(key):
        fields = Fields()
        changed = _who(now, fields, key) | _whom(now, fields, key) | _roles(now, people, fields, key)
        submitted = st.form_submit_button(t("common.save"), type="primary")
    if submitted:
        with show_refusals(fields):
            before = now.model_dump()
            different = {name: value for name, value in changed.items() if value != before[name]}
            done = organisation.change_settings(actor(), now, different)
            tell("settings.saved" if done else "granting.asked_settings")
            st.rerun()


def _stand_ins() -> None:
    """Who would be missing when a complaint is about one of us."""
    gaps = standing_in.gaps(actor())
    with st.container(border=True, gap="xsmall", key="people.stand_ins"):
        st.markdown(f":material/shield_person: **{t('standin.title')}**")
        if not gaps:
            st.text(t("standin.good"))
        for each in gaps:
            st.badge(t("standin.needed"), color="red")
            st.text(t(f"standin.{each}"))


def _who(now: Any, fields: Fields, key: str) -> dict[str, object]:
    st.subheader(t("settings.who"), anchor=False)
    given: dict[str, object] = {}
    for name in ("organisation", "address", "city", "website", "privacy_url"):
        given[name] = st.text_input(t(f"settings.{name}"), getattr(now, name), key=f"{key}.{name}")
        fields.under(name)
    given["privacy_version_on"] = st.date_input(
        t("settings.privacy_version_on"), now.privacy_version_on, format="DD-MM-YYYY", key=f"{key}.privacy_version_on"
    )
    fields.under("privacy_version_on")
    given["employee_count"] = st.number_input(
        t("settings.employee_count"), 0, value=now.employee_count, step=1, key=f"{key}.employee_count"
    )
    fields.under("employee_count")
    return given


def _whom(now: Any, fields: Fields, key: str) -> dict[str, object]:
    given: dict[str, object] = {}
    for name in ("contact", "confidant", "stand_in_confidant", "stand_in_admin"):
        st.subheader(t(f"settings.{name}"), anchor=False)
        st.caption(t(f"settings.{name}_help"))
        parts = {}
        for part in ("name", "phone", "email"):
            parts[part] = st.text_input(t(f"settings.{part}"), getattr(getattr(now, name), part), key=f"{key}.{name}.{part}")
            fields.under(f"{name}.{part}")
        given[name] = parts
    return given


def _roles(now: Any, people: tuple[AccountRow, ...], fields: Fields, key: str) -> dict[str, object]:
    names = {each.id: each.display_name for each in people}

    def able(roles: frozenset[Any], *named: int | None) -> list[int]:
        return [each.id for each in people if each.id in named or (each.active and set(each.roles) & roles)]

    def one(name: str, roles: frozenset[Any]) -> int | None:
        chosen: int | None = getattr(now, name)
        choices: tuple[int | None, ...] = (None, *able(roles, chosen))
        picked = pick(
            t(f"settings.{name}"), choices, chosen, lambda each: names.get(each or 0, t("common.none")), f"{key}.{name}"
        )
        fields.under(name)
        return picked

    def several(name: str, roles: frozenset[Any]) -> tuple[int, ...]:
        chosen = [each for each in getattr(now, name) if each in names]
        picked = st.multiselect(
            t(f"settings.{name}"),
            able(roles, *chosen),
            default=chosen,
            format_func=lambda each: names[each],
            placeholder=t("settings.choose"),
            help=t(f"settings.{name}_help"),
            key=f"{key}.{name}",
        )
        fields.under(name)
        return tuple(picked)

    st.subheader(t("settings.roles"), anchor=False)
    return {
        "director_id": one("director_id", DIRECTORS),
        "stand_in_ids": several("stand_in_ids", STAND_INS),
        "reviewer_id": one("reviewer_id", REVIEWERS),
        "substitute_reviewer_ids": several("substitute_reviewer_ids", REVIEWERS),
    }
