"""The database is locked, stopped, killed or cut off while somebody saves: a sentence that is true, what was typed stays,
nothing is saved twice or half, and everything goes on by itself (P23)."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from db import models as m
from domain.errors import Refused
from domain.rights import Right
from services import accounts, attachments, complaints, database_faults, door, drafts
from services.door import SystemActor, work
from services.sessions import digest
from tests import postgres
from tests.attacks.forging import Liar, state
from tests.attacks.soundness import faults
from tests.attacks.test_kills import form_of_a_note, logged
from tests.attacks.world import of_the_door
from tests.attacks.writers import IN_THE_DOSSIER, PDF, Confirmed, note
from tests.cases import Case, an_intake
from tests.conftest import TODAY, Cast, at, moment, need
from tests.figures import EVERYTHING, Figures, so_many
from tests.outages import Database, Wire, locked
from tests.releases import of_a_server
from tests.serving import Server, fill, start
from tests.web.client import close_all, open_tab

AWAY = "De database is even niet bereikbaar. Wat u typte, staat er nog; dit scherm gaat vanzelf verder."
SOON = 5.0  # seconds after the database is back
CHECKER = SystemActor("check", frozenset({Right.OPERATE}))


def made(form: str) -> int:
    with Session(door.engine()) as session:
        return session.scalar(select(func.count()).where(m.Complaint.form_id == form)) or 0


def soon(done: Callable[[], bool]) -> float:
    """The seconds until it is so."""
    began = time.monotonic()
    while not done():
        assert time.monotonic() - began < 60
        time.sleep(0.1)
    return time.monotonic() - began


# On the screen of somebody who saves


@pytest.fixture
def on_sqlite(tmp_path: Path) -> Iterator[tuple[Server, Cast]]:
    with of_the_door(tmp_path):
        cast = fill(door.engine(), "training")
        at(door.engine(), cast, TODAY)
        with start(tmp_path, cast) as server:
            yield server, cast
        close_all()


def signed_in(server: Server, cast: Cast, name: str) -> Liar:
    """As `Liar.of`, whatever the database is."""
    token = f"token-of-{name}-{time.monotonic_ns()}"
    with Session(door.engine()) as session, session.begin():
        now = moment()
        session.add(m.AuthSession(id=digest(token), account_id=cast[name], created_at=now, last_seen_at=now))
    cookies = {"weerklank-browser": f"browser-of-{name}-0123456789", "weerklank": token}
    return Liar(server, cookies, open_tab(server, cookies).connection)


def saves_while(away: Callable[[], None], liar: Liar, reference: str, words: str) -> tuple[float, bool, bool]:
    """Types and saves while `away` runs. How much longer than usual after its end the note stood there; whether the screen
    said why it stood still; and whether it ever said something else than what was so."""
    usual = time.monotonic()
    note(liar, reference, Confirmed())
    usual = time.monotonic() - usual
    text_field, save = form_of_a_note(liar, f"ref={reference}")
    frame = liar.rerun(state(text_field, string_value=words), state(save, trigger_value=True), query=f"ref={reference}")
    outage = threading.Thread(target=away)
    outage.start()
    time.sleep(0.5)
    liar.cast_away(frame)
    said, wrong = [], False
    while outage.is_alive():
        try:
            liar.screen.said = ""
            liar._take(liar.connection.recv(timeout=0.2))
            said.append(liar.screen.said)
        except TimeoutError:
            continue
    wrong = any(IN_THE_DOSSIER in each for each in said)
    until = soon(lambda: logged(words) == 1)
    liar.settle()
    return max(0.0, until - usual), any(AWAY in each for each in said), wrong


@pytest.mark.parametrize("seconds", [5, 15, 60] if EVERYTHING else [5])
def test_somebody_saves_while_another_process_has_the_file(
    on_sqlite: tuple[Server, Cast], seconds: int, figures: Figures
) -> None:
    server, cast = on_sqlite
    case, words = Case.registered("training", cast).in_progress(), f"Gebeld terwijl alles {seconds} tellen stilstond."
    door.engine().dispose()

    def away() -> None:
        with locked(server.data / "weerklank.db", seconds) as process:
            process.wait()

    until, told, wrong = saves_while(away, signed_in(server, cast, "cora"), case.reference, words)

    figures.at_most("P23", f"seconds until it was saved after a lock of {seconds} s", round(until, 1), SOON)
    assert told, "the screen said why it stood still"
    assert not wrong
    assert logged(words) == 1
    assert faults(door.engine(), server.data / "attachments") == []


@pytest.mark.skipif(not EVERYTHING, reason="half a minute of waiting: make faults")
def test_a_lock_that_lets_people_read_leaves_the_form_with_its_sentence(on_sqlite: tuple[Server, Cast]) -> None:
    """Whoever only writes is refused after ten seconds, in words, beside the button."""
    server, cast = on_sqlite
    case, words, liar = (
        Case.registered("training", cast).in_progress(),
        "Eerst lukte het niet.",
        signed_in(server, cast, "cora"),
    )
    query = f"ref={case.reference}"
    text_field, save = form_of_a_note(liar, query)
    door.engine().dispose()

    with locked(server.data / "weerklank.db", 60, "IMMEDIATE"):
        screen = liar.widget(state(text_field, string_value=words), state(save, trigger_value=True), query=query)
        assert "De database is even niet bereikbaar. Uw tekst staat er nog" in screen.said
        assert text_field in screen.widgets
    assert logged(words) == 0
    liar.widget(state(text_field, string_value=words), query=query)
    draft = drafts.recall(cast.actor("cora"), f"complaint.{case.reference}")
    assert draft["values"]["text"] == words, "what could not be kept is kept at the next chance"
    liar.widget(state(text_field, string_value=words), state(save, trigger_value=True), query=query)

    assert logged(words) == 1


# PostgreSQL


@pytest.fixture(scope="module")
def database() -> Iterator[Database]:
    if postgres.binaries() is None:
        need("PostgreSQL")
    with postgres.server() as address:
        found = Database(address)
        with found.beside() as server:
            server.execute("CREATE DATABASE weerklank")
        yield found


@pytest.fixture(scope="module")
def on_postgresql(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Cast, Path]]:
    folder, url = tmp_path_factory.mktemp("outages"), database.address.format("weerklank")
    with of_a_server(url, folder):
        cast = fill(door.engine(), "training")
        at(door.engine(), cast, TODAY)
        yield url, cast, folder


AWAYS: dict[str, Callable[[Database], None]] = {
    "fast": lambda database: database.stop("fast"),
    "immediate": lambda database: database.stop("immediate"),
}
KNOCKS: dict[str, Callable[[Database], None]] = {
    "killed": Database.kill_backends,
    "ended": Database.end_sessions,
}


@pytest.mark.parametrize("how", AWAYS)
def test_a_server_that_is_stopped_and_comes_back(
    how: str, database: Database, on_postgresql: tuple[str, Cast, Path], figures: Figures
) -> None:
    _, cast, _ = on_postgresql
    form = str(uuid4())
    accounts.whoami(cast.actor("tom"))
    AWAYS[how](database)
    try:
        with pytest.raises(Refused, match="database_away"):
            complaints.register(cast.actor("tom"), form, an_intake("training", cast))
        with pytest.raises(Refused, match="database_away"):
            accounts.whoami(cast.actor("tom"))
    finally:
        database.start()

    def again() -> bool:
        try:
            complaints.register(cast.actor("tom"), form, an_intake("training", cast))
        except Refused:
            return False
        return True

    figures.at_most("P23", f"seconds until saving works after a stop ({how})", round(soon(again), 1), SOON)
    assert made(form) == 1
    assert faults(door.engine()) == []


@pytest.mark.parametrize("how", KNOCKS)
def test_connections_that_are_killed_in_the_middle_of_the_work(
    how: str, database: Database, on_postgresql: tuple[str, Cast, Path], figures: Figures
) -> None:
    """Half of a transaction was done: it is gone, whoever does it again has it once."""
    _, cast, _ = on_postgresql
    form, case = str(uuid4()), Case.registered("training", cast)

    def half() -> None:
        with work(cast.actor("cora"), Right.LOG) as w:
            complaint = w.session.scalars(select(m.Complaint).where(m.Complaint.reference == case.reference)).one()
            complaint.title = "Half"
            w.session.flush()
            KNOCKS[how](database)
            complaint.title = "Heel"

    with pytest.raises(Refused, match="database_away"):
        half()

    def again() -> bool:
        try:
            complaints.register(cast.actor("tom"), form, an_intake("training", cast))
        except Refused:
            return False
        return True

    figures.at_most("P23", f"seconds until saving works after connections were {how}", round(soon(again), 1), SOON)
    assert (made(form), case.row.title) == (1, "Niemand was op tijd")
    assert faults(door.engine()) == []


def test_somebody_saves_on_the_screen_while_postgresql_is_stopped(
    database: Database, on_postgresql: tuple[str, Cast, Path], figures: Figures
) -> None:
    url, cast, folder = on_postgresql
    case, words = Case.registered("training", cast).in_progress(), "Gebeld terwijl de database werd herstart."

    def away() -> None:
        database.stop("immediate")
        time.sleep(4)
        database.start()

    with start(folder, cast, WEERKLANK_DATABASE_URL=url) as server:
        until, told, wrong = saves_while(away, signed_in(server, cast, "cora"), case.reference, words)
    close_all()

    figures.at_most("P23", "seconds until a screen saved after a restart of PostgreSQL", round(until, 1), SOON)
    assert told
    assert not wrong
    assert logged(words) == 1
    assert faults(door.engine(), folder / "attachments") == []


# The wire


@pytest.fixture
def wire(database: Database, on_postgresql: tuple[str, Cast, Path]) -> Iterator[tuple[Wire, Cast]]:
    _, cast, folder = on_postgresql
    door.engine().dispose()
    cable = Wire(database.folder)
    with cable.up(), of_a_server(f"postgresql+psycopg://postgres@127.0.0.1:{cable.port}/weerklank", folder):
        accounts.whoami(cast.actor("tom"))
        yield cable, cast
    door.engine.cache_clear()


@pytest.mark.parametrize(("cut", "saved"), [("after", 1), ("before", 0)])
def test_a_wire_that_is_cut_in_the_middle_of_a_commit(wire: tuple[Wire, Cast], cut: str, saved: int, figures: Figures) -> None:
    """The database is asked what became of it: what the person hears is so."""
    cable, cast = wire
    tries, true, once = so_many(100, 4), 0, 0
    for _ in range(tries):
        form, heard = str(uuid4()), "saved"
        cable.cut = cut
        try:
            complaints.register(cast.actor("tom"), form, an_intake("training", cast))
        except Refused as refusal:
            heard = refusal.code
        true += (heard, made(form)) == ("saved" if saved else "database_away", saved)
        complaints.register(cast.actor("tom"), form, an_intake("training", cast))
        once += made(form)
    assert cable.cuts == tries
    figures.equal("P23", f"commits cut off {cut} they went through, of which the person heard what was so", true, tries)
    figures.equal("P23", f"saved exactly once when they were done again ({cut})", once, tries)
    assert faults(door.engine()) == []


def test_when_nobody_can_say_it_the_sentence_says_that(wire: tuple[Wire, Cast], monkeypatch: pytest.MonkeyPatch) -> None:
    cable, cast = wire
    monkeypatch.setattr(database_faults, "PATIENCE", 0.6)
    form = str(uuid4())
    cable.cut, cable.down = "after", True

    with pytest.raises(Refused, match="saving_unknown"):
        complaints.register(cast.actor("tom"), form, an_intake("training", cast))

    cable.down = False
    complaints.register(cast.actor("tom"), form, an_intake("training", cast))
    assert made(form) == 1


def test_a_file_of_which_nobody_knows_is_not_thrown_away(
    wire: tuple[Wire, Cast], monkeypatch: pytest.MonkeyPatch, on_postgresql: tuple[str, Cast, Path]
) -> None:
    cable, cast = wire
    monkeypatch.setattr(database_faults, "PATIENCE", 0.6)
    case, cora, file = Case.registered("training", cast), cast.actor("cora"), [("brief.pdf", PDF)]
    cable.cut, cable.down = "after", True

    with pytest.raises(Refused, match="saving_unknown"):
        attachments.add(cora, case.reference, file)

    cable.down = False
    (token,) = attachments.add(cora, case.reference, file)
    assert attachments.fetch(cora, token)[2] == PDF
    assert faults(door.engine(), on_postgresql[2] / "attachments") == []


def test_after_a_crash_the_number_of_a_transaction_is_not_believed(
    database: Database, on_postgresql: tuple[str, Cast, Path]
) -> None:
    """It may have been given to another one."""
    with Session(door.engine()) as session, session.begin():
        session.add(m.Throttle(key="x" * 64, failures=1, first_at=door._clock(), last_at=door._clock()))
        given = database_faults.receipt(session)
    assert given
    assert database_faults.was_saved(door.engine(), given)
    database.stop("immediate")
    database.start()

    with pytest.raises(Refused, match="saving_unknown"):
        database_faults.was_saved(door.engine(), given)


# Errors that a driver names otherwise


@pytest.mark.parametrize(
    ("state_code", "code"),
    [("53100", "disk_full"), ("25P03", "database_slow"), ("57014", "database_slow"), ("55P03", "database_slow"),
     ("25006", "database_away"), ("57P03", "database_away"), ("08006", "database_away"), ("58030", "database_away"),
     ("40001", "changed_meanwhile")],
)  # fmt: skip
def test_what_postgresql_says_becomes_a_sentence(on_postgresql: tuple[str, Cast, Path], state_code: str, code: str) -> None:
    raising = text(f"DO $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '{state_code}'; END $$")
    with pytest.raises(Refused, match=code), work(CHECKER, Right.OPERATE) as w:
        w.session.execute(raising)


def test_a_fault_of_our_own_stays_one(on_postgresql: tuple[str, Cast, Path]) -> None:
    with pytest.raises(Exception, match="nowhere"), work(CHECKER, Right.OPERATE) as w:
        w.session.execute(text("SELECT * FROM nowhere"))


def test_a_connection_that_closed_by_itself(on_postgresql: tuple[str, Cast, Path]) -> None:
    def lost() -> None:
        with work(CHECKER, Right.OPERATE) as w:
            w.session.connection().connection.dbapi_connection.close()
            w.session.execute(text("SELECT 1"))

    with pytest.raises(Refused, match="database_away"):
        lost()


def test_more_people_at_once_than_there_are_connections(
    on_postgresql: tuple[str, Cast, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door.engine().pool, "_timeout", 0.1)
    held = [door.engine().connect() for _ in range(40)]
    try:
        with pytest.raises(Refused, match="database_away"):
            accounts.whoami(on_postgresql[1].actor("tom"))
    finally:
        for each in held:
            each.close()
