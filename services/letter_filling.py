"""One letter, filled: its text with the values in their places, and what it lacks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from db import models as m
from db.letters import Letter, letters_of
from db.settings import read_settings
from domain import entries
from domain.errors import Refused
from domain.letters import Value, absent, fill, places, unknown
from domain.texts import line, required
from domain.vocabulary import LetterType
from services import profiles
from services.as_it_stood import shown
from services.door import Work
from services.letter_values import Source, gather
from text import translate

ACKNOWLEDGEMENTS = frozenset({LetterType.ACK_ACTION, LetterType.ACK_PROMISE})
LONGEST_SUBJECT = 120


@dataclass(frozen=True)
class Filled:
    source: Source
    form: Letter
    values: dict[str, Value]
    days: dict[str, date]
    paragraphs: tuple[tuple[str, bool], ...]  # those that apply: texts with places, each with: is it a heading?

    @property
    def headings(self) -> tuple[str, ...]:
        return tuple(words for words, heading in self.paragraphs if heading)

    @property
    def required(self) -> tuple[str, ...]:
        wanted = list(self.form.requires)
        for condition, names in self.form.requires_when.items():
            wanted += names if self.values[condition].text else ()
        return tuple(dict.fromkeys(wanted))

    @property
    def body(self) -> str:
        """With a gap in the place of each missing value."""
        shown = {name: value if value.text else Value(gap(name)) for name, value in self.values.items()}
        return "\n\n".join(fill(words, shown) for words, _ in self.paragraphs)

    def unknown(self) -> tuple[str, ...]:
        return unknown(self.required, self.values)

    def lacking(self, body: str) -> tuple[str, ...]:
        """What `body`, adjusted by a person, must say and does not (R060, domain.md 5.7)."""
        ours = "\n".join(words for words, _ in self.paragraphs)
        printed = [name for name in self.required if name in places(ours)]  # the rest stands on the sheet around it
        gaps = (name for name in self.values if gap(name) in body)
        return tuple(dict.fromkeys((*self.unknown(), *absent(printed, self.values, body, ours), *gaps)))


def filled(w: Work, complaint: m.Complaint, kind: LetterType, sent_on: date, extra: Mapping[str, object]) -> Filled:
    """Raises Refused: ``letter_to_nobody``, and what `gather` raises."""
    complaint = shown(w, complaint)  # a reviewer writes about the dossier that she sees
    if kind in ACKNOWLEDGEMENTS and complaint.anonymous:
        raise Refused("letter_to_nobody")
    profile = profiles.profile_of(w, complaint)
    letters = letters_of(profile.key)
    source = Source(w, complaint, kind, sent_on, extra, read_settings(w.session), profile, letters)
    values, days = gather(source)
    form = letters.letters[kind]
    known = {name: bool(value.text) for name, value in values.items()}
    return Filled(source, form, values, days, tuple(letters.paragraphs(form, known)))


def label_key(name: str) -> str:
    return f"letters.value.{name}"


def gap(name: str) -> str:
    """What stands in the place of a missing value; a letter with a gap does not go out."""
    return f"[{translate('nl', 'letters.gap')}: {translate('nl', label_key(name))}]"


def sent_on_day(w: Work, complaint: m.Complaint, value: object) -> date:
    return entries.day(value, "sent_on", latest=w.today, earliest=complaint.received_on, too_early="letter_before_receipt")


def typed(subject: str, body: str) -> tuple[str, str]:
    required(subject, "subject")
    return line(subject, "subject", LONGEST_SUBJECT), required(body, "body")
