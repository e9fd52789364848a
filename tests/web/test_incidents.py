"""What goes wrong: a reference on the screen, the same one in the log, and nothing of what somebody typed in either."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator

import pytest
from websockets.exceptions import InvalidStatus

from db import models as m
from services import incidents
from tests.serving import Server
from tests.web.client import ask, open_tab
from tests.web.test_gate import signed_in

SECRET = "Jansen-van-de-klacht"


@pytest.fixture
def broken_settings(server: Server) -> Iterator[None]:
    """A settings row that cannot be read: whoever reads it meets an error with the value in its message."""
    with server.register() as register:
        register.add(m.Setting(key="employee_count", value=SECRET))
    yield
    with server.register() as register:
        register.delete(register.get_one(m.Setting, "employee_count"))


@pytest.fixture
def broken_role(server: Server) -> Iterator[None]:
    with server.register() as register:
        register.add(m.AccountRole(account_id=server.cast["wim"], role=SECRET))
    yield
    with server.register() as register:
        register.delete(register.get_one(m.AccountRole, (server.cast["wim"], SECRET)))


def lines(server: Server, reference: str) -> list[dict[str, object]]:
    patience = time.monotonic() + 5
    while time.monotonic() < patience:
        found = [json.loads(line) for line in server.log.read_text().splitlines() if reference in line]
        if found:
            return found
        time.sleep(0.1)
    return []


@pytest.mark.usefixtures("broken_settings")
def test_an_error_on_a_screen_is_a_reference_that_is_in_the_log(server: Server) -> None:
    said = open_tab(server, signed_in(server, "adam")).run("people")

    reference = re.search(r"verwijzing ([0-9a-f]{8})", said)
    assert reference
    assert SECRET not in said
    assert "Traceback" not in said
    (line,) = lines(server, reference[1])
    assert (line["where"], line["type"], line["level"]) == ("screen", "ValidationError", "error")
    assert any(str(place).startswith("services/organisation.py:") for place in line["at"])  # type: ignore[attr-defined]
    assert SECRET not in server.log.read_text()


@pytest.mark.usefixtures("broken_role")
def test_an_error_in_the_gate_is_a_reference_too(server: Server) -> None:
    cookies = signed_in(server, "wim")

    answer = ask(server, "/account", cookies=cookies)

    assert answer.status == 500
    reference = re.search(r"verwijzing ([0-9a-f]{8})", answer.body.decode())
    assert reference
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert lines(server, reference[1])[0]["where"] == "request"
    with pytest.raises(InvalidStatus):
        open_tab(server, cookies)
    log = server.log.read_text()
    assert SECRET not in log
    assert "Traceback" not in log


def test_the_log_has_no_addresses(server: Server) -> None:
    ask(server, "/complaint?ref=K26-7F3Q9", cookies=signed_in(server, "tom"))

    assert "K26-7F3Q9" not in server.log.read_text()


def test_places_are_our_own_and_the_last_one(caplog: pytest.LogCaptureFixture) -> None:
    try:
        json.loads(SECRET)
    except ValueError as error:
        reference = incidents.report(error, "test")

    facts = caplog.records[-1].facts  # type: ignore[attr-defined]
    assert facts["reference"] == reference
    assert facts["type"] == "JSONDecodeError"
    assert facts["at"][0].startswith("tests/web/test_incidents.py:")
    assert facts["at"][-1].startswith("decoder.py:")
    assert SECRET not in json.dumps(facts)
