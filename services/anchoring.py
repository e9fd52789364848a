"""The anchor: how every dossier's history ended on a day, to be kept outside the register (on paper, in a mail).

A chain that was rewritten from some point on, or cut short, still fits in itself; only what was written down elsewhere before
tells. An anchor is a line, and a sheet with that line and one line for each dossier: its number, the number of its last
event, and a seal over its reference and the hash of that event. Nothing in it says what a dossier is about.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, select

from db import models as m
from domain.rights import Right
from services.door import Actor, work

_LINE = re.compile(r"weerklank (\d{4}-\d\d-\d\d) dossiers (\d{1,12}) events (\d{1,12}) sha256 ([0-9a-f]{64})")
_HEAD = re.compile(r"(\d{1,18}) (\d{1,18}) ([0-9a-f]{64})")


class NotAnAnchor(ValueError):
    """No sheet that was written here."""


class AnchorChanged(ValueError):
    """A sheet whose line does not fit the rest any more."""


@dataclass(frozen=True)
class Anchor:
    """`heads`: by number of the dossier, the number of its last event and the seal over it."""

    day: date
    heads: dict[int, tuple[int, str]]

    @property
    def line(self) -> str:
        events = sum(seq for seq, _ in self.heads.values())
        digest = hashlib.sha256("\n".join(self._sheet()).encode()).hexdigest()
        return f"weerklank {self.day} dossiers {len(self.heads)} events {events} sha256 {digest}"

    @property
    def sheet(self) -> str:
        return "\n".join([self.line, *self._sheet(), ""])

    def _sheet(self) -> list[str]:
        """In the order of the references, as they were put in."""
        return [f"{number} {seq} {seal}" for number, (seq, seal) in self.heads.items()]


def seal(reference: str | None, last: str) -> str:
    """SHA-256 (hex) of the reference and the hash of an event: says neither."""
    return hashlib.sha256(f"{reference} {last}".encode()).hexdigest()


def drop(actor: Actor) -> Anchor:
    """How everything ends now. For the operator's command only."""
    with work(actor, Right.OPERATE):
        pass  # the right; what follows only reads, under one that keeps no writer waiting
    with work(actor, Right.ENTER) as w:
        return of_database(w.session.connection(), w.today)


def of_database(connection: Connection, day: date) -> Anchor:
    """For who has a right already, also to another database than the one that is worked in."""
    c, head = m.Complaint.__table__.c, m.ChainHead.__table__.c
    query = select(c.id, c.reference, head.seq, head.hash).join_from(m.Complaint, m.ChainHead, head.complaint_id == c.id)
    return of(day, connection.execute(query))


def of(day: date, ends: Iterable[Any]) -> Anchor:
    """`ends`: number, reference, and the number and the hash of the last event."""
    ordered = sorted(ends, key=lambda end: str(end[1]))
    return Anchor(day, {number: (seq, seal(reference, last)) for number, reference, seq, last in ordered})


def read(text: str) -> Anchor:
    """A sheet as it was kept. Raises NotAnAnchor, AnchorChanged."""
    first, *rest = text.splitlines() or [""]
    told, heads = _LINE.fullmatch(first), [_HEAD.fullmatch(line) for line in rest]
    if told is None:
        raise NotAnAnchor
    found = {int(each[1]): (int(each[2]), each[3]) for each in heads if each}
    if len(found) != len(rest):
        raise NotAnAnchor
    try:
        anchor = Anchor(date.fromisoformat(told[1]), found)
    except ValueError as error:
        raise NotAnAnchor from error
    if anchor.line != first:
        raise AnchorChanged
    return anchor
