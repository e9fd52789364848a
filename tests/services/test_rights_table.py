"""Every cell of the table of rights, asked at the door: role, right, compartment, tie to the dossier, named in it or not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import product

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from db import models as m
from domain.errors import Refused
from domain.rights import TABLE, Right, Role, Scope, Tie
from domain.vocabulary import Compartment, EventKind, Relation, Side, Status
from services import door
from services.door import VISITOR, work
from tests.conftest import TODAY, Cast
from tests.figures import Figures
from tests.fill import make_complaint

WHERE = [
    (Compartment.REGULAR, False),
    (Compartment.REGULAR, True),
    (Compartment.UNWANTED_BEHAVIOUR, False),
    (Compartment.WHISTLEBLOWER, False),
]
# What a tie was: until the last day it still is one.
DONE = {
    "acknowledged lately": Tie.ACKNOWLEDGER,
    "ruled lately": Tie.REVIEWER,
    "acknowledged too long ago": None,
    "not to be acknowledged any more": None,
    "ruled too long ago": None,
    "formerly handler": None,
}
TIES: list[Tie | str | None] = [None, *Tie, *DONE]
ACKNOWLEDGED, RULED = (timedelta(days=TABLE.reach[scope].days or 0) for scope in (Scope.NAMED, Scope.APPEALED))
WHEN = {
    "acknowledged lately": TODAY - ACKNOWLEDGED,
    "acknowledged too long ago": TODAY - ACKNOWLEDGED - timedelta(days=1),
    "ruled lately": TODAY - RULED,
    "ruled too long ago": TODAY - RULED - timedelta(days=1),
}
NAMED = [None, Relation.RESPONDENT, Relation.CONFLICT]
CELLS = len(Role) * len(Right) * len(WHERE) * len(TIES) * len(NAMED)


@dataclass(frozen=True)
class Place:
    """One dossier of the world, as it lies to the person who asks."""

    compartment: Compartment
    red_flag: bool
    tie: Tie | str | None
    named: Relation | None


PLACES = [Place(*where, tie, named) for where, tie, named in product(WHERE, TIES, NAMED)]


def expected(role: Role, right: Right, place: Place) -> bool:
    """Straight from the table, without SQL."""
    if place.named:
        return False
    reaches = [TABLE.reach[scope] for scope in TABLE.rights[role].get(right, ()) if scope is not Scope.NONE]
    return any(
        each.compartment == place.compartment
        and (each.red_flag or not place.red_flag)
        and (not each.ties or DONE.get(str(place.tie), place.tie) in each.ties)
        for each in reaches
    )


@pytest.fixture
def world(engine: Engine, cast: Cast) -> dict[str, Place]:
    """By reference, what there is for rosa, whose role the test chooses."""
    rosa, other = cast["rosa"], cast["petra"]
    found = {}
    with Session(engine) as session, session.begin():
        hers = m.OrgUnit(name="Van Rosa", kind="location", sector="training", manager_id=rosa)
        session.add(hers)
        session.flush()
        below = m.OrgUnit(name="Daaronder", kind="location", sector="training", parent_id=hers.id)
        session.add(below)
        session.flush()
        for place in PLACES:
            complaint = make_complaint(
                session,
                cast,
                compartment=place.compartment,
                red_flag=place.red_flag,
                reporter_id=rosa if place.tie == Tie.REPORTER else other,
                handler_id=rosa if place.tie == Tie.HANDLER else other,
                ack_owner_id=rosa if place.tie == Tie.ACKNOWLEDGER or "acknowledged" in str(place.tie) else other,
                acknowledged_on=WHEN.get(str(place.tie)),
                status=Status.DECIDED if place.tie == "not to be acknowledged any more" else Status.REGISTERED,
                acting_director_id=rosa if place.tie == Tie.ACTING_DIRECTOR else other,
                unit_id=below.id if place.tie == Tie.MANAGER else cast.units["noord"],
            )
            found[complaint.reference] = place
            if place.tie == Tie.REVIEWER or "ruled" in str(place.tie):
                appeal(session, complaint, rosa, other, WHEN.get(str(place.tie)))
            if place.tie == "formerly handler":
                session.add(
                    m.Event(
                        complaint_id=complaint.id, seq=900, kind=EventKind.ASSIGNED, side=Side.FILE, actor_id=rosa,
                        happened_on=TODAY, recorded_at=door._clock(), codes={"handler": rosa}, prev_hash="", hash="",
                    )
                )  # fmt: skip
            if place.named:
                session.add(
                    m.Party(
                        complaint_id=complaint.id, relation=place.named, account_id=rosa, excluded=True, added_at=door._clock()
                    )
                )  # fmt: skip
    return found


def appeal(
    session: Session, complaint: m.Complaint, reviewer: int, other: int, ruled_on: date | None, snapshot_seq: int = 0
) -> None:
    decision = m.Decision(complaint_id=complaint.id, outcome="founded", reasons="x", decided_by=other, decided_on=TODAY)
    session.add(decision)
    session.flush()
    session.add(
        m.Appeal(
            complaint_id=complaint.id, form_id=complaint.reference, decision_id=decision.id, lodged_on=TODAY, channel="phone",
            grounds="x", in_time=True, registered_by=other, reviewer_id=reviewer, snapshot_seq=snapshot_seq, ruled_on=ruled_on,
        )
    )  # fmt: skip


def test_every_cell(engine: Engine, cast: Cast, world: dict[str, Place], figures: Figures) -> None:
    wrong, tested, named, former = [], 0, 0, 0
    for role in Role:
        with Session(engine) as session, session.begin():
            session.get_one(m.Account, cast["rosa"]).roles = [m.AccountRole(role=role)]
        for right in Right:
            reached = asked(cast, right)
            for reference, place in world.items():
                tested, named, former = tested + 1, named + bool(place.named), former + (place.tie in DONE)
                if (reference in reached) is not expected(role, right, place):
                    wrong.append((role, right, place, reference in reached))
    assert not wrong, wrong[:20]
    figures.equal("P1", "cells asked at the door = cells defined", tested, CELLS)
    figures.equal("P1", "cells that are as the table says", tested - len(wrong), CELLS)
    figures.at_least("P1", "cells that the design asks for", tested, 3_600)
    figures.at_least("P1", "cells of who is named in the dossier", named, CELLS // 3)
    figures.at_least("P1", "cells of who was tied to it before", former, len(DONE) * CELLS // len(TIES))


def asked(cast: Cast, right: Right) -> set[str]:
    """What the door gives; nothing to who does not hold the right."""
    try:
        with work(cast.actor("rosa"), right) as w:
            return set(w.session.scalars(select(m.Complaint.reference)))
    except Refused:
        return set()


@pytest.mark.parametrize("role", list(Role))
def test_the_door_opens_for_the_rights_of_the_role_and_no_other(engine: Engine, cast: Cast, role: Role) -> None:
    with Session(engine) as session, session.begin():
        session.get_one(m.Account, cast["rosa"]).roles = [m.AccountRole(role=role)]
    opened = set()
    for right in Right:
        try:
            with work(cast.actor("rosa"), right):
                opened.add(right)
        except Refused:
            continue

    assert opened == set(TABLE.rights[role])


def test_a_visitor_has_the_two_rights_of_a_visitor(engine: Engine) -> None:
    opened = set()
    for right in Right:
        try:
            with work(VISITOR, right):
                opened.add(right)
        except Refused:
            continue

    assert opened == {Right.GREET, Right.SIGN_IN}
