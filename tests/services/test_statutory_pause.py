"""Where only the law is still waited for, the refusal to pause names the article, on the screen and in the service."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from domain.errors import Refused
from domain.vocabulary import PauseReason
from domain.workflow import StepName
from services import clocks, dossier
from services.dossier import Step
from tests.cases import Case
from tests.conftest import TODAY, Cast

CHILDCARE = "kinderopvang-welzijn"
OLD = date(2026, 11, 2)


def pausing(case: Case) -> Step:
    return next(each for each in dossier.steps(case.cast.actor("cora"), case.reference) if each.name is StepName.PAUSE)


def pause(case: Case) -> None:
    clocks.pause(case.cast.actor("cora"), case.reference, case.seen, PauseReason.AGREED, TODAY, None, "Zo afgesproken.")


def only_the_law(profile: str, cast: Cast, procedure: str) -> Case:
    """The house's own promises are kept; the statutory term goes on."""
    if procedure == "WKO":
        return Case.registered(profile, cast, received_on=OLD).consult().acknowledge().assign().respond()
    welfare: dict[str, Any] = {"unit_id": None, "sector": "welzijn", "category": "Bejegening", "procedure": procedure}
    return Case.registered(profile, cast, received_on=OLD, **welfare).consult().acknowledge().assign().respond()


@pytest.mark.parametrize("profile", [CHILDCARE])
@pytest.mark.parametrize(
    ("procedure", "article"), [("AWB", "Awb art. 9:11"), ("WKKGZ", "Wkkgz art. 17"), ("WKO", "Wet kinderopvang art. 1.57b")]
)
def test_when_only_the_law_runs_the_blocked_step_names_the_article(
    cast: Cast, profile: str, procedure: str, article: str
) -> None:
    case = only_the_law(profile, cast, procedure)

    step = pausing(case)
    with pytest.raises(Refused) as refused:
        pause(case)

    assert (step.possible, step.relevant, step.why) == (False, True, ("pause_not_allowed",))
    assert step.article.startswith(article)
    assert (refused.value.code, refused.value.values) == ("pause_not_allowed", {"article": step.article})


@pytest.mark.parametrize("profile", [CHILDCARE])
def test_a_request_under_the_gdpr_of_which_the_house_week_has_passed_names_its_article(cast: Cast, profile: str) -> None:
    case = Case.registered(profile, cast, received_on=OLD, procedure="GDPR")

    with pytest.raises(Refused) as refused:
        pause(case)

    assert (refused.value.code, refused.value.values) == ("pause_not_allowed", {"article": "AVG art. 12 lid 3"})


@pytest.mark.parametrize("profile", [CHILDCARE])
def test_when_nothing_runs_there_is_nothing_to_pause(cast: Cast, profile: str) -> None:
    welfare: dict[str, Any] = {"unit_id": None, "sector": "welzijn", "category": "Bejegening"}
    case = Case.registered(profile, cast, received_on=OLD, **welfare).consult().acknowledge().assign().respond()

    assert pausing(case).why == ("nothing_to_pause",)
    with pytest.raises(Refused, match="nothing_to_pause"):
        pause(case)
