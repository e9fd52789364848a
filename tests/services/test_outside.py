"""Straight to an outside body, at any moment; and the end of a dossier as both sides see it."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from db import models as m
from domain.errors import Refused
from domain.promises import PromiseState
from domain.vocabulary import CloseReason, ExternalResult, ExternalStage, Outcome, Satisfied, Status
from services import board, clocks, door, dossier, steps
from services.board import BoardFilter
from services.steps import PartInput
from tests.conftest import Cast
from tests.dossiers import On, answered, in_progress, registered, seen

CHILDCARE = {"sector": "kinderopvang", "category": "Communicatie en informatie", "red_flag": False}
COMMITTEE = "committee-childcare"
childcare_only = pytest.mark.parametrize("profile", ["kinderopvang-welzijn"])


def day(number: int, month: int = 9) -> date:
    return date(2026, month, number)


def refer(cast: Cast, reference: str, stage: str, on: date, body: str = COMMITTEE, **more: Any) -> None:
    steps.refer(cast.actor("cora"), reference, str(uuid4()), body=body, stage=stage, submitted_on=on, **more)


def close(cast: Cast, reference: str, reason: str, on: date, **more: Any) -> None:
    steps.close(cast.actor("cora"), reference, seen(reference), reason, on, **more)


@childcare_only
def test_straight_to_the_committee_from_the_first_day_up_to_its_ruling(cast: Cast, on: On, profile: str) -> None:
    reference = registered(cast, on, **CHILDCARE)
    with on(day(8)):
        refer(cast, reference, ExternalStage.COMMITTEE_PENDING, day(8), case_number="GC-1", internal_first=False)
        refer(cast, reference, ExternalStage.HEARING, day(20))  # planned: it lies ahead
        clocks.pause(cast.actor("cora"), reference, seen(reference), "external_body", day(8), None, "De commissie beslist.")
    with on(day(28)):
        steps.log(cast.actor("cora"), reference, "contact", day(21), "De ouder gesproken.", channel="phone")
        refer(cast, reference, ExternalStage.RULED, day(28), result=ExternalResult.PARTLY, binding=True)
        (row,) = board.page(cast.actor("cora"), BoardFilter()).rows
        close(cast, reference, CloseReason.EXTERNAL_RULED, day(28))
        file = dossier.read(cast.actor("cora"), reference)

    assert row.external
    assert file.status == Status.CLOSED
    assert file.content is not None
    stages = [(each.stage, each.submitted_on, each.result, each.binding) for each in file.content.referrals]
    assert stages == [
        ("ruled", day(28), "partly", True),
        ("hearing", day(20), None, None),
        ("committee_pending", day(8), None, None),
    ]
    ended = {each.key: each.state for each in file.promises if not each.informative}
    assert ended["HOUSE_WEEK.RESPONSE"] is PromiseState.CANCELLED  # suspended: not missed
    assert ended["WKO.RESPONSE"] is PromiseState.CANCELLED  # six weeks had not passed


@childcare_only
def test_without_suspending_the_internal_clocks_go_on(cast: Cast, on: On, profile: str) -> None:
    reference = registered(cast, on, **CHILDCARE)
    with on(day(8)):
        refer(cast, reference, ExternalStage.COMMITTEE_PENDING, day(8))
    with on(day(28)):
        promises = {each.key: each.state for each in dossier.read(cast.actor("cora"), reference).promises}

    assert promises["HOUSE_WEEK.RESPONSE"] is PromiseState.MISSED


@childcare_only
@pytest.mark.parametrize(
    ("body", "stage", "more", "code"),
    [
        ("desk-childcare", "ruled", {"result": "upheld"}, "not_at_this_body"),
        (COMMITTEE, "desk", {}, "not_at_this_body"),
        (COMMITTEE, "ruled", {}, "missing"),
        (COMMITTEE, "ruled", {"result": "advice"}, "unknown_value"),
        ("desk-childcare", "ended", {"result": "upheld"}, "unknown_value"),
        (COMMITTEE, "committee_pending", {"submitted_on": day(9)}, "in_the_future"),
    ],
)
def test_what_cannot_happen_at_a_body_is_refused(
    cast: Cast, on: On, profile: str, body: str, stage: str, more: dict[str, Any], code: str
) -> None:
    reference = registered(cast, on, **CHILDCARE)

    with on(day(8)), pytest.raises(Refused, match=code):
        steps.refer(
            cast.actor("cora"), reference, str(uuid4()), **({"body": body, "stage": stage, "submitted_on": day(8)} | more)
        )

    with Session(door.engine()) as session:
        assert session.scalars(select(m.Referral)).all() == []


def test_an_external_ruling_is_needed_to_close_before_an_answer(cast: Cast, on: On) -> None:
    reference = in_progress(cast, on)
    with on(day(9)), pytest.raises(Refused, match="incomplete"):
        close(cast, reference, CloseReason.EXTERNAL_RULED, day(9))


def test_closing_tells_what_became_of_each_part_and_whether_the_complainant_is_satisfied(cast: Cast, on: On) -> None:
    reference = answered(cast, on)
    parts = (PartInput("De kou", Outcome.UPHELD), PartInput("De telefoon", Outcome.NOT_UPHELD))
    with on(day(14)):
        close(cast, reference, CloseReason.ACCEPTED, day(14), parts=parts, satisfied=Satisfied.YES)
        file = dossier.read(cast.actor("cora"), reference)

    assert file.satisfied == "yes"
    assert file.content is not None
    assert [(each.text, each.outcome) for each in file.content.parts] == [("De kou", "upheld"), ("De telefoon", "not_upheld")]


def test_without_parts_the_whole_is_one(cast: Cast, on: On) -> None:
    reference = answered(cast, on)
    with on(day(14)):
        close(cast, reference, CloseReason.ACCEPTED, day(14))
        file = dossier.read(cast.actor("cora"), reference)

    assert file.content is not None
    assert [(each.text, each.outcome) for each in file.content.parts] == [("De zaal was te koud", "not_upheld")]
    assert file.satisfied == "unknown"


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"satisfied": "no"}, "not_accepted"),
        ({"satisfied": "misschien"}, "unknown_value"),
        ({"parts": (PartInput("", "upheld"),)}, "missing"),
        ({"parts": (PartInput("De kou", ""),)}, "missing"),
    ],
)
def test_a_closing_that_contradicts_itself_leaves_the_dossier_open(cast: Cast, on: On, more: dict[str, Any], code: str) -> None:
    reference = answered(cast, on)
    with on(day(14)), pytest.raises(Refused, match=code):
        close(cast, reference, CloseReason.ACCEPTED, day(14), **more)
    assert dossier.read(cast.actor("cora"), reference).status == Status.ANSWERED
    with Session(door.engine()) as session:
        assert session.scalars(select(m.ComplaintPart)).all() == []


def test_a_body_that_the_procedure_does_not_know_goes_by_its_own_name(cast: Cast, on: On) -> None:
    reference = registered(cast, on)
    with on(day(8)):
        with pytest.raises(Refused, match="missing") as refused:
            refer(cast, reference, ExternalStage.COMMITTEE_PENDING, day(8), body="other")
        refer(cast, reference, ExternalStage.COMMITTEE_PENDING, day(8), body="other", body_name=" Commissie\n De Waag ")
        file = dossier.read(cast.actor("cora"), reference)

    assert refused.value.field == "body_name"
    assert file.content is not None
    assert file.content.referrals[0].body_name == "Commissie De Waag"


@childcare_only
def test_a_known_body_keeps_the_name_of_the_procedure(cast: Cast, on: On, profile: str) -> None:
    reference = registered(cast, on, **CHILDCARE)
    with on(day(8)):
        refer(cast, reference, ExternalStage.INFORMED, day(8), body_name="Iets anders")
        file = dossier.read(cast.actor("cora"), reference)

    assert file.content is not None
    assert "Geschillencommissie" in file.content.referrals[0].body_name


@childcare_only
@pytest.mark.parametrize("binding", [True, False, None])
def test_of_a_ruling_it_is_binding_or_not_or_not_known(cast: Cast, on: On, profile: str, binding: bool | None) -> None:
    reference = registered(cast, on, **CHILDCARE)
    with on(day(8)):
        refer(cast, reference, ExternalStage.RULED, day(8), result=ExternalResult.UPHELD, binding=binding)
        file = dossier.read(cast.actor("cora"), reference)

    assert file.content is not None
    assert file.content.referrals[0].binding is binding


@childcare_only
def test_a_visit_to_the_desk_is_no_dispute_with_the_committee(cast: Cast, on: On, profile: str) -> None:
    reference = registered(cast, on, **CHILDCARE)
    with on(day(28)):
        refer(cast, reference, ExternalStage.DESK, day(8), body="desk-childcare")
        window = {each.key: each.met_on for each in dossier.read(cast.actor("cora"), reference).promises}
        assert window["WKO.COMMITTEE_WINDOW"] is None

        refer(cast, reference, ExternalStage.COMMITTEE_PENDING, day(20))
        window = {each.key: each.met_on for each in dossier.read(cast.actor("cora"), reference).promises}
    assert window["WKO.COMMITTEE_WINDOW"] == day(20)


@childcare_only
def test_what_is_told_afterwards_does_not_set_the_outside_route_back(cast: Cast, on: On, profile: str) -> None:
    reference = registered(cast, on, **CHILDCARE)
    with on(day(28)):
        refer(cast, reference, ExternalStage.RULED, day(28), result=ExternalResult.PARTLY)
        refer(cast, reference, ExternalStage.COMMITTEE_PENDING, day(10))

        assert dossier.read(cast.actor("cora"), reference).external_stage == "ruled"
