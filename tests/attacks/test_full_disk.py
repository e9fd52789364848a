"""The disk is full: whoever saves reads a sentence that says so, what was typed stays, nothing is half there, and with room
again everything goes on by itself (P25). A real small disk; the log of the server is on it too."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db import models as m
from domain.errors import Refused
from services import attachments, complaints, door, dossier, drafts, steps
from tests.attacks.forging import Liar, state
from tests.attacks.soundness import faults
from tests.attacks.test_kills import form_of_a_note, logged
from tests.attacks.world import of_the_door
from tests.attacks.writers import IN_THE_DOSSIER, PDF
from tests.cases import Case, an_intake
from tests.conftest import TODAY, Cast, at, need
from tests.figures import EVERYTHING, Figures, so_many
from tests.serving import fill, start
from tests.web.client import ask, close_all

FULL = "De schijf van de server is vol."
SAID = ("disk_full", "attachment_not_stored")


class Disk:
    """A few megabytes in which a register lies."""

    def __init__(self, folder: Path) -> None:
        self.folder, self._ballast = folder, folder / "ballast"

    def fill_up(self, leave: int = 0) -> None:
        with suppress(OSError), self._ballast.open("wb", buffering=0) as file:
            while True:
                file.write(bytes(4096))
        if leave:
            os.truncate(self._ballast, max(0, self._ballast.stat().st_size - leave))

    def make_room(self) -> None:
        self._ballast.unlink(missing_ok=True)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    folder = tmp_path / "disk"
    folder.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", str(folder)], capture_output=True, check=False)
    if made.returncode:
        need("the right to make a small disk")
    try:
        yield Disk(folder)
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.fixture
def register(disk: Disk) -> Iterator[tuple[Disk, Cast]]:
    with of_the_door(disk.folder):
        cast = fill(door.engine(), "training")
        at(door.engine(), cast, TODAY)
        yield disk, cast


def refused(act: Callable[[], object]) -> str:
    try:
        act()
    except Refused as refusal:
        return refusal.code
    return ""


def acts(cast: Cast, reference: str, form: str) -> dict[str, Callable[[], object]]:
    """What somebody may do while the disk is full."""
    return {
        "intake": lambda: complaints.register(cast.actor("tom"), form, an_intake("training", cast), draft="intake"),
        "draft": lambda: drafts.keep(cast.actor("rosa"), "intake", {"description": "x" * 400_000}),
        "note": lambda: steps.log(cast.actor("cora"), reference, "note", TODAY, "y" * 10_000),
        "attachment": lambda: attachments.add(cast.actor("cora"), reference, [("brief.pdf", PDF + os.urandom(300_000))]),
    }


@pytest.mark.parametrize("leave", [0, 4096, 12_288, 40_960, 131_072] if EVERYTHING else [0, 40_960])
def test_whoever_saves_on_a_full_disk_reads_why(register: tuple[Disk, Cast], leave: int, figures: Figures) -> None:
    """`leave`: bytes that are free; then it begins well and ends badly."""
    disk, cast = register
    case = Case.registered("training", cast).in_progress()
    case.read("cora")
    drafts.keep(cast.actor("tom"), "intake", {"description": "Wat ik typ."})
    with Session(door.engine()) as session:
        before = session.scalar(select(func.count(m.Event.id))) or 0
    odd, confirmed = [], 0
    disk.fill_up(leave)
    for turn in range(so_many(40, 2)):
        form = str(uuid4())
        for name, act in acts(cast, case.reference, form).items():
            code = refused(act)
            confirmed += name in ("intake", "note") and not code
            odd += [f"{name} in turn {turn}: {code}"] if code and code not in SAID else []
    assert odd == []
    assert case.read("cora").reference == case.reference, "what was opened a moment ago can be read"
    with Session(door.engine()) as session:
        now = session.scalar(select(func.count(m.Event.id))) or 0
    assert now - before >= confirmed
    assert faults(door.engine(), disk.folder / "attachments") == []
    assert leave or confirmed == 0
    assert confirmed or drafts.recall(cast.actor("tom"), "intake") == {"description": "Wat ik typ."}

    disk.make_room()

    form = str(uuid4())
    again = [name for name, act in acts(cast, case.reference, form).items() if refused(act)]
    figures.equal("P25", f"what does not work again with room ({leave} bytes were left)", len(again), 0)
    figures.equal(
        "P25", f"faults after a full disk ({leave} bytes were left)", len(faults(door.engine(), disk.folder / "attachments")), 0
    )
    with Session(door.engine()) as session:
        known = set(session.scalars(select(m.Attachment.token)))
    assert {each.name for each in (disk.folder / "attachments").iterdir()} <= known, "no half files"


def test_nobody_reads_a_dossier_without_a_trace_of_it(register: tuple[Disk, Cast]) -> None:
    disk, cast = register
    case = Case.registered("training", cast)
    disk.fill_up()
    assert refused(lambda: dossier.read(cast.actor("dora"), case.reference)) == "disk_full"
    disk.make_room()
    assert dossier.read(cast.actor("dora"), case.reference).reference == case.reference


def test_on_the_screen_the_text_stays_with_the_sentence(register: tuple[Disk, Cast], figures: Figures) -> None:
    disk, cast = register
    case, words = Case.registered("training", cast).in_progress(), "Gebeld toen de schijf vol was."
    query = f"ref={case.reference}"
    door.engine().dispose()
    with start(disk.folder, cast) as server:
        liar = Liar.of(server, "cora")
        text, save = form_of_a_note(liar, query)
        disk.fill_up()
        for _ in range(3):
            screen = liar.widget(state(text, string_value=words), state(save, trigger_value=True), query=query)
            assert FULL in screen.said
            assert IN_THE_DOSSIER not in screen.said
            assert text in screen.widgets
            assert screen.failed == []
        assert logged(words) == 0
        assert ask(server, "/healthz").status == 200
        disk.make_room()
        screen = liar.widget(state(text, string_value=words), state(save, trigger_value=True), query=query)
        assert IN_THE_DOSSIER in screen.said
    close_all()
    figures.equal("P25", "saved on the screen once there was room again", logged(words), 1)
    assert faults(door.engine(), disk.folder / "attachments") == []
