"""Is every dossier's history still what was recorded? Its hash chain is computed anew, event by event, and held against an
anchor that was kept outside (services/anchoring.py). What is found names a dossier and an event, never what stands in it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import groupby
from typing import Any

from sqlalchemy import Select, func, select, union

from db import append_only, row_security
from db import models as m
from domain import retention
from domain.errors import Refused
from domain.rights import Right
from domain.vocabulary import Compartment, EventKind, Status
from services.anchoring import Anchor, seal
from services.door import Actor, Work, engine, work
from services.records import GENESIS, event_hash

_LARGEST = 2**63 - 1
_AT_ONCE = 500  # dossiers in one transaction: whoever wants to write waits no longer than that takes


class Wrong(StrEnum):
    """What is wrong first."""

    NUMBER = "number"  # the events do not count 1, 2, 3
    LINK = "link"  # it does not follow from the one before
    CONTENT = "content"  # its hash is not that of what it says
    TEXT = "text"  # the text beside it is not the text that was recorded, or is gone
    HEAD = "head"  # the dossier's end is not its last event
    NO_HISTORY = "no_history"
    NO_DOSSIER = "no_dossier"  # events or an end of a dossier that is not there
    UNREADABLE = "unreadable"  # no value that this column can have
    NOT_DESTROYED = "not_destroyed"  # anonymised, and the register of what was destroyed does not know it
    UNGUARDED = "unguarded"  # a trigger that keeps the history as it is is gone or another one
    UNLOCKED = "unlocked"  # PostgreSQL's own rule about who sees what is off or another one, or does not hold for our role
    ANCHOR_LOST = "anchor_lost"  # in the anchor, not in the register
    ANCHOR_SHORT = "anchor_short"  # ends before the event where it ended then
    ANCHOR_OTHER = "anchor_other"  # that event was another one then: rewritten from there or before


@dataclass(frozen=True)
class Fault:
    """`reference` is ``#`` and the number where there is no reference, for UNGUARDED the trigger, for UNLOCKED the table or
    the role; `seq` None: not of one event."""

    reference: str
    seq: int | None
    wrong: Wrong


@dataclass
class Verified:
    """`replaced`: dossiers of closed compartments that were let go since the anchor; their chain began anew."""

    dossiers: int = 0
    events: int = 0
    replaced: int = 0
    faults: list[Fault] = field(default_factory=list)


def verify(actor: Actor, anchor: Anchor | None = None) -> Verified:
    """All dossiers, in the order of their numbers, and the first broken link of each. For the operator's command only."""
    with work(actor, Right.OPERATE) as w:
        done = Verified(faults=[Fault(each, None, Wrong.UNGUARDED) for each in append_only.missing(w.session.connection())])
        done.faults += [Fault(each, None, Wrong.UNLOCKED) for each in row_security.missing(w.session.connection())]
        if row_security.passed_by(w.session.connection()):
            done.faults.append(Fault(str(engine().url.username), None, Wrong.UNLOCKED))
    # what follows only reads, under a right that keeps no writer waiting
    missing = set(anchor.heads) if anchor else set()
    after: int | None = None
    while (numbers := _next(actor, after)) is not None:
        first, after = numbers
        for number, events, found in _window(actor, first, after, anchor):
            missing.discard(number)
            done.dossiers += 1
            done.events += events
            if isinstance(found, Fault):
                done.faults.append(found)
            done.replaced += found == "replaced"
    done.faults += [Fault(f"#{number}", None, Wrong.ANCHOR_LOST) for number in sorted(missing)]
    return done


def last_ones_fit(w: Work, number: int) -> bool:
    """Do so many last events, whosever, fit what stands before them, and the ends of their dossiers? Says of none which."""
    try:
        return all(_fits(row) for row in w.session.connection().execute(_newest(number)))
    except (ValueError, TypeError, AttributeError):  # a value that cannot be read
        return False


def _newest(number: int) -> Select[Any]:
    """Their numbers go up with time."""
    c, head, e, t = (model.__table__ for model in (m.Complaint, m.ChainHead, m.Event, m.EventText))
    before, last = e.alias(), e.alias()
    newest = select(e.c.id).order_by(e.c.id.desc()).limit(number).subquery()
    return (
        select(
            *(c.c.status, before.c.hash.label("before"), head.c.seq.label("head_seq")),
            *((head.c.hash == last.c.hash).label("ends"), t.c.text, t.c.complaint_id.label("text_of")),
            *e.c,
        )
        .select_from(e)
        .outerjoin(c, c.c.id == e.c.complaint_id)
        .outerjoin(before, (before.c.complaint_id == e.c.complaint_id) & (before.c.seq == e.c.seq - 1))
        .outerjoin(head, head.c.complaint_id == e.c.complaint_id)
        .outerjoin(last, (last.c.complaint_id == head.c.complaint_id) & (last.c.seq == head.c.seq))
        .outerjoin(t, t.c.event_id == e.c.id)
        .where(e.c.id.in_(select(newest.c.id)))
    )


def _fits(row: Any) -> bool:
    there = row.status is not None and row.ends and row.seq <= row.head_seq
    before = GENESIS if row.seq == 1 else row.before
    return there and _link(row, row.seq, before, row.status == Status.ANONYMISED) is None


Found = tuple[int, int, Fault | str]  # number of the dossier, of events, and "sound", "replaced" or what is wrong


def _next(actor: Actor, after: int | None) -> tuple[int, int] | None:
    """From the lowest number after this one that a dossier, an event or an end has, as far as so many dossiers go."""
    with work(actor, Right.ENTER) as w:
        least = []
        for column in _numbers():
            query = select(func.min(column))
            least.append(w.session.connection().scalar(query if after is None else query.where(column > after)))
        first = min((number for number in least if number is not None), default=None)
        if first is None:
            return None
        dossier = m.Complaint.__table__.c.id
        end = select(dossier).where(dossier >= first).order_by(dossier).offset(_AT_ONCE - 1).limit(1)
        last: int | None = w.session.connection().scalar(end)
    return first, _LARGEST if last is None else last


def _window(actor: Actor, first: int, last: int, anchor: Anchor | None) -> list[Found]:
    try:
        with work(actor, Right.ENTER) as w:
            rows = w.session.connection().execute(_everything(first, last), execution_options={"yield_per": 1000})
            return [_dossier(w, number, list(events), anchor) for number, events in groupby(rows, lambda row: row.number)]
    except (
        ValueError,
        TypeError,
        AttributeError,
        Refused,
    ):  # a value that cannot be read stops the whole statement: find whose it is
        if first < last:
            middle = (first + last) // 2
            return _window(actor, first, middle, anchor) + _window(actor, middle + 1, last, anchor)
        return [(first, 0, Fault(f"#{first}", None, Wrong.UNREADABLE))]


def _numbers() -> list[Any]:
    return [m.Complaint.__table__.c.id, m.Event.__table__.c.complaint_id, m.ChainHead.__table__.c.complaint_id]


def _everything(first: int, last: int) -> Select[Any]:
    """One row per event, in order; one without an event where there is none. In one statement, so that it fits together
    while others write."""
    c, head, e, t = (model.__table__ for model in (m.Complaint, m.ChainHead, m.Event, m.EventText))
    numbers = union(*(select(column.label("number")).where(column.between(first, last)) for column in _numbers())).subquery()
    return (
        select(
            *(numbers.c.number, c.c.reference, c.c.status, c.c.compartment),
            *(head.c.seq.label("head_seq"), head.c.hash.label("head_hash"), t.c.text, t.c.complaint_id.label("text_of")),
            *e.c,
        )
        .select_from(numbers)
        .outerjoin(c, c.c.id == numbers.c.number)
        .outerjoin(head, head.c.complaint_id == numbers.c.number)
        .outerjoin(e, e.c.complaint_id == numbers.c.number)
        .outerjoin(t, t.c.event_id == e.c.id)
        .order_by(numbers.c.number, e.c.seq, e.c.id)
    )


def _dossier(w: Work, number: int, rows: list[Any], anchor: Anchor | None) -> Found:
    first = rows[0]
    events = [] if first.seq is None else rows
    reference = first.reference or f"#{number}"
    gone = first.status == Status.ANONYMISED
    destroyed_on = _destroyed_on(w, first.reference) if gone else None
    fault = _fault(first, events, gone)
    if fault is None and gone and destroyed_on is None:
        fault = None, Wrong.NOT_DESTROYED
    if fault is None and anchor is not None and number in anchor.heads:
        then, sealed = anchor.heads[number]
        fault = _since(first.reference, events, then, sealed)
        renewed = first.compartment != Compartment.REGULAR and [row.kind for row in events] == [EventKind.ANONYMISED]
        if fault and renewed and destroyed_on is not None and destroyed_on >= anchor.day:
            return number, len(events), "replaced"
    return number, len(events), Fault(reference, *fault) if fault else "sound"


def _fault(dossier: Any, events: list[Any], gone: bool) -> tuple[int | None, Wrong] | None:
    """The number of the event where the chain breaks first, and how. `gone`: the texts were let go."""
    if dossier.reference is None:
        return None, Wrong.NO_DOSSIER
    before = GENESIS
    for number, row in enumerate(events, start=1):
        wrong = _link(row, number, before, gone)
        if wrong is not None:
            return number, wrong
        before = row.hash
    if not events:
        return None, Wrong.NO_HISTORY
    if (dossier.head_seq, dossier.head_hash) != (len(events), before):
        return len(events), Wrong.HEAD
    return None


def _link(row: Any, number: int, before: str, gone: bool) -> Wrong | None:
    if row.seq != number:
        return Wrong.NUMBER
    if row.prev_hash != before:
        return Wrong.LINK
    if row.hash != event_hash(row):
        return Wrong.CONTENT
    return None if _text_fits(row, gone) else Wrong.TEXT


def _text_fits(row: Any, gone: bool) -> bool:
    if row.text is None:
        return row.text_hash is None or (gone and row.text_salt is None)
    if row.text_hash is None or row.text_salt is None or row.text_of != row.complaint_id:
        return False
    return bool(row.text_hash == hashlib.sha256((row.text_salt + row.text).encode()).hexdigest())


def _since(reference: str, events: list[Any], then: int, sealed: str) -> tuple[int, Wrong] | None:
    if len(events) < then:
        return len(events) + 1, Wrong.ANCHOR_SHORT
    if then < 1 or seal(reference, events[then - 1].hash) != sealed:
        return then, Wrong.ANCHOR_OTHER
    return None


def _destroyed_on(w: Work, reference: str) -> Any:
    """The day on which this dossier was let go; None: the register of that does not know it."""
    gone = m.Destroyed.__table__.c
    query = select(func.max(gone.destroyed_on)).where(gone.reference == reference, gone.what == retention.What.DOSSIER)
    return w.session.connection().scalar(query)
