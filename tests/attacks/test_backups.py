"""P26: backups while people write and attach, each of them put back into an empty place, where everything is that was
confirmed before it began; and files that must not be put back."""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from commands.backup import KEEPER
from db import models as m
from services import attachments, backup_keys, backups, door, operations, restoring
from tests.attacks.soundness import faults
from tests.backing import Place, is_empty, on_postgresql, refused, restored
from tests.cases import Case
from tests.conftest import TODAY, at
from tests.figures import Figures, so_many
from tests.serving import ROOT, fill

CANARY = "KANARIE-in-clear-tekst"


@dataclass
class Load:
    """A process that registers, attaches and answers until it is stopped; `done` is what it confirmed so far."""

    process: subprocess.Popen[str]
    done: dict[str, list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            for what, which in json.loads(line).items():
                self.done.setdefault(what, []).append(which)

    def stop(self) -> None:
        self.process.kill()
        self.process.wait(20)
        self.reader.join(20)
        assert self.process.stdout
        self.process.stdout.close()


@contextmanager
def load(seed: int) -> Iterator[Load]:
    command = [sys.executable, "-m", "tests.attacks.worker", str(seed)]
    process = subprocess.Popen(command, cwd=ROOT, env=dict(os.environ), stdout=subprocess.PIPE, text=True)
    working = Load(process)
    try:
        yield working
    finally:
        working.stop()


def wait_for(working: Load, attached: int) -> None:
    for _ in range(1200):
        if len(working.done.get("attached", ())) >= attached:
            return
        assert working.process.poll() is None
        threading.Event().wait(0.05)
    pytest.fail("the worker confirmed nothing")


@pytest.fixture
def register(tmp_path: Path) -> Iterator[tuple[Place, str]]:
    """A register with a key, and its secret."""
    place = Place(tmp_path / "register")
    with place.here():
        cast = fill(door.engine(), "training")
        at(door.engine(), cast, TODAY)
        secret, _ = backups.make_key(KEEPER)
        case = Case.registered("training", cast, description=CANARY)
        long = secrets.token_hex(150_000).encode()  # more than one block of what age encrypts
        attachments.add(cast.actor("cora"), case.reference, [("brief.txt", CANARY.encode()), ("lang.txt", long)])
        door.engine().dispose()
        yield place, secret


def missing(place: Place, confirmed: dict[str, list[str]]) -> tuple[int, int]:
    """How many confirmed registrations and attachments are not there."""
    with place.here(), Session(door.engine()) as session:
        forms = set(session.scalars(select(m.Complaint.form_id)))
        both = select(m.Complaint.reference, m.Attachment.token).join(m.Attachment, m.Attachment.complaint_id == m.Complaint.id)
        attached = dict(session.execute(both).all())
    folder = place.folder / "attachments"
    lost = [each for each in confirmed.get("attached", ()) if not (folder / attached.get(each, "-")).is_file()]
    return len(set(confirmed.get("registered", ())) - forms), len(lost)


def test_backups_under_load_hold_everything_that_was_confirmed(
    register: tuple[Place, str], tmp_path: Path, figures: Figures
) -> None:
    _, secret = register
    many, good, lost, gone, broken, clear = so_many(20, 2), 0, 0, 0, 0, 0
    with load(7) as working:
        for number in range(many):
            wait_for(working, 2 * number + 1)
            confirmed = {what: list(which) for what, which in working.done.items()}
            made, _ = backups.make(KEEPER, tmp_path / "elsewhere")
            clear += made.file.read_bytes().count(CANARY.encode())
            other = Place(tmp_path / f"other-{number}")
            made.file.rename(file := tmp_path / f"{number}.age")
            done = restored(other, file, secret)
            registered, attached = missing(other, confirmed)
            lost, gone = lost + registered, gone + attached
            with other.here():
                broken += len(done.verified.faults) + len(faults(door.engine(), other.folder / "attachments"))
            good += made.good and done.verified.dossiers >= len(confirmed.get("registered", ()))
            shutil.rmtree(other.folder)
    figures.equal("P26", "backups under load that restore", good, many)
    figures.equal("P26", "confirmed dossiers that a restored backup lacks", lost, 0)
    figures.equal("P26", "confirmed attachments that a restored backup lacks", gone, 0)
    figures.equal("P26", "broken histories and half records after restoring", broken, 0)
    figures.equal("P26", "words of a dossier in clear in a backup", clear, 0)


def test_what_must_not_be_put_back_is_refused_and_leaves_nothing(
    register: tuple[Place, str], tmp_path: Path, figures: Figures
) -> None:
    place, secret = register
    with place.here():
        made, _ = backups.make(KEEPER, tmp_path / "elsewhere")
    whole = made.file.read_bytes()
    size = len(whole)
    other_key = str(backup_keys.for_this_run())
    bad = {
        "truncated at the end": whole[:-1],
        "truncated in the middle": whole[: size // 2],
        "truncated to a block": whole[: whole.index(b"\n--- ") + 49 + 16 + 65_536 + 16],
        "only its head": whole[:50],
        "empty": b"",
        "another file": b"PK\x03\x04" + bytes(size),
        "longer": whole + b"x",
    }
    bad |= {f"bit {position} flipped": flipped(whole, position) for position in (3, 60, 250, size // 3, size // 2, size - 3)}
    target, caught = Place(tmp_path / "target"), 0
    for what, content in bad.items():
        file = tmp_path / "bad.age"
        file.write_bytes(content)
        code = refused(restored, target, file, secret)
        assert code in ("backup_damaged", "backup_wrong_key"), what
        caught += is_empty(target)
    figures.equal("P26", "damaged backups refused, with nothing left", caught, len(bad))
    assert refused(restored, target, made.file, other_key) == "backup_wrong_key"
    assert refused(restored, target, made.file, "geen sleutel") == "backup_key_unreadable"
    assert is_empty(target)

    restored(target, made.file, secret)

    assert refused(restored, target, made.file, secret) == "restore_not_empty"
    half = Place(tmp_path / "half")
    (half.folder / "attachments").mkdir(parents=True)
    (half.folder / "attachments" / "something").touch()
    assert refused(restored, half, made.file, secret) == "restore_not_empty"


def flipped(content: bytes, position: int) -> bytes:
    changed = bytearray(content)
    changed[position] ^= 1
    return bytes(changed)


def test_age_and_tar_open_it_without_us(register: tuple[Place, str], tmp_path: Path) -> None:
    import pyrage

    place, secret = register
    with place.here():
        made, _ = backups.make(KEEPER)
    plain = pyrage.decrypt(made.file.read_bytes(), [pyrage.x25519.Identity.from_str(secret)])
    (tmp_path / "plain.tar.gz").write_bytes(plain)

    said = subprocess.run(["tar", "tzf", tmp_path / "plain.tar.gz"], check=True, capture_output=True, text=True).stdout

    assert said.splitlines()[0] == "manifest.json"
    assert "database/weerklank.db" in said
    assert "settings/backup.pub" in said
    assert re.search(r"attachments/[\w-]{43}", said)
    assert "server.key" not in said
    assert secret not in plain.decode(errors="replace")


def test_postgresql_is_backed_up_under_load_and_put_back(postgres: str, tmp_path: Path, figures: Figures) -> None:
    place = on_postgresql(tmp_path / "register", postgres, "backed_up")
    with place.here():
        operations.bring_up(KEEPER)
        cast = fill(door.engine(), "training", upgraded=True)
        at(door.engine(), cast, TODAY)
        secret, _ = backups.make_key(KEEPER)
        case = Case.registered("training", cast, description=CANARY)
        attachments.add(cast.actor("cora"), case.reference, [("brief.txt", CANARY.encode())])
        with load(9) as working:
            wait_for(working, 1)
            confirmed = {what: list(which) for what, which in working.done.items()}
            made, _ = backups.make(KEEPER)
        restoring.drill(KEEPER, secret)
    other = on_postgresql(tmp_path / "other", postgres, "put_back")
    assert CANARY.encode() not in made.file.read_bytes()

    done = restored(other, made.file, secret)

    figures.equal("P26", "on PostgreSQL: confirmed and lacking after restoring", sum(missing(other, confirmed)), 0)
    with other.here():
        assert done.verified.faults == faults(door.engine(), other.folder / "attachments") == []
    assert refused(restored, other, made.file, secret) == "restore_not_empty"
    assert refused(restored, Place(tmp_path / "third"), made.file, secret) == "backup_other_database"
