"""How it went, for the complainant: asked once it is over, the answer keyed in by the staff, and what a year of them says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm.attributes import flag_modified

from db import models as m
from domain.entries import choice, day
from domain.errors import Refused
from domain.indicators import share
from domain.rights import Right
from domain.satisfaction import mean, score
from domain.texts import clean
from domain.vocabulary import Channel, EventKind
from domain.workflow import StepName
from services.door import Actor, Work, work
from services.overview_cut import COUNTED, Span
from services.records import load, record
from services.standing import go


def ask(actor: Actor, reference: str, seen: int, on: date, channel: str) -> None:
    """The complainant was asked how it went, on a day after the answer. Raises Refused: ``satisfaction_asked``,
    ``before_answer``."""
    with work(actor, Right.LOG) as w:
        complaint = load(w, reference, seen)
        go(w, complaint, StepName.ASK_SATISFACTION)
        over, early = complaint.answered_on or complaint.received_on, "before_answer" if complaint.answered_on else ""
        on = day(on, "on", latest=w.today, earliest=over, too_early=early or "before_received")
        entry = record(w, complaint, EventKind.SATISFACTION_ASKED, on, channel=choice(Channel, channel, "channel"))
        w.session.add(m.Satisfaction(complaint_id=complaint.id, invited_on=on, event_id=entry.id))
        _changed(complaint)


def answer(
    actor: Actor,
    reference: str,
    seen: int,
    on: date,
    process: int | None = None,
    outcome: int | None = None,
    remark: str = "",
    *,
    declined: bool = False,
) -> None:
    """What the complainant answered, at least to one of the two; or that they do not want to. Again: it was keyed in
    wrongly, and the history keeps both. Raises Refused: ``satisfaction_not_asked``, ``before_asked``, ``no_score``,
    ``score_declined`` (who does not answer gives no score)."""
    with work(actor, Right.LOG) as w:
        complaint = load(w, reference, seen)
        go(w, complaint, StepName.SATISFACTION)
        row = w.session.get_one(m.Satisfaction, complaint.id)
        row.answered_on = on = day(on, "on", latest=w.today, earliest=row.invited_on, too_early="before_asked")
        row.process, row.outcome = score(process, "process"), score(outcome, "outcome")
        if (row.process is None and row.outcome is None) != bool(declined):
            raise Refused("score_declined" if declined else "no_score", "declined" if declined else "process")
        row.remark = clean(remark, "remark") or None
        codes = {"declined": True} if declined else {"score_process": row.process, "score_outcome": row.outcome}
        row.event_id = record(w, complaint, EventKind.SATISFACTION_ANSWERED, on, row.remark or "", **codes).id
        _changed(complaint)


def _changed(complaint: m.Complaint) -> None:
    flag_modified(complaint, "satisfied")  # who has the dossier open must see that it changed


# N24


@dataclass(frozen=True)
class Satisfaction:
    """Means of the answers, between 1 and 5, with one decimal; None where there are none."""

    invited: int = 0
    answered: int = 0  # at least one of the two questions
    process: Decimal | None = None
    outcome: Decimal | None = None

    @property
    def share(self) -> float | None:
        return share(self.answered, self.invited)


def counted(w: Work, span: Span) -> tuple[Satisfaction, Satisfaction]:
    """Of the complaints that came in in this period and in the one before, as far as this person may count them."""
    c, s, now = m.Complaint, m.Satisfaction, span.is_now()
    answers = func.count(func.coalesce(s.process, s.outcome))
    columns = (func.sum(s.process), func.count(s.process), func.sum(s.outcome), func.count(s.outcome))
    query = (
        select(now, func.count(), answers, *columns)
        .select_from(s)
        .join(c, c.id == s.complaint_id)
        .where(COUNTED, span.inside())
        .group_by(now)
    )
    found = {True: Satisfaction(), False: Satisfaction()}
    for is_now, invited, answered, process, by_process, outcome, by_outcome in w.session.execute(query):
        means = mean(process or 0, by_process), mean(outcome or 0, by_outcome)
        found[bool(is_now)] = Satisfaction(invited, answered, *means)
    return found[True], found[False]
