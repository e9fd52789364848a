"""Names that were typed, and what answers about them leave behind: each name is a question of its own, nobody answers about
themself by a detour, and nothing that stays tells whom a question was about."""

from __future__ import annotations

import json
import zipfile
from datetime import date, datetime

import pytest
from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from db import models as m
from domain import sealed
from domain.vocabulary import Compartment, EventKind, Relation
from services import accounts, door, dossier, granting, lifting, sealed_export, shield
from services.accounts import AccountInput
from services.board import BoardFilter
from services.board import page as board_page
from services.parties import Named, add_party
from services.records import event_hash
from tests.cases import Case
from tests.conftest import Cast
from tests.services.test_restricted import handed
from tests.services.test_shield import about, asked, sees


def rename(engine: Engine, login: str, name: str) -> None:
    with Session(engine) as session, session.begin():
        session.execute(update(m.Account).where(m.Account.name == login).values(display_name=name))


def people(case: Case, who: str = "cora") -> list[tuple[str, str]]:
    content = case.read(who).content
    assert content is not None
    return sorted((each.relation, each.name) for each in content.people)


# Each name is a question of its own


@pytest.mark.parametrize(
    "typed", ["Mia Manager (locatie Noord)", "leidinggevende Mia Manager", "Mia Manager en Hans Behandelaar"]
)
def test_more_words_around_a_full_name_hide_nothing(cast: Cast, typed: str) -> None:
    case = about(cast, typed)
    assert not sees(cast, "mia", case.reference)
    assert "Mia Manager" in asked(cast, "cora", case)


def test_an_answer_about_a_weak_name_is_none_about_a_surer_one(cast: Cast) -> None:
    case = about(cast, "Maneger")
    (question,) = shield.questions(cast.actor("cora"), case.reference)
    shield.recognise(cast.actor("cora"), case.reference, question.id, same=False)

    add_party(cast.actor("cora"), case.reference, Relation.RESPONDENT, Named(name="M. Manager"))

    assert not sees(cast, "mia", case.reference)
    assert asked(cast, "dora", case) == ["Mia Manager"]


def test_a_weak_question_that_waits_does_not_hide_a_surer_one(cast: Cast) -> None:
    case = about(cast, "Maneger")
    add_party(cast.actor("cora"), case.reference, Relation.RESPONDENT, Named(name="M. Manager"))
    assert not sees(cast, "mia", case.reference)


def test_no_to_one_of_two_sure_names_leaves_the_other_standing(cast: Cast) -> None:
    case = about(cast, "M. Manager")
    add_party(cast.actor("cora"), case.reference, Relation.RESPONDENT, Named(name="Manager M."))
    one, _ = shield.questions(cast.actor("cora"), case.reference)

    shield.recognise(cast.actor("cora"), case.reference, one.id, same=False)

    assert not sees(cast, "mia", case.reference)
    assert asked(cast, "dora", case) == ["Mia Manager"]


def test_who_stands_there_as_involved_is_asked_about_when_their_name_is_typed(cast: Cast) -> None:
    case = Case.registered("training", cast)
    add_party(cast.actor("cora"), case.reference, Relation.INVOLVED, Named(account_id=cast["mia"]))
    add_party(cast.actor("cora"), case.reference, Relation.RESPONDENT, Named(name="M. Manager"))
    assert not sees(cast, "mia", case.reference)


# Answering


def test_who_answers_about_one_colleague_does_not_clear_themself(cast: Cast, engine: Engine) -> None:
    rename(engine, "cora", "Cora Manager")
    case = about(cast, "Manager")
    assert set(asked(cast, "dora", case)) == {"Cora Manager", "Mia Manager"}
    (question,) = shield.questions(cast.actor("cora"), case.reference)

    shield.recognise(cast.actor("cora"), case.reference, question.id, same=True)

    assert asked(cast, "dora", case) == ["Cora Manager"]


def test_yes_keeps_what_was_typed(cast: Cast) -> None:
    case = about(cast, "M. Manager")
    (question,) = shield.questions(cast.actor("cora"), case.reference)
    shield.recognise(cast.actor("cora"), case.reference, question.id, same=True)

    content = case.read("cora").content
    assert content is not None
    added = [each for each in content.timeline if each.kind == EventKind.PARTY_ADDED]
    assert added[0].text == "M. Manager"


def test_yes_keeps_each_relation_in_which_the_name_was_typed(cast: Cast) -> None:
    case = about(cast, "Maneger")
    add_party(cast.actor("cora"), case.reference, Relation.CONFLICT, Named(name="Maneger"))
    (question,) = shield.questions(cast.actor("cora"), case.reference)

    shield.recognise(cast.actor("cora"), case.reference, question.id, same=True)

    assert people(case) == [("conflict", "Mia Manager"), ("respondent", "Mia Manager")]


# The name is taken out again


def taken_out(cast: Cast, case: Case, place: int = 0) -> None:
    file = dossier.read(cast.actor("cora"), case.reference)
    assert file.content is not None
    party = file.content.people[place]
    lifting.remove_party(cast.actor("cora"), case.reference, file.version, party.id, "Verkeerd dossier.")


def test_a_typed_name_that_is_taken_out_takes_its_question_along(cast: Cast) -> None:
    case = about(cast, "D. Directeur")
    assert case.row.acting_director_id == cast["piet"]

    taken_out(cast, case)

    assert asked(cast, "cora", case) == []
    assert sees(cast, "dora", case.reference)
    assert case.row.acting_director_id == cast["dora"]
    assert case.kinds()[-2:] == [EventKind.PARTY_REMOVED, EventKind.RESEMBLES_NOT]


def test_typed_again_it_is_asked_again(cast: Cast) -> None:
    case = about(cast, "M. Manager")
    taken_out(cast, case)
    add_party(cast.actor("cora"), case.reference, Relation.RESPONDENT, Named(name="M. Manager"))
    assert not sees(cast, "mia", case.reference)


def test_the_question_stays_while_the_name_still_stands_there(cast: Cast) -> None:
    case = about(cast, "M. Manager")
    add_party(cast.actor("cora"), case.reference, Relation.CONFLICT, Named(name="M. Manager"))
    taken_out(cast, case)
    assert not sees(cast, "mia", case.reference)
    assert asked(cast, "cora", case) == ["Mia Manager"]


def test_who_takes_out_a_name_like_their_own_does_not_end_the_question_about_themself(cast: Cast) -> None:
    case = about(cast, "Corra Coordinator")
    taken_out(cast, case)
    assert asked(cast, "dora", case) == ["Cora Coördinator"]


# What stays tells nothing


def test_the_hash_of_what_somebody_may_not_see_tells_nothing(cast: Cast) -> None:
    """Without a salt one hash per guess says that the question was about the very person who takes the file along."""
    case = about(cast, "D. Directeur")
    (question,) = shield.questions(cast.actor("cora"), case.reference)
    shield.recognise(cast.actor("cora"), case.reference, question.id, same=False)
    made = sealed_export.make(cast.actor("dora"), case.reference)
    path, _ = sealed_export.fetch(cast.actor("dora"), made.event_id)
    with zipfile.ZipFile(path) as packed:
        events = json.loads(packed.read(sealed.HISTORY))
    hidden = [each for each in events if "kind" not in each]
    assert len(hidden) == 2

    for each in hidden:
        for seen in (one for one in events if "kind" in one):
            for kind in (EventKind.RESEMBLES, EventKind.RESEMBLES_NOT):
                guess = m.Event(
                    prev_hash=each["prev"],
                    complaint_id=case.row.id,
                    seq=each["seq"],
                    kind=kind,
                    side="file",
                    actor_id=seen["actor"],
                    happened_on=date.fromisoformat(seen["happened_on"]),
                    recorded_at=datetime.fromisoformat(seen["recorded_at"]),
                    codes={"resembled": cast["dora"]},
                    text_hash=None,
                )
                assert event_hash(guess) != each["hash"]


# Who acts as director


def test_a_closed_dossier_gets_no_acting_director_by_a_change_of_people(cast: Cast, engine: Engine) -> None:
    handed(cast)
    closed = select(m.Complaint).where(m.Complaint.compartment != Compartment.REGULAR)
    with Session(engine) as session:
        before = session.scalars(closed).one().version
        seen = session.get_one(m.Account, cast["hans"]).version

    given = AccountInput("hans", "Hans Behandelaar", "", ("handler", "reporter"), None)
    accounts.edit(cast.actor("adam"), cast["hans"], seen, given)

    with Session(engine) as session:
        after = session.scalars(closed).one()
        assert (after.acting_director_id, after.version) == (None, before)


def test_who_sees_a_summary_does_not_see_who_acts_as_director(cast: Cast) -> None:
    """Another name than the director's would tell that the complaint is about her."""
    case = Case.registered("training", cast, respondents=(Named(account_id=cast["dora"]),))
    file = dossier.read(cast.actor("petra"), case.reference)
    assert (file.content, file.acting_director) == (None, None)
    assert dossier.read(cast.actor("cora"), case.reference).acting_director == "Piet Partner"
    (row,) = board_page(cast.actor("petra"), BoardFilter()).rows
    assert (row.waiting_for, row.director_acts) == (None, True)
    (row,) = board_page(cast.actor("cora"), BoardFilter()).rows
    assert (row.waiting_for, row.director_acts) == ("Piet Partner", False)


# An account that changes


def test_a_colleague_whose_name_changes_to_a_typed_one_is_kept_out_at_once(cast: Cast) -> None:
    case = about(cast, "L. Later")
    with Session(door.engine()) as session:
        mia = session.get_one(m.Account, cast["mia"])
        given, seen = AccountInput("mia", "Lotte Later", "", ("manager",), mia.unit_id), mia.version

    if not accounts.edit(cast.actor("adam"), cast["mia"], seen, given):
        assert sees(cast, "mia", case.reference)
        (request,) = (each for each in granting.to_answer(cast.actor("dora")) if each.mine_to_answer)
        granting.confirm(cast.actor("dora"), request.id)

    assert not sees(cast, "mia", case.reference)
    assert asked(cast, "cora", case) == ["Lotte Later"]
