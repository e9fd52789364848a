"""When a complaint is about one of us somebody else does the job, and the person sees nothing; where there is nobody else the
administrator reads which task it is, and a register does not begin."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Engine, delete, select
from sqlalchemy.orm import Session

from db import models as m
from db.profiles import standard_source
from db.settings import write_settings
from domain.errors import Refused
from domain.rights import Role
from domain.standing_in import Task
from domain.vocabulary import Compartment, Relation
from services import board, dossier, escalation, organisation, procedures, standing_in
from services.board import BoardFilter
from services.parties import Named, add_party
from tests.attacks.test_what_one_may_not_see import closed, newest
from tests.cases import Case
from tests.conftest import CAST, TODAY, Cast
from tests.services.test_shield import NIGHTLY

ROOT = Path(__file__).resolve().parent.parent.parent


def refused(act: Callable[[], object]) -> tuple[str, str | None]:
    with pytest.raises(Refused) as refusal:
        act()
    return refusal.value.code, refusal.value.field


def tasks(cast: Cast) -> set[Task]:
    return {each.task for each in standing_in.gaps(cast.actor("adam"))}


def without(engine: Engine, cast: Cast, *roles: Role) -> None:
    """Nobody holds these any more."""
    with Session(engine) as session, session.begin():
        session.execute(delete(m.AccountRole).where(m.AccountRole.role.in_(roles)))


def set_up(engine: Engine, **changed: object) -> None:
    with Session(engine) as session, session.begin():
        write_settings(session, changed)


# What is missing


def test_the_cast_lacks_a_second_confidant_officer_and_administrator(cast: Cast) -> None:
    found = {each.task: (each.needed, each.outside) for each in standing_in.gaps(cast.actor("adam"))}
    assert found == {
        Task.UNWANTED_BEHAVIOUR: (False, ""),
        Task.WHISTLEBLOWER: (False, "Huis voor Klokkenluiders"),
        Task.ADMIN: (False, ""),
    }


@pytest.mark.parametrize(
    ("task", "changed"),
    [
        (Task.DIRECTOR, {"stand_in_ids": []}),
        (Task.DIRECTOR, {"director_id": None, "stand_in_ids": []}),
        (Task.REVIEWER, {"substitute_reviewer_ids": []}),
    ],
)
def test_a_place_in_the_settings_without_a_stand_in_is_named(
    engine: Engine, cast: Cast, task: Task, changed: dict[str, object]
) -> None:
    set_up(engine, **changed)
    assert task in tasks(cast)


def test_a_stand_in_who_is_gone_is_none(engine: Engine, cast: Cast) -> None:
    with Session(engine) as session, session.begin():
        for name in ("piet", "petra"):
            session.get_one(m.Account, cast[name]).active = False
    assert Task.DIRECTOR in tasks(cast)


def test_a_coordinator_who_is_director_too_is_one_person(engine: Engine, cast: Cast) -> None:
    set_up(engine, stand_in_ids=[])
    without(engine, cast, Role.COORDINATOR)
    assert {Task.DIRECTOR, Task.COORDINATOR} <= tasks(cast)


# What is refused


def test_a_register_does_not_begin_without_a_stand_in(engine: Engine, cast: Cast) -> None:
    set_up(engine, stand_in_ids=[])
    assert refused(lambda: Case.registered("training", cast)) == ("no_stand_in", None)
    set_up(engine, stand_in_ids=[cast["petra"]])
    assert Case.registered("training", cast).reference


def test_a_register_that_is_used_takes_every_complaint(engine: Engine, cast: Cast) -> None:
    Case.registered("training", cast)
    set_up(engine, stand_in_ids=[])
    assert Case.registered("training", cast).reference


def test_no_procedure_is_put_in_force_without_a_stand_in(engine: Engine, cast: Cast) -> None:
    set_up(engine, substitute_reviewer_ids=[])
    source = standard_source("training").replace('source = "', 'source = "nieuw ', 1)

    def adopt() -> int:
        return procedures.adopt(cast.actor("dora"), source, TODAY + timedelta(days=1))

    assert refused(adopt) == ("no_stand_in", None)
    set_up(engine, substitute_reviewer_ids=[cast["suze"]])
    assert adopt() == 2


@pytest.mark.parametrize("field", ["stand_in_ids", "substitute_reviewer_ids"])
def test_the_last_stand_in_of_a_used_register_stays(cast: Cast, field: str) -> None:
    adam = cast.actor("adam")
    Case.registered("training", cast)
    lose = lambda: organisation.change_settings(adam, organisation.settings(adam), {field: ()})  # noqa: E731

    assert refused(lose) == ("last_stand_in", field)
    organisation.change_settings(adam, organisation.settings(adam), {"city": "Elders"})  # anything else can be saved


@pytest.mark.parametrize("field", ["stand_in_ids", "substitute_reviewer_ids"])
def test_while_it_is_set_up_everything_can_be_saved(cast: Cast, field: str) -> None:
    adam = cast.actor("adam")
    organisation.change_settings(adam, organisation.settings(adam), {field: ()})
    assert getattr(organisation.settings(adam), field) == ()


def test_a_register_that_lacks_one_already_can_save_the_rest(engine: Engine, cast: Cast) -> None:
    Case.registered("training", cast)
    set_up(engine, stand_in_ids=[])
    adam = cast.actor("adam")
    organisation.change_settings(adam, organisation.settings(adam), {"director_id": None})


# Each of us can be the one it is about


def blind(cast: Cast, who: str, reference: str) -> None:
    for read in (dossier.read, dossier.steps, dossier.people):
        assert refused(partial(read, cast.actor(who), reference))[0] in ("not_found", "not_allowed")
    try:
        assert reference not in repr(board.page(cast.actor(who), BoardFilter(text=reference)))
        assert reference not in repr(board.to_do(cast.actor(who)))
    except Refused as refusal:
        assert refusal.code == "not_allowed"  # noqa: PT017 - either is well


def accused(cast: Cast, who: str) -> Case:
    return Case.registered("training", cast, by="rosa", respondents=(Named(account_id=cast[who]),))


@pytest.mark.parametrize("who", sorted(CAST))
def test_whoever_it_is_about_it_reaches_its_end_and_they_see_nothing(cast: Cast, who: str) -> None:
    case = accused(cast, who)
    blind(cast, who, case.reference)

    leading = "cora" if who == "dora" else "dora"
    bestowed = "dora" if who == "cora" else "cora"
    helper = "hilde" if who == "hans" else "hans"
    case.consult(leading, owner=bestowed, participants=("petra",) if who == "piet" else ("piet",))
    case.acknowledge(bestowed).assign(bestowed, handler=helper)
    case.decide(helper).answer(helper)

    blind(cast, who, case.reference)
    assert case.row.acting_director_id not in (None, cast[who])
    assert who not in {name for name, each in cast.ids.items() if each in choices(cast, bestowed, case)}


def choices(cast: Cast, by: str, case: Case) -> set[int]:
    return {each.id for each in dossier.people(cast.actor(by), case.reference)}


def test_the_director_is_replaced_by_the_first_stand_in_who_is_not_accused_too(cast: Cast) -> None:
    case = accused(cast, "dora")
    assert case.row.acting_director_id == cast["piet"]
    add_party(cast.actor("cora"), case.reference, Relation.CONFLICT, Named(account_id=cast["piet"]))
    assert case.row.acting_director_id == cast["petra"]
    blind(cast, "piet", case.reference)


def test_the_reviewer_is_replaced_by_the_substitute(engine: Engine, cast: Cast) -> None:
    case = Case.registered("training", cast).in_appeal()
    assert reviewer(engine) == cast["vera"]
    add_party(cast.actor("cora"), case.reference, Relation.CONFLICT, Named(account_id=cast["vera"]))
    assert reviewer(engine) == cast["suze"]
    blind(cast, "vera", case.reference)


def reviewer(engine: Engine) -> int | None:
    with Session(engine) as session:
        return session.scalar(select(m.Appeal.reviewer_id))


def test_the_manager_on_the_ladder_is_passed_over(cast: Cast, on: Callable[..., object]) -> None:
    case = accused(cast, "mia")
    for days in range(3, 12):
        with on(TODAY + timedelta(days=days)):  # type: ignore[attr-defined]
            escalation.run(NIGHTLY)
    names = [each.name for each in escalation.reached(cast.actor("cora"), case.reference)]
    assert names
    assert "Mia Manager" not in names


@pytest.mark.parametrize(("who", "compartment"), [("vera", Compartment.UNWANTED_BEHAVIOUR), ("wim", Compartment.WHISTLEBLOWER)])
def test_a_second_keeper_reads_what_is_about_the_first(engine: Engine, cast: Cast, who: str, compartment: Compartment) -> None:
    with Session(engine) as session, session.begin():
        role = Role.CONFIDANT if who == "vera" else Role.WB_OFFICER
        session.add(m.AccountRole(account_id=cast["suze"], role=role))
    if who == "vera":
        closed(cast)
        reference = newest()
        add_party(cast.actor("suze"), reference, Relation.RESPONDENT, Named(account_id=cast[who]))
        blind(cast, who, reference)
        assert dossier.read(cast.actor("suze"), reference).compartment == compartment
    assert Task(compartment) not in tasks(cast)
