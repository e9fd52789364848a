"""What happens to databases: one that another process keeps locked, one that is stopped and started, and a wire that is cut
in the middle of a commit."""

from __future__ import annotations

import os
import pwd
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from tests import postgres

_HOLD = """
import sqlite3, sys, time
held = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=30)
held.execute("BEGIN " + sys.argv[2])
print("held", flush=True)
time.sleep(float(sys.argv[3]))
held.execute("ROLLBACK")
"""


@contextmanager
def locked(path: Path, seconds: float, how: str = "EXCLUSIVE") -> Iterator[subprocess.Popen[bytes]]:
    """Another process has this SQLite file to itself for so long, from here on."""
    process = subprocess.Popen([sys.executable, "-c", _HOLD, str(path), how, str(seconds)], stdout=subprocess.PIPE)
    try:
        assert process.stdout
        assert process.stdout.readline() == b"held\n"
        yield process
    finally:
        process.kill()
        process.communicate()


@dataclass
class Database:
    """A PostgreSQL server that a test may stop; `address` as `postgres.server` gives it."""

    address: str

    @property
    def folder(self) -> Path:
        return Path(self.address.rpartition("host=")[2])

    def stop(self, mode: str) -> None:
        self._control("-m", mode, "stop")

    def start(self) -> None:
        options = f"-c listen_addresses='' -k {self.folder} -c fsync=off -c full_page_writes=off -c max_connections=200"
        self._control("-o", options, "start")

    def kill_backends(self) -> None:
        """Without a word to whoever uses them: the server starts anew by itself."""
        with self.beside() as server:
            rows = server.execute(
                "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
            )
            for (pid,) in rows.fetchall():
                with suppress(ProcessLookupError):
                    os.kill(pid, 9)

    def end_sessions(self) -> None:
        with self.beside() as server:
            server.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = 'weerklank'"
            )

    def beside(self) -> psycopg.Connection:
        return psycopg.connect(self.address.format("postgres").replace("+psycopg", ""), autocommit=True)

    def _control(self, *options: str) -> None:
        found = postgres.binaries()
        assert found
        user = {"user": pwd.getpwnam("postgres").pw_uid, "group": pwd.getpwnam("postgres").pw_gid} if os.geteuid() == 0 else {}
        command = [str(found / "pg_ctl"), "-D", str(self.folder / "data"), "-l", str(self.folder / "log"), "-w", *options]
        subprocess.run(command, check=True, cwd=self.folder, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL, **user)  # type: ignore[call-overload]


@dataclass
class Wire:
    """Between the program and PostgreSQL. `cut`: at the next commit the wire breaks, "before" or "after" it went through;
    `down`: and then nobody is connected any more."""

    upstream: Path  # the folder of the server's socket
    cut: str = ""
    down: bool = False
    cuts: int = 0
    _listening: socket.socket = field(default_factory=lambda: socket.create_server(("127.0.0.1", 0)))

    @property
    def port(self) -> int:
        return int(self._listening.getsockname()[1])

    @contextmanager
    def up(self) -> Iterator[Wire]:
        threading.Thread(target=self._accept, daemon=True).start()
        try:
            yield self
        finally:
            self._listening.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listening.accept()
                if self.down:
                    client.close()
                    continue
                server = socket.socket(socket.AF_UNIX)
                server.connect(str(self.upstream / ".s.PGSQL.5432"))
                threading.Thread(target=self._forward, args=(client, server), daemon=True).start()
                threading.Thread(target=self._back, args=(server, client), daemon=True).start()

    def _forward(self, client: socket.socket, server: socket.socket) -> None:
        with suppress(OSError):
            while said := client.recv(65536):
                if self.cut and b"COMMIT" in said:
                    how, self.cut = self.cut, ""
                    self.cuts += 1
                    client.shutdown(socket.SHUT_RDWR)  # nothing of the answer comes through
                    if how == "after":
                        server.sendall(said)
                    break
                server.sendall(said)
        client.close()
        with suppress(OSError):
            server.shutdown(socket.SHUT_WR)

    def _back(self, server: socket.socket, client: socket.socket) -> None:
        with suppress(OSError):
            while said := server.recv(65536):
                client.sendall(said)
        client.close()
        server.close()
