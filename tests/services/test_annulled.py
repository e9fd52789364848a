"""Whoever's decision was annulled in appeal takes no part in what comes instead of it (T11)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from domain.errors import Refused
from domain.vocabulary import LetterType
from domain.workflow import StepName
from services import dossier, following
from tests.cases import Case
from tests.conftest import TODAY, Cast


@pytest.fixture
def annulled(cast: Cast) -> Case:
    """Cora decided, and the ruling annulled it."""
    return Case.registered("training", cast).in_progress().decide("cora").answer().appeal().rule("annulled")


def responding(case: Case) -> Case:
    return case.answer("cora", LetterType.RESPONSE, 5, extra={"answer": "Wij hebben het rooster veranderd."})


def answering(case: Case) -> Case:
    return case.decide("dora", 5).answer("cora", day=5)


def taking_position(case: Case) -> Case:
    letter = case.letter("cora", LetterType.RESPONSE, TODAY, answer="Wij nemen het oordeel over.")
    following.position(case.cast.actor("cora"), case.reference, case.seen, letter)
    return case


@pytest.mark.parametrize("act", [lambda case: case.decide("cora", 5), responding, answering, taking_position])
def test_it_is_for_somebody_else(annulled: Case, act: Callable[[Case], Case]) -> None:
    with pytest.raises(Refused, match="someone_else_decides"):
        act(annulled)


def test_and_is_not_offered(annulled: Case) -> None:
    def offered(who: str) -> set[str]:
        return {step.name for step in dossier.steps(annulled.cast.actor(who), annulled.reference) if step.possible}

    assert {StepName.DECIDE, StepName.RESPOND} <= offered("dora")
    assert not {StepName.DECIDE, StepName.RESPOND} & offered("cora")


def test_somebody_else_does_it(annulled: Case) -> None:
    annulled.decide("dora", 5).answer("dora", day=5)

    assert annulled.row.status == "answered"
