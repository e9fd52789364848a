"""A register with a canary in every text of every dossier, and who may see which: read from the table of rights and from the
rows, without any of our own SQL."""

from __future__ import annotations

import io
import re
import tomllib
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy import JSON, Column, Engine, String, inspect, select, update
from sqlalchemy.orm import Session

from db import models as m
from db import search
from domain.vocabulary import CloseReason, Compartment, EventKind, Relation, Side
from services import attachments, door, drafts, hearing, old_register, retention, review_items, reviews, steps
from services.deciding import PartInput
from services.parties import Named, add_party
from tests.cases import LONG_AGO, MONDAY, Case
from tests.conftest import CAST, TODAY, Cast
from tests.dossiers import hand_over

ROOT = Path(__file__).resolve().parent.parent.parent
CANARY = re.compile(r"KANARIE-([a-z_]+)\.([a-z_]+)-(\d+)-(\d+)-")
REFERENCE = re.compile(r"\b[KVM]\d\d-[0-9A-HJKMNP-TV-Z]{5}\b")
BELONGING = {
    mapper.class_.__tablename__: mapper.class_ for mapper in m.Base.registry.mappers if "complaint_id" in mapper.columns
}
TABLES = {"complaint": m.Complaint} | BELONGING | {"draft": m.Draft}
# The columns that hold a code, a hash or a token instead of words. Every other text has a canary, a new one too.
CODED = {
    "complaint": "reference form_id compartment kind status procedure overlay channel subject_type category subcategory sector "
    "discussed ladder_level ack_variant external_stage outcome close_reason satisfied next_promise",
    "complainant": "type preferred_channel",
    "party": "relation",
    "promise": "procedure code cancel_reason",
    "ledger_entry": "fact",
    "event": "kind side codes text_salt text_hash prev_hash hash",
    "chain_head": "hash",
    "message": "side direction recipient letter_type channel form_id",
    "message_text": "salt",
    "decision": "outcome",
    "measure_effect": "helped",
    "complaint_part": "outcome",
    "appeal": "form_id channel ruling",
    "appeal_snapshot": "promises measures",
    "referral": "form_id body stage initiated_by result",
    "attachment": "token side media_type sha256",
    "escalation": "rung",
    "access_log": "what",
    "retention": "proposed",
    "taken_over": "mark alike content key_mark",
    "search_text": "source words stems",  # made from the others
    "draft": "page",
}
OWN_WORDS = frozenset(("description", "remedy_requested", "immediate_actions"))  # shown to who reported it
RULED = frozenset(("reasons", "consequence"))  # of an appeal, for the first line


def worded() -> Iterator[tuple[str, Column[Any]]]:
    """Table and column of every text that is not a code."""
    for name, model in TABLES.items():
        for column in inspect(model).columns:
            if isinstance(column.type, String | JSON) and column.name not in CODED.get(name, "").split():
                yield name, column


def canary(table: str, column: str, dossier: int, row: int) -> str:
    return f"KANARIE-{table}.{column}-{dossier}-{row}-"


# The register


def fill(cast: Cast) -> None:
    """Dossiers in every compartment, about and of everybody, with something in every table."""
    file = [("brief.txt", b"hallo")]
    tom = Case.registered("training", cast, immediate_actions="Gebeld.").in_progress()
    steps.log(cast.actor("hans"), tom.reference, EventKind.NOTE, TODAY, "Een notitie.")
    steps.log(
        cast.actor("hans"), tom.reference, EventKind.MESSAGE_RECEIVED, TODAY, "Een bericht.", channel="email", subject="Re"
    )
    tom.refer()
    attachments.add(cast.actor("cora"), tom.reference, file)
    about = tuple(Named(account_id=cast[name]) for name in ("hans", "mia", "dora"))
    hidden = Case.registered("training", cast, by="rosa", respondents=(*about, Named(name="P. Partner")))
    attachments.add(cast.actor("cora"), hidden.reference, file)
    later = Case.registered("training", cast, by="rosa", unit_id=cast.units["zuid"]).acknowledged().assign(handler="hilde")
    for name in ("hilde", "rosa", "cora", "vera"):
        add_party(cast.actor("dora"), later.reference, Relation.CONFLICT, Named(account_id=cast[name]))
    attachments.add(cast.actor("dora"), later.reference, file)
    Case.registered("training", cast, respondents=(Named(name="Mia Maneger"),))
    appealed = Case.registered("training", cast).decided(measures=1).measure_done().answer().ask()
    appealed.say(remark="Het duurde lang.").appeal()
    Case.registered("training", cast, received_on=LONG_AGO).answered(measures=1).measure_done(months=1).measure_effect()
    hearing.note(cast.actor("vera"), appealed.reference, str(uuid4()), "Een eigen notitie.")
    steps.log(cast.actor("cora"), appealed.reference, EventKind.NOTE, TODAY, "Na het beroep.")
    attachments.add(cast.actor("cora"), appealed.reference, file)
    Case.registered("training", cast).in_appeal().rule()
    flagged = Case.registered("training", cast, by="rosa")
    closed = Case.registered("training", cast).answered().ask()
    parts = (PartInput("Het wachten.", "upheld"),)
    steps.close(cast.actor("cora"), closed.reference, closed.seen, CloseReason.ACCEPTED, parts=parts)
    closed.say(remark="Niemand belde.")
    retention.hold(cast.actor("cora"), closed.reference, "Er loopt nog iets.")
    reviewed(cast, (tom, hidden, later))
    for name in CAST:
        if name not in ("suze", "adam"):
            drafts.keep(cast.actor(name), "intake", {"description": "Wat ik typ."})
    for kind, by in ((Compartment.UNWANTED_BEHAVIOUR, "tom"), (Compartment.WHISTLEBLOWER, "rosa")):
        hand_over(cast, kind, by, Named(name="Iemand Buiten"))
    with Session(door.engine()) as session, session.begin():
        session.scalars(select(m.Complaint).where(m.Complaint.reference == flagged.reference)).one().red_flag = True
        for one in session.scalars(select(m.Complaint).where(m.Complaint.compartment != Compartment.REGULAR)):
            session.add(m.Retention(complaint_id=one.id))
        for number, one in enumerate(session.scalars(select(m.Complaint))):
            marks = {name: f"{name} {number}" for name in ("mark", "alike", "content")} | {"key_mark": old_register._key_mark()}
            session.add(m.TakenOver(complaint_id=one.id, own_reference=False, row=2, taken_at=one.registered_at, **marks))


def reviewed(cast: Cast, cases: tuple[Case, ...]) -> None:
    """A yearly review, with an answer for these."""
    number = reviews.begin(cast.actor("cora"), str(uuid4()), MONDAY - timedelta(days=300), TODAY, [cast["piet"]])
    for case in cases:
        who = cast.actor("dora" if case is cases[2] else "cora")
        said = {"action": "Een slot", "why": "Vaker", "owner_id": cast["tom"], "due_on": TODAY, "note": "Nog iets."}
        review_items.answer(who, case.reference, number, 1, extra_action=True, **said)


def plant(engine: Engine) -> int:
    """A canary in every row of every text; how many. The database refuses that, so its triggers go first."""
    with engine.begin() as connection:
        if engine.dialect.name == "sqlite":
            found = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").scalars().all()
            for name in found:
                connection.exec_driver_sql(f'DROP TRIGGER "{name}"')
        else:
            connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        planted = 0
        for name, column in worded():
            table = TABLES[name].__table__
            for row in connection.execute(select(table)).mappings():
                here = {each: row[each.name] for each in table.primary_key.columns}
                value = planted_in(name, column, row, number_of(name, row))
                where = [key == each for key, each in here.items()]
                connection.execute(update(table).where(*where).values({column.name: value}))
                planted += 1
        search.rebuild(connection)
    return planted


def number_of(table: str, row: Any) -> tuple[int, int]:
    """The dossier, and the row in its table."""
    if table == "draft":
        return 0, row["account_id"]
    dossier = row["id"] if table == "complaint" else row["complaint_id"]
    own = [each.name for each in TABLES[table].__table__.primary_key.columns]
    return dossier, row[own[0]]


def planted_in(table: str, column: Column[Any], row: Any, numbers: tuple[int, int]) -> Any:
    said = canary(table, column.name, *numbers)
    if not isinstance(column.type, JSON):
        return said
    before = row[column.name]
    if table == "appeal_snapshot":  # keeps columns of the dossier
        texts = {each.name for name, each in worded() if name == "complaint"}
        return before | {key: canary(table, key, *numbers) for key, value in before.items() if value and key in texts}
    return (before or {}) | {"description" if table == "draft" else "kanarie": said}


# Who may see which


@dataclass
class Scope:
    """`tables`: every row by table and key, as it stands in the database."""

    cast: Cast
    tables: dict[str, dict[int, dict[str, Any]]] = field(default_factory=dict)
    rights: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, engine: Engine, cast: Cast) -> Scope:
        found = cls(cast, rights=tomllib.loads((ROOT / "domain" / "rights.toml").read_text(encoding="utf-8")))
        with engine.connect() as connection:
            for name in (*TABLES, "event", "org_unit"):
                table = m.Base.metadata.tables[name]
                key = next(iter(table.primary_key.columns)).name
                found.tables[name] = {row[key]: dict(row) for row in connection.execute(select(table)).mappings()}
        return found

    def references(self) -> dict[str, int]:
        return {row["reference"]: number for number, row in self.tables["complaint"].items()}

    def words(self, who: str, right: str) -> list[str]:
        """The cells of this person's roles."""
        cells = dict(zip(self.rights["roles"], zip(*self.rights["rights"].values(), strict=True), strict=True))
        place = list(self.rights["rights"]).index(right)
        return [word for role in CAST[who][1] for word in cells[role.value][place].split() if word not in ("-", "yes")]

    def reaches(self, who: str, right: str, dossier: int) -> bool:
        row, me = self.tables["complaint"][dossier], self.cast[who]
        if any(
            each["complaint_id"] == dossier and each["account_id"] == me and each["excluded"] for each in self.rows("party")
        ):
            return False
        return any(self._reached(self.rights["reach"][word], row, me) for word in self.words(who, right))

    def _reached(self, reach: dict[str, Any], row: dict[str, Any], me: int) -> bool:
        if row["compartment"] != reach["compartment"] or (row["red_flag"] and not reach["red_flag"]):
            return False
        ties = {
            "reporter": row["reporter_id"] == me,
            "handler": row["handler_id"] == me,
            "acknowledger": row["ack_owner_id"] == me,
            "acting_director": row["acting_director_id"] == me,
            "manager": self._manages(me, row["unit_id"]),
            "reviewer": any(each["complaint_id"] == row["id"] and each["reviewer_id"] == me for each in self.rows("appeal")),
        }
        return not reach["tie"] or any(ties[each] for each in reach["tie"])

    def _manages(self, me: int, unit: int | None) -> bool:
        while unit is not None:
            row = self.tables["org_unit"][unit]
            if row["manager_id"] == me:
                return True
            unit = row["parent_id"]
        return False

    def rows(self, table: str) -> list[dict[str, Any]]:
        return list(self.tables[table].values())

    def listed(self, who: str, dossier: int) -> bool:
        """May this person know that it is there?"""
        return any(self.reaches(who, right, dossier) for right in ("list", "open", "read", "retain"))

    def allowed(self, who: str, table: str, column: str, dossier: int, number: int) -> bool:
        if table in ("draft", "typed"):
            return self.cast[who] == number
        if not self.listed(who, dossier):
            return False
        needs = {"complainant": "identity", "retention": "retain", "review_item": "review"}
        if table in needs:
            return self.reaches(who, needs[table], dossier)
        if table == "complaint" and column not in OWN_WORDS:
            return True
        mine = self.tables["complaint"][dossier]["reporter_id"] == self.cast[who]
        if table == "complaint" and mine and self.reaches(who, "open", dossier):
            return True
        return self.reaches(who, "read", dossier) and self._in_the_file(who, table, column, dossier, number)

    def _in_the_file(self, who: str, table: str, column: str, dossier: int, number: int) -> bool:
        heard = [
            each for each in self.rows("appeal") if (each["complaint_id"], each["reviewer_id"]) == (dossier, self.cast[who])
        ]
        reviewing = heard[0] if heard and self.words(who, "read").count("appealed") else None
        if table == "appeal_snapshot":
            return reviewing is not None and number == reviewing["id"]
        if table == "complaint":
            return reviewing is None  # she sees the words as they stood
        if table == "party" and self.tables["party"][number]["relation"] == "resembles":
            return self.reaches(who, "recognise", dossier) and self.tables["party"][number]["account_id"] != self.cast[who]
        if table == "appeal":
            row = self.tables["appeal"][number]
            return reviewing is not None or (column in RULED and row["ruled_on"] is not None)
        return self._before(who, table, number, reviewing)

    def _before(self, who: str, table: str, number: int, appeal: dict[str, Any] | None) -> bool:
        """The first line reads its file; a reviewer what was there at the appeal, the papers of the appeal, and her own."""
        above = {"event_text": "event", "message_text": "message"}.get(table, table)
        row = self.tables[above][number]
        side = row.get("side", Side.FILE)
        if appeal is None:
            return bool(side == Side.FILE)
        if above == "decision":
            return bool(row["id"] <= appeal["decision_id"])
        event = row if above == "event" else self.tables["event"].get(row.get("event_id") or 0, {})
        author = row.get("actor_id") or row.get("recorded_by") or row.get("added_by")
        early = event.get("seq", 10**6) <= appeal["snapshot_seq"]
        return bool(early or side == Side.APPEAL or (author == self.cast[who] and "side" in row))

    def leaks(self, who: str, said: str, *, asked: frozenset[str] = frozenset()) -> list[str]:
        """What of it is not for this person. `asked`: the references that they gave themself, which a screen may repeat."""
        plain = said.replace("\\", "")
        found = {match.group(0) for match in CANARY.finditer(plain) if not self.allowed(who, *_parts(match))}
        known = self.references()
        there = {each for each in REFERENCE.findall(plain) if each in known and each not in asked}
        return sorted(found | {each for each in there if not self.listed(who, known[each])})


def _parts(match: re.Match[str]) -> tuple[str, str, int, int]:
    table, column, dossier, number = match.groups()
    return table, column, int(dossier), int(number)


def words_in(content: object) -> str:
    """What can be read in what a service answers: also in a workbook or a letter."""
    content = content.content if isinstance(getattr(content, "content", None), bytes) else content
    if not isinstance(content, bytes):
        return repr(content)
    if content[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            return " ".join(parts.read(each).decode("utf-8", "replace") for each in parts.namelist())
    return content.decode("utf-8", "replace")
