"""A PostgreSQL server of our own, from Debian's binaries, in a scratch directory, on a socket only."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from psycopg import sql

OWNER, PROGRAM = "weerklank_owner", "weerklank"  # of the tables, and what the program signs in with


def as_role(address: str, role: str) -> str:
    """The same database for another role; the server's own, which no policy holds for, is the one in the address."""
    return address.replace("postgresql+psycopg://postgres@", f"postgresql+psycopg://{role}@")


def binaries() -> Path | None:
    """The folder with initdb and pg_ctl: Debian's newest, or what is on the path."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4].split(".")[0]))
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    return Path(on_path).parent if on_path else None


@contextmanager
def server() -> Iterator[str]:
    """Yields the address of an empty database's server, ``postgresql+psycopg://...@/{}?host=...``; format the name in."""
    folder = Path(tempfile.mkdtemp(prefix="weerklank-pg-"))
    bin_dir = binaries()
    if bin_dir is None:
        raise RuntimeError("no PostgreSQL on this machine")
    as_user: dict[str, int] = {}
    user = "postgres"
    if os.geteuid() == 0:  # PostgreSQL refuses to run as root
        account = pwd.getpwnam("postgres")
        os.chown(folder, account.pw_uid, account.pw_gid)
        as_user = {"user": account.pw_uid, "group": account.pw_gid}

    def run(*command: str) -> None:
        subprocess.run(command, check=True, cwd=folder, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL, **as_user)  # type: ignore[call-overload]

    run(
        str(bin_dir / "initdb"),
        "-D",
        str(folder / "data"),
        "-U",
        user,
        "-A",
        "trust",
        "--no-sync",
        "-E",
        "UTF8",
        "--locale=C.UTF-8",
    )
    options = f"-c listen_addresses='' -k {folder} -c fsync=off -c full_page_writes=off -c max_connections=200"
    control = [str(bin_dir / "pg_ctl"), "-D", str(folder / "data"), "-l", str(folder / "log")]
    run(*control, "-w", "-o", options, "start")
    try:
        with psycopg.connect(f"postgresql://{user}@/postgres?host={folder}", autocommit=True) as connection:
            for role in (OWNER, PROGRAM):
                connection.execute(sql.SQL("CREATE ROLE {} LOGIN NOSUPERUSER NOBYPASSRLS").format(sql.Identifier(role)))
        yield f"postgresql+psycopg://{user}@/{{}}?host={folder}"
    finally:
        run(*control, "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)


STRUCTURE = """
    SELECT md5(string_agg(said, ' ' ORDER BY said)) FROM (
        SELECT 'table ' || oid || relname AS said FROM pg_class WHERE relnamespace = 'public'::regnamespace
        UNION ALL SELECT 'column ' || attrelid || attname || pg_attribute.xmin FROM pg_attribute
            JOIN pg_class ON pg_class.oid = attrelid WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
        UNION ALL SELECT 'trigger ' || oid || xmin FROM pg_trigger
        UNION ALL SELECT 'constraint ' || oid || xmin FROM pg_constraint
        UNION ALL SELECT 'function ' || oid || xmin FROM pg_proc WHERE pronamespace = 'public'::regnamespace
        UNION ALL SELECT 'policy ' || oid || xmin FROM pg_policy
        UNION ALL SELECT 'locked ' || oid || relrowsecurity || relforcerowsecurity FROM pg_class WHERE relkind = 'r'
        UNION ALL SELECT 'right ' || oid || relacl::text FROM pg_class WHERE relacl IS NOT NULL
    ) AS all_of_it
"""


@dataclass
class Scratch:
    """One database for all tests of a process. Between two tests its rows are replaced by those of a template, which is
    ten times faster than a copy of the whole; it is copied anew where a test changed more than rows."""

    address: str
    structure: str = ""
    rows: dict[str, dict[str, bytes]] = field(default_factory=dict)  # of a template, by table
    next_ids: dict[str, dict[str, tuple[int, bool]]] = field(default_factory=dict)  # of a template, by sequence

    def filled(self, template: str) -> str:
        """The address of the database, in which stands what `template` holds and nothing else."""
        if template not in self.rows:
            self._learn(template)
        if not self._put_back(template):
            with self._open("postgres") as server:
                server.execute("DROP DATABASE IF EXISTS test WITH (FORCE)")
                server.execute(sql.SQL("CREATE DATABASE test TEMPLATE {}").format(sql.Identifier(template)))
            with self._open("test") as database:
                self.structure = self._structure_of(database)
        return self.address.format("test")

    def _learn(self, template: str) -> None:
        with self._open(template) as database:
            tables = database.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
            self.rows[template] = {}
            for (table,) in tables:
                with database.cursor().copy(sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(table))) as copy:
                    self.rows[template][table] = b"".join(bytes(block) for block in copy)
            names = [
                str(row[0]) for row in database.execute("SELECT sequencename FROM pg_sequences WHERE schemaname = 'public'")
            ]
            self.next_ids[template] = {}
            for name in names:
                row = database.execute(sql.SQL("SELECT last_value, is_called FROM {}").format(sql.Identifier(name))).fetchone()
                assert row is not None
                self.next_ids[template][name] = (row[0], row[1])

    def _put_back(self, template: str) -> bool:
        """False: there is no such database yet, or it is not what it was."""
        if not self.structure:
            return False
        with self._open("test") as database:
            database.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'test' AND pid <> pg_backend_pid()"
            )
            if self._structure_of(database) != self.structure:
                return False
            database.execute("SET session_replication_role = replica")  # no triggers: what may not be removed goes as well
            with database.transaction():
                for table in self.rows[template]:
                    database.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))
                for table, rows in self.rows[template].items():
                    if rows:
                        with database.cursor().copy(sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(table))) as copy:
                            copy.write(rows)
                for name, (last, called) in self.next_ids[template].items():
                    database.execute("SELECT setval(%s, %s, %s)", (name, last, called))
        return True

    def _structure_of(self, database: psycopg.Connection) -> str:
        row = database.execute(STRUCTURE).fetchone()
        assert row is not None
        return str(row[0])

    def _open(self, name: str) -> psycopg.Connection:
        return psycopg.connect(self.address.format(name).replace("+psycopg", ""), autocommit=True)
