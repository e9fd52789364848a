"""The promises of a dossier, kept by its services: what happened opens, meets and ends them. Internal: takes a `Work` of
which the right was checked and the dossier loaded, so the row rule is not asked again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date

from db import models as m
from domain.book import Book, Circumstances, after, cancelled, extended, latest_date, rule_of
from domain.facts import Fact
from domain.promises import Promise, PromiseState, first_red_day, next_of, promise_flag, state
from domain.terms import Rule, Standing, Term, When
from domain.vocabulary import EventKind, Flag, Status
from services.door import Work
from services.profiles import calendar, profile_of
from services.records import first_after, first_letter_after, promises_of
from text import translate

_WITH_COMPLAINANT = (EventKind.CONTACT, EventKind.CONVERSATION, EventKind.MEDIATION, EventKind.INFORMED)
_ACKNOWLEDGED = (Fact.ACK_ACTION_SENT, Fact.ACK_PROMISE_SENT)
_COLUMNS = tuple(each.name for each in fields(Promise))


@dataclass(frozen=True)
class PromiseView:
    """One promise as it stands today."""

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
    cancel_reason: str | None  # a Fact, or what the service gave
    source: str  # the article, or what the profile says
    standing: Standing | None
    term: Term | None  # none: the date was given


# What happens


def happened(w: Work, complaint: m.Complaint, fact: Fact, on: date, event: m.Event | None, given: date | None = None) -> None:
    """`on` is the real date. `given`: the measure's date (MEASURE_AGREED, MEASURE_DONE) or the date promised in the
    acknowledgement. Raises Refused: ``promise_in_the_past``, ``promise_too_far``."""
    rules, days = _rules(w, complaint), calendar(w)
    rows = _rows(w, complaint)
    book = after(_book(rows), rules, fact, on, days, given, _about(complaint))
    if fact in _ACKNOWLEDGED and (in_touch := _in_touch_after(w, complaint, on)):
        book = after(book, rules, Fact.CONTACT, in_touch, days)
    _write(w, complaint, rows, book, event)


def _in_touch_after(w: Work, complaint: m.Complaint, day: date) -> date | None:
    """The first day after `day` on which the complainant was talked to or written to, by what is in the dossier already."""
    found = (first_after(w, complaint, _WITH_COMPLAINANT, day), first_letter_after(w, complaint, day))
    return min((each for each in found if each), default=None)


def extend(
    w: Work, complaint: m.Complaint, new_date: date, notice_on: date, event: m.Event | None, by: Fact | None = None
) -> None:
    """The notice of `notice_on` named `new_date`: of the answer, or of the ruling while the dossier is in appeal.
    Raises Refused: see `domain.book.extended`."""
    by = by or (Fact.RULING_EXTENDED if complaint.status == Status.IN_APPEAL else Fact.EXTENDED)
    rows = _rows(w, complaint)
    book = extended(_book(rows), _rules(w, complaint), new_date, notice_on, calendar(w), by)
    _write(w, complaint, rows, book, event)


def latest_extension(w: Work, complaint: m.Complaint) -> tuple[date, str] | None:
    """The last day that a notice may name for the answer, and the article or rule that says so."""
    bound = latest_date(_book(_rows(w, complaint)), _rules(w, complaint), calendar(w))
    return (bound[0], bound[1].source) if bound else None


def cancel_open(w: Work, complaint: m.Complaint, reason: str, on: date, event: m.Event | None = None) -> None:
    """Ends what is open and may end; a measure that was agreed stays. A `reason` that is a `Fact` ends what the rules
    say it ends: the same as `happened`."""
    if reason in set(Fact):
        return happened(w, complaint, Fact(reason), on, event)
    rules, rows = _rules(w, complaint), _rows(w, complaint)
    book = tuple(cancelled(each, reason, on) if _may_end(each, rules) else each for each in _book(rows))
    return _write(w, complaint, rows, book, event)


def refresh(w: Work, complaint: m.Complaint) -> None:
    """Sets the columns that the board sorts by."""
    _refresh(complaint, _book(_rows(w, complaint)))


def _may_end(promise: Promise, rules: Sequence[Rule]) -> bool:
    rule = rule_of(promise, rules)
    return rule is None or bool(rule.cancelled_by)


# Rows and values


def _rules(w: Work, complaint: m.Complaint) -> tuple[Rule, ...]:
    return profile_of(w, complaint).rules_for(complaint.procedure, complaint.overlay)


def _about(complaint: m.Complaint) -> Circumstances:
    holds = frozenset({When.RED_FLAG}) if complaint.red_flag else frozenset()
    return Circumstances(holds, complaint.already_resolved, complaint.resolved_on)


def _rows(w: Work, complaint: m.Complaint) -> list[m.Promise]:
    return promises_of(w, [complaint.id])


def _book(rows: Iterable[m.Promise]) -> Book:
    return tuple(_value(row) for row in rows)


def _value(row: m.Promise) -> Promise:
    return Promise(**{name: getattr(row, name) for name in _COLUMNS})


def _write(w: Work, complaint: m.Complaint, rows: list[m.Promise], book: Book, event: m.Event | None) -> None:
    """`book` holds the rows in their order, changed or not, and after them what is new."""
    event_id = event.id if event else None
    added = [m.Promise(complaint_id=complaint.id, opened_event_id=event_id, **_columns(each)) for each in book[len(rows) :]]
    w.session.add_all(added)
    w.session.flush()  # a promise that was moved points to its successor
    for row, now in zip(rows, book, strict=False):
        before = _value(row)
        if now == before:
            continue
        for name, value in _columns(now).items():
            setattr(row, name, value)
        if now.met_on != before.met_on:
            row.met_event_id = event_id
        if now.extended_to != before.extended_to:
            row.successor_id = _successor_id(w, complaint, now, added)
    _refresh(complaint, book)


def _successor_id(w: Work, complaint: m.Complaint, moved: Promise, added: Sequence[m.Promise]) -> int | None:
    rule = rule_of(moved, _rules(w, complaint))
    code = rule.extend.successor if rule and rule.extend else None
    heirs = (row.id for row in added if (row.procedure, row.code) == (moved.procedure, code))
    return next(heirs, None)


def _columns(promise: Promise) -> dict[str, object]:
    return {name: getattr(promise, name) for name in _COLUMNS}


def _refresh(complaint: m.Complaint, book: Book) -> None:
    soonest = next_of(book)
    complaint.next_due_on = soonest.due_on if soonest else None
    complaint.next_red_on = soonest.red_on if soonest else None
    complaint.next_promise = soonest.key if soonest else None
    complaint.next_statutory = soonest.statutory if soonest else False
    complaint.next_legal_on = soonest.legal_on if soonest else None


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
    return tuple(_one_view(w, promise, rules.get(promise.key)) for promise in _book(rows))


def _one_view(w: Work, promise: Promise, rule: Rule | None) -> PromiseView:
    columns = {name: value for name, value in _columns(promise).items() if name in PromiseView.__dataclass_fields__}
    return PromiseView(
        **columns,  # type: ignore[arg-type]
        key=promise.key,
        label=label(promise.key, rule, w.person.language),
        red_on=first_red_day(promise),
        working_days_left=calendar(w).working_days_until(w.today, promise.target_on),
        state=state(promise, w.today),
        flag=promise_flag(promise, w.today, calendar(w)),
        source=rule.source if rule else "",
        standing=rule.standing if rule else None,
        term=rule.term if rule else None,
    )


def label(key: str, rule: Rule | None, language: str) -> str:
    """The profile's own words in Dutch; in English ours where we have them."""
    if language != "nl" and (translated := translate(language, f"promise.{key}")) != f"promise.{key}":
        return translated
    return rule.label if rule else key
