"""The register that is attacked, a server on it, and what may never come of an attack."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select

from db import models as m
from db.engine import make_engine
from domain.vocabulary import Compartment
from services import attachments, door
from services.parties import Named
from tests.attacks.forging import Liar
from tests.attacks.soundness import faults
from tests.cases import Case
from tests.conftest import TODAY, Cast, at
from tests.dossiers import hand_over
from tests.serving import Server, fill, start
from tests.web.client import ask

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
TRACES = {"access_log", "draft", "auth_session", "auth_ticket", "sign_in_note", "export_note", "throttle"}
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


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


@contextmanager
def of_the_door(folder: Path) -> Iterator[None]:
    """Inside, services work on the register in `folder`."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WEERKLANK_DATA", str(folder))
        patch.delenv("WEERKLANK_DATABASE_URL", raising=False)
        patch.setenv("WEERKLANK_TODAY", TODAY.isoformat())
        door.engine.cache_clear()
        yield
        door.engine().dispose()
        door.engine.cache_clear()


@contextmanager
def attacked(folder: Path) -> Iterator[World]:
    """A register with secrets in it, made by the services, and a server on it."""
    with of_the_door(folder):
        cast = fill(door.engine(), "training")
        at(door.engine(), cast, TODAY)
        about = (Named(account_id=cast["hans"]), Named(account_id=cast["mia"]))
        hidden = Case.registered("training", cast, respondents=about, title="Geheimzaak", by="rosa")
        (token,) = attachments.add(cast.actor("cora"), hidden.reference, [("brief.pdf", PDF)])
        working = Case.registered("training", cast).in_progress()
        appealed = Case.registered("training", cast).in_appeal()
        closed = hand_over(cast, Compartment.UNWANTED_BEHAVIOUR, text="Geheimzaak van de vertrouwenspersoon.")
        before = everything(door.engine())
    with start(folder, cast) as server:
        yield World(server, cast, hidden.reference, working.reference, appealed.reference, closed, token, before)
    with of_the_door(folder):
        assert faults(door.engine(), folder / "attachments") == []


def unharmed(world: World, log: str) -> None:
    """After an attack; `log`: what the server said during it."""
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
