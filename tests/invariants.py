"""What holds of every dossier after every step: the invariants of the design (domain.md 5.2, I1-I12), and that the promises
on the board are those that the ledger gives. Looked at in the tables, past every right."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from db import models as m
from domain.errors import Refused
from domain.ledger import replay
from domain.measures import check_on
from domain.promises import PromiseState, is_open, next_of, state
from domain.rights import Right
from domain.vocabulary import Compartment, EventKind, LetterType, Recipient, Status
from services import board, door, dossier, promises
from services.board import BoardFilter
from services.profiles import calendar_of
from services.records import GENESIS, event_hash
from tests.conftest import Cast

OPERATOR = door.SystemActor("test", frozenset({Right.OPERATE}))
ASIDE = {"auth_session", "access_log", "throttle", "draft"}  # what reading and failing may write

Rows = dict[str, dict[tuple[Any, ...], tuple[Any, ...]]]


def all_rows() -> Rows:
    """Every row of every table, by its key."""
    found: Rows = {}
    with door.engine().connect() as connection:
        for table in m.Base.metadata.sorted_tables:
            if table.name not in ASIDE:
                keys = [column.name for column in table.primary_key]
                rows = connection.execute(select(table)).mappings()
                found[table.name] = {tuple(row[key] for key in keys): tuple(map(repr, row.values())) for row in rows}
    return found


@dataclass
class Watch:
    """Remembers what may never change, from one look to the next."""

    cast: Cast
    registered: int = 0
    sent: Rows = field(default_factory=dict)
    decisions: set[int] = field(default_factory=set)
    looked: int = 0

    def look(self, today: date, rows: Rows) -> None:
        self._nothing_lost(rows)
        self._nothing_sent_changed(rows)
        with Session(door.engine()) as session:
            files = [_File.of(session, each) for each in session.scalars(select(m.Complaint))]
        with door.clock_at(today):
            for file in files:
                self._one(file, today)
            self._closed_to_others(
                {each.complaint.reference for each in files if each.complaint.compartment != Compartment.REGULAR}
            )

    def _nothing_lost(self, rows: Rows) -> None:
        """I5: every dossier that was registered stands in exactly one status; I11: nothing claims to be anonymised yet."""
        with Session(door.engine()) as session:
            stands = [Status(each) for each in session.scalars(select(m.Complaint.status))]
        assert len(stands) == len(rows["complaint"]) == self.registered
        assert Status.ANONYMISED not in stands

    def _nothing_sent_changed(self, rows: Rows) -> None:
        """I6, and the history with it: a message and an event stay as they were."""
        for table in ("message", "message_text", "event", "event_text", "ledger_entry", "measure_done", "measure_effect"):
            before = self.sent.get(table, {})
            assert {key: rows[table].get(key) for key in before} == before, table
        self.sent = rows

    def _one(self, file: _File, today: date) -> None:
        self._nobody_in_an_own_matter(file)
        _extended(file)
        _answered(file)
        _chained(file)
        _each_in_one_state(file, today)
        _asked_when_it_was_chosen(file)
        _as_the_ledger_says(file)
        complaint = file.complaint
        assert not complaint.already_resolved or complaint.immediate_actions  # I2; none given is "no action", said explicitly
        assert complaint.status not in (Status.IN_APPEAL, Status.RULED) or file.decisions  # I8
        assert len([each for each in file.decisions if not each.superseded]) <= 1
        assert complaint.status != Status.CLOSED or not [
            each for each in file.promises if _waits(each) and each.code != "MEASURE"
        ]

    def _nobody_in_an_own_matter(self, file: _File) -> None:
        """I1. Who decided and becomes a respondent afterwards has decided."""
        excluded = {each.account_id for each in file.parties if each.excluded}
        complaint = file.complaint
        new = [each for each in file.decisions if each.id not in self.decisions]
        busy = {complaint.handler_id, complaint.ack_owner_id, complaint.acting_director_id}
        busy |= {each.decided_by for each in new} | {each.reviewer_id for each in file.appeals if each.ruled_on is None}
        assert not excluded & busy
        self.decisions |= {each.id for each in new}

    def _closed_to_others(self, closed: set[str]) -> None:
        """I7: nobody else ever sees a row of a closed compartment; one person at each look, in turn."""
        self.looked += 1
        name = sorted(self.cast.ids)[self.looked % len(self.cast.ids)]
        if not closed or name in ("vera", "wim"):
            return
        assert not closed.intersection(_listed(self.cast.actor(name))), name
        for reference in closed:
            with pytest.raises(Refused, match=r"not_found|not_allowed"):
                dossier.read(self.cast.actor(name), reference)


def _listed(actor: str) -> set[str]:
    try:
        return {row.reference for row in board.page(actor, BoardFilter(status="all")).rows}
    except Refused:
        return set()


@dataclass
class _File:
    complaint: m.Complaint
    parties: list[m.Party]
    promises: list[m.Promise]
    decisions: list[m.Decision]
    messages: list[m.Message]
    appeals: list[m.Appeal]
    events: list[m.Event]
    measures: list[m.Measure]
    done: list[m.MeasureDone]
    effects: list[m.MeasureEffect]

    @classmethod
    def of(cls, session: Session, complaint: m.Complaint) -> _File:
        def rows(model: Any) -> list[Any]:
            key = next(iter(model.__table__.primary_key.columns))
            return list(session.scalars(select(model).where(model.complaint_id == complaint.id).order_by(key)))

        models = (m.Party, m.Promise, m.Decision, m.Message, m.Appeal, m.Event, m.Measure, m.MeasureDone, m.MeasureEffect)
        return cls(complaint, *map(rows, models))

    @property
    def letters(self) -> list[m.Message]:
        return [each for each in self.messages if each.direction == "out" and each.recipient == Recipient.COMPLAINANT]


def _waits(promise: m.Promise) -> bool:
    return is_open(promise) and not promise.informative


def _extended(file: _File) -> None:
    """I3: whatever was extended has a notice that went out, and a date that lay ahead of it; I9."""
    notices = {each.sent_on for each in file.letters if each.letter_type == LetterType.EXTENSION}
    for event in file.events:
        if event.kind == EventKind.EXTENDED:
            assert event.happened_on in notices
            assert date.fromisoformat(event.codes["new_date"]) > event.happened_on
    for promise in file.promises:
        assert (promise.extended_to is None) == (promise.notice_on is None)
        if promise.extended_to is not None:
            assert promise.notice_on in notices
            assert promise.extended_to > promise.notice_on
            assert promise.successor_id is not None
    law = [each for each in file.promises if (each.procedure, each.code) == ("WKO", "RESPONSE")]
    for promise in file.promises:
        if promise.code == "EXPECTED_ANSWER" and promise.cancel_reason != "corrected":
            beside = [each for each in law if (each.met_on or each.cancelled_on or date.max) >= promise.trigger_on]
            assert all(promise.target_on <= file.complaint.received_on + timedelta(weeks=6) for _ in beside)  # I9


def _answered(file: _File) -> None:
    """I4."""
    assert file.complaint.status != Status.ANSWERED or file.letters


def _chained(file: _File) -> None:
    """I10."""
    before = GENESIS
    for number, event in enumerate(file.events, start=1):
        assert (event.seq, event.prev_hash, event.hash) == (number, before, event_hash(event))
        before = event.hash


def _each_in_one_state(file: _File, today: date) -> None:
    """I12: one end at most, and only what was met has the day of it."""
    for promise in file.promises:
        assert sum(end is not None for end in (promise.met_on, promise.extended_to, promise.cancelled_on)) <= 1
        stands = state(promise, today)
        assert promise.met_on is None or stands in (PromiseState.KEPT, PromiseState.MISSED)
        assert promise.met_on is not None or stands is not PromiseState.KEPT
        assert promise.legal_on >= promise.target_on


def _asked_when_it_was_chosen(file: _File) -> None:
    """Of a measure that was done it is asked whether it helped as many months later as was chosen, and answered once."""
    chosen = {each.id: each.check_months for each in file.measures}
    done = {each.measure_id: each for each in file.done}
    for number, each in done.items():
        assert each.check_on == check_on(each.done_on, chosen[number])
    for effect in file.effects:
        asked_on = done[effect.measure_id].check_on
        assert asked_on is not None
        assert asked_on <= effect.answered_on


def _as_the_ledger_says(file: _File) -> None:
    """The promises are those of the ledger, all over again; the columns of the board are those of the promises."""
    with door.work(OPERATOR, Right.OPERATE) as w:
        complaint = w.session.get_one(m.Complaint, file.complaint.id)
        entries, rules = promises._entries(w, complaint), promises._rules(w, complaint)
        book = replay(entries, rules, calendar_of(w, complaint), promises._about(complaint))
        stored, soonest = promises.book(w, complaint), next_of(book)
    left = list(stored)
    for each in book:
        assert each in left, each
        left.remove(each)
    assert all(each.cancelled_on for each in left)  # what the ledger does not give any more has ended
    assert next_of(stored) == soonest
    columns = (complaint.next_due_on, complaint.next_red_on, complaint.next_promise, complaint.next_statutory)
    assert columns == (
        (soonest.due_on, soonest.red_on, soonest.key, soonest.statutory) if soonest else (None, None, None, False)
    )
    assert complaint.next_legal_on == (soonest.legal_on if soonest else None)
