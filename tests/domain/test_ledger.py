"""The ledger as a whole: what holds of the book whatever happened, in whatever order it was written down.

A course is drawn at random and recorded as the register records it: what is refused does not enter the ledger.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import cache

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from db.closed_days import closed_days
from db.profiles import parse, standard_source
from domain.book import Book, Circumstances, after, extended, latest_date, within_ceilings
from domain.calendar import Calendar
from domain.errors import Refused
from domain.facts import Fact
from domain.ledger import Entry, consent_given, due_then, replay
from domain.pauses import on_its_side, paused, resumed
from domain.promises import APPEAL_PROMISES, Promise, PromiseState, is_open, state
from domain.terms import Rule, When

DUTCH = Calendar(frozenset(each.day for each in closed_days(2020, 2035)))
ABOUT = Circumstances(frozenset({When.NO_COMMITTEE}))
RULES: dict[str, tuple[Rule, ...]] = {
    f"{profile} {procedure} {overlay or ''}".strip(): parse(standard_source(profile)).rules_for(procedure, overlay)
    for profile, procedure, overlay in (
        ("kinderopvang-welzijn", "WKO", "HOUSE_WEEK"),
        ("kinderopvang-welzijn", "HOUSE_WEEK", None),
        ("kinderopvang-welzijn", "WKKGZ", None),
        ("kinderopvang-welzijn", "AWB", None),
        ("kinderopvang-welzijn", "JEUGDWET", None),
        ("kinderopvang-welzijn", "GDPR", None),
        ("training", "HOUSE_WEEK", None),
        ("training", "TRAINING", "HOUSE_WEEK"),
    )
}
INERT = Entry(Fact.REVIEWED, date(2033, 12, 30))  # of the organisation: opens, meets and ends nothing in a dossier
NAMES_A_DAY = {
    Fact.EXTENDED,
    Fact.RULING_EXTENDED,
    Fact.PAUSED,
    Fact.RULING_PAUSED,
    Fact.MEASURE_AGREED,
    Fact.MEASURE_DONE,
    Fact.ACK_PROMISE_SENT,
}
NOTES = {Fact.EXTENSION_WITHDRAWN, Fact.RECEIPT_CORRECTED, Fact.CONSENTED}
BEGIN = {Fact.RECEIVED, Fact.REGISTERED}
CLOCKS = {Fact.PAUSED, Fact.RESUMED, Fact.RULING_PAUSED, Fact.RULING_RESUMED}
# What happens most stands here more often.
LIKELY = (Fact.EXTENDED, Fact.PAUSED, Fact.RESUMED, Fact.ACK_PROMISE_SENT, Fact.CONTACT, Fact.OUTBOUND, Fact.REOPENED)
ANYTHING = tuple(fact for fact in Fact if fact not in BEGIN | NOTES)

EXAMPLES = int(os.environ.get("WEERKLANK_TEST_EXAMPLES", "30"))  # of each property, for each procedure
starts = st.dates(date(2024, 1, 1), date(2029, 12, 31))
often = settings(
    derandomize=True,
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


def those_with(holds: Callable[[Rule], object]) -> pytest.MarkDecorator:
    """Every procedure that has such a rule."""
    chosen = {name: rules for name, rules in RULES.items() if any(map(holds, rules))}
    return pytest.mark.parametrize("rules", chosen.values(), ids=chosen)


every_procedure = those_with(lambda rule: rule.code)
that_pause = those_with(lambda rule: rule.pause)
that_extend = those_with(lambda rule: rule.extend and rule.extend.by is Fact.EXTENDED)
with_a_maximum = those_with(lambda rule: rule.ceiling)


# Drawing a course


@st.composite
def happenings(draw: st.DrawFn, start: date, facts: Sequence[Fact], largest: int = 10) -> list[Entry]:
    """Up to `largest` entries on days that differ, in the order of their days, all after `start`."""
    days = draw(st.lists(st.integers(1, 90), min_size=1, max_size=largest, unique=True))
    return [_entry(draw, start + timedelta(days=number), facts) for number in sorted(days)]


def _entry(draw: st.DrawFn, on: date, facts: Sequence[Fact]) -> Entry:
    likely = [fact for fact in LIKELY if fact in facts]
    fact = draw(st.sampled_from(likely * 4 + list(facts)))
    if fact not in NAMES_A_DAY or (fact is Fact.PAUSED and draw(st.booleans())):
        return Entry(fact, on)
    return Entry(fact, on, on + timedelta(days=draw(st.integers(0, 50))))


def begun(start: date, registered: int = 0) -> list[Entry]:
    return [Entry(Fact.RECEIVED, start), Entry(Fact.REGISTERED, start + timedelta(days=registered))]


def recorded(entries: Iterable[Entry], rules: Sequence[Rule], ledger: Sequence[Entry] = ()) -> list[Entry]:
    """The ledger after these were offered to it one by one."""
    kept = list(ledger)
    for entry in entries:
        try:
            replay([*kept, entry], rules, DUTCH, ABOUT)
        except Refused:
            continue
        kept.append(entry)
    return kept


def book_of(entries: Sequence[Entry], rules: Sequence[Rule], days: Calendar = DUTCH) -> Book:
    """However it was recorded: nothing here is new, so nothing is refused."""
    return replay([*entries, INERT], rules, days, ABOUT)


@cache
def _answers(rules: tuple[Rule, ...]) -> frozenset[str]:
    """The promises that a notice to the complainant can move."""
    return frozenset(rule.key for rule in rules if rule.extend and rule.extend.by is Fact.EXTENDED)


# The order of writing down


@every_procedure
@often
@given(data=st.data(), start=starts)
def test_the_order_in_which_things_are_written_down_does_not_matter(
    rules: tuple[Rule, ...], data: st.DataObject, start: date
) -> None:
    happened = data.draw(happenings(start, ANYTHING))
    happened += [Entry(Fact.CONSENTED, each.on) for each in happened[:1] if data.draw(st.booleans())]
    shuffled = data.draw(st.permutations(happened))

    assert book_of([*begun(start), *shuffled], rules) == book_of([*begun(start), *happened], rules)


@every_procedure
@often
@given(data=st.data(), start=starts)
def test_a_ledger_in_the_order_of_its_days_is_its_facts_one_after_the_other(
    rules: tuple[Rule, ...], data: st.DataObject, start: date
) -> None:
    ledger = recorded(data.draw(happenings(start, ANYTHING)), rules, begun(start, data.draw(st.integers(0, 1))))
    about = replace(ABOUT, received_on=start)
    book: Book = ()

    for entry in ledger:
        if entry.fact is Fact.MEASURE_MOVED:  # to no date: nothing
            continue
        if entry.fact in (Fact.EXTENDED, Fact.RULING_EXTENDED) and entry.given:
            book = extended(book, rules, entry.given, entry.on, DUTCH, entry.fact, about)
        elif entry.fact in (Fact.PAUSED, Fact.RULING_PAUSED):
            book = on_its_side(entry.fact, book, lambda mine, to=entry: paused(mine, rules, to.on, to.given))  # type: ignore[misc]
        elif entry.fact in (Fact.RESUMED, Fact.RULING_RESUMED):
            book = on_its_side(entry.fact, book, lambda mine, to=entry: resumed(mine, to.on))  # type: ignore[misc]
        else:
            book = after(book, rules, entry.fact, entry.on, DUTCH, entry.given, about)

    assert replay(ledger, rules, DUTCH, ABOUT) == within_ceilings(book, rules)


@every_procedure
@often
@given(data=st.data(), start=starts)
def test_what_was_accepted_once_never_stands_in_the_way_again(
    rules: tuple[Rule, ...], data: st.DataObject, start: date
) -> None:
    offered = data.draw(st.permutations(data.draw(happenings(start, ANYTHING))))
    for fact in data.draw(st.lists(st.sampled_from(sorted(NOTES)), max_size=3)):
        named = start - timedelta(days=3) if fact is Fact.RECEIPT_CORRECTED else None
        note = Entry(fact, start + timedelta(days=data.draw(st.integers(0, 90))), named)
        offered.insert(data.draw(st.integers(0, len(offered))), note)

    ledger = recorded(offered, rules, begun(start))

    for length in range(1, len(ledger) + 1):
        book = book_of(ledger[:length], rules)  # raises nothing
        assert book == replay(ledger[:length], rules, DUTCH, ABOUT)


@every_procedure
@often
@given(data=st.data(), start=starts, earlier=st.integers(1, 40))
def test_a_corrected_receipt_is_as_if_it_had_been_received_then(
    rules: tuple[Rule, ...], data: st.DataObject, start: date, earlier: int
) -> None:
    ledger = recorded(data.draw(happenings(start, ANYTHING)), rules, begun(start))
    then = start - timedelta(days=earlier)
    corrected = data.draw(st.integers(2, len(ledger)))
    correction = Entry(Fact.RECEIPT_CORRECTED, start + timedelta(days=100), then)

    known_later = [*ledger[:corrected], correction, *ledger[corrected:]]
    known_at_once = [Entry(Fact.RECEIVED, then), *ledger[1:]]

    assert book_of(known_later, rules) == book_of(known_at_once, rules)


# Pauses


def without_the_pause(book: Book) -> Book:
    return tuple(replace(each, paused_from=None, paused_until=None) for each in book)


@that_pause
@often
@given(data=st.data(), start=starts)
def test_a_pause_of_no_day_changes_nothing(rules: tuple[Rule, ...], data: st.DataObject, start: date) -> None:
    ledger = recorded(data.draw(happenings(start, ANYTHING)), rules, begun(start))
    on = start + timedelta(days=data.draw(st.integers(0, 95)))
    before = [each for each in ledger if each.on <= on or each.fact in BEGIN]
    no_day = [Entry(Fact.PAUSED, on, on)] if data.draw(st.booleans()) else [Entry(Fact.PAUSED, on), Entry(Fact.RESUMED, on)]
    assume(len(recorded(no_day, rules, before)) == len(before) + len(no_day))

    paused_for_nothing = [*before, *no_day, *(each for each in ledger if each not in before)]

    now, was = book_of(paused_for_nothing, rules), book_of(ledger, rules)
    assert without_the_pause(now) == without_the_pause(was)


@that_pause
@often
@given(data=st.data(), start=starts, lasted=st.integers(0, 60), planned=st.none() | st.integers(0, 60))
def test_a_pause_gives_back_exactly_its_days(
    rules: tuple[Rule, ...], data: st.DataObject, start: date, lasted: int, planned: int | None
) -> None:
    without = [fact for fact in ANYTHING if fact not in CLOCKS]
    ledger = recorded(data.draw(happenings(start, without, largest=6)), rules, begun(start))
    on = max(each.on for each in ledger) + timedelta(days=data.draw(st.integers(0, 5)))
    until = on + timedelta(days=planned) if planned is not None else None
    before = replay(ledger, rules, DUTCH, ABOUT)
    ledger = recorded([Entry(Fact.PAUSED, on, until), Entry(Fact.RESUMED, on + timedelta(days=lasted))], rules, ledger)
    resumed_then = ledger[-1].fact is Fact.RESUMED
    assume(resumed_then or ledger[-1].fact is Fact.PAUSED)

    days = lasted if resumed_then else planned or 0
    assert not resumed_then or planned is None or lasted < planned  # else it was over by itself
    may = {rule.key for rule in rules if rule.pause and rule.code not in APPEAL_PROMISES}  # it is the first line's pause
    for was, now in zip(before, replay(ledger, rules, DUTCH, ABOUT), strict=True):
        given_back = days if is_open(was) and was.key in may and was.target_on >= on else 0
        wanted, maximum = was.target_on + timedelta(days=given_back), maximum_of(was, before, rules)
        expected = wanted if maximum is None else max(was.target_on, min(wanted, maximum))
        assert now.target_on == expected
        assert now.legal_on == (expected if given_back else was.legal_on)
        assert now.paused_days == given_back


def maximum_of(promise: Promise, book: Book, rules: Sequence[Rule]) -> date | None:
    """The last statutory day of the answer that this promise is part of; None where no such term ran beside it."""
    if promise.key not in _answers(tuple(rules)):
        return None
    terms = [each for each in book if each.key in _ceilings(rules)]
    beside = [each for each in terms if (each.met_on or each.cancelled_on or date.max) >= promise.trigger_on]
    return max((each.target_on for each in beside), default=None)


CHILDCARE = RULES["kinderopvang-welzijn WKO HOUSE_WEEK"]  # received 5 January 2026: the Act wants an answer by 16 February


def childcare(*facts: tuple[Fact, date] | tuple[Fact, date, date]) -> Book:
    return replay([*begun(date(2026, 1, 5)), *(Entry(*fact) for fact in facts)], CHILDCARE, DUTCH, ABOUT)


def last(book: Book, code: str) -> Promise:
    return [each for each in book if each.key == f"HOUSE_WEEK.{code}"][-1]


def test_a_paused_ruling_in_appeal_is_not_held_to_the_term_of_the_answer() -> None:
    # Lodged 9 February: four weeks end on 9 March; from 16 to 23 February it stood still, seven days.
    book = childcare(
        (Fact.DECISION_SENT, date(2026, 2, 2)),
        (Fact.APPEAL_LODGED, date(2026, 2, 9)),
        (Fact.RULING_PAUSED, date(2026, 2, 16), date(2026, 2, 23)),
    )

    assert last(book, "APPEAL_RULING").target_on == date(2026, 3, 16)


def test_a_ruling_in_an_appeal_of_the_same_day_is_not_held_to_it_either() -> None:
    # Decided and lodged 2 February: four weeks end on 2 March; from 9 to 16 February it stood still, seven days.
    book = childcare(
        (Fact.DECISION_SENT, date(2026, 2, 2)),
        (Fact.APPEAL_LODGED, date(2026, 2, 2)),
        (Fact.RULING_PAUSED, date(2026, 2, 9), date(2026, 2, 16)),
    )

    assert last(book, "APPEAL_RULING").target_on == date(2026, 3, 9)


def test_an_answer_after_reopening_is_not_held_to_the_term_that_was_met_before() -> None:
    # Reopened 2 March: a week ends on 9 March; from 4 to 6 March it stood still, two days.
    book = childcare(
        (Fact.DECISION_SENT, date(2026, 1, 26)),
        (Fact.CLOSED, date(2026, 1, 27)),
        (Fact.REOPENED, date(2026, 3, 2)),
        (Fact.PAUSED, date(2026, 3, 4), date(2026, 3, 6)),
    )

    assert last(book, "RESPONSE").target_on == date(2026, 3, 11)


def test_a_pause_takes_no_day_away_from_what_was_promised_past_the_maximum() -> None:
    # The acknowledgement of 12 February promised 19 February, when the maximum could not be kept any more by much.
    book = childcare((Fact.ACK_PROMISE_SENT, date(2026, 2, 12)), (Fact.PAUSED, date(2026, 2, 13), date(2026, 2, 16)))

    assert last(book, "PROMISED_RESPONSE").target_on == date(2026, 2, 19)


def test_the_maximum_still_stands_over_a_pause_when_the_complaint_was_withdrawn_since() -> None:
    # The week was extended to 9 February and stood still for ten days; the Act lets it go on to 16 February, not to the 19th.
    told = ((Fact.EXTENDED, date(2026, 1, 8), date(2026, 2, 9)), (Fact.PAUSED, date(2026, 1, 19), date(2026, 1, 29)))

    book = childcare(*told, (Fact.WITHDRAWN, date(2026, 2, 18)))

    assert last(childcare(*told), "EXPECTED_ANSWER").target_on == date(2026, 2, 16)
    assert last(book, "EXPECTED_ANSWER").target_on == date(2026, 2, 16)


# Extensions


@that_extend
@often
@given(data=st.data(), start=starts, far=st.integers(1, 60))
def test_an_extension_that_was_withdrawn_was_contact_and_nothing_more(
    rules: tuple[Rule, ...], data: st.DataObject, start: date, far: int
) -> None:
    ledger = recorded(data.draw(happenings(start, [each for each in ANYTHING if each not in CLOCKS])), rules, begun(start))
    on = start + timedelta(days=data.draw(st.integers(1, 30)))
    assume(on not in {each.on for each in ledger})
    assume(not any(each.fact in (Fact.EXTENDED, Fact.RULING_EXTENDED) and each.on > on for each in ledger))  # it is the last
    before, later = [each for each in ledger if each.on < on], [each for each in ledger if each.on > on]
    extension = Entry(Fact.EXTENDED, on, on + timedelta(days=far))
    assume(len(recorded([extension], rules, before)) > len(before))
    withdrawal = Entry(Fact.EXTENSION_WITHDRAWN, on + timedelta(days=data.draw(st.integers(0, 5))))

    withdrawn = book_of([*before, extension, withdrawal, *later], rules)
    never = book_of([*before, Entry(Fact.CONTACT, on), Entry(Fact.OUTBOUND, on), *later], rules)

    taken_back = [each for each in withdrawn if each.cancel_reason == Fact.EXTENSION_WITHDRAWN]
    assert tuple(each for each in withdrawn if each not in taken_back) == never
    assert all(each.heir and each.target_on == extension.given for each in taken_back)
    assert all(state(each, date(2040, 1, 1)) is PromiseState.CANCELLED for each in taken_back)  # never counted as missed


def test_of_two_notices_on_one_day_the_later_one_is_withdrawn() -> None:
    rules = RULES["training HOUSE_WEEK"]
    ledger = [
        *begun(date(2026, 1, 5)),
        Entry(Fact.EXTENDED, date(2026, 1, 8), date(2026, 1, 19)),
        Entry(Fact.EXTENDED, date(2026, 1, 8), date(2026, 1, 26)),  # the first one was not far enough
        Entry(Fact.EXTENSION_WITHDRAWN, date(2026, 1, 9)),
    ]

    answers = [each for each in replay(ledger, rules, DUTCH, ABOUT) if each.code == "EXPECTED_ANSWER"]

    assert [(each.target_on, is_open(each)) for each in answers] == [(date(2026, 1, 19), True), (date(2026, 1, 26), False)]


# What is refused, and with what the person then reads


def refused(procedure: str, *facts: tuple[Fact, date, date]) -> tuple[str, str | None, dict[str, object]]:
    with pytest.raises(Refused) as why:
        replay([*begun(date(2026, 1, 5)), *(Entry(*fact) for fact in facts)], RULES[procedure], DUTCH, ABOUT)
    return why.value.code, why.value.field, why.value.values


def test_a_notice_after_the_end_of_the_term_is_refused_with_the_article() -> None:
    # Six weeks from 5 January end on 16 February.
    late = refused("kinderopvang-welzijn WKKGZ", (Fact.EXTENDED, date(2026, 2, 17), date(2026, 3, 10)))

    assert late == ("notice_too_late", "new_date", {"article": "Wkkgz art. 17"})


def test_a_pause_that_ends_before_it_begins_is_refused_with_its_first_day() -> None:
    backwards = refused("training HOUSE_WEEK", (Fact.PAUSED, date(2026, 1, 8), date(2026, 1, 7)))

    assert backwards == ("until_before_from", "until", {"earliest": date(2026, 1, 8)})


def test_how_far_a_notice_may_go_depends_on_consent() -> None:
    # Awb 9:11: six weeks from 5 January end on 16 February, four weeks more on 16 March; with consent without a limit.
    rules = RULES["kinderopvang-welzijn AWB"]
    book = replay(begun(date(2026, 1, 5)), rules, DUTCH, ABOUT)

    bound = latest_date(book, rules, DUTCH)

    assert bound is not None
    assert bound[0] == date(2026, 3, 16)
    assert latest_date(book, rules, DUTCH, consented=True) is None


def test_closing_ends_nothing_that_was_kept() -> None:
    book = childcare((Fact.ACK_ACTION_SENT, date(2026, 1, 6)), (Fact.CLOSED, date(2026, 1, 8)))

    assert (last(book, "ACK").met_on, last(book, "ACK").cancelled_on) == (date(2026, 1, 6), None)


# Dates


@every_procedure
@often
@given(data=st.data(), start=starts)
def test_one_more_closed_day_makes_no_date_earlier(rules: tuple[Rule, ...], data: st.DataObject, start: date) -> None:
    ledger = recorded(data.draw(happenings(start, ANYTHING)), rules, begun(start))
    more = Calendar(DUTCH.closed | {start + timedelta(days=data.draw(st.integers(0, 150)))})

    was, now = book_of(ledger, rules), book_of(ledger, rules, more)

    assert [each.key for each in now] == [each.key for each in was]
    assert all(new.target_on >= old.target_on and new.legal_on >= old.legal_on for old, new in zip(was, now, strict=True))


def _ceilings(rules: Sequence[Rule]) -> set[str]:
    return {rule.key for rule in rules if rule.ceiling}


@with_a_maximum
@often
@given(data=st.data(), start=starts)
def test_no_answer_is_moved_beyond_the_maximum_of_the_main_procedure(
    rules: tuple[Rule, ...], data: st.DataObject, start: date
) -> None:
    ledger = recorded(data.draw(happenings(start, ANYTHING)), rules, begun(start))

    book = replay(ledger, rules, DUTCH, ABOUT)

    maximum = max((each.target_on for each in book if each.key in _ceilings(rules) and not each.cancelled_on), default=None)
    open_maximum = any(is_open(each) for each in book if each.key in _ceilings(rules))
    moved = [each for each in book if not each.statutory and is_open(each) and (each.heir or each.paused_days)]
    assert (
        maximum is None or not open_maximum or all(each.target_on <= maximum for each in moved if each.key in _answers(rules))
    )


@every_procedure
@often
@given(data=st.data(), start=starts, looked=st.integers(0, 200))
def test_every_promise_has_one_state_and_only_a_kept_or_missed_one_was_met(
    rules: tuple[Rule, ...], data: st.DataObject, start: date, looked: int
) -> None:
    book = replay(recorded(data.draw(happenings(start, ANYTHING)), rules, begun(start)), rules, DUTCH, ABOUT)
    today = start + timedelta(days=looked)

    for each in book:
        assert sum(end is not None for end in (each.met_on, each.extended_to, each.cancelled_on)) <= 1
        assert each.met_on is None or state(each, today) in (PromiseState.KEPT, PromiseState.MISSED)
        assert (each.extended_to is None) == (each.notice_on is None)
        assert each.legal_on >= each.target_on


# Which event, which measure, which consent


def test_a_promise_knows_what_opened_it_and_what_met_it() -> None:
    ledger = [
        Entry(Fact.RECEIVED, date(2026, 1, 5), event=1),
        Entry(Fact.REGISTERED, date(2026, 1, 5), event=2),
        Entry(Fact.ACK_PROMISE_SENT, date(2026, 1, 6), event=7),
        Entry(Fact.CONTACT, date(2026, 1, 8), event=9),
    ]

    book = replay(ledger, CHILDCARE, DUTCH, ABOUT)

    events = {each.code: (each.opened_event_id, each.met_event_id) for each in book if each.procedure == "HOUSE_WEEK"}
    assert events["ACK"] == (1, 7)
    assert events["PROMISED_RESPONSE"] == (7, None)
    assert events["DECIDE_OR_CONTACT"] == (1, 9)
    assert events["RESPONSE"] == (1, None)


def test_a_measure_that_moves_goes_on_under_its_new_date() -> None:
    agreed, old, told, new = date(2026, 1, 12), date(2026, 2, 2), date(2026, 1, 20), date(2026, 2, 16)
    ledger = [*begun(date(2026, 1, 5)), Entry(Fact.MEASURE_AGREED, agreed, old), Entry(Fact.MEASURE_MOVED, told, new, of=old)]

    measures = [each for each in replay(ledger, CHILDCARE, DUTCH, ABOUT) if each.code == "MEASURE"]

    assert [(each.target_on, each.notice_on, each.extended_to, is_open(each)) for each in measures] == [
        (old, told, new, False),
        (new, None, None, True),
    ]


@pytest.mark.parametrize(("consented_on", "given"), [(None, False), (7, False), (8, True), (9, True)])
def test_consent_counts_for_a_notice_that_is_still_to_go_out(consented_on: int | None, given: bool) -> None:
    ledger = [*begun(date(2026, 1, 5)), Entry(Fact.EXTENDED, date(2026, 1, 8), date(2026, 3, 2))]
    if consented_on:
        ledger.append(Entry(Fact.CONSENTED, date(2026, 1, consented_on)))

    assert consent_given(ledger) is given


def test_what_a_measure_was_due_on_is_what_it_was_due_on_then() -> None:
    first, second, third = date(2026, 2, 2), date(2026, 2, 16), date(2026, 3, 2)
    ledger = [
        Entry(Fact.MEASURE_AGREED, date(2026, 1, 12), first),
        Entry(Fact.MEASURE_MOVED, date(2026, 1, 20), second, of=first),
        Entry(Fact.MEASURE_MOVED, date(2026, 2, 10), third, of=second),
    ]

    then = [due_then(ledger, third, on) for on in (date(2026, 1, 19), date(2026, 1, 20), date(2026, 2, 9), date(2026, 2, 10))]

    assert then == [first, second, second, third]
    assert due_then(ledger, date(2026, 5, 4), date(2026, 1, 19)) == date(2026, 5, 4)  # another measure


AWB = RULES["kinderopvang-welzijn AWB"]  # received 5 January 2026: 16 February, and four weeks more on 16 March
EXTENDED_ONCE = Entry(Fact.EXTENDED, date(2026, 1, 12), date(2026, 3, 16))
FURTHER = Entry(Fact.EXTENDED, date(2026, 2, 20), date(2026, 4, 13))


def test_consent_of_the_day_of_the_notice_carries_it_further() -> None:
    ledger = [*begun(date(2026, 1, 5)), EXTENDED_ONCE, Entry(Fact.CONSENTED, FURTHER.on), FURTHER]

    answers = [each for each in replay(ledger, AWB, DUTCH, ABOUT) if each.code == "RESPONSE"]

    assert [(each.target_on, is_open(each)) for each in answers][-1] == (date(2026, 4, 13), True)


def test_consent_from_before_an_earlier_notice_is_spent() -> None:
    with pytest.raises(Refused) as why:
        replay([*begun(date(2026, 1, 5)), Entry(Fact.CONSENTED, date(2026, 1, 10)), EXTENDED_ONCE, FURTHER], AWB, DUTCH, ABOUT)

    assert why.value.code == "extension_used"


def test_without_a_notice_there_is_nothing_to_withdraw() -> None:
    with pytest.raises(Refused) as why:
        replay([*begun(date(2026, 1, 5)), Entry(Fact.EXTENSION_WITHDRAWN, date(2026, 1, 8))], AWB, DUTCH, ABOUT)

    assert why.value.code == "nothing_to_withdraw"


def test_what_lost_its_footing_takes_nothing_along() -> None:
    # The decision of the 14th was entered after the notice of the 20th: there was nothing to extend any more.
    book = childcare(
        (Fact.EXTENDED, date(2026, 1, 20), date(2026, 1, 26)),
        (Fact.DECISION_SENT, date(2026, 1, 14)),
        (Fact.APPEAL_LODGED, date(2026, 1, 28)),
    )

    assert last(book, "APPEAL_RULING").target_on == date(2026, 2, 25)
