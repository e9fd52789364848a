"""What somebody is given about themselves, fetched from the disk by who made it."""

from __future__ import annotations

import pytest

from tests.serving import Server
from tests.web.client import ask
from tests.web.test_gate import signed_in


@pytest.mark.parametrize("token", ["0" * 32, "x", "0" * 300])
@pytest.mark.parametrize("who", [None, "tom", "cora"])
def test_whatever_is_wrong_has_one_answer(server: Server, token: str, who: str | None) -> None:
    answer = ask(server, f"/attachment/access/{token}", cookies=signed_in(server, who) if who else None)

    assert (answer.status, answer.body) == ((404, b"Not found") if who else (401, b"Unauthorized"))
