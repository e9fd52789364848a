"""Random walks: people of every role try every step in any order. Whatever is refused leaves no trace, nothing but a refusal
ever comes back, and what the design calls invariants holds after each step (domain.md 5.2, I1-I12)."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from db import models as m
from domain.errors import Refused
from domain.promises import PromiseState, state
from domain.vocabulary import Status
from services import door, dossier
from services.complaints import Named
from services.records import GENESIS, event_hash
from tests.cases import Case
from tests.conftest import PROFILES, TODAY, Cast
from tests.services.test_steps import ACTS, ROWS, columns

STEPS = 40
WALKERS = ("tom", "hans", "hilde", "cora", "cora", "cora", "mia", "piet", "dora", "dora", "vera", "wim", "adam")
ENDS = {"withdraw", "not_handled"}  # left to chance, or every walk would be short
ONWARD = {"convert", "consult", "acknowledge", "acknowledge_impossible", "assign", "decide", "answer", "close", "reopen"}
ONWARD |= {"lodge_appeal", "resolve", "extend"}
STARTS: dict[str, dict[str, Any]] = {
    "a plain complaint": {},
    "a question": {"kind": "question"},
    "resolved on the spot": {"immediate_actions": "Jas gevonden.", "already_resolved": True},
    "anonymous": {"complainant_type": "anonymous", "complainant_name": None, "complainant_contact": None},
    "about the handler": {"respondents": ("hans",)},
}


def rows(model: Any, case: Case) -> list[Any]:
    with Session(door.engine()) as session:
        return list(session.scalars(select(model).where(model.complaint_id == case.row.id).order_by(model.id)))


def check(case: Case) -> None:
    complaint, promises, events = case.row, rows(m.Promise, case), case.events()
    decisions, messages = rows(m.Decision, case), rows(m.Message, case)
    excluded = {party.account_id for party in rows(m.Party, case) if party.excluded}

    assert not excluded & {complaint.handler_id, complaint.ack_owner_id, complaint.acting_director_id}  # I1
    told = [each for each in messages if each.direction == "out" and each.recipient == "complainant"]
    assert complaint.status != Status.ANSWERED or told  # I4
    assert complaint.status not in (Status.IN_APPEAL, Status.RULED) or decisions  # I8
    assert len([each for each in decisions if not each.superseded]) <= 1
    ceiling = complaint.received_on + timedelta(weeks=6)
    assert complaint.procedure != "WKO" or all(
        each.target_on <= ceiling for each in promises if each.code == "EXPECTED_ANSWER"
    )  # I9
    before = GENESIS
    for number, event in enumerate(events, start=1):  # I10
        assert (event.seq, event.prev_hash, event.hash) == (number, before, event_hash(event))
        before = event.hash
    for promise in promises:  # I12
        ends = [promise.met_on, promise.extended_to, promise.cancelled_on]
        assert sum(end is not None for end in ends) <= 1
        assert promise.met_on is not None or state(promise, TODAY) is not PromiseState.KEPT
    waiting = [
        each for each in promises
        if not (each.met_on or each.extended_to or each.cancelled_on or each.informative) and each.code != "MEASURE"
    ]  # fmt: skip
    assert complaint.status != Status.CLOSED or not waiting
    assert (complaint.next_promise is None) == (not [each for each in promises if each in waiting or _open_measure(each)])


def _open_measure(promise: m.Promise) -> bool:
    return promise.code == "MEASURE" and not (promise.met_on or promise.cancelled_on)


def next_act(case: Case, chance: random.Random) -> tuple[str, str]:
    """Mostly what the screen would offer to somebody, at times anything by anybody."""
    who = chance.choice(WALKERS)
    if chance.random() < 0.25:
        return chance.choice(sorted(ACTS)), who
    if case.row.status == Status.IN_APPEAL:
        return chance.choice(("rule", "annul", "note")), chance.choice(("vera", "cora"))
    try:
        offered = {step.name for step in dossier.steps(case.cast.actor(who), case.reference) if step.possible}
    except Refused:
        offered = set()
    onward = sorted(offered & ONWARD) or sorted(offered - ENDS) or sorted(offered)
    if not onward:
        return chance.choice(sorted(ACTS)), who
    return chance.choice([row.does for row in ROWS if row.step == chance.choice(onward)] or ["note"]), who


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("start", STARTS)
def test_a_random_walk_keeps_the_invariants(cast: Cast, profile: str, start: str) -> None:
    chance = random.Random(f"{profile}{start}")
    fields = dict(STARTS[start])
    fields["respondents"] = tuple(Named(account_id=cast[name]) for name in fields.get("respondents", ()))
    case = Case.registered(profile, cast, **fields)
    statuses = set()

    for _ in range(STEPS):
        act, who = next_act(case, chance)
        before, events = columns(case), case.kinds()
        try:
            ACTS[act](case, who)
        except (Refused, AssertionError, IndexError):  # the last two: there is no measure to speak of
            if act not in ("rule", "annul"):  # three acts in one, of which the first may have gone well
                assert (columns(case), case.kinds()) == (before, events), f"{act} by {who} left something behind"
        assert case.kinds()[: len(events)] == events
        check(case)
        statuses.add(case.row.status)

    assert len(statuses) > 1  # it went somewhere
