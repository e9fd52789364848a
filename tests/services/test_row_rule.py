"""The row rule table by table. Whom a dossier is open to comes from the table of rights, read without any of our own SQL."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from db import models as m
from domain.rights import READ_RIGHTS, RIGHTS, Right
from domain.vocabulary import Relation
from services import door
from tests.attacks import canaries
from tests.conftest import CAST, TODAY, Cast
from tests.fill import make_complaint, make_party, make_promise, make_ruled_appeal

# The right that shows the rows of a table; of the others it is the right with which somebody came.
NEEDS = {"complainant": "identity", "access_log": "audit", "review_item": "review"}
NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
AS_ASKED = ("promise", "ledger_entry", "chain_head", "retention", "search_text")


def climbed(session: Session, promise: m.Promise) -> m.Escalation:
    row = m.Escalation(
        complaint_id=promise.complaint_id, promise_id=promise.id, due_on=promise.target_on, rung="nobody", climbed_on=TODAY
    )
    session.add(row)
    session.flush()
    return row


def test_no_table_gives_a_row_of_a_dossier_out_of_reach(engine: Engine, cast: Cast) -> None:
    canaries.fill(cast)
    with Session(engine) as session, session.begin():
        for promise in session.scalars(select(m.Promise)).all():
            climbed(session, promise)
    scope, given = canaries.Scope.of(engine, cast), Counter[str]()
    there = {name: {row["complaint_id"] for row in scope.rows(name)} for name in canaries.BELONGING}

    held = (
        (who, right) for who in CAST for right in sorted(READ_RIGHTS) if any(right in RIGHTS[role] for role in CAST[who][1])
    )
    for who, right in held:
        opened, read = (
            {each for each in scope.tables["complaint"] if scope.reaches(who, needs, each)} for needs in (right.value, "read")
        )
        reported = {each["id"] for each in scope.rows("complaint") if each["reporter_id"] == cast[who]}
        for name, got in _rows(cast, who, right).items():
            given[name] += len(got)
            if name in NEEDS:
                reached = {each for each in there[name] if scope.reaches(who, NEEDS[name], each)}
                assert got == reached, (who, right, name)
            elif name in AS_ASKED or (name == "satisfaction" and right in (Right.OVERVIEW, Right.EXPORT)):
                assert got == there[name] & opened, (who, right, name)
            elif name == "escalation":
                assert got <= read | (opened - reported), (who, right, name)
            else:
                assert got <= read, (who, right, name)

    assert {name for name in canaries.BELONGING if not given[name]} == set()


def _rows(cast: Cast, who: str, right: Right) -> dict[str, set[int]]:
    """By table: the dossiers of which this person gets a row."""
    with door.work(cast.actor(who), right) as w:
        every = canaries.BELONGING.items()
        return {name: {row.complaint_id for row in w.session.scalars(select(model))} for name, model in every}


def hers(cast: Cast, model: type[Any]) -> set[int]:
    with door.work(cast.actor("vera"), Right.READ) as w:
        return {row.id for row in w.session.scalars(select(model))}


def lodge(session: Session, cast: Cast, complaint_id: int, reviewer: str) -> m.Appeal:
    """An appeal against a decision of its own, still to be ruled on."""
    said = {"outcome": "upheld", "reasons": "Het klopte.", "decided_by": cast["hans"], "decided_on": TODAY}
    decision = m.Decision(complaint_id=complaint_id, **said)
    session.add(decision)
    session.flush()
    appeal = m.Appeal(
        complaint_id=complaint_id,
        form_id=str(uuid4()),
        decision_id=decision.id,
        lodged_on=TODAY,
        channel="email",
        grounds="Het klopt niet.",
        in_time=True,
        registered_by=cast["cora"],
        reviewer_id=cast[reviewer],
        snapshot_seq=0,
    )
    session.add(appeal)
    session.flush()
    return appeal


@pytest.mark.parametrize("stands", ["open", "ruled", "about her"])
def test_what_climbed_is_for_the_reviewer_whose_appeal_it_is_and_while_it_is_open(
    engine: Engine, cast: Cast, stands: str
) -> None:
    with Session(engine) as session, session.begin():
        complaint = make_complaint(session, cast)
        climbed(session, make_promise(session, complaint))
        appeals = make_promise(session, complaint, code="APPEAL_RULING")
        here = climbed(session, appeals).id
        if stands == "ruled":
            make_ruled_appeal(session, cast, complaint, TODAY)
            lodge(session, cast, complaint.id, "suze")
            lodge(session, cast, make_complaint(session, cast).id, "vera")
        else:
            lodge(session, cast, complaint.id, "vera")
        if stands == "about her":
            make_party(session, complaint, cast["vera"])

    assert hers(cast, m.Escalation) == ({here} if stands == "open" else set())


def test_a_reviewer_sees_no_decision_and_no_appeal_that_came_after_hers(engine: Engine, cast: Cast) -> None:
    with Session(engine) as session, session.begin():
        complaint = make_complaint(session, cast)
        own = lodge(session, cast, complaint.id, "vera")
        later = lodge(session, cast, complaint.id, "suze")
        elsewhere = lodge(session, cast, make_complaint(session, cast).id, "vera")
        shown = ({own.decision_id, elsewhere.decision_id}, {own.id, elsewhere.id})
        hidden = (later.decision_id, later.id)

    assert (hers(cast, m.Decision), hers(cast, m.Appeal)) == shown
    assert hidden[0] not in shown[0]
    assert hidden[1] not in shown[1]


def test_who_reported_a_dossier_is_not_told_to_whom_it_climbed(engine: Engine, cast: Cast) -> None:
    """Nor does somebody hear of it in whose list the dossier does not stand."""
    with Session(engine) as session, session.begin():
        complaint = make_complaint(session, cast, received_on=TODAY - timedelta(days=9))
        here = climbed(session, make_promise(session, complaint)).id

    def told(who: str) -> set[int]:
        with door.work(cast.actor(who), Right.LIST) as w:
            return {row.id for row in w.session.scalars(select(m.Escalation))}

    assert (told("cora"), told("mia")) == ({here}, {here})
    assert (told("tom"), told("rosa")) == (set(), set())


def test_a_form_is_for_who_judges_it_and_never_for_whom_it_is_about(engine: Engine, cast: Cast) -> None:
    """Three of them became a dossier: Cora is out of one, Dora of another, and Cora is only involved in the last."""
    with Session(engine) as session, session.begin():
        source = m.EvaluationSource(name="Een", columns={}, question="", rule=None, saved_at=NOW, version=1)
        session.add(source)
        session.flush()
        brought = {who: m.EvaluationImport(
            form_id=str(uuid4()), source_id=source.id, file_name="f.csv", by_id=cast[who], at=NOW, total=1, finished_at=NOW
        ) for who in ("cora", "dora")}  # fmt: skip
        forms = {name: form(cast, name) for name in ("about cora", "nobody", "with cora", "with dora", "involved")}
        session.add_all([*brought.values(), *forms.values()])
        session.flush()
        session.add(m.EvaluationAbout(evaluation_id=forms["about cora"].id, account_id=cast["cora"]))
        session.add(m.EvaluationAbout(evaluation_id=forms["nobody"].id, account_id=cast["tom"]))
        for each in forms.values():
            session.add(m.EvaluationEvent(evaluation_id=each.id, what="imported", by_id=cast["dora"], at=NOW))
        for name, who, relation in (
            ("with cora", "cora", Relation.CONFLICT), ("with dora", "dora", Relation.RESPONDENT),
            ("involved", "cora", Relation.INVOLVED),
        ):  # fmt: skip
            made = make_complaint(session, cast, form_id=forms[name].form_id)
            make_party(session, made, cast[who], relation)
        make_party(session, make_complaint(session, cast), cast["dora"])  # of another dossier: no matter
        ids = {each.id: name for name, each in forms.items()}

    for who, seen in {
        "cora": {"nobody", "with dora", "involved"},
        "dora": {"about cora", "nobody", "with cora", "involved"},
    }.items():
        with door.work(cast.actor(who), Right.EVALUATIONS) as w:
            assert {ids[each.id] for each in w.session.scalars(select(m.Evaluation))} == seen
            assert {ids[each.evaluation_id] for each in w.session.scalars(select(m.EvaluationEvent))} == seen
            about = {ids[each.evaluation_id] for each in w.session.scalars(select(m.EvaluationAbout))}
            assert about == {"about cora", "nobody"} & seen
            assert [each.by_id for each in w.session.scalars(select(m.EvaluationImport))] == [cast[who]]
    tables = (m.Evaluation, m.EvaluationEvent, m.EvaluationAbout, m.EvaluationImport)
    with door.work(cast.actor("piet"), Right.REVIEW) as w:  # who may not judge them, whatever the right
        assert [len(w.session.scalars(select(each)).all()) for each in tables] == [0, 0, 0, 0]
    with door.work(door.SystemActor("test", frozenset({Right.OPERATE})), Right.OPERATE) as w:
        assert [len(w.session.scalars(select(each)).all()) for each in tables] == [5, 5, 2, 2]


def form(cast: Cast, name: str) -> m.Evaluation:
    return m.Evaluation(
        form_id=str(uuid4()), fingerprint=name, imported_by=cast["dora"], imported_at=NOW, received_on=TODAY, why=[],
        state="candidate",
    )  # fmt: skip
