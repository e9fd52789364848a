"""Forged websocket frames against a running server, by people of six roles and a visitor: whatever comes in, no traceback
on the screen or in the log, nothing personal in the log, the register as it was, and the server still answers."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session
from streamlit.proto.BackMsg_pb2 import BackMsg

from db import models as m
from db.engine import make_engine
from domain.vocabulary import Compartment
from services import attachments, door, handing_over
from services.handing_over import HandOver
from services.parties import Named
from services.sessions import digest
from tests.attacks.forging import PRESSED, VALUES, Liar, state
from tests.attacks.soundness import faults
from tests.cases import Case
from tests.conftest import TODAY, Cast, at
from tests.serving import Server, fill, start
from tests.web.client import ask, close_all

PAGES = ("intake", "board", "complaint", "appeals", "overview", "restricted", "people", "help", "account", "home", "start")
# Who attacks which screens: each screen by somebody whose it is, and by somebody whose it is not.
SCREENS = (
    ("tom", "intake"),
    ("tom", "people"),
    ("hans", "complaint"),
    ("hans", "account"),
    ("mia", "overview"),
    ("piet", "board"),
    ("vera", "appeals"),
    ("vera", "restricted"),
    ("wim", "start"),
    ("adam", "people"),
    ("adam", "complaint"),
)
SECRETS = (
    "Karel",
    "de Vries",
    "kwartier",
    "Geheimzaak",
    "karel@voorbeeld",
    "Hans Behandelaar",
    "Adam Beheer",
    "wachtwoord-van",
)
# What a frame may leave behind: that somebody looked, typed, or tried to sign in.
TRACES = {"access_log", "draft", "auth_session", "throttle"}
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
SENT: dict[str, int] = {}


@dataclass
class World:
    server: Server
    cast: Cast
    hidden: str  # a complaint about hans and mia: neither may see it
    open: str
    appealed: str
    closed: str  # of the confidant
    file: str  # the token of an attachment of `hidden`
    before: dict[str, list[Any]]

    def now(self) -> dict[str, list[Any]]:
        engine = make_engine(f"sqlite:///{self.server.data / 'weerklank.db'}")
        try:
            return everything(engine)
        finally:
            engine.dispose()


def everything(engine: Engine) -> dict[str, list[Any]]:
    with engine.connect() as connection:
        return {
            table.name: sorted(map(repr, connection.execute(select(table))))
            for table in m.Base.metadata.sorted_tables
            if table.name not in TRACES
        }


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A register with secrets in it, made by the services, and a server on it."""
    folder = tmp_path_factory.mktemp("attacked")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WEERKLANK_DATA", str(folder))
        patch.delenv("WEERKLANK_DATABASE_URL", raising=False)
        patch.setenv("WEERKLANK_TODAY", TODAY.isoformat())
        door.engine.cache_clear()
        cast = fill(door.engine(), "training")
        at(door.engine(), cast, TODAY)
        about = (Named(account_id=cast["hans"]), Named(account_id=cast["mia"]))
        hidden = Case.registered("training", cast, respondents=about, title="Geheimzaak", by="rosa")
        (token,) = attachments.add(cast.actor("cora"), hidden.reference, [("brief.pdf", PDF)])
        working = Case.registered("training", cast, unit_id=cast.units["noord"]).in_progress()
        appealed = Case.registered("training", cast).in_appeal()
        matter = HandOver(
            compartment="unwanted_behaviour",
            received_on=TODAY,
            channel="phone",
            text="Geheimzaak van de vertrouwenspersoon.",
            category="Ongewenst gedrag",
            complainant_type="client",
            name="Karel de Vries",
        )
        closed = hand_over(cast, matter)
        before = everything(door.engine())
        door.engine().dispose()
        with start(folder, cast) as server:
            yield World(server, cast, hidden.reference, working.reference, appealed.reference, closed, token, before)
        assert faults(door.engine(), folder / "attachments") == []
        door.engine().dispose()
        door.engine.cache_clear()


def hand_over(cast: Cast, matter: HandOver) -> str:
    from services.profiles import vocabulary

    words = vocabulary(cast.actor("tom"))
    kind = next(each for each in words.restricted if each.treatment == Compartment.UNWANTED_BEHAVIOUR)
    values = {**matter.__dict__, "category": kind.name}
    handing_over.hand_over(cast.actor("tom"), "hand-over-1", HandOver(**values))
    with Session(door.engine()) as session:
        query = select(m.Complaint.reference).where(m.Complaint.compartment == Compartment.UNWANTED_BEHAVIOUR)
        return session.scalars(query).one()


@pytest.fixture(autouse=True)
def nothing_broke(world: World) -> Iterator[None]:
    """After each attack."""
    began = len(world.server.log.read_text())
    yield
    close_all()
    log = world.server.log.read_text()[began:]
    assert "Traceback" not in log, log[log.index("Traceback") - 300 :][:3000]
    for secret in (*SECRETS, world.hidden, world.closed, world.open, world.file):
        assert secret not in log
    assert not ours(log), "our own code fell over a forged value"
    assert ask(world.server, "/healthz").status == 200
    assert ask(world.server, "/readyz").status == 200
    now = world.now()
    assert [name for name, rows in now.items() if rows != world.before[name]] == []


def ours(log: str) -> list[str]:
    """Incidents whose innermost place is in our own tree; those inside Streamlit are its way to refuse a value."""
    found = []
    for line in log.splitlines():
        if line.startswith("{"):
            fact = json.loads(line)
            last = (fact.get("at") or [""])[-1]
            if "/" in last:
                found.append(f"{fact['type']} at {fact['at']}")
    return sorted(set(found))


def harmless(liar: Liar) -> None:
    assert not liar.screen.failed, liar.screen.failed
    assert "Traceback" not in liar.screen.said
    assert 'File "/' not in liar.screen.said


# Values


@pytest.mark.parametrize(("who", "page"), SCREENS)
def test_wrong_values_in_every_widget(world: World, who: str, page: str) -> None:
    liar = Liar.of(world.server, who)
    shown = {"complaint": f"ref={world.open}", "appeals": f"ref={world.appealed}", "restricted": f"ref={world.closed}"}
    query = shown.get(page, "")
    liar.visit(page, query)
    harmless(liar)
    widgets = {widget: kind for widget, kind in liar.screen.widgets.items() if "session." not in widget}
    for value in VALUES:
        kept = [each for each, kind in widgets.items() if kind != "button" or not {*value} & {*PRESSED, "bool_value"}]
        liar.widget(*(state(each, **value) for each in kept), query=query)
        harmless(liar)
    SENT[f"values by {who} in {page}"] = liar.sent


def test_a_visitors_frames(world: World) -> None:
    liar = Liar.of(world.server, None)
    liar.visit("")
    fields = [each for each, kind in liar.screen.widgets.items() if kind == "text_input"]
    button = next(each for each in liar.screen.widgets if "FormSubmitter" in each)
    for value in VALUES:
        liar.widget(*(state(each, **value) for each in fields), state(button, trigger_value=True))
        harmless(liar)
    for page in PAGES:
        liar.visit(page, f"ref={world.hidden}&link=x&lang=%00")
        harmless(liar)
        assert world.hidden not in liar.screen.said
        assert "Geheimzaak" not in liar.screen.said
    SENT["values by a visitor"] = liar.sent


# Widgets that are somebody else's


def test_buttons_and_fields_of_somebody_else(world: World) -> None:
    theirs = []
    for who, page, query in (
        ("adam", "people", ""),
        ("cora", "complaint", f"ref={world.hidden}"),
        ("vera", "appeals", f"ref={world.appealed}"),
        ("vera", "restricted", f"ref={world.closed}"),
        ("cora", "intake", ""),
    ):
        there = Liar.of(world.server, who)
        theirs += [each for each in there.visit(page, query).widgets if "session." not in each]
        harmless(there)
    liar = Liar.of(world.server, "tom")
    for page, query in (("complaint", f"ref={world.hidden}"), ("people", "")):
        liar.visit(page, query)
        for each in theirs:
            if each not in liar.screen.widgets:
                liar.widget(state(each, trigger_value=True), query=query)
        harmless(liar)
        liar.widget(*(state(each, trigger_value=True) for each in theirs if each not in liar.screen.widgets))
        liar.widget(*(state(f"$$ID-{n:032x}-people.save", trigger_value=True) for n in range(300)), state("", string_value="x"))
        liar.widget(state("board.open", string_value=world.hidden), state("session.me", string_value="adam"))
        harmless(liar)
        assert "Geheimzaak" not in liar.screen.said
    SENT["widgets of others"] = liar.sent


# Pages, fragments, queries


def test_scripts_pages_and_fragments_of_others(world: World) -> None:
    admin, tom = Liar.of(world.server, "adam"), Liar.of(world.server, "tom")
    admin.visit("people")
    tom.visit("account")
    hashes = [*admin.screen.pages.values(), admin.screen.page, "0" * 32, "x" * 10_000, "../pages/people.py", "\x00"]
    for each in hashes:
        tom.widget(page=each, query=f"ref={world.hidden}")
        harmless(tom)
        assert "Geheimzaak" not in tom.screen.said
        assert "people.new." not in tom.screen.said
    for name in (
        "people",
        "../people",
        "/people",
        "people\x00",
        "pages/people.py",
        "x" * 5000,
        "\u202e",
        "start",
        ".",
        "%2e%2e",
    ):
        tom.visit(name, f"ref={world.hidden}")
        harmless(tom)
        assert "people.new." not in tom.screen.said
    for fragment in ("people", "x" * 10_000, "\x00", "0" * 32):
        tom.cast_away(tom.rerun(fragment_id=fragment))
    tom.settle()
    harmless(tom)
    SENT["scripts and fragments"] = tom.sent


QUERIES = (
    "ref=",
    "ref=%00",
    "ref=%ff%fe",
    "ref=%ed%a0%80",
    "ref=" + "A" * 20_000,
    "ref=K26-%E2%80%AE",
    "ref=' OR 1=1 --",
    "ref=../../etc/passwd",
    "ref=" + "&ref=".join("ABCDEFGH") + "&" * 50,
    "ref=K26-AAAAA&ref=K26-BBBBB",
    "?ref=x&;=&==&&&%",
    "part=units&part=accounts",
    "part=niet",
    "year=0000",
    "year=9999",
    "year=0001",
    "year=٢٠٢٦",
    "year=²⁰²⁶",
    "year=-1",
    "page=0",
    "page=999999",
    "page=٣",
    "page=1e9",
    "handler=999999999999999999999999",
    "handler=-1&unit=-1",
    "handler=1.5&unit=NaN",
    "flag=niet&status=niet&sort=niet&category=%00&procedure=%00",
    "text=%00",
    "text=%25%25%5f%27%22",
    "text=" + "x" * 20_000,
    "text=%F0%9F%A6%84%E2%80%8B",
    "category=%3Cscript%3E",
    "tab=%00&embed=true&embed_options=dark_theme",
    "link=abc&lang=xx",
    "lang=" + "x" * 5000,
    "%",
    "\x00=\x00",
    "a" * 50_000,
)


@pytest.mark.parametrize(("who", "page"), [each for each in SCREENS if each[0] != "wim"])
def test_odd_addresses(world: World, who: str, page: str) -> None:
    liar = Liar.of(world.server, who)
    for query in QUERIES:
        liar.visit(page, query)
        harmless(liar)
    SENT[f"addresses by {who} of {page}"] = liar.sent


@pytest.mark.parametrize(
    ("who", "page", "which"),
    [
        ("hans", "complaint", "hidden"),
        ("mia", "complaint", "hidden"),
        ("tom", "complaint", "hidden"),
        ("adam", "complaint", "open"),
        ("cora", "complaint", "closed"),
        ("hans", "restricted", "closed"),
        ("dora", "restricted", "closed"),
        ("vera", "appeals", "hidden"),
        ("vera", "complaint", "open"),
        ("suze", "appeals", "appealed"),
        ("wim", "restricted", "closed"),
    ],
)
def test_a_dossier_that_one_may_not_see_looks_like_one_that_is_not_there(world: World, who: str, page: str, which: str) -> None:
    liar = Liar.of(world.server, who)
    reference = getattr(world, which)

    there = re.sub(reference, "?", texts(liar, page, reference))
    nowhere = re.sub("K26-ZZZZZ", "?", texts(liar, page, "K26-ZZZZZ"))

    assert there == nowhere
    assert "Geheimzaak" not in there
    SENT["references"] = SENT.get("references", 0) + liar.sent


def texts(liar: Liar, page: str, reference: str) -> str:
    screen = liar.visit(page, f"ref={reference}")
    return re.sub(r'\$\$ID-\w+|"?scriptrunner[^\n]*|[0-9a-f-]{32,36}', "", screen.said)


# Files


def test_files_and_downloads_of_others(world: World) -> None:
    cora, hans = Liar.of(world.server, "cora"), Liar.of(world.server, "hans")
    cora.visit("overview")
    cora.visit("complaint", f"ref={world.hidden}")
    cora.widget(*(state(each, string_value="attachments") for each in cora.screen.widgets if "complaint.tab" in each))

    unknown = ask(world.server, f"/attachment/{'A' * 43}", cookies=hans.cookies)
    for path in (
        f"/attachment/{world.file}",
        f"/attachment/{world.file[:-1]}x",
        "/attachment/%00",
        f"/attachment/{world.file}/",
    ):
        answer = ask(world.server, path, cookies=hans.cookies)
        assert (answer.status, answer.body) in ((404, unknown.body), (404, b"Not Found"), (400, b"Bad Request"), (301, b""))
    for path in ("/media/x.pdf", "/media/../app.py", "/media/%2e%2e/app.py"):
        assert ask(world.server, path, cookies=hans.cookies).status in (400, 404, 405)
    for method in ("PUT", "DELETE"):
        for path in ("/_stcore/upload_file/a/b", f"/_stcore/upload_file/{'x' * 200}/y", "/_stcore/upload_file/%00/%00"):
            answer = ask(world.server, path, method, cookies=hans.cookies, Origin=world.server.url)
            assert answer.status < 500, (method, path, answer.status)
            assert b"Traceback" not in answer.body


def test_uploads_that_were_never_made(world: World) -> None:
    liar = Liar.of(world.server, "tom")
    liar.visit("intake")
    uploader = next(each for each, kind in liar.screen.widgets.items() if kind == "file_uploader")
    save = liar.screen.labels.get("Vastleggen")
    for number in range(20):
        forged = state(uploader, file_uploader_state_value={f"file-{number}": f"/media/{number}"})
        liar.widget(forged, *([state(save, trigger_value=True)] if save else []))
        harmless(liar)
    SENT["uploads"] = liar.sent


# Storms, replays, order


def test_a_storm_of_reruns(world: World) -> None:
    liar = Liar.of(world.server, "cora")
    liar.visit("board")
    liar.visit("complaint", f"ref={world.open}")
    for number in range(120):
        message = liar.rerun(query=f"ref={(world.open, world.hidden, 'K26-ZZZZZ')[number % 3]}")
        if number % 5 == 0:
            message = BackMsg(stop_script=True)
        liar.cast_away(message)
    liar.settle()
    harmless(liar)
    SENT["storm"] = liar.sent


def test_other_messages_than_reruns(world: World) -> None:
    for who in ("tom", None):
        liar = Liar.of(world.server, who)
        liar.visit("")
        for made in (
            BackMsg(clear_cache=True),
            BackMsg(set_run_on_save=True),
            BackMsg(stop_script=True),
            BackMsg(load_git_info=True),
            BackMsg(debug_disconnect_websocket=True),
            BackMsg(debug_shutdown_runtime=True),
            BackMsg(app_heartbeat=True),
            BackMsg(),
        ):
            liar.cast_away(made)
        urls = BackMsg()
        urls.file_urls_request.request_id, urls.file_urls_request.session_id = "x", "somebody-else"
        urls.file_urls_request.file_names.extend(["a.pdf"] * 50)
        liar.cast_away(urls)
        backend = BackMsg()
        backend.backend_operation_request.request_id = "x"
        liar.cast_away(backend)
        liar.settle()
        harmless(liar)
        for content in (
            b"",
            b"\x00",
            b"\xff" * 1000,
            b"GET / HTTP/1.1\r\n\r\n",
            b"\x0a\x03abc",
            "tekst",
            "",
            b"\x08" + b"\xff" * 20,
        ):
            liar.raw(content)
        SENT["other messages"] = SENT.get("other messages", 0) + liar.sent


def test_frames_with_half_signs_in_their_text(world: World) -> None:
    """A lone surrogate cannot be said in a frame of Python's making; its bytes can."""
    liar = Liar.of(world.server, "tom")
    liar.visit("intake")
    field = next(each for each in liar.screen.widgets if each.endswith("intake.description"))
    whole = liar.rerun(state(field, string_value="@@@@@@"), query="ref=@@@@@@").SerializeToString()
    for half in (b"\xed\xa0\x80\xed\xb0\x80", b"\xff\xfe\xff\xfe\xff\xfe", b"\xc0\x80\xc0\x80\xc0\x80"):
        liar.raw(whole.replace(b"@@@@@@", half))
    liar.visit("intake")
    harmless(liar)
    SENT["half signs"] = liar.sent


def test_frames_after_signing_out_or_losing_the_account(world: World) -> None:
    for how in ("signed out", "disabled"):
        liar = Liar.of(world.server, "piet")
        liar.visit("complaint", f"ref={world.hidden}")
        assert "Geheimzaak" in liar.screen.said
        with world.server.register() as register:
            row = register.get_one(m.AuthSession, digest(liar.cookies["weerklank"]))
            if how == "signed out":
                row.revoked_at = row.last_seen_at
            else:
                register.get_one(m.Account, world.cast["piet"]).active = False
        time.sleep(1.1)  # an answer about a session is believed for one second
        try:
            for _ in range(10):
                liar.screen.said = ""
                liar.visit("complaint", f"ref={world.hidden}")
                assert "Geheimzaak" not in liar.screen.said
        finally:
            with world.server.register() as register:
                account = register.get_one(m.Account, world.cast["piet"])
                account.active = True
            put_back(world, "account")
        SENT["after signing out"] = SENT.get("after signing out", 0) + liar.sent


def put_back(world: World, table: str) -> None:
    """Disabling from the side moved the version of the row; for this test that is no change."""
    now = world.now()[table]
    assert len(now) == len(world.before[table])
    world.before[table] = now


def form_of(world: World, liar: Liar, step: str) -> str:
    """Opens the form of a step; the query of its dossier. What was left open before is cancelled."""
    query = f"ref={world.open}"
    liar.visit("complaint", query)
    left = [each for each in liar.screen.widgets if each.endswith(".cancel")]
    if left:
        liar.widget(*(state(each, trigger_value=True) for each in left), query=query)
    opener = next((each for each in liar.screen.widgets if each.endswith(f"complaint.open.{step}")), None)
    assert opener, (step, sorted(liar.screen.widgets))
    liar.widget(state(opener, trigger_value=True), query=query)
    return query


def field_of(liar: Liar, name: str) -> str:
    return next(each for each in liar.screen.widgets if each.endswith(name))


def test_replayed_frames_and_form_ids_do_it_once(world: World) -> None:
    """The same frame again and again, as a whole: the save button with everything that it needs."""
    liar = Liar.of(world.server, "cora")
    query = form_of(world, liar, "log")
    text, save = field_of(liar, "complaint.log.text"), field_of(liar, "complaint.log.save")

    for _ in range(15):
        liar.widget(state(text, string_value="Eén keer gebeld."), state(save, trigger_value=True), query=query)
        harmless(liar)

    with world.server.register() as register:
        said = register.scalars(select(m.EventText).where(m.EventText.text == "Eén keer gebeld.")).all()
        assert len(said) == 1
    world.before |= world.now()
    SENT["replays"] = liar.sent


@pytest.mark.parametrize("step", ["log", "decide", "extend", "pause", "climb", "add_party", "refer", "correct", "withdraw"])
def test_saving_with_forged_fields_saves_nothing(world: World, step: str) -> None:
    """A form of which the texts are unreadable, the choices are not in the list and the days do not exist."""
    liar = Liar.of(world.server, "cora")
    query = form_of(world, liar, step)
    saves = [each for each in liar.screen.widgets if each.endswith((".save", ".send"))]
    kinds = ("text_area", "text_input", "selectbox", "date_input", "multiselect")
    fields = {each: kind for each, kind in liar.screen.widgets.items() if f"complaint.{step}." in each and kind in kinds}
    assert saves or step == "extend"
    for text, choice, day in (
        ("\x00", "999", ["9999-12-31"]),
        ("x" * 30_000, "\x00", ["0001-01-01"]),
        ("\ud7ff\x00", "adam", ["2026-13-45"]),
    ):
        forged = [_forged(each, kind, text, choice, day) for each, kind in fields.items()]
        liar.widget(*forged, *(state(each, trigger_value=True) for each in saves), query=query)
        harmless(liar)
    form_of(world, liar, step)  # and it can still be opened
    SENT["forged saves"] = SENT.get("forged saves", 0) + liar.sent


def _forged(widget: str, kind: str, text: str, choice: str, day: list[str]) -> Any:
    match kind:
        case "date_input":
            return state(widget, string_array_value=day)
        case "multiselect":
            return state(widget, string_array_value=[choice])
        case "selectbox":
            return state(widget, string_value=choice)
    return state(widget, string_value=text)


def test_a_stale_form_changes_nothing(world: World) -> None:
    """A form was opened, a colleague was first, and the frame that saves comes after that."""
    liar = Liar.of(world.server, "cora")
    query = form_of(world, liar, "assign")
    handler, save = field_of(liar, "assign.handler_id"), field_of(liar, "assign.save")
    with world.server.register() as register:
        row = register.scalars(select(m.Complaint).where(m.Complaint.reference == world.open)).one()
        row.title = "Een ander was eerst"
    world.before |= world.now()

    for _ in range(5):
        liar.widget(state(handler, string_value="Hilde Behandelaar"), state(save, trigger_value=True), query=query)
        harmless(liar)

    with world.server.register() as register:
        row = register.scalars(select(m.Complaint).where(m.Complaint.reference == world.open)).one()
        assert row.handler_id == world.cast["hans"]
    SENT["stale"] = liar.sent


def test_many_frames_were_forged(world: World) -> None:
    """Last in this file: what the tests above sent, where all of them ran."""
    if len(SENT) > 10:
        assert sum(SENT.values()) >= 400, SENT
