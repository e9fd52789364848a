"""The explanation of a date proves it: who counts the days that it lists ends where the promise does."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from db.closed_days import closed_days
from db.profiles import parse, standard_source
from domain.book import Circumstances
from domain.calendar import Calendar
from domain.errors import Refused
from domain.explain import Closed, Closure, Day, Explanation, Part, explain
from domain.facts import Fact
from domain.ledger import Entry, replay
from domain.promises import Promise
from domain.terms import Extension, Roll, Rule, Standing, Term, Unit, When
from tests.domain import oracle

DAYS = closed_days(2020, 2035)
DUTCH = Calendar(frozenset(each.day for each in DAYS))
NAMES = {each.day: Closed(Closure.DECREE if each.kind == "decree" else Closure.HOLIDAY, each.name) for each in DAYS}
PROFILE = parse(standard_source("kinderopvang-welzijn"))
HOUSE_WEEK = PROFILE.rules_for("HOUSE_WEEK")
MAINS = [(sector.procedure, sector.overlay) for sector in PROFILE.sectors]
MAINS += [(each.procedure, each.overlay) for sector in PROFILE.sectors for each in sector.also] + [("WBK", None)]
EXAMPLES = 50 * int(os.environ.get("WEERKLANK_TEST_EXAMPLES", "30"))
thorough = settings(derandomize=True, max_examples=EXAMPLES, deadline=None)
_ONE = timedelta(days=1)
# Counted by the reader: each stands for one day of the term, or for one that was given back.
COUNTING = (Part.COUNTED, Part.BETWEEN, Part.GIVEN_BACK, Part.TARGET)


def day(month: int, number: int) -> date:
    return date(2026, month, number)


def why(entries: Sequence[Entry], rules: Sequence[Rule], key: str, about: Circumstances | None = None) -> Explanation:
    about = about or Circumstances(frozenset({When.NO_COMMITTEE}))
    promise = [each for each in replay(entries, rules, DUTCH, about) if each.key == key][-1]
    found = explain(entries, rules, DUTCH, NAMES, promise, about)
    assert found is not None
    return found


def registered(on: date) -> list[Entry]:
    return [Entry(Fact.RECEIVED, on), Entry(Fact.REGISTERED, on)]


def codes(found: Explanation) -> list[str]:
    return [each.code for each in found.steps]


def parts(found: Explanation) -> dict[Part, list[date]]:
    return {part: [each.on for each in found.days if each.part is part] for part in {each.part for each in found.days}}


def step(found: Explanation, code: str) -> dict[str, object]:
    """The values of the one sentence with this code."""
    [values] = [each.values for each in found.steps if each.code == code]
    return values


# Counting, by nothing but the list


def check(found: Explanation, promise: Promise) -> None:
    days = found.days
    assert found.proven
    assert days[0].on == promise.trigger_on
    assert [each.on for each in days] == [days[0].on + number * _ONE for number in range(len(days))]
    assert days[-1].on == promise.legal_on
    targets = [each for each in days if each.part is Part.TARGET] or [days[0]]
    assert [each.on for each in targets] == [promise.target_on]
    for each in days:
        assert (each.closed is not None) == oracle.is_closed(each.on)
    inside = [each for each in days if each.on <= promise.target_on]
    if "capped" not in codes(found):
        paused = [each for each in inside if each.part is Part.PAUSED]
        counted = [each for each in inside if each.part in COUNTING]
        back = promise.paused_days
        term = found.rule.term
        if term is None or any(each.part is Part.BETWEEN for each in days) or "given" in codes(found):
            assert len(counted) + len(paused) == (promise.target_on - promise.trigger_on).days
        elif term.unit is Unit.WORKING_DAYS:
            open_days = [each for each in counted if each.number]
            assert len(open_days) == term.amount
            assert not any(each.closed for each in open_days)
        else:
            end = oracle.end_of(term.amount, term.unit.value, promise.trigger_on)
            assert len(counted) - (back - len(paused)) == (end - promise.trigger_on).days
    for each in days:
        if each.part is Part.ROLLED:
            assert each.closed is not None
    if any(each.part is Part.LEGAL for each in days):
        assert days[-1].closed is None


# Random dossiers under every procedure

NAMING = (Fact.EXTENDED, Fact.RULING_EXTENDED, Fact.PAUSED, Fact.RULING_PAUSED, Fact.RECEIPT_CORRECTED)
PLAIN_FACTS = [each for each in Fact if each not in NAMING]
happenings = st.one_of(
    st.tuples(st.sampled_from(PLAIN_FACTS), st.integers(0, 160), st.none() | st.integers(0, 30)),
    st.tuples(st.sampled_from([Fact.EXTENDED, Fact.RULING_EXTENDED]), st.integers(0, 90), st.integers(0, 90)),
    st.tuples(st.sampled_from([Fact.PAUSED, Fact.RULING_PAUSED]), st.integers(-3, 60), st.none() | st.integers(0, 30)),
    st.tuples(st.sampled_from([Fact.RESUMED, Fact.RULING_RESUMED]), st.integers(0, 90), st.none()),
    st.tuples(st.just(Fact.RECEIPT_CORRECTED), st.integers(0, 90), st.integers(-20, 20)),
)


def told(began: date, story: list[tuple[Fact, int, int | None]], rules: Sequence[Rule], about: Circumstances) -> list[Entry]:
    """Those of these happenings that the ledger takes."""
    entries = registered(began)
    for fact, later, more in story:
        on = began + timedelta(days=later)
        base = began if fact is Fact.RECEIPT_CORRECTED else on
        named = fact in (*NAMING, Fact.ACK_PROMISE_SENT)
        named = named or fact in (Fact.MEASURE_AGREED, Fact.MEASURE_DONE)
        given = base + timedelta(days=more or 0) if named and (more is not None or fact is Fact.MEASURE_AGREED) else None
        of = None
        if fact is Fact.MEASURE_MOVED:
            of = next((each.given for each in reversed(entries) if each.fact in (Fact.MEASURE_AGREED, fact)), None)
            given = max(of, on) + timedelta(days=more or 1) if of else None
        tried = [*entries, Entry(fact, on, given, of=of)]
        try:
            replay(tried, rules, DUTCH, about)
        except Refused:
            continue
        entries = tried
    return entries


@thorough
@given(
    st.sampled_from(MAINS),
    st.dates(date(2024, 1, 1), date(2029, 12, 31)),
    st.lists(happenings, max_size=8),
    st.booleans(),
    st.booleans(),
)
def test_every_date_of_every_dossier_is_proven(
    main: tuple[str, str | None],
    began: date,
    story: list[tuple[Fact, int, int | None]],
    committee: bool,
    resolved: bool,
) -> None:
    rules = PROFILE.rules_for(*main)
    holds = frozenset({When.COMMITTEE if committee else When.NO_COMMITTEE})
    about = Circumstances(holds, resolved, began if resolved else None)
    entries = told(began, story, rules, about)
    for promise in replay(entries, rules, DUTCH, about):
        found = explain(entries, rules, DUTCH, NAMES, promise, about)
        assert found is not None
        check(found, promise)


# Every unit, with a pause and an extension that no procedure of ours combines

LONGEST = {Unit.HOURS: 120, Unit.DAYS: 120, Unit.WORKING_DAYS: 40, Unit.WEEKS: 15, Unit.MONTHS: 14, Unit.YEARS: 2}
units = st.one_of([st.builds(Term, amount=st.integers(0, LONGEST[unit]), unit=st.just(unit)) for unit in Unit])


def one_rule(term: Term, *, rolls: bool, ceiling: bool = False) -> Rule:
    return Rule(
        procedure="TRY",
        code="MAXIMUM" if ceiling else "ANSWER",
        label="Antwoord",
        trigger=(Fact.RECEIVED,),
        met_by=(Fact.DECISION_SENT,),
        cancelled_by=(Fact.CLOSED,),
        standing=Standing.LAW if rolls else Standing.HOUSE,
        source="Een wet",
        term=term,
        roll=Roll.NEXT_WORKING_DAY if rolls else Roll.NONE,
        extend=None if ceiling else Extension(Fact.EXTENDED, "ANSWER"),
        pause=not rolls and not ceiling,
        ceiling=ceiling,
    )


@thorough
@given(
    units,
    st.booleans(),
    st.dates(date(2024, 1, 1), date(2029, 6, 30)),
    st.lists(happenings, max_size=6),
    st.none() | st.integers(1, 60),
)
def test_every_unit_is_proven_with_pauses_extensions_and_a_ceiling(
    term: Term, rolls: bool, began: date, story: list[tuple[Fact, int, int | None]], most: int | None
) -> None:
    rules = [one_rule(term, rolls=rolls)]
    if most is not None:
        rules.append(one_rule(Term(most, Unit.DAYS), rolls=False, ceiling=True))
    about = Circumstances()
    entries = told(began, story, rules, about)
    for promise in replay(entries, rules, DUTCH, about):
        found = explain(entries, rules, DUTCH, NAMES, promise, about)
        assert found is not None
        check(found, promise)


# By hand


def test_six_weeks_that_end_on_liberation_day() -> None:
    found = why(registered(day(3, 24)), PROFILE.rules_for("WKO", "HOUSE_WEEK"), "WKO.RESPONSE")

    assert codes(found) == ["started", "term_law", "rolled"]
    assert found.steps[0].values == {"fact": Fact.RECEIVED, "on": day(3, 24)}
    assert found.steps[1].values == {"term": Term(6, Unit.WEEKS), "until": day(5, 5)}
    assert found.steps[2].values["why"] == Day(day(5, 5), Part.ROLLED, Closed(Closure.HOLIDAY, "Bevrijdingsdag"))
    assert [(each.on, each.part) for each in found.days[-2:]] == [(day(5, 5), Part.TARGET), (day(5, 6), Part.LEGAL)]
    assert len(parts(found)[Part.COUNTED]) == 41  # the 42nd is the target


def test_two_working_days_pass_over_the_weekend() -> None:
    found = why(registered(day(11, 20)), PROFILE.rules_for("HOUSE_WEEK"), "HOUSE_WEEK.ACK")

    assert [(each.on.day, each.part.value, each.number) for each in found.days] == [
        (20, "zero", None),
        (21, "closed", None),
        (22, "closed", None),
        (23, "counted", 1),
        (24, "target", 2),
    ]


def test_a_pause_gives_its_days_back_one_by_one() -> None:
    entries = [*registered(day(11, 2)), Entry(Fact.PAUSED, day(11, 4)), Entry(Fact.RESUMED, day(11, 7))]

    found = why(entries, PROFILE.rules_for("HOUSE_WEEK"), "HOUSE_WEEK.RESPONSE")

    assert parts(found)[Part.PAUSED] == [day(11, 4), day(11, 5), day(11, 6)]
    assert found.target_on == day(11, 12)
    assert found.steps[-1].code == "paused"
    assert found.steps[-1].values == {"start": day(11, 4), "last": day(11, 6), "days": 3, "until": day(11, 12)}


def test_a_pause_that_began_on_day_zero_is_given_back_at_the_end() -> None:
    entries = [*registered(day(11, 2)), Entry(Fact.PAUSED, day(11, 2), day(11, 4))]

    found = why(entries, PROFILE.rules_for("HOUSE_WEEK"), "HOUSE_WEEK.RESPONSE")

    assert parts(found)[Part.PAUSED] == [day(11, 3)]
    assert (found.target_on, found.proven) == (day(11, 11), True)


@pytest.mark.parametrize(
    ("until", "code"), [(None, "paused_still"), (day(11, 4), "paused_same_day"), (day(11, 5), "paused_one")]
)
def test_a_pause_says_what_it_gave_back(until: date | None, code: str) -> None:
    entries = [*registered(day(11, 2)), Entry(Fact.PAUSED, day(11, 4), until)]

    assert why(entries, PROFILE.rules_for("HOUSE_WEEK"), "HOUSE_WEEK.RESPONSE").steps[-1].code == code


def test_an_extension_says_whether_the_notice_was_in_time() -> None:
    rules = PROFILE.rules_for("HOUSE_WEEK")
    entries = [*registered(day(11, 2)), Entry(Fact.EXTENDED, day(11, 11), day(11, 20))]
    entries.append(Entry(Fact.DECISION_SENT, day(11, 18)))

    moved, heir = why(entries, rules, "HOUSE_WEEK.RESPONSE"), why(entries, rules, "HOUSE_WEEK.EXPECTED_ANSWER")

    assert codes(moved)[-1] == "extended_late"
    assert codes(heir) == ["heir", "given"]
    assert heir.ending is not None
    assert (heir.ending.code, heir.ending.values["fact"]) == ("met", Fact.DECISION_SENT)


def test_a_short_statutory_term_holds_two_working_days() -> None:
    rules = [one_rule(Term(3, Unit.DAYS), rolls=True)]

    found = why(registered(date(2025, 4, 17)), rules, "TRY.ANSWER")  # Good Friday and Easter in between

    assert codes(found) == ["started", "term_law", "lengthened"]
    assert (found.target_on, found.legal_on) == (date(2025, 4, 20), date(2025, 4, 23))
    assert found.days[-1].part is Part.LEGAL


def test_a_house_promise_stays_on_its_sunday_and_says_so() -> None:
    found = why(registered(day(11, 1)), PROFILE.rules_for("HOUSE_WEEK"), "HOUSE_WEEK.RESPONSE")

    assert codes(found)[-1] == "stays"


def test_the_maximum_of_the_main_procedure_cuts_a_paused_promise_short() -> None:
    entries = [*registered(day(11, 2)), Entry(Fact.PAUSED, day(11, 4), day(12, 31))]

    found = why(entries, PROFILE.rules_for("WKO", "HOUSE_WEEK"), "HOUSE_WEEK.RESPONSE")

    assert codes(found)[-1] == "capped"
    assert (found.target_on, found.proven) == (day(12, 14), True)


def test_what_the_ledger_does_not_give_any_more_says_that() -> None:
    rules = PROFILE.rules_for("HOUSE_WEEK")
    gone = Promise("HOUSE_WEEK", "RESPONSE", day(1, 1), day(1, 8), day(1, 8), cancelled_on=day(1, 2), cancel_reason="corrected")

    found = explain(registered(day(11, 2)), rules, DUTCH, NAMES, gone)

    assert found is not None
    assert (codes(found), found.days, found.proven) == (["no_longer"], (), False)
    assert found.ending is not None
    assert found.ending.values["reason"] == "corrected"
