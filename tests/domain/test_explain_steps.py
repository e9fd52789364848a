"""What a reader of the explanation relies on, by hand: each sentence with its dates, each day with its reason."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from domain.explain import Closed, Closure, Day, Explanation, Part, Step, explain
from domain.facts import Fact
from domain.ledger import Entry, replay
from domain.promises import Promise
from domain.terms import Standing, Term, Unit
from tests.domain.test_explain import DUTCH, NAMES, PROFILE, check, codes, day, one_rule, parts, registered, why

HOUSE_WEEK = PROFILE.rules_for("HOUSE_WEEK")
WEEKEND = Closed(Closure.WEEKEND)


def step(found: Explanation, code: str) -> dict[str, object]:
    """The values of the one sentence with this code."""
    [values] = [each.values for each in found.steps if each.code == code]
    return values


def tried(term: Term | None, began: date, *, rolls: bool = True, **changes: object) -> Explanation:
    """Of one rule, by itself, on the day that the complaint came in."""
    rule = replace(one_rule(term or Term(1, Unit.DAYS), rolls=rolls), term=term, **changes)
    found = why(registered(began), [rule], "TRY.ANSWER")
    check(found, found.promise)
    return found


# Where the term comes from, and what it says


@pytest.mark.parametrize("standing", Standing)
def test_the_term_says_who_gives_it_and_until_when(standing: Standing) -> None:
    found = tried(Term(2, Unit.WEEKS), day(11, 2), rolls=False, standing=standing)

    assert found.steps == (
        Step("started", {"fact": Fact.RECEIVED, "on": day(11, 2)}),
        Step(f"term_{standing.value}", {"term": Term(2, Unit.WEEKS), "until": day(11, 16)}),
    )


def test_a_term_in_working_days_says_its_last_one() -> None:
    found = tried(Term(5, Unit.WORKING_DAYS), day(11, 5))

    assert step(found, "term_law") == {"term": Term(5, Unit.WORKING_DAYS), "until": day(11, 12)}
    assert [(each.on.day, each.number) for each in found.days if each.number] == [(6, 1), (9, 2), (10, 3), (11, 4), (12, 5)]
    assert parts(found)[Part.CLOSED] == [day(11, 7), day(11, 8)]


def test_what_is_due_at_once_is_due_on_day_zero() -> None:
    found = tried(Term(0, Unit.DAYS), day(11, 3))

    assert found.steps[1:] == (Step("same_day", {"term": Term(0, Unit.DAYS), "until": day(11, 3)}),)
    assert found.days == (Day(day(11, 3), Part.ZERO),)
    assert (found.target_on, found.legal_on) == (day(11, 3), day(11, 3))


def test_the_days_are_numbered_from_the_first_after_day_zero_to_the_last() -> None:
    found = tried(Term(1, Unit.WEEKS), day(11, 2))

    assert [each.number for each in found.days] == [None, 1, 2, 3, 4, 5, 6, 7]


def test_a_fixed_day_in_the_next_year_is_named_and_not_counted() -> None:
    found = tried(None, day(11, 2), rolls=False, fixed=(6, 1))

    assert found.steps[1:] == (Step("fixed", {"until": date(2027, 6, 1)}),)
    assert len(parts(found)[Part.BETWEEN]) == 210  # 3 November up to and including 31 May
    assert not any(each.number for each in found.days)


def test_a_term_from_receipt_starts_there_whatever_opened_it() -> None:
    entries = [*registered(day(11, 2)), Entry(Fact.NOT_HANDLED, day(11, 12))]

    found = why(entries, PROFILE.rules_for("AWB", "HOUSE_WEEK"), "AWB.NOT_HANDLED")

    assert found.steps[0] == Step("started", {"fact": Fact.RECEIVED, "on": day(11, 2)})
    assert found.target_on == day(11, 30)  # four weeks


def test_a_clock_that_another_fact_opened_names_that_fact() -> None:
    entries = [*registered(day(11, 2)), Entry(Fact.APPEAL_LODGED, day(11, 12))]

    found = why(entries, HOUSE_WEEK, "HOUSE_WEEK.APPEAL_ACK")

    assert found.steps[0] == Step("started", {"fact": Fact.APPEAL_LODGED, "on": day(11, 12)})


@pytest.mark.parametrize(
    ("promised", "said"),
    [
        (day(11, 6), Step("given", {"until": day(11, 6)})),
        (day(11, 10), Step("term_house", {"term": Term(1, Unit.WEEKS), "until": day(11, 10)})),  # the end of the week itself
        (None, Step("term_house", {"term": Term(1, Unit.WEEKS), "until": day(11, 10)})),
    ],
)
def test_a_day_that_was_promised_within_the_week_takes_its_place(promised: date | None, said: Step) -> None:
    entries = [*registered(day(11, 2)), Entry(Fact.ACK_PROMISE_SENT, day(11, 3), promised)]

    found = why(entries, HOUSE_WEEK, "HOUSE_WEEK.PROMISED_RESPONSE")

    assert found.steps[1] == said
    assert found.target_on == said.values["until"]


def test_a_day_that_was_promised_within_working_days_takes_its_place_too() -> None:
    rule = replace(one_rule(Term(5, Unit.WORKING_DAYS), rolls=False), trigger=(Fact.ACK_PROMISE_SENT,))
    sent = Entry(Fact.ACK_PROMISE_SENT, day(11, 5), day(11, 11))

    earlier = why([*registered(day(11, 2)), sent], [rule], "TRY.ANSWER")
    last = why([*registered(day(11, 2)), replace(sent, given=day(11, 12))], [rule], "TRY.ANSWER")

    assert (codes(earlier), earlier.target_on) == (["started", "given"], day(11, 11))
    assert (codes(last), last.target_on) == (["started", "term_house"], day(11, 12))


def test_a_measure_is_due_on_the_day_that_was_agreed() -> None:
    entries = [*registered(day(11, 2)), Entry(Fact.MEASURE_AGREED, day(11, 4), day(11, 9))]

    found = why(entries, PROFILE.rules_for("WKO", "HOUSE_WEEK"), "WKO.MEASURE")

    assert found.steps == (
        Step("started", {"fact": Fact.MEASURE_AGREED, "on": day(11, 4)}),
        Step("given", {"until": day(11, 9)}),
    )
    assert parts(found)[Part.BETWEEN] == [day(11, 5), day(11, 6), day(11, 7), day(11, 8)]


def test_the_notice_that_meets_progress_does_not_name_the_day_of_the_next_one() -> None:
    entries = [*registered(day(11, 2)), Entry(Fact.EXTENDED, day(11, 4), day(11, 11))]

    found = why(entries, PROFILE.rules_for("WKO", "HOUSE_WEEK"), "WKO.PROGRESS")

    assert codes(found) == ["started", "term_proposal"]
    assert found.steps[0].values == {"fact": Fact.EXTENDED, "on": day(11, 4)}
    assert found.target_on == day(11, 18)


# Closed days


def test_each_closed_day_says_what_it_is() -> None:
    decree = next(on for on, each in NAMES.items() if each.kind is Closure.DECREE)
    rule = one_rule(Term(3, Unit.WEEKS), rolls=False)
    entries = registered(decree - timedelta(days=14))
    [promise] = replay(entries, [rule], DUTCH)

    named = explain(entries, [rule], DUTCH, NAMES, promise)
    nameless = explain(entries, [rule], DUTCH, {}, promise)

    assert named is not None
    assert nameless is not None
    assert {each.on: each.closed for each in named.days}[decree] == NAMES[decree]
    assert {each.on: each.closed for each in nameless.days}[decree] == Closed(Closure.HOLIDAY)
    weekend = [each for each in named.days if each.on.isoweekday() > 5 and each.on not in NAMES]
    assert weekend
    assert {each.closed for each in weekend} == {Closed(Closure.WEEKEND)}
    assert all(each.closed is None for each in named.days if each.on.isoweekday() < 6 and each.on not in NAMES)


def test_a_name_of_a_day_that_is_not_closed_closes_nothing() -> None:
    rule = one_rule(Term(1, Unit.DAYS), rolls=True)
    entries = registered(day(11, 2))
    [promise] = replay(entries, [rule], DUTCH)

    found = explain(entries, [rule], DUTCH, {day(11, 3): Closed(Closure.HOLIDAY, "Elders")}, promise)

    assert found is not None
    assert (found.legal_on, found.proven) == (day(11, 3), True)


# What the Act does with the end (Algemene termijnenwet art. 1, 2 and 4)


def test_a_term_that_ends_on_a_saturday_passes_over_sunday_too() -> None:
    found = tried(Term(5, Unit.DAYS), day(11, 2))

    assert found.steps[2] == Step(
        "rolled_more",
        {
            "why": Day(day(11, 7), Part.ROLLED, WEEKEND),
            "others": (Day(day(11, 8), Part.ROLLED, WEEKEND),),
            "until": day(11, 9),
        },
    )
    assert [(each.on.day, each.part) for each in found.days[-3:]] == [(7, Part.TARGET), (8, Part.ROLLED), (9, Part.LEGAL)]


def test_a_term_that_ends_on_a_sunday_passes_over_that_day_only() -> None:
    found = tried(Term(6, Unit.DAYS), day(11, 2))

    assert found.steps[2] == Step("rolled", {"why": Day(day(11, 8), Part.ROLLED, WEEKEND), "others": (), "until": day(11, 9)})


@pytest.mark.parametrize(
    ("term", "began", "told", "last"),
    [
        (Term(3, Unit.DAYS), day(10, 29), ["lengthened"], day(11, 2)),  # Thursday: Friday, and Monday
        (Term(3, Unit.DAYS), day(10, 30), ["lengthened"], day(11, 3)),  # Friday: Monday, and Tuesday
        (Term(4, Unit.DAYS), day(10, 30), [], day(11, 3)),  # holds exactly two
        (Term(2, Unit.DAYS), day(10, 30), ["rolled"], day(11, 2)),  # shorter than three days
        (Term(3, Unit.DAYS), day(11, 3), [], day(11, 6)),
        (Term(1, Unit.WORKING_DAYS), day(10, 30), [], day(11, 2)),
        (Term(72, Unit.HOURS), day(10, 28), ["not_rolled"], day(10, 31)),  # in hours the Act moves nothing
    ],
)
def test_a_term_of_three_days_or_more_holds_two_working_days(term: Term, began: date, told: list[str], last: date) -> None:
    found = tried(term, began)

    assert (codes(found)[2:], found.legal_on) == (told, last)


def test_two_working_days_are_added_day_by_day() -> None:
    found = tried(Term(3, Unit.DAYS), day(10, 30))

    assert step(found, "lengthened") == {"until": day(11, 3)}
    assert [(each.on, each.part) for each in found.days[3:]] == [(day(11, 2), Part.TARGET), (day(11, 3), Part.LEGAL)]
    easter = tried(Term(3, Unit.DAYS), date(2025, 4, 17))
    assert parts(easter)[Part.LENGTHENED] == [date(2025, 4, 21), date(2025, 4, 22)]


@pytest.mark.parametrize(
    ("longest", "longer"),
    [
        (Term(90, Unit.DAYS), Term(91, Unit.DAYS)),
        (Term(12, Unit.WEEKS), Term(13, Unit.WEEKS)),
        (Term(3, Unit.MONTHS), Term(4, Unit.MONTHS)),
        (Term(0, Unit.DAYS), Term(1, Unit.YEARS)),
    ],
)
def test_a_longer_term_than_the_act_moves_stays_on_its_closed_day_and_says_so(longest: Term, longer: Term) -> None:
    moved = tried(longest, _ending_on_a_sunday(longest))
    stays = tried(longer, _ending_on_a_sunday(longer))

    assert codes(moved)[-1] == "rolled"
    assert moved.legal_on is not None
    assert moved.legal_on.isoweekday() == 1
    assert codes(stays)[-1] == "not_rolled"
    assert stays.legal_on is not None
    assert stays.steps[-1].values == {"why": Day(stays.legal_on, Part.TARGET, WEEKEND)}


def _ending_on_a_sunday(term: Term) -> date:
    """A day from which the term ends on a Sunday with an ordinary Monday after it."""
    starts = (day(7, 1) + timedelta(days=number) for number in range(60))
    return next(each for each in starts if tried(term, each, rolls=False).days[-1].on.isoweekday() == 7)


def test_a_term_of_the_house_stays_on_its_saturday() -> None:
    found = tried(Term(5, Unit.DAYS), day(11, 2), rolls=False)

    assert found.steps[2:] == (Step("stays", {"why": Day(day(11, 7), Part.TARGET, WEEKEND)}),)


def test_a_statutory_day_that_was_named_is_rolled_but_not_lengthened() -> None:
    rule = replace(one_rule(Term(2, Unit.WEEKS), rolls=True), trigger=(Fact.ACK_PROMISE_SENT,))
    entries = [*registered(day(10, 30)), Entry(Fact.ACK_PROMISE_SENT, day(10, 29), day(11, 1))]

    found = why(entries, [rule], "TRY.ANSWER")

    assert codes(found) == ["started", "given", "rolled"]
    assert (found.target_on, found.legal_on) == (day(11, 1), day(11, 2))


def test_a_day_that_a_notice_named_is_rolled_where_the_act_gave_the_term() -> None:
    entries = [*registered(day(11, 2)), Entry(Fact.EXTENDED, day(12, 10), date(2027, 2, 13))]  # a Saturday

    found = why(entries, PROFILE.rules_for("JEUGDWET", "HOUSE_WEEK"), "JEUGDWET.RESPONSE")

    assert codes(found) == ["heir", "given", "rolled_more"]
    assert (found.target_on, found.legal_on) == (date(2027, 2, 13), date(2027, 2, 15))


# Pauses


def test_in_a_term_of_working_days_a_pause_is_given_back_in_calendar_days() -> None:
    rule = one_rule(Term(3, Unit.WORKING_DAYS), rolls=False)
    entries = [*registered(day(11, 2)), Entry(Fact.PAUSED, day(11, 3), day(11, 6))]

    found = why(entries, [rule], "TRY.ANSWER")

    assert [(each.on.day, each.part, each.paused) for each in found.days] == [
        (2, Part.ZERO, False),
        (3, Part.COUNTED, True),
        (4, Part.COUNTED, True),
        (5, Part.COUNTED, True),
        (6, Part.GIVEN_BACK, False),
        (7, Part.GIVEN_BACK, False),
        (8, Part.TARGET, False),
    ]
    assert step(found, "paused") == {"start": day(11, 3), "last": day(11, 5), "days": 3, "until": day(11, 8)}
    assert codes(found)[-1] == "stays"  # what stood still is not moved by the Act
    assert found.proven


def test_each_pause_counts_on_from_the_one_before() -> None:
    entries = [*registered(day(11, 2)), Entry(Fact.PAUSED, day(11, 3)), Entry(Fact.RESUMED, day(11, 5))]
    entries += [Entry(Fact.PAUSED, day(11, 6), day(11, 7))]

    found = why(entries, HOUSE_WEEK, "HOUSE_WEEK.RESPONSE")

    assert found.steps[2:4] == (
        Step("paused", {"start": day(11, 3), "last": day(11, 4), "days": 2, "until": day(11, 11)}),
        Step("paused_one", {"start": day(11, 6), "last": day(11, 6), "days": 1, "until": day(11, 12)}),
    )
    assert parts(found)[Part.PAUSED] == [day(11, 3), day(11, 4), day(11, 6)]
    assert [each.on for each in found.days if each.paused] == parts(found)[Part.PAUSED]
    assert found.proven


def test_a_pause_that_began_before_day_zero_was_over_is_shown_as_given_back() -> None:
    entries = [*registered(day(11, 2)), Entry(Fact.PAUSED, day(11, 2), day(11, 4))]

    found = why(entries, HOUSE_WEEK, "HOUSE_WEEK.RESPONSE")

    assert [(each.on.day, each.part, each.number) for each in found.days[-3:]] == [
        (9, Part.COUNTED, 6),
        (10, Part.COUNTED, 7),
        (11, Part.TARGET, None),
    ]


@pytest.mark.parametrize(("until", "code"), [(None, "paused_still"), (day(11, 4), "paused_same_day")])
def test_a_pause_that_gives_nothing_back_says_since_when(until: date | None, code: str) -> None:
    entries = [*registered(day(11, 2)), Entry(Fact.PAUSED, day(11, 4), until)]

    found = why(entries, HOUSE_WEEK, "HOUSE_WEEK.RESPONSE")

    assert step(found, code) == {"start": day(11, 4)}
    assert (found.target_on, found.proven) == (day(11, 9), True)
    assert not any(each.paused for each in found.days)


def test_a_pause_that_ended_sooner_than_planned_is_told_as_it_was() -> None:
    entries = [*registered(day(11, 2)), Entry(Fact.PAUSED, day(11, 3), day(11, 20)), Entry(Fact.RESUMED, day(11, 5))]

    found = why(entries, HOUSE_WEEK, "HOUSE_WEEK.RESPONSE")

    assert step(found, "paused") == {"start": day(11, 3), "last": day(11, 4), "days": 2, "until": day(11, 11)}


def test_an_answer_during_a_pause_without_an_end_gives_the_days_back_until_then() -> None:
    entries = [*registered(day(11, 2)), Entry(Fact.PAUSED, day(11, 4)), Entry(Fact.DECISION_SENT, day(11, 6))]

    found = why(entries, HOUSE_WEEK, "HOUSE_WEEK.RESPONSE")

    assert step(found, "paused") == {"start": day(11, 4), "last": day(11, 5), "days": 2, "until": day(11, 11)}
    assert found.ending == Step("met", {"on": day(11, 6), "fact": Fact.DECISION_SENT})
    assert found.proven


def test_a_pause_on_the_other_side_is_not_told() -> None:
    entries = [*registered(day(11, 2)), Entry(Fact.APPEAL_LODGED, day(11, 3)), Entry(Fact.RULING_PAUSED, day(11, 4))]

    assert codes(why(entries, HOUSE_WEEK, "HOUSE_WEEK.RESPONSE")) == ["started", "term_house"]
    assert codes(why(entries, HOUSE_WEEK, "HOUSE_WEEK.APPEAL_RULING"))[2:] == ["paused_still"]


# The maximum, notices, and how it ended


def test_the_maximum_names_its_rule_and_cuts_the_days_off() -> None:
    rules = PROFILE.rules_for("WKO", "HOUSE_WEEK")
    entries = [*registered(day(11, 2)), Entry(Fact.PAUSED, day(11, 4), day(12, 31))]
    maximum = next(rule for rule in rules if rule.key == "WKO.RESPONSE")

    found = why(entries, rules, "HOUSE_WEEK.RESPONSE")

    assert step(found, "capped") == {"label": maximum.label, "source": maximum.source, "until": day(12, 14)}
    assert found.days[-1].on == day(12, 14)
    assert len(parts(found)[Part.PAUSED]) == 40  # 4 November up to and including 13 December


def test_of_two_maxima_the_later_one_is_named() -> None:
    answer = one_rule(Term(2, Unit.DAYS), rolls=False)
    shorter = replace(one_rule(Term(10, Unit.DAYS), rolls=False, ceiling=True), label="Tien dagen")
    longer = replace(one_rule(Term(12, Unit.DAYS), rolls=False, ceiling=True), code="LONGER", label="Twaalf dagen")
    entries = [*registered(day(11, 2)), Entry(Fact.PAUSED, day(11, 3), day(11, 30))]

    for rules in ([answer, shorter, longer], [longer, shorter, answer]):
        found = why(entries, rules, "TRY.ANSWER")

        assert (step(found, "capped")["label"], found.target_on) == ("Twaalf dagen", day(11, 14))


@pytest.mark.parametrize(("notice", "code"), [(day(11, 9), "extended_in_time"), (day(11, 10), "extended_late")])
def test_a_notice_says_when_it_went_out_and_what_it_named(notice: date, code: str) -> None:
    entries = [*registered(day(11, 2)), Entry(Fact.EXTENDED, notice, day(11, 20))]

    moved, heir = why(entries, HOUSE_WEEK, "HOUSE_WEEK.RESPONSE"), why(entries, HOUSE_WEEK, "HOUSE_WEEK.EXPECTED_ANSWER")

    assert step(moved, code) == {"on": notice, "until": day(11, 20)}
    assert heir.steps == (Step("heir", {"on": notice}), Step("given", {"until": day(11, 20)}))


def test_a_moved_measure_goes_on_under_the_letter_that_moved_it() -> None:
    rules = PROFILE.rules_for("WKO", "HOUSE_WEEK")
    entries = [*registered(day(11, 2)), Entry(Fact.MEASURE_AGREED, day(11, 4), day(11, 9))]
    entries += [Entry(Fact.MEASURE_MOVED, day(11, 6), day(11, 18), of=day(11, 9))]

    found = why(entries, rules, "WKO.MEASURE")

    assert found.steps == (
        Step("started", {"fact": Fact.MEASURE_MOVED, "on": day(11, 6)}),
        Step("given", {"until": day(11, 18)}),
    )


@pytest.mark.parametrize(("answered", "code"), [(day(11, 9), "met"), (day(11, 10), "met_late")])
def test_an_answer_ends_it_in_time_or_too_late(answered: date, code: str) -> None:
    entries = [*registered(day(11, 2)), Entry(Fact.RESPONSE_SENT, answered), Entry(Fact.CLOSED, day(11, 19))]

    found = why(entries, HOUSE_WEEK, "HOUSE_WEEK.RESPONSE")

    assert found.ending == Step(code, {"on": answered, "fact": Fact.RESPONSE_SENT})


def test_the_letter_that_was_earlier_is_the_one_that_met_it() -> None:
    entries = [*registered(day(11, 2)), Entry(Fact.DECISION_SENT, day(11, 6)), Entry(Fact.RESPONSE_SENT, day(11, 5))]

    found = why(entries, HOUSE_WEEK, "HOUSE_WEEK.RESPONSE")

    assert found.ending == Step("met", {"on": day(11, 5), "fact": Fact.RESPONSE_SENT})


def test_somebody_elses_term_is_never_met_late() -> None:
    rules = [replace(one_rule(Term(3, Unit.DAYS), rolls=False), informative=True)]
    entries = [*registered(day(11, 2)), Entry(Fact.DECISION_SENT, day(11, 30))]

    assert why(entries, rules, "TRY.ANSWER").ending == Step("met", {"on": day(11, 30), "fact": Fact.DECISION_SENT})


def test_what_lapsed_says_when_and_why() -> None:
    entries = [*registered(day(11, 2)), Entry(Fact.WITHDRAWN, day(11, 5))]

    found = why(entries, HOUSE_WEEK, "HOUSE_WEEK.RESPONSE")

    assert found.ending == Step("cancelled", {"on": day(11, 5), "reason": "withdrawn"})
    assert found.proven


def test_what_still_runs_has_no_ending() -> None:
    assert why(registered(day(11, 2)), HOUSE_WEEK, "HOUSE_WEEK.RESPONSE").ending is None


# What cannot be explained


def test_a_promise_of_an_unknown_rule_has_no_explanation() -> None:
    promise = Promise("OUD", "ANTWOORD", day(11, 2), day(11, 9), day(11, 9))

    assert explain(registered(day(11, 2)), HOUSE_WEEK, DUTCH, NAMES, promise) is None


def test_what_no_ledger_gives_keeps_its_rule_and_its_ending_only() -> None:
    gone = Promise("HOUSE_WEEK", "RESPONSE", day(1, 1), day(1, 8), day(1, 8), met_on=day(1, 9))

    for entries in (registered(day(11, 2)), []):
        found = explain(entries, HOUSE_WEEK, DUTCH, NAMES, gone)

        assert found is not None
        assert (found.promise, found.rule.key) == (gone, "HOUSE_WEEK.RESPONSE")
        assert (found.steps, found.ending) == ((Step("no_longer"),), Step("met_late", {"on": day(1, 9), "fact": None}))
        assert (found.target_on, found.legal_on, found.proven) == (None, None, False)
