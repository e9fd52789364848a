"""P2 and P18 for real: every frame that a running server sends, searched for what is not for who receives it; also while many
people work at once, and for somebody who is named in a dossier while it is open in two tabs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from domain.vocabulary import Relation
from services import attachments, door, parties
from services.parties import Named
from tests import serving
from tests.attacks import canaries
from tests.attacks.canaries import Scope
from tests.attacks.forging import Liar, state
from tests.attacks.world import of_the_door
from tests.cases import Case
from tests.conftest import CAST, TODAY, Cast, at
from tests.figures import Figures, so_many
from tests.serving import Server, start
from tests.web.client import ask, close_all

PAGES = ("home", "board", "actions", "intake", "overview", "appeals", "restricted", "retention", "terms", "people", "help")
PAGES += ("account",)
OF_ONE = ("complaint", "appeals", "restricted")
QUERIES = ("text=KANARIE&status=all", "text=K26-&status=all", "flag=unowned", "status=closed")
SHOWN = ("complaint.title", "complaint.description", "complainant.name", "event_text.text", "attachment.name")
TYPED = "KANARIE-typed.by-0-{}-"


@dataclass
class Listener(Liar):
    """Keeps everything that it is sent."""

    heard: list[bytes] = field(default_factory=list)
    tabs: list[str] = field(default_factory=list)  # the labels of those on screen
    tab_widget: str = ""
    deferred: list[str] = field(default_factory=list)  # files that are made when somebody clicks

    def _take(self, received: bytes | str) -> bool:
        content = received if isinstance(received, bytes) else received.encode()
        self.heard.append(content)
        answer = ForwardMsg()
        answer.ParseFromString(content)
        if answer.WhichOneof("type") == "new_session":
            self.tabs, self.deferred = [], []
        block, element = answer.delta.add_block, answer.delta.new_element
        if block.WhichOneof("type") == "tab":
            self.tabs.append(block.tab.label)
        if block.WhichOneof("type") == "tab_container":
            self.tab_widget = block.tab_container.id or block.id
        if element.download_button.deferred_file_id:
            self.deferred.append(element.download_button.deferred_file_id)
        return super()._take(received)

    def operate(self, file: str, session: str | None = None, patience: float = 20) -> bytes:
        """Asks for a file that is made now; what the server answers."""
        message = BackMsg()
        message.backend_operation_request.request_id = "asked"
        message.backend_operation_request.session_id = self.screen.session if session is None else session
        message.backend_operation_request.deferred_file.file_id = file
        self.connection.send(message.SerializeToString())
        while True:
            received = self.connection.recv(timeout=patience)
            content = received if isinstance(received, bytes) else received.encode()
            answer = ForwardMsg()
            answer.ParseFromString(content)
            if answer.WhichOneof("type") == "backend_operation_response":
                return content

    def drain(self) -> str:
        """What was said since the last time."""
        said, self.heard = b" ".join(self.heard).decode("utf-8", "replace"), []
        return said


@dataclass
class Planted:
    server: Server
    cast: Cast
    scope: Scope
    frames: int = 0
    seen: set[tuple[str, str]] = field(default_factory=set)  # table and column of what was found where it is allowed
    leaked: list[str] = field(default_factory=list)

    def search(self, listener: Listener, who: str, where: str, *asked: str) -> str:
        self.frames += len(listener.heard)
        said = listener.drain()
        self.seen |= {(table, column) for table, column, *_ in canaries.CANARY.findall(said.replace("\\", ""))}
        self.leaked += [f"{who} in {where}: {each}" for each in self.scope.leaks(who, said, asked=frozenset(asked))]
        return said


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Planted]:
    folder = tmp_path_factory.mktemp("planted")
    with of_the_door(folder):
        cast = serving.fill(door.engine(), "training")
        at(door.engine(), cast, TODAY)
        canaries.fill(cast)
        canaries.plant(door.engine())
        scope = Scope.of(door.engine(), cast)
    with start(folder, cast) as server:
        yield Planted(server, cast, scope)


@pytest.fixture(autouse=True)
def closed_tabs() -> Iterator[None]:
    yield
    close_all()


def visits(planted: Planted, chance: Random) -> list[tuple[str, str, str]]:
    """Page, query, and the reference that is asked for: everything, or a sample of it."""
    plain = [(page, "", "") for page in PAGES] + [("board", query, "") for query in QUERIES]
    of_one = [(page, f"ref={each}", each) for page in OF_ONE for each in planted.scope.references()]
    return chance.sample(plain, so_many(len(plain), 1)) + chance.sample(of_one, so_many(len(of_one), 1))


def through_the_tabs(planted: Planted, listener: Listener, who: str, page: str, query: str, reference: str) -> None:
    listener.visit(page, query)
    planted.search(listener, who, f"{page}?{query}", reference)
    for label in listener.tabs[1:]:
        listener.widget(state(listener.tab_widget, string_value=label), query=query)
        planted.search(listener, who, f"{page}?{query} {label}", reference)


def test_no_frame_holds_what_is_not_for_its_reader(planted: Planted, figures: Figures) -> None:
    for who in sorted(CAST):
        listener = Listener.of(planted.server, who)
        for visit in visits(planted, Random(who)):
            through_the_tabs(planted, listener, who, *visit)
        close_all()
    reader = Listener.of(planted.server, "cora")
    opened = next(iter(planted.scope.references()))
    assert planted.scope.reaches("cora", "read", planted.scope.references()[opened])
    through_the_tabs(planted, reader, "cora", "complaint", f"ref={opened}", opened)
    expected = {(*each.split("."),) for each in SHOWN}
    assert expected <= planted.seen, "the search finds canaries where they are allowed"
    assert planted.leaked[:10] == []
    figures.equal("P2", "canaries out of scope in frames", len(planted.leaked), 0)
    figures.at_least("P2", "frames searched", planted.frames, so_many(10_000, 1_000))


# Many at once


def test_people_who_work_at_once_hear_nothing_of_each_other(planted: Planted, figures: Figures) -> None:
    chance, steps, before = Random(18), 0, len(planted.leaked)
    everybody = [who for who in sorted(CAST) if who != "suze"]
    while steps < so_many(10_000, 100):
        here = chance.sample(everybody, chance.randint(2, 10))
        listeners = {who: Listener.of(planted.server, who) for who in here}
        for who, listener in listeners.items():
            listener.visit(chance.choice(("intake", "board", "account", "help")))
            planted.search(listener, who, "the start")
        for _ in range(so_many(25, 8)):
            for who in chance.sample(here, chance.randint(2, len(here))):  # nobody waits for anybody
                listener = listeners[who]
                listener.cast_away(act(planted, listener, who, chance))
                steps += 1
            for who in chance.sample(here, 2):
                listeners[who].settle()
                planted.search(listeners[who], who, "between the others", *planted.scope.references())
        for who, listener in listeners.items():
            listener.settle()
            planted.search(listener, who, "the end", *planted.scope.references())
        close_all()
    assert planted.leaked[before:][:10] == []
    figures.equal("P18", "canaries of others, with two to ten people at once", len(planted.leaked) - before, 0)
    figures.at_least("P18", "steps", steps, so_many(10_000, 100))


def act(planted: Planted, listener: Listener, who: str, chance: Random) -> BackMsg:
    """Looks somewhere, or types something that only they may see again."""
    fields = [each for each, kind in listener.screen.widgets.items() if kind in ("text_input", "text_area")]
    if fields and chance.random() < 0.6:
        return listener.rerun(state(chance.choice(fields), string_value=TYPED.format(planted.cast[who])))
    message = BackMsg()
    message.rerun_script.page_name = chance.choice((*PAGES, *OF_ONE))
    if message.rerun_script.page_name in OF_ONE:
        message.rerun_script.query_string = f"ref={chance.choice(list(planted.scope.references()))}"
    return message


# Named while it is open


@pytest.mark.parametrize("typed", [False, True], ids=["from the list", "by name"])
def test_who_is_named_loses_it_at_the_next_frame_in_every_tab(planted: Planted, typed: bool) -> None:
    mia = planted.cast["mia"]
    with of_the_door(planted.server.data):
        case = Case.registered("training", planted.cast, title="Geheime titel").answered()
        (token,) = attachments.add(planted.cast.actor("cora"), case.reference, [("a.txt", b"Geheime bijlage")])
    query, address = f"ref={case.reference}", f"/attachment/{token}"
    one, two, three = (Listener.of(planted.server, "mia") for _ in range(3))
    for each in (one, three):
        assert "Geheime titel" in each.visit("complaint", query).said
    assert case.reference in two.visit("board").said
    letters = [label for label in one.tabs if "rieven" in label or "erichten" in label]
    one.widget(state(one.tab_widget, string_value=letters[0]), query=query)
    (made, *_) = one.deferred
    assert "/media/" in one.operate(made).decode("utf-8", "replace")
    assert ask(planted.server, address, cookies=one.cookies).status == 200

    with of_the_door(planted.server.data):
        named = Named(name="Manager, M.") if typed else Named(account_id=mia)
        parties.add_party(planted.cast.actor("cora"), case.reference, Relation.RESPONDENT, named)

    for each in (one, two, three):
        each.drain()
    assert ask(planted.server, address, cookies=one.cookies).status == 404
    assert "/media/" not in one.operate(made).decode("utf-8", "replace")
    seen = one.widget(state(one.tab_widget, string_value=letters[0]), query=query).said
    assert "Geheime titel" not in seen + one.drain()
    assert "Geheime titel" not in two.widget(query="").said + two.drain()
    assert case.reference not in two.visit("board").said
    three.cast_away(three.rerun(fragment_id="x", query=query))
    assert "Geheime titel" not in three.settle().said
    assert "Geheime titel" not in three.visit("complaint", query).said


# What one person's tab holds, asked by another


def test_a_download_of_somebody_elses_tab_is_nobodys(planted: Planted) -> None:
    references, scope = planted.scope.references(), planted.scope
    readable = [each for each, number in references.items() if scope.reaches("cora", "read", number)]
    cora = Listener.of(planted.server, "cora")
    for reference in readable:
        cora.visit("complaint", f"ref={reference}")
        for label in cora.tabs:
            if not cora.deferred and ("rieven" in label or "erichten" in label):
                cora.widget(state(cora.tab_widget, string_value=label), query=f"ref={reference}")
    assert cora.deferred
    tom = Listener.of(planted.server, "tom")
    tom.visit("help")
    tom.drain()
    for session in ("", cora.screen.session, tom.screen.session):
        with pytest.raises(TimeoutError):
            tom.operate(cora.deferred[0], session, patience=1)
    assert "/media/" in cora.operate(cora.deferred[0]).decode("utf-8", "replace")
