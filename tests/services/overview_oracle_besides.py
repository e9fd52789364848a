"""The oracle of what is no single number of dossiers: N2, N3, N5, N15, N21, N23 to N26. As slow and as obvious."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from db import models as m
from domain.evaluations import State
from tests.services.overview_oracle import Dossier, Oracle, ratio
from tests.services.random_registers import Written

OVER = {"closed", "withdrawn", "not_handled", "anonymised"}
KNOWN = {"cora", "dora"}  # who judges evaluation forms, and counts every dossier
REVIEWS = {"cora", "dora", "piet"}


def standing(oracle: Oracle) -> tuple[int, int, date | None]:
    """N15: open, overdue, and since when the oldest is open."""
    waiting = [each.received for each in oracle.complaints if each.complaint.status not in OVER]
    late = [each for each in oracle.complaints if each.complaint.next_due_on and each.complaint.next_due_on < oracle.today]
    return len(waiting), len(late), min(waiting, default=None)


def table(oracle: Oracle, values: Callable[[Dossier], Iterable[Any]]) -> Counter[Any]:
    """N2, N21: a dossier counts once for each of its values."""
    return Counter(value for each in oracle.here for value in set(values(each)))


def leads(oracle: Oracle) -> list[int]:
    """N14 by how long it took."""
    took = [(each.complaint.answered_on - each.received).days for each in oracle.here if each.complaint.answered_on]
    return [len([days for days in took if first <= days <= last]) for first, last in BINS]


BINS = ((0, 2), (3, 7), (8, 14), (15, 28), (29, 42), (43, 99_999))


def year_before(last: date) -> date:
    return last.replace(year=last.year - 1)


def repeats(oracle: Oracle) -> dict[tuple[str, int], int]:
    """N23: three or more of one kind in one place in the twelve months up to the end of the period."""
    last = min(oracle.last, oracle.today)
    found = Counter(
        (each.complaint.category, each.complaint.unit_id)
        for each in oracle.complaints
        if each.complaint.unit_id and year_before(last) < each.received <= last
    )
    return {where: number for where, number in found.items() if number >= 3}  # type: ignore[misc]


def moved(oracle: Oracle) -> dict[int, tuple[int, int]]:
    """A place with three more or fewer than in the twelve months before, and twice or half as many."""
    last = min(oracle.last, oracle.today)
    middle = year_before(last)
    found: dict[int, tuple[int, int]] = {}
    for unit in {each.complaint.unit_id for each in oracle.complaints if each.complaint.unit_id}:
        days = [each.received for each in oracle.complaints if each.complaint.unit_id == unit]
        now = len([on for on in days if middle < on <= last])
        before = len([on for on in days if year_before(middle) < on <= middle])
        if abs(now - before) >= 3 and (now >= 2 * before or before >= 2 * now):
            found[unit] = (now, before)
    return found


def per_hundred(written: Written, oracle: Oracle, who: str) -> float | None:
    """N3."""
    number = dict(zip((2026, 2025), written.drawn.reference, strict=True)).get(oracle.first.year)
    return 100 * len(oracle.here) / number if number and who in KNOWN else None


def forms(written: Written, oracle: Oracle, who: str) -> float | None:
    """N5: of the forms that somebody judged, those that became a complaint; none that is about the reader, nor one whose
    dossier they are excluded from."""
    if who not in KNOWN:
        return None
    judged = []
    for case in written.drawn.repeated:
        received = oracle.today - timedelta(days=case.columns["received"])
        if case.form and who not in case.excluded and oracle.first <= received <= oracle.last:
            judged.append(case.form)
    for form in written.drawn.forms:
        received = oracle.today - timedelta(days=form.received)
        if form.about != who and oracle.first <= received <= oracle.last:
            judged.append(form.state)
    return ratio(judged.count(State.CONFIRMED), judged.count(State.CONFIRMED) + judged.count(State.DISMISSED))


def satisfied(written: Written, oracle: Oracle) -> tuple[int, int, Decimal | None, Decimal | None]:
    """N24: asked, answered, and the means with one decimal."""
    rows = {row["complaint_id"]: row for row in written.tables[m.Satisfaction]}
    here = [rows[each.complaint.id] for each in oracle.here if each.complaint.id in rows]
    answered = [row for row in here if row["process"] is not None or row["outcome"] is not None]
    means = (mean([row[name] for row in here if row[name] is not None]) for name in ("process", "outcome"))
    return len(here), len(answered), next(means), next(means)


def mean(scores: list[int]) -> Decimal | None:
    return (Decimal(sum(scores)) / len(scores)).quantize(Decimal("0.1"), ROUND_HALF_UP) if scores else None


def reviewed(written: Written, seen: list[Dossier], who: str, finalised_on: Callable[[int], date]) -> tuple[Any, ...] | None:
    """N25: when the last one was finalised; of its dossiers how many there are, and how many get something extra; and how
    much of that, of any review, was not done yet."""
    done = [place for place, finalised in enumerate(written.drawn.finalised, start=1) if finalised]
    if who not in REVIEWS or not done:
        return None
    regular = [each.complaint for each in seen if each.complaint.compartment == "regular"]
    there = {complaint.id for complaint in regular if complaint.status != "anonymised"}
    items = [row for row in written.tables[m.ReviewItem] if row["complaint_id"] in there]
    last = [row for row in items if row["review_id"] == done[-1]]
    met = {row["measure_id"] for row in written.tables[m.MeasureDone]}
    agreed = {row["review_item_id"] for row in written.tables[m.Measure] if row["id"] in met}
    extra = [row for row in items if row["extra_action"]]
    waiting = len([row for row in extra if row["id"] not in agreed])
    return finalised_on(done[-1]), len(last), len([row for row in last if row["extra_action"]]), waiting
