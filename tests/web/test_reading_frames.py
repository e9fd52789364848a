"""What the gate reads in the messages between a browser and Streamlit."""

from __future__ import annotations

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from web.frames import HandedOut, by_a_person


def rerun(**given: object) -> bytes:
    message = BackMsg()
    message.rerun_script.query_string = ""
    for name, value in given.items():
        setattr(message.rerun_script, name, value)
    return message.SerializeToString()


def filled(**value: object) -> bytes:
    message = BackMsg()
    state = message.rerun_script.widget_states.widgets.add(id="$$ID-1-x")
    for name, given in value.items():
        setattr(state, name, given)
    return message.SerializeToString()


def other(**given: object) -> bytes:
    message = BackMsg()
    for name, value in given.items():
        setattr(message, name, value)
    return message.SerializeToString()


@pytest.mark.parametrize(
    ("frame", "acts", "acts_once_warned"),
    [
        (rerun(), True, False),
        (rerun(fragment_id="x"), True, False),
        (rerun(is_auto_rerun=True, fragment_id="x"), False, False),
        (filled(string_value="getypt"), True, False),
        (filled(trigger_value=True), True, True),
        (other(app_heartbeat=True), False, False),
        (other(stop_script=True), False, False),
        (other(clear_cache=True), False, False),
        (b"\xff\xff\xff", False, False),
        (b"", False, False),
    ],
    ids=["rerun", "fragment", "by itself", "typed", "pressed", "heartbeat", "stop", "cache", "garbage", "empty"],
)
def test_what_counts_as_somebody_doing_something(frame: bytes, acts: bool, acts_once_warned: bool) -> None:
    assert by_a_person(frame, pressed=False) == acts
    assert by_a_person(frame, pressed=True) == acts_once_warned


def test_a_pressed_button_that_renewed_itself_is_nobody() -> None:
    message = BackMsg()
    message.rerun_script.is_auto_rerun = True
    message.rerun_script.widget_states.widgets.add(id="$$ID-1-x").trigger_value = True

    assert not by_a_person(message.SerializeToString(), pressed=True)


def download(address: str) -> bytes:
    message = ForwardMsg()
    message.delta.new_element.download_button.url = address
    return message.SerializeToString()


def deferred(address: str) -> bytes:
    message = ForwardMsg()
    message.backend_operation_response.deferred_file.url = address
    return message.SerializeToString()


def place(address: str) -> bytes:
    message = ForwardMsg()
    message.file_urls_response.file_urls.add(upload_url=address)
    return message.SerializeToString()


def picture(address: str) -> bytes:
    message = ForwardMsg()
    message.delta.new_element.imgs.imgs.add(url=address)
    return message.SerializeToString()


@pytest.mark.parametrize(
    ("made", "address"),
    [(download, "/media/a.csv"), (deferred, "/media/b.pdf"), (picture, "/media/c.png"), (place, "/_stcore/upload_file/s/f")],
)
def test_an_address_is_for_the_session_that_was_told(made: object, address: str) -> None:
    handed_out = HandedOut()
    assert callable(made)
    handed_out.note("hers", made(address))

    assert handed_out.to("hers", address)
    assert not handed_out.to("his", address)
    handed_out.forget("hers")
    assert not handed_out.to("hers", address)


def test_an_address_that_somebody_typed_is_not_handed_out() -> None:
    handed_out = HandedOut()
    message = ForwardMsg()
    message.delta.new_element.text.body = "/media/a.csv"
    handed_out.note("his", message.SerializeToString())
    message = ForwardMsg()
    message.delta.new_element.download_button.label = "/media/a.csv"
    handed_out.note("his", message.SerializeToString())

    assert not handed_out.to("his", "/media/a.csv")


def test_what_is_remembered_is_bounded() -> None:
    handed_out = HandedOut()
    for number in range(300):
        handed_out.note("hers", download(f"/media/{number}.csv"))
    for number in range(1100):
        handed_out.note(f"session {number}", download("/media/x.csv"))

    assert not handed_out.to("hers", "/media/299.csv")
    assert not handed_out.to("session 50", "/media/x.csv")
    assert handed_out.to("session 1099", "/media/x.csv")
    for number in range(300):
        handed_out.note("hers", download(f"/media/{number}.csv"))
    assert handed_out.to("hers", "/media/299.csv")
    assert not handed_out.to("hers", "/media/0.csv")
