"""How long a dossier is kept, what stops it from going, and who may let it go (domain.md T17 and 5.9). Years are calendar
years from the day on which it ended; the organisation sets them in its procedure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from domain.terms import add_months
from domain.vocabulary import Compartment, ExternalStage
from domain.year_report import due_on

AHEAD = timedelta(days=30)  # the list shows what comes
ALONE_AFTER = timedelta(days=7)  # the only keeper of a closed compartment sleeps on it
OUTSIDE_OPEN = frozenset({ExternalStage.DESK, ExternalStage.COMMITTEE_PENDING, ExternalStage.HEARING})


class What(StrEnum):
    """What goes."""

    CONTACT = "contact"  # how to reach the complainant
    DOSSIER = "dossier"  # every name, text and file


class Block(StrEnum):
    """Why it cannot go now."""

    NOT_CLOSED = "not_closed"
    TERM = "term"
    HOLD = "hold"
    APPEAL = "appeal"
    OUTSIDE = "outside"
    MEASURE = "measure"
    REPORT = "report"


@dataclass(frozen=True)
class Terms:
    """In years. `reported`: month and day in the year after the end on which that year has been reported; nothing goes
    before it, because the report needs it."""

    compartments: Mapping[Compartment, int]
    contact: int
    access_log: int  # how much longer than the dossier it stays known who opened it
    reported: tuple[int, int]
    procedures: Mapping[str, int] = field(default_factory=dict)  # of ordinary dossiers that have a term of their own

    def years(self, what: What, compartment: Compartment, procedure: str) -> int:
        if what is What.CONTACT:
            return self.contact
        usual = self.compartments[compartment]
        return self.procedures.get(procedure, usual) if compartment is Compartment.REGULAR else usual

    def until(self, ended_on: date, years: int) -> date:
        """The first day on which it may go."""
        return max(add_months(ended_on, 12 * years), date(ended_on.year + 1, *self.reported))

    def latest_end(self, years: int, on: date) -> date:
        """The last day on which a dossier can have ended of which the term is over on `on`."""
        ended_on = on - timedelta(days=365 * years)
        while self.until(ended_on, years) > on:
            ended_on -= timedelta(days=1)
        return ended_on


def awaiting(days: Iterable[date], put_down_on: date) -> frozenset[int]:
    """The years whose reports count a dossier of which these are the days of receipt, answer and end. One that was to go out
    before the dossier came into the register was made without it."""
    return frozenset(each.year for each in days if due_on(each.year) >= put_down_on)


@dataclass(frozen=True)
class Stand:
    """How one dossier stands."""

    until: date
    today: date
    closed: bool
    held: bool = False
    appeal_open: bool = False
    outside_open: bool = False
    measure_open: bool = False
    report_open: bool = False  # of childcare: a yearly report that counts it was not sent yet


def blocks(stand: Stand) -> tuple[Block, ...]:
    """Everything that stops it; empty: it may go."""
    found = {
        Block.NOT_CLOSED: not stand.closed,
        Block.TERM: stand.until > stand.today,
        Block.HOLD: stand.held,
        Block.APPEAL: stand.appeal_open,
        Block.OUTSIDE: stand.outside_open,
        Block.MEASURE: stand.measure_open,
        Block.REPORT: stand.report_open,
    }
    return tuple(block for block, stops in found.items() if stops)


@dataclass(frozen=True)
class Proposal:
    compartment: Compartment
    by: int
    on: date
    others: bool  # besides who proposed there is somebody here who may confirm, or was until who proposed named them
    alone: bool = True  # there was nobody else when it was proposed either: from then a week counts


def alone_from(proposal: Proposal) -> date | None:
    """From which day who proposed may confirm too; none: never. In a closed compartment a second person from outside
    would break the secrecy that it is there for (R022)."""
    if proposal.compartment is Compartment.REGULAR or proposal.others or not proposal.alone:
        return None
    return proposal.on + ALONE_AFTER


def why_not_confirmed(proposal: Proposal, by: int, today: date) -> str | None:
    """The refusal code: ``second_person``, ``proposed_with_others`` (alone only since then), ``alone_too_soon``."""
    if by != proposal.by:
        return None
    if proposal.compartment is not Compartment.REGULAR and not proposal.others and not proposal.alone:
        return "proposed_with_others"
    since = alone_from(proposal)
    if since is None:
        return "second_person"
    return "alone_too_soon" if today < since else None
