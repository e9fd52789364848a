"""The dismissed evaluation forms in the yearly review: the meeting looks at each, or takes one back (R035)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from db import models as m
from domain.entries import number
from domain.errors import Refused
from domain.evaluations import Doing
from domain.rights import Right
from services.door import Actor, Work, work
from services.evaluations import One, found, happened, ones, put_back
from services.reviews import dismissed_of, dismissed_unseen
from services.reviews import found as found_review

MOST = 50  # on one screen


@dataclass(frozen=True)
class Looked:
    """`here`: False for who may not see evaluation forms: nothing is counted for them."""

    here: bool
    rows: tuple[One, ...] = ()  # not seen yet, the oldest first; at most MOST
    waiting: int = 0  # not seen yet
    seen: int = 0  # in this review
    taken_back: int = 0  # in this review


def looked(actor: Actor, review_id: int) -> Looked:
    """Raises Refused ``review_unknown``."""
    with work(actor, Right.REVIEW) as w:
        return looked_at(w, found_review(w, review_id))


def looked_at(w: Work, review: m.Review) -> Looked:
    if not w.may(Right.EVALUATIONS):
        return Looked(here=False)
    e = m.Evaluation
    query = select(e).where(dismissed_of(review)).order_by(e.decided_at, e.id)
    return Looked(
        here=True,
        rows=ones(w, w.session.scalars(query.limit(MOST)).all()) if review.is_open else (),
        waiting=dismissed_unseen(w, review) if review.is_open else 0,
        seen=_happened(w, review, Doing.SEEN),
        taken_back=_happened(w, review, Doing.TAKEN_BACK),
    )


def _happened(w: Work, review: m.Review, what: Doing) -> int:
    e = m.EvaluationEvent
    query: Any = select(func.count(e.evaluation_id.distinct())).where(e.review_id == review.id, e.what == what)
    return w.session.scalar(query) or 0


def seen(actor: Actor, review_id: int, forms: Sequence[int]) -> int:
    """The meeting looked at these, as they stood on the screen; how many. One that somebody took back meanwhile, or that was
    seen already, is passed over. Raises Refused: ``review_unknown``, ``review_closed``."""
    with work(actor, Right.EVALUATE) as w:
        review = found_review(w, review_id, mine=True)
        if not review.is_open:
            raise Refused("review_closed")
        e, wanted = m.Evaluation, [number(each) for each in forms][:MOST]
        query = select(e).where(dismissed_of(review), e.id.in_(wanted)).order_by(e.id).with_for_update()
        rows = w.session.scalars(query).all()
        for row in rows:
            row.seen_in, row.seen_on = review.id, w.today
            happened(w, row, Doing.SEEN, review_id=review.id)
        return len(rows)


def back(actor: Actor, review_id: int, evaluation_id: int, version: int) -> None:
    """The meeting wants another look at this one: it waits again. Raises Refused: ``review_unknown``, ``review_closed``,
    ``evaluation_gone``, ``evaluation_emptied``, ``changed_meanwhile``."""
    with work(actor, Right.EVALUATE) as w:
        review = found_review(w, review_id, mine=True)
        if not review.is_open:
            raise Refused("review_closed")
        put_back(w, found(w, evaluation_id), version, review.id)
