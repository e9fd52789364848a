"""The second person, for tests about something else."""

from __future__ import annotations

from services import granting
from tests.conftest import Cast


def confirm_all(cast: Cast, who: str = "cora") -> list[str]:
    """Everything that this person may answer gets a yes; the codes, the latest request first."""
    actor = cast.actor(who)
    return [granting.confirm(actor, row.id) for row in granting.to_answer(actor) if row.mine_to_answer]
