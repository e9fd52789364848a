"""The course of a matter in a closed compartment: short, because its keeper works with a person, not with a procedure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from domain.facts import Fact
from domain.vocabulary import Compartment, EventKind, Status


class ClosedStep(StrEnum):
    CONTACT = "contact"  # with who reported it
    ACKNOWLEDGE = "acknowledge"
    UNREACHABLE = "unreachable"  # nobody to write or talk to, with the reason
    FEEDBACK = "feedback"  # what was found and what follows
    NOTE = "note"
    CLOSE = "close"


@dataclass(frozen=True)
class Course:
    """What taking the step is: an event, a fact for the promises, and the status it leads to."""

    kind: EventKind
    fact: Fact | None = None
    status: Status | None = None  # none: it stays


_NOTE = Course(EventKind.NOTE)
_UNREACHABLE = Course(EventKind.ACK_IMPOSSIBLE, Fact.ACK_IMPOSSIBLE)
_CLOSE = Course(EventKind.CLOSED, Fact.CLOSED, Status.CLOSED)

COURSES: dict[Compartment, dict[ClosedStep, Course]] = {
    # LVV code: the confidant supports; nothing is investigated or decided here.
    Compartment.UNWANTED_BEHAVIOUR: {
        ClosedStep.CONTACT: Course(EventKind.CONTACT, Fact.CONTACT, Status.IN_PROGRESS),
        ClosedStep.UNREACHABLE: _UNREACHABLE,
        ClosedStep.NOTE: _NOTE,
        ClosedStep.CLOSE: _CLOSE,
    },
    # Wbk 2(2)(h) and (i): acknowledgement within seven days, feedback within three months after it.
    Compartment.WHISTLEBLOWER: {
        ClosedStep.ACKNOWLEDGE: Course(EventKind.ACKNOWLEDGED, Fact.ACK_SENT, Status.ACKNOWLEDGED),
        ClosedStep.CONTACT: Course(EventKind.CONTACT, Fact.CONTACT, Status.IN_PROGRESS),
        ClosedStep.FEEDBACK: Course(EventKind.ANSWERED, Fact.FEEDBACK_SENT, Status.ANSWERED),
        ClosedStep.UNREACHABLE: _UNREACHABLE,
        ClosedStep.NOTE: _NOTE,
        ClosedStep.CLOSE: _CLOSE,
    },
}


@dataclass(frozen=True)
class Stand:
    compartment: Compartment
    status: Status
    acknowledged: bool = False
    unreachable: bool = False
    answered: bool = False


def refusal(step: ClosedStep, stand: Stand) -> str | None:
    """The code why this step cannot be taken now; none: it can."""
    if step not in COURSES.get(stand.compartment, {}):
        return "not_in_this_status"
    if stand.status is Status.ANONYMISED:
        return "anonymised"
    if stand.status is Status.CLOSED and step is not ClosedStep.NOTE:
        return "not_in_this_status"
    if step is ClosedStep.ACKNOWLEDGE and stand.acknowledged:
        return "already_acknowledged"
    if step is ClosedStep.UNREACHABLE and (stand.acknowledged or stand.unreachable):
        return "already_acknowledged"
    if step is ClosedStep.FEEDBACK and not stand.acknowledged:
        return "report_ack_first"
    return _not_told(stand) if step is ClosedStep.CLOSE else None


def _not_told(stand: Stand) -> str | None:
    """The law's two messages come before the end of a whistleblower's report."""
    if stand.compartment is not Compartment.WHISTLEBLOWER or stand.unreachable or stand.answered:
        return None
    return "feedback_missing" if stand.acknowledged else "report_ack_first"


def possible(stand: Stand) -> tuple[ClosedStep, ...]:
    return tuple(step for step in ClosedStep if refusal(step, stand) is None)


_ONWARD = (Status.REGISTERED, Status.ACKNOWLEDGED, Status.IN_PROGRESS, Status.ANSWERED, Status.CLOSED)


def status_after(step: ClosedStep, stand: Stand) -> Status:
    """Onward only: contact after feedback does not undo it, nor does an acknowledgement that is entered afterwards."""
    return max(stand.status, COURSES[stand.compartment][step].status or stand.status, key=_ONWARD.index)
