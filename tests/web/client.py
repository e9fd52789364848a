"""A browser's side of the Streamlit protocol, forged where a test wants it."""

from __future__ import annotations

import http.client
import re
import socket
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from tests.serving import Server

_OPEN = ExitStack()


def _reach(server: Server) -> socket.socket:
    """A proxy's name stands in no DNS; it is on this machine."""
    return socket.create_connection(("127.0.0.1", server.port), 20)


class _OverTls(http.client.HTTPSConnection):
    def __init__(self, server: Server) -> None:
        super().__init__(server.host, timeout=20)
        self._server = server

    def connect(self) -> None:
        assert self._server.trust is not None
        self.sock = self._server.trust.wrap_socket(_reach(self._server), server_hostname=self.host)


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes
    cookies: list[str]
    twice: list[str] = field(default_factory=list)  # headers that stand there more than once


def ask(
    server: Server,
    path: str,
    method: str = "GET",
    cookies: dict[str, str] | None = None,
    body: bytes | None = None,
    **headers: str,
) -> Answer:
    """One HTTP request, redirects not followed; ``X_Forwarded_For="1.2.3.4"`` sends that header."""
    connection = _OverTls(server) if server.trust else http.client.HTTPConnection(server.host, timeout=20)
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    if cookies:
        sent["Cookie"] = jar(cookies)
    try:
        return _answer(connection, method, path, body, sent)
    finally:
        connection.close()


def _answer(connection: http.client.HTTPConnection, method: str, path: str, body: bytes | None, sent: dict[str, str]) -> Answer:
    connection.request(method, path, body, headers=sent)
    response = connection.getresponse()
    return Answer(
        response.status,
        {name.lower(): value for name, value in response.getheaders()},
        response.read(),
        response.msg.get_all("set-cookie") or [],
        [name for name, times in Counter(map(str.lower, response.msg.keys())).items() if times > 1 and name != "set-cookie"],
    )


def handshake(server: Server, path: str, **headers: str) -> Answer:
    """What answers to the request for a websocket; every header is ours, also those that a library would set."""
    key = {"Sec_WebSocket_Key": "dGhlIHNhbXBsZSBub25jZQ==", "Sec_WebSocket_Version": "13"}
    return ask(server, path, Connection="Upgrade", Upgrade="websocket", **key, **headers)


def jar(cookies: dict[str, str]) -> str:
    return "; ".join(f"{name}={value}" for name, value in cookies.items())


@dataclass
class Tab:
    """One open websocket. `said` is all text that the screen was sent, `session` Streamlit's id of it."""

    connection: ClientConnection
    said: list[str] = field(default_factory=list)
    session: str = ""
    redirects: list[str] = field(default_factory=list)

    def run(self, page: str = "", query: str = "") -> str:
        """Ask for a page as the browser does; the text of the screen when the script is done."""
        message = BackMsg()
        message.rerun_script.page_name = page
        message.rerun_script.query_string = query
        return self.send(message)

    def run_by_itself(self) -> str:
        """What a part of the screen that renews itself sends."""
        message = BackMsg()
        message.rerun_script.is_auto_rerun = True
        message.rerun_script.page_name = "account"
        return self.send(message)

    def press(self, button: str) -> str:
        """The button of which the id matches this pattern, as it stood on the screen."""
        found = re.search(button, "\n".join(self.said))
        assert found, button
        message = BackMsg()
        state = message.rerun_script.widget_states.widgets.add()
        state.id, state.trigger_value = found[0], True
        return self.send(message)

    def send(self, message: BackMsg) -> str:
        self.said = []
        self.connection.send(message.SerializeToString())
        while True:
            answer = ForwardMsg()
            received = self.connection.recv(timeout=20)
            answer.ParseFromString(received if isinstance(received, bytes) else received.encode())
            kind = answer.WhichOneof("type")
            if kind == "new_session":
                self.session = answer.new_session.initialize.session_id
            elif kind == "auth_redirect":
                self.redirects.append(answer.auth_redirect.url)
            elif kind == "delta":
                self.said.append(str(answer.delta))
            elif kind == "script_finished":
                return "\n".join(self.said)

    def closed_with(self) -> int:
        """The code with which the server closes; waits for it."""
        try:
            while True:
                self.connection.recv(timeout=20)
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else 0


def open_tab(
    server: Server,
    cookies: dict[str, str] | None = None,
    origin: str | None = "same",
    session: str = "",
    **headers: str,
) -> Tab:
    """A websocket; `session` asks to resume that one. Raises websockets' InvalidStatus when refused."""
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    if cookies:
        sent["Cookie"] = jar(cookies)
    over_tls = {"sock": _reach(server), "ssl": server.trust} if server.trust else {}
    connection = connect(
        f"{'wss' if server.trust else 'ws'}://{server.host}/_stcore/stream",
        origin=server.url if origin == "same" else origin,  # type: ignore[arg-type]
        additional_headers=sent,
        subprotocols=["streamlit", "none", session] if session else ["streamlit", "none"],  # type: ignore[list-item]
        open_timeout=20,
        close_timeout=1,
        ping_interval=None,  # a browser sends none; on a busy machine they would end the connection
        **over_tls,  # type: ignore[arg-type]
    )
    return Tab(_OPEN.enter_context(connection))


def close_all() -> None:
    """After each test."""
    _OPEN.close()
