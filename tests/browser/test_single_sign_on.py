"""Single sign-on as people meet it: from the button to where they were going, in Chromium, with a provider that runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from db import models as m
from tests.browser.conftest import sign_out
from tests.serving import Server, password_of
from tests.web import oidc_provider
from tests.web.oidc_provider import CLIENT, SECRET, Provider

pytestmark = pytest.mark.browser


@pytest.fixture
def provider(server: Server) -> Iterator[Provider]:
    with oidc_provider.running() as it:
        (server.data / "oidc.toml").write_text(
            f'issuer = "{it.issuer}"\nclient_id = "{CLIENT}"\nclient_secret = "{SECRET}"\nname = "Bureau-account"\n'
            f'redirect = "{server.url}/auth/oidc/callback"\n'
        )
        yield it
        (server.data / "oidc.toml").unlink()


def test_one_links_and_comes_in_by_it_to_where_one_was_going(
    open_browser: Callable[..., Page], server: Server, provider: Provider
) -> None:
    page = open_browser()
    page.context.add_cookies([{"name": "weerklank", "value": server.token_for("tom"), "url": server.url}])
    page.goto("/account")
    page.get_by_role("button", name="Koppelen").wait_for()
    page.get_by_label("Huidig wachtwoord").last.fill(password_of("tom"))
    page.get_by_role("button", name="Koppelen").click()
    expect(page.get_by_text("Gekoppeld aan uw account bij Bureau-account")).to_be_visible()
    sign_out(page)

    page.goto("/account")
    page.get_by_role("button", name="Aanmelden met Bureau-account").click()

    expect(page.get_by_text("Gekoppeld aan uw account bij Bureau-account")).to_be_visible()
    expect(page).to_have_url("/account")
    assert {each["name"] for each in page.context.cookies()} <= {"weerklank", "weerklank-browser", "_streamlit_xsrf"}

    sign_out(page)
    provider.person = "somebody-nobody-knows"
    page.get_by_role("button", name="Aanmelden met Bureau-account").click()
    expect(page.get_by_text("opent hier niets")).to_be_visible()


def test_our_own_second_step_can_be_asked_as_well(
    open_browser: Callable[..., Page], server: Server, provider: Provider
) -> None:
    """Adam is an administrator, for whom it is required, and has none yet."""
    settings = server.data / "oidc.toml"
    settings.write_text(settings.read_text() + 'second_step = "here"\n')
    provider.person = "subject-of-adam"
    with server.register() as register:
        required = register.get(m.Setting, "second_step_roles") or m.Setting(key="second_step_roles")
        required.value = ["admin"]
        register.add(required)
        adam = register.get_one(m.Account, server.cast["adam"])
        register.add(
            m.SignOnLink(issuer=provider.issuer, subject="subject-of-adam", account_id=adam.id, linked_at=adam.created_at)
        )
    page = open_browser()
    page.goto("/people")

    page.get_by_role("button", name="Aanmelden met Bureau-account").click()

    expect(page.get_by_text("authenticator", exact=False).first).to_be_visible()
    expect(page.get_by_role("button", name="Afmelden", exact=True)).to_have_count(0)
