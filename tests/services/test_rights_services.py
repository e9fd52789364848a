"""P1, past the door: every public service, asked by every role, about a dossier that lies in every way to who asks. It answers
or refuses as the table says of the right that the service names; and after a refusal the database is what it was."""

from __future__ import annotations

import ast
import hashlib
import importlib
import inspect
import random
import sqlite3
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from db import models as m
from domain.errors import Refused
from domain.rights import TABLE, Right, Role, Scope, Tie
from domain.vocabulary import Channel, Compartment, LetterType, Relation, Status
from domain.workflow import StepName
from services import attachments
from services.complaints import Named
from services.dossier import STEP_RIGHTS
from services.letters import Outgoing
from tests.cases import Case
from tests.conftest import POSTGRESQL, TODAY, Cast
from tests.figures import Figures, so_many
from tests.services.test_guarded import SERVICES, something
from tests.services.test_rights_table import DONE, WHEN, Place, appeal, expected

pytestmark = pytest.mark.skipif(POSTGRESQL, reason="whether anything was written is asked of SQLite; the rules are the same")

ASKED = {"signed_out", "not_allowed", "not_found"}  # the answers of a closed door
LOGS = {"access_log"}

# Which dossiers there are. A closed compartment has its keeper and nobody else, whatever the tie: that is asked of the door.
NOW: list[Tie | None] = [None, *Tie]
BEFORE = [each for each, still in DONE.items() if still is None]
PLACES = [
    *(Place(Compartment.REGULAR, False, tie, None) for tie in (*NOW, *BEFORE)),
    *(Place(Compartment.REGULAR, True, tie, None) for tie in NOW),
    *(Place(Compartment.REGULAR, False, tie, Relation.RESPONDENT) for tie in NOW),
    Place(Compartment.REGULAR, False, Tie.HANDLER, Relation.CONFLICT),
    *(Place(where, False, None, named) for where in list(Compartment)[1:] for named in (None, Relation.RESPONDENT)),
]

# Who may allow less than the table, and why; never more.
LESS = {
    "appeals.reassign": "a reviewer lodges an appeal, and hands none on",
    "appeal_files.read": "only an appeal of one's own",
    "restricted.read": "only what lies in a closed compartment",
    "restricted.take": "only what lies in a closed compartment",
    "attachments.add_at_intake": "only what one made oneself a moment ago",
    "sealed_export.fetch": "only what one made oneself a moment ago",
    "register_export.fetch": "only what one made oneself a moment ago",
    "access_file.fetch": "only what one made oneself a moment ago",
    "sessions.ended": "asked by the gate, not by a person",
}


# The right of a service, as its code says


@cache
def _functions(module: str) -> dict[str, ast.FunctionDef]:
    tree = ast.parse(inspect.getsource(importlib.import_module(module)))
    return {each.name: each for each in tree.body if isinstance(each, ast.FunctionDef)}


def rights_of(name: str) -> list[Right]:
    """Those that the service asks for, in that order: the first opens the door, and of the others the dossier is asked."""
    module, function = name.rsplit(".", 1)
    return list(_named(module, function, frozenset()))


def _named(module: str, name: str, above: frozenset[str]) -> Iterator[Right]:
    function = _functions(module)[name]
    calls = [each for each in ast.walk(function) if isinstance(each, ast.Call)]
    for call in sorted(calls, key=lambda each: (each.lineno, each.col_offset)):
        words = [ast.unparse(each) for each in call.args]
        if words[:1] == ["actor"] and len(words) > 1 and words[1].startswith("Right."):
            yield Right[words[1].removeprefix("Right.")]
        elif words[:1] == ["actor"] and ast.unparse(call.func) in _functions(module).keys() - above:
            yield from _named(module, ast.unparse(call.func), above | {name})
    for each in ast.walk(function):
        if isinstance(each, ast.If) and isinstance(each.body[0], ast.Raise) and "w.allows(Right." in ast.unparse(each.test):
            yield Right[ast.unparse(each.test).split("w.allows(Right.")[1].split(",")[0]]


# What is asked


@dataclass(frozen=True)
class Found:
    """One dossier, and what in it has a number."""

    reference: str
    token: str
    message_id: int
    measure_id: int
    promise_id: int


ABOUT_A_DOSSIER = {"reference", "token", "message_id"}
LATER = TODAY + timedelta(days=400)
# Nothing of it can be done: whoever is let in is refused for that, and the dossier stays as it is.
GIVEN: dict[str, Any] = {
    "seen": -1,
    "letter_type": LetterType.REFERRAL,
    "sent_on": LATER,
    "what": "dossier",
    "lodged_on": TODAY,
    "channel": Channel.EMAIL,
    "grounds": "Het klopt niet.",
    "surname": "de Vries",
    "files": (),
    "named": Named(name="Iemand"),
    "same": True,
    "page": "intake",
    "figure": "received",
}


def arguments(function: Callable[..., Any], found: Found | None) -> dict[str, Any]:
    of_it = {name: getattr(found, name) for name in Found.__dataclass_fields__} if found else {}
    form = str(uuid4())
    letter = Outgoing(form, LetterType.REFERRAL, "Onderwerp", "Tekst", Channel.EMAIL, LATER)
    known = {**GIVEN, **of_it, "form_id": form, "outgoing": letter}
    hints = inspect.get_annotations(function, eval_str=True)
    wanted = list(inspect.signature(function).parameters.values())[1:]
    needed = (each for each in wanted if each.default is each.empty or each.name == "sent_on")
    return {
        each.name: known[each.name] if each.name in known else something(hints[each.name])
        for each in needed
        if each.kind not in (each.VAR_KEYWORD, each.VAR_POSITIONAL)
    }


def about_a_dossier(name: str) -> bool:
    first = next(iter(list(inspect.signature(SERVICES[name]).parameters)[1:]), "")
    return name == "services.appeals.lodge" or (first in ABOUT_A_DOSSIER and not name.startswith("services.links."))


DOSSIER_SERVICES = sorted(name for name in SERVICES if about_a_dossier(name))
OTHERS = sorted(set(SERVICES) - set(DOSSIER_SERVICES))


# Who asks, and what there is


@pytest.fixture
def world(engine: Engine, cast: Cast) -> dict[Place, Found]:
    """What there is for rosa, whose role the test chooses."""
    rosa, sheet = cast["rosa"], Case.registered("training", cast).acknowledged()
    with Session(engine) as session:
        words = session.scalars(select(m.MessageText).where(m.MessageText.complaint_id == sheet.row.id)).one()
    found = {}
    with Session(engine) as session, session.begin():
        hers = m.OrgUnit(name="Van Rosa", kind="location", sector="training", manager_id=rosa)
        session.add(hers)
        session.flush()
        unit = hers.id
    for place in PLACES:
        case = Case.registered("training", cast, by="cora")
        (token,) = attachments.add(cast.actor("cora"), case.reference, [("brief.txt", b"hallo")])
        with Session(engine) as session, session.begin():
            complaint = session.scalars(select(m.Complaint).where(m.Complaint.reference == case.reference)).one()
            found[place] = lies(session, cast, place, complaint, unit, words, token)
    return found


def lies(
    session: Session, cast: Cast, place: Place, complaint: m.Complaint, unit: int, words: m.MessageText, token: str
) -> Found:
    """The dossier lies like this to rosa from now on, with one of everything in it."""
    rosa, other, tie = cast["rosa"], cast["petra"], str(place.tie)
    complaint.compartment, complaint.red_flag = place.compartment, place.red_flag
    complaint.reporter_id = rosa if place.tie == Tie.REPORTER else other
    complaint.handler_id = rosa if place.tie == Tie.HANDLER else other
    complaint.ack_owner_id = rosa if place.tie == Tie.ACKNOWLEDGER or "acknowledged" in tie else other
    complaint.acknowledged_on = WHEN.get(tie) if "acknowledged" in tie else None
    complaint.acting_director_id = rosa if place.tie == Tie.ACTING_DIRECTOR else other
    complaint.unit_id = unit if place.tie == Tie.MANAGER else cast.units["noord"]
    complaint.status = Status.DECIDED if tie == "not to be acknowledged any more" else Status.REGISTERED
    event = session.scalars(select(m.Event).where(m.Event.complaint_id == complaint.id).order_by(m.Event.seq)).first()
    assert event is not None
    message = m.Message(
        complaint_id=complaint.id, side="file", direction="out", recipient="complainant", letter_type="ack_promise",
        channel="email", sent_on=TODAY, recorded_by=other, recorded_at=complaint.registered_at, event_id=event.id,
        form_id=str(uuid4()),
    )  # fmt: skip
    measure = m.Measure(complaint_id=complaint.id, text="Bellen", owner_id=other, due_on=TODAY, event_id=event.id)
    session.add_all([message, measure])
    session.flush()
    session.add(
        m.MessageText(
            message_id=message.id, complaint_id=complaint.id, subject=words.subject, body=words.body, sheet=words.sheet, salt=""
        )
    )
    if place.tie == Tie.REVIEWER or "ruled" in tie:
        appeal(session, complaint, rosa, other, WHEN.get(tie), snapshot_seq=9)
    if place.named:
        session.add(
            m.Party(
                complaint_id=complaint.id, relation=place.named, account_id=rosa, excluded=True,
                added_at=complaint.registered_at, event_id=event.id,
            )
        )  # fmt: skip
    promise = session.scalars(select(m.Promise.id).where(m.Promise.complaint_id == complaint.id)).first()
    assert promise is not None
    return Found(complaint.reference, token, message.id, measure.id, promise)


class Database:
    """The file under the engine, looked at past it."""

    def __init__(self, engine: Engine) -> None:
        self.connection = sqlite3.connect(str(engine.url.database))
        self.before = sqlite3.connect(":memory:")
        self.keep()

    def keep(self) -> None:
        self.connection.backup(self.before)
        self.digest, self.version = self.hash(), self._version()

    def _version(self) -> int:
        """Another number as soon as anybody else has written anything in the file."""
        return int(self.connection.execute("PRAGMA data_version").fetchone()[0])

    def touched(self) -> bool:
        return self._version() != self.version

    def hash(self) -> str:
        """Over every row of every table but the access log."""
        found = hashlib.sha256()
        tables = self.connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").fetchall()
        for (table,) in tables:
            if table not in LOGS and not table.startswith(("sqlite_", "search_words")):  # this follows from `search_text`
                for row in self.connection.execute(f'SELECT * FROM "{table}" ORDER BY rowid'):
                    found.update(repr(row).encode())
        return found.hexdigest()

    def unchanged(self) -> bool:
        if not self.touched():
            return True
        self.version = self._version()
        return self.hash() == self.digest

    def restore(self) -> None:
        if self.touched():
            self.before.backup(self.connection)
            self.version = self._version()

    def close(self) -> None:
        self.connection.close()
        self.before.close()


@pytest.fixture
def database(engine: Engine) -> Iterator[Database]:
    found = Database(engine)
    yield found
    found.close()


def may(role: Role, rights: list[Right], place: Place | None) -> bool:
    """Straight from the table."""
    held = TABLE.rights[role]
    if place is None:
        return rights[0] in held
    return all(Scope.NONE in held.get(right, ()) or expected(role, right, place) for right in rights)


def let_in(cast: Cast, name: str, found: Found | None) -> bool:
    function = SERVICES[name]
    try:
        function(cast.actor("rosa"), **arguments(function, found))
    except Refused as refused:
        return refused.code not in ASKED
    return True


def hired(engine: Engine, cast: Cast, role: Role, database: Database) -> None:
    with Session(engine) as session, session.begin():
        session.get_one(m.Account, cast["rosa"]).roles = [m.AccountRole(role=role)]
    database.keep()


def test_each_service_names_its_right() -> None:
    assert not [name for name in SERVICES if not rights_of(name)]
    assert rights_of("services.deciding.closing_gaps") == [Right.OPEN, Right.CLOSE]
    assert rights_of("services.anonymising.finish") == [Right.DESTROY]
    assert rights_of("services.attachments.remove") == [Right.REMOVE_FILE]


def test_a_step_is_offered_by_the_right_of_the_service_that_takes_it() -> None:
    taken = {(step, rights_of(name)[0]) for name in DOSSIER_SERVICES for step in steps_of(name)}

    assert taken == {(step, STEP_RIGHTS[step]) for step, _ in taken}
    assert len(taken) >= 25


def steps_of(name: str) -> list[StepName]:
    """The steps that this service takes itself: `go(w, complaint, StepName.X)`."""
    module, function = name.rsplit(".", 1)
    calls = (each for each in ast.walk(_functions(module)[function]) if isinstance(each, ast.Call))
    words = (ast.unparse(call) for call in calls)
    return [
        StepName[each.removeprefix("go(w, complaint, StepName.").rstrip(")")]
        for each in words
        if each.startswith("go(w, complaint, StepName.")
    ]


def test_every_service_about_a_dossier(
    engine: Engine, cast: Cast, world: dict[Place, Found], database: Database, figures: Figures
) -> None:
    wrong, asked, refused, same, party, former = [], 0, 0, 0, 0, 0
    chance, started = random.Random(4), time.process_time()
    for role in Role:
        hired(engine, cast, role, database)
        for name in DOSSIER_SERVICES:
            rights = rights_of(name)
            for place in chance.sample(PLACES, so_many(len(PLACES), 1)):
                entered, allowed = let_in(cast, name, world[place]), may(role, rights, place)
                asked, party, former = asked + 1, party + bool(place.named), former + (place.tie in DONE)
                if entered != allowed and not (allowed and name.removeprefix("services.") in LESS):
                    wrong.append((name, role, place, entered))
                if not entered:
                    refused, same = refused + 1, same + database.unchanged()
                database.restore()
        assert database.hash() == database.digest
    assert not wrong, f"{len(wrong)}: {wrong[:20]}"
    subjects = f"{len(DOSSIER_SERVICES)} services x {len(Role)} roles x dossiers"
    figures.equal("P1", f"{subjects}: let in or refused as the table says", asked - len(wrong), asked)
    figures.at_least("P1", "of these about a dossier in which who asks is named", party, so_many(7_000, 150))
    figures.at_least("P1", "of these by who was tied to it before", former, so_many(3_000, 50))
    figures.equal("P1", "refusals after which the whole database is the same", same, refused)
    figures.at_most("P1", "seconds of the processor for the services", round(time.process_time() - started), 120)


def test_every_other_service(engine: Engine, cast: Cast, database: Database, figures: Figures) -> None:
    wrong, asked, refused, same, chance = [], 0, 0, 0, random.Random(4)
    for role in Role:
        hired(engine, cast, role, database)
        for name in chance.sample(OTHERS, so_many(len(OTHERS), 25)):
            entered, allowed = let_in(cast, name, None), may(role, rights_of(name), None)
            asked += 1
            if entered != allowed and not (allowed and name.removeprefix("services.") in LESS):
                wrong.append((name, role, entered))
            if not entered:
                refused, same = refused + 1, same + database.unchanged()
            database.restore()
    assert not wrong, f"{len(wrong)}: {wrong[:20]}"
    figures.equal("P1", f"{len(OTHERS)} services about no dossier x roles: as the table says", asked - len(wrong), asked)
    figures.equal("P1", "refusals of these after which the whole database is the same", same, refused)
