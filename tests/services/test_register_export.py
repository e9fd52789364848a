"""The whole register as one workbook: everything that its maker may see, and no trace of anything else."""

from __future__ import annotations

import io
import os
from datetime import timedelta
from pathlib import Path

import openpyxl
import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from db import models as m
from domain.errors import Refused
from domain.rights import Right
from domain.vocabulary import Compartment
from services import anonymising, door, export_log, hearing, readings, register_export
from services.door import SystemActor
from services.export_log import Listed
from tests.attacks import canaries
from tests.attacks.canaries import Scope
from tests.cases import Case
from tests.conftest import TODAY, Cast
from tests.dossiers import appeal_version
from tests.fill import make_complaint, make_party

Sheets = dict[str, list[tuple[object, ...]]]


def taken(cast: Cast, who: str) -> Sheets:
    path, name = register_export.fetch(cast.actor(who), register_export.make(cast.actor(who)).token)
    assert name == "weerklank-register-2026-11-21.xlsx"
    book = openpyxl.load_workbook(io.BytesIO(path.read_bytes()))
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book}


def column(rows: list[tuple[object, ...]], heading: str) -> list[object]:
    place = rows[0].index(heading)
    return [row[place] for row in rows[1:]]


def test_everything_stands_in_it(cast: Cast) -> None:
    case = Case.registered("training", cast, description="=Een verhaal").decided(measures=1).measure_done().answer().ask()
    case.say(4, 2, remark="Het duurde lang.").appeal()
    version = appeal_version(case.reference)
    hearing.rule(cast.actor("vera"), case.reference, version, "revised", "De meting klopt niet.", "Excuses.", TODAY, True)

    found = taken(cast, "cora")

    assert list(found) == [
        "Dossiers", "Gebeurtenissen", "Beloften", "Besluiten", "Maatregelen", "Beroepen", "Brieven en berichten",
        "Tevredenheid", "Over deze lijst",
    ]  # fmt: skip
    assert column(found["Dossiers"], "Dossier") == [case.reference]
    assert column(found["Dossiers"], "Wat er is gebeurd") == ["=Een verhaal"]
    assert column(found["Dossiers"], "Klager") == ["Karel de Vries"]
    (received,) = column(found["Dossiers"], "Binnengekomen")
    assert f"{received:%Y-%m-%d}" == case.received.isoformat()
    assert "Besluit genomen" in column(found["Gebeurtenissen"], "Wat")
    assert "Reactie naar de klant" in column(found["Beloften"], "Belofte")
    assert column(found["Besluiten"], "Redenen") == ["Het rooster klopte niet."]
    assert column(found["Maatregelen"], "Maatregel") == ["Maatregel 0"]
    assert column(found["Tevredenheid"], "Toelichting") == ["Het duurde lang."]
    assert {"Verstuurd"} <= set(column(found["Brieven en berichten"], "Richting"))
    (appeal,) = found["Beroepen"][1:]
    assert "De meting klopt niet." not in appeal, "a ruling is the reviewer's until she told it"
    said = dict(found["Over deze lijst"])
    assert (said["Regels op het blad Dossiers"], said["Gemaakt door"]) == (1, "Cora Coördinator")
    assert said["Wat telt mee"] == "Wat wie dit maakte mag zien."


def test_a_file_of_somebody_who_is_out_of_a_dossier_says_the_same_words(engine: Engine, cast: Cast) -> None:
    with Session(engine) as session, session.begin():
        shown = make_complaint(session, cast).reference
        make_complaint(session, cast, compartment=Compartment.UNWANTED_BEHAVIOUR)
    before = taken(cast, "dora")
    with Session(engine) as session, session.begin():
        about = make_complaint(session, cast, title="Over Dora")
        make_party(session, about, cast["dora"])
        reference = about.reference

    after = taken(cast, "dora")

    assert {name: rows for name, rows in after.items() if name != "Over deze lijst"} == {
        name: rows for name, rows in before.items() if name != "Over deze lijst"
    }
    assert [row for row in after["Over deze lijst"] if row[0] != "Gemaakt op"] == [
        row for row in before["Over deze lijst"] if row[0] != "Gemaakt op"
    ]
    assert set(column(taken(cast, "cora")["Dossiers"], "Dossier")) == {shown, reference}


def test_nobody_finds_in_it_what_is_not_theirs(engine: Engine, cast: Cast) -> None:
    """P2: a canary in every text of every dossier."""
    canaries.fill(cast)
    canaries.plant(engine)
    scope = Scope.of(engine, cast)
    for who in ("cora", "dora"):
        said = repr(taken(cast, who))
        assert scope.leaks(who, said) == []
        assert len(set(canaries.CANARY.findall(said))) > 50


@pytest.mark.parametrize("who", ["tom", "hans", "mia", "piet", "vera", "suze", "wim", "adam"])
def test_it_is_for_who_may_see_everything(cast: Cast, who: str) -> None:
    with pytest.raises(Refused, match="not_allowed"):
        register_export.make(cast.actor(who))


def test_only_who_made_it_fetches_it_and_for_a_while(cast: Cast) -> None:
    made = register_export.make(cast.actor("cora"))
    for who in ("dora", "cora"):
        for token in ("", "x", "0" * 32, "../" * 5, made.token.upper() + "0"):
            with pytest.raises(Refused, match="not_found"):
                register_export.fetch(cast.actor(who), token)
    with pytest.raises(Refused, match="not_found"):
        register_export.fetch(cast.actor("dora"), made.token)
    path, _ = register_export.fetch(cast.actor("cora"), made.token)
    assert path.stat().st_mode & 0o077 == 0
    _, now = door.today_and_now()
    with door.clock_at(now + timedelta(minutes=16)), pytest.raises(Refused, match="not_found"):
        register_export.fetch(cast.actor("cora"), made.token)
    assert not path.exists()


def test_there_is_one_for_each_and_none_after_a_dossier_went(cast: Cast) -> None:
    first = register_export.make(cast.actor("cora"))
    second = register_export.make(cast.actor("cora"))
    with pytest.raises(Refused, match="not_found"):
        register_export.fetch(cast.actor("cora"), first.token)
    path, _ = register_export.fetch(cast.actor("cora"), second.token)
    assert [each.name for each in path.parent.iterdir()] == [path.name], "the parts of it are gone"

    anonymising.finish(cast.actor("cora"))

    assert not path.exists()


def test_a_dossier_that_goes_while_it_is_made_is_not_in_it(engine: Engine, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    with Session(engine) as session, session.begin():
        make_complaint(session, cast, reference="K26-GAAT", description="Wat weg moet")
    written, times = register_export._written, []

    def meanwhile(actor: door.Actor, target: Path, language: str) -> list[int]:
        numbers = written(actor, target, language)
        times.append(numbers)
        if len(times) == 1:  # two persons let it go
            with Session(engine) as session, session.begin():
                row = session.scalars(select(m.Complaint)).one()
                row.description = ""
                who = {"proposed_by": cast["cora"], "confirmed_by": cast["dora"], "files": 0}
                days = {"ended_on": TODAY, "until": TODAY, "destroyed_on": TODAY, "destroyed_at": row.registered_at}
                gone = m.Destroyed(reference="K26-GAAT", compartment="regular", what="dossier", years=2, **who, **days)
                session.add(gone)
        return numbers

    monkeypatch.setattr(register_export, "_written", meanwhile)

    found = taken(cast, "cora")

    assert len(times) == 2
    assert column(found["Dossiers"], "Wat er is gebeurd") in ([""], [None])
    assert len(export_log.own(cast.actor("cora"))) == 1


def test_one_that_is_taken_away_at_once_is_none(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """By a dossier that is let go, or by a second click on the same button."""
    opened = register_export._opened

    def meanwhile(actor: door.Actor, numbers: list[int]) -> None:
        opened(actor, numbers)
        register_export.FILES.forget()

    monkeypatch.setattr(register_export, "_opened", meanwhile)

    made = register_export.make(cast.actor("cora"))

    with pytest.raises(Refused, match="not_found"):
        register_export.fetch(cast.actor("cora"), made.token)


def test_the_nightly_run_takes_what_is_old(cast: Cast) -> None:
    path, _ = register_export.fetch(cast.actor("cora"), register_export.make(cast.actor("cora")).token)
    _, now = door.today_and_now()
    with door.clock_at(now + timedelta(minutes=16)):
        anonymising.sweep(SystemActor("nightly", frozenset({Right.OPERATE})))
    assert not path.exists()


def test_the_parts_of_one_that_crashed_go(cast: Cast) -> None:
    path, _ = register_export.fetch(cast.actor("cora"), register_export.make(cast.actor("cora")).token)
    left = path.parent / "tmpx"
    left.mkdir()
    _, now = door.today_and_now()
    os.utime(left, ((now - timedelta(hours=2)).timestamp(),) * 2)

    register_export.sweep(SystemActor("nightly", frozenset({Right.OPERATE})))

    assert (left.exists(), path.exists()) == (False, True)


def test_each_dossier_tells_who_took_it_along(engine: Engine, cast: Cast) -> None:
    with Session(engine) as session, session.begin():
        reference = make_complaint(session, cast).reference
        other = make_complaint(session, cast)
        make_party(session, other, cast["dora"])
        hidden = other.reference

    register_export.make(cast.actor("dora"))

    assert [(each.who, each.what) for each in readings.readings(cast.actor("cora"), reference)] == [
        ("Dora Directeur", "register")
    ]
    assert readings.readings(cast.actor("cora"), hidden) == ()
    (mine,) = export_log.own(cast.actor("dora"))
    assert (mine.what, mine.rows) == (Listed.REGISTER, 1)


def test_the_parts_are_all_there(engine: Engine, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(register_export, "AT_ONCE", 3)
    with Session(engine) as session, session.begin():
        made = {make_complaint(session, cast).reference for _ in range(8)}

    found = taken(cast, "cora")

    assert sorted(map(str, column(found["Dossiers"], "Dossier"))) == sorted(made)
    with Session(engine) as session:
        assert len(list(session.scalars(select(m.AccessLog.complaint_id)))) == 8


def test_an_empty_register_is_headings(cast: Cast) -> None:
    found = taken(cast, "cora")

    assert {len(rows) for name, rows in found.items() if name != "Over deze lijst"} == {1}


def test_a_long_text_says_what_is_missing(engine: Engine, cast: Cast) -> None:
    with Session(engine) as session, session.begin():
        make_complaint(session, cast, description="x" * 40_000)

    (text,) = column(taken(cast, "cora")["Dossiers"], "Wat er is gebeurd")

    assert " [… +" in str(text)
