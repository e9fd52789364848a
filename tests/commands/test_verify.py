"""`manage.py anchor` and `verify`, on histories that are sound: also those of dossiers that were let go."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine, delete
from sqlalchemy.orm import Session

from commands.verify import VERIFIER
from db import append_only
from db import models as m
from domain.errors import Refused
from domain.restricted import ClosedStep
from domain.retention import What
from domain.rights import Right
from domain.vocabulary import Compartment, EventKind
from manage import cli
from services import anchoring, door, retention, steps, verifying
from services.door import SystemActor
from services.verifying import Fault, Wrong
from tests.cases import Case
from tests.conftest import TODAY, Cast
from tests.dossiers import On
from tests.services.test_restricted import handed, take

ENDS = date(2028, 11, 21)
LATER = ENDS + timedelta(days=7)


def ran(*words: str | Path) -> Result:
    return CliRunner().invoke(cli, [str(word) for word in words], catch_exceptions=False)


def let_go(cast: Cast, on: On, case: Case) -> None:
    with on(ENDS):
        retention.propose(cast.actor("cora"), case.reference, What.DOSSIER)
        retention.confirm(cast.actor("dora"), case.reference, What.DOSSIER)


def closed_regular(cast: Cast) -> Case:
    """With texts in its history."""
    case = Case.registered("training", cast)
    case.in_progress()
    steps.log(cast.actor("hans"), case.reference, EventKind.NOTE, TODAY, "Karel belde.")
    with Session(door.engine()) as session, session.begin():
        row = session.get_one(m.Complaint, case.row.id)
        row.status, row.closed_on, row.close_reason, row.answered_on = "closed", TODAY, "accepted", TODAY
        for promise in session.query(m.Promise).filter_by(complaint_id=row.id):
            promise.met_on = promise.met_on or TODAY
    return case


def test_an_empty_register_is_sound(engine: Engine, cast: Cast) -> None:
    result = ran("verify")

    assert (result.exit_code, "Dossiers: 0. Events: 0." in result.output) == (0, True)


def test_an_anchor_is_one_line_and_a_sheet_that_say_nothing_of_a_dossier(cast: Cast, tmp_path: Path) -> None:
    cases = [Case.registered("training", cast, by=who) for who in ("tom", "rosa")]
    lines, sheet = tmp_path / "lines", tmp_path / "sheet"

    first = ran("anchor", "--to", lines, "--heads", sheet)
    second = ran("anchor", "--to", lines)

    assert first.exit_code == second.exit_code == 0
    assert re.fullmatch(r"weerklank 2026-11-21 dossiers 2 events \d+ sha256 [0-9a-f]{64}\n", first.output)
    assert lines.read_text() == first.output + second.output == first.output * 2
    assert sheet.read_text().startswith(first.output)
    assert len(sheet.read_text().splitlines()) == 3
    assert not [case for case in cases if case.reference in sheet.read_text()]
    result = ran("verify", "--anchor", sheet, "--lines", lines)
    assert (result.exit_code, f"Anchor: {first.output}" in result.output, "Dossiers: 2." in result.output) == (0, True, True)
    assert "Traceback" not in ran("anchor", "--heads", sheet).output
    assert ran("anchor", "--heads", sheet).exit_code == 1  # an older anchor stays as it is


def test_a_file_that_is_no_anchor_is_refused(engine: Engine, cast: Cast, tmp_path: Path) -> None:
    Case.registered("training", cast)
    good = anchoring.drop(VERIFIER).sheet
    line, *heads = good.splitlines()
    sheet = tmp_path / "sheet"
    for text in ("", "x", "\n".join(heads), good + "1 1\n", good + heads[0] + "\n", line.replace("2026-11", "2026-13")):
        sheet.write_text(text)
        result = ran("verify", "--anchor", sheet)
        assert (result.exit_code, "is not a sheet" in result.output) == (1, True), text
    sheet.write_text(line + "\n")
    assert "was changed" in ran("verify", "--anchor", sheet).output
    sheet.write_bytes(b"\xff\xfe")
    assert "cannot be read" in ran("verify", "--anchor", sheet).output
    assert ran("verify", "--lines", sheet).exit_code == 2


def test_what_was_let_go_is_sound_also_against_an_older_anchor(cast: Cast, on: On) -> None:
    case = closed_regular(cast)
    before = anchoring.drop(VERIFIER)

    let_go(cast, on, case)

    assert all(event.text_salt is None for event in case.events())
    assert any(event.text_hash for event in case.events())
    done = verifying.verify(VERIFIER, before)
    assert (done.faults, done.dossiers, done.events, done.replaced) == ([], 1, len(case.events()), 0)


@pytest.fixture
def replaced(cast: Cast, on: On) -> tuple[str, anchoring.Anchor]:
    """A closed dossier that was let go after the anchor."""
    reference = handed(cast, Compartment.UNWANTED_BEHAVIOUR)
    take(cast, reference, ClosedStep.CLOSE, "vera")
    before = anchoring.drop(VERIFIER)
    with on(ENDS):
        retention.propose(cast.actor("vera"), reference, What.DOSSIER)
    with on(LATER):
        retention.confirm(cast.actor("vera"), reference, What.DOSSIER)
    return reference, before


def test_a_closed_dossier_that_was_let_go_began_anew_and_the_register_says_so(
    engine: Engine, on: On, replaced: tuple[str, anchoring.Anchor], tmp_path: Path
) -> None:
    reference, before = replaced
    sheet = tmp_path / "sheet"
    sheet.write_text(before.sheet)

    result = ran("verify", "--anchor", sheet)
    assert (result.exit_code, "says: 1." in result.output) == (0, True)

    with on(LATER + timedelta(days=1)):
        after = anchoring.drop(VERIFIER)  # and from now on its new history counts
    assert verifying.verify(VERIFIER, after).replaced == 0

    with Session(engine) as session, session.begin():
        append_only.take_off(session.connection())
        session.execute(delete(m.Destroyed))
        append_only.put_on(session.connection())
    assert verifying.verify(VERIFIER, before).faults == [Fault(reference, None, Wrong.NOT_DESTROYED)]


def test_a_dossier_let_go_before_the_anchor_has_no_reason_to_differ_from_it(
    on: On, replaced: tuple[str, anchoring.Anchor]
) -> None:
    reference, before = replaced
    forged = anchoring.Anchor(LATER + timedelta(days=1), before.heads)

    ((found, _, wrong),) = [(each.reference, each.seq, each.wrong) for each in verifying.verify(VERIFIER, forged).faults]
    assert (found, wrong) in {(reference, Wrong.ANCHOR_OTHER), (reference, Wrong.ANCHOR_SHORT)}


@pytest.mark.parametrize("act", [verifying.verify, anchoring.drop], ids=["verify", "anchor"])
def test_only_the_operator_asks(cast: Cast, act: Callable[[object], object]) -> None:
    for actor in (cast.actor("cora"), cast.actor("adam"), SystemActor("half", frozenset({Right.ENTER}))):
        with pytest.raises(Refused, match="not_allowed"):
            act(actor)
