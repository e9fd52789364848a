"""One open websocket: what still goes through it when it was closed, and what the gate makes of a database that is away."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from domain.errors import Refused
from services import door
from tests.conftest import Cast
from web.frames import HandedOut
from web.gate import PACE_OF_A_MEMBER, PACE_OF_A_VISITOR, Gate, Socket, _check


def test_nothing_goes_out_once_it_is_closed() -> None:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def talk() -> None:
        socket = Socket(None, "here", send, HandedOut())
        await socket.send({"type": "websocket.send", "bytes": b"before"})
        await socket.close(1008)
        await socket.send({"type": "websocket.send", "bytes": b"after"})
        await socket.close(1013)

    run(talk())

    assert sent == [{"type": "websocket.send", "bytes": b"before"}, {"type": "websocket.close", "code": 1008}]


def run(action: Coroutine[Any, Any, Any]) -> Any:
    with ThreadPoolExecutor(1) as apart:  # in this thread a loop of the browser may be running
        return apart.submit(asyncio.run, action).result()


def test_what_a_closed_socket_says_is_heard_by_nobody(cast: Cast) -> None:
    """Its browser may go on sending, with a session that is still good."""
    coming = iter([{"type": "websocket.receive", "bytes": b"\x0a\x00"}])

    async def receive() -> Any:
        return next(coming)

    async def send(_: Any) -> None:
        pass

    async def talk(session_id: str | None) -> Any:
        socket = Socket(session_id, "here", send, HandedOut())
        await socket.close(1008)
        return await Gate(door_to_nowhere)._checked(socket, receive)()

    async def door_to_nowhere(*_: Any) -> None:
        pass

    assert run(talk(cast.actor("tom"))) == {"type": "websocket.disconnect", "code": 1005}


@pytest.mark.parametrize(("session_id", "pace"), [(None, PACE_OF_A_VISITOR), ("0" * 64, PACE_OF_A_MEMBER)])
def test_more_messages_at_once_than_the_pace_is_too_much(session_id: str | None, pace: tuple[int, int]) -> None:
    async def send(_: Any) -> None:
        pass

    socket = Socket(session_id, "here", send, HandedOut())

    assert not any(socket.says_too_much() for _ in range(pace[0]))
    assert any(socket.says_too_much() for _ in range(pace[1]))


def test_a_session_is_not_over_because_the_database_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEERKLANK_DATABASE_URL", "postgresql+psycopg://nobody@127.0.0.1:1/nothing")
    door.engine.cache_clear()
    try:
        with pytest.raises(Refused, match="database_away"):
            _check("0" * 64)
    finally:
        door.engine().dispose()
        door.engine.cache_clear()
