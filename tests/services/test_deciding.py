"""The steps towards an end, where the table in `tests/steps.csv` does not reach."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from db import models as m
from domain.errors import Refused
from domain.texts import LONGEST
from domain.vocabulary import Channel, CloseReason, EventKind, LetterType, Outcome
from services import door, steps
from services.complaints import Named
from services.steps import MeasureInput
from tests.cases import LONG_AGO, Case
from tests.conftest import PROFILES, TODAY, Cast


def code(call: Any, *values: Any, **named: Any) -> tuple[str, str | None]:
    with pytest.raises(Refused) as refused:
        call(*values, **named)
    return refused.value.code, refused.value.field


# Extending


@pytest.mark.parametrize("profile", PROFILES)
def test_an_extension_is_one_act_reason_date_and_letter(cast: Cast, profile: str) -> None:
    case = Case.registered(profile, cast).in_progress().extend(until=20)

    expected = next(each for each in case.read().promises if each.code == "EXPECTED_ANSWER")
    assert (expected.target_on, expected.state) == (case.at(20), "open")
    assert case.kinds()[-2:] == [EventKind.LETTER_SENT, EventKind.EXTENDED]
    event = case.events()[-1]
    assert (event.happened_on, event.codes["new_date"]) == (case.at(3), case.at(20).isoformat())
    assert case.row.status == "in_progress"


@pytest.mark.parametrize("profile", ["kinderopvang-welzijn"])
def test_the_statutory_maximum_is_named_with_its_article(cast: Cast, profile: str) -> None:
    case = Case.registered(profile, cast).in_progress()
    latest = case.received + timedelta(weeks=6)

    with pytest.raises(Refused) as refused:
        case.extend(until=43)

    assert (refused.value.code, refused.value.field) == ("beyond_statutory_maximum", "new_date")
    assert refused.value.values["latest"] == latest
    assert "1.57b" in str(refused.value.values["article"])
    assert case.kinds()[-1] != EventKind.LETTER_SENT  # the letter did not go out either
    assert case.extend(until=42).promises()["HOUSE_WEEK.EXPECTED_ANSWER"] == "open"


def test_a_second_extension_names_a_later_date_and_why(cast: Cast) -> None:
    case = Case.registered("training", cast).in_progress().extend(until=20).extend(day=4, until=30)

    dates = [(each.target_on, each.state.value) for each in case.read().promises if each.code == "EXPECTED_ANSWER"]
    assert dates == [(case.at(20), "extended_in_time"), (case.at(30), "open")]
    assert code(case.extend, day=4, until=29)[0] == "date_not_later"


def test_the_date_in_the_letter_is_the_date_of_the_extension(cast: Cast) -> None:
    case = Case.registered("training", cast).in_progress()
    said = {"new_date": case.at(20), "reason": "Wij wachten op een rapport."}
    letter = case.letter("hans", LetterType.EXTENSION, case.at(3), **said)

    found = code(steps.extend, cast.actor("hans"), case.reference, case.seen, letter, case.at(25), said["reason"])

    assert found[0] == "letter_incomplete"
    assert case.promises()["HOUSE_WEEK.RESPONSE"] == "open"


def test_a_double_click_extends_once(cast: Cast) -> None:
    case = Case.registered("training", cast).in_progress()
    said = {"new_date": case.at(20), "reason": "Wij wachten op een rapport."}
    letter, seen = case.letter("hans", LetterType.EXTENSION, case.at(3), **said), case.seen

    for _ in range(2):
        steps.extend(cast.actor("hans"), case.reference, seen, letter, said["new_date"], said["reason"])

    assert case.kinds().count(EventKind.EXTENDED) == 1


# Deciding


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("outcome", Outcome)
def test_a_decision_is_kept_with_its_reasons_and_measures(cast: Cast, profile: str, outcome: Outcome) -> None:
    case = Case.registered(profile, cast).in_progress().decide(measures=2, outcome=outcome)

    content = case.read().content
    assert content is not None
    assert content.decision is not None
    assert (content.decision.outcome, content.decision.reasons) == (outcome, "Het rooster klopte niet.")
    assert [(each.text, each.due_on) for each in content.measures] == [
        ("Maatregel 0", case.at(10)),
        ("Maatregel 1", case.at(11)),
    ]
    assert case.row.outcome == outcome
    if profile != "training":
        due = [each.target_on for each in case.read().promises if each.code == "MEASURE"]
        assert due == [case.at(10), case.at(11)]


BAD: list[tuple[dict[str, Any], str, str]] = [
    ({"outcome": "won"}, "unknown_value", "outcome"),
    ({"outcome": ""}, "missing", "outcome"),
    ({"reasons": "x" * (LONGEST + 1)}, "text_too_long", "reasons"),
    ({"on": None}, "missing", "on"),
    ({"on": date(2026, 11, 15)}, "before_received", "on"),
    ({"no_measures": False}, "missing", "measures"),
    ({"measures": (MeasureInput(" ", 5, TODAY),), "no_measures": False}, "missing", "measures"),
    ({"measures": (MeasureInput("Doen", 999, TODAY),), "no_measures": False}, "unknown_person", "measures"),
    ({"measures": (MeasureInput("Doen", 10, TODAY),), "no_measures": False}, "unknown_person", "measures"),  # the confidant
    ({"measures": (MeasureInput("Doen", 5, None),), "no_measures": False}, "missing", "measures"),  # type: ignore[arg-type]
    ({"measures": (MeasureInput("Doen", 5, date(2150, 1, 1)),), "no_measures": False}, "in_the_future", "measures"),
]


@pytest.mark.parametrize(("changes", "refused", "field"), BAD)
def test_a_decision_that_is_not_complete_is_refused_at_its_field(
    cast: Cast, changes: dict[str, Any], refused: str, field: str
) -> None:
    case = Case.registered("training", cast).in_progress()
    values: dict[str, Any] = {"on": TODAY, "outcome": Outcome.UPHELD, "reasons": "Daarom.", "no_measures": True}

    assert code(steps.decide, cast.actor("hans"), case.reference, case.seen, **values | changes) == (refused, field)
    assert case.row.status == "in_progress"


def test_nobody_it_is_about_owns_a_measure(cast: Cast) -> None:
    case = Case.registered("training", cast, respondents=(Named(account_id=cast["hilde"]),)).in_progress()
    measure = MeasureInput("Gesprek voeren", cast["hilde"], TODAY)

    found = code(steps.decide, cast.actor("hans"), case.reference, case.seen, TODAY, Outcome.UPHELD, "Daarom.", (measure,))

    assert found == ("unknown_person", "measures")


def test_two_people_decide_at_once(cast: Cast) -> None:
    case = Case.registered("training", cast).in_progress()
    seen = case.seen
    case.decide("hans")

    found = code(
        steps.decide, cast.actor("dora"), case.reference, seen, TODAY, Outcome.NOT_UPHELD, "Nee.", (), no_measures=True
    )

    assert found == ("changed_meanwhile", None)
    assert case.row.outcome == "upheld"


# Answering


def test_the_decision_letter_opens_the_term_of_appeal(cast: Cast) -> None:
    case = Case.registered("training", cast).answered()

    term = next(each for each in case.read().promises if each.code == "APPEAL_LODGE")
    assert (term.trigger_on, term.target_on) == (case.at(4), case.at(4) + timedelta(weeks=6))
    assert case.row.answered_on == case.at(4)


def test_a_double_click_answers_once(cast: Cast) -> None:
    case = Case.registered("training", cast).decided()
    letter, seen = case.letter("hans", LetterType.DECISION, case.at(4)), case.seen

    for _ in range(2):
        steps.answer(cast.actor("hans"), case.reference, seen, letter)

    assert case.kinds().count(EventKind.ANSWERED) == 1


def test_what_was_solved_at_the_first_level_is_answered_without_a_decision(cast: Cast) -> None:
    case = Case.registered("training", cast).acknowledged().log("cora", EventKind.CONVERSATION, result="solved")
    letter = case.letter("cora", LetterType.RESPONSE, case.at(3), answer="U krijgt een nieuwe plek in de groep.")

    steps.answer(cast.actor("cora"), case.reference, case.seen, letter, resolved=True, agreed=True)

    assert (case.row.status, case.row.outcome, case.row.resolved_on) == ("answered", "resolved_informally", case.at(3))
    assert case.events()[-1].codes["agreed"] is True
    assert not {"open", "missed"} & set(case.promises().values())


# Ending otherwise


def test_whom_nobody_can_write_to_withdraws_without_a_letter(cast: Cast) -> None:
    case = Case.registered("training", cast, complainant_name=None, complainant_contact=None)

    steps.withdraw(cast.actor("cora"), case.reference, case.seen, case.at(2), Channel.FACE_TO_FACE)

    assert case.close(reason=CloseReason.WITHDRAWN).row.close_reason == "withdrawn"


def test_a_withdrawn_complaint_stays_in_the_register(cast: Cast) -> None:
    case = Case.registered("training", cast).acknowledged().withdraw().close(reason=CloseReason.WITHDRAWN)

    assert case.row.status == "closed"
    assert "open" not in case.promises().values()
    assert case.events()[-2].kind == EventKind.WITHDRAWN


@pytest.mark.parametrize("profile", ["kinderopvang-welzijn"])
def test_a_suspicion_is_discussed_even_when_the_complaint_is_taken_back(cast: Cast, profile: str) -> None:
    flagged = {"category": "Vermoeden mishandeling of zeden", "red_flag": True}
    case = Case.registered(profile, cast, by="cora", **flagged)

    assert code(case.withdraw)[0] == "expert_first"
    assert case.expert().withdraw().row.status == "withdrawn"


def test_the_ground_for_not_handling_is_kept_and_the_complainant_reads_it(cast: Cast) -> None:
    case = Case.registered("training", cast).acknowledged().not_handled()

    content = case.read().content
    assert content is not None
    assert content.timeline[0].codes == {"ground": "not_ours"}
    assert content.timeline[0].text in content.messages[0].body
    assert case.close(reason=CloseReason.NOT_HANDLED).row.status == "closed"


# Measures


def test_a_measure_is_done_once_and_a_double_click_is_not_twice(cast: Cast) -> None:
    case = Case.registered("training", cast).answered(measures=1).measure_done().measure_done()

    assert case.kinds().count(EventKind.MEASURE_DONE) == 1


def test_a_measure_of_another_dossier_is_not_found(cast: Cast) -> None:
    one, other = Case.registered("training", cast).answered(measures=1), Case.registered("training", cast).answered(measures=1)
    with Session(door.engine()) as session:
        foreign = session.scalars(select(m.Measure.id).where(m.Measure.complaint_id == other.row.id)).one()

    assert code(steps.measure_done, cast.actor("cora"), one.reference, foreign, TODAY, "Gedaan.")[0] == "not_found"


@pytest.mark.parametrize("profile", ["kinderopvang-welzijn"])
def test_a_measure_stays_promised_after_closing_and_can_be_kept_then(cast: Cast, profile: str) -> None:
    case = Case.registered(profile, cast).answered(measures=1).close()
    assert case.promises()["WKO.MEASURE"] == "open"

    assert case.measure_done().promises()["WKO.MEASURE"] == "kept"


@pytest.mark.parametrize(("day", "refused"), [(6, "in_the_future"), (2, "before_decision")])
def test_a_measure_is_done_on_a_real_date(cast: Cast, day: int, refused: str) -> None:
    case = Case.registered("training", cast).answered(measures=1)

    assert code(case.measure_done, day=day) == (refused, "on")


# Closing and reopening


def test_closing_names_what_is_missing(cast: Cast) -> None:
    case = Case.registered("training", cast).in_progress()

    with pytest.raises(Refused) as refused:
        case.close()

    assert refused.value.values == {"missing": ["gap.outcome_missing", "gap.promise_open", "gap.not_ended"]}


def test_the_term_of_appeal_ends_on_its_legal_day(cast: Cast) -> None:
    case = Case.registered("training", cast, received_on=LONG_AGO).answered()
    term = next(each for each in case.read().promises if each.code == "APPEAL_LODGE").legal_on

    def close(on: date) -> None:
        steps.close(cast.actor("cora"), case.reference, case.seen, CloseReason.WINDOW_ELAPSED, on)

    assert code(close, term) == ("appeal_still_possible", "reason")
    close(term + timedelta(days=1))
    assert case.row.closed_on == term + timedelta(days=1)


@pytest.mark.parametrize(
    ("on", "refused"),
    [
        (TODAY + timedelta(days=1), "in_the_future"),
        (date(2026, 11, 19), "before_answer"),
        (date(2026, 11, 1), "before_received"),
    ],
)
def test_a_dossier_is_closed_on_a_real_date(cast: Cast, on: date, refused: str) -> None:
    case = Case.registered("training", cast).answered()

    assert code(steps.close, cast.actor("cora"), case.reference, case.seen, CloseReason.ACCEPTED, on) == (refused, "on")


def test_a_closing_letter_goes_with_it(cast: Cast) -> None:
    case = Case.registered("training", cast).answered()
    letter = case.letter("cora", LetterType.CLOSING, TODAY)
    wrong = replace(letter, letter_type=LetterType.PROGRESS)

    assert (
        code(steps.close, cast.actor("cora"), case.reference, case.seen, CloseReason.ACCEPTED, None, wrong)[0] == "wrong_letter"
    )
    steps.close(cast.actor("cora"), case.reference, case.seen, CloseReason.ACCEPTED, None, letter)

    content = case.read().content
    assert content is not None
    assert content.messages[0].letter_type == LetterType.CLOSING


@pytest.mark.parametrize("reason", ["", "because", None])
def test_a_forged_reason_is_refused(cast: Cast, reason: str | None) -> None:
    case = Case.registered("training", cast).answered()

    assert code(steps.close, cast.actor("cora"), case.reference, case.seen, reason)[1] == "reason"


@pytest.mark.parametrize("profile", PROFILES)
def test_a_reopened_dossier_has_a_new_clock_and_goes_the_whole_way_again(cast: Cast, profile: str) -> None:
    case = Case.registered(profile, cast).closed().reopen()

    row = case.row
    assert (row.status, row.reopened, row.closed_on, row.close_reason, row.answered_on) == (
        "in_progress",
        True,
        None,
        None,
        None,
    )
    response = [each for each in case.read().promises if each.key == "HOUSE_WEEK.RESPONSE"]
    assert (response[-1].trigger_on, response[-1].state) == (TODAY, "open")
    assert case.decide(day=5).answer(day=5).close().row.status == "closed"


def test_a_question_that_was_answered_is_closed_and_comes_back(cast: Cast) -> None:
    case = Case.registered("training", cast, kind="question")
    assert code(case.close)[0] == "incomplete"

    case.log("cora", EventKind.INFORMED).close()
    assert case.row.status == "closed"
    assert case.reopen().row.status == "in_progress"


# Nothing ends before it ended, and nothing is decided before it opened again


def test_a_dossier_is_not_closed_before_the_day_on_which_it_ended(cast: Cast) -> None:
    withdrawn = Case.registered("training", cast, received_on=LONG_AGO).withdraw(day=10)
    refused = Case.registered("training", cast, received_on=LONG_AGO).not_handled(day=10)
    ruled = Case.registered("training", cast, received_on=LONG_AGO).in_appeal().rule("confirmed")

    for case, reason, day in (
        (withdrawn, CloseReason.WITHDRAWN, 9),
        (refused, CloseReason.NOT_HANDLED, 9),
        (ruled, CloseReason.ACCEPTED, (TODAY - LONG_AGO).days - 1),
    ):
        cora = cast.actor("cora")
        assert code(steps.close, cora, case.reference, case.seen, reason, case.at(day)) == ("before_end", "on")
        steps.close(cora, case.reference, case.seen, reason, case.at(day + 1))
        assert case.row.closed_on == case.at(day + 1)


def test_a_new_decision_is_not_from_before_the_dossier_opened_again(cast: Cast) -> None:
    reopened = Case.registered("training", cast, received_on=LONG_AGO).closed().reopen()
    annulled = Case.registered("training", cast, received_on=LONG_AGO).in_appeal().rule("annulled").assign(handler="hilde")

    for case, who in ((reopened, "hans"), (annulled, "hilde")):
        assert code(case.decide, who, (TODAY - LONG_AGO).days - 1) == ("before_reopening", "on")
        today = (TODAY - LONG_AGO).days
        case.decide(who, today).answer(who, day=today).close()
        assert case.row.status == "closed"


@pytest.mark.parametrize("profile", ["kinderopvang-welzijn"])
def test_a_new_decision_ends_the_measures_of_the_earlier_one(cast: Cast, profile: str) -> None:
    case = Case.registered(profile, cast).answered(measures=2).measure_done().close().reopen()

    case.decide(day=5, measures=1)

    measures = [each for each in case.read().promises if each.code == "MEASURE"]
    content = case.read().content
    assert content is not None
    assert [(each.target_on, each.state.value, each.cancel_reason) for each in measures] == [
        (case.at(10), "kept", None),
        (case.at(10), "open", None),
        (case.at(11), "cancelled", "decision_superseded"),
    ]
    assert [(each.due_on, each.lapsed) for each in content.measures] == [
        (case.at(10), False),
        (case.at(10), False),
        (case.at(11), True),
    ]
    lapsed = content.measures[-1].id
    assert code(steps.measure_done, cast.actor("cora"), case.reference, lapsed, case.at(5), "Gedaan.")[0] == "measure_lapsed"
