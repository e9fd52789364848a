"""Odd orders that people really make: what a fresh pair of eyes found, each with the outcome computed by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from domain.book import Book, Circumstances, moves_with
from domain.errors import Refused
from domain.explain import explain
from domain.facts import Fact
from domain.ledger import Entry, consent_given, replay
from domain.promises import Promise, PromiseState, is_open, state
from domain.terms import Roll, Rule, Term, Unit, When
from services.profiles import standard, standard_calendar

CHILDCARE = standard("kinderopvang-welzijn")
CALENDAR = standard_calendar(2025, 2028)
ABOUT = Circumstances(frozenset({When.NO_COMMITTEE}))


def day(month: int, number: int, year: int = 2026) -> date:
    return date(year, month, number)


def course(name: str) -> tuple[Rule, ...]:
    return CHILDCARE.rules_for(name, None if name == "HOUSE_WEEK" else "HOUSE_WEEK")


def begun(on: date, registered: date | None = None) -> list[Entry]:
    return [Entry(Fact.RECEIVED, on, event=1), Entry(Fact.REGISTERED, registered or on, event=1)]


def book_of(name: str, entries: list[Entry], about: Circumstances = ABOUT) -> Book:
    return replay(entries, course(name), CALENDAR, about)


EVERY_LETTER = replace(
    next(rule for rule in course("WKO") if rule.code == "PROGRESS"),
    when=When.NO_COMMITTEE,
    only_while=None,
    term=Term(10, Unit.WORKING_DAYS),
)


def last(book: Book, key: str) -> Promise:
    return [each for each in book if each.key == key][-1]


# Extending


def test_the_jeugdwet_is_extended_as_often_as_needed_and_the_house_sets_it_no_limit() -> None:
    told = begun(day(9, 8))  # six weeks: 20 October
    told += [Entry(Fact.EXTENDED, day(10, 19), day(11, 17)), Entry(Fact.EXTENDED, day(11, 16), day(12, 15))]

    book = book_of("JEUGDWET", told)

    assert last(book, "JEUGDWET.RESPONSE").target_on == day(12, 15)
    assert is_open(last(book, "JEUGDWET.RESPONSE"))


def test_a_house_week_is_extended_within_the_four_weeks_of_a_training() -> None:
    told = [*begun(day(9, 8)), Entry(Fact.EXTENDED, day(9, 14), day(9, 22))]  # four weeks: 6 October

    book = book_of("TRAINING", told)

    assert last(book, "HOUSE_WEEK.EXPECTED_ANSWER").target_on == day(9, 22)
    assert last(book, "TRAINING.RESPONSE").target_on == day(10, 6)
    assert last(book, "TRAINING.RESPONSE").extended_to is None


def test_what_was_promised_in_a_notice_is_not_taken_back_by_an_earlier_date() -> None:
    told = [*begun(day(9, 8)), Entry(Fact.EXTENDED, day(9, 14), day(10, 20))]

    with pytest.raises(Refused, match="date_not_later"):
        book_of("TRAINING", [*told, Entry(Fact.EXTENDED, day(9, 15), day(10, 13))])


def test_a_notice_withdrawn_within_the_statutory_term_leaves_no_trace_on_that_term() -> None:
    told = [*begun(day(9, 8)), Entry(Fact.EXTENDED, day(9, 14), day(10, 6)), Entry(Fact.EXTENSION_WITHDRAWN, day(9, 15))]

    book = book_of("WKKGZ", told)

    assert [each.key for each in book].count("WKKGZ.RESPONSE") == 1
    assert last(book, "HOUSE_WEEK.EXPECTED_ANSWER").cancel_reason == "extension_withdrawn"


@pytest.mark.parametrize(
    ("new", "moves"),
    [
        (day(9, 15), []),  # the last day of the house week: within all that is promised
        (day(9, 16), ["HOUSE_WEEK.DECIDE_OR_CONTACT", "HOUSE_WEEK.RESPONSE"]),
        (day(10, 6), ["HOUSE_WEEK.DECIDE_OR_CONTACT", "HOUSE_WEEK.RESPONSE"]),  # the last day of the four weeks
        (day(10, 7), ["TRAINING.RESPONSE", "HOUSE_WEEK.DECIDE_OR_CONTACT", "HOUSE_WEEK.RESPONSE"]),
    ],
)
def test_what_a_notice_would_move_is_known_before_it_goes_out(new: date, moves: list[str]) -> None:
    found = moves_with(book_of("TRAINING", begun(day(9, 8))), course("TRAINING"), new)

    assert [each.key for each in found] == moves
    if moves:  # and those are the ones that it moves
        book = book_of("TRAINING", [*begun(day(9, 8)), Entry(Fact.EXTENDED, day(9, 9), new)])
        assert {each.key for each in book if each.extended_to} == set(moves)


def test_a_notice_moves_nothing_that_was_answered_or_that_another_notice_moves() -> None:
    answered = [*begun(day(9, 8)), Entry(Fact.DECISION_SENT, day(9, 10))]
    appealed = [*answered, Entry(Fact.APPEAL_LODGED, day(9, 14))]

    assert moves_with(book_of("TRAINING", answered), course("TRAINING"), date.max) == ()
    assert moves_with(book_of("TRAINING", appealed), course("TRAINING"), date.max) == ()


def test_every_letter_starts_what_letters_start() -> None:
    rules = (*course("WKKGZ"), EVERY_LETTER)
    notice = Entry(Fact.EXTENDED, day(9, 14), day(10, 6))
    back = Entry(Fact.EXTENSION_WITHDRAWN, day(9, 16))

    for told in ([*begun(day(9, 8)), notice], [*begun(day(9, 8)), notice, back]):
        assert last(replay(told, rules, CALENDAR, ABOUT), EVERY_LETTER.key).trigger_on == day(9, 14)


def test_a_measure_that_moves_follows_its_rule_on_the_new_day_too() -> None:
    [measure] = [rule for rule in course("WKO") if rule.code == "MEASURE"]
    rules = [replace(measure, roll=Roll.NEXT_WORKING_DAY, when=When.NO_COMMITTEE)]
    told = [*begun(day(9, 8)), Entry(Fact.MEASURE_AGREED, day(9, 10), day(9, 15))]

    moved = replay([*told, Entry(Fact.MEASURE_MOVED, day(9, 11), day(9, 19), of=day(9, 15))], rules, CALENDAR, ABOUT)
    stands = replay([*told, Entry(Fact.MEASURE_MOVED, day(9, 11), day(9, 19))], rules, CALENDAR, ABOUT)

    assert [(each.target_on, each.legal_on) for each in moved if is_open(each)] == [(day(9, 19), day(9, 21))]  # a Saturday
    assert [each.target_on for each in stands] == [day(9, 15)]  # nobody knows which measure it was


def test_what_opens_and_meets_a_promise_at_once_is_known_as_both() -> None:
    book = book_of("AWB", [*begun(day(9, 8)), Entry(Fact.NOT_HANDLED, day(9, 15), event=4)])

    [told] = [each for each in book if each.code == "NOT_HANDLED"]
    assert (told.met_on, told.opened_event_id, told.met_event_id) == (day(9, 15), 4, 4)
    assert last(book, "AWB.RESPONSE").met_event_id is None


# A pause that lost its footing, that took no day, and a notice taken back twice


def test_what_comes_after_a_pause_that_lost_its_footing_still_counts() -> None:
    told = [*begun(day(9, 8)), Entry(Fact.PAUSED, day(9, 10)), Entry(Fact.RESUMED, day(9, 14))]
    told += [Entry(Fact.APPEAL_LODGED, day(9, 21)), Entry(Fact.DECISION_SENT, day(9, 9))]  # so that nothing was left to pause

    book = book_of("HOUSE_WEEK", told)

    assert last(book, "HOUSE_WEEK.RESPONSE").met_on == day(9, 9)
    assert last(book, "HOUSE_WEEK.APPEAL_ACK").trigger_on == day(9, 21)


def test_a_pause_that_ended_on_its_own_day_stands_in_the_way_of_none() -> None:
    told = [*begun(day(9, 8)), Entry(Fact.PAUSED, day(9, 9)), Entry(Fact.RESUMED, day(9, 9))]

    book = book_of("HOUSE_WEEK", [*told, Entry(Fact.PAUSED, day(9, 10), day(9, 12))])

    assert last(book, "HOUSE_WEEK.RESPONSE").paused_days == 2


def test_each_withdrawal_takes_one_notice_back() -> None:
    told = [*begun(day(9, 8)), Entry(Fact.EXTENDED, day(9, 10), day(9, 22)), Entry(Fact.EXTENDED, day(9, 11), day(9, 29))]
    told += [Entry(Fact.EXTENSION_WITHDRAWN, day(9, 14)), Entry(Fact.EXTENSION_WITHDRAWN, day(9, 15))]

    book = book_of("HOUSE_WEEK", told)

    assert [each.key for each in book if each.code == "EXPECTED_ANSWER" and is_open(each)] == []
    assert is_open(last(book, "HOUSE_WEEK.RESPONSE"))
    with pytest.raises(Refused, match=r"^nothing_to_withdraw$"):
        book_of("HOUSE_WEEK", [*told, Entry(Fact.EXTENSION_WITHDRAWN, day(9, 15))])


# Consent: in writing, by the day of the notice, and after the notice before it


FIRST = Entry(Fact.EXTENDED, day(9, 14), day(11, 17))  # six weeks until 20 October, and the four that the Awb gives
FURTHER = Entry(Fact.EXTENDED, day(10, 26), day(12, 15))


def reached(*told: Entry) -> date:
    return last(book_of("AWB", [*begun(day(9, 8)), FIRST, *told]), "AWB.RESPONSE").target_on


def test_consent_on_the_day_of_the_notice_before_counts() -> None:
    assert reached(Entry(Fact.CONSENTED, FIRST.on), FURTHER) == FURTHER.given


def test_a_notice_that_was_withdrawn_spends_no_consent() -> None:
    between = [Entry(Fact.EXTENDED, day(10, 12), day(12, 1)), Entry(Fact.EXTENSION_WITHDRAWN, day(10, 13))]

    assert reached(Entry(Fact.CONSENTED, day(10, 5)), *between, FURTHER) == FURTHER.given


def test_one_consent_is_not_for_two_notices_of_one_day() -> None:
    with pytest.raises(Refused, match=r"^extension_used$"):
        reached(Entry(Fact.CONSENTED, day(10, 5)), FURTHER, Entry(Fact.EXTENDED, FURTHER.on, day(12, 29)))


# While it was still a question


def test_what_was_recorded_about_a_question_belongs_to_no_clock_of_the_complaint() -> None:
    question = [Entry(Fact.RESPONSE_SENT, day(9, 10)), Entry(Fact.CONTACT, day(9, 11))]

    book = book_of("HOUSE_WEEK", [*question, *begun(day(9, 8))])  # the complaint was in it from the beginning

    assert is_open(last(book, "HOUSE_WEEK.RESPONSE"))
    assert is_open(last(book, "HOUSE_WEEK.DECIDE_OR_CONTACT"))


def test_what_is_recorded_without_any_receipt_goes_by_its_days() -> None:
    letters = [Entry(Fact.OUTBOUND, day(9, 15)), Entry(Fact.OUTBOUND, day(9, 8))]

    book = replay(letters, [EVERY_LETTER], CALENDAR, ABOUT)

    assert [(each.key, each.trigger_on) for each in book] == [("WKO.PROGRESS", day(9, 8)), ("WKO.PROGRESS", day(9, 15))]
    assert book_of("WKO", []) == ()


def test_consent_before_any_notice_counts_for_the_first_one() -> None:
    assert consent_given([*begun(day(9, 8)), Entry(Fact.CONSENTED, day(9, 10))])
    assert not consent_given(begun(day(9, 8)))


# Another day of receipt


def test_a_notice_that_names_a_day_past_the_corrected_maximum_moves_up_to_it() -> None:
    told = [*begun(day(10, 12)), Entry(Fact.ACK_PROMISE_SENT, day(10, 13))]
    told += [Entry(Fact.EXTENDED, day(10, 16), day(11, 23))]  # the last day of six weeks

    book = book_of("WKO", [*told, Entry(Fact.RECEIPT_CORRECTED, day(10, 20), day(10, 11))])

    assert last(book, "HOUSE_WEEK.EXPECTED_ANSWER").target_on == day(11, 22)
    assert state(last(book, "HOUSE_WEEK.RESPONSE"), day(10, 20)) is PromiseState.EXTENDED_IN_TIME
    assert last(book, "HOUSE_WEEK.DECIDE_OR_CONTACT").met_on == day(10, 16)  # the notice is contact
    assert [each.trigger_on for each in book if each.key == "WKO.PROGRESS"] == [day(10, 11), day(10, 13), day(10, 16)]


def test_a_notice_that_came_too_late_for_the_corrected_term_is_still_contact() -> None:
    told = [*begun(day(9, 8)), Entry(Fact.ACK_PROMISE_SENT, day(9, 9))]
    told += [Entry(Fact.EXTENDED, day(10, 20), day(11, 10))]  # on the last day of the six weeks

    told.append(Entry(Fact.RECEIPT_CORRECTED, day(10, 22), day(9, 1)))

    book = replay(told, (*course("WKKGZ"), EVERY_LETTER), CALENDAR, ABOUT)

    assert last(book, "WKKGZ.RESPONSE").target_on == day(10, 13)  # not extended: the notice came a week too late
    assert last(book, "WKKGZ.RESPONSE").extended_to is None
    assert last(book, "HOUSE_WEEK.DECIDE_OR_CONTACT").met_on == day(10, 20)
    assert last(book, EVERY_LETTER.key).target_on == day(11, 3)  # two weeks from it


def test_a_notice_that_moves_less_far_than_it_said_starts_what_every_letter_starts() -> None:
    told = [*begun(day(10, 12)), Entry(Fact.EXTENDED, day(10, 16), day(11, 23))]
    told.append(Entry(Fact.RECEIPT_CORRECTED, day(10, 20), day(10, 11)))

    rules = [EVERY_LETTER, *(rule for rule in course("WKO") if rule.key != EVERY_LETTER.key)]
    book = replay(told, rules, CALENDAR, ABOUT)

    assert last(book, "HOUSE_WEEK.EXPECTED_ANSWER").target_on == day(11, 22)
    assert last(book, EVERY_LETTER.key).trigger_on == day(10, 16)


def test_a_notice_about_a_ruling_moves_up_to_the_maximum_of_a_ruling() -> None:
    rules = [
        replace(rule, extend=replace(rule.extend, limit=Term(4, Unit.WEEKS)))
        if rule.extend and rule.extend.by is Fact.RULING_EXTENDED
        else rule
        for rule in course("WKO")
    ]
    told = [*begun(day(9, 28)), Entry(Fact.APPEAL_LODGED, day(10, 1)), Entry(Fact.RULING_EXTENDED, day(10, 20), day(11, 26))]

    book = replay([*told, Entry(Fact.APPEAL_LODGED, day(9, 28))], rules, CALENDAR, ABOUT)  # it came in sooner, by post

    assert last(book, "HOUSE_WEEK.APPEAL_RULING").target_on == day(11, 23)  # twice four weeks
    assert last(book, "HOUSE_WEEK.RESPONSE").extended_to is None


def test_a_suspicion_that_came_with_the_complaint_follows_its_day() -> None:
    told = [*begun(day(11, 2)), Entry(Fact.SUSPICION_KNOWN, day(11, 2), event=1)]

    book = book_of("WKO", [*told, Entry(Fact.RECEIPT_CORRECTED, day(11, 4), day(10, 30))])

    assert last(book, "WKO.ABUSE_CONSULT").trigger_on == day(10, 30)


def test_a_suspicion_that_came_up_later_stays_on_its_day() -> None:
    told = [*begun(day(11, 2)), Entry(Fact.SUSPICION_KNOWN, day(11, 2), event=7)]

    book = book_of("WKO", [*told, Entry(Fact.RECEIPT_CORRECTED, day(11, 4), day(10, 30))])

    assert last(book, "WKO.ABUSE_CONSULT").trigger_on == day(11, 2)


def test_why_says_that_a_notice_named_a_day_past_the_maximum() -> None:
    told = [*begun(day(10, 12)), Entry(Fact.EXTENDED, day(10, 16), day(11, 23))]
    told += [Entry(Fact.RECEIPT_CORRECTED, day(10, 20), day(10, 11))]
    book = book_of("WKO", told)

    found = explain(told, course("WKO"), CALENDAR, {}, last(book, "HOUSE_WEEK.EXPECTED_ANSWER"), ABOUT)

    assert found is not None
    assert found.proven
    assert ("given_cut", {"named": day(11, 23), "until": day(11, 22)}) in [(each.code, each.values) for each in found.steps]


# Reopening


@pytest.mark.parametrize("end", [Fact.WITHDRAWN, Fact.NOT_HANDLED])
def test_reopened_within_six_weeks_the_maximum_holds_again(end: Fact) -> None:
    told = [*begun(day(11, 9)), Entry(end, day(11, 12)), Entry(Fact.CLOSED, day(11, 12)), Entry(Fact.REOPENED, day(11, 16))]

    book = book_of("WKO", told)

    assert last(book, "WKO.RESPONSE").target_on == day(12, 21)
    assert is_open(last(book, "WKO.RESPONSE"))
    with pytest.raises(Refused, match="beyond_statutory_maximum"):
        book_of("WKO", [*told, Entry(Fact.EXTENDED, day(11, 20), day(1, 3, 2027))])


def test_reopened_after_six_weeks_nothing_that_was_closed_in_time_is_late() -> None:
    told = [
        *begun(day(6, 1)),
        Entry(Fact.WITHDRAWN, day(6, 4)),
        Entry(Fact.CLOSED, day(6, 4)),
        Entry(Fact.REOPENED, day(11, 16)),
    ]

    book = book_of("WKO", told)

    first, again = [each for each in book if each.key == "WKO.RESPONSE"]
    assert state(first, day(11, 21)) is PromiseState.CANCELLED
    assert (again.trigger_on, again.target_on) == (day(11, 16), day(12, 28))


def test_a_maximum_that_was_met_is_not_asked_again() -> None:
    told = [*begun(day(11, 2)), Entry(Fact.DECISION_SENT, day(11, 9)), Entry(Fact.CLOSED, day(11, 10))]

    book = book_of("WKO", [*told, Entry(Fact.REOPENED, day(11, 16))])

    assert [each.met_on for each in book if each.key == "WKO.RESPONSE"] == [day(11, 9)]


# Resolved before it was registered


@pytest.mark.parametrize("name", ["WKO", "WKKGZ", "AWB", "JEUGDWET"])
def test_what_was_resolved_months_ago_is_not_late_when_it_is_registered(name: str) -> None:
    resolved = Circumstances(frozenset({When.NO_COMMITTEE}), already_resolved=True, resolved_on=day(6, 3))

    book = book_of(name, begun(day(6, 1), registered=day(11, 20)), resolved)

    assert [each.key for each in book if state(each, day(11, 21)) is PromiseState.MISSED] == []
    assert state(last(book, f"{name}.RESPONSE"), day(11, 21)) is PromiseState.CANCELLED


# Pauses


@pytest.mark.parametrize(
    ("on", "until"), [(day(11, 3), day(11, 5)), (day(11, 3), None), (day(11, 11), day(11, 20)), (day(11, 5), day(11, 6))]
)
def test_a_pause_over_the_days_of_another_one_is_refused(on: date, until: date | None) -> None:
    told = [*begun(day(11, 2)), Entry(Fact.PAUSED, day(11, 4), day(11, 12))]

    with pytest.raises(Refused, match=r"^already_paused$"):
        book_of("HOUSE_WEEK", [*told, Entry(Fact.PAUSED, on, until)])


@pytest.mark.parametrize(("on", "until"), [(day(11, 2), day(11, 4)), (day(11, 12), day(11, 13))])
def test_a_pause_beside_another_one_is_added_to_it(on: date, until: date) -> None:
    told = [*begun(day(11, 2)), Entry(Fact.PAUSED, day(11, 4), day(11, 12)), Entry(Fact.PAUSED, on, until)]

    book = book_of("HOUSE_WEEK", told)

    days = 8 + (until - on).days
    assert last(book, "HOUSE_WEEK.RESPONSE").target_on == date.fromordinal(day(11, 9).toordinal() + days)
