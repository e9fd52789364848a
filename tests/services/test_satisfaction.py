"""How it went, for the complainant: keyed in, seen by who may read it, and counted for who may count it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from db import models as m
from domain.errors import Refused
from domain.rights import Right
from domain.vocabulary import EventKind, Relation
from services import overview, satisfaction
from services.door import work
from services.dossier_content import SatisfactionView
from services.overview_cut import Cut, span
from services.parties import Named, add_party
from services.satisfaction import Satisfaction
from tests.cases import LONG_AGO, Case
from tests.conftest import TODAY, Cast
from tests.services.test_board import filled
from tests.services.test_retention import ENDS, On, let_go

REMARK = "Het duurde te lang, maar u bent netjes gebleven."


def seen(case: Case, who: str = "cora") -> SatisfactionView | None:
    content = case.read(who).content
    assert content is not None
    return content.satisfaction


def count(cast: Cast, who: str = "cora", year: int = 2026) -> Satisfaction:
    with work(cast.actor(who), Right.OVERVIEW) as w:
        return satisfaction.counted(w, span(TODAY, year, Cut()))[0]


def closed(cast: Cast, **changes: object) -> Case:
    return Case.registered("training", cast, **changes).closed()


# One dossier


def test_the_answer_stands_in_the_dossier_with_its_scores(cast: Cast) -> None:
    case = closed(cast).ask().say(4, 2, REMARK)

    assert seen(case) == SatisfactionView(case.at(5), case.at(5), 4, 2, REMARK)
    asked, answered = case.events()[-2:]
    assert (asked.kind, asked.codes) == (EventKind.SATISFACTION_ASKED, {"channel": "phone"})
    assert (answered.kind, answered.codes) == (
        EventKind.SATISFACTION_ANSWERED,
        {"score_process": 4, "score_outcome": 2},
    )


def test_one_of_the_two_questions_is_an_answer(cast: Cast) -> None:
    assert seen(closed(cast).ask().say(None, 5)) is not None
    assert count(cast) == Satisfaction(1, 1, None, Decimal("5.0"))


def test_who_does_not_want_to_answer_was_asked_and_did_not_answer(cast: Cast) -> None:
    case = closed(cast).ask().say(None, None, declined=True)

    view = seen(case)
    assert view is not None
    assert (view.declined, view.answered_on) == (True, case.at(5))
    assert count(cast) == Satisfaction(1, 0, None, None)
    assert case.events()[-1].codes == {"declined": True}


def test_what_was_keyed_in_wrongly_is_keyed_in_again_and_the_history_keeps_both(cast: Cast) -> None:
    case = closed(cast).ask().say(1, 1, "Verkeerd.").say(5, 4)

    view = seen(case)
    assert view is not None
    assert (view.process, view.outcome, view.remark) == (5, 4, None)
    assert [each.codes["score_process"] for each in case.events() if each.kind == EventKind.SATISFACTION_ANSWERED] == [1, 5]


def test_who_looked_before_a_colleague_answered_is_told_so(cast: Cast) -> None:
    case = closed(cast).ask()
    before = case.seen
    case.say(4, 4)

    with pytest.raises(Refused, match="changed_meanwhile"):
        satisfaction.answer(cast.actor("hans"), case.reference, before, case.at(5), 1, 1)

    assert count(cast).process == Decimal("4.0")


def test_a_double_click_asks_once(cast: Cast) -> None:
    case = closed(cast)
    before = case.seen
    case.ask()

    with pytest.raises(Refused, match="changed_meanwhile"):
        satisfaction.ask(cast.actor("cora"), case.reference, before, case.at(5), "phone")

    assert case.kinds().count(EventKind.SATISFACTION_ASKED) == 1


def test_it_stays_when_the_dossier_is_opened_again_and_can_be_answered_when_it_is_over(cast: Cast) -> None:
    case = closed(cast).ask().reopen()

    with pytest.raises(Refused, match="not_in_this_status"):
        case.say()

    assert seen(case) is not None


def test_a_reporter_and_a_partner_see_nothing_of_it_in_the_dossier(cast: Cast) -> None:
    case = closed(cast).ask().say(remark=REMARK)

    for who in ("tom", "piet"):
        assert case.read(who).content is None
        assert REMARK not in repr(case.read(who))


# The reviewer


def test_a_reviewer_sees_what_stood_in_the_file_at_the_appeal(cast: Cast) -> None:
    case = Case.registered("training", cast).answered().ask().say(1, 1, REMARK).appeal()

    assert seen(case, "vera") == SatisfactionView(case.at(5), case.at(5), 1, 1, REMARK)


def test_a_reviewer_sees_nothing_of_what_came_after(cast: Cast) -> None:
    case = Case.registered("training", cast).in_appeal().rule().ask().say(1, 1, REMARK)

    assert seen(case, "vera") is None
    assert REMARK not in repr(case.read("vera"))
    assert EventKind.SATISFACTION_ANSWERED not in {each.kind for each in case.read("vera").content.timeline}  # type: ignore[union-attr]


def test_a_reviewer_sees_no_answer_that_came_after_to_what_was_asked_before(cast: Cast) -> None:
    case = Case.registered("training", cast).answered().ask().appeal().rule().say(1, 1, REMARK)

    assert seen(case, "vera") is None
    assert seen(case) is not None
    assert REMARK not in repr(case.read("vera"))


# N24


def test_the_figures_of_a_year_by_hand(cast: Cast) -> None:
    closed(cast).ask().say(4, 2)
    closed(cast).ask().say(5, None)
    closed(cast).ask().say(None, 5)
    closed(cast).ask().say(None, None, declined=True)
    closed(cast).ask()
    closed(cast)

    found = count(cast)

    assert found == Satisfaction(invited=5, answered=3, process=Decimal("4.5"), outcome=Decimal("3.5"))
    assert found.share == 3 / 5


def test_nobody_asked_is_no_share(cast: Cast) -> None:
    closed(cast)

    assert count(cast) == Satisfaction()
    assert count(cast).share is None


def test_it_counts_in_the_year_in_which_the_complaint_came_in(cast: Cast, engine: Engine) -> None:
    closed(cast, received_on=LONG_AGO).ask(day=100).say(5, 5, day=110)
    case = closed(cast).ask().say(1, 1)
    with filled(engine) as session:
        earlier = session.scalars(select(m.Complaint).where(m.Complaint.reference == case.reference)).one()
        earlier.received_on = date(2025, 12, 31)

    assert count(cast) == Satisfaction(1, 1, Decimal("5.0"), Decimal("5.0"))
    assert count(cast, year=2025) == Satisfaction(1, 1, Decimal("1.0"), Decimal("1.0"))
    shown = overview.year(cast.actor("cora"), 2026)
    assert [each.process for each in shown.satisfied] == [Decimal("5.0"), Decimal("1.0")]


def test_whoever_it_is_about_counts_without_it(cast: Cast) -> None:
    case = closed(cast).ask().say(1, 1)
    for name in ("hans", "dora"):
        add_party(cast.actor("cora"), case.reference, Relation.RESPONDENT, Named(account_id=cast[name]))
    closed(cast).ask().say(5, 5)

    assert count(cast, "cora").invited == 2
    for name in ("hans", "dora"):
        assert count(cast, name) == Satisfaction(1, 1, Decimal("5.0"), Decimal("5.0"))


def test_each_counts_the_dossiers_of_their_own_role(cast: Cast) -> None:
    closed(cast).ask().say(5, 5)  # in noord, handled by hans
    closed(cast, unit_id=cast.units["zuid"]).ask().say(1, 1)

    assert [count(cast, who).invited for who in ("cora", "dora", "piet", "hans", "mia", "hilde")] == [2, 2, 2, 2, 1, 0]


def test_a_closed_compartment_and_a_question_are_never_counted(cast: Cast, engine: Engine) -> None:
    hidden, question = closed(cast).ask().say(), closed(cast).ask().say()
    with filled(engine) as session:
        rows = {each.reference: each for each in session.scalars(select(m.Complaint))}
        rows[hidden.reference].compartment = "unwanted_behaviour"
        rows[question.reference].kind = "question"

    assert count(cast) == Satisfaction()


def test_a_dossier_that_was_let_go_keeps_its_scores_and_loses_the_remark(cast: Cast, on: On, engine: Engine) -> None:
    case = closed(cast).ask().say(4, 2, REMARK)

    with on(ENDS):
        let_go(cast, case.reference)
        assert count(cast) == Satisfaction(1, 1, Decimal("4.0"), Decimal("2.0"))

    with Session(engine) as session:
        row = session.scalars(select(m.Satisfaction)).one()
        assert (row.process, row.outcome, row.remark) == (4, 2, None)
        assert REMARK not in repr(session.scalars(select(m.EventText.text)).all())
