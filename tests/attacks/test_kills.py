"""The process is killed in the middle of the work, again and again: what was confirmed is there, nothing is half there, and
what was typed is either still a draft or registered, once."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from db import models as m
from services import complaints, door, drafts
from tests.attacks.forging import Liar, state
from tests.attacks.soundness import faults
from tests.cases import Case, an_intake
from tests.conftest import TODAY, Cast, at
from tests.serving import ROOT, fill, start
from tests.web.client import close_all

KILLS = 12


@pytest.fixture(scope="module")
def register(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Cast]]:
    folder = tmp_path_factory.mktemp("killed")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WEERKLANK_DATA", str(folder))
        patch.delenv("WEERKLANK_DATABASE_URL", raising=False)
        patch.setenv("WEERKLANK_TODAY", TODAY.isoformat())
        door.engine.cache_clear()
        cast = fill(door.engine(), "training")
        at(door.engine(), cast, TODAY)
        door.engine().dispose()
        yield folder, cast
        door.engine().dispose()
        door.engine.cache_clear()


def killed(seed: int, chance: random.Random) -> list[dict[str, Any]]:
    """What a worker said before it was killed, somewhere in its first three complaints."""
    command = [sys.executable, "-m", "tests.attacks.worker", str(seed)]
    process = subprocess.Popen(command, cwd=ROOT, env=dict(os.environ), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout
    assert process.stderr
    lines = []
    for _ in range(chance.randrange(1, 16)):
        line = process.stdout.readline()
        if not line:
            pytest.fail(process.stderr.read().decode())
        lines.append(line)
    time.sleep(chance.random() * 0.15)
    process.kill()
    rest, _ = process.communicate(timeout=20)
    lines += rest.splitlines()
    return [json.loads(line) for line in lines if line.strip().endswith(b"}")]


def of_form(form: str) -> list[str]:
    with Session(door.engine()) as session:
        return list(session.scalars(select(m.Complaint.reference).where(m.Complaint.form_id == form)))


def test_a_register_survives_being_killed_at_any_moment(register: tuple[Path, Cast]) -> None:
    folder, cast = register
    chance, confirmed = random.Random(5), 0
    for seed in range(1, KILLS + 1):
        said = killed(seed, chance)

        assert faults(door.engine(), folder / "attachments") == []
        draft = drafts.recall(cast.actor("tom"), "intake").get("description")
        for form in [each["typed"] for each in said if "typed" in each]:
            known = [each["reference"] for each in said if each.get("registered") == form]
            found = of_form(form)
            assert len(found) == (draft != form), "never neither, never twice, never both"
            assert not known or found == known
            confirmed += len(known)
        status = {"answered": "answered", "closed": "closed"}
        with Session(door.engine()) as session:
            for each in said:
                for what in status.keys() & each.keys():
                    now = session.scalars(select(m.Complaint.status).where(m.Complaint.reference == each[what])).one()
                    assert now in (status[what], "closed")
        door.engine().dispose()
    assert confirmed > KILLS // 2


def test_what_was_not_confirmed_can_be_sent_again(register: tuple[Path, Cast]) -> None:
    """The person presses save once more, with the same form: it is registered once."""
    _, cast = register
    drafts.keep(cast.actor("tom"), "intake", {"description": "nogmaals"})
    intake = an_intake("training", cast)

    first = complaints.register(cast.actor("tom"), "form-nogmaals", intake, draft="intake")
    drafts.keep(cast.actor("tom"), "intake", {"description": "nogmaals"})  # the browser sent its last frame again
    again = complaints.register(cast.actor("tom"), "form-nogmaals", intake, draft="intake")

    assert first.reference == again.reference
    assert of_form("form-nogmaals") == [first.reference]
    assert drafts.recall(cast.actor("tom"), "intake") == {}


def test_files_of_nobody_are_all_that_a_kill_leaves_beside_the_register(register: tuple[Path, Cast]) -> None:
    """A file stands on the disk before its row does: what has no row is garbage, and no dossier points at it."""
    folder, _ = register
    with Session(door.engine()) as session:
        known = set(session.scalars(select(m.Attachment.token)))
    stored = {path.name for path in (folder / "attachments").iterdir()}

    assert known <= stored
    assert len(stored - known) <= KILLS


# The whole server, killed while the frame that saves is on its way


def form_of_a_note(liar: Liar, query: str) -> tuple[str, str]:
    """The text field and the button; the form is opened where no draft opens it."""
    liar.visit("complaint", query)
    opener = next((each for each in liar.screen.widgets if each.endswith("complaint.open.log")), None)
    if opener:
        liar.widget(state(opener, trigger_value=True), query=query)
    text = next(each for each in liar.screen.widgets if each.endswith("complaint.log.text"))
    return text, next(each for each in liar.screen.widgets if each.endswith("complaint.log.save"))


def logged(words: str) -> int:
    with Session(door.engine()) as session:
        return len(session.scalars(select(m.EventText).where(m.EventText.text == words)).all())


@pytest.mark.parametrize("patience", [0.0, 0.03, 0.06, 0.12])
def test_a_server_killed_while_saving_has_the_entry_or_the_draft_and_saves_it_once(
    register: tuple[Path, Cast], patience: float
) -> None:
    folder, cast = register
    case, words = Case.registered("training", cast).in_progress(), f"Eén keer gebeld ({patience})."
    query = f"ref={case.reference}"
    door.engine().dispose()
    with start(folder, cast) as server:
        liar = Liar.of(server, "cora")
        text, save = form_of_a_note(liar, query)
        liar.widget(state(text, string_value=words), query=query)
        liar.cast_away(liar.rerun(state(text, string_value=words), state(save, trigger_value=True), query=query))
        time.sleep(patience)
        server.process.kill()
        server.process.wait(10)
    close_all()
    assert faults(door.engine(), folder / "attachments") == []
    draft = drafts.recall(cast.actor("cora"), f"complaint.{case.reference}")
    assert logged(words) == 1 or draft["values"]["text"] == words
    door.engine().dispose()

    if draft:
        with start(folder, cast) as server:
            liar = Liar.of(server, "cora")
            text, save = form_of_a_note(liar, query)
            liar.widget(state(text, string_value=words), state(save, trigger_value=True), query=query)
        close_all()

    assert logged(words) == 1
    assert faults(door.engine(), folder / "attachments") == []
