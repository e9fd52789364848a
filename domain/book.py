"""What facts do to the promises of one dossier: open, meet, move, end.

The promises are a *book*: a tuple that grows at the end and whose entries are replaced, never removed. Facts carry their
real dates, so that they may be entered afterwards.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from domain.calendar import Calendar
from domain.errors import Refused
from domain.facts import Fact
from domain.pauses import awake
from domain.promises import Book as Book
from domain.promises import Promise, is_open, last_good_day
from domain.promises import Rules as Rules
from domain.promises import rule_of as rule_of
from domain.terms import Rule, When, due, raw_end


@dataclass(frozen=True)
class Circumstances:
    """What the rules ask about the dossier itself."""

    holds: frozenset[When] = frozenset()
    already_resolved: bool = False  # at registration
    resolved_on: date | None = None
    received_on: date | None = None  # for the terms that count from receipt, whatever opens them


PLAIN = Circumstances()

_IMPLIED: dict[Fact, tuple[Fact, ...]] = {
    Fact.ACK_ACTION_SENT: (Fact.OUTBOUND,),
    Fact.ACK_PROMISE_SENT: (Fact.OUTBOUND,),
    Fact.RESPONSE_SENT: (Fact.OUTBOUND, Fact.CONTACT),
    Fact.DECISION_SENT: (Fact.OUTBOUND, Fact.CONTACT, Fact.DECIDED),
    Fact.EXTENDED: (Fact.OUTBOUND, Fact.CONTACT),
    Fact.POSITION_SENT: (Fact.OUTBOUND, Fact.CONTACT),
}
_NOTICES = frozenset({Fact.EXTENDED, Fact.RULING_EXTENDED})


def after(
    book: Book,
    rules: Rules,
    fact: Fact,
    on: date,
    calendar: Calendar,
    given: date | None = None,
    about: Circumstances = PLAIN,
) -> Book:
    """The book after `fact` happened on `on`: promises are met first, then ended, then opened.

    `given` is the date that the fact names: a measure's, or the promised one in an acknowledgement.
    Raises Refused: ``promise_in_the_past``, ``promise_too_far``.
    """
    if fact is Fact.NOT_RECORDED:
        return _not_recorded(book)
    facts = _facts(fact, on, book, rules, about)
    book = _met(book, rules, facts, on, given)
    book = _ended(book, rules, facts, on, about, given)
    book = _revived(book, rules, on, calendar) if fact is Fact.REOPENED else book
    book = _resolved_before(book, rules, on, about) if fact is Fact.REGISTERED else book
    # A promise that needs another one to be open is looked at last.
    for rule in sorted(rules, key=lambda each: each.only_while is not None):
        if _opens(rule, book, facts, on, calendar, about):
            new = opened(rule, _day_zero(rule, on, about), calendar, given if fact in rule.trigger else None)
            at_once = rule.counts_from is not None and bool(facts.intersection(rule.met_by))
            book = (*book, replace(new, met_on=on) if at_once else new)
    return book


def _day_zero(rule: Rule, on: date, about: Circumstances) -> date:
    return about.received_on if rule.counts_from is Fact.RECEIVED and about.received_on else on


def acknowledged_on(book: Iterable[Promise], rules: Rules) -> date | None:
    """When the acknowledgement went out, as its promise says."""
    keys = {rule.key for rule in rules if Fact.ACK_ACTION_SENT in rule.met_by}
    return next((each.met_on for each in book if each.key in keys and each.met_on), None)


def _facts(fact: Fact, on: date, book: Book, rules: Rules, about: Circumstances) -> frozenset[Fact]:
    """The fact and what it means besides. Contact counts once the acknowledgement went out; a plain letter on that very
    day may be the acknowledgement itself, so it counts as contact from the next day on."""
    facts = {fact, *_IMPLIED.get(fact, ())}
    if fact is Fact.ACK_ACTION_SENT and about.already_resolved:
        facts.add(Fact.RESOLVED)  # T07: the letter that names the action is the answer too
    acknowledged = acknowledged_on(book, rules)
    if acknowledged is not None:
        later_letter = fact is Fact.OUTBOUND and on > acknowledged
        if later_letter or (Fact.CONTACT in facts and on >= acknowledged):
            facts.add(Fact.CONTACT_AFTER_ACK)
    return frozenset(facts)


# Meeting


def _met(book: Book, rules: Rules, facts: frozenset[Fact], on: date, given: date | None) -> Book:
    changed = list(book)
    for number, promise in enumerate(book):
        rule = rule_of(promise, rules)
        if rule is None or not facts.intersection(rule.met_by) or not _reaches(number, book, rule, on):
            continue
        if _another_measure(rule, promise, given):
            continue
        changed[number] = replace(awake(promise, on), met_on=on)
        if _is_measure(rule):
            break
    return tuple(changed)


def _is_measure(rule: Rule) -> bool:
    """One of many: a dossier can have some, each known by its date."""
    return Fact.MEASURE_AGREED in rule.trigger


def _another_measure(rule: Rule, promise: Promise, given: date | None) -> bool:
    return _is_measure(rule) and given not in (None, promise.target_on)


def _reaches(number: int, book: Book, rule: Rule, on: date) -> bool:
    """May a fact of this day meet this promise? An earlier real date replaces a later one; a fact from before a second
    round of the same clock belongs to the first round."""
    promise = book[number]
    if promise.cancelled_on is not None or promise.extended_to is not None:
        return False
    if promise.met_on is not None and (on >= promise.met_on or rule.date_given):
        return False
    recurring = rule.recurs_for is not None or bool(set(rule.trigger) & set(rule.met_by))
    if recurring:
        return on > promise.trigger_on  # not the fact that opened it
    second_round = any(each.key == promise.key for each in book[:number]) and not rule.date_given
    return on >= promise.trigger_on or not second_round


# Ending


def _ended(book: Book, rules: Rules, facts: frozenset[Fact], on: date, about: Circumstances, given: date | None = None) -> Book:
    changed = list(book)
    for number, promise in enumerate(book):
        rule = rule_of(promise, rules)
        why = next((fact for fact in rule.cancelled_by if fact in facts), None) if rule else None
        if rule is None or why is None or not is_open(promise) or _another_measure(rule, promise, given):
            continue
        changed[number] = cancelled(promise, why.value, _ends_on(why, promise, on, about))
        if given is not None and _is_measure(rule):
            break
    return tuple(changed)


def _ends_on(why: Fact, promise: Promise, on: date, about: Circumstances) -> date:
    """The day on which the duty ended, which may lie before the day on which somebody said so: nothing turns falsely
    red because of late entry."""
    if why is Fact.ACK_IMPOSSIBLE:
        return promise.trigger_on  # it never could be kept
    if why is Fact.RESOLVED and about.resolved_on is not None:
        return min(on, about.resolved_on)
    return on


def cancelled(promise: Promise, reason: str, on: date) -> Promise:
    """Ended without being met; what is met, moved or ended already stays as it is."""
    return replace(awake(promise, on), cancelled_on=on, cancel_reason=reason) if is_open(promise) else promise


def _not_recorded(book: Book) -> Book:
    """Of what an old register does not say was done, nobody knows whether it was: no promise of it was missed, also where the
    closing came after its term."""
    return tuple(
        each
        if each.met_on or each.extended_to or each.cancel_reason == Fact.EXTENSION_WITHDRAWN
        else replace(each, cancelled_on=each.trigger_on, cancel_reason=Fact.NOT_RECORDED.value)
        for each in book
    )


def _revived(book: Book, rules: Rules, on: date, calendar: Calendar) -> Book:
    """Reopened on `on`: a maximum that ended without being met holds again. Where it has passed by then, what is taken up
    anew has a new one: nothing that was closed in time is late."""
    for rule in rules:
        rounds = [(number, each) for number, each in enumerate(book) if rule.ceiling and each.key == rule.key]
        numbers = [number for number, each in rounds if each.cancel_reason != Fact.EXTENSION_WITHDRAWN]
        last = book[numbers[-1]] if numbers else None
        if last is None or last.cancelled_on is None:
            continue
        if last_good_day(last) >= on:
            again = replace(last, cancelled_on=None, cancel_reason=None)
            book = (*book[: numbers[-1]], again, *book[numbers[-1] + 1 :])
        else:
            book = (*book, opened(rule, on, calendar))
    return book


def _resolved_before(book: Book, rules: Rules, on: date, about: Circumstances) -> Book:
    """Registered as resolved already: the duty of an Act ended when the complainant was content (Awb 9:5), so that what is
    entered afterwards is not late. What the house promises about it begins with the registration."""
    if not about.already_resolved:
        return book
    ends = min(on, about.resolved_on or on)
    return tuple(
        cancelled(each, Fact.RESOLVED.value, max(ends, each.trigger_on))
        if each.statutory and (rule := rule_of(each, rules)) and Fact.RESOLVED in rule.cancelled_by
        else each
        for each in book
    )


# Opening


def _opens(rule: Rule, book: Book, facts: frozenset[Fact], on: date, calendar: Calendar, about: Circumstances) -> bool:
    mine = [each for each in book if each.key == rule.key]
    if _NOTICES.intersection(rule.trigger) or not facts.intersection(
        _triggers(rule, about) + (rule.met_by if _again(rule, mine) else ())
    ):
        return False
    if rule.when is not When.ALWAYS and rule.when not in about.holds:
        return False
    if rule.only_while and not any(is_open(each) and each.key == f"{rule.procedure}.{rule.only_while}" for each in book):
        return False
    if rule.recurs_for and mine and on >= raw_end(rule.recurs_for, mine[0].trigger_on, calendar):
        return False
    return rule.date_given or not any(is_open(each) for each in mine)


def _again(rule: Rule, mine: list[Promise]) -> bool:
    """A recurring clock starts anew with what met it."""
    return rule.recurs_for is not None and bool(mine)


def _triggers(rule: Rule, about: Circumstances) -> tuple[Fact, ...]:
    if about.already_resolved and rule.trigger_if_resolved:
        return (rule.trigger_if_resolved, *rule.trigger[1:])
    return rule.trigger


def opened(rule: Rule, on: date, calendar: Calendar, given: date | None = None) -> Promise:
    """Raises Refused ``promise_in_the_past``, ``promise_too_far``: a promised date lies after the letter and within the
    term that the procedure gives."""
    if given is not None and given < on:
        raise Refused("promise_in_the_past", "promised_on", earliest=on)
    if given is not None and rule.term is not None and given > raw_end(rule.term, on, calendar):
        raise Refused("promise_too_far", "promised_on", latest=raw_end(rule.term, on, calendar))
    ends = due(rule, on, calendar, given)
    return Promise(rule.procedure, rule.code, on, ends.target_on, ends.legal_on, rule.statutory, rule.informative)


# Moving


def extended(
    book: Book,
    rules: Rules,
    new_date: date,
    notice_on: date,
    calendar: Calendar,
    by: Fact = Fact.EXTENDED,
    about: Circumstances = PLAIN,
    *,
    consented: bool = False,
) -> Book:
    """The book after a notice of `notice_on` named `new_date`: what may be moved is moved and its successor opened. The
    notice itself is contact with the complainant. A procedure whose own terms all end on `new_date` or later stays as it
    is: the notice names a day within them. `consented`: the complainant agreed in writing to a further delay.

    Raises Refused: ``nothing_to_extend``; ``date_not_later`` than the notice and than what was promised already;
    ``beyond_statutory_maximum`` with the article; ``beyond_house_maximum``; ``extension_used``; ``notice_too_late``.
    """
    movable = _movable(book, rules, by, notice_on)
    if not movable:
        raise Refused("nothing_to_extend")
    moving = _moving(movable, new_date)
    earliest = max(notice_on, *(each.target_on for each in moving or movable)) + timedelta(days=1)
    if new_date < earliest:
        raise Refused("date_not_later", "new_date", earliest=earliest)
    for each in moving:
        _refuse_spent(each, book, rules, notice_on, consented)
    _refuse_beyond(latest_date(book, rules, calendar, by, consented=consented), new_date)
    moved = {each.key for each in moving}
    heirs = {_successor(each, rules, by) for each in moving}
    book = after(book, rules, by, notice_on, calendar, None, about)
    book = tuple(
        replace(awake(each, notice_on), extended_to=new_date, notice_on=notice_on)
        if is_open(each) and each.key in moved
        else each
        for each in book
    )
    return book + tuple(_heir(rule, new_date, notice_on, calendar) for rule in rules if rule.key in heirs)


def _movable(book: Book, rules: Rules, by: Fact, notice_on: date) -> list[Promise]:
    return [awake(each, notice_on) for each in book if is_open(each) and _successor(each, rules, by)]


def _moving(movable: list[Promise], new_date: date) -> list[Promise]:
    """What a notice that names `new_date` moves: the procedures of which some term ends before it."""
    ending = {each.procedure for each in movable if each.target_on < new_date}
    return [each for each in movable if each.procedure in ending]


def moves_with(book: Book, rules: Rules, new_date: date) -> tuple[Rule, ...]:
    """The rules of what a notice to the complainant that names `new_date` would move."""
    movable = [each for each in book if is_open(each) and _successor(each, rules, Fact.EXTENDED)]
    moving = {each.key for each in _moving(movable, new_date)}
    return tuple(rule for rule in rules if rule.key in moving)


def latest_date(
    book: Book, rules: Rules, calendar: Calendar, by: Fact = Fact.EXTENDED, *, consented: bool = False
) -> tuple[date, Rule] | None:
    """How far a notice may move an answer, and the rule that says so: a statutory maximum still to be met, or else the
    limit that the house set itself. Counted from the raw end, never from a rolled one."""
    bounds = []
    for rule in rules:
        mine = [each for each in book if each.key == rule.key]
        first = next((each for each in reversed(mine) if not each.heir), None)
        if first is None or rule.term is None:
            continue
        if not any(is_open(each) and each.key in _chain(rule) for each in book):
            continue  # it was answered: what moves now is something else
        end = raw_end(rule.term, first.trigger_on, calendar) + timedelta(days=first.paused_days)
        if rule.extend and rule.extend.by is by and rule.extend.limit:
            if consented and rule.extend.further_with_consent and rule.statutory:
                return None  # what the complainant agreed to; the house asks no less time than the Act
            bounds.append((raw_end(rule.extend.limit, end, calendar), rule))
        elif rule.ceiling and by is Fact.EXTENDED and is_open(mine[-1]):
            bounds.append((end, rule))
    if any(each.statutory for each in book if is_open(each) and _successor(each, rules, by)):
        bounds = [bound for bound in bounds if bound[1].statutory]  # the Act says how far, or leaves it to the reasons
    statutory = [bound for bound in bounds if bound[1].statutory]
    return min(statutory or bounds, key=lambda bound: bound[0], default=None)


def _chain(rule: Rule) -> tuple[str, ...]:
    return (rule.key, f"{rule.procedure}.{rule.extend.successor}") if rule.extend else (rule.key,)


def _successor(promise: Promise, rules: Rules, by: Fact) -> str | None:
    """The key of what takes over from this promise, if this kind of notice moves it."""
    rule = rule_of(promise, rules)
    return f"{rule.procedure}.{rule.extend.successor}" if rule and rule.extend and rule.extend.by is by else None


def _heir(rule: Rule, new_date: date, notice_on: date, calendar: Calendar) -> Promise:
    legal = calendar.roll_forward(new_date) if rule.statutory else new_date
    return Promise(rule.procedure, rule.code, notice_on, new_date, legal, rule.statutory, heir=True)


def _refuse_beyond(bound: tuple[date, Rule] | None, new_date: date) -> None:
    if bound is not None and new_date > bound[0]:
        code = "beyond_statutory_maximum" if bound[1].statutory else "beyond_house_maximum"
        raise Refused(code, "new_date", latest=bound[0], article=bound[1].source)


def _refuse_spent(promise: Promise, book: Book, rules: Rules, notice_on: date, consented: bool) -> None:
    rule = rule_of(promise, rules)
    if rule is None or rule.extend is None:
        return
    if rule.extend.before_expiry and notice_on > last_good_day(promise):
        raise Refused("notice_too_late", "new_date", article=rule.source)
    further = consented and rule.extend.further_with_consent
    if rule.extend.once and not further and any(each.key == promise.key and each.extended_to for each in book):
        raise Refused("extension_used", "new_date", article=rule.source)


def withdrawn_extension(
    book: Book,
    rules: Rules,
    new_date: date,
    notice_on: date,
    calendar: Calendar,
    ended_on: date,
    by: Fact,
    about: Circumstances,
) -> Book:
    """The book after a notice that was withdrawn on `ended_on`: the notice was sent, so it is contact, but nothing moved;
    what it had opened stands there as ended."""
    heirs = {_successor(each, rules, by) for each in _moving(_movable(book, rules, by, notice_on), new_date)}
    book = after(book, rules, by, notice_on, calendar, None, about)
    never = (_heir(rule, new_date, notice_on, calendar) for rule in rules if rule.key in heirs)
    return book + tuple(cancelled(each, Fact.EXTENSION_WITHDRAWN.value, min(ended_on, new_date)) for each in never)


def moved_measure(
    book: Book, rules: Rules, due_on: date, new_date: date, notice_on: date, calendar: Calendar, about: Circumstances = PLAIN
) -> Book:
    """The book after a letter of `notice_on` named another date for the measure that was due on `due_on`. A measure that
    was done or ended before, or that this procedure does not promise, stays as it is.

    Raises Refused: ``date_not_later`` than the letter and than the date that it had.
    """
    earliest = max(due_on, notice_on) + timedelta(days=1)
    if new_date < earliest:
        raise Refused("date_not_later", "new_date", earliest=earliest)
    standing = (
        number
        for number, each in enumerate(book)
        if is_open(each) and each.target_on == due_on and (rule := rule_of(each, rules)) and _is_measure(rule)
    )
    number = next(standing, None)
    if number is None:
        return book
    moved = replace(book[number], extended_to=new_date, notice_on=notice_on)
    book = (*book[:number], moved, *book[number + 1 :])
    return after(book, rules, Fact.MEASURE_MOVED, notice_on, calendar, new_date, about)


# The maximum of the main procedure


def within_ceilings(book: Book, rules: Rules) -> Book:
    """The main procedure's maximum wins: a pause gives no answer a later day than the statutory term beside it has. It
    takes no day away from one that was later already, as after an acknowledgement that was far too late."""
    ceilings = [each for each in book if (rule := rule_of(each, rules)) and rule.ceiling]
    return tuple(_within(each, ceilings, rules) for each in book)


def _within(promise: Promise, ceilings: list[Promise], rules: Rules) -> Promise:
    if not promise.paused_days or _successor(promise, rules, Fact.EXTENDED) is None:
        return promise
    beside = [each for each in ceilings if (each.met_on or each.cancelled_on or promise.trigger_on) >= promise.trigger_on]
    latest = max((each.target_on for each in beside), default=promise.target_on)
    latest = max(latest, promise.target_on - timedelta(days=promise.paused_days))
    return replace(promise, target_on=latest, legal_on=latest) if promise.target_on > latest else promise
