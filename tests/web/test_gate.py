"""The gate in front of a running application: what it keeps out, and what of Streamlit it relies on."""

from __future__ import annotations

import base64
import hashlib
import re
import time
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from websockets.exceptions import InvalidStatus

from db import models as m
from db.engine import make_engine
from services.door import ABSOLUTE_LIMIT, IDLE_LIMIT
from services.sessions import digest
from tests.serving import ROOT, Server, fill, start
from tests.web.client import Answer, ask, handshake, open_tab

PAGES = sorted(path.stem for path in (ROOT / "pages").glob("*.py"))
AT_THE_ROOT = ("home", "start")
SIGN_IN = "Gebruikersnaam"


def signed_in(server: Server, name: str) -> dict[str, str]:
    return {"weerklank": server.token_for(name), "weerklank-browser": f"browser-of-{name}-0123456789"}


def revoke(server: Server, cookies: dict[str, str]) -> None:
    with server.register() as register:
        row = register.get_one(m.AuthSession, digest(cookies["weerklank"]))
        row.revoked_at = row.last_seen_at


# What a visitor gets


@pytest.mark.parametrize("page", [page for page in PAGES if page not in AT_THE_ROOT])
def test_a_visitor_who_asks_for_a_page_is_sent_to_the_start(server: Server, page: str) -> None:
    answer = ask(server, f"/{page}?ref=K26-7F3Q9")

    assert (answer.status, answer.headers["location"]) == (303, "/")
    assert any(cookie.startswith(f"weerklank-to=/{page}?ref=K26-7F3Q9; ") and "HttpOnly" in cookie for cookie in answer.cookies)


@pytest.mark.parametrize("page", AT_THE_ROOT)
def test_a_screen_without_an_address_of_its_own_is_the_start(server: Server, page: str) -> None:
    for cookies in ({}, signed_in(server, "tom")):
        answer = ask(server, f"/{page}", cookies=cookies)

        assert (answer.status, answer.headers["location"]) == (303, "/")
        assert not any(cookie.startswith("weerklank-to=") for cookie in answer.cookies)


@pytest.mark.parametrize("page", ["", *PAGES])
def test_a_visitor_finds_nothing_but_the_sign_in_screen_on_a_websocket(server: Server, page: str) -> None:
    said = open_tab(server).run(page, "ref=K26-7F3Q9")

    assert SIGN_IN in said
    assert "Werkvoorraad" not in said
    assert "Afmelden" not in said


def test_every_page_as_the_very_first_request_after_a_start_gives_nothing_but_the_sign_in(tmp_path: Path) -> None:
    """Streamlit serves a `pages/` folder next to its main script to anyone until the first run of that script."""
    engine = make_engine(f"sqlite:///{tmp_path / 'weerklank.db'}")
    cast = fill(engine, "training")
    engine.dispose()
    for page in ("board", "people"):  # a start each: the first request is the dangerous one
        with start(tmp_path, cast) as server:
            said = open_tab(server).run(page)

            assert SIGN_IN in said
            assert "Adam Beheer" not in said


def test_the_main_script_has_no_pages_folder_beside_it() -> None:
    assert not (ROOT / "ui" / "pages").exists()


@pytest.mark.parametrize("path", ["/media/0123.csv", "/_stcore/upload_file/a/b", "/attachment/abc"])
def test_files_need_a_session(server: Server, path: str) -> None:
    assert ask(server, path).status == 401


def test_an_upload_needs_a_session(server: Server) -> None:
    assert ask(server, "/_stcore/upload_file/a/b", "PUT", Origin=server.url).status == 401


@pytest.mark.parametrize(
    "path",
    [
        "/_stcore/metrics",
        "/_stcore/agent/openapi.json",
        "/_stcore/agent/mcp",
        "/_stcore/script-health-check",
        "/component/streamlit_authenticator/index.html",
        "/app/static/x",
        "/oauth2callback",
        "/auth/login",
        "/auth/logout",
        "/board/",
        "/board/_stcore/health",
        "//media/x",
        "/pages/board.py",
        "/.streamlit/config.toml",
        "/../app.py",
        "/index.html",
        "/manifest.json",
    ],
)
def test_what_is_not_used_is_not_there(server: Server, path: str) -> None:
    for cookies in ({}, signed_in(server, "adam")):
        assert ask(server, path, cookies=cookies).status == 404


def test_an_address_that_is_no_page_leads_to_the_start(server: Server) -> None:
    answer = ask(server, "/geheim", cookies=signed_in(server, "tom"))

    assert (answer.status, answer.headers["location"]) == (303, "/")


# Who one is


def test_the_session_of_the_cookie_becomes_the_user_of_the_screen(server: Server) -> None:
    said = open_tab(server, signed_in(server, "tom")).run("account")

    assert "Tom Trainer" in said
    assert SIGN_IN not in said


def test_a_header_that_the_browser_sends_is_nobody(server: Server) -> None:
    token = server.token_for("adam")

    said = open_tab(server, X_Weerklank_Session=digest(token)).run("people")
    lower = open_tab(server, **{"x-weerklank-session": digest(token)}).run("people")

    for each in (said, lower):
        assert SIGN_IN in each
        assert "Adam Beheer" not in each  # his own page has a field of that name as well


def test_a_session_id_instead_of_its_token_is_nobody(server: Server) -> None:
    token = server.token_for("adam")

    said = open_tab(server, {"weerklank": digest(token)}).run("people")

    assert SIGN_IN in said
    assert "Adam Beheer" not in said


def test_somebody_elses_streamlit_session_cannot_be_taken_over(server: Server) -> None:
    victim = open_tab(server, signed_in(server, "dora"))
    victim.run("account")

    stranger = open_tab(server, session=victim.session)
    colleague = open_tab(server, signed_in(server, "tom"), session=victim.session)

    assert SIGN_IN in stranger.run("account")
    assert stranger.session != victim.session
    assert "Tom Trainer" in colleague.run("account")
    assert colleague.session != victim.session


def test_the_own_streamlit_session_is_resumed(server: Server) -> None:
    """What was typed survives a lost connection; this pins that the two refusals above refuse something."""
    cookies = signed_in(server, "dora")
    first = open_tab(server, cookies)
    first.run("account")
    first.connection.close()
    time.sleep(0.5)

    again = open_tab(server, cookies, session=first.session)
    again.run("account")

    assert again.session == first.session


def test_a_visitors_screen_cannot_be_taken_over_from_another_browser(server: Server) -> None:
    victim = open_tab(server, {"weerklank-browser": "browser-one-0123456789-abc"})
    victim.run()

    other = open_tab(server, {"weerklank-browser": "browser-two-0123456789-abc"}, session=victim.session)
    other.run()

    assert other.session != victim.session


@pytest.mark.parametrize(
    "cookie",
    ["x", "", "'; drop table account", "a" * 5000, "é" * 30, "token\x7f" * 10],
    ids=["short", "empty", "sql", "long", "accents", "control"],
)
def test_a_malformed_cookie_is_a_visitor(server: Server, cookie: str) -> None:
    answer = ask(server, "/account", cookies={"weerklank": cookie.encode().decode("latin-1"), "other": "x=y=z;;;"})

    assert answer.status == 303


# How long


def test_a_revoked_session_is_closed_at_its_next_frame(server: Server) -> None:
    cookies = signed_in(server, "hans")
    tab = open_tab(server, cookies)
    tab.run("account")
    revoke(server, cookies)

    with pytest.raises(Exception, match="4401"):
        tab.run("account")


def test_an_idle_socket_of_an_ended_session_is_closed(server: Server) -> None:
    cookies = signed_in(server, "hilde")
    tab = open_tab(server, cookies)
    tab.run("account")

    revoke(server, cookies)

    assert tab.closed_with() == 4401


@pytest.mark.parametrize(
    ("name", "created", "seen"),
    [
        ("piet", ABSOLUTE_LIMIT, timedelta(0)),
        ("piet", IDLE_LIMIT, IDLE_LIMIT),
        ("vera", timedelta(minutes=15), timedelta(minutes=15)),
        ("adam", timedelta(minutes=15), timedelta(minutes=15)),
    ],
    ids=["too long", "idle", "confidant idle", "administrator idle"],
)
def test_a_session_ends_by_itself(server: Server, name: str, created: timedelta, seen: timedelta) -> None:
    cookies = signed_in(server, name)
    assert ask(server, "/account", cookies=cookies).status == 200
    with server.register() as register:
        row = register.get_one(m.AuthSession, digest(cookies["weerklank"]))
        row.created_at, row.last_seen_at = row.created_at - created, row.last_seen_at - seen

    assert ask(server, "/account", cookies=cookies).status == 303


def test_what_a_browser_sends_by_itself_does_not_keep_a_session_open(server: Server) -> None:
    cookies = signed_in(server, "petra")
    before = last_seen(server, cookies, ago=timedelta(minutes=10))

    ask(server, "/_stcore/health", cookies=cookies)
    tab = open_tab(server, cookies)
    tab.run("account")  # a browser says this too when its connection was lost for a moment
    tab.run_by_itself()
    heartbeat = BackMsg()
    heartbeat.app_heartbeat = True
    tab.connection.send(heartbeat.SerializeToString())
    tab.run_by_itself()
    assert last_seen(server, cookies) == before

    tab.run("account")
    assert last_seen(server, cookies) > before


def test_opening_a_page_moves_the_idle_limit(server: Server) -> None:
    cookies = signed_in(server, "petra")
    before = last_seen(server, cookies, ago=timedelta(minutes=10))

    ask(server, "/account", cookies=cookies)

    assert last_seen(server, cookies) > before


def test_once_warned_only_a_button_keeps_the_session_open(server: Server) -> None:
    """The warning takes the cursor out of a field, and the browser then sends its text though nobody is there."""
    cookies = signed_in(server, "petra")
    before = last_seen(server, cookies, ago=IDLE_LIMIT - timedelta(minutes=1))
    tab = open_tab(server, cookies)
    tab.run("account")

    tab.run("account")
    assert last_seen(server, cookies) == before

    tab.press(r"\$\$ID-\w+-session\.other_language")
    assert last_seen(server, cookies) > before


def last_seen(server: Server, cookies: dict[str, str], ago: timedelta = timedelta(0)) -> datetime:
    with server.register() as register:
        row = register.get_one(m.AuthSession, digest(cookies["weerklank"]))
        row.last_seen_at -= ago
        return row.last_seen_at


def test_a_role_that_was_taken_away_is_gone_at_the_next_click(server: Server) -> None:
    tab = open_tab(server, signed_in(server, "mia"))
    assert "Dit kunt u met uw rol niet doen" not in tab.run("intake")
    with server.register() as register:
        register.get_one(m.Account, server.cast["mia"]).roles = [m.AccountRole(role="appeal_reviewer")]

    said = tab.run("intake")

    assert "Dit kunt u met uw rol niet doen" in said
    with server.register() as register:
        register.get_one(m.Account, server.cast["mia"]).roles = [m.AccountRole(role="manager")]


# Where from


@pytest.mark.parametrize("origin", [None, "null", "https://evil.example", "http://127.0.0.1:1", "http://localhost:8501"])
def test_a_websocket_from_elsewhere_is_refused(server: Server, origin: str | None) -> None:
    with pytest.raises(InvalidStatus):
        open_tab(server, signed_in(server, "tom"), origin=origin)


@pytest.mark.parametrize("origin", [None, "null", "https://evil.example"])
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_an_unsafe_request_from_elsewhere_is_refused(server: Server, origin: str | None, method: str) -> None:
    said = {"Origin": origin} if origin else {}

    assert ask(server, "/_stcore/upload_file/a/b", method, signed_in(server, "tom"), **said).status == 403


def test_other_websockets_are_not_there(server: Server) -> None:
    assert handshake(server, "/_stcore/stream", Origin=server.url).status == 101
    for path in ("/iets", "/", "/_stcore/stream/", "/_stcore/health"):
        answer = handshake(server, path, Origin=server.url)

        assert (answer.status, answer.body) == (403, b"Forbidden"), path


def test_a_page_is_read_and_nothing_else(server: Server) -> None:
    for who in (None, signed_in(server, "tom")):
        assert ask(server, "/", cookies=who, Origin=server.url).status == 200
        assert ask(server, "/", "HEAD", cookies=who, Origin=server.url).status == 200
        for method in ("POST", "PUT", "DELETE", "PATCH"):
            answer = ask(server, "/", method, who, Origin=server.url)

            assert (answer.status, b"<html" in answer.body) == (405, False), method


def test_a_visitors_frame_stays_small(server: Server) -> None:
    tab = open_tab(server)
    tab.run()

    tab.connection.send(b"\0" * 70_000)

    assert tab.closed_with() == 1009


# What every answer carries


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/board",
        "/healthz",
        "/_stcore/health",
        "/_stcore/host-config",
        "/nergens/hier",
        "/media/x",
        "/icon.svg",
        "/auth/farewell",
    ],
)
def test_security_headers_are_on_every_answer(server: Server, path: str) -> None:
    answer = ask(server, path)

    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "'unsafe-eval'" not in answer.headers["content-security-policy"]
    assert "script-src 'self' 'wasm-unsafe-eval' 'sha256-" in answer.headers["content-security-policy"]
    assert answer.headers["x-frame-options"] == "DENY"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cache-control"] == "no-store"
    assert "max-age" in answer.headers["permissions-policy"] or "camera=()" in answer.headers["permissions-policy"]


def test_static_files_carry_them_too_and_may_be_kept(server: Server) -> None:
    script = re.search(r'src="\.(/static/js/[^"]+)"', ask(server, "/").body.decode())
    assert script

    answer = ask(server, script[1])

    assert answer.status == 200
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "immutable" in answer.headers["cache-control"]


def test_the_inline_scripts_are_allowed_by_their_hashes_and_no_other(server: Server) -> None:
    answer = ask(server, "/")
    scripts = re.findall(r"<script>(.*?)</script>", answer.body.decode(), re.DOTALL)

    assert len(scripts) == 2  # ours, and Streamlit's
    hashes = [base64.b64encode(hashlib.sha256(each.encode()).digest()).decode() for each in scripts]
    allowed = re.findall(r"'sha256-(.*?)'", answer.headers["content-security-policy"])
    assert allowed == hashes


def test_the_page_is_dutch_and_says_nothing_of_streamlits_other_doors(server: Server) -> None:
    body = ask(server, "/").body.decode()

    assert '<html lang="nl">' in body
    assert "<title>Weerklank</title>" in body
    assert "agent" not in body


def test_the_language_that_a_visitor_chose_is_there_again_at_the_next_page(server: Server) -> None:
    chosen = ask(server, "/?lang=en").cookies
    assert "weerklank-language=en; Path=/; HttpOnly; SameSite=Lax" in chosen
    cookies = {"weerklank-language": "en"}

    assert '<html lang="en">' in ask(server, "/?sign_on=sign_on_failed", cookies=cookies).body.decode()
    assert "This took too long" in open_tab(server, cookies).run("", "sign_on=sign_in_again")
    assert '<html lang="nl">' in ask(server, "/?lang=nl", cookies=cookies).body.decode()
    assert '<html lang="nl">' in ask(server, "/", cookies={"weerklank-language": "<script>"}).body.decode()
    assert '<html lang="nl">' in ask(server, "/account", cookies=cookies | signed_in(server, "tom")).body.decode()


def test_the_page_follows_the_language_of_the_person(server: Server) -> None:
    cookies = signed_in(server, "suze")
    with server.register() as register:
        register.get_one(m.Account, server.cast["suze"]).language = "en"

    assert '<html lang="en">' in ask(server, "/account", cookies=cookies).body.decode()
    assert '<html lang="en">' in ask(server, "/?lang=en").body.decode()


# Cookies


def _browser_cookie(answer: Answer) -> str:
    return next(cookie for cookie in answer.cookies if "weerklank-browser=" in cookie)


def test_the_first_visit_gives_the_browser_a_name_that_scripts_cannot_read(server: Server) -> None:
    cookie = _browser_cookie(ask(server, "/"))

    assert re.match(r"weerklank-browser=[\w-]{43}; Path=/; HttpOnly; SameSite=Lax; Max-Age=\d+$", cookie)
    assert _browser_cookie(ask(server, "/")) != cookie
    assert not ask(server, "/", cookies={"weerklank-browser": cookie.split("=")[1].split(";")[0]}).cookies


def test_behind_a_proxy_with_https_cookies_are_secure_and_bound_to_the_host(server: Server) -> None:
    answer = ask(server, "/board", X_Forwarded_Proto="https")

    assert answer.cookies
    for cookie in answer.cookies:
        assert cookie.startswith("__Host-weerklank")
        assert "; Secure" in cookie


def test_under_https_a_cookie_from_before_is_not_believed(server: Server) -> None:
    cookies = signed_in(server, "tom")

    assert ask(server, "/account", cookies=cookies, X_Forwarded_Proto="https").status == 303
    host = {f"__Host-{name}": value for name, value in cookies.items()}
    assert ask(server, "/account", cookies=host, X_Forwarded_Proto="https").status == 200


def test_the_screens_cookie_of_streamlit_is_secure_under_https(server: Server) -> None:
    for cookie in ask(server, "/_stcore/health", X_Forwarded_Proto="https").cookies:
        assert "secure" in cookie.lower()
