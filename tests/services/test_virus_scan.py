"""ClamAV over its socket: against a server that speaks its protocol."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from db import models as m
from db.engine import data_dir
from domain.errors import Refused
from services import attachments, readings, virus_scan
from tests.cases import Case
from tests.conftest import Cast

# The test file of the scanners themselves, in two halves so that a scanner leaves this file alone.
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}" + b"$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


def exactly(line: socket.socket, number: int) -> bytes:
    got = b""
    while len(got) < number and (more := line.recv(number - len(got))):
        got += more
    return got


def verdict(line: socket.socket) -> bytes:
    assert exactly(line, 10) == b"zINSTREAM\0"
    content = b""
    while size := struct.unpack(">I", exactly(line, 4))[0]:
        content += exactly(line, size)
    return b"stream: Eicar-Signature FOUND\0" if EICAR in content else b"stream: OK\0"


@contextmanager
def scanner(answer: Callable[[socket.socket], bytes], unix: Path | None = None) -> Iterator[str]:
    """Its address, as WEERKLANK_CLAMD wants it."""
    server = socket.socket(socket.AF_UNIX if unix else socket.AF_INET)
    server.bind(str(unix) if unix else ("127.0.0.1", 0))
    server.listen()
    server.settimeout(0.1)
    ended = threading.Event()

    def serve() -> None:
        while not ended.is_set():
            try:
                line, _ = server.accept()
            except TimeoutError:
                continue
            with line:
                line.settimeout(5)
                line.sendall(answer(line))

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield f"unix:{unix}" if unix else f"tcp:127.0.0.1:{server.getsockname()[1]}"
    finally:
        ended.set()
        thread.join()
        server.close()


@pytest.fixture(params=["tcp", "unix"])
def clamd(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with scanner(verdict, tmp_path / "ctl" if request.param == "unix" else None) as address:
        monkeypatch.setenv("WEERKLANK_CLAMD", address)
        yield


def test_a_clean_file_is_attached(cast: Cast, engine: Engine, clamd: None) -> None:
    case = Case.registered("training", cast)

    assert len(attachments.add(cast.actor("cora"), case.reference, [("brief.txt", b"hallo " * 100_000)])) == 1


def test_a_virus_is_refused_and_who_offered_it_is_recorded_without_the_file(cast: Cast, engine: Engine, clamd: None) -> None:
    case = Case.registered("training", cast)

    with pytest.raises(Refused, match="attachment_infected"):
        attachments.add(cast.actor("cora"), case.reference, [("goed.txt", b"hallo"), ("fout.txt", EICAR)])

    with Session(engine) as session:
        assert session.scalars(select(m.Attachment)).all() == []
    assert not (data_dir() / "attachments").exists()
    assert next((each.who, each.what) for each in readings.readings(cast.actor("cora"), case.reference)) == (
        "Cora Coördinator",
        "virus",
    )


def test_a_virus_at_the_intake_is_refused_too(cast: Cast, engine: Engine, clamd: None) -> None:
    case = Case.registered("training", cast)

    with pytest.raises(Refused, match="attachment_infected"):
        attachments.add_at_intake(cast.actor("tom"), case.row.form_id, [("fout.txt", EICAR)])


@pytest.mark.parametrize("said", [b"", b"INSTREAM size limit exceeded. ERROR\0", b"stream: access denied. ERROR\0", b"OKAY\0"])
def test_what_is_no_verdict_lets_nothing_in(monkeypatch: pytest.MonkeyPatch, said: bytes) -> None:
    def no_verdict(line: socket.socket) -> bytes:
        verdict(line)
        return said

    with scanner(no_verdict) as address:
        monkeypatch.setenv("WEERKLANK_CLAMD", address)
        with pytest.raises(Refused, match="scanner_away"):
            virus_scan.check(b"hallo")


@pytest.mark.parametrize("address", ["unix:/nergens/clamd.ctl", "tcp:127.0.0.1:1", "tcp:127.0.0.1", "clamd"])
def test_a_scanner_that_is_away_lets_nothing_in(
    cast: Cast, engine: Engine, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    case = Case.registered("training", cast)
    monkeypatch.setenv("WEERKLANK_CLAMD", address)

    with pytest.raises(Refused, match="scanner_away"):
        attachments.add(cast.actor("cora"), case.reference, [("brief.txt", b"hallo")])


def test_a_scanner_that_says_nothing_is_waited_for_a_moment_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(virus_scan, "PATIENCE", 0.2)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        monkeypatch.setenv("WEERKLANK_CLAMD", f"tcp:127.0.0.1:{silent.getsockname()[1]}")
        with pytest.raises(Refused, match="scanner_away"):
            virus_scan.check(b"hallo")


def test_without_a_scanner_nothing_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WEERKLANK_CLAMD", raising=False)

    virus_scan.check(EICAR)
