"""A letter as part of a step: it goes out once, of a type that the step allows, and the promises hear of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from sqlalchemy import select

from db import models as m
from domain.entries import choice
from domain.errors import Refused
from domain.vocabulary import LetterType
from services import letters
from services.door import Work
from services.letters import Outgoing


def already_sent(w: Work, complaint: m.Complaint, outgoing: Outgoing | None) -> bool:
    """Did this form send its letter a moment ago? Then a double click has nothing left to do."""
    if outgoing is None:
        return False
    query = select(m.Message.id).where(
        m.Message.complaint_id == complaint.id, m.Message.form_id == outgoing.form_id, m.Message.recorded_by == w.me
    )
    return w.session.scalar(query) is not None


def letter_type(outgoing: Outgoing, *allowed: LetterType) -> LetterType:
    """Raises Refused: ``wrong_letter``."""
    chosen = choice(LetterType, outgoing.letter_type, "letter_type")
    if chosen not in allowed:
        raise Refused("wrong_letter", "letter_type")
    return chosen


def send(
    w: Work, complaint: m.Complaint, outgoing: Outgoing | None, kind: LetterType, extra: Mapping[str, object] | None = None
) -> tuple[m.Message, m.Event]:
    """Raises Refused: ``letter_missing``, ``wrong_letter``, and what services/letters.py refuses."""
    if outgoing is None:
        raise Refused("letter_missing", "body")
    letter_type(outgoing, kind)
    if extra:
        outgoing = replace(outgoing, extra={**outgoing.extra, **extra})
    return letters.dispatch(w, complaint, outgoing)


def not_before(message: m.Message, since: date | None, code: str) -> None:
    """Raises Refused `code`: the letter tells of something that happened later."""
    if since is not None and message.sent_on < since:
        raise Refused(code, "sent_on", earliest=since)
