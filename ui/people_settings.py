"""The organisation on the people page: who it is, whom complainants reach, who acts as director and who hears appeals."""

from __future__ import annotations

from typing import Any
from zlib import crc32

import streamlit as st

from domain.errors import Refused
from domain.granting import Kind
from services import granting, organisation, standing_in
from services.accounts import AccountRow
from services.organisation import DIRECTORS, REVIEWERS, STAND_INS
from ui import form_drafts, review_form
from ui.meanwhile import Field, Meanwhile
from ui.people_units import pick
from ui.requests_view import show_waiting
from ui.session import Fields, actor, show_refusals, t, tell

FORM, STEP = "people.settings", "all"
_LINES = ("organisation", "address", "city", "website", "privacy_url")
_VALUES = ("privacy_version_on", "employee_count")
_CONTACTS, _PARTS = ("contact", "confidant", "stand_in_confidant", "stand_in_admin"), ("name", "phone", "email")
_ONE, _SEVERAL = ("director_id", "reviewer_id"), ("stand_in_ids", "substitute_reviewer_ids")


def settings_part(people: tuple[AccountRow, ...]) -> None:
    _stand_ins()
    show_waiting(granting.asked(actor()), Kind.SETTINGS)
    now, fields = organisation.settings(actor()), Fields()
    version = crc32(now.model_dump_json().encode())
    review_form.prepare(FORM, STEP, version)
    with st.container(border=True):
        meanwhile, area, key = Meanwhile(FORM, STEP, version), st.container(), f"{FORM}.{STEP}"
        with form_drafts.kept(FORM, STEP):
            meanwhile.meet(_standing(now, people))
            changed = _who(now, fields, key) | _whom(now, fields, key) | _roles(now, people, fields, key)
        meanwhile.show(area, [])
        submitted = st.button(t("common.save"), key=f"{key}.save", type="primary")
        review_form.left(FORM, STEP)
    if submitted:
        with show_refusals(fields):
            if meanwhile.changed:
                raise Refused("changed_meanwhile")
            before = now.model_dump()
            different = {name: value for name, value in changed.items() if value != before[name]}
            done = organisation.change_settings(actor(), now, different)
            review_form.over(FORM)
            tell("settings.saved" if done else "granting.asked_settings")
            st.rerun()


def _standing(now: Any, people: tuple[AccountRow, ...]) -> dict[str, Field]:
    names = {each.id: each.display_name for each in people}

    def people_words(chosen: Any) -> str:
        return ", ".join(names.get(each, "") for each in (chosen if isinstance(chosen, list | tuple) else [chosen]))

    found = {name: Field(t(f"settings.{name}"), getattr(now, name)) for name in (*_LINES, *_VALUES)}
    for name in _CONTACTS:
        for part in _PARTS:
            label = f"{t(f'settings.{name}')}: {t(f'settings.{part}')}"
            found[f"{name}.{part}"] = Field(label, getattr(getattr(now, name), part))
    for name in _ONE:
        found[name] = Field(t(f"settings.{name}"), getattr(now, name), people_words)
    for name in _SEVERAL:
        chosen = [each for each in getattr(now, name) if each in names]
        found[name] = Field(t(f"settings.{name}"), chosen, people_words)
    return found


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
    for name in _LINES:
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
    for name in _CONTACTS:
        st.subheader(t(f"settings.{name}"), anchor=False)
        st.caption(t(f"settings.{name}_help"))
        parts = {}
        for part in _PARTS:
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
