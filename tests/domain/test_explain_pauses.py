"""What a reader of the explanation relies on, by hand: pauses, the maximum, notices, and how a promise ended."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from domain.explain import Part, Step, explain
from domain.facts import Fact
from domain.ledger import Entry
from domain.promises import Promise
from domain.terms import Term, Unit
from tests.domain.test_explain import DUTCH, HOUSE_WEEK, NAMES, PROFILE, codes, day, one_rule, parts, registered, step, why

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


def test_days_that_were_paused_before_the_count_began_are_given_back_at_its_end() -> None:
    entries = [*registered(day(11, 2)), Entry(Fact.PAUSED, day(11, 1), day(11, 4))]

    found = why(entries, HOUSE_WEEK, "HOUSE_WEEK.RESPONSE")

    assert [(each.on.day, each.part, each.number) for each in found.days[-4:]] == [
        (9, Part.COUNTED, 6),
        (10, Part.COUNTED, 7),
        (11, Part.GIVEN_BACK, None),
        (12, Part.TARGET, None),
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
    entries = [*registered(day(11, 2)), Entry(Fact.APPEAL_LODGED, day(11, 3)), Entry(Fact.RULING_PAUSED, day(11, 6))]
    beside = [*entries[:2], Entry(Fact.PAUSED, day(11, 3), day(11, 5)), *entries[2:]]

    assert codes(why(entries, HOUSE_WEEK, "HOUSE_WEEK.RESPONSE")) == ["started", "term_house"]
    assert codes(why(beside, HOUSE_WEEK, "HOUSE_WEEK.RESPONSE")) == ["started", "term_house", "paused"]
    assert codes(why(entries, HOUSE_WEEK, "HOUSE_WEEK.APPEAL_RULING"))[2:] == ["paused_still"]


def test_a_day_that_a_notice_named_stands_beside_the_pause_that_came_after_it() -> None:
    entries = [*registered(day(11, 2)), Entry(Fact.EXTENDED, day(11, 6), day(11, 20))]
    entries += [Entry(Fact.PAUSED, day(11, 10), day(11, 12)), Entry(Fact.CONTACT, day(11, 16))]

    found = why(entries, HOUSE_WEEK, "HOUSE_WEEK.EXPECTED_ANSWER")

    assert found.steps[1:3] == (
        Step("given", {"until": day(11, 20)}),
        Step("paused", {"start": day(11, 10), "last": day(11, 11), "days": 2, "until": day(11, 22)}),
    )
    assert found.target_on == day(11, 22)


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
