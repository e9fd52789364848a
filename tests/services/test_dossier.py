"""One dossier on screen: what each person sees of it, and which steps are open to them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Engine, event, func, select
from sqlalchemy.orm import Session

from db import models as m
from domain.errors import Refused
from domain.rights import Right
from domain.vocabulary import EventKind, LetterType, Relation
from domain.workflow import StepName
from services import complaints, door, dossier, steps
from services.complaints import Named
from tests.cases import Case
from tests.conftest import PROFILES, TODAY, Cast

On = Callable[[date], AbstractContextManager[None]]


def opened(cast: Cast, name: str) -> int:
    with Session(door.engine()) as session:
        query = select(func.count()).select_from(m.AccessLog).where(m.AccessLog.account_id == cast[name])
        return session.scalar(query) or 0


@contextmanager
def statements(engine: Engine) -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(("PRAGMA", "BEGIN", "SET ", "SELECT set_config", "SELECT weerklank_")):
            seen.append(statement)

    event.listen(door.engine(), "before_cursor_execute", note)
    yield seen
    event.remove(door.engine(), "before_cursor_execute", note)


# Reading


@pytest.mark.parametrize("profile", PROFILES)
def test_who_handles_it_reads_everything(cast: Cast, profile: str) -> None:
    case = Case.registered(profile, cast, immediate_actions="Direct gebeld.", respondents=(Named(name="De chauffeur"),))
    case.acknowledged().assign().log().log(kind=EventKind.NOTE).decide(measures=2).answer().refer("hans")

    file = case.read("hans")

    content = file.content
    assert content is not None
    assert (file.status, file.handler, file.outcome, file.external_stage) == (
        "answered",
        "Hans Behandelaar",
        "upheld",
        "committee_pending",
    )
    assert [entry.seq for entry in content.timeline] == list(range(len(content.timeline), 0, -1))
    assert [note.text for note in content.notes] == ["Gebeld en doorgevraagd."]
    assert [each.name for each in content.people] == ["De chauffeur"]
    assert [each.letter_type for each in content.messages] == [LetterType.DECISION, LetterType.ACK_PROMISE]
    assert all(each.body and each.subject for each in content.messages)
    assert content.decision is not None
    assert content.decision.decided_by == "Hans Behandelaar"
    assert [(each.owner, each.late) for each in content.measures] == [("Cora Coördinator", False)] * 2
    assert [each.stage for each in content.referrals] == ["committee_pending"]
    assert content.referrals[0].body_name
    assert content.appeal is None
    assert file.complainant is not None
    assert file.complainant.name == "Karel de Vries"
    assert file.immediate_actions == "Direct gebeld."


def test_the_history_says_who_did_what_when_and_when_it_was_entered(cast: Cast) -> None:
    case = Case.registered("training", cast).consult(participants=("piet", "petra"))

    content = case.read().content

    assert content is not None
    consulted, registered = content.timeline
    assert (consulted.who, consulted.happened_on, consulted.recorded_late) == ("Dora Directeur", case.at(1), True)
    assert consulted.codes == {"participants": ("Piet Partner", "Petra Partner"), "ack_owner": "Cora Coördinator"}
    assert consulted.text == "Vandaag bevestigen."
    assert (registered.who, registered.happened_on, registered.recorded_late) == ("Tom Trainer", TODAY, False)


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("name", ["piet", "tom"])
def test_a_summary_is_all_that_a_partner_or_the_reporter_gets(cast: Cast, profile: str, name: str) -> None:
    case = Case.registered(profile, cast).in_progress()

    file = case.read(name)

    assert (file.content, file.complainant, file.offer) == (None, None, None)
    assert file.title == "Niemand was op tijd"
    assert file.promises
    assert file.mine is (name == "tom")
    assert (file.description is not None) is (name == "tom")  # their own words, nobody else's


def test_whoever_acts_as_director_reads_it_all(cast: Cast) -> None:
    case = Case.registered("training", cast, respondents=(Named(account_id=cast["dora"]),))

    assert case.read("piet").content is not None
    assert case.read("petra").content is None


def test_the_manager_reads_what_is_of_her_unit(cast: Cast) -> None:
    here = Case.registered("training", cast)
    there = Case.registered("training", cast, unit_id=cast.units["zuid"])

    assert here.read("mia").content is not None
    with pytest.raises(Refused):
        there.read("mia")


@pytest.mark.parametrize("reference", ["K26-00000", "", "x" * 500, "K26-%", "' OR 1=1 --", "K26-\x00", "K26-\ud800"])
def test_what_was_never_given_out_is_not_found(cast: Cast, reference: str) -> None:
    for look in (dossier.read, dossier.steps, dossier.people):
        with pytest.raises(Refused) as refused:
            look(cast.actor("cora"), reference)
        assert (refused.value.code, refused.value.field, refused.value.values) == ("not_found", None, {})


@pytest.mark.parametrize("name", ["hilde", "vera", "suze", "wim", "mia"])
def test_what_may_not_be_seen_is_not_found_either(cast: Cast, name: str) -> None:
    case = Case.registered("training", cast, unit_id=cast.units["zuid"])

    for look in (dossier.read, dossier.steps, dossier.people):
        with pytest.raises(Refused) as refused:
            look(cast.actor(name), case.reference)
        assert (refused.value.code, refused.value.field, refused.value.values) == ("not_found", None, {})
    assert opened(cast, name) == 0


def test_the_administrator_has_no_dossier(cast: Cast) -> None:
    case = Case.registered("training", cast)

    with pytest.raises(Refused) as refused:
        case.read("adam")

    assert refused.value.code == "not_allowed"


def test_a_reviewer_reads_the_file_as_it_stood_at_the_appeal(cast: Cast) -> None:
    case = Case.registered("training", cast).in_appeal()
    case.log("cora", EventKind.NOTE, day=5)

    file = case.read("vera")

    content = file.content
    assert content is not None
    assert EventKind.NOTE not in {entry.kind for entry in content.timeline}
    assert content.decision is not None
    assert file.complainant is not None
    first_line = case.read("cora").content
    assert first_line is not None
    assert first_line.notes


@pytest.mark.parametrize("profile", PROFILES)
def test_the_first_line_sees_that_there_is_an_appeal_and_the_ruling_once_it_is_told(cast: Cast, profile: str) -> None:
    case = Case.registered(profile, cast).in_appeal()

    waiting = case.read("hans").content
    case.rule()
    told = case.read("hans").content

    assert waiting is not None
    assert waiting.appeal is not None
    assert (waiting.appeal.ruling_due, waiting.appeal.ruling) == (case.at(5) + timedelta(weeks=4), None)
    assert told is not None
    assert told.appeal is not None
    assert (told.appeal.ruling, told.appeal.consequence, told.appeal.ruling_due) == ("revised", "Excuses.", None)
    assert not {EventKind.APPEAL_NOTE, EventKind.APPEAL_HEARING} & {entry.kind for entry in told.timeline}


def test_an_earlier_decision_stays_in_the_file(cast: Cast) -> None:
    case = Case.registered("training", cast).closed().reopen()
    case.decide(day=5)

    content = case.read().content

    assert content is not None
    assert content.decision is not None
    assert content.decision.decided_on == case.at(5)
    assert [each.decided_on for each in content.earlier_decisions] == [case.at(3)]


# Who opened what


def test_opening_a_dossier_is_kept_once_in_a_while(cast: Cast, on: On) -> None:
    case = Case.registered("training", cast)

    case.read("piet")
    case.read("piet")
    assert opened(cast, "piet") == 1
    with on(TODAY + timedelta(days=1)):
        case.read("piet")

    assert opened(cast, "piet") == 2


def test_reading_does_not_disturb_who_is_writing(cast: Cast) -> None:
    case = Case.registered("training", cast)
    seen = case.seen

    case.read("cora")
    case.read("piet")

    assert case.seen == seen


# Speed


def test_reading_takes_the_same_number_of_statements_however_long_the_dossier_is(cast: Cast, engine: Engine) -> None:
    short = Case.registered("training", cast).decided()
    long = Case.registered("training", cast, respondents=tuple(Named(name=f"Collega {n}") for n in range(5))).in_progress()
    for _ in range(15):
        long.log().log(kind=EventKind.MESSAGE_RECEIVED).refer()
    long.decide(measures=5)
    for case in (short, long):
        case.read("hans")  # the access log is written once

    taken = []
    for case in (short, long):
        for look in (dossier.read, dossier.steps, dossier.people):
            with statements(engine) as seen:
                look(cast.actor("hans"), case.reference)
            taken.append(len(seen))

    assert taken[:3] == taken[3:]
    assert max(taken) <= 30


# Steps


def names(cast: Cast, who: str, case: Case, *, possible: bool = True) -> set[str]:
    found = dossier.steps(cast.actor(who), case.reference)
    return {str(step.name) for step in found if step.possible is possible}


BESIDE = {"change_procedure", "correct", "raise_red_flag", "correct_receipt", "pause"}  # do not belong to one phase


def usual(cast: Cast, case: Case) -> set[str]:
    return names(cast, "cora", case) - BESIDE


@pytest.mark.parametrize("profile", PROFILES)
def test_only_the_steps_that_are_possible_now_are_offered(cast: Cast, profile: str) -> None:
    case = Case.registered(profile, cast)
    start = {"consult", "log", "climb", "add_party", "name_complainant", "refer", "withdraw", "not_handled"}
    fresh = start if profile == "training" else start | {"assign"}

    assert usual(cast, case) == fresh
    case.acknowledged()
    assert usual(cast, case) == start | {"assign", "decide", "extend", "respond", "progress"}
    case.assign().decide()
    assert usual(cast, case) == {
        "consult", "log", "climb", "add_party", "name_complainant", "refer", "withdraw", "assign", "progress", "answer",
    }  # fmt: skip
    case.answer()
    assert usual(cast, case) == {
        "consult", "log", "climb", "add_party", "name_complainant", "refer", "withdraw", "assign", "close", "lodge_appeal",
        "ask_satisfaction",
    }  # fmt: skip
    case.close()
    over = {"log", "add_party", "name_complainant", "refer", "reopen", "lodge_appeal"}
    assert usual(cast, case) == over | {"ask_satisfaction"}
    case.ask()
    assert usual(cast, case) == over | {"satisfaction"}


def test_a_blocked_step_says_why(cast: Cast) -> None:
    case = Case.registered("training", cast)

    found = {step.name: step for step in dossier.steps(cast.actor("cora"), case.reference)}

    assert found[StepName.ACKNOWLEDGE].why == ("ack_owner_missing",)
    assert found[StepName.ASSIGN].why == ("consultation_missing",)
    assert "not_ended" in found[StepName.CLOSE].why
    assert not found[StepName.REOPEN].relevant
    assert found[StepName.ACKNOWLEDGE].relevant


EVERY_DAY = {
    Right.LOG, Right.ROUTE, Right.SEND, Right.NAME_PARTY, Right.RED_FLAG, Right.ACKNOWLEDGE, Right.EXTEND, Right.DECIDE,
}  # fmt: skip


@pytest.mark.parametrize(
    ("who", "rights"),
    [
        ("tom", set()),
        ("piet", set()),
        ("hans", EVERY_DAY | {Right.AMEND, Right.IDENTITY_WRITE}),
        ("mia", EVERY_DAY | {Right.ASSIGN, Right.CLOSE}),
        ("dora", set(dossier.STEP_RIGHTS.values())),
    ],
)
def test_a_person_is_offered_what_a_right_of_theirs_reaches(cast: Cast, who: str, rights: set[Right]) -> None:
    case = Case.registered("training", cast).in_progress()

    offered = {step.name for step in dossier.steps(cast.actor(who), case.reference)}

    assert offered == {name for name, right in dossier.STEP_RIGHTS.items() if right in rights}


def test_who_was_named_to_acknowledge_may_do_that_and_nothing_else(cast: Cast) -> None:
    case = Case.registered("training", cast).consult(owner="tom")

    assert names(cast, "tom", case) == {"acknowledge"}


def test_whose_decision_was_annulled_is_told_that_somebody_else_decides(cast: Cast) -> None:
    case = Case.registered("training", cast).in_progress().decide("cora").answer().appeal().rule("annulled")

    mine = {step.name: step.why for step in dossier.steps(cast.actor("cora"), case.reference)}

    assert mine[StepName.DECIDE] == ("someone_else_decides",)
    assert "decide" in names(cast, "dora", case)


# People


def test_whoever_it_is_about_is_not_among_the_people_to_choose_from(cast: Cast) -> None:
    case = Case.registered("training", cast, respondents=(Named(account_id=cast["hans"]),))
    complaints.add_party(cast.actor("cora"), case.reference, Relation.CONFLICT, Named(account_id=cast["petra"]))

    found = {each.id: each for each in dossier.people(cast.actor("cora"), case.reference)}

    assert set(found) == {cast[name] for name in ("tom", "rosa", "hilde", "cora", "mia", "piet", "dora")}
    assert not found[cast["tom"]].may_handle
    assert found[cast["hilde"]].may_handle
    assert {each.id for each in found.values() if each.may_be_consulted} == {cast["piet"], cast["dora"]}


@pytest.mark.parametrize("profile", ["kinderopvang-welzijn"])
def test_in_childcare_the_management_is_consulted(cast: Cast, profile: str) -> None:
    case = Case.registered(profile, cast)

    found = dossier.people(cast.actor("cora"), case.reference)

    assert {each.id for each in found if each.may_be_consulted} >= {cast["mia"], cast["cora"], cast["dora"]}


def test_the_offer_says_what_the_forms_start_from(cast: Cast) -> None:
    case = Case.registered("training", cast).answered()

    offer = case.read().offer

    assert offer is not None
    assert offer.next_level == "manager"
    assert {str(reason) for reason in offer.close_reasons} == {"accepted", "alternatives_exhausted"}
    assert offer.gaps == ()
    assert (offer.reachable, offer.acknowledged) == (True, True)


@pytest.mark.parametrize("profile", ["kinderopvang-welzijn"])
def test_the_offer_says_how_far_an_extension_may_go(cast: Cast, profile: str) -> None:
    offer = Case.registered(profile, cast).acknowledged().read().offer

    assert offer is not None
    assert offer.extend_until == date(2026, 11, 16) + timedelta(weeks=6)
    assert "1.57b" in offer.extend_source


def test_what_closing_misses_is_for_who_may_close(cast: Cast) -> None:
    case = Case.registered("training", cast).in_progress()

    assert steps.closing_gaps(cast.actor("cora"), case.reference) == (
        "gap.outcome_missing",
        "gap.promise_open",
        "gap.not_ended",
    )
    with pytest.raises(Refused):
        steps.closing_gaps(cast.actor("piet"), case.reference)


def test_a_form_id_is_no_part_of_the_history_on_screen(cast: Cast) -> None:
    case = Case.registered("training", cast).in_progress().log(form_id=str(uuid4()))

    content = case.read().content

    assert content is not None
    assert "form" not in content.timeline[0].codes
