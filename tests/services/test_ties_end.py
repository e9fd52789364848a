"""Who was named to acknowledge a complaint reads it until a week after that, and not for ever."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.errors import Refused
from domain.vocabulary import LetterType
from services import dossier, steps
from tests.cases import MONDAY, Case
from tests.conftest import Cast
from tests.dossiers import On


def test_a_week_after_the_acknowledgement_it_is_over(cast: Cast, on: On) -> None:
    case = Case.registered("training", cast).consult(owner="hilde").acknowledge("hilde")
    sent, hilde = case.at(1), cast.actor("hilde")

    with on(sent + timedelta(days=7)):
        assert dossier.read(hilde, case.reference).content
    with on(sent + timedelta(days=8)), pytest.raises(Refused, match="not_found"):
        dossier.read(hilde, case.reference)
    with on(sent + timedelta(days=8)):
        assert dossier.read(cast.actor("cora"), case.reference).ack_owner == "Hilde Behandelaar"


def test_who_is_tied_to_it_otherwise_goes_on(cast: Cast, on: On) -> None:
    case = Case.registered("training", cast).consult(owner="hans").acknowledge("hans").assign(handler="hans")

    with on(case.at(30)):
        assert dossier.read(cast.actor("hans"), case.reference).content


def test_as_long_as_it_waits_to_be_acknowledged_it_lasts(cast: Cast, on: On) -> None:
    case = Case.registered("training", cast, received_on=MONDAY).consult(owner="hilde").assign()

    with on(case.at(60)):
        assert dossier.read(cast.actor("hilde"), case.reference).content


def test_what_ended_without_an_acknowledgement_is_over_at_once(cast: Cast) -> None:
    case = Case.registered("training", cast).consult(owner="hilde").withdraw()

    with pytest.raises(Refused, match="not_found"):
        dossier.read(cast.actor("hilde"), case.reference)


def test_a_double_click_on_the_acknowledgement_is_one(cast: Cast) -> None:
    case = Case.registered("training", cast).consult(owner="hilde")
    letter, seen = case.letter("hilde", LetterType.ACK_PROMISE, case.at(1)), case.seen

    steps.acknowledge(cast.actor("hilde"), case.reference, seen, letter)
    steps.acknowledge(cast.actor("hilde"), case.reference, seen, letter)

    assert case.kinds().count("acknowledged") == 1
