"""The server is killed again and again while five people write on its screens, files included (P22): what a screen confirmed
is there, once and whole; nothing is half there; what was left on the disk goes; and it is up again soon."""

from __future__ import annotations

import hashlib
import os
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db import models as m
from domain.rights import Right
from services import anonymising, attachments, door
from services.door import SystemActor
from tests.attacks.soundness import faults
from tests.attacks.world import of_the_door
from tests.attacks.writers import PDF, Confirmed, at_work
from tests.cases import Case
from tests.conftest import TODAY, Cast, at, moment
from tests.figures import Figures, so_many
from tests.serving import Server, fill, start
from tests.web.client import close_all

KILLS = so_many(200, 1)
SOON = 10.0  # seconds of the processor until it answers again: this machine does other things too
LOOK_AT_ALL = 20  # kills; looking at everything takes longer as the register grows


@pytest.fixture
def register(tmp_path: Path) -> Iterator[tuple[Path, Cast]]:
    with of_the_door(tmp_path):
        cast = fill(door.engine(), "training")
        at(door.engine(), cast, TODAY)
        yield tmp_path, cast


def lost(seen: Confirmed, folder: Path) -> list[str]:
    """What a screen confirmed and is not there, once and whole."""
    found = []
    with Session(door.engine()) as session:
        counts = dict(session.execute(select(m.EventText.text, func.count()).group_by(m.EventText.text)).all())
        found += [f"note {each}" for each in seen.notes if counts.get(each) != 1]
        rows = dict(session.execute(select(m.Complaint.description, m.Complaint.reference)).all())
        found += [f"complaint {given}" for words, given in seen.complaints.items() if rows.get(words) != given]
        tokens = dict(session.execute(select(m.Attachment.sha256, m.Attachment.token)).all())
        for sha256 in seen.files:
            path = folder / "attachments" / tokens.get(sha256, "none")
            if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != sha256:
                found.append(f"file {sha256}")
    return found


def twice(seen: Confirmed) -> int:
    """Of all that was sent, confirmed or not."""
    with Session(door.engine()) as session:
        notes = select(m.EventText.text).where(m.EventText.text.in_(seen.typed))
        told = select(m.Complaint.description).where(m.Complaint.description.in_(seen.typed))
        written = [*session.scalars(notes), *session.scalars(told)]
    return len(written) - len(set(written))


def an_hour_passes(folder: Path) -> None:
    """For what lies on the disk: what was written just now may belong to a transaction that is still running."""
    for each in (folder / "attachments").glob("*"):
        os.utime(each, (moment().timestamp() - 7200,) * 2)


def orphans(folder: Path) -> int:
    with Session(door.engine()) as session:
        known = set(session.scalars(select(m.Attachment.token).where(m.Attachment.removed_at.is_(None))))
    return len({each.name for each in (folder / "attachments").glob("*")} - known)


def worked(server: Server) -> float:
    """Seconds of the processor, in all of its threads."""
    after_name = Path(f"/proc/{server.process.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(after_name[11]) + int(after_name[12])) / os.sysconf("SC_CLK_TCK")


def test_a_server_that_is_killed_under_load(register: tuple[Path, Cast], figures: Figures) -> None:
    folder, cast = register
    seen, chance, slowest, broken, left = Confirmed(), random.Random(22), 0.0, [], 0
    for kill in range(KILLS):
        # New ones, or the twenty files of a dossier are soon there.
        references = [Case.registered("training", cast).in_progress().reference for _ in range(4)]
        door.engine().dispose()
        with start(folder, cast) as server:
            slowest = max(slowest, worked(server))
            left += orphans(folder)
            at_work(server, cast, references, seen, chance)
        close_all()
        door.engine().dispose()
        broken += lost(seen, folder)
        if kill % LOOK_AT_ALL == 0 or kill == KILLS - 1:
            broken += faults(door.engine(), folder / "attachments")
        an_hour_passes(folder)
    with start(folder, cast):
        left += orphans(folder)

    figures.equal("P22", f"confirmed by a screen ({len(seen)} times in {KILLS} kills) and lost, or half there", len(broken), 0)
    figures.equal("P22", "saved twice", twice(seen), 0)
    figures.equal("P22", "files of nobody after the next start", left, 0)
    figures.at_most("P22", "seconds of the processor until a killed server answers again, the slowest", round(slowest, 1), SOON)
    figures.at_least("P22", "confirmed in all", len(seen), KILLS)
    assert (seen.notes and seen.files and seen.complaints) or KILLS < 10
    assert seen.broken == []


def test_a_file_that_was_being_taken_out_goes_all_the_same(register: tuple[Path, Cast]) -> None:
    """The row says that it is gone; the machine stopped before it was."""
    folder, cast = register
    case = Case.registered("training", cast)
    (token,) = attachments.add(cast.actor("cora"), case.reference, [("brief.pdf", PDF)])
    attachments.remove(cast.actor("cora"), token, "Verkeerd dossier.")
    (folder / "attachments" / token).write_bytes(PDF)
    an_hour_passes(folder)

    anonymising.sweep(SystemActor("nightly", frozenset({Right.OPERATE})))

    assert not (folder / "attachments" / token).exists()
