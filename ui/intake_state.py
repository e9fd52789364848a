"""What stands on the intake page: kept as a draft at every rerun, given back at the first one, and what was refused."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from types import MappingProxyType
from typing import Any

import streamlit as st

from domain.errors import Refused
from domain.vocabulary import Discussed, Kind
from services import drafts
from services.door import Actor
from ui.session import form_id, new_form_id, sentence, show_refusals, t

PAGE = "intake"
HAND_OVER = "intake.hand_over"  # a form of its own: a complaint is never taken for the matter that was handed over

# Every field with what it holds before somebody types; plain values, so that a draft is plain JSON.
BLANK: dict[str, Any] = {
    "received_on": None,
    "channel": None,
    "complainant_type": None,
    "complainant_name": "",
    "complainant_contact": "",
    "representative_of": "",
    "preferred_channel": None,
    "unit_id": None,
    "sector": None,
    "description": "",
    "category": None,
    "subcategory": None,
    "red_flag": None,
    "immediate_actions": "",
    "no_immediate_action": False,
    "already_resolved": False,
    "resolved_on": None,
    "kind": Kind.COMPLAINT.value,
    "title": "",
    "subject_type": None,
    "respondents": [],
    "respondent_other": "",
    "discussed": Discussed.NO.value,
    "remedy_requested": "",
    "formal_written": None,
    "procedure": None,
    "by_committee": False,
}
MORE = (
    "kind",
    "title",
    "respondents",
    "respondent_other",
    "discussed",
    "remedy_requested",
    "subcategory",
    "subject_type",
    "preferred_channel",
    "formal_written",
    "procedure",
    "by_committee",
)
_DATES = frozenset({"received_on", "resolved_on"})

# A refusal that blames one of these is about all of them together.
_TOGETHER = {
    "immediate_actions": ("immediate_actions", "no_immediate_action"),
    "respondents": ("respondents", "respondent_other"),
}


def key(what: str) -> str:
    return f"{PAGE}.{what}"


def widget(field: str) -> str:
    """The key of a field's widget; another one after the form was emptied or changed from here, so that the browser
    starts afresh as well."""
    turn = st.session_state.get(key("turn"), 0)
    return f"{key(field)}.{turn}" if turn else key(field)


def before(field: str) -> Any:
    """What a field starts with: what was kept of it. Given to the widget as its default in every run, never set through
    session_state: that reaches the browser once, and not at all when that run is cut short."""
    value = st.session_state[key("kept")][field]
    return date.fromisoformat(value) if field in _DATES and value else value


def typed(field: str) -> Any:
    """What stands in the field now; what was kept, where it is out of sight."""
    return st.session_state.get(widget(field), before(field))


def done(what: str) -> Any:
    """What came of saving ("receipt", "handed_over"), until the next one is begun or the page is left."""
    return st.session_state.get(key(what))


def fill(who: Actor, today: date, unit_id: int | None, category: str | None) -> None:
    """At the first run: the draft, or an empty form."""
    if key("kept") in st.session_state:
        return
    start = BLANK | {"received_on": today.isoformat(), "unit_id": unit_id, "category": category}
    found = drafts.recall(who, PAGE)
    st.session_state[key("start")] = start
    st.session_state[key("resumed")] = bool(found)
    for form in (PAGE, HAND_OVER):  # of the draft: another tab opens with the same form, and what it holds is saved once
        if form in found:
            st.session_state[f"{form}.form_id"] = found[form]
    # Last: a run can be cut short anywhere, and the next one then begins here again.
    st.session_state[key("kept")] = start | {name: found[name] for name in BLANK if name in found}


def keep(who: Actor) -> None:
    """Save the draft where something changed since the last rerun, or could not be kept then."""
    now = {name: _plain(typed(name)) for name in BLANK}
    if now == st.session_state[key("kept")] and not st.session_state.get(key("loose")):
        return
    st.session_state[key("kept")], st.session_state[key("loose")] = now, True
    with show_refusals():
        if now == st.session_state[key("start")]:
            drafts.drop(who, PAGE)
        else:
            drafts.keep(who, PAGE, now | {form: form_id(form) for form in (PAGE, HAND_OVER)})
        st.session_state[key("loose")] = False


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else list(value) if isinstance(value, list | tuple) else value


def change(field: str, value: Any) -> None:
    """From the next run on."""
    st.session_state[key("kept")] = st.session_state[key("kept")] | {field: value}
    _turn()


def start_again() -> None:
    """An empty form, and another form id: the next complaint is another one."""
    _turn()
    new_form_id(PAGE)
    new_form_id(HAND_OVER)
    for name in ("kept", "loose", "start", "resumed", "refused", "receipt", "handed_over", "unattached"):
        st.session_state.pop(key(name), None)


def _turn() -> None:
    st.session_state[key("turn")] = st.session_state.get(key("turn"), 0) + 1


def discard(who: Actor) -> None:
    drafts.drop(who, PAGE)
    start_again()


def more_open() -> bool:
    """Unfold the rest when there is something in it to see."""
    start = st.session_state[key("start")]
    return any(field in refused() or (resumed() and typed(field) != start[field]) for field in MORE)


def resumed() -> bool:
    return bool(st.session_state[key("resumed")])


def files_key() -> str:
    """An uploader cannot be emptied, only replaced."""
    return key(f"files.{form_id(PAGE)}")


# What was refused stays under its field until the field changes


@contextmanager
def remembered(ours: Mapping[str, str] = MappingProxyType({})) -> Iterator[None]:
    """`ours`: our names of fields that the service calls otherwise."""
    try:
        yield
    except Refused as refusal:
        field = refusal.field or ""
        remember({ours.get(field, field): refusal})


@contextmanager
def meant_if_repeated(form: str) -> Iterator[None]:
    """What was saved from another tab with other words is refused; who clicks again saves this as well."""
    try:
        yield
    except Refused as refusal:
        if refusal.code == "form_used":
            new_form_id(form)
        raise


def remember(refusals: Mapping[str, Refused]) -> None:
    st.session_state[key("refused")] = {field: (each, _values(field)) for field, each in refusals.items()}


def refused() -> dict[str, Refused]:
    """By field; what was changed since is left out."""
    found: dict[str, tuple[Refused, Any]] = st.session_state.get(key("refused"), {})
    return {field: each for field, (each, values) in found.items() if values == _values(field)}


def problem(field: str) -> None:
    """Call right after the field's widget."""
    if field in refused():
        st.error(sentence(refused()[field]), icon=":material/error:")


def problems() -> None:
    """Beside the button: where to look, and what belongs to no field on the screen."""
    found = refused()
    if not found:
        return
    where = [f"‘{t(f'intake.{field}')}’" for field in BLANK if field in found]
    rest = [sentence(each) for field, each in found.items() if field not in BLANK]
    look = [t("intake.look_at", fields=", ".join(where))] if where else []
    st.error(" ".join([t("intake.not_saved"), *look, *rest]), icon=":material/error:")


def _values(field: str) -> tuple[Any, ...]:
    return tuple(_plain(typed(name)) for name in _TOGETHER.get(field, (field,)) if name in BLANK)
