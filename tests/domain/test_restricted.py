"""The short course of a matter in a closed compartment."""

import pytest

from domain.restricted import COURSES, ClosedStep, Stand, possible, refusal, status_after
from domain.vocabulary import Compartment, Status

S = ClosedStep
UNWANTED, REPORT = Compartment.UNWANTED_BEHAVIOUR, Compartment.WHISTLEBLOWER


@pytest.mark.parametrize(
    ("stand", "steps"),
    [
        (Stand(UNWANTED, Status.REGISTERED), {S.CONTACT, S.UNREACHABLE, S.NOTE, S.CLOSE}),
        (Stand(UNWANTED, Status.REGISTERED, unreachable=True), {S.CONTACT, S.NOTE, S.CLOSE}),
        (Stand(UNWANTED, Status.CLOSED), {S.NOTE}),
        (Stand(REPORT, Status.REGISTERED), {S.CONTACT, S.ACKNOWLEDGE, S.UNREACHABLE, S.NOTE}),
        (Stand(REPORT, Status.ACKNOWLEDGED, acknowledged=True), {S.CONTACT, S.FEEDBACK, S.NOTE}),
        (Stand(REPORT, Status.ANSWERED, acknowledged=True, answered=True), {S.CONTACT, S.FEEDBACK, S.NOTE, S.CLOSE}),
        (Stand(REPORT, Status.REGISTERED, unreachable=True), {S.CONTACT, S.ACKNOWLEDGE, S.NOTE, S.CLOSE}),
        (Stand(Compartment.REGULAR, Status.REGISTERED), set()),
    ],
)
def test_what_can_be_done_now(stand: Stand, steps: set[ClosedStep]) -> None:
    assert set(possible(stand)) == steps


@pytest.mark.parametrize(
    ("step", "stand", "code"),
    [
        (S.CLOSE, Stand(REPORT, Status.REGISTERED), "report_ack_first"),
        (S.CLOSE, Stand(REPORT, Status.ACKNOWLEDGED, acknowledged=True), "feedback_missing"),
        (S.FEEDBACK, Stand(REPORT, Status.REGISTERED), "report_ack_first"),
        (S.ACKNOWLEDGE, Stand(REPORT, Status.ACKNOWLEDGED, acknowledged=True), "already_acknowledged"),
        (S.UNREACHABLE, Stand(REPORT, Status.ACKNOWLEDGED, acknowledged=True), "already_acknowledged"),
        (S.FEEDBACK, Stand(UNWANTED, Status.REGISTERED), "not_in_this_status"),
        (S.CONTACT, Stand(UNWANTED, Status.CLOSED), "not_in_this_status"),
        (S.NOTE, Stand(UNWANTED, Status.ANONYMISED), "anonymised"),
    ],
)
def test_why_something_cannot_be_done(step: ClosedStep, stand: Stand, code: str) -> None:
    assert refusal(step, stand) == code


@pytest.mark.parametrize("compartment", COURSES)
@pytest.mark.parametrize("status", [Status.REGISTERED, Status.ACKNOWLEDGED, Status.IN_PROGRESS, Status.ANSWERED])
def test_a_status_never_goes_back(compartment: Compartment, status: Status) -> None:
    onward = [Status.REGISTERED, Status.ACKNOWLEDGED, Status.IN_PROGRESS, Status.ANSWERED, Status.CLOSED]

    for step in COURSES[compartment]:
        assert onward.index(status_after(step, Stand(compartment, status))) >= onward.index(status)
