"""Evaluation forms that may be a complaint: looking at them, one by one, and saying whose word it is (R034, R035).

None can disappear: every candidate becomes a complaint, or is dismissed by a named person with a reason, and can come back.
Whom a form is about sees nothing of it, whatever their role (services/row_rule.py)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm.attributes import flag_modified

from db import models as m
from domain.entries import choice, number
from domain.errors import Refused
from domain.evaluations import LONG, Doing, Form, Judged, State, Why, read_why
from domain.rights import RIGHTS, Right, Role
from domain.texts import required
from services.door import AMSTERDAM, PAST_THE_LOCK, Actor, Work, work
from services.lookalikes import active_names, lookalikes
from services.profiles import current

PAGE_SIZE = 50
DECIDERS = frozenset(role for role in Role if Right.EVALUATE in RIGHTS[role])


@dataclass(frozen=True)
class Happened:
    what: Doing
    by: str | None  # display name; none: by itself
    at: datetime  # UTC
    about: str | None  # whom it is about
    reason: str


@dataclass(frozen=True)
class One:
    """A form as it stands; emptied when `emptied_on` is a day."""

    id: int
    version: int  # what a decision passes as `seen`
    state: State
    source: str  # empty: keyed in
    imported_on: date
    received_on: date
    filled_in_on: date | None
    form: str
    training: str
    group: str
    question: str
    words: str
    person: str
    trainer: str
    score: Decimal | None
    lowest: int | None
    highest: int | None
    why: tuple[Why, ...]
    about: tuple[tuple[int, str], ...]  # accounts that see nothing of it
    decided_by: str | None
    decided_on: date | None
    reason: str
    seen_on: date | None
    emptied_on: date | None
    history: tuple[Happened, ...] = ()


@dataclass(frozen=True)
class Pile:
    """One of those that wait, and where it lies: `place` counts from 1."""

    total: int
    place: int
    one: One | None
    previous_id: int | None
    next_id: int | None


@dataclass(frozen=True)
class Listing:
    rows: tuple[One, ...]  # the newest decision first
    total: int
    page: int
    pages: int
    months: int = 3  # the term of what stands on them


@dataclass(frozen=True)
class Waiting:
    """What waits longer than a week."""

    count: int
    since: date | None  # brought in


# Looking


def pile(actor: Actor, current: int | None = None) -> Pile:
    """The candidate with this number, or the one that waits longest; a number that is no candidate (any more) is the next
    after it."""
    with work(actor, Right.EVALUATIONS) as w:
        e = m.Evaluation
        waits = e.state == State.CANDIDATE
        total = w.session.scalar(select(func.count(e.id)).where(waits)) or 0
        at = number(current)
        ids = select(e.id).where(waits)
        here = w.session.scalar(ids.where(e.id >= at).order_by(e.id).limit(1)) if at else None
        here = here or w.session.scalar(ids.order_by(e.id).limit(1))
        if here is None:
            return Pile(total, 0, None, None, None)
        before = w.session.execute(select(func.count(e.id), func.max(e.id)).where(waits, e.id < here)).one()
        after = w.session.scalar(select(func.min(e.id)).where(waits, e.id > here))
        (one,) = _ones(w, [w.session.get_one(e, here)], history=True)
        return Pile(total, before[0] + 1, one, before[1], after)


def dismissed(actor: Actor, page: int = 1) -> Listing:
    """Pages of fifty."""
    with work(actor, Right.EVALUATIONS) as w:
        e = m.Evaluation
        query = select(e).where(e.state == State.DISMISSED)
        total = w.session.scalar(select(func.count()).select_from(query.subquery())) or 0
        pages = max(1, -(-total // PAGE_SIZE))
        at = min(max(1, number(page)), pages)
        newest = query.order_by(e.decided_at.desc(), e.id.desc())
        found = w.session.scalars(newest.limit(PAGE_SIZE).offset(PAGE_SIZE * (at - 1))).all()
        return Listing(_ones(w, found), total, at, pages, current(w).retention.evaluations)


def everything(w: Work, state: State) -> Iterator[One]:
    """Those in this state that this person may see, in the order in which they came in."""
    e, last = m.Evaluation, 0
    query = select(e).where(e.state == state).order_by(e.id).limit(PAGE_SIZE)
    while found := w.session.scalars(query.where(e.id > last)).all():
        yield from _ones(w, found)
        last = found[-1].id


def waiting_long(actor: Actor) -> Waiting:
    """For the line on the board."""
    with work(actor, Right.EVALUATIONS) as w:
        e = m.Evaluation
        query = select(func.count(), func.min(e.imported_at)).where(e.state == State.CANDIDATE, e.imported_at < w.now - LONG)
        count, since = w.session.execute(query).one()
        return Waiting(count, _local(since))


def counted(w: Work, *conditions: Any) -> Judged:
    """For the overview and the review: of the forms that this person may see."""
    if not w.may(Right.EVALUATIONS):
        return Judged(here=False)
    e = m.Evaluation
    query = select(e.state, func.count(e.id)).where(*conditions).group_by(e.state)
    rows = {state: number for state, number in w.session.execute(query)}
    confirmed, dismissed, waiting = (rows.get(each, 0) for each in (State.CONFIRMED, State.DISMISSED, State.CANDIDATE))
    return Judged(confirmed, dismissed, waiting)


def people(actor: Actor) -> tuple[tuple[int, str], ...]:
    """Whom a form can be about."""
    with work(actor, Right.EVALUATIONS) as w:
        return tuple(sorted(active_names(w), key=lambda each: (each[1], each[0])))


def ones(w: Work, found: Collection[m.Evaluation]) -> tuple[One, ...]:
    return _ones(w, found)


def _ones(w: Work, found: Collection[m.Evaluation], *, history: bool = False) -> tuple[One, ...]:
    ids = [each.id for each in found]
    a, s = m.Account, m.EvaluationSource
    names = {each: name for each, name in w.session.execute(select(a.id, a.display_name))}
    sources = {each: name for each, name in w.session.execute(select(s.id, s.name))}
    about: dict[int, list[tuple[int, str]]] = {}
    for row in w.session.scalars(select(m.EvaluationAbout).where(m.EvaluationAbout.evaluation_id.in_(ids))):
        about.setdefault(row.evaluation_id, []).append((row.account_id, names[row.account_id]))
    told = _history(w, ids, names) if history else {}
    return tuple(_one(each, names, sources, tuple(sorted(about.get(each.id, []))), told.get(each.id, ())) for each in found)


def _one(
    row: m.Evaluation,
    names: Mapping[int, str],
    sources: Mapping[int, str],
    about: tuple[tuple[int, str], ...],
    history: tuple[Happened, ...],
) -> One:
    same = (
        *("id", "version", "received_on", "filled_in_on", "form", "training", "group", "question", "words"),
        *("person", "trainer", "lowest", "highest", "decided_on", "reason", "seen_on", "emptied_on"),
    )
    return One(
        **{name: getattr(row, name) for name in same},
        score=Decimal(row.score) if row.score is not None else None,
        state=State(row.state),
        source=sources.get(row.source_id or 0, ""),
        imported_on=_local(row.imported_at) or row.received_on,
        why=read_why(row.why),
        about=about,
        decided_by=names.get(row.decided_by or 0),
        history=history,
    )


def _history(w: Work, ids: Iterable[int], names: Mapping[int, str]) -> dict[int, tuple[Happened, ...]]:
    e = m.EvaluationEvent
    found: dict[int, tuple[Happened, ...]] = {}
    for row in w.session.scalars(select(e).where(e.evaluation_id.in_(ids)).order_by(e.id)):
        by, about = names.get(row.by_id or 0), names.get(row.account_id or 0)
        one = Happened(Doing(row.what), by, row.at, about, row.reason)
        found[row.evaluation_id] = (*found.get(row.evaluation_id, ()), one)
    return found


def _local(moment: datetime | None) -> date | None:
    return moment.astimezone(AMSTERDAM).date() if moment else None


# Deciding


def dismiss(actor: Actor, evaluation_id: int, seen: int, reason: str) -> None:
    """It is no complaint, and why. Raises Refused: ``evaluation_gone``, ``missing``, ``changed_meanwhile``,
    ``evaluation_confirmed_by``, ``evaluation_dismissed_by``."""
    with work(actor, Right.EVALUATE) as w:
        row = found(w, evaluation_id)
        why = required(reason, "reason")
        if row.state == State.DISMISSED and row.decided_by == w.me and row.reason == why:  # a double click
            return
        refuse_decided(w, row)
        check(row, seen)
        decided(w, row, State.DISMISSED)
        row.reason = why
        happened(w, row, Doing.DISMISSED, reason=why)


def take_back(actor: Actor, evaluation_id: int, seen: int) -> None:
    """A dismissed one waits for another look; who dismissed it and why stays in its history. Raises Refused:
    ``evaluation_gone``, ``changed_meanwhile``, ``evaluation_emptied``, ``evaluation_confirmed_by``."""
    with work(actor, Right.EVALUATE) as w:
        put_back(w, found(w, evaluation_id), seen)


def put_back(w: Work, row: m.Evaluation, seen: int, review_id: int | None = None) -> None:
    """`review_id`: the review in which that was said."""
    if row.state == State.CANDIDATE:  # a double click, or a colleague was first
        return
    if row.state == State.CONFIRMED:
        refuse_decided(w, row)
    if row.emptied_on is not None:
        raise Refused("evaluation_emptied")
    check(row, seen)
    row.state, row.reason = State.CANDIDATE, ""
    row.decided_by = row.decided_at = row.decided_on = row.seen_in = row.seen_on = None
    happened(w, row, Doing.TAKEN_BACK, review_id=review_id)


def found(w: Work, evaluation_id: int) -> m.Evaluation:
    """Nobody else's until this transaction ends. Raises Refused ``evaluation_gone``: also when it is about who asks."""
    query = select(m.Evaluation).where(m.Evaluation.id == number(evaluation_id))
    row = w.session.scalar(query.with_for_update().execution_options(populate_existing=True))
    if row is None:
        raise Refused("evaluation_gone")
    return row


def check(row: m.Evaluation, seen: int) -> None:
    if row.version != seen:
        raise Refused("changed_meanwhile")


def refuse_decided(w: Work, row: m.Evaluation) -> None:
    """A colleague was first. Raises Refused: ``evaluation_confirmed_by``, ``evaluation_dismissed_by``."""
    if row.state != State.CANDIDATE:
        name = w.session.get_one(m.Account, row.decided_by).display_name if row.decided_by else ""
        raise Refused("evaluation_confirmed_by" if row.state == State.CONFIRMED else "evaluation_dismissed_by", name=name)


def decided(w: Work, row: m.Evaluation, state: State) -> None:
    row.state, row.decided_by, row.decided_at, row.decided_on = state, w.me, w.now, w.today


def happened(
    w: Work,
    row: m.Evaluation,
    what: Doing,
    *,
    account_id: int | None = None,
    review_id: int | None = None,
    reason: str = "",
) -> None:
    event = m.EvaluationEvent(evaluation_id=row.id, what=what, by_id=w.person.id, at=w.now)
    event.account_id, event.review_id, event.reason = account_id, review_id, reason
    w.session.add(event)


def emptied(w: Work, row: m.Evaluation) -> None:
    """What the form said goes, and why somebody dismissed it; the rest stays as figures."""
    for name in ("form", "training", "group", "question", "words", "person", "trainer", "reason"):
        setattr(row, name, "")
    row.emptied_on = w.today
    w.session.flush()  # the database lets the reasons go once the form is empty
    e = m.EvaluationEvent
    with_reason = update(e).where(e.evaluation_id == row.id, e.reason != "").values(reason="")
    w.session.execute(with_reason, execution_options={"synchronize_session": False})


# Whom it is about


def about(actor: Actor, evaluation_id: int, account_id: int) -> None:
    """It is about this colleague, who sees nothing of it from now on; also who says so themself. Raises Refused:
    ``evaluation_gone``, ``evaluation_confirmed_by``, ``unknown_person``, ``evaluation_nobody_left``."""
    with work(actor, Right.EVALUATE) as w:
        row = found(w, evaluation_id)
        if row.state == State.CONFIRMED:
            refuse_decided(w, row)
        who = number(account_id)
        if w.session.get(m.Account, who) is None:
            raise Refused("unknown_person", "about")
        if w.session.get(m.EvaluationAbout, (row.id, who)) is not None:
            return
        a = m.EvaluationAbout
        named = set(w.session.scalars(select(a.account_id).where(a.evaluation_id == row.id))) | {who}
        if not deciders(w) - named:
            raise Refused("evaluation_nobody_left", "about")
        happened(w, row, Doing.ABOUT, account_id=who)
        w.session.add(m.EvaluationAbout(evaluation_id=row.id, account_id=who))
        flag_modified(row, "state")  # who is named, and decides at this moment, must see that it changed


def not_about(actor: Actor, evaluation_id: int, account_id: int) -> None:
    """It was somebody else: this colleague may see it again. Whom it is about cannot say so. Raises Refused
    ``evaluation_gone``."""
    with work(actor, Right.EVALUATE) as w:
        row = found(w, evaluation_id)
        named = w.session.get(m.EvaluationAbout, (row.id, number(account_id)))
        if named is not None and row.state != State.CONFIRMED:
            w.session.delete(named)
            happened(w, row, Doing.NOT_ABOUT, account_id=named.account_id)


def deciders(w: Work) -> frozenset[int]:
    """The accounts that may judge forms now."""
    r = m.AccountRole
    query = select(m.Account.id).join(r, r.account_id == m.Account.id).where(m.Account.active.is_(True), r.role.in_(DECIDERS))
    return frozenset(w.session.scalars(query))


def shut_out(names: tuple[tuple[int, str], ...], trainer: str) -> frozenset[int]:
    """The colleagues whose name stands on the form: surely theirs, or it may be."""
    return frozenset(each.account_id for each in lookalikes(names, (trainer,)) if each.sure) if trainer else frozenset()


def look_again(w: Work, names: tuple[tuple[int, str], ...]) -> None:
    """Names on forms that came in before a colleague of that name had an account."""
    e, a = m.Evaluation, m.EvaluationAbout
    forms: dict[str, list[int]] = {}
    for evaluation_id, trainer in w.session.execute(select(e.id, e.trainer).where(e.trainer != "")):
        forms.setdefault(trainer, []).append(evaluation_id)
    known = {(row.evaluation_id, row.account_id) for row in w.session.scalars(select(a))}
    wanted = {(each, account_id) for name, ids in forms.items() for account_id in shut_out(names, name) for each in ids}
    said = select(m.EvaluationEvent.evaluation_id, m.EvaluationEvent.account_id)
    denied = {(row[0], row[1]) for row in w.session.execute(said.where(m.EvaluationEvent.what == Doing.NOT_ABOUT))}
    for evaluation_id, account_id in sorted(wanted - known - denied):
        w.session.add(a(evaluation_id=evaluation_id, account_id=account_id))
        event = m.EvaluationEvent(evaluation_id=evaluation_id, what=Doing.ABOUT, at=w.now, account_id=account_id)
        w.session.add(event)


# One that comes in


def new(w: Work, said: Form, source_id: int, why: tuple[Why, ...], scale: tuple[int, int]) -> m.Evaluation:
    """Not in the session yet."""
    names = ("form", "filled_in_on", "training", "group", "question", "words", "person", "trainer")
    return m.Evaluation(
        **{name: getattr(said, name) for name in names},
        score=str(said.score) if said.score is not None else None,
        fingerprint=said.fingerprint(source_id),
        source_id=source_id,
        imported_by=w.me,
        imported_at=w.now,
        received_on=said.filled_in_on or w.today,
        lowest=scale[0] if said.score is not None else None,
        highest=scale[1] if said.score is not None else None,
        why=[each.as_data() for each in why],
        state=choice(State, State.CANDIDATE, "state"),
    )


def known(w: Work, fingerprints: Collection[str]) -> dict[str, int | None]:
    """Which of these are here already, by the number of the import that they came with: also those that this person may not
    see."""
    table = m.Evaluation.__table__
    query = select(table.c.fingerprint, table.c.import_id).where(table.c.fingerprint.in_(fingerprints))
    return {row.fingerprint: row.import_id for row in w.session.execute(query, execution_options=PAST_THE_LOCK)}
