"""Our few own addresses, on a running application."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from datetime import timedelta
from email.message import Message
from urllib.parse import quote

import pytest

from db import models as m
from services import attachments, door
from services.sessions import digest
from tests.conftest import TODAY, moment
from tests.fill import make_complaint, make_party
from tests.samples import pdf
from tests.serving import Server
from tests.web.client import ask, open_tab
from tests.web.test_gate import signed_in
from web.routes import disposition

BROWSER = "browser-of-this-test-0123456789"


def ticket_for(server: Server, name: str, browser: str = BROWSER, age: timedelta = timedelta(0)) -> str:
    ticket = secrets.token_urlsafe(32)
    made = moment() - age
    with server.register() as register:
        register.add(m.AuthTicket(id=digest(ticket), account_id=server.cast[name], browser=digest(browser), created_at=made))
    return ticket


def session_cookie(cookies: list[str]) -> str | None:
    return next((each.split(";")[0].split("=")[1] for each in cookies if each.startswith("weerklank=")), None)


def test_a_ticket_becomes_a_cookie_once(server: Server) -> None:
    ticket = ticket_for(server, "tom")
    browser = {"weerklank-browser": BROWSER}

    first = ask(server, f"/auth/redeem?ticket={ticket}", cookies=browser)
    second = ask(server, f"/auth/redeem?ticket={ticket}", cookies=browser)

    assert (first.status, first.headers["location"]) == (303, "/")
    token = session_cookie(first.cookies)
    assert token
    assert "HttpOnly; SameSite=Lax" in first.cookies[0]
    assert "Tom Trainer" in open_tab(server, {"weerklank": token}).run("account")
    assert session_cookie(second.cookies) is None
    inside = ask(server, f"/auth/redeem?ticket={ticket}", cookies=browser | {"weerklank": token})
    assert inside.headers["location"] == "/", "who is in already is not told to sign in"


def test_who_comes_in_again_in_the_same_browser_is_out_of_the_earlier_session(server: Server) -> None:
    earlier = signed_in(server, "rosa")
    assert ask(server, "/auth/redeem?ticket=x", cookies=earlier | {"weerklank-browser": BROWSER}).status == 303
    assert revoked_why(server, earlier) is None

    answer = ask(server, f"/auth/redeem?ticket={ticket_for(server, 'tom')}", cookies=earlier | {"weerklank-browser": BROWSER})

    assert session_cookie(answer.cookies)
    assert revoked_why(server, earlier) == "signed_out"


def revoked_why(server: Server, cookies: dict[str, str]) -> str | None:
    with server.register() as register:
        return register.get_one(m.AuthSession, digest(cookies["weerklank"])).revoked_why


def test_a_ticket_is_worth_nothing_in_another_browser(server: Server) -> None:
    ticket = ticket_for(server, "tom")

    stranger = ask(server, f"/auth/redeem?ticket={ticket}", cookies={"weerklank-browser": "another-browser-0123456789"})
    nobody = ask(server, f"/auth/redeem?ticket={ticket}")

    assert session_cookie(stranger.cookies) is None
    assert stranger.headers["location"] == "/?sign_on=sign_in_again"
    assert session_cookie(nobody.cookies) is None


def test_a_ticket_lives_thirty_seconds(server: Server) -> None:
    ticket = ticket_for(server, "tom", age=timedelta(seconds=31))

    answer = ask(server, f"/auth/redeem?ticket={ticket}", cookies={"weerklank-browser": BROWSER})

    assert session_cookie(answer.cookies) is None


@pytest.mark.parametrize("ticket", ["", "x", "%00", "%F0%9F%92%A5", "a" * 3000])
def test_a_made_up_ticket_leads_to_the_sign_in(server: Server, ticket: str) -> None:
    answer = ask(server, f"/auth/redeem?ticket={ticket}", cookies={"weerklank-browser": BROWSER})

    assert (answer.status, answer.headers["location"]) == (303, "/?sign_on=sign_in_again")


@pytest.mark.parametrize(
    ("to", "leads"),
    [
        ("/board?status=registered", "/board?status=registered"),
        ("/complaint?ref=K26-7F3Q9", "/complaint?ref=K26-7F3Q9"),
        ("https://evil.example/", "/"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("/board\r\nX: y", "/"),
        ("javascript:alert(1)", "/"),
        ("/auth/redeem?ticket=x", "/"),
        ("/" + "a" * 3000, "/"),
    ],
)
def test_one_arrives_where_one_was_going_but_never_elsewhere(server: Server, to: str, leads: str) -> None:
    by_address = ask(
        server,
        f"/auth/redeem?ticket={ticket_for(server, 'tom')}&to={quote(to, safe='')}",
        cookies={"weerklank-browser": BROWSER},
    )
    assert by_address.headers["location"] == leads
    if "\r" in to or "\\" in to:
        return
    by_cookie = ask(
        server,
        f"/auth/redeem?ticket={ticket_for(server, 'tom')}",
        cookies={"weerklank-browser": BROWSER, "weerklank-to": to},
    )
    assert by_cookie.headers["location"] == leads


def test_the_place_one_was_going_is_forgotten_after_arriving(server: Server) -> None:
    answer = ask(server, f"/auth/redeem?ticket={ticket_for(server, 'tom')}", cookies={"weerklank-browser": BROWSER})

    assert any(each.startswith("weerklank-to=;") and "Max-Age=0" in each for each in answer.cookies)


def test_a_link_to_the_farewell_signs_nobody_out(server: Server) -> None:
    cookies = signed_in(server, "dora")

    answer = ask(server, "/auth/farewell", cookies=cookies)

    assert not answer.cookies
    assert ask(server, "/account", cookies=cookies).status == 200


def test_the_farewell_removes_the_cookie_of_a_session_that_ended(server: Server) -> None:
    answer = ask(server, "/auth/farewell", cookies={"weerklank": "a-token-that-ended-long-ago"})

    assert any(each.startswith("weerklank=;") and "Max-Age=0" in each for each in answer.cookies)


def test_an_attachment_that_is_not_there_and_one_that_is_not_yours_are_the_same(server: Server) -> None:
    answer = ask(server, f"/attachment/{secrets.token_urlsafe(32)}", cookies=signed_in(server, "dora"))

    assert (answer.status, answer.body) == (404, b"Not found")


@pytest.fixture
def attached(server: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The token of a file in a dossier that Hans handles and that is about Piet."""
    monkeypatch.setenv("WEERKLANK_DATABASE_URL", f"sqlite:///{server.data / 'weerklank.db'}")
    monkeypatch.setenv("WEERKLANK_DATA", str(server.data))
    monkeypatch.setenv("WEERKLANK_TODAY", TODAY.isoformat())
    door.engine.cache_clear()
    with server.register() as register:
        complaint = make_complaint(register, server.cast, handler_id=server.cast["hans"])
        make_party(register, complaint, account_id=server.cast["dora"])
        reference = complaint.reference
    hans = digest(server.token_for("hans"))
    (token,) = attachments.add(hans, reference, [("één <b>brief</b>.pdf", pdf())])
    yield token
    door.engine().dispose()
    door.engine.cache_clear()


def test_an_attachment_is_saved_never_shown(server: Server, attached: str) -> None:
    answer = ask(server, f"/attachment/{attached}", cookies=signed_in(server, "hans"))

    assert (answer.status, answer.body) == (200, pdf())
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment; filename=")
    assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("who", ["tom", "hilde", "vera", "adam", "dora"])
def test_an_attachment_is_for_who_may_read_its_dossier(server: Server, attached: str, who: str) -> None:
    answer = ask(server, f"/attachment/{attached}", cookies=signed_in(server, who))

    assert (answer.status, answer.body) == (404, b"Not found")


def test_an_attachment_whose_bytes_are_gone_says_so(server: Server, attached: str) -> None:
    (server.data / "attachments" / attached).unlink()

    answer = ask(server, f"/attachment/{attached}", cookies=signed_in(server, "hans"))

    assert answer.status == 409
    assert b"refused." not in answer.body


@pytest.mark.parametrize("path", ["/attachment/", "/attachment/x/y", "/attachment/sealed/-1", "/attachment/sealed/x"])
def test_below_attachments_there_is_nothing_else(server: Server, path: str) -> None:
    answer = ask(server, path, cookies=signed_in(server, "dora"))

    assert (answer.status, answer.body) == (404, b"Not found")


def test_health_says_ok_and_no_more(server: Server) -> None:
    assert (ask(server, "/healthz").status, ask(server, "/healthz").body) == (200, b"ok")
    ready = ask(server, "/readyz")
    assert (ready.status, set(json.loads(ready.body)["reasons"])) == (200, {"backup", "nightly"})


@pytest.mark.parametrize(
    "header",
    [
        {"X_Forwarded_For": "127.0.0.1"},
        {"X_Forwarded_Proto": "https"},
        {"X_Real_IP": "127.0.0.1"},
        {"Forwarded": "for=127.0.0.1"},
        {"Via": "1.1 caddy"},
        {"Host": "klachten.voorbeeld.invalid"},
        {"Host": "127.0.0.1.voorbeeld.invalid"},
    ],
)
def test_whether_it_is_ready_is_told_to_nobody_else(server: Server, header: dict[str, str]) -> None:
    """A proxy on the same machine asks for others."""
    answer = ask(server, "/readyz", **header)

    assert (answer.status, answer.body) == (404, b"Not found")
    assert ask(server, "/healthz", **header).status == 200


@pytest.mark.parametrize(
    "name",
    [
        "brief.pdf",
        'naam"met"quotes.pdf',
        "regel\r\nSet-Cookie: x=y.pdf",
        "été één 😀.docx",
        "\u202egnp.exe",
        "..",
        "",
        "a;b=c.txt",
        "100%.pdf",
        "../../etc/passwd",
    ],
)
def test_a_file_name_cannot_leave_its_header(name: str) -> None:
    header = disposition(name)

    header.encode("ascii")
    assert header.startswith('attachment; filename="')
    assert "\r" not in header
    assert "\n" not in header
    assert header.count('"') == 2
    message = Message()
    message["Content-Disposition"] = header
    assert message.get_content_disposition() == "attachment"


def test_a_dutch_file_name_arrives_whole() -> None:
    assert disposition("één brief.pdf") == "attachment; filename=\"een brief.pdf\"; filename*=UTF-8''%C3%A9%C3%A9n%20brief.pdf"
