"""P16: visitors who send much, slowly or all at once: bounded in memory, and staff notices little of it."""

from __future__ import annotations

import socket
import statistics
import struct
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.protocol import State

from tests.figures import EVERYTHING, Figures, so_many
from tests.serving import Server, serve
from tests.web.client import Tab, ask, close_all, open_tab
from web.gate import COMES_BACK_AFTER, LONGEST_ANONYMOUS_FRAME, MOST_ANONYMOUS, MOST_OF_ONE

MEGABYTE = 2**20


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serve(tmp_path_factory.mktemp("flood")) as running:
        yield running


@pytest.fixture(autouse=True)
def tabs_of_one_test() -> Iterator[None]:
    yield
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
    tabs: list[Tab] = []
    clicks: list[float] = []
    done = threading.Event()

    def staff() -> None:
        while not done.is_set():
            clicks.append(a_click(server, cookies))
            done.wait(0.5)

    worker = threading.Thread(target=staff)
    worker.start()

    def visit(number: int) -> None:
        tab = open_tab(server, {"weerklank-browser": f"browser-of-flood-{number:020d}"})
        tabs.append(tab)
        if number % 5 == 0:
            with suppress(TimeoutError, ConnectionClosed):
                tab.run("")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(visit, range(500)))
    done.set()
    worker.join(60)
    assert ask(server, "/healthz").status == 200
    time.sleep(1)  # until the last that made room is closed
    figures.equal("P16", "visitors of 500 who tried that got a screen", len(tabs), 500)
    figures.equal("P16", "sockets open for them afterwards", sum(map(is_open, tabs)), MOST_ANONYMOUS)
    figures.at_most("P16", "memory with 500 visitors trying, MB", round(memory(server)), 1000)
    figures.at_most("P16", "staff opens a page meanwhile, 95th percentile, s", round(p95(clicks), 2), 2)


def test_one_session_has_no_endless_screens(server: Server) -> None:
    cookies = {"weerklank": server.token_for("hans"), "weerklank-browser": "browser-of-hans-0123456789"}
    for _ in range(MOST_OF_ONE):
        open_tab(server, cookies)

    with pytest.raises(InvalidStatus):
        open_tab(server, cookies)
    open_tab(server, {"weerklank": server.token_for("hans"), "weerklank-browser": "browser-of-hans-0123456789"})


def longest_silence(server: Server) -> float:
    """Of two seconds: how long somebody waited at most for any answer at all, in seconds."""
    waited = []
    ends = time.monotonic() + 2
    while time.monotonic() < ends:
        began = time.monotonic()
        assert ask(server, "/healthz").status == 200
        waited.append(time.monotonic() - began)
    return round(max(waited), 2)


def rerun(page: str = "") -> bytes:
    """Asking for a page with as few bytes as there are."""
    message = BackMsg()
    message.rerun_script.page_name = page
    return bytes(message.SerializeToString())


def pour(tab: Tab, frame: bytes, frames: int, a_second: float = 1e6) -> None:
    """Send, until the server closes."""
    with suppress(ConnectionClosed):
        for _ in range(frames):
            tab.connection.send(frame)
            time.sleep(1 / a_second)


def swallow(tab: Tab) -> None:
    """Read what the server says, as a browser does."""
    with suppress(ConnectionClosed):
        for _ in tab.connection:
            pass


def test_a_visitor_who_sends_many_small_frames_stops_nobody(server: Server, figures: Figures) -> None:
    tab = open_tab(server, {"weerklank-browser": "browser-of-storm-0123456789"})
    tab.run("")
    listening = threading.Thread(target=swallow, args=(tab,))  # who does not listen is closed by the web server, in time
    listening.start()
    pour(tab, rerun(), 3000)

    figures.at_most("P16", "seconds without an answer after 3000 frames of one visitor", longest_silence(server), 1)
    listening.join(60)
    assert tab.closed_with() == 1008
    assert "Gebruikersnaam" in open_tab(server).run("")


def test_a_storm_is_closed_also_where_all_have_to_wait(server: Server) -> None:
    """Found on a slow machine: who had to wait for the others never came too fast."""
    for number in range(2):
        other = open_tab(server, {"weerklank-browser": f"browser-of-another-{number:020d}"})
        pour(other, rerun(), 50)
    tab = open_tab(server, {"weerklank-browser": "browser-of-late-storm-0123456789"})
    listening = threading.Thread(target=swallow, args=(tab,))
    listening.start()
    began = time.monotonic()
    pour(tab, rerun(), 500)

    listening.join(60)
    assert tab.closed_with() == 1008
    assert time.monotonic() - began < 15, "500 messages at twenty a second were not all taken"


def test_visitors_who_all_send_what_one_may_leave_staff_its_share(server: Server, figures: Figures) -> None:
    cookies = {"weerklank": server.token_for("mia"), "weerklank-browser": "browser-of-mia-0123456789"}
    a_click(server, cookies)
    tabs = [open_tab(server, {"weerklank-browser": f"browser-of-many-{number:020d}"}) for number in range(40)]
    seconds = so_many(30, 8)
    clicks = []
    with ThreadPoolExecutor(80) as pool:
        for tab in tabs:
            pool.submit(swallow, tab)
            pool.submit(pour, tab, rerun(), seconds * 15, 15)
        ends = time.monotonic() + seconds
        while time.monotonic() < ends:
            clicks.append(a_click(server, cookies))
            time.sleep(0.2)
        began = time.monotonic()
        assert "Gebruikersnaam" in open_tab(server, {"weerklank-browser": "browser-of-a-colleague-0123456789"}).run("")
        signing_in = time.monotonic() - began
        list(pool.map(lambda tab: tab.connection.close(), tabs))

    figures.at_most("P16", "staff opens a page while 40 visitors send 15 frames a second, p95, s", round(p95(clicks), 2), 2)
    figures.at_most("P16", "the sign-in screen appears meanwhile, s", round(signing_in, 2), 10)


def test_the_flood_of_somebody_signed_in_stops_nobody(server: Server, figures: Figures) -> None:
    tab = open_tab(server, {"weerklank": server.token_for("piet"), "weerklank-browser": "browser-of-piet-0123456789"})
    tab.run("board")
    listening = threading.Thread(target=swallow, args=(tab,))
    listening.start()
    pour(tab, rerun("board"), 3000)

    figures.at_most("P16", "seconds without an answer after 3000 frames of one signed in", longest_silence(server), 1)
    listening.join(60)
    assert tab.closed_with() == 1008


def test_fast_typing_of_somebody_signed_in_is_nothing_to_close_for(server: Server) -> None:
    tab = open_tab(server, {"weerklank": server.token_for("piet"), "weerklank-browser": "browser-of-piet-0123456789"})
    tab.run("account")
    pour(tab, rerun("account"), 100, a_second=25)

    assert "Pi" in tab.run("account")


def is_open(tab: Tab) -> bool:
    return tab.connection.protocol.state is State.OPEN


def test_a_stranger_with_many_silent_sockets_closes_the_sign_in_for_nobody(server: Server) -> None:
    colleague = open_tab(server, X_Forwarded_For="192.0.2.7")
    colleague.run("")
    held = [open_tab(server, X_Forwarded_For="198.51.100.1") for _ in range(MOST_ANONYMOUS - 1)]

    newcomer = open_tab(server, X_Forwarded_For="192.0.2.8")

    assert "Gebruikersnaam" in newcomer.run("")
    assert held[0].closed_with() == 1013  # of the source with the most, the one that was silent longest
    assert all(is_open(tab) for tab in (*held[1:], newcomer))
    assert "Gebruikersnaam" in colleague.run("")


def test_without_sources_the_screen_that_was_silent_longest_makes_room(server: Server) -> None:
    """A proxy that does not say who asks: all come from the same place."""
    first, second = open_tab(server), open_tab(server)
    first.run("")
    for _ in range(MOST_ANONYMOUS - 2):
        open_tab(server)
    first.run("")

    newcomer = open_tab(server)

    assert second.closed_with() == 1013
    assert "Gebruikersnaam" in newcomer.run("")
    assert "Gebruikersnaam" in first.run("")


def test_a_screen_that_made_room_comes_back_after_the_others(server: Server) -> None:
    """Its browser tries again twice a second; as many forgotten screens would drive each other out for ever."""
    cookies = {"weerklank-browser": "browser-of-the-first-0123456789"}
    first = open_tab(server, cookies)
    first.run("")
    for _ in range(MOST_ANONYMOUS):
        open_tab(server)
    assert first.closed_with() == 1013

    began = time.monotonic()
    again = open_tab(server, cookies, session=first.session)

    assert time.monotonic() - began >= COMES_BACK_AFTER
    again.run("")
    assert again.session == first.session


def test_large_frames_of_visitors_end_their_socket(server: Server) -> None:
    before = memory(server)
    for size in (LONGEST_ANONYMOUS_FRAME + 1, MEGABYTE, 20 * MEGABYTE):
        for frame in (b"\x00" * size, "x" * size):
            tab = open_tab(server)
            with suppress(ConnectionClosed, OSError):
                tab.connection.send(frame)
            assert tab.closed_with() in (1009, 0)  # 0: while we were still sending
    assert memory(server) - before < 150


def test_large_frames_that_never_end_do_not_fill_the_memory(server: Server, figures: Figures) -> None:
    """Kept by the web server until they are whole, so the gate never sees them."""
    tabs = [open_tab(server) for _ in range(25)]
    announced = b"\x82\xff" + struct.pack(">Q", 45 * MEGABYTE) + b"mask"  # of a binary frame, before its contents

    def send_most(tab: Tab) -> None:
        with suppress(OSError):
            tab.connection.socket.sendall(announced + b"x" * (44 * MEGABYTE))

    with ThreadPoolExecutor(5) as pool:
        list(pool.map(send_most, tabs))
    figures.at_most("P16", "memory with 25 unfinished frames of 45 MB, MB", round(memory(server)), 500)


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
