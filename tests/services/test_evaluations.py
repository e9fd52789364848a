"""Evaluation forms that may be a complaint: judged by a named person, none disappears, and nobody sees one about themself."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from commands.nightly import NIGHTLY as NIGHT
from db import models as m
from domain.errors import Refused
from domain.evaluations import Doing, Reason, State
from domain.rights import Right, Role
from domain.vocabulary import EventKind, Relation
from services import (
    door,
    dossier,
    evaluation_confirming,
    evaluation_import,
    evaluation_keeping,
    evaluation_keying,
    evaluation_sources,
    evaluations,
    exports,
    overview,
    review_evaluations,
    review_minutes,
)
from services.door import work
from services.evaluation_keying import Keyed
from services.parties import Named, add_party
from tests.attacks.canaries import words_in
from tests.conftest import CAST, TODAY, Cast
from tests.dossiers import On
from tests.evaluating import ROWS, bring, confirm, dismiss, key, many, one, row, rows, said, source, waiting
from tests.services.test_review_evaluations import begin


def refused(code: str) -> Any:
    return pytest.raises(Refused, match=f"^{code}$")


# Judging


def test_a_candidate_says_what_stood_on_the_form_and_why_it_is_there(cast: Cast) -> None:
    bring(cast, source(cast))

    first, third = waiting(cast)

    assert (first.form, first.words, first.person, first.score) == ("F-1", "De zaal was koud", "Jo Jansen", Decimal(2))
    assert (first.question, first.lowest, first.highest) == ("Cijfer", 1, 5)
    assert (first.filled_in_on, first.received_on) == (date(2026, 11, 2), date(2026, 11, 2))
    assert [(each.reason, each.said) for each in first.why] == [(Reason.SCORE, "2")]
    assert third.form == "F-3"


def test_dismissed_by_a_named_person_with_a_reason(cast: Cast) -> None:
    number = key(cast)

    dismiss(cast, number, "  Een wens  ", who="dora")

    (found,) = evaluations.dismissed(cast.actor("cora")).rows
    assert (found.decided_by, found.decided_on, found.reason) == ("Dora Directeur", TODAY, "Een wens")
    assert waiting(cast) == []


@pytest.mark.parametrize("reason", ["", "  ", "\u200b", "\n"])
def test_no_dismissal_without_a_reason(cast: Cast, reason: str) -> None:
    number = key(cast)

    with refused("missing") as no:
        dismiss(cast, number, reason)

    assert no.value.field == "reason"
    assert [each.id for each in waiting(cast)] == [number]


def test_dismissed_twice_at_once_is_one(cast: Cast) -> None:
    number, seen = key(cast), 1

    for _ in range(2):
        evaluations.dismiss(cast.actor("cora"), number, seen, "Een wens")

    with Session(door.engine()) as session:
        query = select(func.count()).where(m.EvaluationEvent.what == Doing.DISMISSED)
        assert session.scalar(query) == 1


def test_a_colleague_who_is_second_hears_who_was_first(cast: Cast) -> None:
    gone, made = key(cast), key(cast, words="Nog iets")
    dismiss(cast, gone, who="dora")
    confirm(cast, made, who="dora")

    with refused("evaluation_dismissed_by") as no:
        evaluations.dismiss(cast.actor("cora"), gone, 1, "Anders")
    assert no.value.values == {"name": "Dora Directeur"}
    with refused("evaluation_dismissed_by"):
        evaluation_confirming.confirm(cast.actor("cora"), gone, 1, said())
    with refused("evaluation_confirmed_by"):
        evaluation_confirming.confirm(cast.actor("cora"), made, 1, said())
    with refused("evaluation_confirmed_by"):
        evaluations.dismiss(cast.actor("cora"), made, 1, "Anders")
    with refused("evaluation_confirmed_by"):
        evaluations.take_back(cast.actor("cora"), made, 1)
    assert Counter(each.state for each in rows()) == {"dismissed": 1, "confirmed": 1}


def test_another_look_keeps_what_was_said_before(cast: Cast) -> None:
    number = key(cast)
    dismiss(cast, number, "Een wens")

    evaluations.take_back(cast.actor("dora"), number, row(number).version)
    evaluations.take_back(cast.actor("dora"), number, 2)  # a double click

    found = one(cast, number)
    assert (found.state, found.reason, found.decided_by) == (State.CANDIDATE, "", None)
    told = [(each.what, each.by, each.reason) for each in found.history]
    assert told == [
        (Doing.KEYED, "Cora Coördinator", ""),
        (Doing.DISMISSED, "Cora Coördinator", "Een wens"),
        (Doing.TAKEN_BACK, "Dora Directeur", ""),
    ]


def test_who_looks_at_an_old_screen_looks_again(cast: Cast) -> None:
    number = key(cast)
    dismiss(cast, number)
    evaluations.take_back(cast.actor("dora"), number, 2)

    with refused("changed_meanwhile"):
        evaluations.dismiss(cast.actor("cora"), number, 1, "Anders")


# It is a complaint


def test_a_confirmed_form_is_a_dossier_with_the_form_the_question_and_the_score(cast: Cast) -> None:
    bring(cast, source(cast))
    number = waiting(cast)[0].id

    made = confirm(cast, number, unit_id=cast.units["noord"])

    file = dossier.read(cast.actor("cora"), made.reference)
    assert (file.kind, file.channel, file.reporter) == ("complaint", "evaluation_form", "Cora Coördinator")
    assert file.description == "De zaal was koud"
    with Session(door.engine()) as session:
        event = session.scalars(select(m.Event).where(m.Event.kind == EventKind.FROM_EVALUATION)).one()
        text = session.get_one(m.EventText, event.id).text
    assert event.codes == {"score": "2", "lowest": "1", "highest": "5"}
    assert text == "F-1\nBasis\nCijfer"
    assert [each.code for each in file.promises]


def test_the_words_stand_in_the_dossier_then_and_nowhere_else(cast: Cast) -> None:
    bring(cast, source(cast))
    number = waiting(cast)[0].id
    evaluations.dismiss(cast.actor("cora"), number, 1, "De naam van Jo")
    evaluations.take_back(cast.actor("cora"), number, 2)

    confirm(cast, number)

    found = row(number)
    texts = ("form", "training", "group", "question", "words", "person", "trainer", "reason")
    assert [getattr(found, name) for name in texts] == [""] * len(texts)
    assert (found.state, found.emptied_on) == (State.CONFIRMED, TODAY)
    with Session(door.engine()) as session:
        assert set(session.scalars(select(m.EvaluationEvent.reason))) == {""}


def test_a_double_click_makes_one_dossier(cast: Cast) -> None:
    number = key(cast)

    made = [evaluation_confirming.confirm(cast.actor("cora"), number, 1, said()) for _ in range(2)]

    assert made[0] == made[1]
    with Session(door.engine()) as session:
        assert session.scalar(select(func.count(m.Complaint.id))) == 1


def test_a_refused_dossier_leaves_the_form_as_it_was(cast: Cast) -> None:
    number = key(cast)

    for wrong, code in (({"category": ""}, "missing"), ({"received_on": TODAY + timedelta(days=1)}, "in_the_future")):
        with refused(code):
            confirm(cast, number, **wrong)

    assert one(cast, number).words == "Dit was niets"


def test_whom_the_form_is_about_is_the_respondent_and_sees_nothing_of_either(cast: Cast) -> None:
    number = key(cast)
    evaluations.about(cast.actor("cora"), number, cast["dora"])

    made = confirm(cast, number)

    assert made.still_visible
    with refused("not_found"):
        dossier.read(cast.actor("dora"), made.reference)
    (person,) = dossier.read(cast.actor("cora"), made.reference).content.people  # type: ignore[union-attr]
    assert (person.relation, person.excluded) == (Relation.RESPONDENT, True)


def test_a_form_does_not_say_which_dossier_it_became(cast: Cast) -> None:
    """No number of it, and none of the dossier in the form."""
    number = key(cast)
    confirm(cast, number)

    with Session(door.engine()) as session:
        complaint = session.scalars(select(m.Complaint)).one()
    assert not {str(complaint.id), complaint.reference} & {str(each) for each in vars(row(number)).values()}
    assert "complaint_id" not in m.Evaluation.__table__.columns


@pytest.mark.parametrize("profile", ["kinderopvang-welzijn"])
def test_where_the_procedure_asks_about_a_red_flag_it_is_asked(cast: Cast, profile: str) -> None:
    number = key(cast)
    more: dict[str, Any] = {"profile": profile, "unit_id": cast.units["noord"]}

    with refused("missing") as no:
        confirm(cast, number, **more)

    assert no.value.field == "red_flag"
    assert confirm(cast, number, red_flag=False, **more).reference


# None disappears


def test_the_sum_over_the_states_stays_whatever_happens(cast: Cast) -> None:
    bring(cast, source(cast), many(40))
    ids = [each.id for each in waiting(cast)]
    assert len(ids) == 10

    for place, number in enumerate(ids):
        if place % 3 == 0:
            confirm(cast, number)
        elif place % 3 == 1:
            dismiss(cast, number)
    evaluations.take_back(cast.actor("cora"), ids[1], row(ids[1]).version)
    bring(cast, source(cast), many(40))

    assert sorted(each.id for each in rows()) == sorted(ids)
    assert Counter(each.state for each in rows()) == {"confirmed": 4, "dismissed": 2, "candidate": 4}


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM evaluation",
        "DELETE FROM evaluation_event",
        "UPDATE evaluation SET words = ''",
        "UPDATE evaluation SET words = 'Prima'",
        "UPDATE evaluation SET state = 'confirmed'",
        "UPDATE evaluation SET state = 'dismissed'",
        "UPDATE evaluation SET state = 'x'",
        "UPDATE evaluation SET fingerprint = 'x'",
        "UPDATE evaluation SET emptied_on = '2026-01-01'",
        "UPDATE evaluation_event SET reason = ''",
        "UPDATE evaluation_event SET by_id = NULL",
    ],
)
def test_the_database_itself_lets_none_disappear(engine: Engine, cast: Cast, statement: str) -> None:
    number = key(cast)
    dismiss(cast, number)
    evaluations.take_back(cast.actor("cora"), number, 2)

    with pytest.raises(Exception, match="append only"), engine.begin() as connection:
        connection.exec_driver_sql(statement)


# Who sees what


@pytest.mark.parametrize("who", sorted(CAST))
def test_only_who_registers_and_assigns_sees_forms(cast: Cast, who: str) -> None:
    number = key(cast)
    may = set(CAST[who][1]) & {Role.COORDINATOR, Role.DIRECTOR}
    calls: list[Callable[[], object]] = [
        lambda: evaluations.pile(cast.actor(who)),
        lambda: evaluations.dismissed(cast.actor(who)),
        lambda: evaluations.waiting_long(cast.actor(who)),
        lambda: evaluation_sources.known(cast.actor(who)),
        lambda: evaluations.dismiss(cast.actor(who), number, 1, "x"),
        lambda: evaluation_confirming.confirm(cast.actor(who), number, 1, said()),
        lambda: evaluations.about(cast.actor(who), number, cast["tom"]),
        lambda: evaluation_keying.key_in(cast.actor(who), str(uuid4()), Keyed(words="x")),
    ]
    if may:
        assert evaluations.pile(cast.actor(who)).total == 1
        return
    for call in calls:
        with refused("not_allowed"):
            call()


def shielded(cast: Cast, about: str = "dora") -> tuple[int, int]:
    """One about this person, and one that is not; the second was dismissed."""
    hers, other = key(cast, words="Zij luisterde niet"), key(cast, words="De zaal was koud")
    evaluations.about(cast.actor("cora"), hers, cast[about])
    return hers, other


def test_whom_a_form_is_about_sees_no_trace_of_it_also_as_a_director(cast: Cast) -> None:
    hers, other = shielded(cast)

    pile = evaluations.pile(cast.actor("dora"))
    assert (pile.total, pile.one and pile.one.id, pile.next_id, pile.previous_id) == (1, other, None, None)
    assert evaluations.pile(cast.actor("dora"), hers).one == pile.one
    dismiss(cast, hers)
    assert evaluations.dismissed(cast.actor("dora")) == evaluations.Listing((), 0, 1, 1)
    assert evaluations.dismissed(cast.actor("cora")).total == 1


def test_whatever_they_try_with_its_number_is_as_if_it_were_never_given_out(cast: Cast) -> None:
    hers, _ = shielded(cast)
    dora = cast.actor("dora")

    for number in (hers, 12345, 0, -1, 2**60):
        for call in (
            lambda number=number: evaluations.dismiss(dora, number, 2, "x"),
            lambda number=number: evaluation_confirming.confirm(dora, number, 2, said()),
            lambda number=number: evaluations.about(dora, number, cast["tom"]),
            lambda number=number: evaluations.not_about(dora, number, cast["dora"]),
            lambda number=number: evaluations.take_back(dora, number, 2),
        ):
            with refused("evaluation_gone"):
                call()
    assert row(hers).state == State.CANDIDATE


def test_counts_follow_the_reader(cast: Cast) -> None:
    hers, other = shielded(cast)
    dismiss(cast, hers)
    confirm(cast, other)
    with work(cast.actor("dora"), Right.OVERVIEW) as w:
        assert evaluations.counted(w) == evaluations.Judged(confirmed=1)
    with work(cast.actor("cora"), Right.OVERVIEW) as w:
        assert evaluations.counted(w) == evaluations.Judged(confirmed=1, dismissed=1)
    with work(cast.actor("piet"), Right.OVERVIEW) as w:
        assert evaluations.counted(w) == evaluations.Judged(here=False)


def test_who_is_named_in_the_dossier_later_does_not_count_the_form_either(cast: Cast) -> None:
    made = confirm(cast, key(cast))
    add_party(cast.actor("cora"), made.reference, Relation.CONFLICT, Named(account_id=cast["dora"]))

    with work(cast.actor("dora"), Right.OVERVIEW) as w:
        assert evaluations.counted(w) == evaluations.Judged()


def test_who_says_that_it_is_about_themself_sees_it_no_more(cast: Cast) -> None:
    number = key(cast)

    evaluations.about(cast.actor("dora"), number, cast["dora"])

    assert evaluations.pile(cast.actor("dora")).total == 0
    assert one(cast, number).about == ((cast["dora"], "Dora Directeur"),)
    with refused("evaluation_nobody_left"):
        evaluations.about(cast.actor("cora"), number, cast["cora"])
    evaluations.not_about(cast.actor("cora"), number, cast["dora"])
    assert evaluations.pile(cast.actor("dora")).total == 1


def test_a_mark_while_somebody_decides_makes_them_look_again(cast: Cast) -> None:
    number = key(cast)
    evaluations.about(cast.actor("cora"), number, cast["tom"])

    with refused("changed_meanwhile"):
        evaluations.dismiss(cast.actor("dora"), number, 1, "Een wens")


def test_a_colleague_of_that_name_who_gets_an_account_later_is_shut_out_at_night(engine: Engine, cast: Cast) -> None:
    bring(cast, source(cast), [("F-1", "", "", "1", "Slecht", "", "Nina Nieuwkomer")])
    assert evaluations.pile(cast.actor("dora")).total == 1
    with Session(engine) as session, session.begin():
        session.get_one(m.Account, cast["dora"]).display_name = "Nina Nieuwkomer"

    evaluation_keeping.look_for_names(NIGHT)

    assert evaluations.pile(cast.actor("dora")).total == 0
    assert one(cast, rows()[0].id).about == ((cast["dora"], "Nina Nieuwkomer"),)


# Keying one in


def test_what_is_keyed_in_waits_whatever_the_rule_says(cast: Cast) -> None:
    number = key(cast, score=Decimal(5), training="Basis", filled_in_on=date(2026, 11, 1))

    assert [(each.reason) for each in one(cast, number).why] == [Reason.KEYED]


def test_keyed_in_by_a_double_click_is_one(cast: Cast) -> None:
    form_id = str(uuid4())

    ids = {evaluation_keying.key_in(cast.actor("cora"), form_id, Keyed(words="Koud")) for _ in range(2)}

    assert len(ids) == len(rows()) == 1
    with refused("evaluation_known"):
        evaluation_keying.key_in(cast.actor("dora"), str(uuid4()), Keyed(words="Koud"))


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"words": " "}, "missing"),
        ({"score": Decimal(6)}, "off_the_scale"),
        ({"score": Decimal("NaN")}, "off_the_scale"),
        ({"score": 3}, "off_the_scale"),
        ({"filled_in_on": TODAY + timedelta(days=1)}, "in_the_future"),
        ({"about": (99999,)}, "unknown_person"),
        ({"words": "a\x00b"}, "text_unreadable"),
        ({"training": "x" * 201}, "text_too_long"),
    ],
)
def test_what_cannot_be_keyed_in(cast: Cast, wrong: dict[str, Any], code: str) -> None:
    with refused(code):
        key(cast, **wrong)
    assert rows() == []


def test_who_keys_in_one_about_themself_hears_no_number(cast: Cast) -> None:
    keyed = Keyed(words="Over mij", about=(cast["cora"],))

    assert evaluation_keying.key_in(cast.actor("cora"), str(uuid4()), keyed) is None
    assert evaluations.pile(cast.actor("cora")).total == 0
    assert evaluations.pile(cast.actor("dora")).total == 1


# On the board


def test_what_waits_longer_than_a_week_is_on_the_board(cast: Cast, on: On) -> None:
    with on(TODAY - timedelta(days=8)):
        key(cast)
    key(cast, words="Van nu")

    found = evaluations.waiting_long(cast.actor("cora"))

    assert (found.count, found.since) == (1, TODAY - timedelta(days=8))
    assert evaluations.waiting_long(cast.actor("cora")) == found


# What goes by itself


def test_what_a_dismissed_form_said_goes_after_its_term_and_the_rest_stays(cast: Cast, on: On) -> None:
    with on(date(2025, 8, 1)):
        old, fresh = key(cast), key(cast, words="Wacht nog")
        dismiss(cast, old, "Een wens van Jo")
    with on(date(2026, 10, 31)):
        assert evaluation_keeping.sweep(NIGHT) == 0
    with on(date(2026, 11, 1)):
        assert evaluation_keeping.sweep(NIGHT) == 1
        assert evaluation_keeping.sweep(NIGHT) == 0

    found = row(old)
    assert (found.state, found.words, found.reason, found.form) == (State.DISMISSED, "", "", "")
    assert found.emptied_on == date(2026, 11, 1)
    assert one(cast, fresh).words == "Wacht nog"
    assert evaluations.dismissed(cast.actor("cora")).total == 1
    with refused("evaluation_emptied"):
        evaluations.take_back(cast.actor("cora"), old, found.version)


def test_what_went_does_not_come_in_again(cast: Cast, on: On) -> None:
    with on(date(2025, 8, 1)):
        number = source(cast)
        bring(cast, number, [("F-1", "", "", "1", "Slecht", "", "")])
        dismiss(cast, rows()[0].id)
    evaluation_keeping.sweep(NIGHT)

    bring(cast, number, [("F-1", "", "", "1", "Slecht", "", ""), *ROWS])

    assert Counter(each.state for each in rows()) == {"dismissed": 1, "candidate": 2}


def test_nothing_that_she_reads_holds_a_word_of_it(cast: Cast) -> None:
    for words in ("KANARIE-1", "KANARIE-2"):
        number = key(cast, words=words, training="KANARIE-3", person="KANARIE-4")
        evaluations.about(cast.actor("cora"), number, cast["dora"])
    dismiss(cast, number, "KANARIE-5")
    review = begin(cast)

    def read(who: str) -> str:
        them = cast.actor(who)
        answers = [
            evaluations.pile(them),
            evaluations.pile(them, number),
            evaluations.dismissed(them),
            evaluations.waiting_long(them),
            evaluation_import.brought(them),
            evaluation_sources.known(them),
            review_evaluations.looked(them, review),
            overview.year(them),
            words_in(exports.year(them).content),
            words_in(review_minutes.as_docx(them, review)),
        ]
        return repr(answers)

    assert "KANARIE" not in read("dora")
    assert {f"KANARIE-{n}" for n in (1, 2, 3, 4, 5)} <= set(re.findall(r"KANARIE-\d", read("cora")))


def test_a_second_click_of_who_turns_out_to_be_concerned_is_one_dossier(cast: Cast) -> None:
    number = key(cast)
    version = row(number).version
    same = said(respondents=(Named(account_id=cast["cora"]),))
    made = [evaluation_confirming.confirm(cast.actor("cora"), number, version, same) for _ in range(2)]
    assert made[0] == made[1]
    assert not made[0].still_visible
    with pytest.raises(Refused, match="evaluation_gone"):
        evaluation_confirming.confirm(cast.actor("dora"), number + 1, version, same)


def test_whom_a_form_is_about_learns_nothing_by_keying_it_in_again(cast: Cast) -> None:
    form = Keyed(words="Zij was kortaf", form="P-1", about=(cast["cora"],))
    for who in ("dora", "cora", "cora"):
        assert (evaluation_keying.key_in(cast.actor(who), str(uuid4()), form) is None) is (who == "cora")
    assert len(rows()) == 1
    with pytest.raises(Refused, match="evaluation_known"):
        evaluation_keying.key_in(cast.actor("dora"), str(uuid4()), form)
