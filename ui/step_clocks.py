"""The forms of the steps that change the clocks: stand still and go on, take an extension back, consent, day of receipt."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date

import streamlit as st

from domain.errors import Refused
from domain.promises import first_red_day, is_open
from domain.vocabulary import Channel, PauseReason
from domain.workflow import StepName
from services import clocks
from services.door import Actor
from services.promises import Move
from text import weekday_date
from ui.session import actor, language, literal, t
from ui.step_here import Here, Save

_PAUSES = (PauseReason.WAITING_COMPLAINANT, PauseReason.EXTERNAL_BODY, PauseReason.AGREED)


def pause(here: Here) -> Save | None:
    going_on = [each for each in here.file.promises if each.statutory and each.met_on is None and each.cancelled_on is None]
    if going_on:
        st.info(t("complaint.statutory_goes_on", source=going_on[0].source), icon=":material/gavel:")
    reason, on, until, text = pause_fields(here, _PAUSES, start=0)
    if not here.pressed():
        return None
    return lambda who: clocks.pause(who, here.reference, here.seen, reason or "", on, until, text)  # type: ignore[arg-type]


def pause_fields(
    here: Here, reasons: tuple[PauseReason, ...], start: int | None = None
) -> tuple[PauseReason | None, date | None, date | None, str]:
    """Why, from when, until when if that is known, and what there is to say; also of who hears an appeal."""
    reason = here.pick("pause_reason", reasons, lambda each: t(f"pause_reason.{each}"), start=start)
    here.fields.under("reason")
    on, until = here.day(), here.day("until", ahead=True)
    st.caption(t("complaint.pause_until_empty"))
    return reason, on, until, here.text("text")


def resume(here: Here) -> Save | None:
    on, text = here.day(), here.text("text", height=80)
    return (lambda who: clocks.resume(who, here.reference, here.seen, on, text)) if here.pressed() else None  # type: ignore[arg-type]


def withdraw_extension(here: Here) -> Save | None:
    on = here.day()
    if on is not None:
        _stands_again(here, _would_move(here, lambda: clocks.withdrawal_moves(actor(), here.reference, on)))
    reason = here.text("reason", height=80)
    if not here.pressed():
        return None
    return lambda who: clocks.withdraw_extension(who, here.reference, here.seen, on, reason)  # type: ignore[arg-type]


def _stands_again(here: Here, moves: Iterable[Move]) -> None:
    """The date that the notice had moved may have passed by now."""
    for promise in (each.after for each in moves):
        if promise and is_open(promise) and not promise.informative and first_red_day(promise) <= here.today:
            labels = {each.key: each.label for each in here.file.promises}
            day = weekday_date(promise.target_on, language())
            st.warning(
                t("complaint.red_at_once", label=literal(labels.get(promise.key, promise.key)), day=day),
                icon=":material/warning:",
            )


def consent(here: Here) -> Save | None:
    on = here.day()
    channel = here.pick("channel", list(clocks.IN_WRITING), lambda each: t(f"channel.{each}"), start=0)
    text = here.text("text", height=80)
    if not here.pressed():
        return None
    return lambda who: clocks.consent(who, here.reference, here.seen, on, channel or Channel.OTHER, text)  # type: ignore[arg-type]


def correct_receipt(here: Here) -> Save | None:
    here.edits(received_on=here.file.received_on)
    received_on = here.day("received_on", start=here.file.received_on)
    if received_on and received_on != here.file.received_on:
        _would_move(here, lambda: clocks.receipt_moves(actor(), here.reference, received_on))
    reason = here.text("reason", height=80)
    if not here.pressed():
        return None
    return lambda who: _corrected(who, here, received_on, reason)


def _corrected(who: object, here: Here, received_on: date | None, reason: str) -> None:
    clocks.correct_receipt(who, here.reference, here.seen, received_on, reason)  # type: ignore[arg-type]


def change_procedure(here: Here) -> Save | None:
    known = {each.key: each for each in here.file.offer.procedures} if here.file.offer else {}
    start = list(known).index(here.file.procedure) if here.file.procedure in known else None
    here.edits({"procedure": lambda each: known[each].label if each in known else ""}, procedure=here.file.procedure)
    chosen = here.pick("procedure", list(known), lambda each: known[each].label if each in known else "", start)
    if chosen:
        st.caption(literal(known[chosen].explanation))
    committee = bool(chosen and known[chosen].committee) and st.checkbox(
        t("complaint.field.by_committee"), here.file.by_committee, key=here.key("by_committee")
    )
    here.fields.under("by_committee")
    if chosen and (chosen, committee) != (here.file.procedure, here.file.by_committee):
        _would_move(here, lambda: clocks.procedure_moves(actor(), here.reference, chosen, committee))
    reason = here.text("reason", height=80)
    if not here.pressed():
        return None
    return lambda who: _changed(who, here, chosen or "", committee, reason)


def _changed(who: Actor, here: Here, procedure: str, committee: bool, reason: str) -> None:
    clocks.change_procedure(who, here.reference, here.seen, procedure, committee, reason)


def _would_move(here: Here, foresee: Callable[[], tuple[Move, ...]]) -> tuple[Move, ...]:
    try:
        moves = foresee()
    except Refused:
        return ()  # saving says why
    st.caption(t("complaint.would_move") if moves else t("complaint.nothing_moves"))
    show_moves(here, moves)
    return moves


def show_moves(here: Here, moves: Iterable[Move]) -> None:
    labels = {each.key: each.label for each in here.file.promises}
    for each in moves:
        before, after = (weekday_date(one.target_on, language()) if one else "" for one in (each.before, each.after))
        key = "complaint.move" if before and after else "complaint.move_new" if after else "complaint.move_gone"
        st.text(t(key, label=labels.get(each.key) or each.label or each.key, before=before, after=after))


FORMS: dict[StepName, Callable[[Here], Save | None]] = {
    StepName.PAUSE: pause,
    StepName.RESUME: resume,
    StepName.WITHDRAW_EXTENSION: withdraw_extension,
    StepName.CONSENT: consent,
    StepName.CORRECT_RECEIPT: correct_receipt,
    StepName.CHANGE_PROCEDURE: change_procedure,
}
