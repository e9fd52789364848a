"""The promises of a dossier in the database, and the columns that the board sorts by."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import date, timedelta

import pytest
from sqlalchemy import Engine, event, select, update

from db import models as m
from domain.errors import Refused
from domain.facts import Fact
from domain.promises import PromiseState, next_of
from domain.rights import Right
from domain.vocabulary import EventKind, Flag, Status
from services import board, door, promises
from services.board import BoardFilter
from services.door import SystemActor, Work, work
from services.records import record
from tests.conftest import TODAY, Cast
from tests.fill import make_complaint

EVERYTHING = SystemActor("test", frozenset(Right))


def day(month: int, number: int) -> date:
    return date(2026, month, number)


@contextmanager
def dossier(cast: Cast, received_on: date, **columns: object) -> Iterator[tuple[Work, m.Complaint]]:
    """A new dossier whose promises were opened."""
    with work(EVERYTHING, Right.LOG) as w:
        complaint = make_complaint(w.session, cast, received_on=received_on, registered_on=received_on, **columns)
        tell(w, complaint, Fact.RECEIVED, received_on)
        tell(w, complaint, Fact.REGISTERED, received_on)
        yield w, complaint


def tell(w: Work, complaint: m.Complaint, fact: Fact, on: date, given: date | None = None) -> m.Event:
    entry = record(w, complaint, EventKind.NOTE, on)
    promises.happened(w, complaint, fact, on, entry, given)
    return entry


def stands(w: Work, complaint: m.Complaint, key: str) -> promises.PromiseView:
    return [each for each in promises.view(w, complaint) if each.key == key][-1]


CHILDCARE = {"procedure": "WKO", "overlay": "HOUSE_WEEK", "sector": "kinderopvang"}


def test_a_new_dossier_has_its_promises_and_the_board_knows_the_first(cast: Cast) -> None:
    with dossier(cast, day(11, 20)) as (w, complaint):
        seen = promises.view(w, complaint)

        assert [(each.code, each.target_on) for each in seen] == [
            ("CONSULT", day(11, 23)),
            ("ACK", day(11, 24)),
            ("DECIDE_OR_CONTACT", day(11, 27)),
            ("RESPONSE", day(11, 27)),
        ]
        assert (complaint.next_promise, complaint.next_due_on) == ("HOUSE_WEEK.CONSULT", day(11, 23))
        assert (complaint.next_red_on, complaint.next_statutory, complaint.next_legal_on) == (day(11, 24), False, None)


def test_the_event_that_met_a_promise_is_kept_with_it(cast: Cast) -> None:
    with dossier(cast, day(11, 18)) as (w, complaint):
        entry = tell(w, complaint, Fact.ACK_PROMISE_SENT, day(11, 19))

        met = w.session.scalars(select(m.Promise).where(m.Promise.code == "ACK")).one()
        opened = w.session.scalars(select(m.Promise).where(m.Promise.code == "PROMISED_RESPONSE")).one()

        assert (met.met_on, met.met_event_id) == (day(11, 19), entry.id)
        assert opened.opened_event_id == entry.id


def test_moved_promises_point_to_the_one_that_took_over(cast: Cast) -> None:
    with dossier(cast, day(11, 9)) as (w, complaint):
        tell(w, complaint, Fact.ACK_PROMISE_SENT, day(11, 10))
        promises.extend(w, complaint, day(12, 4), day(11, 16), record(w, complaint, EventKind.EXTENDED, day(11, 16)))

        moved = w.session.scalars(select(m.Promise).where(m.Promise.extended_to.is_not(None))).all()
        heir = w.session.scalars(select(m.Promise).where(m.Promise.code == "EXPECTED_ANSWER")).one()

        assert {each.code for each in moved} == {"RESPONSE", "PROMISED_RESPONSE"}
        assert {each.successor_id for each in moved} == {heir.id}
        assert stands(w, complaint, "HOUSE_WEEK.RESPONSE").state is PromiseState.EXTENDED_IN_TIME


def test_an_extension_that_is_refused_changes_nothing(cast: Cast) -> None:
    with dossier(cast, day(11, 18)) as (w, complaint):
        before = promises.view(w, complaint)

        with pytest.raises(Refused, match="date_not_later"):
            promises.extend(w, complaint, day(11, 20), day(11, 19), None)

        assert promises.view(w, complaint) == before


def test_in_appeal_it_is_the_ruling_that_is_extended(cast: Cast) -> None:
    with dossier(cast, day(9, 7)) as (w, complaint):
        tell(w, complaint, Fact.DECISION_SENT, day(9, 11))
        tell(w, complaint, Fact.APPEAL_LODGED, day(9, 21))
        complaint.status = Status.IN_APPEAL

        promises.extend(w, complaint, day(11, 23), day(10, 16), None)

        ruling = stands(w, complaint, "HOUSE_WEEK.APPEAL_RULING")
        assert (ruling.target_on, ruling.state, ruling.flag) == (day(11, 23), PromiseState.OPEN, Flag.SOON)


def test_contact_that_was_logged_before_the_acknowledgement_was_entered_counts(cast: Cast) -> None:
    with dossier(cast, day(11, 2)) as (w, complaint):
        promises.happened(w, complaint, Fact.CONTACT, day(11, 6), record(w, complaint, EventKind.CONTACT, day(11, 6)))
        assert stands(w, complaint, "HOUSE_WEEK.DECIDE_OR_CONTACT").met_on is None

        tell(w, complaint, Fact.ACK_PROMISE_SENT, day(11, 3))

        assert stands(w, complaint, "HOUSE_WEEK.DECIDE_OR_CONTACT").met_on == day(11, 6)


def test_contact_on_the_day_itself_that_was_logged_before_the_acknowledgement_does_not_count(cast: Cast) -> None:
    with dossier(cast, day(11, 2)) as (w, complaint):
        promises.happened(w, complaint, Fact.CONTACT, day(11, 3), record(w, complaint, EventKind.CONTACT, day(11, 3)))

        tell(w, complaint, Fact.ACK_PROMISE_SENT, day(11, 3))

        assert stands(w, complaint, "HOUSE_WEEK.DECIDE_OR_CONTACT").met_on is None


def test_a_note_is_no_contact(cast: Cast) -> None:
    with dossier(cast, day(11, 2)) as (w, complaint):
        record(w, complaint, EventKind.NOTE, day(11, 5), text="Intern overlegd.")
        record(w, complaint, EventKind.MESSAGE_RECEIVED, day(11, 6), text="De klant belt.")

        tell(w, complaint, Fact.ACK_PROMISE_SENT, day(11, 3))

        assert stands(w, complaint, "HOUSE_WEEK.DECIDE_OR_CONTACT").state is PromiseState.MISSED


def test_what_was_solved_before_registration_is_answered_by_the_action_letter(cast: Cast) -> None:
    with dossier(cast, day(11, 17), already_resolved=True, resolved_on=day(11, 17)) as (w, complaint):
        tell(w, complaint, Fact.ACK_ACTION_SENT, day(11, 17))

        assert complaint.next_due_on is None
        assert complaint.next_promise is None
        assert PromiseState.OPEN not in {each.state for each in promises.view(w, complaint)}


@pytest.mark.parametrize("reason", ["withdrawn", "not_handled", "closed"])
def test_ending_a_dossier_clears_the_board(cast: Cast, reason: str) -> None:
    with dossier(cast, day(11, 20)) as (w, complaint):
        promises.happened(w, complaint, Fact(reason), TODAY, record(w, complaint, EventKind.CLOSED, TODAY))

        seen = promises.view(w, complaint)

        assert {each.state for each in seen} == {PromiseState.CANCELLED}
        assert {each.cancel_reason for each in seen} == {reason}
        assert (complaint.next_due_on, complaint.next_red_on, complaint.next_promise) == (None, None, None)


def test_refreshing_restores_what_the_board_shows(cast: Cast) -> None:
    with dossier(cast, day(11, 20)) as (w, complaint):
        complaint.next_due_on = complaint.next_promise = None

        promises.refresh(w, complaint)

        assert complaint.next_promise == "HOUSE_WEEK.CONSULT"


# Who looks


def test_a_reporter_gets_the_promises_of_what_she_just_registered(cast: Cast) -> None:
    with work(cast.actor("rosa"), Right.REGISTER) as w:
        complaint = make_complaint(w.session, cast, received_on=day(11, 20), reporter_id=cast["rosa"])
        entry = record(w, complaint, EventKind.REGISTERED)
        promises.happened(w, complaint, Fact.RECEIVED, day(11, 20), entry)

        assert len(promises.view(w, complaint)) == 3


def test_labels_follow_the_reader(cast: Cast) -> None:
    with work(EVERYTHING, Right.ACCOUNTS) as w:
        w.session.execute(update(m.Account).where(m.Account.id == cast["dora"]).values(language="en"))
    with dossier(cast, day(11, 20)) as (_, complaint):
        identity = complaint.id

    labels = {}
    for name in ("dora", "cora"):
        with work(cast.actor(name), Right.READ) as w:
            labels[name] = stands(w, w.session.get_one(m.Complaint, identity), "HOUSE_WEEK.ACK").label

    assert labels == {"dora": "Acknowledgement", "cora": "Ontvangstbevestiging"}


def test_many_dossiers_cost_one_statement(cast: Cast, engine: Engine) -> None:
    for number in range(5):
        with dossier(cast, day(11, 10 + number)):
            pass
    statements: list[str] = []

    with work(cast.actor("cora"), Right.LIST) as w:
        found = w.session.scalars(select(m.Complaint)).all()
        event.listen(door.engine(), "before_cursor_execute", lambda *call: statements.append(call[2]))
        seen = promises.view_many(w, found)

    assert len(seen) == 5
    assert {len(each) for each in seen.values()} == {4}
    assert len([each for each in statements if "FROM promise" in each]) == 1


def test_the_view_says_where_a_promise_comes_from(cast: Cast) -> None:
    with dossier(cast, day(11, 20)) as (w, complaint):
        promised = stands(w, complaint, "HOUSE_WEEK.RESPONSE")

        assert promised.source.startswith("Procedure:")
        assert promised.term is not None
        assert (promised.term.amount, promised.term.unit) == (1, "weeks")
        assert (promised.red_on, promised.statutory, promised.standing) == (day(11, 28), False, "house")


# Childcare


@pytest.mark.parametrize("profile", ["kinderopvang-welzijn"])
def test_childcare_has_both_clocks(cast: Cast, profile: str) -> None:
    with dossier(cast, day(3, 24), **CHILDCARE) as (w, complaint):
        law = stands(w, complaint, "WKO.RESPONSE")

        assert (law.target_on, law.legal_on, law.red_on) == (day(5, 5), day(5, 6), day(5, 7))
        assert (law.state, law.flag) == (PromiseState.MISSED, Flag.LEGAL_PASSED)
        assert complaint.next_legal_on == day(5, 6)
        assert complaint.next_statutory is False


@pytest.mark.parametrize("profile", ["kinderopvang-welzijn"])
def test_a_red_flag_asks_for_the_expert_on_the_same_day(cast: Cast, profile: str) -> None:
    with dossier(cast, day(11, 20), red_flag=True, **CHILDCARE) as (w, complaint):
        tell(w, complaint, Fact.SUSPICION_KNOWN, day(11, 20))
        assert complaint.next_promise == "WKO.ABUSE_CONSULT"
        assert stands(w, complaint, "WKO.ABUSE_CONSULT").flag is Flag.LEGAL_PASSED

        tell(w, complaint, Fact.EXPERT_CONSULTED, day(11, 20))

        assert stands(w, complaint, "WKO.ABUSE_CONSULT").state is PromiseState.KEPT


@pytest.mark.parametrize("profile", ["kinderopvang-welzijn"])
def test_the_house_week_is_not_moved_past_the_six_weeks(cast: Cast, profile: str) -> None:
    with dossier(cast, day(11, 11), **CHILDCARE) as (w, complaint):
        tell(w, complaint, Fact.ACK_PROMISE_SENT, day(11, 12))
        assert promises.latest_extension(w, complaint) == (day(12, 23), "Wet kinderopvang art. 1.57b lid 2 onder d")

        with pytest.raises(Refused, match="beyond_statutory_maximum"):
            promises.extend(w, complaint, day(12, 24), day(11, 18), None)
        promises.extend(w, complaint, day(12, 23), day(11, 18), None)

        assert stands(w, complaint, "HOUSE_WEEK.EXPECTED_ANSWER").target_on == day(12, 23)


@pytest.mark.parametrize("profile", ["kinderopvang-welzijn"])
def test_the_board_shows_a_broken_law_behind_an_older_house_promise(
    cast: Cast, profile: str, on: Callable[[date], AbstractContextManager[None]]
) -> None:
    with dossier(cast, day(10, 5), **CHILDCARE) as (_, complaint):
        assert complaint.next_promise == "HOUSE_WEEK.CONSULT"

    flags = {}
    for today in (day(11, 16), day(11, 17)):
        with on(today):
            flags[today] = board.page(cast.actor("cora"), BoardFilter()).rows[0].flag

    assert flags == {day(11, 16): Flag.LATE, day(11, 17): Flag.LEGAL_PASSED}


@pytest.mark.parametrize("profile", ["kinderopvang-welzijn"])
def test_a_measure_keeps_a_closed_dossier_in_sight(cast: Cast, profile: str) -> None:
    with dossier(cast, day(10, 5), **CHILDCARE) as (w, complaint):
        tell(w, complaint, Fact.MEASURE_AGREED, day(11, 1), day(12, 1))
        tell(w, complaint, Fact.DECISION_SENT, day(11, 1))
        promises.happened(w, complaint, Fact.CLOSED, day(11, 10), None)

        assert (complaint.next_promise, complaint.next_due_on) == ("WKO.MEASURE", day(12, 1))


# The stored columns are always what the rules say


@pytest.mark.parametrize("profile", ["training", "kinderopvang-welzijn"])
def test_after_every_fact_the_stored_columns_are_those_of_the_rule(cast: Cast, profile: str) -> None:
    columns = CHILDCARE if profile != "training" else {}
    told = [Fact.CONSULTED, Fact.ACK_PROMISE_SENT, Fact.CONTACT, Fact.OUTBOUND, Fact.DECIDED, Fact.DECISION_SENT]
    told += [Fact.APPEAL_LODGED, Fact.APPEAL_ACK_SENT, Fact.APPEAL_RULING_SENT, Fact.NEW_DECISION_NEEDED, Fact.CLOSED]
    with dossier(cast, day(9, 7), **columns) as (w, complaint):
        for number, fact in enumerate(told):
            tell(w, complaint, fact, day(9, 8) + timedelta(days=number))
            expected = next_of(promises._book(w.session.scalars(select(m.Promise).order_by(m.Promise.id))))

            stored = (complaint.next_due_on, complaint.next_red_on, complaint.next_promise, complaint.next_legal_on)
            if expected is None:
                assert stored == (None, None, None, None)
            else:
                assert stored == (expected.due_on, expected.red_on, expected.key, expected.legal_on)
