"""How far and how often something may be moved, what is said about a refusal, and what ends or comes back with a dossier."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest

from db.closed_days import closed_days
from db.profiles import parse, standard_source
from domain.book import Book, Circumstances, acknowledged_on, after, cancelled, extended, latest_date, moved_measure, opened
from domain.calendar import Calendar
from domain.errors import Refused
from domain.facts import Fact
from domain.ledger import Entry, replay
from domain.promises import Promise, is_open, is_paused
from domain.terms import Rule, Standing, Term, Unit, When

DUTCH = Calendar(frozenset(each.day for each in closed_days(2025, 2028)))
PROFILE = parse(standard_source("kinderopvang-welzijn"))
AWB, WELFARE = PROFILE.rules_for("AWB"), PROFILE.rules_for("HOUSE_WEEK")
WKO = PROFILE.rules_for("WKO", "HOUSE_WEEK")
ABOUT = Circumstances(frozenset({When.NO_COMMITTEE}))
RECEIVED = date(2026, 11, 2)  # a Monday: the week ends on the 9th, six weeks on 14 December


def day(month: int, number: int) -> date:
    return date(2026, month, number)


def book_of(rules: Sequence[Rule], *told: Entry, about: Circumstances = ABOUT) -> Book:
    return replay([Entry(Fact.RECEIVED, RECEIVED), Entry(Fact.REGISTERED, RECEIVED), *told], rules, DUTCH, about)


def last(book: Book, key: str) -> Promise:
    return [each for each in book if each.key == key][-1]


def rule(rules: Sequence[Rule], key: str) -> Rule:
    return next(each for each in rules if each.key == key)


def refused(act: Callable[[], object]) -> tuple[str, str | None, dict[str, object]]:
    with pytest.raises(Refused) as refusal:
        act()
    return refusal.value.code, refusal.value.field, refusal.value.values


# A refusal says what is wrong with which field, and what would be right


@pytest.mark.parametrize(
    ("rules", "key", "latest", "code"),
    [
        (AWB, "AWB.RESPONSE", date(2027, 1, 11), "beyond_statutory_maximum"),
        (WELFARE, "HOUSE_WEEK.RESPONSE", day(12, 21), "beyond_house_maximum"),
    ],
)
def test_a_notice_past_the_maximum_is_told_the_last_day_and_who_sets_it(
    rules: tuple[Rule, ...], key: str, latest: date, code: str
) -> None:
    book, source = book_of(rules), rule(rules, key).source
    late = latest + timedelta(days=1)

    assert extended(book, rules, latest, day(11, 6), DUTCH)[-1].target_on == latest
    why = refused(lambda: extended(book, rules, late, day(11, 6), DUTCH))
    assert why == (code, "new_date", {"latest": latest, "article": source})


def test_a_second_notice_is_told_the_article_that_gives_one() -> None:
    book = book_of(AWB, Entry(Fact.EXTENDED, day(11, 6), day(12, 28)))

    why = refused(lambda: extended(book, AWB, date(2027, 1, 4), day(12, 1), DUTCH))

    assert why == ("extension_used", "new_date", {"article": rule(AWB, "AWB.RESPONSE").source})


@pytest.mark.parametrize(("due", "letter"), [(day(11, 16), day(11, 12)), (day(11, 12), day(11, 16))])
def test_a_measure_moves_to_the_day_after_its_own_and_after_the_letter_at_the_earliest(due: date, letter: date) -> None:
    book = book_of(WKO, Entry(Fact.MEASURE_AGREED, day(11, 4), due))

    why = refused(lambda: moved_measure(book, WKO, due, day(11, 16), letter, DUTCH))

    assert why == ("date_not_later", "new_date", {"earliest": day(11, 17)})
    assert moved_measure(book, WKO, due, day(11, 17), letter, DUTCH)[-1].target_on == day(11, 17)


@pytest.mark.parametrize(
    ("given", "why"),
    [
        (day(11, 3), ("promise_in_the_past", "promised_on", {"earliest": day(11, 4)})),
        (day(11, 12), ("promise_too_far", "promised_on", {"latest": day(11, 11)})),
    ],
)
def test_a_promised_day_is_told_between_which_days_it_lies(given: date, why: tuple[str, str, dict[str, object]]) -> None:
    promised = rule(WELFARE, "HOUSE_WEEK.PROMISED_RESPONSE")

    assert refused(lambda: opened(promised, day(11, 4), DUTCH, given)) == why
    assert opened(promised, day(11, 4), DUTCH, day(11, 4)).target_on == day(11, 4)
    assert opened(promised, day(11, 4), DUTCH, day(11, 11)).target_on == day(11, 11)


def test_a_promised_day_within_working_days_is_told_the_last_of_them() -> None:
    promised = replace(rule(WELFARE, "HOUSE_WEEK.PROMISED_RESPONSE"), term=Term(5, Unit.WORKING_DAYS))

    why = refused(lambda: opened(promised, day(11, 4), DUTCH, day(11, 12)))

    assert why == ("promise_too_far", "promised_on", {"latest": day(11, 11)})


# How far


def test_a_pause_moves_the_limit_of_the_house_along() -> None:
    paused = book_of(WELFARE, Entry(Fact.PAUSED, day(11, 4), day(11, 7)))

    assert latest_date(paused, WELFARE, DUTCH) == (day(12, 24), rule(WELFARE, "HOUSE_WEEK.RESPONSE"))


def test_after_the_answer_nothing_says_how_far() -> None:
    decided = book_of(AWB, Entry(Fact.DECISION_SENT, day(11, 10)), Entry(Fact.MEASURE_AGREED, day(11, 10), day(12, 1)))

    assert latest_date(decided, AWB, DUTCH) is None


def limited(rules: Sequence[Rule], limit: Term) -> list[Rule]:
    """The house's own limit on its week is another one."""
    return [
        replace(each, extend=replace(each.extend, limit=limit)) if each.key == "HOUSE_WEEK.RESPONSE" and each.extend else each
        for each in rules
    ]


def test_a_limit_may_be_in_working_days() -> None:
    rules = limited(WELFARE, Term(10, Unit.WORKING_DAYS))

    assert latest_date(book_of(rules), rules, DUTCH) == (day(11, 23), rule(rules, "HOUSE_WEEK.RESPONSE"))


def test_where_the_act_says_how_far_the_house_does_not() -> None:
    rules = limited(WKO, Term(1, Unit.WEEKS))

    assert latest_date(book_of(rules), rules, DUTCH) == (day(12, 14), rule(rules, "WKO.RESPONSE"))


@pytest.mark.parametrize(("weeks", "latest"), [(3, day(11, 30)), (6, day(12, 21)), (8, day(12, 21))])
def test_of_two_limits_the_earlier_one_holds(weeks: int, latest: date) -> None:
    other = rule(WELFARE, "HOUSE_WEEK.DECIDE_OR_CONTACT")
    assert other.extend is not None
    other = replace(other, extend=replace(other.extend, limit=Term(weeks, Unit.WEEKS)))
    rules = [other if each.key == other.key else each for each in WELFARE]

    for ordered in (rules, rules[::-1]):
        bound = latest_date(book_of(ordered), ordered, DUTCH)

        assert bound is not None
        assert bound[0] == latest


# A notice that was withdrawn


def test_a_notice_that_was_withdrawn_moves_no_clock_that_stood_still() -> None:
    told = [Entry(Fact.PAUSED, day(11, 4)), Entry(Fact.EXTENDED, day(11, 8), day(11, 20))]

    book = book_of(WELFARE, *told, Entry(Fact.EXTENSION_WITHDRAWN, day(11, 10)))

    assert is_paused(last(book, "HOUSE_WEEK.RESPONSE"), day(11, 12))
    never = last(book, "HOUSE_WEEK.EXPECTED_ANSWER")
    assert (never.trigger_on, never.target_on, never.legal_on) == (day(11, 8), day(11, 20), day(11, 20))
    assert (never.cancelled_on, never.cancel_reason) == (day(11, 10), "extension_withdrawn")


# How it ends


RESOLVED_BEFORE = Circumstances(frozenset({When.NO_COMMITTEE}), already_resolved=True, resolved_on=day(10, 30))


def test_what_ends_for_another_reason_ends_on_its_own_day() -> None:
    book = book_of(WELFARE, Entry(Fact.WITHDRAWN, day(11, 5)), about=RESOLVED_BEFORE)

    ended = {(each.cancelled_on, each.cancel_reason) for each in book if each.cancelled_on}
    assert ended == {(day(11, 5), "withdrawn")}


@pytest.mark.parametrize(("resolved_on", "ended_on"), [(day(11, 3), day(11, 3)), (day(11, 20), day(11, 6)), (None, day(11, 6))])
def test_what_was_resolved_ended_then_and_no_later_than_the_letter_about_it(resolved_on: date | None, ended_on: date) -> None:
    lapsing = replace(rule(WELFARE, "HOUSE_WEEK.RESPONSE"), met_by=(), cancelled_by=(Fact.RESOLVED,))
    book = after((), [lapsing], Fact.RECEIVED, RECEIVED, DUTCH)

    [ended] = after(book, [lapsing], Fact.RESOLVED, day(11, 6), DUTCH, about=Circumstances(resolved_on=resolved_on))

    assert (ended.cancelled_on, ended.cancel_reason) == (ended_on, "resolved")


def test_registered_as_resolved_only_the_duty_of_an_act_that_lapses_with_it_has_ended() -> None:
    answer = rule(WKO, "WKO.RESPONSE")
    rules = [
        replace(answer, code="LAPSES", ceiling=False),
        replace(answer, code="STAYS", ceiling=False, cancelled_by=()),
        replace(answer, code="HOUSE", ceiling=False, standing=Standing.HOUSE),
    ]

    for about, ended_on in ((RESOLVED_BEFORE, RECEIVED), (replace(RESOLVED_BEFORE, resolved_on=day(11, 4)), day(11, 4))):
        book = after((), rules, Fact.RECEIVED, RECEIVED, DUTCH, about=about)
        book = after(book, rules, Fact.REGISTERED, day(11, 6), DUTCH, about=about)

        assert {each.code: (each.cancelled_on, each.cancel_reason) for each in book} == {
            "LAPSES": (ended_on, "resolved"),
            "STAYS": (None, None),
            "HOUSE": (None, None),
        }


def test_what_was_resolved_and_is_taken_up_again_is_owed_again() -> None:
    closed = book_of(WKO, Entry(Fact.CLOSED, day(11, 5)), about=RESOLVED_BEFORE)

    assert last(closed, "WKO.RESPONSE").cancel_reason == "resolved"
    assert is_open(last(after(closed, WKO, Fact.REOPENED, day(11, 10), DUTCH, about=RESOLVED_BEFORE), "WKO.RESPONSE"))


def test_a_ruling_ends_every_measure_and_a_decision_the_one_that_it_names() -> None:
    book = book_of(WKO, Entry(Fact.MEASURE_AGREED, day(11, 4), day(12, 1)), Entry(Fact.MEASURE_AGREED, day(11, 4), day(12, 8)))

    ruling = after(book, WKO, Fact.NEW_DECISION_NEEDED, day(11, 20), DUTCH)
    decision = after(book, WKO, Fact.DECISION_SUPERSEDED, day(11, 20), DUTCH, day(12, 8))

    assert [each.cancelled_on for each in ruling if each.code == "MEASURE"] == [day(11, 20), day(11, 20)]
    assert [each.cancelled_on for each in decision if each.code == "MEASURE"] == [None, day(11, 20)]


def test_a_promise_that_no_rule_is_known_of_stays_as_it_is() -> None:
    old = Promise("OUD", "ANTWOORD", RECEIVED, day(11, 9), day(11, 9))

    for fact in (Fact.DECISION_SENT, Fact.WITHDRAWN, Fact.REOPENED):
        assert after((old,), WELFARE, fact, day(11, 5), DUTCH)[0] == old


def test_what_is_over_does_not_end_once_more() -> None:
    promise = opened(rule(WELFARE, "HOUSE_WEEK.RESPONSE"), RECEIVED, DUTCH)

    for over in (
        replace(promise, met_on=day(11, 5)),
        replace(promise, extended_to=day(11, 20), notice_on=day(11, 6)),
        replace(promise, cancelled_on=day(11, 5), cancel_reason="withdrawn"),
    ):
        assert cancelled(over, "closed", day(11, 9)) == over


# The day of the acknowledgement, and of a second round


def test_the_acknowledgement_went_out_when_its_own_promise_was_met() -> None:
    consulted = book_of(WELFARE, Entry(Fact.CONSULTED, day(11, 3)))
    sent = book_of(WELFARE, Entry(Fact.CONSULTED, day(11, 3)), Entry(Fact.ACK_PROMISE_SENT, day(11, 4)))

    assert last(consulted, "HOUSE_WEEK.CONSULT").met_on == day(11, 3)
    assert acknowledged_on(consulted, WELFARE) is None
    assert acknowledged_on(sent, WELFARE) == day(11, 4)


def test_the_acknowledgement_of_somebody_who_became_known_went_out_then() -> None:
    told = [Entry(Fact.ACK_IMPOSSIBLE, day(11, 3)), Entry(Fact.COMPLAINANT_KNOWN, day(11, 5))]

    for about in (ABOUT, RESOLVED_BEFORE):
        book = book_of(WELFARE, *told, Entry(Fact.ACK_PROMISE_SENT, day(11, 6)), about=about)

        assert last(book, "HOUSE_WEEK.ACK").trigger_on == day(11, 5)
        assert acknowledged_on(book, WELFARE) == day(11, 6)


def test_a_call_on_the_day_of_the_acknowledgement_is_contact_after_it() -> None:
    book = book_of(WELFARE, Entry(Fact.ACK_PROMISE_SENT, day(11, 4)), Entry(Fact.CONTACT, day(11, 4)))

    assert last(book, "HOUSE_WEEK.DECIDE_OR_CONTACT").met_on == day(11, 4)


def test_a_new_decision_of_the_same_day_is_the_answer_to_the_ruling() -> None:
    told = [Entry(Fact.DECISION_SENT, day(11, 5)), Entry(Fact.NEW_DECISION_NEEDED, day(11, 20))]

    book = book_of(WELFARE, *told, Entry(Fact.DECISION_SENT, day(11, 20)))

    answers = [each.met_on for each in book if each.key == "HOUSE_WEEK.RESPONSE"]
    assert answers == [day(11, 5), day(11, 20)]


@pytest.mark.parametrize(("on", "again"), [(day(11, 15), True), (day(11, 16), False)])
def test_a_clock_that_recurs_does_so_until_its_time_is_over(on: date, again: bool) -> None:
    weekly = replace(
        rule(WELFARE, "HOUSE_WEEK.CONSULT"),
        trigger=(Fact.RECEIVED,),
        met_by=(Fact.CONSULTED,),
        recurs_for=Term(10, Unit.WORKING_DAYS),
    )

    book = book_of([weekly], Entry(Fact.CONSULTED, day(11, 9)), Entry(Fact.CONSULTED, on))

    assert [(each.trigger_on, each.met_on) for each in book[:2]] == [(RECEIVED, day(11, 9)), (day(11, 9), on)]
    assert [each.trigger_on for each in book[2:]] == ([on] if again else [])


# Taken up again


def test_reopened_on_the_last_day_the_maximum_holds_again_and_nothing_else_changes() -> None:
    closed = book_of(WKO, Entry(Fact.CLOSED, day(11, 20)))

    book = after(closed, WKO, Fact.REOPENED, day(12, 14), DUTCH, about=ABOUT)

    maximum = last(book, "WKO.RESPONSE")
    assert (is_open(maximum), maximum.cancel_reason, maximum.target_on) == (True, None, day(12, 14))
    assert [each for each in book[: len(closed)] if each != maximum] == [each for each in closed if each.key != maximum.key]
    assert [each.key for each in book if each.key == maximum.key] == [maximum.key]


def test_reopened_a_day_later_there_is_a_new_maximum() -> None:
    closed = book_of(WKO, Entry(Fact.CLOSED, day(11, 20)))

    book = after(closed, WKO, Fact.REOPENED, day(12, 15), DUTCH, about=ABOUT)

    assert book[: len(closed)] == closed
    assert last(book, "WKO.RESPONSE").trigger_on == day(12, 15)


def test_each_maximum_comes_back_whichever_stands_first() -> None:
    committee = Circumstances(frozenset({When.COMMITTEE}))  # ten weeks instead of six
    closed = book_of(AWB, Entry(Fact.CLOSED, day(11, 20)), about=committee)

    for rules in (AWB, tuple(reversed(AWB))):
        book = after(closed, rules, Fact.REOPENED, day(11, 25), DUTCH, about=committee)

        assert is_open(last(book, "AWB.RESPONSE_COMMITTEE"))
