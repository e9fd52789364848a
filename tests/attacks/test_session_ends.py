"""P8: whatever ends a session, everything that was opened with it is refused at once: its cookie, its screens, a part of a
screen that runs alone, a file that was made for it, and a place to upload to."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.exceptions import ConnectionClosed

from db import models as m
from domain.rights import Right
from services import accounts, second_factor, sessions
from services.accounts import AccountInput
from services.door import ABSOLUTE_LIMIT, IDLE_LIMIT, SystemActor
from services.sessions import digest
from tests.attacks.forging import Liar, state
from tests.attacks.world import World, attacked, of_the_door
from tests.figures import Figures
from tests.serving import password_of
from tests.web.client import ask, close_all, open_tab

BODY = b'--b\r\nContent-Disposition: form-data; name="f"; filename="a.pdf"\r\n\r\n%PDF\r\n--b--\r\n'


@pytest.fixture(scope="module")
def ending(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with attacked(tmp_path_factory.mktemp("ending")) as it:
        yield it


# Events


def by_signing_out(world: World, opened: Opened) -> None:
    sessions.sign_out(opened.session)


def by_disabling(world: World, opened: Opened) -> None:
    accounts.disable(digest(world.server.token_for("adam")), world.cast["hans"], version(world))


def by_other_roles(world: World, opened: Opened) -> None:
    roles = ("handler", "reporter")
    given = AccountInput("hans", "Hans Behandelaar", "", roles, None)
    accounts.edit(digest(world.server.token_for("adam")), world.cast["hans"], version(world), given)


def by_another_password(world: World, opened: Opened) -> None:
    elsewhere = digest(world.server.token_for("hans"))
    accounts.change_password(elsewhere, password_of("hans"), "vlinder boven het kanaal", "vlinder boven het kanaal")


def by_a_new_start_with_codes(world: World, opened: Opened) -> None:
    second_factor.clear_for(SystemActor("test", frozenset({Right.OPERATE})), "hans")


def by_ending_all_others(world: World, opened: Opened) -> None:
    assert sessions.end_others(digest(world.server.token_for("hans"))) >= 1


def by_doing_nothing(world: World, opened: Opened) -> None:
    age(world, opened, IDLE_LIMIT, timedelta(0))


def by_being_open_for_long(world: World, opened: Opened) -> None:
    age(world, opened, timedelta(0), ABSOLUTE_LIMIT)


EVENTS: tuple[Callable[[World, Opened], None], ...] = (
    by_signing_out,
    by_disabling,
    by_other_roles,
    by_another_password,
    by_a_new_start_with_codes,
    by_ending_all_others,
    by_doing_nothing,
    by_being_open_for_long,
)


def version(world: World) -> int:
    with world.server.register() as register:
        return register.get_one(m.Account, world.cast["hans"]).version


def age(world: World, opened: Opened, seen: timedelta, created: timedelta) -> None:
    with world.server.register() as register:
        row = register.get_one(m.AuthSession, opened.session)
        row.last_seen_at, row.created_at = row.last_seen_at - seen, row.created_at - created - seen


# What was opened


@dataclass
class Opened:
    """One signed-in person with a dossier, a file made from it, a place to upload to, and two screens."""

    session: str
    screen: Liar
    second: Liar
    media: str
    upload: str

    def replays(self) -> dict[str, Callable[[], bool]]:
        """Each answers whether it was refused."""
        return {
            "cookie": lambda: self._asked("/account") == 303,
            "websocket": lambda: refused(self.screen, self.screen.rerun()),
            "fragment": lambda: refused(self.second, self.second.rerun(fragment_id="x" * 32)),
            "media": lambda: self._asked(self.media) == 401,
            "upload": lambda: self._put() == 401,
        }

    def _asked(self, path: str) -> int:
        return ask(self.screen.server, path, cookies=self.screen.cookies).status

    def _put(self) -> int:
        return put(self.screen, self.upload)

    def works(self) -> bool:
        return (self._asked("/account"), self._asked(self.media), self._put()) == (200, 200, 204)


def put(liar: Liar, address: str) -> int:
    """The status of an upload with everything that a browser sends."""
    health = ask(liar.server, "/_stcore/health", cookies=liar.cookies)
    xsrf = next(each for each in health.cookies if each.startswith("_streamlit_xsrf=")).split("=", 1)[1].split(";")[0]
    cookies = liar.cookies | {"_streamlit_xsrf": xsrf}
    headers = {"Origin": liar.server.url, "X-Xsrftoken": xsrf, "Content-Type": "multipart/form-data; boundary=b"}
    return ask(liar.server, address, "PUT", cookies, BODY, **headers).status


def opened(world: World) -> Opened:
    screen = Liar.of(world.server, "hans")
    reference = f"ref={world.open}"
    said = screen.visit("complaint", reference).said
    tab, label = re.search(r"\$\$ID-\w+-complaint\.tab", said), re.search(r'label: "(Berichten \(\d+\))"', said)
    assert tab
    assert label
    letter = re.search(r'deferred_file_id: "(\w+)"', screen.widget(state(tab[0], string_value=label[1]), query=reference).said)
    assert letter
    made, place = BackMsg(), BackMsg()
    made.backend_operation_request.deferred_file.file_id = letter[1]
    made.backend_operation_request.session_id = place.file_urls_request.session_id = screen.screen.session
    place.file_urls_request.file_names.append("a.pdf")
    media = answer(screen, made, "backend_operation_response").backend_operation_response.deferred_file.url
    upload = answer(screen, place, "file_urls_response").file_urls_response.file_urls[0].upload_url
    second = Liar(world.server, screen.cookies, open_tab(world.server, screen.cookies).connection)
    second.visit("account")
    return Opened(digest(screen.cookies["weerklank"]), screen, second, media, upload)


def answer(liar: Liar, message: BackMsg, kind: str) -> ForwardMsg:
    """What the server answers of this kind."""
    liar.connection.send(message.SerializeToString())
    while True:
        received = ForwardMsg()
        said = liar.connection.recv(timeout=20)
        received.ParseFromString(said if isinstance(said, bytes) else said.encode())
        if received.WhichOneof("type") == kind:
            return received


def refused(liar: Liar, message: BackMsg) -> bool:
    """Nothing is drawn any more, and the connection ends."""
    try:
        liar.connection.send(message.SerializeToString())
        while True:
            received = ForwardMsg()
            said = liar.connection.recv(timeout=5)
            received.ParseFromString(said if isinstance(said, bytes) else said.encode())
            if received.WhichOneof("type") in ("new_session", "delta"):
                return False
    except ConnectionClosed as closed:
        return closed.rcvd is not None and closed.rcvd.code == 4401


def until_closed(liar: Liar) -> int:
    """The code with which the server closes, without anything being sent."""
    try:
        while True:
            liar.connection.recv(timeout=5)
    except ConnectionClosed as closed:
        return closed.rcvd.code if closed.rcvd else 0


@pytest.fixture
def unchanged(ending: World) -> Iterator[None]:
    """What an event did to the account is taken back."""
    with ending.server.register() as register:
        row = register.get_one(m.Account, ending.cast["hans"])
        password, roles = row.password_hash, [held.role for held in row.roles]
    yield
    close_all()
    with ending.server.register() as register:
        row = register.get_one(m.Account, ending.cast["hans"])
        row.active, row.password_hash = True, password
        row.roles = [held for held in row.roles if held.role in roles]


REFUSED: dict[str, bool] = {}


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.__name__)
def test_nothing_of_an_ended_session_works(ending: World, event: Callable[[World, Opened], None]) -> None:
    with of_the_door(ending.server.data):
        old = opened(ending)
        assert old.works()
        event(ending, old)
    began = time.monotonic()

    held = {name: replay() for name, replay in old.replays().items()}

    REFUSED.update({f"{event.__name__}: {name}": was_refused for name, was_refused in held.items()})
    assert time.monotonic() - began < 1, "refused, but not within a second"
    assert all(held.values()), held


def test_whatever_ends_a_session_ends_all_of_it(figures: Figures) -> None:
    """Last of those above, where all of them ran."""
    if len(REFUSED) >= 40:
        figures.equal("P8", "replays refused within a second of 8 events x 5 replays", sum(REFUSED.values()), 40)


def test_an_address_of_a_file_is_for_the_session_that_was_told(ending: World) -> None:
    """Another session of the same person too: what somebody read over a shoulder opens nothing."""
    with of_the_door(ending.server.data):
        old = opened(ending)
        for name in ("cora", "hans"):
            other = Liar.of(ending.server, name)
            assert ask(ending.server, old.media, cookies=other.cookies).status == 404
            assert put(other, old.upload) == 404
        assert old.works()
    close_all()


@pytest.mark.usefixtures("unchanged")
def test_a_screen_on_which_nobody_clicks_is_closed_within_a_second(ending: World, figures: Figures) -> None:
    slowest = 0.0
    with of_the_door(ending.server.data):
        for _ in range(5):
            old = opened(ending)
            began = time.monotonic()
            sessions.sign_out(old.session)
            assert [until_closed(each) for each in (old.screen, old.second)] == [4401, 4401]
            slowest = max(slowest, time.monotonic() - began)

    figures.at_most("P8", "seconds until idle screens of an ended session are closed", round(slowest, 2), 1)


@pytest.mark.usefixtures("unchanged")
def test_a_file_and_a_place_to_upload_are_for_whoever_they_were_made_for(ending: World) -> None:
    """Somebody else who knows the address, signed in as well: it is not there. The same person elsewhere neither."""
    others = [Liar.of(ending.server, name) for name in ("cora", "adam", "hans")]
    for each in others:
        each.visit("account")
    mine = opened(ending)
    for each in others:
        assert ask(ending.server, mine.media, cookies=each.cookies).status == 404
        assert put(each, mine.upload) == 404
    assert ask(ending.server, mine.media).status == 401
    assert mine.works()
