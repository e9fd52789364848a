"""One short form per step of a dossier. A form asks; what it returns is carried out by ui/step_area.py."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from domain.outside import OTHER, may_bind, results_of, stages_of
from domain.vocabulary import (
    Channel,
    CloseReason,
    ComplainantType,
    EventKind,
    ExternalStage,
    LetterType,
    Outcome,
    Relation,
    Satisfied,
)
from domain.workflow import AttemptResult, StepName
from services import appeals, complainants, complaints, steps
from services.complaints import Named
from services.steps import MeasureInput, PartInput
from text import weekday_date
from ui import one_form, step_clocks, step_following, step_satisfaction
from ui import step_corrections as corrections
from ui import step_letters as by_letter
from ui.session import form_id, language, literal, t
from ui.step_here import Here, Save

_TALKS = (EventKind.CONVERSATION, EventKind.MEDIATION)
_BINDING = {"yes": True, "no": False, "unknown": None}
_NO_APPEAL = ("no_decision", "already_ruled_on")
_LOGGED = (EventKind.CONTACT, *_TALKS, EventKind.INFORMED, EventKind.MESSAGE_RECEIVED, EventKind.NOTE)


def enum_label(name: str) -> Callable[[Any], str]:
    return lambda value: t(f"{name}.{value}")


# Beginning


def convert(here: Here) -> Save | None:
    received_on = here.day("received_on")
    if not here.pressed():
        return None
    return lambda who: complaints.convert_question(who, here.reference, here.seen, received_on)


def consult(here: Here) -> Save | None:
    on = here.day()
    partners = [each.id for each in here.people.values() if each.may_be_consulted]
    participants = st.multiselect(
        t("complaint.field.participants"),
        partners,
        format_func=lambda each: here.people[each].name,
        placeholder=t("complaint.choose"),
        key=here.key("participants"),
    )
    here.fields.under("participants")
    owner = here.person("ack_owner_id", start=here.file.ack_owner_id)
    agreements = here.text("agreements")
    if not here.pressed():
        return None
    return lambda who: steps.consult(who, here.reference, here.seen, on, tuple(participants), agreements, owner)  # type: ignore[arg-type]


def expert_consulted(here: Here) -> Save | None:
    on, text = here.day(), here.text("text")
    return (lambda who: steps.expert_consulted(who, here.reference, on, text)) if here.pressed() else None  # type: ignore[arg-type]


def acknowledge_impossible(here: Here) -> Save | None:
    reason = here.text("reason")
    if not here.pressed():
        return None
    return lambda who: steps.acknowledge_impossible(who, here.reference, here.seen, reason)


def assign(here: Here) -> Save | None:
    here.edits({"handler_id": here.name_of}, handler_id=here.file.handler_id)
    handler = here.person("handler_id", lambda each: each.may_handle, start=here.file.handler_id)
    return (lambda who: steps.assign(who, here.reference, here.seen, handler)) if here.pressed() else None  # type: ignore[arg-type]


# While it is being handled


def log(here: Here) -> Save | None:
    kind = here.pick("kind", _LOGGED, enum_label("event_kind"), start=0) or EventKind.CONTACT
    on = here.day()
    asked: dict[str, str | None] = {}
    if kind in (EventKind.CONTACT, EventKind.MESSAGE_RECEIVED):
        asked["channel"] = here.pick("channel", list(Channel), enum_label("channel"), start=list(Channel).index(Channel.PHONE))
    if kind in _TALKS:
        asked["result"] = here.pick("result", list(AttemptResult), enum_label("attempt_result"))
    subject = here.line("subject") if kind is EventKind.MESSAGE_RECEIVED else ""
    text, once = here.text("text"), form_id(here.prefix)  # of the draft too: another tab opens with the same form
    if not here.pressed():
        return None
    return lambda who: steps.log(who, here.reference, kind, on, text, subject=subject, form_id=once, **asked)  # type: ignore[arg-type]


def climb(here: Here) -> Save | None:
    level = here.file.offer.next_level if here.file.offer else None
    label = next((words for each, words in here.file.ladder if each == level), "")
    st.text(t("complaint.next_level", level=label))
    on, text = here.day(), here.text("text")
    return (lambda who: steps.climb(who, here.reference, level or "", on, text)) if here.pressed() else None  # type: ignore[arg-type]


def add_party(here: Here) -> Save | None:
    relation = here.pick("relation", list(Relation), enum_label("relation"), start=0)
    if relation != Relation.INVOLVED:
        st.caption(t("complaint.excluded_now"))
    colleague = here.pick("colleague", list(here.choose.colleagues), lambda each: here.choose.colleagues.get(each, ""))
    name = here.line("other_name")
    here.fields.under("named")
    here.fields.under("respondents")
    if not here.pressed():
        return None
    named = Named(account_id=colleague) if colleague is not None else Named(name=name)
    return lambda who: complaints.add_party(who, here.reference, relation or "", named)


def name_complainant(here: Here) -> Save | None:
    known = here.file.complainant
    types = [each.value for each in here.words.complainant_types if each is not ComplainantType.ANONYMOUS]
    at = types.index(known.type) if known and known.type in types else None
    here.edits(
        {"complainant_type": enum_label("complainant_type")},
        complainant_type=known.type if known and known.type in types else None,
        complainant_name=(known and known.name) or "",
        complainant_contact=(known and known.contact) or "",
    )
    kind = here.pick("complainant_type", types, enum_label("complainant_type"), start=at)
    name, contact = here.line("complainant_name"), here.line("complainant_contact")
    if not here.pressed():
        return None
    way, whose = (known.preferred_channel, known.representative_of) if known else (None, None)
    return lambda who: complainants.name_complainant(who, here.reference, here.seen, kind or "", name, contact, way, whose)


# Deciding and ending


def decide(here: Here) -> Save | None:
    on = here.day()
    outcome = here.pick("outcome", list(Outcome), enum_label("outcome"))
    reasons = here.text("reasons", height=200)
    none = st.checkbox(t("complaint.field.no_measures"), key=here.key("no_measures"))
    measures = () if none else tuple(each for each in _measures(here) if each is not None)
    here.fields.under("measures")
    if not here.pressed():
        return None
    return lambda who: steps.decide(who, here.reference, here.seen, on, outcome or "", reasons, measures, none)  # type: ignore[arg-type]


def _measures(here: Here) -> list[MeasureInput | None]:
    """What will be done, by whom and until when; a row of which nothing is filled in does not count."""
    rows, place = int(st.session_state.setdefault(here.key("rows"), 1)), st.container()
    if st.button(t("complaint.another_measure"), key=here.key("another"), icon=":material/add:", type="tertiary"):
        rows = st.session_state[here.key("rows")] = rows + 1
    with place:
        return [_measure(here, number) for number in range(rows)]


def _measure(here: Here, number: int) -> MeasureInput | None:
    with st.container(border=True):
        text = st.text_input(t("complaint.field.measure"), key=here.key(f"measure_{number}"))
        left, right = st.columns(2)
        with left:
            ids = list(here.people)
            owner = st.selectbox(
                t("complaint.field.owner_id"),
                ids,
                index=None,
                format_func=lambda each: here.people[each].name,
                placeholder=t("complaint.choose"),
                key=here.key(f"owner_{number}"),
            )
        with right:
            due_on = st.date_input(t("complaint.field.due_on"), None, format="DD-MM-YYYY", key=here.key(f"due_{number}"))
        asked = step_following.check_months(t("complaint.field.check_months"), here.key(f"months_{number}"))
    if not text and owner is None and due_on is None:
        return None
    return MeasureInput(text or "", owner, due_on, asked)  # type: ignore[arg-type]


def measure_done(here: Here) -> Save | None:
    waiting = step_following.open_measures(here)
    chosen = step_following.pick_measure(here, waiting)
    on, evidence = here.day(), here.text("evidence")
    before = waiting[chosen].check_months if chosen in waiting else None
    asked = step_following.check_months(t("complaint.field.check_months"), here.key(f"months_{chosen}"), before)
    here.fields.under("check_months")
    if not here.pressed():
        return None
    return lambda who: steps.measure_done(who, here.reference, chosen or 0, on, evidence, asked)  # type: ignore[arg-type]


def reopen(here: Here) -> Save | None:
    reason = here.text("reason")
    return (lambda who: steps.reopen(who, here.reference, here.seen, reason)) if here.pressed() else None


def close(here: Here) -> Save | None:
    _rights_told(here)
    reasons = here.file.offer.close_reasons if here.file.offer else ()
    reason = here.pick("close_reason", list(reasons), enum_label("close_reason"), start=0 if len(reasons) == 1 else None)
    here.fields.under("reason")
    on = here.day()
    told: dict[str, Any] = {}
    if here.file.outcome and reason not in (CloseReason.WITHDRAWN, CloseReason.NOT_HANDLED):
        told = {"parts": _parts(here), "satisfied": _satisfied(here)}
    if here.file.offer and here.file.offer.reachable and st.toggle(t("complaint.with_letter"), key=here.key("with_letter")):
        outgoing = by_letter.letter(here, LetterType.CLOSING, button=t("complaint.close_and_send"))
        if outgoing is None:
            return None
        return lambda who: steps.close(who, here.reference, here.seen, _reason(reason), on, outgoing, **told)
    return (lambda who: steps.close(who, here.reference, here.seen, _reason(reason), on, **told)) if here.pressed() else None


def _rights_told(here: Here) -> None:
    """Was the complainant told of the appeal and of outside bodies: when and how, or what to do about it."""
    offer = here.file.offer
    if offer and offer.rights_told:
        on, what = offer.rights_told
        st.text(t("complaint.rights_told", what=t(what), day=weekday_date(on, language())))
    elif offer and offer.reachable:
        st.warning(t("refused.rights_not_told"), icon=":material/campaign:")


def _parts(here: Here) -> tuple[PartInput, ...]:
    """What became of each part of the complaint: to begin with the whole, as it was decided."""
    st.markdown(f"**{t('complaint.parts')}**")
    rows = int(st.session_state.setdefault(here.key("rows"), 1))
    found = [_part(here, number) for number in range(rows)]
    here.fields.under("parts")
    if st.button(t("complaint.another_part"), key=here.key("another"), icon=":material/add:", type="tertiary"):
        st.session_state[here.key("rows")] = rows + 1
        st.rerun()
    return tuple(each for each in found if each is not None)


def _part(here: Here, number: int) -> PartInput | None:
    first = number == 0
    with st.container(border=True):
        title = here.file.title if first else ""
        text = st.text_input(t("complaint.field.part"), title, key=here.key(f"part_{number}"), autocomplete="off")
        outcome = st.selectbox(
            t("complaint.field.part_outcome"),
            list(Outcome),
            index=list(Outcome).index(Outcome(here.file.outcome)) if first and here.file.outcome else None,
            format_func=enum_label("outcome"),
            placeholder=t("complaint.choose"),
            key=here.key(f"part_outcome_{number}"),
        )
    return PartInput(text, outcome or "") if text or outcome else None


def _satisfied(here: Here) -> str:
    """A "no" offers the appeal on the spot, to who can record it; else it says who can, or why there is none."""
    said = here.pick("satisfied", list(Satisfied), enum_label("satisfied"), start=list(Satisfied).index(Satisfied.UNKNOWN))
    if said is Satisfied.NO:
        _appeal_instead(here)
    return said or Satisfied.UNKNOWN


def _appeal_instead(here: Here) -> None:
    why_not = here.file.offer.no_appeal if here.file.offer else ()
    if StepName.LODGE_APPEAL in here.may_now:
        st.info(t("complaint.not_satisfied"), icon=":material/balance:")
        one_form.offer(here.page, StepName.LODGE_APPEAL, t("step.lodge_appeal"), here.file.version)
    elif why_not:
        known = why_not[0] if why_not[0] in _NO_APPEAL else "not_in_this_status"
        st.info(t(f"complaint.no_appeal.{known}"), icon=":material/balance:")
    else:
        st.info(t("complaint.others_record_appeal"), icon=":material/balance:")


def _reason(chosen: CloseReason | None) -> str:
    return chosen.value if chosen else ""


# Elsewhere: an outside body, an appeal


def refer(here: Here) -> Save | None:
    st.text(t("complaint.outside_right"))
    bodies = {each.key: each for each in here.words.bodies_for(here.file.sector)}
    body = here.pick("body", list(bodies), lambda key: bodies[key].name)
    if body:
        for line in (bodies[body].does, bodies[body].conditions, bodies[body].costs):
            st.caption(literal(line))
    name = here.line("body_name") if body and bodies[body].type == OTHER else ""
    stages = stages_of(bodies[body].type) if body else tuple(ExternalStage)
    stage = here.pick("stage", stages, enum_label("external_stage"), start=0)
    by = here.pick("initiated_by", ["complainant", "organisation"], enum_label("complaint.initiated_by"), start=0)
    on = here.day("hearing_on" if stage is ExternalStage.HEARING else "submitted_on")
    asked: dict[str, Any] = {"body": body or "", "stage": stage or "", "submitted_on": on, "initiated_by": by or ""}
    asked["body_name"] = name
    if results_of(stage or ExternalStage.INFORMED):
        asked["result"] = here.pick("result", results_of(stage), enum_label("external_result"))  # type: ignore[arg-type]
    if stage and may_bind(stage):
        binds = here.pick("binding", list(_BINDING), lambda each: t(f"complaint.binding_{each}"), start=2)
        asked["binding"] = _BINDING[binds or "unknown"]
    if stage in (ExternalStage.DESK, ExternalStage.COMMITTEE_PENDING):
        first = here.pick("internal_first", (True, False), lambda each: t("common.yes" if each else "common.no"))
        asked["internal_first"] = first
        st.info(t("complaint.clocks_go_on", step=t("step.pause")), icon=":material/schedule:")
    asked["case_number"], asked["note"] = here.line("case_number"), here.text("note")
    once = form_id(here.prefix)
    reachable = here.file.offer is not None and here.file.offer.reachable
    if body and reachable and st.toggle(t("complaint.with_letter"), key=here.key("with_letter")):
        outgoing = by_letter.letter(here, LetterType.REFERRAL, extra={"body": body} | ({"body_name": name} if name else {}))
        if outgoing is None:
            return None
        return lambda who: steps.refer(who, here.reference, once, outgoing=outgoing, **asked)
    return (lambda who: steps.refer(who, here.reference, once, **asked)) if here.pressed() else None


def lodge_appeal(here: Here) -> Save | None:
    last = [each.legal_on for each in here.file.promises if each.code == appeals.APPEAL_LODGE]
    on = here.day("lodged_on")
    channel = here.pick("channel", list(Channel), enum_label("channel"), start=list(Channel).index(Channel.EMAIL))
    grounds = here.text("grounds")
    late = ""
    if last:
        st.caption(t("complaint.appeal_until", day=weekday_date(last[-1], language())))
        if on and on > last[-1]:
            late = here.text("late_reason")
    if not here.pressed():
        return None
    once = form_id(here.prefix)
    return lambda who: _lodge(who, here.reference, once, on, channel, grounds, late)


def _lodge(who: Any, reference: str, once: str, on: Any, channel: Any, grounds: str, late: str) -> None:
    appeals.lodge(who, once, reference, None, on, channel or "", grounds, late)


FORMS: dict[StepName, Callable[[Here], Save | None]] = {
    StepName.CONVERT: convert,
    StepName.CONSULT: consult,
    StepName.EXPERT_CONSULTED: expert_consulted,
    StepName.ACKNOWLEDGE: by_letter.acknowledge,
    StepName.ACKNOWLEDGE_IMPOSSIBLE: acknowledge_impossible,
    StepName.ASSIGN: assign,
    StepName.LOG: log,
    StepName.PROGRESS: by_letter.progress,
    StepName.RESPOND: by_letter.respond,
    StepName.NOTIFY_RESPONDENT: by_letter.notify_respondent,
    StepName.CLIMB: climb,
    StepName.EXTEND: by_letter.extend,
    **step_clocks.FORMS,
    **step_following.FORMS,
    **step_satisfaction.FORMS,
    StepName.DECIDE: decide,
    StepName.ANSWER: by_letter.answer,
    StepName.RESOLVE: by_letter.resolve,
    StepName.WITHDRAW: by_letter.withdraw,
    StepName.NOT_HANDLED: by_letter.not_handled,
    StepName.MEASURE_DONE: measure_done,
    StepName.ADD_PARTY: add_party,
    StepName.NAME_COMPLAINANT: name_complainant,
    StepName.REFER: refer,
    StepName.CLOSE: close,
    StepName.REOPEN: reopen,
    StepName.LODGE_APPEAL: lodge_appeal,
    **corrections.FORMS,
}
