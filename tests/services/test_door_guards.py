"""The door's smaller questions, one by one: what each of them would let through if it did not look."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from db import models as m
from domain.errors import Refused
from domain.rights import Right
from domain.vocabulary import Compartment, Relation
from services import door
from services.door import (
    VISITOR,
    SystemActor,
    Work,
    already_lodged,
    already_made,
    appealable,
    reaches,
    stay_with,
    take_over,
    work,
)
from tests.conftest import TODAY, Cast
from tests.fill import make_complainant, make_complaint, make_party, make_ruled_appeal


def test_who_has_not_signed_in_is_nobody(cast: Cast) -> None:
    with work(VISITOR, Right.SIGN_IN) as w, pytest.raises(Refused, match="not_allowed"):
        w.me  # noqa: B018


def test_without_a_pinned_day_it_is_now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WEERKLANK_TODAY", raising=False)

    assert abs(door.today_and_now()[1] - datetime.now(UTC)) < timedelta(minutes=1)


def test_what_somebody_else_did_first_is_said_as_such(engine: Engine, cast: Cast) -> None:
    with Session(engine) as session, session.begin():
        number = make_complaint(session, cast).id

    def twice(w: Work) -> None:
        w.session.add(m.Account(name="tom", display_name="Tom II", created_at=w.now, email="tom2@voorbeeld.invalid"))

    def late(w: Work) -> None:
        row = w.session.get_one(m.Complaint, number)
        w.session.execute(update(m.Complaint).values(version=row.version + 1), execution_options={"synchronize_session": False})
        row.title = "Een andere titel"

    for change in (twice, late):
        with pytest.raises(Refused, match="changed_meanwhile"), work(cast.actor("cora"), Right.ASSIGN) as w:
            change(w)


def test_a_right_is_asked_of_that_dossier_and_of_no_other(engine: Engine, cast: Cast) -> None:
    with Session(engine) as session, session.begin():
        mine = make_complaint(session, cast, handler_id=cast["hans"]).id
        other = make_complaint(session, cast, handler_id=cast["hilde"]).id

    with work(cast.actor("hans"), Right.READ) as w:
        assert (w.allows(Right.READ, mine), w.allows(Right.READ, other)) == (True, False)
    with work(cast.actor("hilde"), Right.READ) as w:
        assert (w.allows(Right.READ, mine), w.allows(Right.READ, other)) == (False, True)


def test_a_task_reaches_only_who_is_active_and_holds_the_right_there(engine: Engine, cast: Cast) -> None:
    with Session(engine) as session, session.begin():
        complaint = make_complaint(session, cast, handler_id=cast["hans"]).id

    def reached(w: Work, name: str) -> bool:
        return reaches(w, w.session.get_one(m.Account, cast[name]), Right.DECIDE, complaint)

    with work(cast.actor("cora"), Right.READ) as w:
        assert [reached(w, name) for name in ("hans", "hilde", "cora")] == [True, False, True]
        w.session.get_one(m.Account, cast["cora"]).active = False
        assert not reached(w, "cora")
        w.session.rollback()


def test_only_who_made_a_dossier_stays_with_it(engine: Engine, cast: Cast) -> None:
    with Session(engine) as session, session.begin():
        complaint = make_complaint(session, cast)
        form_id = complaint.form_id
        session.flush()
        session.expunge_all()

    with work(cast.actor("rosa"), Right.REGISTER) as w:
        assert already_made(w, form_id) is None
        with pytest.raises(Refused, match="not_found"):
            stay_with(w, complaint)
    with work(cast.actor("tom"), Right.REGISTER) as w:
        found = already_made(w, form_id)
        assert found is not None
        assert found.id == complaint.id


def test_a_double_click_finds_ones_own_appeal_only(engine: Engine, cast: Cast) -> None:
    with Session(engine) as session, session.begin():
        make_ruled_appeal(session, cast, make_complaint(session, cast), TODAY)
        appeal = make_ruled_appeal(session, cast, make_complaint(session, cast), TODAY)
        form_id, registered_by = appeal.form_id, appeal.registered_by

    assert registered_by == cast["cora"]
    with work(cast.actor("cora"), Right.APPEAL_LODGE) as w:
        found = already_lodged(w, form_id)
        assert found is not None
        assert found.form_id == form_id
        assert already_lodged(w, str(uuid4())) is None
    with work(cast.actor("dora"), Right.APPEAL_LODGE) as w:
        assert already_lodged(w, form_id) is None


@pytest.mark.parametrize("compartment", list(Compartment))
def test_an_appeal_is_found_by_both_words_and_in_the_regular_compartment_alone(
    engine: Engine, cast: Cast, compartment: Compartment
) -> None:
    with Session(engine) as session, session.begin():
        complaint = make_complaint(session, cast, compartment=compartment)
        make_complainant(session, complaint, "Karel Klager")
        other = make_complaint(session, cast)
        make_complainant(session, other, "Anna Ander")
        reference, others = complaint.reference, other.reference

    for given, surname in ((reference, "klager"), (reference, "ander"), (others, "klager"), ("K26-XXXXX", "klager")):
        with work(cast.actor("suze"), Right.APPEAL_LODGE) as w:
            found = appealable(w, given, surname)
        right_one = (given, surname) == (reference, "klager") and compartment is Compartment.REGULAR
        assert (found is not None) == right_one


def test_who_is_only_involved_sees_what_the_role_shows(engine: Engine, cast: Cast) -> None:
    with Session(engine) as session, session.begin():
        complaint = make_complaint(session, cast, handler_id=cast["hans"])
        make_party(session, complaint, cast["hans"], Relation.INVOLVED)
        reference = complaint.reference

    with work(cast.actor("hans"), Right.READ) as w:
        assert w.session.scalars(select(m.Complaint.reference)).all() == [reference]


def test_a_director_who_is_only_involved_acts_all_the_same(engine: Engine, cast: Cast) -> None:
    with Session(engine) as session, session.begin():
        complaint = make_complaint(session, cast)
        make_party(session, complaint, cast["dora"], Relation.INVOLVED)
        make_party(session, complaint, cast["piet"])

    for ordered, acting in ((("dora", "petra"), "dora"), (("piet", "petra"), "petra")):
        with work(SystemActor("test", frozenset({Right.OPERATE})), Right.OPERATE) as w:
            door.direct_again(w, [cast[name] for name in ordered])
        with Session(engine) as session:
            assert session.scalar(select(m.Complaint.acting_director_id)) == cast[acting]


def test_only_who_takes_over_writes_past_the_rule(engine: Engine, cast: Cast) -> None:
    with Session(engine) as session, session.begin():
        about = make_complaint(session, cast)
        make_party(session, about, cast["cora"])
        number = about.id
    with work(cast.actor("cora"), Right.LIST) as w:
        with pytest.raises(Refused, match="not_allowed"):
            take_over(w)
        assert w.session.get(m.Complaint, number) is None


def test_a_command_in_somebodys_name_may_what_both_may(engine: Engine, cast: Cast) -> None:
    def came_in(account: str, right: Right, *rights: Right) -> int | None:
        with work(SystemActor("test", frozenset(rights), account), right) as w:
            return w.person.id

    with Session(engine) as session, session.begin():
        session.get_one(m.Account, cast["dora"]).active = False
        make_party(session, make_complaint(session, cast), cast["cora"])

    assert came_in("CORA", Right.TAKE_OVER, Right.TAKE_OVER) == cast["cora"]
    with work(SystemActor("test", frozenset({Right.LIST}), "cora"), Right.LIST) as w:
        assert w.session.scalars(select(m.Complaint)).all() == []
    for account, code in (
        ("dora", "unknown_person"),
        ("nobody", "unknown_person"),
        (" ", "unknown_person"),
        ("tom", "not_allowed"),
    ):
        with pytest.raises(Refused, match=code):
            came_in(account, Right.TAKE_OVER, Right.TAKE_OVER)
    with pytest.raises(Refused, match="not_allowed"):
        came_in("cora", Right.LIST, Right.TAKE_OVER)
