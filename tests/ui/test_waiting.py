"""The database goes away at any moment of a screen's drawing: what was typed stays in the form, nothing is saved twice, and
the screen goes on by itself. A real lock of another process, at each of the transactions of one run."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event, func, select
from sqlalchemy.orm import Session
from streamlit.testing.v1 import AppTest

from db import models as m
from domain.workflow import StepName
from services import drafts
from tests.conftest import POSTGRESQL, Cast
from tests.dossiers import On, in_progress
from tests.figures import EVERYTHING
from tests.outages import locked
from tests.pages.test_complaint import fill, opened, step
from tests.ui.apptest import open_page

pytestmark = pytest.mark.skipif(POSTGRESQL, reason="the lock is on a file; test_outages.py stops PostgreSQL itself")
WORDS = "Wat ik typte toen de database wegviel."
HELD = 1.2  # seconds
BACK = "De database is er weer."


class Lock:
    """Of another process, from the `number`th transaction of this process on."""

    def __init__(self, engine: Engine, number: int) -> None:
        self.engine, self.number, self.begun, self.taken, self.stack = engine, number, 0, False, ExitStack()

    def __enter__(self) -> Lock:
        event.listen(self.engine, "connect", self._impatient)
        event.listen(self.engine, "checkout", self._begin)
        self.engine.dispose()
        return self

    def __exit__(self, *_: object) -> None:
        event.remove(self.engine, "checkout", self._begin)
        event.remove(self.engine, "connect", self._impatient)
        self.stack.close()
        self.engine.dispose()

    def _impatient(self, connection: Any, _: object) -> None:
        connection.execute("PRAGMA busy_timeout=50")

    def _begin(self, *_: object) -> None:
        self.begun += 1
        alone = self.engine.pool.checkedout() == 1  # or it would wait for ourselves
        if self.begun >= self.number and alone and not self.taken:
            self.taken = True
            self.stack.enter_context(locked(Path(str(self.engine.url.database)), HELD))


def saved(engine: Engine) -> int:
    with Session(engine) as session:
        return session.scalar(select(func.count()).where(m.EventText.text == WORDS)) or 0


def note_of(at: AppTest) -> str | None:
    return next((each.value for each in at.text_area if each.key == "complaint.log.text"), None)


@pytest.mark.parametrize("number", range(1, 13) if EVERYTHING else (5, 11))
def test_a_note_is_saved_or_still_stands_in_its_form(number: int, engine: Engine, cast: Cast, on: On) -> None:
    reference = in_progress(cast, on)
    at = opened(cast, "cora", reference)
    step(at, StepName.LOG)
    fill(at, "complaint.log.text", WORDS)

    with Lock(engine, number) as lock:
        at.button(key="complaint.log.save").click().run()

    assert not at.exception
    assert lock.taken, "fewer transactions than this test thinks"
    assert (saved(engine), note_of(at)) in ((1, None), (0, WORDS))
    if not saved(engine):
        at.button(key="complaint.log.save").click().run()
        assert (saved(engine), note_of(at)) == (1, None)
    assert drafts.recall(cast.actor("cora"), f"complaint.{reference}") == {}


@pytest.mark.parametrize("number", range(1, 8) if EVERYTHING else (4,))
def test_what_was_typed_at_the_intake_stays_and_becomes_a_draft(number: int, engine: Engine, cast: Cast) -> None:
    at = open_page(cast, "tom", "intake")
    field = next(each for each in at.text_area if str(each.key).startswith("intake.description"))

    with Lock(engine, number):
        field.set_value(WORDS).run()

    assert not at.exception
    assert [each.value for each in at.text_area if str(each.key).startswith("intake.description")] == [WORDS]
    at.run()
    assert drafts.recall(cast.actor("tom"), "intake")["description"] == WORDS


def test_the_sentence_that_says_why_it_stands_still_becomes_that_it_goes_on(engine: Engine, cast: Cast) -> None:
    at = open_page(cast, "tom", "intake")

    with Lock(engine, 1):
        at.run()

    assert [each.value for each in at.toast] == [BACK], "in the place of the one before"
    assert at.title
