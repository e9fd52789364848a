"""The form of one letter: what the dossier proposes, adjusted by a person; what is missing; a preview; how and when it
was sent. It decides nothing: the step's service looks at everything again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import streamlit as st

from domain.errors import Refused
from domain.letters import ASKS, AskKind
from domain.vocabulary import LetterType
from services import letters
from services.letters import Ask, Composed, Outgoing
from ui.meanwhile import Field, Meanwhile
from ui.session import Fields, actor, form_id, new_form_id, show_refusals, t

_TALL = 520  # pixels: most of a letter without scrolling
_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@dataclass(frozen=True)
class _Form:
    key: str  # "complaint.ack": of the page, so that it is forgotten with it
    reference: str
    letter_type: LetterType
    extra: Mapping[str, object]  # what the caller asks itself
    fields: Fields

    def slot(self, name: str) -> str:
        return f"{self.key}.{self.letter_type}.{name}"


def letter_form(
    key: str,
    reference: str,
    letter_type: LetterType,
    extra: Mapping[str, object] | None = None,
    button: str | None = None,
    fields: Fields | None = None,
    meanwhile: Meanwhile | None = None,
) -> Outgoing | None:
    """The letter that is to go out, on the run in which somebody pressed the button; else None.

    `extra`: values that the page asks itself (domain.letters.ASKS); the form asks the rest. `fields`: the page's own, so
    that what the step refuses is shown under "sent_on", "channel", "body" or the value's name. `meanwhile`: words that
    somebody adjusted are set beside a proposal that became another one, as a colleague changed the dossier. After sending,
    call `forget_letter(key)`.
    """
    form = _Form(key, reference, letter_type, dict(extra or {}), fields or Fields())
    entered = {**form.extra, **_entered(form)}
    composed = _quietly(form, entered)
    refused = composed is None
    if composed is None:  # what was entered is refused: the form stays, so that it can be put right
        with show_refusals():
            composed = letters.compose(actor(), reference, letter_type)
    if composed is None:
        return None
    channel, sent_on = _sending(form, composed)
    _asked(form, composed.asks)
    if refused:
        with show_refusals(form.fields):
            _compose(form, entered)
    else:
        _refresh(form, composed)
        if meanwhile is not None:
            proposed = {"subject": composed.subject, "body": composed.body}
            meanwhile.meet({f"{letter_type}.{name}": Field(t(f"letters.{name}"), said) for name, said in proposed.items()})
    subject, body = _text(form)
    if refused or sent_on is None:
        return None
    outgoing = Outgoing(form_id(key), letter_type, subject, body, channel, sent_on, entered)
    _warn(form, composed, outgoing)
    _preview(form, outgoing)
    st.caption(t("letters.immutable"))
    pressed = st.button(button or t("letters.send"), key=form.slot("send"), type="primary")
    return outgoing if pressed else None


def forget_letter(key: str) -> None:
    """After the letter was stored: the next one starts clean."""
    for name in [str(each) for each in st.session_state if str(each).startswith(f"{key}.")]:
        del st.session_state[name]
    new_form_id(key)


def _entered(form: _Form) -> dict[str, Any]:
    """What the widgets of the last run hold."""
    names = [name for name in ASKS if name not in form.extra and form.slot(f"ask.{name}") in st.session_state]
    return {name: st.session_state[form.slot(f"ask.{name}")] for name in names}


def _compose(form: _Form, entered: dict[str, Any]) -> Composed:
    sent_on = st.session_state.get(form.slot("sent_on"))
    return letters.compose(actor(), form.reference, form.letter_type, sent_on=sent_on, **entered)


def _quietly(form: _Form, entered: dict[str, Any]) -> Composed | None:
    """None when something is refused: it is said once the fields are drawn, next to the one to blame."""
    composed, area = None, st.empty()
    with show_refusals(area=area):
        composed = _compose(form, entered)
    area.empty()
    return composed


def _sending(form: _Form, composed: Composed) -> tuple[str, date | None]:
    left, right = st.columns(2)
    with left:
        ways = [str(way) for way in letters.WAYS_OUT]
        channel = st.selectbox(
            t("letters.channel"),
            ways,
            index=ways.index(composed.channel),
            format_func=lambda way: t(f"channel.{way}"),
            key=form.slot("channel"),
        )
        form.fields.under("channel")
    with right:
        sent_on = st.date_input(t("letters.sent_on"), composed.sent_on, format="DD-MM-YYYY", key=form.slot("sent_on"))
        form.fields.under("sent_on")
        if sent_on is None:
            with show_refusals(form.fields):
                raise Refused("missing", "sent_on")
    return channel, sent_on if isinstance(sent_on, date) else None


def _asked(form: _Form, asks: tuple[Ask, ...]) -> None:
    for ask in asks:
        if ask.name in form.extra:
            continue
        _widget(ask, form.slot(f"ask.{ask.name}"))
        form.fields.under(ask.name)


def _widget(ask: Ask, key: str) -> None:
    label = t(ask.label_key).capitalize()
    if ask.kind is AskKind.DATE:
        st.date_input(label, ask.value, format="DD-MM-YYYY", key=key)
    elif ask.kind is AskKind.TEXT:
        st.text_area(label, str(ask.value or ""), key=key)
    elif ask.kind is AskKind.LINE:
        st.text_input(label, str(ask.value or ""), key=key)
    else:
        words = dict(ask.choices)
        st.selectbox(label, ["", *words], key=key, format_func=lambda chosen: words.get(chosen, t("letters.choose")))


def _refresh(form: _Form, composed: Composed) -> None:
    """The proposal follows what is entered until somebody adjusts the words; from then on their words stay. A browser
    that is a step behind sends an earlier proposal along: those are nobody's words."""
    adjusted = False
    for name, proposed in (("subject", composed.subject), ("body", composed.body)):
        now, before, typed = form.slot(name), form.slot(f"proposed_{name}"), form.slot(f"typed_{name}")
        current = st.session_state.get(now, st.session_state.get(typed))
        ours: frozenset[str] = st.session_state.get(before, frozenset())
        if current is None or current in ours:
            current = proposed
        adjusted = adjusted or current != proposed
        st.session_state[now] = current
        st.session_state[before] = ours | {proposed} if current == proposed else ours
    if not adjusted:
        return
    st.caption(t("letters.adjusted"))
    if st.button(t("letters.again"), key=form.slot("again")):
        for name, proposed in (("subject", composed.subject), ("body", composed.body)):
            st.session_state[form.slot(name)] = proposed
            st.session_state[form.slot(f"proposed_{name}")] |= {proposed}


def _text(form: _Form) -> tuple[str, str]:
    for name in ("subject", "body"):
        if (kept := st.session_state.get(form.slot(f"typed_{name}"))) is not None:
            st.session_state.setdefault(form.slot(name), kept)
    subject = st.text_input(t("letters.subject"), key=form.slot("subject"))
    form.fields.under("subject")
    body = st.text_area(t("letters.body"), key=form.slot("body"), height=_TALL, help=t("letters.body_help"))
    form.fields.under("body")
    # A widget that is not drawn in some run loses its state: what somebody typed does not.
    st.session_state[form.slot("typed_subject")], st.session_state[form.slot("typed_body")] = subject, body
    return subject or "", body or ""


def _warn(form: _Form, composed: Composed, letter: Outgoing) -> None:
    missing, strange = composed.missing, composed.unprintable
    if letter.body != composed.body:
        strange = letters.unprintable(letter.body)
        with show_refusals():
            missing = letters.incomplete(actor(), form.reference, letter)
    if missing:
        names = ", ".join(t(each.label_key) for each in missing)
        st.warning(t("letters.missing", missing=names), icon=":material/edit_note:")
    if strange:
        st.warning(t("letters.unprintable"), icon=":material/font_download_off:")
        st.text("  ".join(strange))


def _preview(form: _Form, letter: Outgoing) -> None:
    if not st.toggle(t("letters.preview"), key=form.slot("preview")):
        return
    made: list[tuple[str, bytes, str]] = []
    for extension, preview, mime in (("pdf", letters.preview_pdf, "application/pdf"), ("docx", letters.preview_docx, _DOCX)):
        with show_refusals(form.fields):
            content = preview(actor(), form.reference, letter)
            made.append((extension, content, mime))
    for extension, content, mime in made:
        st.download_button(
            t(f"letters.download_{extension}"),
            content,
            file_name=letters.file_name(form.reference, form.letter_type, extension),
            mime=mime,
            key=form.slot(extension),
            on_click="ignore",
        )
