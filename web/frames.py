"""What the gate reads in messages between a browser and Streamlit: did a person do something, which files were handed out;
and the one that it sends by itself."""

from __future__ import annotations

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.DownloadButton_pb2 import DownloadButton
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.RootContainer_pb2 import RootContainer

MEDIA, UPLOADS = "/media/", "/_stcore/upload_file/"
_UNMADE = "unmade:"
_BUTTON = DownloadButton.DESCRIPTOR.fields_by_name["deferred_file_id"].number << 3 | 2  # how its field begins in a message
_WITH_FILES = (MEDIA.encode(), UPLOADS.encode(), bytes((_BUTTON, 32)))  # 32: the length of the name of an unmade file
_PRESSED = ("trigger_value", "string_trigger_value", "json_trigger_value", "chat_input_value")
_MOST_SESSIONS = 1000
_MOST_FILES = 200  # of one session; the oldest go first


def by_a_person(frame: bytes, pressed: bool) -> bool:
    """Did somebody do something? What a browser sends by itself (heartbeats, a part of a screen that renews itself) does
    not keep a session open. `pressed`: only a button counts; the warning that a session ends takes the cursor out of a
    field, and its text is then sent without anybody being there."""
    message = BackMsg()
    try:
        message.ParseFromString(frame)
    except Exception:  # no message at all; Streamlit closes the connection
        return False
    match message.WhichOneof("type"):
        case "rerun_script":
            states = message.rerun_script.widget_states.widgets
            return not message.rerun_script.is_auto_rerun and (
                not pressed or any(each.WhichOneof("value") in _PRESSED for each in states)
            )
        case "backend_operation_request" | "file_urls_request":  # a download, a table that is scrolled, an upload
            return not pressed
    return False


def asked_for(frame: bytes) -> str:
    """The file, not made yet, that a message of a browser asks for; as `HandedOut` knows it. Streamlit would make it for
    whoever names it, with the rights of whose screen it stands on."""
    message = BackMsg()
    try:
        message.ParseFromString(frame)
    except Exception:
        return ""
    file = message.backend_operation_request.deferred_file.file_id
    return _UNMADE + file if file else ""


def says(words: str, icon: str, seconds: int) -> bytes:
    """A message to a browser that shows these words over whatever stands on its screen, and leaves that as it is. 0 seconds:
    until other words come."""
    message = ForwardMsg()
    message.metadata.delta_path.extend((RootContainer.EVENT, 0))
    toast = message.delta.new_element.toast
    toast.body, toast.icon, toast.duration = words, f":material/{icon}:", seconds
    return bytes(message.SerializeToString())


def _handed_out(frame: bytes) -> list[str]:
    """Addresses of files in a message to a browser; from the fields that Streamlit fills, never from a text."""
    if all(each not in frame for each in _WITH_FILES):
        return []
    message = ForwardMsg()
    message.ParseFromString(frame)
    match message.WhichOneof("type"):
        case "delta":
            element = message.delta.new_element
            unmade = element.download_button.deferred_file_id
            return [element.download_button.url, unmade and _UNMADE + unmade] + [each.url for each in element.imgs.imgs]
        case "backend_operation_response":
            return [message.backend_operation_response.deferred_file.url]
        case "file_urls_response":
            return [each.upload_url for each in message.file_urls_response.file_urls]
    return []


class HandedOut:
    """Which downloads and places for uploads each session was given. Streamlit would serve them to whoever knows the
    address; here they are for the session that was told."""

    def __init__(self) -> None:
        self._files: dict[str, dict[str, None]] = {}

    def note(self, session_id: str, frame: bytes) -> None:
        addresses = [each for each in _handed_out(frame) if each]
        if not addresses:
            return
        files = self._files.pop(session_id, {})
        self._files[session_id] = files  # the latest at the end
        for address in addresses:
            files.pop(address, None)
            files[address] = None
        while len(files) > _MOST_FILES:
            del files[next(iter(files))]
        while len(self._files) > _MOST_SESSIONS:
            del self._files[next(iter(self._files))]

    def to(self, session_id: str, address: str) -> bool:
        return address in self._files.get(session_id, {})

    def forget(self, session_id: str) -> None:
        self._files.pop(session_id, None)
