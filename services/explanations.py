"""Why a promise has its dates: for one dossier on screen, and the same words without a register."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from db import models as m
from db.closed_days import Closed as KnownDay
from domain.calendar import Calendar
from domain.errors import Refused
from domain.explain import Closed, Closure, Day, Explanation, Names
from domain.rights import Right
from domain.terms import Standing
from services import promises
from services.as_it_stood import of_appeal, promises_shown, shown, snapshot
from services.door import Actor, Work, work
from services.profiles import calendar_of, profile_of
from services.records import everything_in, load
from text import long_date, translate
from text.explain import letter, sentences


@dataclass(frozen=True)
class Explained:
    label: str  # of the promise
    letter: str  # the date in sentences that can go into a letter
    steps: tuple[str, ...]  # the same one by one, and how it ended
    days: tuple[Day, ...]  # from day 0 to the last day
    source: str
    standing: Standing
    version: str  # of the procedure: its name, number and date
    proven: bool  # the days that are listed lead to the date


def explain(actor: Actor, reference: str, promise_id: int) -> Explained:
    """Of one promise of this dossier, for whoever sees its dates: days and rules, nothing that somebody wrote. To a
    reviewer of those that she may see, as they stood. Raises Refused: ``not_found``."""
    with work(actor, Right.OPEN) as w:
        complaint = load(w, reference)
        view = next((each for each in promises_shown(w, complaint) if each.id == promise_id), None)
        if view is None:
            raise Refused("not_found")
        until = _seen_until(w, complaint, view)
        stood = complaint if until is None else shown(w, complaint)
        found = promises.explained(w, stood, promise_id, _names(w, calendar_of(w, stood)), until)
        if found is None:
            raise Refused("not_found")
        version = w.session.get_one(m.ProfileVersion, stood.profile_version_id)
        profile = profile_of(w, stood)
        said = translate(
            w.person.language,
            "explain.version_numbered",
            name=profile.name,
            number=version.version,
            updated=long_date(profile.updated_on, w.person.language),
        )
        return in_words(found, view.label, said, w.person.language)


def in_words(found: Explanation, label: str, version: str, language: str) -> Explained:
    return Explained(
        label=label,
        letter=letter(found, language),
        steps=sentences(found, language),
        days=found.days,
        source=found.rule.source,
        standing=found.rule.standing,
        version=version,
        proven=found.proven,
    )


def names_of(days: Iterable[KnownDay]) -> dict[date, Closed]:
    """The closed days by name; a decree day that is a holiday too goes by its own name."""
    kinds = {"statutory": Closure.HOLIDAY, "decree": Closure.DECREE}
    return {each.day: Closed(kinds[each.kind], each.name) for each in days if each.kind in kinds}


def _names(w: Work, calendar: Calendar) -> Names:
    rows = w.session.scalars(select(m.ClosedDay).order_by(m.ClosedDay.id))
    return names_of(KnownDay(row.day, row.name, row.kind) for row in rows if row.day in calendar.closed)


def _seen_until(w: Work, complaint: m.Complaint, view: promises.PromiseView) -> int | None:
    """To a reviewer what happened after the appeal says nothing about the promises of the first line: the last event that
    counts. None: everything does."""
    found = snapshot(w, complaint)
    if found is None or view in of_appeal(found[0], [view]):
        return None
    events = everything_in(w, complaint, m.Event.id, m.Event.seq)
    return max((row.id for row in events if row.seq <= found[0].snapshot_seq), default=0)
