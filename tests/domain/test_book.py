"""What facts do to promises, with the rules of the two profiles that ship."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from db.closed_days import closed_days
from db.profiles import parse, standard_source
from domain.book import Book, Circumstances, after, extended, latest_date, moved_measure
from domain.calendar import Calendar
from domain.errors import Refused
from domain.facts import Fact
from domain.promises import Promise, PromiseState, is_open, next_of, state
from domain.terms import Extension, Roll, Rule, Standing, Term, Unit

DUTCH = Calendar(frozenset(each.day for each in closed_days(2020, 2035)))
TODAY = date(2026, 11, 21)
RULES = {
    "training": parse(standard_source("training")).rules_for("HOUSE_WEEK"),
    "welzijn": parse(standard_source("kinderopvang-welzijn")).rules_for("HOUSE_WEEK"),
    "kinderopvang": parse(standard_source("kinderopvang-welzijn")).rules_for("WKO", "HOUSE_WEEK"),
    "unwanted": parse(standard_source("training")).rules_for("UNWANTED"),
    "whistleblower": parse(standard_source("kinderopvang-welzijn")).rules_for("WBK"),
}
relaxed = settings(derandomize=True, max_examples=150, deadline=None)


def day(month: int, number: int) -> date:
    return date(2026, month, number)


class Story:
    """One dossier, told as facts with their real dates."""

    def __init__(
        self, sector: str, received_on: date, registered_on: date | None = None, about: Circumstances | None = None
    ) -> None:
        self.rules, self.about, self.book = RULES[sector], about or Circumstances(), Book()
        self.then(Fact.RECEIVED, received_on)
        self.then(Fact.REGISTERED, registered_on or received_on)

    def then(self, fact: Fact, on: date, given: date | None = None) -> Story:
        self.book = after(self.book, self.rules, fact, on, DUTCH, given, self.about)
        return self

    def extend(self, to: date, notice_on: date, by: Fact = Fact.EXTENDED) -> Story:
        self.book = extended(self.book, self.rules, to, notice_on, DUTCH, by)
        return self

    def all(self, key: str) -> list[Promise]:
        return [each for each in self.book if each.key == key]

    def last(self, key: str) -> Promise:
        return self.all(key)[-1]

    def stands(self, key: str, today: date = TODAY) -> PromiseState:
        return state(self.last(key), today)

    def open(self) -> set[str]:
        return {each.key for each in self.book if is_open(each) and not each.informative}


# What opens at the start


def test_a_house_complaint_starts_with_four_clocks() -> None:
    story = Story("training", day(11, 20))

    targets = {each.key: each.target_on for each in story.book}

    assert targets == {
        "HOUSE_WEEK.ACK": day(11, 24),
        "HOUSE_WEEK.CONSULT": day(11, 23),
        "HOUSE_WEEK.DECIDE_OR_CONTACT": day(11, 27),
        "HOUSE_WEEK.RESPONSE": day(11, 27),
    }


def test_a_childcare_complaint_carries_the_statutory_clock_and_the_house_week() -> None:
    story = Story("kinderopvang", day(3, 24))

    law = story.last("WKO.RESPONSE")

    assert (law.target_on, law.legal_on, law.statutory) == (day(5, 5), day(5, 6), True)
    assert story.last("WKO.PROGRESS").target_on == day(4, 7)
    assert story.last("HOUSE_WEEK.RESPONSE").target_on == day(3, 31)
    assert story.last("WKO.COMMITTEE_WINDOW").informative
    assert not story.all("WKO.ABUSE_CONSULT")


def test_consultation_counts_from_registration_not_from_receipt() -> None:
    story = Story("training", day(11, 10), registered_on=day(11, 20))

    assert story.last("HOUSE_WEEK.CONSULT").target_on == day(11, 23)
    assert story.last("HOUSE_WEEK.ACK").target_on == day(11, 12)


def test_the_rules_of_the_organisation_open_nothing_in_a_dossier() -> None:
    story = Story("kinderopvang", day(11, 2)).then(Fact.REVIEWED, day(11, 3)).then(Fact.YEAR_ENDED, day(11, 4))

    assert not story.all("HOUSE_WEEK.ANNUAL_REVIEW") + story.all("WKO.YEAR_REPORT")


def test_telling_a_fact_twice_opens_nothing_twice() -> None:
    story = Story("kinderopvang", day(11, 2))
    before = story.book

    story.then(Fact.RECEIVED, day(11, 2)).then(Fact.REGISTERED, day(11, 2))

    assert story.book == before


# What meets what


@pytest.mark.parametrize("letter", [Fact.ACK_ACTION_SENT, Fact.ACK_PROMISE_SENT])
def test_the_acknowledgement_is_met_by_either_variant_and_by_nothing_else(letter: Fact) -> None:
    others = set(Fact) - {
        Fact.ACK_ACTION_SENT,
        Fact.ACK_PROMISE_SENT,
        Fact.EXTENDED,
        Fact.RULING_EXTENDED,
        Fact.MEASURE_AGREED,
        Fact.MEASURE_MOVED,
    }
    for fact in others:
        assert Story("kinderopvang", day(11, 20)).then(fact, day(11, 20)).last("HOUSE_WEEK.ACK").met_on is None

    assert Story("kinderopvang", day(11, 20)).then(letter, day(11, 23)).last("HOUSE_WEEK.ACK").met_on == day(11, 23)


def test_the_response_is_met_by_a_response_or_a_decision_letter_and_by_nothing_else() -> None:
    met_by = set()
    for fact in set(Fact) - {Fact.EXTENDED, Fact.RULING_EXTENDED, Fact.MEASURE_AGREED, Fact.MEASURE_MOVED}:
        story = Story("kinderopvang", day(11, 20)).then(fact, day(11, 24))
        if story.all("HOUSE_WEEK.RESPONSE")[0].met_on:
            met_by.add(fact)

    assert met_by == {Fact.RESPONSE_SENT, Fact.DECISION_SENT, Fact.RESOLVED}


def test_the_statutory_judgment_is_met_by_the_decision_letter_only() -> None:
    met_by = set()
    for fact in set(Fact) - {Fact.EXTENDED, Fact.RULING_EXTENDED, Fact.MEASURE_AGREED, Fact.MEASURE_MOVED}:
        story = Story("kinderopvang", day(11, 20)).then(Fact.ACK_PROMISE_SENT, day(11, 23)).then(fact, day(11, 24))
        if story.last("WKO.RESPONSE").met_on:
            met_by.add(fact)

    assert met_by == {Fact.DECISION_SENT}


def test_a_call_before_the_acknowledgement_is_not_yet_the_contact_that_was_promised() -> None:
    story = Story("training", day(11, 20)).then(Fact.CONTACT, day(11, 20))

    assert story.last("HOUSE_WEEK.DECIDE_OR_CONTACT").met_on is None


def test_a_call_after_the_acknowledgement_meets_it_and_not_the_response() -> None:
    story = Story("training", day(11, 20)).then(Fact.ACK_PROMISE_SENT, day(11, 23)).then(Fact.CONTACT, day(11, 24))

    assert story.last("HOUSE_WEEK.DECIDE_OR_CONTACT").met_on == day(11, 24)
    assert story.last("HOUSE_WEEK.RESPONSE").met_on is None


def test_a_decision_meets_it_without_any_contact() -> None:
    story = Story("training", day(11, 20)).then(Fact.DECIDED, day(11, 24))

    assert story.last("HOUSE_WEEK.DECIDE_OR_CONTACT").met_on == day(11, 24)


def test_the_acknowledgement_letter_itself_is_not_contact_after_it() -> None:
    story = Story("training", day(11, 20)).then(Fact.ACK_PROMISE_SENT, day(11, 23)).then(Fact.OUTBOUND, day(11, 23))

    assert story.last("HOUSE_WEEK.DECIDE_OR_CONTACT").met_on is None


def test_a_progress_letter_after_it_is_contact() -> None:
    story = Story("training", day(11, 20)).then(Fact.ACK_PROMISE_SENT, day(11, 23)).then(Fact.OUTBOUND, day(11, 25))

    assert story.last("HOUSE_WEEK.DECIDE_OR_CONTACT").met_on == day(11, 25)


def test_the_promise_in_the_acknowledgement_is_a_third_clock() -> None:
    story = Story("training", day(11, 20)).then(Fact.ACK_PROMISE_SENT, day(11, 24))

    assert story.last("HOUSE_WEEK.PROMISED_RESPONSE").target_on == day(12, 1)
    assert not Story("training", day(11, 20)).then(Fact.ACK_ACTION_SENT, day(11, 24)).all("HOUSE_WEEK.PROMISED_RESPONSE")


def test_an_earlier_promised_date_counts_and_touches_no_other_clock() -> None:
    story = Story("kinderopvang", day(11, 20)).then(Fact.ACK_PROMISE_SENT, day(11, 24), day(11, 26))

    assert story.last("HOUSE_WEEK.PROMISED_RESPONSE").target_on == day(11, 26)
    assert story.last("WKO.PROGRESS").target_on == day(12, 8)


def test_a_promised_date_lies_within_the_week_and_after_the_letter() -> None:
    with pytest.raises(Refused, match="promise_too_far") as too_far:
        Story("training", day(11, 20)).then(Fact.ACK_PROMISE_SENT, day(11, 24), day(12, 2))
    with pytest.raises(Refused, match="promise_in_the_past"):
        Story("training", day(11, 20)).then(Fact.ACK_PROMISE_SENT, day(11, 24), day(11, 23))

    assert too_far.value.values == {"latest": day(12, 1)}


def test_consultation_and_expert_are_met_by_their_own_facts() -> None:
    story = Story("kinderopvang", day(11, 20)).then(Fact.SUSPICION_KNOWN, day(11, 20))
    assert story.last("WKO.ABUSE_CONSULT").target_on == day(11, 20)

    story.then(Fact.CONSULTED, day(11, 21)).then(Fact.EXPERT_CONSULTED, day(11, 20))

    assert story.last("HOUSE_WEEK.CONSULT").met_on == day(11, 21)
    assert story.stands("WKO.ABUSE_CONSULT") is PromiseState.KEPT


def test_a_suspicion_that_comes_up_later_opens_the_same_day_duty() -> None:
    story = Story("kinderopvang", day(11, 2))

    story.then(Fact.SUSPICION_KNOWN, day(11, 12))

    assert story.last("WKO.ABUSE_CONSULT").target_on == day(11, 12)


def test_each_measure_has_a_promise_of_its_own() -> None:
    story = Story("kinderopvang", day(11, 2)).then(Fact.MEASURE_AGREED, day(11, 20), day(12, 1))
    story.then(Fact.MEASURE_AGREED, day(11, 20), day(12, 15))

    story.then(Fact.MEASURE_DONE, day(12, 10), day(12, 15))

    assert [each.met_on for each in story.all("WKO.MEASURE")] == [None, day(12, 10)]


def test_two_measures_for_one_day_are_met_one_by_one() -> None:
    story = Story("kinderopvang", day(11, 2))
    for _ in range(2):
        story.then(Fact.MEASURE_AGREED, day(11, 20), day(12, 1))

    story.then(Fact.MEASURE_DONE, day(11, 25), day(12, 1)).then(Fact.MEASURE_DONE, day(11, 26), day(12, 1))

    assert [each.met_on for each in story.all("WKO.MEASURE")] == [day(11, 25), day(11, 26)]


def test_a_measure_goes_on_under_another_date() -> None:
    story = Story("kinderopvang", day(11, 2)).then(Fact.MEASURE_AGREED, day(11, 9), day(11, 20))
    in_time = moved_measure(story.book, story.rules, day(11, 20), day(12, 1), day(11, 20), DUTCH)
    late = moved_measure(story.book, story.rules, day(11, 20), day(12, 5), day(11, 23), DUTCH)

    def measures(book: Book) -> list[tuple[date, date, PromiseState]]:
        return [(each.target_on, each.legal_on, state(each, TODAY)) for each in book if each.key == "WKO.MEASURE"]

    assert measures(in_time) == [
        (day(11, 20), day(11, 20), PromiseState.EXTENDED_IN_TIME),
        (day(12, 1), day(12, 1), PromiseState.OPEN),
    ]
    assert measures(late) == [  # a Saturday stays one: somebody named it
        (day(11, 20), day(11, 20), PromiseState.EXTENDED_LATE),
        (day(12, 5), day(12, 5), PromiseState.OPEN),
    ]


@pytest.mark.parametrize(
    ("new", "notice"), [(day(11, 20), day(11, 18)), (day(11, 19), day(11, 18)), (day(11, 23), day(11, 23))]
)
def test_a_measure_moves_to_a_later_day(new: date, notice: date) -> None:
    story = Story("kinderopvang", day(11, 2)).then(Fact.MEASURE_AGREED, day(11, 9), day(11, 20))

    with pytest.raises(Refused) as refused:
        moved_measure(story.book, story.rules, day(11, 20), new, notice, DUTCH)

    assert refused.value.code == "date_not_later"


def test_only_the_measure_of_that_date_moves_or_lapses() -> None:
    story = Story("kinderopvang", day(11, 2)).then(Fact.MEASURE_AGREED, day(11, 9), day(11, 20))
    story.then(Fact.MEASURE_AGREED, day(11, 9), day(12, 15)).then(Fact.MEASURE_AGREED, day(11, 9), day(12, 15))

    moved = moved_measure(story.book, story.rules, day(11, 20), day(12, 1), day(11, 16), DUTCH)
    story.then(Fact.DECISION_SUPERSEDED, day(11, 17), day(12, 15))

    assert [each.extended_to for each in moved if each.key == "WKO.MEASURE"] == [day(12, 1), None, None, None]
    assert [each.cancelled_on for each in story.all("WKO.MEASURE")] == [None, day(11, 17), None]
    assert moved_measure(moved, story.rules, day(11, 20), day(12, 9), day(11, 18), DUTCH) == moved  # it moved already


def test_a_measure_outlives_the_dossier() -> None:
    story = Story("kinderopvang", day(11, 2)).then(Fact.MEASURE_AGREED, day(11, 20), day(12, 1)).then(Fact.CLOSED, day(11, 25))

    assert story.open() == {"WKO.MEASURE"}


# Progress


def test_every_message_starts_two_new_weeks_until_the_judgment() -> None:
    story = Story("kinderopvang", day(11, 2)).then(Fact.ACK_PROMISE_SENT, day(11, 4)).then(Fact.OUTBOUND, day(11, 16))
    assert [(each.met_on, each.target_on) for each in story.all("WKO.PROGRESS")] == [
        (day(11, 4), day(11, 16)),
        (day(11, 16), day(11, 18)),
        (None, day(11, 30)),
    ]

    story.then(Fact.DECISION_SENT, day(11, 20))

    assert len(story.all("WKO.PROGRESS")) == 3
    assert not {"WKO.PROGRESS", "WKO.RESPONSE", "HOUSE_WEEK.RESPONSE"} & story.open()


def test_a_response_that_is_not_the_judgment_leaves_the_duty_to_report_progress() -> None:
    story = Story("kinderopvang", day(11, 2)).then(Fact.RESPONSE_SENT, day(11, 6))

    assert story.last("WKO.PROGRESS").target_on == day(11, 20)
    assert "WKO.RESPONSE" in story.open()


def test_two_letters_on_one_day_are_one_progress() -> None:
    story = Story("kinderopvang", day(11, 2)).then(Fact.OUTBOUND, day(11, 6)).then(Fact.OUTBOUND, day(11, 6))

    assert len(story.all("WKO.PROGRESS")) == 2


def test_a_judgment_on_the_day_of_the_acknowledgement_leaves_nothing_to_report() -> None:
    story = Story("kinderopvang", day(11, 2)).then(Fact.ACK_PROMISE_SENT, day(11, 4)).then(Fact.DECISION_SENT, day(11, 4))

    assert not {"WKO.PROGRESS", "WKO.RESPONSE"} & story.open()


# Entering afterwards


def test_an_old_finished_case_gets_its_real_dates_and_no_false_red() -> None:
    story = Story("training", day(3, 2), registered_on=day(3, 2))
    story.then(Fact.CONSULTED, day(3, 2)).then(Fact.ACK_PROMISE_SENT, day(3, 3)).then(Fact.CONTACT, day(3, 5))
    story.then(Fact.DECIDED, day(3, 6)).then(Fact.DECISION_SENT, day(3, 9)).then(Fact.CLOSED, day(5, 1))

    states = {each.key: state(each, TODAY) for each in story.book if not each.informative}

    assert set(states.values()) == {PromiseState.KEPT}


def test_a_contact_that_is_recorded_later_but_was_earlier_saves_the_promise() -> None:
    story = Story("training", day(11, 2)).then(Fact.ACK_PROMISE_SENT, day(11, 3)).then(Fact.CONTACT, day(11, 12))
    assert story.stands("HOUSE_WEEK.DECIDE_OR_CONTACT") is PromiseState.MISSED

    story.then(Fact.CONTACT, day(11, 6))

    assert story.stands("HOUSE_WEEK.DECIDE_OR_CONTACT") is PromiseState.KEPT


def test_a_later_fact_never_spoils_a_promise_that_was_kept() -> None:
    story = Story("training", day(11, 2)).then(Fact.RESPONSE_SENT, day(11, 6)).then(Fact.RESPONSE_SENT, day(11, 18))

    assert story.last("HOUSE_WEEK.RESPONSE").met_on == day(11, 6)


def test_solved_on_the_spot_and_entered_ten_days_later_nothing_is_red() -> None:
    solved = Circumstances(already_resolved=True, resolved_on=day(11, 10))
    story = Story("kinderopvang", day(11, 10), registered_on=day(11, 20), about=solved)
    assert not [each.key for each in story.book if state(each, day(11, 20)) is PromiseState.MISSED]

    story.then(Fact.ACK_ACTION_SENT, day(11, 20))

    assert not story.open()
    assert not [each.key for each in story.book if state(each, TODAY) is PromiseState.MISSED]
    assert story.last("HOUSE_WEEK.RESPONSE").met_on == day(11, 20)


def test_a_case_solved_months_ago_is_no_broken_law() -> None:
    solved = Circumstances(already_resolved=True, resolved_on=day(6, 1))
    story = Story("kinderopvang", day(6, 1), registered_on=day(11, 20), about=solved).then(Fact.ACK_ACTION_SENT, day(11, 20))

    assert story.stands("WKO.RESPONSE") is PromiseState.CANCELLED


def test_an_action_letter_answers_only_what_was_already_resolved() -> None:
    story = Story("training", day(11, 17)).then(Fact.ACK_ACTION_SENT, day(11, 17))

    assert story.open() == {"HOUSE_WEEK.CONSULT", "HOUSE_WEEK.DECIDE_OR_CONTACT", "HOUSE_WEEK.RESPONSE"}


# Ending


@pytest.mark.parametrize("end", [Fact.WITHDRAWN, Fact.NOT_HANDLED, Fact.CLOSED])
@pytest.mark.parametrize("sector", ["training", "welzijn", "kinderopvang"])
def test_the_end_of_a_dossier_ends_what_is_open_and_says_why(sector: str, end: Fact) -> None:
    story = Story(sector, day(11, 20)).then(Fact.ACK_PROMISE_SENT, day(11, 20)).then(end, day(11, 21))

    assert not story.open()
    assert story.last("HOUSE_WEEK.RESPONSE").cancel_reason == end.value
    assert story.last("HOUSE_WEEK.ACK").met_on == day(11, 20)


def test_a_red_flag_consultation_is_not_ended_by_withdrawing() -> None:
    story = Story("kinderopvang", day(11, 20)).then(Fact.SUSPICION_KNOWN, day(11, 20)).then(Fact.WITHDRAWN, day(11, 20))

    assert story.open() == {"WKO.ABUSE_CONSULT"}


def test_going_outside_changes_no_promise_of_ours() -> None:
    story = Story("kinderopvang", day(11, 19))
    before = [each for each in story.book if not each.informative]

    story.then(Fact.EXTERNAL_SUBMITTED, day(11, 19)).then(Fact.EXTERNAL_RULED, day(11, 20))

    assert [each for each in story.book if not each.informative] == before
    assert story.last("WKO.COMMITTEE_WINDOW").met_on == day(11, 19)


def test_nobody_to_write_to_ends_what_would_be_written_and_nothing_else() -> None:
    story = Story("kinderopvang", day(11, 5)).then(Fact.ACK_IMPOSSIBLE, day(11, 20))

    assert story.stands("HOUSE_WEEK.ACK") is PromiseState.CANCELLED
    assert story.last("HOUSE_WEEK.ACK").cancel_reason == "ack_impossible"
    assert {"HOUSE_WEEK.DECIDE_OR_CONTACT", "WKO.RESPONSE"} <= story.open()


# Extension


def test_the_worked_example_of_the_week() -> None:
    story = Story("training", day(11, 20)).then(Fact.ACK_PROMISE_SENT, day(11, 24))
    soonest = next_of(each for each in story.book if each.code not in ("CONSULT",))
    assert soonest is not None
    assert soonest.due_on == day(11, 27)

    story.extend(day(12, 11), notice_on=day(11, 26))

    assert story.stands("HOUSE_WEEK.RESPONSE") is PromiseState.EXTENDED_IN_TIME
    assert story.stands("HOUSE_WEEK.PROMISED_RESPONSE") is PromiseState.EXTENDED_IN_TIME
    assert story.last("HOUSE_WEEK.DECIDE_OR_CONTACT").met_on == day(11, 26)
    assert story.last("HOUSE_WEEK.EXPECTED_ANSWER").target_on == day(12, 11)
    assert [each.code for each in story.book].count("EXPECTED_ANSWER") == 1


def test_a_late_notice_is_counted_as_late_for_each_promise_by_itself() -> None:
    story = Story("training", day(11, 9)).then(Fact.ACK_PROMISE_SENT, day(11, 11)).extend(day(12, 4), notice_on=day(11, 17))

    assert story.stands("HOUSE_WEEK.RESPONSE") is PromiseState.EXTENDED_LATE
    assert story.stands("HOUSE_WEEK.PROMISED_RESPONSE") is PromiseState.EXTENDED_IN_TIME


def test_an_extension_can_be_extended_again_and_the_answer_meets_the_last_one() -> None:
    story = Story("training", day(11, 2)).then(Fact.ACK_PROMISE_SENT, day(11, 3))
    story.extend(day(11, 16), notice_on=day(11, 9)).extend(day(11, 20), notice_on=day(11, 16))

    story.then(Fact.DECISION_SENT, day(11, 19))

    first, second = story.all("HOUSE_WEEK.EXPECTED_ANSWER")
    assert state(first, TODAY) is PromiseState.EXTENDED_IN_TIME
    assert state(second, TODAY) is PromiseState.KEPT


def test_an_answer_from_before_the_notice_still_answers() -> None:
    story = Story("training", day(11, 2)).then(Fact.ACK_PROMISE_SENT, day(11, 3)).extend(day(11, 20), notice_on=day(11, 9))

    story.then(Fact.RESPONSE_SENT, day(11, 6))

    assert "HOUSE_WEEK.EXPECTED_ANSWER" not in story.open()


def test_the_new_date_is_later_than_the_notice_and_than_what_was_promised() -> None:
    story = Story("training", day(11, 20)).then(Fact.ACK_PROMISE_SENT, day(11, 24))

    with pytest.raises(Refused, match="date_not_later") as refused:
        story.extend(day(12, 1), notice_on=day(11, 26))

    assert refused.value.field == "new_date"
    assert refused.value.values == {"earliest": day(12, 2)}


def test_there_must_be_something_to_extend() -> None:
    story = Story("training", day(11, 2)).then(Fact.DECIDED, day(11, 5)).then(Fact.DECISION_SENT, day(11, 6))

    with pytest.raises(Refused, match="nothing_to_extend"):
        story.extend(day(12, 1), notice_on=day(11, 9))


def test_the_six_weeks_of_childcare_are_a_ceiling_for_the_house_week() -> None:
    story = Story("kinderopvang", day(11, 11)).then(Fact.ACK_PROMISE_SENT, day(11, 12))

    with pytest.raises(Refused, match="beyond_statutory_maximum") as refused:
        story.extend(day(12, 24), notice_on=day(11, 18))
    story.extend(day(12, 23), notice_on=day(11, 18))

    assert refused.value.values["latest"] == day(12, 23)
    assert "1.57b" in str(refused.value.values["article"])
    assert story.stands("WKO.RESPONSE") is PromiseState.OPEN


def test_the_ceiling_is_the_raw_end_not_the_rolled_one() -> None:
    story = Story("kinderopvang", day(3, 24)).then(Fact.ACK_PROMISE_SENT, day(3, 25))

    with pytest.raises(Refused, match="beyond_statutory_maximum"):
        story.extend(day(5, 6), notice_on=day(3, 30))


def test_welfare_may_extend_the_week_by_six_weeks_and_no_further() -> None:
    story = Story("welzijn", day(11, 2)).then(Fact.ACK_PROMISE_SENT, day(11, 3)).extend(day(11, 30), notice_on=day(11, 9))

    with pytest.raises(Refused, match="beyond_house_maximum") as refused:
        story.extend(day(12, 22), notice_on=day(11, 20))

    assert refused.value.values["latest"] == day(12, 21)


def test_training_has_no_outer_limit() -> None:
    story = Story("training", day(11, 2))

    assert latest_date(story.book, story.rules, DUTCH) is None


def test_an_extension_of_the_ruling_moves_the_ruling_only() -> None:
    story = Story("welzijn", day(9, 7)).then(Fact.APPEAL_LODGED, day(9, 21))

    story.extend(day(11, 23), notice_on=day(10, 16), by=Fact.RULING_EXTENDED)

    first, second = story.all("HOUSE_WEEK.APPEAL_RULING")
    assert (first.target_on, state(first, TODAY)) == (day(10, 19), PromiseState.EXTENDED_IN_TIME)
    assert (second.target_on, state(second, TODAY)) == (day(11, 23), PromiseState.OPEN)
    assert not story.all("HOUSE_WEEK.EXPECTED_ANSWER")


# Appeal


def test_an_appeal_opens_its_clocks_and_closes_the_window() -> None:
    story = Story("training", day(8, 24)).then(Fact.DECISION_SENT, day(8, 31))
    assert story.last("HOUSE_WEEK.APPEAL_LODGE").legal_on == day(10, 12)

    story.then(Fact.APPEAL_LODGED, day(9, 10)).then(Fact.APPEAL_ACK_SENT, day(9, 14)).then(Fact.APPEAL_RULING_SENT, day(10, 8))

    assert story.last("HOUSE_WEEK.APPEAL_LODGE").met_on == day(9, 10)
    assert state(story.last("HOUSE_WEEK.APPEAL_ACK"), TODAY) is PromiseState.KEPT
    assert state(story.last("HOUSE_WEEK.APPEAL_RULING"), TODAY) is PromiseState.KEPT


def test_an_annulled_decision_starts_a_new_week_that_an_old_letter_does_not_meet() -> None:
    story = Story("training", day(8, 24)).then(Fact.DECISION_SENT, day(8, 31)).then(Fact.NEW_DECISION_NEEDED, day(10, 5))
    story.then(Fact.RESPONSE_SENT, day(9, 1))
    assert story.last("HOUSE_WEEK.RESPONSE").target_on == day(10, 12)
    assert "HOUSE_WEEK.RESPONSE" in story.open()

    story.then(Fact.DECISION_SENT, day(10, 9))

    assert [each.met_on for each in story.all("HOUSE_WEEK.RESPONSE")] == [day(8, 31), day(10, 9)]


def test_a_reopened_dossier_owes_an_answer_within_a_week() -> None:
    story = Story("training", day(8, 24)).then(Fact.DECISION_SENT, day(8, 31)).then(Fact.CLOSED, day(9, 1))

    story.then(Fact.REOPENED, day(11, 2))

    assert story.last("HOUSE_WEEK.RESPONSE").target_on == day(11, 9)


def test_after_the_judgment_the_six_weeks_are_no_ceiling_any_more() -> None:
    story = Story("kinderopvang", day(8, 24)).then(Fact.ACK_ACTION_SENT, day(8, 25)).then(Fact.DECISION_SENT, day(9, 1))
    story.then(Fact.NEW_DECISION_NEEDED, day(11, 2))

    story.extend(day(11, 30), notice_on=day(11, 6))

    assert story.last("HOUSE_WEEK.EXPECTED_ANSWER").target_on == day(11, 30)


# A statutory procedure that can be extended once (the general engine; other procedures come later)


WKKGZ = (
    Rule(
        procedure="WKKGZ",
        code="RESPONSE",
        label="Oordeel",
        trigger=(Fact.RECEIVED,),
        met_by=(Fact.DECISION_SENT,),
        cancelled_by=(Fact.WITHDRAWN,),
        standing=Standing.LAW,
        source="Wkkgz art. 17",
        term=Term(6, Unit.WEEKS),
        roll=Roll.NEXT_WORKING_DAY,
        extend=Extension(Fact.EXTENDED, "RESPONSE", once=True, before_expiry=True, limit=Term(4, Unit.WEEKS)),
    ),
)


def test_a_term_that_may_be_extended_once_counts_its_four_weeks_from_the_raw_end() -> None:
    book = after((), WKKGZ, Fact.RECEIVED, day(3, 24), DUTCH)

    with pytest.raises(Refused, match="beyond_statutory_maximum") as refused:
        extended(book, WKKGZ, day(6, 3), day(4, 20), DUTCH)
    book = extended(book, WKKGZ, day(6, 2), day(4, 20), DUTCH)

    assert refused.value.values["latest"] == day(6, 2)
    assert [each.target_on for each in book] == [day(5, 5), day(6, 2)]


def test_a_second_extension_is_refused_even_within_the_limit() -> None:
    book = after((), WKKGZ, Fact.RECEIVED, day(3, 24), DUTCH)
    book = extended(book, WKKGZ, day(5, 20), day(4, 20), DUTCH)

    with pytest.raises(Refused, match="extension_used"):
        extended(book, WKKGZ, day(5, 28), day(5, 19), DUTCH)


def test_a_notice_after_expiry_is_refused_where_the_act_says_before() -> None:
    book = after((), WKKGZ, Fact.RECEIVED, day(3, 24), DUTCH)

    with pytest.raises(Refused, match="notice_too_late"):
        extended(book, WKKGZ, day(5, 20), day(5, 7), DUTCH)


# Closed compartments


def test_a_report_of_wrongdoing_is_acknowledged_in_a_week_and_answered_in_three_months_after_that() -> None:
    story = Story("whistleblower", day(10, 26))
    assert story.last("WBK.ACK").target_on == day(11, 2)
    assert story.stands("WBK.REGISTER") is PromiseState.KEPT
    assert not story.all("WBK.FEEDBACK")

    story.then(Fact.ACK_SENT, day(10, 30))

    assert story.last("WBK.FEEDBACK").target_on == date(2027, 1, 30)
    assert story.last("WBK.FEEDBACK").legal_on == date(2027, 2, 1)


def test_the_confidant_speaks_to_the_person_within_two_working_days() -> None:
    story = Story("unwanted", day(10, 12))

    assert story.last("UNWANTED.FIRST_CONTACT").target_on == day(10, 14)
    assert story.then(Fact.CONTACT, day(10, 13)).stands("UNWANTED.FIRST_CONTACT") is PromiseState.KEPT


# The samples (tests/data/sample_states.json)


def test_v01_call_and_extension_in_time() -> None:
    story = Story("kinderopvang", day(11, 2)).then(Fact.ACK_PROMISE_SENT, day(11, 3)).then(Fact.CONTACT, day(11, 5))
    story.extend(day(12, 7), notice_on=day(11, 9))

    assert story.last("WKO.RESPONSE").target_on == day(12, 14)
    assert story.stands("HOUSE_WEEK.DECIDE_OR_CONTACT") is PromiseState.KEPT
    assert story.stands("HOUSE_WEEK.RESPONSE") is PromiseState.EXTENDED_IN_TIME
    assert story.last("HOUSE_WEEK.EXPECTED_ANSWER").target_on == day(12, 7)


def test_v02_the_statutory_term_has_passed_and_is_still_open() -> None:
    law = Story("kinderopvang", day(10, 5)).last("WKO.RESPONSE")

    assert law.target_on == law.legal_on == day(11, 16)
    assert state(law, TODAY) is PromiseState.MISSED
    assert is_open(law)


def test_v03_promised_and_forgotten() -> None:
    story = Story("welzijn", day(11, 10)).then(Fact.ACK_PROMISE_SENT, day(11, 12))

    assert story.stands("HOUSE_WEEK.ACK") is PromiseState.KEPT
    for code, target in (("DECIDE_OR_CONTACT", day(11, 17)), ("RESPONSE", day(11, 17)), ("PROMISED_RESPONSE", day(11, 19))):
        assert story.last(f"HOUSE_WEEK.{code}").target_on == target
        assert story.stands(f"HOUSE_WEEK.{code}") is PromiseState.MISSED


def test_v04_registered_and_left() -> None:
    story = Story("training", day(11, 13))

    assert story.last("HOUSE_WEEK.ACK").target_on == day(11, 17)
    assert story.last("HOUSE_WEEK.RESPONSE").target_on == day(11, 20)
    assert story.stands("HOUSE_WEEK.ACK") is story.stands("HOUSE_WEEK.RESPONSE") is PromiseState.MISSED


def test_v05_contact_in_the_week_extension_in_time_answer_kept() -> None:
    story = Story("training", day(9, 18)).then(Fact.CONSULTED, day(9, 21)).then(Fact.ACK_PROMISE_SENT, day(9, 21))
    story.then(Fact.CONTACT, day(9, 23)).extend(day(10, 9), notice_on=day(9, 24))
    story.then(Fact.DECIDED, day(10, 6)).then(Fact.DECISION_SENT, day(10, 7)).then(Fact.CLOSED, day(10, 30))

    assert story.last("HOUSE_WEEK.DECIDE_OR_CONTACT").met_on == day(9, 23)
    assert story.stands("HOUSE_WEEK.RESPONSE") is PromiseState.EXTENDED_IN_TIME
    assert story.stands("HOUSE_WEEK.EXPECTED_ANSWER") is PromiseState.KEPT
    assert not story.open()


@pytest.mark.parametrize(("sector", "received_on"), [("training", day(11, 17)), ("kinderopvang", day(11, 16))])
def test_v06_and_v07_solved_at_once(sector: str, received_on: date) -> None:
    solved = Circumstances(already_resolved=True, resolved_on=received_on)
    story = Story(sector, received_on, about=solved).then(Fact.ACK_ACTION_SENT, received_on)

    assert not story.open()
    assert PromiseState.MISSED not in {state(each, TODAY) for each in story.book}
    assert story.stands("HOUSE_WEEK.RESPONSE") is PromiseState.KEPT


def test_v08_revised_in_appeal() -> None:
    story = Story("training", day(8, 24)).then(Fact.ACK_PROMISE_SENT, day(8, 25)).then(Fact.CONSULTED, day(8, 25))
    story.then(Fact.DECIDED, day(8, 31)).then(Fact.DECISION_SENT, day(8, 31)).then(Fact.APPEAL_LODGED, day(9, 10))
    story.then(Fact.APPEAL_ACK_SENT, day(9, 11)).then(Fact.APPEAL_RULING_SENT, day(10, 5)).then(Fact.CLOSED, day(10, 20))

    assert {state(each, TODAY) for each in story.book} == {PromiseState.KEPT}


def test_v09_the_ruling_is_due_in_two_days() -> None:
    story = Story("welzijn", day(9, 7)).then(Fact.ACK_PROMISE_SENT, day(9, 8)).then(Fact.CONSULTED, day(9, 8))
    story.then(Fact.DECIDED, day(9, 11)).then(Fact.DECISION_SENT, day(9, 11)).then(Fact.APPEAL_LODGED, day(9, 21))
    story.then(Fact.APPEAL_ACK_SENT, day(9, 22)).extend(day(11, 23), notice_on=day(10, 15), by=Fact.RULING_EXTENDED)

    assert story.all("HOUSE_WEEK.APPEAL_RULING")[0].target_on == day(10, 19)
    assert story.open() == {"HOUSE_WEEK.APPEAL_RULING"}
    assert story.last("HOUSE_WEEK.APPEAL_RULING").target_on == day(11, 23)


def test_v11_acknowledgement_of_the_report_is_due_on_2_november() -> None:
    assert Story("whistleblower", day(10, 26)).last("WBK.ACK").legal_on == day(11, 2)


def test_v13_extended_in_time_on_the_last_day() -> None:
    story = Story("training", day(11, 9)).then(Fact.ACK_PROMISE_SENT, day(11, 10)).extend(day(12, 4), notice_on=day(11, 16))

    assert story.last("HOUSE_WEEK.PROMISED_RESPONSE").target_on == day(11, 17)
    assert story.stands("HOUSE_WEEK.RESPONSE") is PromiseState.EXTENDED_IN_TIME
    assert story.stands("HOUSE_WEEK.PROMISED_RESPONSE") is PromiseState.EXTENDED_IN_TIME
    assert story.last("HOUSE_WEEK.EXPECTED_ANSWER").target_on == day(12, 4)
    assert "HOUSE_WEEK.EXPECTED_ANSWER" in story.open()


def test_v15_a_complaint_about_the_director_has_the_same_clocks() -> None:
    story = Story("training", day(11, 18))

    assert story.last("HOUSE_WEEK.ACK").target_on == day(11, 20)
    assert story.stands("HOUSE_WEEK.ACK") is PromiseState.MISSED
    assert story.last("HOUSE_WEEK.RESPONSE").target_on == day(11, 25)


def test_v16_withdrawn_leaves_nothing_open() -> None:
    story = Story("welzijn", day(11, 12)).then(Fact.WITHDRAWN, day(11, 16)).then(Fact.OUTBOUND, day(11, 16))

    assert not story.open()
    assert PromiseState.MISSED not in {state(each, TODAY) for each in story.book if each.code != "CONSULT"}


def test_v17_the_internal_clocks_run_while_the_committee_looks() -> None:
    story = Story("kinderopvang", day(11, 19)).then(Fact.EXTERNAL_SUBMITTED, day(11, 19))

    assert story.last("HOUSE_WEEK.RESPONSE").target_on == day(11, 26)
    assert story.stands("HOUSE_WEEK.RESPONSE") is PromiseState.OPEN


def test_v18_the_parents_committee_has_the_six_weeks_too() -> None:
    story = Story("kinderopvang", day(10, 19)).then(Fact.ACK_PROMISE_SENT, day(10, 20))

    assert story.last("WKO.RESPONSE").target_on == day(11, 30)


def test_v19_the_expert_must_be_consulted_the_same_day() -> None:
    story = Story("kinderopvang", day(11, 20)).then(Fact.SUSPICION_KNOWN, day(11, 20))

    assert story.last("WKO.ABUSE_CONSULT").legal_on == day(11, 20)
    assert story.stands("WKO.ABUSE_CONSULT") is PromiseState.MISSED


def test_v20_an_anonymous_complaint_is_not_acknowledged_but_decided() -> None:
    story = Story("welzijn", day(11, 5)).then(Fact.ACK_IMPOSSIBLE, day(11, 5))

    assert story.stands("HOUSE_WEEK.ACK") is PromiseState.CANCELLED
    assert story.last("HOUSE_WEEK.ACK").cancel_reason == "ack_impossible"


# Properties

FACTS = sorted(set(Fact) - {Fact.EXTENDED, Fact.RULING_EXTENDED, Fact.MEASURE_AGREED, Fact.MEASURE_MOVED})
steps = st.lists(st.tuples(st.sampled_from(FACTS), st.integers(0, 90)), max_size=12)
sectors = st.sampled_from(["training", "welzijn", "kinderopvang"])


@relaxed
@given(sectors, steps)
def test_no_promise_is_ever_lost_and_each_has_one_end_at_most(sector: str, told: list[tuple[Fact, int]]) -> None:
    story = Story(sector, day(8, 24))
    for fact, later in told:
        before = story.book
        story.then(fact, day(8, 24) + timedelta(days=later))
        assert [each.key for each in story.book[: len(before)]] == [each.key for each in before]
        for old, new in zip(before, story.book, strict=False):
            assert replace(new, met_on=None, cancelled_on=None, cancel_reason=None) == replace(
                old, met_on=None, cancelled_on=None, cancel_reason=None
            )

    for each in story.book:
        assert (each.met_on is not None) + (each.extended_to is not None) + (each.cancelled_on is not None) <= 1
        assert (each.cancelled_on is None) == (each.cancel_reason is None)


@relaxed
@given(sectors, steps)
def test_a_clock_never_runs_twice_at_once(sector: str, told: list[tuple[Fact, int]]) -> None:
    story = Story(sector, day(8, 24))
    for fact, later in told:
        story.then(fact, day(8, 24) + timedelta(days=later))

    running = [each.key for each in story.book if is_open(each)]
    assert len(running) == len(set(running))


@relaxed
@given(sectors, steps)
def test_telling_the_same_facts_again_changes_nothing_that_was_kept(sector: str, told: list[tuple[Fact, int]]) -> None:
    story = Story(sector, day(8, 24))
    for fact, later in told:
        story.then(fact, day(8, 24) + timedelta(days=later))
    kept = [each for each in story.book if state(each, TODAY) is PromiseState.KEPT]

    for fact, later in told:
        story.then(fact, day(8, 24) + timedelta(days=later))

    assert len([each for each in story.book if state(each, TODAY) is PromiseState.KEPT]) >= len(kept)


@relaxed
@given(sectors, st.integers(0, 120), st.integers(0, 200))
def test_no_extension_passes_the_statutory_maximum(sector: str, notice: int, ahead: int) -> None:
    received_on = day(5, 4)
    story = Story(sector, received_on).then(Fact.ACK_PROMISE_SENT, received_on)
    notice_on = received_on + timedelta(days=notice)

    try:
        story.extend(notice_on + timedelta(days=ahead), notice_on)
    except Refused:
        return

    answer = story.last("HOUSE_WEEK.EXPECTED_ANSWER").target_on
    assert answer > notice_on
    if sector == "kinderopvang":
        assert answer <= received_on + timedelta(weeks=6)
