"""A whole database as one file while people write in it, and what stands in such a file: numbers and hashes, no texts."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from sqlalchemy import Connection, Engine, NullPool, column, create_engine, func, inspect, make_url, select, table
from sqlalchemy.engine import URL
from sqlalchemy.exc import DatabaseError

from db.days import day_of
from db.engine import make_engine, owner_url
from domain.errors import Refused

_DEBIAN = Path("/usr/lib/postgresql")
_NAMES = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "username": "PGUSER", "password": "PGPASSWORD"}
# A second lock in the database shows every row to operators, and what waits for pg_dump is not ended for it (ADR 0019).
_LIMITS = {"weerklank.reach": "all", "statement_timeout": "0", "idle_in_transaction_session_timeout": "0"}
_EVERYTHING = "SELECT " + ", ".join(f"set_config('{name}', '{value}', true)" for name, value in _LIMITS.items())
_NAMES |= {"dbname": "PGDATABASE", "database": "PGDATABASE", "application_name": "PGAPPNAME"}


@dataclass
class Contents:
    """`ends`: number, reference, and of its last event the number and the hash, by dossier. `attached`: SHA-256 by token, of
    what is not removed."""

    revision: str | None = None
    tables: dict[str, int] = field(default_factory=dict)
    ends: list[tuple[int, str, int, str]] = field(default_factory=list)
    attached: dict[str, str] = field(default_factory=dict)


def take(engine: Engine, file: Path) -> Contents:
    """Writes the copy, and answers what was in the register at that moment. Raises Refused: ``backup_no_register``,
    ``backup_no_room``, ``backup_no_pg_dump``, ``backup_dump_failed``."""
    if engine.dialect.name == "sqlite":
        _copy(Path(engine.url.database or ""), file)
        return read_sqlite(file)
    owner = make_engine(owner_url())
    try:
        return _dump(owner, file)
    finally:
        owner.dispose()


def _dump(owner: Engine, file: Path) -> Contents:
    with owner.connect().execution_options(isolation_level="REPEATABLE READ", access="read") as connection:
        connection.exec_driver_sql(_EVERYTHING)
        found = contents(connection)
        snapshot = connection.exec_driver_sql("SELECT pg_export_snapshot()").scalar_one()
        dump = [program("pg_dump", _major(connection)), "--format=custom", "--compress=0", "--enable-row-security"]
        file.touch(mode=0o600)
        _run([*dump, f"--snapshot={snapshot}", "--file", str(file)], owner.url)
    return found


def _copy(source: Path, file: Path) -> None:
    """In one step: whoever writes waits for it, as in steps every write would make it start anew."""
    if not source.is_file():
        raise Refused("backup_no_register")
    file.touch(mode=0o600)
    with closing(sqlite3.connect(source, timeout=60)) as live, closing(sqlite3.connect(file)) as copy:
        copy.execute("PRAGMA synchronous=OFF")
        try:
            live.backup(copy)
        except sqlite3.OperationalError as error:
            raise Refused("backup_no_room" if "full" in str(error) or "disk I/O" in str(error) else "database_away") from error


# What stands in it


def contents(connection: Connection) -> Contents:
    """Whatever revision it has: read by the names of tables and columns, which a newer program may not know any more."""
    names = sorted(inspect(connection).get_table_names())
    if not {"complaint", "alembic_version"} <= set(names):
        raise Refused("backup_no_register")
    found = Contents()
    for name in names:
        found.tables[name] = connection.scalar(select(func.count()).select_from(table(name))) or 0
    found.revision = connection.scalar(_of("alembic_version", "version_num"))
    ends = {row.complaint_id: row for row in connection.execute(_of("chain_head", "complaint_id", "seq", "hash"))}
    for row in connection.execute(_of("complaint", "id", "reference")):
        if row.id in ends:
            found.ends.append((row.id, row.reference, ends[row.id].seq, ends[row.id].hash))
    standing = _of("attachment", "token", "sha256").where(column("removed_at").is_(None))
    found.attached = {row.token: row.sha256 for row in connection.execute(standing)}
    return found


def _of(name: str, *columns: str) -> Any:
    return select(*(column(each) for each in columns)).select_from(table(name))


def read_sqlite(file: Path) -> Contents:
    """Raises Refused ``backup_damaged`` when the file is no sound database."""
    engine = create_engine("sqlite://", creator=lambda: _lying_still(file), poolclass=NullPool, hide_parameters=True)
    try:
        with engine.connect() as connection:
            sound = connection.exec_driver_sql("PRAGMA integrity_check").scalars().all() == ["ok"]
            if not sound or connection.exec_driver_sql("PRAGMA foreign_key_check").first() is not None:
                raise Refused("backup_damaged")
            return contents(connection)
    except DatabaseError as error:
        raise Refused("backup_damaged") from error
    finally:
        engine.dispose()


def _lying_still(file: Path) -> sqlite3.Connection:
    """Nobody writes in it, and reading leaves nothing beside it."""
    connection = sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro&immutable=1", uri=True)
    connection.create_function("local_day", 1, day_of, deterministic=True)
    connection.execute("PRAGMA trusted_schema=OFF")
    return connection


def read_dump(file: Path) -> Contents:
    """Of a dump of PostgreSQL, without a server: pg_restore writes it out, and the rows are counted as they go by. Raises
    Refused: ``backup_damaged``, ``backup_no_pg_dump``."""
    command = [program("pg_restore"), "--data-only", "--file=-", str(file)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:  # noqa: S603
        if process.stdout is None:
            raise Refused("backup_damaged")
        try:
            found = _from_script(process.stdout)
        except (KeyError, ValueError) as error:
            process.kill()
            raise Refused("backup_damaged") from error
    if process.returncode != 0:
        raise Refused("backup_damaged")
    return found


_COPY = re.compile(r'COPY public\."?(\w+)"? \((.*)\) FROM stdin;\n')


def _from_script(script: IO[bytes]) -> Contents:
    found, ends, named = Contents(), {}, []
    for name, columns, rows in _blocks(script):
        found.tables[name] = 0
        for line in rows:
            found.tables[name] += 1
            if name in ("complaint", "chain_head", "attachment", "alembic_version"):
                row = dict(zip(columns, line.rstrip("\n").split("\t"), strict=True))
                match name:
                    case "complaint":
                        named.append((int(row["id"]), row["reference"]))
                    case "chain_head":
                        ends[int(row["complaint_id"])] = (int(row["seq"]), row["hash"])
                    case "attachment" if row["removed_at"] == r"\N":
                        found.attached[row["token"]] = row["sha256"]
                    case "alembic_version":
                        found.revision = row["version_num"]
    found.ends = [(number, reference, *ends[number]) for number, reference in named if number in ends]
    return found


def _blocks(script: IO[bytes]) -> Iterator[tuple[str, list[str], Iterator[str]]]:
    lines = (line.decode(errors="replace") for line in script)
    for line in lines:
        start = _COPY.fullmatch(line)
        if start:
            yield start[1], [each.strip('"') for each in start[2].split(", ")], iter(lambda: next(lines, "\\.\n"), "\\.\n")


# PostgreSQL's own programs


def restore_dump(file: Path) -> None:
    """Into an empty database, all of it or nothing. Raises Refused: ``backup_no_pg_dump``, ``restore_failed``."""
    url = make_url(owner_url())
    command = [program("pg_restore"), "--single-transaction", "--no-owner", "--no-acl", "--exit-on-error"]
    _run([*command, "--dbname", url.database or "", str(file)], url, "restore_failed")


def program(name: str, major: int = 0) -> str:
    """The oldest one here that fits a server of this version. Raises Refused ``backup_no_pg_dump``."""
    here = {int(path.parts[4]): path for path in _DEBIAN.glob(f"*/bin/{name}") if path.parts[4].isdigit()}
    fits = [path for version, path in sorted(here.items()) if version >= major]
    found = (fits[-1] if major == 0 else fits[0]) if fits else shutil.which(name)
    if found is None:
        raise Refused("backup_no_pg_dump", program=name)
    return str(found)


def _major(connection: Connection) -> int:
    return int(connection.exec_driver_sql("SHOW server_version_num").scalar_one()) // 10_000


def _run(command: list[str], url: URL, code: str = "backup_dump_failed") -> None:
    """The password goes through the environment: a command line can be read by everybody on the machine."""
    done = subprocess.run(command, env=os.environ | _environment(url), capture_output=True, check=False)  # noqa: S603
    if done.returncode != 0:
        said = done.stderr.decode(errors="replace")
        raise Refused("backup_no_room" if "No space left" in said or "File too large" in said else code)


def _environment(url: URL) -> dict[str, str]:
    given = make_url(url).translate_connect_args(username="user") | dict(url.query)
    found = {_NAMES.get(name, f"PG{name.upper()}"): str(value) for name, value in given.items()}
    said = " ".join(f"-c {name}={value}" for name, value in _LIMITS.items())
    return found | {"PGOPTIONS": f"{found.get('PGOPTIONS', '')} {said}".strip()}
