"""What happens after an appeal was lodged is not for its reviewer; the first line goes on with all of it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from db import models as m
from domain.errors import Refused
from domain.promises import PromiseState
from domain.rights import Right
from domain.vocabulary import Channel, Compartment, EventKind, ExternalStage, LetterType, Relation, Status
from services import appeal_files, appeals, attachments, complaints, door, dossier, hearing, letters, reviewers, steps
from services.dossier import Dossier
from services.parties import Named
from tests.cases import Case
from tests.conftest import TODAY, Cast
from tests.dossiers import (
    DECIDED,
    On,
    answered,
    appeal_version,
    appealed,
    complaint_of,
    hand_over,
    outgoing,
    ruled,
    seen,
)
from tests.fill import make_ruled_appeal

LODGED = date(2026, 9, 21)
LATER = date(2026, 9, 23)


def read(cast: Cast, who: str, reference: str) -> Dossier:
    return dossier.read(cast.actor(who), reference)


def both(cast: Cast, reference: str) -> tuple[Any, Any]:
    """What the reviewer sees of the file, and what the coordinator does."""
    return read(cast, "vera", reference).content, read(cast, "cora", reference).content


def test_an_event_after_lodging_is_not_shown(cast: Cast, on: On) -> None:
    reference = appealed(cast, on)
    with on(LATER):
        steps.log(cast.actor("cora"), reference, EventKind.CONTACT, LATER, "Toch nog gebeld.")

    hers, theirs = both(cast, reference)

    assert "Toch nog gebeld." in {each.text for each in theirs.timeline}
    assert "Toch nog gebeld." not in {each.text for each in hers.timeline}
    assert EventKind.APPEAL_LODGED in {each.kind for each in hers.timeline}


def noted_later(cast: Cast, case: Case) -> bool:
    """Does the reviewer read what the first line wrote after the appeal?"""
    steps.log(cast.actor("cora"), case.reference, EventKind.NOTE, TODAY, "Na het beroep.")
    content = case.read("vera").content
    assert content is not None
    return "Na het beroep." in {each.text for each in content.timeline}


def test_what_she_keeps_in_a_closed_compartment_shows_no_more_of_her_appeals(cast: Cast) -> None:
    hand_over(cast, Compartment.UNWANTED_BEHAVIOUR)

    assert not noted_later(cast, Case.registered("training", cast).in_appeal())


def test_another_dossier_that_went_on_longer_before_its_appeal_shows_no_more_of_this_one(cast: Cast) -> None:
    longer = Case.registered("training", cast).answered()
    for number in range(9):
        steps.log(cast.actor("cora"), longer.reference, EventKind.NOTE, TODAY, f"Notitie {number}.")
    longer.appeal()

    assert not noted_later(cast, Case.registered("training", cast).in_appeal())


def test_the_appeal_of_another_reviewer_in_the_same_dossier_shows_no_more_of_it(engine: Engine, cast: Cast) -> None:
    case = Case.registered("training", cast).in_appeal()
    with Session(engine) as session, session.begin():
        other = make_ruled_appeal(session, cast, session.get_one(m.Complaint, case.row.id), TODAY)
        other.reviewer_id, other.snapshot_seq = cast["suze"], 99

    assert not noted_later(cast, case)


HERS = (m.Event, m.EventText, m.Message, m.MessageText, m.Party, m.Decision, m.Measure, m.Appeal, m.Promise, m.LedgerEntry)


def rows(cast: Cast, who: str) -> dict[str, int]:
    with door.work(cast.actor(who), Right.READ) as w:
        return {model.__tablename__: len(w.session.scalars(select(model)).all()) for model in HERS}


def test_of_every_table_nobody_has_rows_of_what_is_not_theirs(cast: Cast, on: On) -> None:
    case = Case.registered("training", cast, respondents=(Named(name="Iemand Buiten"),))
    case.decided(measures=1).answer().appeal().rule()

    assert all(rows(cast, "vera").values())
    for stranger in ("suze", "hilde", "rosa"):
        assert not any(rows(cast, stranger).values())
    with on(TODAY + timedelta(days=43)):
        assert not any(rows(cast, "vera").values())


def test_a_letter_after_lodging_is_not_shown(cast: Cast, on: On) -> None:
    reference = appealed(cast, on)
    cora, body = cast.actor("cora"), {"body": "other", "body_name": "Ombudsman", "body_does": "Die kijkt ook naar klachten."}
    with on(LATER):
        letters.send(cora, reference, outgoing(cora, reference, LetterType.REFERRAL, LATER, **body))

    hers, theirs = both(cast, reference)

    assert LetterType.REFERRAL in {each.letter_type for each in theirs.messages}
    assert {each.letter_type for each in hers.messages} == {LetterType.ACK_PROMISE, LetterType.DECISION}


def test_an_attachment_after_lodging_is_not_shown_and_not_given_out(cast: Cast, on: On) -> None:
    reference = appealed(cast, on)
    with on(LATER):
        attachments.add(cast.actor("cora"), reference, [("meting.txt", b"Na het beroep.")])

    hers, theirs = both(cast, reference)

    assert hers.attachments == ()
    (attached,) = theirs.attachments
    with pytest.raises(Refused, match="not_found"):
        attachments.fetch(cast.actor("vera"), attached.token)


def test_somebody_named_after_lodging_is_not_shown(cast: Cast, on: On) -> None:
    reference = appealed(cast, on, respondents=(Named(name="Bas Begeleider"),))
    with on(LATER):
        complaints.add_party(cast.actor("cora"), reference, Relation.INVOLVED, Named(name="Ilse Invaller"))

    hers, theirs = both(cast, reference)

    assert [each.name for each in hers.people] == ["Bas Begeleider"]
    assert [each.name for each in theirs.people] == ["Bas Begeleider", "Ilse Invaller"]


def test_an_outside_body_after_lodging_is_not_shown(cast: Cast, on: On) -> None:
    reference = answered(cast, on)
    went(cast, reference, on, DECIDED, ExternalStage.INFORMED)
    lodge(cast, reference, on)
    went(cast, reference, on, LATER, ExternalStage.COMMITTEE_PENDING)

    hers, theirs = both(cast, reference)

    assert [each.stage for each in hers.referrals] == [ExternalStage.INFORMED]
    assert [each.stage for each in theirs.referrals] == [ExternalStage.COMMITTEE_PENDING, ExternalStage.INFORMED]
    assert read(cast, "vera", reference).external_stage == ExternalStage.INFORMED
    assert read(cast, "cora", reference).external_stage == ExternalStage.COMMITTEE_PENDING


def went(cast: Cast, reference: str, on: On, day: date, stage: ExternalStage) -> None:
    with on(day):
        steps.refer(
            cast.actor("cora"), reference, str(uuid4()), body="other", body_name="Ombudsman", stage=stage, submitted_on=day
        )


def lodge(cast: Cast, reference: str, on: On) -> None:
    with on(LODGED):
        appeals.lodge(cast.actor("cora"), str(uuid4()), reference, None, LODGED, Channel.EMAIL, "Het klopt niet.")


CHILDCARE = "kinderopvang-welzijn"


@pytest.mark.parametrize("profile", [CHILDCARE])
def test_a_measure_done_after_lodging_is_still_to_be_done_for_her(cast: Cast, profile: str) -> None:
    case = Case.registered(profile, cast).answered(measures=2).measure_done().appeal()
    waiting = case.read().content.measures[1].id  # type: ignore[union-attr]
    steps.measure_done(cast.actor("cora"), case.reference, waiting, case.at(5), "Later gedaan.")

    hers, theirs = both(cast, case.reference)

    assert [(each.done_on, each.evidence) for each in hers.measures] == [(case.at(5), "Gedaan."), (None, None)]
    assert [each.evidence for each in theirs.measures] == ["Gedaan.", "Later gedaan."]


def test_the_decision_in_force_is_the_one_the_appeal_is_about(cast: Cast, on: On) -> None:
    reference = ruled(cast, on, ruling="annulled")
    day = date(2026, 10, 2)
    with on(day):
        steps.decide(cast.actor("dora"), reference, seen(reference), day, "upheld", "Nu wel.", no_measures=True)

        hers, theirs = both(cast, reference)

        assert (hers.decision.reasons, hers.earlier_decisions) == ("De zaal was op tijd warm.", ())
        assert theirs.decision.reasons == "Nu wel."
        assert read(cast, "vera", reference).outcome == "not_upheld"
        assert read(cast, "cora", reference).outcome == "upheld"


COLUMNS = {
    "title": "Iets anders",
    "description": "Een andere tekst.",
    "category": "Docent of trainer",
    "immediate_actions": "Later ingevuld.",
    "ladder_level": "outside",
    "red_flag": True,
    "expert_consulted_on": LATER,
    "closed_on": LATER,
    "close_reason": "accepted",
    "outcome": "upheld",
    "received_on": date(2026, 9, 1),
    "reopened": True,
}


@pytest.mark.parametrize("column", COLUMNS)
def test_a_column_that_changed_after_lodging_stands_as_it_was(cast: Cast, on: On, engine: Engine, column: str) -> None:
    reference = appealed(cast, on)
    before = getattr(read(cast, "vera", reference), column)
    with Session(engine) as session, session.begin():
        row = session.scalars(select(m.Complaint).where(m.Complaint.reference == reference)).one()
        setattr(row, column, COLUMNS[column])

    assert getattr(read(cast, "cora", reference), column) == COLUMNS[column] != before
    assert getattr(read(cast, "vera", reference), column) == before


def test_the_title_in_her_list_stands_too(cast: Cast, on: On, engine: Engine) -> None:
    reference = appealed(cast, on)
    with Session(engine) as session, session.begin():
        row = session.scalars(select(m.Complaint).where(m.Complaint.reference == reference)).one()
        row.title, row.description = "Verbeterd", "Verbeterde tekst."

    assert [each.title for each in appeal_files.listing(cast.actor("vera"))] == ["De zaal was te koud"]
    letter = letters.compose(cast.actor("vera"), reference, LetterType.APPEAL_RECEIVED, sent_on=LODGED)
    assert "Verbeterde tekst." not in letter.body


def test_another_handler_after_lodging_is_not_shown(cast: Cast, on: On) -> None:
    reference = appealed(cast, on)
    with on(LATER):
        steps.assign(cast.actor("cora"), reference, seen(reference), cast["hilde"])

    assert read(cast, "cora", reference).handler == "Hilde Behandelaar"
    assert read(cast, "vera", reference).handler == "Hans Behandelaar"


def test_that_it_is_in_appeal_and_then_ruled_is_shown_as_it_is(cast: Cast, on: On) -> None:
    reference = ruled(cast, on)
    with on(date(2026, 10, 20)):
        steps.close(cast.actor("dora"), reference, seen(reference), "accepted")

        assert read(cast, "cora", reference).status == Status.CLOSED
        assert read(cast, "vera", reference).status == Status.RULED
        assert appeal_files.read(cast.actor("vera"), reference).status == Status.RULED


def test_the_complainant_can_be_written_to_at_todays_address(cast: Cast, on: On, engine: Engine) -> None:
    reference = appealed(cast, on)
    with Session(engine) as session, session.begin():
        session.get_one(m.Complainant, complaint_of(reference).id).contact = "nieuw@voorbeeld.invalid"

    complainant = read(cast, "vera", reference).complainant
    assert complainant is not None
    assert complainant.contact == "nieuw@voorbeeld.invalid"


@pytest.mark.parametrize("profile", [CHILDCARE])
def test_the_promises_of_the_first_line_stand_and_those_of_the_appeal_go_on(cast: Cast, profile: str) -> None:
    case = Case.registered(profile, cast).answered(measures=1).appeal().measure_done()
    vera = cast.actor("vera")
    letter = outgoing(vera, case.reference, LetterType.APPEAL_RECEIVED, case.at(5))
    hearing.acknowledge(vera, case.reference, appeal_version(case.reference), letter)

    hers = {each.key: each for each in read(cast, "vera", case.reference).promises}
    theirs = {each.key: each for each in read(cast, "cora", case.reference).promises}

    changed = [key for key in theirs if hers[key] != theirs[key]]
    assert changed == ["WKO.MEASURE"]
    assert (hers["WKO.MEASURE"].state, theirs["WKO.MEASURE"].state) == (PromiseState.OPEN, PromiseState.KEPT)
    assert "appeal_received" in {each.letter_type for each in both(cast, case.reference)[0].messages}


def test_the_choice_of_a_substitute_knows_who_came_into_it_later(cast: Cast, on: On, engine: Engine) -> None:
    reference = appealed(cast, on)
    with on(LATER):
        complaints.add_party(cast.actor("cora"), reference, Relation.INVOLVED, Named(account_id=cast["suze"]))

        assert both(cast, reference)[0].people == ()
        with pytest.raises(Refused, match="no_reviewer"):
            hearing.step_back(cast.actor("vera"), reference, appeal_version(reference), "Ik ken mevrouw.")


@pytest.mark.parametrize("how", ["event", "measure", "decision"])
def test_whatever_a_substitute_did_later_counts(cast: Cast, on: On, engine: Engine, how: str) -> None:
    reference = appealed(cast, on)
    complaint = complaint_of(reference)
    with Session(engine) as session, session.begin():
        if how == "event":
            head = session.get_one(m.ChainHead, complaint.id)
            session.add(a_line_by(cast["suze"], complaint, head.seq + 1))
        elif how == "measure":
            session.add(m.Measure(complaint_id=complaint.id, text="Iets", owner_id=cast["suze"], due_on=LATER))
        else:
            session.add(
                m.Decision(complaint_id=complaint.id, outcome="upheld", reasons="R", decided_by=cast["suze"], decided_on=LATER)
            )

    with door.work(cast.actor("vera"), Right.READ) as w:
        assert cast["suze"] in reviewers.touched(w, complaint)


def a_line_by(account_id: int, complaint: m.Complaint, seq: int) -> m.Event:
    return m.Event(
        complaint_id=complaint.id,
        seq=seq,
        kind=EventKind.CONTACT,
        side="file",
        actor_id=account_id,
        happened_on=LATER,
        recorded_at=complaint.registered_at,
        codes={},
        prev_hash="",
        hash="",
    )


def test_a_respondent_named_later_is_still_excluded_though_she_does_not_see_them(cast: Cast, on: On) -> None:
    reference = appealed(cast, on)
    with on(LATER):
        complaints.add_party(cast.actor("cora"), reference, Relation.RESPONDENT, Named(account_id=cast["hans"]))

        assert both(cast, reference)[0].people == ()
        with pytest.raises(Refused, match="not_found"):
            read(cast, "hans", reference)


def test_what_is_kept_goes_with_the_dossier(cast: Cast, on: On, engine: Engine) -> None:
    reference = appealed(cast, on)

    with Session(engine) as session:
        kept = session.scalars(select(m.AppealSnapshot)).one()

    assert kept.complaint_id == complaint_of(reference).id
    assert kept.columns["status"] == Status.ANSWERED
    assert "name" not in kept.columns  # who complained stands in a row of its own
