"""Where a dossier can go: one table of transitions with named guards (domain.md 5.2, T02-T15).

Everything here is about plain values. Who may take a step is decided by the door, on which dossier too; what a step still
needs (a text, a letter, a date) by its service.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from domain.errors import Refused
from domain.vocabulary import CloseReason, LadderLevel, Status


class StepName(StrEnum):
    CONVERT = "convert"  # a question turns out to be a complaint
    CONSULT = "consult"
    EXPERT_CONSULTED = "expert_consulted"
    ACKNOWLEDGE = "acknowledge"
    ACKNOWLEDGE_IMPOSSIBLE = "acknowledge_impossible"
    ASSIGN = "assign"
    LOG = "log"
    PROGRESS = "progress"
    RESPOND = "respond"  # a substantive response; a decision may still follow
    NOTIFY_RESPONDENT = "notify_respondent"
    CLIMB = "climb"
    EXTEND = "extend"
    WITHDRAW_EXTENSION = "withdraw_extension"
    CONSENT = "consent"  # the complainant agrees in writing to a further extension
    PAUSE = "pause"
    RESUME = "resume"
    CORRECT_RECEIPT = "correct_receipt"
    CHANGE_PROCEDURE = "change_procedure"
    DECIDE = "decide"
    ANSWER = "answer"  # the decision letter
    RESOLVE = "resolve"  # the fast track: solved, and told so in writing
    WITHDRAW = "withdraw"
    NOT_HANDLED = "not_handled"
    MEASURE_DONE = "measure_done"
    MOVE_MEASURE = "move_measure"  # to another date, told in a letter
    MEASURE_EFFECT = "measure_effect"  # did it help?
    POSITION = "position"  # what we do with the judgment of our committee (Jeugdwet 4.2.1(5))
    CONSEQUENCES = "consequences"  # what a ruling in appeal asked, was done
    ASK_SATISFACTION = "ask_satisfaction"  # two questions to the complainant, once it is over
    SATISFACTION = "satisfaction"  # what they answered
    ADD_PARTY = "add_party"
    NAME_COMPLAINANT = "name_complainant"
    CORRECT = "correct"  # what was written down wrongly at registration
    REMOVE_PARTY = "remove_party"
    RAISE_RED_FLAG = "raise_red_flag"  # a suspicion became known after registration
    REFER = "refer"  # the external route
    CLOSE = "close"
    REOPEN = "reopen"
    LODGE_APPEAL = "lodge_appeal"
    RULE_APPEAL = "rule_appeal"
    NEW_DECISION = "new_decision"  # the ruling annulled the decision


class Ground(StrEnum):
    """Why a complaint is not handled (T13); the wording follows Awb 9:8, configurable practice elsewhere."""

    HANDLED_BEFORE = "handled_before"
    TOO_OLD = "too_old"
    IN_COURT = "in_court"
    CRIMINAL_CASE = "criminal_case"
    NOT_OURS = "not_ours"
    NO_INTEREST = "no_interest"
    OTHER = "other"


class AttemptResult(StrEnum):
    """What a talk or a mediation led to (R003)."""

    SOLVED = "solved"
    PARTLY = "partly"
    NOT_SOLVED = "not_solved"
    DECLINED = "declined"


@dataclass(frozen=True)
class Facts:
    """What the guards look at."""

    status: Status
    today: date
    question: bool = False
    regular: bool = True  # in the regular compartment
    reachable: bool = True  # there is somebody to write to
    already_resolved: bool = False
    level: LadderLevel = LadderLevel.COLLEAGUE
    next_level: LadderLevel | None = None
    action_known: bool = False  # what was done at once, or a talk that is recorded
    red_flag: bool = False
    red_flag_used: bool = False  # this organisation has a duty that hangs on it
    expert_consulted: bool = False
    consultation_used: bool = False  # this organisation consults before it acknowledges
    consultation_first: bool = False  # and the main procedure starts no handling without it
    consulted: bool = False
    ack_owner: bool = False
    acknowledged: bool = False  # or recorded as impossible
    handled: bool = False  # it shows who did what
    extendable: bool = False  # an open promise that a notice can move
    extended: bool = False  # an open promise that took over from one that was moved
    consent_used: bool = False  # the procedure extends further with the complainant's consent
    procedure_choice: bool = False  # another procedure, or our own committee, could handle it
    pausable: bool = False  # an open promise that may stand still
    going_on: str = ""  # the article of an open promise that the law lets go on; empty: none
    paused: bool = False
    decided: bool = False  # a decision in force
    outcome: bool = False
    written_to: bool = False  # something in writing went to the complainant
    spoken_to: bool = False  # or they were talked to
    respondent: bool = False
    party: bool = False  # somebody besides the complainant stands in it
    open_measure: bool = False
    effect_due: bool = False  # a measure was done so long ago that it is asked whether it helped
    position_due: bool = False
    consequences_due: bool = False  # and no measure with a date stands for it
    asked: bool = False  # the complainant, how it went
    open_promise: bool = False  # leaving out measures and what is only informative
    appeal_open: bool = False
    appeal_until: date | None = None  # last day on which an appeal is in time
    ruled_on: bool = False  # an appeal against the decision in force was ruled on
    externally_ruled: bool = False
    rights_told: bool = False  # of the confidant and the outside bodies


@dataclass(frozen=True)
class Guard:
    """A condition and the code of the refusal when it does not hold."""

    code: str
    holds: Callable[[Facts], bool]


A_COMPLAINT = Guard("still_a_question", lambda f: not f.question)
RED_FLAG = Guard("no_red_flag", lambda f: f.red_flag)
NOT_YET_FLAGGED = Guard("already_red_flag", lambda f: not f.red_flag)
RED_FLAG_USED = Guard("no_red_flag_here", lambda f: f.red_flag_used)
EXPERT_NOT_YET = Guard("expert_already_consulted", lambda f: not f.expert_consulted)
# Wko 1.51b: nothing ordinary happens before the designated expert was consulted.
EXPERT_HEARD = Guard("expert_first", lambda f: not f.red_flag or f.expert_consulted)
CONSULTATION_USED = Guard("no_consultation_here", lambda f: f.consultation_used)
CONSULTED = Guard("consultation_missing", lambda f: not f.consultation_first or f.consulted)
OWNER_NAMED = Guard("ack_owner_missing", lambda f: not f.consultation_used or f.ack_owner)
REACHABLE = Guard("nobody_to_write_to", lambda f: f.reachable)
UNREACHABLE = Guard("can_be_written_to", lambda f: not f.reachable)
NOT_ACKNOWLEDGED = Guard("already_acknowledged", lambda f: not f.acknowledged)
ACKNOWLEDGED = Guard("not_acknowledged", lambda f: f.acknowledged)
RESOLVED = Guard("not_resolved", lambda f: f.already_resolved or f.level in (LadderLevel.COLLEAGUE, LadderLevel.MANAGER))
ACTION_KNOWN = Guard("action_missing", lambda f: f.action_known)
EXTENDABLE = Guard("nothing_to_extend", lambda f: f.extendable)
EXTENDED = Guard("nothing_to_withdraw", lambda f: f.extended)
CONSENT_USED = Guard("no_consent_here", lambda f: f.consent_used)
PAUSABLE = Guard("nothing_to_pause", lambda f: f.pausable or bool(f.going_on))
NOT_ONLY_THE_LAW = Guard("pause_not_allowed", lambda f: f.pausable or not f.going_on)
RUNNING = Guard("already_paused", lambda f: not f.paused)
PAUSED = Guard("not_paused", lambda f: f.paused)
RESPONDENT_KNOWN = Guard("no_respondent", lambda f: f.respondent)
A_PARTY = Guard("no_party", lambda f: f.party)
LADDER_LEFT = Guard("top_of_ladder", lambda f: f.next_level is not None)
PROCEDURE_CHOICE = Guard("no_procedure_choice", lambda f: f.procedure_choice)
POSITION_DUE = Guard("no_position_due", lambda f: f.position_due)
CONSEQUENCES_DUE = Guard("no_consequences_due", lambda f: f.consequences_due)
NOT_ASKED = Guard("satisfaction_asked", lambda f: not f.asked)
ASKED = Guard("satisfaction_not_asked", lambda f: f.asked)
OPEN_MEASURE = Guard("no_open_measure", lambda f: f.open_measure)
EFFECT_DUE = Guard("no_effect_due", lambda f: f.effect_due)
DECIDED = Guard("no_decision", lambda f: f.decided)
NOT_RULED_ON = Guard("already_ruled_on", lambda f: not f.ruled_on)

# What closing needs (R051): complaint, decision, handling, when and by whom, and nothing promised that is still open.
OUTCOME_KNOWN = Guard("outcome_missing", lambda f: f.outcome or f.externally_ruled)
RIGHTS_TOLD = Guard("rights_not_told", lambda f: f.rights_told or not f.reachable)
HANDLING_KNOWN = Guard("handling_missing", lambda f: f.handled)
TOLD = Guard("answer_missing", lambda f: f.written_to or not f.reachable)
QUESTION_ANSWERED = Guard("question_unanswered", lambda f: f.written_to or f.spoken_to or not f.reachable)
PROMISES_SETTLED = Guard("promise_open", lambda f: not f.open_promise)
APPEAL_SETTLED = Guard("appeal_open", lambda f: not f.appeal_open)
LETTER_SENT = Guard("letter_missing", lambda f: f.written_to or not f.reachable)
ENDED = Guard(
    "not_ended", lambda f: f.status not in (Status.REGISTERED, Status.ACKNOWLEDGED, Status.IN_PROGRESS, Status.DECIDED)
)

_COMPLETE = (EXPERT_HEARD, OUTCOME_KNOWN, HANDLING_KNOWN, TOLD, RIGHTS_TOLD, PROMISES_SETTLED, APPEAL_SETTLED)
_UNANSWERABLE = (EXPERT_HEARD, OUTCOME_KNOWN, HANDLING_KNOWN, APPEAL_SETTLED)
_TAKEN_BACK = (EXPERT_HEARD, LETTER_SENT, PROMISES_SETTLED)
_ORDINARY = (A_COMPLAINT, EXPERT_HEARD)


@dataclass(frozen=True)
class Transition:
    id: str  # of domain.md 5.2; empty where the status stays
    step: StepName
    before: frozenset[Status]
    after: Status | None  # None: the status stays
    guards: tuple[Guard, ...] = ()
    question: bool | None = None  # for a question, for a complaint, or for both
    ruled_outside: bool | None = None  # where an outside body ruled, where none did, or both

    def fits(self, facts: Facts) -> bool:
        asked = self.question in (None, facts.question) and self.ruled_outside in (None, facts.externally_ruled)
        return facts.status in self.before and asked

    def blocked(self, facts: Facts) -> tuple[str, ...]:
        return tuple(guard.code for guard in self.guards if not guard.holds(facts))


def _row(
    number: str,
    step: StepName,
    before: frozenset[Status],
    after: Status | None = None,
    *guards: Guard,
    question: bool | None = None,
    ruled_outside: bool | None = None,
) -> Transition:
    return Transition(number, step, before, after, guards, question, ruled_outside)


S = Status
_ANY = frozenset(Status) - {S.ANONYMISED}
_NEW = frozenset({S.REGISTERED, S.ACKNOWLEDGED})
_HANDLING = frozenset({S.ACKNOWLEDGED, S.IN_PROGRESS})
_OPEN = frozenset({S.REGISTERED, S.ACKNOWLEDGED, S.IN_PROGRESS, S.DECIDED})
_LATER = frozenset({S.IN_PROGRESS, S.DECIDED, S.ANSWERED, S.IN_APPEAL, S.RULED})
_REGISTERED, _IN_PROGRESS = frozenset({S.REGISTERED}), frozenset({S.IN_PROGRESS})
_DONE = frozenset({S.ANSWERED, S.RULED, S.CLOSED})
_ASKED = _REGISTERED | _IN_PROGRESS  # where a question can be
_OVER = _DONE | {S.WITHDRAWN, S.NOT_HANDLED}

_ACK = (*_ORDINARY, REACHABLE, OWNER_NAMED, NOT_ACKNOWLEDGED)
_NO_ACK = (*_ORDINARY, UNREACHABLE, NOT_ACKNOWLEDGED)

TABLE: tuple[Transition, ...] = (
    _row("", StepName.CONVERT, _ASKED, S.REGISTERED, question=True),
    _row("", StepName.CONSULT, _OPEN | {S.ANSWERED}, None, *_ORDINARY, CONSULTATION_USED),
    _row("", StepName.EXPERT_CONSULTED, _ANY, None, RED_FLAG, EXPERT_NOT_YET),
    _row("T02", StepName.ACKNOWLEDGE, _REGISTERED, S.ACKNOWLEDGED, *_ACK),
    # Assigned before it was acknowledged; or it could not be, and then the complainant became known.
    _row("", StepName.ACKNOWLEDGE, _HANDLING, None, *_ACK),
    _row("T02", StepName.ACKNOWLEDGE_IMPOSSIBLE, _REGISTERED, S.ACKNOWLEDGED, *_NO_ACK),
    _row("", StepName.ACKNOWLEDGE_IMPOSSIBLE, _IN_PROGRESS, None, *_NO_ACK),
    _row("T03", StepName.ASSIGN, _NEW, S.IN_PROGRESS, EXPERT_HEARD, CONSULTED),
    _row("", StepName.ASSIGN, _LATER, None, EXPERT_HEARD),
    _row("", StepName.LOG, _ANY),
    _row("", StepName.PROGRESS, _HANDLING | {S.DECIDED}, None, *_ORDINARY, REACHABLE),
    _row("", StepName.RESPOND, _HANDLING, None, EXPERT_HEARD, REACHABLE),
    _row("", StepName.RESPOND, _REGISTERED, None, EXPERT_HEARD, REACHABLE, question=True),
    _row("", StepName.NOTIFY_RESPONDENT, _OPEN, None, *_ORDINARY, RESPONDENT_KNOWN),
    _row("", StepName.CLIMB, _OPEN | {S.ANSWERED}, None, LADDER_LEFT),
    _row("T04", StepName.EXTEND, _HANDLING, None, *_ORDINARY, REACHABLE, EXTENDABLE),
    _row("", StepName.EXTEND, frozenset({S.ANSWERED}), None, *_ORDINARY, REACHABLE, POSITION_DUE, EXTENDABLE),
    _row("", StepName.WITHDRAW_EXTENSION, _HANDLING | {S.DECIDED}, None, *_ORDINARY, EXTENDED),
    _row("", StepName.CONSENT, _HANDLING, None, *_ORDINARY, CONSENT_USED, EXTENDABLE),
    _row("", StepName.PAUSE, _OPEN, None, *_ORDINARY, RUNNING, PAUSABLE, NOT_ONLY_THE_LAW),
    _row("", StepName.RESUME, _ANY, None, PAUSED),
    _row("", StepName.CORRECT_RECEIPT, _ANY, None, A_COMPLAINT),
    _row("", StepName.CHANGE_PROCEDURE, _OPEN, None, *_ORDINARY, PROCEDURE_CHOICE),
    # R046: the acknowledgement goes first; without it a missed promise would stay open for ever.
    _row("T05", StepName.DECIDE, _HANDLING, S.DECIDED, *_ORDINARY, ACKNOWLEDGED),
    _row("T06", StepName.ANSWER, frozenset({S.DECIDED}), S.ANSWERED, *_ORDINARY, REACHABLE, DECIDED),
    _row("T07", StepName.RESOLVE, _NEW, S.ANSWERED, *_ORDINARY, REACHABLE, RESOLVED, ACTION_KNOWN),
    _row("T08", StepName.CLOSE, frozenset({S.ANSWERED, S.RULED}), S.CLOSED, *_COMPLETE),
    _row("T08", StepName.CLOSE, frozenset({S.WITHDRAWN, S.NOT_HANDLED}), S.CLOSED, *_TAKEN_BACK),
    # Who went straight to a committee has its ruling instead of our decision; what is still promised ends with it.
    _row("T08", StepName.CLOSE, _OPEN, S.CLOSED, EXPERT_HEARD, HANDLING_KNOWN, RIGHTS_TOLD, question=False, ruled_outside=True),
    # Nobody can be answered: a decided dossier of an unknown complainant ends here, and closing settles its promises.
    _row("T08", StepName.CLOSE, frozenset({S.DECIDED}), S.CLOSED, UNREACHABLE, *_UNANSWERABLE),
    _row("T08", StepName.CLOSE, _ASKED, S.CLOSED, EXPERT_HEARD, QUESTION_ANSWERED, question=True),
    # Before its end a complaint cannot be closed; this row is here to say what is missing (R051).
    _row("", StepName.CLOSE, _ASKED | _HANDLING, S.CLOSED, *_COMPLETE, ENDED, question=False, ruled_outside=False),
    # Ruled: an appeal that was inadmissible or taken back may be lodged again.
    _row("T09", StepName.LODGE_APPEAL, frozenset({S.ANSWERED, S.RULED, S.CLOSED}), S.IN_APPEAL, DECIDED, NOT_RULED_ON),
    _row("T10", StepName.RULE_APPEAL, frozenset({S.IN_APPEAL}), S.RULED),
    _row("T11", StepName.NEW_DECISION, frozenset({S.RULED}), S.IN_PROGRESS),
    _row("T12", StepName.WITHDRAW, _OPEN | {S.ANSWERED}, S.WITHDRAWN, EXPERT_HEARD),
    _row("T13", StepName.NOT_HANDLED, _NEW, S.NOT_HANDLED, *_ORDINARY),
    _row("T14", StepName.REOPEN, frozenset({S.CLOSED}), S.IN_PROGRESS),
    _row("", StepName.MEASURE_DONE, _ANY, None, OPEN_MEASURE),
    _row("", StepName.MOVE_MEASURE, _IN_PROGRESS | _DONE, None, OPEN_MEASURE),
    _row("", StepName.MEASURE_EFFECT, _ANY, None, EFFECT_DUE),
    _row("", StepName.POSITION, _DONE, None, *_ORDINARY, REACHABLE, POSITION_DUE),
    _row("", StepName.CONSEQUENCES, _ANY, None, CONSEQUENCES_DUE),
    _row("", StepName.ASK_SATISFACTION, _OVER, None, REACHABLE, NOT_ASKED, question=False),
    _row("", StepName.SATISFACTION, _OVER, None, ASKED, question=False),
    _row("", StepName.ADD_PARTY, _ANY),
    _row("", StepName.NAME_COMPLAINANT, _ANY),
    _row("", StepName.CORRECT, _ANY),
    _row("", StepName.REMOVE_PARTY, _ANY, None, A_PARTY),
    _row("", StepName.RAISE_RED_FLAG, _ANY, None, RED_FLAG_USED, NOT_YET_FLAGGED),
    _row("T15", StepName.REFER, _ANY),  # R009: no guard ever
)

# The closed compartments have a plain file for now; their own course comes with their own pages.
_IN_EVERY_COMPARTMENT = frozenset({StepName.LOG, StepName.ADD_PARTY, StepName.NAME_COMPLAINANT})

NOT_NOW = "not_in_this_status"


def possible(step: StepName, facts: Facts) -> tuple[str, ...]:
    """The refusal codes why not; empty: possible."""
    if not facts.regular and step not in _IN_EVERY_COMPARTMENT:
        return ("other_compartment",)
    blocked = [row.blocked(facts) for row in TABLE if row.step is step and row.fits(facts)]
    return min(blocked, key=len, default=(NOT_NOW,))


def said_with(code: str, facts: Facts) -> dict[str, Any]:
    """What the sentence of this refusal needs."""
    return {"article": facts.going_on} if code == NOT_ONLY_THE_LAW.code else {}


def move(step: StepName, facts: Facts) -> Status:
    """The status after this step. Raises Refused with the first reason why not; closing: ``incomplete``, with all of
    them as message keys in ``missing``."""
    why = possible(step, facts)
    if why and step is StepName.CLOSE and NOT_NOW not in why and "other_compartment" not in why:
        raise Refused("incomplete", missing=[f"gap.{code}" for code in why])
    if why:
        raise Refused(why[0], **said_with(why[0], facts))
    row = next(row for row in TABLE if row.step is step and row.fits(facts) and not row.blocked(facts))
    return row.after or facts.status


_CLOSED_AS = {
    CloseReason.WITHDRAWN: frozenset({S.WITHDRAWN}),
    CloseReason.NOT_HANDLED: frozenset({S.NOT_HANDLED}),
    CloseReason.ACCEPTED: frozenset({S.ANSWERED, S.RULED}),
    CloseReason.WINDOW_ELAPSED: frozenset({S.ANSWERED}),
    CloseReason.ALTERNATIVES_EXHAUSTED: frozenset({S.ANSWERED, S.RULED, S.DECIDED}),
    CloseReason.EXTERNAL_RULED: frozenset({S.ANSWERED, S.RULED, *_OPEN}),
}
_QUESTION_CLOSED_AS = frozenset({CloseReason.ACCEPTED, CloseReason.ALTERNATIVES_EXHAUSTED})


def close_reasons(facts: Facts) -> tuple[CloseReason, ...]:
    """The reasons that fit this dossier as it stands."""
    return tuple(reason for reason in CloseReason if why_not_closed_as(reason, facts) is None)


def why_not_closed_as(reason: CloseReason, facts: Facts) -> str | None:
    """The refusal code when this reason does not fit: ``close_reason``, ``appeal_still_possible``, ``no_appeal_term``,
    ``no_external_ruling``."""
    if facts.question and facts.status not in (S.WITHDRAWN, S.CLOSED):
        return None if reason in _QUESTION_CLOSED_AS else "close_reason"
    if facts.status not in _CLOSED_AS[reason]:
        return "close_reason"
    if reason is CloseReason.EXTERNAL_RULED and not facts.externally_ruled:
        return "no_external_ruling"
    if reason is CloseReason.WINDOW_ELAPSED and facts.appeal_until is None:
        return "no_appeal_term"
    if reason is CloseReason.WINDOW_ELAPSED and facts.appeal_until is not None and facts.today <= facts.appeal_until:
        return "appeal_still_possible"
    return None


def next_level(ladder: tuple[LadderLevel, ...], level: LadderLevel) -> LadderLevel | None:
    """R004: up goes exactly one level, along the organisation's own ladder; None at the top."""
    order = list(LadderLevel)
    above = [each for each in ladder if order.index(each) > order.index(level)]
    return min(above, key=order.index) if above else None
