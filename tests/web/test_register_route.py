"""The whole register over the wire: for who made it, and for nobody else."""

from __future__ import annotations

import io
import zipfile

from services import door, register_export
from tests.attacks.world import of_the_door
from tests.conftest import TODAY, at
from tests.serving import Server
from tests.web.client import ask
from tests.web.test_gate import signed_in


def test_the_register_is_saved_by_who_made_it_and_is_not_there_for_others(server: Server) -> None:
    with of_the_door(server.data):
        at(door.engine(), server.cast, TODAY)
        token = register_export.make(server.cast.actor("cora")).token
    address = f"/attachment/register/{token}"

    answer = ask(server, address, cookies=signed_in(server, "cora"))

    assert answer.status == 200
    assert answer.headers["content-type"].startswith("application/vnd.openxmlformats")
    assert answer.headers["content-disposition"].startswith("attachment;")
    assert "no-store" in answer.headers["cache-control"]
    assert zipfile.ZipFile(io.BytesIO(answer.body)).testzip() is None
    for who in ("dora", "hans", "adam"):
        assert ask(server, address, cookies=signed_in(server, who)).status == 404
    assert ask(server, address).status == 401
    for wrong in ("0", "x" * 32, "0" * 32, token.upper() + "0"):
        assert ask(server, f"/attachment/register/{wrong}", cookies=signed_in(server, "cora")).status == 404
