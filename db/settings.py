"""The organisation's settings: one row per key in `setting`, validated here. Contact persons live here, never in code."""

from __future__ import annotations

from datetime import date

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import Setting
from domain.rights import Role


class Contact(BaseModel):
    model_config = ConfigDict(frozen=True)
    name: str = ""
    phone: str = ""
    email: str = ""

    @property
    def reachable(self) -> bool:
        return bool(self.name and (self.phone or self.email))

    @property
    def words(self) -> str:
        return ", ".join(each for each in (self.name, self.phone, self.email) if each)


class Settings(BaseModel):
    """Every field has a default, so that an empty register has settings too; what a letter needs and misses is named
    when the letter is made."""

    model_config = ConfigDict(frozen=True)
    organisation: str = ""
    address: str = ""
    city: str = ""  # where letters are dated
    website: str = ""
    privacy_url: str = ""
    privacy_version_on: date | None = None
    employee_count: int | None = None
    contact: Contact = Contact()  # for complainants: name and telephone in every letter
    confidant: Contact = Contact()  # shown on the help page and in decision letters
    stand_in_confidant: Contact = Contact()  # outside: for what is about the only confidant
    stand_in_admin: Contact = Contact()  # outside: does the accounts when it is about the only administrator
    profile: str = ""  # key of the adopted profile; empty until the first administrator chose
    director_id: int | None = None
    stand_in_ids: tuple[int, ...] = ()  # in order: the first who is not excluded acts as director
    reviewer_id: int | None = None  # who hears appeals (account with APPEAL_REVIEWER)
    substitute_reviewer_ids: tuple[int, ...] = ()
    no_decree_years: tuple[int, ...] = ()  # of which somebody looked it up: no decree day was made
    sign_in_log_days: int = Field(default=90, ge=7, le=730)  # so long it stays known who signed in and what failed
    second_step_roles: tuple[Role, ...] = (Role.CONFIDANT, Role.APPEAL_REVIEWER, Role.WB_OFFICER, Role.ADMIN)
    reference_numbers: dict[int, int] = Field(default_factory=dict)  # by year: how many children or clients (N3)
    demo: bool = False  # show the accounts on the sign-in page
    extra: dict[str, str] = Field(default_factory=dict)


def read_settings(session: Session) -> Settings:
    rows = session.execute(select(Setting.key, Setting.value)).all()
    return Settings.model_validate({key: value for key, value in rows})


def write_settings(session: Session, changed: dict[str, object]) -> Settings:
    """Merge `changed` into what is stored; raises pydantic.ValidationError before anything is written."""
    merged = Settings.model_validate(read_settings(session).model_dump() | changed)
    for key, value in merged.model_dump(mode="json", include=set(changed)).items():
        row = session.get(Setting, key)
        if row is None:
            session.add(Setting(key=key, value=value))
        else:
            row.value = value
    session.flush()  # later reads in this transaction must see it
    return merged
