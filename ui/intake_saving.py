"""From what stands on the screen to what the services take, and what comes back of it."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from domain.errors import Refused
from domain.intake import subject_from, title_from
from domain.vocabulary import ComplainantType
from services import attachments, complaints, handing_over
from services.complaints import Intake
from services.door import Actor
from services.handing_over import HandOver
from services.intake_choices import Choices
from services.parties import Named
from services.profiles import ProfileWords, Restricted
from ui.intake_fields import by_committee, chosen_procedure, sector, sector_asked, subcategories
from ui.intake_state import HAND_OVER, PAGE, files_key, key, meant_if_repeated, remember, remembered, typed
from ui.session import form_id

# Fields that a hand-over calls by another name.
_OURS = {"text": "description", "name": "complainant_name", "contact": "complainant_contact"}


def closed_road(words: ProfileWords) -> Restricted | None:
    """What the chosen category asks for, where it does not take the ordinary road."""
    closed = (each for each in words.restricted if each.treatment != "red_flag")
    return next((each for each in closed if each.name == typed("category")), None)


def asked_for(words: ProfileWords) -> str | None:
    """The restricted category that an address begins with, for who keeps that compartment."""
    asked = st.query_params.get("category")
    return asked if any(each.name == asked for each in words.restricted) else None


def register(who: Actor, words: ProfileWords, choose: Choices) -> None:
    wanting = _missing(words, choose)
    if wanting:
        remember(wanting)
        return
    with remembered(), meant_if_repeated(PAGE):
        form = form_id(PAGE)
        receipt = complaints.register(who, form, as_intake(words, choose), draft=PAGE)
        st.session_state[key("unattached")] = _attach(who, form)
        st.session_state[key("receipt")] = receipt


def hand_over(who: Actor, restricted: Restricted) -> None:
    wanting = {name: Refused("missing", name) for name in ("received_on", "channel", "description") if not typed(name)}
    if wanting:
        remember(wanting)
        return
    with remembered(_OURS), meant_if_repeated(HAND_OVER):
        form = form_id(HAND_OVER)
        handing_over.hand_over(who, form, as_hand_over(restricted), draft=PAGE)
        st.session_state[key("unattached")] = _attach(who, form)
        st.session_state[key("handed_over")] = restricted.treatment


def as_intake(words: ProfileWords, choose: Choices) -> Intake:
    anonymous = typed("complainant_type") == ComplainantType.ANONYMOUS
    about = _respondents()
    place = sector(words, choose)
    return Intake(
        kind=typed("kind") or "",
        received_on=typed("received_on"),
        channel=typed("channel"),
        subject_type=typed("subject_type") or subject_from(bool(about)),
        title=typed("title").strip() or proposed_title(choose),
        description=typed("description"),
        category=typed("category") or _catch_all(words, place) or "",
        subcategory=typed("subcategory") if typed("subcategory") in subcategories(words, choose) else None,
        unit_id=typed("unit_id"),
        sector=place,
        complainant_type=typed("complainant_type"),
        complainant_name=None if anonymous else typed("complainant_name"),
        complainant_contact=None if anonymous else typed("complainant_contact"),
        preferred_channel=None if anonymous else typed("preferred_channel"),
        representative_of=typed("representative_of") if typed("complainant_type") == ComplainantType.REPRESENTATIVE else None,
        respondents=about,
        immediate_actions=typed("immediate_actions"),
        no_immediate_action=typed("no_immediate_action"),
        discussed=typed("discussed") or "",
        remedy_requested=typed("remedy_requested"),
        already_resolved=typed("already_resolved"),
        resolved_on=typed("resolved_on") if typed("already_resolved") else None,
        red_flag=typed("red_flag") if words.red_flag_question else None,
        formal_written=typed("formal_written"),
        procedure=chosen_procedure(words, choose),
        by_committee=by_committee(words, choose),
    )


def as_hand_over(restricted: Restricted) -> HandOver:
    kind = typed("complainant_type") or ComplainantType.ANONYMOUS
    anonymous = kind == ComplainantType.ANONYMOUS
    return HandOver(
        compartment=restricted.treatment,
        received_on=typed("received_on"),
        channel=typed("channel"),
        text=typed("description"),
        category=restricted.name,
        subcategory=typed("subcategory") if typed("subcategory") in restricted.subcategories else None,
        complainant_type=kind,
        name=None if anonymous else typed("complainant_name"),
        contact=None if anonymous else typed("complainant_contact"),
        respondents=_respondents(),
        immediate_actions=typed("immediate_actions"),
    )


def proposed_title(choose: Choices) -> str:
    """What the overview shows when nobody writes a title: without the names that stand in other fields."""
    colleagues = [choose.colleagues.get(each) for each in typed("respondents")]
    return title_from(typed("description"), [typed("complainant_name"), typed("respondent_other"), *colleagues])


def _missing(words: ProfileWords, choose: Choices) -> dict[str, Refused]:
    """All at once, because a telephone call does not wait for one after the other; the service decides."""
    wanting = [name for name in ("received_on", "channel", "complainant_type", "description") if not typed(name)]
    if sector_asked(words, choose) and not typed("sector"):
        wanting.append("sector")
    if not typed("category") and _catch_all(words, sector(words, choose)) is None:
        wanting.append("category")
    if words.red_flag_question and typed("red_flag") is None:
        wanting.append("red_flag")
    if not typed("immediate_actions").strip() and not typed("no_immediate_action"):
        wanting.append("immediate_actions")
    return {name: Refused("missing", name) for name in wanting}


def _respondents() -> tuple[Named, ...]:
    listed = tuple(Named(account_id=each) for each in typed("respondents"))
    other = typed("respondent_other").strip()
    return (*listed, Named(name=other)) if other else listed


def _catch_all(words: ProfileWords, place: str | None) -> str | None:
    return next((each.name for each in words.categories_for(place) if each.catch_all), None)


def _attach(who: Actor, form: str) -> Sequence[tuple[str, Refused]]:
    """Each file apart: the dossier stands, and one wrong file does not keep the others out."""
    failed, strip = [], bool(st.session_state.get(key("strip")))
    for file in st.session_state.get(files_key()) or ():
        try:
            attachments.add_at_intake(who, form, [(file.name, file.getvalue())], strip)
        except Refused as refusal:
            failed.append((file.name, refusal))
    return failed
