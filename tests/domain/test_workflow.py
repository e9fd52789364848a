"""The table of transitions against a second writing of it: what may happen in which status, and what stops it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import Refused
from domain.vocabulary import CloseReason, LadderLevel, Status
from domain.workflow import (
    NOT_NOW,
    TABLE,
    Facts,
    StepName,
    close_reasons,
    move,
    next_level,
    possible,
    why_not_closed_as,
)

TODAY = date(2026, 11, 21)
S = Status

# Everything that a guard can ask is as it should be: only the status decides.
READY = Facts(
    status=S.REGISTERED,
    today=TODAY,
    already_resolved=True,
    next_level=LadderLevel.MANAGER,
    action_known=True,
    red_flag=True,
    expert_consulted=True,
    consultation_used=True,
    consultation_first=True,
    consulted=True,
    ack_owner=True,
    acknowledged=True,
    handled=True,
    extendable=True,
    decided=True,
    outcome=True,
    written_to=True,
    red_flag_used=True,
    respondent=True,
    party=True,
    open_measure=True,
    effect_due=True,
    procedure_choice=True,
    position_due=True,
    consequences_due=True,
    rights_told=True,
    asked=True,
)
OPEN = {S.REGISTERED, S.ACKNOWLEDGED, S.IN_PROGRESS, S.DECIDED}
OVER = {S.ANSWERED, S.RULED, S.CLOSED, S.WITHDRAWN, S.NOT_HANDLED}
EVERY = set(S) - {S.ANONYMISED}

# step: the statuses in which it exists, and where it leads (None: it stays)
EXPECTED: dict[StepName, tuple[set[Status], Status | None]] = {
    StepName.CONSULT: (OPEN | {S.ANSWERED}, None),
    StepName.ASSIGN: (EVERY - {S.CLOSED, S.WITHDRAWN, S.NOT_HANDLED}, None),  # and from the first two: see below
    StepName.LOG: (EVERY, None),
    StepName.PROGRESS: ({S.ACKNOWLEDGED, S.IN_PROGRESS, S.DECIDED}, None),
    StepName.RESPOND: ({S.ACKNOWLEDGED, S.IN_PROGRESS}, None),
    StepName.NOTIFY_RESPONDENT: (OPEN, None),
    StepName.CLIMB: (OPEN | {S.ANSWERED}, None),
    StepName.EXTEND: ({S.ACKNOWLEDGED, S.IN_PROGRESS, S.ANSWERED}, None),
    StepName.CHANGE_PROCEDURE: (OPEN, None),
    StepName.DECIDE: ({S.ACKNOWLEDGED, S.IN_PROGRESS}, S.DECIDED),
    StepName.ANSWER: ({S.DECIDED}, S.ANSWERED),
    StepName.RESOLVE: ({S.REGISTERED, S.ACKNOWLEDGED}, S.ANSWERED),
    StepName.WITHDRAW: (OPEN | {S.ANSWERED}, S.WITHDRAWN),
    StepName.NOT_HANDLED: ({S.REGISTERED, S.ACKNOWLEDGED}, S.NOT_HANDLED),
    StepName.MEASURE_DONE: (EVERY, None),
    StepName.MOVE_MEASURE: ({S.IN_PROGRESS, S.ANSWERED, S.RULED, S.CLOSED}, None),
    StepName.MEASURE_EFFECT: (EVERY, None),
    StepName.POSITION: ({S.ANSWERED, S.RULED, S.CLOSED}, None),
    StepName.CONSEQUENCES: (EVERY, None),
    StepName.SATISFACTION: (OVER, None),
    StepName.ADD_PARTY: (EVERY, None),
    StepName.NAME_COMPLAINANT: (EVERY, None),
    StepName.CORRECT: (EVERY, None),
    StepName.REMOVE_PARTY: (EVERY, None),
    StepName.REFER: (EVERY, None),
    StepName.CLOSE: ({S.ANSWERED, S.RULED, S.WITHDRAWN, S.NOT_HANDLED}, S.CLOSED),
    StepName.REOPEN: ({S.CLOSED}, S.IN_PROGRESS),
    StepName.LODGE_APPEAL: ({S.ANSWERED, S.RULED, S.CLOSED}, S.IN_APPEAL),
    StepName.RULE_APPEAL: ({S.IN_APPEAL}, S.RULED),
    StepName.NEW_DECISION: ({S.RULED}, S.IN_PROGRESS),
}


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("step", EXPECTED)
def test_a_step_exists_in_its_statuses_and_in_no_other(step: StepName, status: Status) -> None:
    facts = replace(READY, status=status)
    before, after = EXPECTED[step]

    if status not in before:
        assert NOT_NOW in possible(step, facts) or (step is StepName.CLOSE and status in OPEN)
        with pytest.raises(Refused):
            move(step, facts)
    elif step is StepName.ASSIGN and status in (S.REGISTERED, S.ACKNOWLEDGED):
        assert move(step, facts) is S.IN_PROGRESS
    else:
        assert move(step, facts) is (after or status)


@pytest.mark.parametrize("status", Status)
def test_how_it_went_is_asked_once_it_is_over(status: Status) -> None:
    assert (possible(StepName.ASK_SATISFACTION, replace(READY, status=status, asked=False)) == ()) is (status in OVER)


def test_every_step_and_every_transition_of_the_design_is_in_the_table() -> None:
    assert {row.step for row in TABLE} == set(StepName)
    assert {row.id for row in TABLE} - {""} == {f"T{number:02}" for number in range(2, 16)}


def test_the_line_of_the_design_can_be_walked() -> None:
    facts = replace(READY, acknowledged=False, red_flag=False)
    walked = [facts.status]

    for step in (StepName.ACKNOWLEDGE, StepName.ASSIGN, StepName.DECIDE, StepName.ANSWER, StepName.CLOSE):
        facts = replace(facts, status=move(step, facts), acknowledged=True)
        walked.append(facts.status)

    assert walked == [S.REGISTERED, S.ACKNOWLEDGED, S.IN_PROGRESS, S.DECIDED, S.ANSWERED, S.CLOSED]


@pytest.mark.parametrize("status", sorted(EVERY))
def test_a_suspicion_can_be_raised_whatever_the_status(status: Status) -> None:
    assert move(StepName.RAISE_RED_FLAG, replace(READY, status=status, red_flag=False)) is status


def test_an_appeal_goes_back_to_the_handling_or_to_the_end() -> None:
    lodged = move(StepName.LODGE_APPEAL, replace(READY, status=S.CLOSED))
    ruled = move(StepName.RULE_APPEAL, replace(READY, status=lodged))

    assert (lodged, ruled) == (S.IN_APPEAL, S.RULED)
    assert move(StepName.NEW_DECISION, replace(READY, status=ruled)) is S.IN_PROGRESS
    assert move(StepName.CLOSE, replace(READY, status=ruled)) is S.CLOSED


BLOCKED: list[tuple[StepName, Status, dict[str, object], str]] = [
    (StepName.CONVERT, S.REGISTERED, {"question": False}, NOT_NOW),
    (StepName.CONSULT, S.REGISTERED, {"question": True}, "still_a_question"),
    (StepName.CONSULT, S.REGISTERED, {"expert_consulted": False}, "expert_first"),
    (StepName.CONSULT, S.REGISTERED, {"consultation_used": False}, "no_consultation_here"),
    (StepName.EXPERT_CONSULTED, S.REGISTERED, {"expert_consulted": False, "red_flag": False}, "no_red_flag"),
    (StepName.EXPERT_CONSULTED, S.REGISTERED, {}, "expert_already_consulted"),
    (StepName.ACKNOWLEDGE, S.REGISTERED, {}, "already_acknowledged"),
    (StepName.ACKNOWLEDGE, S.REGISTERED, {"acknowledged": False, "ack_owner": False}, "ack_owner_missing"),
    (StepName.ACKNOWLEDGE, S.REGISTERED, {"acknowledged": False, "reachable": False}, "nobody_to_write_to"),
    (StepName.ACKNOWLEDGE, S.IN_PROGRESS, {"acknowledged": False, "expert_consulted": False}, "expert_first"),
    (StepName.ACKNOWLEDGE_IMPOSSIBLE, S.REGISTERED, {"acknowledged": False}, "can_be_written_to"),
    (StepName.ACKNOWLEDGE_IMPOSSIBLE, S.IN_PROGRESS, {"reachable": False}, "already_acknowledged"),
    (StepName.ASSIGN, S.REGISTERED, {"consulted": False}, "consultation_missing"),
    (StepName.ASSIGN, S.IN_PROGRESS, {"expert_consulted": False}, "expert_first"),
    (StepName.EXTEND, S.ANSWERED, {"position_due": False}, "no_position_due"),
    (StepName.CHANGE_PROCEDURE, S.IN_PROGRESS, {"procedure_choice": False}, "no_procedure_choice"),
    (StepName.MOVE_MEASURE, S.ANSWERED, {"open_measure": False}, "no_open_measure"),
    (StepName.POSITION, S.ANSWERED, {"position_due": False}, "no_position_due"),
    (StepName.POSITION, S.ANSWERED, {"reachable": False}, "nobody_to_write_to"),
    (StepName.CONSEQUENCES, S.RULED, {"consequences_due": False}, "no_consequences_due"),
    (StepName.PROGRESS, S.IN_PROGRESS, {"reachable": False}, "nobody_to_write_to"),
    (StepName.RESPOND, S.IN_PROGRESS, {"expert_consulted": False}, "expert_first"),
    (StepName.NOTIFY_RESPONDENT, S.IN_PROGRESS, {"respondent": False}, "no_respondent"),
    (StepName.NOTIFY_RESPONDENT, S.IN_PROGRESS, {"expert_consulted": False}, "expert_first"),
    (StepName.CLIMB, S.IN_PROGRESS, {"next_level": None}, "top_of_ladder"),
    (StepName.EXTEND, S.IN_PROGRESS, {"extendable": False}, "nothing_to_extend"),
    (StepName.DECIDE, S.IN_PROGRESS, {"acknowledged": False}, "not_acknowledged"),
    (StepName.DECIDE, S.ACKNOWLEDGED, {"expert_consulted": False}, "expert_first"),
    (StepName.ANSWER, S.DECIDED, {"decided": False}, "no_decision"),
    (StepName.ANSWER, S.DECIDED, {"reachable": False}, "nobody_to_write_to"),
    (
        StepName.RESOLVE,
        S.REGISTERED,
        {"already_resolved": False, "level": LadderLevel.COORDINATOR},
        "not_resolved",
    ),
    (StepName.RESOLVE, S.ACKNOWLEDGED, {"action_known": False}, "action_missing"),
    (StepName.WITHDRAW, S.REGISTERED, {"expert_consulted": False}, "expert_first"),
    (StepName.NOT_HANDLED, S.REGISTERED, {"question": True}, "still_a_question"),
    (StepName.ASK_SATISFACTION, S.CLOSED, {}, "satisfaction_asked"),
    (StepName.ASK_SATISFACTION, S.ANSWERED, {"asked": False, "reachable": False}, "nobody_to_write_to"),
    (StepName.ASK_SATISFACTION, S.CLOSED, {"asked": False, "question": True}, "not_in_this_status"),
    (StepName.SATISFACTION, S.WITHDRAWN, {"asked": False}, "satisfaction_not_asked"),
    (StepName.MEASURE_DONE, S.CLOSED, {"open_measure": False}, "no_open_measure"),
    (StepName.MEASURE_EFFECT, S.CLOSED, {"effect_due": False}, "no_effect_due"),
    (StepName.REMOVE_PARTY, S.CLOSED, {"party": False}, "no_party"),
    (StepName.RAISE_RED_FLAG, S.CLOSED, {}, "already_red_flag"),
    (StepName.RAISE_RED_FLAG, S.REGISTERED, {"red_flag": False, "red_flag_used": False}, "no_red_flag_here"),
    (StepName.LODGE_APPEAL, S.ANSWERED, {"decided": False}, "no_decision"),
]


@pytest.mark.parametrize(("step", "status", "facts", "code"), BLOCKED)
def test_a_guard_says_why_not(step: StepName, status: Status, facts: dict[str, object], code: str) -> None:
    standing = replace(READY, status=status, **facts)  # type: ignore[arg-type]

    assert code in possible(step, standing)
    with pytest.raises(Refused) as refused:
        move(step, standing)
    assert refused.value.code == possible(step, standing)[0]


@pytest.mark.parametrize("level", [LadderLevel.COLLEAGUE, LadderLevel.MANAGER])
def test_what_was_solved_at_the_first_two_levels_takes_the_fast_track(level: LadderLevel) -> None:
    assert possible(StepName.RESOLVE, replace(READY, already_resolved=False, level=level)) == ()


def test_before_it_is_acknowledged_a_started_case_is_acknowledged_where_it_stands() -> None:
    facts = replace(READY, status=S.IN_PROGRESS, acknowledged=False)

    assert move(StepName.ACKNOWLEDGE, facts) is S.IN_PROGRESS


@pytest.mark.parametrize("facts", [{"red_flag": True, "expert_consulted": False}, {"question": True}, {"reachable": False}])
@pytest.mark.parametrize("status", sorted(EVERY))
def test_the_external_route_is_never_blocked(status: Status, facts: dict[str, bool]) -> None:
    assert possible(StepName.REFER, replace(READY, status=status, **facts)) == ()  # type: ignore[arg-type]


def test_in_a_closed_compartment_only_the_plain_file_is_kept() -> None:
    closed = replace(READY, regular=False)

    kept = {step for step in StepName if not possible(step, closed)}

    assert kept == {StepName.LOG, StepName.ADD_PARTY, StepName.NAME_COMPLAINANT}
    assert possible(StepName.CLOSE, closed) == ("other_compartment",)
    with pytest.raises(Refused, match=r"^other_compartment$"):  # and not that something is missing
        move(StepName.CLOSE, closed)


# Closing


@pytest.mark.parametrize(
    ("facts", "gap"),
    [
        ({"outcome": False}, "outcome_missing"),
        ({"handled": False}, "handling_missing"),
        ({"written_to": False}, "answer_missing"),
        ({"open_promise": True}, "promise_open"),
        ({"appeal_open": True}, "appeal_open"),
        ({"expert_consulted": False}, "expert_first"),
    ],
)
def test_closing_names_what_is_missing(facts: dict[str, bool], gap: str) -> None:
    standing = replace(READY, status=S.ANSWERED, **facts)  # type: ignore[arg-type]

    with pytest.raises(Refused) as refused:
        move(StepName.CLOSE, standing)

    assert (refused.value.code, refused.value.values) == ("incomplete", {"missing": [f"gap.{gap}"]})


def test_closing_names_everything_that_is_missing_at_once() -> None:
    bare = Facts(S.ANSWERED, TODAY, open_promise=True)

    missing = ("outcome_missing", "handling_missing", "answer_missing", "rights_not_told", "promise_open")
    assert possible(StepName.CLOSE, bare) == missing


@pytest.mark.parametrize("status", [S.REGISTERED, S.ACKNOWLEDGED, S.IN_PROGRESS])
def test_before_its_end_closing_says_what_is_missing(status: Status) -> None:
    bare = Facts(status, TODAY, open_promise=True)

    assert possible(StepName.CLOSE, bare)[-2:] == ("promise_open", "not_ended")
    assert possible(StepName.CLOSE, replace(READY, status=status)) == ("not_ended",)


@pytest.mark.parametrize("status", sorted(OPEN))
def test_who_went_outside_and_got_a_ruling_needs_no_decision_of_ours(status: Status) -> None:
    ruled = replace(READY, status=status, externally_ruled=True, outcome=False, decided=False, open_promise=True)

    assert move(StepName.CLOSE, ruled) is S.CLOSED
    assert CloseReason.EXTERNAL_RULED in close_reasons(ruled)
    assert why_not_closed_as(CloseReason.ACCEPTED, ruled) == "close_reason"
    assert possible(StepName.CLOSE, replace(ruled, rights_told=False)) == ("rights_not_told",)


def test_whom_nobody_can_answer_ends_after_the_decision() -> None:
    unknown = replace(READY, status=S.DECIDED, reachable=False, written_to=False)

    assert move(StepName.CLOSE, unknown) is S.CLOSED
    assert "can_be_written_to" in possible(StepName.CLOSE, replace(unknown, reachable=True))


def test_a_question_is_closed_once_it_was_answered() -> None:
    question = Facts(S.REGISTERED, TODAY, question=True)

    assert possible(StepName.CLOSE, question) == ("question_unanswered",)
    assert move(StepName.CLOSE, replace(question, spoken_to=True)) is S.CLOSED


def test_a_question_with_a_suspicion_is_not_closed_before_the_expert_was_consulted() -> None:
    question = Facts(S.REGISTERED, TODAY, question=True, spoken_to=True, red_flag=True)

    assert possible(StepName.CLOSE, question) == ("expert_first",)
    assert move(StepName.CLOSE, replace(question, expert_consulted=True)) is S.CLOSED


REASONS: list[tuple[CloseReason, dict[str, object], str | None]] = [
    (CloseReason.ACCEPTED, {}, None),
    (CloseReason.ACCEPTED, {"status": S.WITHDRAWN}, "close_reason"),
    (CloseReason.WITHDRAWN, {}, "close_reason"),
    (CloseReason.WITHDRAWN, {"status": S.WITHDRAWN}, None),
    (CloseReason.NOT_HANDLED, {"status": S.NOT_HANDLED}, None),
    (CloseReason.NOT_HANDLED, {"status": S.WITHDRAWN}, "close_reason"),
    (CloseReason.WINDOW_ELAPSED, {}, "no_appeal_term"),
    (CloseReason.WINDOW_ELAPSED, {"appeal_until": TODAY}, "appeal_still_possible"),
    (CloseReason.WINDOW_ELAPSED, {"appeal_until": TODAY - timedelta(days=1)}, None),
    (CloseReason.WINDOW_ELAPSED, {"status": S.RULED, "appeal_until": date(2026, 1, 1)}, "close_reason"),
    (CloseReason.EXTERNAL_RULED, {}, "no_external_ruling"),
    (CloseReason.EXTERNAL_RULED, {"externally_ruled": True}, None),
    (CloseReason.ALTERNATIVES_EXHAUSTED, {"status": S.RULED}, None),
    (CloseReason.ACCEPTED, {"question": True, "status": S.REGISTERED}, None),
    (CloseReason.WINDOW_ELAPSED, {"question": True, "status": S.REGISTERED}, "close_reason"),
]


@pytest.mark.parametrize(("reason", "facts", "code"), REASONS)
def test_a_reason_for_closing_fits_or_says_why_not(reason: CloseReason, facts: dict[str, object], code: str | None) -> None:
    standing = replace(READY, **{"status": S.ANSWERED} | facts)  # type: ignore[arg-type]

    assert why_not_closed_as(reason, standing) == code
    assert (reason in close_reasons(standing)) is (code is None)


def test_nothing_is_offered_for_closing_what_is_not_at_its_end() -> None:
    assert close_reasons(replace(READY, status=S.IN_PROGRESS)) == ()


# The ladder


def test_up_goes_one_step_along_the_own_ladder() -> None:
    short = (LadderLevel.COLLEAGUE, LadderLevel.COORDINATOR, LadderLevel.OUTSIDE)

    assert next_level(tuple(LadderLevel), LadderLevel.COLLEAGUE) is LadderLevel.MANAGER
    assert next_level(short, LadderLevel.COLLEAGUE) is LadderLevel.COORDINATOR
    assert next_level(short, LadderLevel.MANAGER) is LadderLevel.COORDINATOR
    assert next_level(short, LadderLevel.OUTSIDE) is None


# Properties

FLAGS = [name for name, kind in Facts.__annotations__.items() if kind == "bool"]
ANY_FACTS = st.builds(
    lambda status, values, level: Facts(status, TODAY, level=level, **dict(zip(FLAGS, values, strict=True))),
    st.sampled_from(Status),
    st.lists(st.booleans(), min_size=len(FLAGS), max_size=len(FLAGS)),
    st.sampled_from(LadderLevel),
)


@given(ANY_FACTS, st.sampled_from(StepName))
def test_a_step_is_possible_exactly_when_it_can_be_taken(facts: Facts, step: StepName) -> None:
    why = possible(step, facts)

    if why:
        with pytest.raises(Refused):
            move(step, facts)
    else:
        assert move(step, facts) in {facts.status, *(row.after for row in TABLE if row.step is step)}


@given(ANY_FACTS, st.sampled_from(StepName))
def test_nothing_ordinary_happens_before_the_expert_was_consulted(facts: Facts, step: StepName) -> None:
    suspicious = replace(facts, red_flag=True, expert_consulted=False)
    waiting = {StepName.CONSULT, StepName.ACKNOWLEDGE, StepName.ASSIGN, StepName.EXTEND, StepName.DECIDE, StepName.ANSWER}
    waiting |= {StepName.RESOLVE, StepName.RESPOND, StepName.PROGRESS, StepName.NOTIFY_RESPONDENT, StepName.NOT_HANDLED}

    assert step not in waiting or possible(step, suspicious) != ()


@given(ANY_FACTS, st.sampled_from(StepName))
def test_what_was_anonymised_never_moves_again(facts: Facts, step: StepName) -> None:
    assert possible(step, replace(facts, status=S.ANONYMISED)) != ()


@given(ANY_FACTS, st.lists(st.sampled_from(StepName), max_size=30))
def test_a_walk_ends_in_appeal_only_with_a_decision(facts: Facts, steps: list[StepName]) -> None:
    facts = replace(facts, status=S.REGISTERED)
    for step in steps:
        if not possible(step, facts):
            facts = replace(facts, status=move(step, facts))

    assert facts.status not in (S.IN_APPEAL, S.RULED) or facts.decided  # I8


# Standing still


def test_where_only_a_statutory_term_runs_a_pause_is_refused_with_its_article() -> None:
    running = replace(READY, pausable=False, going_on="Awb art. 9:11")

    with pytest.raises(Refused) as by_the_act:
        move(StepName.PAUSE, running)
    with pytest.raises(Refused) as twice:
        move(StepName.PAUSE, replace(running, pausable=True, paused=True))

    assert (by_the_act.value.code, by_the_act.value.values) == ("pause_not_allowed", {"article": "Awb art. 9:11"})
    assert (twice.value.code, twice.value.values) == ("already_paused", {})
    assert move(StepName.PAUSE, replace(running, pausable=True)) is running.status
