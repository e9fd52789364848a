"""The stored registers of released versions: `python -m tests.releases 0.2.0` adds those of this version.

Run once, when a version is released; afterwards its files never change. Each holds at least one row in every table, made by
the services where they make it: a SQLite file and a plain dump of PostgreSQL, both compressed. `tests/db/test_releases.py`
brings every one of them to the newest schema.
"""

from __future__ import annotations

import lzma
import os
import pwd
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import Boolean, Column, Connection, Date, DateTime, Engine, Integer, String, Table, func, insert, select
from sqlalchemy.engine import make_url

from db import append_only
from db.engine import make_engine
from db.models import Base
from services import attachments, door, drafts
from tests import evaluating, postgres, stories
from tests.conftest import TODAY, Cast, at
from tests.serving import fill

FOLDER = Path(__file__).resolve().parent / "data" / "releases"
_MOMENT = datetime(2026, 11, 21, 11, tzinfo=UTC)
# What a column of a table that no story fills holds, where any word will not do.
_WORDS: dict[str, Any] = {
    "account_request.kind": "roles",
    "account_request.decision": "withdrawn",
    "account_request.decided_at": _MOMENT,
    "year_report.kind": "internal",
    "year_report.year": 2024,
    "destroyed.compartment": "regular",
    "destroyed.what": "dossier",
    "one_time_link.purpose": "password",
    "sign_in_note.what": "signed_in",
    "second_factor.secret": None,
}


# Making one


@contextmanager
def of_a_server(url: str, data: Path) -> Iterator[None]:
    """Inside, the services work on this database."""
    ours = {"WEERKLANK_DATABASE_URL": url, "WEERKLANK_DATA": str(data), "WEERKLANK_TODAY": TODAY.isoformat()}
    before = {name: os.environ.get(name) for name in ours}
    os.environ.update(ours)
    door.engine.cache_clear()
    try:
        yield
    finally:
        door.engine().dispose()
        door.engine.cache_clear()
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def full_register(engine: Engine) -> Cast:
    """Something in every table. `engine`: the one of the door, on an empty database."""
    cast = fill(engine, stories.PROFILE)
    at(engine, cast, TODAY)
    references = stories.everything(cast)
    attachments.add(cast.actor("cora"), references[2], [("brief.txt", b"hallo")])
    drafts.keep(cast.actor("tom"), "intake", {"description": "Wat ik nog typ: één ‘zin’.", "received_on": "2026-11-20"})
    evaluating.bring(cast, evaluating.source(cast))
    with engine.begin() as connection:
        append_only.take_off(connection)
        for table in Base.metadata.sorted_tables:
            if not connection.scalar(select(func.count()).select_from(table)):
                connection.execute(insert(table).values(_row(connection, table)))
        append_only.put_on(connection)
    return cast


def _row(connection: Connection, table: Table) -> dict[str, Any]:
    columns = [each for each in table.columns if not (each.primary_key and each.autoincrement is True)]
    own = {each.name for each in table.primary_key.columns if isinstance(each.type, Integer) and not each.foreign_keys}
    return {each.name: _value(connection, table, each) for each in columns if each.name not in own}


def _value(connection: Connection, table: Table, column: Column[Any]) -> Any:
    if f"{table.name}.{column.name}" in _WORDS:
        return _WORDS[f"{table.name}.{column.name}"]
    for key in column.foreign_keys:
        return connection.scalar(select(func.min(key.column)))
    match column.type:
        case Boolean():
            return False
        case Integer():
            return 1
        case DateTime():
            return _MOMENT
        case Date():
            return date(2026, 11, 21)
        case String():
            return "één woord"[: column.type.length or 20]
    return _MOMENT if "Instant" in type(column.type).__name__ else {"wat": "iets"}


def store(version: str) -> None:
    FOLDER.mkdir(exist_ok=True)
    files = (FOLDER / f"{version}.sqlite.xz", FOLDER / f"{version}.postgresql.sql.xz")
    if any(each.exists() for each in files):
        sys.exit(f"{version} is stored already; a stored register never changes")
    with tempfile.TemporaryDirectory() as scratch, postgres.server() as address:
        data = Path(scratch)
        with of_a_server(f"sqlite:///{data / 'weerklank.db'}", data):
            full_register(door.engine())
        with of_a_server(_created(address, "release"), data):
            full_register(door.engine())
        made = (data / "weerklank.db").read_bytes(), dump(address.format("release"))
    for path, content in zip(files, made, strict=True):
        path.write_bytes(lzma.compress(content, preset=9))
        print(f"{path.name}: {path.stat().st_size:,} bytes")  # noqa: T201


# Opening one


def versions() -> list[str]:
    return sorted(each.name.removesuffix(".sqlite.xz") for each in FOLDER.glob("*.sqlite.xz"))


def unpack_sqlite(version: str, folder: Path) -> Engine:
    path = folder / "weerklank.db"
    path.write_bytes(lzma.decompress((FOLDER / f"{version}.sqlite.xz").read_bytes()))
    return make_engine(f"sqlite:///{path}")


def unpack_postgresql(version: str, address: str, name: str) -> Engine:
    """Into a new database on the server at `address`."""
    url = _created(address, name)
    _run(
        "psql",
        url,
        "-q",
        "-v",
        "ON_ERROR_STOP=1",
        given=lzma.decompress((FOLDER / f"{version}.postgresql.sql.xz").read_bytes()),
    )
    return make_engine(url)


def dump(url: str) -> bytes:
    said = _run("pg_dump", url, "--no-owner", "--no-privileges").decode()
    # Newer minor versions of psql know these two, older ones do not.
    return "\n".join(line for line in said.split("\n") if not line.startswith(("\\restrict", "\\unrestrict"))).encode()


def _created(address: str, name: str) -> str:
    with psycopg.connect(address.format("postgres").replace("+psycopg", ""), autocommit=True) as server:
        server.execute(f'CREATE DATABASE "{name}"'.encode())
    return address.format(name)


def _run(program: str, url: str, *options: str, given: bytes = b"") -> bytes:
    found = make_url(url)
    binaries = postgres.binaries()
    assert binaries is not None
    where = ["-h", str(found.query["host"]), "-U", str(found.username), "-d", str(found.database)]
    as_user = {"user": pwd.getpwnam("postgres").pw_uid} if os.geteuid() == 0 else {}
    made = subprocess.run(
        [str(binaries / program), *where, *options], input=given, stdout=subprocess.PIPE, check=True, cwd="/", **as_user
    )
    return made.stdout


if __name__ == "__main__":
    store(sys.argv[1])
