"""The organisation's procedure: adopting a profile, reading the one that a dossier started under, and its calendar."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from db import models as m
from db.closed_days import closed_days
from db.profiles import (
    Body,
    Category,
    Fault,
    HelpText,
    LadderStep,
    Procedure,
    Profile,
    ProfileInvalid,
    Restricted,
    Sector,
    parse,
    standard_keys,
    standard_source,
)
from domain.calendar import Calendar
from domain.errors import Refused
from domain.rights import Right
from domain.vocabulary import Channel, ComplainantType
from services.door import Actor, Work, work
from text import translate

__all__ = ["Problem", "Profile", "ProfileInvalid", "ProfileWords", "Restricted", "standard_keys"]

YEARS = (2020, 2035)  # closed days that a new register is filled with
ALWAYS = datetime(2000, 1, 1, tzinfo=UTC)  # when a new register learned its closed days


# Adopting


def adopt_into(session: Session, profile: str, on: date, now: datetime) -> m.ProfileVersion:
    """Store the standard profile `profile` as it is today, in force from `on`; the newest version where its text has
    not changed. Fills the closed days. Raises KeyError for an unknown profile, ProfileInvalid for a broken one."""
    source = standard_source(profile)
    parse(source)
    newest = _newest(session, profile)
    _fill_closed_days(session, now)
    if newest is not None and newest.source == source:
        return newest
    version = m.ProfileVersion(
        profile=profile, version=newest.version + 1 if newest else 1, valid_from=on, source=source, created_at=now
    )
    session.add(version)
    session.flush()  # whoever adopts needs its id
    return version


def _newest(session: Session, profile: str) -> m.ProfileVersion | None:
    query = select(m.ProfileVersion).where(m.ProfileVersion.profile == profile)
    return session.scalars(query.order_by(m.ProfileVersion.version.desc()).limit(1)).first()


def _fill_closed_days(session: Session, now: datetime) -> None:
    """What a later version of the program knows more counts for the dossiers from then on."""
    known = {(day, kind) for day, kind in session.execute(select(m.ClosedDay.day, m.ClosedDay.kind))}
    since = now if known else ALWAYS
    session.add_all(
        m.ClosedDay(day=each.day, kind=each.kind, name=each.name, source=each.source, added_at=since)
        for each in closed_days(*YEARS)
        if (each.day, each.kind) not in known
    )


def learn_closed_days(w: Work) -> None:
    """After an upgrade: the days that this version of the program knows more. Dossiers that began before keep theirs until
    somebody says otherwise."""
    if w.session.scalars(select(m.ClosedDay.id).limit(1)).first() is not None:
        _fill_closed_days(w.session, w.now)


# Reading, inside a transaction


def in_force(w: Work, on: date | None = None) -> tuple[int, Profile]:
    """Id and content of the version that held on `on` (default today): the newest that began by then, else the first
    (R064). Raises Refused ``no_profile`` while the register has none."""
    adopted = w.session.get(m.Setting, "profile")
    query = select(m.ProfileVersion).where(m.ProfileVersion.profile == (adopted.value if adopted else ""))
    versions = w.session.scalars(query.order_by(m.ProfileVersion.version)).all()
    if not versions:
        raise Refused("no_profile")
    begun = [each for each in versions if each.valid_from <= (on or w.today)]
    chosen = begun[-1] if begun else versions[0]
    return chosen.id, parse(chosen.source)


def version_for(w: Work, complaint: m.Complaint, received_on: date) -> tuple[int, Profile]:
    """The version of the procedure for a dossier that came in on `received_on`: that in force then, as long as it knows
    the dossier's course; the dossier's own where somebody chose another version for it (R064)."""
    own = complaint.profile_version_id, profile_of(w, complaint)
    chosen = in_force(w, complaint.received_on)[0] != complaint.profile_version_id
    version, profile = in_force(w, received_on)
    known = bool(profile.rules_for(complaint.procedure, complaint.overlay))
    return (version, profile) if known and not chosen else own


def follow_version_of(w: Work, complaint: m.Complaint, received_on: date) -> None:
    complaint.profile_version_id = version_for(w, complaint, received_on)[0]


def current(w: Work) -> Profile:
    return in_force(w)[1]


def profile_of(w: Work, complaint: m.Complaint) -> Profile:
    """The procedure that this dossier started under, whatever was adopted since. Read once per transaction: a version never
    changes."""
    kept: dict[int, Profile] = w.session.info.setdefault("procedures", {})
    if complaint.profile_version_id not in kept:
        kept[complaint.profile_version_id] = parse(w.session.get_one(m.ProfileVersion, complaint.profile_version_id).source)
    return kept[complaint.profile_version_id]


def calendar(w: Work) -> Calendar:
    """Holidays and decree days as known today; an organisation's own closing days stop no promise."""
    return _closed(w, w.now, own=False)


def calendar_of(w: Work, complaint: m.Complaint) -> Calendar:
    """The holidays and decree days that this dossier counts with: those that were known when it was registered, or when
    somebody said that what was added since counts for it too."""
    return _closed(w, complaint.calendar_at or w.now, own=False)


def warning_calendar(w: Work) -> Calendar:
    """With the organisation's own closing days: they move warnings, never a promise."""
    return _closed(w, w.now, own=True)


def _closed(w: Work, at: datetime, *, own: bool) -> Calendar:
    """The table is read, and each calendar made, once per transaction."""
    kept: dict[object, Any] = w.session.info.setdefault("closed_days", {})
    if "rows" not in kept:
        kept["rows"] = list(w.session.scalars(select(m.ClosedDay)))
    if (at, own) not in kept:
        counting = (each for each in kept["rows"] if own or each.kind in ("statutory", "decree"))
        known = (each for each in counting if each.added_at <= at and (each.removed_at is None or each.removed_at > at))
        kept[at, own] = Calendar(frozenset(each.day for each in known))
    return cast("Calendar", kept[at, own])


# Without a database


def standard(profile: str) -> Profile:
    """A profile that ships with the register. Raises KeyError."""
    return parse(standard_source(profile))


def standard_calendar(first_year: int, last_year: int) -> Calendar:
    return Calendar(frozenset(each.day for each in closed_days(first_year, last_year)))


@dataclass(frozen=True)
class Problem:
    """One thing to repair in a profile, for whoever edits the file."""

    line: int
    key: str  # "rules[3].unit": the third [[rules]]; empty where the file cannot be read at all
    sentence: str


def check_profile(text: str, language: str = "nl") -> list[Problem]:
    """Everything that is wrong with this TOML, by line; empty when it can be adopted."""
    try:
        parse(text)
    except ProfileInvalid as error:
        problems = [Problem(fault.line, fault.key, _sentence(fault, language)) for fault in error.faults]
        return sorted(problems, key=lambda each: (each.line, each.key))
    return []


def _sentence(fault: Fault, language: str) -> str:
    key = f"profile.{fault.code}"
    if translate(language, key) == key:
        return translate(language, "profile.not_right")
    values = {name: _plain(value, language) for name, value in fault.values.items()}
    return translate(language, key, **values)


def _plain(value: object, language: str) -> object:
    return value.replace("' or '", f"' {translate(language, 'profile.or')} '") if isinstance(value, str) else value


# For pages


@dataclass(frozen=True)
class ProfileWords:
    """What the screens need to know of the procedure in force. Labels are the organisation's own, in Dutch."""

    key: str
    name: str
    label: str
    updated_on: date
    consultation_with: str  # partners, management, none
    confidant_mode: str  # support, appeal, both
    red_flag_question: bool
    sectors: tuple[Sector, ...]
    procedures: tuple[Procedure, ...]
    ladder: tuple[LadderStep, ...]
    bodies: tuple[Body, ...]
    categories: tuple[Category, ...]
    restricted: tuple[Restricted, ...]
    complainant_types: tuple[ComplainantType, ...]
    channels: tuple[Channel, ...]
    functions: tuple[str, ...]
    with_committee: frozenset[str]  # procedures that know our own complaints committee
    help: tuple[HelpText, ...]

    def categories_for(self, sector: str | None) -> tuple[Category, ...]:
        """Those of one sector; of every sector when it is not known."""
        return tuple(each for each in self.categories if sector in (None, each.sector))

    def bodies_for(self, sector: str | None) -> tuple[Body, ...]:
        """The outside bodies that a complaint in this sector knows (R012)."""
        return tuple(body for body in self.bodies if not body.sectors or sector in body.sectors)

    def procedure_label(self, key: str) -> str:
        return next((each.label for each in self.procedures if each.key == key), key)


def vocabulary(actor: Actor) -> ProfileWords:
    """The words of the profile in force today."""
    with work(actor, Right.ENTER) as w:
        profile = current(w)
        return ProfileWords(**{name: getattr(profile, name) for name in ProfileWords.__dataclass_fields__})
