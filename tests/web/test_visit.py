"""What a request says about itself, where one word more or less would let it in."""

from __future__ import annotations

import pytest

from web.visit import Visit, asked_on_this_machine


def visit(host: str, origin: str | None = None, *, secure: bool = False) -> Visit:
    return Visit(path="/", query="", host=host, origin=origin, secure=secure, source="", cookies={})


@pytest.mark.parametrize(
    ("host", "origin", "secure", "ours"),
    [
        ("klachten.nl", "https://klachten.nl", True, True),
        ("klachten.nl", "http://klachten.nl", True, False),  # somebody who sits in between took the s away
        ("klachten.nl", "http://klachten.nl", False, True),
        ("klachten.nl", "ftp://klachten.nl", False, False),
        ("klachten.nl", "https://elders.nl", True, False),
        ("klachten.nl", "https://[", True, False),
        ("klachten.nl", "", True, False),
        ("klachten.nl", None, True, False),
        ("", "https://", True, False),
    ],
)
def test_only_a_page_of_ours_sends_from_here(host: str, origin: str | None, secure: bool, ours: bool) -> None:
    assert visit(host, origin, secure=secure).from_here is ours


@pytest.mark.parametrize(
    ("host", "known"), [("klachten.nl", True), ("klachten.nl:8443", True), ("elders.nl", False), ("", False)]
)
def test_an_empty_word_in_the_names_is_no_name(monkeypatch: pytest.MonkeyPatch, host: str, known: bool) -> None:
    monkeypatch.setenv("WEERKLANK_HOST", "klachten.nl, ,")

    assert visit(host).known_host is known


HERE = ("127.0.0.1", 40000)


@pytest.mark.parametrize(
    ("client", "headers", "here"),
    [
        (HERE, {"host": "127.0.0.1:8501"}, True),
        (("::1", 1), {"host": "[::1]:8501"}, True),
        (("::ffff:127.0.0.1", 1), {"host": "localhost"}, True),
        (("127.8.8.8", 1), {"host": "LOCALHOST:8501"}, True),
        (("192.0.2.7", 1), {"host": "127.0.0.1:8501"}, False),
        (None, {"host": "127.0.0.1:8501"}, False),
        (("testclient", 1), {"host": "127.0.0.1:8501"}, False),
        (HERE, {}, False),
        (HERE, {"host": "klachten.nl"}, False),
        (HERE, {"host": "127.0.0.1", "x-forwarded-host": "klachten.nl"}, False),
        (HERE, {"host": "127.0.0.1", "x-forwarded-for": ""}, False),
        (HERE, {"host": "127.0.0.1", "forwarded": "for=_hidden"}, False),
    ],
)
def test_who_asks_on_this_machine(client: tuple[str, int] | None, headers: dict[str, str], here: bool) -> None:
    scope = {"type": "http", "client": client, "headers": [(k.encode(), v.encode()) for k, v in headers.items()]}

    assert asked_on_this_machine(scope) is here
