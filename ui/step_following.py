"""The forms of what follows after the answer: another date for a measure, what we do with our committee's judgment, what a
ruling asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

import streamlit as st

from domain.vocabulary import LetterType
from domain.workflow import StepName
from services import following
from services.dossier_content import MeasureView
from ui import step_letters as by_letter
from ui.session import t
from ui.step_here import Here, Save


def open_measures(here: Here) -> dict[int, MeasureView]:
    content = here.file.content
    return {each.id: each for each in content.measures if each.done_on is None and not each.lapsed} if content else {}


def pick_measure(here: Here, waiting: Mapping[int, MeasureView], field: str = "measure_id") -> int | None:
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


def position(here: Here) -> Save | None:
    outgoing = by_letter.letter(here, LetterType.RESPONSE)
    return (lambda who: following.position(who, here.reference, here.seen, outgoing)) if outgoing else None


def consequences(here: Here) -> Save | None:
    on, text = here.day(), here.text("text", height=80)
    return (lambda who: following.consequences(who, here.reference, here.seen, on, text)) if here.pressed() else None  # type: ignore[arg-type]


FORMS: dict[StepName, Callable[[Here], Save | None]] = {
    StepName.MOVE_MEASURE: move_measure,
    StepName.POSITION: position,
    StepName.CONSEQUENCES: consequences,
}
