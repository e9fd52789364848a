"""Making backups and putting them back, one thing at a time."""

from __future__ import annotations

import ast
import errno
import os
import resource
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from commands.backup import KEEPER
from db import models as m
from db import upgrade as schema
from domain.backups import file_name, made_at
from domain.errors import Refused
from domain.retention import What
from services import attachments, backup_keys, backup_making, backups, destroying_again, door, operations, restoring, retention
from services.backup_making import LEFT_OUT, SETTINGS
from tests.attacks.soundness import faults
from tests.backing import Place, filled, is_empty, refused, restored
from tests.cases import Case
from tests.commands.test_verify import ENDS, closed_regular
from tests.conftest import TODAY, Cast, at
from tests.dossiers import On
from tests.serving import ROOT

FILE = [("brief.txt", b"Een brief.")]


@pytest.fixture
def place(tmp_path: Path) -> Iterator[tuple[Place, Cast, str]]:
    found = filled(tmp_path / "register")
    with found[0].here():
        yield found


def made() -> Path:
    return backups.make(KEEPER)[0].file


# What goes in, and what does not


def test_everything_in_the_data_folder_is_taken_along_or_left_out_on_purpose() -> None:
    """Whoever adds a file to it has to say which."""
    named = set()
    for path in (ROOT / "services").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.BinOp) and isinstance(node.left, ast.Call) and isinstance(node.right, ast.Constant):
                named |= {str(node.right.value)} if getattr(node.left.func, "id", "") == "data_dir" else set()
    named = {each for each in named if "." in each}
    assert named - {"backup.lock"} == {"oidc.toml", "letterhead.docx", "server.key", "throttle.key"}
    assert named - {"backup.lock"} <= {*SETTINGS, *LEFT_OUT}


def test_settings_come_back_and_keys_stay_out(place: tuple[Place, Cast, str], tmp_path: Path) -> None:
    here, _, secret = place
    (here.folder / "oidc.toml").write_text("client_secret = 'geheim'")
    (here.folder / "letterhead.docx").write_bytes(b"brief")
    (here.folder / "server.key").write_bytes(b"sleutel")
    file, other = made(), Place(tmp_path / "other")
    other.folder.mkdir()
    (other.folder / "oidc.toml").write_text("mine")

    done = restored(other, file, secret)

    found = {each.name for each in other.folder.iterdir()}
    assert found == {"weerklank.db", "attachments", "backup.pub", "letterhead.docx", "oidc.toml", "backup.lock"}
    assert (done.kept, (other.folder / "oidc.toml").read_text(), done.server_key) == (("oidc.toml",), "mine", False)
    assert oct((other.folder / "weerklank.db").stat().st_mode & 0o777) == "0o600"
    with other.here():
        assert made_at(made().name, backup_keys.read().register) is not None  # and backups go on under the same name


def test_an_attachment_taken_out_meanwhile_is_there_as_it_was_at_that_moment(place: tuple[Place, Cast, str]) -> None:
    _, cast, _ = place
    case = Case.registered("training", cast)
    (token,) = attachments.add(cast.actor("cora"), case.reference, FILE)
    with backup_making.alone(), backup_making.scratch() as scratch:
        backup_making._link_all(scratch / "attachments")
        contents = backup_making.snapshot.take(door.engine(), scratch / "copy.db")
        attachments.remove(cast.actor("cora"), token, "Verkeerd dossier.")

        assert backup_making._only(contents, KEEPER, scratch / "attachments") == ([], [])
        assert (scratch / "attachments" / token).read_bytes() == FILE[0][1]
        (scratch / "attachments" / token).unlink()
        assert backup_making._only(contents, KEEPER, scratch / "attachments") == ([token], [])


def test_what_stands_in_the_log_of_sqlite_is_copied_too(place: tuple[Place, Cast, str], tmp_path: Path) -> None:
    """With a write-ahead log, the file itself can be far behind (security.md F13)."""
    here, _, _ = place
    door.engine().dispose()
    with closing(sqlite3.connect(here.folder / "weerklank.db")) as writer:
        writer.execute("PRAGMA journal_mode=WAL")
        writer.execute("PRAGMA wal_autocheckpoint=0")
        writer.execute("UPDATE account SET display_name = 'Nieuw' WHERE name = 'tom'")
        writer.commit()
        assert (here.folder / "weerklank.db-wal").stat().st_size

        backup_making.snapshot.take(door.engine(), copy := tmp_path / "copy.db")

        with closing(sqlite3.connect(f"{copy.as_uri()}?immutable=1", uri=True)) as read:
            assert read.execute("SELECT display_name FROM account WHERE name = 'tom'").fetchone() == ("Nieuw",)
        assert [each.name for each in tmp_path.glob("copy.db*")] == ["copy.db"]


def test_a_lost_attachment_is_no_good_backup_and_is_said(place: tuple[Place, Cast, str], tmp_path: Path) -> None:
    _, cast, secret = place
    case = Case.registered("training", cast)
    gone, changed = (
        attachments.add(cast.actor("cora"), case.reference, [(f"{each}.txt", each.encode())])[0] for each in ("a", "b")
    )
    attachments.stored_at(gone).unlink()
    attachments.stored_at(changed).write_bytes(b"iets anders")

    done, _ = backups.make(KEEPER)

    assert sorted(done.manifest.lost) == sorted((gone, changed))
    assert backups.last_good(KEEPER) is None
    standing = backups.standing(cast.actor("adam"))
    assert (standing.late, standing.failed) == (True, "backup_lost_files")
    assert len(restored(Place(tmp_path / "other"), done.file, secret).manifest.lost) == 2


def test_without_a_key_or_a_register_there_is_no_backup(tmp_path: Path) -> None:
    with Place(tmp_path / "nothing").here():
        assert refused(backups.make, KEEPER) == "database_away"  # no table to note it down in
        backups.make_key(KEEPER)
        assert refused(backup_making.make, KEEPER) == "backup_no_register"
        assert refused(backups.make_key, KEEPER) == "backup_key_there"
        for text in ("", "# nothing", "age1x", "\x00"):
            backup_keys.path().write_text(text)
            assert refused(backup_making.make, KEEPER) == "backup_key_damaged"


def test_a_folder_that_cannot_be_written_to_is_a_sentence(place: tuple[Place, Cast, str], tmp_path: Path) -> None:
    (tmp_path / "a file").touch()

    assert refused(backups.make, KEEPER, tmp_path / "a file") == "backup_no_folder"
    assert refused(backups.make, KEEPER, tmp_path / "a file" / "in it") == "backup_no_folder"


def test_two_keys_open_it_both(place: tuple[Place, Cast, str], tmp_path: Path) -> None:
    second = backup_keys.for_this_run()
    with backup_keys.path().open("a") as file:
        file.write(f"# the board\n{second.to_public()}\n")

    restored(Place(tmp_path / "other"), made(), f"# board\n  {str(second).lower()}  \n")


# Nothing half stays behind


def killed(command: list[str], after: float) -> None:
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(after)
    process.kill()
    process.wait(20)


def test_what_a_killed_backup_left_goes_at_the_next(place: tuple[Place, Cast, str]) -> None:
    here, _, _ = place
    scratch, half = here.folder / "backup-scratch", here.folder / "backups" / f"{made().name}.half"
    other = half.with_name("weerklank-ffffffff-20260101T000000Z.tar.gz.age.half")
    for each in (half, other):
        each.write_bytes(b"half")
    (scratch / "database").mkdir(parents=True)
    (scratch / "database" / "weerklank.db").write_bytes(b"in clear")

    backup_making.tidy(KEEPER)

    assert not scratch.exists()
    assert (half.exists(), other.exists()) == (False, True)  # that one is of another register


def test_one_at_a_time(place: tuple[Place, Cast, str]) -> None:
    with backup_making.alone():
        assert refused(backups.make, KEEPER) == "backup_busy"
        backup_making.tidy(KEEPER)
    made()


def test_a_disk_that_runs_full_is_a_sentence_and_nothing_half_stays(place: tuple[Place, Cast, str]) -> None:
    here, cast, _ = place
    at(door.engine(), cast, TODAY)
    good = made()
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    database = (here.folder / "weerklank.db").stat().st_size
    for most in (database // 2, database // 8, 10_000, 100):
        door.engine().dispose()
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, limit[1]))
        try:
            assert refused(backup_making.make, KEEPER) == "backup_no_room", most
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limit)
        assert [each.name for each in good.parent.iterdir()] == [good.name]
        assert not (here.folder / "backup-scratch").exists()
    made()


def test_a_full_disk_while_restoring_leaves_nothing(place: tuple[Place, Cast, str], tmp_path: Path) -> None:
    _, _, secret = place
    file, other = made(), Place(tmp_path / "other")
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, limit[1]))
    try:
        assert refused(restored, other, file, secret) == "backup_no_room"
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
    assert is_empty(other)
    restored(other, file, secret)


@pytest.mark.parametrize("step", ["_move_attachments", "_move_settings", "_put"])
def test_a_restore_cut_short_while_moving_can_be_done_again(
    place: tuple[Place, Cast, str], tmp_path: Path, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after a kill: nothing that runs at the end of a process runs."""
    _, cast, secret = place
    case = Case.registered("training", cast)
    attachments.add(cast.actor("cora"), case.reference, FILE)
    file, other = made(), Place(tmp_path / "other")
    before = getattr(restoring, step)

    def and_then_killed(*given: object) -> None:
        before(*given)
        raise OSError(errno.EIO, "killed")

    monkeypatch.setattr(restoring, step, and_then_killed)
    with pytest.raises(OSError, match="killed"):
        restored(other, file, secret)
    monkeypatch.undo()
    monkeypatch.setenv("WEERKLANK_TODAY", TODAY.isoformat())

    if (other.folder / "weerklank.db").is_file() and (other.folder / "weerklank.db").stat().st_size:
        pytest.fail("the database moves last")
    restored(other, file, secret)

    with other.here():
        assert faults(door.engine(), other.folder / "attachments") == []


# Rotation, and what is told


def test_older_ones_go_and_files_of_others_stay(place: tuple[Place, Cast, str], tmp_path: Path) -> None:
    _, cast, _ = place
    into, register = tmp_path / "into", backup_keys.read().register
    into.mkdir()
    other = into / file_name("ffffffff", TODAY_AT_NOON)
    (into / "notes.txt").touch()
    other.touch()
    for day in range(1, 40):
        (into / file_name(register, TODAY_AT_NOON - timedelta(days=day))).touch()

    _, gone = backups.make(KEEPER, into)

    ours = [each for each in into.iterdir() if made_at(each.name, register)]
    assert (len(ours) + gone, other.exists(), (into / "notes.txt").exists()) == (40, True, True)
    assert 7 <= len(ours) <= 12
    at(door.engine(), cast, TODAY)
    standing = backups.standing(cast.actor("adam"))
    assert (standing.late, standing.failed, standing.key) == (False, "", True)


TODAY_AT_NOON = backups.datetime(TODAY.year, TODAY.month, TODAY.day, 11, tzinfo=door.UTC)


def test_the_administrator_is_told_after_twenty_six_hours_and_nobody_else(place: tuple[Place, Cast, str]) -> None:
    _, cast, _ = place
    assert not backups.standing(cast.actor("adam")).late  # nothing to lose yet
    Case.registered("training", cast)
    assert backups.standing(cast.actor("adam")).late
    made()
    assert backups.last_good(KEEPER) is not None
    for who in ("cora", "dora", "vera", "tom"):
        assert refused(backups.standing, cast.actor(who)) == "not_allowed"
        assert refused(backups.last_good, cast.actor(who)) == "not_allowed"
        assert refused(restoring.drill, cast.actor(who), "x") == "not_allowed"

    with Session(door.engine()) as session, session.begin():
        session.execute(update(m.BackupNote).values(at=TODAY_AT_NOON - timedelta(hours=27)))

    assert backups.standing(cast.actor("adam")).late


# The drill


def test_a_drill_opens_the_newest_and_is_noted_down(place: tuple[Place, Cast, str]) -> None:
    here, cast, secret = place
    adam = cast.actor("adam")
    assert refused(restoring.drill, adam, secret) == "backup_none_here"
    file = made()

    assert restoring.drill(adam, secret).good
    assert refused(restoring.drill, adam, str(backup_keys.for_this_run())) == "backup_wrong_key"
    assert refused(restoring.drill, adam, "AGE-SECRET-KEY-1") == "backup_key_unreadable"
    file.write_bytes(file.read_bytes()[:-20])
    assert refused(restoring.drill, adam, secret) == "backup_damaged"

    notes = [(each.kind, each.good, each.code, each.by) for each in backups.standing(adam).notes]
    assert notes == [
        ("drill", False, "backup_damaged", "Adam Beheer"),
        ("drill", True, "", "Adam Beheer"),
        ("made", True, "", None),
    ]
    assert not (here.folder / "backup-scratch").exists()
    assert secret.encode() not in b"".join(each.read_bytes() for each in here.folder.rglob("*") if each.is_file())


# Restoring: the schema, what was destroyed, who is signed in


def test_an_older_backup_is_brought_to_this_schema(place: tuple[Place, Cast, str], tmp_path: Path) -> None:
    _, cast, secret = place
    Case.registered("training", cast)
    schema.downgrade(door.engine(), "0001")
    file = backup_making.make(KEEPER).file

    done = restored(Place(tmp_path / "other"), file, secret)

    assert (done.manifest.revision, done.revision) == ("0001", schema.newest())
    assert (done.verified.dossiers, done.verified.faults) == (1, [])


def test_a_backup_of_a_newer_schema_is_refused(place: tuple[Place, Cast, str], tmp_path: Path) -> None:
    _, _, secret = place
    with door.engine().begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    file, other = backup_making.make(KEEPER).file, Place(tmp_path / "other")

    assert refused(restored, other, file, secret) == "backup_newer"
    assert is_empty(other)


def test_nobody_is_signed_in_after_a_restore_and_no_link_works(place: tuple[Place, Cast, str], tmp_path: Path) -> None:
    _, cast, secret = place
    from services import links

    token = links.password_link(KEEPER, cast["tom"])
    other = Place(tmp_path / "other")

    done = restored(other, made(), secret)

    assert done.sessions == len(cast.ids)
    with other.here():
        for name in cast.ids:
            assert refused(backups.standing, cast.actor(name)) == "signed_out"
        assert refused(links.look, door.VISITOR, token) == "link_expired"


def test_what_was_destroyed_after_the_backup_goes_again(place: tuple[Place, Cast, str], tmp_path: Path, on_days: On) -> None:
    _, cast, secret = place
    case, stays = closed_regular(cast), closed_regular(cast)
    attachments.add(cast.actor("cora"), case.reference, FILE)
    file, other = made(), Place(tmp_path / "other")
    with on_days(ENDS):
        retention.propose(cast.actor("cora"), case.reference, What.DOSSIER)
        retention.confirm(cast.actor("dora"), case.reference, What.DOSSIER)
        retention.propose(cast.actor("cora"), stays.reference, What.CONTACT)
        retention.confirm(cast.actor("dora"), stays.reference, What.CONTACT)
    lines = destroying_again.lines(KEEPER)
    rows = destroying_again.read("\n".join([*lines, lines[0], ""]))
    with Session(door.engine()) as session:
        register = [row.__dict__ for row in session.scalars(select(m.Destroyed).order_by(m.Destroyed.reference))]

    done = restored(other, file, secret, rows)

    assert (done.again.gone, done.again.before, done.again.unknown, done.verified.faults) == (2, 0, 0, [])
    with other.here():
        assert not any((other.folder / "attachments").iterdir())
        with Session(door.engine()) as session:
            status = dict(session.execute(select(m.Complaint.reference, m.Complaint.status)).all())
            again = [row.__dict__ for row in session.scalars(select(m.Destroyed).order_by(m.Destroyed.reference))]
            assert session.scalars(select(m.Complainant.contact)).all() == [None, None]
            assert session.scalars(select(m.EventText.complaint_id).distinct()).all() == [stays_id(session, stays.reference)]
        assert status == {case.reference: "anonymised", stays.reference: "closed"}
        columns = [each.name for each in m.Destroyed.__table__.columns if each.name != "id"]
        assert [[row[name] for name in columns] for row in again] == [[row[name] for name in columns] for row in register]
        assert destroying_again.again(KEEPER, rows).before == 2


def stays_id(session: Session, reference: str) -> int:
    return session.scalars(select(m.Complaint.id).where(m.Complaint.reference == reference)).one()


@pytest.fixture
def on_days(place: tuple[Place, Cast, str]) -> On:
    from contextlib import contextmanager

    @contextmanager
    def moved(day: object) -> Iterator[None]:
        at(door.engine(), place[1], day)
        with door.clock_at(day):
            yield
        at(door.engine(), place[1], TODAY)

    return moved


@pytest.mark.parametrize("text", ["x", "{}", "[]", '{"is": "weerklank destroyed 1"}', "3", "null", "[" * 3000])
def test_a_list_of_something_else_is_refused_by_its_line(text: str) -> None:
    with pytest.raises(Refused) as refusal:
        destroying_again.read(f"\n{text}\n")

    assert (refusal.value.code, refusal.value.values["line"]) == ("destroyed_unreadable", 2)


# Before an upgrade


def test_an_older_register_is_copied_before_it_is_upgraded(place: tuple[Place, Cast, str], tmp_path: Path) -> None:
    here, _, secret = place
    assert operations.upgrade(KEEPER).copy is None  # it is not older
    schema.downgrade(door.engine(), "0001")

    done = operations.upgrade(KEEPER)

    assert (done.before, done.after) == ("0001", schema.newest())
    assert done.copy is not None
    assert restored(Place(tmp_path / "other"), done.copy, secret).manifest.revision == "0001"
    assert backups.last_good(KEEPER) is not None

    schema.downgrade(door.engine(), "0001")
    backup_keys.path().unlink()

    plain = operations.upgrade(KEEPER).copy

    assert plain is not None
    assert plain.parent == here.folder / "before-upgrade"
    assert (plain.stat().st_mode & 0o777, plain.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert backup_making.snapshot.read_sqlite(plain).revision == "0001"
    backup_making.tidy(KEEPER)
    assert plain.exists()
    os.utime(plain, (0, 0))
    backup_making.tidy(KEEPER)
    assert not plain.exists()


def test_without_room_for_the_copy_nothing_is_upgraded(place: tuple[Place, Cast, str]) -> None:
    schema.downgrade(door.engine(), "0001")
    door.engine().dispose()
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, limit[1]))
    try:
        assert refused(operations.upgrade, KEEPER) == "backup_no_room"
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
    assert schema.current(door.engine()) == "0001"


def test_a_killed_backup_leaves_no_file_that_counts(place: tuple[Place, Cast, str]) -> None:
    here, cast, secret = place
    case = Case.registered("training", cast)
    attachments.add(cast.actor("cora"), case.reference, [("lang.txt", b"woord " * 3_000_000)])
    door.engine().dispose()
    killed([sys.executable, "manage.py", "backup"], 2.2)

    files = [each for each in (here.folder / "backups").glob("*.age")]
    for each in files:
        assert restoring.drill(KEEPER, secret, each).good
    made()
    assert not list((here.folder / "backups").glob("*.half"))
