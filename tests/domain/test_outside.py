from __future__ import annotations

import pytest

from domain.outside import OTHERWISE, RULINGS, may_bind, results_of, stages_of
from domain.vocabulary import ExternalResult, ExternalStage


def test_a_complaints_desk_hears_and_rules_nothing() -> None:
    assert stages_of("complaints_desk") == (ExternalStage.INFORMED, ExternalStage.DESK, ExternalStage.ENDED)
    assert ExternalStage.RULED not in stages_of("expert")


def test_a_committee_is_not_a_desk() -> None:
    assert set(stages_of("disputes_committee")) == set(ExternalStage) - {ExternalStage.DESK}


def test_of_an_unknown_body_everything_is_possible() -> None:
    assert set(stages_of("other")) == set(ExternalStage)


@pytest.mark.parametrize("stage", list(ExternalStage))
def test_only_an_end_has_a_result_and_only_a_ruling_binds(stage: ExternalStage) -> None:
    expected = {ExternalStage.RULED: RULINGS, ExternalStage.ENDED: OTHERWISE}.get(stage, ())

    assert results_of(stage) == expected
    assert may_bind(stage) is (stage is ExternalStage.RULED)


def test_every_result_fits_some_stage() -> None:
    assert set(RULINGS) | set(OTHERWISE) == set(ExternalResult)
