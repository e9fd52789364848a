"""The commands around backups, as from a terminal."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from db import append_only, upgrade
from manage import cli
from services import door
from tests.attacks.test_backups import CANARY
from tests.backing import Place, forget_engine
from tests.cases import Case
from tests.conftest import TODAY, Cast, at
from tests.serving import fill


def ran(*words: str | Path, typed: str = "") -> Result:
    result = CliRunner().invoke(cli, [str(word) for word in words], input=typed)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


@pytest.fixture
def register(tmp_path: Path) -> Iterator[tuple[Cast, str]]:
    place = Place(tmp_path / "register")
    with place.here():
        cast = fill(door.engine(), "training")
        at(door.engine(), cast, TODAY)
        Case.registered("training", cast, description=CANARY)
        yield cast, ran("backup-key").output


def test_the_secret_is_printed_once_and_kept_nowhere(register: tuple[Cast, str], tmp_path: Path) -> None:
    said = register[1]
    (secret,) = re.findall(r"AGE-SECRET-KEY-1\w+", said)

    again = ran("backup-key")

    assert (again.exit_code, "There is a key already" in again.output) == (1, True)
    assert not [each for each in tmp_path.rglob("*") if each.is_file() and secret.encode() in each.read_bytes()]


def test_from_backup_to_restored_register(register: tuple[Cast, str], tmp_path: Path) -> None:
    (key := tmp_path / "key.txt").write_text(register[1])  # what the command printed, as somebody saved it
    made = ran("backup", "--to", tmp_path / "elsewhere")
    assert (made.exit_code, "Opened again and compared: good" in made.output, CANARY in made.output) == (0, True, False)
    (file,) = (tmp_path / "elsewhere").iterdir()
    assert ran("restore-drill", file, "--key", key).exit_code == 0
    assert "No such" not in ran("restore-drill", "--key", key).output  # none in the usual folder: a sentence
    (secret,) = re.findall(r"AGE-SECRET-KEY-1\w+", register[1])
    assert ran("restore-drill", file, typed=secret + "\n").exit_code == 0

    assert "into an empty place only" in ran("restore", file, "--key", key).output
    assert ran("destroyed", "--to", tmp_path / "list").output == "Destroyed so far: 0.\n"
    with Place(tmp_path / "other").here():
        done = ran("restore", file, "--key", key, "--destroyed", tmp_path / "list")
        assert (done.exit_code, "Every history is whole: 1 dossiers" in done.output, CANARY in done.output) == (0, True, False)
        assert "server.key is not here" in done.output
        assert ran("verify").exit_code == 0


@pytest.mark.parametrize("words", [["backup"], ["restore", "nowhere.age"], ["restore-drill", "nowhere.age"], ["destroyed"]])
def test_without_what_it_needs_a_command_ends_with_a_sentence(words: list[str], tmp_path: Path) -> None:
    with Place(tmp_path / "empty").here():
        result = ran(*words)

    assert result.exit_code in (1, 2)
    assert "Traceback" not in result.output


def test_an_upgrade_copies_the_older_register_first(register: tuple[Cast, str]) -> None:
    upgrade.downgrade(door.engine(), "0001")
    forget_engine()

    said = ran("upgrade").output

    assert re.search(r"The register as it was: \S+weerklank-\w+-\w+\.tar\.gz\.age", said)
    upgrade.downgrade(door.engine(), "0001")
    assert "as it was" not in ran("upgrade", "--without-copy").output


def test_the_nightly_run_takes_away_what_a_killed_backup_left(register: tuple[Cast, str], tmp_path: Path) -> None:
    left = tmp_path / "register" / "backup-scratch" / "database"
    left.mkdir(parents=True)

    assert ran("nightly").exit_code == 0

    assert not left.exists()


def test_a_broken_history_is_restored_and_said(register: tuple[Cast, str], tmp_path: Path) -> None:
    (key := tmp_path / "key.txt").write_text(register[1])
    with door.engine().begin() as connection:
        append_only.take_off(connection)
        connection.exec_driver_sql("UPDATE event SET kind = 'note' WHERE seq = 1")
        append_only.put_on(connection)
    ran("backup", "--to", tmp_path / "elsewhere")
    (file,) = (tmp_path / "elsewhere").iterdir()

    with Place(tmp_path / "other").here():
        done = ran("restore", file, "--key", key)

    assert (done.exit_code, "was changed" in done.output) == (1, True)
    assert "Restored, but histories are broken: 1" in done.output
