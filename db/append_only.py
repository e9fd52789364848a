"""What is never changed or taken out again, enforced by the database itself: triggers, put on after every upgrade.

A history ends in one way only: the register of what was destroyed names the dossier (ADR 0008), and that register has no
way out. So whoever deletes leaves a line that nothing here can delete. Whoever owns the database can take the triggers off;
then `missing` tells, and the hash chain does (services/verifying.py)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, MetaData, Table, UniqueConstraint, event, text
from sqlalchemy.exc import DatabaseError

from db.base import Base

# Is this dossier being destroyed: in the register, and not emptied yet?
_GOING = (
    "EXISTS (SELECT 1 FROM destroyed JOIN complaint ON complaint.reference = destroyed.reference"
    " WHERE complaint.id = OLD.complaint_id AND destroyed.what = 'dossier' AND complaint.status <> 'anonymised')"
)
_CLOSED_GOING = _GOING[:-1] + " AND complaint.compartment <> 'regular')"  # of those less stays
_GONE = _GOING.replace("<> 'anonymised'", "= 'anonymised'")


@dataclass(frozen=True)
class Kept:
    """`changes`: the columns that may change, and `when`; `removed`: when a row may go. SQL over OLD and NEW; empty: never."""

    table: str
    changes: tuple[str, ...] = ()
    when: str = ""
    removed: str = ""

    def rules(self, table: Table) -> Iterator[tuple[str, str]]:
        """The statement, and the condition under which it is let through."""
        same = [_same(column.name) for column in table.columns if column.name not in self.changes]
        yield "UPDATE", " AND ".join([*same, self.when]) if self.when else "FALSE"
        yield "DELETE", self.removed or "FALSE"


def _same(column: str) -> str:
    return f"CAST(NEW.{column} AS TEXT) IS NOT DISTINCT FROM CAST(OLD.{column} AS TEXT)"


# An answer in a yearly review: given once, changed while the review is open; only its texts go with those of the dossier.
_REVIEWING = "EXISTS (SELECT 1 FROM review WHERE review.id = OLD.review_id AND review.finalised_on IS NULL)"
_ANSWER = ("extra_action", "owner_id", "due_on", "decided_by", "decided_at", "version")
_EMPTIED = " AND ".join(("NEW.action = '' AND NEW.why = '' AND NEW.note = ''", *map(_same, _ANSWER), _GOING))

# A form that may be a complaint: judged, taken back, and emptied once it is a complaint or its term is over.
_SAID = ("form", "training", "group_name", "question", "words", "person", "trainer")
_LOOKED = ("seen_in", "seen_on", "version")
_DECIDED = ("state", "decided_by", "decided_at", "decided_on", "reason")
_JUDGED = " AND ".join((*map(_same, _SAID), "OLD.emptied_on IS NULL AND NEW.emptied_on IS NULL"))
_JUDGED += " AND OLD.state <> 'confirmed' AND NEW.state IN ('candidate', 'dismissed')"
_JUDGED += " AND (NEW.state = 'candidate' OR NEW.reason <> '')"
_LET_GO = " AND ".join(f"NEW.{each} = ''" for each in (*_SAID, "reason"))
_LET_GO += " AND OLD.emptied_on IS NULL AND NEW.emptied_on IS NOT NULL AND ((OLD.state = 'candidate'"
_LET_GO += " AND NEW.state = 'confirmed') OR (OLD.state = 'dismissed' AND NEW.state = 'dismissed'))"
_SEEN_LATER = " AND ".join((*map(_same, (*_SAID, *_DECIDED, "emptied_on")), "OLD.state = 'dismissed'"))
_FORM_GONE = "EXISTS (SELECT 1 FROM evaluation WHERE id = OLD.evaluation_id AND emptied_on IS NOT NULL)"
# A yearly report: its texts while it is not approved; approved its figures stay, and sent to everybody all of it.
_WRITING = "EXISTS (SELECT 1 FROM year_report WHERE year_report.id = OLD.report_id AND year_report.approved_on IS NULL)"
_AS_APPROVED = " AND ".join(map(_same, ("figures", "approved_by", "approved_on")))
_NOT_SENT = "OLD.to_regulator_on IS NULL AND OLD.to_readers_on IS NULL"
_SENT = "(OLD.to_readers_on IS NOT NULL AND (OLD.to_regulator_on IS NOT NULL OR OLD.kind = 'internal'))"
_AGAIN = f"(NEW.approved_on IS NULL AND {_NOT_SENT})"
_REPORTING = f"NOT {_SENT} AND (OLD.approved_on IS NULL OR {_AGAIN} OR ({_AS_APPROVED}))"

KEPT = (
    Kept("evaluation", (*_SAID, *_LOOKED, *_DECIDED, "emptied_on"), f"(({_JUDGED}) OR ({_LET_GO}) OR ({_SEEN_LATER}))"),
    Kept("evaluation_event", ("reason",), f"OLD.reason <> '' AND NEW.reason = '' AND {_FORM_GONE}"),
    Kept("event", ("text_salt",), f"NEW.text_salt IS NULL AND {_GOING}", _CLOSED_GOING),
    Kept("event_text", removed=_GOING),
    Kept("chain_head", ("seq", "hash"), f"(NEW.seq = OLD.seq + 1 OR (NEW.seq = 0 AND {_CLOSED_GOING}))"),
    Kept("message", removed=_CLOSED_GOING),
    Kept("message_text", removed=_GOING),
    Kept("ledger_entry", ("event_id",), f"NEW.event_id IS NULL AND {_CLOSED_GOING}"),
    Kept("measure_done", ("evidence",), f"NEW.evidence = '' AND {_GOING}", _CLOSED_GOING),
    Kept("measure_effect", ("explanation",), f"NEW.explanation = '' AND {_GOING}", _CLOSED_GOING),
    Kept("access_log", removed=_GONE),
    Kept("destroyed"),
    Kept("taken_over"),
    Kept("sign_in_note", removed="TRUE"),  # by its term
    Kept("export_note", removed="TRUE"),  # the same
    Kept(
        "review",
        ("learned", "notes", "unwanted", "whistleblower", "is_open", "finalised_by", "finalised_on", "version"),
        "OLD.finalised_on IS NULL",
    ),
    Kept("review_participant", removed=_REVIEWING),
    Kept(
        "review_item",
        (*_ANSWER, "action", "why", "note"),
        f"(OLD.decided_at IS NULL OR {_REVIEWING} OR ({_EMPTIED}))",
        _CLOSED_GOING,
    ),
    Kept(
        "year_report",
        ("maker_id", "figures", "approved_by", "approved_on", "to_regulator_on", "to_readers_on", "version"),
        _REPORTING,
    ),
    Kept("year_report_text", ("text", "written_by", "written_at", "version"), _WRITING),
    Kept("year_report_member", removed=_WRITING),
    Kept("year_report_cleared", removed=_WRITING),
    Kept("year_report_step"),
)


def stays(table: str) -> bool:
    """Does no row of it ever go? Then the program's own role may not even ask."""
    return any(each.table == table and not each.removed for each in KEPT)


_REFUSED = "append only"


def kept(error: DatabaseError) -> bool:
    """Did a trigger refuse a change of what is kept? That is a fault of ours, and nobody else's work in between."""
    return _REFUSED in str(error.orig)


@dataclass(frozen=True)
class Trigger:
    name: str
    table: str
    statement: str  # UPDATE, DELETE, INSERT, TRUNCATE
    allowed: str
    row: bool = True

    @property
    def sqlite(self) -> str:
        why = "there already" if self.statement == "INSERT" else _REFUSED
        refused = f"SELECT RAISE(ABORT, '{why}: {self.table}');"
        condition = f"({self.allowed.replace(' IS NOT DISTINCT FROM ', ' IS ')}) IS NOT TRUE"
        return f"CREATE TRIGGER {self.name} BEFORE {self.statement} ON {self.table} WHEN {condition} BEGIN {refused} END"

    @property
    def body(self) -> str:
        return (
            f"BEGIN IF ({self.allowed}) IS NOT TRUE THEN RAISE EXCEPTION 'append only: {self.table}' USING ERRCODE = '23001'; "
            f"END IF; RETURN {'OLD' if self.statement == 'DELETE' else 'NEW'}; END"
        )

    @property
    def kind(self) -> int:
        """As PostgreSQL stores it in pg_trigger.tgtype: BEFORE, for each row or not, and the statement."""
        return 2 + self.row + {"INSERT": 4, "DELETE": 8, "UPDATE": 16, "TRUNCATE": 32}[self.statement]

    @property
    def postgresql(self) -> tuple[str, str]:
        each = "ROW" if self.row else "STATEMENT"
        return (
            f"CREATE OR REPLACE FUNCTION {self.name}() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT"
            f" AS $kept${self.body}$kept$",
            f"CREATE TRIGGER {self.name} BEFORE {self.statement} ON {self.table} FOR EACH {each}"
            f" EXECUTE FUNCTION {self.name}()",
        )


def triggers(dialect: str) -> tuple[Trigger, ...]:
    return tuple(_triggers(dialect))


def _triggers(dialect: str) -> Iterator[Trigger]:
    for kept in KEPT:
        table = Base.metadata.tables[kept.table]
        for statement, allowed in kept.rules(table):
            yield Trigger(f"kept_{kept.table}_{statement.lower()}", kept.table, statement, allowed)
        if dialect == "sqlite":  # INSERT OR REPLACE takes the old row out without a DELETE
            yield Trigger(f"kept_{kept.table}_insert", kept.table, "INSERT", f"NOT ({_there(table)})")
        else:
            yield Trigger(f"kept_{kept.table}_truncate", kept.table, "TRUNCATE", "FALSE", row=False)
    # A dossier does not go, keeps its reference, and once emptied stays so: what it may lose hangs on these.
    there = "NEW.id = OLD.id AND NEW.reference = OLD.reference AND (OLD.status <> 'anonymised' OR NEW.status = 'anonymised')"
    yield Trigger("kept_complaint_update", "complaint", "UPDATE", there)
    yield Trigger("kept_complaint_delete", "complaint", "DELETE", "FALSE")
    if dialect == "sqlite":
        yield Trigger("kept_complaint_insert", "complaint", "INSERT", f"NOT ({_there(Base.metadata.tables['complaint'])})")


def _there(table: Table) -> str:
    keys = [[column.name for column in table.primary_key]]
    unique = [each for each in table.constraints if isinstance(each, UniqueConstraint)]
    keys += sorted([column.name for column in each.columns] for each in unique)  # they are in no order
    same = [" AND ".join(f"{name} = NEW.{name}" for name in names) for names in keys]
    return " OR ".join(f"EXISTS (SELECT 1 FROM {table.name} WHERE {each})" for each in same)  # noqa: S608 our own names


def put_on(connection: Connection) -> None:
    """On a database that has every table."""
    take_off(connection)
    for each in triggers(connection.dialect.name):
        for statement in [each.sqlite] if connection.dialect.name == "sqlite" else each.postgresql:
            connection.exec_driver_sql(statement)


def take_off(connection: Connection) -> None:
    """While a migration rebuilds tables: SQLite renames no table that a trigger of another one speaks of."""
    for name, table in _found(connection):
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql(f'DROP TRIGGER "{name}"')
        else:
            connection.exec_driver_sql(f'DROP TRIGGER "{name}" ON "{table}"')
            connection.exec_driver_sql(f'DROP FUNCTION IF EXISTS "{name}"()')


def _found(connection: Connection) -> list[tuple[str, str]]:
    return [(row.name, row.owner) for row in _rows(connection)]


def _rows(connection: Connection) -> list[Any]:
    if connection.dialect.name == "sqlite":
        query = (
            "SELECT name, tbl_name AS owner, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'kept!_%' ESCAPE '!'"
        )
    else:
        query = (
            "SELECT t.tgname AS name, c.relname AS owner, p.prosrc AS sql, t.tgtype AS kind, t.tgenabled::text AS enabled,"
            " t.tgqual IS NULL AND p.proname = t.tgname AS whole"
            " FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid"
            " WHERE NOT t.tgisinternal AND c.relnamespace = current_schema()::regnamespace"
            " AND t.tgname LIKE 'kept!_%' ESCAPE '!'"
        )
    return list(connection.execute(text(query)))


def missing(connection: Connection) -> list[str]:
    """The names of the triggers that are not there as they should be."""
    found = {row.name: row for row in _rows(connection)}
    as_it_should = _as_written if connection.dialect.name == "sqlite" else _as_stored
    return [
        each.name
        for each in triggers(connection.dialect.name)
        if each.name not in found or not as_it_should(each, found[each.name])
    ]


def _as_written(trigger: Trigger, row: Any) -> bool:
    return bool((row.owner, row.sql) == (trigger.table, trigger.sqlite))


def _as_stored(trigger: Trigger, row: Any) -> bool:
    stored = (row.owner, row.sql, row.kind, row.enabled, row.whole)
    return stored == (trigger.table, trigger.body, trigger.kind, "O", True)


def grants(role: str) -> tuple[str, ...]:
    """For PostgreSQL: what the program's own role needs, once the tables belong to another one (who upgrades them). It can
    then neither change what is kept nor take a trigger, or the second lock (db/row_security.py), off."""
    said = [f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}", f"GRANT USAGE ON SCHEMA public TO {role}"]
    said += [f"GRANT SELECT ON alembic_version TO {role}", f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {role}"]
    kept = {each.table: each for each in KEPT}
    for name in sorted(Base.metadata.tables):
        given = ["SELECT", "INSERT"]
        rule = kept.get(name)
        if rule is None:
            given += ["UPDATE"] if name == "complaint" else ["UPDATE", "DELETE"]
        else:
            given += [f"UPDATE ({', '.join(rule.changes)})"] if rule.changes else []
            given += ["DELETE"] if rule.removed else []
        said.append(f"GRANT {', '.join(given)} ON {name} TO {role}")
    return tuple(said)


@event.listens_for(Base.metadata, "after_create")
def _created(_metadata: MetaData, connection: Connection, **_: object) -> None:
    put_on(connection)
