"""A typed name that looks like a colleague's is put to who may answer, never to that colleague; what is proposed about an
exclusion is shown to who can confirm it."""

from __future__ import annotations

from functools import partial

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from db import models as m
from domain.errors import Refused
from domain.rights import RIGHTS, Right
from domain.vocabulary import Compartment, EventKind, Relation
from services import accounts, dossier, lifting, restricted, shield
from services.board import BoardFilter
from services.board import page as board_page
from services.door import SystemActor
from services.parties import Named, add_party
from services.shield import Waiting, Waits
from tests.cases import Case
from tests.conftest import CAST, Cast
from tests.dossiers import hand_over

NIGHTLY = SystemActor("nightly", frozenset({Right.OPERATE}))


def about(cast: Cast, *names: str, by: str = "rosa") -> Case:
    return Case.registered("training", cast, by=by, respondents=tuple(Named(name=name) for name in names))


def sees(cast: Cast, who: str, reference: str) -> bool:
    try:
        dossier.read(cast.actor(who), reference)
    except Refused:
        return False
    return True


def asked(cast: Cast, who: str, case: Case) -> list[str]:
    return [each.name for each in shield.questions(cast.actor(who), case.reference)]


def on_the_list(cast: Cast, who: str) -> list[str]:
    return [each.reference for each in shield.waiting(cast.actor(who))]


def refused(act: object) -> str:
    with pytest.raises(Refused) as refusal:
        act()  # type: ignore[operator]
    return refusal.value.code


# The question


def test_initials_and_a_surname_keep_the_dossier_from_the_colleague_until_somebody_answers(cast: Cast) -> None:
    case = about(cast, "M. Manager")

    assert not sees(cast, "mia", case.reference)
    assert board_page(cast.actor("mia"), BoardFilter()).total == 0
    assert asked(cast, "cora", case) == asked(cast, "dora", case) == ["Mia Manager"]
    (question,) = shield.questions(cast.actor("cora"), case.reference)
    assert (question.typed, question.shut) == ("M. Manager", True)
    assert shield.waiting(cast.actor("cora")) == (Waiting(case.reference, Waits.RESEMBLES),)
    assert EventKind.RESEMBLES in case.kinds()


def test_one_slip_is_asked_too_and_changes_nothing_yet(cast: Cast) -> None:
    case = about(cast, "Mia Maneger")

    assert sees(cast, "mia", case.reference)
    assert asked(cast, "cora", case) == ["Mia Manager"]
    assert EventKind.RESEMBLES not in case.kinds()


@pytest.mark.parametrize("typed", ["M. Manager", "Mia Maneger"])
def test_only_who_may_answer_is_asked(cast: Cast, typed: str) -> None:
    case = about(cast, typed).in_progress()

    for who in CAST:
        expected = [case.reference] if who in ("cora", "dora") else []
        if Right.LIST in rights(who):
            assert on_the_list(cast, who) == expected, who
        if who != "mia" and sees_at_all(cast, who, case.reference):
            assert asked(cast, who, case) == (["Mia Manager"] if expected else []), who


def rights(who: str) -> set[Right]:
    return {right for role in CAST[who][1] for right in RIGHTS[role]}


def sees_at_all(cast: Cast, who: str, reference: str) -> bool:
    try:
        shield.questions(cast.actor(who), reference)
    except Refused:
        return False
    return True


def test_yes_makes_them_a_party_who_sees_nothing(cast: Cast) -> None:
    case = about(cast, "Mia Maneger")
    (question,) = shield.questions(cast.actor("cora"), case.reference)

    shield.recognise(cast.actor("cora"), case.reference, question.id, same=True)

    assert not sees(cast, "mia", case.reference)
    content = case.read("cora").content
    assert content is not None
    assert [(each.relation, each.name, each.excluded) for each in content.people] == [("respondent", "Mia Manager", True)]
    assert case.kinds()[-1] == EventKind.PARTY_ADDED
    assert on_the_list(cast, "cora") == []


def test_no_gives_the_dossier_back_is_kept_as_an_event_and_is_not_asked_again(cast: Cast) -> None:
    case = about(cast, "M. Manager")
    (question,) = shield.questions(cast.actor("dora"), case.reference)

    shield.recognise(cast.actor("dora"), case.reference, question.id, same=False)

    assert sees(cast, "mia", case.reference)
    assert case.kinds()[-1] == EventKind.RESEMBLES_NOT
    assert shield.look_again(NIGHTLY) == 0
    assert asked(cast, "cora", case) == []
    content = case.read("cora").content
    assert content is not None
    assert [each.name for each in content.people] == ["M. Manager"]


def test_the_colleague_never_reads_that_it_was_asked(cast: Cast) -> None:
    case = about(cast, "M. Manager")
    (question,) = shield.questions(cast.actor("cora"), case.reference)
    shield.recognise(cast.actor("cora"), case.reference, question.id, same=False)

    hers, coras = case.read("mia").content, case.read("cora").content
    assert hers is not None
    assert coras is not None
    asked_kinds = {EventKind.RESEMBLES, EventKind.RESEMBLES_NOT}
    assert {each.kind for each in coras.timeline} >= asked_kinds
    assert not {each.kind for each in hers.timeline} & asked_kinds
    assert "resembled" not in repr(hers)


@pytest.mark.parametrize(("typed", "accused", "asks"), [("C. Coordinator", "cora", "dora"), ("D. Directeur", "dora", "cora")])
def test_who_would_be_asked_about_themself_is_not(cast: Cast, typed: str, accused: str, asks: str) -> None:
    case = about(cast, typed)

    assert not sees(cast, accused, case.reference)
    assert on_the_list(cast, accused) == []
    assert on_the_list(cast, asks) == [case.reference]


@pytest.mark.parametrize(
    ("typed", "accused", "asks"), [("Corra Coordinator", "cora", "dora"), ("Dora Direkteur", "dora", "cora")]
)
def test_a_slip_in_their_name_is_not_shown_to_them_either(cast: Cast, typed: str, accused: str, asks: str) -> None:
    case = about(cast, typed)
    (question,) = shield.questions(cast.actor(asks), case.reference)

    assert asked(cast, accused, case) == []
    assert on_the_list(cast, accused) == []
    for same in (True, False):
        answer = partial(shield.recognise, cast.actor(accused), case.reference, question.id, same=same)
        assert refused(answer) == "already_answered"
    assert (
        refused(lambda: lifting.remove_party(cast.actor(accused), case.reference, case.seen, question.id, "Weg."))
        == "not_found"
    )
    assert (
        refused(lambda: lifting.propose_lift(cast.actor(accused), case.reference, case.seen, question.id, "Weg."))
        == "not_found"
    )


def test_who_acts_as_director_meanwhile_is_another(cast: Cast) -> None:
    case = about(cast, "D. Directeur")
    assert case.row.acting_director_id == cast["piet"]
    assert on_the_list(cast, "piet") == [case.reference]  # acting

    (question,) = shield.questions(cast.actor("piet"), case.reference)
    shield.recognise(cast.actor("piet"), case.reference, question.id, same=False)

    assert case.row.acting_director_id == cast["dora"]


def test_the_handler_whose_name_is_typed_hands_the_dossier_over(cast: Cast) -> None:
    case = Case.registered("training", cast).in_progress()

    add_party(cast.actor("cora"), case.reference, Relation.RESPONDENT, Named(name="Behandelaar, H."))

    assert case.row.handler_id is None
    assert not sees(cast, "hans", case.reference)
    assert asked(cast, "cora", case) == ["Hans Behandelaar", "Hilde Behandelaar"]


def test_that_it_is_one_of_two_says_that_it_is_not_the_other(cast: Cast) -> None:
    case = about(cast, "H. Behandelaar")
    first = shield.questions(cast.actor("cora"), case.reference)[0]

    shield.recognise(cast.actor("cora"), case.reference, first.id, same=True)

    assert asked(cast, "cora", case) == []
    case.acknowledged()
    case.assign(handler="hilde")
    assert sees(cast, "hilde", case.reference)
    assert not sees(cast, "hans", case.reference)


def test_who_types_a_name_like_their_own_keeps_what_they_wrote_until_it_is_answered(cast: Cast) -> None:
    case = about(cast, "T. Trainer", by="tom")

    assert sees(cast, "tom", case.reference)
    assert asked(cast, "cora", case) == ["Tom Trainer"]
    assert "T. Trainer" not in repr(dossier.read(cast.actor("tom"), case.reference))


def test_somebody_who_is_only_involved_is_asked_about_by_nobody(cast: Cast) -> None:
    case = Case.registered("training", cast)
    add_party(cast.actor("cora"), case.reference, Relation.INVOLVED, Named(name="M. Manager"))
    assert asked(cast, "cora", case) == []


def test_choosing_the_colleague_from_the_list_answers_it(cast: Cast) -> None:
    case = about(cast, "Mia Maneger")
    add_party(cast.actor("cora"), case.reference, Relation.RESPONDENT, Named(account_id=cast["mia"]))
    assert asked(cast, "cora", case) == []


def test_answered_once(cast: Cast) -> None:
    case = about(cast, "M. Manager")
    (question,) = shield.questions(cast.actor("cora"), case.reference)
    shield.recognise(cast.actor("cora"), case.reference, question.id, same=True)

    again = lambda: shield.recognise(cast.actor("dora"), case.reference, question.id, same=False)  # noqa: E731
    assert refused(again) == "already_answered"
    assert not sees(cast, "mia", case.reference)


def test_a_question_of_another_dossier_is_none(cast: Cast) -> None:
    one, other = about(cast, "M. Manager"), about(cast, "Iemand Anders")
    (question,) = shield.questions(cast.actor("cora"), one.reference)
    wrong = lambda: shield.recognise(cast.actor("cora"), other.reference, question.id, same=False)  # noqa: E731
    assert refused(wrong) == "already_answered"


# Accounts that came later


def test_a_colleague_who_gets_an_account_later_is_found_at_once(cast: Cast) -> None:
    case = about(cast, "L. Later")
    assert shield.look_again(NIGHTLY) == 0
    given = accounts.AccountInput("lotte", "Lotte Later", "", ("coordinator",), None)
    accounts.create(cast.actor("adam"), given)

    (question,) = shield.questions(cast.actor("cora"), case.reference)
    assert (question.name, question.shut) == ("Lotte Later", True)
    assert shield.look_again(NIGHTLY) == 0


def test_a_name_that_came_in_otherwise_is_found_at_night(cast: Cast, engine: Engine) -> None:
    case = about(cast, "L. Later")
    with Session(engine) as session, session.begin():
        session.get_one(m.Account, cast["mia"]).display_name = "Lotte Later"

    assert shield.look_again(NIGHTLY) == 1
    assert shield.look_again(NIGHTLY) == 0
    assert asked(cast, "cora", case) == ["Lotte Later"]


# Closed compartments


def test_the_keeper_is_asked_about_a_matter_that_was_handed_over(cast: Cast) -> None:
    hand_over(cast, Compartment.UNWANTED_BEHAVIOUR, "tom", Named(name="M. Manager"))

    (waits,) = shield.waiting(cast.actor("vera"))
    (question,) = shield.questions(cast.actor("vera"), waits.reference)
    shield.recognise(cast.actor("vera"), waits.reference, question.id, same=True)

    content = restricted.read(cast.actor("vera"), waits.reference).dossier.content
    assert content is not None
    assert [each.name for each in content.people] == ["Mia Manager"]
    assert on_the_list(cast, "cora") == []


def test_a_matter_about_somebody_like_the_only_keeper_is_refused_with_the_way_outside(cast: Cast) -> None:
    assert refused(lambda: hand_over(cast, Compartment.WHISTLEBLOWER, "tom", Named(name="W. Klok"))) == "no_recipient"


# A proposal that waits


def excluded(cast: Cast, name: str = "mia") -> tuple[Case, int]:
    case = Case.registered("training", cast, respondents=(Named(account_id=cast[name]),))
    content = case.read().content
    assert content is not None
    return case, content.people[0].id


def test_a_proposal_to_let_somebody_in_stands_on_the_list_of_who_can_confirm_it(cast: Cast) -> None:
    case, party = excluded(cast)
    lifting.propose_lift(cast.actor("cora"), case.reference, case.seen, party, "Het was een ander.")

    assert shield.waiting(cast.actor("dora")) == (Waiting(case.reference, Waits.LIFT),)
    for who in ("cora", "mia", "hans", "piet"):
        assert on_the_list(cast, who) == [], who


@pytest.mark.parametrize("how", ["withdraw", "confirm"])
def test_it_leaves_the_list_with_the_second_word(cast: Cast, how: str) -> None:
    case, party = excluded(cast)
    lifting.propose_lift(cast.actor("cora"), case.reference, case.seen, party, "Het was een ander.")
    proposal = max(each.id for each in case.events() if each.kind == EventKind.LIFT_PROPOSED)

    act = lifting.withdraw_lift if how == "withdraw" else lifting.confirm_lift
    act(cast.actor("dora"), case.reference, proposal)

    assert on_the_list(cast, "dora") == []


def test_the_excluded_director_is_not_told_of_a_proposal_about_herself(cast: Cast) -> None:
    case, party = excluded(cast, "dora")
    lifting.propose_lift(cast.actor("cora"), case.reference, case.seen, party, "Het was een ander.")

    assert on_the_list(cast, "dora") == []
    assert on_the_list(cast, "piet") == [case.reference]


def test_an_empty_register_has_nothing_waiting(cast: Cast) -> None:
    assert on_the_list(cast, "cora") == []


def test_a_party_row_that_is_a_question_is_no_relation(engine: Engine, cast: Cast) -> None:
    case = about(cast, "Mia Maneger")
    bad = lambda: add_party(cast.actor("cora"), case.reference, "resembles", Named(name="Iemand"))  # noqa: E731
    assert refused(bad) == "unknown_value"
    with Session(engine) as session:
        assert sorted(session.scalars(select(m.Party.relation))) == ["resembles", "respondent"]


@pytest.mark.parametrize("how", ["at the intake", "by a handler"])
def test_one_person_does_not_put_everybody_who_leads_out_of_a_dossier(cast: Cast, how: str) -> None:
    leading = ("cora", "dora", "piet", "petra")
    if how == "at the intake":
        everybody = tuple(Named(account_id=cast[each]) for each in leading)
        assert refused(lambda: Case.registered("training", cast, by="rosa", respondents=everybody)) == "nobody_leads"
        case = Case.registered("training", cast, by="rosa", respondents=everybody[1:])
        assert dossier.read(cast.actor("cora"), case.reference)
        return
    case = Case.registered("training", cast).in_progress()
    handler = next(name for name, account in cast.ids.items() if account == case.row.handler_id)
    for each in leading[1:]:
        add_party(cast.actor(handler), case.reference, Relation.CONFLICT, Named(account_id=cast[each]))

    last = Named(account_id=cast["cora"])
    assert refused(lambda: add_party(cast.actor(handler), case.reference, Relation.CONFLICT, last)) == "nobody_leads"
    assert dossier.read(cast.actor("cora"), case.reference)
