"""The second lock (P35): what PostgreSQL itself gives to whoever forgets the first one. Raw SQL with the program's own role."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Connection, Engine, create_engine, func, insert, select
from sqlalchemy.exc import DBAPIError, ProgrammingError
from sqlalchemy.orm import Session

from db import models as m
from db import row_security
from domain.rights import Right
from domain.vocabulary import Compartment
from services import door
from tests import postgres as postgresql
from tests.attacks.canaries import BELONGING, Scope, fill
from tests.conftest import CAST, POSTGRESQL, Cast
from tests.figures import Figures
from tests.fill import make_complaint, make_party

pytestmark = pytest.mark.skipif(not POSTGRESQL, reason="SQLite has no policies")

LOCKED = ("complaint", *BELONGING, "draft", "evaluation", "evaluation_about", "evaluation_event", "evaluation_import")


@pytest.fixture
def raw(engine: Engine, database_url: str) -> Iterator[Engine]:
    """The program's role, without the door."""
    made = create_engine(database_url)
    yield made
    made.dispose()


@pytest.fixture
def few(engine: Engine, cast: Cast) -> None:
    """A dossier in each compartment, one of which the coordinator is shut out, and an appeal."""
    with Session(engine) as session, session.begin():
        for compartment in Compartment:
            make_complaint(session, cast, compartment=compartment, handler_id=cast["hans"])
        make_party(session, make_complaint(session, cast, handler_id=cast["hilde"]), account_id=cast["cora"])


@contextmanager
def somebody(raw: Engine, account_id: int) -> Iterator[Connection]:
    with raw.begin() as connection:
        row_security.enter(connection, account_id)
        yield connection


def rows(connection: Connection, name: str) -> int:
    return connection.scalar(select(func.count()).select_from(m.Base.metadata.tables[name])) or 0


def refused(engine: Engine, statement: str, who: int | None = None) -> bool:
    """By the database, for want of a right or by a policy; and nothing was changed."""
    try:
        with engine.begin() as connection:
            if who is not None:
                row_security.enter(connection, who)
            connection.exec_driver_sql(statement)
    except DBAPIError as error:
        return getattr(error.orig, "sqlstate", "") in ("42501", "23001")
    return False


def test_every_table_of_a_dossier_has_its_lock_on(engine: Engine, raw: Engine) -> None:
    belonging = {name for name, table in m.Base.metadata.tables.items() if "complaint_id" in table.c}
    assert belonging | {"complaint"} <= set(row_security.rules()) == set(LOCKED)
    with engine.connect() as connection:
        assert row_security.missing(connection) == []
        assert row_security.passed_by(connection)  # the tests look from the side with the server's own role
    with raw.connect() as connection:
        assert row_security.missing(connection) == []
        assert not row_security.passed_by(connection)


def test_a_register_with_something_in_every_table(raw: Engine, engine: Engine, cast: Cast, figures: Figures) -> None:
    fill(cast)
    scope = Scope.of(engine, cast)
    with engine.connect() as side:
        assert set(BELONGING) - {"escalation"} <= {name for name in LOCKED if rows(side, name)}

    with raw.connect() as connection:
        seen = sum(rows(connection, name) for name in LOCKED)
    figures.equal("P35", "rows of dossiers that PostgreSQL gives without a context", seen, 0)
    owner = create_engine(raw.url.set(username=postgresql.OWNER))
    with owner.connect() as connection:
        seen = sum(rows(connection, name) for name in LOCKED)
        assert rows(connection, "account") > 0
        with row_security.every_row(connection):
            assert rows(connection, "complaint") == len(scope.rows("complaint"))
    owner.dispose()
    figures.equal("P35", "rows of dossiers that PostgreSQL gives to who owns the tables, without a context", seen, 0)
    wrong = sum(others_rows(raw, scope, who) for who in CAST)
    figures.equal("P35", "rows that PostgreSQL shows past the roles and ties of somebody, or hides within them", wrong, 0)
    shut = [(row["account_id"], row["complaint_id"]) for row in scope.rows("party") if row["excluded"]]
    assert len(shut) > 5
    found = [seen_and_changed(raw, *each) for each in shut]
    figures.equal("P35", "rows that PostgreSQL gives to whom a dossier is about", sum(seen for seen, _ in found), 0)
    figures.equal("P35", "rows that whom a dossier is about changes in it", sum(changed for _, changed in found), 0)


def others_rows(raw: Engine, scope: Scope, who: str) -> int:
    reached = {each for each in scope.tables["complaint"] if any(scope.reaches(who, str(right), each) for right in Right)}
    wrong = 0
    with somebody(raw, scope.cast[who]) as connection:
        wrong += len(set(connection.scalars(select(m.Complaint.id))) ^ reached)
        for name in BELONGING:
            seen = connection.scalars(select(m.Base.metadata.tables[name].c.complaint_id)).all()
            wrong += sorted(seen) != sorted(row["complaint_id"] for row in scope.rows(name) if row["complaint_id"] in reached)
        wrong += rows(connection, "draft") > 1
    return wrong


def seen_and_changed(raw: Engine, account_id: int, dossier: int) -> tuple[int, int]:
    seen = changed = 0
    with somebody(raw, account_id) as connection:
        for name in (*BELONGING, "complaint"):
            table = m.Base.metadata.tables[name]
            key = table.c.id if name == "complaint" else table.c.complaint_id
            seen += connection.scalar(select(func.count()).select_from(table).where(key == dossier)) or 0
        changed += connection.exec_driver_sql(f"UPDATE complaint SET title = 'x' WHERE id = {dossier}").rowcount
        changed += connection.exec_driver_sql(f"UPDATE party SET excluded = false WHERE complaint_id = {dossier}").rowcount
        changed += connection.exec_driver_sql(f"DELETE FROM complainant WHERE complaint_id = {dossier}").rowcount
    assert refused(raw, f"INSERT INTO complainant (complaint_id, type) VALUES ({dossier}, 'x')", account_id)
    return seen, changed


def test_nothing_can_be_written_without_a_context(raw: Engine, engine: Engine, few: None) -> None:
    with raw.begin() as connection:
        assert connection.exec_driver_sql("UPDATE complaint SET title = 'x'").rowcount == 0
        assert connection.exec_driver_sql("DELETE FROM party").rowcount == 0
    with engine.connect() as side:
        one = side.execute(select(m.Complaint.__table__).limit(1)).mappings().one()
        party = side.execute(select(m.Party.__table__).limit(1)).mappings().one()
    new = {**one, "id": 7, "reference": "K26-00007", "form_id": "x"}
    for table, values in ((m.Complaint, new), (m.Party, {**party, "id": 7})):
        with pytest.raises(ProgrammingError, match="row-level security"), raw.begin() as connection:
            connection.execute(insert(table).values(values))


@pytest.mark.parametrize(
    ("who", "compartment"),
    [("cora", Compartment.REGULAR), ("vera", Compartment.UNWANTED_BEHAVIOUR), ("wim", Compartment.WHISTLEBLOWER)],
)
def test_a_dossier_stays_in_its_compartment(raw: Engine, cast: Cast, few: None, who: str, compartment: str) -> None:
    with somebody(raw, cast[who]) as connection:
        assert rows(connection, "complaint") == 1
        others = f"SELECT count(*) FROM complaint WHERE compartment <> '{compartment}'"
        assert connection.exec_driver_sql(others).scalar() == 0
    assert refused(raw, "UPDATE complaint SET compartment = 'elsewhere'", cast[who])


def test_who_makes_a_dossier_their_own_must_have_seen_it(raw: Engine, cast: Cast, few: None) -> None:
    with somebody(raw, cast["hilde"]) as connection:
        assert connection.exec_driver_sql(f"UPDATE complaint SET handler_id = {cast['hilde']}").rowcount == 1
        assert rows(connection, "complaint") == 1


@pytest.mark.parametrize("name", ["adam", "nobody"])
def test_an_administrator_and_somebody_without_an_account_see_none(raw: Engine, cast: Cast, few: None, name: str) -> None:
    with somebody(raw, cast[name] if name in CAST else 0) as connection:
        assert [table for table in LOCKED if rows(connection, table)] == []


def test_who_was_switched_off_or_lost_a_role_sees_none(raw: Engine, engine: Engine, cast: Cast, few: None) -> None:
    with engine.begin() as side:
        side.exec_driver_sql(f"UPDATE account SET active = false WHERE id = {cast['cora']}")
        side.exec_driver_sql(f"DELETE FROM account_role WHERE account_id = {cast['dora']}")
    for who in ("cora", "dora"):
        with somebody(raw, cast[who]) as connection:
            assert rows(connection, "complaint") == 0
            assert rows(connection, "party") == 0


def test_a_context_ends_with_its_transaction(raw: Engine, cast: Cast, few: None) -> None:
    with raw.connect() as connection:
        for everything in (False, True):
            with connection.begin():
                row_security.enter(connection, cast["cora"])
                if everything:
                    row_security.reach(connection, every_row=True)
                assert rows(connection, "complaint") > 0
            with connection.begin():
                assert rows(connection, "complaint") == 0


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE complaint DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE complaint NO FORCE ROW LEVEL SECURITY",
        "DROP POLICY second_lock ON complaint",
        "ALTER POLICY second_lock ON party USING (true)",
        "CREATE POLICY mine ON complaint USING (true)",
        "CREATE OR REPLACE FUNCTION weerklank_enter(me integer) RETURNS void LANGUAGE sql AS 'SELECT'",
        "DROP TABLE event_text",
        "TRUNCATE complainant",
        "ALTER TABLE complaint ADD COLUMN mine text",
        "ALTER TABLE event DISABLE TRIGGER ALL",
        "SET session_replication_role = replica",
        "SET ROLE weerklank_owner",
        "SET SESSION AUTHORIZATION postgres",
        "ALTER ROLE weerklank BYPASSRLS",
        "CREATE TABLE mine (id integer)",
        "DELETE FROM complaint",
        "UPDATE event SET kind = 'note'",
        "UPDATE alembic_version SET version_num = 'x'",
    ],
)
def test_the_programs_role_takes_nothing_off(raw: Engine, cast: Cast, statement: str) -> None:
    assert refused(raw, statement, cast["cora"]), statement


@pytest.mark.parametrize(
    ("weaker", "named"),
    [
        ("ALTER TABLE event NO FORCE ROW LEVEL SECURITY", "event"),
        ("ALTER TABLE event DISABLE ROW LEVEL SECURITY", "event"),
        ("ALTER POLICY second_lock ON party USING (true)", "party"),
        ("DROP POLICY second_lock_new ON complaint", "complaint"),
        ("CREATE POLICY more ON message USING (true)", "message"),
        (
            "CREATE OR REPLACE FUNCTION weerklank_enter(me integer) RETURNS void LANGUAGE plpgsql AS 'BEGIN END'",
            "weerklank_enter",
        ),
    ],
)
def test_a_lock_that_was_weakened_is_named_and_put_on_again(engine: Engine, weaker: str, named: str) -> None:
    with engine.connect() as connection:
        connection.exec_driver_sql(weaker)
        assert row_security.missing(connection) == [named]
        row_security.put_on(connection)
        assert row_security.missing(connection) == []


def test_a_service_that_forgets_the_row_rule_shows_nothing_more(cast: Cast, few: None) -> None:
    """What the lock is for: a statement about a table, past the criteria of the first one."""
    forgotten = select(m.Complaint.__table__.c.id)
    with door.work(cast.actor("hans"), Right.LIST) as w:
        narrow = set(w.session.scalars(select(m.Complaint.id)))
        past = set(w.session.scalars(forgotten, execution_options={"row_rule": False}))
    with door.work(cast.actor("dora"), Right.LIST) as w:
        everything = set(w.session.scalars(forgotten, execution_options={"row_rule": False}))
    assert narrow <= past
    assert past < everything  # of the other one too


def test_who_is_shut_out_meanwhile_finds_nothing_any_more(engine: Engine, cast: Cast, few: None) -> None:
    """The second lock looks once in a transaction, the first one at every statement: it must go on seeing that."""
    with door.work(cast.actor("dora"), Right.READ) as w:
        before = w.session.scalars(select(m.Complaint.id)).all()
        with Session(engine) as session, session.begin():
            make_party(session, session.get_one(m.Complaint, before[0]), account_id=cast["dora"])
        assert w.session.scalars(select(m.Complaint.id)).all() == before[1:]
