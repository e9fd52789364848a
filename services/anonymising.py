"""What goes of a dossier and what stays, in one transaction; and the files, after it (domain.md T17, ADR 0008)."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import JSON, Column, String, delete, exists, or_, select

from db import append_only, search
from db import models as m
from db.engine import empty_log
from domain.rights import Right
from domain.vocabulary import Compartment, EventKind, Relation, Status
from services import access_file, attachments, register_export, sealed_export
from services.clock_check import clock_wrong
from services.door import Actor, Work, engine, work
from services.drafts import KEPT_FOR
from services.profiles import current
from services.records import GENESIS, emptied, everything_in, record, removed

# The columns of text that hold codes, by table: they stay, with the dates and numbers. Every other text is emptied, also in
# a column that is added later; of a table that is not here, every row goes.
CODED: dict[Any, frozenset[str]] = {
    m.Complaint: frozenset(
        {
            *("reference", "form_id", "compartment", "kind", "status", "procedure", "overlay", "channel", "subject_type"),
            *("category", "subcategory", "sector", "discussed", "ladder_level", "ack_variant", "external_stage", "outcome"),
            *("close_reason", "satisfied", "next_promise"),
        }
    ),
    m.Complainant: frozenset(("type", "preferred_channel")),
    m.Party: frozenset(("relation",)),
    m.Promise: frozenset(("procedure", "code", "cancel_reason")),
    m.LedgerEntry: frozenset(("fact",)),
    m.Event: frozenset(("kind", "side", "codes", "text_hash", "prev_hash", "hash")),
    m.ChainHead: frozenset(("hash",)),
    m.Message: frozenset(("side", "direction", "recipient", "letter_type", "channel", "form_id")),
    m.Decision: frozenset(("outcome",)),
    m.Measure: frozenset(),
    m.MeasureDone: frozenset(),
    m.MeasureEffect: frozenset(("helped",)),
    m.ComplaintPart: frozenset(("outcome",)),
    m.Appeal: frozenset(("form_id", "channel", "ruling")),
    m.Referral: frozenset(("form_id", "body", "stage", "initiated_by", "result")),
    m.Escalation: frozenset(("rung",)),
    m.ReviewItem: frozenset(),
    m.AccessLog: frozenset(("what",)),
    m.Satisfaction: frozenset(),
    m.TakenOver: frozenset(("mark", "alike", "content", "key_mark")),
}
# Of a closed compartment less stays: its history says who came to whom, and codes cannot hide that.
_STAYS_CLOSED = frozenset((m.Complaint, m.Complainant, m.Party, m.Promise, m.LedgerEntry, m.ChainHead, m.AccessLog))
_ORPHAN_AFTER = timedelta(hours=1)
_MOST_ORPHANS = 20  # one upload holds no more files
_log = logging.getLogger("weerklank.anonymising")
_NO_MOMENT = datetime(1970, 1, 1, tzinfo=UTC)
_MODELS = [mapper.class_ for mapper in m.Base.registry.mappers if "complaint_id" in mapper.columns]
_BELONGING = {model.__tablename__: model for model in _MODELS}


def anonymise(w: Work, complaint: m.Complaint, **codes: Any) -> list[str]:
    """Inside the transaction of who confirms; `codes` for the event that says so. Answers the tokens of the files, which
    nobody can ask for any more and `finish` takes off the disk."""
    tokens = [token for (token,) in everything_in(w, complaint, m.Attachment.token)]
    w.session.add_all(m.DoomedFile(token=token) for token in tokens)
    of_anybody = delete(m.Draft).where(m.Draft.page.endswith(f".{complaint.reference}", autoescape=True))
    w.session.execute(of_anybody, execution_options={"second_lock": False})
    # The exclusion is the lock on what stays; who else was named by us goes.
    removed(w, complaint, m.Party, or_(m.Party.excluded.is_(False), m.Party.account_id.is_(None)))
    closed = complaint.compartment != Compartment.REGULAR
    _texts(w, complaint, _STAYS_CLOSED if closed else frozenset(CODED))
    for name, value in _nothing(m.Complaint).items():
        setattr(complaint, name, value)
    if closed:
        complaint.reporter_id = complaint.handler_id = complaint.ack_owner_id = complaint.acting_director_id = None
        emptied(w, complaint, m.Party, relation=Relation.CONFLICT, added_at=_NO_MOMENT)  # the lock; not why, nor since when
        emptied(w, complaint, m.ChainHead, seq=0, hash=GENESIS)  # a new chain: the old one went with its events
    record(w, complaint, EventKind.ANONYMISED, files=len(tokens), **codes)
    complaint.status = Status.ANONYMISED
    return tokens


def _texts(w: Work, complaint: m.Complaint, stays: frozenset[Any]) -> None:
    """Tables that refer to another one come before it."""
    for model in stays - {m.Complaint}:
        values = _nothing(model) | ({} if m.Event in stays else dict.fromkeys(_events(model)))
        if values:
            emptied(w, complaint, model, **values)
    for table in reversed(m.Base.metadata.sorted_tables):
        model = _BELONGING.get(table.name)
        if model is not None and model not in stays and not append_only.stays(table.name):
            removed(w, complaint, model)


def _nothing(model: Any) -> dict[str, Any]:
    """What every text column that holds no code becomes."""
    return {
        column.name: None if column.nullable else {} if isinstance(column.type, JSON) else ""
        for column in model.__table__.columns
        if isinstance(column.type, String | JSON) and column.name not in CODED[model]
    }


def _events(model: Any) -> list[str]:
    def names(column: Column[Any]) -> bool:
        return any(each.column.table.name == "event" for each in column.foreign_keys)

    return [column.name for column in model.__table__.columns if names(column)]


def forget_contact(w: Work, complaint: m.Complaint) -> None:
    """How to reach the complainant, and by what a reviewer finds the dossier; the name stays as long as the letters do."""
    emptied(w, complaint, m.Complainant, contact=None, surname_key=None, preferred_channel=None)
    record(w, complaint, EventKind.CONTACT_REMOVED)


# After the commit. The row of a file is gone already; until the file is gone too its token waits here, so that a crash in
# between leaves nothing behind.


def finish(actor: Actor) -> None:
    """For who just confirmed."""
    sealed_export.FILES.forget()
    register_export.FILES.forget()
    access_file.FILES.forget()
    _take_off_the_disk(actor, Right.DESTROY)


def sweep(actor: Actor) -> int:
    """For the nightly run and the start: finishes what was cut short, forgets who opened what long ago, and drops sealed
    files that can no longer be downloaded and drafts that nobody came back to. Of dossiers nothing goes by age while the date
    of the server cannot be right. Answers how many files still have to go; safe to run at any moment."""
    sealed_export.sweep(actor)
    register_export.sweep(actor)
    access_file.sweep(actor)
    with work(actor, Right.OPERATE) as w:
        _forget_drafts(w)
        if not clock_wrong(w):
            w.session.execute(delete(m.Draft).where(m.Draft.updated_at < w.now - KEPT_FOR))
            _forget_readers(w)
            _doom_orphans(w)
    return _take_off_the_disk(actor, Right.OPERATE)


def _take_off_the_disk(actor: Actor, right: Right) -> int:
    with work(actor, right) as w:
        tokens = list(w.session.scalars(select(m.DoomedFile.token)))
    gone = attachments.destroyed(tokens)
    with work(actor, right) as w:
        w.session.execute(delete(m.DoomedFile).where(m.DoomedFile.token.in_(gone)))
        search.tidy(w.session.connection())
    empty_log(engine())
    return len(tokens) - len(gone)


def _doom_orphans(w: Work) -> None:
    """Files that were written for a row that never came, or were being taken out of a dossier when the machine stopped.
    More than a crash leaves are not orphans: then this database is not the one that they belong to, a restored one
    perhaps, and they stay."""
    found = attachments.left_behind(w.now - _ORPHAN_AFTER)
    there = select(m.Attachment.token).where(m.Attachment.removed_at.is_(None))
    known = {*w.session.scalars(there), *w.session.scalars(select(m.DoomedFile.token))}
    orphans = [name for name in found if name not in known]
    if len(orphans) > _MOST_ORPHANS:
        _log.warning("%d files belong to no dossier here: is this the right database? They stay.", len(orphans))
        return
    w.session.add_all(m.DoomedFile(token=name) for name in orphans)


def _forget_drafts(w: Work) -> None:
    """What somebody still had open about a dossier that went, and that their browser kept afterwards."""
    c, page = m.Complaint, m.Draft.page
    gone = exists().where(c.status == Status.ANONYMISED, page.endswith("." + c.reference))
    w.session.execute(delete(m.Draft).where(gone), execution_options={"synchronize_session": False})


def _forget_readers(w: Work) -> None:
    """Who opened a dossier that was anonymised, once that term is over too."""
    if w.session.scalar(select(m.Destroyed.id).limit(1)) is None:  # a new register has no procedure yet
        return
    terms = current(w).retention.terms()
    anonymised = (
        select(m.Complaint.id)
        .join(m.Destroyed, m.Destroyed.reference == m.Complaint.reference)
        .where(
            m.Complaint.status == Status.ANONYMISED,
            m.Destroyed.destroyed_on <= terms.latest_end(terms.access_log, w.today),
        )
    )
    w.session.execute(delete(m.AccessLog).where(m.AccessLog.complaint_id.in_(anonymised)))
