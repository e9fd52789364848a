"""What people meet: TLS and websockets through nginx, and through Caddy, each with its file in deploy/ as it stands."""

from __future__ import annotations

import hashlib
import hmac
import re
import socket
import ssl
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from http.client import RemoteDisconnected

import pytest
from sqlalchemy import select
from streamlit.proto.BackMsg_pb2 import BackMsg
from websockets.exceptions import InvalidStatus

from db import models as m
from tests.attacks.forging import Liar, state
from tests.attacks.test_headers import ADDRESSES, cookie_flags, missing
from tests.attacks.test_session_ends import answer as answered
from tests.deploy.proxies import NAME, Proxy, proxy
from tests.figures import Figures
from tests.serving import Server, serve
from tests.web.client import Answer, ask, close_all, open_tab

BROWSER = {"__Host-weerklank-browser": "browser-of-somebody-0123456789"}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serve(tmp_path_factory.mktemp("behind"), WEERKLANK_HOST=NAME) as running:
        yield running


@pytest.fixture(scope="module", params=["nginx", "caddy"])
def outside(request: pytest.FixtureRequest, server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    with proxy(request.param, tmp_path_factory.mktemp(request.param), server) as running:
        yield running
        close_all()


def member(outside: Proxy, name: str) -> dict[str, str]:
    return BROWSER | {"__Host-weerklank": outside.front.token_for(name)}


def test_a_screen_works_over_tls(outside: Proxy) -> None:
    page = ask(outside.front, "/")
    tab = open_tab(outside.front, member(outside, "tom"))

    assert page.status == 200
    assert b'<html lang="nl">' in page.body
    assert any(each.startswith("__Host-weerklank-browser=") and "; Secure" in each for each in page.cookies)
    assert "Tom Trainer" in tab.run("account")


def test_the_connection_is_modern(outside: Proxy) -> None:
    old = ssl.create_default_context()
    old.check_hostname, old.verify_mode = False, ssl.CERT_NONE
    old.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="TLSVersion"):
        old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_1
    with socket.create_connection(("127.0.0.1", outside.port), 5) as line, pytest.raises(ssl.SSLError):
        old.wrap_socket(line, server_hostname=NAME)


def test_every_answer_has_its_headers_once(outside: Proxy, figures: Figures) -> None:
    """Those of the program and those that the proxy gives itself; `missing` reads the last of each name, hence both."""
    cookies, wrong, codes = member(outside, "adam"), [], set()
    for path in [each for each in ADDRESSES if each != "/%00"]:
        for method, who in (("GET", None), ("GET", cookies), ("PUT", cookies)):
            answer = ask(outside.front, path, method, who, b"" if method == "PUT" else None, Origin=outside.front.url)
            codes.add(answer.status)
            flags = cookie_flags(Answer(0, {}, b"", [each for each in answer.cookies if "weerklank_at" not in each]), True)
            found = missing(path, answer.headers, https=True) + flags + answer.twice
            if found or answer.status >= 500:
                wrong.append((method, path, answer.status, found))

    assert not wrong[:5]
    figures.equal("P17", f"answers through {outside.kind} without each header once", len(wrong), 0)
    assert {200, 303, 401, 404} <= codes


def test_the_name_is_ours_or_there_is_no_answer(outside: Proxy) -> None:
    stranger = ssl.create_default_context()
    stranger.check_hostname, stranger.verify_mode = False, ssl.CERT_NONE
    with socket.create_connection(("127.0.0.1", outside.port), 5) as line, pytest.raises((ssl.SSLError, OSError)):
        stranger.wrap_socket(line, server_hostname="evil.invalid")

    with suppress(RemoteDisconnected):  # nginx says nothing at all
        other = ask(outside.front, "/", Host="evil.invalid")
        assert b"Weerklank" not in other.body
        assert other.status == 421 or other.body == b""


@pytest.mark.parametrize("origin", [None, "null", "https://evil.invalid", f"http://{NAME}", "same without tls"])
def test_a_websocket_from_elsewhere_is_refused(outside: Proxy, origin: str | None) -> None:
    if origin == "same without tls":
        origin = outside.front.url.replace("https", "http")
    with pytest.raises(InvalidStatus):
        open_tab(outside.front, member(outside, "tom"), origin=origin)
    assert ask(outside.front, "/account", "PUT", member(outside, "tom"), b"", Origin=origin or "").status == 403


@pytest.mark.parametrize("path", ["/readyz", "/_stcore/metrics", "/_stcore/agent/openapi.json", "/_stcore/script-health-check"])
def test_what_is_for_this_machine_stays_on_it(outside: Proxy, path: str) -> None:
    assert ask(outside.front, path).status == 404
    assert ask(outside.front, path, "POST", Origin=outside.front.url).status == 404


def test_without_tls_one_is_sent_to_tls(outside: Proxy) -> None:
    with socket.create_connection(("127.0.0.1", outside.plain_port), 5) as line:
        line.sendall(f"GET /board?x=1 HTTP/1.1\r\nHost: {NAME}\r\nConnection: close\r\n\r\n".encode())
        said = line.makefile("rb").read().decode()

    assert re.match(r"HTTP/1.1 30[18] ", said)
    assert re.search(rf"(?im)^location: https://{re.escape(NAME)}[^/]*/board\?x=1\r$", said)


def test_an_address_that_a_visitor_claims_is_not_believed(outside: Proxy, server: Server) -> None:
    claimed = {"X_Forwarded_For": "203.0.113.9", "Forwarded": "for=203.0.113.9", "X_Real_IP": "203.0.113.9"}
    liar = Liar(outside.front, BROWSER, open_tab(outside.front, BROWSER, **claimed).connection)
    labels = liar.visit("").labels
    fields = {"Gebruikersnaam": "niemand-hier", "Wachtwoord": "een verkeerd wachtwoord"}
    typed = [state(labels[label], string_value=text) for label, text in fields.items()]

    liar.widget(*typed, state(labels["Aanmelden"], trigger_value=True))

    key = bytes.fromhex((server.data / "throttle.key").read_text().partition(" ")[2])
    source = {
        each: hmac.new(key, f"source\0{each}".encode(), hashlib.sha256).hexdigest() for each in ("127.0.0.1", "203.0.113.9")
    }
    with server.register() as register:
        counted = set(register.scalars(select(m.Throttle.key)))
    assert source["127.0.0.1"] in counted
    assert source["203.0.113.9"] not in counted


def test_attachments_of_twenty_megabytes_come_in_and_larger_ones_do_not(outside: Proxy) -> None:
    cookies = member(outside, "tom") | stays(outside)
    liar = Liar(outside.front, cookies, open_tab(outside.front, cookies).connection)
    liar.visit("intake")

    assert [put(liar, 20 * 2**20 - 500) for _ in range(2)] == [204] * 2
    with suppress(BrokenPipeError, ConnectionResetError, ssl.SSLError):  # answered before everything was sent
        assert put(liar, 21_500_000) == 413
    assert put(liar, 1000) == 204


def stays(outside: Proxy) -> dict[str, str]:
    """The cookie with which a browser stays with its process, after its first page."""
    told = [each for each in ask(outside.front, "/").cookies if each.startswith("weerklank_at=")]
    return {"weerklank_at": told[0].split("=", 1)[1].split(";")[0]}


def put(liar: Liar, size: int) -> int:
    """The status of an upload of so many bytes, at a place that the server gave."""
    place = BackMsg()
    place.file_urls_request.session_id = liar.screen.session
    place.file_urls_request.file_names.append("a.pdf")
    address = answered(liar, place, "file_urls_response").file_urls_response.file_urls[0].upload_url
    health = ask(liar.server, "/_stcore/health", cookies=liar.cookies)
    xsrf = next(each for each in health.cookies if each.startswith("_streamlit_xsrf=")).split("=", 1)[1].split(";")[0]
    headers = {"Origin": liar.server.url, "X-Xsrftoken": xsrf, "Content-Type": "multipart/form-data; boundary=b"}
    body = b'--b\r\nContent-Disposition: form-data; name="f"; filename="a.pdf"\r\n\r\n' + b"%" * size + b"\r\n--b--\r\n"
    return ask(liar.server, address, "PUT", liar.cookies | {"_streamlit_xsrf": xsrf}, body, **headers).status


def test_no_log_holds_an_address_or_a_screen(server: Server, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Also when requests go wrong: no TLS at all, half a request, a program that is away."""
    for kind in ("nginx", "caddy"):
        with proxy(kind, tmp_path_factory.mktemp(kind), server) as outside:
            tab = open_tab(outside.front, member(outside, "tom"))
            tab.run("account")
            ask(outside.front, "/complaint?ref=K26-7F3Q9", Referer="https://elders.invalid/geheim", User_Agent="Herkenbaar/9")
            for said in (b"\x16\x03\x01\x02\x00\x01\x00", b"GET /board HTTP/1.1\r\n\r\n", b"\x00" * 600):
                with socket.create_connection(("127.0.0.1", outside.port), 5) as line:
                    line.sendall(said)
            with socket.create_connection(("127.0.0.1", outside.plain_port), 5) as line:
                line.sendall(b"GET /" + b"board" * 8000 + b" HTTP/1.1\r\n\r\n")
                line.recv(100)
            logs = outside.logs()
        with proxy(kind, tmp_path_factory.mktemp(kind), replace(server, url="http://127.0.0.1:1")) as away:
            gone = ask(away.front, "/complaint?ref=K26-7F3Q9", cookies=BROWSER)
            logs += away.logs()

        assert (gone.status, "even niet bereikbaar" in gone.body.decode()) == (503, True)
        assert missing("/complaint", gone.headers, https=True) == []
        assert not re.search(r"127\.0\.0\.1|complaint|board|K26|_stcore|geheim|Herkenbaar", logs), kind
        assert '"remote_ip"' not in logs
        if kind == "nginx":
            assert re.search(r"(?m)^\S+ 303 GET \d+ [\d.]+$", logs), "it does log, without these"
            assert (outside.folder / "debian-access.log").read_text() == ""
            assert (outside.folder / "debian-error.log").read_text() == ""
