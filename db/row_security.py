"""The second lock, on PostgreSQL: row-level security, put on after every upgrade (ADR 0019).

It stands apart from services/row_rule.py and knows one thing of it: which account a transaction is of. What that account may
see the database works out for itself, from the roles, the exclusions and the ties that stand in its tables. So a statement of
ours that forgot the row rule still gives nothing of a dossier that its reader may not see. It is wider than the first lock in
what it does not look at: the right, the days after a task, the two sides of a dossier, and who may see the complainant's name.

Without a context there is no row. `weerklank.reach` says "all" for operator commands and for the few questions of the door that
go past both locks. Whoever can run SQL of their own as the program's role can give themselves a context.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, MetaData, event, text

from db import append_only as append_only  # its triggers are put on first
from db.base import Base

ENTER = "weerklank_enter"
POLICY, MAKING = "second_lock", "second_lock_new"


def _said(name: str, kind: str = "text") -> str:
    """One word of the context: looked up once for each statement, nothing where there is none."""
    value = f"nullif(current_setting('weerklank.{name}', true), '')"
    return f"(SELECT {value})" if kind == "text" else f"(SELECT {value}::{kind})::{kind}"


_ALL = f"{_said('reach')} = 'all'"
_PERSON = _said("account", "integer")
_OPENED = f"id = ANY ({_said('opened', 'bigint[]')})"
_CALM = " OR ".join(
    (f"{_said('calm')} = 'on'", f"reporter_id = {_said('own', 'integer')}", f"unit_id = ANY ({_said('units', 'integer[]')})")
)
_TIED = " OR ".join(
    (
        f"handler_id = {_said('handles', 'integer')}",
        f"ack_owner_id = {_said('named', 'integer')}",
        f"acting_director_id = {_said('acts', 'integer')}",
        f"id = ANY ({_said('appeals', 'bigint[]')})",
        f"(NOT red_flag AND ({_CALM}))",
    )
)
_REACHED = f"(compartment = ANY ({_said('whole', 'text[]')}) OR (compartment = 'regular' AND ({_TIED})))"
_SEEN = f"{_ALL} OR {_OPENED} OR (id <> ALL ({_said('excluded', 'bigint[]')}) AND {_REACHED})"
_FORM = f"{_ALL} OR ({_said('judges')} = 'on' AND id <> ALL ({_said('theirs', 'bigint[]')}))"
_ITS_FORM = f"{_ALL} OR EXISTS (SELECT 1 FROM evaluation WHERE evaluation.id = evaluation_id)"  # noqa: S608 our own words

# Besides those with a `complaint_id`: where it stands which rows are whose.
_OF_THEIR_OWN = {
    "complaint": _SEEN,
    "evaluation": _FORM,
    "evaluation_about": _ITS_FORM,
    "evaluation_event": _ITS_FORM,
    "evaluation_import": f"{_ALL} OR by_id = {_PERSON}",
    "draft": f"{_ALL} OR account_id = {_PERSON}",
}
# A table's own policy decides on a new row as well; whoever came in may make a dossier that somebody else reads.
_MADE_BY = {"complaint": f"{_PERSON} IS NOT NULL"}

_WORKED_OUT = """
DECLARE held text[]; shut_out bigint[];
BEGIN
    PERFORM set_config('weerklank.reach', 'all', true);
    SELECT coalesce(array_agg(r.role::text), '{}') INTO held
        FROM account_role r JOIN account a ON a.id = r.account_id WHERE a.id = me AND a.active;
    SELECT coalesce(array_agg(p.complaint_id), '{}') INTO shut_out FROM party p WHERE p.account_id = me AND p.excluded;
    PERFORM set_config('weerklank.account', me::text, true),
        set_config('weerklank.excluded', shut_out::text, true),
        set_config('weerklank.whole', array_remove(ARRAY[
            CASE WHEN held && '{coordinator,director}' THEN 'regular' END,
            CASE WHEN held && '{confidant}' THEN 'unwanted_behaviour' END,
            CASE WHEN held && '{wb_officer}' THEN 'whistleblower' END], NULL)::text, true),
        set_config('weerklank.own', CASE WHEN held && '{reporter,handler,manager}' THEN me::text ELSE '' END, true),
        set_config('weerklank.named', CASE WHEN held && '{reporter,handler,manager,partner}' THEN me::text ELSE '' END, true),
        set_config('weerklank.handles', CASE WHEN held && '{handler,manager,partner}' THEN me::text ELSE '' END, true),
        set_config('weerklank.acts', CASE WHEN held && '{partner}' THEN me::text ELSE '' END, true),
        set_config('weerklank.calm', CASE WHEN held && '{partner}' THEN 'on' ELSE '' END, true),
        set_config('weerklank.judges', CASE WHEN held && '{coordinator,director}' THEN 'on' ELSE '' END, true),
        set_config('weerklank.units', '{}', true),
        set_config('weerklank.appeals', '{}', true),
        set_config('weerklank.theirs', '{}', true),
        set_config('weerklank.opened', '', true);
    IF held && '{manager}' THEN
        PERFORM set_config('weerklank.units', coalesce(array_agg(u.id), '{}')::text, true) FROM (
            WITH RECURSIVE managed AS (SELECT id FROM org_unit WHERE manager_id = me
                UNION SELECT o.id FROM org_unit o JOIN managed ON o.parent_id = managed.id) SELECT id FROM managed) u;
    END IF;
    IF held && '{appeal_reviewer}' THEN
        PERFORM set_config('weerklank.appeals', coalesce(array_agg(a.complaint_id), '{}')::text, true)
            FROM appeal a WHERE a.reviewer_id = me;
    END IF;
    IF held && '{coordinator,director}' THEN
        PERFORM set_config('weerklank.theirs', coalesce(array_agg(f.id), '{}')::text, true) FROM (
            SELECT evaluation_id AS id FROM evaluation_about WHERE account_id = me
            UNION SELECT e.id FROM evaluation e JOIN complaint c ON c.form_id = e.form_id WHERE c.id = ANY (shut_out)) f;
    END IF;
    PERFORM set_config('weerklank.reach', '', true);
END
"""


def rules() -> dict[str, str]:
    """Of each table that belongs to somebody's dossiers: which rows there are for whom, as SQL."""
    within = "EXISTS (SELECT 1 FROM complaint WHERE complaint.id = {}.complaint_id)"
    belonging = [name for name, table in Base.metadata.tables.items() if "complaint_id" in table.c]
    # Every statement looks for the reader's own exclusions: those rows are turned down without looking at their dossier. One
    # that came after this transaction began is shown, or the first lock would not know of it.
    mine = f"excluded AND account_id IS NOT DISTINCT FROM {_PERSON} AND complaint_id = ANY ({_said('excluded', 'bigint[]')})"
    party = f"{_ALL} OR complaint_{_OPENED} OR (NOT ({mine}) AND {within.format('party')})"
    return {name: f"{_ALL} OR {within.format(name)}" for name in belonging} | _OF_THEIR_OWN | {"party": party}


# In a transaction


def enter(connection: Connection, account_id: int) -> None:
    """This transaction is of this account, and sees what the tables say that it may."""
    connection.exec_driver_sql(f"SELECT {ENTER}(%(me)s)", {"me": account_id})


def reach(connection: Connection, every_row: bool) -> None:
    _say(connection, "reach", "all" if every_row else "")


def open_up(connection: Connection, ids: Collection[int]) -> None:
    """Also these dossiers, until the transaction ends: it came to them through the lock, or has just made them."""
    _say(connection, "opened", "{" + ",".join(str(each) for each in sorted(ids)) + "}")


@contextmanager
def every_row(connection: Connection) -> Iterator[None]:
    """For who works on the tables themselves (copying, a backup's figures): nothing of what is in here is held back."""
    if connection.dialect.name != "postgresql":
        yield
        return
    reach(connection, every_row=True)
    yield  # after an error the transaction is rolled back, and this with it
    reach(connection, every_row=False)


def _say(connection: Connection, name: str, value: str) -> None:
    connection.exec_driver_sql("SELECT set_config(%(name)s, %(value)s, true)", {"name": f"weerklank.{name}", "value": value})


# In the schema


def put_on(connection: Connection) -> None:
    """On a database that has every table."""
    if connection.dialect.name != "postgresql":
        return
    take_off(connection)
    schema = connection.scalar(text("SELECT quote_ident(current_schema())"))
    connection.exec_driver_sql(
        f"CREATE FUNCTION {ENTER}(me integer) RETURNS void LANGUAGE plpgsql"
        f" SET search_path = {schema}, pg_temp AS $lock${_WORKED_OUT}$lock$"
    )
    for table, rule in rules().items():
        said = [f"CREATE POLICY {POLICY} ON {table} USING ({rule}) WITH CHECK ({rule})"]
        if table in _MADE_BY:
            said.append(f"CREATE POLICY {MAKING} ON {table} FOR INSERT WITH CHECK ({_MADE_BY[table]})")
        said.append(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
        connection.exec_driver_sql("; ".join(said))
    for (table, policy), row in _found(connection).items():
        connection.exec_driver_sql(f"COMMENT ON POLICY {policy} ON {table} IS '{_mark(table, policy, row)}'")


def take_off(connection: Connection) -> None:
    """While a migration changes tables, and the rows in them."""
    if connection.dialect.name != "postgresql":
        return
    for table, policy in _found(connection):
        connection.exec_driver_sql(f'DROP POLICY "{policy}" ON "{table}"')
    for table in _locked(connection):
        connection.exec_driver_sql(f'ALTER TABLE "{table}" DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY')
    connection.exec_driver_sql(f"DROP FUNCTION IF EXISTS {ENTER}(integer)")


_HERE = "c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r'"


def _found(connection: Connection) -> dict[tuple[str, str], Any]:
    query = (
        "SELECT c.relname AS owner, p.polname AS name, obj_description(p.oid, 'pg_policy') AS mark,"  # noqa: S608 our own words
        " concat_ws(' ', p.polcmd::text, p.polpermissive, p.polroles::text, pg_get_expr(p.polqual, p.polrelid),"
        " pg_get_expr(p.polwithcheck, p.polrelid)) AS stored"
        f" FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid WHERE {_HERE} ORDER BY 1, 2"
    )
    return {(row.owner, row.name): row for row in connection.execute(text(query))}


def _locked(connection: Connection) -> list[str]:
    query = f"SELECT c.relname FROM pg_class c WHERE {_HERE} AND (c.relrowsecurity OR c.relforcerowsecurity)"  # noqa: S608
    return list(connection.scalars(text(query)))


def _mark(table: str, policy: str, row: Any) -> str:
    """Of what we said and of what the database made of it: a policy that was altered, or is of an older version, shows."""
    ours = _MADE_BY[table] if policy == MAKING else rules()[table]
    return hashlib.sha256(f"{ours}\n{row.stored}".encode()).hexdigest()


def missing(connection: Connection) -> list[str]:
    """The tables whose lock is not on as it should be, and the function where it is another one. Empty on SQLite."""
    if connection.dialect.name != "postgresql":
        return []
    shut = text(f"SELECT c.relname FROM pg_class c WHERE {_HERE} AND c.relrowsecurity AND c.relforcerowsecurity")  # noqa: S608
    on, found = set(connection.scalars(shut)), _found(connection)
    wanted = {(table, POLICY) for table in rules()} | {(table, MAKING) for table in _MADE_BY}
    wrong = set(rules()) - on
    wrong |= {table for table, _ in found.keys() ^ wanted}
    wrong |= {name[0] for name in wanted & found.keys() if found[name].mark != _mark(*name, found[name])}
    source = text("SELECT prosrc FROM pg_proc WHERE proname = :name AND pronamespace = current_schema()::regnamespace")
    if list(connection.scalars(source, {"name": ENTER})) != [_WORKED_OUT]:
        wrong.add(ENTER)
    return sorted(wrong)


def ready(connection: Connection) -> bool:
    """Can a transaction be somebody's? Not before the first upgrade that puts the lock on."""
    if connection.dialect.name != "postgresql":
        return True
    return bool(connection.scalar(text("SELECT to_regproc(:name) IS NOT NULL"), {"name": ENTER}))


def passed_by(connection: Connection) -> bool:
    """Is this role one for which no policy holds? Then there is no second lock."""
    if connection.dialect.name != "postgresql":
        return False
    return bool(connection.scalar(text("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")))


@event.listens_for(Base.metadata, "after_create")
def _created(_metadata: MetaData, connection: Connection, **_: object) -> None:
    put_on(connection)
