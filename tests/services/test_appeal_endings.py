"""How an appeal ends: ruled on, withdrawn, or lodged once more; and what the first line then has to do."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

import pytest

from domain.errors import Refused
from domain.promises import PromiseState
from domain.vocabulary import Channel, EventKind, LetterType, Ruling, Status
from domain.workflow import StepName
from services import appeal_files, appeals, dossier, hearing, steps
from services.appeal_files import AppealStep
from tests.cases import Case
from tests.conftest import Cast
from tests.dossiers import On, appeal_version, appealed, complaint_of, outgoing, ruled, seen
from tests.services.test_appeals import appeal_of, brief, by_phone

LODGED, RULED = date(2026, 9, 21), date(2026, 10, 1)
LATER = date(2026, 10, 5)


def lodge_again(cast: Cast, reference: str, day: date = LATER) -> None:
    appeals.lodge(cast.actor("cora"), str(uuid4()), reference, None, day, Channel.PHONE, "Nog eens.")


def withdraw(cast: Cast, reference: str, day: date = RULED) -> None:
    hearing.withdrawn(cast.actor("vera"), reference, appeal_version(reference), day, Channel.PHONE)


# One ruling per decision


@pytest.mark.parametrize("closed", [False, True])
def test_a_decision_that_was_ruled_on_is_not_appealed_again(cast: Cast, on: On, closed: bool) -> None:
    reference = ruled(cast, on)
    with on(LATER):
        if closed:
            steps.close(cast.actor("dora"), reference, seen(reference), "accepted")
        with pytest.raises(Refused, match="already_ruled_on"):
            lodge_again(cast, reference)
        with pytest.raises(Refused, match="no_appeal_possible"):  # from outside nothing is told
            by_phone(cast, reference, lodged_on=LATER)

        offered = {each.name: each for each in dossier.steps(cast.actor("cora"), reference)}
    assert offered[StepName.LODGE_APPEAL].why == ("already_ruled_on",)


def test_an_inadmissible_appeal_can_be_lodged_again(cast: Cast, on: On) -> None:
    reference = ruled(cast, on, ruling=Ruling.INADMISSIBLE)

    with on(LATER):
        lodge_again(cast, reference)

    assert complaint_of(reference).status == Status.IN_APPEAL
    assert appeal_of(reference).ruling is None


# The day of the ruling


def test_it_was_ruled_when_both_sides_had_the_letter(cast: Cast, on: On) -> None:
    reference = appealed(cast, on)
    vera, earlier = cast.actor("vera"), date(2026, 9, 29)
    with on(RULED):
        hearing.rule(vera, reference, appeal_version(reference), Ruling.CONFIRMED, "Zo.", "", None, True)
        letter = outgoing(vera, reference, LetterType.APPEAL_RULING, RULED)
        hearing.send_ruling(vera, reference, appeal_version(reference), letter)
        notice = outgoing(vera, reference, LetterType.APPEAL_RULING_NOTICE, earlier)  # entered later
        hearing.send_ruling(vera, reference, appeal_version(reference), notice)

    assert appeal_of(reference).ruled_on == RULED


# Withdrawn


def test_an_appeal_that_is_withdrawn_ends_without_a_ruling(cast: Cast, on: On) -> None:
    reference = appealed(cast, on)
    vera = cast.actor("vera")
    with on(RULED):
        hearing.rule(vera, reference, appeal_version(reference), Ruling.REVISED, "Nog geheim.", "Excuses.", LATER, True)
        withdraw(cast, reference)

        file = appeal_files.read(vera, reference)
        told = brief(cast, "cora", reference)
        content = dossier.read(cast.actor("cora"), reference).content
        promises = {each.code: each.state for each in dossier.read(cast.actor("cora"), reference).promises}

    assert (file.withdrawn_on, file.ruled_on, file.ruling, file.steps) == (RULED, RULED, Ruling.SETTLED, ())
    assert (told.withdrawn_on, told.reasons, told.consequence) == (RULED, None, None)
    assert (promises["APPEAL_ACK"], promises["APPEAL_RULING"]) == (PromiseState.MISSED, PromiseState.CANCELLED)
    assert complaint_of(reference).status == Status.RULED
    assert content is not None
    assert (content.timeline[0].kind, content.timeline[0].codes["channel"]) == (EventKind.APPEAL_WITHDRAWN, Channel.PHONE)
    assert "Nog geheim." not in repr(content)


def test_after_withdrawing_the_dossier_closes_or_is_appealed_once_more(cast: Cast, on: On) -> None:
    reference = appealed(cast, on)
    with on(RULED):
        withdraw(cast, reference)
        assert not dossier.steps(cast.actor("cora"), reference)[-1].why
        lodge_again(cast, reference, RULED)
        withdraw(cast, reference)
        steps.close(cast.actor("dora"), reference, seen(reference), "accepted")

    assert complaint_of(reference).status == Status.CLOSED


@pytest.mark.parametrize(
    ("day", "refused"), [(date(2026, 9, 20), "before_appeal"), (date(2026, 10, 2), "in_the_future"), (None, "missing")]
)
def test_a_withdrawal_has_a_real_date(cast: Cast, on: On, day: date, refused: str) -> None:
    reference = appealed(cast, on)

    with on(RULED), pytest.raises(Refused, match=refused):
        withdraw(cast, reference, day)


def test_who_can_withdraw_it_and_until_when(cast: Cast, on: On) -> None:
    reference = appealed(cast, on)
    vera = cast.actor("vera")
    assert AppealStep.WITHDRAWN in appeal_files.read(vera, reference).steps
    for who in ("suze", "cora"):
        with pytest.raises(Refused, match=r"not_found|not_allowed"):
            hearing.withdrawn(cast.actor(who), reference, appeal_version(reference), LODGED, Channel.PHONE)
    with pytest.raises(Refused, match="unknown_value"):
        hearing.withdrawn(vera, reference, appeal_version(reference), LODGED, "evil")
    with on(RULED):
        hearing.rule(vera, reference, appeal_version(reference), Ruling.CONFIRMED, "Zo.", "", None, True)
        letter = outgoing(vera, reference, LetterType.APPEAL_RULING, RULED)
        hearing.send_ruling(vera, reference, appeal_version(reference), letter)
        with pytest.raises(Refused, match="ruling_sent"):
            withdraw(cast, reference)


# What follows from a ruling


@pytest.mark.parametrize("ruling", [Ruling.REVISED, Ruling.ANNULLED])
def test_a_consequence_with_a_date_is_something_to_do_for_the_first_line(cast: Cast, on: On, ruling: Ruling) -> None:
    reference = ruled(cast, on, ruling=ruling)

    content = dossier.read(cast.actor("cora"), reference).content

    assert content is not None
    (measure,) = content.measures
    assert (measure.text, measure.owner, measure.due_on, measure.done_on) == ("Excuses.", "Dora Directeur", RULED, None)
    with on(LATER):
        steps.measure_done(cast.actor("cora"), reference, measure.id, LATER, "Excuses gemaakt.")


@pytest.mark.parametrize("profile", ["kinderopvang-welzijn"])
@pytest.mark.parametrize("ruling", [Ruling.REVISED, Ruling.ANNULLED])
def test_where_measures_are_promised_it_is_a_promise_too(cast: Cast, profile: str, ruling: Ruling) -> None:
    case = Case.registered(profile, cast).in_appeal().rule(ruling)

    assert case.promises()["WKO.MEASURE"] == PromiseState.OPEN
