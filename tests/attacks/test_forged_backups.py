"""Whoever has the public key of the backups can make a file that the secret key opens: what is in it is believed by nobody.
And a restore that is killed half-way is no register."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import subprocess
import sys
import tarfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pyrage
import pytest

from commands.backup import KEEPER
from db import empty, snapshot
from services import attachments, backup_keys, backups, door, restoring, schema
from tests.attacks.soundness import faults
from tests.backing import Place, filled, is_empty, refused, restored
from tests.cases import Case
from tests.conftest import on_server
from tests.figures import so_many
from tests.serving import ROOT

Members = list[tuple[tarfile.TarInfo, bytes]]


@pytest.fixture
def opened(tmp_path: Path) -> tuple[str, Members]:
    """What is in a good backup, and the secret that it is encrypted to."""
    place, cast, secret = filled(tmp_path / "register")
    with place.here():
        case = Case.registered("training", cast)
        attachments.add(cast.actor("cora"), case.reference, [("brief.txt", b"Een brief.")])
        file = backups.make(KEEPER)[0].file
    plain = pyrage.decrypt(file.read_bytes(), [backup_keys.secret(secret)])
    members = []
    with tarfile.open(fileobj=io.BytesIO(gzip.decompress(plain))) as tar:
        for entry in tar:
            content = tar.extractfile(entry)
            members.append((entry, content.read() if content else b""))
    return secret, members


def forged(secret: str, members: Members, file: Path) -> Path:
    plain = io.BytesIO()
    with gzip.open(plain, "wb") as packed, tarfile.open(fileobj=packed, mode="w") as tar:
        for entry, content in members:
            entry.size = len(content) if entry.isreg() else 0
            tar.addfile(entry, io.BytesIO(content))
    file.write_bytes(pyrage.encrypt(plain.getvalue(), [backup_keys.secret(secret).to_public()]))
    return file


def listed(members: Members, change: Callable[[dict[str, Any]], None]) -> Members:
    entry, said = members[0]
    manifest = json.loads(said)
    change(manifest)
    return [(entry, json.dumps(manifest).encode()), *members[1:]]


def replaced(members: Members, path: str, content: bytes) -> Members:
    """With the right SHA-256 in the list."""

    def told(manifest: dict[str, Any]) -> None:
        for each in manifest["files"]:
            if each["path"] == path:
                each["sha256"], each["size"] = hashlib.sha256(content).hexdigest(), len(content)

    return [(entry, content if entry.name == path else said) for entry, said in listed(members, told)]


def named(name: str, kind: bytes = tarfile.REGTYPE, to: str = "") -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.type, entry.linkname = kind, to
    return entry


def others_database(members: Members, statement: str, folder: Path) -> Members:
    import sqlite3

    (content,) = [said for entry, said in members if entry.name == "database/weerklank.db"]
    file = folder / "changed.db"
    file.write_bytes(content)
    with closing(sqlite3.connect(file)) as connection:
        connection.executescript(statement)
        connection.commit()
    return replaced(members, "database/weerklank.db", file.read_bytes())


def test_a_file_as_it_was_made_is_taken(opened: tuple[str, Members], tmp_path: Path) -> None:
    secret, members = opened

    done = restored(Place(tmp_path / "other"), forged(secret, members, tmp_path / "same.age"), secret)

    assert (done.verified.dossiers, done.verified.faults) == (1, [])


def test_what_was_forged_is_refused_and_leaves_nothing(opened: tuple[str, Members], tmp_path: Path) -> None:
    secret, members = opened
    outside = tmp_path / "outside"
    bad: dict[str, Members] = {
        "a file that leads out": [*members, (named("../../outside"), b"x")],
        "a whole path": [*members, (named(str(outside)), b"x")],
        "a link": [*members, (named("settings/oidc.toml", tarfile.SYMTYPE, "/etc/passwd"), b"")],
        "a hard link": [*members, (named("attachments/" + "x" * 43, tarfile.LNKTYPE, "database/weerklank.db"), b"")],
        "a key": [*members, (named("server.key"), b"x")],
        "the same twice": [*members, members[-1]],
        "one less": members[:-1],
        "no list": members[1:],
        "nothing": [],
        "a list that is none": [(named("manifest.json"), b"[" * 100_000), *members[1:]],
        "another attachment": [
            (entry, b"Een BRIEF." if entry.name.startswith("attachments/") else said) for entry, said in members
        ],
        "another anchor": replaced(members, "anchor.txt", b"weerklank 2026-11-21 dossiers 0 events 0 sha256 " + b"0" * 64),
        "no database": replaced(members, "database/weerklank.db", b"SQLite format 3\x00" + bytes(5000)),
        "an empty database": replaced(members, "database/weerklank.db", b""),
        "fewer rows than it says": listed(members, lambda manifest: manifest["tables"].update(complaint=2)),
        "another table than it says": listed(members, lambda manifest: manifest["tables"].update(extra=0)),
        "one attachment less": listed(members, lambda manifest: manifest["files"].pop(1)),
        "a dossier less": others_database(
            members,
            "DROP TRIGGER kept_complaint_delete; PRAGMA foreign_keys=OFF; DELETE FROM complaint",
            tmp_path,
        ),
        "another end": others_database(
            members, "DROP TRIGGER kept_chain_head_update; UPDATE chain_head SET seq = seq + 1", tmp_path
        ),
        "an attachment that is not in it": others_database(
            members, "UPDATE attachment SET token = hex(randomblob(16)) || 'ABCDEFGHIJK'", tmp_path
        ),
    }
    target = Place(tmp_path / "target")
    for what, forgery in bad.items():
        code = refused(restored, target, forged(secret, forgery, tmp_path / "bad.age"), secret)
        assert code in ("backup_damaged", "backup_not_as_listed"), what
        assert is_empty(target), what
    assert not outside.exists()


def test_an_attachment_called_lost_is_known_to_be_lost(opened: tuple[str, Members], tmp_path: Path) -> None:
    """A list can say that a file was lost already; then whoever restores reads how many."""
    secret, members = opened
    token = next(entry.name for entry, _ in members if entry.name.startswith("attachments/")).removeprefix("attachments/")

    def lost(manifest: dict[str, Any]) -> None:
        manifest["files"] = [each for each in manifest["files"] if not each["path"].startswith("attachments/")]
        manifest["lost"] = [token]

    without = [each for each in listed(members, lost) if not each[0].name.startswith("attachments/")]

    assert restored(Place(tmp_path / "other"), forged(secret, without, tmp_path / "x.age"), secret).manifest.lost == (token,)


# Killed half-way


def restoring_process(place: Place, file: Path, key: Path) -> subprocess.Popen[bytes]:
    environment = os.environ | {"WEERKLANK_DATA": str(place.folder)}
    environment.pop("WEERKLANK_DATABASE_URL", None)
    if place.url:
        environment["WEERKLANK_DATABASE_URL"] = place.url
    command = [sys.executable, "manage.py", "restore", str(file), "--key", str(key)]
    return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def test_a_restore_killed_at_some_moment_is_whole_or_can_be_done_again(tmp_path: Path) -> None:
    place, cast, secret = filled(tmp_path / "register")
    with place.here():
        case = Case.registered("training", cast)
        attachments.add(cast.actor("cora"), case.reference, [("brief.txt", b"Een brief.")])
        file = backups.make(KEEPER)[0].file
    (key := tmp_path / "key").write_text(secret)
    moments = ("restore-unfinished", "backup.lock", "backup-scratch/ready", "attachments")
    for number, marks in enumerate(moments[: so_many(4, 1)]):
        target = Place(tmp_path / f"target-{number}")
        process = restoring_process(target, file, key)
        patience = time.monotonic() + 60
        while not (target.folder / marks).exists() and process.poll() is None and time.monotonic() < patience:
            time.sleep(0.002)
        process.kill()
        process.wait(20)
        database = target.folder / "weerklank.db"
        if not (database.is_file() and database.stat().st_size):
            restored(target, file, secret)
        with target.here():
            assert faults(door.engine(), target.folder / "attachments") == []


def test_on_postgresql_a_restore_that_did_not_end_is_no_register_and_goes_at_the_next(postgres: str, tmp_path: Path) -> None:
    for name in ("half_from", "half_to"):
        on_server(postgres, f"CREATE DATABASE {name}")
    place, cast, secret = filled(tmp_path / "register", postgres.format("half_from"))
    with place.here():
        Case.registered("training", cast)
        file = backups.make(KEEPER)[0].file
    other = Place(tmp_path / "other", postgres.format("half_to"))
    with other.here():
        with restoring.scratch() as scratch:
            manifest = restoring.unpack(file, backup_keys.secret(secret), scratch, lambda _: None)
            empty.mark()
            snapshot.restore_dump(scratch / manifest.database)
        (other.folder / "attachments").mkdir()
        (other.folder / "attachments" / "left").touch()

        assert not schema.is_current()  # the application does not start on it

    restored(other, file, secret)

    with other.here():
        assert schema.is_current()
        assert faults(door.engine(), other.folder / "attachments") == []
        assert not (other.folder / "attachments" / "left").exists()
