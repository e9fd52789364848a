"""The primary is killed under load and its standby takes over: what somebody was told is saved, is saved. On two real servers,
with what a power cut leaves of the first one: nothing."""

from __future__ import annotations

import random
import signal
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from commands.verify import VERIFIER
from db import models as m
from db import standby
from db.engine import make_engine
from domain.errors import Refused
from domain.rights import Right
from domain.vocabulary import EventKind
from services import attachments, board, complaints, door, dossier, drafts, sessions, steps
from tests.attacks.soundness import broken, faults
from tests.cases import an_intake
from tests.conftest import POSTGRESQL, TODAY, Cast, at, need
from tests.figures import EVERYTHING, Figures, so_many
from tests.postgres import binaries
from tests.serving import fill
from tests.standby import Node, address, two, until

pytestmark = pytest.mark.skipif(not POSTGRESQL, reason="one file has no standby")

WRITERS = 4
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


@dataclass
class Pair:
    """A register on two servers, of which `leads` is the one that everybody writes to."""

    leads: Node
    other: Node
    cast: Cast
    folder: Path

    def whole(self) -> None:
        if not self.leads.is_followed():
            self.other.follows(self.leads)

    def fails_over(self) -> None:
        self.leads.killed()
        self.other.promoted()
        self.leads, self.other = self.other, self.leads


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    if binaries() is None:
        need("PostgreSQL")
    folder = tmp_path_factory.mktemp("failover")
    with two() as nodes, pytest.MonkeyPatch.context() as patch:
        nodes[0].ask("CREATE DATABASE weerklank")
        url = address(nodes, "weerklank")
        patch.setenv("WEERKLANK_DATABASE_URL", url)
        patch.setenv("WEERKLANK_DATA", str(folder))
        patch.setenv("WEERKLANK_TODAY", TODAY.isoformat())
        engine = make_engine(url)
        cast = fill(engine, "training")
        at(engine, cast, TODAY)
        engine.dispose()
        door.engine.cache_clear()
        yield Pair(*nodes, cast, folder)
        door.engine().dispose()
        door.engine.cache_clear()


@dataclass
class Writer(Thread):
    """Somebody who registers, writes down and attaches, and keeps what was confirmed; who was refused tries the same again, as
    the sentence on the screen says."""

    cast: Cast
    stop: Event
    forms: dict[str, str | None] = field(default_factory=dict)  # of each form: the reference that was told
    said: dict[str, bool] = field(default_factory=dict)  # of each note: was it confirmed?
    files: dict[str, bool] = field(default_factory=dict)
    refused: Counter[str] = field(default_factory=Counter)
    crashes: list[str] = field(default_factory=list)
    confirmed_at: float = 0.0

    def __post_init__(self) -> None:
        super().__init__(daemon=True)

    __hash__ = Thread.__hash__

    def run(self) -> None:
        while not self.stop.is_set():
            try:
                self.once()
            except Refused as refusal:
                self.refused[refusal.code] += 1
                time.sleep(0.05)
            except Exception as error:
                self.crashes.append(f"{type(error).__name__}: {error}"[:300])
                time.sleep(0.05)

    def once(self) -> None:
        form = next((each for each, told in self.forms.items() if told is None), None) or str(uuid4())
        self.forms.setdefault(form, None)
        self.forms[form] = reference = complaints.register(
            self.cast.actor("tom"), form, an_intake("training", self.cast, description=form)
        ).reference
        self.confirmed_at = time.monotonic()
        words = f"Genoteerd {uuid4()}."
        self.said[words] = False
        steps.log(self.cast.actor("cora"), reference, EventKind.NOTE, TODAY, words)
        self.said[words] = True
        name = f"{uuid4()}.pdf"
        self.files[name] = False
        attachments.add(self.cast.actor("cora"), reference, [(name, PDF + name.encode())])
        self.files[name] = True


def lost(writers: list[Writer]) -> list[str]:
    """What was confirmed and is not there, and what is there more than once."""
    with Session(door.engine()) as session:
        known = list(session.execute(select(m.Complaint.form_id, m.Complaint.reference)))
        notes = Counter(session.scalars(select(m.EventText.text)))
        names = Counter(session.scalars(select(m.Attachment.name)))
    found = [f"{form} {told}" for each in writers for form, told in each.forms.items() if told and (form, told) not in known]
    found += [form for form, times in Counter(form for form, _ in known).items() if times > 1]
    for there, kept in ((notes, [each.said for each in writers]), (names, [each.files for each in writers])):
        found += [what for one in kept for what, told in one.items() if told and there[what] != 1]
        found += [what for one in kept for what in one if there[what] > 1]
    return found


def test_a_failover_loses_nothing_that_was_confirmed(pair: Pair, figures: Figures) -> None:
    chance, writers, rounds = random.Random(9), [], so_many(10, 1)
    for _ in range(rounds):
        pair.whole()
        stop = Event()
        now = [Writer(pair.cast, stop) for _ in range(WRITERS)]
        for each in now:
            each.start()
        until(lambda now=now: all(any(told for told in each.forms.values()) for each in now))
        time.sleep(chance.random() * (3 if EVERYTHING else 0.4))
        pair.fails_over()
        leads = time.monotonic()
        until(lambda now=now, since=leads: all(each.confirmed_at > since for each in now))
        stop.set()
        for each in now:
            each.join(60)
        writers += now
        assert [crash for each in now for crash in each.crashes] == []
    told = sum(1 for each in writers for kept in (each.forms, each.said, each.files) for one in kept.values() if one)
    what = f"of {told} confirmed writes, lost or double after {rounds} failovers"

    figures.equal("P23b", what, len(lost(writers)), 0)
    figures.at_least("P23b", "writers that were cut off and went on by themselves", len(writers), WRITERS * rounds)
    assert sum(each.refused.total() for each in writers) > 0, "nobody was cut off"
    assert faults(door.engine(), pair.folder / "attachments") == []
    assert broken(VERIFIER) == []


def register(pair: Pair, form: str) -> str:
    return complaints.register(pair.cast.actor("tom"), form, an_intake("training", pair.cast)).reference


def of_form(form: str) -> int:
    with Session(door.engine()) as session:
        return len(session.scalars(select(m.Complaint.id).where(m.Complaint.form_id == form)).all())


def reads_and_types(pair: Pair, form: str) -> None:
    cora = pair.cast.actor("cora")
    with Session(door.engine()) as session:
        reference = session.scalars(select(m.Complaint.reference).where(m.Complaint.form_id == form)).one()
    assert board.to_do(cora)
    assert dossier.read(cora, reference).reference == reference
    sessions.touch(cora)
    drafts.keep(cora, "intake", {"description": "Wat ik typ."})
    assert drafts.recall(cora, "intake") == {"description": "Wat ik typ."}
    with door.work(door.VISITOR, Right.SIGN_IN) as w:
        w.session.get_one(m.AuthSession, cora).last_seen_at = w.now


def test_without_its_standby_nothing_is_called_saved(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everybody can read and type. What was not confirmed goes down with the first server, and is saved once on the second."""
    pair.whole()
    monkeypatch.setattr(standby, "PATIENCE", 0.3)
    first, second = str(uuid4()), str(uuid4())
    pair.other.killed()

    for form in (first, first, second):
        with pytest.raises(Refused, match="not_on_standby"):
            register(pair, form)
    assert (of_form(first), of_form(second)) == (1, 1)
    reads_and_types(pair, first)
    assert faults(door.engine()) == []

    pair.other.start()
    pair.leads.until_followed()
    assert register(pair, first)
    assert of_form(first) == 1
    pair.other.killed()
    third = str(uuid4())
    with pytest.raises(Refused, match="not_on_standby"):
        register(pair, third)
    pair.leads.killed()
    pair.other.start()
    pair.fails_over()

    assert of_form(third) == 0
    assert register(pair, third)
    assert [of_form(each) for each in (first, second, third)] == [1, 1, 1]
    assert faults(door.engine()) == []


def test_who_saves_is_not_held_by_a_server_that_stands_still(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    """It hangs: it neither answers nor ends."""
    monkeypatch.setattr(standby, "PATIENCE", 0.3)
    connection = standby.Waiting.connect(host=str(pair.leads.folder), user="postgres", dbname="weerklank")
    connection.execute("UPDATE account SET phone = '' WHERE name = 'tom'")
    connection.asked = True
    pair.leads.signalled(signal.SIGSTOP)
    try:
        with pytest.raises(psycopg.OperationalError):
            connection.commit()
    finally:
        pair.leads.signalled(signal.SIGCONT)
        connection.close()
