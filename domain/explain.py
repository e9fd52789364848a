"""Why this date: the days of a promise one by one, and the steps that led to its date, as coded sentences.

The days are counted here anew, apart from `domain.terms` and `domain.book`; `proven` says whether the count ends where the
promise does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from domain.book import PLAIN, Book, Circumstances, Rules, rule_of, within_ceilings
from domain.calendar import Calendar
from domain.facts import Fact
from domain.ledger import Entry, course
from domain.pauses import PAUSES
from domain.promises import Promise, last_good_day
from domain.terms import Roll, Rule, Term, Unit, add_months

_DAY = timedelta(days=1)
_SATURDAY = 5


class Part(StrEnum):
    """What a day does between day 0 and the last day."""

    ZERO = "zero"
    COUNTED = "counted"
    BETWEEN = "between"  # the date was named, nothing is counted
    CLOSED = "closed"  # does not count: the term is in working days
    PAUSED = "paused"
    GIVEN_BACK = "given_back"  # for a paused day that the count did not pass over
    TARGET = "target"  # the raw end
    LENGTHENED = "lengthened"  # Algemene termijnenwet art. 2
    ROLLED = "rolled"  # passed over by art. 1
    LEGAL = "legal"  # the legal date, where it is another day than the target


class Closure(StrEnum):
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    DECREE = "decree"


@dataclass(frozen=True)
class Closed:
    kind: Closure
    name: str = ""  # of the holiday, in Dutch


Names = Mapping[date, Closed]


@dataclass(frozen=True)
class Day:
    on: date
    part: Part
    closed: Closed | None = None
    number: int | None = None  # 1 is the first day that counts
    paused: bool = False


@dataclass(frozen=True)
class Step:
    """One sentence: ``explain.<code>`` with these values (dates, a `Fact`, a `Term`, a `Day` or some, numbers, text)."""

    code: str
    values: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Pause:
    from_on: date
    until: date | None  # the first day after it; none: it goes on

    @property
    def days(self) -> int:
        return (self.until - self.from_on).days if self.until else 0


@dataclass(frozen=True)
class Explanation:
    promise: Promise
    rule: Rule
    days: tuple[Day, ...]  # from day 0 to the last day; empty for what no ledger gives any more
    steps: tuple[Step, ...]  # how the date came about
    ending: Step | None  # how it ended
    proven: bool

    @property
    def target_on(self) -> date | None:
        """Where the count ends."""
        return next((each.on for each in self.days if each.part is Part.TARGET), self.days[0].on if self.days else None)

    @property
    def legal_on(self) -> date | None:
        return self.days[-1].on if self.days else None


def explain(
    entries: Iterable[Entry],
    rules: Rules,
    calendar: Calendar,
    names: Names,
    promise: Promise,
    about: Circumstances = PLAIN,
) -> Explanation | None:
    """Of a promise in the book that these entries give (`domain.ledger.replay`); None where its rule is not known.
    `names`: the closed days of `calendar` by name. Raises Refused: see `replay`."""
    rule = rule_of(promise, rules)
    if rule is None:
        return None
    steps = list(course(entries, rules, calendar, about))
    before = steps[-1][1] if steps else ()
    final = within_ceilings(before, rules)
    if promise not in final:
        return Explanation(promise, rule, (), (Step("no_longer"),), _ending(promise, None), False)
    number = final.index(promise)
    story = _story(steps, number)
    return _Account(promise, rule, story, calendar, names, _ceiling(final, before, rules, number)).explanation()


# What the ledger says of one promise


@dataclass(frozen=True)
class _Story:
    opened: Entry
    named: date  # its first target; for what took over after a notice the day that took effect, within the maximum
    met: Entry | None
    pauses: tuple[Pause, ...]


def _story(steps: Sequence[tuple[Entry, Book]], number: int) -> _Story:
    """The promise stands at one place in the book from the entry that opened it."""
    mine = [(entry, book[number]) for entry, book in steps if len(book) > number]
    opened, first = mine[0]
    met_on = mine[-1][1].met_on
    met = next((entry for entry, now in mine if met_on and now.met_on == met_on), None)
    pauses: list[Pause] = []
    last = first
    for entry, now in mine:
        if now.paused_from is not None and now != last:
            if entry.fact not in PAUSES:
                pauses.pop()  # its end became known, or another one
            pauses.append(Pause(now.paused_from, now.paused_until))
        last = now
    return _Story(opened, first.target_on, met, tuple(pauses))


def _ceiling(final: Book, before: Book, rules: Rules, number: int) -> tuple[date, Rule] | None:
    """The main procedure's maximum, where it cut this promise short."""
    if final[number].target_on == before[number].target_on:
        return None
    ceilings = ((each, rule) for each in before if (rule := rule_of(each, rules)) and rule.ceiling)
    _, rule = max(ceilings, key=lambda each: each[0].target_on)
    return final[number].target_on, rule


# The count


class _Account:
    def __init__(
        self,
        promise: Promise,
        rule: Rule,
        story: _Story,
        calendar: Calendar,
        names: Names,
        ceiling: tuple[date, Rule] | None,
    ) -> None:
        self.promise, self.rule, self.story = promise, rule, story
        self.calendar, self.names, self.ceiling = calendar, names, ceiling
        self.still = {
            each.from_on + timedelta(days=number) for each in story.pauses if each.until for number in range(each.days)
        }
        self.days = [self._day(promise.trigger_on, Part.ZERO)]
        self.steps: list[Step] = []

    def explanation(self) -> Explanation:
        promise = self.promise
        self._start()
        self._count()
        self._pauses()
        self._cap()
        target = self.days[-1].on
        if len(self.days) > 1:
            self.days[-1] = self._day(target, Part.TARGET, self.days[-1].number)
        self._roll(target)
        self._moved()
        proven = target == promise.target_on and self.days[-1].on == promise.legal_on
        return Explanation(promise, self.rule, tuple(self.days), tuple(self.steps), _ending(promise, self.story.met), proven)

    def _say(self, code: str, **values: object) -> None:
        self.steps.append(Step(code, values))

    def _day(self, on: date, part: Part, number: int | None = None) -> Day:
        return Day(on, part, self._closed(on), number, on in self.still)

    def _closed(self, on: date) -> Closed | None:
        if on in self.calendar.closed and on in self.names:
            return self.names[on]
        if on in self.calendar.closed:
            return Closed(Closure.HOLIDAY)
        return Closed(Closure.WEEKEND) if on.weekday() >= _SATURDAY else None

    def _start(self) -> None:
        opened = self.story.opened
        fact = Fact.RECEIVED if self.rule.counts_from is Fact.RECEIVED else opened.fact
        if self.promise.heir:
            self._say("heir", on=self.promise.trigger_on)
        else:
            self._say("started", fact=fact, on=self.promise.trigger_on)

    def _count(self) -> None:
        """Without the pauses: where the term ends by itself, or the day that was named."""
        given, term = self._given(), self.rule.term
        if given is not None:
            self._walk((given - self.promise.trigger_on).days, Part.BETWEEN)
            if self.promise.heir and self.story.opened.given not in (None, given):
                self._say("given_cut", named=self.story.opened.given, until=given)
            else:
                self._say("fixed" if self.rule.fixed and not self.promise.heir else "given", until=given)
        elif term is not None:
            if term.unit is Unit.WORKING_DAYS:
                self._walk_working_days(term.amount)
            else:
                self._walk(_length(term, self.promise.trigger_on), Part.COUNTED)
            self._say("same_day" if term.amount == 0 else f"term_{self.rule.standing}", term=term, until=self._end_of(term))

    def _given(self) -> date | None:
        """The day that was named instead of a term, or within it."""
        promise, rule, opened = self.promise, self.rule, self.story.opened
        if promise.heir:
            return self.story.named
        if rule.fixed is not None:
            return date(promise.trigger_on.year + 1, *rule.fixed)
        given = opened.given if opened.fact in rule.trigger else None
        if given is None or rule.term is None:
            return given
        return given if given < self._end_of(rule.term) else None

    def _end_of(self, term: Term) -> date:
        if term.unit is Unit.WORKING_DAYS:
            return self._working_day(term.amount)
        return self.promise.trigger_on + timedelta(days=_length(term, self.promise.trigger_on))

    def _walk(self, length: int, part: Part) -> None:
        """So many days after day 0; a paused one is passed over. What was paused before day 0 was over is given back at
        the end."""
        start = self.promise.trigger_on
        back = sum(each <= start for each in self.still)
        on, number = start, 0
        while number < length + back:
            on += _DAY
            if on in self.still:
                self.days.append(self._day(on, Part.PAUSED))
                continue
            number += 1
            counts = number <= length
            shown = number if counts and part is Part.COUNTED else None
            self.days.append(self._day(on, part if counts else Part.GIVEN_BACK, shown))

    def _walk_working_days(self, amount: int) -> None:
        """So many open days; then each paused day is given back as a calendar day."""
        on, number = self.promise.trigger_on, 0
        while number < amount:
            on += _DAY
            if self._is_open(on):
                number += 1
                self.days.append(self._day(on, Part.COUNTED, number))
            else:
                self.days.append(self._day(on, Part.CLOSED))
        for _ in self.still:
            on += _DAY
            self.days.append(self._day(on, Part.GIVEN_BACK))

    def _working_day(self, amount: int) -> date:
        on = self.promise.trigger_on
        while amount:
            on += _DAY
            amount -= self._is_open(on)
        return on

    def _is_open(self, on: date) -> bool:
        return self._closed(on) is None

    def _pauses(self) -> None:
        end = self.steps[-1].values.get("until")
        for each in self.story.pauses:
            if each.until is None:
                self._say("paused_still", start=each.from_on)
            elif each.days == 0:
                self._say("paused_same_day", start=each.from_on)
            elif isinstance(end, date):
                end += timedelta(days=each.days)
                last = each.until - _DAY
                self._say(
                    "paused_one" if each.days == 1 else "paused", start=each.from_on, last=last, days=each.days, until=end
                )

    def _cap(self) -> None:
        if self.ceiling is None:
            return
        until, rule = self.ceiling
        self.days = [each for each in self.days if each.on <= until]
        self._say("capped", label=rule.label, source=rule.source, until=until)

    def _roll(self, target: date) -> None:
        if not self._rolls():
            if self._closed(target) is not None:
                too_long = self.rule.roll is Roll.NEXT_WORKING_DAY and not self.story.pauses
                self._say("not_rolled" if too_long else "stays", why=self._day(target, Part.TARGET))
            return
        last = self._lengthened(target)
        skipped: list[Day] = []
        while self._closed(last) is not None:
            skipped.append(self._day(last, Part.ROLLED))
            if last != target:
                self.days.append(skipped[-1])
            last += _DAY
        if last != target:
            self.days.append(self._day(last, Part.LEGAL))
        if skipped:
            self._say("rolled_more" if skipped[1:] else "rolled", why=skipped[0], others=tuple(skipped[1:]), until=last)

    def _rolls(self) -> bool:
        """Algemene termijnenwet art. 4: not what is longer, nor what is set in hours or years; nor what stood still."""
        rule, term = self.rule, self.rule.term
        if self.story.pauses:
            return False
        if self.promise.heir:
            return rule.statutory
        if rule.roll is not Roll.NEXT_WORKING_DAY:
            return False
        return term is None or self._given() is not None or _within_the_act(term)

    def _lengthened(self, target: date) -> date:
        """Art. 2: a term of three days or more holds at least two working days."""
        term = self.rule.term
        if (
            term is None
            or term.unit is Unit.WORKING_DAYS
            or self._given() is not None
            or (target - self.promise.trigger_on).days < 3
        ):
            return target
        second = self._working_day(2)
        if second <= target:
            return target
        self._say("lengthened", until=second)
        on = target + _DAY
        while on < second:
            self.days.append(self._day(on, Part.LENGTHENED))
            on += _DAY
        return second

    def _moved(self) -> None:
        promise = self.promise
        if promise.extended_to is None or promise.notice_on is None:
            return
        in_time = promise.notice_on <= last_good_day(promise)
        self._say("extended_in_time" if in_time else "extended_late", on=promise.notice_on, until=promise.extended_to)


_LONGEST_DAYS = {Unit.DAYS: 90, Unit.WEEKS: 12, Unit.MONTHS: 3, Unit.WORKING_DAYS: 90}


def _within_the_act(term: Term) -> bool:
    return term.amount <= _LONGEST_DAYS.get(term.unit, -1)


def _length(term: Term, start: date) -> int:
    """In calendar days, of a term that is not in working days."""
    match term.unit:
        case Unit.HOURS:
            return -(-term.amount // 24)
        case Unit.MONTHS | Unit.YEARS:
            months = term.amount * (12 if term.unit is Unit.YEARS else 1)
            return (add_months(start, months) - start).days
        case _:
            return term.amount * (7 if term.unit is Unit.WEEKS else 1)


def _ending(promise: Promise, met: Entry | None) -> Step | None:
    if promise.met_on is not None:
        late = promise.met_on > last_good_day(promise) and not promise.informative
        fact = met.fact if met else None
        return Step("met_late" if late else "met", {"on": promise.met_on, "fact": fact})
    if promise.cancelled_on is not None:
        return Step("cancelled", {"on": promise.cancelled_on, "reason": promise.cancel_reason})
    return None
