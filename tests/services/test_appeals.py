"""Lodging, hearing and ruling; who hears it, and what each side sees."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db import models as m
from db.settings import write_settings
from domain.errors import Refused
from domain.vocabulary import Channel, EventKind, LetterType, Outcome, Ruling, Side, Status
from services import appeal_files, appeals, door, dossier, hearing, letters, steps
from services.appeals import Lodged
from services.dossier_content import AppealBrief
from tests.conftest import Cast
from tests.dossiers import (
    DECIDED,
    On,
    acknowledged,
    answered,
    appeal_version,
    appealed,
    complaint_of,
    outgoing,
    ruled,
    seen,
)

LODGED = date(2026, 9, 21)
LAST_DAY = date(2026, 10, 23)  # six weeks after the decision was sent


def by_phone(cast: Cast, reference: str, surname: str = "De Vries", who: str = "vera", **more: object) -> Lodged:
    values: dict[str, object] = {"form_id": str(uuid4()), "lodged_on": LODGED, "grounds": "Het was echt koud."} | more
    return appeals.lodge(
        cast.actor(who),
        values["form_id"],  # type: ignore[arg-type]
        reference,
        surname,
        values["lodged_on"],  # type: ignore[arg-type]
        Channel.PHONE,
        values["grounds"],  # type: ignore[arg-type]
        values.get("late_reason"),  # type: ignore[arg-type]
        supported=bool(values.get("supported")),
    )


def appeal_of(reference: str) -> m.Appeal:
    with Session(door.engine()) as session:
        query = select(m.Appeal).join(m.Complaint).where(m.Complaint.reference == reference)
        return session.scalars(query.order_by(m.Appeal.id.desc())).first()  # type: ignore[return-value]


def exclude(cast: Cast, reference: str, who: str, relation: str) -> None:
    complaint = complaint_of(reference)
    with Session(door.engine()) as session, session.begin():
        session.add(
            m.Party(
                complaint_id=complaint.id,
                relation=relation,
                account_id=cast[who],
                excluded=True,
                added_at=complaint.registered_at,
            )
        )


def brief(cast: Cast, who: str, reference: str) -> AppealBrief:
    content = dossier.read(cast.actor(who), reference).content
    assert content is not None
    assert content.appeal is not None
    return content.appeal


def count(model: type) -> int:
    with Session(door.engine()) as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


# Lodging


def test_a_reviewer_registers_an_appeal_from_a_phone_call_and_hears_it(cast: Cast, on: On) -> None:
    reference = answered(cast, on)

    with on(LODGED):
        lodged = by_phone(cast, reference.lower())

    assert lodged == Lodged(reference, in_time=True, mine=True)
    complaint = complaint_of(reference)
    assert complaint.status == Status.IN_APPEAL
    assert (complaint.next_promise, complaint.next_due_on) == ("HOUSE_WEEK.APPEAL_ACK", date(2026, 9, 28))


def test_the_coordinator_lodges_from_the_dossier_without_a_surname(cast: Cast, on: On) -> None:
    reference = appealed(cast, on)

    assert appeal_of(reference).reviewer_id == cast["vera"]
    assert appeal_of(reference).registered_by == cast["cora"]


def test_a_closed_dossier_can_be_appealed(cast: Cast, on: On) -> None:
    reference = answered(cast, on)
    with on(date(2026, 9, 14)):
        steps.close(cast.actor("dora"), reference, seen(reference), "accepted")
    with on(LODGED):
        by_phone(cast, reference)

    complaint = complaint_of(reference)
    assert (complaint.status, complaint.closed_on, complaint.close_reason) == (Status.IN_APPEAL, None, None)


def test_the_last_day_is_in_time(cast: Cast, on: On) -> None:
    reference = answered(cast, on)

    with on(LAST_DAY):
        lodged = by_phone(cast, reference, lodged_on=LAST_DAY)

    assert lodged.in_time


def test_a_last_day_in_the_weekend_moves_to_the_next_working_day(cast: Cast, on: On) -> None:
    saturday = date(2026, 9, 12)
    reference = answered(cast, on, day=saturday)
    monday = date(2026, 10, 26)

    with on(monday):
        lodged = by_phone(cast, reference, lodged_on=monday)

    assert lodged.in_time


def test_a_late_appeal_needs_a_reason(cast: Cast, on: On) -> None:
    reference = answered(cast, on)
    late = date(2026, 10, 26)

    with on(late):
        with pytest.raises(Refused, match="late_reason_missing"):
            by_phone(cast, reference, lodged_on=late)
        lodged = by_phone(cast, reference, lodged_on=late, late_reason="Lag in het ziekenhuis.")

    assert not lodged.in_time
    assert appeal_of(reference).late_reason == "Lag in het ziekenhuis."


def test_an_appeal_entered_later_counts_from_its_own_day(cast: Cast, on: On) -> None:
    reference = answered(cast, on)

    with on(date(2026, 11, 2)):
        lodged = by_phone(cast, reference, lodged_on=LAST_DAY)

    assert lodged.in_time
    assert appeal_of(reference).lodged_on == LAST_DAY


def test_the_same_form_lodges_once(cast: Cast, on: On) -> None:
    reference = answered(cast, on)
    form_id = str(uuid4())

    with on(LODGED):
        first = by_phone(cast, reference, form_id=form_id, supported=True)
        again = by_phone(cast, reference, form_id=form_id, supported=True)

    assert first == again == Lodged(reference, in_time=True, mine=False)
    assert count(m.Appeal) == 1


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("lodged_on", {"lodged_on": date(2026, 9, 22)}),
        ("grounds", {"grounds": " \u200b "}),
        ("grounds", {"grounds": "x" * 100_000}),
        ("grounds", {"grounds": "nul\x00"}),
        ("surname", {"surname": ""}),
    ],
)
def test_what_was_typed_wrong_is_said_at_its_field(cast: Cast, on: On, field: str, values: dict[str, object]) -> None:
    reference = answered(cast, on)

    with on(LODGED), pytest.raises(Refused) as refused:
        by_phone(cast, reference, **values)  # type: ignore[arg-type]

    assert refused.value.field == field
    assert complaint_of(reference).status == Status.ANSWERED


def test_a_forged_channel_is_refused(cast: Cast, on: On) -> None:
    reference = answered(cast, on)

    with on(LODGED), pytest.raises(Refused, match="unknown_value"):
        appeals.lodge(cast.actor("cora"), str(uuid4()), reference, None, LODGED, "evil", "Koud.")


def test_there_is_one_answer_for_every_failure(cast: Cast, on: On, engine: object) -> None:
    good = answered(cast, on)
    undecided = acknowledged(cast, on)
    about_vera = answered(cast, on)
    with Session(door.engine()) as session, session.begin():
        row = session.scalars(select(m.Complaint).where(m.Complaint.reference == about_vera)).one()
        session.add(
            m.Party(
                complaint_id=row.id, relation="conflict", account_id=cast["vera"], excluded=True, added_at=row.registered_at
            )
        )
    wrong = [
        {"reference": "K26-00000"},
        {"reference": good, "surname": "Jansen"},
        {"reference": undecided},
        {"reference": about_vera},
        {"reference": good, "lodged_on": DECIDED.replace(day=10)},
    ]

    answers = set()
    with on(LODGED):
        for values in wrong:
            with pytest.raises(Refused) as refused:
                by_phone(cast, **values)  # type: ignore[arg-type]
            answers.add((refused.value.code, refused.value.field, tuple(refused.value.values)))

    assert answers == {("no_appeal_possible", None, ())}
    assert count(m.Appeal) == 0


def test_guessing_names_is_slowed_down(cast: Cast, on: On) -> None:
    reference = answered(cast, on)

    with on(LODGED):
        for _ in range(6):
            with pytest.raises(Refused, match=r"no_appeal_possible|wait_first"):
                by_phone(cast, reference, surname="Jansen")
        with pytest.raises(Refused, match="wait_first"):
            by_phone(cast, reference)

    assert count(m.Appeal) == 0


def test_the_first_line_hears_what_is_wrong(cast: Cast, on: On) -> None:
    undecided, good = acknowledged(cast, on), answered(cast, on)
    cora = cast.actor("cora")

    with on(LODGED):
        with pytest.raises(Refused, match="not_in_this_status"):
            appeals.lodge(cora, str(uuid4()), undecided, None, LODGED, Channel.PHONE, "Koud.")
        with pytest.raises(Refused, match="before_the_decision"):
            appeals.lodge(cora, str(uuid4()), good, None, date(2026, 9, 10), Channel.PHONE, "Koud.")


@pytest.mark.parametrize("who", ["tom", "hans", "mia", "petra", "wim", "adam"])
def test_others_do_not_lodge(cast: Cast, on: On, who: str) -> None:
    reference = answered(cast, on)

    with on(LODGED), pytest.raises(Refused, match=r"not_allowed|not_found"):
        appeals.lodge(cast.actor(who), str(uuid4()), reference, "De Vries", LODGED, Channel.PHONE, "Koud.")


# Who hears it


def test_a_confidant_who_supported_the_complainant_leaves_it_to_the_substitute(cast: Cast, on: On) -> None:
    reference = answered(cast, on)

    with on(LODGED):
        lodged = by_phone(cast, reference, supported=True)
        with pytest.raises(Refused, match="not_found"):
            appeal_files.read(cast.actor("vera"), reference)

    assert not lodged.mine
    assert appeal_of(reference).reviewer_id == cast["suze"]


def test_a_reviewer_in_the_dossier_is_passed_over(cast: Cast, on: On) -> None:
    reference = answered(cast, on)
    with Session(door.engine()) as session, session.begin():
        row = session.scalars(select(m.Complaint).where(m.Complaint.reference == reference)).one()
        session.add(
            m.Party(
                complaint_id=row.id, relation="respondent", account_id=cast["vera"], excluded=True, added_at=row.registered_at
            )
        )

    with on(LODGED):
        appeals.lodge(cast.actor("cora"), str(uuid4()), reference, None, LODGED, Channel.PHONE, "Koud.")

    assert appeal_of(reference).reviewer_id == cast["suze"]


def test_whoever_decided_does_not_hear_it_even_with_the_role(cast: Cast, on: On) -> None:
    reference = answered(cast, on, by="hans")
    with Session(door.engine()) as session, session.begin():
        hans = session.get_one(m.Account, cast["hans"])
        hans.roles = [m.AccountRole(role="appeal_reviewer")]
        write_settings(session, {"reviewer_id": cast["hans"]})

    with on(LODGED):
        appeals.lodge(cast.actor("cora"), str(uuid4()), reference, None, LODGED, Channel.PHONE, "Koud.")

    assert appeal_of(reference).reviewer_id == cast["suze"]


def test_without_anybody_to_hear_it_nothing_is_lodged(cast: Cast, on: On) -> None:
    reference = answered(cast, on)
    with Session(door.engine()) as session, session.begin():
        write_settings(session, {"substitute_reviewer_ids": []})

    with on(LODGED), pytest.raises(Refused, match="no_reviewer"):
        by_phone(cast, reference, supported=True)

    assert complaint_of(reference).status == Status.ANSWERED


def test_a_reviewer_who_turns_out_to_be_partial_steps_back(cast: Cast, on: On) -> None:
    reference = appealed(cast, on)

    with on(LODGED):
        hearing.step_back(cast.actor("vera"), reference, appeal_version(reference), "Ik sprak mevrouw eerder.")
        with pytest.raises(Refused, match="not_found"):
            hearing.note(cast.actor("vera"), reference, str(uuid4()), "Toch nog iets.")
        with pytest.raises(Refused, match="no_reviewer"):  # Vera is not asked again
            hearing.step_back(cast.actor("suze"), reference, appeal_version(reference), "Ik ook.")

    assert appeal_of(reference).reviewer_id == cast["suze"]


def test_the_first_line_names_another_reviewer_only_when_the_first_is_gone(cast: Cast, on: On) -> None:
    reference = appealed(cast, on)
    cora = cast.actor("cora")
    with on(LODGED):
        assert not appeal_files.needs_reviewer(cora, reference)
        with pytest.raises(Refused, match="reviewer_available"):
            appeals.reassign(cora, reference)
        with Session(door.engine()) as session, session.begin():
            session.get_one(m.Account, cast["vera"]).active = False
        assert appeal_files.needs_reviewer(cora, reference)
        appeals.reassign(cora, reference)

    assert appeal_of(reference).reviewer_id == cast["suze"]


# What each side sees


def test_the_reviewer_sees_the_file_as_it_stood(cast: Cast, on: On) -> None:
    reference = appealed(cast, on)
    with on(date(2026, 9, 22)):
        steps.log(cast.actor("cora"), reference, EventKind.NOTE, date(2026, 9, 22), "Na het beroep geschreven.")
        texts = event_texts(cast, "vera", reference)

    assert EventKind.APPEAL_LODGED in {kind for kind, _ in texts}
    assert "Na het beroep geschreven." not in {text for _, text in texts}
    assert EventKind.CONSULTED in {kind for kind, _ in texts}


def event_texts(cast: Cast, who: str, reference: str) -> list[tuple[str, str | None]]:
    """The history as the door lets this person read it."""
    with door.work(cast.actor(who), door.Right.READ) as w:
        query = (
            select(m.Event.kind, m.EventText.text)
            .outerjoin(m.EventText, m.EventText.event_id == m.Event.id)
            .join(m.Complaint, m.Complaint.id == m.Event.complaint_id)
            .where(m.Complaint.reference == reference)
        )
        return [(kind, text) for kind, text in w.session.execute(query)]


@pytest.mark.parametrize("who", ["cora", "dora"])
def test_the_first_line_sees_no_grounds_no_hearing_and_no_notes(cast: Cast, on: On, who: str) -> None:
    reference = appealed(cast, on)
    vera = cast.actor("vera")
    with on(date(2026, 9, 25)):
        hearing.note(vera, reference, str(uuid4()), "Klager klinkt geloofwaardig.")
        hearing.hear(vera, reference, str(uuid4()), date(2026, 9, 24), "Beide kanten gehoord.")
        hearing.acknowledge(
            vera, reference, appeal_version(reference), outgoing(vera, reference, LetterType.APPEAL_RECEIVED, date(2026, 9, 25))
        )
        hearing.rule(vera, reference, appeal_version(reference), Ruling.REVISED, "Zo is het.", "Excuses.", None, False)
        texts = event_texts(cast, who, reference)
        seen_of_it = brief(cast, who, reference)

    assert {"Klager klinkt geloofwaardig.", "Beide kanten gehoord."}.isdisjoint({text for _, text in texts})
    assert not {EventKind.APPEAL_NOTE, EventKind.APPEAL_HEARING, EventKind.APPEAL_RULED} & {kind for kind, _ in texts}
    assert (seen_of_it.ruling, seen_of_it.reasons, seen_of_it.consequence) == (None, None, None)
    assert (seen_of_it.lodged_on, seen_of_it.ruling_due) == (LODGED, date(2026, 10, 19))


def test_the_first_line_reads_the_ruling_and_its_letter_afterwards(cast: Cast, on: On) -> None:
    reference = ruled(cast, on)

    summary = brief(cast, "cora", reference)

    assert (summary.ruling, summary.consequence, summary.ruled_on) == (Ruling.REVISED, "Excuses.", date(2026, 10, 1))
    kinds = letter_kinds(cast, "cora", reference)
    assert LetterType.APPEAL_RULING_NOTICE in kinds
    assert LetterType.APPEAL_RULING not in kinds


def letter_kinds(cast: Cast, who: str, reference: str) -> dict[str | None, int]:
    with door.work(cast.actor(who), door.Right.READ) as w:
        query = select(m.Message.letter_type, m.Message.id).join(m.Complaint, m.Complaint.id == m.Message.complaint_id)
        return {kind: number for kind, number in w.session.execute(query.where(m.Complaint.reference == reference))}


def test_the_reviewer_can_print_both_letters_with_the_ruling(cast: Cast, on: On) -> None:
    reference = ruled(cast, on)

    with on(date(2026, 10, 30)):
        kinds = letter_kinds(cast, "vera", reference)
        for kind in (LetterType.APPEAL_RULING, LetterType.APPEAL_RULING_NOTICE):
            assert letters.as_pdf(cast.actor("vera"), kinds[kind]).startswith(b"%PDF")


def test_another_reviewer_sees_nothing(cast: Cast, on: On) -> None:
    reference = appealed(cast, on)

    assert appeal_files.listing(cast.actor("suze")) == ()
    with pytest.raises(Refused, match="not_found"):
        appeal_files.read(cast.actor("suze"), reference)


def test_the_list_puts_the_open_ones_first(cast: Cast, on: On) -> None:
    done = ruled(cast, on)
    waiting = appealed(cast, on, lodged=date(2026, 10, 20))

    with on(date(2026, 10, 30)):
        rows = appeal_files.listing(cast.actor("vera"))

    assert [row.reference for row in rows] == [waiting, done]
    assert rows[0].next is not None
    assert rows[0].next.code == "APPEAL_ACK"
    assert (rows[1].next, rows[1].ruling) == (None, Ruling.REVISED)


def test_six_weeks_after_the_ruling_the_reviewer_reads_nothing_of_it_any_more(cast: Cast, on: On) -> None:
    reference = ruled(cast, on)
    with Session(door.engine()) as session:
        last = session.scalars(select(m.Appeal.ruled_on)).one() or LODGED
    vera = cast.actor("vera")

    with on(last + timedelta(days=42)):
        assert [row.reference for row in appeal_files.listing(vera)] == [reference]
        assert appeal_files.read(vera, reference).ruled_on == last
    with on(last + timedelta(days=43)):
        assert appeal_files.listing(vera) == ()
        with pytest.raises(Refused, match="not_found"):
            appeal_files.read(vera, reference)
        assert dossier.read(cast.actor("cora"), reference).content  # her papers stay with the dossier


# Hearing and ruling


def test_acknowledging_keeps_the_promise(cast: Cast, on: On) -> None:
    reference = appealed(cast, on)
    vera, day = cast.actor("vera"), date(2026, 9, 24)

    with on(day):
        letter = outgoing(vera, reference, LetterType.APPEAL_RECEIVED, day)
        version = appeal_version(reference)
        hearing.acknowledge(vera, reference, version, letter)
        hearing.acknowledge(vera, reference, version, letter)  # a double click

    file = appeal_files.read(vera, reference)
    assert file.acknowledged_on == day
    assert {view.code: view.met_on for view in file.promises} == {"APPEAL_ACK": day, "APPEAL_RULING": None}
    assert complaint_of(reference).next_promise == "HOUSE_WEEK.APPEAL_RULING"


def test_a_note_is_written_once_per_form(cast: Cast, on: On) -> None:
    reference = appealed(cast, on)
    form_id = str(uuid4())

    for _ in range(2):
        hearing.note(cast.actor("vera"), reference, form_id, "Bellen met de trainer.")

    assert [paper.text for paper in appeal_files.read(cast.actor("vera"), reference).papers] == ["Bellen met de trainer."]


def test_a_hearing_lies_between_the_appeal_and_today(cast: Cast, on: On) -> None:
    reference = appealed(cast, on)
    vera = cast.actor("vera")

    with on(date(2026, 9, 25)):
        for wrong, code in ((date(2026, 9, 20), "before_appeal"), (date(2026, 9, 26), "in_the_future")):
            with pytest.raises(Refused, match=code):
                hearing.hear(vera, reference, str(uuid4()), wrong, "Gehoord.")
        hearing.hear(vera, reference, str(uuid4()), LODGED, "Gehoord.")

    assert appeal_files.read(vera, reference).heard_on == LODGED


def test_a_ruling_can_be_put_off_in_time_with_a_notice(cast: Cast, on: On) -> None:
    reference = appealed(cast, on)
    vera, day, until = cast.actor("vera"), date(2026, 10, 15), date(2026, 11, 23)

    with on(day):
        letter = outgoing(vera, reference, LetterType.EXTENSION, day, new_date=until, reason="De beheerder is ziek.")
        hearing.extend_ruling(vera, reference, appeal_version(reference), letter, until, "De beheerder is ziek.")

    states = [(view.code, view.target_on, str(view.state)) for view in appeal_files.read(vera, reference).promises]
    assert ("APPEAL_RULING", date(2026, 10, 19), "extended_in_time") in states
    assert ("APPEAL_RULING", until, "open") in states


def test_a_ruling_needs_reasons_and_a_consequence_when_it_changes_something(cast: Cast, on: On) -> None:
    reference = appealed(cast, on)
    vera, version = cast.actor("vera"), appeal_version(reference)
    good = {"ruling": Ruling.REVISED, "reasons": "Zo.", "consequence": "Excuses.", "consequence_due_on": None, "binding": True}

    for field, wrong in (
        ("ruling", {"ruling": "evil"}),
        ("reasons", {"reasons": " "}),
        ("consequence", {"consequence": ""}),
        ("binding", {"binding": None}),
        ("consequence_due_on", {"consequence_due_on": date(2026, 9, 20)}),
    ):
        with pytest.raises(Refused) as refused:
            hearing.rule(vera, reference, version, **good | wrong)  # type: ignore[arg-type]
        assert refused.value.field == field
    hearing.rule(vera, reference, version, Ruling.CONFIRMED, "Zo.", "", None, True)

    assert appeal_files.read(vera, reference).ruling == Ruling.CONFIRMED


def test_a_stale_ruling_is_refused(cast: Cast, on: On) -> None:
    reference = appealed(cast, on)
    vera, version = cast.actor("vera"), appeal_version(reference)
    hearing.rule(vera, reference, version, Ruling.CONFIRMED, "Zo.", "", None, True)

    with pytest.raises(Refused, match="changed_meanwhile"):
        hearing.rule(vera, reference, version, Ruling.REVISED, "Anders.", "Excuses.", None, True)


def test_the_ruling_goes_to_both_sides_the_complainant_first(cast: Cast, on: On) -> None:
    reference = appealed(cast, on)
    vera, day = cast.actor("vera"), date(2026, 10, 1)

    with on(day):
        letter = outgoing(vera, reference, LetterType.APPEAL_RULING, day)
        with pytest.raises(Refused, match="ruling_missing"):
            hearing.send_ruling(vera, reference, appeal_version(reference), letter)
        hearing.rule(vera, reference, appeal_version(reference), Ruling.REVISED, "Zo.", "Excuses.", day, True)
        notice = outgoing(vera, reference, LetterType.APPEAL_RULING_NOTICE, day)
        with pytest.raises(Refused, match="wrong_letter"):
            hearing.send_ruling(vera, reference, appeal_version(reference), notice)
        letter = outgoing(vera, reference, LetterType.APPEAL_RULING, day)
        hearing.send_ruling(vera, reference, appeal_version(reference), letter)
        assert complaint_of(reference).status == Status.IN_APPEAL
        with pytest.raises(Refused, match="ruling_sent"):
            hearing.rule(vera, reference, appeal_version(reference), Ruling.CONFIRMED, "Zo.", "", None, True)
        hearing.send_ruling(vera, reference, appeal_version(reference), notice)

    complaint = complaint_of(reference)
    assert (complaint.status, complaint.next_promise) == (Status.RULED, None)
    assert appeal_of(reference).ruled_on == day


def test_a_ruled_dossier_can_be_closed(cast: Cast, on: On) -> None:
    reference = ruled(cast, on)

    steps.close(cast.actor("dora"), reference, seen(reference), "accepted")

    assert complaint_of(reference).status == Status.CLOSED


def test_an_annulled_decision_is_taken_anew_by_somebody_else(cast: Cast, on: On) -> None:
    reference = ruled(cast, on, ruling=Ruling.ANNULLED)
    complaint = complaint_of(reference)
    day = date(2026, 10, 2)

    assert (complaint.status, complaint.handler_id, complaint.outcome) == (Status.IN_PROGRESS, None, None)
    assert (complaint.next_promise, complaint.next_due_on) == ("HOUSE_WEEK.RESPONSE", date(2026, 10, 8))
    with on(day):
        steps.assign(cast.actor("cora"), reference, seen(reference), cast["hans"])
        with pytest.raises(Refused, match="someone_else_decides"):
            steps.decide(cast.actor("hans"), reference, seen(reference), day, Outcome.UPHELD, "Toch.", no_measures=True)
        steps.decide(cast.actor("dora"), reference, seen(reference), day, Outcome.UPHELD, "Nu wel.", no_measures=True)
    assert complaint_of(reference).status == Status.DECIDED


def test_the_same_reviewer_can_hear_a_second_appeal(cast: Cast, on: On) -> None:
    reference = ruled(cast, on, ruling=Ruling.ANNULLED)
    dora, day = cast.actor("dora"), date(2026, 10, 2)
    with on(day):
        steps.decide(dora, reference, seen(reference), day, Outcome.NOT_UPHELD, "Weer niet.", no_measures=True)
        steps.answer(dora, reference, seen(reference), outgoing(dora, reference, LetterType.DECISION, day))
        by_phone(cast, reference, lodged_on=day)

    file = appeal_files.read(cast.actor("vera"), reference)
    assert (file.told, file.ruling, file.ruled_on) == (frozenset(), None, None)
    assert brief(cast, "cora", reference).ruling is None  # of the second one


def test_only_the_own_appeal_can_be_worked_on(cast: Cast, on: On) -> None:
    reference = appealed(cast, on)

    for who in ("suze", "cora", "dora", "adam"):
        with pytest.raises(Refused, match=r"not_found|not_allowed"):
            hearing.note(cast.actor(who), reference, str(uuid4()), "Mag dit?")


def test_who_became_part_of_the_dossier_cannot_rule(cast: Cast, on: On) -> None:
    reference = appealed(cast, on)
    with Session(door.engine()) as session, session.begin():
        row = session.scalars(select(m.Complaint).where(m.Complaint.reference == reference)).one()
        row.handler_id = cast["vera"]

    with pytest.raises(Refused, match="reviewer_conflict"):
        hearing.rule(cast.actor("vera"), reference, appeal_version(reference), Ruling.CONFIRMED, "Zo.", "", None, True)


def test_every_paper_of_the_reviewer_stands_on_the_side_of_the_appeal(cast: Cast, on: On) -> None:
    ruled(cast, on)

    with Session(door.engine()) as session:
        query = select(m.Event.kind).where(m.Event.actor_id == cast["vera"], m.Event.side == Side.FILE).order_by(m.Event.seq)
        on_file = list(session.scalars(query))

    assert on_file == [EventKind.LETTER_SENT, EventKind.APPEAL_RULED]  # the notice, and that it was ruled


# At the same moment


@pytest.mark.parametrize("who", ["cora", "vera"])
def test_a_double_click_on_lodging_lodges_once_and_answers_twice(cast: Cast, on: On, who: str) -> None:
    reference, form_id = answered(cast, on), str(uuid4())

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda _: by_phone(cast, reference, who=who, form_id=form_id), range(2)))

    assert answers[0] == answers[1]
    assert appeal_of(reference).lodged_on == LODGED


def test_a_double_click_of_the_reviewer_writes_and_sends_once(cast: Cast, on: On) -> None:
    reference, form_id = appealed(cast, on), str(uuid4())
    vera, version = cast.actor("vera"), appeal_version(reference)
    letter = outgoing(vera, reference, LetterType.APPEAL_RECEIVED, LODGED)

    def click(_: int) -> None:
        hearing.note(vera, reference, form_id, "Gebeld met de klager.")
        hearing.acknowledge(vera, reference, version, letter)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(click, range(2)))

    file = appeal_files.read(vera, reference)
    assert [paper.kind for paper in file.papers] == [EventKind.APPEAL_NOTE]
    assert file.acknowledged_on == LODGED
