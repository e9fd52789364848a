"""What is near or late without action climbs, one rung at a time, to somebody who may see it; never twice."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from datetime import date
from pathlib import Path
from uuid import uuid4

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine, create_engine, select
from sqlalchemy.orm import Session

from commands.nightly import NIGHTLY
from db import models as m
from db.profiles import standard_source
from db.settings import write_settings
from domain.errors import Refused
from domain.escalation import Rung
from domain.promises import SOON_DAYS
from domain.vocabulary import Compartment, EventKind, Relation
from manage import cli
from services import board, dossier, escalation
from services.board_filters import BoardFilter
from services.profiles import check_profile, standard
from tests.cases import Case
from tests.conftest import POSTGRESQL, PROFILES, TODAY, Cast, on_server, people_the_register
from tests.fill import make_complaint, make_party, make_promise

ROOT = Path(__file__).resolve().parents[2]
On = Callable[[date], AbstractContextManager[None]]
FRIDAY = date(2026, 11, 27)  # what was promised; TODAY is the Saturday before
WEDNESDAY, MONDAY, TWO_LATER, FOUR_LATER = date(2026, 11, 25), date(2026, 11, 30), date(2026, 12, 2), date(2026, 12, 4)
DECIDE = "HOUSE_WEEK.DECIDE_OR_CONTACT"


def dossier_due(engine: Engine, cast: Cast, due: date = FRIDAY, excluded: tuple[str, ...] = (), **columns: object) -> str:
    with Session(engine, expire_on_commit=False) as session, session.begin():
        complaint = make_complaint(session, cast, **({"handler_id": cast["hans"]} | columns))
        make_promise(session, complaint, target_on=due)
        for name in excluded:
            make_party(session, complaint, cast[name])
        return complaint.reference


def told(engine: Engine, promise: str = "") -> list[tuple[str, str | None]]:
    """Rung and person of every step so far (of one promise), as the events say."""
    with Session(engine) as session:
        names = {None: None} | {row.id: row.name for row in session.scalars(select(m.Account))}
        events = session.scalars(select(m.Event).where(m.Event.kind == EventKind.ESCALATED).order_by(m.Event.id))
        ours = [each for each in events if promise in ("", each.codes["promise"])]
        return [(each.codes["rung"], names[each.codes["account"]]) for each in ours]


def nights(on: On, *days: date) -> None:
    for day in days:
        with on(day):
            escalation.run(NIGHTLY)


def to_do(cast: Cast, who: str) -> list[board.BoardRow]:
    return list(board.to_do(cast.actor(who)).rows)


# The ladder


def test_without_action_it_climbs_from_handler_to_director(engine: Engine, cast: Cast, on: On) -> None:
    reference = dossier_due(engine, cast)

    nights(on, date(2026, 11, 24), *(date(2026, 11, day) for day in range(25, 31)), *(date(2026, 12, d) for d in range(1, 20)))

    assert told(engine) == [("handler", "hans"), ("manager", "mia"), ("coordinator", "cora"), ("director", "dora")]
    with on(date(2026, 12, 20)):
        rungs = escalation.reached(cast.actor("cora"), reference)
    assert [each.climbed_on for each in rungs] == [WEDNESDAY, MONDAY, TWO_LATER, FOUR_LATER]
    assert rungs[1].name == "Mia Manager"


def test_a_second_run_changes_nothing(engine: Engine, cast: Cast, on: On) -> None:
    dossier_due(engine, cast)
    with on(MONDAY):
        first, second = escalation.run(NIGHTLY), escalation.run(NIGHTLY)

    assert (first, second) == (escalation.Ran(1, 0, ()), escalation.Ran(0, 0, ()))


def test_what_a_person_does_starts_the_waiting_time_anew(engine: Engine, cast: Cast, on: On) -> None:
    case = Case.registered("training", cast).in_progress()  # a reaction is due on Monday 23 November

    with on(TODAY):
        escalation.run(NIGHTLY)
    with on(date(2026, 11, 24)):
        case.log("hans", EventKind.NOTE, 8)
    nights(on, date(2026, 11, 25), date(2026, 11, 26))
    assert told(engine, DECIDE) == [("handler", "hans")]

    nights(on, date(2026, 11, 27))

    assert told(engine, DECIDE) == [("handler", "hans"), ("manager", "mia")]


@pytest.mark.parametrize("relation", sorted({Relation.RESPONDENT, Relation.CONFLICT}))
def test_whoever_is_excluded_is_skipped_and_sees_nothing(engine: Engine, cast: Cast, on: On, relation: Relation) -> None:
    reference = dossier_due(engine, cast)
    with Session(engine) as session, session.begin():
        row = session.scalars(select(m.Complaint).where(m.Complaint.reference == reference)).one()
        make_party(session, row, cast["mia"], relation)

    nights(on, WEDNESDAY, MONDAY)

    assert told(engine) == [("handler", "hans"), ("coordinator", "cora")]
    with on(MONDAY):
        assert to_do(cast, "mia") == []
        with pytest.raises(Refused, match="not_found"):
            escalation.reached(cast.actor("mia"), reference)


def test_who_is_excluded_after_it_climbed_to_them_loses_it_and_the_next_one_hears_at_once(
    engine: Engine, cast: Cast, on: On
) -> None:
    reference = dossier_due(engine, cast, handler_id=None, ack_owner_id=cast["tom"])
    nights(on, WEDNESDAY)
    with Session(engine) as session, session.begin():
        row = session.scalars(select(m.Complaint).where(m.Complaint.reference == reference)).one()
        make_party(session, row, cast["tom"])
        row.ack_owner_id = None

    nights(on, date(2026, 11, 26))

    assert told(engine) == [("handler", "tom"), ("handler", "dora")]  # it waits for the director now
    with on(date(2026, 11, 26)):
        assert to_do(cast, "tom") == []


def test_a_disabled_account_and_a_unit_without_a_manager_are_skipped(engine: Engine, cast: Cast, on: On) -> None:
    dossier_due(engine, cast, unit_id=cast.units["zuid"])
    with Session(engine) as session, session.begin():
        session.get_one(m.Account, cast["cora"]).active = False

    nights(on, WEDNESDAY, MONDAY)

    assert told(engine) == [("handler", "hans"), ("director", "dora")]


def test_the_manager_is_the_nearest_one_upward(engine: Engine, cast: Cast, on: On) -> None:
    with Session(engine) as session, session.begin():
        zuid = session.get_one(m.OrgUnit, cast.units["zuid"])
        session.get_one(m.OrgUnit, zuid.parent_id).manager_id = cast["mia"]
    dossier_due(engine, cast, unit_id=cast.units["zuid"])

    nights(on, WEDNESDAY, MONDAY)

    assert told(engine)[-1] == ("manager", "mia")


def test_a_manager_who_may_not_see_an_urgent_dossier_is_skipped(engine: Engine, cast: Cast, on: On) -> None:
    """Climbing gives nobody a right: a red flag is on the board of named people only."""
    dossier_due(engine, cast, red_flag=True)

    nights(on, WEDNESDAY, MONDAY)

    assert told(engine)[-1] == ("coordinator", "cora")


def test_one_person_on_two_rungs_hears_once(engine: Engine, cast: Cast, on: On) -> None:
    dossier_due(engine, cast, handler_id=cast["cora"])

    nights(on, WEDNESDAY, MONDAY, TWO_LATER, date(2026, 12, 3), FOUR_LATER, date(2026, 12, 7), date(2026, 12, 8))

    assert told(engine) == [("handler", "cora"), ("manager", "mia"), ("director", "dora")]


@pytest.mark.parametrize("compartment", [Compartment.UNWANTED_BEHAVIOUR, Compartment.WHISTLEBLOWER])
def test_a_closed_compartment_is_told_to_nobody_outside_of_it(
    engine: Engine, cast: Cast, on: On, compartment: Compartment
) -> None:
    dossier_due(engine, cast, compartment=compartment)

    with on(FOUR_LATER):
        assert escalation.run(NIGHTLY) == escalation.Ran(0, 0, ())
    assert told(engine) == []


# When it stops


@pytest.mark.parametrize("paused_until", [None, date(2026, 12, 10)])
def test_a_pause_stops_it(engine: Engine, cast: Cast, on: On, paused_until: date | None) -> None:
    reference = dossier_due(engine, cast)
    with Session(engine) as session, session.begin():
        promise = session.scalars(select(m.Promise)).one()
        promise.paused_from, promise.paused_until = date(2026, 11, 24), paused_until

    nights(on, WEDNESDAY, MONDAY)

    assert told(engine) == []
    with on(MONDAY):
        assert escalation.reached(cast.actor("cora"), reference) == ()


@pytest.mark.parametrize("ending", ["met", "moved", "ended", "another date"])
def test_it_ends_when_the_promise_is_met_moved_or_ended(engine: Engine, cast: Cast, on: On, ending: str) -> None:
    reference = dossier_due(engine, cast)
    nights(on, WEDNESDAY, MONDAY)
    with Session(engine) as session, session.begin():
        promise = session.scalars(select(m.Promise)).one()
        match ending:
            case "met":
                promise.met_on = MONDAY
            case "moved":
                promise.notice_on, promise.extended_to = MONDAY, date(2026, 12, 18)
            case "ended":
                promise.cancelled_on, promise.cancel_reason = MONDAY, "withdrawn"
            case _:
                promise.target_on = promise.legal_on = date(2026, 12, 18)

    with on(FOUR_LATER):
        assert escalation.run(NIGHTLY).climbed == 0
        assert escalation.reached(cast.actor("cora"), reference) == ()
        assert not any(row.climbed for row in to_do(cast, "mia"))


def test_a_promise_that_got_another_date_climbs_anew_when_that_is_near(engine: Engine, cast: Cast, on: On) -> None:
    dossier_due(engine, cast)
    nights(on, WEDNESDAY)
    with Session(engine) as session, session.begin():
        session.scalars(select(m.Promise)).one().target_on = date(2026, 12, 11)

    nights(on, date(2026, 12, 8), date(2026, 12, 9))

    assert told(engine) == [("handler", "hans"), ("handler", "hans")]


# Who sees it


def test_the_person_to_whom_it_climbed_has_it_on_the_own_work_list_and_may_open_it(engine: Engine, cast: Cast, on: On) -> None:
    reference = dossier_due(engine, cast)
    nights(on, WEDNESDAY)

    with on(WEDNESDAY):
        mine = to_do(cast, "hans")
        others = [to_do(cast, name) for name in ("hilde", "tom", "piet")]
        opened = dossier.read(cast.actor("hans"), reference).reference

    assert [(row.reference, row.climbed) for row in mine] == [(reference, True)]
    assert others == [[], [], []]
    assert opened == reference


def test_nobody_found_is_said_once_and_seen_by_who_may_see_the_dossier(engine: Engine, cast: Cast, on: On) -> None:
    reference = dossier_due(engine, cast, handler_id=None, excluded=("mia", "cora", "dora"), acting_director_id=None)

    nights(on, WEDNESDAY, MONDAY)

    assert told(engine) == [("nobody", None)]
    with on(MONDAY):
        assert escalation.unanswered(cast.actor("adam")) == 1
        assert [row.nobody_found for row in board.page(cast.actor("piet"), BoardFilter()).rows] == [True]
        assert [each.rung for each in escalation.reached(cast.actor("piet"), reference)] == ["nobody"]
        assert board.page(cast.actor("cora"), BoardFilter()).rows == ()


def test_once_there_is_a_stand_in_the_next_night_finds_them(engine: Engine, cast: Cast, on: On) -> None:
    dossier_due(engine, cast, handler_id=None, excluded=("mia", "cora", "dora"), acting_director_id=None)
    nights(on, WEDNESDAY)
    with on(WEDNESDAY), Session(engine) as session, session.begin():
        write_settings(session, {"stand_in_ids": [cast["piet"]]})
        session.scalars(select(m.Complaint)).one().acting_director_id = cast["piet"]

    nights(on, date(2026, 11, 26))

    assert told(engine) == [("nobody", None), ("handler", "piet")]
    with on(date(2026, 11, 26)):
        assert escalation.unanswered(cast.actor("adam")) == 0


def test_the_administrator_gets_a_number_without_dossiers_about_themself(engine: Engine, cast: Cast, on: On) -> None:
    for excluded in (("mia", "cora", "dora"), ("mia", "cora", "dora", "adam")):
        dossier_due(engine, cast, handler_id=None, excluded=excluded, acting_director_id=None)
    nights(on, MONDAY)

    with on(MONDAY):
        assert escalation.unanswered(cast.actor("adam")) == 1
        with pytest.raises(Refused, match="not_allowed"):
            escalation.unanswered(cast.actor("cora"))
        with pytest.raises(Refused, match="not_allowed"):
            escalation.reached(cast.actor("adam"), "K26-AAAAA")


def test_an_event_holds_codes_only(engine: Engine, cast: Cast, on: On) -> None:
    dossier_due(engine, cast)
    nights(on, WEDNESDAY)

    with Session(engine) as session:
        event = session.scalars(select(m.Event).where(m.Event.kind == EventKind.ESCALATED)).one()
        assert event.codes == {"rung": "handler", "account": cast["hans"], "promise": "HOUSE_WEEK.RESPONSE"}
        assert (event.actor_id, event.text_hash) == (None, None)


# The rungs are data


@pytest.mark.parametrize("profile", PROFILES)
def test_both_procedures_climb_from_handler_to_director(profile: str) -> None:
    rungs = standard(profile).rungs

    assert [each.to for each in rungs] == list(Rung)
    assert rungs[0].days == -SOON_DAYS  # as soon as the board says "bijna"


@pytest.mark.parametrize(
    ("written", "key", "sentence"),
    [
        ("days = -2", "escalation[2].days", "Elke volgende trede komt later: dit moet meer zijn dan -2."),
        ("days = -11", "escalation[2].days", None),
        ('days = "morgen"', "escalation[2].days", None),
    ],
)
def test_a_wrong_rung_is_named_by_its_line(written: str, key: str, sentence: str | None) -> None:
    source = standard_source("training").replace("days = 0", written, 1)

    (problem,) = check_profile(source)

    assert problem.key == key
    assert source.splitlines()[problem.line - 1] == written
    assert sentence in (None, problem.sentence)


def test_a_rung_stands_there_once() -> None:
    source = standard_source("training").replace('to = "manager"', 'to = "handler"', 1)

    assert [each.key for each in check_profile(source)] == ["escalation[2]"]


# Many, broken, twice at once


def test_one_broken_dossier_does_not_stop_the_rest(
    engine: Engine, cast: Cast, on: On, caplog: pytest.LogCaptureFixture
) -> None:
    broken = dossier_due(engine, cast)
    dossier_due(engine, cast)
    with Session(engine) as session, session.begin():
        row = session.scalars(select(m.Complaint).where(m.Complaint.reference == broken)).one()
        session.add(m.ChainHead(complaint_id=row.id, seq=5, hash="0" * 64))
        session.add(
            m.Event(  # an event that the head does not know of: the next one collides with it
                complaint_id=row.id, seq=6, kind=EventKind.NOTE, side="file", happened_on=TODAY, prev_hash="0", hash="0",
                recorded_at=row.registered_at, codes={},
            )
        )  # fmt: skip

    with on(WEDNESDAY), caplog.at_level(logging.ERROR):
        result = CliRunner().invoke(cli, ["nightly"])

    assert result.exit_code == 1
    assert "Climbed: 1." in result.output
    assert "Not done: 1." in result.output
    assert told(engine) == [("handler", "hans")]
    assert broken not in caplog.text + result.output


def test_the_command_says_what_it_did(engine: Engine, cast: Cast, on: On) -> None:
    dossier_due(engine, cast)

    with on(WEDNESDAY):
        said = [CliRunner().invoke(cli, ["nightly"], catch_exceptions=False).output for _ in range(2)]

    alike = "Names that look like a colleague's: 0.\n"
    assert said == [f"Climbed: {climbed}. Nobody found: 0.\n{alike}" for climbed in (1, 0)]


def test_a_register_without_a_procedure_has_nothing_to_climb(engine: Engine, cast: Cast) -> None:
    with Session(engine) as session, session.begin():
        write_settings(session, {"profile": "none"})
    dossier_due(engine, cast, due=TODAY)

    assert escalation.run(NIGHTLY) == escalation.Ran(0, 0, ())


def test_two_threads_at_once_climb_each_dossier_once(engine: Engine, cast: Cast) -> None:
    for _ in range(12):
        dossier_due(engine, cast, due=TODAY)

    with ThreadPoolExecutor(2) as pool:
        runs = list(pool.map(escalation.run, [NIGHTLY, NIGHTLY]))

    assert sum(each.climbed for each in runs) == 12
    assert told(engine) == [("handler", "hans")] * 12


def nightly_twice_at_once(url: str, folder: Path) -> list[int]:
    environment = os.environ | {
        "WEERKLANK_DATABASE_URL": url,
        "WEERKLANK_DATA": str(folder),
        "WEERKLANK_TODAY": TODAY.isoformat(),
    }
    started = [subprocess.Popen([sys.executable, "manage.py", "nightly"], cwd=ROOT, env=environment) for _ in range(2)]
    return [each.wait(120) for each in started]


def test_two_processes_at_once_write_no_event_twice(engine: Engine, cast: Cast, tmp_path: Path) -> None:
    for _ in range(20):
        dossier_due(engine, cast, due=TODAY)

    assert nightly_twice_at_once(engine.url.render_as_string(hide_password=False), tmp_path) == [0, 0]
    assert told(engine) == [("handler", "hans")] * 20


@pytest.mark.postgresql
@pytest.mark.skipif(POSTGRESQL, reason="the test above is the same one")
def test_two_processes_at_once_write_no_event_twice_on_postgresql(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    address, name = request.getfixturevalue("postgres"), f"nightly_{uuid4().hex[:8]}"
    on_server(address, f"CREATE DATABASE {name}")
    engine = create_engine(address.format(name))
    try:
        m.Base.metadata.create_all(engine)
        with Session(engine) as session, session.begin():
            cast = people_the_register(session, "training")
        for _ in range(20):
            dossier_due(engine, cast, due=TODAY)

        assert nightly_twice_at_once(address.format(name), tmp_path) == [0, 0]
        assert told(engine) == [("handler", "hans")] * 20
    finally:
        engine.dispose()
        on_server(address, f"DROP DATABASE {name} WITH (FORCE)")
