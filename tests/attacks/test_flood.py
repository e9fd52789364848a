"""P16: visitors who send much, slowly or all at once: bounded in memory, and staff notices little of it."""

from __future__ import annotations

import socket
import statistics
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection

from tests.figures import EVERYTHING, Figures, so_many
from tests.serving import Server, serve
from tests.web.client import ask, close_all, open_tab
from web.gate import LONGEST_ANONYMOUS_FRAME, MOST_ANONYMOUS, MOST_OF_ONE

MEGABYTE = 2**20


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serve(tmp_path_factory.mktemp("flood")) as running:
        yield running
    close_all()


def memory(server: Server) -> float:
    """Resident memory of the server, MB."""
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    return next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmRSS"))


def a_click(server: Server, cookies: dict[str, str]) -> float:
    """Seconds for somebody of staff to open a page."""
    began = time.monotonic()
    tab = open_tab(server, cookies)
    tab.run("account")
    tab.connection.close()
    return time.monotonic() - began


def p95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20)[-1] if len(values) > 1 else values[0]


def test_uploads_without_a_session_are_refused_before_they_are_read(server: Server, figures: Figures) -> None:
    before = memory(server)
    body = b"x" * (2 * MEGABYTE)
    codes = []
    for number in range(so_many(100, 20)):
        with suppress(ConnectionError):  # refused while we were still sending
            codes.append(ask(server, f"/_stcore/upload_file/a/{number}", "PUT", None, body, Origin=server.url).status)

    assert set(codes) <= {401}
    figures.at_least("P16", "anonymous uploads answered, all of them 401", len(codes), 1)
    figures.at_most("P16", "memory that anonymous uploads left behind, MB", round(memory(server) - before), 60)


def test_many_sockets_of_visitors_are_bounded_and_staff_goes_on(server: Server, figures: Figures) -> None:
    cookies = {"weerklank": server.token_for("tom"), "weerklank-browser": "browser-of-tom-0123456789"}
    a_click(server, cookies)
    refused, opened = 0, 0
    clicks: list[float] = []
    done = threading.Event()

    def staff() -> None:
        while not done.is_set():
            clicks.append(a_click(server, cookies))
            done.wait(0.5)

    worker = threading.Thread(target=staff)
    worker.start()

    def visit(number: int) -> bool:
        try:
            tab = open_tab(server, {"weerklank-browser": f"browser-of-flood-{number:020d}"})
        except (InvalidStatus, TimeoutError, OSError):
            return False
        if number % 5 == 0:
            with suppress(TimeoutError, ConnectionClosed):
                tab.run("")
        return True

    with ThreadPoolExecutor(8) as pool:
        for welcome in pool.map(visit, range(500)):
            opened, refused = opened + welcome, refused + (not welcome)
    done.set()
    worker.join(60)
    assert ask(server, "/healthz").status == 200
    figures.equal("P16", "sockets open for visitors of 500 that tried", opened, MOST_ANONYMOUS)
    figures.equal("P16", "sockets refused", refused, 500 - MOST_ANONYMOUS)
    figures.at_most("P16", "memory with 500 visitors trying, MB", round(memory(server)), 1000)
    figures.at_most("P16", "staff opens a page meanwhile, 95th percentile, s", round(p95(clicks), 2), 2)
    close_all()


def test_one_session_has_no_endless_screens(server: Server) -> None:
    cookies = {"weerklank": server.token_for("hans"), "weerklank-browser": "browser-of-hans-0123456789"}
    for _ in range(MOST_OF_ONE):
        open_tab(server, cookies)

    with pytest.raises(InvalidStatus):
        open_tab(server, cookies)
    open_tab(server, {"weerklank": server.token_for("hans"), "weerklank-browser": "browser-of-hans-0123456789"})
    close_all()


def test_large_frames_of_visitors_end_their_socket(server: Server) -> None:
    before = memory(server)
    for size in (LONGEST_ANONYMOUS_FRAME + 1, MEGABYTE, 20 * MEGABYTE):
        tab = open_tab(server)
        with suppress(ConnectionClosed, OSError):
            tab.connection.send(b"\x00" * size)
        assert closed(tab.connection)
    assert memory(server) - before < 150


def closed(connection: ClientConnection) -> bool:
    try:
        while True:
            connection.recv(timeout=20)
    except ConnectionClosed:
        return True
    except TimeoutError:
        return False


def test_slow_visitors_and_many_requests_leave_staff_in_peace(server: Server, figures: Figures) -> None:
    """Requests that are never finished, and ten ordinary ones a second."""
    cookies = {"weerklank": server.token_for("rosa"), "weerklank-browser": "browser-of-rosa-0123456789"}
    host, port = server.host.split(":")
    slow = []
    for _ in range(100):
        one = socket.create_connection((host, int(port)), timeout=5)
        one.sendall(b"POST /_stcore/upload_file/a/b HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\nx")
        slow.append(one)
    ends = time.monotonic() + (600 if EVERYTHING else 8)
    clicks = []
    while time.monotonic() < ends:
        second = time.monotonic()
        for number in range(10):
            ask(server, f"/board?text={number}")
        clicks.append(a_click(server, cookies))
        time.sleep(max(0, 1 - (time.monotonic() - second)))
    for one in slow:
        one.close()

    figures.at_most("P16", "staff opens a page at 10 requests a second and 100 slow ones, p95, s", round(p95(clicks), 2), 2)
    figures.at_most("P16", "memory afterwards, MB", round(memory(server)), 1000)
