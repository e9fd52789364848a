"""The two questions to a complainant once it is over, and what follows from the answers (ISO 10004; N24)."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from domain.errors import Refused

SCORES = (1, 2, 3, 4, 5)
_TENTH = Decimal("0.1")


def score(value: object, field: str) -> int | None:
    """None: this question was not answered. Raises Refused: ``unknown_value``."""
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or value not in SCORES:
        raise Refused("unknown_value", field)
    return value


def mean(total: int, answers: int) -> Decimal | None:
    """With one decimal, half a tenth upwards; None where nobody answered."""
    return (Decimal(total) / answers).quantize(_TENTH, ROUND_HALF_UP) if answers else None
