"""The ruling waits, as for a hearing: what the reviewer pauses is hers, what the first line pauses is not."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from db import models as m
from domain.errors import Refused
from domain.vocabulary import EventKind, LetterType, PauseReason, Side
from domain.workflow import StepName
from services import appeal_files, clocks, door, dossier, hearing
from services.appeal_files import AppealStep
from services.promises import PromiseView
from tests.conftest import Cast
from tests.dossiers import On, appeal_version, appealed, in_progress, outgoing, ruled, seen

LODGED = date(2026, 9, 21)
RULING = date(2026, 10, 19)  # four weeks
WHY = "De trainer is tot de 28e met verlof."


def day(number: int, month: int = 9) -> date:
    return date(2026, month, number)


def pause(cast: Cast, reference: str, on: date, until: date | None = None, who: str = "vera", **changes: Any) -> None:
    said = {"reason": PauseReason.HEARING, "text": WHY} | changes
    hearing.pause(cast.actor(who), reference, appeal_version(reference), said["reason"], on, until, said["text"])


def ruling(cast: Cast, reference: str, who: str = "vera") -> PromiseView:
    promises = dossier.read(cast.actor(who), reference).promises
    return next(each for each in promises if each.code == "APPEAL_RULING")


def test_the_ruling_waits_and_the_days_are_given_back(cast: Cast, on: On) -> None:
    reference = appealed(cast, on, LODGED)
    before = ruling(cast, reference).target_on
    with on(day(24)):
        pause(cast, reference, day(24))
        file = appeal_files.read(cast.actor("vera"), reference)
        assert file.paused
        assert AppealStep.RESUME in file.steps
        assert AppealStep.PAUSE not in file.steps
    with on(day(28)):
        hearing.resume(cast.actor("vera"), reference, appeal_version(reference), day(28))
        file = appeal_files.read(cast.actor("vera"), reference)

    assert (ruling(cast, reference).target_on - before).days == ruling(cast, reference).paused_days == 4
    assert not file.paused
    assert AppealStep.PAUSE in file.steps


def test_the_first_line_sees_that_it_waits_and_never_why(cast: Cast, on: On) -> None:
    reference = appealed(cast, on, LODGED)
    with on(day(24)):
        pause(cast, reference, day(24), day(28))
        first_line, reviewer = (dossier.read(cast.actor(who), reference) for who in ("cora", "vera"))

    assert first_line.content is not None
    assert reviewer.content is not None
    assert EventKind.PAUSED not in {each.kind for each in first_line.content.timeline}
    assert WHY not in repr(first_line)
    assert EventKind.PAUSED in {each.kind for each in reviewer.content.timeline}
    assert ruling(cast, reference, "cora").paused_days == 4
    with Session(door.engine()) as session:
        assert session.scalars(select(m.Event.side).where(m.Event.kind == EventKind.PAUSED)).all() == [Side.APPEAL]


def test_the_first_line_neither_pauses_nor_resumes_in_an_appeal(cast: Cast, on: On) -> None:
    reference = appealed(cast, on, LODGED)
    with on(day(24)):
        pause(cast, reference, day(24))
        offered = {each.name for each in dossier.steps(cast.actor("cora"), reference) if each.possible}
        with pytest.raises(Refused, match="not_paused"):
            clocks.resume(cast.actor("cora"), reference, seen(reference), day(24))
        with pytest.raises(Refused, match="not_in_this_status"):
            clocks.pause(cast.actor("cora"), reference, seen(reference), PauseReason.AGREED, day(24), None, "Zo.")

    assert not offered & {StepName.PAUSE, StepName.RESUME}


def test_a_pause_of_the_first_line_that_is_entered_afterwards_leaves_the_ruling_as_it_was(cast: Cast, on: On) -> None:
    reference = ruled(cast, on, ruling="annulled")
    with on(day(5, 10)):
        stood = ruling(cast, reference)
        clocks.pause(cast.actor("cora"), reference, seen(reference), PauseReason.AGREED, day(2, 10), day(4, 10), "Zo.")

        promises = dossier.read(cast.actor("cora"), reference).promises

        assert ruling(cast, reference) == stood
    assert [each.code for each in promises if each.paused_days]


@pytest.mark.parametrize(
    ("on_day", "changes", "code"),
    [
        (day(20), {}, "before_appeal"),
        (day(25), {}, "in_the_future"),
        (day(24), {"text": " "}, "missing"),
        (day(24), {"reason": "tired"}, "unknown_value"),
        (day(24), {"until": day(23)}, "until_before_from"),
        (day(24), {"who": "suze"}, "not_found"),
        (day(24), {"who": "cora"}, "not_allowed"),
    ],
)
def test_a_pause_that_cannot_be_is_refused(cast: Cast, on: On, on_day: date, changes: dict[str, Any], code: str) -> None:
    reference = appealed(cast, on, LODGED)
    with on(day(24)), pytest.raises(Refused, match=code):
        pause(cast, reference, on_day, **changes)


def test_twice_is_once_and_a_ruling_that_was_sent_waits_no_more(cast: Cast, on: On) -> None:
    reference = appealed(cast, on, LODGED)
    vera = cast.actor("vera")
    with on(day(24)):
        pause(cast, reference, day(24))
        with pytest.raises(Refused, match="already_paused"):
            pause(cast, reference, day(24))
        hearing.rule(vera, reference, appeal_version(reference), "confirmed", "Het klopt.", "", None, False)
        letter = outgoing(vera, reference, LetterType.APPEAL_RULING, day(24))
        hearing.send_ruling(vera, reference, appeal_version(reference), letter)
        with pytest.raises(Refused, match="ruling_sent"):
            pause(cast, reference, day(24))

    assert ruling(cast, reference).met_on == day(24)


def test_nobody_hears_an_appeal_that_is_not_there(cast: Cast, on: On) -> None:
    reference = in_progress(cast, on)
    with pytest.raises(Refused, match="not_found"):
        hearing.resume(cast.actor("vera"), reference, 1, day(9))
