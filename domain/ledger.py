"""The ledger of one dossier: everything that happened and counts for its promises, and the book that follows from it.

The book is computed anew from the whole ledger, in the order of the real dates: what is entered afterwards, corrected or
taken back gives the same promises as if it had been known at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from domain.book import (
    PLAIN,
    Book,
    Circumstances,
    Rules,
    after,
    extended,
    latest_date,
    moved_measure,
    withdrawn_extension,
    within_ceilings,
)
from domain.calendar import Calendar
from domain.errors import Refused
from domain.facts import Fact
from domain.pauses import PAUSES, on_its_side, paused, resumed


@dataclass(frozen=True)
class Entry:
    """One fact on its real date. `given` is the date that it names: the new one in a notice, that of a measure, the first
    day after a pause, the corrected day of receipt. `of`: the date that a measure had before it was moved."""

    fact: Fact
    on: date
    given: date | None = None
    event: int | None = None  # where it stands in the history
    of: date | None = None


_BEGINNINGS = (Fact.RECEIVED, Fact.REGISTERED)
_NOTICES = (Fact.EXTENDED, Fact.RULING_EXTENDED)
# say something about other entries, or about all of them
_NOTES = (Fact.EXTENSION_WITHDRAWN, Fact.RECEIPT_CORRECTED, Fact.CONSENTED, Fact.PROCEDURE_CHOSEN)


def replay(entries: Iterable[Entry], rules: Rules, calendar: Calendar, about: Circumstances = PLAIN) -> Book:
    """The book after these entries, which stand in the order in which they were recorded.

    Raises Refused for what the newest entry may not do (see `domain.book`); ``nothing_to_withdraw``. What was accepted
    before is never refused again: an older entry that has lost its footing, because something was entered before it,
    changes nothing. A notice stays contact with the complainant, and moves as far as is possible now.
    """
    books = [book for _, book in course(entries, rules, calendar, about)]
    return within_ceilings(books[-1] if books else (), rules)


def course(
    entries: Iterable[Entry], rules: Rules, calendar: Calendar, about: Circumstances = PLAIN
) -> Iterator[tuple[Entry, Book]]:
    """Each entry that changed or could change something, in the order of its turn, with the book after it: before the main
    procedure's maximum is laid over it. Raises as `replay`."""
    recorded = list(entries)
    if not recorded:
        return
    newest = recorded[-1]
    _refuse_overlap(recorded)
    withdrawn = _withdrawn(recorded)
    about = replace(about, received_on=received_on(recorded))
    book: Book = ()
    for entry in _in_order(recorded):
        consented = _consented(entry, recorded, withdrawn)
        try:
            now = _step(book, rules, entry, calendar, about, withdrawn.get(id(entry)), consented)
        except Refused:
            if entry is newest:
                raise
            if entry.fact not in _NOTICES:
                continue
            now = _as_far_as_possible(book, rules, entry, calendar, about)
        book = _signed(book, now, entry.event)
        yield entry, book


def received_on(entries: Sequence[Entry]) -> date | None:
    """The day of receipt, as corrected."""
    corrected = [each.given for each in entries if each.fact is Fact.RECEIPT_CORRECTED]
    if corrected:
        return corrected[-1]
    return next((each.on for each in entries if each.fact is Fact.RECEIVED), None)


def _in_order(recorded: Sequence[Entry]) -> list[Entry]:
    """By day; on one day as recorded. Receipt and registration go before all that was recorded after them: what happened
    before the registration belongs to the clocks that it started. What was recorded while it was still a question has its
    turn before."""
    began = received_on(recorded)
    first = next((number for number, each in enumerate(recorded) if each.fact is Fact.RECEIVED), 0)

    def turn(numbered: tuple[int, Entry]) -> tuple[int, date]:
        number, each = numbered
        if each.fact in _BEGINNINGS:
            return 1, date.min
        return (0 if number < first else 2), each.on

    ordered = [each for _, each in sorted(enumerate(recorded), key=turn) if each.fact not in _NOTES]
    return [replace(each, on=began) if began and _at_receipt(each, recorded[first]) else each for each in ordered]


def _at_receipt(entry: Entry, received: Entry) -> bool:
    """The receipt itself, and a suspicion that came with it: they follow a correction."""
    told = entry.fact is Fact.SUSPICION_KNOWN and (entry.on, entry.event) == (received.on, received.event)
    return received.fact is Fact.RECEIVED and (entry is received or told)


def _refuse_overlap(recorded: Sequence[Entry]) -> None:
    """Raises Refused ``already_paused`` when the newest entry is a pause whose days meet those of another one."""
    newest = recorded[-1]
    if newest.fact not in PAUSES:
        return
    resumed_on = sorted(each.on for each in recorded if each.fact is PAUSES[newest.fact])
    for other in recorded[:-1]:
        if other.fact is not newest.fact:
            continue
        ends = [day for day in (other.given, next((on for on in resumed_on if on >= other.on), None)) if day]
        end = min(ends, default=date.max)
        if other.on < (newest.given or date.max) and newest.on < end:
            raise Refused("already_paused")


def _as_far_as_possible(book: Book, rules: Rules, notice: Entry, calendar: Calendar, about: Circumstances) -> Book:
    """A notice that was accepted before, and names a day that is too late now: it moves up to the maximum. Where nothing can
    be moved any more it is contact, as it was."""
    bound = latest_date(book, rules, calendar, notice.fact)
    if bound and notice.given and bound[0] < notice.given:
        try:
            return extended(book, rules, bound[0], notice.on, calendar, notice.fact, about)
        except Refused:
            pass
    return after(book, rules, notice.fact, notice.on, calendar, None, about)


def _withdrawn(recorded: Sequence[Entry]) -> dict[int, date]:
    """Of each notice that does not hold any more, the day on which it was withdrawn."""
    gone: dict[int, date] = {}
    for number, entry in enumerate(recorded):
        if entry.fact is not Fact.EXTENSION_WITHDRAWN:
            continue
        standing = [each for each in recorded[:number] if each.fact in _NOTICES and id(each) not in gone]
        if standing:
            gone[id(max(reversed(standing), key=lambda each: each.on))] = entry.on  # of one day: the one recorded last
        elif number == len(recorded) - 1:
            raise Refused("nothing_to_withdraw")
    return gone


def _consented(notice: Entry, recorded: Sequence[Entry], withdrawn: dict[int, date]) -> bool:
    """Did the complainant agree to this notice: in writing, by its day, and after the one before it?"""
    if notice.fact not in _NOTICES:
        return False
    others = [each.on for each in recorded if each.fact in _NOTICES and each is not notice and id(each) not in withdrawn]
    before = max((each for each in others if each <= notice.on), default=date.min)
    return any(each.fact is Fact.CONSENTED and before <= each.on <= notice.on for each in recorded)


def consent_given(entries: Sequence[Entry]) -> bool:
    """Did the complainant agree in writing to a further extension, of which no notice went out yet?"""
    last = max((each.on for each in entries if each.fact in _NOTICES), default=date.min)
    return any(each.fact is Fact.CONSENTED and each.on >= last for each in entries)


def due_then(entries: Sequence[Entry], due_on: date, on: date) -> date:
    """The date that a measure, now due on `due_on`, had on `on`: it may have been moved since."""
    for each in reversed(entries):
        if each.fact is Fact.MEASURE_MOVED and each.given == due_on and each.on > on and each.of:
            due_on = each.of
    return due_on


def _step(
    book: Book,
    rules: Rules,
    entry: Entry,
    calendar: Calendar,
    about: Circumstances,
    withdrawn_on: date | None,
    consented: bool,
) -> Book:
    match entry.fact:
        case Fact.EXTENDED | Fact.RULING_EXTENDED if entry.given and withdrawn_on:
            return withdrawn_extension(book, rules, entry.given, entry.on, calendar, withdrawn_on, by=entry.fact, about=about)
        case Fact.EXTENDED | Fact.RULING_EXTENDED if entry.given:
            return extended(book, rules, entry.given, entry.on, calendar, entry.fact, about, consented=consented)
        case Fact.MEASURE_MOVED:
            if entry.given is None or entry.of is None:
                return book
            return moved_measure(book, rules, entry.of, entry.given, entry.on, calendar, about)
        case Fact.PAUSED | Fact.RULING_PAUSED:
            return on_its_side(entry.fact, book, lambda mine: paused(mine, rules, entry.on, entry.given))
        case Fact.RESUMED | Fact.RULING_RESUMED:
            return on_its_side(entry.fact, book, lambda mine: resumed(mine, entry.on))
        case _:
            return after(book, rules, entry.fact, entry.on, calendar, entry.given, about)


def _signed(before: Book, now: Book, event: int | None) -> Book:
    """Which event opened a promise, and which one met it."""
    signed = [
        replace(each, met_event_id=event) if each.met_on is not None and each.met_on != old.met_on else each
        for old, each in zip(before, now, strict=False)
    ]
    return (
        *signed,
        *(replace(each, opened_event_id=event, met_event_id=event if each.met_on else None) for each in now[len(before) :]),
    )
