"""The words of every text: which texts have them, that nothing forgets them, and that they go when the text goes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import JSON, Engine, String, delete, inspect, select, update
from sqlalchemy.orm import Session

from commands.nightly import NIGHTLY
from db import models as m
from db import search, upgrade
from db.engine import make_engine
from services import anonymising, retention
from services.anonymising import CODED
from tests.conftest import POSTGRESQL, TODAY, Cast, on_server, people_the_register
from tests.dossiers import On
from tests.fill import make_complainant, make_complaint, make_ruled_appeal
from tests.services.test_retention import ENDS, closed, let_go

BELONGING = [m.Complaint, *(each.class_ for each in m.Base.registry.mappers if "complaint_id" in each.columns)]


def test_every_text_of_a_dossier_is_searched_or_said_not_to_be() -> None:
    """A new one too: a place of its own in PLACES, or a reason in NOT_SEARCHED."""
    searched = {f"{place.table}.{column}" for place in search.PLACES.values() for column in place.columns}
    texts = {
        f"{model.__tablename__}.{column.name}"
        for model in BELONGING
        for column in inspect(model).columns
        if isinstance(column.type, String | JSON) and column.name not in CODED.get(model, ())
    }
    coded = {"attachment.token", "attachment.side", "attachment.media_type", "attachment.sha256", "retention.proposed"}

    assert searched - texts == {"complaint.reference"}
    assert texts - searched - coded == set(search.NOT_SEARCHED)


def test_the_stems_are_those_that_the_index_was_made_with() -> None:
    """Another version of the stemmer may do it otherwise: then a migration reads every text again (`search.rebuild`)."""
    forms = "klachten kinderen huizen gebeld prijzen vergaderingen medewerkers te k26 7f3q9 ouders bomen trainingen aardige"

    assert [search.stem(each) for each in forms.split()] == [
        "klacht", "kinder", "huis", "bel", "prijs", "vergader", "medewerker", "te", "k26", "7f3q9", "ouder", "boom", "train",
        "aard",
    ]  # fmt: skip


# Nothing forgets them


def words_of(engine: Engine, source: str) -> list[str]:
    """Of each row, in alphabetical order; and the index agrees with the table."""
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("INSERT INTO search_words(search_words) VALUES ('integrity-check')")
        found = connection.execute(select(m.SearchText.words).where(m.SearchText.source == source)).scalars()
        return sorted(" ".join(sorted(re.sub(r"'([^']*)':\d+", r"\1", each).split())) for each in found)


def somebody(session: Session, complaint_id: int, name: str) -> None:
    session.add(m.Party(complaint_id=complaint_id, relation="involved", name=name, excluded=False, added_at=datetime.now(UTC)))


@pytest.fixture
def dossier(engine: Engine, cast: Cast) -> int:
    with Session(engine) as session, session.begin():
        complaint = make_complaint(session, cast)
        make_complainant(session, complaint, name="Karel de Vries")
        somebody(session, complaint.id, "Jan Buiten")
        session.flush()
        return complaint.id


def test_what_goes_through_a_session_has_its_words(engine: Engine, dossier: int) -> None:
    assert words_of(engine, "party") == ["buiten jan"]
    with Session(engine) as session, session.begin():
        party = session.scalars(select(m.Party)).one()
        party.name = "Piet"
        session.flush()
        party.name = "Klaas"
    assert words_of(engine, "party") == ["klaas"]
    with Session(engine) as session, session.begin():
        session.delete(session.scalars(select(m.Party)).one())
    assert words_of(engine, "party") == []


def test_what_is_changed_or_removed_in_bulk_has_its_words_too(engine: Engine, dossier: int) -> None:
    with Session(engine) as session, session.begin():
        session.execute(update(m.Complainant).where(m.Complainant.complaint_id == dossier).values(name="Klaas", contact=None))
    assert words_of(engine, "complainant") == ["klaas"]
    with Session(engine) as session, session.begin():
        session.execute(delete(m.Party).where(m.Party.complaint_id == dossier))
        session.execute(update(m.Complainant).values(name="Anders"))
    assert words_of(engine, "party") == []
    assert words_of(engine, "complainant") == ["anders"]
    with Session(engine) as session, session.begin():
        session.execute(delete(m.SearchText).where(m.SearchText.complaint_id == dossier))
    assert words_of(engine, "summary") == words_of(engine, "complaint") == []


def test_a_place_of_several_rows_keeps_the_others(engine: Engine, dossier: int) -> None:
    with Session(engine) as session, session.begin():
        somebody(session, dossier, "Blijver")
    with Session(engine) as session, session.begin():
        session.execute(delete(m.Party).where(m.Party.name == "Jan Buiten"))

    assert words_of(engine, "party") == ["blijver"]


# They go


def test_an_anonymised_dossier_keeps_its_reference_as_its_only_word(cast: Cast, engine: Engine, on: On) -> None:
    case = closed(cast, description="De roze olifant stond in de gang.", title="Olifanten")
    with on(ENDS):
        let_go(cast, case.reference)

    number = case.row.id
    with Session(engine) as session:
        left = session.execute(select(m.SearchText.source, m.SearchText.source_id)).all()
    assert [tuple(each) for each in left] == [("summary", number)]


def test_contact_data_that_went_are_no_words_any_more(cast: Cast, engine: Engine, on: On) -> None:
    case = closed(cast)
    assert any("voorbeeld" in each for each in words_of(engine, "complainant"))
    with on(TODAY.replace(year=TODAY.year + 1)):
        let_go(cast, case.reference, retention.What.CONTACT)

    assert words_of(engine, "complainant") == ["de karel vries"]


@pytest.mark.skipif(POSTGRESQL, reason="the file is SQLite's")
def test_no_part_of_the_index_file_holds_a_word_that_went(cast: Cast, engine: Engine, on: On) -> None:
    """P29. FTS5 keeps what was deleted in its older segments: they are merged after it."""
    engine.dispose()
    file = Path(engine.url.database or "")
    case = closed(cast, description="De nijlpaardenfluisteraar stond in de gang.")
    for number in range(40):  # more segments than one
        with Session(engine) as session, session.begin():
            make_complaint(session, cast, description=f"Een andere zin met woord{number}.")
    assert b"ijlpaardenfluister" in file.read_bytes()

    with on(ENDS):
        let_go(cast, case.reference)

    assert b"ijlpaardenfluister" not in file.read_bytes()


@pytest.mark.skipif(POSTGRESQL, reason="the file is SQLite's")
def test_a_text_that_was_corrected_leaves_the_index_file_at_night(cast: Cast, engine: Engine) -> None:
    engine.dispose()
    file = Path(engine.url.database or "")
    with Session(engine) as session, session.begin():
        one = make_complaint(session, cast, description="De nijlpaardenfluisteraar.")
        session.flush()
        one.description = "Iemand anders."
    assert b"ijlpaardenfluister" in file.read_bytes()

    anonymising.sweep(NIGHTLY)

    assert b"ijlpaardenfluister" not in file.read_bytes()


# The migration


@pytest.fixture(params=["sqlite", "postgresql"])
def before(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """A database as it was before, with a register in it."""
    name = f"before_{uuid4().hex[:12]}"
    if request.param == "sqlite":
        address = f"sqlite:///{tmp_path / 'before.db'}"
    else:
        on_server(request.getfixturevalue("postgres"), f"CREATE DATABASE {name}")
        address = request.getfixturevalue("postgres").format(name)
    engine = make_engine(address)
    upgrade.upgrade(engine)
    with Session(engine) as session, session.begin():
        cast = people_the_register(session, "training")
        for number in range(7):
            one = make_complaint(session, cast, title=f"Klachten {number}", remedy_requested="Excuses")
            make_complainant(session, one, name="Karel de Vries")
            make_ruled_appeal(session, cast, one, TODAY)
    upgrade.downgrade(engine, "0001")
    yield engine
    engine.dispose()
    if request.param == "postgresql":
        on_server(request.getfixturevalue("postgres"), f"DROP DATABASE {name} WITH (FORCE)")


def test_the_migration_reads_every_text_that_is_there(before: Engine) -> None:
    p = m.SearchText

    def everything() -> list[tuple[object, ...]]:
        with before.connect() as connection:
            found = connection.execute(select(p.complaint_id, p.source, p.source_id, p.words, p.stems))
            return sorted(tuple(row) for row in found)

    assert not inspect(before).has_table("search_text")
    upgrade.upgrade(before)

    made = everything()
    with before.begin() as connection:
        search.rebuild(connection)
    assert made == everything()
    assert len(made) == 7 * 7
    assert upgrade.differences(before) == []
