"""The overview in plain sentences: one beside each chart, so that nobody has to read a chart to know what it says."""

from __future__ import annotations

from collections.abc import Sequence

from domain.indicators import Kept, Measure, share
from domain.terms import Term
from domain.vocabulary import Outcome
from services.overview import Overview, Promised, Signals
from text import month_name, number, percent, period_name
from ui.charts import Line
from ui.session import language, t


def names(shown: Overview) -> tuple[str, str]:
    """What this period and the one before are called."""
    return period_name(shown.period, language()), period_name(shown.earlier, language())


def is_running(shown: Overview) -> bool:
    return shown.period.first <= shown.today < shown.period.last


def days(count: int | None) -> str:
    if count is None:
        return t("common.not_applicable")
    return t("overview.day") if count == 1 else t("overview.days", count=number(count, language()))


def figure(value: float | None, measure: Measure) -> str:
    """A number as people write it; "n.v.t." where there was nothing to count."""
    if value is None:
        return t("common.not_applicable")
    return percent(value, language()) if measure is Measure.SHARE else number(round(value, 1), language())


def within(term: Term | None) -> str:
    if term is None or term.amount < 1:
        return t("overview.within_term")
    key = f"overview.within_{term.unit}"
    return t(f"{key}_one") if term.amount == 1 else t(key, amount=term.amount)


def reactions(shown: Overview) -> list[str]:
    """What share got the reaction that everybody is promised; the sentence that people quote."""
    promised = [each for each in shown.promises if each.reaction]
    if not any(each.now.due for each in promised):
        return [t("overview.say_reaction_none", year=names(shown)[0])]
    return [_reaction(each, shown, named=len(promised) > 1) for each in promised if each.now.due]


def _reaction(each: Promised, shown: Overview, named: bool) -> str:
    said = t(
        "overview.say_reaction_named" if named else "overview.say_reaction",
        label=each.label,
        year=names(shown)[0],
        share=percent(each.now.share, language()),
        within=within(each.term),
        kept=each.now.kept,
        due=each.now.due,
    )
    if not each.before.due:
        return said
    before = t("overview.say_reaction_before", before=names(shown)[1], share=percent(each.before.share, language()))
    return f"{said} {before}"


def promises(shown: Overview) -> str:
    kept: Kept = shown.now.kept
    if not kept.due:
        return t("overview.say_promises_none", year=names(shown)[0])
    return t(
        "overview.say_promises",
        year=names(shown)[0],
        share=percent(kept.share, language()),
        kept=kept.kept,
        due=kept.due,
        extended=kept.extended_in_time,
    )


def lead(shown: Overview) -> str:
    if shown.now.lead_median is None:
        return t("overview.say_lead_none", year=names(shown)[0])
    return t("overview.say_lead", median=days(shown.now.lead_median), p90=days(shown.now.lead_p90))


def standing(shown: Overview) -> str:
    now = shown.standing
    if not now.open or now.oldest_received_on is None:
        return t("overview.now_none", day=shown.today)
    key = "overview.now_open_one" if now.open == 1 else "overview.now_open"
    return t(key, day=shown.today, count=now.open, oldest=now.oldest_received_on, days=now.oldest_days)


def months(shown: Overview) -> str:
    busiest = max(shown.months, key=lambda each: each.now)
    if not busiest.now:
        return t("overview.say_nothing", year=names(shown)[0])
    return t(
        "overview.say_month_so_far" if is_running(shown) and shown.period.is_year else "overview.say_month",
        year=names(shown)[0],
        before=names(shown)[1],
        count=shown.now.received,
        count_before=shown.before.received,
        top=month_name(int(busiest.key or 1), language()),
        top_count=busiest.now,
    )


def most(what: str, lines: Sequence[Line], shown: Overview) -> str:
    """What came first this year; `lines` have the most frequent first and what was not given last."""
    total = sum(now for _, now, _ in lines)
    label, first, _ = lines[0] if lines else ("", 0, 0)
    if not first or label == t("overview.not_given"):
        return t("overview.say_nothing", year=names(shown)[0])
    return t(f"overview.say_{what}", top=label, top_count=first, count=total, share=percent(share(first, total), language()))


def outcomes(shown: Overview) -> str:
    counts = {each.key: each.now for each in shown.outcomes}
    total = sum(counts.values())
    if not total:
        return t("overview.say_outcome_none", year=names(shown)[0])
    upheld = counts.get(Outcome.UPHELD, 0) + counts.get(Outcome.PARTLY, 0)
    return t("overview.say_outcome", count=total, share=percent(share(upheld, total), language()))


def running(shown: Overview) -> str:
    return t("overview.say_running", share=percent(shown.now.kept.share, language()))


def funnel(shown: Overview) -> str:
    return t("overview.say_funnel", **{each.key or "": each.now for each in shown.funnel})


def cells(shown: Overview) -> str:
    if not shown.cells:
        return t("overview.say_nothing", year=names(shown)[0])
    first = shown.cells[0]
    return t("overview.say_cell", category=first.category, unit=first.unit or t("overview.not_given"), count=first.number)


def stands_out(found: Signals) -> list[str]:
    """A sentence for each signal; one that says so when there is none."""
    said = [t("overview.say_repeat", category=each.category, unit=each.unit, count=each.number) for each in found.repeats]
    for each in found.moved:
        key = "overview.say_more" if each.now > each.before else "overview.say_less"
        said.append(t(key, unit=each.unit, now=each.now, before=each.before))
    return said or [t("overview.stands_out_none")]
