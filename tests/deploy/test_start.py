"""A wrong set-up is refused at the start, by the real program, with one sentence that says what to do."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from services import set_up
from tests.conftest import need
from tests.serving import ROOT, free_port

Here = Callable[..., str]


def refused(data: Path, *words: str, bare: Sequence[str] = (), **environment: str) -> str:
    """What the program says while it does not start; `words`: another command than the server's."""
    known = {name: value for name, value in os.environ.items() if not name.startswith(("WEERKLANK_", "STREAMLIT_"))}
    command = words or ("-m", "streamlit", "run", "app.py", "--server.port", str(free_port()))
    done = subprocess.run(
        [*bare, sys.executable, *command],
        cwd=ROOT,
        env=known | {"WEERKLANK_DATA": str(data)} | environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    said = done.stdout + done.stderr
    assert done.returncode != 0, said
    assert "Traceback" not in said
    return said


BARE = ("setpriv", "--bounding-set=-all", "--inh-caps=-all", "--no-new-privs")  # then root is a user like any other
WRONG = {
    "postgresql://weerklank:geheim@127.0.0.1/weerklank": "begin with postgresql+psycopg://",
    "postgres://weerklank:geheim@127.0.0.1/weerklank": "begin with postgresql+psycopg://",
    "mysql+pymysql://weerklank:geheim@127.0.0.1/weerklank": "unknown kind (mysql+pymysql)",
    "weerklank:geheim": "no address of a database",
    "sqlite://": "in memory",
    "sqlite:////nergens/daar/weerklank.db": "/nergens/daar, is not there",
}


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Here:
    """What would be said in this process, without the seconds that a start takes."""

    def asked(**environment: str) -> str:
        for name in ("WEERKLANK_DATABASE_URL", "WEERKLANK_HOST", "WEERKLANK_HTTPS"):
            monkeypatch.delenv(name, raising=False)
        for name, value in ({"WEERKLANK_DATA": str(tmp_path)} | environment).items():
            monkeypatch.setenv(name, value)
        return set_up.wrong()

    return asked


@pytest.mark.parametrize("address", WRONG)
def test_an_address_of_no_database_of_ours(here: Here, address: str) -> None:
    said = here(WEERKLANK_DATABASE_URL=address)

    assert WRONG[address] in said
    assert "geheim" not in said


def test_the_program_does_not_start_on_it_nor_on_a_database_that_is_away(tmp_path: Path) -> None:
    for address, why in (("postgresql://", "begin with postgresql+psycopg"), ("postgresql+psycopg://", "does not answer")):
        said = refused(tmp_path, WEERKLANK_DATABASE_URL=f"{address}weerklank:geheim@127.0.0.1:1/weerklank")

        assert "Weerklank does not start: " in said
        assert why in said
        assert "geheim" not in said


@pytest.mark.parametrize("name", ["https://klachten.voorbeeld.invalid", "klachten.voorbeeld.invalid:443", "a b", "*", "x/y"])
def test_a_host_that_is_no_name(here: Here, name: str) -> None:
    said = here(WEERKLANK_HOST=f"klachten.voorbeeld.invalid, {name}")

    assert "names only, without https://" in said
    assert f"not {name}" in said


def test_https_that_is_said_in_another_way(here: Here) -> None:
    assert "WEERKLANK_HTTPS is 1" in here(WEERKLANK_HTTPS="true")


def test_what_is_right(here: Here, tmp_path: Path) -> None:
    assert here() == ""
    for given in (
        {"WEERKLANK_HOST": "Klachten.voorbeeld.invalid, klachten, [::1]"},
        {"WEERKLANK_HTTPS": "0"},
        {"WEERKLANK_DATABASE_URL": f"sqlite:///{tmp_path}/elders.db"},
        {"WEERKLANK_DATABASE_URL": "postgresql+psycopg://weerklank@/weerklank?host=/run/postgresql"},
    ):
        assert here(**given) == "", given


def test_a_data_folder_that_cannot_be_one(here: Here, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    assert "cannot be made" in here(WEERKLANK_DATA=str(tmp_path / "file"))
    assert "cannot be made" in refused(tmp_path / "file" / "below")


def test_a_database_that_is_missing_or_not_made(tmp_path: Path) -> None:
    assert "Run: python manage.py upgrade" in refused(tmp_path)


def test_a_port_that_is_taken(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])

        assert f"Port {port} is not available" in refused(tmp_path, "-m", "streamlit", "run", "app.py", "--server.port", port)


@pytest.mark.parametrize("command", ["upgrade", "run"])
def test_the_operators_commands_say_it_too(tmp_path: Path, command: str) -> None:
    said = refused(tmp_path, "manage.py", command, WEERKLANK_DATABASE_URL="postgresql://weerklank:geheim@127.0.0.1/x")

    assert "Error: WEERKLANK_DATABASE_URL has to begin with" in said
    assert "geheim" not in said


@pytest.mark.parametrize(
    ("name", "command"), [("", "app"), ("weerklank.db", "manage.py"), ("server.key", "manage.py"), ("attachments", "manage.py")]
)
def test_what_belongs_to_somebody_else(tmp_path: Path, name: str, command: str) -> None:
    """A command that was run as root leaves a file of root."""
    if os.geteuid() == 0 and shutil.which("setpriv") is None:
        need("setpriv")
    (tmp_path / "attachments").mkdir()
    for file in ("weerklank.db", "server.key"):
        (tmp_path / file).touch(mode=0o600)
    (tmp_path / name).chmod(0)
    try:
        words = (command, "upgrade") if command == "manage.py" else ()
        said = refused(tmp_path, *words, bare=BARE if os.geteuid() == 0 else ())
    finally:
        (tmp_path / name).chmod(0o700)

    assert "cannot be read and written by the user that starts Weerklank" in said
    assert name in said


MOUNTS = """/dev/vda / ext4 rw 0 0
server:/export /srv nfs4 rw 0 0
/dev/vdb /srv/disk ext4 rw 0 0
//nas/share /mnt/met\\040spatie cifs rw 0 0
host /mnt/c 9p rw 0 0
/dev/vdc /mnt/c xfs rw 0 0
none /home/x fuse.sshfs rw 0 0
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/var/lib/weerklank/weerklank.db", "ext4"),
        ("/srv/weerklank.db", "nfs4"),
        ("/srv/disk/weerklank.db", "ext4"),
        ("/srvx/weerklank.db", "ext4"),
        ("/mnt/met spatie/weerklank.db", "cifs"),
        ("/mnt/c/weerklank.db", "xfs"),
        ("/home/x/weerklank.db", "fuse.sshfs"),
    ],
)
def test_on_which_file_system_a_file_stands(path: str, kind: str) -> None:
    """No network file system can be mounted in a test; which ones are refused is the next one."""
    assert set_up.file_system(Path(path), MOUNTS) == kind


def test_a_network_file_system_is_refused_and_a_disk_is_not(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("WEERKLANK_DATA", str(tmp_path))
    monkeypatch.delenv("WEERKLANK_DATABASE_URL", raising=False)
    assert set_up.wrong() == ""

    for kind in ("nfs", "nfs4", "cifs", "smb3", "9p", "fuse.sshfs", "ceph"):
        monkeypatch.setattr(set_up, "MOUNTS", written(tmp_path / "mounts", f"x / {kind} rw 0 0\n"))
        assert f"network file system ({kind})" in set_up.wrong()
    for kind in ("ext4", "xfs", "btrfs", "zfs", "tmpfs", "overlay", "apfs"):
        monkeypatch.setattr(set_up, "MOUNTS", written(tmp_path / "mounts", f"x / {kind} rw 0 0\n"))
        assert set_up.wrong() == ""


def written(path: Path, text: str) -> Path:
    path.write_text(text)
    return path
