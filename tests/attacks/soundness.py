"""Is a whole register in order? Looked at from the side, whatever was done to it: `faults` is empty when it is."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from db import models as m
from domain.ledger import replay
from domain.rights import Right
from domain.vocabulary import EventKind, Kind
from services import promises, verifying
from services.door import SystemActor, work
from services.records import GENESIS, event_hash

BELONGING = [mapper.class_ for mapper in m.Base.registry.mappers if "complaint_id" in mapper.columns]


def faults(engine: Engine, attachments: Path | None = None) -> list[str]:
    """`engine`: the one of the door, for the promises are read with the services' own words."""
    with Session(engine) as session:
        found = [*_file(session), *_rows(session)]
        if attachments is not None:
            found += _files(session, attachments)
    return found + promise_faults()


def broken(operator: SystemActor) -> list[verifying.Fault]:
    """What `manage.py verify` names; not that these tests sign in to PostgreSQL with the server's own role, which nothing holds
    back."""
    found = verifying.verify(operator).faults
    return [each for each in found if (each.wrong, each.reference) != (verifying.Wrong.UNLOCKED, "postgres")]


def _file(session: Session) -> Iterator[str]:
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        for row in connection.exec_driver_sql("PRAGMA integrity_check"):
            if row[0] != "ok":
                yield f"integrity: {row[0]}"
        for row in connection.exec_driver_sql("PRAGMA foreign_key_check"):
            yield f"foreign key: {row}"


def _rows(session: Session) -> Iterator[str]:
    for complaint in session.scalars(select(m.Complaint)):
        for fault in _dossier(session, complaint):
            yield f"dossier {complaint.id}: {fault}"
    texts = set(session.scalars(select(m.MessageText.message_id)))
    for message in session.scalars(select(m.Message)):
        if message.id not in texts:
            yield f"message {message.id} has no text"
        if message.event_id is None:
            yield f"message {message.id} has no event"


def _dossier(session: Session, complaint: m.Complaint) -> Iterator[str]:
    events = session.scalars(select(m.Event).where(m.Event.complaint_id == complaint.id).order_by(m.Event.seq)).all()
    words = {
        row.event_id: row.text for row in session.scalars(select(m.EventText).where(m.EventText.complaint_id == complaint.id))
    }
    before = GENESIS
    for number, event in enumerate(events, start=1):
        if (event.seq, event.prev_hash, event.hash) != (number, before, event_hash(event)):
            yield f"the chain breaks at {event.seq}"
        said = words.get(event.id)
        if (event.text_hash is None) != (said is None):
            yield f"event {event.seq} and its text do not go together"
        if said is not None and hashlib.sha256(((event.text_salt or "") + said).encode()).hexdigest() != event.text_hash:
            yield f"the text of event {event.seq} is another one"
        before = event.hash
    head = session.get(m.ChainHead, complaint.id)
    if head is None or (head.seq, head.hash) != (len(events), before):
        yield "the head is not the last event"
    if not events:
        yield "nothing says that it was registered"
    yield from _complete(session, complaint, events)
    yield from _nobody_who_is_excluded(session, complaint)


def _complete(session: Session, complaint: m.Complaint, events: object) -> Iterator[str]:
    if complaint.compartment == "regular" and session.get(m.Complainant, complaint.id) is None:
        yield "nobody complained"
    ours = set(session.scalars(select(m.Event.id).where(m.Event.complaint_id == complaint.id)))
    for model in (m.LedgerEntry, m.Promise, m.Party, m.Message, m.Attachment, m.Measure, m.MeasureDone, m.Referral):
        column = "opened_event_id" if model is m.Promise else "event_id"
        named = session.scalars(select(getattr(model, column)).where(model.complaint_id == complaint.id)).all()
        if any(each is not None and each not in ours for each in named):
            yield f"{model.__tablename__} names an event that is not of this dossier"
    ledger = session.scalars(select(m.LedgerEntry.fact).where(m.LedgerEntry.complaint_id == complaint.id)).all()
    kinds = session.scalars(select(m.Event.kind).where(m.Event.complaint_id == complaint.id)).all()
    if complaint.compartment == "regular" and complaint.kind == Kind.COMPLAINT and "received" not in ledger:
        yield "an event without its line in the ledger"
    for kind, fact in ((EventKind.DECIDED, "decided"), (EventKind.PAUSED, "paused"), (EventKind.CLOSED, "closed")):
        if kinds.count(kind) != ledger.count(fact) and complaint.compartment == "regular":
            yield f"{kind} stands {kinds.count(kind)} times in the history, {ledger.count(fact)} times in the ledger"
    decided = session.scalars(
        select(m.Decision.id).where(m.Decision.complaint_id == complaint.id, ~m.Decision.superseded)
    ).all()
    if len(decided) > 1:
        yield "two decisions in force"
    waiting = session.scalars(
        select(m.Appeal.id).where(m.Appeal.complaint_id == complaint.id, m.Appeal.ruled_on.is_(None))
    ).all()
    if len(waiting) > 1:
        yield "two appeals at once"


def _nobody_who_is_excluded(session: Session, complaint: m.Complaint) -> Iterator[str]:
    query = select(m.Party.account_id).where(m.Party.complaint_id == complaint.id, m.Party.excluded.is_(True))
    excluded = set(session.scalars(query))
    hearing = session.scalars(
        select(m.Appeal.reviewer_id).where(m.Appeal.complaint_id == complaint.id, m.Appeal.ruled_on.is_(None))
    )
    if excluded & {complaint.handler_id, complaint.ack_owner_id, complaint.acting_director_id, *hearing} - {None}:
        yield "somebody whom it is about has a task in it"


def _files(session: Session, folder: Path) -> Iterator[str]:
    for row in session.scalars(select(m.Attachment).where(m.Attachment.removed_at.is_(None))):
        path = folder / row.token
        if not path.is_file():
            yield f"attachment {row.id} has no file"
        elif hashlib.sha256(path.read_bytes()).hexdigest() != row.sha256:
            yield f"attachment {row.id} is another file"


def promise_faults() -> list[str]:
    """Each promise is what its ledger gives; what the ledger does not give any more has ended as corrected."""
    found = []
    checker = SystemActor("check", frozenset({Right.READ}))
    with work(checker, Right.READ) as w:
        for complaint in w.session.scalars(select(m.Complaint)):
            rows = promises._rows(w, complaint)
            book = replay(
                promises._entries(w, complaint),
                promises._rules(w, complaint),
                promises.calendar_of(w, complaint),
                promises._about(complaint),
            )
            for before, now in promises._paired([promises._value(row) for row in rows], book):
                if before != now and not (now is None and before is not None and before.cancel_reason == "corrected"):
                    found.append(f"dossier {complaint.id}: {before} is not what follows from the ledger: {now}")
    return found
