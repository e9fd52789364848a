"""What goes of evaluation forms by itself: what a dismissed one said, once its term is over (domain.md 5.9)."""

from __future__ import annotations

from sqlalchemy import select

from db import models as m
from domain.evaluations import Doing, State, goes_on
from domain.rights import Right
from services.clock_check import clock_wrong
from services.door import Actor, work
from services.evaluations import emptied, happened, look_again
from services.lookalikes import active_names
from services.profiles import current


def sweep(actor: Actor) -> int:
    """For the nightly run: of dismissed forms of which the term is over goes what they said, and why they were dismissed. The
    rows stay, so that they count and do not come in again. Answers how many were emptied; none while the date of the server
    cannot be right."""
    with work(actor, Right.OPERATE) as w:
        if w.session.scalar(select(m.Evaluation.id).limit(1)) is None:  # a new register has no procedure yet
            return 0
        if clock_wrong(w):
            return 0
        months, e = current(w).retention.evaluations, m.Evaluation
        over = [
            each
            for each in w.session.scalars(select(e).where(e.state == State.DISMISSED, e.emptied_on.is_(None)))
            if each.decided_on is not None and goes_on(each.decided_on, each.seen_on, months) <= w.today
        ]
        for each in over:
            happened(w, each, Doing.EMPTIED)
            emptied(w, each)
        return len(over)


def look_for_names(actor: Actor) -> None:
    """For the nightly run, and for an account that is made or renamed: forms that name a colleague who had no account yet."""
    with work(actor, Right.OPERATE) as w:
        look_again(w, active_names(w))
