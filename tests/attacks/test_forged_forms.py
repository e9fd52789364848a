"""Forms under attack: storms of reruns, other messages than reruns, frames after signing out, the same frame again, forged
fields with the save button, a form that is stale."""

from __future__ import annotations

import time
from typing import Any

import pytest
from sqlalchemy import select
from streamlit.proto.BackMsg_pb2 import BackMsg

from db import models as m
from services.sessions import digest
from tests.attacks.forging import Liar, state
from tests.attacks.world import World, harmless
from tests.figures import Figures, so_many
from tests.web.client import open_tab

pytestmark = pytest.mark.usefixtures("nothing_broke")


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


def test_one_form_in_two_tabs_and_over_a_connection_that_came_back_is_one(world: World, figures: Figures) -> None:
    """What was typed is a draft: the second tab opens with it, and with the same form."""
    wrong, tries = 0, so_many(40, 2)
    for number in range(tries):
        words = f"Twee tabbladen, keer {number}."
        one = Liar.of(world.server, "cora")
        query = form_of(world, one, "log")
        text = field_of(one, "complaint.log.text")
        one.widget(state(text, string_value=words), query=query)
        other = Liar.of(world.server, "cora")
        other.visit("complaint", query)
        for liar in (one, other):
            save = state(field_of(liar, "complaint.log.save"), trigger_value=True)
            frame = liar.rerun(state(text, string_value=words), save, query=query)
            liar.send(frame)
            liar.connection.close()
            liar.connection = open_tab(liar.server, liar.cookies, session=liar.screen.session).connection
            liar.send(frame)
            harmless(liar)
        with world.server.register() as register:
            said = register.scalars(select(m.EventText).where(m.EventText.text == words)).all()
            wrong += len(said) != 1
    figures.equal("P21", f"not exactly one, of {tries} forms in two tabs, each sent again after the connection broke", wrong, 0)
    world.before |= world.now()
