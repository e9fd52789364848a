"""What was recorded is refused by the database itself, whoever asks; and what keeps it is noticed when it is gone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from uuid import uuid4

import pytest
from click.testing import CliRunner
from sqlalchemy import Connection, Engine, insert, inspect, select, text
from sqlalchemy.exc import DatabaseError, IntegrityError, ProgrammingError
from sqlalchemy.orm import Session

from commands.verify import VERIFIER
from db import append_only, upgrade
from db import models as m
from db.engine import make_engine
from domain.rights import Right
from domain.sign_ins import SignIn
from manage import cli
from services import door, dossier, export_log, review_items, reviews, sign_in_log, steps, verifying
from services.door import VISITOR, work
from services.spreadsheets import FileType
from services.verifying import Fault, Wrong
from tests import postgres as postgresql
from tests.commands.test_verify import closed_regular, let_go
from tests.conftest import POSTGRESQL, TODAY, Cast, on_server
from tests.dossiers import DECIDED, On, complaint_of, decided
from tests.evaluating import key
from tests.figures import Figures

FILLED = tuple(each for each in append_only.KEPT if each.table != "destroyed")


@pytest.fixture
def filled(engine: Engine, cast: Cast, on: On) -> int:
    """A dossier with a row in every table that is kept; its number."""
    reference = decided(cast, on)
    with on(DECIDED):
        steps.log(cast.actor("hans"), reference, "note", DECIDED, "Gebeld.")
        dossier.read(cast.actor("hans"), reference)
    number = complaint_of(reference).id
    with Session(engine) as session, session.begin():
        if session.scalar(select(m.MeasureDone)) is None:
            measure = m.Measure(complaint_id=number, text="Een rooster", owner_id=cast["hans"], due_on=TODAY)
            session.add(measure)
            session.flush()
            of = {"measure_id": measure.id, "complaint_id": number}
            session.add(m.MeasureDone(**of, done_on=TODAY, evidence="Hangt er", check_on=TODAY))
            session.add(m.MeasureEffect(**of, helped="yes", explanation="Het klopt nu", answered_on=TODAY))
        marks = {"mark": "a", "alike": "b", "content": "c", "key_mark": "d"}
        taken = {"own_reference": True, "row": 2, "taken_at": datetime(2026, 11, 20, 12, tzinfo=UTC)}
        session.add(m.TakenOver(complaint_id=number, **marks, **taken))
    with work(VISITOR, Right.SIGN_IN) as w:
        sign_in_log.note(w, cast["hans"], SignIn.SIGNED_IN)
    export_log.keep(cast.actor("hans"), export_log.Listed.BOARD, FileType.CSV, 1)
    cora = cast.actor("cora")
    review = reviews.begin(cora, str(uuid4()), DECIDED - timedelta(days=300), TODAY, [cast["piet"]])
    review_items.answer(cora, reference, review, 1, extra_action=False, note="Niet nodig.")
    reviews.finalise(cora, review, 1)
    form = key(cast, form="")
    with Session(engine) as session, session.begin():  # without a dossier of its own
        one = session.get_one(m.Evaluation, form)
        one.state, one.words, one.emptied_on = "confirmed", "", TODAY
    reported(engine, cast)
    return number


def reported(engine: Engine, cast: Cast) -> None:
    """A yearly report that went out."""
    dora, done = cast["dora"], {"figures": {}, "approved_on": TODAY, "to_readers_on": TODAY}
    with Session(engine) as session, session.begin():
        report = m.YearReport(kind="internal", year=2025, maker_id=dora, approved_by=dora, **done)
        session.add(report)
        session.flush()
        of, now = {"report_id": report.id}, datetime.now(UTC)
        session.add(m.YearReportText(**of, chapter="learned", text="Bellen", written_by=dora, written_at=now))
        session.add(m.YearReportMember(**of, account_id=cast["cora"]))
        session.add(m.YearReportCleared(**of, words="bellen", why="Geen naam", cleared_by=dora, cleared_on=TODAY))
        session.add(m.YearReportStep(**of, seq=1, step="approved", done_by=dora, recorded_at=now, happened_on=TODAY))


def refused(engine: Engine, statement: str) -> bool:
    """By the trigger, and not by something else."""
    try:
        with engine.begin() as connection:
            connection.exec_driver_sql(statement)
    except DatabaseError as error:
        return "append only" in str(error) or "there already" in str(error)
    return False


def count(engine: Engine, table: str) -> int:
    with engine.connect() as connection:
        return int(connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one())


def attempts(engine: Engine, table: str) -> Iterator[str]:
    columns = [column["name"] for column in inspect(engine).get_columns(table)]
    keys = inspect(engine).get_pk_constraint(table)["constrained_columns"]
    for name in columns:
        yield f"UPDATE {table} SET {name} = {name}" if name in keys else f"UPDATE {table} SET {name} = NULL"
    if table not in ("sign_in_note", "export_note"):  # those go by their term
        yield f"DELETE FROM {table}"
    if POSTGRESQL:
        yield f"TRUNCATE {table} CASCADE"
    else:
        names = ", ".join(columns)
        yield f"INSERT OR REPLACE INTO {table} SELECT {names} FROM {table}"


def test_our_own_connection_changes_and_deletes_nothing(engine: Engine, filled: int, figures: Figures) -> None:
    tried, through = 0, []
    for kept in FILLED:
        before = count(engine, kept.table)
        assert before, kept.table
        for statement in attempts(engine, kept.table):
            tried += 1
            if not refused(engine, statement):
                through.append(statement)
            assert count(engine, kept.table) == before, statement

    assert through == []
    figures.equal("P30", f"statements against what is kept that were refused, of {tried}", tried - len(through), tried)
    assert tried > 60
    assert verifying.verify(VERIFIER).faults == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE event SET text_salt = NULL",
        "UPDATE chain_head SET seq = 0",
        "UPDATE chain_head SET seq = seq - 1",
        "UPDATE chain_head SET seq = seq + 2",
        "DELETE FROM event_text",
        "DELETE FROM complaint",
        "UPDATE complaint SET reference = 'K00-00000'",
        "UPDATE complaint SET id = id + 1000",
    ],
)
def test_what_retention_does_is_refused_for_a_dossier_that_stays(engine: Engine, filled: int, statement: str) -> None:
    assert refused(engine, statement)


def test_who_says_that_a_dossier_was_destroyed_leaves_a_line_that_stays(engine: Engine, cast: Cast, filled: int) -> None:
    """The only way to delete is through the register of what was destroyed, which has no way out."""
    gone = {"compartment": "regular", "what": "dossier", "years": 2, "ended_on": TODAY, "until": TODAY, "files": 0}
    with Session(engine) as session, session.begin():
        now = session.scalar(select(m.Complaint.registered_at))
        reference = session.scalar(select(m.Complaint.reference).where(m.Complaint.id == filled))
        by = {"proposed_by": cast["cora"], "confirmed_by": cast["dora"], "destroyed_on": TODAY, "destroyed_at": now}
        session.execute(insert(m.Destroyed).values(reference=reference, **gone, **by))

    assert not refused(engine, "DELETE FROM event_text")
    assert refused(engine, "DELETE FROM event")  # of a dossier that is not in a closed compartment the history stays
    assert refused(engine, "DELETE FROM destroyed")
    assert refused(engine, "UPDATE destroyed SET years = 1")
    assert {each.wrong for each in verifying.verify(VERIFIER).faults} == {Wrong.TEXT}  # and it shows


def test_what_was_emptied_stays_so(engine: Engine, cast: Cast, on: On) -> None:
    let_go(cast, on, closed_regular(cast))

    assert refused(engine, "UPDATE complaint SET status = 'closed'")
    for statement in ("DELETE FROM event", "UPDATE event SET text_salt = NULL", "DELETE FROM ledger_entry"):
        assert refused(engine, statement)
    assert not refused(engine, "DELETE FROM access_log")  # two years later
    assert verifying.verify(VERIFIER).faults == []


def test_a_service_that_tries_is_at_fault_and_is_not_told_to_look_again(engine: Engine, filled: int) -> None:
    for table in ("event", "message", "access_log"):
        with pytest.raises(IntegrityError, match="append only"), work(VERIFIER, Right.OPERATE) as w:
            w.session.execute(text(f"DELETE FROM {table}"))


# Gone or changed


def missing(engine: Engine) -> list[str]:
    with engine.connect() as connection:
        return append_only.missing(connection)


@pytest.fixture(params=["sqlite", "postgresql"])
def upgraded(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    if request.param == "sqlite":
        engine = make_engine(f"sqlite:///{tmp_path / 'upgraded.db'}")
        upgrade.upgrade(engine)
        yield engine
        engine.dispose()
        return
    address, name = request.getfixturevalue("postgres"), f"upgraded_{uuid4().hex[:12]}"
    on_server(address, f"CREATE DATABASE {name}")
    engine = make_engine(address.format(name))
    upgrade.upgrade(engine)
    yield engine
    engine.dispose()
    on_server(address, f"DROP DATABASE {name} WITH (FORCE)")


def test_after_an_upgrade_every_trigger_is_there(upgraded: Engine) -> None:
    assert missing(upgraded) == []
    upgrade.downgrade(upgraded, "base")
    assert missing(upgraded)

    upgrade.upgrade(upgraded)
    upgrade.upgrade(upgraded)

    assert missing(upgraded) == []


def weakened(connection: Connection) -> str:
    """The same name, and no guard any more."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("DROP TRIGGER kept_event_update")
        connection.exec_driver_sql("CREATE TRIGGER kept_event_update BEFORE UPDATE ON event WHEN 0 BEGIN SELECT 1; END")
    else:
        connection.exec_driver_sql(
            "CREATE OR REPLACE FUNCTION kept_event_update() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'"
        )
    return "kept_event_update"


def dropped(connection: Connection) -> str:
    on = "" if connection.dialect.name == "sqlite" else " ON destroyed"
    connection.exec_driver_sql(f"DROP TRIGGER kept_destroyed_delete{on}")
    return "kept_destroyed_delete"


def moved(connection: Connection) -> str:
    """Switched off where that exists; otherwise put on another table."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("DROP TRIGGER kept_message_delete")
        connection.exec_driver_sql("CREATE TRIGGER kept_message_delete BEFORE DELETE ON draft BEGIN SELECT 1; END")
    else:
        connection.exec_driver_sql("ALTER TABLE message DISABLE TRIGGER kept_message_delete")
    return "kept_message_delete"


def no_longer_always(connection: Connection) -> str:
    if connection.dialect.name == "sqlite":
        return dropped(connection)
    connection.exec_driver_sql("DROP TRIGGER kept_event_delete ON event")
    connection.exec_driver_sql(
        "CREATE TRIGGER kept_event_delete BEFORE DELETE ON event FOR EACH ROW WHEN (false) EXECUTE FUNCTION kept_event_delete()"
    )
    return "kept_event_delete"


@pytest.mark.parametrize("attack", [weakened, dropped, moved, no_longer_always])
def test_a_trigger_that_is_gone_or_another_one_is_named(upgraded: Engine, attack: object) -> None:
    with upgraded.begin() as connection:
        name = attack(connection)  # type: ignore[operator]

    assert missing(upgraded) == [name]
    upgrade.upgrade(upgraded)
    assert missing(upgraded) == []


def test_the_command_names_it(engine: Engine, cast: Cast) -> None:
    with engine.begin() as connection:
        name = weakened(connection)

    result = CliRunner().invoke(cli, ["verify"])

    assert (result.exit_code, f"{name}: this trigger" in result.output) == (1, True)
    assert verifying.verify(VERIFIER).faults == [Fault(name, None, Wrong.UNGUARDED)]


# A role of its own


@pytest.mark.skipif(not POSTGRESQL, reason="a role of PostgreSQL")
def test_the_programs_own_role_changes_nothing_and_takes_no_trigger_off(cast: Cast, on: On) -> None:
    reference = decided(cast, on)  # the program works under it
    assert complaint_of(reference).status == "decided"
    assert door.engine().url.username == postgresql.PROGRAM

    for statement in (
        "UPDATE event SET kind = 'note'",
        "UPDATE message SET channel = 'phone'",
        "DELETE FROM complaint",
        "DELETE FROM destroyed",
        "UPDATE destroyed SET years = 1",
        "UPDATE access_log SET account_id = 1",
        "DELETE FROM ledger_entry",
        "TRUNCATE event CASCADE",
        "DROP TRIGGER kept_event_update ON event",
        "ALTER TABLE event DISABLE TRIGGER ALL",
        "SET session_replication_role = replica",
    ):
        with pytest.raises(ProgrammingError, match=r"permission denied|must be owner"), door.engine().begin() as connection:
            connection.execute(text(statement))


def test_a_role_is_a_plain_name(cast: Cast) -> None:
    for name in ("weerklank; DROP TABLE event", 'x"', "Weerklank", ""):
        assert CliRunner().invoke(cli, ["grants", name]).exit_code == 2
    assert "GRANT SELECT, INSERT ON destroyed TO programma;" in CliRunner().invoke(cli, ["grants", "programma"]).output


@pytest.mark.parametrize("kept", append_only.KEPT, ids=lambda each: each.table)
def test_a_guard_is_written_the_same_by_every_process(kept: append_only.Kept) -> None:
    """A table holds its constraints in no order: two processes would each miss what the other one put on."""
    table = m.Base.metadata.tables[kept.table]
    rules = sorted(table.constraints, key=lambda each: str(each.name))
    told = [SimpleNamespace(name=table.name, primary_key=table.primary_key, constraints=each) for each in (rules, rules[::-1])]

    assert append_only._there(told[0]) == append_only._there(told[1])  # type: ignore[arg-type]
