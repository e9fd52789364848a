"""Keeping and letting go: what is to go and what stops it, a hold, and the two persons who let it go (domain.md T17).

The terms are those of the procedure in force today: how long we keep something is no promise to whoever complained.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select

from db import models as m
from domain.entries import choice
from domain.errors import Refused
from domain.retention import (
    AHEAD,
    Block,
    Proposal,
    Terms,
    What,
    alone_from,
    blocks,
    why_not_confirmed,
)
from domain.rights import Right
from domain.texts import required
from domain.vocabulary import Compartment, EventKind
from services import anonymising
from services.clock_check import clock_wrong
from services.colleagues import somebody_else
from services.door import Actor, Work, work
from services.parties import keepers, named_by
from services.profiles import current
from services.records import everything_in, load_to_append, record
from services.retention_due import due_by, every, stand_of

PAGE_SIZE = 50


@dataclass(frozen=True)
class Proposed:
    what: What
    by: str
    on: date
    mine: bool
    alone_from: date | None  # from then who proposed may confirm too; none: somebody else has to
    why_not: str | None  # why this person cannot confirm now, as a refusal code
    seq: int  # which proposal this is: give it to `confirm`


@dataclass(frozen=True)
class Row:
    reference: str
    compartment: str
    title: str
    category: str
    status: str
    what: What
    ended_on: date
    until: date  # from then it may go
    last_on: date  # the newest thing in it
    blocks: tuple[Block, ...]  # empty: it may go now
    hold: str | None  # why it has to stay
    proposed: Proposed | None


@dataclass(frozen=True)
class Listing:
    rows: tuple[Row, ...]  # the longest over first
    total: int
    page: int
    pages: int
    terms: Terms


@dataclass(frozen=True)
class Held:
    reference: str
    title: str
    reason: str
    by: str
    on: date


@dataclass(frozen=True)
class Gone:
    """One line of the register of what was destroyed."""

    reference: str
    compartment: str
    what: What
    years: int
    ended_on: date
    until: date
    destroyed_on: date
    proposed_by: str
    confirmed_by: str
    files: int


# Looking


def due(actor: Actor, page: int = 1) -> Listing:
    """The dossiers of which a term is over or ends within 30 days, those that something stops too; pages of fifty."""
    with work(actor, Right.RETAIN) as w:
        terms = current(w).retention.terms()
        query = due_by(terms, w.today + AHEAD)
        total = w.session.scalar(select(func.count()).select_from(query.subquery())) or 0
        pages = max(1, -(-total // PAGE_SIZE))
        number = min(max(1, page), pages)
        found = w.session.execute(query.limit(PAGE_SIZE).offset(PAGE_SIZE * (number - 1))).all()
        return Listing(_rows(w, terms, found), total, number, pages, terms)


def held(actor: Actor) -> tuple[Held, ...]:
    """What has to stay, the longest kept first."""
    with work(actor, Right.RETAIN) as w:
        return all_held(w)


def register(actor: Actor, page: int = 1) -> tuple[Gone, ...]:
    """What was destroyed, the newest first; pages of fifty. Only of dossiers that this person may know of."""
    with work(actor, Right.RETAIN) as w:
        return tuple(all_gone(w, PAGE_SIZE, PAGE_SIZE * (max(1, page) - 1)))


# For other services


def all_due(w: Work) -> Iterator[Row]:
    terms = current(w).retention.terms()
    for part in w.session.execute(due_by(terms, w.today + AHEAD)).partitions(PAGE_SIZE):
        yield from _rows(w, terms, part)


def all_held(w: Work) -> tuple[Held, ...]:
    r, query = m.Retention, select(m.Complaint, m.Retention, m.Account.display_name)
    query = query.join(r, r.complaint_id == m.Complaint.id).join(m.Account, m.Account.id == r.held_by)
    found = w.session.execute(query.where(r.held_on.is_not(None)).order_by(r.held_on, m.Complaint.id))
    return tuple(Held(c.reference, c.title, row.held_reason or "", name, row.held_on or w.today) for c, row, name in found)


def all_gone(w: Work, most: int | None = None, skip: int = 0) -> Iterator[Gone]:
    d, one, other = m.Destroyed, m.Account.__table__.alias(), m.Account.__table__.alias()
    query = (
        select(d, one.c.display_name, other.c.display_name)
        .join(m.Complaint, m.Complaint.reference == d.reference)
        .join(one, one.c.id == d.proposed_by)
        .join(other, other.c.id == d.confirmed_by)
        .order_by(d.id.desc())
    )
    query = query if most is None else query.limit(most).offset(skip)
    names = ("reference", "compartment", "years", "ended_on", "until", "destroyed_on", "files")
    for row, by, also in w.session.execute(query):
        yield Gone(**{name: getattr(row, name) for name in names}, what=What(row.what), proposed_by=by, confirmed_by=also)


# Keeping


def hold(actor: Actor, reference: str, reason: str) -> None:
    """The dossier stays, whatever its term, until somebody releases it (a legal hold); a proposal ends with it. Raises
    Refused: ``not_found``, ``missing``, ``on_hold``."""
    with work(actor, Right.DESTROY) as w:
        complaint = load_to_append(w, reference)
        row = _decided(w, complaint)
        if row.held_on is not None:
            raise Refused("on_hold")
        why = required(reason, "reason")
        record(w, complaint, EventKind.HELD, text=why)
        row.held_by, row.held_on, row.held_reason = w.me, w.today, why
        _withdrawn(row)


def release(actor: Actor, reference: str, reason: str) -> None:
    """Raises Refused: ``not_found``, ``missing``, ``not_on_hold``."""
    with work(actor, Right.DESTROY) as w:
        complaint = load_to_append(w, reference)
        row = _decided(w, complaint)
        if row.held_on is None:
            raise Refused("not_on_hold")
        record(w, complaint, EventKind.RELEASED, text=required(reason, "reason"))
        row.held_by = row.held_on = row.held_reason = None


# Letting go


def propose(actor: Actor, reference: str, what: str) -> None:
    """The first of two persons. Proposing again is proposing it as it is now. Raises Refused: ``not_found``,
    ``unknown_value``, ``retention_blocked`` with everything that stops it, ``contact_gone``."""
    with work(actor, Right.DESTROY) as w:
        complaint, which = load_to_append(w, reference), choice(What, what, "what")
        _may_go(w, complaint, which)
        row = _decided(w, complaint)
        row.proposed, row.proposed_by, row.proposed_on, row.proposed_seq = which, w.me, w.today, _newest(w, complaint)
        row.proposed_alone = not _others(w, complaint, w.me)


def withdraw(actor: Actor, reference: str) -> None:
    """The proposal; by either of the two. Raises Refused ``not_found``."""
    with work(actor, Right.DESTROY) as w:
        row = w.session.get(m.Retention, load_to_append(w, reference).id)
        if row is not None:
            _withdrawn(row)


def confirm(actor: Actor, reference: str, what: str, seen: int | None = None) -> None:
    """The second of two persons: it goes, for good. In a closed compartment with one keeper it is that keeper again, a week
    later. `seen`: the `seq` of the proposal that stood on the screen.

    Raises Refused: ``not_found``, ``not_proposed``, ``second_person``, ``proposed_with_others``, ``alone_too_soon``,
    ``retention_blocked``, ``changed_since_proposed``, ``clock_wrong``.
    """
    with work(actor, Right.DESTROY) as w:
        complaint, which = load_to_append(w, reference), choice(What, what, "what")
        row = _decided(w, complaint)
        if row.proposed != which or row.proposed_by is None or row.proposed_on is None:
            raise Refused("not_proposed")
        proposal = _proposal(w, complaint, row, row.proposed_by, row.proposed_on)
        code = why_not_confirmed(proposal, w.me, w.today)
        if code is not None:
            raise Refused(code, earliest=alone_from(proposal)) if code == "alone_too_soon" else Refused(code)
        ended_on, years, until = _may_go(w, complaint, which)
        if clock_wrong(w):
            raise Refused("clock_wrong")
        if row.proposed_seq != _newest(w, complaint) or (seen is not None and row.proposed_seq != seen):
            raise Refused("changed_since_proposed")
        gone = m.Destroyed(
            reference=complaint.reference,
            compartment=complaint.compartment,
            what=which,
            years=years,
            ended_on=ended_on,
            until=until,
            proposed_by=row.proposed_by,
            confirmed_by=w.me,
            destroyed_on=w.today,
            destroyed_at=w.now,
            files=len(everything_in(w, complaint, m.Attachment.id)) if which is What.DOSSIER else 0,
        )
        w.session.add(gone)  # first: what is kept goes only of a dossier that is in this register (db/append_only.py)
        w.session.flush()
        if which is What.DOSSIER:
            anonymising.anonymise(w, complaint, years=years, until=until)
        else:
            anonymising.forget_contact(w, complaint)
            w.session.delete(row)
    with suppress(Refused):  # it is done; what is left of the files goes with the next nightly run
        anonymising.finish(actor)


def _decided(w: Work, complaint: m.Complaint) -> m.Retention:
    row = w.session.get(m.Retention, complaint.id)
    if row is None:
        row = m.Retention(complaint_id=complaint.id)
        w.session.add(row)
    return row


def _withdrawn(row: m.Retention) -> None:
    row.proposed = row.proposed_by = row.proposed_on = row.proposed_seq = None
    row.proposed_alone = False


def _newest(w: Work, complaint: m.Complaint) -> int:
    return w.session.scalar(select(m.ChainHead.seq).where(m.ChainHead.complaint_id == complaint.id)) or 0


def _proposal(w: Work, complaint: m.Complaint, row: m.Retention, by: int, on: date) -> Proposal:
    return Proposal(Compartment(complaint.compartment), by, on, _others(w, complaint, by), row.proposed_alone)


def _others(w: Work, complaint: m.Complaint, by: int) -> bool:
    """In a closed compartment: is there another keeper, also one who is out because this person named them?"""
    if complaint.compartment == Compartment.REGULAR:  # there it is never one person, whoever is there
        return False
    return somebody_else(w, Right.DESTROY, complaint, by) or bool(
        named_by(w, complaint, by) & keepers(w, complaint.compartment)
    )


def _may_go(w: Work, complaint: m.Complaint, what: What) -> tuple[date, int, date]:
    """From when it counted, the years, and until when it had to stay. Raises Refused ``retention_blocked``,
    ``contact_gone``."""
    terms = current(w).retention.terms()
    found = w.session.execute(every().where(m.Complaint.id == complaint.id)).first()
    if found is None:
        raise Refused("retention_blocked", reasons=[f"retention_block.{Block.NOT_CLOSED}"])
    if what is What.CONTACT and not _reachable(w, complaint):
        raise Refused("contact_gone")
    until = _until(terms, what, found)
    stopped = blocks(stand_of(w, [found], {complaint.id: what}, {complaint.id: until})[complaint.id])
    if stopped:
        raise Refused("retention_blocked", reasons=[f"retention_block.{each}" for each in stopped])
    return found.ended_on, _years(terms, what, complaint), until


def _reachable(w: Work, complaint: m.Complaint) -> bool:
    return any(contact is not None for (contact,) in everything_in(w, complaint, m.Complainant.contact))


# One line of the list


def _rows(w: Work, terms: Terms, found: Sequence[Any]) -> tuple[Row, ...]:
    what = {row.Complaint.id: _what(w, terms, row) for row in found}
    until = {row.Complaint.id: _until(terms, what[row.Complaint.id], row) for row in found}
    stands = stand_of(w, found, what, until)
    e, ids = m.Event, list(until)
    newest = select(e.complaint_id, func.max(e.happened_on)).where(e.complaint_id.in_(ids)).group_by(e.complaint_id)
    last = {row[0]: row[1] for row in w.session.execute(newest)}
    decided = {row.complaint_id: row for row in w.session.scalars(select(m.Retention).where(m.Retention.complaint_id.in_(ids)))}
    return tuple(
        Row(
            **{name: getattr(c, name) for name in ("reference", "compartment", "title", "category", "status")},
            what=what[c.id],
            ended_on=ended_on,
            until=until[c.id],
            last_on=last.get(c.id, ended_on),
            blocks=blocks(stands[c.id]),
            hold=decided[c.id].held_reason if c.id in decided else None,
            proposed=_proposed(w, c, decided.get(c.id)),
        )
        for c, ended_on in found
    )


def _what(w: Work, terms: Terms, row: Any) -> What:
    """The whole dossier, once that term is near; before that only how to reach the complainant."""
    return What.DOSSIER if _until(terms, What.DOSSIER, row) <= w.today + AHEAD else What.CONTACT


def _until(terms: Terms, what: What, row: Any) -> date:
    return terms.until(row.ended_on, _years(terms, what, row.Complaint))


def _years(terms: Terms, what: What, complaint: m.Complaint) -> int:
    return terms.years(what, Compartment(complaint.compartment), complaint.procedure)


def _proposed(w: Work, complaint: m.Complaint, row: m.Retention | None) -> Proposed | None:
    if row is None or row.proposed is None or row.proposed_by is None or row.proposed_on is None:
        return None
    proposal = _proposal(w, complaint, row, row.proposed_by, row.proposed_on)
    return Proposed(
        What(row.proposed),
        w.session.get_one(m.Account, row.proposed_by).display_name,
        row.proposed_on,
        mine=row.proposed_by == w.me,
        alone_from=alone_from(proposal),
        why_not=why_not_confirmed(proposal, w.me, w.today),
        seq=row.proposed_seq or 0,
    )
