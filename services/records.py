"""What every change to a dossier shares: finding it, and writing the event that says so."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Collection
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, exists, func, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute

from db import models as m
from domain.errors import Refused
from domain.texts import clean
from domain.vocabulary import Compartment, EventKind, Kind, Side, Status
from services.door import Work, writing_unseen

GENESIS = "0" * 64
LOGGED_ONCE_IN = timedelta(minutes=15)  # a screen is drawn again at every click
_UNSEEN: dict[str, Any] = {"execution_options": {"row_rule": False}}  # of a dossier that the database shows this person
_ANY_DOSSIER: dict[str, Any] = {"execution_options": {"row_rule": False, "second_lock": False}}


def load(w: Work, reference: str, seen: int | None = None) -> m.Complaint:
    """The dossier, if this right reaches it. `seen` is the version that the person had on screen; edits pass it, and
    wait for whoever is writing in the dossier. Raises Refused: ``not_found``, ``changed_meanwhile``."""
    if seen is not None:
        complaint = load_to_append(w, reference)
        check_seen(complaint, seen)
        return complaint
    return _found(w, reference)


def check_seen(complaint: m.Complaint, seen: int | None) -> None:
    """Raises Refused ``changed_meanwhile`` when the dossier is not any more what the person had on screen."""
    if seen is not None and complaint.version != seen:
        raise Refused("changed_meanwhile")


def load_to_append(w: Work, reference: str) -> m.Complaint:
    """As `load`, for who adds without looking at what others did: whoever writes at the same moment waits. Everybody
    locks the head first and the dossier after it; the other way round two of them would wait for each other."""
    return locked(w, _found(w, reference))


def locked(w: Work, complaint: m.Complaint) -> m.Complaint:
    """Nobody else's until this transaction ends, and as it is now: who was excluded a moment ago does not find it."""
    w.session.execute(select(m.ChainHead.seq).where(m.ChainHead.complaint_id == complaint.id).with_for_update(), **_UNSEEN)
    return _found(w, complaint.reference)


def _found(w: Work, reference: str) -> m.Complaint:
    complaint = None
    if isinstance(reference, str) and reference.isprintable():  # NUL and half signs are an error to some databases
        query = select(m.Complaint).where(m.Complaint.reference == reference).execution_options(populate_existing=True)
        complaint = w.session.scalar(query)
    if complaint is None:
        raise Refused("not_found")
    return complaint


def record(
    w: Work,
    complaint: m.Complaint,
    kind: EventKind,
    happened_on: date | None = None,
    text: str = "",
    side: Side = Side.FILE,
    **codes: Any,
) -> m.Event:
    """Append one event to the dossier's chain. `codes` holds coded facts only (JSON), never names or free text. Raises
    Refused ``anonymised``: after that nothing happens in a dossier any more."""
    if complaint.status == Status.ANONYMISED:
        raise Refused("anonymised")
    if happened_on is not None and happened_on > w.today:
        raise Refused("in_the_future", field="happened_on")
    head = w.session.scalar(
        select(m.ChainHead).where(m.ChainHead.complaint_id == complaint.id).with_for_update(),
        execution_options={"row_rule": False},
    )
    if head is None:
        head = m.ChainHead(complaint_id=complaint.id, seq=0, hash=GENESIS)
        w.session.add(head)
    entry = m.Event(
        complaint_id=complaint.id,
        seq=head.seq + 1,
        kind=kind,
        side=side,
        actor_id=w.person.id,
        happened_on=happened_on or w.today,
        recorded_at=w.now,
        codes=_plain(codes),
        prev_hash=head.hash,
    )
    words = clean(text)
    if words:
        entry.text_salt = secrets.token_hex(16)
        entry.text_hash = _sha(entry.text_salt + words)
    entry.hash = event_hash(entry)
    head.seq, head.hash = entry.seq, entry.hash
    w.session.add(entry)
    w.session.flush()  # the text and whoever refers to this event need its id
    if words:
        w.session.add(m.EventText(event_id=entry.id, complaint_id=complaint.id, text=words))
    return entry


def written_with(w: Work, complaint: m.Complaint, form_id: str, words: str) -> bool:
    """Did this form write these words here already, however long ago? A second click, another tab, a browser that came back:
    it is once. Raises Refused ``form_used`` when it wrote other words: these would be lost."""
    e, said = m.Event, m.MessageText
    mine = (e.complaint_id == complaint.id, e.actor_id == w.me, e.codes["form"].as_string() == form_id)
    query = (
        select(func.coalesce(m.EventText.text, said.body)).select_from(e).outerjoin(m.EventText, m.EventText.event_id == e.id)
    )
    query = query.outerjoin(m.Message, m.Message.event_id == e.id).outerjoin(said, said.message_id == m.Message.id)
    found = w.session.execute(query.where(*mine), **_UNSEEN).scalars().all()
    if found and words and words not in found:  # a field that was emptied after saving holds nothing to lose
        raise Refused("form_used")
    return bool(found)


def files_of(w: Work, complaint: m.Complaint) -> list[m.Attachment]:
    """What is attached to a dossier already found (though its maker may not see it). The head is locked first: whoever
    adds a file at the same moment waits, and then counts this one."""
    w.session.execute(select(m.ChainHead.seq).where(m.ChainHead.complaint_id == complaint.id).with_for_update(), **_UNSEEN)
    query = select(m.Attachment).where(m.Attachment.complaint_id == complaint.id, m.Attachment.removed_at.is_(None))
    return list(w.session.scalars(query, **_UNSEEN))


def was_opened(w: Work, complaint_id: int, what: str) -> bool:
    """Did this person open it a moment ago? Then it stands in the access log already."""
    return bool(opened_lately(w, [complaint_id], what))


def opened_lately(w: Work, complaint_ids: Collection[int], what: str) -> frozenset[int]:
    """The same, of several."""
    query = select(m.AccessLog.complaint_id).where(
        m.AccessLog.account_id == w.person.id,
        m.AccessLog.complaint_id.in_(complaint_ids),
        m.AccessLog.what == what,
        m.AccessLog.at > w.now - LOGGED_ONCE_IN,
    )
    return frozenset(w.session.scalars(query, **_UNSEEN))


def everything_in(w: Work, complaint: m.Complaint, *columns: InstrumentedAttribute[Any]) -> list[Any]:
    """These columns of one table of a dossier already found, of every row: for who may hear, direct or read it. Also what
    came up after what this person may see counts there; nothing of it is shown."""
    query = select(*columns).where(columns[0].class_.complaint_id == complaint.id)
    return list(w.session.execute(query, **_UNSEEN))


def emptied(w: Work, complaint: m.Complaint, model: Any, **values: Any) -> None:
    """Every row of one table of a dossier gets these values: also those that the person who lets it go may not see."""
    w.session.execute(update(model).where(model.complaint_id == complaint.id).values(**values), **_UNSEEN)


def removed(w: Work, complaint: m.Complaint, model: Any, *conditions: ColumnElement[bool]) -> None:
    """The same: every row that meets the conditions goes."""
    w.session.execute(delete(model).where(model.complaint_id == complaint.id, *conditions), **_UNSEEN)


def unseen(w: Work, *conditions: ColumnElement[bool]) -> list[m.Complaint]:
    """The ordinary dossiers that meet these, for who may see none of them: only their number may leave the service. Without
    those from which this person is excluded."""
    party = m.Party
    excluded = exists().where(party.complaint_id == m.Complaint.id, party.account_id == w.me, party.excluded.is_(True))
    query = select(m.Complaint).where(m.Complaint.compartment == Compartment.REGULAR, ~excluded, *conditions)
    return list(w.session.scalars(query, **_ANY_DOSSIER))


def put_on_the_list(w: Work, review: m.Review) -> None:
    """Every ordinary complaint that was received in the period of this review, what an earlier one passed over or left
    without an answer included: also those that who opens it may not see. Nothing of them is answered."""
    c, item = m.Complaint, m.ReviewItem
    last = select(item.decided_at).where(item.complaint_id == c.id).order_by(item.id.desc()).limit(1).scalar_subquery()
    listed = exists().where(item.complaint_id == c.id)
    began = select(func.min(m.Review.since)).scalar_subquery()
    passed_over = and_(c.received_on < review.since, c.received_on >= began, ~listed)
    query = select(c.id).where(
        c.compartment == Compartment.REGULAR,
        c.kind == Kind.COMPLAINT,
        c.status != Status.ANONYMISED,
        or_(c.received_on.between(review.since, review.until), passed_over, and_(listed, last.is_(None))),
    )
    with writing_unseen(w):
        w.session.add_all(m.ReviewItem(review_id=review.id, complaint_id=each) for each in w.session.scalars(query, **_UNSEEN))
        w.session.flush()


def shut_out_of(w: Work, people: Collection[int]) -> list[tuple[int, date, date]]:
    """Of each ordinary dossier from which one of these accounts is excluded: the account, the day of receipt, and the last day
    on which something happened that a yearly report counts. Past what this person may see; only who makes the report follows
    from it, and nothing of it is answered."""
    c, party = m.Complaint, m.Party
    outside = select(func.max(m.Referral.submitted_on)).where(m.Referral.complaint_id == c.id).scalar_subquery()
    query = (
        select(party.account_id, c.received_on, c.answered_on, c.closed_on, outside)
        .join(c, c.id == party.complaint_id)
        .where(party.excluded.is_(True), party.account_id.in_(people), c.compartment == Compartment.REGULAR)
    )
    return [(row[0], row[1], max(day for day in row[1:] if day)) for row in w.session.execute(query, **_ANY_DOSSIER)]


def event_hash(entry: m.Event) -> str:
    """SHA-256 (hex) over the canonical JSON of everything but the text itself, chained to the one before."""
    facts = [
        entry.prev_hash,
        entry.complaint_id,
        entry.seq,
        entry.kind,
        entry.side,
        entry.actor_id,
        entry.happened_on.isoformat(),
        entry.recorded_at.isoformat(),
        entry.codes,
        entry.text_hash,
    ]
    return _sha(json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=False))


def _plain(codes: dict[str, Any]) -> dict[str, Any]:
    return {key: value.isoformat() if isinstance(value, date) else value for key, value in codes.items()}


def _sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


# The promises of a dossier belong to every service that may touch it: whoever registers one, or handles a part of it, may
# hold a right that does not reach the table.


def promises_of(w: Work, complaint_ids: Collection[int]) -> list[m.Promise]:
    """Of dossiers that were loaded under the row rule, in the order in which they were opened; one statement."""
    query = select(m.Promise).where(m.Promise.complaint_id.in_(complaint_ids)).order_by(m.Promise.id)
    return list(w.session.scalars(query, execution_options={"row_rule": False}))


def ledger_of(w: Work, complaint: m.Complaint) -> list[m.LedgerEntry]:
    """What counts for the promises of a dossier that was loaded already, in the order in which it was recorded."""
    query = select(m.LedgerEntry).where(m.LedgerEntry.complaint_id == complaint.id).order_by(m.LedgerEntry.id)
    return list(w.session.scalars(query, execution_options={"row_rule": False}))


def last_day_of(w: Work, complaint: m.Complaint, *kinds: EventKind) -> date | None:
    """The last day on which one of these things happened in the first line's file of a dossier that was loaded already."""
    query = select(func.max(m.Event.happened_on)).where(
        m.Event.complaint_id == complaint.id, m.Event.kind.in_(kinds), m.Event.side == Side.FILE
    )
    return w.session.scalar(query, execution_options={"row_rule": False})
