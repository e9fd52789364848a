"""The forms that wait for somebody's word, one at a time: a complaint, or not and why."""

from __future__ import annotations

from functools import partial

import streamlit as st

from domain.errors import Refused
from domain.evaluations import State
from domain.vocabulary import ComplainantType
from services import evaluation_confirming, evaluations, list_exports
from services.door import Actor
from services.evaluation_confirming import AsComplaint
from services.evaluations import One, Pile
from services.intake_choices import Choices, choices
from services.parties import Named
from services.profiles import ProfileWords, vocabulary
from ui import evaluation_view as view
from ui.downloads import downloads
from ui.session import PAGES, Fields, literal, show_refusals, t, tell


def one_by_one(who: Actor, pile: Pile) -> None:
    one = pile.one
    if one is None:
        st.info(t("evaluations.nothing_waiting"), icon=":material/inbox:")
        return
    asked = st.query_params.get("form")
    if asked and asked != str(one.id):  # somebody else judged it, or it is not for who asks
        st.query_params["form"] = str(one.id)
    turn(pile)
    view.card(one)
    if st.session_state.get("evaluations.confirming") == one.id:
        confirm(who, pile, one)
    else:
        decide(who, pile, one)
        more(who, one)
    downloads("evaluations.file", "te-beoordelen", partial(list_exports.of_evaluations, who, state=State.CANDIDATE))


def turn(pile: Pile) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        for name, there, key in (("previous", pile.previous_id, "Alt+V"), ("next", pile.next_id, "Alt+N")):
            if st.button(t(f"evaluations.{name}"), disabled=there is None, key=f"evaluations.{name}", shortcut=key):
                go_to(there)
        st.text(t("evaluations.place", place=pile.place, total=pile.total))


def go_to(form: int | None) -> None:
    st.session_state.pop("evaluations.confirming", None)
    st.query_params.from_dict({"form": str(form)} if form else {})
    st.rerun()


def decide(who: Actor, pile: Pile, one: One) -> None:
    if st.button(t("evaluations.is_complaint"), key=f"evaluations.yes.{one.id}", type="primary", shortcut="Alt+K"):
        st.session_state["evaluations.confirming"] = one.id
        st.rerun()
    fields = Fields()
    with st.form(f"evaluations.no.{one.id}", border=True):
        reason = st.text_input(t("evaluations.reason"), key=f"evaluations.reason.{one.id}", help=t("evaluations.reason_help"))
        fields.under("reason")
        said_no = st.form_submit_button(t("evaluations.do_dismiss"), key=f"evaluations.dismiss.{one.id}")
    if said_no:
        with show_refusals(fields):
            evaluations.dismiss(who, one.id, one.version, reason or "")
            tell("evaluations.dismissed")
            go_to(pile.next_id)


def more(who: Actor, one: One) -> None:
    """Whom it is about, and what was done with it before."""
    with st.expander(t("evaluations.more"), icon=":material/visibility_off:"):
        people, fields = dict(evaluations.people(who)), Fields()
        chosen = st.selectbox(
            t("evaluations.about_whom"),
            [each for each in people if each not in dict(one.about)],
            index=None,
            format_func=people.__getitem__,
            placeholder=t("complaint.choose"),
            key=f"evaluations.about.{one.id}",
            help=t("evaluations.about_whom_help"),
        )
        fields.under("about")
        if st.button(t("evaluations.do_about"), key=f"evaluations.do_about.{one.id}", disabled=chosen is None) and chosen:
            with show_refusals(fields):
                evaluations.about(who, one.id, chosen)
                tell("evaluations.shielded_now", name=literal(people[chosen]))
                st.rerun()
        for account_id, name in one.about:
            if st.button(t("evaluations.do_not_about", name=literal(name)), key=f"evaluations.not.{one.id}.{account_id}"):
                with show_refusals():
                    evaluations.not_about(who, one.id, account_id)
                    tell("evaluations.unshielded_now", name=literal(name))
                    st.rerun()
        view.history(one.history)


# It is a complaint


def confirm(who: Actor, pile: Pile, one: One) -> None:
    st.caption(t("evaluations.about_confirm"))
    fields, prefix = Fields(), f"evaluations.confirm.{one.id}"
    said = as_complaint(one, vocabulary(who), choices(who), fields, prefix)
    with st.container(horizontal=True, vertical_alignment="center"):
        save = st.button(t("evaluations.do_confirm"), key=f"{prefix}.save", type="primary", shortcut="Alt+K")
        if st.button(t("common.cancel"), key=f"{prefix}.cancel", type="tertiary"):
            go_to(one.id)
    st.caption(t("evaluations.about_closed"))
    st.page_link(PAGES["intake"], label=t("menu.intake"), icon=":material/add_comment:")
    if save:
        with show_refusals(fields):
            if said is None:
                raise Refused("missing", "received_on")
            made = evaluation_confirming.confirm(who, one.id, one.version, said)
            if made.still_visible:
                tell("evaluations.confirmed", reference=made.reference)
            else:
                tell("evaluations.confirmed_hidden")
            go_to(pile.next_id)


def as_complaint(one: One, words: ProfileWords, choose: Choices, fields: Fields, prefix: str) -> AsComplaint | None:
    """What stands on the screen; none while the day is empty."""
    start = one.words or ": ".join(each for each in (one.question, view.score(one)) if each)
    description = st.text_area(t("evaluations.field_description"), start, key=f"{prefix}.description", height=120)
    fields.under("description")
    left, right = st.columns(2)
    with left:
        received = st.date_input(
            t("evaluations.field_received_on"),
            one.received_on,
            format="DD-MM-YYYY",
            key=f"{prefix}.received_on",
            help=t("evaluations.received_help"),
        )
        fields.under("received_on")
        unit_id, sector = _where(words, choose, fields, prefix)
    with right:
        category = _category(words, sector, fields, prefix)
    kind = _kind(one, words, fields, prefix)
    name, contact = _person(one, kind, fields, prefix)
    other = st.text_input(
        t("evaluations.field_respondent"), "" if one.about else one.trainer, key=f"{prefix}.respondent", autocomplete="off"
    )
    fields.under("respondents")
    actions = st.text_area(t("evaluations.field_immediate_actions"), key=f"{prefix}.actions", height=68)
    fields.under("immediate_actions")
    red_flag = _red_flag(words, fields, prefix)
    if received is None or isinstance(received, tuple):
        return None
    return AsComplaint(
        description=description or "",
        category=category or "",
        complainant_type=kind or "",
        received_on=received,
        complainant_name=name,
        complainant_contact=contact,
        unit_id=unit_id,
        sector=sector,
        respondents=(Named(name=other),) if other and other.strip() else (),
        immediate_actions=actions or None,
        red_flag=red_flag,
    )


def _where(words: ProfileWords, choose: Choices, fields: Fields, prefix: str) -> tuple[int | None, str | None]:
    places = {each.id: each for each in choose.places}
    unit_id = None
    if places:
        unit_id = st.selectbox(
            t("evaluations.field_unit_id"),
            list(places),
            index=None,
            format_func=lambda each: places[each].name,
            placeholder=t("intake.no_place"),
            key=f"{prefix}.unit_id",
        )
        fields.under("unit_id")
    place = places.get(unit_id) if unit_id else None
    if place and place.sector:
        return unit_id, place.sector
    if len(words.sectors) == 1:
        return unit_id, words.sectors[0].key
    labels = {each.key: each.label for each in words.sectors}
    sector = st.selectbox(
        t("evaluations.field_sector"), list(labels), index=None, format_func=labels.__getitem__,
        placeholder=t("complaint.choose"), key=f"{prefix}.sector",
    )  # fmt: skip
    fields.under("sector")
    return unit_id, sector


def _category(words: ProfileWords, sector: str | None, fields: Fields, prefix: str) -> str | None:
    names = [each.name for each in words.categories_for(sector)]
    names += [each.name for each in words.restricted if each.treatment == "red_flag"]
    chosen = st.selectbox(
        t("evaluations.field_category"), names, index=None, placeholder=t("complaint.choose"), key=f"{prefix}.category"
    )
    fields.under("category")
    return chosen


def _kind(one: One, words: ProfileWords, fields: Fields, prefix: str) -> str | None:
    kinds = list(dict.fromkeys((*words.complainant_types, ComplainantType.ANONYMOUS)))
    usual = ComplainantType.ANONYMOUS if not one.person else kinds[0]
    if one.person and ComplainantType.PARTICIPANT in kinds:
        usual = ComplainantType.PARTICIPANT
    chosen = st.selectbox(
        t("evaluations.field_complainant_type"),
        [each.value for each in kinds],
        index=kinds.index(usual),
        format_func=lambda each: t(f"complainant_type.{each}"),
        key=f"{prefix}.kind",
    )
    fields.under("complainant_type")
    return chosen


def _person(one: One, kind: str | None, fields: Fields, prefix: str) -> tuple[str | None, str | None]:
    if kind == ComplainantType.ANONYMOUS:
        return None, None
    left, right = st.columns(2)
    with left:
        name = st.text_input(t("evaluations.field_complainant_name"), one.person, key=f"{prefix}.name", autocomplete="off")
        fields.under("complainant_name")
    with right:
        contact = st.text_input(t("evaluations.field_complainant_contact"), key=f"{prefix}.contact", autocomplete="off")
        fields.under("complainant_contact")
    return name or None, contact or None


def _red_flag(words: ProfileWords, fields: Fields, prefix: str) -> bool | None:
    if not words.red_flag_question:
        return None
    chosen = st.radio(
        t("evaluations.field_red_flag"), [True, False], index=None, horizontal=True, key=f"{prefix}.red_flag",
        format_func=lambda each: t("common.yes" if each else "common.no"),
    )  # fmt: skip
    fields.under("red_flag")
    return chosen
