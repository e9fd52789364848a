"""Letters: composed from the dossier, adjusted by a person, and from "sent on" on immutable.

`compose` proposes, `dispatch` (inside a step's transaction) looks at everything again and stores, `as_docx` and `as_pdf`
print what was stored. Nothing is mailed: the register keeps how and when a letter went out.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import select

from db import models as m
from db.engine import data_dir
from domain import entries
from domain.errors import Refused
from domain.facts import Fact
from domain.letters import ASKS, AskKind
from domain.rights import Right
from domain.vocabulary import Channel, EventKind, LetterType, Recipient, Side
from domain.workflow import StepName
from services import promises, standing
from services.door import Actor, Work, work
from services.letter_filling import Filled, filled, label_key, sent_on_day, typed
from services.letter_sheets import fields, sheet_of
from services.letter_values import OF_ANOTHER_BODY, another_body
from services.readings import opened
from services.records import load, load_to_append, record, was_opened
from services.rendering import Sheet, docx, fonts, pdf

WAYS_OUT = (Channel.EMAIL, Channel.LETTER, Channel.APP)  # in writing, to somebody
WITHOUT_A_STEP = frozenset({LetterType.PROGRESS, LetterType.REFERRAL, LetterType.RESPONDENT_NOTICE, LetterType.CLOSING})
_STEPS = {LetterType.PROGRESS: StepName.PROGRESS, LetterType.RESPONDENT_NOTICE: StepName.NOTIFY_RESPONDENT}


@dataclass(frozen=True)
class Outgoing:
    """A letter as somebody is about to send it. `extra` holds what they entered besides (domain.letters.ASKS)."""

    form_id: str
    letter_type: str
    subject: str
    body: str
    channel: str
    sent_on: date
    extra: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Missing:
    key: str
    label_key: str  # of the message catalogues


@dataclass(frozen=True)
class Ask:
    """Something that the sender enters for this letter; `value` is what the dossier proposes."""

    name: str
    kind: AskKind
    label_key: str
    value: str | date | None
    choices: tuple[tuple[str, str], ...] = ()  # (key, words), where one chooses


@dataclass(frozen=True)
class Composed:
    subject: str
    body: str
    missing: tuple[Missing, ...]
    unprintable: tuple[str, ...]  # signs that the letter font lacks
    asks: tuple[Ask, ...]
    sent_on: date  # the date that the letter bears
    channel: Channel  # how the complainant likes to hear from us, where that is in writing


def _missing(names: tuple[str, ...]) -> tuple[Missing, ...]:
    return tuple(Missing(name, label_key(name)) for name in names)


# Before sending


def compose(actor: Actor, reference: str, letter_type: str, *, sent_on: date | None = None, **extra: object) -> Composed:
    """The letter as the dossier proposes it, with gaps where something is missing. `sent_on`: the date it will bear,
    today unless given; `extra`: what the sender entered (domain.letters.ASKS).

    Raises Refused: ``not_found``, ``unknown_value``, ``in_the_future``, ``letter_to_nobody`` (an acknowledgement of an
    anonymous complaint), ``letter_date_not_ahead``, ``letter_date_ahead``, ``before_decision``,
    ``letter_before_appeal``.
    """
    with work(actor, Right.READ) as w:
        kind = entries.choice(LetterType, letter_type, "letter_type")
        complaint = load(w, reference)
        letter = filled(w, complaint, kind, sent_on_day(w, complaint, sent_on or w.today), extra)
        body = letter.body
        hidden = frozenset[str]() if another_body(letter.source) else OF_ANOTHER_BODY
        asks = tuple(_ask(letter, name) for name in letter.form.asks if name not in hidden)
        channel = _preferred(w, complaint)
    found = fonts.unprintable(f"{letter.form.subject}\n{body}")
    return Composed(letter.form.subject, body, _missing(letter.unknown()), found, asks, letter.source.sent_on, channel)


def _preferred(w: Work, complaint: m.Complaint) -> Channel:
    row = w.session.get(m.Complainant, complaint.id)
    return next((way for way in WAYS_OUT if row and row.preferred_channel == way), Channel.EMAIL)


def incomplete(actor: Actor, reference: str, outgoing: Outgoing) -> tuple[Missing, ...]:
    """What an adjusted letter lacks: values that nobody entered, and values that no longer stand in it."""
    with work(actor, Right.READ) as w:
        return _missing(_draft(w, load(w, reference), outgoing).lacking(outgoing.body))


def unprintable(text: str) -> tuple[str, ...]:
    """The signs in `text` that the letter font lacks: shown as a mark in the PDF."""
    return fonts.unprintable(text)


def preview_pdf(actor: Actor, reference: str, outgoing: Outgoing) -> bytes:
    """The letter as it would be printed now, marked as a draft."""
    return pdf.render(_preview(actor, reference, outgoing))


def preview_docx(actor: Actor, reference: str, outgoing: Outgoing) -> bytes:
    """As `preview_pdf`, in the organisation's letterhead. Raises Refused ``letterhead_broken``."""
    return docx.render(_preview(actor, reference, outgoing), _letterhead())


def _preview(actor: Actor, reference: str, outgoing: Outgoing) -> Sheet:
    with work(actor, Right.READ) as w:
        channel = entries.choice(Channel, outgoing.channel, "channel")
        letter = _draft(w, load(w, reference), outgoing)
        around = fields(letter.source, letter.values, letter.form.recipient, letter.headings, channel)
    return sheet_of(around, *typed(outgoing.subject, outgoing.body), draft=True)


def _draft(w: Work, complaint: m.Complaint, outgoing: Outgoing) -> Filled:
    kind = entries.choice(LetterType, outgoing.letter_type, "letter_type")
    return filled(w, complaint, kind, sent_on_day(w, complaint, outgoing.sent_on), outgoing.extra)


def _ask(letter: Filled, name: str) -> Ask:
    kind = ASKS[name]
    value: str | date | None = letter.values[name].text if name in letter.values else ""
    choices: tuple[tuple[str, str], ...] = ()
    if kind is AskKind.DATE:
        value = letter.days.get(name)
    elif kind is AskKind.BODY:
        choices = tuple((body.key, body.name) for body in letter.source.profile.bodies_for(letter.source.complaint.sector))
    elif kind is AskKind.GROUND:
        choices = tuple((str(key), words) for key, words in letter.source.letters.words.ground.items())
    if choices:
        value = str(letter.source.extra.get(name) or "")
    return Ask(name, kind, label_key(name), value, choices)


# Sending


def dispatch(w: Work, complaint: m.Complaint, outgoing: Outgoing, side: Side = Side.FILE) -> tuple[m.Message, m.Event]:
    """The letter went out: stored as it is, never changed again. The same form again gives the first letter.

    Raises Refused: ``letter_incomplete`` (names what is missing), ``missing``, ``unknown_value``, ``in_the_future``,
    ``letter_before_receipt``, and what composing refuses.
    """
    form_id = entries.form(outgoing.form_id)
    kind = entries.choice(LetterType, outgoing.letter_type, "letter_type")
    known = w.session.scalar(select(m.Message).where(m.Message.form_id == form_id))
    if known is not None:
        return _again(w, complaint, kind, known)
    channel = entries.choice(Channel, outgoing.channel, "channel")
    if channel not in WAYS_OUT:
        raise Refused("not_in_writing", "channel")
    subject, body = typed(outgoing.subject, outgoing.body)
    letter = _draft(w, complaint, outgoing)
    lacking = letter.lacking(body)
    if lacking:
        raise Refused("letter_incomplete", "body", missing=tuple(label_key(name) for name in lacking))
    around = fields(letter.source, letter.values, letter.form.recipient, letter.headings, channel)
    return _store(w, letter, m.MessageText(subject=subject, body=body, sheet=around), channel, form_id, side)


def _again(w: Work, complaint: m.Complaint, kind: LetterType, known: m.Message) -> tuple[m.Message, m.Event]:
    if (known.complaint_id, known.letter_type, known.recorded_by) != (complaint.id, kind, w.me):
        raise Refused("changed_meanwhile")
    return known, w.session.get_one(m.Event, known.event_id)


_PROMISES = {
    LetterType.ACK_PROMISE: "promised_on",
    LetterType.EXTENSION: "new_date",
    LetterType.PROGRESS: "next_on",
}


def _store(
    w: Work, letter: Filled, text: m.MessageText, channel: Channel, form_id: str, side: Side
) -> tuple[m.Message, m.Event]:
    source = letter.source
    text.salt = secrets.token_hex(16)
    event = record(
        w,
        source.complaint,
        EventKind.LETTER_SENT,
        source.sent_on,
        side=side,
        letter_type=source.kind,
        channel=channel,
        sent_on=source.sent_on,
        recipient=letter.form.recipient,
        letter_hash=letter_hash(text),
    )
    message = m.Message(
        complaint_id=source.complaint.id,
        side=side,
        direction="out",
        recipient=letter.form.recipient,
        letter_type=source.kind,
        channel=channel,
        sent_on=source.sent_on,
        promised_on=letter.days.get(_PROMISES.get(source.kind, "")),
        recorded_by=w.me,
        recorded_at=w.now,
        event_id=event.id,
        form_id=form_id,
    )
    w.session.add(message)
    w.session.flush()  # the text beside it needs its id
    text.message_id, text.complaint_id = message.id, source.complaint.id
    w.session.add(text)
    return message, event


def letter_hash(text: m.MessageText) -> str:
    """SHA-256 (hex), salted: the history can prove what was sent, and says nothing once the text was anonymised."""
    facts = [text.salt, text.subject, text.body, text.sheet]
    return hashlib.sha256(json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()).hexdigest()


def send(actor: Actor, reference: str, outgoing: Outgoing) -> int:
    """A letter that is no step of the procedure: how it stands, where else to go, a notice to the person the complaint
    is about, the closing. Returns the message's id. Raises Refused as `dispatch`, and ``letter_needs_step``."""
    with work(actor, Right.SEND) as w:
        kind = entries.choice(LetterType, outgoing.letter_type, "letter_type")
        if kind not in WITHOUT_A_STEP:
            raise Refused("letter_needs_step")
        complaint = load_to_append(w, reference)
        known = w.session.scalar(select(m.Message.id).where(m.Message.form_id == entries.form(outgoing.form_id)))
        if known is None and kind in _STEPS:
            standing.go(w, complaint, _STEPS[kind])
        message, event = dispatch(w, complaint, outgoing)
        if known is None and message.recipient == Recipient.COMPLAINANT:
            promises.happened(w, complaint, Fact.OUTBOUND, message.sent_on, event)
        return message.id


# Printing what was sent


def as_pdf(actor: Actor, message_id: int) -> bytes:
    """The letter as it went out, PDF/UA-1. Raises Refused ``not_found``."""
    return pdf.render(sheet_of(*_sent(actor, message_id)))


def as_docx(actor: Actor, message_id: int) -> bytes:
    """The letter as it went out, in the letterhead of now. Raises Refused ``not_found``, ``letterhead_broken``."""
    return docx.render(sheet_of(*_sent(actor, message_id)), _letterhead())


def _sent(actor: Actor, message_id: int) -> tuple[dict[str, Any], str, str]:
    with work(actor, Right.READ) as w:
        query = select(m.MessageText).join(m.Message, m.Message.id == m.MessageText.message_id)
        text = w.session.scalar(query.where(m.Message.id == message_id, m.Message.letter_type.is_not(None)))
        if text is None or not text.sheet:
            raise Refused("not_found")
        complaint_id, logged = text.complaint_id, was_opened(w, text.complaint_id, "letter")
    if not logged:
        opened(actor, complaint_id, "letter")
    return text.sheet, text.subject, text.body


def _letterhead() -> Path | None:
    """The organisation's own, when it put one in the data folder."""
    own = data_dir() / "letterhead.docx"
    return own if own.is_file() else None


def file_name(reference: str, letter_type: str, extension: str) -> str:
    return f"{reference}-{letter_type}-{secrets.token_hex(4)}.{extension}"
