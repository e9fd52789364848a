"""An evaluation form on paper, keyed in by hand."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from db import models as m
from domain.entries import day, form, number
from domain.errors import Refused
from domain.evaluations import SCALE, Doing, Form, Reason, Why, plain_number, proposed
from domain.rights import Right
from domain.texts import LONGEST, clean, line
from services.door import PAST_THE_LOCK, Actor, Work, work
from services.evaluation_sources import rule_of
from services.evaluations import deciders, happened, known, new


@dataclass(frozen=True, kw_only=True)
class Keyed:
    """One form as somebody types it over. `score` on the scale of the organisation's rule."""

    words: str
    form: str = ""
    filled_in_on: date | None = None
    training: str = ""
    group: str = ""
    question: str = ""
    score: Decimal | None = None
    person: str = ""
    about: tuple[int, ...] = ()


def key_in(actor: Actor, form_id: str, keyed: Keyed) -> int | None:
    """A candidate, whatever the rule says: somebody saw a reason to key it in. A double click is one; the same form twice is
    refused. Its number, or none where who keyed it in may not see it.

    Raises Refused: ``missing``, ``off_the_scale``, ``in_the_future``, ``unknown_person``, ``evaluation_known``,
    ``evaluation_nobody_left``, and those of domain/texts.py.
    """
    with work(actor, Right.EVALUATE) as w:
        form_id = form(form_id)
        table = m.Evaluation.__table__
        made = w.session.execute(
            select(table.c.id, table.c.imported_by).where(table.c.form_id == form_id), execution_options=PAST_THE_LOCK
        ).first()
        if made is not None:
            return made.id if made.imported_by == w.me else None
        source_id, rule = rule_of(w, None)
        said = _typed(w, keyed)
        if said.empty:
            raise Refused("missing", "words")
        if said.score is not None and not rule.lowest <= said.score <= rule.highest:
            raise Refused("off_the_scale", "score")
        concerned = _concerned(w, keyed.about)
        why = (Why(Reason.KEYED), *proposed(rule, said.score, said.words))
        row = new(w, said, source_id, why, (rule.lowest, rule.highest))
        row.form_id, row.source_id = form_id, None
        if known(w, {row.fingerprint}):
            if w.me in concerned and not _shown(w, row.fingerprint):  # as when it was not here yet
                return None
            raise Refused("evaluation_known", "words")
        w.session.add(row)
        w.session.flush()  # the rest refers to it
        happened(w, row, Doing.KEYED)
        for account_id in sorted(concerned):
            happened(w, row, Doing.ABOUT, account_id=account_id)
        w.session.add_all(m.EvaluationAbout(evaluation_id=row.id, account_id=each) for each in concerned)
        return None if w.me in concerned else row.id


def _shown(w: Work, fingerprint: str) -> bool:
    return w.session.scalar(select(m.Evaluation.id).where(m.Evaluation.fingerprint == fingerprint)) is not None


def _typed(w: Work, keyed: Keyed) -> Form:
    score = keyed.score
    if score is not None and not (isinstance(score, Decimal) and score.is_finite() and SCALE[0] <= score <= SCALE[1]):
        raise Refused("off_the_scale", "score")
    names: dict[str, Any] = {name: line(getattr(keyed, name), name) for name in ("form", "training", "group", "person")}
    return Form(
        **names,
        filled_in_on=day(keyed.filled_in_on, "filled_in_on", latest=w.today) if keyed.filled_in_on else None,
        question=line(keyed.question, "question", LONGEST),
        score=None if score is None else plain_number(score),
        words=clean(keyed.words, "words"),
    )


def _concerned(w: Work, accounts: Iterable[int]) -> frozenset[int]:
    named = frozenset(map(number, accounts))
    there = set(w.session.scalars(select(m.Account.id).where(m.Account.id.in_(named)))) if named else set()
    if named - there:
        raise Refused("unknown_person", "about")
    if named and not deciders(w) - named:
        raise Refused("evaluation_nobody_left", "about")
    return named
