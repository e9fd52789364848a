"""The promises of a dossier, kept by its services: what happened opens, meets and ends them. Internal: takes a `Work` of
which the right was checked and the dossier loaded, so the row rule is not asked again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date

from db import models as m
from domain import ledger
from domain.book import Book, Circumstances, latest_date, moves_with, rule_of
from domain.calendar import Calendar
from domain.explain import Explanation, Names, explain
from domain.facts import Fact
from domain.ledger import Entry, consent_given, replay
from domain.promises import Promise, PromiseState, first_red_day, is_open, next_of, promise_flag, state
from domain.terms import Rule, Standing, Term, When
from domain.vocabulary import Flag, Status
from services.door import Work
from services.profiles import calendar_of, profile_of, warning_calendar
from services.records import ledger_of, promises_of
from text import translate

_COLUMNS = tuple(each.name for each in fields(Promise))


@dataclass(frozen=True)
class PromiseView:
    """One promise as it stands today."""

    id: int
    successor_id: int | None  # what took over when it was moved
    key: str  # procedure.code
    procedure: str
    code: str
    label: str  # in the reader's language where we know it, else the profile's own
    trigger_on: date  # day 0
    target_on: date
    legal_on: date
    red_on: date  # first day on which it is red
    working_days_left: int  # after today up to and including the target; negative when that is past
    state: PromiseState
    flag: Flag
    statutory: bool
    informative: bool
    met_on: date | None
    notice_on: date | None
    extended_to: date | None
    cancelled_on: date | None
    cancel_reason: str | None  # a Fact, or "corrected"
    heir: bool  # took over from one that was moved
    paused_from: date | None
    paused_until: date | None  # none while nobody knows until when
    paused_days: int  # given back: they are in the dates
    source: str  # the article, or what the profile says
    standing: Standing | None
    term: Term | None  # none: the date was given


# What happens


def happened(
    w: Work,
    complaint: m.Complaint,
    fact: Fact,
    on: date,
    event: m.Event | None,
    given: date | None = None,
    of: date | None = None,
) -> None:
    """`on` is the real date. `given`: the date that the fact names, `of`: see `domain.ledger.Entry`. Raises Refused: see
    `domain.ledger.replay`; then nothing was kept."""
    event_id = event.id if event else None
    entries = [*_entries(w, complaint), Entry(fact, on, given, event_id, of)]
    book = replay(entries, _rules(w, complaint), calendar_of(w, complaint), _about(complaint))
    row = m.LedgerEntry(complaint_id=complaint.id, fact=fact, happened_on=on, given_on=given, event_id=event_id, of_on=of)
    w.session.add(row)
    _write(w, complaint, book)


def extend(
    w: Work, complaint: m.Complaint, new_date: date, notice_on: date, event: m.Event | None, by: Fact | None = None
) -> None:
    """The notice of `notice_on` named `new_date`: of the answer, or of the ruling while the dossier is in appeal.
    Raises Refused: see `domain.book.extended`."""
    by = by or (Fact.RULING_EXTENDED if complaint.status == Status.IN_APPEAL else Fact.EXTENDED)
    happened(w, complaint, by, notice_on, event, new_date)


def due_then(w: Work, complaint: m.Complaint, due_on: date, on: date) -> date:
    """The date that a measure, now due on `due_on`, had on `on`."""
    return ledger.due_then(_entries(w, complaint), due_on, on)


def latest_extension(w: Work, complaint: m.Complaint) -> tuple[date, str] | None:
    """The last day that a notice may name for the answer, and the article or rule that says so."""
    entries = _entries(w, complaint)
    bound = latest_date(
        _book(_rows(w, complaint)), _rules(w, complaint), calendar_of(w, complaint), consented=consent_given(entries)
    )
    return (bound[0], bound[1].source) if bound else None


def moved_by_notice(w: Work, complaint: m.Complaint, new_date: date | None = None) -> tuple[Rule, ...]:
    """The rules of what a notice would move that names `new_date`; of all that a notice could move for None."""
    return moves_with(_book(_rows(w, complaint)), _rules(w, complaint), new_date or date.max)


def consented(w: Work, complaint: m.Complaint) -> bool:
    """Did the complainant agree in writing to a further extension, of which no notice went out yet?"""
    return consent_given(_entries(w, complaint))


def begins(w: Work, complaint: m.Complaint, fact: Fact) -> bool:
    """Does this fact open a promise under the dossier's procedure?"""
    return any(fact in rule.trigger for rule in _rules(w, complaint))


@dataclass(frozen=True)
class Move:
    """What a change does to one promise: it stands there before, after, or both."""

    key: str
    before: Promise | None
    after: Promise | None
    label: str = ""  # where the dossier does not have the promise yet


def moves(
    w: Work,
    complaint: m.Complaint,
    *,
    rules: Sequence[Rule] | None = None,
    days: Calendar | None = None,
    more: Sequence[Entry] = (),
    by_committee: bool | None = None,
) -> tuple[Move, ...]:
    """Which promises of this dossier would get another date under other rules, other closed days, or with these entries
    added. Changes nothing. Raises Refused: see `domain.ledger.replay`."""
    now = _book(_rows(w, complaint))
    entries = [*_entries(w, complaint), *more]
    about = _about(complaint, by_committee)
    then = replay(entries, rules or _rules(w, complaint), days or calendar_of(w, complaint), about)
    return moved(now, then)


def moved_back(w: Work, complaint: m.Complaint, more: Sequence[Entry]) -> tuple[Move, ...]:
    """What a notice moved, and these entries let stand again: from the day that the notice named to the one before it.
    Changes nothing. Raises Refused: see `domain.ledger.replay`."""
    now = _book(_rows(w, complaint))
    then = replay([*_entries(w, complaint), *more], _rules(w, complaint), calendar_of(w, complaint), _about(complaint))
    return tuple(
        Move(new.key, replace(old, target_on=old.extended_to, legal_on=old.extended_to), new)
        for old, new in _paired(now, then)
        if old and new and old.extended_to and not new.extended_to
    )


def book(w: Work, complaint: m.Complaint) -> Book:
    """Its promises as they are kept."""
    return _book(_rows(w, complaint))


def moved(before: Sequence[Promise], now: Sequence[Promise]) -> tuple[Move, ...]:
    """What has another date, is new, or is gone."""
    return tuple(
        Move(each.key, old, new)
        for old, new in _paired(before, now)
        if (each := old or new) is not None and _dates(old) != _dates(new)
    )


def explained(w: Work, complaint: m.Complaint, promise_id: int, names: Names, until: int | None = None) -> Explanation | None:
    """Why this promise of the dossier has its dates. `until`: the last event that counts, for who sees the dossier as it
    stood."""
    entries = [each for each in _entries(w, complaint) if until is None or (each.event or 0) <= until]
    rules, days, about = _rules(w, complaint), calendar_of(w, complaint), _about(complaint)
    rows = _rows(w, complaint)
    values = [_value(row) for row in rows]
    wanted = next((value for row, value in zip(rows, values, strict=True) if row.id == promise_id), None)
    pairs = _paired(values, replay(entries, rules, days, about))
    promise = next((now or before for before, now in pairs if before is wanted), None)
    return explain(entries, rules, days, names, promise, about) if promise else None


def recompute(w: Work, complaint: m.Complaint) -> None:
    """After a change of what its terms follow from: its procedure's version, or the closed days that it counts with."""
    book = replay(_entries(w, complaint), _rules(w, complaint), calendar_of(w, complaint), _about(complaint))
    _write(w, complaint, book)


def refresh(w: Work, complaint: m.Complaint) -> None:
    """Sets the columns that the board sorts by."""
    _refresh(complaint, _book(_rows(w, complaint)))


# Rows and values


def _entries(w: Work, complaint: m.Complaint) -> list[Entry]:
    return [Entry(Fact(row.fact), row.happened_on, row.given_on, row.event_id, row.of_on) for row in ledger_of(w, complaint)]


def _rules(w: Work, complaint: m.Complaint) -> tuple[Rule, ...]:
    return profile_of(w, complaint).rules_for(complaint.procedure, complaint.overlay)


def _about(complaint: m.Complaint, by_committee: bool | None = None) -> Circumstances:
    committee = complaint.by_committee if by_committee is None else by_committee
    holds = {When.COMMITTEE if committee else When.NO_COMMITTEE}
    return Circumstances(frozenset(holds), complaint.already_resolved, complaint.resolved_on)


def _rows(w: Work, complaint: m.Complaint) -> list[m.Promise]:
    return promises_of(w, [complaint.id])


def _book(rows: Iterable[m.Promise]) -> Book:
    return tuple(_value(row) for row in rows)


def _value(row: m.Promise) -> Promise:
    return Promise(**{name: getattr(row, name) for name in _COLUMNS})


def _write(w: Work, complaint: m.Complaint, book: Book) -> None:
    """Rows are changed, added and ended, never removed: what the ledger does not give any more stays as ended."""
    rows = _rows(w, complaint)
    values = [_value(row) for row in rows]
    by_value = {id(value): row for value, row in zip(values, rows, strict=True)}
    kept: list[tuple[m.Promise, Promise]] = []
    for before, now in _paired(values, book):
        row = by_value[id(before)] if before else m.Promise(complaint_id=complaint.id)
        if now is None:
            if row.cancelled_on is None:
                row.cancelled_on, row.cancel_reason = min(w.today, row.target_on), "corrected"
            continue
        for name in _COLUMNS:
            setattr(row, name, getattr(now, name))
        kept.append((row, now))
    w.session.add_all(row for row, _ in kept)
    w.session.flush()  # a promise that was moved points to its successor
    _link(w, complaint, kept)
    _refresh(complaint, book)


def _link(w: Work, complaint: m.Complaint, kept: Sequence[tuple[m.Promise, Promise]]) -> None:
    """Each moved promise to the one that took over: the heir of the same notice."""
    rules = _rules(w, complaint)
    for row, moved in kept:
        rule = rule_of(moved, rules) if moved.extended_to else None
        code = rule.extend.successor if rule and rule.extend else moved.code  # a measure goes on under its new date
        heirs = (
            each.id
            for each, heir in kept
            if (heir.heir or heir.target_on == moved.extended_to)
            and (each.procedure, each.code, heir.trigger_on) == (moved.procedure, code, moved.notice_on)
        )
        row.successor_id = next(heirs, None)


def _paired(before: Sequence[Promise], now: Sequence[Promise]) -> list[tuple[Promise | None, Promise | None]]:
    """The first of a kind with the first, the second with the second."""
    waiting: dict[str, list[Promise]] = {}
    for each in before:
        waiting.setdefault(each.key, []).append(each)
    pairs: list[tuple[Promise | None, Promise | None]] = []
    for each in now:
        same = waiting.get(each.key)
        pairs.append((same.pop(0) if same else None, each))
    return pairs + [(each, None) for left in waiting.values() for each in left]


def _dates(promise: Promise | None) -> tuple[date, date] | None:
    return (promise.target_on, promise.legal_on) if promise else None


def _refresh(complaint: m.Complaint, book: Book) -> None:
    soonest = next_of(book)
    complaint.next_due_on = soonest.due_on if soonest else None
    complaint.next_red_on = soonest.red_on if soonest else None
    complaint.next_promise = soonest.key if soonest else None
    complaint.next_statutory = soonest.statutory if soonest else False
    complaint.next_legal_on = soonest.legal_on if soonest else None
    still = [each for each in book if is_open(each) and each.paused_from]
    last = max(still, key=lambda each: each.paused_from or date.min, default=None)
    complaint.paused_from = last.paused_from if last else None
    complaint.paused_until = last.paused_until if last else None


# Looking


def view(w: Work, complaint: m.Complaint) -> tuple[PromiseView, ...]:
    """All promises of one dossier, by target date."""
    return view_many(w, [complaint])[complaint.id]


def view_many(w: Work, complaints: Sequence[m.Complaint]) -> dict[int, tuple[PromiseView, ...]]:
    """By complaint id; one statement for all dossiers together."""
    rows: dict[int, list[m.Promise]] = {each.id: [] for each in complaints}
    for row in sorted(promises_of(w, rows), key=lambda row: (row.target_on, row.id)):
        rows[row.complaint_id].append(row)
    return {each.id: _views(w, each, rows[each.id]) for each in complaints}


def _views(w: Work, complaint: m.Complaint, rows: Sequence[m.Promise]) -> tuple[PromiseView, ...]:
    rules = {rule.key: rule for rule in profile_of(w, complaint).terms}
    return tuple(_one_view(w, row, rules.get(f"{row.procedure}.{row.code}")) for row in rows)


def _one_view(w: Work, row: m.Promise, rule: Rule | None) -> PromiseView:
    promise = _value(row)
    columns = {name: getattr(promise, name) for name in _COLUMNS if name in PromiseView.__dataclass_fields__}
    return PromiseView(
        **columns,
        id=row.id,
        successor_id=row.successor_id,
        key=promise.key,
        label=label(promise.key, rule, w.person.language),
        red_on=first_red_day(promise),
        working_days_left=warning_calendar(w).working_days_until(w.today, promise.target_on),
        state=state(promise, w.today),
        flag=promise_flag(promise, w.today, warning_calendar(w)),
        source=rule.source if rule else "",
        standing=rule.standing if rule else None,
        term=rule.term if rule else None,
    )


def label(key: str, rule: Rule | None, language: str) -> str:
    """The profile's own words in Dutch; in English ours where we have them."""
    if language != "nl" and (translated := translate(language, f"promise.{key}")) != f"promise.{key}":
        return translated
    return rule.label if rule else key
