"""The steps that are a letter, or end in one: the letter is proposed, adjusted and recorded as sent, in one act."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from domain.vocabulary import Channel, LetterType
from domain.workflow import Ground
from services import steps
from services.letters import Outgoing
from text import weekday_date
from ui.letter_form import letter_form
from ui.session import language, t
from ui.step_here import Here, Save


def letter(
    here: Here, kind: LetterType, extra: Mapping[str, object] | None = None, button: str | None = None
) -> Outgoing | None:
    return letter_form(here.prefix, here.reference, kind, extra, button, here.fields, here.meanwhile)


def acknowledge(here: Here) -> Save | None:
    """Exactly one variant: what was done, or a dated promise (R047)."""
    done = bool(here.file.immediate_actions)
    variants = (LetterType.ACK_ACTION, LetterType.ACK_PROMISE)
    variant = st.radio(
        t("complaint.field.variant"),
        variants,
        index=0 if done else 1,
        format_func=lambda each: t(f"complaint.variant.{each}"),
        key=here.key("variant"),
    )
    outgoing = letter(here, LetterType(variant))
    if outgoing is None:
        return None
    return lambda who: steps.acknowledge(who, here.reference, here.seen, outgoing)


def extend(here: Here) -> Save | None:
    offer = here.file.offer
    if offer and offer.extend_until:
        until = weekday_date(offer.extend_until, language())
        st.text(t("complaint.extend_until", day=until, source=offer.extend_source))
    told = {kind: here.day(f"told_{kind}", ahead=True) for kind in (offer.extend_tells if offer else ())}
    if told:
        st.caption(t("complaint.extend_tells"))
    outgoing = letter(here, LetterType.EXTENSION)
    if outgoing is None:
        return None
    new_date, reason = outgoing.extra.get("new_date"), str(outgoing.extra.get("reason") or "")
    return lambda who: steps.extend(who, here.reference, here.seen, outgoing, new_date, reason, told)  # type: ignore[arg-type]


def progress(here: Here) -> Save | None:
    outgoing = letter(here, LetterType.PROGRESS)
    return (lambda who: steps.progress(who, here.reference, outgoing)) if outgoing else None


def respond(here: Here) -> Save | None:
    outgoing = letter(here, LetterType.RESPONSE)
    return (lambda who: steps.answer(who, here.reference, here.seen, outgoing, resolved=False)) if outgoing else None


def answer(here: Here) -> Save | None:
    outgoing = letter(here, LetterType.DECISION)
    return (lambda who: steps.answer(who, here.reference, here.seen, outgoing)) if outgoing else None


def resolve(here: Here) -> Save | None:
    """The fast track; the letter that names the action is the acknowledgement too, when there was none (T07)."""
    agreed = st.checkbox(t("complaint.field.agreed"), key=here.key("agreed"))
    acknowledged = here.file.acknowledged_on is not None
    outgoing = letter(here, LetterType.RESPONSE if acknowledged else LetterType.ACK_ACTION)
    if outgoing is None:
        return None
    return lambda who: steps.answer(who, here.reference, here.seen, outgoing, resolved=True, agreed=agreed)


def notify_respondent(here: Here) -> Save | None:
    outgoing = letter(here, LetterType.RESPONDENT_NOTICE)
    return (lambda who: steps.notify_respondent(who, here.reference, outgoing)) if outgoing else None


def withdraw(here: Here) -> Save | None:
    on = here.day()
    channel = here.pick("channel", list(Channel), lambda each: t(f"channel.{each}"), list(Channel).index(Channel.PHONE))
    text = here.text("text", height=80)
    if not _reachable(here):
        if not here.pressed():
            return None
        return lambda who: steps.withdraw(who, here.reference, here.seen, on, channel or "", None, text)  # type: ignore[arg-type]
    outgoing = letter(here, LetterType.WITHDRAWAL, {"withdrawn_on": on} if on else None)
    if outgoing is None:
        return None
    return lambda who: steps.withdraw(who, here.reference, here.seen, on, channel or "", outgoing, text)  # type: ignore[arg-type]


def not_handled(here: Here) -> Save | None:
    if not _reachable(here):
        ground = here.pick("ground", list(Ground), lambda each: t(f"ground.{each}"))
        reasons = here.text("reasons")
        if not here.pressed():
            return None
        return lambda who: steps.not_handled(who, here.reference, here.seen, ground or "", reasons)
    outgoing = letter(here, LetterType.NOT_HANDLED)
    if outgoing is None:
        return None
    because, why = str(outgoing.extra.get("ground") or ""), str(outgoing.extra.get("reasons") or "")
    return lambda who: steps.not_handled(who, here.reference, here.seen, because, why, outgoing)


def _reachable(here: Here) -> bool:
    return here.file.offer is not None and here.file.offer.reachable
