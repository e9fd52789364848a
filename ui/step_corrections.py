"""Forms that put right what was written down wrongly, or was not yet known, at registration."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from domain.workflow import StepName
from services import steps
from ui.session import t
from ui.step_here import Here, Save


def correct(here: Here) -> Save | None:
    """Starts from what stands there; the reason is asked last, when one knows what changed."""
    file = here.file
    places = {each.id: each.name for each in here.choose.places} | {file.unit_id: file.unit or t("correction.none")}
    here.edits(
        {
            "category": str,
            "subcategory": str,
            "unit_id": lambda each: places.get(each, ""),
            "came_in": lambda each: t(f"channel.{each}"),
        },
        title=file.title,
        description=file.description or "",
        category=file.category,
        subcategory=file.subcategory or "",
        unit_id=file.unit_id,
        came_in=file.channel,
    )
    title, description = here.line("title"), here.text("description", height=200)
    below = {each.name: each.subcategories for each in here.words.categories_for(file.sector)}
    below |= {each.name: each.subcategories for each in here.words.restricted if each.treatment == "red_flag"}
    below.setdefault(file.category, (file.subcategory,) if file.subcategory else ())
    category = _choice(here, "category", list(below), file.category) or ""
    now = (file.subcategory or "") if category == file.category else ""
    subcategory = _choice(here, "subcategory", ["", *below.get(category, ())], now, nothing=True) or None
    unit_id = _place(here)
    channel = here.pick(
        "came_in", list(here.words.channels), lambda each: t(f"channel.{each}"), _at(here.words.channels, file.channel)
    )
    here.fields.under("channel")
    reason = here.text("reason")
    if not here.pressed():
        return None
    given = steps.Corrected(
        title=title, description=description, category=category, subcategory=subcategory, unit_id=unit_id, channel=channel or ""
    )
    return lambda who: steps.correct(who, here.reference, here.seen, reason, given)


def _choice(here: Here, field: str, options: list[str], now: str, nothing: bool = False) -> str | None:
    """What stands there is chosen, also where the list does not have it any more."""
    known = options if now in options else [*options, now]
    label = (lambda each: each or t("correction.none")) if nothing else str
    return here.pick(field, known, label, known.index(now))


def _place(here: Here) -> int | None:
    """Those of the same sector: another one has another procedure. A location that was closed since stays what it was
    until somebody chooses another."""
    now, known = here.file.unit_id, dict[int | None, str]({None: t("correction.none")})
    known |= {each.id: each.name for each in here.choose.places if each.sector in (None, here.file.sector)}
    if now not in known:
        known[now] = here.file.unit or ""
    return here.pick("unit_id", list(known), lambda each: known.get(each, ""), list(known).index(now))


def _at(options: tuple[str, ...], now: str) -> int | None:
    return list(options).index(now) if now in options else None


def remove_party(here: Here) -> Save | None:
    named = {each.id: each for each in here.file.content.people} if here.file.content else {}
    chosen = here.pick(
        "party_id",
        list(named),
        lambda each: f"{named[each].name} ({t(f'relation.{named[each].relation}').lower()})" if each in named else "",
        0 if len(named) == 1 else None,
    )
    excluded = chosen in named and named[chosen].excluded
    if excluded:
        st.caption(t("lifting.two_persons"))
    reason = here.text("reason")
    if not here.pressed(t("lifting.propose") if excluded else None):
        return None
    if not excluded:
        return lambda who: steps.remove_party(who, here.reference, here.seen, chosen or 0, reason)
    here.says = "lifting.done_propose"
    return lambda who: steps.propose_lift(who, here.reference, here.seen, chosen or 0, reason)


def raise_red_flag(here: Here) -> Save | None:
    on = here.day("known_on")
    here.fields.under("on")
    reason = here.text("reason")
    return (lambda who: steps.raise_red_flag(who, here.reference, here.seen, on, reason)) if here.pressed() else None  # type: ignore[arg-type]


FORMS: dict[StepName, Callable[[Here], Save | None]] = {
    StepName.CORRECT: correct,
    StepName.REMOVE_PARTY: remove_party,
    StepName.RAISE_RED_FLAG: raise_red_flag,
}
