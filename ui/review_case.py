"""One dossier of the yearly review: in brief, and the answer that it gets. What is typed is kept until it is saved."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import streamlit as st

from domain.promises import is_open
from domain.vocabulary import Flag
from services import dossier, review_items
from services.door import Actor
from services.dossier import Dossier
from services.review_items import Item, Review
from services.review_minutes import answer_words
from ui import dossier_view as view
from ui import form_drafts, review_form
from ui.dossier_promises import STATES, chains
from ui.meanwhile import Deed, Field, Meanwhile
from ui.session import PAGES, Fields, in_badge, language, show_refusals, t, tell
from ui.widgets import LOOKS

FORM = "review.case"
_WORDS: dict[bool | None, str] = {True: "yes", False: "no"}  # a draft and a browser keep words
_WHEN_YES = ("action", "owner_id", "due_on")


# In brief


def brief(who: Actor, one: Item) -> None:
    """What was said and done, as far as this person may read it."""
    file = dossier.read(who, one.reference)
    with st.container(border=True, gap="small"):
        st.text(file.title)
        with st.container(horizontal=True, gap="small"):
            st.badge(t(f"status.{file.status}"), color="gray")
            if file.outcome:
                st.badge(t(f"outcome.{file.outcome}"), color="blue")
            if one.before:
                st.badge(t("review.before", day=view.day(one.before)), icon=":material/history:", color="gray")
        view.fact(t("complaint.received_on"), view.day(file.received_on))
        view.fact(t("complaint.category"), " / ".join(each for each in (file.category, file.subcategory) if each))
        view.fact(t("complaint.unit"), file.unit)
        if file.description is None:
            st.caption(t("review.summary_only"))
        else:
            view.words(t("complaint.description"), file.description)
            view.words(t("complaint.immediate_actions"), file.immediate_actions or t("complaint.no_immediate_actions"))
        _what_became_of_it(file)
        _terms(file)
        st.page_link(
            PAGES["complaint"],
            label=t("review.whole_dossier"),
            icon=":material/folder_open:",
            query_params={"ref": one.reference},
        )


def _what_became_of_it(file: Dossier) -> None:
    content = file.content
    if content is None:
        return
    if content.decision:
        view.words(t("complaint.decision"), content.decision.reasons)
    for measure in content.measures:
        when = t(f"complaint.measure_{'done' if measure.done_on else 'open'}", day=view.day(measure.done_on or measure.due_on))
        view.fact(t("complaint.measures"), f"{measure.text} ({measure.owner}). {when}")
    if content.appeal:
        ruled = content.appeal.ruling and content.appeal.ruled_on
        word = t(f"ruling.{content.appeal.ruling}") if ruled else t("review.appeal_open")
        view.fact(t("complaint.appeal"), word)


def _terms(file: Dossier) -> None:
    """Kept or not: of each promise what became of it in the end."""
    last = [chain[-1] for chain in chains(file.promises) if not chain[-1].informative]
    with st.container(horizontal=True, gap="small"):
        for each in last:
            waits = is_open(each)
            look = LOOKS[each.flag if each.flag is not Flag.NONE else Flag.ON_TIME] if waits else STATES[each.state]
            word = t(f"flag.{each.flag}") if waits else t(f"promise_state.{each.state}")
            st.badge(f"{in_badge(each.label)}: {word.lower()}", icon=look.icon, color=look.color)  # type: ignore[arg-type]


# The answer


def answer(who: Actor, shown: Review, one: Item, then: Callable[[], None]) -> None:
    """`then` goes on to the next one, after saving."""
    st.subheader(t("review.question"), anchor=False)
    if not shown.is_open and one.extra_action is not None:
        given(one)
        return
    step = _prepare(shown, one)
    seen = int(st.session_state[f"{FORM}.seen"])
    meanwhile, area, fields = Meanwhile(FORM, step, one.version), st.container(), Fields()
    with form_drafts.kept(FORM, step):
        meanwhile.meet(_standing(who, one))
        said = _fields(who, one, step, fields)
    meanwhile.show(area, [Deed(one.by, one.on, answer_words(language(), one))])
    with st.container(horizontal=True, vertical_alignment="center"):
        save = st.button(t("review.save"), key=f"{FORM}.{step}.save", type="primary", icon=":material/check:")
        if st.button(t("common.cancel"), key=f"{FORM}.{step}.cancel", type="tertiary"):
            form_drafts.drop(FORM)
            review_form.forget(FORM)
            st.rerun()
    if save:
        with show_refusals(fields):
            extra, action, why, owner_id, due_on, note = said
            review_items.answer(
                who, one.reference, shown.line.id, seen, extra,
                action=action, why=why, owner_id=owner_id, due_on=due_on, note=note,
            )  # fmt: skip
            form_drafts.drop(FORM)
            review_form.forget(FORM)
            tell("review.saved", reference=one.reference)
            then()


def given(one: Item) -> None:
    """What was answered, to read."""
    with st.container(border=True, gap="xsmall"):
        st.text(answer_words(language(), one))
        for name, text in (("action", one.action), ("why", one.why), ("note", one.note)):
            view.words(t(f"review.told_{name}"), text)
        if one.extra_action:
            st.text(t("review.owner_and_date", owner=one.owner, day=view.day(one.due_on)))


def _standing(who: Actor, one: Item) -> dict[str, Field]:
    people = dict(review_items.people(who, one.reference)) | ({one.owner_id: one.owner or ""} if one.owner_id else {})
    labels = {name: t(f"review.{name}") for name in ("action", "why", "due_on", "note")}
    found = {name: Field(label, getattr(one, name)) for name, label in labels.items()}
    found["extra_action"] = Field(t("review.question"), _WORDS.get(one.extra_action), lambda each: t(f"common.{each}"))
    found["owner_id"] = Field(t("review.owner"), one.owner_id, lambda each: people.get(each, ""))
    return found


Said = tuple[bool | None, str, str, int | None, date | None, str]


def _fields(who: Actor, one: Item, step: str, fields: Fields) -> Said:
    def key(name: str) -> str:
        return f"{FORM}.{step}.{name}"

    word = st.segmented_control(
        t("review.question"),
        list(_WORDS.values()),
        format_func=lambda each: t(f"common.{each}"),
        key=key("extra_action"),
        label_visibility="collapsed",
        width="stretch",
    )
    fields.under("extra_action")
    extra = {said: answer for answer, said in _WORDS.items()}.get(word or "")
    action, owner_id, due_on = "", None, None
    for name in _WHEN_YES if extra is False else (*_WHEN_YES, "why") if extra is None else ():  # out of sight, and not lost
        st.session_state[key(name)] = st.session_state[key(name)]
    if extra:
        action = st.text_area(t("review.action"), key=key("action"), height=80)
        fields.under("action")
    why = ""
    if extra is not None:
        why = st.text_area(t("review.why" if extra else "review.why_not"), key=key("why"), height=80)
        fields.under("why")
    if extra:
        owner_id = _owner(who, one, key("owner_id"), fields)
        chosen = st.date_input(t("review.due_on"), None, format="DD-MM-YYYY", key=key("due_on"))
        fields.under("due_on")
        due_on = chosen if isinstance(chosen, date) else None
    note = st.text_area(t("review.note"), key=key("note"), height=80)
    fields.under("note")
    return extra, action or "", why or "", owner_id, due_on, note or ""


def _owner(who: Actor, one: Item, key: str, fields: Fields) -> int | None:
    people = dict(review_items.people(who, one.reference))
    if st.session_state[key] not in (None, *people):  # left, or concerned in it since; setting it anew undoes a quick choice
        st.session_state[key] = None
    picked = st.selectbox(
        t("review.owner"),
        list(people),
        index=None,
        format_func=lambda each: people[each],
        placeholder=t("complaint.choose"),
        key=key,
    )
    fields.under("owner_id")
    return picked


def _prepare(shown: Review, one: Item) -> str:
    """The form of this dossier, with what was left in it or what was answered before. A form in which nothing was typed
    follows what others answer; one in which something was keeps it, and says so."""
    step = f"{shown.line.id}-{one.reference}"
    review_form.follow(FORM, step, one.version)
    form_drafts.resume(FORM, one.reference)
    if st.session_state.get(f"{FORM}.step") != step:  # no draft, or one of an earlier review
        for name in ("draft_values", "draft_kept"):
            st.session_state.pop(f"{FORM}.{name}", None)
        st.session_state[f"{FORM}.step"], st.session_state[f"{FORM}.seen"] = step, one.version
    return step
