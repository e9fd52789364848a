"""Measures of all dossiers together: who sees which, what is asked when, what it costs, and what the board says of them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, timedelta

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from db import models as m
from domain.errors import Refused
from domain.measures import MeasureState
from domain.rights import Right
from domain.vocabulary import EventKind, Helped, Outcome, Status
from domain.workflow import StepName
from services import board, door, dossier, measures, steps
from services.measures import MeasureFilter, Measures, Show
from services.steps import MeasureInput
from tests.cases import Case
from tests.conftest import TODAY, Cast
from tests.fill import make_complaint, make_measure, make_party, make_promise
from tests.services.test_board import counted, days, filled

On = Callable[[date], AbstractContextManager[None]]


def look(cast: Cast, who: str, show: str = Show.ALL, **wanted: object) -> Measures:
    return measures.look(cast.actor(who), MeasureFilter(show=show, **wanted))  # type: ignore[arg-type]


def texts(cast: Cast, who: str, show: str = Show.ALL, **wanted: object) -> list[str]:
    return [row.text for row in look(cast, who, show, **wanted).rows]


def refused(act: Callable[..., object], *given: object) -> tuple[str, str | None]:
    with pytest.raises(Refused) as refusal:
        act(*given)
    return refusal.value.code, refusal.value.field


def agreed(cast: Cast, profile: str = "training", months: int | None = 3, due: int = 10) -> tuple[Case, int]:
    """Answered, with one measure of Cora; its number."""
    case = Case.registered(profile, cast).in_progress()
    taken = (MeasureInput("Nieuwe ketel", cast["cora"], case.at(due), months),)
    steps.decide(cast.actor("hans"), case.reference, case.seen, case.at(3), Outcome.UPHELD, "Het was koud.", taken)
    case.answer()
    return case, the_one(case).id


def the_one(case: Case, who: str = "cora") -> dossier.MeasureView:
    content = case.read(who).content
    assert content is not None
    (found,) = content.measures
    return found


def done(cast: Cast, months: int | None = 3, on: int = 5) -> tuple[Case, int]:
    case, measure = agreed(cast, months=months)
    steps.measure_done(cast.actor("cora"), case.reference, measure, case.at(on), "Hij hangt.")
    return case, measure


# What is asked, and when


def test_after_the_chosen_months_it_is_asked_by_itself(cast: Cast, on: On) -> None:
    case, measure = done(cast)  # done on the day of today: 21 November

    assert (the_one(case).check_on, the_one(case).asked) == (date(2027, 2, 21), False)
    with on(date(2027, 2, 20)):
        assert texts(cast, "cora", Show.TO_CHECK) == []
        assert refused(measures.answer, cast.actor("cora"), case.reference, measure, "yes", "Warm.")[0] == "no_effect_due"
    with on(date(2027, 2, 21)):
        (row,) = look(cast, "cora").asked.rows
        assert (row.text, row.state, row.steps) == ("Nieuwe ketel", MeasureState.TO_CHECK, (StepName.MEASURE_EFFECT,))
        measures.answer(cast.actor("cora"), case.reference, measure, Helped.PARTLY, "De gang is nog koud.")
        (row,) = look(cast, "cora").rows
        assert (row.state, row.helped, row.explanation) == (MeasureState.CHECKED, "partly", "De gang is nog koud.")
        assert look(cast, "cora").asked.total == 0
        assert case.events()[-1].kind == EventKind.MEASURE_EFFECT
        assert (the_one(case).helped, the_one(case).asked) == ("partly", False)


def test_it_is_chosen_when_it_is_done_too_and_can_be_taken_away(cast: Cast) -> None:
    case, measure = agreed(cast, months=None)
    steps.measure_done(cast.actor("cora"), case.reference, measure, case.at(5), "Hij hangt.", 6)
    assert (the_one(case).check_months, the_one(case).check_on) == (6, date(2027, 5, 21))

    case, measure = agreed(cast, months=12)
    steps.measure_done(cast.actor("cora"), case.reference, measure, case.at(5), "Hij hangt.", 0)
    assert (the_one(case).check_months, the_one(case).check_on) == (None, None)


def test_a_number_of_months_that_cannot_be_is_refused(cast: Cast) -> None:
    case, measure = agreed(cast)
    cora = cast.actor("cora")

    assert refused(steps.measure_done, cora, case.reference, measure, case.at(5), "Ja.", 25) == (
        "unknown_value",
        "check_months",
    )
    assert the_one(case).done_on is None
    assert refused(lambda: agreed(cast, months=25)) == ("unknown_value", "measures")


def test_it_is_answered_once(cast: Cast, on: On) -> None:
    case, measure = done(cast)
    cora = cast.actor("cora")
    with on(date(2027, 3, 1)):
        for _ in range(2):  # a double click
            measures.answer(cora, case.reference, measure, "yes", "Nu is het warm.")
        assert case.kinds().count(EventKind.MEASURE_EFFECT) == 1
        assert refused(measures.answer, cora, case.reference, measure, "no", "Toch niet.")[0] == "effect_already_known"


@pytest.mark.parametrize(
    ("helped", "words", "code"),
    [("", "Ja.", "missing"), ("maybe", "Ja.", "unknown_value"), ("yes", " \u200b", "missing")],
)
def test_an_answer_is_one_of_four_and_says_why(cast: Cast, on: On, helped: str, words: str, code: str) -> None:
    case, measure = done(cast)
    with on(date(2027, 3, 1)):
        assert refused(measures.answer, cast.actor("cora"), case.reference, measure, helped, words)[0] == code


def test_one_of_another_dossier_is_not_found_and_one_that_is_not_asked_yet_is_not_answered(cast: Cast, on: On) -> None:
    case, _ = done(cast)
    other, foreign = done(cast)
    with on(date(2027, 3, 1)):
        assert refused(measures.answer, cast.actor("cora"), case.reference, foreign, "yes", "Ja.")[0] == "not_found"
        assert the_one(other).helped is None
        with Session(door.engine()) as session, session.begin():
            later = make_measure(
                session, session.get_one(m.Complaint, case.row.id), cast["cora"], done_on=TODAY, check_on=date(2027, 3, 2)
            ).id
        assert refused(measures.answer, cast.actor("cora"), case.reference, later, "yes", "Ja.") == (
            "effect_not_asked",
            "measure_id",
        )


# Who sees what


def test_everybody_sees_those_of_dossiers_that_they_may_read(engine: Engine, cast: Cast) -> None:
    with filled(engine) as session:
        make_measure(session, make_complaint(session, cast, handler_id=cast["hans"]), cast["hans"], text="Van Hans")
        make_measure(session, make_complaint(session, cast, unit_id=cast.units["zuid"]), cast["tom"], text="Van Tom")
        flagged = make_complaint(session, cast, red_flag=True, handler_id=cast["hilde"])
        make_measure(session, flagged, cast["hilde"], text="Van Hilde")
        secret = make_complaint(session, cast, compartment="unwanted_behaviour")
        make_measure(session, secret, cast["vera"], text="Besloten")

    everybody = {who: sorted(texts(cast, who)) for who in ("cora", "dora", "hans", "hilde", "mia", "piet", "tom", "wim")}
    assert everybody == {
        "cora": ["Van Hans", "Van Hilde", "Van Tom"],
        "dora": ["Van Hans", "Van Hilde", "Van Tom"],
        "hans": ["Van Hans"],
        "hilde": ["Van Hilde"],
        "mia": ["Van Hans"],
        "piet": [],  # a partner has them on the list, and does not read them
        "tom": [],  # whose it is does not open a dossier
        "wim": [],
    }
    assert texts(cast, "vera") == ["Besloten"]
    for who in ("adam", "suze"):
        assert refused(lambda who=who: look(cast, who))[0] == "not_allowed"


def test_whoever_it_is_about_sees_no_trace(engine: Engine, cast: Cast) -> None:
    for who in ("cora", "dora", "hans", "mia"):
        before = (look(cast, who), board.to_do(cast.actor(who)), measures.owners(cast.actor(who)))
        with filled(engine) as session:
            complaint = make_complaint(session, cast, handler_id=cast["hans"])
            make_party(session, complaint, cast[who])
            make_measure(session, complaint, cast[who], due_on=days(-3), text="Over hen")
            make_measure(session, complaint, cast[who], done_on=days(-9), check_on=days(-3))

        assert (look(cast, who), board.to_do(cast.actor(who)), measures.owners(cast.actor(who))) == before
        with filled(engine) as session:
            for each in session.scalars(select(m.Party)):
                each.excluded = True
            for row in session.scalars(select(m.Complaint)):
                row.status = Status.ANONYMISED


def test_a_reviewer_finds_them_in_the_dossier_and_in_no_list(cast: Cast) -> None:
    case = Case.registered("training", cast).answered(measures=1).appeal()

    assert texts(cast, "vera") == []
    assert the_one(case, "vera").text == "Maatregel 0"


def test_what_was_emptied_is_in_no_list(engine: Engine, cast: Cast) -> None:
    with filled(engine) as session:
        complaint = make_complaint(session, cast, status=Status.ANONYMISED)
        make_measure(session, complaint, cast["cora"], text="", done_on=days(-9), check_on=days(-3))

    found = look(cast, "cora")
    assert (found.rows, found.total, found.mine.total, found.asked.total) == ((), 0, 0, 0)


# What is shown


def spread(engine: Engine, cast: Cast) -> None:
    """Of every state one for Cora and one for Hans, around today."""
    with filled(engine) as session:
        for owner in ("cora", "hans"):
            complaint = make_complaint(session, cast, status=Status.CLOSED, handler_id=cast["hans"])
            old = m.Decision(
                complaint_id=complaint.id,
                outcome="upheld",
                reasons="Oud.",
                decided_by=cast["hans"],
                decided_on=days(-9),
                superseded=True,
            )
            session.add(old)
            session.flush()
            for due in (-1, 0, 1, 9):
                make_measure(session, complaint, cast[owner], due_on=days(due), text=f"{owner} {due}")
            make_measure(session, complaint, cast[owner], due_on=days(-4), text=f"{owner} lapsed", decision_id=old.id)
            for asked in (None, -1, 0, 1):
                on = days(asked) if asked is not None else None
                make_measure(session, complaint, cast[owner], done_on=days(-30), check_on=on, text=f"{owner} asked {asked}")
            known = make_measure(session, complaint, cast[owner], done_on=days(-40), check_on=days(-9), text=f"{owner} known")
            session.add(
                m.MeasureEffect(
                    measure_id=known.id, complaint_id=complaint.id, helped="yes", explanation="Ja.", answered_on=TODAY
                )
            )


SHOWN = {
    Show.OPEN: {MeasureState.OPEN, MeasureState.OVERDUE},
    Show.OVERDUE: {MeasureState.OVERDUE},
    Show.TO_CHECK: {MeasureState.TO_CHECK},
    Show.DONE: {MeasureState.DONE, MeasureState.TO_CHECK, MeasureState.CHECKED},
    Show.ALL: set(MeasureState),
}


@pytest.mark.parametrize("show", Show)
def test_each_choice_shows_the_states_of_the_rule(engine: Engine, cast: Cast, show: Show) -> None:
    spread(engine, cast)
    everything = look(cast, "cora").rows
    assert {row.state for row in everything} == set(MeasureState)

    found = look(cast, "cora", show)

    assert {row.id for row in found.rows} == {row.id for row in everything if row.state in SHOWN[show]}
    assert found.total == len(found.rows)


def test_mine_and_what_is_asked_come_first_whatever_is_chosen(engine: Engine, cast: Cast) -> None:
    spread(engine, cast)

    found = look(cast, "hans", Show.DONE, owner_id=cast["cora"])

    assert [row.text for row in found.mine.rows] == ["hans -1", "hans 0", "hans 1", "hans 9"]
    assert {row.text for row in found.asked.rows} == {f"{owner} asked {n}" for owner in ("cora", "hans") for n in (-1, 0)}
    assert [row.mine for row in found.asked.rows] == [True, True, False, False]
    assert {row.owner for row in found.rows} == {"Cora Coördinator"}
    assert texts(cast, "hans", Show.OVERDUE, mine=True) == ["hans -1"]


def test_an_address_that_cannot_be_shows_what_is_open(engine: Engine, cast: Cast) -> None:
    spread(engine, cast)

    assert texts(cast, "cora", "everything") == texts(cast, "cora", Show.OPEN)
    assert texts(cast, "cora", Show.OPEN, owner_id=10**30) == []
    assert look(cast, "cora", page=-4).page == look(cast, "cora", page=99).page == 1


def test_a_page_holds_twenty_five(engine: Engine, cast: Cast) -> None:
    with filled(engine) as session:
        complaint = make_complaint(session, cast)
        for number in range(60):
            make_measure(session, complaint, cast["cora"], due_on=days(number), text=str(number))

    found = look(cast, "cora", page=3)

    assert ([row.text for row in found.rows], found.total, found.pages) == ([str(n) for n in range(50, 60)], 60, 3)
    assert (len(found.mine.rows), found.mine.total) == (measures.FEW, 60)


@pytest.mark.parametrize("who", ["cora", "mia", "hans"])
def test_it_takes_four_statements_however_many_there_are(engine: Engine, cast: Cast, who: str) -> None:
    taken = []
    for more in (5, 200):
        with filled(engine) as session:
            for number in range(more):
                complaint = make_complaint(session, cast, handler_id=cast["hans"])
                make_measure(session, complaint, cast["hans"], due_on=days(number % 9 - 4))
                make_measure(session, complaint, cast["cora"], done_on=days(-40), check_on=days(number % 9 - 4))
        with counted(engine) as statements:
            found = look(cast, who)
            measures.owners(cast.actor(who))
        taken.append(len(statements))

    assert taken == [4, 4]
    assert len(found.rows) == measures.PAGE_SIZE


def test_a_row_offers_what_its_reader_may_do_with_it(engine: Engine, cast: Cast) -> None:
    with filled(engine) as session:
        for status in (Status.ANSWERED, Status.IN_APPEAL):
            complaint = make_complaint(session, cast, status=status, handler_id=cast["hans"], reference=f"K26-{status}")
            make_measure(session, complaint, cast["tom"])
        named = make_complaint(session, cast, reference="K26-NAMED", ack_owner_id=cast["tom"])
        make_measure(session, named, cast["tom"], due_on=days(-1))

    offered = {row.reference: row.steps for row in look(cast, "hans").rows}
    assert offered == {
        "K26-answered": (StepName.MEASURE_DONE, StepName.MOVE_MEASURE),
        "K26-in_appeal": (StepName.MEASURE_DONE,),
    }
    (hers,) = look(cast, "tom").rows  # who is to acknowledge reads along
    assert (hers.mine, hers.steps) == (True, ())


# What returns in the review


def test_open_ones_return_in_the_next_review_as_it_stood(cast: Cast, on: On) -> None:
    case, _ = agreed(cast)  # on 19 November
    other, _ = done(cast)  # on 21 November

    def returned(who: str, day: int) -> list[str]:
        with door.work(cast.actor(who), Right.READ) as w:
            return [row.reference for row in measures.open_before(w, case.at(day))]

    assert returned("cora", 3) == []
    assert returned("cora", 4) == returned("cora", 5) == [case.reference, other.reference]
    assert returned("cora", 6) == [case.reference]
    assert returned("hilde", 4) == []


# On the board


def to_do(cast: Cast, who: str) -> list[tuple[str, str]]:
    found = board.to_do(cast.actor(who)).measures
    assert found.total == len(found.rows)
    return [(row.text, row.owner) for row in found.rows]


def test_the_board_says_what_is_mine_and_soon_and_to_who_assigns_what_others_are_late_with(engine: Engine, cast: Cast) -> None:
    spread(engine, cast)

    hans, cora = "Hans Behandelaar", "Cora Coördinator"
    assert to_do(cast, "hans") == [("hans -1", hans), ("hans 0", hans), ("hans 1", hans)]
    assert to_do(cast, "cora") == [("cora -1", cora), ("cora 0", cora), ("cora 1", cora), ("hans -1", hans)]
    assert to_do(cast, "dora") == [("cora -1", cora), ("hans -1", hans)]
    assert to_do(cast, "mia") == [("cora -1", cora), ("hans -1", hans)]
    assert to_do(cast, "piet") == to_do(cast, "tom") == []
    assert board.to_do(cast.actor("cora")).rows == ()  # the dossiers are closed, and nothing was promised


def test_the_first_few_stand_on_the_board_with_how_many_there_are(engine: Engine, cast: Cast) -> None:
    with filled(engine) as session:
        complaint = make_complaint(session, cast)
        for _ in range(9):
            make_measure(session, complaint, cast["cora"], due_on=days(-1))

    found = board.to_do(cast.actor("cora")).measures
    assert (len(found.rows), found.total) == (board.TO_DO, 9)


def test_what_was_promised_and_agreed_stands_there_once(engine: Engine, cast: Cast) -> None:
    """The childcare procedure promises the date of a measure; who does not read the measure sees the promise."""
    with filled(engine) as session:
        complaint = make_complaint(session, cast, status=Status.CLOSED, reference="K26-WKO", handler_id=cast["hans"])
        make_promise(session, complaint, code="MEASURE", target_on=days(-2))
        make_measure(session, complaint, cast["tom"], due_on=days(-2), text="Hek")
        other = make_complaint(session, cast, reference="K26-OTHER", handler_id=cast["hans"])
        make_promise(session, other, target_on=days(-2))
        make_measure(session, other, cast["tom"], due_on=days(-2), text="Deur")

    cora, hans = board.to_do(cast.actor("cora")), board.to_do(cast.actor("hans"))
    assert [row.reference for row in cora.rows] == ["K26-OTHER"]
    assert [row.text for row in cora.measures.rows] == ["Hek", "Deur"]
    assert sorted(row.reference for row in hans.rows) == ["K26-OTHER", "K26-WKO"]  # not his measure, his promise
    assert hans.measures.total == 0


def test_who_lists_a_dossier_and_does_not_read_it_keeps_its_promise_on_the_board(engine: Engine, cast: Cast) -> None:
    with filled(engine) as session:
        complaint = make_complaint(session, cast, status=Status.CLOSED, acting_director_id=cast["piet"])
        make_promise(session, complaint, code="MEASURE", target_on=days(-2))
        make_measure(session, complaint, cast["tom"], due_on=days(-2))
        unread = make_complaint(session, cast, status=Status.CLOSED, reference="K26-UNREAD")
        make_promise(session, unread, code="MEASURE", target_on=days(-2))
        make_measure(session, unread, cast["tom"], due_on=days(-2))

    piet = board.to_do(cast.actor("piet"))
    assert [row.reference for row in piet.rows] == ["K26-UNREAD"]
    assert piet.measures.total == 1


def test_a_measure_that_was_moved_is_due_on_its_new_date(cast: Cast, on: On) -> None:
    case, _ = agreed(cast, due=10)
    with on(case.at(11)):
        assert texts(cast, "cora", Show.OVERDUE) == ["Nieuwe ketel"]
        with Session(door.engine()) as session, session.begin():
            session.scalars(select(m.Measure)).one().due_on = case.at(11) + timedelta(days=1)
        assert texts(cast, "cora", Show.OVERDUE) == []
