"""Who opened a dossier is seen by who guards the procedure, and by nobody else."""

from __future__ import annotations

from contextlib import suppress

import pytest
from sqlalchemy import Engine, delete, select, update
from sqlalchemy.exc import IntegrityError, InternalError, ProgrammingError
from sqlalchemy.orm import Session

from db import models as m
from domain.errors import Refused
from domain.rights import Right
from domain.vocabulary import Compartment
from services import appeal_files, attachments, door, dossier, letters, readings
from services.door import work
from tests.cases import Case
from tests.conftest import CAST, Cast
from tests.dossiers import On, appealed, decided
from tests.services.test_door import dossier as plant
from text import LANGUAGES, catalogue


@pytest.fixture
def case(cast: Cast) -> Case:
    return Case.registered("training", cast, title="Wie las dit").in_progress()


def seen(cast: Cast, who: str, reference: str) -> list[tuple[str, str]]:
    return [(each.who, each.what) for each in readings.readings(cast.actor(who), reference)]


def test_the_newest_first_and_once_in_a_quarter_of_an_hour(cast: Cast, case: Case) -> None:
    before = len(seen(cast, "dora", case.reference))
    for who in ("tom", "hans", "hans"):
        dossier.read(cast.actor(who), case.reference)

    added = seen(cast, "dora", case.reference)[: len(seen(cast, "dora", case.reference)) - before]
    assert added == [("Hans Behandelaar", "dossier"), ("Tom Trainer", "dossier")]


def test_who_fetches_an_attachment_stands_in_it_each_time(cast: Cast, case: Case) -> None:
    attachments.add(cast.actor("hans"), case.reference, [("verslag.txt", b"Het was koud.")])
    content = dossier.read(cast.actor("cora"), case.reference).content
    assert content is not None
    for _ in range(2):
        attachments.fetch(cast.actor("cora"), content.attachments[0].token)

    assert seen(cast, "cora", case.reference)[:2] == [("Cora Coördinator", "attachment")] * 2


def test_only_who_guards_the_procedure_sees_it(engine: Engine, cast: Cast, case: Case) -> None:
    answers = {}
    for who in CAST:
        try:
            answers[who] = bool(seen(cast, who, case.reference))
        except Refused as refusal:
            answers[who] = refusal.code
    allowed = {who for who, answer in answers.items() if answer not in ("not_allowed", "not_found")}
    assert allowed == {"cora", "dora"}
    for who in CAST:
        try:
            told = dossier.read(cast.actor(who), case.reference).audited
        except Refused:
            told = False
        assert told is (who in allowed)


@pytest.mark.parametrize("about", ["cora", "dora"])
def test_whoever_it_is_about_does_not_see_who_looked(engine: Engine, cast: Cast, about: str) -> None:
    reference = plant(engine, cast, respondent=cast[about], acting_director_id=cast["piet"]).reference
    dossier.read(cast.actor("piet"), reference)

    with pytest.raises(Refused, match="not_found"):
        seen(cast, about, reference)
    assert seen(cast, "piet", reference) == [("Piet Partner", "dossier")]


def test_nobody_of_the_first_line_sees_who_opened_a_closed_compartment(engine: Engine, cast: Cast) -> None:
    reference = plant(engine, cast, compartment=Compartment.UNWANTED_BEHAVIOUR).reference
    dossier.read(cast.actor("vera"), reference)

    for who in ("cora", "dora"):
        with pytest.raises(Refused, match="not_found"):
            seen(cast, who, reference)


@pytest.mark.parametrize("right", [Right.READ, Right.LOG, Right.AUDIT])
def test_who_opened_it_cannot_take_the_line_out(engine: Engine, cast: Cast, case: Case, right: Right) -> None:
    """A service reaches the rows with its own right only; there is none that changes them."""
    dossier.read(cast.actor("hans"), case.reference)
    before = seen(cast, "dora", case.reference)

    for statement in (delete(m.AccessLog), update(m.AccessLog).values(account_id=cast["tom"])):
        with suppress(Refused, InternalError, ProgrammingError), work(cast.actor("hans"), right) as w:
            w.session.execute(statement)

    assert seen(cast, "dora", case.reference) == before
    with Session(engine) as session:
        assert session.query(m.AccessLog).count() == len(before)


def test_a_letter_that_is_printed_is_told_once_in_a_quarter_of_an_hour(cast: Cast, on: On) -> None:
    reference = decided(cast, on)
    with Session(door.engine()) as session:
        letter = session.scalars(select(m.Message.id).where(m.Message.letter_type.is_not(None))).first()
    assert letter is not None

    for make in (letters.as_pdf, letters.as_docx, letters.as_pdf):
        make(cast.actor("mia"), letter)

    assert [what for who, what in seen(cast, "dora", reference) if who == "Mia Manager"] == ["letter"]


def test_a_reviewer_who_reads_the_appeal_is_told_of(cast: Cast, on: On) -> None:
    reference = appealed(cast, on)

    for _ in range(2):
        appeal_files.read(cast.actor("vera"), reference)

    assert [what for who, what in seen(cast, "dora", reference) if who == "Vera Vertrouwens"] == ["appeal"]


def test_whoever_may_change_rows_cannot_take_a_line_out_either(engine: Engine, cast: Cast, case: Case) -> None:
    dossier.read(cast.actor("hans"), case.reference)

    for statement in (delete(m.AccessLog), update(m.AccessLog).values(account_id=cast["tom"])):
        with pytest.raises(IntegrityError, match="append only"), Session(engine) as session, session.begin():
            session.execute(statement)


@pytest.mark.parametrize("what", ["dossier", "letter", "appeal", "attachment", "sealed"])
def test_everything_that_can_be_opened_has_words(what: str) -> None:
    assert all(f"readings.{what}" in catalogue(language) for language in LANGUAGES)
