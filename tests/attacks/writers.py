"""People who write on the screens of a server, files included, until it dies; each notes what the screen confirmed."""

from __future__ import annotations

import hashlib
import http.client
import random
import re
import threading
import time
from dataclasses import dataclass, field
from uuid import uuid4

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.exceptions import WebSocketException

from services import drafts
from tests.attacks.forging import Liar, state
from tests.attacks.test_kills import form_of_a_note
from tests.conftest import Cast
from tests.serving import Server
from tests.web.client import ask, jar

PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
IN_THE_DOSSIER, FILES_ARE_THERE = "Het staat in het dossier.", "De bestanden staan in het dossier."
REFERENCE = re.compile(r"\bK\d\d-[0-9A-HJKMNP-TV-Z]{5}\b")
INTAKE = {
    "received_on": "2026-11-20",
    "channel": "phone",
    "complainant_type": "client",
    "complainant_name": "Karin Jansen",
    "category": "Organisatie en locatie",
    "no_immediate_action": True,
}


@dataclass
class Confirmed:
    """What screens said that is saved."""

    notes: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)  # SHA-256
    complaints: dict[str, str] = field(default_factory=dict)  # what was told: reference
    typed: list[str] = field(default_factory=list)  # every text that was sent, confirmed or not
    broken: list[str] = field(default_factory=list)  # errors on a screen

    def __len__(self) -> int:
        return len(self.notes) + len(self.files) + len(self.complaints)


def upload(liar: Liar, widget: str, content: bytes) -> WidgetState:
    """As a browser does it: ask for an address, send the file there, and name it in the next frame."""
    asking = BackMsg()
    asking.file_urls_request.request_id, asking.file_urls_request.session_id = uuid4().hex, liar.screen.session
    asking.file_urls_request.file_names.append("brief.pdf")
    liar.connection.send(asking.SerializeToString())
    answer = ForwardMsg()
    while answer.WhichOneof("type") != "file_urls_response":
        received = liar.connection.recv(timeout=20)
        answer.ParseFromString(received if isinstance(received, bytes) else received.encode())
    (given,) = answer.file_urls_response.file_urls
    edge = uuid4().hex
    head = f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="brief.pdf"\r\n'
    head += "Content-Type: application/pdf\r\n\r\n"
    connection = http.client.HTTPConnection(liar.server.host, timeout=20)
    if "_streamlit_xsrf" not in liar.cookies:
        given_out = next(each for each in ask(liar.server, "/_stcore/health").cookies if each.startswith("_streamlit_xsrf="))
        liar.cookies["_streamlit_xsrf"] = given_out.split("=", 1)[1].split(";")[0]
    headers = {
        "Content-Type": f"multipart/form-data; boundary={edge}",
        "Cookie": jar(liar.cookies),
        "Origin": liar.server.url,
        "X-Xsrftoken": liar.cookies["_streamlit_xsrf"],
    }
    connection.request("PUT", given.upload_url, head.encode() + content + f"\r\n--{edge}--\r\n".encode(), headers)
    status = connection.getresponse().status
    connection.close()
    assert status == 204, f"an upload was answered with {status}"
    made = WidgetState(id=widget)
    one = made.file_uploader_state_value.uploaded_file_info.add()
    one.file_id, one.name, one.size = given.file_id, "brief.pdf", len(content)
    one.file_urls.CopyFrom(given)
    return made


def note(liar: Liar, reference: str, seen: Confirmed) -> None:
    words, query = f"Gebeld, keer {uuid4()}.", f"ref={reference}"
    text, save = form_of_a_note(liar, query)
    seen.typed.append(words)
    screen = liar.widget(state(text, string_value=words), state(save, trigger_value=True), query=query)
    seen.broken += screen.failed
    if IN_THE_DOSSIER in screen.said:
        seen.notes.append(words)


def attach(liar: Liar, reference: str, seen: Confirmed) -> None:
    content, query = PDF + uuid4().bytes * 500, f"ref={reference}"
    said = liar.visit("complaint", query).said
    tab, label = re.search(r"\$\$ID-\w+-complaint\.tab", said), re.search(r"Bijlagen \(\d+\)", said)
    assert tab
    assert label
    opened = state(tab[0], string_value=label[0])
    liar.widget(opened, query=query)
    uploader = next(each for each, kind in liar.screen.widgets.items() if kind == "file_uploader")
    file = upload(liar, uploader, content)
    liar.widget(opened, file, query=query)
    button = next(each for each in liar.screen.widgets if each.endswith("complaint.attach"))
    screen = liar.widget(opened, file, state(button, trigger_value=True), query=query)
    seen.broken += screen.failed
    if FILES_ARE_THERE in screen.said:
        seen.files.append(hashlib.sha256(content).hexdigest())


def report(liar: Liar, cast: Cast, seen: Confirmed) -> None:
    """The form is filled from its draft, as after a reload; a file goes with it."""
    words, content = f"De zaal was koud, keer {uuid4()}.", PDF + uuid4().bytes * 500
    drafts.keep(cast.actor("tom"), "intake", INTAKE | {"description": words, "unit_id": cast.units["noord"]})
    liar.connection.close()
    liar.again()
    liar.visit("intake")
    uploader = next(each for each, kind in liar.screen.widgets.items() if kind == "file_uploader")
    save = next(each for each in liar.screen.widgets if each.endswith("intake.save"))
    file = upload(liar, uploader, content)
    seen.typed.append(words)
    screen = liar.widget(file, state(save, trigger_value=True))
    seen.broken += screen.failed
    given = REFERENCE.search(screen.said)
    if given:
        seen.complaints[words] = given[0]
        seen.files.append(hashlib.sha256(content).hexdigest())


def at_work(server: Server, cast: Cast, references: list[str], seen: Confirmed, chance: random.Random) -> None:
    """Two who write notes, two who attach files and one who registers, until the server is killed: some moment after some
    of it was confirmed."""
    enough = len(seen) + chance.randrange(2, 9)
    names = ("cora", "dora", "cora", "dora", "tom")
    liars = [Liar.of(server, name) for name in names]

    def work(number: int) -> None:
        try:
            while True:
                if number < 2:
                    note(liars[number], references[number], seen)
                elif number < 4:
                    attach(liars[number], references[number], seen)
                else:
                    report(liars[number], cast, seen)
        except (OSError, WebSocketException, http.client.HTTPException):
            return  # the server is gone
        except Exception as error:
            seen.broken.append(f"writer {number}, {type(error).__name__}: {error}")

    threads = [threading.Thread(target=work, args=(number,)) for number in range(len(names))]
    for each in threads:
        each.start()
    patience = time.monotonic() + 60
    while len(seen) < enough and time.monotonic() < patience and any(each.is_alive() for each in threads):
        time.sleep(0.02)
    time.sleep(chance.random() / 2)
    server.process.kill()
    server.process.wait(20)
    for each in threads:
        each.join(60)
    assert not any(each.is_alive() for each in threads)
