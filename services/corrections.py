"""What was written down wrongly, or not yet known, at registration: put right with a reason, and never silently."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from db import models as m
from db.profiles import Profile
from domain.entries import choice, number
from domain.errors import Refused
from domain.facts import Fact
from domain.rights import Right
from domain.texts import line, required
from domain.vocabulary import WRITTEN_CHANNELS, Channel, EventKind
from domain.workflow import StepName
from services import promises
from services.categories import refuse_unknown_category
from services.door import Actor, Work, work
from services.profiles import profile_of
from services.records import load, record
from services.standing import go, real_day
from text import translate

LONGEST_REASON = 2_000  # characters; the event's text also holds the old values
FIELDS = ("title", "description", "category", "subcategory", "unit_id", "channel")


@dataclass(frozen=True, kw_only=True)
class Corrected:
    """What should have been written down: all of it, changed or not. The date of receipt has a step of its own."""

    title: str
    description: str
    category: str
    channel: str
    subcategory: str | None = None
    unit_id: int | None = None


def correct(actor: Actor, reference: str, seen: int, reason: str, given: Corrected) -> None:
    """One step: the event says which fields and why, and its text keeps what stood there.

    Raises Refused: ``missing``, ``unknown_value``, ``unknown_unit``, ``other_sector``, ``use_hand_over``,
    ``red_flag_expected``, ``nothing_corrected``, and those of domain/texts.py.
    """
    with work(actor, Right.AMEND) as w:
        complaint = load(w, reference, seen)
        go(w, complaint, StepName.CORRECT)
        why = required(reason, "reason", LONGEST_REASON)
        right = _right(w, complaint, given)
        changed = [name for name in FIELDS if right[name] != getattr(complaint, name)]
        if not changed:
            raise Refused("nothing_corrected")
        if "description" in changed:  # as long as a text may be, so in an entry of its own
            record(w, complaint, EventKind.CORRECTED, text=complaint.description, was="description")
        record(w, complaint, EventKind.CORRECTED, text=f"{why}\n\n{_as_it_was(w, complaint, changed)}".strip(), fields=changed)
        if complaint.formal_written == (complaint.channel in WRITTEN_CHANNELS):  # it followed from the channel
            complaint.formal_written = right["channel"] in WRITTEN_CHANNELS
        for name in changed:
            setattr(complaint, name, right[name])


def _right(w: Work, complaint: m.Complaint, given: Corrected) -> dict[str, Any]:
    """The corrected values. What stays as it was is not looked at: a procedure may have changed its lists since."""
    profile = profile_of(w, complaint)
    right: dict[str, Any] = {
        "title": line(required(given.title, "title"), "title"),
        "description": required(given.description, "description"),
        "category": line(given.category, "category"),
        "subcategory": line(given.subcategory, "subcategory") or None,
        "unit_id": given.unit_id,
        "channel": choice(Channel, given.channel, "channel"),
    }
    if (right["category"], right["subcategory"]) != (complaint.category, complaint.subcategory):
        _refuse_category(profile, complaint, right["category"], right["subcategory"])
    if right["unit_id"] != complaint.unit_id and right["unit_id"] is not None:
        _refuse_unit(w, complaint, right["unit_id"])
    if right["channel"] != complaint.channel and right["channel"] not in profile.channels:
        raise Refused("unknown_value", "channel")
    return right


def _refuse_category(profile: Profile, complaint: m.Complaint, category: str, subcategory: str | None) -> None:
    refuse_unknown_category(profile, complaint.sector or "", category, subcategory)
    urgent = any(each.name == category and each.treatment == "red_flag" for each in profile.restricted)
    if urgent and not complaint.red_flag:
        raise Refused("red_flag_expected", "category")


def _refuse_unit(w: Work, complaint: m.Complaint, unit_id: int) -> None:
    """Another sector has another procedure: that is another dossier."""
    unit = w.session.get(m.OrgUnit, number(unit_id))
    if unit is None or not unit.active:
        raise Refused("unknown_unit", "unit_id")
    if unit.sector not in (None, complaint.sector):
        raise Refused("other_sector", "unit_id")


def _as_it_was(w: Work, complaint: m.Complaint, changed: Collection[str]) -> str:
    """The short fields in words, one a line."""
    said = {name: getattr(complaint, name) for name in changed if name != "description"}
    if "unit_id" in said:
        unit = w.session.get(m.OrgUnit, complaint.unit_id) if complaint.unit_id else None
        said["unit_id"] = unit.name if unit else None
    if "channel" in said:
        said["channel"] = translate(w.person.language, f"channel.{complaint.channel}")
    words = {name: value or translate(w.person.language, "correction.nothing") for name, value in said.items()}
    return "\n".join(
        translate(w.person.language, "correction.was", field=translate(w.person.language, f"correction.{name}"), value=value)
        for name, value in words.items()
    )


def raise_red_flag(actor: Actor, reference: str, seen: int, on: date, reason: str) -> None:
    """A suspicion of abuse or a sexual offence became known on `on`, after registration (Wko 1.51b): the expert is to be
    consulted at once and first, and only the people named for it see the dossier from now on. It is not taken back.

    Raises Refused: ``no_red_flag_here``, ``already_red_flag``, ``before_received``, ``in_the_future``, ``missing``.
    """
    with work(actor, Right.RED_FLAG) as w:
        complaint = load(w, reference, seen)
        go(w, complaint, StepName.RAISE_RED_FLAG)
        since, why = real_day(w, complaint, on), required(reason, "reason")
        complaint.red_flag = True
        entry = record(w, complaint, EventKind.RED_FLAG_RAISED, since, why)
        promises.happened(w, complaint, Fact.SUSPICION_KNOWN, since, entry)
