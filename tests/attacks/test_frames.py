"""Forged websocket frames against a running server, by people of many roles and a visitor: whatever comes in, no traceback
on the screen or in the log, nothing personal in the log, the register as it was, and the server still answers."""

from __future__ import annotations

import random
import re
from contextlib import suppress

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from websockets.exceptions import ConnectionClosed

from db import models as m
from services.sessions import digest
from tests.attacks.forging import PRESSED, VALUES, Liar, state
from tests.attacks.world import World, harmless
from tests.figures import Figures
from tests.serving import password_of
from tests.web.client import ask, open_tab

pytestmark = pytest.mark.usefixtures("nothing_broke")

PAGES = ("intake", "board", "complaint", "appeals", "overview", "restricted", "people", "help", "account", "home", "start")
# Who attacks which screens
SCREENS = (
    ("tom", "intake"),
    ("hans", "complaint"),
    ("hans", "account"),
    ("mia", "overview"),
    ("piet", "board"),
    ("vera", "appeals"),
    ("vera", "restricted"),
    ("adam", "people"),
)
SENT: dict[str, int] = {}


# Values


@pytest.mark.parametrize(("who", "page"), SCREENS)
def test_wrong_values_in_every_widget(world: World, who: str, page: str) -> None:
    liar = Liar.of(world.server, who)
    shown = {"complaint": f"ref={world.open}", "appeals": f"ref={world.appealed}", "restricted": f"ref={world.closed}"}
    query = shown.get(page, "")
    liar.visit(page, query)
    harmless(liar)
    widgets = {widget: kind for widget, kind in liar.screen.widgets.items() if "session." not in widget}
    for value in VALUES:
        kept = [each for each, kind in widgets.items() if kind != "button" or not {*value} & {*PRESSED, "bool_value"}]
        liar.widget(*(state(each, **value) for each in kept), query=query)
        harmless(liar)
    SENT[f"values by {who} in {page}"] = liar.sent


def test_a_visitors_frames(world: World) -> None:
    liar = Liar.of(world.server, None)
    liar.visit("")
    fields = [each for each, kind in liar.screen.widgets.items() if kind == "text_input"]
    button = next(each for each in liar.screen.widgets if "FormSubmitter" in each)
    for value in VALUES:
        liar.widget(*(state(each, **value) for each in fields), state(button, trigger_value=True))
        harmless(liar)
    for page in PAGES:
        liar.visit(page, f"ref={world.hidden}&link=x&lang=%00")
        harmless(liar)
        assert world.hidden not in liar.screen.said
        assert "Geheimzaak" not in liar.screen.said
    SENT["values by a visitor"] = liar.sent


def test_an_address_of_the_browser_that_is_none(world: World) -> None:
    """The browser says itself where it is; the sign-in returns there."""
    for url in ("http://[", "//[::1", "javascript:alert(1)", "https://evil.invalid/board?ref=x", "\x00", "x" * 10_000):
        liar = Liar.of(world.server, None)
        liar.visit("")
        name, password = (each for each, kind in liar.screen.widgets.items() if kind == "text_input")
        button = next(each for each in liar.screen.widgets if "FormSubmitter" in each)
        filled = (state(name, string_value="tom"), state(password, string_value=password_of("tom")))
        message = liar.rerun(*filled, state(button, trigger_value=True))
        message.rerun_script.context_info.url = url
        liar.send(message)
        harmless(liar)
        assert "verwijzing" not in liar.screen.said


# Widgets that are somebody else's


def test_buttons_and_fields_of_somebody_else(world: World) -> None:
    theirs = []
    for who, page, query in (
        ("adam", "people", ""),
        ("cora", "complaint", f"ref={world.hidden}"),
        ("vera", "appeals", f"ref={world.appealed}"),
        ("vera", "restricted", f"ref={world.closed}"),
        ("cora", "intake", ""),
    ):
        there = Liar.of(world.server, who)
        theirs += [each for each in there.visit(page, query).widgets if "session." not in each]
        harmless(there)
    liar = Liar.of(world.server, "tom")
    for page, query in (("complaint", f"ref={world.hidden}"), ("people", "")):
        liar.visit(page, query)
        for each in theirs:
            if each not in liar.screen.widgets:
                liar.widget(state(each, trigger_value=True), query=query)
        harmless(liar)
        liar.widget(*(state(each, trigger_value=True) for each in theirs if each not in liar.screen.widgets))
        liar.widget(*(state(f"$$ID-{n:032x}-people.save", trigger_value=True) for n in range(300)), state("", string_value="x"))
        liar.widget(state("board.open", string_value=world.hidden), state("session.me", string_value="adam"))
        harmless(liar)
        assert "Geheimzaak" not in liar.screen.said
    SENT["widgets of others"] = liar.sent


# Pages, fragments, queries


def test_scripts_pages_and_fragments_of_others(world: World) -> None:
    admin, tom = Liar.of(world.server, "adam"), Liar.of(world.server, "tom")
    admin.visit("people")
    tom.visit("account")
    hashes = [*admin.screen.pages.values(), admin.screen.page, "0" * 32, "x" * 10_000, "../pages/people.py", "\x00"]
    for each in hashes:
        tom.widget(page=each, query=f"ref={world.hidden}")
        harmless(tom)
        assert "Geheimzaak" not in tom.screen.said
        assert "people.new." not in tom.screen.said
    for name in (
        "people",
        "../people",
        "/people",
        "people\x00",
        "pages/people.py",
        "x" * 5000,
        "\u202e",
        "start",
        ".",
        "%2e%2e",
    ):
        tom.visit(name, f"ref={world.hidden}")
        harmless(tom)
        assert "people.new." not in tom.screen.said
    for fragment in ("people", "x" * 10_000, "\x00", "0" * 32):
        tom.cast_away(tom.rerun(fragment_id=fragment))
    tom.settle()
    harmless(tom)
    SENT["scripts and fragments"] = tom.sent


EVERYWHERE = (
    "ref=" + "&ref=".join("ABCDEFGH") + "&" * 50,
    "?ref=x&;=&==&&&%",
    "tab=%00&embed=true&embed_options=dark_theme",
    "link=abc&lang=xx",
    "lang=" + "x" * 5000,
    "%",
    "\x00=\x00",
    "a" * 50_000,
)
REFERENCES = (
    "ref=",
    "ref=%00",
    "ref=%ff%fe",
    "ref=%ed%a0%80",
    "ref=" + "A" * 20_000,
    "ref=K26-%E2%80%AE",
    "ref=' OR 1=1 --",
    "ref=../../etc/passwd",
    "ref=K26-AAAAA&ref=K26-BBBBB",
)
# By page: who asks for it, and what only that page looks at
ADDRESSES: dict[str, tuple[str, tuple[str, ...]]] = {
    "complaint": ("hans", REFERENCES),
    "appeals": ("vera", REFERENCES),
    "restricted": ("vera", REFERENCES),
    "intake": ("tom", ("category=%3Cscript%3E", "category=%00", "category=" + "x" * 20_000)),
    "people": ("adam", ("part=units&part=accounts", "part=niet", "part=%00", "part=calendar", "part=settings")),
    "overview": (
        "mia",
        (
            *("year=0000", "year=9999", "year=0001", "year=٢٠٢٦", "year=²⁰²⁶", "year=-1", "year=%00", "year=" + "9" * 5000),
            "year=other&from=0000-01&until=9999-12",
            "year=other&from=0001-01&until=0001-02",
            "year=other&from=2026-13&until=%00",
            "year=other&from=٢٠٢٦-01&until=2026-02",
            "unit=-1&category=%00&procedure=%00",
            "unit=999999999999999999999999&category=" + "x" * 20_000,
            "show=unit.99999999999999999999999999",
            "show=promise...&unit=1.5",
            "show=" + "x" * 20_000,
        ),
    ),
    "board": (
        "piet",
        (
            "page=0",
            "page=999999",
            "page=٣",
            "page=1e9",
            "handler=999999999999999999999999",
            "handler=-1&unit=-1",
            "handler=1.5&unit=NaN",
            "flag=niet&status=niet&sort=niet&category=%00&procedure=%00",
            "text=%00",
            "text=%25%25%5f%27%22",
            "text=" + "x" * 20_000,
            "text=%F0%9F%A6%84%E2%80%8B",
        ),
    ),
}


@pytest.mark.parametrize("page", ADDRESSES)
def test_odd_addresses(world: World, page: str) -> None:
    who, queries = ADDRESSES[page]
    liar = Liar.of(world.server, who)
    for query in (*EVERYWHERE, *queries):
        liar.visit(page, query)
        harmless(liar)
    SENT[f"addresses of {page}"] = liar.sent


@pytest.mark.parametrize(
    ("who", "page", "which"),
    [
        ("hans", "complaint", "hidden"),
        ("mia", "complaint", "hidden"),
        ("tom", "complaint", "hidden"),
        ("adam", "complaint", "open"),
        ("cora", "complaint", "closed"),
        ("hans", "restricted", "closed"),
        ("dora", "restricted", "closed"),
        ("vera", "appeals", "hidden"),
        ("vera", "complaint", "open"),
        ("suze", "appeals", "appealed"),
        ("wim", "restricted", "closed"),
    ],
)
def test_a_dossier_that_one_may_not_see_looks_like_one_that_is_not_there(world: World, who: str, page: str, which: str) -> None:
    liar = Liar.of(world.server, who)
    reference = getattr(world, which)

    there = re.sub(reference, "?", texts(liar, page, reference))
    nowhere = re.sub("K26-ZZZZZ", "?", texts(liar, page, "K26-ZZZZZ"))

    assert there == nowhere
    assert "Geheimzaak" not in there
    SENT["references"] = SENT.get("references", 0) + liar.sent


def texts(liar: Liar, page: str, reference: str) -> str:
    screen = liar.visit(page, f"ref={reference}")
    return re.sub(r'\$\$ID-\w+|"?scriptrunner[^\n]*|[0-9a-f-]{32,36}', "", screen.said)


# Files


def test_files_and_downloads_of_others(world: World) -> None:
    cora, hans = Liar.of(world.server, "cora"), Liar.of(world.server, "hans")
    cora.visit("overview")
    cora.visit("complaint", f"ref={world.hidden}")
    cora.widget(*(state(each, string_value="attachments") for each in cora.screen.widgets if "complaint.tab" in each))

    unknown = ask(world.server, f"/attachment/{'A' * 43}", cookies=hans.cookies)
    for path in (
        f"/attachment/{world.file}",
        f"/attachment/{world.file[:-1]}x",
        "/attachment/%00",
        f"/attachment/{world.file}/",
    ):
        answer = ask(world.server, path, cookies=hans.cookies)
        assert (answer.status, answer.body) in ((404, unknown.body), (404, b"Not Found"), (400, b"Bad Request"), (301, b""))
    for path in ("/media/x.pdf", "/media/../app.py", "/media/%2e%2e/app.py"):
        assert ask(world.server, path, cookies=hans.cookies).status in (400, 404, 405)
    for method in ("PUT", "DELETE"):
        for path in ("/_stcore/upload_file/a/b", f"/_stcore/upload_file/{'x' * 200}/y", "/_stcore/upload_file/%00/%00"):
            answer = ask(world.server, path, method, cookies=hans.cookies, Origin=world.server.url)
            assert answer.status < 500, (method, path, answer.status)
            assert b"Traceback" not in answer.body


def test_uploads_that_were_never_made(world: World) -> None:
    liar = Liar.of(world.server, "tom")
    liar.visit("intake")
    uploader = next(each for each, kind in liar.screen.widgets.items() if kind == "file_uploader")
    save = liar.screen.labels.get("Vastleggen")
    for number in range(20):
        forged = state(uploader, file_uploader_state_value={f"file-{number}": f"/media/{number}"})
        liar.widget(forged, *([state(save, trigger_value=True)] if save else []))
        harmless(liar)
    SENT["uploads"] = liar.sent


# What is no message. (That what is switched off stays off: tests/web/test_streamlit_contract.py)


@pytest.mark.parametrize("who", [None, "hans"])
def test_frames_that_are_no_message(world: World, who: str | None) -> None:
    liar, chance = Liar.of(world.server, who), random.Random(5)
    for length in (0, 1, 2, 7, 100, 5_000, 60_000):
        for _ in range(4):
            liar.raw(chance.randbytes(length))
    for words in ("", "{}", "x" * 10_000, "\x00"):
        liar.raw(words)
    for kind in ("stop_script", "clear_cache", "load_git_info", "debug_disconnect_websocket", "debug_shutdown_runtime"):
        message = BackMsg()
        setattr(message, kind, True)
        liar.raw(message.SerializeToString())
    deep = BackMsg()
    deep.rerun_script.widget_states.widgets.extend(state(f"$$ID-{number}", string_value="x") for number in range(500))
    liar.raw(deep.SerializeToString()[:-3])
    liar.visit("account" if who else "")
    harmless(liar)
    SENT[f"no message by {who}"] = liar.sent


@pytest.mark.parametrize("size", [25_000_001, 60_000_000])
def test_a_frame_that_is_too_large(world: World, size: int) -> None:
    liar = Liar.of(world.server, "hans")
    liar.visit("account")
    with suppress(ConnectionClosed, OSError):
        liar.connection.send(b"\x00" * size)
        while True:
            liar.connection.recv(timeout=10)
    liar.again()
    liar.visit("account")
    harmless(liar)
    SENT[f"too large: {size}"] = 1


# After the end


@pytest.mark.parametrize(("who", "page"), SCREENS)
def test_no_button_no_part_and_no_page_works_after_the_end(world: World, who: str, page: str) -> None:
    """Callbacks run before the script and parts run without it: neither comes that far."""
    query = {"complaint": f"ref={world.open}", "appeals": f"ref={world.appealed}", "restricted": f"ref={world.closed}"}.get(
        page, ""
    )
    first = Liar.of(world.server, who)
    tabs = [first] + [Liar(world.server, first.cookies, open_tab(world.server, first.cookies).connection) for _ in range(3)]
    for each in tabs:
        each.visit(page, query)
    pressed = [state(each, trigger_value=True) for each, kind in first.screen.widgets.items() if kind == "button"]
    other = next(iter(first.screen.pages.values()))
    with world.server.register() as register:
        row = register.get_one(m.AuthSession, digest(first.cookies["weerklank"]))
        row.revoked_at = row.last_seen_at
    frames = (
        first.rerun(*pressed, query=query),
        first.rerun(query=query, fragment_id="0" * 32),
        first.rerun(*pressed, query=query, fragment_id="0" * 32, is_auto_rerun=True),
        first.rerun(page=other),
    )
    for each, frame in zip(tabs, frames, strict=True):
        before = each.screen
        each.send(frame)
        assert each.closed == 1
        assert each.screen is before, "something was drawn after the end"
    SENT[f"after the end by {who} in {page}"] = len(frames)


def test_many_frames_were_forged(figures: Figures) -> None:
    """Last in this file: what the tests above sent, where all of them ran. After each of them the register was as before."""
    if len(SENT) > 30:
        figures.at_least("P5", "forged frames; no state changed, no traceback", sum(SENT.values()), 400)
