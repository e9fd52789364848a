"""The whole application as a process of its own, on a free port, with a filled register: what people really meet."""

from __future__ import annotations

import os
import socket
import ssl
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import bcrypt
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from db import models as m
from db.engine import make_engine
from db.upgrade import upgrade
from services.sessions import digest
from tests import postgres as postgresql
from tests.conftest import TODAY, Cast, moment, people_the_register

ROOT = Path(__file__).resolve().parent.parent


def password_of(name: str) -> str:
    return f"wachtwoord-van-{name}-lang"


@dataclass
class Server:
    """A running application; `cast` is empty for an empty register."""

    url: str
    data: Path
    cast: Cast
    process: subprocess.Popen[bytes]
    log: Path
    database: str = ""  # its address; empty: SQLite in `data`
    trust: ssl.SSLContext | None = None  # behind a proxy: what believes its certificate

    @property
    def host(self) -> str:
        return self.url.partition("://")[2]

    @property
    def port(self) -> int:
        return int(self.host.rpartition(":")[2])

    @contextmanager
    def register(self) -> Iterator[Session]:
        """Look into, or change, its database from the side."""
        side = self.database.replace(f"//{postgresql.PROGRAM}@", "//postgres@")  # past the second lock
        engine = make_engine(side or f"sqlite:///{self.data / 'weerklank.db'}")
        with Session(engine) as session, session.begin():
            yield session
        engine.dispose()

    def token_for(self, name: str) -> str:
        """A cookie value of somebody who is signed in, without going through the form."""
        token = f"token-of-{name}-{time.monotonic_ns()}"
        now = moment()
        with self.register() as session:
            session.add(m.AuthSession(id=digest(token), account_id=self.cast[name], created_at=now, last_seen_at=now))
        return token


def fill(engine: Engine, profile: str, upgraded: bool = False) -> Cast:
    """The newest schema, unless it has that, the cast, and a password for each (`password_of`)."""
    if not upgraded:
        upgrade(engine)
    with Session(engine) as session, session.begin():
        cast = people_the_register(session, profile)
        for name, account_id in cast.ids.items():
            cheap = bcrypt.gensalt(4)  # the real cost is a quarter of a second each
            session.get_one(m.Account, account_id).password_hash = bcrypt.hashpw(password_of(name).encode(), cheap).decode()
    return cast


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serve(data: Path, profile: str | None = "training", **environment: str) -> Iterator[Server]:
    """Start it on a register in `data`; `profile` None leaves the register empty."""
    engine = make_engine(f"sqlite:///{data / 'weerklank.db'}")
    cast = Cast({}, {})
    if profile is None:
        upgrade(engine)
    else:
        cast = fill(engine, profile)
    engine.dispose()
    with start(data, cast, **environment) as server:
        yield server


@contextmanager
def start(
    data: Path, cast: Cast, port: int | None = None, under: Sequence[str] = (sys.executable,), **environment: str
) -> Iterator[Server]:
    """Start it on whatever stands in `data`; `under`: the Python, and whatever stands around it."""
    port = port or free_port()
    log = data / f"server-{port}.log"
    known = {key: value for key, value in os.environ.items() if not key.startswith(("WEERKLANK_", "STREAMLIT_"))}
    ours = {"WEERKLANK_DATA": str(data), "WEERKLANK_TODAY": TODAY.isoformat(), "WEERKLANK_NOON": os.environ["WEERKLANK_NOON"]}
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*under, "-m", "streamlit", "run", "app.py", "--server.port", str(port)],
            cwd=ROOT,
            env=known | ours | {"PYTHONDONTWRITEBYTECODE": "1"} | environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        server = Server(f"http://127.0.0.1:{port}", data, cast, process, log, environment.get("WEERKLANK_DATABASE_URL", ""))
        try:
            _wait(server)
            yield server
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(10)


def _wait(server: Server) -> None:
    patience = time.monotonic() + 60
    while time.monotonic() < patience and server.process.poll() is None:
        try:
            with urllib.request.urlopen(f"{server.url}/healthz", timeout=2):
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"the application did not start:\n{server.log.read_text()}")
