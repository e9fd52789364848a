"""What the gate relies on in Streamlit and nobody promised: looked at with a small application without our gate, so that a
newer Streamlit in which one of these changed fails here first, by name."""

from __future__ import annotations

import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator

import pytest
import streamlit
from streamlit import config
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.runtime_util import get_max_widget_state_size_bytes

from tests.attacks.forging import Liar, state
from tests.conftest import Cast
from tests.serving import ROOT, Server, free_port
from tests.web.client import ask, close_all, open_tab
from web.gate import LOAD_AGAIN

APP = """
from contextlib import asynccontextmanager
import streamlit as st
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route

SEEN = []

class First:
    def __init__(self, app): self.app = app
    async def __call__(self, scope, receive, send):
        if scope["type"] in ("http", "websocket"): SEEN.append(scope["type"] + " " + scope["path"])
        await self.app(scope, receive, send)

async def seen(request): return PlainTextResponse("\\n".join(SEEN))

app = st.App("main.py", routes=[Route("/seen", seen)], middleware=[Middleware(First)])
"""
MAIN = """
import streamlit as st

st.text(f"user={st.user.get('session')}")
st.session_state.setdefault("runs", 0)
st.session_state.runs += 1
st.text(f"runs={st.session_state.runs}")
if st.button("uit", disabled=True, key="off"): st.text("DISABLED BUTTON PRESSED")
st.text("typed=" + str(st.text_input("vast", "begin", disabled=True, key="locked")))
st.text("chosen=" + str(st.selectbox("keuze", ["a", "b"], key="choice")))
st.text("many=" + str(st.multiselect("keuzes", ["a", "b"], key="choices")))
st.text("radio=" + str(st.radio("knop", ["a", "b"], key="radio")))
st.text("number=" + str(st.number_input("getal", 0, 10, 5, key="number")))
st.text("long=" + str(len(st.text_input("kort", "", max_chars=5, key="short"))))
st.file_uploader("bestand", type=["pdf"], key="file")
st.download_button("meteen", b"inhoud", "a.csv", key="now")
st.download_button("straks", lambda: b"later", "b.csv", key="later")

@st.fragment(run_every=30)
def part():
    st.text("part=" + str(st.session_state.setdefault("parts", 0)))
    st.session_state.parts += 1
part()
"""
CONFIG = """
[server]
headless = true
fileWatcherType = "none"
[server.trustedUserHeaders]
X-Weerklank-Session = "session"
[browser]
gatherUsageStats = false
"""


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A Streamlit without a gate."""
    folder = tmp_path_factory.mktemp("bare")
    (folder / ".streamlit").mkdir()
    for name, content in (("app.py", APP), ("main.py", MAIN), (".streamlit/config.toml", CONFIG)):
        (folder / name).write_text(content)
    port, log = free_port(), folder / "log"
    with log.open("wb") as output:
        command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
        process = subprocess.Popen(command, cwd=folder, stdout=output, stderr=subprocess.STDOUT)
    server = Server(f"http://127.0.0.1:{port}", folder, Cast({}, {}), process, log)
    try:
        for _ in range(300):
            try:
                urllib.request.urlopen(f"{server.url}/_stcore/health", timeout=2).close()
                break
            except OSError:
                time.sleep(0.1)
        yield server
    finally:
        close_all()
        process.terminate()
        process.wait(10)


def visitor(server: Server, who: str = "anna", session: str = "") -> Liar:
    return Liar(server, {}, open_tab(server, session=session, X_Weerklank_Session=who).connection)


def test_this_is_the_streamlit_that_was_looked_at() -> None:
    assert streamlit.__version__.startswith("1.67.")


def test_the_middleware_sees_everything_before_streamlit(bare: Server) -> None:
    visitor(bare).visit("")
    for path in ("/media/x", "/_stcore/metrics", "/static/x", "/_stcore/upload_file/a/b", "/iets"):
        ask(bare, path)
    seen = ask(bare, "/seen").body.decode().splitlines()

    assert "websocket /_stcore/stream" in seen
    assert {f"http {path}" for path in ("/media/x", "/_stcore/metrics", "/static/x", "/_stcore/upload_file/a/b", "/iets")} <= {
        *seen
    }


def test_a_trusted_header_becomes_the_user(bare: Server) -> None:
    assert "user=anna" in visitor(bare).visit("").said
    assert "user=None" in Liar(bare, {}, open_tab(bare).connection).visit("").said
    option = config.get_config_options()["server.trustedUserHeaders"]
    assert option.visibility == "hidden"


def test_a_session_is_resumed_for_the_same_user_only(bare: Server) -> None:
    """Without that, the id in an address for uploads is enough to take a screen over."""
    victim = visitor(bare, "anna")
    victim.visit("")
    victim.visit("")
    same, other = visitor(bare, "anna", victim.screen.session), visitor(bare, "bert", victim.screen.session)

    assert "runs=3" in same.visit("").said
    assert same.screen.session == victim.screen.session
    assert "runs=1" in other.visit("").said
    assert other.screen.session != victim.screen.session


def test_values_that_no_browser_can_send_are_refused(bare: Server) -> None:
    liar = visitor(bare)
    liar.visit("")
    by_key = {each.rsplit("-", 1)[-1]: each for each in liar.screen.widgets}
    said = liar.widget(
        state(by_key["off"], trigger_value=True),
        state(by_key["locked"], string_value="veranderd"),
        state(by_key["choice"], string_value="EVIL"),
        state(by_key["choices"], string_array_value=["EVIL"]),
        state(by_key["radio"], string_value="EVIL"),
        state(by_key["number"], double_value=99.0),
        state(by_key["short"], string_value="x" * 100),
    ).said

    for word in ("DISABLED BUTTON PRESSED", "veranderd", "EVIL", "number=99", "long=100"):
        assert word not in said
    for word in ("typed=begin", "chosen=a", "radio=a", "number=5"):
        assert word in said


def test_a_part_that_renews_itself_says_so_and_runs_alone(bare: Server) -> None:
    liar = visitor(bare)
    message = BackMsg()
    message.rerun_script.page_name = ""
    liar.connection.send(message.SerializeToString())
    asked = until(liar, "auto_rerun")
    until(liar, "script_finished")
    assert asked.auto_rerun.interval == 30
    assert asked.auto_rerun.fragment_id

    said = liar.widget(fragment_id=asked.auto_rerun.fragment_id, is_auto_rerun=True).said

    assert "part=1" in said
    assert "runs=" not in said


def test_downloads_and_places_for_uploads_stand_in_these_fields(bare: Server) -> None:
    liar = visitor(bare)
    said = liar.visit("").said
    (now,) = [each for each in liar.screen.urls if each]
    later = re.search(r'deferred_file_id: "(\w+)"', said)
    assert later
    assert re.fullmatch(r"/media/[0-9a-f]+\.\w+", now)
    made, place = BackMsg(), BackMsg()
    made.backend_operation_request.deferred_file.file_id = later[1]
    made.backend_operation_request.session_id = place.file_urls_request.session_id = liar.screen.session
    place.file_urls_request.file_names.append("a.pdf")
    liar.connection.send(made.SerializeToString())
    address = until(liar, "backend_operation_response").backend_operation_response.deferred_file.url
    liar.connection.send(place.SerializeToString())
    upload = until(liar, "file_urls_response").file_urls_response.file_urls[0]

    assert re.fullmatch(r"/media/[0-9a-f]+\.\w+", address)
    assert re.fullmatch(rf"/_stcore/upload_file/{liar.screen.session}/[0-9a-f-]+", upload.upload_url)
    assert upload.delete_url == upload.upload_url
    assert ask(bare, now).body == b"inhoud", "anybody may fetch it: that is what the gate is for"


def until(liar: Liar, kind: str) -> ForwardMsg:
    while True:
        message = ForwardMsg()
        said = liar.connection.recv(timeout=20)
        message.ParseFromString(said if isinstance(said, bytes) else said.encode())
        if message.WhichOneof("type") == kind:
            return message


def test_before_closing_the_browser_is_told_to_load_again() -> None:
    message = ForwardMsg()
    message.ParseFromString(LOAD_AGAIN)

    assert message.WhichOneof("type") == "auth_redirect"
    assert message.auth_redirect.url == ""


def test_a_frame_is_never_larger_than_this() -> None:
    assert get_max_widget_state_size_bytes() == 25_000_000


def test_the_messages_of_a_browser_have_these_kinds() -> None:
    """A new kind: does it count as somebody doing something (web/frames.py)?"""
    assert {each.name for each in BackMsg.DESCRIPTOR.oneofs_by_name["type"].fields} == {
        "clear_cache", "set_run_on_save", "stop_script", "rerun_script", "load_git_info", "debug_disconnect_websocket",
        "debug_shutdown_runtime", "file_urls_request", "app_heartbeat", "backend_operation_request",
    }  # fmt: skip


def test_elements_with_an_address_of_a_file_are_these() -> None:
    """A new one that pages use must be told to web/frames.py, or its file is not there."""
    used = {
        each
        for path in (*ROOT.glob("pages/*.py"), *ROOT.glob("ui/*.py"))
        for each in re.findall(r"\bst\.(\w+)\(", path.read_text())
    }

    assert not used & {"logo", "audio", "video", "pdf", "chat_input", "camera_input", "audio_input", "iframe"}
    assert not used & {"data_editor"}, "nothing of what it enforces is enforced by the server"
