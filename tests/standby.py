"""Two PostgreSQL servers of our own, each with its own files, of which one follows the other; with fsync, as a real one."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from tests.postgres import binaries

SETTINGS = "-c listen_addresses='' -c shared_buffers=32MB -c max_connections=60 -c wal_retrieve_retry_interval=200"


def until(holds: Callable[[], Any], seconds: float = 60, every: float = 0.05) -> None:
    ends = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < ends, "it took too long"
        time.sleep(every)


@dataclass
class Node:
    """`folder` holds its files and its socket."""

    folder: Path

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def run(self, program: str, *words: str) -> None:
        folder = binaries()
        assert folder
        as_user: dict[str, int] = {}
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            account = pwd.getpwnam("postgres")
            as_user = {"user": account.pw_uid, "group": account.pw_gid}
        command = [str(folder / program), *words]
        quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        subprocess.run(command, check=True, cwd=self.folder, **quiet, **as_user)  # type: ignore[call-overload]

    def start(self) -> None:
        options = f"{SETTINGS} -k {self.folder}"
        try:
            self.run("pg_ctl", "-D", str(self.data), "-l", str(self.folder / "log"), "-w", "-o", options, "start")
        except subprocess.CalledProcessError as error:
            raise RuntimeError((self.folder / "log").read_text()[-2000:]) from error

    def made(self) -> None:
        how = ("-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync", "--wal-segsize=2")
        self.run("initdb", "-D", str(self.data), *how)
        self.start()

    def follows(self, leader: Node) -> None:
        """A fresh copy of the leader that keeps up with it; commits wait for it from here on."""
        self.killed()
        shutil.rmtree(self.data, ignore_errors=True)
        from_there = ("-h", str(leader.folder), "-U", "postgres", "-D", str(self.data))
        self.run("pg_basebackup", *from_there, "-R", "-X", "stream", "-c", "fast", "--no-sync")
        self.start()
        leader.waits_for("*")
        leader.until_followed()

    def until_followed(self) -> None:
        until(self.is_followed)

    def is_followed(self) -> bool:
        return bool(self.ask("SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'"))

    def waits_for(self, names: str) -> None:
        """Which standby a commit waits for; empty: none."""
        self.ask(f"ALTER SYSTEM SET synchronous_standby_names = '{names}'")
        self.ask("SELECT pg_reload_conf()")
        until(lambda: self.ask("SHOW synchronous_standby_names") == names)

    def promoted(self) -> None:
        """What the operator does: this one leads, alone."""
        self.ask("SELECT pg_promote()")
        self.waits_for("")

    def ask(self, question: str, database: str = "postgres") -> Any:
        with psycopg.connect(host=str(self.folder), user="postgres", dbname=database, autocommit=True) as connection:
            said = connection.execute(question.encode())
            row = said.fetchone() if said.description else None
            return row[0] if row else None

    def signalled(self, what: signal.Signals) -> list[int]:
        """Its processes, which were told this."""
        first = int((self.data / "postmaster.pid").read_text().split()[0])
        others = Path(f"/proc/{first}/task/{first}/children")
        processes = [first, *map(int, others.read_text().split())] if others.exists() else []
        for process in processes:
            with suppress(ProcessLookupError):
                os.kill(process, what)
        return processes

    def killed(self) -> None:
        """At once, all of it, as when the power goes."""
        with suppress(FileNotFoundError):
            processes = self.signalled(signal.SIGKILL)
            until(lambda: not any(_runs(process) for process in processes))
            for left in (self.data / "postmaster.pid", *self.folder.glob(".s.PGSQL.*")):  # it may look alive until init sees it
                left.unlink()


def _runs(process: int) -> bool:
    """A dead child that its parent did not look at yet does not run."""
    status = Path(f"/proc/{process}/stat")
    with suppress(FileNotFoundError, ProcessLookupError):
        return status.read_text().rsplit(") ", 1)[1][0] not in "ZX"
    return False


@contextmanager
def two() -> Iterator[tuple[Node, Node]]:
    """The first leads, the second follows, and no commit is done before the second has it too."""
    folder = Path(tempfile.mkdtemp(prefix="wk-"))
    nodes = Node(folder / "a"), Node(folder / "b")
    for node in nodes:
        node.folder.mkdir()
    if os.geteuid() == 0:
        account = pwd.getpwnam("postgres")
        for each in (folder, *(node.folder for node in nodes)):
            os.chown(each, account.pw_uid, account.pw_gid)
    try:
        nodes[0].made()
        nodes[1].follows(nodes[0])
        yield nodes
    finally:
        for node in nodes:
            node.killed()
        shutil.rmtree(folder, ignore_errors=True)


def address(nodes: tuple[Node, Node], database: str) -> str:
    """Whichever of the two leads."""
    hosts = ",".join(str(node.folder) for node in nodes)
    return f"postgresql+psycopg://postgres@/{database}?host={hosts}&target_session_attrs=read-write&connect_timeout=3"
