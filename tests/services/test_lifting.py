"""Who was named by mistake is taken out again; whom it excludes, by two persons and never by one."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from db import models as m
from domain.errors import Refused
from domain.vocabulary import EventKind, Relation
from services import board, complaints, door, dossier, steps
from services.board import BoardFilter, Show
from services.complaints import Named
from services.dossier_content import LiftView, PartyView
from tests.cases import Case
from tests.conftest import PROFILES, Cast

WHY = "Verkeerde naam aangeklikt."


@pytest.fixture(params=PROFILES)
def profile(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def new(cast: Cast, profile: str) -> Any:
    return lambda by="tom", **fields: Case.registered(profile, cast, by=by, **fields)


@pytest.fixture
def case(new: Any, cast: Cast) -> Case:
    """About the manager Mia, who sees it otherwise; Cora and Dora steer it."""
    return new(respondents=(Named(account_id=cast["mia"]),))  # type: ignore[no-any-return]


def people(case: Case, who: str = "cora") -> tuple[PartyView, ...]:
    content = case.read(who).content
    assert content is not None
    return content.people


def proposals(case: Case, who: str = "cora") -> list[LiftView]:
    return [each.proposal for each in people(case, who) if each.proposal]


def propose(case: Case, who: str = "cora", number: int = 0) -> int:
    """Of the person with this number; returns the proposal's own."""
    party = people(case, who)[number]
    steps.propose_lift(case.cast.actor(who), case.reference, case.seen, party.id, WHY)
    return max(each.id for each in case.events() if each.kind == EventKind.LIFT_PROPOSED)


def confirm(case: Case, proposal: int, who: str = "dora") -> None:
    steps.confirm_lift(case.cast.actor(who), case.reference, proposal)


def name_again(case: Case, name: str, relation: Relation = Relation.CONFLICT) -> None:
    complaints.add_party(case.cast.actor("cora"), case.reference, relation, Named(account_id=case.cast[name]))


def sees(cast: Cast, who: str, case: Case) -> bool:
    listed = {row.reference for row in board.page(cast.actor(who), BoardFilter(status=Show.ALL)).rows}
    try:
        dossier.read(cast.actor(who), case.reference)
    except Refused:
        assert case.reference not in listed
        return False
    return True


def last(case: Case) -> tuple[str, dict[str, Any], str]:
    content = case.read("cora").content
    assert content is not None
    return content.timeline[0].kind, dict(content.timeline[0].codes), content.timeline[0].text


# One person is enough


def test_a_name_without_an_account_is_taken_out_at_once_and_stays_in_the_text_only(new: Any, cast: Cast) -> None:
    case = new(respondents=(Named(name="De chauffeur"),))
    (party,) = people(case)

    steps.remove_party(cast.actor("cora"), case.reference, case.seen, party.id, "Het ging over de bus.")

    assert people(case) == ()
    (event,) = [each for each in case.events() if each.kind == EventKind.PARTY_REMOVED]
    assert event.codes == {"relation": "respondent", "account": None}
    assert last(case)[2] == "De chauffeur\n\nHet ging over de bus."


def test_a_colleague_whom_it_excludes_from_nothing_is_taken_out_at_once(new: Any, cast: Cast) -> None:
    case = new()
    name_again(case, "dora", Relation.INVOLVED)
    (party,) = people(case)

    steps.remove_party(cast.actor("cora"), case.reference, case.seen, party.id, WHY)

    assert last(case) == (EventKind.PARTY_REMOVED, {"relation": "involved", "account": "Dora Directeur"}, WHY)


def test_who_is_excluded_from_nothing_needs_no_proposal(new: Any) -> None:
    case = new(respondents=(Named(name="De chauffeur"),))

    with pytest.raises(Refused, match="one_person_is_enough"):
        propose(case)


def test_a_party_of_another_dossier_is_not_found(case: Case, new: Any, cast: Cast) -> None:
    other = new(respondents=(Named(name="B"), Named(account_id=cast["hans"])))

    for party in people(other):
        for take_out in (steps.remove_party, steps.propose_lift):
            with pytest.raises(Refused, match="not_found"):
                take_out(cast.actor("cora"), case.reference, case.seen, party.id, WHY)


# Two persons


def test_one_person_lets_nobody_in_again(case: Case, cast: Cast) -> None:
    with pytest.raises(Refused, match="two_persons"):
        steps.remove_party(cast.actor("cora"), case.reference, case.seen, people(case)[0].id, WHY)
    proposal = propose(case)
    with pytest.raises(Refused, match="lift_own_proposal"):
        confirm(case, proposal, "cora")

    assert not sees(cast, "mia", case)
    assert [each.excluded for each in people(case)] == [True]
    assert EventKind.LIFTED not in case.kinds()
    assert EventKind.PARTY_REMOVED not in case.kinds()


def test_two_persons_let_a_director_in_again_and_the_history_says_who_and_why(new: Any, cast: Cast) -> None:
    case = new(respondents=(Named(account_id=cast["dora"]),))
    assert (sees(cast, "dora", case), case.read().acting_director) == (False, "Piet Partner")

    proposal = propose(case)

    assert last(case) == (EventKind.LIFT_PROPOSED, {"relation": "respondent", "account": "Dora Directeur"}, WHY)
    assert (sees(cast, "dora", case), case.read().acting_director) == (False, "Piet Partner")
    seen = case.seen
    confirm(case, proposal, "piet")
    assert last(case) == (EventKind.LIFTED, {"relation": "respondent", "account": "Dora Directeur"}, "")
    assert [each.actor_id for each in case.events()[-2:]] == [cast["cora"], cast["piet"]]
    assert (sees(cast, "dora", case), case.read().acting_director) == (True, "Dora Directeur")
    assert people(case) == ()
    assert case.seen > seen  # who has it open must look again


def test_everybody_who_reads_the_dossier_reads_the_proposal(case: Case, cast: Cast) -> None:
    case.in_progress()
    proposal = propose(case)

    def shown(by: str, mine: bool, may: bool) -> list[LiftView]:
        return [LiftView(proposal, by, mine, may, WHY)]

    assert proposals(case, "cora") == shown("Cora Coördinator", True, True)
    assert proposals(case, "dora") == shown("Cora Coördinator", False, True)
    assert proposals(case, "hans") == shown("Cora Coördinator", False, False)


@pytest.mark.parametrize("act", [steps.confirm_lift, steps.withdraw_lift], ids=lambda each: each.__name__)
def test_who_it_is_about_sees_nothing_of_the_proposal_and_can_do_nothing_with_it(new: Any, cast: Cast, act: Any) -> None:
    case = new(respondents=(Named(account_id=cast["dora"]),))
    proposal = propose(case)

    assert not sees(cast, "dora", case)
    for reference, number in ((case.reference, proposal), (case.reference, 0), ("K26-ZZZZZ", proposal)):
        with pytest.raises(Refused, match="not_found"):
            act(cast.actor("dora"), reference, number)


@pytest.mark.parametrize("act", [steps.confirm_lift, steps.withdraw_lift], ids=lambda each: each.__name__)
def test_only_who_steers_the_dossier_has_a_say(case: Case, cast: Cast, act: Any) -> None:
    case.in_progress()
    proposal = propose(case)

    for who, code in (("hans", "not_allowed"), ("hilde", "not_allowed"), ("mia", "not_allowed"), ("piet", "not_found")):
        for take in (
            lambda who=who: act(cast.actor(who), case.reference, proposal),
            lambda who=who: steps.propose_lift(cast.actor(who), case.reference, case.seen, people(case)[0].id, WHY),
        ):
            with pytest.raises(Refused) as refusal:
                take()
            assert refusal.value.code == code
    assert len(proposals(case)) == 1


def test_a_second_click_does_nothing_more(case: Case) -> None:
    proposal = propose(case)
    with pytest.raises(Refused, match="already_proposed"):
        propose(case)
    with pytest.raises(Refused, match="already_proposed"):
        propose(case, "dora")  # another confirms it; proposing it too is no confirmation
    confirm(case, proposal)
    for act in (steps.confirm_lift, steps.withdraw_lift):
        with pytest.raises(Refused, match="lift_not_proposed"):
            act(case.cast.actor("dora"), case.reference, proposal)

    assert [case.kinds().count(each) for each in (EventKind.LIFT_PROPOSED, EventKind.LIFTED)] == [1, 1]


def test_who_is_in_it_twice_stays_out_until_both_are_taken_back(new: Any, cast: Cast) -> None:
    case = new().in_progress()
    for relation in (Relation.RESPONDENT, Relation.CONFLICT):
        name_again(case, "hans", relation)

    first, second = propose(case), propose(case, number=1)
    confirm(case, first)
    assert not sees(cast, "hans", case)
    assert [each.id for each in proposals(case)] == [second]
    confirm(case, second)

    assert case.row.handler_id is None  # the task does not come back by itself
    steps.assign(cast.actor("cora"), case.reference, case.seen, cast["hans"])
    assert sees(cast, "hans", case)


# Nobody else there


def test_where_nobody_else_may_nothing_happens(new: Any, cast: Cast) -> None:
    case = new(respondents=tuple(Named(account_id=cast[name]) for name in ("dora", "piet", "petra")))

    with pytest.raises(Refused, match="nobody_to_confirm"):
        propose(case)

    assert EventKind.LIFT_PROPOSED not in case.kinds()


def test_who_is_left_alone_with_a_proposal_reads_so(case: Case, cast: Cast) -> None:
    proposal = propose(case)
    for name in ("dora", "piet", "petra"):
        name_again(case, name)

    with pytest.raises(Refused, match="nobody_to_confirm"):
        confirm(case, proposal, "cora")

    assert not sees(cast, "mia", case)


# It ends by itself


def test_a_person_who_is_named_again_stays_out(case: Case, cast: Cast) -> None:
    proposal = propose(case)
    name_again(case, "hans")  # somebody else: it still stands
    assert len(proposals(case)) == 1
    name_again(case, "mia")

    assert proposals(case) == []
    with pytest.raises(Refused, match="lift_not_proposed"):
        confirm(case, proposal)
    confirm(case, propose(case))  # of the respondent, anew
    assert not sees(cast, "mia", case)


def test_the_word_of_who_may_not_any_more_does_not_count(case: Case, cast: Cast) -> None:
    proposal = propose(case, "dora")
    name_again(case, "dora")

    assert proposals(case) == []
    with pytest.raises(Refused, match="lift_not_proposed"):
        confirm(case, proposal, "cora")
    confirm(case, propose(case, "cora"), "piet")
    assert sees(cast, "mia", case)


def test_the_word_of_who_left_does_not_count(case: Case, cast: Cast) -> None:
    proposal = propose(case)
    with Session(door.engine()) as session, session.begin():
        session.execute(update(m.Account).where(m.Account.id == cast["cora"]).values(active=False))

    assert proposals(case, "dora") == []
    with pytest.raises(Refused, match="lift_not_proposed"):
        confirm(case, proposal)


@pytest.mark.parametrize("who", ["cora", "dora"])
def test_a_proposal_is_dropped_and_can_be_made_again(case: Case, cast: Cast, who: str) -> None:
    proposal = propose(case)

    steps.withdraw_lift(cast.actor(who), case.reference, proposal)

    assert last(case)[:2] == (EventKind.LIFT_WITHDRAWN, {"relation": "respondent", "account": "Mia Manager"})
    assert proposals(case) == []
    with pytest.raises(Refused, match="lift_not_proposed"):
        confirm(case, proposal)
    again = propose(case)
    with pytest.raises(Refused, match="lift_not_proposed"):
        confirm(case, proposal)  # what stood on the screen of before
    confirm(case, again)
    assert EventKind.LIFTED in case.kinds()


def test_a_proposal_of_another_dossier_is_none_here(case: Case, new: Any, cast: Cast) -> None:
    other = new(respondents=(Named(account_id=cast["mia"]),))
    elsewhere = propose(other)
    propose(case)

    with pytest.raises(Refused, match="lift_not_proposed"):
        confirm(case, elsewhere)
    assert EventKind.LIFTED not in case.kinds() + other.kinds()


def test_who_hears_the_appeal_sees_the_dossier_as_it_stood(case: Case) -> None:
    case.in_progress().decide().answer()
    proposal = propose(case)
    case.appeal()

    assert proposals(case, "vera") == []
    confirm(case, proposal)
    assert proposals(case, "vera") == []
