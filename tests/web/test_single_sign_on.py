"""Single sign-on against a provider that really runs, on a running application: in, and every way not to get in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from urllib.error import HTTPError
from urllib.parse import parse_qs, urlsplit
from urllib.request import HTTPRedirectHandler, build_opener

import pytest
from sqlalchemy import delete, select
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from db import models as m
from services.sessions import digest
from tests.attacks.forging import Liar, state
from tests.serving import Server, free_port, password_of
from tests.serving import serve as serve_on
from tests.web import oidc_provider
from tests.web.client import Answer, ask, open_tab
from tests.web.oidc_provider import CLIENT, SECRET, Provider

BROWSER = {"weerklank-browser": "browser-of-single-sign-on-0123456789"}
OUR_NAME = "https://klachten.voorbeeld.invalid/auth/oidc/callback"


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with oidc_provider.running() as it:
        yield it


@pytest.fixture(autouse=True)
def honest(provider: Provider) -> Iterator[None]:
    provider.lie, provider.person = "", "subject-of-tom"
    yield
    provider.lie = ""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, provider: Provider) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("signed-on")
    (folder / "oidc.toml").write_text(
        f'issuer = "{provider.issuer}"\nclient_id = "{CLIENT}"\nname = "Bureau-account"\nredirect = "{OUR_NAME}"\n'
    )
    with serve_on(folder, WEERKLANK_OIDC_CLIENT_SECRET=SECRET) as it:
        with it.register() as register:
            for name in ("tom", "rosa"):
                register.add(
                    m.SignOnLink(
                        issuer=provider.issuer,
                        subject=f"subject-of-{name}",
                        account_id=it.cast[name],
                        linked_at=register.get_one(m.Account, it.cast[name]).created_at,
                    )
                )
        yield it


class _Stay(HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None


def leave(server: Server, cookies: dict[str, str] = BROWSER) -> str:
    """The address of the provider, from the button."""
    tab = open_tab(server, cookies)
    tab.run("")
    tab.press(r"\$\$ID-\w+-session\.sign_on")
    return tab.redirects[-1]


def at_the_provider(address: str) -> str:
    """Signs in there; path and query with which one comes back to us."""
    try:
        build_opener(_Stay).open(address, timeout=10)
    except HTTPError as redirect:
        back = redirect.headers["Location"]
        redirect.close()
        assert back.startswith(OUR_NAME)
        return back.removeprefix("https://klachten.voorbeeld.invalid")
    raise AssertionError("the provider did not send us back")


def token_in(answer: Answer) -> str | None:
    found = [each.split(";")[0].split("=", 1)[1] for each in answer.cookies if each.startswith("weerklank=")]
    return found[0] if found else None


def said(answer: Answer) -> str:
    return parse_qs(urlsplit(answer.headers["location"]).query).get("sign_on", [""])[0]


def test_one_comes_in_and_is_in_an_ordinary_session(server: Server) -> None:
    answer = ask(server, at_the_provider(leave(server)), cookies=BROWSER)

    token = token_in(answer)
    assert (answer.status, answer.headers["location"]) == (303, "/")
    assert token
    assert "HttpOnly; SameSite=Lax" in answer.cookies[0]
    assert not [each for each in answer.cookies if "_streamlit" in each], "no second cookie that outlives the session"
    cookies = BROWSER | {"weerklank": token}
    assert "Tom Trainer" in open_tab(server, cookies).run("account")
    with server.register() as register:
        row = register.get_one(m.AuthSession, digest(token))
        assert row.account_id == server.cast["tom"]
        row.revoked_at = row.created_at
    assert ask(server, "/account", cookies=cookies).status == 303


def test_what_is_asked_of_the_provider(server: Server, provider: Provider) -> None:
    at_the_provider(leave(server))

    asked = provider.asked[-1]
    assert (asked["response_type"], asked["client_id"], asked["redirect_uri"]) == ("code", CLIENT, OUR_NAME)
    assert asked["scope"] == "openid"
    assert asked["code_challenge_method"] == "S256"
    assert asked["max_age"] == "300"
    assert len(asked["state"]) >= 43
    assert len(asked["nonce"]) >= 43


@pytest.mark.parametrize(
    "lie",
    [
        "nonce", "no nonce", "expired", "from tomorrow", "issuer", "audience", "two audiences", "long ago", "no time",
        "no subject", "alg none", "hmac", "changed", "key", "no token",
    ],
)  # fmt: skip
def test_a_token_that_is_not_right_opens_nothing(server: Server, provider: Provider, lie: str) -> None:
    provider.lie = lie

    answer = ask(server, at_the_provider(leave(server)), cookies=BROWSER)

    assert (token_in(answer), said(answer)) == (None, "sign_on_failed")


def test_what_came_back_counts_once(server: Server) -> None:
    back = at_the_provider(leave(server))

    assert token_in(ask(server, back, cookies=BROWSER))
    again = ask(server, back, cookies=BROWSER)

    assert (token_in(again), said(again)) == (None, "sign_on_failed")


def test_a_code_counts_once_even_with_a_new_state(server: Server) -> None:
    used = parse_qs(urlsplit(back := at_the_provider(leave(server))).query)["code"][0]
    assert token_in(ask(server, back, cookies=BROWSER))
    fresh = parse_qs(urlsplit(at_the_provider(leave(server))).query)["state"][0]

    answer = ask(server, f"/auth/oidc/callback?code={used}&state={fresh}", cookies=BROWSER)

    assert (token_in(answer), said(answer)) == (None, "sign_on_failed")


@pytest.mark.parametrize("cookies", [{}, {"weerklank-browser": "another-browser-0123456789-abc"}], ids=["none", "another"])
def test_what_came_back_is_for_the_browser_that_left(server: Server, cookies: dict[str, str]) -> None:
    answer = ask(server, at_the_provider(leave(server)), cookies=cookies)

    assert (token_in(answer), said(answer)) == (None, "sign_on_failed")


@pytest.mark.parametrize(
    "query",
    [
        "",
        "state=x&code=y",
        "error=access_denied&state=x",
        "code=%00&state=%00",
        "state=" + "x" * 5000,
        "iss=https://evil.invalid",
    ],
)
def test_made_up_answers_open_nothing(server: Server, query: str) -> None:
    answer = ask(server, f"/auth/oidc/callback?{query}", cookies=BROWSER)

    assert (answer.status, token_in(answer), said(answer)) == (303, None, "sign_on_failed")


def test_an_answer_of_another_provider_is_refused(server: Server) -> None:
    back = at_the_provider(leave(server))
    forged = back[: back.index("&iss=")] + "&iss=https%3A%2F%2Fevil.invalid"

    answer = ask(server, forged, cookies=BROWSER)

    assert (token_in(answer), said(answer)) == (None, "sign_on_failed")


def test_an_attempt_that_is_too_old_is_refused(server: Server) -> None:
    back = at_the_provider(leave(server))
    with server.register() as register:
        for row in register.scalars(select(m.SignOnAttempt)):
            row.created_at -= timedelta(minutes=11)

    assert said(ask(server, back, cookies=BROWSER)) == "sign_on_failed"


def test_somebody_unknown_gets_no_account(server: Server, provider: Provider) -> None:
    provider.person = "a-subject-that-nobody-linked"
    with server.register() as register:
        before = len(register.scalars(select(m.Account.id)).all())

    answer = ask(server, at_the_provider(leave(server)), cookies=BROWSER)

    assert (token_in(answer), said(answer)) == (None, "sign_on_unknown")
    with server.register() as register:
        assert len(register.scalars(select(m.Account.id)).all()) == before


def test_a_blocked_account_stays_out(server: Server, provider: Provider) -> None:
    provider.person = "subject-of-rosa"
    with server.register() as register:
        register.get_one(m.Account, server.cast["rosa"]).active = False

    answer = ask(server, at_the_provider(leave(server)), cookies=BROWSER)

    assert (token_in(answer), said(answer)) == (None, "sign_on_unknown")


def test_one_links_ones_own_account_with_ones_password(server: Server, provider: Provider) -> None:
    provider.person = "subject-of-hans"
    liar = Liar.of(server, "hans")
    assert hans_links(liar, "niet het wachtwoord van hans") == ""
    back = at_the_provider(hans_links(liar, password_of("hans")))

    stranger = Liar.of(server, "cora")
    assert said(ask(server, back, cookies=stranger.cookies)) == "sign_on_failed"
    answer = ask(server, at_the_provider(hans_links(liar, password_of("hans"))), cookies=liar.cookies)

    assert (answer.status, answer.headers["location"], token_in(answer)) == (303, "/account", None)
    assert "Gekoppeld aan uw account" in open_tab(server, liar.cookies).run("account")
    inside = token_in(ask(server, at_the_provider(leave(server)), cookies=BROWSER))
    assert inside
    with server.register() as register:
        assert register.get_one(m.AuthSession, digest(inside)).account_id == server.cast["hans"]


def test_a_name_at_the_provider_opens_one_account_only(server: Server, provider: Provider) -> None:
    provider.person = "subject-of-tom"
    liar = Liar.of(server, "hilde")

    answer = ask(server, at_the_provider(hans_links(liar, password_of("hilde"))), cookies=liar.cookies)

    assert said(answer) == "sign_on_taken"
    with server.register() as register:
        assert register.get_one(m.SignOnLink, (provider.issuer, "subject-of-tom")).account_id == server.cast["tom"]


def test_a_session_that_ended_meanwhile_links_nothing(server: Server, provider: Provider) -> None:
    provider.person = "subject-of-piet"
    liar = Liar.of(server, "piet")
    back = at_the_provider(hans_links(liar, password_of("piet")))
    with server.register() as register:
        register.execute(delete(m.AuthSession).where(m.AuthSession.id == digest(liar.cookies["weerklank"])))

    ask(server, back, cookies=liar.cookies)

    with server.register() as register:
        assert register.get(m.SignOnLink, (provider.issuer, "subject-of-piet")) is None


def hans_links(liar: Liar, password: str) -> str:
    """The address of the provider, or nothing where the password was wrong."""
    screen = liar.visit("account")
    field = next(each for each in screen.widgets if "account.sign_on_password" in each)
    button = next(each for each in screen.widgets if "FormSubmitter" in each and "account.sign_on" in each)
    liar.connection.send(liar.rerun(state(field, string_value=password), state(button, trigger_value=True)).SerializeToString())
    address = ""
    while True:
        received = liar.connection.recv(timeout=20)
        message = ForwardMsg()
        message.ParseFromString(received if isinstance(received, bytes) else received.encode())
        if message.WhichOneof("type") == "auth_redirect":
            address = message.auth_redirect.url
        if message.WhichOneof("type") == "script_finished":
            return address


def test_where_it_is_off_there_is_no_button_and_no_way_in(tmp_path_factory: pytest.TempPathFactory) -> None:
    with serve_on(tmp_path_factory.mktemp("off")) as off:
        assert "session.sign_on" not in open_tab(off, BROWSER).run("")
        assert said(ask(off, "/auth/oidc/callback?state=x&code=y", cookies=BROWSER)) == "sign_on_off"


def test_a_provider_that_is_away_is_said(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("away")
    (folder / "oidc.toml").write_text(
        f'issuer = "http://127.0.0.1:{free_port()}"\nclient_id = "x"\nclient_secret = "y"\nredirect = "{OUR_NAME}"\n'
    )
    with serve_on(folder) as server:
        tab = open_tab(server, BROWSER)
        tab.run("")
        assert "niet bereikbaar" in tab.press(r"\$\$ID-\w+-session\.sign_on")
        assert not tab.redirects
