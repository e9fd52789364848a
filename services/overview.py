"""A year in figures, beside the year before: what came in, which promises were kept, how long it took.

Every figure is an SQL aggregate over the dossiers that the reader may see; the closed compartments are never counted.
The period is that of `received_on`; "now" is today. Formulas: domain/indicators.py and domain.md 5.8.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from db import models as m
from domain.indicators import BY_KEY, LEAD_BINS, Kept, lead_bin, nearest_rank
from domain.period import Period
from domain.rights import Right
from domain.terms import Rule
from services import confirmed, overview_counts, overview_promises, reviews, satisfaction
from services.confirmed import Confirmed
from services.door import Actor, Work, work
from services.overview_besides import besides
from services.overview_counts import ByPeriod, Cell, Counted, Standing
from services.overview_cut import Cut, Span, span, years
from services.overview_files import COUNTS, InFiles, in_files
from services.overview_promises import OWN, Books, Promised, PutOff, is_acknowledgement
from services.overview_signals import Moved, Repeat, Signals, signals
from services.reviews import Summed
from services.satisfaction import Satisfaction

__all__ = ["Cell", "Counted", "Cut", "Figures", "InFiles", "Moved", "Overview", "Promised", "Repeat", "Signals", "Standing"]


STEPS = ("received", "answered", "appeals", "external")  # of the funnel


@dataclass(frozen=True)
class Figures:
    """One period: the counts that indicators are made of. Days are calendar days. None: stands in files that this reader
    may not all read."""

    received: int = 0
    questions: int = 0  # not in `received`
    already_resolved: int = 0
    evaluation: int = 0
    ack_action: int = 0
    ack_promise: int = 0
    withdrawn: int = 0
    not_handled: int = 0
    reopened: int = 0
    decided: int = 0  # with an outcome
    upheld: int = 0
    partly: int = 0
    not_upheld: int = 0
    no_judgment: int = 0
    solved: int = 0  # informally
    solved_here: int = 0  # of them, those of which the step of the ladder is known
    solved_colleague: int = 0
    solved_manager: int = 0
    solved_coordinator: int = 0
    external: int = 0  # the complainant went to an outside body
    appeals: int = 0  # lodged by who complained in this period
    answered: int = 0
    lead_median: int | None = None  # from receipt to answer
    lead_p90: int | None = None
    delay_median: int | None = None  # from receipt to registration
    acknowledged: Kept = field(default_factory=Kept)
    contacted: Kept = field(default_factory=Kept)
    reacted: Kept = field(default_factory=Kept)
    promised: Kept = field(default_factory=Kept)
    statutory: Kept = field(default_factory=Kept)
    kept: Kept = field(default_factory=Kept)  # all promises together
    extended: int = 0  # dossiers
    notices: int = 0
    notices_in_time: int = 0
    ruled: int | None = None
    revised: int | None = None
    external_direct: int | None = None
    external_after: int | None = None
    measures: int | None = None
    measures_in_time: int | None = None
    mediations: int | None = None
    mediations_solved: int | None = None
    forms_confirmed: int | None = None  # evaluation forms
    forms_judged: int | None = None
    reference: int | None = None  # children or clients in the year

    @property
    def hundredfold(self) -> int:
        return 100 * self.received

    @property
    def ack_sent(self) -> int:
        return self.ack_action + self.ack_promise

    def value(self, key: str) -> float | None:
        """Of the indicator with this key."""
        return BY_KEY[key].of(self)

    @property
    def anything(self) -> bool:
        return bool(self.received or self.questions or self.measures)


@dataclass(frozen=True)
class Overview:
    year: int  # in which the period begins
    years: tuple[int, ...]  # to choose from, newest first
    period: Period
    earlier: Period  # the same months, a year before
    made_at: datetime  # UTC
    today: date
    now: Figures
    before: Figures
    standing: Standing
    months: tuple[Counted, ...]  # "1" to "12", all of the period, in its order
    running: tuple[Kept, ...]  # by month, as far as they have begun: all promises since the first day
    channels: tuple[Counted, ...]  # most this period first
    subjects: tuple[Counted, ...]
    categories: tuple[Counted, ...]
    units: tuple[Counted, ...]
    cells: tuple[Cell, ...]  # this period, most first
    outcomes: tuple[Counted, ...]
    leads: tuple[Counted, ...]  # by place in LEAD_BINS, all of them
    promises: tuple[Promised, ...]  # in the order of the procedure
    files: InFiles
    signals: Signals
    satisfied: tuple[Satisfaction, Satisfaction]  # this period, the one before (N24)
    confirmed: Confirmed  # now, by everybody (N26)
    reviewed: Summed | None  # now; the yearly review (N25)

    @property
    def funnel(self) -> tuple[Counted, ...]:
        """From the first line to appeal to outside. Whoever goes outside need not have been in appeal."""
        return tuple(Counted(step, getattr(self.now, step), getattr(self.before, step)) for step in STEPS)


def year(actor: Actor, year: int | None = None, cut: Cut = Cut()) -> Overview:  # noqa: B008 - frozen
    """The overview of `year`; of the current year when it is not given or not one of `years`. A period in `cut` takes the
    place of the year. Raises Refused: ``period_backwards``, ``period_too_long``, ``in_the_future``, ``too_long_ago``."""
    with work(actor, Right.OVERVIEW) as w:
        return collect(w, year, cut)


def collect(w: Work, year: int | None, cut: Cut = Cut()) -> Overview:  # noqa: B008 - frozen
    """As `year`, inside a transaction: the export uses it too. The number of statements does not depend on anything."""
    offered = years(w)
    s = chosen(w, offered, year, cut)
    known = overview_promises.rules(w)
    standing = overview_counts.standing(w, s)
    w.begin_elsewhere()
    books = overview_promises.books(w, s)
    months, numbers = overview_counts.by_day(w, s)
    channels, outcomes, subjects = overview_counts.crossed(
        w, s, m.Complaint.channel, m.Complaint.outcome, m.Complaint.subject_type
    )
    categories, units, cells = overview_counts.places(w, s)
    lead, delay = overview_counts.days(w, s)
    files = in_files(w, s)
    put_off = overview_promises.put_off(w, s)
    more = besides(w, s)
    now, before = (
        replace(
            _figures(each, numbers, books, known, lead, delay, put_off[each], files),
            forms_confirmed=more[each].confirmed,
            forms_judged=more[each].judged,
            reference=more[each].reference,
        )
        for each in (True, False)
    )
    return Overview(
        year=s.now.first.year,
        years=offered,
        period=s.now,
        earlier=s.before,
        made_at=w.now,
        today=w.today,
        now=now,
        before=before,
        standing=standing,
        months=months,
        running=overview_promises.running(books, s),
        channels=channels,
        subjects=subjects,
        categories=categories,
        units=units,
        cells=cells,
        outcomes=tuple(each for each in outcomes if each.key is not None),
        leads=_bins(lead),
        promises=overview_promises.promised(books, known),
        files=files,
        signals=signals(w, s),
        satisfied=satisfaction.counted(w, s),
        confirmed=confirmed.counted(w),
        reviewed=reviews.summed(w),
    )


def chosen(w: Work, offered: tuple[int, ...], year: int | None, cut: Cut) -> Span:
    return span(w.today, year if year in offered and year else w.today.year, cut)


def _bins(lead: dict[bool, Counter[int]]) -> tuple[Counted, ...]:
    bins: dict[bool, Counter[int]] = {True: Counter(), False: Counter()}
    for now, counts in lead.items():
        for days, number in counts.items():
            bins[now][lead_bin(days)] += number
    return tuple(Counted(str(place), bins[True][place], bins[False][place]) for place in range(len(LEAD_BINS)))


def _figures(
    now: bool,
    numbers: ByPeriod,
    books: Books,
    known: dict[str, Rule],
    lead: dict[bool, Counter[int]],
    delay: dict[bool, Counter[int]],
    put_off: PutOff,
    files: InFiles,
) -> Figures:
    acknowledgements = {key for key, rule in known.items() if is_acknowledgement(rule)}
    counts: dict[str, Any] = {name: numbers[now][name] for name in overview_counts.numbers()}
    counts |= {name: books.kept(now, key.__eq__) for name, key in OWN.items()}
    counts |= {name: files.numbers[now][name] for name in COUNTS} if files.numbers else {}
    return Figures(
        **counts,
        appeals=overview_promises.appeals(books, known, now),
        lead_median=nearest_rank(lead[now], 50),
        lead_p90=nearest_rank(lead[now], 90),
        delay_median=nearest_rank(delay[now], 50),
        acknowledged=books.kept(now, acknowledgements.__contains__),
        kept=books.kept(now, lambda _: True),
        extended=put_off.dossiers,
        notices=put_off.notices,
        notices_in_time=put_off.in_time,
    )
