"""The database that the tests share on PostgreSQL: what one test does to it the next one does not meet."""

from __future__ import annotations

import pytest
from sqlalchemy import create_engine

from tests.postgres import Scratch

CHANGES = {
    "nothing": "SELECT 1",
    "a row": "INSERT INTO thing (word) VALUES ('left behind')",
    "a row that may not go": "INSERT INTO kept_thing VALUES (2)",
    "all rows": "DELETE FROM thing",
    "an id": "SELECT nextval('thing_id_seq')",
    "a trigger": "ALTER TABLE kept_thing DISABLE TRIGGER no_delete",
    "a function": "CREATE OR REPLACE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN OLD; END'",
    "a table": "CREATE TABLE other (id integer)",
    "a name": "ALTER TABLE thing RENAME TO things",
    "a constraint": "ALTER TABLE thing DROP CONSTRAINT thing_pkey",
    "a right": "GRANT SELECT ON thing TO PUBLIC",
}
TEMPLATE = """
    CREATE TABLE thing (id serial PRIMARY KEY, word text);
    INSERT INTO thing (word) VALUES ('a\tb'), (NULL), ('ë');
    CREATE TABLE kept_thing (id integer);
    INSERT INTO kept_thing VALUES (1);
    CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''kept''; END';
    CREATE TRIGGER no_delete BEFORE DELETE ON kept_thing FOR EACH ROW EXECUTE FUNCTION no();
"""


@pytest.fixture(scope="module")
def scratch(postgres: str) -> Scratch:
    server = create_engine(postgres.format("postgres"), isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.exec_driver_sql("CREATE DATABASE scratch_template")
    server.dispose()
    template = create_engine(postgres.format("scratch_template"))
    with template.begin() as connection:
        connection.exec_driver_sql(TEMPLATE)
    template.dispose()
    return Scratch(postgres)


@pytest.mark.parametrize("what", CHANGES)
def test_each_test_begins_with_the_template(scratch: Scratch, what: str) -> None:
    engine = create_engine(scratch.filled("scratch_template"))
    with engine.begin() as connection:
        connection.exec_driver_sql(CHANGES[what])
    left_open = engine.connect()
    left_open.exec_driver_sql("BEGIN")

    again = create_engine(scratch.filled("scratch_template"))

    with again.connect() as connection:
        assert connection.exec_driver_sql("SELECT id, word FROM thing ORDER BY id").all() == [(1, "a\tb"), (2, None), (3, "ë")]
        assert connection.exec_driver_sql("SELECT nextval('thing_id_seq')").scalar() == 4
        assert connection.exec_driver_sql("SELECT id FROM kept_thing").all() == [(1,)]
        assert connection.exec_driver_sql("SELECT tgenabled FROM pg_trigger WHERE tgname = 'no_delete'").scalar() == "O"
        assert connection.exec_driver_sql("SELECT has_table_privilege('public', 'thing', 'SELECT')").scalar() is False
    left_open.invalidate()
    engine.dispose()
    again.dispose()
