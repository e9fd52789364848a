"""When a complaint is about one of us somebody else does the job, and the person sees nothing; where there is nobody else the
administrator reads which task it is, and a register does not begin."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
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
from tests.cases import Case
from tests.conftest import CAST, TODAY, Cast
from tests.dossiers import hand_over
from tests.services.test_shield import NIGHTLY

ROOT = Path(__file__).resolve().parent.parent.parent


def refused(act: Callable[[], object]) -> tuple[str, str | None]:
    with pytest.raises(Refused) as refusal:
        act()
    return refusal.value.code, refusal.value.field


def tasks(cast: Cast) -> set[Task]:
    return set(standing_in.gaps(cast.actor("adam")))


def without(engine: Engine, cast: Cast, *roles: Role) -> None:
    """Nobody holds these any more."""
    with Session(engine) as session, session.begin():
        session.execute(delete(m.AccountRole).where(m.AccountRole.role.in_(roles)))


def set_up(engine: Engine, **changed: object) -> None:
    with Session(engine) as session, session.begin():
        write_settings(session, changed)


# Of whom there is one here, with somebody outside: the setting that names them; none: the procedure does
OUTSIDE = {Task.UNWANTED_BEHAVIOUR: "stand_in_confidant", Task.WHISTLEBLOWER: "", Task.ADMIN: "stand_in_admin"}
SECOND = {Task.UNWANTED_BEHAVIOUR: Role.CONFIDANT, Task.WHISTLEBLOWER: Role.WB_OFFICER, Task.ADMIN: Role.ADMIN}
ALONE = pytest.mark.parametrize("task", OUTSIDE)
NOBODY = {"name": "", "phone": "", "email": ""}
WITHOUT_AUTHORITY = standard_source("training").replace('type = "wb_authority"', 'type = "other"')


def nobody_outside(engine: Engine, task: Task) -> None:
    if OUTSIDE[task]:
        set_up(engine, **{OUTSIDE[task]: NOBODY})
        return
    with Session(engine) as session, session.begin():
        session.add(
            m.ProfileVersion(
                profile="training", version=2, valid_from=TODAY, source=WITHOUT_AUTHORITY, created_at=datetime.now(UTC)
            )
        )


def second(engine: Engine, cast: Cast, task: Task) -> None:
    with Session(engine) as session, session.begin():
        session.add(m.AccountRole(account_id=cast["suze"], role=SECOND[task]))


def adopt(cast: Cast, source: str = standard_source("training")) -> int:
    source = source.replace('source = "', 'source = "nieuw ', 1)
    return procedures.adopt(cast.actor("dora"), source, TODAY + timedelta(days=1))


# What is missing


def test_the_cast_has_somebody_else_for_everything(cast: Cast) -> None:
    assert tasks(cast) == set()


@ALONE
def test_one_person_and_nobody_outside_is_named(engine: Engine, cast: Cast, task: Task) -> None:
    nobody_outside(engine, task)
    assert tasks(cast) == {task}


@ALONE
def test_a_second_account_does_without_anybody_outside(engine: Engine, cast: Cast, task: Task) -> None:
    nobody_outside(engine, task)
    second(engine, cast, task)
    assert tasks(cast) == set()
    assert Case.registered("training", cast).reference


@pytest.mark.parametrize("field", ["stand_in_confidant", "stand_in_admin"])
@pytest.mark.parametrize(
    ("contact", "reached"),
    [
        ({"name": "Els Extern"}, False),
        ({"phone": "06 00 00 00 02", "email": "els@arbodienst.invalid"}, False),
        ({"name": "Els Extern", "phone": "06 00 00 00 02"}, True),
        ({"name": "Els Extern", "email": "els@arbodienst.invalid"}, True),
    ],
)
def test_somebody_outside_has_a_name_and_can_be_reached(
    engine: Engine, cast: Cast, field: str, contact: dict[str, str], reached: bool
) -> None:
    set_up(engine, **{field: contact})
    assert (tasks(cast) == set()) is reached


def test_settings_of_before_there_was_anybody_outside_are_read(engine: Engine, cast: Cast) -> None:
    with Session(engine) as session, session.begin():
        session.execute(delete(m.Setting).where(m.Setting.key.in_(("stand_in_confidant", "stand_in_admin"))))
    assert not organisation.settings(cast.actor("adam")).stand_in_confidant.name
    assert tasks(cast) == {Task.UNWANTED_BEHAVIOUR, Task.ADMIN}


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


@ALONE
def test_nor_with_one_person_and_nobody_outside(engine: Engine, cast: Cast, task: Task) -> None:
    nobody_outside(engine, task)
    assert refused(lambda: Case.registered("training", cast)) == ("no_stand_in", None)
    assert refused(lambda: hand_over(cast, Compartment.UNWANTED_BEHAVIOUR)) == ("no_stand_in", None)
    source = standard_source("training") if OUTSIDE[task] else WITHOUT_AUTHORITY
    assert refused(lambda: adopt(cast, source)) == ("no_stand_in", None)


def test_a_register_that_is_used_takes_every_complaint(engine: Engine, cast: Cast) -> None:
    Case.registered("training", cast)
    set_up(engine, stand_in_ids=[])
    for task in OUTSIDE:
        nobody_outside(engine, task)
    assert Case.registered("training", cast).reference
    assert hand_over(cast, Compartment.UNWANTED_BEHAVIOUR)


def test_no_procedure_is_put_in_force_without_a_stand_in(engine: Engine, cast: Cast) -> None:
    set_up(engine, substitute_reviewer_ids=[])
    assert refused(lambda: adopt(cast)) == ("no_stand_in", None)
    set_up(engine, substitute_reviewer_ids=[cast["suze"]])
    assert adopt(cast) == 2


def test_a_procedure_that_names_no_authority_outside_takes_a_second_officer(engine: Engine, cast: Cast) -> None:
    assert refused(lambda: adopt(cast, WITHOUT_AUTHORITY)) == ("no_stand_in", None)
    second(engine, cast, Task.WHISTLEBLOWER)
    assert adopt(cast, WITHOUT_AUTHORITY) == 2


def test_a_procedure_that_names_an_authority_outside_can_take_the_place_of_one_that_did_not(engine: Engine, cast: Cast) -> None:
    nobody_outside(engine, Task.WHISTLEBLOWER)
    assert adopt(cast) == 3


# The setting, empty, and the field that is to blame
LAST = pytest.mark.parametrize(
    ("setting", "empty", "field"),
    [
        ("stand_in_ids", (), "stand_in_ids"),
        ("substitute_reviewer_ids", (), "substitute_reviewer_ids"),
        ("stand_in_confidant", NOBODY, "stand_in_confidant.name"),
        ("stand_in_admin", NOBODY, "stand_in_admin.name"),
    ],
)


@LAST
def test_the_last_stand_in_of_a_used_register_stays(cast: Cast, setting: str, empty: object, field: str) -> None:
    adam = cast.actor("adam")
    Case.registered("training", cast)
    lose = lambda: organisation.change_settings(adam, organisation.settings(adam), {setting: empty})  # noqa: E731

    assert refused(lose) == ("last_stand_in", field)
    organisation.change_settings(adam, organisation.settings(adam), {"city": "Elders"})  # anything else can be saved


@LAST
def test_while_it_is_set_up_everything_can_be_saved(cast: Cast, setting: str, empty: object, field: str) -> None:
    adam = cast.actor("adam")
    organisation.change_settings(adam, organisation.settings(adam), {setting: empty})
    assert organisation.settings(adam).model_dump()[setting] == empty


@pytest.mark.parametrize("task", [Task.UNWANTED_BEHAVIOUR, Task.ADMIN])
def test_who_is_outside_may_go_when_there_is_a_second_account(engine: Engine, cast: Cast, task: Task) -> None:
    adam = cast.actor("adam")
    Case.registered("training", cast)
    second(engine, cast, task)
    organisation.change_settings(adam, organisation.settings(adam), {OUTSIDE[task]: NOBODY})
    assert tasks(cast) == set()


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
    second(engine, cast, Task(compartment))
    reference = hand_over(cast, compartment)
    add_party(cast.actor("suze"), reference, Relation.RESPONDENT, Named(account_id=cast[who]))
    blind(cast, who, reference)
    assert dossier.read(cast.actor("suze"), reference).compartment == compartment


def about_vera(cast: Cast) -> dict[str, object]:
    with pytest.raises(Refused) as refusal:
        hand_over(cast, Compartment.UNWANTED_BEHAVIOUR, "tom", Named(account_id=cast["vera"]))
    assert refusal.value.code == "no_recipient"
    return refusal.value.values


def test_what_is_about_the_only_confidant_is_refused_with_whom_to_call_outside(engine: Engine, cast: Cast) -> None:
    assert about_vera(cast) == {"outside": "Els Extern, 06 00 00 00 02, els@arbodienst.invalid"}
    set_up(engine, stand_in_confidant=NOBODY)
    assert about_vera(cast) == {"outside": ["refused.outside_unwanted_behaviour"]}


def test_who_confirms_knows_who_does_the_accounts_when_it_is_about_the_administrator(engine: Engine, cast: Cast) -> None:
    assert standing_in.for_the_administrator(cast.actor("piet")) == "Sam Server, 06 00 00 00 03, sam@leverancier.invalid"
    assert refused(lambda: standing_in.for_the_administrator(cast.actor("tom"))) == ("not_allowed", None)
    set_up(engine, stand_in_admin=NOBODY)
    assert standing_in.for_the_administrator(cast.actor("piet")) == ""
