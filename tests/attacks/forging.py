"""A browser that lies: it reads the widgets of a screen, and sends what no browser would send."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Self

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection

from tests.serving import Server
from tests.web.client import open_tab

HUGE = 10**30
RERUN_FOLLOWS = ForwardMsg.ScriptFinishedStatus.Value("FINISHED_EARLY_FOR_RERUN")
PRESSED = ("trigger_value", "string_trigger_value", "json_trigger_value", "chat_input_value")


@dataclass
class Screen:
    """What is drawn for one tab, after its last run."""

    widgets: dict[str, str] = field(default_factory=dict)  # id: kind of element
    labels: dict[str, str] = field(default_factory=dict)  # label: id, of buttons and fields
    urls: list[str] = field(default_factory=list)
    said: str = ""
    failed: list[str] = field(default_factory=list)  # exceptions that were drawn
    page: str = ""  # the hash of its script
    session: str = ""  # Streamlit's id of this tab
    pages: dict[str, str] = field(default_factory=dict)  # name: hash


@dataclass
class Liar:
    """`sent` counts what was sent on every connection of this person."""

    server: Server
    cookies: dict[str, str]
    connection: ClientConnection
    screen: Screen = field(default_factory=Screen)
    sent: int = 0
    closed: int = 0

    @classmethod
    def of(cls, server: Server, name: str | None) -> Self:
        cookies = {"weerklank-browser": f"browser-of-{name or 'nobody'}-0123456789"}
        if name:
            cookies["weerklank"] = server.token_for(name)
        return cls(server, cookies, open_tab(server, cookies).connection)

    def again(self) -> None:
        self.connection = open_tab(self.server, self.cookies).connection

    def visit(self, page: str, query: str = "") -> Screen:
        message = BackMsg()
        message.rerun_script.page_name, message.rerun_script.query_string = page, query
        return self.send(message)

    def widget(self, *states: WidgetState, query: str = "", page: str | None = None, **besides: Any) -> Screen:
        """A rerun of this page with these states and no others."""
        return self.send(self.rerun(*states, query=query, page=page, **besides))

    def rerun(self, *states: WidgetState, query: str = "", page: str | None = None, **besides: Any) -> BackMsg:
        message = BackMsg()
        message.rerun_script.page_script_hash = self.screen.page if page is None else page
        message.rerun_script.query_string = query
        message.rerun_script.widget_states.widgets.extend(states)
        for name, value in besides.items():
            setattr(message.rerun_script, name, value)
        return message

    def send(self, message: BackMsg) -> Screen:
        """Waits for the end of the run; a connection that the server closes is opened again."""
        self.sent += 1
        try:
            self.connection.send(message.SerializeToString())
            self._read()
        except ConnectionClosed:
            self.closed += 1
            self.again()
        return self.screen

    def raw(self, content: bytes | str) -> None:
        """Something that is no message at all; the server may close."""
        self.sent += 1
        try:
            self.connection.send(content)
            self.connection.recv(timeout=0.05)
        except TimeoutError:
            return
        except ConnectionClosed:
            self.closed += 1
            self.again()

    def cast_away(self, message: BackMsg) -> None:
        """Without waiting for anything."""
        self.sent += 1
        self.connection.send(message.SerializeToString())

    def settle(self) -> Screen:
        """After `cast_away`: one ordinary rerun, and everything that comes until its end."""
        message = self.rerun()
        try:
            self.connection.send(message.SerializeToString())
            self._read()
            while True:
                self._take(self.connection.recv(timeout=0.3))
        except TimeoutError:
            return self.screen
        except ConnectionClosed:
            self.closed += 1
            self.again()
            return self.screen

    def _read(self) -> None:
        while not self._take(self.connection.recv(timeout=30)):
            pass

    def _take(self, received: bytes | str) -> bool:
        """One message of the server; True at the end of a run."""
        answer = ForwardMsg()
        answer.ParseFromString(received if isinstance(received, bytes) else received.encode())
        match answer.WhichOneof("type"):
            case "new_session":
                session = answer.new_session.initialize.session_id or self.screen.session
                self.screen = Screen(page=answer.new_session.page_script_hash, pages=self.screen.pages, session=session)
            case "navigation":
                self.screen.page = answer.navigation.page_script_hash or self.screen.page
                self.screen.pages = {each.url_pathname: each.page_script_hash for each in answer.navigation.app_pages}
            case "delta":
                self._draw(answer)
            case "script_finished":
                return answer.script_finished != RERUN_FOLLOWS
        return False

    def _draw(self, answer: ForwardMsg) -> None:
        self.screen.said += str(answer.delta)
        if answer.delta.WhichOneof("type") != "new_element":
            return
        kind = answer.delta.new_element.WhichOneof("type")
        element = getattr(answer.delta.new_element, kind or "empty")
        if kind == "exception":
            self.screen.failed.append(f"{element.type}: {element.message}")
        address = getattr(element, "url", "")
        if isinstance(address, str) and address:
            self.screen.urls.append(address)
        known = getattr(element, "id", "")
        if isinstance(known, str) and known.startswith("$$"):
            self.screen.widgets[known] = kind or ""
            self.screen.labels[getattr(element, "label", "")] = known


def state(widget: str, **value: Any) -> WidgetState:
    """A WidgetState with any value; lists go into the arrays."""
    made = WidgetState(id=widget)
    for name, given in value.items():
        if isinstance(given, list):
            getattr(made, name).data.extend(given)
        elif name == "string_trigger_value":
            made.string_trigger_value.data = given
        elif name == "file_uploader_state_value":
            for file_id, url in given.items():
                one = made.file_uploader_state_value.uploaded_file_info.add()
                one.file_id, one.name, one.size = file_id, "brief.pdf", 10
                one.file_urls.file_id, one.file_urls.upload_url, one.file_urls.delete_url = file_id, url, url
        elif name == "arrow_value":
            made.arrow_value.data = given
        else:
            setattr(made, name, given)
    return made


# Every kind of value that a frame can hold, each of them wrong for nearly every widget
VALUES: tuple[dict[str, Any], ...] = (
    {"string_value": ""},
    {"string_value": "\x00"},
    {"string_value": "x" * 100_000},
    {"string_value": "999999999999999999999999999999"},
    {"string_value": "niet-in-de-lijst"},
    {"string_value": "K26-AAAAA"},
    {"string_value": "\u202e<script>alert(1)</script>\u200b"},
    {"string_array_value": []},
    {"string_array_value": ["9999-12-31"]},
    {"string_array_value": ["0001-01-01", "0000-00-00", "2026-02-30"]},
    {"string_array_value": ["niet", "in", "de", "lijst"]},
    {"string_array_value": ["\x00"] * 500},
    {"int_value": -1},
    {"int_value": 2**63 - 1},
    {"int_array_value": [0, -1, 2**63 - 1, -(2**63)]},
    {"double_value": float(HUGE)},
    {"double_value": float("nan")},
    {"double_value": float("-inf")},
    {"double_array_value": [float("nan"), 1e308]},
    {"bool_value": True},
    {"json_value": "{"},
    {"json_value": '{"selection": {"rows": [-1, 99999999999999999999], "columns": [null], "cells": 7}}'},
    {"json_value": '{"edited_rows": {"0": {"reference": "K26-AAAAA"}}, "added_rows": [{}], "deleted_rows": [0]}'},
    {"json_value": "[" * 5000},
    {"json_trigger_value": "{"},
    {"json_trigger_value": '[{"event": "click", "value": {"label": "K26-AAAAA"}}]'},
    {"json_trigger_value": "null"},
    {"string_trigger_value": "\x00"},
    {"bytes_value": b"\xff\xfe\x00"},
    {"arrow_value": b"ARROW1\x00\x00"},
    {"file_uploader_state_value": {"nooit-gestuurd": "/_stcore/upload_file/x/nooit-gestuurd"}},
    {"file_uploader_state_value": {"": "https://evil.invalid/x", "\x00": "file:///etc/passwd"}},
)
