"""Two processes of the program on one PostgreSQL database, behind nginx: whatever one of them knows, the other knows too."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import event
from streamlit.proto.WidgetStates_pb2 import WidgetState

from db import models as m
from db.engine import make_engine
from db.upgrade import upgrade
from domain.rights import Right
from services import accounts, door, verifying
from services.door import SystemActor
from services.sessions import digest
from tests.attacks.forging import Liar, Screen, state
from tests.browser.conftest import PATIENCE
from tests.cases import Case
from tests.conftest import TODAY, Cast, at, not_by_the_door, on_server
from tests.deploy.proxies import NAME, Proxy, proxy
from tests.deploy.test_proxies import put
from tests.figures import so_many
from tests.postgres import OWNER, PROGRAM, as_role
from tests.serving import ROOT, Server, fill, password_of, start
from tests.web.client import Tab, ask, close_all, open_tab

pytestmark = pytest.mark.postgresql
TIMES = so_many(50, 8)  # entries and corrections of each of two people
STORY = "De zaal was koud en niemand was bereikbaar."


@dataclass
class Pair:
    """`one` and `two` as nginx knows them; reached with the cookie that says so, or directly."""

    one: Server
    two: Server
    outside: Proxy
    cast: Cast

    def at(self, which: int, name: str | None = None) -> Liar:
        """A browser that nginx leads to this process; `name`: signed in already."""
        cookies = {"__Host-weerklank-browser": f"browser-{uuid4().hex}", "weerklank_at": str(which)}
        if name:
            cookies["__Host-weerklank"] = self.outside.front.token_for(name)
        return Liar(self.outside.front, cookies, open_tab(self.outside.front, cookies).connection)


@pytest.fixture(scope="module")
def pair(postgres: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    name, data = f"pair_{uuid4().hex[:8]}", tmp_path_factory.mktemp("shared")
    on_server(postgres, f"CREATE DATABASE {name} OWNER {OWNER}")
    url = as_role(postgres.format(name), PROGRAM)
    engine = make_engine(as_role(postgres.format(name), OWNER))
    upgrade(engine, program=PROGRAM)
    cast = fill(engine, "training", upgraded=True)
    engine.dispose()
    with ExitStack() as stack:
        stack.callback(on_server, postgres, f"DROP DATABASE {name} WITH (FORCE)")
        given = {"WEERKLANK_DATABASE_URL": url, "WEERKLANK_HOST": NAME}
        one, two = (stack.enter_context(start(data, cast, **given)) for _ in range(2))
        outside = stack.enter_context(proxy("nginx", tmp_path_factory.mktemp("nginx"), one, two))
        yield Pair(one, two, outside, cast)
        close_all()


@contextmanager
def of_the_door(pair: Pair) -> Iterator[None]:
    """A third process: inside, services work on the register of the pair."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WEERKLANK_DATA", str(pair.one.data))
        patch.setenv("WEERKLANK_DATABASE_URL", pair.one.database)
        patch.setenv("WEERKLANK_TODAY", TODAY.isoformat())
        door.engine.cache_clear()
        event.listen(door.engine(), "begin", not_by_the_door)
        yield
        door.engine().dispose()
        door.engine.cache_clear()


def enter(liar: Liar, name: str, password: str) -> Screen:
    """Through the form."""
    return liar.widget(*filled_in(liar, name, password))


def filled_in(liar: Liar, name: str, password: str) -> list[WidgetState]:
    labels = liar.visit("").labels
    typed = {"Gebruikersnaam": name, "Wachtwoord": password}
    return [
        *(state(labels[label], string_value=text) for label, text in typed.items()),
        state(labels["Aanmelden"], trigger_value=True),
    ]


def reaches(pair: Pair, cookies: dict[str, str]) -> str:
    """The cookie with which the proxy leads this browser from now on."""
    answer = ask(pair.outside.front, "/", cookies=cookies)
    told = [each.split("=", 1)[1].split(";")[0] for each in answer.cookies if each.startswith("weerklank_at=")]
    return told[0] if told else cookies["weerklank_at"]


def test_whoever_comes_first_stays_where_they_came(pair: Pair) -> None:
    first = {reaches(pair, {}) for _ in range(24)}

    assert first == {"1", "2"}
    for which in first:
        assert {reaches(pair, {"weerklank_at": which}) for _ in range(4)} == {which}
    for which in (1, 2):  # the place was given by one process: the other would say 404
        liar = pair.at(which, "tom")
        liar.visit("intake")
        assert [put(liar, 10) for _ in range(2)] == [204] * 2
        assert put(replace(liar, cookies=liar.cookies | {"weerklank_at": str(3 - which)}), 10) == 404
    assert reaches(pair, {"weerklank_at": "'; drop"}) in first


def test_caddy_keeps_people_with_their_process_and_leads_them_away_when_it_is_gone(
    pair: Pair, tmp_path_factory: pytest.TempPathFactory
) -> None:
    given = {"WEERKLANK_DATABASE_URL": pair.one.database, "WEERKLANK_HOST": NAME}
    with (
        start(pair.one.data, pair.cast, **given) as other,
        proxy("caddy", tmp_path_factory.mktemp("caddy"), pair.one, other) as it,
    ):
        caddy = replace(pair, outside=it)
        ways = sorted({reaches(caddy, {}) for _ in range(24)})
        assert len(ways) == 2
        led: dict[str, bool] = {}
        for way in ways:
            cookies = {"weerklank_at": way, "__Host-weerklank": it.front.token_for("rosa")}
            liar = Liar(it.front, cookies, open_tab(it.front, cookies).connection)
            liar.visit("intake")
            assert [put(liar, 10) for _ in range(3)] == [204] * 3
            led[way] = reaches(caddy, cookies) == way

        other.process.kill()
        other.process.wait(10)

        assert led == dict.fromkeys(ways, True)
        assert len({reaches(caddy, {"weerklank_at": way}) for way in ways}) == 1
        assert all(ask(it.front, "/", cookies={"weerklank_at": way}).status == 200 for way in ways)


def test_a_ticket_of_one_is_a_session_at_the_other(pair: Pair) -> None:
    liar = pair.at(1)
    tab = Tab(liar.connection)
    labels = liar.visit("").labels
    typed = [
        state(labels["Gebruikersnaam"], string_value="rosa"),
        state(labels["Wachtwoord"], string_value=password_of("rosa")),
    ]
    tab.send(liar.rerun(*typed, state(labels["Aanmelden"], trigger_value=True)))
    (address,) = {urlsplit(each).path + "?" + urlsplit(each).query for each in tab.redirects}

    entered = ask(pair.outside.front, address, cookies=liar.cookies | {"weerklank_at": "2"})

    token = next(each for each in entered.cookies if each.startswith("__Host-weerklank="))
    assert "HttpOnly" in token
    assert "Secure" in token
    cookies = liar.cookies | {"weerklank_at": "2", "__Host-weerklank": token.split("=", 1)[1].split(";")[0]}
    assert "Rosa Melder" in open_tab(pair.outside.front, cookies).run("account")


def test_who_leaves_one_has_left_the_other(pair: Pair) -> None:
    here = pair.at(1, "hilde")
    there = open_tab(pair.outside.front, here.cookies | {"weerklank_at": "2"})
    there.run("account")
    tab = Tab(here.connection)
    tab.run("account")

    tab.press(r"\$\$ID-\w+-session\.sign_out")

    assert there.closed_with() == 4401


def test_who_is_blocked_somewhere_is_out_everywhere(pair: Pair) -> None:
    tabs = [Tab(pair.at(which, "tom").connection) for which in (1, 2)]
    for tab in tabs:
        tab.run("account")

    with of_the_door(pair):
        adam = digest(pair.one.token_for("adam"))
        version = next(each.version for each in accounts.listing(adam) if each.name == "tom")
        accounts.disable(adam, pair.cast["tom"], version)

    assert [tab.closed_with() for tab in tabs] == [4401, 4401]


def test_guesses_at_both_are_counted_together(pair: Pair) -> None:
    liars = [pair.at(1), pair.at(2)]

    ends = ["horen niet bij elkaar" in enter(liars[number % 2], "suze", f"mis nummer {number}!").said for number in range(14)]

    assert ends == [True] * 10 + [False] * 4
    assert "minuten" in enter(pair.at(2), "suze", password_of("suze")).said


def test_two_people_at_two_processes_write_in_one_dossier(pair: Pair) -> None:
    with of_the_door(pair):
        at(door.engine(), pair.cast, TODAY)
        case = Case.registered("training", pair.cast, by="rosa").consult().acknowledge().assign()
        known = os.environ | {"PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-m", "tests.deploy.noting", case.reference, str(TIMES)]
        running = [subprocess.Popen([*command, who], cwd=ROOT, env=known, stdout=subprocess.PIPE) for who in ("hans", "cora")]
        said = [each.communicate(timeout=120)[0].decode().split() for each in running]

        assert [each.returncode for each in running] == [0, 0]
        (saved, edits), (also_saved, other_edits) = [map(int, each) for each in said]
        assert (saved, also_saved) == (TIMES, TIMES)
        assert case.kinds().count("contact") == 2 * TIMES
        assert case.row.title == f"Titel {edits + other_edits}", "each edit built on the one that its writer saw"
        assert verifying.verify(SystemActor("verify", frozenset({Right.OPERATE, Right.ENTER}))).faults == []


@pytest.mark.browser
def test_what_was_typed_stands_on_the_other_when_one_is_killed(pair: Pair, chromium: Browser) -> None:
    leads = f"--host-resolver-rules=MAP {NAME} 127.0.0.1"
    browser = chromium.browser_type.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu", leads])
    try:
        page = browser.new_context(locale="nl-NL", ignore_https_errors=True, base_url=pair.outside.front.url).new_page()
        page.set_default_timeout(PATIENCE)
        page.goto("/intake")
        page.get_by_label("Gebruikersnaam", exact=True).fill("mia")
        page.get_by_label("Wachtwoord").fill(password_of("mia"))
        page.get_by_role("button", name="Aanmelden").click()
        page.get_by_label("Wat is er gezegd of gebeurd?").fill(STORY)
        page.get_by_text("Telefoon", exact=True).click()
        until_kept(pair, "mia")
        (was,) = [each["value"] for each in page.context.cookies() if each.get("name") == "weerklank_at"]
        killed = {"1": pair.one, "2": pair.two}[was or ""]

        killed.process.kill()
        killed.process.wait(10)

        until_led_elsewhere(page, was or "")
        expect(page.get_by_label("Wat is er gezegd of gebeurd?")).to_have_value(STORY)
        page.get_by_label("Naam van de klager").fill("Karin Jansen")
        page.get_by_label("Waar gaat het over?").focus()
        until_kept(pair, "mia", complainant_name="Karin Jansen")
        expect(page.get_by_label("Wat is er gezegd of gebeurd?")).to_have_value(STORY)
        (now,) = [each["value"] for each in page.context.cookies() if each.get("name") == "weerklank_at"]
        assert {was, now} == {"1", "2"}

        with start(killed.data, pair.cast, killed.port, WEERKLANK_DATABASE_URL=killed.database, WEERKLANK_HOST=NAME):
            page.reload()
            expect(page.get_by_label("Wat is er gezegd of gebeurd?")).to_have_value(STORY)
            (still,) = [each["value"] for each in page.context.cookies() if each.get("name") == "weerklank_at"]
            assert still == now, "nobody is led back from a screen that is open"
    finally:
        browser.close()


def until_led_elsewhere(page: Page, was: str) -> None:
    """The browser noticed, came back, and was given another process."""
    patience = time.monotonic() + PATIENCE / 1000
    while {each.get("name"): each.get("value") for each in page.context.cookies()}["weerklank_at"] == was:
        assert time.monotonic() < patience
        page.wait_for_timeout(100)
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-connection-state", "CONNECTED")
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")


def until_kept(pair: Pair, who: str, **fields: str) -> None:
    wanted = {"description": STORY} | fields
    patience = time.monotonic() + PATIENCE / 1000
    while time.monotonic() < patience:
        with pair.one.register() as session:
            draft = session.get(m.Draft, (pair.cast[who], "intake"))
            if draft and all(draft.content.get(name) == value for name, value in wanted.items()):
                return
        time.sleep(0.1)
    raise AssertionError("the draft was not kept")
