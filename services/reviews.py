"""The yearly review as a whole: when it is due, opening it, who takes part, what was learned, and finalising (R055-R058).

Everything about dossiers follows the reader. A review that one person finalised can hold a dossier that only others see:
it stays theirs to answer, and comes back in the next one (docs/adr/0012)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, select
from sqlalchemy.orm.attributes import flag_modified

from db import models as m
from domain.entries import day, form, number
from domain.errors import Refused
from domain.evaluations import State
from domain.resemblance import told_apart
from domain.reviewing import CODE, MOST, Period, Standing, kept_total, proposed, standing
from domain.rights import CASE_ROLES, Right, Role
from domain.terms import raw_end
from domain.texts import clean
from domain.vocabulary import Compartment, Kind, Status
from services import profiles
from services.door import Actor, Work, work
from services.records import put_on_the_list


@dataclass(frozen=True)
class Due:
    """`on`: the last day on which the next one is in time; none: nothing to review, or the procedure asks none."""

    on: date | None
    standing: Standing
    last_on: date | None  # the last one was finalised
    open_id: int | None  # one is going on


@dataclass(frozen=True)
class ReviewLine:
    id: int
    since: date
    until: date
    frozen_on: date
    finalised_on: date | None
    total: int  # of the dossiers that this person may see
    answered: int


@dataclass(frozen=True)
class Colleague:
    id: int
    name: str
    partner: bool


@dataclass(frozen=True)
class Reviews:
    lines: tuple[ReviewLine, ...]  # newest first
    due: Due
    proposed: Period
    today: date
    people: tuple[Colleague, ...]  # who can take part
    me: int
    may_lead: bool


@dataclass(frozen=True)
class Summed:
    """N25: of the last review that was finalised, and of the dossiers that this person may see."""

    on: date
    total: int
    extra: int  # with extra action
    open: int  # of what was agreed in any review, not done yet


# Looking


def listing(actor: Actor) -> Reviews:
    with work(actor, Right.REVIEW) as w:
        found = w.session.scalars(select(m.Review).order_by(m.Review.id.desc())).all()
        counts = counted(w)
        return Reviews(
            lines=tuple(line_of(each, *counts.get(each.id, (0, 0))) for each in found),
            due=_due(w),
            proposed=proposed(max((each.until for each in found), default=None), w.today),
            today=w.today,
            people=tuple(_colleagues(w).values()),
            me=w.me,
            may_lead=w.may(Right.REVIEW_LEAD),
        )


def due(actor: Actor) -> Due:
    """For the line on the board and the help page."""
    with work(actor, Right.REVIEW) as w:
        return _due(w)


def line_of(row: m.Review, total: int, answered: int) -> ReviewLine:
    return ReviewLine(row.id, row.since, row.until, row.frozen_on, row.finalised_on, total, answered)


def counted(w: Work) -> dict[int, tuple[int, int]]:
    """By review: how many dossiers that this person may see, and of how many it was said whether something is needed."""
    item = m.ReviewItem
    query = select(item.review_id, func.count(), func.count(item.decided_at)).join(m.Complaint).where(still_there())
    return {row[0]: (row[1], row[2]) for row in w.session.execute(query.group_by(item.review_id))}


def summed(w: Work) -> Summed | None:
    """For the overview, in one statement; nothing for who has no part in reviews, or when none was finalised."""
    if not w.may(Right.REVIEW):
        return None
    review, item, measure, done = m.Review.__table__, m.ReviewItem, m.Measure.__table__, m.MeasureDone.__table__
    last = select(func.max(review.c.id)).where(review.c.finalised_on.is_not(None)).scalar_subquery()
    on = select(review.c.finalised_on).where(review.c.id == last).scalar_subquery()
    met = exists().where(measure.c.review_item_id == item.id, done.c.measure_id == measure.c.id)
    extra, of_it = item.extra_action.is_(True), item.review_id == last
    parts = (func.count(case((condition, 1))) for condition in (of_it, and_(of_it, extra), and_(extra, ~met)))
    found = w.session.execute(select(on, *parts).select_from(item).join(m.Complaint).where(still_there())).one()
    return Summed(*found) if found[0] else None


def still_there() -> ColumnElement[bool]:
    return m.Complaint.status != Status.ANONYMISED


def _due(w: Work) -> Due:
    last_on = w.session.scalar(select(func.max(m.Review.finalised_on)))
    open_id = w.session.scalar(select(m.Review.id).where(m.Review.is_open.is_(True)))
    began = last_on or w.session.scalar(_first())
    rule = next((each for each in profiles.current(w).terms if each.code == CODE), None)
    if began is None or rule is None or rule.term is None:
        return Due(None, Standing.LATER, last_on, open_id)
    on = raw_end(rule.term, began, profiles.calendar(w))
    return Due(on, standing(on, w.today), last_on, open_id)


def _first() -> Select[date]:
    """When the complaint was registered that was received first, an old register that came along left out; an index gives it,
    however many there are."""
    c = m.Complaint
    ours = (c.compartment == Compartment.REGULAR, c.kind == Kind.COMPLAINT, c.taken_over.is_(False))
    query = select(c.registered_on).where(*ours)
    return query.order_by(c.received_on, c.id).limit(1)


def _colleagues(w: Work) -> dict[int, Colleague]:
    """By account id; partners first."""
    query = select(m.Account).where(m.Account.active.is_(True)).order_by(m.Account.display_name, m.Account.id)
    accounts = w.session.scalars(query).all()
    shown = told_apart((each.id, each.display_name, each.name) for each in accounts)
    roles = {each.id: {Role(held.role) for held in each.roles} for each in accounts}
    found = [Colleague(each, shown[each], Role.PARTNER in roles[each]) for each in roles if roles[each] & CASE_ROLES]
    return {each.id: each for each in sorted(found, key=lambda each: not each.partner)}


# Doing


def begin(actor: Actor, form_id: str, since: date, until: date, participants: Sequence[int]) -> int:
    """Freezes the list, today; a double click is one review. Answers its number.

    Raises Refused: ``review_open`` (another one is), ``review_period_backwards``, ``unknown_person``, ``partner_missing``.
    """
    with work(actor, Right.REVIEW_LEAD) as w:
        form_id = form(form_id)
        known = w.session.scalar(select(m.Review.id).where(m.Review.form_id == form_id, m.Review.opened_by == w.me))
        if known is not None:
            return known
        if w.session.scalar(select(m.Review.id).where(m.Review.is_open.is_(True))) is not None:
            raise Refused("review_open")
        since = day(since, "since", latest=w.today)
        until = day(until, "until", latest=w.today, earliest=since, too_early="review_period_backwards")
        review = m.Review(
            form_id=form_id, since=since, until=until, frozen_on=w.today, opened_by=w.me, opened_at=w.now, is_open=True
        )  # fmt: skip
        people = _taking_part(w, participants)
        w.session.add(review)
        w.session.flush()  # the rest refers to its id
        w.session.add_all(m.ReviewParticipant(review_id=review.id, account_id=each) for each in people)
        put_on_the_list(w, review)
        return review.id


def take_part(actor: Actor, review_id: int, seen: int, participants: Sequence[int]) -> None:
    """Who takes part, in the place of who did. Raises Refused: ``review_unknown``, ``review_closed``,
    ``changed_meanwhile``, ``unknown_person``, ``partner_missing``."""
    with work(actor, Right.REVIEW_LEAD) as w:
        review = _open(w, review_id, seen)
        wanted = set(_taking_part(w, participants))
        rows = list(w.session.scalars(_participants(review)))
        for row in rows:
            if row.account_id not in wanted:
                w.session.delete(row)
        there = {row.account_id for row in rows}
        w.session.add_all(m.ReviewParticipant(review_id=review.id, account_id=each) for each in sorted(wanted - there))
        flag_modified(review, "notes")  # who takes part is on the screen of the others too


def note_down(actor: Actor, review_id: int, seen: int, learned: str, notes: str) -> None:
    """What was learned, and notes of the meeting. Raises Refused as `take_part`, and ``text_too_long``."""
    with work(actor, Right.REVIEW_WORK) as w:
        review = _found(w, review_id)
        said = clean(learned, "learned"), clean(notes, "notes")
        if (review.learned, review.notes) == said:
            return
        _still(review, seen)
        review.learned, review.notes = said


def totals(actor: Actor, review_id: int, seen: int, unwanted: int | None, whistleblower: int | None) -> None:
    """What the confidant and the whistleblower officer supply of the closed compartments; nothing here counts them. Raises
    Refused as `take_part`, and ``unknown_value``."""
    with work(actor, Right.REVIEW_LEAD) as w:
        review = _found(w, review_id)
        given = _total(unwanted, "unwanted"), _total(whistleblower, "whistleblower")
        if (review.unwanted, review.whistleblower) == given:
            return
        _still(review, seen)
        review.unwanted, review.whistleblower = given


def finalise(actor: Actor, review_id: int, seen: int) -> None:
    """Locks it. Looks at the dossiers that this person may see, and at no others. Raises Refused: ``review_unknown``,
    ``review_closed``, ``changed_meanwhile``, ``partner_missing``, ``review_unanswered``,
    ``review_forms_unseen``."""
    with work(actor, Right.REVIEW_LEAD) as w:
        review = _open(w, review_id, seen)
        _taking_part(w, [each.account_id for each in w.session.scalars(_participants(review))], known=True)
        total, answered = counted(w).get(review.id, (0, 0))
        if answered < total:
            raise Refused("review_unanswered", count=total - answered)
        forms = dismissed_unseen(w, review)
        if forms:
            raise Refused("review_forms_unseen", count=forms)
        review.is_open, review.finalised_by, review.finalised_on = None, w.me, w.today


def dismissed_of(review: m.Review) -> ColumnElement[bool]:
    """The evaluation forms that were dismissed before its list was made, or on that day, and that no review looked at."""
    e = m.Evaluation
    return and_(e.state == State.DISMISSED, e.seen_in.is_(None), e.decided_on <= review.frozen_on)


def dismissed_unseen(w: Work, review: m.Review) -> int:
    """Of those that this person may see."""
    return w.session.scalar(select(func.count(m.Evaluation.id)).where(dismissed_of(review))) or 0


def _open(w: Work, review_id: int, seen: int) -> m.Review:
    review = _found(w, review_id)
    _still(review, seen)
    return review


def _found(w: Work, review_id: int) -> m.Review:
    """Whoever answers a dossier at the same moment waits, or is waited for."""
    return found(w, review_id, mine=True)


def found(w: Work, review_id: int, *, mine: bool = False) -> m.Review:
    """`mine`: nobody else's until this transaction ends. Raises Refused ``review_unknown``."""
    query = select(m.Review).where(m.Review.id == number(review_id))
    review = w.session.scalar(query.with_for_update() if mine else query)
    if review is None:
        raise Refused("review_unknown")
    return review


def _still(review: m.Review, seen: int) -> None:
    if not review.is_open:
        raise Refused("review_closed")
    if review.version != seen:
        raise Refused("changed_meanwhile")


def _participants(review: m.Review) -> Select[m.ReviewParticipant]:
    return select(m.ReviewParticipant).where(m.ReviewParticipant.review_id == review.id)


def _taking_part(w: Work, wanted: Sequence[int], *, known: bool = False) -> list[int]:
    """`known`: they were chosen before, and may have left since."""
    people = _colleagues(w)
    chosen = [number(each) for each in dict.fromkeys(wanted)]
    if not known and not all(each in people for each in chosen):
        raise Refused("unknown_person", "participants")
    partners = {each.id for each in people.values() if each.partner}
    if (partners and not partners.intersection(chosen)) or not chosen:
        raise Refused("partner_missing", "participants")
    return chosen


def _total(given: int | None, field: str) -> int | None:
    if given is not None and (not isinstance(given, int) or isinstance(given, bool) or not 0 <= given <= MOST):
        raise Refused("unknown_value", field)
    return kept_total(given)
