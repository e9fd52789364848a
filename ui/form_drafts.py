"""What is being typed in the form that is open: kept at every change, given back after a reload, a restart or an expired
session, and dropped when it was carried out or cancelled. One per dossier, as at most one form is open."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import Any

import streamlit as st

from domain.errors import Refused
from services import drafts
from ui.session import STANDS_STILL, actor, show_refusals, t
from ui.waiting import present

# What a form remembers besides what somebody typed: buttons, of which Streamlit takes no value, and what follows by itself.
_NOT_TYPED = ("save", "cancel", "go_on", "another", "again", "send", "pdf", "docx", "preview", "draft_start")
# Fields in which one chooses: what somebody typed is in the others.
_CHOSEN = (
    *("kind", "channel", "came_in", "result", "variant", "relation", "complainant_type", "outcome", "close_reason"),
    *("stage", "initiated_by", "binding", "body", "ground", "helped", "ruling", "pause_reason", "procedure", "category"),
    *("subcategory", "asked_channel", "satisfied", "form_id"),
)
_ABOUT = ("base", "since", "left", "taken")  # besides the version: what ui/meanwhile.py keeps of a form
_FOLLOWS = ("typed_", "proposed_")
_TRIES = 3


def resume(page: str, reference: str) -> None:
    """At the first run of a visit: the form of this dossier that was left open, with what stood in it."""
    if f"{page}.draft" in st.session_state:
        return
    found = drafts.recall(actor(), f"{page}.{reference}")
    if found:
        st.session_state[f"{page}.step"], st.session_state[f"{page}.seen"] = found["step"], found["seen"]
        st.session_state[f"{page}.draft_values"] = found["values"]
        st.session_state[f"{page}.draft_kept"] = found["values"]
        for name in _ABOUT:
            if name in found:
                st.session_state[f"{page}.{name}"] = found[name]
        if "start" in found:
            st.session_state[f"{page}.{found['step']}.draft_start"] = found["start"]
        st.session_state[f"{page}.draft_about"] = _about(page)
    # Last: a run can be cut short anywhere, and the next one then begins here again.
    st.session_state[f"{page}.draft"] = f"{page}.{reference}"


@contextmanager
def kept(page: str, step: str) -> Iterator[None]:
    """Around the widgets of the form."""
    given: Mapping[str, Any] | None = st.session_state.get(f"{page}.draft_values")
    if given is not None:
        st.caption(f":material/draft: {t('complaint.resumed')}")
        for name, value in given.items():
            st.session_state[f"{page}.{step}.{name}"] = as_it_was(value)
    yield
    st.session_state.pop(f"{page}.draft_values", None)  # only now: until here the browser may not have heard of it
    _keep(page, step)


def put_away(page: str) -> None:
    """Its form is not drawn now, because another tab is open: Streamlit forgets what stood in it, we give it back."""
    if f"{page}.draft_kept" in st.session_state:
        st.session_state[f"{page}.draft_values"] = st.session_state[f"{page}.draft_kept"]


def drop(page: str) -> None:
    """The form was carried out, or is not wanted any more."""
    kept_one = st.session_state.pop(f"{page}.draft_kept", None)
    for name in ("draft_values", "draft_about"):
        st.session_state.pop(f"{page}.{name}", None)
    if kept_one is not None:
        _dropped(st.session_state[f"{page}.draft"])


def _dropped(page: str) -> None:
    """What the form was for is done: that the database went away since is no refusal of it."""
    for _ in range(_TRIES):
        try:
            return drafts.drop(actor(), page)
        except Refused as refusal:
            if refusal.code not in STANDS_STILL:
                raise
        present()
    return None


def texts(page: str) -> dict[str, str]:
    """By field, what this person typed in the form that is open, in their own words: also where it cannot be drawn any
    more. What stood in it to begin with is not theirs."""
    step = st.session_state.get(f"{page}.step")
    if f"{page}.draft" not in st.session_state or not isinstance(step, str):
        return {}
    values = _typed(f"{page}.{step}.")
    if not any(_own_words(name, value) for name, value in values.items()):  # it was not drawn in the last run
        values = st.session_state.get(f"{page}.draft_kept") or {}
    start = st.session_state.get(f"{page}.{step}.draft_start")
    if start is None:  # of before it was kept: what is theirs cannot be told from what stood there
        return {}
    return {name: value for name, value in values.items() if _own_words(name, value) and value != start.get(name)}


def _own_words(name: str, value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip()) and name.rpartition(".")[2] not in _CHOSEN


def hold(page: str) -> None:
    """Keeps what is typed in the form that is open, though it is not drawn in this run."""
    step = st.session_state.get(f"{page}.step")
    if isinstance(step, str) and texts(page):
        now = _typed(f"{page}.{step}.")
        if any(_own_words(name, value) for name, value in now.items()):
            _keep(page, step)


def _keep(page: str, step: str) -> None:
    """Where something changed since the last run, or could not be kept then; a form in which nothing was typed is no
    draft."""
    now = _typed(f"{page}.{step}.")
    untouched = st.session_state.setdefault(f"{page}.{step}.draft_start", now)
    before, about = st.session_state.get(f"{page}.draft_kept"), _about(page)
    loose = before is not None and st.session_state.get(f"{page}.draft_loose")
    same = now == (untouched if before is None else before) and about == st.session_state.get(f"{page}.draft_about", about)
    if same and not loose:
        return
    st.session_state[f"{page}.draft_kept"], st.session_state[f"{page}.draft_loose"] = now, True
    st.session_state[f"{page}.draft_about"] = about
    with show_refusals():
        drafts.keep(actor(), st.session_state[f"{page}.draft"], {"step": step, **about, "start": untouched, "values": now})
        st.session_state[f"{page}.draft_loose"] = False


def _about(page: str) -> dict[str, Any]:
    known = {name: st.session_state[f"{page}.{name}"] for name in _ABOUT if f"{page}.{name}" in st.session_state}
    return {"seen": st.session_state[f"{page}.seen"], **copy.deepcopy(known)}


def _typed(prefix: str) -> dict[str, Any]:
    """By field, as plain JSON."""
    names = [str(each).removeprefix(prefix) for each in st.session_state if str(each).startswith(prefix)]
    fields = [each for each in names if not _besides(each.rpartition(".")[2])]
    values = {each: plain(st.session_state[prefix + each]) for each in sorted(fields)}
    return {name: value for name, value in values.items() if value is not None}


def _besides(name: str) -> bool:
    return name in _NOT_TYPED or name.startswith(_FOLLOWS)


def plain(value: Any) -> Any:
    """None for what cannot be kept, such as a file."""
    if isinstance(value, date):
        return {"date": value.isoformat()}
    if isinstance(value, list | tuple):
        return [each for each in map(plain, value) if each is not None]
    if isinstance(value, bool | int | float):
        return value
    return str(value) if isinstance(value, str) else None


def as_it_was(value: Any) -> Any:
    return date.fromisoformat(value["date"]) if isinstance(value, dict) else value
