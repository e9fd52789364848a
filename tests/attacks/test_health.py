"""P36: what can be wrong with a running register, done to a real server on a disk of its own: each time it says that it is not
ready, and why; and once it is over, that it is ready again. What is wrong before the start stops the start."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import POSTGRESQL, moment, need
from tests.figures import Figures, so_many
from tests.serving import Server, serve, start
from tests.web.client import ask

pytestmark = pytest.mark.skipif(POSTGRESQL, reason="about a data folder with SQLite in it; one database is enough")


@pytest.fixture(scope="module")
def disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A small disk for the data folder, which can be filled and made read-only."""
    folder = tmp_path_factory.mktemp("disk")
    if shutil.which("mount") is None or _mount("-t", "tmpfs", "-o", "size=120m,mode=700", "tmpfs", folder):
        need("the right to mount a disk")
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


@pytest.fixture(scope="module")
def server(disk: Path) -> Iterator[Server]:
    with serve(disk) as running:
        yield running


def _mount(*words: str | Path) -> int:
    return subprocess.run(["mount", *words], check=False, capture_output=True).returncode


def ready(server: Server, wanted: int, patience: float = 20) -> tuple[int, dict[str, str]]:
    """What it says once it says this, or at last: what it found a moment ago it says again."""
    until = time.monotonic() + patience
    while True:
        answer = ask(server, "/readyz")
        if answer.status == wanted or time.monotonic() > until:
            return answer.status, json.loads(answer.body)["reasons"]
        time.sleep(0.2)


@dataclass(frozen=True)
class Fault:
    """Something that is wrong for a while; `check`: under which name it is told."""

    check: str
    happens: Callable[[Path], Iterator[None]]


def away(data: Path) -> Iterator[None]:
    database = data / "weerklank.db"
    database.rename(data / "away.db")
    yield
    (data / "away.db").rename(database)


def read_only(data: Path) -> Iterator[None]:
    """For whatever is opened from now on."""
    assert _mount("--bind", data, data) == 0
    assert _mount("-o", "remount,bind,ro", data) == 0
    yield
    subprocess.run(["umount", data], check=True)


def full(data: Path) -> Iterator[None]:
    filler = data / "filler"
    with filler.open("wb") as file:
        room = os.statvfs(data)
        os.posix_fallocate(file.fileno(), 0, room.f_bavail * room.f_frsize)
    yield
    filler.unlink()


def key_open(data: Path) -> Iterator[None]:
    (data / "server.key").chmod(0o644)
    yield
    (data / "server.key").chmod(0o600)


def key_damaged(data: Path) -> Iterator[None]:
    key = data / "server.key"
    before = key.read_bytes()
    key.write_bytes(before[:20])
    yield
    key.write_bytes(before)


def schema_old(data: Path) -> Iterator[None]:
    (revision,) = sql(data, "SELECT version_num FROM alembic_version")
    sql(data, "UPDATE alembic_version SET version_num = '0000'")
    yield
    sql(data, "UPDATE alembic_version SET version_num = ?", revision)


def clock_back(data: Path) -> Iterator[None]:
    later = moment().replace(hour=23, minute=59).strftime("%Y-%m-%d %H:%M:%S.%f")
    (one,) = sql(data, "SELECT id FROM account LIMIT 1")
    sql(
        data, "INSERT INTO auth_session (id, account_id, created_at, last_seen_at) VALUES ('later', ?, ?, ?)", one, later, later
    )
    yield
    sql(data, "DELETE FROM auth_session WHERE id = 'later'")


def chain_broken(data: Path) -> Iterator[None]:
    """An event of a dossier that is not there, put into the database from the side."""
    columns = "id, complaint_id, seq, kind, side, happened_on, recorded_at, codes, prev_hash, hash"
    day = moment().strftime("%Y-%m-%d")
    values = f"1, 1, 1, 'registered', 'file', '{day}', '{day} 08:00:00.000000', '{{}}', '', 'x'"
    sql(data, f"INSERT INTO event ({columns}) VALUES ({values})")
    yield
    with without(data, "kept_event_delete"):
        sql(data, "DELETE FROM event WHERE id = 1")


def trigger_gone(data: Path) -> Iterator[None]:
    with without(data, "kept_event_update"):
        yield


@contextmanager
def without(data: Path, trigger: str) -> Iterator[None]:
    (written,) = sql(data, "SELECT sql FROM sqlite_master WHERE name = ?", trigger)
    sql(data, f"DROP TRIGGER {trigger}")
    yield
    sql(data, str(written))


def sql(data: Path, statement: str, *values: object) -> tuple[object, ...]:
    with closing(sqlite3.connect(data / "weerklank.db", isolation_level=None, timeout=10)) as connection:
        return connection.execute(statement, values).fetchone() or ()


FAULTS = {
    "the database is moved away": Fault("database", away),
    "the data folder is read-only": Fault("database", read_only),
    "the disk is full": Fault("disk", full),
    "the key can be read by others": Fault("key", key_open),
    "the key is damaged": Fault("key", key_damaged),
    "the schema is an older one": Fault("schema", schema_old),
    "the clock went back": Fault("clock", clock_back),
    "the history was changed": Fault("chain", chain_broken),
    "a guard of the history is gone": Fault("triggers", trigger_gone),
}
AT_THE_START = {
    "the database is moved away",
    "the key can be read by others",
    "the key is damaged",
    "the schema is an older one",
}


def test_every_fault_makes_it_not_ready_and_says_why(server: Server, figures: Figures) -> None:
    told, over = [], []
    assert ready(server, 200) == (200, ready(server, 200)[1])

    for name, each in FAULTS.items():
        happening = contextmanager(each.happens)(server.data)
        with happening:
            status, reasons = ready(server, 503)
            told += [name] if status == 503 and each.check in reasons else []
            assert ask(server, "/healthz").status == 200
        over += [name] if ready(server, 200)[0] == 200 else []

    assert told == over == list(FAULTS)
    figures.equal("P36", "faults of a running register that are told with 503 and the reason", len(told), 9)


def test_what_is_wrong_before_the_start_stops_it_with_a_sentence(disk: Path, server: Server, figures: Figures) -> None:
    refused: list[str] = []
    tried = sorted(AT_THE_START)[: so_many(4, 1)]
    for name in tried:
        folder = disk / "copy"
        shutil.copytree(disk, folder, ignore=shutil.ignore_patterns("copy", "server.log"))
        with contextmanager(FAULTS[name].happens)(folder):
            with pytest.raises(RuntimeError) as failed, start(folder, server.cast):
                pass
            said = str(failed.value)
            assert "Traceback" not in said
            refused += [name] if "Weerklank does not start: " in said else []
        shutil.rmtree(folder)

    figures.equal("P36", "faults that stop the start with a sentence", len(refused), len(tried))
