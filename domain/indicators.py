"""The figures of the yearly overview, as plain formulas. Source: domain.md 5.8, denominators by decision (ADR).

A share without anything to count is None ("n.v.t."), never 0 % and never 100 %.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


def share(part: int, whole: int) -> float | None:
    """`part` of `whole`, between 0 and 1; None where there was nothing to count."""
    return part / whole if whole else None


def nearest_rank(counts: Mapping[int, int], percent: int) -> int | None:
    """The value at or below which `percent` per cent of the cases lie, by nearest rank: always a value that occurred.

    `counts` says how often each value occurred; None for no cases at all. `percent` is 1 to 100.
    """
    total = sum(counts.values())
    rank = -(-percent * total // 100)  # rounded up: the first case is number 1
    seen = 0
    for value in sorted(counts):
        seen += counts[value]
        if seen >= rank > 0:
            return value
    return None


@dataclass(frozen=True)
class Kept:
    """What became of a number of promises; cancelled ones are left out before."""

    kept: int = 0
    extended_in_time: int = 0
    extended_late: int = 0
    missed: int = 0
    open: int = 0  # not due yet: no failure, and no success either

    @property
    def due(self) -> int:
        """The denominator: what was due or already met. An extended promise was due, and not within the term."""
        return self.kept + self.extended_in_time + self.extended_late + self.missed

    @property
    def share(self) -> float | None:
        return share(self.kept, self.due)

    def __add__(self, other: Kept) -> Kept:
        return Kept(
            self.kept + other.kept,
            self.extended_in_time + other.extended_in_time,
            self.extended_late + other.extended_late,
            self.missed + other.missed,
            self.open + other.open,
        )


class Measure(StrEnum):
    COUNT = "count"
    DAYS = "days"
    SHARE = "share"  # between 0 and 1
    MEAN = "mean"


@dataclass(frozen=True)
class Indicator:
    """One figure of the overview. Its name and definition are messages: ``overview.figure_<key>``,
    ``overview.define_<key>``; what it divides: ``overview.term_<part>``."""

    number: str  # in domain.md 5.8; empty for one of our own
    key: str
    measure: Measure = Measure.COUNT
    part: str = ""  # the count that it is, or that is divided; a dot leads into a `Kept`
    whole: str = ""  # the denominator
    in_file: bool = False  # stands in the file itself: only for who may read all dossiers that are counted

    def of(self, figures: object) -> float | None:
        """None where there was nothing to count, or nothing that this reader may read."""
        part = _field(figures, self.part or self.key)
        if not self.whole or part is None:
            return part
        whole = _field(figures, self.whole)
        return None if whole is None else share(int(part), int(whole))


def _field(figures: object, path: str) -> float | None:
    value: object = figures
    for name in path.split("."):
        value = getattr(value, name)
    return value if isinstance(value, int | float) else None


def _count(number: str, key: str, *, in_file: bool = False) -> Indicator:
    return Indicator(number, key, in_file=in_file)


def _days(number: str, key: str) -> Indicator:
    return Indicator(number, key, Measure.DAYS)


def _share(number: str, key: str, part: str, whole: str, *, in_file: bool = False) -> Indicator:
    return Indicator(number, key, Measure.SHARE, part, whole, in_file)


def _promise(number: str, key: str, promise: str) -> Indicator:
    return _share(number, key, f"{promise}.kept", f"{promise}.due")


# In reading order, as the page and the workbook show them. N2, N15, N16 by value, N21 by body and N23 are tables of their
# own (services/overview.py). More indicators: a line here, their counts in `Figures`, three messages, and the oracle.
INDICATORS: tuple[Indicator, ...] = (
    _count("N1", "received"),
    _count("N1", "questions"),
    Indicator("N3", "per_hundred", Measure.MEAN, "hundredfold", "reference"),
    _count("N4", "already_resolved"),
    _share("N4", "resolved_share", "already_resolved", "received"),
    _count("N5", "evaluation"),
    _share("N5", "confirmed_share", "forms_confirmed", "forms_judged"),
    _days("N6", "delay_median"),
    _promise("N7", "acknowledged_share", "acknowledged"),
    _share("N8", "action_share", "ack_action", "ack_sent"),
    _promise("N9", "contacted_share", "contacted"),
    _promise("N10", "reaction_share", "reacted"),
    _promise("N11", "promised_share", "promised"),
    _promise("", "kept_share", "kept"),
    _count("N12", "extended"),
    _share("N12", "notice_share", "notices_in_time", "notices"),
    Indicator("N12", "notice_mean", Measure.MEAN, "notices", "extended"),
    _promise("N13", "statutory_share", "statutory"),
    _count("N14", "answered"),
    _days("N14", "lead_median"),
    _days("N14", "lead_p90"),
    _count("N16", "decided"),
    _share("N16", "upheld_share", "upheld", "decided"),
    _share("N16", "partly_share", "partly", "decided"),
    _share("N16", "not_upheld_share", "not_upheld", "decided"),
    _share("N16", "no_judgment_share", "no_judgment", "decided"),
    _share("N16", "informal_share", "solved", "decided"),
    _count("N17", "measures", in_file=True),
    _share("N17", "measure_share", "measures_in_time", "measures", in_file=True),
    _count("N18", "solved"),
    _share("N18", "first_level_share", "solved_colleague", "solved_here"),
    _share("N18", "second_level_share", "solved_manager", "solved_here"),
    _share("N18", "third_level_share", "solved_coordinator", "solved_here"),
    _count("N19", "mediations", in_file=True),
    _share("N19", "mediation_share", "mediations_solved", "mediations", in_file=True),
    _count("N20", "appeals"),
    _share("N20", "appeal_share", "appeals", "answered"),
    _share("N20", "revised_share", "revised", "ruled", in_file=True),
    _count("N21", "external"),
    _count("N21", "external_direct", in_file=True),
    _count("N21", "external_after", in_file=True),
    _count("N22", "withdrawn"),
    _count("N22", "not_handled"),
    _count("N22", "reopened"),
)
BY_KEY = {each.key: each for each in INDICATORS}


# What stands out


REPEATS = 3  # of one kind in one place, in twelve months
_MOVED_BY = 3


def moved(now: int, before: int) -> bool:
    """Did twelve months differ so much from the twelve before that somebody should know? Three more or fewer, and twice or
    half as many: one is chance."""
    return abs(now - before) >= _MOVED_BY and max(now, before) >= 2 * min(now, before)


# How long it took: calendar days, to and with; the last one has no end.
LEAD_BINS: tuple[tuple[int, int | None], ...] = ((0, 2), (3, 7), (8, 14), (15, 28), (29, 42), (43, None))


def lead_bin(days: int) -> int:
    """The place in `LEAD_BINS`; an answer before the receipt that was written down counts as on the day."""
    return next(place for place, (_, last) in enumerate(LEAD_BINS) if last is None or days <= last)
