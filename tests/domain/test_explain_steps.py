"""What a reader of the explanation relies on, by hand: where a term comes from, what counts, what the Act does with its end."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from domain.book import Circumstances
from domain.explain import Closed, Closure, Day, Explanation, Part, Step, explain
from domain.facts import Fact
from domain.ledger import Entry, replay
from domain.terms import Standing, Term, Unit, When
from tests.domain.test_explain import (
    DUTCH,
    HOUSE_WEEK,
    NAMES,
    PROFILE,
    check,
    codes,
    day,
    one_rule,
    parts,
    registered,
    step,
    why,
)

WEEKEND = Closed(Closure.WEEKEND)


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


def test_a_term_in_hours_ends_on_the_day_in_which_its_last_hour_falls() -> None:
    assert step(tried(Term(24, Unit.HOURS), day(11, 2)), "term_law")["until"] == day(11, 3)
    assert step(tried(Term(25, Unit.HOURS), day(11, 2)), "term_law")["until"] == day(11, 4)


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


def test_a_term_that_runs_with_a_committee_only_is_explained_with_one() -> None:
    about = Circumstances(frozenset({When.COMMITTEE}))

    found = why(registered(day(11, 2)), PROFILE.rules_for("AWB", "HOUSE_WEEK"), "AWB.RESPONSE_COMMITTEE", about)

    assert step(found, "term_law") == {"term": Term(10, Unit.WEEKS), "until": date(2027, 1, 11)}


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


@pytest.mark.parametrize("term", [Term(2, Unit.WEEKS), Term(1, Unit.YEARS)])
def test_a_statutory_day_that_was_named_is_rolled_but_not_lengthened(term: Term) -> None:
    rule = replace(one_rule(term, rolls=True), trigger=(Fact.ACK_PROMISE_SENT,))
    entries = [*registered(day(10, 30)), Entry(Fact.ACK_PROMISE_SENT, day(10, 29), day(11, 1))]

    found = why(entries, [rule], "TRY.ANSWER")

    assert codes(found) == ["started", "given", "rolled"]
    assert (found.target_on, found.legal_on) == (day(11, 1), day(11, 2))


def test_a_day_that_a_notice_named_is_rolled_where_the_act_gave_the_term() -> None:
    entries = [*registered(day(11, 2)), Entry(Fact.EXTENDED, day(12, 10), date(2027, 2, 13))]  # a Saturday

    found = why(entries, PROFILE.rules_for("JEUGDWET", "HOUSE_WEEK"), "JEUGDWET.RESPONSE")

    assert codes(found) == ["heir", "given", "rolled_more"]
    assert (found.target_on, found.legal_on) == (date(2027, 2, 13), date(2027, 2, 15))
