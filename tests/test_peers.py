"""What went wrong in other complaint systems, as tests of ours: one for each, under the name of the lesson."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from datetime import date, timedelta
from pathlib import Path
from types import CodeType, FrameType
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import JSON, Engine, String, select, update
from sqlalchemy.orm import Session

from commands.nightly import NIGHTLY
from db import models as m
from domain.book import Book
from domain.calendar import Calendar
from domain.errors import Refused
from domain.facts import Fact
from domain.ledger import Entry, replay
from domain.promises import PromiseState, state
from domain.terms import Term, Unit, raw_end, rolled
from domain.vocabulary import Channel, Compartment, EventKind
from services import appeal_files, appeals, board, door, dossier, escalation, retention, row_rule
from services.board_filters import BoardFilter, Show
from services.profiles import standard, standard_calendar
from services.records import event_hash
from tests import stories
from tests.cases import LONG_AGO, Case
from tests.conftest import CAST, PROFILES, TODAY, Cast
from tests.fill import make_complaint, make_party, make_promise, make_year_report
from tests.services.test_door import dossier as plant
from tests.ui.apptest import open_page
from tests.unkept import unkept

DUTCH = standard_calendar(2020, 2035)
PROFILE = standard("kinderopvang-welzijn")
HOUSE = PROFILE.rules_for("HOUSE_WEEK")
CHILDCARE = PROFILE.rules_for("WKO", "HOUSE_WEEK")
MONDAY = date(2026, 11, 2)
relaxed = settings(derandomize=True, max_examples=300, deadline=None)
days_off = st.lists(st.dates(date(2024, 1, 1), date(2031, 6, 30)), max_size=12)
triggers = st.dates(date(2024, 1, 1), date(2030, 12, 31))


def told(*facts: Entry, calendar: Calendar = DUTCH, rules: Any = HOUSE) -> Book:
    return replay(facts, rules, calendar)


def a_start(received: date) -> list[Entry]:
    return [Entry(Fact.RECEIVED, received), Entry(Fact.REGISTERED, received), Entry(Fact.ACK_PROMISE_SENT, received)]


def dates(book: Book) -> dict[str, list[tuple[date, date]]]:
    found: dict[str, list[tuple[date, date]]] = {}
    for each in book:
        found.setdefault(each.key, []).append((each.target_on, each.legal_on))
    return found


# Calendar


@relaxed
@given(triggers, days_off, st.sampled_from(sorted(Unit)), st.integers(1, 12))
def test_adding_a_holiday_never_shortens_a_term(trigger: date, added: list[date], unit: Unit, amount: int) -> None:
    term, longer = Term(amount, unit), Calendar(DUTCH.closed | frozenset(added))

    assert raw_end(term, trigger, longer) >= raw_end(term, trigger, DUTCH)
    assert rolled(term, trigger, longer) >= rolled(term, trigger, DUTCH)


@relaxed
@given(triggers, days_off)
def test_adding_a_holiday_never_shortens_a_term_of_a_dossier(trigger: date, added: list[date]) -> None:
    longer = Calendar(DUTCH.closed | frozenset(added))

    before, after = (
        dates(told(*a_start(trigger), rules=CHILDCARE)),
        dates(told(*a_start(trigger), calendar=longer, rules=CHILDCARE)),
    )

    assert before.keys() == after.keys()
    for key, known in before.items():
        for (target, legal), (new_target, new_legal) in zip(known, after[key], strict=True):
            assert new_target >= target
            assert new_legal >= legal


# Pause and extension


@relaxed
@given(triggers, st.integers(0, 7), st.booleans(), st.integers(0, 30))
def test_pausing_and_resuming_on_the_same_day_changes_nothing(received: date, after: int, at_once: bool, later: int) -> None:
    on = received + timedelta(days=after)
    stop = [Entry(Fact.PAUSED, on, on)] if at_once else [Entry(Fact.PAUSED, on), Entry(Fact.RESUMED, on)]
    today = received + timedelta(days=later)

    untouched, paused = told(*a_start(received)), told(*a_start(received), *stop)

    assert dates(paused) == dates(untouched)
    assert [state(each, today) for each in paused] == [state(each, today) for each in untouched]


@pytest.mark.parametrize(
    ("pause", "target"),
    [
        ((date(2026, 11, 9), date(2026, 11, 12)), date(2026, 11, 12)),  # begins on the old date: three days more
        ((date(2026, 11, 6), date(2026, 11, 13)), date(2026, 11, 16)),  # seven days
        ((date(2026, 11, 9), date(2026, 11, 9)), date(2026, 11, 9)),  # no day
        ((date(2026, 11, 11), date(2026, 11, 18)), date(2026, 11, 9)),  # begins when the old date had passed: nothing
    ],
)
def test_extension_then_pause_then_removal_gives_the_documented_date(pause: tuple[date, date], target: date) -> None:
    # Received Monday 2 November 2026, so Monday 9. The notice of the 6th named Friday the 20th.
    extended = Entry(Fact.EXTENDED, date(2026, 11, 6), date(2026, 11, 20))
    paused = Entry(Fact.PAUSED, *pause)
    removed = Entry(Fact.EXTENSION_WITHDRAWN, pause[1])

    book = told(*a_start(MONDAY), extended, paused, removed)

    response = next(each for each in book if each.code == "RESPONSE")
    assert response.target_on == target
    assert response.extended_to is None
    assert [each for each in book if each.code == "EXPECTED_ANSWER" and state(each, pause[1]) is PromiseState.OPEN] == []


# Notes and reopening


@pytest.mark.parametrize("profile", PROFILES)
def test_editing_a_note_never_moves_a_clock(cast: Cast, profile: str) -> None:
    """A note is never rewritten: what it should have said is added. Neither touches a promise."""
    case = Case.registered(profile, cast).in_progress()

    def stored() -> list[dict[str, Any]]:
        with Session(door.engine()) as session:
            rows = session.scalars(select(m.Promise).order_by(m.Promise.id)).all()
            return [{column.key: getattr(row, column.key) for column in m.Promise.__table__.columns} for row in rows]

    def on_the_board() -> tuple[date | None, ...]:
        return case.row.next_due_on, case.row.next_red_on, case.row.next_legal_on

    promises, shown = stored(), on_the_board()
    for day in (0, 2, 5, 5):
        case.log("hans", EventKind.NOTE, day)

    assert case.kinds().count(EventKind.NOTE) == 4
    assert (stored(), on_the_board()) == (promises, shown)


@pytest.mark.parametrize("profile", PROFILES)
def test_reopening_a_case_closed_in_time_is_not_overdue(cast: Cast, profile: str) -> None:
    case = Case.registered(profile, cast, received_on=LONG_AGO).answered().close()

    case.reopen()

    row = case.row
    assert row.next_due_on == TODAY + timedelta(days=7)
    assert row.next_red_on is not None
    assert row.next_red_on > TODAY
    page = board.page(cast.actor("cora"), BoardFilter())
    assert [each.reference for each in page.rows] == [case.reference]
    assert page.counts.late == 0


# Appeal


@pytest.mark.parametrize("profile", PROFILES)
def test_an_appeal_on_the_last_day_counts_as_in_time_and_a_late_one_can_still_be_recorded(cast: Cast, profile: str) -> None:
    # Answered on Friday 5 June 2026, so Friday 17 July is the last day.
    on_time = Case.registered(profile, cast, received_on=LONG_AGO).answered()
    late = Case.registered(profile, cast, received_on=LONG_AGO).answered()

    def lodge(case: Case, on: date, reason: str | None = None) -> appeals.Lodged:
        form = str(uuid4())
        return appeals.lodge(cast.actor("cora"), form, case.reference, None, on, Channel.EMAIL, "Het klopt niet.", reason)

    assert lodge(on_time, date(2026, 7, 17)).in_time
    with pytest.raises(Refused, match="late_reason_missing"):
        lodge(late, date(2026, 7, 18))
    assert not lodge(late, date(2026, 7, 18), "Lag in het ziekenhuis.").in_time
    assert {on_time.row.status, late.row.status} == {"in_appeal"}


# Who sees what


def many_kinds(engine: Engine, cast: Cast) -> set[str]:
    """Dossiers of every sort, straight into the tables: places, handlers, compartments, and some about somebody."""
    changes: list[dict[str, Any]] = [
        {"unit_id": cast.units["noord"]},
        {"unit_id": cast.units["zuid"], "reporter_id": cast["rosa"]},
        {"handler_id": cast["hans"]},
        {"handler_id": cast["hilde"], "unit_id": cast.units["zuid"]},
        {"ack_owner_id": cast["piet"]},
        {"red_flag": True},
        {"status": "closed", "closed_on": TODAY, "close_reason": "accepted"},
        {"compartment": Compartment.UNWANTED_BEHAVIOUR},
        {"compartment": Compartment.WHISTLEBLOWER},
        *({"respondent": cast[name]} for name in ("hans", "cora", "dora", "mia")),
    ]
    return {plant(engine, cast, **each).reference for each in changes}


def listed(cast: Cast, who: str) -> set[str]:
    """On the board, and for a reviewer also in the list of appeals: each empty for who has no such list."""
    found: set[str] = set()
    with suppress(Refused):
        page = board.page(cast.actor(who), BoardFilter(status=Show.ALL))
        assert page.pages == 1
        found |= {row.reference for row in page.rows}
    with suppress(Refused):
        found |= {row.reference for row in appeal_files.listing(cast.actor(who))}
    return found


def opened(cast: Cast, who: str, reference: str) -> bool:
    try:
        return dossier.read(cast.actor(who), reference).reference == reference
    except Refused:
        return False


def test_the_list_and_the_open_check_use_one_function(engine: Engine, cast: Cast) -> None:
    everything = many_kinds(engine, cast) | {Case.registered("training", cast).in_appeal().reference}

    lists = {who: listed(cast, who) for who in CAST}

    assert lists == {who: {each for each in everything if opened(cast, who, each)} for who in CAST}
    assert {who for who, found in lists.items() if found} == set(CAST) - {"adam", "suze"}
    assert everything not in lists.values()


def test_the_list_and_the_open_check_use_one_function_and_it_is_the_same_code(engine: Engine, cast: Cast) -> None:
    reference = plant(engine, cast, handler_id=cast["hans"]).reference

    row_rule._criteria.cache_clear()
    listing = called(lambda: listed(cast, "hans"))
    row_rule._criteria.cache_clear()
    opening = called(lambda: opened(cast, "hans", reference))

    assert {row_rule._reached.__code__, row_rule._reach.__code__} <= listing & opening


def called(act: Callable[[], object]) -> set[CodeType]:
    """The functions that run meanwhile."""
    seen: set[CodeType] = set()

    def look(frame: FrameType, _event: str, _argument: object) -> None:
        seen.add(frame.f_code)

    before = sys.getprofile()
    sys.setprofile(look)
    try:
        act()
    finally:
        sys.setprofile(before)
    return seen


# Escalation


def test_more_than_100_overdue_cases_are_all_escalated(engine: Engine, cast: Cast) -> None:
    with Session(engine) as session, session.begin():
        for number in range(230):
            late = make_complaint(session, cast, reference=f"K26-{number:05}", handler_id=cast["hans"])
            make_promise(session, late, target_on=TODAY - timedelta(days=1 + number % 7))

    first, second = escalation.run(NIGHTLY), escalation.run(NIGHTLY)

    assert (first.climbed, first.failed, second.climbed) == (230, (), 0)
    with Session(engine) as session:
        climbed = session.scalars(select(m.Event.complaint_id).where(m.Event.kind == EventKind.ESCALATED)).all()
        assert len(climbed) == len(set(climbed)) == 230
    assert board.to_do(cast.actor("hans")).total == 230


@pytest.mark.parametrize("profile", PROFILES)
def test_no_supervisor_found_raises_a_visible_flag(engine: Engine, cast: Cast, profile: str) -> None:
    """Nobody is silent: the administrator is told to set up stand-ins, and who may see the dossier sees it there."""
    with Session(engine) as session, session.begin():
        late = make_complaint(session, cast, title="Niemand over", acting_director_id=None)
        make_promise(session, late, target_on=TODAY - timedelta(days=1))
        for name in ("mia", "cora", "dora"):
            make_party(session, late, cast[name])
        reference = late.reference

    assert escalation.run(NIGHTLY) == escalation.Ran(climbed=0, nobody=1, failed=())

    people = open_page(cast, "adam", "people")
    assert "Richt plaatsvervangers in" in "\n".join(each.value for each in people.warning)
    assert reference not in str(people.main)
    assert "Niemand over" not in str(people.main)
    seen = open_page(cast, "piet", "complaint", ref=reference)
    assert "niemand gevonden" in "\n".join(each.value for each in seen.error)
    assert [row.nobody_found for row in board.page(cast.actor("piet"), BoardFilter()).rows] == [True]


# Retention

CANARY = "Femke Kanarievogel"
CODES = {"category", "subcategory"}  # of the procedure's own list; every other line or text can hold anything
BELONGING = [mapper.class_ for mapper in m.Base.registry.mappers if "complaint_id" in mapper.columns]


def free_texts(model: Any) -> list[str]:
    """The columns of any text: coded ones are shorter, and an event's codes are checked where they are written."""
    columns = [each for each in model.__table__.columns if each.name not in CODES and (model, each.name) != (m.Event, "codes")]
    long = [each for each in columns if isinstance(each.type, String) and (each.type.length or 200) >= 200]
    return [each.name for each in columns if each in long or isinstance(each.type, JSON)]


def planted(session: Session, cast: Cast) -> None:
    """The canary in every text of every row, a text beside every event, a draft; and nothing that stops a dossier."""
    for model in (m.Complaint, *BELONGING):
        table = model.__table__
        for name in free_texts(model):
            session.execute(update(table).values({name: [CANARY] if isinstance(table.c[name].type, JSON) else CANARY}))
        assert session.execute(select(table).limit(1)).first() is not None, table.name
    told = set(session.scalars(select(m.EventText.event_id)))
    for event in session.scalars(select(m.Event)):
        if event.id not in told:
            session.add(m.EventText(event_id=event.id, complaint_id=event.complaint_id, text=CANARY))
    for measure in session.scalars(select(m.Measure)):
        if session.get(m.MeasureDone, measure.id) is None:
            session.add(m.MeasureDone(measure_id=measure.id, complaint_id=measure.complaint_id, done_on=TODAY, evidence=CANARY))
    session.execute(update(m.Complaint).values(status="closed", closed_on=TODAY))
    session.execute(update(m.Referral).values(stage="ended"))
    for year in (2025, 2026):
        make_year_report(session, cast, year)
    for reference in session.scalars(select(m.Complaint.reference)).all():
        draft = {"values": CANARY}
        session.add(m.Draft(account_id=cast["hans"], page=f"complaint.{reference}", content=draft, updated_at=door._clock()))


def everything_kept(folder: Path) -> str:
    """Every row of every table, the database file as it lies on the disk, and the names and contents of the files."""
    with door.engine().connect() as connection:
        rows = [str(row) for table in m.Base.metadata.sorted_tables for row in connection.execute(select(table))]
    files = [f"{each.name} {each.read_bytes()!r}" for each in folder.rglob("*") if each.is_file()]
    path = door.engine().url.database if door.engine().dialect.name == "sqlite" else None
    return "\n".join([*rows, *files, repr(Path(path).read_bytes()) if path else ""])


@pytest.mark.parametrize("profile", ["kinderopvang-welzijn"])
def test_anonymising_clears_the_free_text_of_every_event_kind(
    engine: Engine, cast: Cast, profile: str, tmp_path: Path, on: Callable[[date], AbstractContextManager[None]]
) -> None:
    """Of every kind, and of every other text column too: also of a table that somebody adds later."""
    references = stories.everything(cast)
    with Session(engine) as session, session.begin():
        with unkept(session):
            planted(session, cast)
        kinds = set(session.scalars(select(m.Event.kind).join(m.EventText, m.EventText.event_id == m.Event.id)))
        hashes = {event.id: event.hash for event in session.scalars(select(m.Event))}
    assert kinds == set(EventKind) - {EventKind.ANONYMISED}
    assert CANARY in everything_kept(tmp_path)

    with on(TODAY + timedelta(days=1000)):
        for reference in references[:-1]:
            retention.propose(cast.actor("cora"), reference, "dossier")
            retention.confirm(cast.actor("dora"), reference, "dossier")
        retention.propose(cast.actor("vera"), references[-1], "dossier")
    with on(TODAY + timedelta(days=1007)):
        retention.confirm(cast.actor("vera"), references[-1], "dossier")

    with Session(engine) as session:
        assert set(session.scalars(select(m.Complaint.status))) == {"anonymised"}
        assert session.scalars(select(m.EventText)).all() == []
        events = session.scalars(select(m.Event).order_by(m.Event.complaint_id, m.Event.seq)).all()
        assert {event.text_salt for event in events} == {None}
        assert all(event.hash == event_hash(event) == hashes.get(event.id, event.hash) for event in events)
    kept = everything_kept(tmp_path)
    assert CANARY not in kept
    assert "Kanarievogel" not in kept
    assert not list((tmp_path / "attachments").iterdir())
