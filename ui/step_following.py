"""The forms of what follows after the answer: another date for a measure, what we do with our committee's judgment, what a
ruling asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

import streamlit as st

from domain.measures import LONGEST
from domain.vocabulary import Helped, LetterType
from domain.workflow import StepName
from services import following, measures
from services.dossier_content import MeasureView
from ui import step_letters as by_letter
from ui.session import t
from ui.step_here import Here, Save


def open_measures(here: Here) -> dict[int, MeasureView]:
    return _measures(here, lambda each: each.done_on is None and not each.lapsed)


def _measures(here: Here, fit: Callable[[MeasureView], bool]) -> dict[int, MeasureView]:
    content = here.file.content
    return {each.id: each for each in content.measures if fit(each)} if content else {}


def pick_measure(here: Here, waiting: Mapping[int, MeasureView], field: str = "measure_id") -> int | None:
    if here.measure_id is not None:
        return here.measure_id
    return here.pick(field, list(waiting), lambda each: waiting[each].text if each in waiting else "", 0 if waiting else None)


def move_measure(here: Here) -> Save | None:
    waiting = open_measures(here)
    chosen = pick_measure(here, waiting, "moved_measure")
    until, reason = here.day("new_date", ahead=True), here.text("reason", height=80)
    if not (here.file.offer and here.file.offer.reachable):
        return _moved(here, chosen, until, reason) if here.pressed() else None
    if chosen not in waiting or until is None or not reason:
        st.caption(t("complaint.measure_letter_after"))
        return None
    says = following.new_date_says(waiting[chosen].text, until, reason)
    outgoing = by_letter.letter(here, LetterType.PROGRESS, says)
    if outgoing is None:
        return None
    return lambda who: following.move_measure(who, here.reference, here.seen, chosen, until, reason, outgoing)


def _moved(here: Here, chosen: int | None, until: date | None, reason: str) -> Save:
    return lambda who: following.move_measure(who, here.reference, here.seen, chosen or 0, until, reason)  # type: ignore[arg-type]


def check_months(label: str, key: str, start: int | None = None) -> int:
    """After how many months "did it help?" comes back; 0: never."""
    chosen = st.selectbox(
        label,
        range(LONGEST + 1),
        index=start or 0,
        format_func=lambda each: t(f"measures.months_{each}" if each < 2 else "measures.months", count=each),
        key=key,
    )
    return int(chosen or 0)


def measure_effect(here: Here) -> Save | None:
    chosen = pick_measure(here, _measures(here, lambda each: each.asked), "checked_measure")
    helped = here.pick("helped", list(Helped), lambda each: t(f"helped.{each}"))
    explanation = here.text("explanation", height=80)
    if not here.pressed():
        return None
    return lambda who: measures.answer(who, here.reference, chosen or 0, helped or "", explanation)


def position(here: Here) -> Save | None:
    outgoing = by_letter.letter(here, LetterType.RESPONSE)
    return (lambda who: following.position(who, here.reference, here.seen, outgoing)) if outgoing else None


def consequences(here: Here) -> Save | None:
    on, text = here.day(), here.text("text", height=80)
    return (lambda who: following.consequences(who, here.reference, here.seen, on, text)) if here.pressed() else None  # type: ignore[arg-type]


FORMS: dict[StepName, Callable[[Here], Save | None]] = {
    StepName.MOVE_MEASURE: move_measure,
    StepName.MEASURE_EFFECT: measure_effect,
    StepName.POSITION: position,
    StepName.CONSEQUENCES: consequences,
}
