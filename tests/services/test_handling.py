"""The steps while a complaint is being handled, where the table in `tests/steps.csv` does not reach: twice, at once, with
forged or stale values, and what is written besides the status."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db import models as m
from domain.errors import Refused
from domain.rights import Role
from domain.vocabulary import EventKind, LetterType
from services import door, letters, steps
from services.complaints import Named
from services.records import GENESIS, event_hash
from tests.cases import Case
from tests.conftest import PROFILES, TODAY, Cast


def messages(case: Case) -> list[m.Message]:
    with Session(door.engine()) as session:
        return list(session.scalars(select(m.Message).where(m.Message.complaint_id == case.row.id).order_by(m.Message.id)))


def code(call: Any, *values: Any, **named: Any) -> tuple[str, str | None]:
    with pytest.raises(Refused) as refused:
        call(*values, **named)
    return refused.value.code, refused.value.field


# Consultation


@pytest.mark.parametrize("profile", PROFILES)
def test_a_consultation_keeps_who_when_and_what_was_agreed(cast: Cast, profile: str) -> None:
    case = Case.registered(profile, cast).consult(owner="tom", participants=("petra", "piet", "piet"))

    assert (case.row.consulted_on, case.row.ack_owner_id) == (case.at(1), cast["tom"])
    event = case.events()[-1]
    assert event.codes == {"participants": sorted([cast["petra"], cast["piet"]]), "ack_owner": cast["tom"]}
    assert event.happened_on == case.at(1)


def test_another_acknowledger_can_be_named(cast: Cast) -> None:
    case = Case.registered("training", cast).consult(owner="tom").consult(owner="hans")

    assert case.row.ack_owner_id == cast["hans"]
    with pytest.raises(Refused):
        case.acknowledge("tom")
    assert case.acknowledge("hans").row.status == "acknowledged"


def test_where_nobody_is_left_to_talk_to_the_director_decides_alone(cast: Cast) -> None:
    concerned = tuple(Named(account_id=cast[name]) for name in ("piet", "petra"))
    case = Case.registered("training", cast, respondents=concerned)

    assert case.consult(participants=()).row.consulted_on == case.at(1)


@pytest.mark.parametrize(
    ("on", "refused"),
    [(TODAY + timedelta(days=1), "in_the_future"), (date(2026, 11, 15), "before_received"), (None, "missing")],
)
def test_a_consultation_has_a_real_date(cast: Cast, on: date | None, refused: str) -> None:
    case = Case.registered("training", cast)

    found = code(steps.consult, cast.actor("dora"), case.reference, case.seen, on, (cast["piet"],), "Afspraken.", cast["cora"])

    assert found == (refused, "on")


# Acknowledgement


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("kind", [LetterType.ACK_PROMISE, LetterType.ACK_ACTION])
def test_an_acknowledgement_is_one_letter_with_one_variant(cast: Cast, profile: str, kind: LetterType) -> None:
    case = Case.registered(profile, cast, immediate_actions="Direct gebeld.").consult().acknowledge(kind=kind)

    sent = messages(case)
    assert [message.letter_type for message in sent] == [kind]
    assert (case.row.ack_variant, case.row.acknowledged_on) == (kind, case.at(1))
    assert (sent[0].promised_on is not None) is (kind is LetterType.ACK_PROMISE)
    assert case.kinds()[-2:] == [EventKind.LETTER_SENT, EventKind.ACKNOWLEDGED]


def test_a_double_click_on_send_sends_once(cast: Cast) -> None:
    case = Case.registered("training", cast).consult()
    letter, seen = case.letter("cora", LetterType.ACK_PROMISE, case.at(1)), case.seen

    def click(_: int) -> None:
        steps.acknowledge(cast.actor("cora"), case.reference, seen, letter)

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(click, range(4)))

    assert answers == [None] * 4
    assert len(messages(case)) == 1
    assert case.kinds().count(EventKind.ACKNOWLEDGED) == 1


def test_two_people_acknowledge_one_complaint_once(cast: Cast) -> None:
    case = Case.registered("training", cast).consult()
    seen = case.seen
    first = case.letter("cora", LetterType.ACK_PROMISE, case.at(1))
    second = case.letter("dora", LetterType.ACK_PROMISE, case.at(1))

    steps.acknowledge(cast.actor("cora"), case.reference, seen, first)

    assert code(steps.acknowledge, cast.actor("dora"), case.reference, seen, second) == ("changed_meanwhile", None)
    assert len(messages(case)) == 1


def test_a_letter_that_lacks_something_leaves_the_dossier_as_it_was(cast: Cast) -> None:
    case = Case.registered("training", cast).consult()
    letter = replace(case.letter("cora", LetterType.ACK_PROMISE, case.at(1)), body="Beste Karel, wij kijken ernaar.")
    before = case.kinds()

    assert code(steps.acknowledge, cast.actor("cora"), case.reference, case.seen, letter)[0] == "letter_incomplete"
    assert (case.row.status, case.row.acknowledged_on, case.kinds()) == ("registered", None, before)


@pytest.mark.parametrize("profile", PROFILES)
def test_the_fast_track_names_its_outcome(cast: Cast, profile: str) -> None:
    case = Case.registered(profile, cast, immediate_actions="Jas gevonden.", already_resolved=True)
    case.acknowledge(kind=LetterType.ACK_ACTION)

    row = case.row
    assert (row.status, row.outcome, row.answered_on) == ("answered", "resolved_informally", case.at(1))
    assert row.acknowledged_on == case.at(1)
    assert case.kinds()[-3:] == [EventKind.LETTER_SENT, EventKind.ACKNOWLEDGED, EventKind.ANSWERED]
    assert case.close().row.status == "closed"


def test_of_a_resolved_complaint_a_promise_is_an_ordinary_acknowledgement(cast: Cast) -> None:
    case = Case.registered("training", cast, immediate_actions="Jas gevonden.", already_resolved=True).consult()

    assert case.acknowledge().row.status == "acknowledged"


# Assigning


def test_reassigning_keeps_the_status_and_says_who_had_it(cast: Cast) -> None:
    case = Case.registered("training", cast).decided().assign(handler="hilde")

    assert (case.row.status, case.row.handler_id) == ("decided", cast["hilde"])
    assert case.events()[-1].codes == {"handler": cast["hilde"], "before": cast["hans"]}
    with pytest.raises(Refused):
        case.read("hans")
    assert case.read("hilde").content


def test_the_reporter_may_handle_it_when_it_is_not_about_them(cast: Cast) -> None:
    case = Case.registered("training", cast, by="hans").acknowledged()

    assert case.assign().row.handler_id == cast["hans"]


def test_who_left_is_assigned_nothing(cast: Cast) -> None:
    case = Case.registered("training", cast).acknowledged()
    with Session(door.engine()) as session, session.begin():
        session.get_one(m.Account, cast["hans"]).active = False

    assert code(case.assign) == ("unknown_person", "handler_id")


def test_the_manager_assigns_in_her_own_unit_only(cast: Cast) -> None:
    here = Case.registered("training", cast).acknowledged()
    there = Case.registered("training", cast, unit_id=cast.units["zuid"]).acknowledged()

    assert here.assign("mia").row.status == "in_progress"
    assert code(there.assign, "mia")[0] == "not_found"


def test_two_people_assign_at_once(cast: Cast) -> None:
    case = Case.registered("training", cast).acknowledged()
    seen = case.seen
    steps.assign(cast.actor("cora"), case.reference, seen, cast["hans"])

    assert code(steps.assign, cast.actor("dora"), case.reference, seen, cast["hilde"])[0] == "changed_meanwhile"
    assert case.row.handler_id == cast["hans"]


# The log


def test_two_notes_written_at_once_are_both_kept(cast: Cast) -> None:
    case = Case.registered("training", cast).in_progress()

    def note(number: int) -> None:
        actor = cast.actor("hans" if number % 2 else "cora")
        steps.log(actor, case.reference, EventKind.NOTE, TODAY, f"Notitie {number}")

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(note, range(12)))

    content = case.read().content
    assert content is not None
    assert {entry.text for entry in content.notes} == {f"Notitie {number}" for number in range(12)}
    assert chain_holds(case)


def chain_holds(case: Case) -> bool:
    before = GENESIS
    for number, event in enumerate(case.events(), start=1):
        if (event.seq, event.prev_hash, event.hash) != (number, before, event_hash(event)):
            return False
        before = event.hash
    return True


@pytest.mark.parametrize("kind", [EventKind.CONTACT, EventKind.MESSAGE_RECEIVED, EventKind.NOTE])
def test_a_double_click_on_the_log_is_one_entry(cast: Cast, kind: EventKind) -> None:
    case, form_id = Case.registered("training", cast).in_progress(), str(uuid4())

    for _ in range(3):
        case.log(kind=kind, form_id=form_id)
    case.log(kind=kind, form_id=str(uuid4()))

    assert case.kinds().count(kind) == 2


def test_a_note_does_not_disturb_who_is_deciding(cast: Cast) -> None:
    case = Case.registered("training", cast).in_progress()
    seen = case.seen

    case.log("cora", EventKind.NOTE)

    assert case.seen == seen


def test_what_came_in_is_a_message_in_the_file(cast: Cast) -> None:
    case = Case.registered("training", cast).in_progress()

    case.log(kind=EventKind.MESSAGE_RECEIVED, channel="letter", subject="Mijn  antwoord")

    content = case.read().content
    assert content is not None
    message = content.messages[0]
    assert (message.direction, message.channel, message.subject, message.body) == (
        "in",
        "letter",
        "Mijn antwoord",
        "Gebeld en doorgevraagd.",
    )
    with Session(door.engine()) as session:
        text = session.get_one(m.MessageText, message.id)
    assert case.events()[-1].codes["letter_hash"] == letters.letter_hash(text)


def test_the_result_of_a_mediation_is_kept(cast: Cast) -> None:
    case = Case.registered("training", cast).in_progress().log(kind=EventKind.MEDIATION, result="declined", channel="phone")

    assert case.events()[-1].codes["result"] == "declined"


@pytest.mark.parametrize("text", ["x" * 100_000, "nul \x00"])
def test_unreadable_or_endless_text_is_refused(cast: Cast, text: str) -> None:
    case = Case.registered("training", cast).in_progress()

    found = code(steps.log, cast.actor("hans"), case.reference, EventKind.NOTE, TODAY, text)

    assert found[1] == "text"


def test_contact_entered_late_counts_on_its_real_date(cast: Cast) -> None:
    case = Case.registered("training", cast, received_on=date(2026, 11, 2)).consult().acknowledge(day=1).log("cora", day=3)

    kept = next(each for each in case.read().promises if each.code == "DECIDE_OR_CONTACT")

    assert (kept.state, kept.met_on) == ("kept", case.at(3))


def test_contact_entered_before_the_acknowledgement_counts_when_it_came_after_it(cast: Cast) -> None:
    case = Case.registered("training", cast).consult().log("cora", day=3).acknowledge(day=1)

    assert case.promises()["HOUSE_WEEK.DECIDE_OR_CONTACT"] == "kept"


# The ladder


@pytest.mark.parametrize("profile", PROFILES)
def test_up_at_the_coordinators_step_a_coordinator_handles_it(cast: Cast, profile: str) -> None:
    case = Case.registered(profile, cast).in_progress().climb().climb(level="coordinator")

    assert (case.row.ladder_level, case.row.handler_id) == ("coordinator", cast["cora"])
    assert case.kinds()[-2:] == [EventKind.ASSIGNED, EventKind.LADDER_STEP]
    assert case.events()[-1].codes == {"before": "manager", "level": "coordinator"}


def test_without_a_coordinator_the_director_handles_it_and_without_her_nobody(cast: Cast) -> None:
    with Session(door.engine()) as session, session.begin():
        session.delete(session.get_one(m.AccountRole, (cast["cora"], Role.COORDINATOR)))
    first = Case.registered("training", cast)
    first.consult(owner="hans").climb("dora").climb("dora", "coordinator")
    assert first.row.handler_id == cast["dora"]

    second = Case.registered("training", cast)
    with Session(door.engine()) as session, session.begin():
        session.get_one(m.Complaint, second.row.id).acting_director_id = None
    second.climb("dora").climb("dora", "coordinator")
    assert (second.row.handler_id, second.row.status) == (None, "registered")
    assert second.events()[-1].codes["without_coordinator"] is True


# The external route


@pytest.mark.parametrize("profile", PROFILES)
def test_each_step_of_the_external_route_is_a_row_and_the_last_one_shows(cast: Cast, profile: str) -> None:
    case = Case.registered(profile, cast)

    for day, stage in enumerate(("informed", "committee_pending", "hearing", "ruled", "ended")):
        case.refer(stage=stage, day=day)

    content = case.read().content
    assert content is not None
    assert [each.stage for each in content.referrals] == ["ended", "ruled", "hearing", "committee_pending", "informed"]
    assert case.row.external_stage == "ended"


def test_a_double_click_on_the_external_route_is_one_row(cast: Cast) -> None:
    case, form_id = Case.registered("training", cast), str(uuid4())

    def click(_: int) -> None:
        steps.refer(
            cast.actor("cora"), case.reference, form_id, body="other", stage="desk", submitted_on=TODAY, body_name="Ombudsman"
        )

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(click, range(4)))

    with Session(door.engine()) as session:
        assert session.scalar(select(func.count()).select_from(m.Referral)) == 1


def test_who_went_outside_before_we_heard_of_it_is_recorded_with_the_real_date(cast: Cast) -> None:
    case = Case.registered("training", cast).refer(day=-30)

    content = case.read().content
    assert content is not None
    assert content.referrals[0].submitted_on == case.at(-30)


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"body": ""}, ("missing", "body")),
        ({"body_name": " "}, ("missing", "body_name")),
        ({"body_name": "x" * 201}, ("text_too_long", "body_name")),
        ({"stage": "won"}, ("unknown_value", "stage")),
        ({"initiated_by": "nobody"}, ("unknown_value", "initiated_by")),
        ({"submitted_on": date(1999, 1, 1)}, ("too_long_ago", "submitted_on")),
        ({"case_number": "x" * 201}, ("text_too_long", "case_number")),
        ({"note": "\x00"}, ("text_unreadable", "note")),
    ],
)
def test_a_forged_external_route_is_refused(cast: Cast, changes: dict[str, Any], found: tuple[str, str]) -> None:
    case = Case.registered("training", cast)
    fields: dict[str, Any] = {"body": "other", "body_name": "Ombudsman", "stage": "desk", "submitted_on": TODAY}

    assert code(steps.refer, cast.actor("cora"), case.reference, str(uuid4()), **fields | changes) == found
    assert case.row.external_stage is None


@pytest.mark.parametrize("profile", ["kinderopvang-welzijn"])
def test_a_referral_letter_goes_with_it(cast: Cast, profile: str) -> None:
    case = Case.registered(profile, cast).acknowledged()
    letter = case.letter("cora", LetterType.REFERRAL, case.at(2), body="committee-childcare")

    steps.refer(
        cast.actor("cora"), case.reference, str(uuid4()), body="committee-childcare", stage="informed",
        submitted_on=case.at(2), initiated_by="organisation", outgoing=letter,
    )  # fmt: skip

    assert messages(case)[-1].letter_type == LetterType.REFERRAL


# Letters along the way


@pytest.mark.parametrize("profile", PROFILES)
def test_a_progress_letter_counts_as_contact_and_not_as_an_answer(cast: Cast, profile: str) -> None:
    case = Case.registered(profile, cast).in_progress()
    letter = case.letter("hans", LetterType.PROGRESS, case.at(3), progress="Wij spraken de planner.", next_step="Een besluit.")

    for _ in range(2):
        steps.progress(cast.actor("hans"), case.reference, letter)

    assert len(messages(case)) == 2
    assert case.promises()["HOUSE_WEEK.RESPONSE"] == "open"


def test_a_notice_to_the_respondent_is_not_a_message_to_the_complainant(cast: Cast) -> None:
    case = Case.registered("training", cast, respondents=(Named(name="Hans"),)).acknowledged()
    letter = case.letter("cora", LetterType.RESPONDENT_NOTICE, case.at(3), gist="De klacht gaat over de planning.")

    for _ in range(2):
        steps.notify_respondent(cast.actor("cora"), case.reference, letter)

    assert [message.recipient for message in messages(case)] == ["complainant", "respondent"]
    assert case.promises()["HOUSE_WEEK.DECIDE_OR_CONTACT"] == "open"


def test_a_letter_after_the_acknowledgement_counts_though_the_acknowledgement_is_entered_last(cast: Cast) -> None:
    case = Case.registered("training", cast, received_on=date(2026, 11, 9)).consult().assign()
    said = {"progress": "Het rapport is besteld.", "next_step": "Wij lezen het.", "next_on": case.at(16)}
    steps.progress(cast.actor("hans"), case.reference, case.letter("hans", LetterType.PROGRESS, case.at(3), **said))

    case.acknowledge(day=1)

    contact = next(each for each in case.read().promises if each.code == "DECIDE_OR_CONTACT")
    assert (contact.met_on, contact.state) == (case.at(3), "kept")


# At the same moment


def test_an_edit_and_an_entry_at_the_same_moment_wait_for_each_other(cast: Cast) -> None:
    """On PostgreSQL each would hold what the other one needs next."""
    case = Case.registered("training", cast).acknowledged()

    for handler in ("hans", "hilde", "hans"):
        seen = case.seen
        with ThreadPoolExecutor(3) as pool:
            edit = pool.submit(steps.assign, cast.actor("cora"), case.reference, seen, cast[handler])
            named = pool.submit(case.log, "dora", EventKind.NOTE)
            called = pool.submit(case.log, "dora", EventKind.CONTACT)
        assert (named.exception(), called.exception()) == (None, None)
        late = edit.exception()
        assert late is None or (isinstance(late, Refused) and late.code == "changed_meanwhile")
