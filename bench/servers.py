"""The processes that are measured: the register as in production, and a bare Streamlit page as it ships."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from db import models as m
from services.sessions import digest
from tests.conftest import Cast, moment
from tests.serving import free_port

BARE = Path(__file__).parent / "bare"


@contextmanager
def bare(page: str = "app.py") -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    port = free_port()
    with tempfile.TemporaryDirectory() as elsewhere:  # without our settings
        process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "streamlit",
                "run",
                str(BARE / page),
                "--server.port",
                str(port),
                "--server.headless",
                "true",
            ],
            cwd=elsewhere,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            url = f"http://127.0.0.1:{port}"
            _wait(f"{url}/_stcore/health", process)
            yield url, process
        finally:
            process.kill()
            process.wait(10)


def _wait(url: str, process: subprocess.Popen[bytes]) -> None:
    patience = time.monotonic() + 60
    while time.monotonic() < patience and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except OSError:
            time.sleep(0.02)
    raise RuntimeError("the bare page did not start")


def token(engine: Engine, cast: Cast, name: str) -> str:
    """A cookie value of somebody who is signed in."""
    made, now = f"token-of-{name}-{time.monotonic_ns()}", moment()
    with Session(engine.execution_options(access="write")) as session, session.begin():
        session.add(m.AuthSession(id=digest(made), account_id=cast[name], created_at=now, last_seen_at=now))
    return made


def resident(process: subprocess.Popen[bytes]) -> int:
    """kB that a process holds."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1])
