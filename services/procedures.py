"""Versions of the organisation's procedure: which there are, what a new one would move, and putting it in force. A dossier
keeps the version of its receipt, unless whoever adopts a new one says that the open ones go on under that."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from db import models as m
from db.closed_days import Closed as KnownDay
from db.profiles import Profile, ProfileInvalid, parse
from db.settings import read_settings
from domain.errors import Refused
from domain.explain import Closed
from domain.promises import is_open
from domain.rights import Right
from domain.vocabulary import Compartment, EventKind
from services import promises
from services.board_filters import OPEN
from services.door import Actor, Work, work
from services.explanations import names_of
from services.profiles import calendar, in_force, profile_of
from services.promises import Move
from services.records import locked, record
from services.standing_in import refuse_without


@dataclass(frozen=True)
class Version:
    number: int  # 1 is the first that was adopted
    valid_from: date
    updated_on: date
    name: str
    in_force: bool  # for what is received today
    profile: Profile


@dataclass(frozen=True)
class Shift:
    key: str
    label: str  # of the promise
    before: date | None  # the last good day; none: it was not there
    after: date | None
    ended: bool  # met, moved or ended already: history would say another date


@dataclass(frozen=True)
class Shifted:
    reference: str
    shifts: tuple[Shift, ...]


@dataclass(frozen=True)
class Outlook:
    """What a version would do to the open dossiers."""

    moving: tuple[Shifted, ...]  # with another date, if they would go on under it
    same: int  # how many would get no other date
    staying: tuple[str, ...]  # references: this version does not know their procedure, or refuses what was done

    def counts(self) -> tuple[tuple[str, int], ...]:
        """By promise, how many dates would move."""
        found = Counter(shift.label for each in self.moving for shift in each.shifts)
        return tuple(sorted(found.items(), key=lambda each: (-each[1], each[0])))


@dataclass(frozen=True)
class Desk:
    """What trying out a procedure needs; nothing of any dossier."""

    today: date
    versions: tuple[Version, ...]  # the newest first
    closed: dict[date, Closed]  # holidays and decree days as known today


def desk(actor: Actor) -> Desk:
    """Raises Refused ``no_profile``."""
    with work(actor, Right.ENTER) as w:
        known = calendar(w).closed
        rows = w.session.scalars(select(m.ClosedDay).order_by(m.ClosedDay.id))
        closed = names_of(KnownDay(row.day, row.name, row.kind) for row in rows if row.day in known)
        return Desk(w.today, _seen(w), closed)


def versions(actor: Actor) -> tuple[Version, ...]:
    """Of the procedure that was adopted, the newest first. Raises Refused ``no_profile``."""
    with work(actor, Right.ENTER) as w:
        return _seen(w)


def _seen(w: Work) -> tuple[Version, ...]:
    current = in_force(w)[0]
    return tuple(
        Version(row.version, row.valid_from, profile.updated_on, profile.name, row.id == current, profile)
        for row in reversed(_versions(w))
        for profile in [parse(row.source)]
    )


def outlook(actor: Actor, source: str) -> Outlook:
    """Of a version that is not in force yet, as TOML; for the dossiers that this person may see. Raises Refused:
    ``profile_broken``, ``other_profile``, ``version_unchanged``."""
    with work(actor, Right.PROCEDURE) as w:
        return _outlook(w, _new(w, source), _open(w))


def adopt(actor: Actor, source: str, valid_from: date, seen: Outlook | None = None) -> int:
    """In force for what is received from `valid_from` on; the number of the version. `seen`: the open dossiers that this
    person saw go on under it too, each with an event; None leaves every dossier on its own version. Closed dossiers keep
    theirs always. Raises Refused: as `outlook`, ``version_before_newest``, ``changed_meanwhile``,
    ``no_stand_in``."""
    with work(actor, Right.PROCEDURE) as w:
        profile = _new(w, source)
        refuse_without(w, profile)
        before = _versions(w)
        if before and valid_from < before[-1].valid_from:
            raise Refused("version_before_newest", "valid_from", earliest=before[-1].valid_from)
        version = m.ProfileVersion(
            profile=read_settings(w.session).profile,
            version=before[-1].version + 1 if before else 1,
            valid_from=valid_from,
            source=source,
            created_at=w.now,
        )
        w.session.add(version)
        w.session.flush()  # the dossiers that move need its id
        if seen is not None:
            _move(w, version, profile, seen)
        return version.version


def _move(w: Work, version: m.ProfileVersion, profile: Profile, seen: Outlook) -> None:
    complaints = [locked(w, each) for each in sorted(_open(w), key=lambda each: each.id)]
    if _outlook(w, profile, complaints) != seen:
        raise Refused("changed_meanwhile")
    shifts = {each.reference: each.shifts for each in seen.moving}
    for complaint in complaints:
        if complaint.reference in seen.staying:
            continue
        old = w.session.get_one(m.ProfileVersion, complaint.profile_version_id)
        complaint.profile_version_id = version.id
        promises.recompute(w, complaint)
        moved = [
            {"promise": each.key, "before": _iso(each.before), "after": _iso(each.after)}
            for each in shifts.get(complaint.reference, ())
        ]
        record(w, complaint, EventKind.PROCEDURE_CHANGED, from_version=old.version, version=version.version, moved=moved)


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _versions(w: Work) -> list[m.ProfileVersion]:
    query = select(m.ProfileVersion).where(m.ProfileVersion.profile == read_settings(w.session).profile)
    return list(w.session.scalars(query.order_by(m.ProfileVersion.version)))


def _new(w: Work, source: str) -> Profile:
    try:
        profile = parse(source)
    except ProfileInvalid as error:
        raise Refused("profile_broken", lines=", ".join(str(each.line) for each in error.faults)) from error
    known = read_settings(w.session).profile
    if profile.key != known:
        raise Refused("other_profile", name=profile.key, known=known)
    before = _versions(w)
    if before and before[-1].source == source:
        raise Refused("version_unchanged")
    return profile


def _open(w: Work) -> list[m.Complaint]:
    """Ordinary dossiers in which something is still to be done."""
    c = m.Complaint
    return list(w.session.scalars(select(c).where(c.compartment == Compartment.REGULAR, c.status.in_(OPEN))))


def _outlook(w: Work, profile: Profile, complaints: Iterable[m.Complaint]) -> Outlook:
    moving, staying, same = [], [], 0
    labels = {rule.key: rule for rule in profile.terms}
    for complaint in sorted(complaints, key=lambda each: each.reference):
        moves = _moves(w, profile, complaint)
        if moves is None:
            staying.append(complaint.reference)
        elif moves:
            rules = {rule.key: rule for rule in profile_of(w, complaint).terms} | labels
            shifts = (
                Shift(
                    each.key,
                    promises.label(each.key, rules.get(each.key), w.person.language),
                    each.before.legal_on if each.before else None,
                    each.after.legal_on if each.after else None,
                    _ended(each),
                )
                for each in moves
            )
            moving.append(Shifted(complaint.reference, tuple(shifts)))
        else:
            same += 1
    return Outlook(tuple(moving), same, tuple(staying))


def _moves(w: Work, profile: Profile, complaint: m.Complaint) -> tuple[Move, ...] | None:
    """None where this version does not know the procedure of the dossier, or would have refused its last step."""
    rules = profile.rules_for(complaint.procedure, complaint.overlay)
    known = {each.key for each in profile.procedures}
    if not rules or not {complaint.procedure, complaint.overlay or complaint.procedure} <= known:
        return None
    try:
        return promises.moves(w, complaint, rules=rules)
    except Refused:
        return None


def _ended(move: Move) -> bool:
    promise = move.before or move.after
    return promise is not None and not is_open(promise)
