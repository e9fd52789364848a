"""Terms: from a day and a rule to two dates, the target (raw end) and the legal date (rolled)."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from domain.calendar import Calendar
from domain.facts import Fact


class Unit(StrEnum):
    HOURS = "hours"
    DAYS = "days"
    WEEKS = "weeks"
    MONTHS = "months"
    YEARS = "years"
    WORKING_DAYS = "working_days"


class Roll(StrEnum):
    NONE = "none"
    NEXT_WORKING_DAY = "next_working_day"  # Algemene termijnenwet: terms set in an Act only


class Standing(StrEnum):
    """Where a rule comes from."""

    LAW = "law"
    HOUSE = "house"
    PRACTICE = "practice"
    PROPOSAL = "proposal"


class When(StrEnum):
    """What must hold of the dossier for a rule to open a promise."""

    ALWAYS = "always"
    COMMITTEE = "committee"
    NO_COMMITTEE = "no_committee"


class Reach(StrEnum):
    DOSSIER = "dossier"
    ORGANISATION = "organisation"  # kept as a rule, never opened in a dossier


@dataclass(frozen=True)
class Term:
    amount: int
    unit: Unit


@dataclass(frozen=True)
class Extension:
    """How a promise may be moved: by which notice, into which promise, how often and how far."""

    by: Fact
    successor: str  # code of the promise that takes over, in the same procedure
    once: bool = False
    before_expiry: bool = False  # a notice after the target is refused instead of counted as late
    limit: Term | None = None  # at most this much past the raw end of the first term
    further_with_consent: bool = False  # once more, and past the limit, when the complainant agreed in writing
    notify: tuple[str, ...] = ("complainant",)  # who must be written to


@dataclass(frozen=True)
class Rule:
    procedure: str
    code: str
    label: str  # Dutch
    trigger: tuple[Fact, ...]  # day 0
    met_by: tuple[Fact, ...]
    cancelled_by: tuple[Fact, ...]
    standing: Standing
    source: str
    term: Term | None = None  # none: the date is given, or `fixed`
    fixed: tuple[int, int] | None = None  # (month, day) in the year after the trigger's
    roll: Roll = Roll.NONE
    extend: Extension | None = None
    when: When = When.ALWAYS
    trigger_if_resolved: Fact | None = None  # day 0 instead, when the complaint was already resolved at registration
    counts_from: Fact | None = None  # day 0 is that of this earlier fact, whenever the trigger happened
    recurs_for: Term | None = None  # a recurring clock opens no later than this after it first opened
    only_while: str | None = None  # opens only while the promise with this code is open
    pause: bool = False  # may stand still: waiting for the complainant, an outside body, or as agreed
    ceiling: bool = False  # no answer may be promised later than this rule's raw end
    informative: bool = False  # shown, never red, never on the board
    reach: Reach = Reach.DOSSIER

    @property
    def key(self) -> str:
        return f"{self.procedure}.{self.code}"

    @property
    def statutory(self) -> bool:
        return self.standing is Standing.LAW

    @property
    def date_given(self) -> bool:
        return self.term is None and self.fixed is None


@dataclass(frozen=True)
class Due:
    target_on: date  # raw end: what was promised, and what extensions count from
    legal_on: date  # rolled by the Algemene termijnenwet; equals `target_on` where nothing rolls


def add_months(day: date, amount: int) -> date:
    """The same day number `amount` months on, or the last day of a shorter month."""
    month = day.year * 12 + day.month - 1 + amount
    year, number = divmod(month, 12)
    return date(year, number + 1, min(day.day, monthrange(year, number + 1)[1]))


def raw_end(term: Term, trigger_on: date, calendar: Calendar) -> date:
    """The last day of the term; `trigger_on` is day 0, so a week ends on the same weekday."""
    match term.unit:
        case Unit.HOURS:
            return trigger_on + timedelta(days=-(-term.amount // 24))
        case Unit.DAYS:
            return trigger_on + timedelta(days=term.amount)
        case Unit.WEEKS:
            return trigger_on + timedelta(weeks=term.amount)
        case Unit.MONTHS:
            return add_months(trigger_on, term.amount)
        case Unit.YEARS:
            return add_months(trigger_on, 12 * term.amount)
        case Unit.WORKING_DAYS:
            return calendar.add_working_days(trigger_on, term.amount)


# Algemene termijnenwet art. 4 under a: longer terms, and terms in hours or years, end on the raw date.
_LONGEST = {Unit.HOURS: 0, Unit.DAYS: 90, Unit.WEEKS: 12, Unit.MONTHS: 3, Unit.YEARS: 0, Unit.WORKING_DAYS: 90}


def is_rolled(term: Term) -> bool:
    """Does the Algemene termijnenwet move the end of a term of this length?"""
    return term.amount <= _LONGEST[term.unit] and term.unit not in (Unit.HOURS, Unit.YEARS)


def rolled(term: Term, trigger_on: date, calendar: Calendar) -> date:
    """The last day after the Algemene termijnenwet: art. 2, a term of three days or more holds at least two working
    days; art. 1, it does not end on a Saturday, a Sunday or a recognised holiday."""
    end = raw_end(term, trigger_on, calendar)
    if not is_rolled(term):
        return end
    if term.unit is not Unit.WORKING_DAYS and end - trigger_on >= timedelta(days=3):  # in working days it holds them
        end = max(end, calendar.add_working_days(trigger_on, 2))
    return calendar.roll_forward(end)


def due(rule: Rule, trigger_on: date, calendar: Calendar, given: date | None = None) -> Due:
    """Both dates of a promise under `rule`. `given` is the date that was named: needed where the rule has no term of
    its own, and where it has one the earlier of the two counts. Raises ValueError without any date."""
    rolls = rule.roll is Roll.NEXT_WORKING_DAY
    if rule.term is not None:
        target = raw_end(rule.term, trigger_on, calendar)
        if given is None or given >= target:
            return Due(target, rolled(rule.term, trigger_on, calendar) if rolls else target)
    elif rule.fixed is not None:
        given = date(trigger_on.year + 1, *rule.fixed)
    if given is None:
        raise ValueError(f"{rule.key}: a date must be given")
    return Due(given, calendar.roll_forward(given) if rolls else given)
