"""Closed days: kept by the administrator, and asked about before a date of an open dossier moves."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from commands.running import OPERATOR
from db import models as m
from domain.calendar import Calendar
from domain.errors import Refused
from domain.promises import SOON_DAYS, is_open
from domain.rights import Right
from domain.vocabulary import Compartment, EventKind, Flag
from services import board, calendar_changes, calendar_days, operations, profiles, promises
from services.board_filters import BoardFilter
from services.calendar_changes import Question
from services.door import work
from tests.cases import Case
from tests.conftest import PROFILES, TODAY, Cast, stamped
from tests.fill import make_complaint, make_party, make_promise
from tests.unkept import unkept

On = Callable[[date], AbstractContextManager[None]]
FRIDAY, MONDAY, TUESDAY, WEDNESDAY = (date(2026, 11, day) for day in (20, 23, 24, 25))
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
STCRT = "Stcrt. 2026, 99999"


def a_decree_day(cast: Cast, day: date = MONDAY) -> calendar_days.Effect:
    return calendar_days.add_decree_day(cast.actor("adam"), day, "Ingelaste dag", STCRT)


def waiting(cast: Cast, who: str = "cora") -> Question:
    question = calendar_changes.asked(cast.actor(who))
    assert question is not None
    return question


def dates(case: Case) -> dict[str, date]:
    return {each.code: each.legal_on for each in case.read().promises}


def rows(engine: Engine) -> list[tuple[object, ...]]:
    with Session(engine) as session:
        return [tuple(row) for row in session.execute(select(*m.Promise.__table__.columns).order_by(m.Promise.id))]


@pytest.fixture
def case(cast: Cast) -> Case:
    """Received on Friday: acknowledge within two working days, on Tuesday; discuss within one, on Monday."""
    return Case.registered("training", cast, received_on=FRIDAY)


# Keeping


def test_a_year_shows_what_is_closed_and_where_that_comes_from(cast: Cast) -> None:
    found = calendar_days.listing(cast.actor("adam"), 2026)

    assert ("statutory", date(2026, 5, 5)) in {(each.kind, each.first) for each in found}
    assert [each.first for each in found if each.kind == "decree"] == [date(2026, 1, 2), date(2026, 5, 15)]
    assert all(each.source for each in found)


def test_a_closing_is_one_line_and_goes_in_one_act(cast: Cast) -> None:
    adam = cast.actor("adam")
    calendar_days.add_closing(adam, date(2026, 12, 21), date(2027, 1, 3), "Wintersluiting")

    for year in (2026, 2027):
        (closing,) = [each for each in calendar_days.listing(adam, year) if each.kind == "organisation"]
        assert (closing.first, closing.last, len(closing.ids)) == (date(2026, 12, 21), date(2027, 1, 3), 14)

    calendar_days.remove(adam, closing.ids)

    assert [each for each in calendar_days.listing(adam, 2026) if each.kind == "organisation"] == []
    with pytest.raises(Refused, match="changed_meanwhile"):
        calendar_days.remove(adam, closing.ids)


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"day": None}, "missing", "day"),
        ({"day": date(1899, 1, 1)}, "unknown_value", "day"),
        ({"day": date(2026, 12, 25)}, "day_known", None),
        ({"day": date(2026, 5, 15)}, "day_known", None),
        ({"name": " "}, "missing", "name"),
        ({"source": ""}, "missing", "source"),
    ],
)
def test_a_decree_day_needs_a_day_a_name_and_a_source(
    cast: Cast, change: dict[str, object], code: str, field: str | None
) -> None:
    given = {"day": MONDAY, "name": "Ingelaste dag", "source": STCRT} | change

    with pytest.raises(Refused) as refused:
        calendar_days.add_decree_day(cast.actor("adam"), **given)  # type: ignore[arg-type]

    assert (refused.value.code, refused.value.field) == (code, field)


@pytest.mark.parametrize("kind", ["decree", "organisation"])
def test_a_day_stands_once_even_when_two_add_it_at_the_same_moment(engine: Engine, cast: Cast, kind: str) -> None:
    """Neither of two transactions sees the other's row when it looks: the database refuses the second."""

    def added(removed_at: datetime | None = None) -> None:
        with Session(engine) as session, session.begin():
            day = m.ClosedDay(day=MONDAY, kind=kind, name="Dag", source="", added_at=NOON, removed_at=removed_at)
            session.add(day)

    added(removed_at=NOON)  # what was taken away may come again
    added(removed_at=NOON)
    added()
    with pytest.raises(IntegrityError):
        added()


@pytest.mark.parametrize(
    ("first", "last", "code"),
    [
        (MONDAY, FRIDAY, "range_backwards"),
        (MONDAY, MONDAY + timedelta(days=100), "range_long"),
        (None, MONDAY, "missing"),
        (date(2027, 7, 30), date(2027, 8, 2), "day_known"),
    ],
)
def test_a_closing_that_cannot_be(cast: Cast, first: date | None, last: date, code: str) -> None:
    calendar_days.add_closing(cast.actor("adam"), date(2027, 8, 2), None, "Maandag dicht")

    with pytest.raises(Refused, match=code):
        calendar_days.add_closing(cast.actor("adam"), first, last, "Zomersluiting")


def test_a_holiday_stays(cast: Cast) -> None:
    adam = cast.actor("adam")
    holiday = next(each for each in calendar_days.listing(adam, 2026) if each.kind == "statutory")

    with pytest.raises(Refused, match="unknown_value"):
        calendar_days.remove(adam, holiday.ids)


def test_the_calendar_is_the_administrators(cast: Cast) -> None:
    for who in ("cora", "dora", "tom", "vera"):
        for ask in (
            lambda actor: calendar_days.listing(actor, 2026),
            lambda actor: calendar_days.add_closing(actor, MONDAY, None, "Dicht"),
            lambda actor: calendar_days.without_decree(actor, 2026, True),
        ):
            with pytest.raises(Refused, match="not_allowed"):
                ask(cast.actor(who))


@pytest.mark.parametrize(
    ("day", "unknown"),
    [
        (date(2028, 9, 30), ()),
        (date(2028, 10, 1), (2029,)),
        (date(2029, 1, 1), (2029,)),
        (date(2029, 10, 1), (2029, 2030)),
    ],
)
def test_a_year_without_a_decree_day_is_warned_of_until_somebody_answers(
    cast: Cast, on: On, day: date, unknown: tuple[int, ...]
) -> None:
    with on(day):
        assert calendar_days.unknown_years(cast.actor("cora")) == unknown
        for year in unknown:
            calendar_days.without_decree(cast.actor("adam"), year, True)
        assert calendar_days.unknown_years(cast.actor("adam")) == ()
        assert calendar_days.state(cast.actor("adam")) == calendar_days.State(day, unknown)
        for year in unknown:
            calendar_days.without_decree(cast.actor("adam"), year, False)
        assert calendar_days.unknown_years(cast.actor("cora")) == unknown


# Own closing days


def test_own_closing_days_shift_warnings_and_never_a_promise(engine: Engine, cast: Cast, case: Case) -> None:
    with Session(engine) as session, session.begin():
        row = make_complaint(session, cast, reference="K26-VER")
        make_promise(session, row, target_on=date(2026, 11, 27))
    before = rows(engine)
    flags = {row.reference: row.flag for row in board.page(cast.actor("cora"), BoardFilter()).rows}

    # Friday 27 November is five working days away; with Monday to Thursday closed it is one.
    calendar_days.add_closing(cast.actor("adam"), MONDAY, date(2026, 11, 26), "Herfstsluiting")

    after = {row.reference: row.flag for row in board.page(cast.actor("cora"), BoardFilter()).rows}
    assert (flags["K26-VER"], after["K26-VER"]) == (Flag.ON_TIME, Flag.SOON)
    assert rows(engine) == before
    assert calendar_changes.asked(cast.actor("cora")) is None
    assert {each.working_days_left for each in case.read().promises if each.code == "RESPONSE"} == {1}


def test_a_promise_made_during_a_closing_has_its_ordinary_date(cast: Cast) -> None:
    calendar_days.add_closing(cast.actor("adam"), MONDAY, date(2026, 11, 26), "Herfstsluiting")

    assert dates(Case.registered("training", cast, received_on=FRIDAY))["ACK"] == TUESDAY


# A day that comes later


def test_a_day_that_comes_later_moves_nothing_by_itself_and_is_asked_about(engine: Engine, cast: Cast, case: Case) -> None:
    before = rows(engine)

    effect = a_decree_day(cast)

    assert effect == calendar_days.Effect(over=False, dossiers=1)
    assert rows(engine) == before
    question = waiting(cast)
    assert [(each.day, each.name, each.removed) for each in question.changes] == [(MONDAY, "Ingelaste dag", False)]
    (dossier,) = question.dossiers
    assert dossier.reference == case.reference
    assert [calendar_changes.waiting(cast.actor(who)) for who in ("cora", "dora", "piet", "hans")] == [1, 1, 0, 0]
    assert {(each.label, each.before, each.after) for each in dossier.shifts} == {
        ("Ontvangstbevestiging", TUESDAY, WEDNESDAY),
        ("Bespreking bestuurder met partners", MONDAY, TUESDAY),
    }


def test_applied_the_dates_move_and_each_dossier_says_so(cast: Cast, case: Case) -> None:
    a_decree_day(cast)

    assert calendar_changes.answer(cast.actor("cora"), waiting(cast), apply=True) == 1

    assert (dates(case)["ACK"], dates(case)["CONSULT"]) == (WEDNESDAY, TUESDAY)
    assert case.row.next_due_on == TUESDAY
    assert calendar_changes.waiting(cast.actor("cora")) == 0
    assert calendar_changes.asked(cast.actor("cora")) is None
    event = case.events()[-1]
    assert (event.kind, event.actor_id, event.codes["applied"]) == (EventKind.CALENDAR_CHANGED, cast["cora"], True)
    moved = {each["promise"]: (each["before"], each["after"]) for each in event.codes["moved"]}
    assert moved["HOUSE_WEEK.ACK"] == ("2026-11-24", "2026-11-25")


def test_not_applied_they_stay_and_nobody_is_asked_again(cast: Cast, case: Case) -> None:
    before = dates(case)
    a_decree_day(cast)

    calendar_changes.answer(cast.actor("dora"), waiting(cast, "dora"), apply=False)

    case.log("dora", EventKind.NOTE, 1)
    assert dates(case) == before
    assert calendar_changes.asked(cast.actor("cora")) is None
    assert case.events()[-2].codes["applied"] is False
    assert calendar_changes.waiting(cast.actor("cora")) == 0


def test_a_day_that_somebody_left_out_is_named_again_before_another_brings_it_in(cast: Cast, case: Case) -> None:
    a_decree_day(cast)
    calendar_changes.answer(cast.actor("dora"), waiting(cast, "dora"), apply=False)
    a_decree_day(cast, TUESDAY)

    question = waiting(cast)

    assert [each.day for each in question.changes] == [MONDAY, TUESDAY]
    (dossier,) = question.dossiers
    assert [each.day for each in dossier.again] == [MONDAY]
    assert {each.key: each.after for each in dossier.shifts}["HOUSE_WEEK.ACK"] == date(2026, 11, 26)
    calendar_changes.answer(cast.actor("cora"), question, apply=True)
    left, brought_in = [each for each in case.events() if each.kind == EventKind.CALENDAR_CHANGED]
    assert left.codes["days"] == [{"day": "2026-11-23", "removed": False}]
    assert [each["day"] for each in brought_in.codes["days"]] == ["2026-11-23", "2026-11-24"]


def test_what_somebody_left_out_is_not_asked_again_for_a_day_that_moves_nothing(cast: Cast, case: Case) -> None:
    a_decree_day(cast)
    calendar_changes.answer(cast.actor("dora"), waiting(cast, "dora"), apply=False)
    before = dates(case)

    assert a_decree_day(cast, date(2027, 3, 1)).dossiers == 0

    assert calendar_changes.asked(cast.actor("cora")) is None
    assert dates(case) == before


def test_a_day_taken_away_again_is_asked_about_too(cast: Cast) -> None:
    a_decree_day(cast)
    case = Case.registered("training", cast, received_on=FRIDAY)
    closing = next(each for each in calendar_days.listing(cast.actor("adam"), 2026) if each.first == MONDAY)
    assert dates(case)["ACK"] == WEDNESDAY

    assert calendar_days.remove(cast.actor("adam"), closing.ids).dossiers == 1

    question = waiting(cast)
    assert [each.removed for each in question.changes] == [True]
    calendar_changes.answer(cast.actor("cora"), question, apply=True)
    assert dates(case)["ACK"] == TUESDAY


def test_a_day_that_came_and_went_moves_nothing(cast: Cast, case: Case) -> None:
    a_decree_day(cast)
    closing = next(each for each in calendar_days.listing(cast.actor("adam"), 2026) if each.first == MONDAY)

    calendar_days.remove(cast.actor("adam"), closing.ids)

    assert calendar_changes.asked(cast.actor("cora")) is None


@pytest.mark.parametrize("day", [date(2026, 11, 19), date(2026, 11, 20), date(2027, 3, 1)])
def test_a_day_that_is_over_or_outside_every_open_term_moves_nothing_and_says_so(cast: Cast, case: Case, day: date) -> None:
    effect = a_decree_day(cast, day)

    assert effect == calendar_days.Effect(over=day < TODAY, dossiers=0)
    assert calendar_changes.asked(cast.actor("cora")) is None


def test_closed_dossiers_never_change(engine: Engine, cast: Cast) -> None:
    case = Case.registered("training", cast, received_on=FRIDAY).withdraw(day=1)
    before = rows(engine)

    effect = a_decree_day(cast)

    assert effect.dossiers == 0
    assert calendar_changes.asked(cast.actor("cora")) is None
    assert rows(engine) == before
    assert case.row.status == "withdrawn"


def test_a_day_that_comes_with_a_new_version_of_the_program_is_asked_about_as_well(
    engine: Engine, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    christmas = date(2026, 12, 25)
    with Session(engine) as session, session.begin():  # the version before did not know it
        session.execute(delete(m.ClosedDay).where(m.ClosedDay.day == christmas))
    case = Case.registered("training", cast, received_on=FRIDAY)
    with Session(engine) as session, session.begin():
        promise = session.scalars(select(m.Promise).where(m.Promise.code == "ACK")).one()
        entry = session.scalars(select(m.LedgerEntry).where(m.LedgerEntry.fact == "received")).one()
        with unkept(session):
            entry.happened_on, promise.trigger_on = date(2026, 12, 23), date(2026, 12, 23)
        promise.target_on = promise.legal_on = christmas

    stamped(engine)
    monkeypatch.setenv("WEERKLANK_OWNER_URL", engine.url.render_as_string(hide_password=False))
    operations.upgrade(OPERATOR)

    (dossier,) = waiting(cast).dossiers
    ack = next(each for each in dossier.shifts if each.key == "HOUSE_WEEK.ACK")
    assert (dossier.reference, ack.before, ack.after) == (case.reference, christmas, date(2026, 12, 28))


def test_what_changed_since_it_was_shown_is_shown_again(cast: Cast, case: Case) -> None:
    a_decree_day(cast)
    seen = waiting(cast)
    a_decree_day(cast, TUESDAY)

    with pytest.raises(Refused, match="changed_meanwhile"):
        calendar_changes.answer(cast.actor("cora"), seen, apply=True)

    assert dates(case)["ACK"] == TUESDAY


def test_who_is_excluded_is_not_asked_and_the_administrator_gets_a_number(engine: Engine, cast: Cast, case: Case) -> None:
    with Session(engine) as session, session.begin():
        make_party(session, session.merge(case.row), cast["cora"])

    assert a_decree_day(cast).dossiers == 1

    assert calendar_changes.asked(cast.actor("cora")) is None
    assert len(waiting(cast, "dora").dossiers) == 1
    for who in ("hans", "mia", "tom"):
        assert calendar_changes.asked(cast.actor(who)) is None
        with pytest.raises(Refused, match="not_allowed"):
            calendar_changes.answer(cast.actor(who), Question((), ()), apply=True)
    with pytest.raises(Refused, match="not_allowed"):
        calendar_changes.asked(cast.actor("adam"))


def test_a_closed_compartment_is_not_counted(engine: Engine, cast: Cast, case: Case) -> None:
    with Session(engine) as session, session.begin():
        session.merge(case.row).compartment = Compartment.UNWANTED_BEHAVIOUR

    assert a_decree_day(cast).dossiers == 0
    assert calendar_changes.asked(cast.actor("cora")) is None


def test_a_stand_in_is_asked_about_the_dossiers_that_they_direct(engine: Engine, cast: Cast, case: Case) -> None:
    other = Case.registered("training", cast, received_on=FRIDAY)
    with Session(engine) as session, session.begin():
        session.merge(other.row).acting_director_id = cast["piet"]
    a_decree_day(cast)

    assert [each.reference for each in waiting(cast, "piet").dossiers] == [other.reference]
    assert len(waiting(cast, "cora").dossiers) == 2


@pytest.mark.parametrize("profile", PROFILES)
def test_the_database_leaves_out_no_dossier_that_would_move(cast: Cast, profile: str) -> None:
    """The choice in SQL against the engine itself, for days over the next six weeks, each taken away again."""
    received = (TODAY, FRIDAY, date(2026, 11, 13), date(2026, 10, 26))
    made = [Case.registered(profile, cast, received_on=each).reference for each in received]
    Case.registered(profile, cast, received_on=FRIDAY).acknowledged()
    adam, found = cast.actor("adam"), set[str]()

    for day in (TODAY + timedelta(days=each) for each in range(2, 46, 5)):
        if day in (date(2026, 12, 25), date(2026, 12, 26), date(2027, 1, 1)):
            continue
        calendar_days.add_decree_day(adam, day, "Ingelaste dag", STCRT)
        question = calendar_changes.asked(cast.actor("cora"))
        asked = {each.reference for each in question.dossiers} if question else set()
        assert asked == would_move(cast), day
        found |= asked
        closing = next(each for each in calendar_days.listing(adam, day.year) if each.first == day)
        calendar_days.remove(adam, closing.ids)

    assert len(found & set(made)) >= 2


def would_move(cast: Cast) -> set[str]:
    with work(cast.actor("cora"), Right.CALENDAR) as w:
        days = profiles.calendar(w)
        return {
            each.reference
            for each in w.session.scalars(select(m.Complaint))
            if any(move.before and is_open(move.before) for move in promises.moves(w, each, days=days))
        }


@settings(derandomize=True, max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dates(TODAY, date(2026, 12, 31)).filter(lambda day: day not in (date(2026, 12, 25), date(2026, 12, 26))))
def test_adding_a_holiday_never_shortens_a_term(engine: Engine, cast: Cast, day: date) -> None:
    """What the screen shows is never an earlier date; the engine itself is tested with thousands of days in test_peers."""
    with Session(engine) as session, session.begin():
        session.execute(delete(m.ClosedDay).where(m.ClosedDay.source == STCRT))
    Case.registered("training", cast, received_on=FRIDAY)

    a_decree_day(cast, day)

    question = calendar_changes.asked(cast.actor("cora"))
    shifts = [each for dossier in question.dossiers for each in dossier.shifts] if question else []
    assert all(each.before and each.after and each.after > each.before for each in shifts)


def test_soon_counts_working_days_without_own_closing_days() -> None:
    """By hand: from Saturday 21 November, with Monday to Thursday closed, Friday and the next Monday are two working days."""
    closed = Calendar(frozenset(date(2026, 11, day) for day in (23, 24, 25, 26)))

    assert closed.last_day_within(TODAY, SOON_DAYS) == date(2026, 11, 30)
