"""The door knows the person, checks the right, narrows the rows."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import Engine, func, select, update
from sqlalchemy.exc import InternalError, InvalidRequestError
from sqlalchemy.orm import Session, aliased

from db import models as m
from domain.errors import Refused
from domain.rights import RIGHTS, Right, Role, Scope, roles_conflict
from domain.vocabulary import Compartment, EventKind, Relation, Side
from services import door
from services.door import VISITOR, SystemActor, work
from services.records import load, record
from tests.conftest import TODAY, Cast


def dossier(engine: Engine, cast: Cast, **overrides: object) -> m.Complaint:
    """One dossier with a complainant, a promise, an event and its text, straight into the tables."""
    values: dict[str, object] = {
        "reference": f"K26-{uuid4().hex[:5].upper()}", "form_id": str(uuid4()), "compartment": Compartment.REGULAR,
        "kind": "complaint", "status": "registered", "profile_version_id": 1, "procedure": "HOUSE_WEEK",
        "received_on": TODAY, "registered_on": TODAY, "registered_at": door._clock(), "reporter_id": cast["tom"],
        "channel": "phone", "subject_type": "service", "title": "Onderwerp", "description": "Tekst", "category": "X",
        "discussed": "no", "ladder_level": "colleague", "red_flag": False, "acting_director_id": cast["dora"],
    }  # fmt: skip
    respondent = overrides.pop("respondent", None)
    with Session(engine) as session, session.begin():
        complaint = m.Complaint(**(values | overrides))
        session.add(complaint)
        session.flush()
        session.add(m.Complainant(complaint_id=complaint.id, type="client", name="Kees Klager", surname_key="klager"))
        if respondent is not None:
            session.add(m.Party(
                complaint_id=complaint.id, relation=Relation.RESPONDENT, account_id=respondent, excluded=True,
                added_at=door._clock(),
            ))  # fmt: skip
        session.add(m.Promise(
            complaint_id=complaint.id, procedure="HOUSE_WEEK", code="RESPONSE", trigger_on=TODAY,
            target_on=TODAY + timedelta(7), legal_on=TODAY + timedelta(7), statutory=False,
        ))  # fmt: skip
        session.flush()
        session.expunge_all()
    return complaint


def seen(actor: door.Actor, right: Right = Right.LIST) -> set[str]:
    with work(actor, right) as w:
        return set(w.session.scalars(select(m.Complaint.reference)))


def refused(actor: door.Actor, right: Right) -> str:
    with pytest.raises(Refused) as error, work(actor, right):
        pass
    return error.value.code


def test_a_stranger_is_signed_out(cast: Cast) -> None:
    assert refused(None, Right.LIST) == "signed_out"
    assert refused("0" * 64, Right.SELF) == "signed_out"


def test_a_visitor_may_only_sign_in(cast: Cast) -> None:
    with work(VISITOR, Right.SIGN_IN) as w:
        assert w.person.id is None

    assert refused(VISITOR, Right.LIST) == "not_allowed"
    assert refused(cast.actor("dora"), Right.SIGN_IN) == "not_allowed"


def test_an_operator_command_has_only_the_rights_it_lists(cast: Cast) -> None:
    assert refused(SystemActor("demo", frozenset({Right.ACCOUNTS})), Right.LIST) == "not_allowed"


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"revoked_at": True}, "tom"),
        ({"last_seen_at": timedelta(minutes=61)}, "tom"),
        ({"last_seen_at": timedelta(minutes=16)}, "vera"),
        ({"created_at": timedelta(hours=10, minutes=1)}, "tom"),
    ],
)
def test_an_ended_session_is_refused(engine: Engine, cast: Cast, change: dict[str, object], name: str) -> None:
    now = door._clock()
    with Session(engine) as session, session.begin():
        row = session.get_one(m.AuthSession, cast.actor(name))
        for key, value in change.items():
            setattr(row, key, now if value is True else now - value)  # type: ignore[operator]

    assert refused(cast.actor(name), Right.SELF) == "signed_out"


def test_a_session_within_its_limits_is_let_in(engine: Engine, cast: Cast) -> None:
    with Session(engine) as session, session.begin():
        session.get_one(m.AuthSession, cast.actor("tom")).last_seen_at = door._clock() - timedelta(minutes=59)

    with work(cast.actor("tom"), Right.SELF) as w:
        assert w.person.name == "tom"
        assert w.today == TODAY


def test_a_role_that_was_taken_away_stops_working_at_the_next_call(engine: Engine, cast: Cast) -> None:
    dossier(engine, cast)
    assert seen(cast.actor("cora"))
    with Session(engine) as session, session.begin():
        account = session.get_one(m.Account, cast["cora"])
        account.roles.clear()

    assert refused(cast.actor("cora"), Right.LIST) == "not_allowed"


def test_a_disabled_account_is_out(engine: Engine, cast: Cast) -> None:
    with Session(engine) as session, session.begin():
        session.get_one(m.Account, cast["cora"]).active = False

    assert refused(cast.actor("cora"), Right.SELF) == "signed_out"


def test_each_role_sees_the_rows_of_its_scope(engine: Engine, cast: Cast) -> None:
    own = dossier(engine, cast, unit_id=cast.units["zuid"]).reference
    north = dossier(engine, cast, reporter_id=cast["rosa"], unit_id=cast.units["noord"]).reference
    assigned = dossier(engine, cast, reporter_id=cast["rosa"], handler_id=cast["hans"]).reference
    named = dossier(engine, cast, reporter_id=cast["rosa"], ack_owner_id=cast["piet"]).reference
    flagged = dossier(engine, cast, reporter_id=cast["tom"], unit_id=cast.units["noord"], red_flag=True).reference
    unwanted = dossier(engine, cast, compartment=Compartment.UNWANTED_BEHAVIOUR).reference
    report = dossier(engine, cast, compartment=Compartment.WHISTLEBLOWER).reference
    calm = {own, north, assigned, named}

    assert seen(cast.actor("tom")) == {own}
    assert seen(cast.actor("hans")) == {assigned}
    assert seen(cast.actor("mia")) == {north}
    assert seen(cast.actor("piet")) == calm
    assert seen(cast.actor("piet"), Right.READ) == {named}
    assert seen(cast.actor("dora")) == seen(cast.actor("cora")) == calm | {flagged}
    assert seen(cast.actor("vera")) == {unwanted}
    assert seen(cast.actor("wim")) == {report}
    assert refused(cast.actor("adam"), Right.LIST) == "not_allowed"


def test_a_manager_sees_the_units_below_the_own_unit(engine: Engine, cast: Cast) -> None:
    with Session(engine) as session, session.begin():
        below = m.OrgUnit(name="Groep Blauw", kind="location", parent_id=cast.units["noord"])
        session.add(below)
        session.flush()
        unit_id = below.id
    there = dossier(engine, cast, unit_id=unit_id).reference

    assert seen(cast.actor("mia")) == {there}


@pytest.mark.parametrize("name", ["tom", "hans", "cora", "mia", "piet", "dora"])
def test_whoever_it_is_about_sees_no_trace(engine: Engine, cast: Cast, name: str) -> None:
    hidden = dossier(
        engine, cast, respondent=cast[name], reporter_id=cast[name], handler_id=cast[name], ack_owner_id=cast[name],
        unit_id=cast.units["noord"], acting_director_id=cast[name],
    )  # fmt: skip

    for right in Right:
        if door.scopes(RIGHTS_OF[name], right) - {Scope.NONE}:
            with work(cast.actor(name), right) as w:
                for model in (m.Complaint, m.Complainant, m.Party, m.Promise, m.Event, m.ChainHead):
                    assert w.session.scalar(select(func.count()).select_from(model)) == 0
                assert w.session.get(m.Complaint, hidden.id) is None
                assert not w.allows(right, hidden.id)
                with pytest.raises(Refused, match="not_found"):
                    load(w, hidden.reference)


RIGHTS_OF = {
    "tom": [Role.REPORTER], "hans": [Role.HANDLER], "cora": [Role.COORDINATOR], "mia": [Role.MANAGER],
    "piet": [Role.PARTNER], "dora": [Role.DIRECTOR],
}  # fmt: skip


def test_two_readers_and_three_scopes_alternate_in_one_process(engine: Engine, cast: Cast) -> None:
    """A criterion that SQLAlchemy caches would give the second reader the first one's rows."""
    mine = {dossier(engine, cast).reference for _ in range(3)}
    others = {dossier(engine, cast, reporter_id=cast["rosa"], respondent=cast["cora"]).reference for _ in range(2)}

    for _ in range(3):
        assert seen(cast.actor("tom")) == mine
        assert seen(cast.actor("rosa")) == others
        assert seen(cast.actor("cora")) == mine
        assert seen(cast.actor("dora")) == mine | others


def test_the_row_rule_reaches_joins_aliases_counts_and_subqueries(engine: Engine, cast: Cast) -> None:
    dossier(engine, cast, respondent=cast["cora"])
    visible = dossier(engine, cast)

    with work(cast.actor("cora"), Right.READ) as w:
        other = aliased(m.Complaint)
        joined = select(m.Promise.id).join(m.Complaint, m.Complaint.id == m.Promise.complaint_id)
        assert len(w.session.scalars(joined).all()) == 1
        assert w.session.scalars(select(other.reference)).all() == [visible.reference]
        assert w.session.scalar(select(func.count()).select_from(m.Complaint)) == 1
        inner = select(m.Complaint.id).scalar_subquery()
        assert w.session.scalars(select(m.Promise.complaint_id).where(m.Promise.complaint_id.in_(inner))).all() == [visible.id]


@pytest.mark.parametrize("many", [True, False])
def test_a_change_of_many_rows_by_their_numbers_is_refused_as_it_would_go_past_the_rule(
    engine: Engine, cast: Cast, many: bool
) -> None:
    hidden = dossier(engine, cast, respondent=cast["cora"])
    values = [{"id": hidden.id, "title": "Veranderd"}] * (2 if many else 1)

    with pytest.raises(InvalidRequestError, match="many sets of values"), work(cast.actor("cora"), Right.LOG) as w:
        w.session.execute(update(m.Complaint), values)

    with Session(engine) as session:
        assert session.get_one(m.Complaint, hidden.id).title == "Onderwerp"


def test_a_partner_sees_the_row_but_not_who_complained(engine: Engine, cast: Cast) -> None:
    complaint = dossier(engine, cast)

    with work(cast.actor("piet"), Right.OPEN) as w:
        assert w.session.scalar(select(m.Complaint.reference)) == complaint.reference
        assert w.session.scalar(select(m.Promise.code)) == "RESPONSE"
        assert w.session.scalar(select(m.Complainant.name)) is None


def test_a_reader_cannot_write(engine: Engine, cast: Cast) -> None:
    complaint = dossier(engine, cast)

    # SQLite says that it cannot be written to; PostgreSQL that the transaction only reads.
    with pytest.raises((Refused, InternalError)), work(cast.actor("cora"), Right.READ) as w:
        w.session.get_one(m.Complaint, complaint.id).title = "Anders"

    with work(cast.actor("cora"), Right.READ) as w:
        assert w.session.get_one(m.Complaint, complaint.id).title == "Onderwerp"


def test_what_was_refused_leaves_nothing(engine: Engine, cast: Cast) -> None:
    complaint = dossier(engine, cast)

    def half() -> None:
        with work(cast.actor("cora"), Right.LOG) as w:
            record(w, load(w, complaint.reference), EventKind.NOTE, text="half")
            raise Refused("missing")

    with pytest.raises(Refused):
        half()
    with work(cast.actor("cora"), Right.READ) as w:
        assert w.session.scalar(select(func.count()).select_from(m.Event)) == 0


def test_the_second_saver_is_told(engine: Engine, cast: Cast) -> None:
    complaint = dossier(engine, cast)
    with work(cast.actor("cora"), Right.LOG) as w:
        load(w, complaint.reference, seen=1).title = "Eerste"

    with pytest.raises(Refused, match="changed_meanwhile"), work(cast.actor("dora"), Right.LOG) as w:
        load(w, complaint.reference, seen=1)


def test_a_reviewer_sees_the_file_as_it_stood_at_the_appeal_and_her_own_papers(engine: Engine, cast: Cast) -> None:
    complaint = dossier(engine, cast)
    with work(cast.actor("cora"), Right.LOG) as w:
        record(w, load(w, complaint.reference), EventKind.NOTE, text="voor het beroep")
    with Session(engine) as session, session.begin():
        decision = m.Decision(
            complaint_id=complaint.id, outcome="upheld", reasons="R", decided_by=cast["dora"], decided_on=TODAY
        )
        session.add(decision)
        session.flush()
        session.add(m.Appeal(
            complaint_id=complaint.id, form_id=str(uuid4()), decision_id=decision.id, lodged_on=TODAY, channel="phone",
            grounds="G", in_time=True, registered_by=cast["vera"], reviewer_id=cast["vera"], snapshot_seq=1,
        ))  # fmt: skip
    with work(cast.actor("cora"), Right.LOG) as w:
        record(w, load(w, complaint.reference), EventKind.NOTE, text="na het beroep")
    with work(cast.actor("vera"), Right.APPEAL_RULE) as w:
        record(w, load(w, complaint.reference), EventKind.APPEAL_NOTE, text="eigen notitie", side=Side.APPEAL)

    def texts(name: str) -> list[str]:
        with work(cast.actor(name), Right.READ) as w:
            return list(w.session.scalars(select(m.EventText.text).order_by(m.EventText.event_id)))

    assert texts("vera") == ["voor het beroep", "eigen notitie"]
    assert texts("cora") == ["voor het beroep", "na het beroep"]
    assert texts("suze") == []


def test_what_an_event_brought_in_after_lodging_is_not_for_the_reviewer(engine: Engine, cast: Cast) -> None:
    complaint = dossier(engine, cast)
    written = []
    for _ in range(2):
        with work(cast.actor("cora"), Right.LOG) as w:
            written.append(record(w, load(w, complaint.reference), EventKind.NOTE, text="regel").id)
    with Session(engine) as session, session.begin():
        decisions = [
            m.Decision(complaint_id=complaint.id, outcome="upheld", reasons="R", decided_by=cast["dora"], decided_on=TODAY)
            for _ in written
        ]
        session.add_all(decisions)
        session.flush()
        session.add(m.Appeal(
            complaint_id=complaint.id, form_id=str(uuid4()), decision_id=decisions[0].id, lodged_on=TODAY, channel="phone",
            grounds="G", in_time=True, registered_by=cast["vera"], reviewer_id=cast["vera"], snapshot_seq=1,
        ))  # fmt: skip
        for event_id in (*written, None):  # what no event brought in is not shown either
            brought_in(session, cast, complaint.id, event_id)

    narrowed = (m.Party, m.Referral, m.Measure, m.MeasureDone, m.Decision)
    assert [counted(cast, "vera", model) for model in narrowed] == [1, 1, 1, 1, 1]
    assert [counted(cast, "cora", model) for model in narrowed] == [3, 3, 3, 3, 2]
    assert [counted(cast, "suze", model) for model in narrowed] == [0, 0, 0, 0, 0]


def brought_in(session: Session, cast: Cast, complaint_id: int, event_id: int | None) -> None:
    measure = m.Measure(complaint_id=complaint_id, text="T", owner_id=cast["cora"], due_on=TODAY, event_id=event_id)
    session.add(measure)
    session.flush()
    session.add_all([
        m.Party(complaint_id=complaint_id, relation="involved", name="N", excluded=False, added_at=door._clock(),
                event_id=event_id),
        m.Referral(complaint_id=complaint_id, form_id=str(uuid4()), body="other", stage="informed",
                   initiated_by="complainant", submitted_on=TODAY, event_id=event_id),
        m.MeasureDone(measure_id=measure.id, complaint_id=complaint_id, done_on=TODAY, evidence="E", event_id=event_id),
    ])  # fmt: skip


def counted(cast: Cast, who: str, model: type[m.Base]) -> int:
    with work(cast.actor(who), Right.READ) as w:
        return w.session.scalar(select(func.count()).select_from(model)) or 0


def test_the_register_is_not_the_reviewers_list(cast: Cast) -> None:
    assert refused(cast.actor("suze"), Right.LIST) == "not_allowed"


def test_the_clock_can_be_moved_and_comes_back(cast: Cast) -> None:
    with door.clock_at(date(2024, 2, 29)):
        assert door._clock().astimezone(door.AMSTERDAM).date() == date(2024, 2, 29)

    assert door._clock().astimezone(door.AMSTERDAM).date() == TODAY


@pytest.mark.parametrize(
    ("roles", "conflict"),
    [
        ({Role.HANDLER, Role.COORDINATOR, Role.DIRECTOR}, False),
        ({Role.CONFIDANT, Role.APPEAL_REVIEWER}, False),
        ({Role.ADMIN, Role.HANDLER}, True),
        ({Role.ADMIN, Role.CONFIDANT}, True),
        ({Role.CONFIDANT, Role.DIRECTOR}, True),
        ({Role.CONFIDANT, Role.WB_OFFICER}, True),
        ({Role.ADMIN}, False),
    ],
)
def test_roles_that_may_not_be_together(roles: set[Role], conflict: bool) -> None:
    assert roles_conflict(roles) is conflict


def test_every_role_has_rights_and_every_right_a_role() -> None:
    assert set(RIGHTS) == set(Role)
    held = {right for table in RIGHTS.values() for right in table}

    assert set(Right) - held == {Right.GREET, Right.OPERATE, Right.SIGN_IN}
