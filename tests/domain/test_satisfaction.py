"""The scores, and their mean."""

from __future__ import annotations

from decimal import Decimal

import pytest

from domain.errors import Refused
from domain.satisfaction import SCORES, mean, score


@pytest.mark.parametrize("value", [*SCORES, None])
def test_a_score_is_one_to_five_or_not_given(value: int | None) -> None:
    assert score(value, "process") == value


@pytest.mark.parametrize("value", [0, 6, -1, True, False, 3.0, "3", "", [3]])
def test_anything_else_is_refused_by_its_field(value: object) -> None:
    with pytest.raises(Refused) as refused:
        score(value, "process")

    assert (refused.value.code, refused.value.field) == ("unknown_value", "process")


@pytest.mark.parametrize(
    ("scores", "expected"),
    [
        ([], None),
        ([4], "4.0"),
        ([1, 2], "1.5"),
        ([5, 5, 4], "4.7"),
        ([1, 1, 2], "1.3"),
        ([3, 3, 3, 4], "3.3"),  # 3.25: half a tenth goes up
        ([4, 4, 4, 5, 5, 5, 5, 5] * 5, "4.6"),  # 4.625
        ([1, 2, 3, 4, 5], "3.0"),
    ],
)
def test_the_mean_has_one_decimal(scores: list[int], expected: str | None) -> None:
    assert mean(sum(scores), len(scores)) == (None if expected is None else Decimal(expected))
