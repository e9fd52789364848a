"""P17: every answer of every address, also errors and handshakes, carries the security headers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.routing import Route
from websockets.exceptions import InvalidStatus

from db import models as m
from tests.figures import Figures
from tests.serving import ROOT, Server, serve
from tests.web.client import Answer, ask, close_all, handshake, open_tab
from tests.web.test_incidents import SECRET
from web.gate import _HANDED_OUT, _OPEN, _OPEN_BELOW
from web.routes import ROUTES

SCREENS = [f"/{path.stem}" for path in sorted((ROOT / "pages").glob("*.py"))]
OWN = [re.sub(r"{\w+:?\w*}", "A" * 43, route.path) for route in ROUTES if isinstance(route, Route)]
BELOW = [f"{prefix}x/y" for prefix in (*_OPEN_BELOW, *_HANDED_OUT)]
NOWHERE = [
    "/nergens",
    "/nergens/hier",
    "/index.html",
    "/component/x",
    "/_stcore/metrics",
    "//evil.invalid",
    "/%00",
    "/a%0d%0ab",
]
ADDRESSES = sorted({"/", *SCREENS, *OWN, *_OPEN, *BELOW, *NOWHERE} - {"/_stcore/stream"})
METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE")
EXPECTED = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serve(tmp_path_factory.mktemp("headers")) as running:
        yield running
    close_all()


def missing(path: str, headers: dict[str, str], https: bool = False) -> list[str]:
    """What is wrong with these headers."""
    policy = {
        each.split()[0]: each.split()[1:] for each in headers.get("content-security-policy", "").split(";") if each.split()
    }
    wrong = [name for name, value in EXPECTED.items() if headers.get(name) != value]
    scripts = policy.get("script-src", policy.get("default-src", ["*"]))
    if {"'unsafe-inline'", "'unsafe-eval'", "*", "data:", "blob:", "http:", "https:"} & set(scripts):
        wrong.append("script-src")
    if policy.get("default-src") != ["'none'"]:
        wrong.append("default-src")
    if policy.get("frame-ancestors") != ["'none'"] and "sandbox" not in policy:
        wrong.append("frame-ancestors")
    if "camera=()" not in headers.get("permissions-policy", ""):
        wrong.append("permissions-policy")
    if headers.get("cache-control") != "no-store" and not path.startswith("/static/"):
        wrong.append("cache-control")
    if re.search(r"\d", headers.get("server", "")) or "x-powered-by" in headers:
        wrong.append("server")
    if https != ("strict-transport-security" in headers):
        wrong.append("strict-transport-security")
    if "access-control-allow-origin" in headers:
        wrong.append("access-control-allow-origin")
    return wrong


def kinds(server: Server) -> Iterator[tuple[str, dict[str, str], dict[str, str]]]:
    """Who asks, and how: a visitor, somebody signed in, another site, by https."""
    member = {"weerklank": server.token_for("adam"), "weerklank-browser": "browser-of-adam-0123456789"}
    yield "visitor", {}, {}
    yield "member", member, {"Origin": server.url}
    yield "other site", member, {"Origin": "https://evil.invalid"}
    yield "https", {f"__Host-{name}": value for name, value in member.items()}, {"X-Forwarded-Proto": "https"}


def test_every_answer_carries_the_headers(server: Server, figures: Figures) -> None:
    asked, wrong, codes = 0, [], set()
    for who, cookies, headers in kinds(server):
        for path in ADDRESSES:
            for method in METHODS:
                answer = ask(
                    server, path, method, cookies, **{name.replace("-", "_"): value for name, value in headers.items()}
                )
                asked += 1
                codes.add(answer.status)
                found = missing(path, answer.headers, https=who == "https") + cookie_flags(answer, who == "https")
                if found:
                    wrong.append((who, method, path, answer.status, found))

    assert {200, 303, 401, 403, 404} <= codes
    assert not wrong[:10]
    figures.at_least("P17", "answers looked at (addresses x methods x who asks)", asked, 500)
    figures.equal("P17", "answers without all headers", len(wrong), 0)


def cookie_flags(answer: Answer, https: bool) -> list[str]:
    """Ours are HttpOnly; Streamlit's token for uploads is read by its own script. Under https all are Secure."""
    wrong = []
    for cookie in answer.cookies:
        flags = {each.strip().split("=")[0].lower() for each in cookie.split(";")[1:]}
        ours = "weerklank" in cookie.split("=")[0]
        if ours and (not {"httponly", "samesite", "path"} <= flags or "domain" in flags):
            wrong.append(f"cookie {cookie.split('=')[0]}")
        if https and ("secure" not in flags or (ours and not cookie.startswith("__Host-"))):
            wrong.append(f"cookie {cookie.split('=')[0]} over https")
    return wrong


def test_too_much_and_broken_requests_too(server: Server) -> None:
    cookies = {"weerklank": server.token_for("tom")}
    for path, method, body in (
        ("/" + "x" * 5000, "GET", None),
        ("/account?" + "x=1&" * 4000, "GET", None),
        ("/_stcore/upload_file/a/b", "PUT", b"x" * 3_000_000),
    ):
        answer = ask(server, path, method, cookies, body, Origin=server.url)
        assert answer.status < 500
        assert missing(path, answer.headers) == [], (path[:40], answer.status)


def test_an_error_inside_carries_them_too(server: Server) -> None:
    with server.register() as register:
        register.add(m.AccountRole(account_id=server.cast["wim"], role=SECRET))
    answer = ask(server, "/account", cookies={"weerklank": server.token_for("wim")})

    assert answer.status == 500
    assert missing("/account", answer.headers) == []


def test_handshakes_carry_them_refused_or_not(server: Server) -> None:
    welcome = open_tab(server, {"weerklank": server.token_for("tom")})
    response = welcome.connection.response
    assert response is not None
    assert missing("", {name.lower(): value for name, value in response.headers.raw_items()}) == []

    with pytest.raises(InvalidStatus) as refused:
        open_tab(server, origin="https://evil.invalid")
    assert refused.value.response.status_code == 403
    assert missing("", {name.lower(): value for name, value in refused.value.response.headers.raw_items()}) == []


OURS = "klachten.voorbeeld.invalid"


@pytest.fixture(scope="module")
def named(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serve(tmp_path_factory.mktemp("named"), WEERKLANK_HOST=OURS) as running:
        yield running


def test_a_name_that_is_not_ours_but_leads_here_gets_nothing(named: Server) -> None:
    """Somebody else's name that was pointed at this machine (DNS rebinding): origin and host agree there."""
    for host in ("evil.invalid", f"{OURS}.evil.invalid", "evil.invalid:8501", "127.0.0.1.evil.invalid", f"{OURS}@evil.invalid"):
        answer = ask(named, "/", Host=host)
        assert (answer.status, missing("/", answer.headers)) == (421, [])
        assert handshake(named, "/_stcore/stream", Host=host, Origin=f"http://{host}").status == 403
    for host in (OURS, f"{OURS}:443", OURS.upper(), named.host, "localhost"):
        assert ask(named, "/", Host=host).status == 200
        assert handshake(named, "/_stcore/stream", Host=host, Origin=f"http://{host}").status == 101


def test_the_manual_says_which_deviation_stays() -> None:
    policy = (Path(ROOT) / "web" / "front.py").read_text()
    assert "'wasm-unsafe-eval': its tables" in policy
