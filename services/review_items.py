"""The yearly review, dossier by dossier: its list as the reader may see it, and the answer that each one gets.

No number of a row leaves this module: a dossier is asked for by its reference."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import and_, func, or_, select

from db import models as m
from domain.entries import day
from domain.errors import Refused
from domain.rights import Right
from domain.texts import clean, required
from domain.vocabulary import Compartment, EventKind, Kind, Status
from services import measures
from services.colleagues import available, pick
from services.deciding import FARTHEST
from services.door import AMSTERDAM, Actor, Work, work
from services.records import everything_in, load_to_append, record, removed
from services.reviews import ReviewLine, found, line_of, still_there


@dataclass(frozen=True)
class Item:
    """One dossier of the list."""

    reference: str
    title: str
    received_on: date
    category: str
    unit: str | None
    status: str
    outcome: str | None
    version: int  # what an answer passes as `seen`
    extra_action: bool | None  # none: not gone through yet
    action: str
    why: str
    owner_id: int | None
    owner: str | None
    due_on: date | None
    note: str
    by: str | None  # who answered
    on: date | None
    before: date | None  # gone through in an earlier review, whose list was made on this day


@dataclass(frozen=True)
class OpenAction:
    """A measure that was there before the review, and not done on the day on which its list was made."""

    reference: str
    text: str
    owner: str
    due_on: date
    done_on: date | None  # since
    from_review: bool


@dataclass(frozen=True)
class Review:
    line: ReviewLine
    version: int
    opened_by: str
    finalised_by: str | None
    participants: tuple[tuple[int, str], ...]
    learned: str
    notes: str
    unwanted: int | None  # supplied by the confidant; 0: fewer than five
    whistleblower: int | None
    items: tuple[Item, ...]
    open_actions: tuple[OpenAction, ...]
    anonymised: int  # complaints of the period that were anonymised
    today: date
    may_lead: bool

    @property
    def is_open(self) -> bool:
        return self.line.finalised_on is None

    def item(self, reference: str) -> Item | None:
        return next((each for each in self.items if each.reference == reference), None)


# Looking


def read(actor: Actor, review_id: int) -> Review:
    """Raises Refused ``review_unknown``."""
    with work(actor, Right.REVIEW) as w:
        return seen_by(w, found(w, review_id))


def seen_by(w: Work, row: m.Review) -> Review:
    items = _items(w, row)
    part = select(m.ReviewParticipant.account_id).where(m.ReviewParticipant.review_id == row.id)
    names = _names(w, [*w.session.scalars(part), row.opened_by, row.finalised_by])
    taking_part = sorted(((each, names[each]) for each in w.session.scalars(part)), key=lambda each: each[1])
    return Review(
        line=line_of(row, len(items), sum(each.extra_action is not None for each in items)),
        version=row.version,
        opened_by=names[row.opened_by],
        finalised_by=names[row.finalised_by] if row.finalised_by else None,
        participants=tuple(taking_part),
        **{name: getattr(row, name) for name in ("learned", "notes", "unwanted", "whistleblower")},
        items=items,
        open_actions=_open_actions(w, row),
        anonymised=_anonymised(w, row),
        today=w.today,
        may_lead=w.may(Right.REVIEW_LEAD),
    )


def _items(w: Work, row: m.Review) -> tuple[Item, ...]:
    item, c = m.ReviewItem, m.Complaint
    query = (
        select(item, c, m.OrgUnit.name)
        .join(c, c.id == item.complaint_id)
        .outerjoin(m.OrgUnit, m.OrgUnit.id == c.unit_id)
        .where(item.review_id == row.id, still_there())
        .order_by(c.received_on, c.id)
    )
    rows = w.session.execute(query).all()
    names = _names(w, [each for found, _, _ in rows for each in (found.owner_id, found.decided_by)])
    before = _before(w, row)
    return tuple(_item(one, complaint, unit, names, before.get(complaint.id)) for one, complaint, unit in rows)


def _item(one: m.ReviewItem, c: m.Complaint, unit: str | None, names: dict[int, str], before: date | None) -> Item:
    return Item(
        **{name: getattr(c, name) for name in ("reference", "title", "received_on", "category", "status", "outcome")},
        **{name: getattr(one, name) for name in ("version", "extra_action", "action", "why", "owner_id", "due_on", "note")},
        unit=unit,
        owner=names.get(one.owner_id or 0),
        by=names.get(one.decided_by or 0),
        on=one.decided_at.astimezone(AMSTERDAM).date() if one.decided_at else None,
        before=before,
    )


def _names(w: Work, ids: Iterable[int | None]) -> dict[int, str]:
    query = select(m.Account.id, m.Account.display_name).where(m.Account.id.in_({each for each in ids if each is not None}))
    return {row.id: row.display_name for row in w.session.execute(query)}


def _before(w: Work, row: m.Review) -> dict[int, date]:
    """By dossier: when the list was made of the last review before this one in which it was gone through."""
    item = m.ReviewItem
    query = (
        select(item.complaint_id, func.max(m.Review.frozen_on))
        .join(m.Review, m.Review.id == item.review_id)
        .where(item.review_id < row.id, item.decided_at.is_not(None))
        .group_by(item.complaint_id)
    )
    return {found[0]: found[1] for found in w.session.execute(query)}


def _anonymised(w: Work, row: m.Review) -> int:
    c = m.Complaint
    where = (c.compartment == Compartment.REGULAR, c.kind == Kind.COMPLAINT, c.status == Status.ANONYMISED)
    period = c.received_on.between(row.since, row.until)
    return w.session.scalar(select(func.count(c.id)).where(*where, period)) or 0


def _open_actions(w: Work, row: m.Review) -> tuple[OpenAction, ...]:
    """The measures that this person may read, and of the dossiers of which only the review is theirs, what was agreed in an
    earlier review. As it stood on the day of the list, so that minutes stay what they were."""
    ours = select(m.ReviewItem.id).where(m.ReviewItem.review_id >= row.id)
    earlier = or_(m.Measure.review_item_id.is_(None), m.Measure.review_item_id.not_in(ours))
    rows = measures.open_before(w, row.frozen_on + timedelta(days=1), earlier)
    agreed = _agreed_before(w, row, [each.item_id for each in rows if each.item_id is not None])
    names = _names(w, [each.owner_id for each, *_ in agreed])
    said = [
        OpenAction(each.reference, each.text, each.owner, each.due_on, each.done_on, each.item_id is not None) for each in rows
    ]
    said += [
        OpenAction(reference, each.action, names[each.owner_id], each.due_on, when, from_review=True)
        for each, reference, when in agreed
        if each.owner_id is not None and each.due_on is not None
    ]
    return tuple(sorted(said, key=lambda each: (each.due_on, each.reference, each.text)))


def _agreed_before(w: Work, row: m.Review, known: list[int]) -> list[Any]:
    """Past the measures themselves, which only who reads the dossier sees: that one was done is all that is asked of them."""
    item, measure, done = m.ReviewItem, m.Measure.__table__, m.MeasureDone.__table__
    done_on = (
        select(done.c.done_on)
        .join(measure, measure.c.id == done.c.measure_id)
        .where(measure.c.review_item_id == item.id)
        .scalar_subquery()
    )
    query = (
        select(item, m.Complaint.reference, done_on)
        .join(m.Complaint, m.Complaint.id == item.complaint_id)
        .where(item.review_id < row.id, item.extra_action.is_(True), item.id.not_in(known), still_there())
        .where(or_(done_on.is_(None), done_on > row.frozen_on))
    )
    return list(w.session.execute(query))


def people(actor: Actor, reference: str) -> tuple[tuple[int, str], ...]:
    """Who can own an extra action here; whoever the complaint is about is not among them. Raises Refused ``not_found``."""
    with work(actor, Right.REVIEW) as w:
        complaint = w.session.scalar(select(m.Complaint).where(m.Complaint.reference == reference))
        if complaint is None:
            raise Refused("not_found")
        return tuple((each.id, each.name) for each in available(w, complaint, "none").values())


# Answering


def answer(
    actor: Actor,
    reference: str,
    review_id: int,
    seen: int,
    extra_action: bool | None,
    *,
    action: str = "",
    why: str = "",
    owner_id: int | None = None,
    due_on: date | None = None,
    note: str = "",
) -> None:
    """Is extra action needed? With a yes go what, why, who and when, and it becomes a measure of the dossier; another answer
    takes that measure back, as long as the review is open. The same answer twice is one.

    Raises Refused: ``not_found``, ``review_unknown``, ``review_closed``, ``changed_meanwhile``, ``missing``,
    ``unknown_person``, ``before_review``, ``measure_already_done``, ``anonymised``.
    """
    with work(actor, Right.REVIEW_WORK) as w:
        complaint = load_to_append(w, reference)
        review = found(w, review_id, mine=True)
        item = w.session.scalar(_item_of(review, complaint).execution_options(populate_existing=True))
        if item is None:
            raise Refused("review_unknown")
        if complaint.status == Status.ANONYMISED:
            raise Refused("anonymised")
        if extra_action is None or not isinstance(extra_action, bool):
            raise Refused("missing", "extra_action")
        said: dict[str, Any] = {"extra_action": extra_action, "why": clean(why, "why"), "note": clean(note, "note")}
        said |= _agreed(w, complaint, review, action, why, owner_id, due_on) if extra_action else _NOTHING
        if item.decided_by == w.me and all(getattr(item, name) == value for name, value in said.items()):
            return
        if not _answerable(w, review, item):
            raise Refused("review_closed")
        if item.version != seen:
            raise Refused("changed_meanwhile")
        was = item.extra_action, item.action, item.owner_id, item.due_on
        for name, value in said.items():
            setattr(item, name, value)
        item.decided_by, item.decided_at = w.me, w.now
        if was != (item.extra_action, item.action, item.owner_id, item.due_on):
            _measures(w, complaint, item, taken_back=was[0] is True)


_NOTHING: dict[str, Any] = {"action": "", "owner_id": None, "due_on": None}


def _item_of(review: m.Review, complaint: m.Complaint) -> Any:
    return select(m.ReviewItem).where(m.ReviewItem.review_id == review.id, m.ReviewItem.complaint_id == complaint.id)


def _agreed(
    w: Work, complaint: m.Complaint, review: m.Review, action: str, why: str, owner_id: int | None, due_on: date | None
) -> dict[str, Any]:
    words = required(action, "action")
    required(why, "why")
    owner = pick(available(w, complaint, "none"), owner_id, "owner_id").id
    when = day(due_on, "due_on", latest=FARTHEST, earliest=review.frozen_on, too_early="before_review")
    return {"action": words, "owner_id": owner, "due_on": when}


def _answerable(w: Work, review: m.Review, item: m.ReviewItem) -> bool:
    """While it is open; afterwards what nobody answered, until it is on a newer list."""
    if review.is_open:
        return True
    newer = and_(m.ReviewItem.complaint_id == item.complaint_id, m.ReviewItem.review_id > review.id)
    return item.decided_at is None and w.session.scalar(select(m.ReviewItem.id).where(newer).limit(1)) is None


def _measures(w: Work, complaint: m.Complaint, item: m.ReviewItem, *, taken_back: bool) -> None:
    """What was agreed before goes, with an event that says so; what is agreed now is a measure of the dossier."""
    mine = m.Measure.review_item_id == item.id
    if taken_back:
        rows = everything_in(w, complaint, m.Measure.id, m.Measure.review_item_id)
        ids = {row[0] for row in rows if row[1] == item.id}
        if ids & {row[0] for row in everything_in(w, complaint, m.MeasureDone.measure_id)}:
            raise Refused("measure_already_done")
        removed(w, complaint, m.Measure, mine)
        record(w, complaint, EventKind.REVIEW_ACTION_DROPPED, review=item.review_id)
    if not item.extra_action or item.owner_id is None or item.due_on is None:
        return
    codes: dict[str, Any] = {"review": item.review_id, "owner": item.owner_id, "due_on": item.due_on}
    event = record(w, complaint, EventKind.REVIEW_ACTION, text=item.action, **codes)
    agreed = {"text": item.action, "owner_id": item.owner_id, "due_on": item.due_on}
    w.session.add(m.Measure(complaint_id=complaint.id, review_item_id=item.id, event_id=event.id, **agreed))
