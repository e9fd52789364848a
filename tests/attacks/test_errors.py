"""Whatever fails inside, nothing of what it says reaches a screen or the log (P19)."""

from __future__ import annotations

import inspect
import io
import json
import logging
import re
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event, update
from sqlalchemy.orm import Session

from db import models as m
from domain.errors import Refused
from domain.rights import Right
from services import accounts, door, incidents
from services.door import VISITOR, Actor, SystemActor
from tests.attacks.faulty.sitecustomize import SAYS, Boom
from tests.attacks.world import everything, of_the_door
from tests.cases import Case
from tests.conftest import CAST, TODAY, Cast, at
from tests.dossiers import On, decided
from tests.figures import EVERYTHING, Figures, so_many
from tests.services.test_guarded import SERVICES, arguments
from tests.serving import Server, fill, start
from tests.web.client import ask, close_all, open_tab
from tests.web.test_gate import signed_in

PERSONAL = ("Karel", "Vrieszoon", "111222333", "karel.de.vries", "12345678", "0417")
EVERY_RIGHT = SystemActor("every right", frozenset(Right))
# Two transactions, of which the first is to stay: an attempt counts also when what follows fails.
_COUNTED = {"services.sessions.sign_in", "services.accounts.change_password"}


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What the log of the application gets, written as it writes it."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(incidents._JsonLines())
    logger = logging.getLogger("weerklank")
    logger.addHandler(handler)
    yield written
    logger.removeHandler(handler)


class Fault:
    """Inside `at(n)` the n-th statement fails."""

    def __init__(self, engine: Engine) -> None:
        self.left, self.fired, self.asked = 0, False, 0
        event.listen(engine, "before_cursor_execute", self._fail)

    def _fail(self, *_: object) -> None:
        self.left, self.asked = self.left - 1, self.asked + 1
        if self.left == 0:
            self.fired = True
            raise Boom(SAYS)


# They look at files or at another database, or refuse before they look: there is no key, no file, no provider in this test.
WITHOUT = {
    *("services.access_file.sweep", "services.register_export.sweep", "services.sealed_export.sweep"),
    *("services.backup_making.make", "services.backup_making.plain_copy", "services.backup_making.tidy"),
    *("services.backups.make_key", "services.backups.noted", "services.copying.copy_to", "services.restoring.restore"),
    *("services.operations.bring_up", "services.operations.upgrade", "services.links.profiles_on_offer"),
    *("services.sealed_check.check", "services.single_sign_on.begin", "services.single_sign_on.finish"),
    *("services.single_sign_on.offered", "services.search.rebuild"),
}


@pytest.fixture
def fault(engine: Engine) -> Iterator[Fault]:
    made = Fault(door.engine())
    yield made
    event.remove(door.engine(), "before_cursor_execute", made._fail)


def who_may(cast: Cast, name: str) -> list[Actor]:
    """Whoever gets furthest: an operator's command where it has no account of its own, a visitor, everybody."""
    source = inspect.getsource(SERVICES[name])
    if re.search(r"Right\.(SIGN_IN|GREET)\b", source):
        return [VISITOR]
    people: list[Actor] = [cast.actor(each) for each in ("cora", "adam", "vera", "hans", "tom", "dora", "wim")]
    return [EVERY_RIGHT] if "Right.OPERATE" in source else people


def given(name: str, reference: str) -> dict[str, Any]:
    values = {key: "x" if value == "" else value for key, value in arguments(SERVICES[name]).items()}
    return values | ({"reference": reference} if "reference" in values else {})


def bytes_of(engine: Engine) -> bytes:
    """Of the database as it lies on the disk, where that tells at once that nothing changed."""
    return Path(engine.url.database).read_bytes() if engine.dialect.name == "sqlite" and engine.url.database else b""


def test_every_service_that_fails_says_a_reference_and_nothing_else(
    engine: Engine, cast: Cast, on: On, fault: Fault, log: io.StringIO, figures: Figures
) -> None:
    reference = decided(cast, on)
    before, file = everything(engine), bytes_of(engine)
    failed, places, changed, stuck, quiet = set(), [], set(), set(), set()
    for name in sorted(SERVICES):
        for actor in who_may(cast, name)[: so_many(3, 1)]:
            for statement in range(1, 14, 3) if EVERYTHING else (1, 5):
                fault.left, fault.fired, fault.asked = statement, False, 0
                try:
                    SERVICES[name](actor, **given(name, reference))
                except Boom as error:
                    incidents.report(error, "screen", cast["cora"])
                    places.append(name)
                except (Refused, ValueError, TypeError, AttributeError, KeyError):  # no such thing, or no such value
                    pass
                finally:
                    fault.left = 0
                if not fault.fired:
                    quiet |= {name} if fault.asked == 0 else set()
                    with Session(engine) as session, session.begin():  # it may have been done, and ended sessions
                        session.execute(update(m.AuthSession).values(revoked_at=None))
                    before, file = everything(engine), bytes_of(engine)
                    break
                failed.add(name)
                if (bytes_of(engine) != file or not file) and everything(engine) != before:
                    changed.add(name)
                    before = everything(engine)
                file = bytes_of(engine)
                try:
                    accounts.whoami(cast.actor("dora"))
                except Refused:
                    stuck.add(name)

    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    lines = [each for each in lines if each.get("where") != "health"]  # what could not be looked at is told as that
    whole = [each for each in lines if {"time", "level", "reference", "type", "where", "who", "what", "at"} <= set(each)]
    could = set(SERVICES) - (quiet - failed)  # with these values some look at nothing in the database
    assert could - failed == set()
    assert quiet - failed <= WITHOUT
    figures.equal("P19", f"services that failed inside, of {len(could)} that ask the database", len(failed), len(could))
    figures.equal("P19", "personal values in the log of failing services", sum(each in log.getvalue() for each in PERSONAL), 0)
    figures.equal("P19", f"incidents with reference, type and place, of {len(places)}", len(whole), len(places))
    figures.equal("P19", "failing services that left something behind", len(changed - _COUNTED), 0)
    figures.equal("P19", "services after which the next action failed", len(stuck), 0)
    assert all(any(place.startswith(("services/", "db/")) for place in each["at"]) for each in whole)


# The screens, on a running server of which a statement fails


@pytest.fixture(scope="module")
def failing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, Path, str, str]]:
    folder = tmp_path_factory.mktemp("failing")
    control, faulty = folder / "fault", Path(__file__).parent / "faulty"
    with of_the_door(folder):
        from services import door

        cast = fill(door.engine(), "training")
        at(door.engine(), cast, TODAY)
        case = Case.registered("training", cast).in_progress()
    with start(folder, cast, PYTHONPATH=str(faulty), FAULTY=str(control)) as server:
        yield server, control, case.reference, ""
    close_all()


PAGES = [
    ("tom", "home", ""),
    ("tom", "intake", ""),
    ("tom", "account", ""),
    ("tom", "help", ""),
    ("cora", "board", ""),
    ("cora", "complaint", "ref={reference}"),
    ("cora", "overview", ""),
    ("cora", "retention", ""),
    ("cora", "actions", ""),
    ("cora", "terms", ""),
    ("vera", "restricted", ""),
    ("vera", "appeals", ""),
    ("adam", "people", ""),
]
_REFERENCE = re.compile(r"verwijzing ([0-9a-f]{8})")


def logged(server: Server, reference: str) -> dict[str, Any]:
    patience = time.monotonic() + 10
    while time.monotonic() < patience:
        for line in server.log.read_text().splitlines():
            if reference in line and line.startswith("{"):
                found: dict[str, Any] = json.loads(line)
                return found
        time.sleep(0.1)
    return {}


def test_a_screen_that_fails_shows_the_reference_that_is_in_the_log(
    failing: tuple[Server, Path, str, str], figures: Figures
) -> None:
    server, control, reference, _ = failing
    shown, seen, bare, number = 0, "", 0, 0
    broken_after = []
    for who, page, query in PAGES:
        cookies, fired = signed_in(server, who), 0
        for statement in (3, 5, 8, 12, 16, 24, 40)[:: 1 if EVERYTHING else 3]:
            number += 1
            control.write_text(f"{number} {statement}")
            said = open_tab(server, cookies).run(page, query.format(reference=reference))
            control.unlink()
            seen += said
            for found in _REFERENCE.findall(said):
                fired, shown = fired + 1, shown + 1
                line = logged(server, found)
                bare += not ({"type", "at", "who"} <= set(line) and line["type"] == "Boom" and line["at"])
        assert fired, (who, page)
        if _REFERENCE.search(open_tab(server, cookies).run(page, query.format(reference=reference))):
            broken_after.append(page)
        close_all()

    everything_said = seen + server.log.read_text()
    figures.at_least("P19", "screens that failed and showed a reference", shown, len(PAGES))
    figures.equal(
        "P19", "personal values on failing screens and in the log", sum(each in everything_said for each in PERSONAL), 0
    )
    figures.equal("P19", "references without type and place in the log", bare, 0)
    figures.equal("P19", "screens that fail the next time too", len(broken_after), 0)
    assert "Traceback" not in everything_said
    assert ask(server, "/readyz").status == 200


# The second net


def test_what_a_library_logs_goes_through_the_net(capsys: pytest.CaptureFixture[str]) -> None:
    factory, hook = logging.getLogRecordFactory(), threading.excepthook
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    logger = logging.getLogger("some.library")
    logger.addHandler(handler)
    logger.setLevel(logging.WARNING)
    logging.disable(logging.NOTSET)  # a command that ran before in this process is silent
    try:
        incidents.log_to_stderr()
        logging.setLogRecordFactory(incidents._without_words)
        logger.warning("could not parse %s of %s", SAYS, Boom(SAYS))
        logger.warning("%(name)s failed", {"name": "karel.de.vries@post.voorbeeld.invalid"})
        logger.error("number %d", 111222333)
        try:
            raise Boom(SAYS)
        except Boom:
            logger.exception("it broke")
        thread = threading.Thread(target=lambda: 1 / 0)
        threading.excepthook = incidents._in_a_thread
        thread.start()
        thread.join()
    finally:
        logger.removeHandler(handler)
        logging.setLogRecordFactory(factory)
        logging.captureWarnings(capture=False)
        threading.excepthook = hook
    said = written.getvalue() + capsys.readouterr().err

    assert not [each for each in PERSONAL[2:] if each in said]  # a name in a message it cannot know
    assert "of Boom" in said
    assert "it broke (reference " in said
    assert len(CAST) > 0
