"""The sealed file of a dossier over the wire: for who made it, and for nobody else."""

from __future__ import annotations

import io
import zipfile

import pytest

from services import door, sealed_export
from tests.attacks.world import of_the_door
from tests.cases import Case
from tests.conftest import TODAY, at
from tests.serving import Server
from tests.web.client import ask
from tests.web.test_gate import signed_in


@pytest.fixture
def made(server: Server) -> tuple[str, int]:
    with of_the_door(server.data):
        at(door.engine(), server.cast, TODAY)
        reference = Case.registered("training", server.cast).in_progress().reference
        return reference, sealed_export.make(server.cast.actor("cora"), reference).event_id


def test_it_is_saved_and_never_shown(server: Server, made: tuple[str, int]) -> None:
    answer = ask(server, f"/attachment/sealed/{made[1]}", cookies=signed_in(server, "cora"))

    assert answer.status == 200
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment;")
    assert made[0] in answer.headers["content-disposition"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "no-store" in answer.headers["cache-control"]
    assert zipfile.ZipFile(io.BytesIO(answer.body)).testzip() is None


@pytest.mark.parametrize("who", ["dora", "hans", "adam"])
def test_it_is_not_there_for_somebody_else(server: Server, made: tuple[str, int], who: str) -> None:
    assert ask(server, f"/attachment/sealed/{made[1]}", cookies=signed_in(server, who)).status == 404


def test_a_visitor_and_a_wrong_number(server: Server, made: tuple[str, int]) -> None:
    assert ask(server, f"/attachment/sealed/{made[1]}").status == 401
    for number in ("0", "999999", "9" * 40, "-1", "x"):
        assert ask(server, f"/attachment/sealed/{number}", cookies=signed_in(server, "cora")).status == 404
