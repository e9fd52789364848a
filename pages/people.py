"""People: accounts, units and the organisation's settings, for the administrator. Nothing of any dossier."""

import streamlit as st

from services import accounts, organisation
from ui.account_log import everybodys_log
from ui.export_log import everybodys_exports
from ui.people_accounts import accounts_part
from ui.people_backups import backup_warning, backups_part
from ui.people_calendar import calendar_part, people_notices
from ui.people_health import health_part
from ui.people_second_step import second_step_setting
from ui.people_settings import settings_part
from ui.people_units import units_part
from ui.session import actor, t

PARTS = ("accounts", "units", "settings", "calendar", "sign_ins", "backups", "health")

who = actor()
people, units = accounts.listing(who), organisation.units(who)

st.title(t("menu.people"), anchor=False)
missing = organisation.warnings(who)
if missing:
    with st.container(border=True):
        st.markdown(f":material/warning: **{t('people.missing')}**")
        for each in missing:
            st.markdown(f"- {t(each)}")

backup_warning()
people_notices()
part = st.segmented_control(
    t("people.part"),
    PARTS,
    default="accounts",
    required=True,
    format_func=lambda each: t(f"people.part_{each}"),
    label_visibility="collapsed",
    key="people.part",
    bind="query-params",
)
match part:
    case "units":
        units_part(units, people)
    case "settings":
        settings_part(people)
    case "calendar":
        calendar_part()
    case "sign_ins":
        second_step_setting()
        everybodys_log()
        everybodys_exports()
    case "backups":
        backups_part()
    case "health":
        health_part()
    case _:
        accounts_part(people, units)
