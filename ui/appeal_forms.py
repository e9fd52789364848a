"""The short forms of a reviewer: acknowledge, hear, note, extend, rule, tell both sides, step back; and registering."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import streamlit as st

from domain.vocabulary import Channel, LetterType, PauseReason, Ruling
from services import appeal_files, appeals, hearing
from services.appeal_files import AppealFile, AppealStep
from services.appeals import Lodged
from services.dossier import Dossier
from services.letters import Outgoing
from ui.letter_form import letter_form
from ui.session import Fields, actor, form_id, show_refusals, t
from ui.step_clocks import pause_fields
from ui.step_here import Here, Save

_PAUSES = (PauseReason.HEARING, PauseReason.DOCUMENTS, PauseReason.WAITING_COMPLAINANT, PauseReason.AGREED)


class AtAppeal(Here):
    """A form of the reviewer: the dossier as it stood, and the appeal."""

    def __init__(self, file: Dossier, appeal: AppealFile, name: str, seen: int) -> None:
        self.appeal = appeal
        super().__init__("appeals", file, name, seen)

    def look_again(self) -> None:
        super().look_again()
        self.appeal = appeal_files.read(actor(), self.reference)

    @property
    def version(self) -> int:
        return self.appeal.version


def _letter(here: AtAppeal, kind: LetterType) -> Outgoing | None:
    return letter_form(here.prefix, here.reference, kind, fields=here.fields, meanwhile=here.meanwhile)


def acknowledge(here: AtAppeal) -> Save | None:
    outgoing = _letter(here, LetterType.APPEAL_RECEIVED)
    return (lambda who: hearing.acknowledge(who, here.reference, here.seen, outgoing)) if outgoing else None


def hear(here: AtAppeal) -> Save | None:
    on, text, once = here.day(), here.text("hearing", height=200), form_id(here.prefix)
    here.fields.under("text")
    return (lambda who: hearing.hear(who, here.reference, once, on, text)) if here.pressed() else None  # type: ignore[arg-type]


def note(here: AtAppeal) -> Save | None:
    text, once = here.text("own_note"), form_id(here.prefix)
    here.fields.under("text")
    return (lambda who: hearing.note(who, here.reference, once, text)) if here.pressed() else None


def extend(here: AtAppeal) -> Save | None:
    outgoing = _letter(here, LetterType.EXTENSION)
    if outgoing is None:
        return None
    new_date, reason = outgoing.extra.get("new_date"), str(outgoing.extra.get("reason") or "")
    return lambda who: hearing.extend_ruling(who, here.reference, here.seen, outgoing, new_date, reason)  # type: ignore[arg-type]


def pause(here: AtAppeal) -> Save | None:
    reason, on, until, text = pause_fields(here, _PAUSES)
    if not here.pressed():
        return None
    return lambda who: hearing.pause(who, here.reference, here.seen, reason or "", on, until, text)  # type: ignore[arg-type]


def resume(here: AtAppeal) -> Save | None:
    on, text = here.day(), here.text("text", height=80)
    return (lambda who: hearing.resume(who, here.reference, here.seen, on, text)) if here.pressed() else None  # type: ignore[arg-type]


def rule(here: AtAppeal) -> Save | None:
    """Starts from what was written down before: a ruling can be changed until it was sent."""
    known = here.appeal
    binds = {True: t("appeals.binding_yes"), False: t("appeals.binding_no")}
    here.edits(
        {"ruling": lambda each: t(f"ruling.{each}"), "binding": lambda each: binds.get(each, "")},
        ruling=known.ruling,
        ruling_reasons=known.reasons or "",
        consequence=known.consequence or "",
        consequence_due_on=known.consequence_due_on,
        binding=known.binding,
    )
    rulings = [each.value for each in Ruling]
    start = rulings.index(known.ruling) if known.ruling else None
    ruling = here.pick("ruling", rulings, lambda each: t(f"ruling.{each}"), start)
    reasons = here.text("ruling_reasons", height=200)
    here.fields.under("reasons")
    consequence = here.text("consequence")
    due_on = here.day("consequence_due_on", known.consequence_due_on, ahead=True)
    at = None if known.binding is None else [True, False].index(known.binding)
    binding = here.pick("binding", [True, False], binds.__getitem__, at)
    if not here.pressed():
        return None
    return lambda who: hearing.rule(who, here.reference, here.seen, ruling or "", reasons, consequence, due_on, binding)


def tell_complainant(here: AtAppeal) -> Save | None:
    return _tell(here, LetterType.APPEAL_RULING)


def tell_organisation(here: AtAppeal) -> Save | None:
    return _tell(here, LetterType.APPEAL_RULING_NOTICE)


def _tell(here: AtAppeal, kind: LetterType) -> Save | None:
    outgoing = _letter(here, kind)
    return (lambda who: hearing.send_ruling(who, here.reference, here.seen, outgoing)) if outgoing else None


def step_back(here: AtAppeal) -> Save | None:
    here.leads_to = "appeals"  # from now on this file does not exist for her
    reason = here.text("reason")
    return (lambda who: hearing.step_back(who, here.reference, here.seen, reason)) if here.pressed() else None


def withdrawn(here: AtAppeal) -> Save | None:
    on = here.day()
    channel = here.pick("channel", list(Channel), lambda each: t(f"channel.{each}"), list(Channel).index(Channel.PHONE))
    if not here.pressed():
        return None
    return lambda who: hearing.withdrawn(who, here.reference, here.seen, on, channel or "")  # type: ignore[arg-type]


FORMS: dict[AppealStep, Callable[[AtAppeal], Save | None]] = {
    AppealStep.ACKNOWLEDGE: acknowledge,
    AppealStep.HEAR: hear,
    AppealStep.NOTE: note,
    AppealStep.EXTEND: extend,
    AppealStep.PAUSE: pause,
    AppealStep.RESUME: resume,
    AppealStep.RULE: rule,
    AppealStep.TELL_COMPLAINANT: tell_complainant,
    AppealStep.TELL_ORGANISATION: tell_organisation,
    AppealStep.STEP_BACK: step_back,
    AppealStep.WITHDRAWN: withdrawn,
}


# An appeal that comes in by telephone or mail


def register(today: date) -> Lodged | None:
    """What the complainant said; the dossier is found by its exact reference and their surname, or not at all."""
    fields, key = Fields(), "appeals.register"
    reference = _line(fields, "reference", key)
    surname = _line(fields, "surname", key)
    left, right = st.columns(2)
    with left:
        on = st.date_input(t("complaint.field.lodged_on"), today, format="DD-MM-YYYY", key=f"{key}.on")
        fields.under("lodged_on")
    with right:
        ways = [each.value for each in (Channel.PHONE, Channel.EMAIL, Channel.LETTER, Channel.FACE_TO_FACE, Channel.APP)]
        channel = st.selectbox(
            t("complaint.field.channel"), ways, format_func=lambda each: t(f"channel.{each}"), key=f"{key}.way"
        )
        fields.under("channel")
    grounds = st.text_area(t("complaint.field.grounds"), key=f"{key}.grounds", height=150)
    fields.under("grounds")
    late = st.text_area(t("appeals.late_reason"), key=f"{key}.late", height=80)
    fields.under("late_reason")
    supported = st.checkbox(t("appeals.supported"), key=f"{key}.supported", help=t("appeals.supported_help"))
    if not st.button(t("appeals.register_now"), key=f"{key}.save", type="primary"):
        return None
    with show_refusals(fields):
        return appeals.lodge(actor(), form_id(key), reference, surname, on, channel, grounds or "", late, supported=supported)
    return None


def _line(fields: Fields, name: str, key: str) -> str:
    said = st.text_input(t(f"appeals.{name}"), key=f"{key}.{name}", autocomplete="off")
    fields.under(name)
    return said or ""
