"""The tables around the dossiers: the organisation and its procedure, people and their sign-ins."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from db.base import Base, key

# People and their sign-ins


class OrgUnit(Base):
    __tablename__ = "org_unit"
    id: Mapped[int] = key()
    name: Mapped[str]
    kind: Mapped[str]  # organisation, region, district, location
    sector: Mapped[str | None]  # kinderopvang, welzijn, training; decides the outside bodies offered
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("org_unit.id"))
    manager_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", use_alter=True))
    active: Mapped[bool] = mapped_column(default=True)


class Account(Base):
    __tablename__ = "account"
    id: Mapped[int] = key()
    name: Mapped[str] = mapped_column(unique=True)  # what one signs in with, case-folded
    display_name: Mapped[str]
    email: Mapped[str | None]
    phone: Mapped[str | None]  # printed in letters in which this person is the contact (a substitute reviewer)
    password_hash: Mapped[str | None]  # bcrypt; none until the one-time link was used
    active: Mapped[bool] = mapped_column(default=True)
    external: Mapped[bool] = mapped_column(default=False)
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("org_unit.id"))
    language: Mapped[str] = mapped_column(String(5), default="nl")
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column()
    roles: Mapped[list[AccountRole]] = relationship(cascade="all, delete-orphan", lazy="selectin")
    __mapper_args__ = {"version_id_col": version}


class AccountRole(Base):
    __tablename__ = "account_role"
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    role: Mapped[str] = mapped_column(String(30), primary_key=True)


class AuthSession(Base):
    __tablename__ = "auth_session"
    id: Mapped[str] = mapped_column(String(64), primary_key=True)  # SHA-256 (hex) of the cookie's token
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    revoked_why: Mapped[str | None] = mapped_column(String(30))


class AuthTicket(Base):
    """Between a correct password and the cookie: once, for the browser that asked; 30 seconds, or 10 minutes while the
    second step of signing in is still to be taken."""

    __tablename__ = "auth_ticket"
    id: Mapped[str] = mapped_column(String(64), primary_key=True)  # SHA-256 of the ticket
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    browser: Mapped[str] = mapped_column(String(64))  # SHA-256 of the browser cookie
    created_at: Mapped[datetime]
    step: Mapped[str] = mapped_column(String(10), default="")  # still to do: code, enrol or pass; empty: nothing
    used_at: Mapped[datetime | None]


class OneTimeLink(Base):
    __tablename__ = "one_time_link"
    id: Mapped[str] = mapped_column(String(64), primary_key=True)  # SHA-256 of the token
    purpose: Mapped[str] = mapped_column(String(20))  # first_admin, password
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    request_id: Mapped[int | None] = mapped_column(ForeignKey("account_request.id"))  # of a password: why it was made
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class Throttle(Base):
    """Failed sign-ins, counted per account name and per source. The key is an HMAC: no name, no address is kept."""

    __tablename__ = "throttle"
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    failures: Mapped[int] = mapped_column(default=0)
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]


class Setting(Base):
    """Organisation settings by key (see db/settings.py); values are JSON."""

    __tablename__ = "setting"
    key: Mapped[str] = mapped_column(String(60), primary_key=True)
    value: Mapped[Any] = mapped_column(JSON)
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}


class ProfileVersion(Base):
    """A procedure as it stood; never changed, only superseded (R064)."""

    __tablename__ = "profile_version"
    id: Mapped[int] = key()
    profile: Mapped[str] = mapped_column(String(60))
    version: Mapped[int] = mapped_column()
    valid_from: Mapped[date]
    source: Mapped[str] = mapped_column(Text)  # the TOML
    created_at: Mapped[datetime]
    __table_args__ = (UniqueConstraint("profile", "version"),)


class ProcedureConfirmed(Base):
    """Somebody says that they know this version of the procedure (R037)."""

    __tablename__ = "procedure_confirmed"
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    profile_version_id: Mapped[int] = mapped_column(ForeignKey("profile_version.id"), primary_key=True)
    confirmed_at: Mapped[datetime]


_STANDING = text("removed_at IS NULL")


class ClosedDay(Base):
    __tablename__ = "closed_day"
    id: Mapped[int] = key()
    day: Mapped[date]
    kind: Mapped[str] = mapped_column(String(20))  # statutory, decree, organisation
    name: Mapped[str]
    source: Mapped[str] = mapped_column(Text)
    added_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]
    __table_args__ = (  # once, also when two add it at the same moment
        Index(None, "day", "kind", unique=True, sqlite_where=_STANDING, postgresql_where=_STANDING),
    )
