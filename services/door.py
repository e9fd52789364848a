"""The door: the only way from a service to the database.

It knows the person, checks the right, narrows the rows and is the transaction. What one may not see does not exist.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any, cast
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Engine, and_, event, exists, false, or_, select, true
from sqlalchemy.exc import DataError, IntegrityError, OperationalError
from sqlalchemy.orm import ORMExecuteState, Session, with_loader_criteria
from sqlalchemy.orm.exc import StaleDataError

from db import models as m
from db.engine import make_engine
from domain.errors import Refused
from domain.promises import APPEAL_PROMISES
from domain.rights import READ_RIGHTS, RIGHTS, Right, Role, Scope, scopes
from domain.vocabulary import Compartment, Side

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
IDLE_LIMIT = timedelta(minutes=60)
IDLE_LIMIT_GUARDED = timedelta(minutes=15)  # confidant, reviewer, whistleblower officer, administrator
ABSOLUTE_LIMIT = timedelta(hours=10)
_COLLIDED = ("40P01", "40001")  # PostgreSQL ended one of two that waited for each other
_GUARDED = frozenset({Role.CONFIDANT, Role.APPEAL_REVIEWER, Role.WB_OFFICER, Role.ADMIN})


@dataclass(frozen=True)
class SystemActor:
    """An operator command; only manage.py makes one, with the rights the command needs."""

    command: str
    rights: frozenset[Right]


@dataclass(frozen=True)
class Visitor:
    """Somebody who has not signed in: may sign in, nothing else."""


VISITOR = Visitor()
Actor = (
    str | SystemActor | Visitor | None
)  # a string is a session id: the SHA-256 of the cookie's token, put into st.user by the gate


@dataclass(frozen=True)
class Person:
    """Who is at the door; `id` is None for an operator command or a visitor."""

    id: int | None
    name: str
    display_name: str
    roles: frozenset[Role]
    language: str = "nl"
    unit_id: int | None = None


@dataclass
class Work:
    """One transaction of one person for one right."""

    session: Session
    person: Person
    right: Right
    now: datetime  # UTC
    session_id: str | None = None
    _rules: dict[Right, Callable[[Any], ColumnElement[bool]]] = field(default_factory=dict)

    @property
    def today(self) -> date:
        """The local date in the Netherlands."""
        return self.now.astimezone(AMSTERDAM).date()

    @property
    def me(self) -> int:
        """The account id; services for people only."""
        if self.person.id is None:
            raise Refused("not_allowed")
        return self.person.id

    def may(self, right: Right) -> bool:
        """Does this person hold `right` at all, on whichever dossiers?"""
        return bool(scopes(self.person.roles, right))

    def allows(self, right: Right, complaint_id: int) -> bool:
        """Does `right` reach this dossier? The same rule as the list uses."""
        complaint = _COMPLAINT
        found = self.session.execute(
            select(complaint.c.id).where(complaint.c.id == complaint_id, self._rule(right)(complaint.c)),
            execution_options={"row_rule": False},
        )
        return found.first() is not None

    def rights_on(self, complaint_id: int, *rights: Right) -> frozenset[Right]:
        """Those of `rights` that reach this dossier, in one statement."""
        complaint = _COMPLAINT
        row = self.session.execute(
            select(*(self._rule(right)(complaint.c) for right in rights)).where(complaint.c.id == complaint_id),
            execution_options={"row_rule": False},
        ).first()
        return frozenset(right for right, holds in zip(rights, row or (), strict=False) if holds)

    def _rule(self, right: Right) -> Callable[[Any], ColumnElement[bool]]:
        return self._rules[right]


# The clock


def _system_clock() -> datetime:
    pinned = os.environ.get("WEERKLANK_TODAY")  # tests and screenshots: the date is given, the time of day is real
    now = datetime.now(UTC)
    if not pinned:
        return now
    return datetime.combine(date.fromisoformat(pinned), now.astimezone(AMSTERDAM).time(), AMSTERDAM).astimezone(UTC)


_clock: Callable[[], datetime] = _system_clock


def today_and_now() -> tuple[date, datetime]:
    """For operator commands: the local date and time in the Netherlands."""
    now = _clock().astimezone(AMSTERDAM)
    return now.date(), now


@contextmanager
def clock_at(moment: date | datetime) -> Iterator[None]:
    """For tests, the demo and imports: everything inside happens at `moment` (a date means noon in Amsterdam)."""
    global _clock
    fixed = moment if isinstance(moment, datetime) else datetime.combine(moment, time(12), AMSTERDAM)
    before, _clock = _clock, lambda: fixed.astimezone(UTC)
    try:
        yield
    finally:
        _clock = before


# The engine


@cache
def engine() -> Engine:
    """The process's engine; `engine.cache_clear()` after changing the address (tests)."""
    return make_engine()


# The row rule

# Aliases are made once: their columns are what takes time. None of them stands inside itself in one expression; there SQL
# would take the inner one for the outer.
_COMPLAINT, _PARTY, _APPEAL, _EVENT = (model.__table__.alias() for model in (m.Complaint, m.Party, m.Appeal, m.Event))
_PROMISE = m.Promise.__table__.alias()
_ABOVE: dict[Any, Any] = {model: model.__table__.alias() for model in (m.Event, m.Message)}


def _unit_ids(session: Session, account_id: int) -> list[int]:
    """The units that this account manages, and all below them."""
    unit = m.OrgUnit.__table__
    tree = select(unit.c.id).where(unit.c.manager_id == account_id).cte("managed", recursive=True)
    tree = tree.union(select(unit.c.id).where(unit.c.parent_id == tree.c.id))
    return list(session.execute(select(tree.c.id), execution_options={"row_rule": False}).scalars())


def _not_excluded(c: Any, me: int) -> ColumnElement[bool]:
    # Over the table, not the mapped class: the class would pull in its own criterion, or switch itself off in joins.
    party = _PARTY
    return ~exists().where(party.c.complaint_id == c.id, party.c.account_id == me, party.c.excluded.is_(True))


def _appealed(c: Any, me: int) -> ColumnElement[bool]:
    appeal = _APPEAL
    return exists().where(appeal.c.complaint_id == c.id, appeal.c.reviewer_id == me)


def _reach(scope: Scope, c: Any, me: int, units: list[int]) -> ColumnElement[bool]:  # noqa: C901 - one case per scope
    regular: ColumnElement[bool] = c.compartment == Compartment.REGULAR
    calm = and_(regular, c.red_flag.is_(False))  # a red flag is on the board of named people only
    match scope:
        case Scope.NONE:
            return false()
        case Scope.OWN:
            return and_(calm, c.reporter_id == me)
        case Scope.ASSIGNED:
            return and_(regular, or_(c.handler_id == me, c.ack_owner_id == me))
        case Scope.UNIT:
            return and_(calm, c.unit_id.in_(units))
        case Scope.ACTING:
            return and_(regular, c.acting_director_id == me)
        case Scope.OPEN_ALL:
            return calm
        case Scope.ALL:
            return regular
        case Scope.APPEALED:
            return and_(regular, _appealed(c, me))
        case Scope.UNWANTED:
            return cast("ColumnElement[bool]", c.compartment == Compartment.UNWANTED_BEHAVIOUR)
        case Scope.WHISTLEBLOWER:
            return cast("ColumnElement[bool]", c.compartment == Compartment.WHISTLEBLOWER)


def _rule_for(person: Person, right: Right, units: list[int]) -> Callable[[Any], ColumnElement[bool]]:
    if person.id is None:
        return lambda _c: false()
    me, held = person.id, sorted(scopes(person.roles, right))
    # Said once in front too, where nothing else is reached: an OR of cases gives a database no index to start from.
    regular = not set(held) & {Scope.UNWANTED, Scope.WHISTLEBLOWER}

    def rule(c: Any) -> ColumnElement[bool]:
        reached = or_(false(), *(_reach(scope, c, me, units) for scope in held))
        return and_(_not_excluded(c, me), *([c.compartment == Compartment.REGULAR] if regular else []), reached)

    return rule


def _criteria(person: Person, right: Right, rules: dict[Right, Callable[[Any], ColumnElement[bool]]]) -> list[Any]:
    """One finished criterion per table with a dossier in it, built for this transaction (a cached callable kept the
    first reader's rule)."""
    me, complaint, appeal = person.id or 0, _COMPLAINT, _APPEAL

    def within(model: Any, needs: Right) -> ColumnElement[bool]:
        return exists().where(complaint.c.id == model.complaint_id, rules[needs](complaint.c))

    def closed(model: Any) -> ColumnElement[bool]:
        """In a closed compartment a confidant who reviews appeals too is its keeper, not a reviewer."""
        return exists().where(complaint.c.id == model.complaint_id, complaint.c.compartment != Compartment.REGULAR)

    first_line = Scope.APPEALED not in scopes(person.roles, Right.READ)

    def before(event_id: Any) -> ColumnElement[bool]:
        seen = _EVENT
        return exists().where(
            seen.c.id == event_id,
            appeal.c.complaint_id == seen.c.complaint_id,
            appeal.c.reviewer_id == me,
            seen.c.seq <= appeal.c.snapshot_seq,
        )

    def papers(model: Any, event_id: Any, author: Any) -> ColumnElement[bool]:
        """The first line sees its file; a reviewer sees it as it stood at the appeal, the appeal's own papers, and what
        she wrote herself."""
        if first_line:
            return and_(within(model, Right.READ), model.side == Side.FILE)
        return and_(within(model, Right.READ), or_(model.side == Side.APPEAL, author == me, before(event_id), closed(model)))

    def stood(model: Any, at_the_appeal: ColumnElement[bool]) -> ColumnElement[bool]:
        """What else is in the file: a reviewer sees what was there at the appeal."""
        if first_line:
            return within(model, Right.READ)
        return and_(within(model, Right.READ), or_(at_the_appeal, closed(model)))

    def beside(parent: Any, key: Any) -> ColumnElement[bool]:
        above = _ABOVE[parent]
        event_id, author = (above.c.id, above.c.actor_id) if parent is m.Event else (above.c.event_id, above.c.recorded_by)
        return exists().where(above.c.id == key, papers(above.c, event_id, author))

    # To whom a promise climbed: not for who only reported the dossier, and for a reviewer of her own appeal alone.
    opened = and_(rules[right](complaint.c), complaint.c.reporter_id.is_distinct_from(me))
    told = exists().where(complaint.c.id == m.Escalation.complaint_id, or_(rules[Right.READ](complaint.c), opened))
    of_her_appeal = exists().where(
        _PROMISE.c.id == m.Escalation.promise_id,
        _PROMISE.c.code.in_(APPEAL_PROMISES),
        appeal.c.complaint_id == _PROMISE.c.complaint_id,
        appeal.c.reviewer_id == me,
        appeal.c.ruled_on.is_(None),
    )
    decided = exists().where(
        appeal.c.complaint_id == m.Decision.complaint_id, appeal.c.reviewer_id == me, m.Decision.id <= appeal.c.decision_id
    )
    hers = exists().where(  # or an earlier one of the same dossier
        appeal.c.complaint_id == m.Appeal.complaint_id, appeal.c.reviewer_id == me, m.Appeal.id <= appeal.c.id
    )
    rule = {
        m.Complaint: rules[right](m.Complaint),
        m.Complainant: within(m.Complainant, Right.IDENTITY),
        m.Party: stood(m.Party, before(m.Party.event_id)),
        m.Promise: within(m.Promise, right),
        m.LedgerEntry: within(m.LedgerEntry, right),
        m.Escalation: told if first_line else and_(within(m.Escalation, Right.READ), of_her_appeal),
        m.ChainHead: within(m.ChainHead, right),
        m.Event: papers(m.Event, m.Event.id, m.Event.actor_id),
        m.EventText: beside(m.Event, m.EventText.event_id),
        m.Message: papers(m.Message, m.Message.event_id, m.Message.recorded_by),
        m.MessageText: beside(m.Message, m.MessageText.message_id),
        m.Attachment: papers(m.Attachment, m.Attachment.event_id, m.Attachment.added_by),
        m.Decision: stood(m.Decision, decided),
        m.Measure: stood(m.Measure, before(m.Measure.event_id)),
        m.MeasureDone: stood(m.MeasureDone, before(m.MeasureDone.event_id)),
        m.Appeal: stood(m.Appeal, hers),
        m.AppealSnapshot: within(m.AppealSnapshot, Right.READ),
        m.Referral: stood(m.Referral, before(m.Referral.event_id)),
        m.ComplaintPart: stood(m.ComplaintPart, before(m.ComplaintPart.event_id)),
        m.AccessLog: within(m.AccessLog, Right.READ),
        m.Retention: within(m.Retention, right),
    }
    return [with_loader_criteria(model, criterion, include_aliases=True) for model, criterion in rule.items()]


@event.listens_for(Session, "do_orm_execute")
def _narrow(state: ORMExecuteState) -> None:
    if state.execution_options.get("row_rule") is False or "criteria" not in state.session.info:
        return
    if state.is_select or state.is_update or state.is_delete:
        state.statement = state.statement.options(*state.session.info["criteria"])


# Coming in


def _is_live(row: m.AuthSession, account: m.Account, roles: frozenset[Role], now: datetime) -> bool:
    idle = IDLE_LIMIT_GUARDED if roles & _GUARDED else IDLE_LIMIT
    return row.revoked_at is None and account.active and now - row.created_at < ABSOLUTE_LIMIT and now - row.last_seen_at < idle


def _identify(session: Session, actor: Actor, now: datetime) -> tuple[Person, frozenset[Right]]:
    """The person as the database knows them now: a role that was taken away stops working at the next click."""
    if isinstance(actor, SystemActor):
        return Person(None, actor.command, actor.command, frozenset()), actor.rights
    if isinstance(actor, Visitor):
        return Person(None, "", "", frozenset()), frozenset({Right.GREET, Right.SIGN_IN})
    row = session.get(m.AuthSession, actor) if actor else None
    account = session.get(m.Account, row.account_id) if row else None
    if row is None or account is None:
        raise Refused("signed_out")
    roles = frozenset(Role(held.role) for held in account.roles)
    if not _is_live(row, account, roles, now):
        raise Refused("signed_out")
    rights = frozenset(right for role in roles for right in RIGHTS[role]) | {Right.ENTER, Right.SELF}
    return Person(account.id, account.name, account.display_name, roles, account.language, account.unit_id), rights


@contextmanager
def work(actor: Actor, right: Right) -> Iterator[Work]:
    """One transaction: identity, right, row rule, clock; commits on leaving, rolls back on any error.

    Raises Refused: ``signed_out``, ``not_allowed``, ``changed_meanwhile``, ``database_away``.
    """
    access = "read" if right in READ_RIGHTS else "write"
    now = _clock()
    try:
        with Session(engine().execution_options(access=access), expire_on_commit=False) as session, session.begin():
            person, rights = _identify(session, actor, now)
            if right not in rights:
                raise Refused("not_allowed")
            yield _enter(session, actor, person, right, now)
    except (StaleDataError, IntegrityError) as error:
        raise Refused("changed_meanwhile") from error
    except OperationalError as error:
        collided = getattr(error.orig, "sqlstate", None) in _COLLIDED
        raise Refused("changed_meanwhile" if collided else "database_away") from error
    except (OverflowError, DataError, UnicodeEncodeError) as error:  # a value that no row can have
        raise Refused("not_found") from error


def _enter(session: Session, actor: Actor, person: Person, right: Right, now: datetime) -> Work:
    everything: Callable[[Any], ColumnElement[bool]] = lambda _c: true()  # noqa: E731
    if isinstance(actor, SystemActor):
        rules = dict.fromkeys(Right, everything)
    else:
        units = _unit_ids(session, person.id) if person.id and Role.MANAGER in person.roles else []
        rules = {each: _rule_for(person, each, units) for each in Right}
    session.info["criteria"] = _criteria(person, right, rules)
    session_id = actor if isinstance(actor, str) else None
    return Work(session, person, right, now, session_id, rules)


def reaches(w: Work, account: m.Account, right: Right, complaint_id: int) -> bool:
    """Does `right` of this account reach this dossier? For who hands somebody a task; the rule is the one above."""
    roles = frozenset(Role(held.role) for held in account.roles)
    units = _unit_ids(w.session, account.id) if Role.MANAGER in roles else []
    rule = _rule_for(Person(account.id, "", "", roles), right, units)
    query = select(_COMPLAINT.c.id).where(_COMPLAINT.c.id == complaint_id, rule(_COMPLAINT.c))
    return account.active and w.session.execute(query, execution_options={"row_rule": False}).first() is not None


# Three questions that are asked before any row may be seen. Each has one answer for every "no".


def already_made(w: Work, form_id: str) -> m.Complaint | None:
    """The dossier that this person made with this form a moment ago (a double click), though they may not see it."""
    query = select(m.Complaint).where(m.Complaint.form_id == form_id, m.Complaint.reporter_id == w.me)
    return w.session.scalar(query, execution_options={"row_rule": False})


def stay_with(w: Work, complaint: m.Complaint) -> None:
    """For a dossier that this person made in this transaction, or a moment ago with the same form: its promises and
    events are written and answered now, though its maker may not see it afterwards. Nothing else is visible any more."""
    if complaint.reporter_id != w.me:
        raise Refused("not_found")
    w.session.info["criteria"] = _only(complaint.id)


def appealable(w: Work, reference: str, surname_key: str) -> m.Complaint | None:
    """The dossier with exactly this reference whose complainant has this surname, for a reviewer to whom nothing is
    assigned yet. None too when the reviewer is excluded from it. Once found, the rest of this transaction sees this
    dossier and no other: the service must look at it before it says yes or no."""
    query = (
        select(m.Complaint)
        .join(m.Complainant, m.Complainant.complaint_id == m.Complaint.id)
        .where(
            m.Complaint.reference == reference,
            m.Complainant.surname_key == surname_key,
            m.Complaint.compartment == Compartment.REGULAR,
            _not_excluded(m.Complaint, w.me),
        )
    )
    complaint = w.session.scalar(query, execution_options={"row_rule": False})
    if complaint is not None:
        w.session.info["criteria"] = _only(complaint.id)
    return complaint


def already_lodged(w: Work, form_id: str) -> m.Appeal | None:
    """The appeal that this person registered with this form a moment ago, though somebody else may hear it."""
    query = select(m.Appeal).where(m.Appeal.form_id == form_id, m.Appeal.registered_by == w.me)
    return w.session.scalar(query, execution_options={"row_rule": False})


def direct_again(w: Work, ordered: list[int]) -> None:
    """Every dossier gets as its acting director the first of `ordered` who is not excluded from it. For a change of
    people or settings, made by somebody who may read no dossier: nothing of them is answered."""
    blind = {"row_rule": False}
    pairs = select(m.Party.complaint_id, m.Party.account_id).where(m.Party.excluded.is_(True), m.Party.account_id.in_(ordered))
    excluded = {(row[0], row[1]) for row in w.session.execute(pairs, execution_options=blind)}
    rows = w.session.execute(select(m.Complaint.id, m.Complaint.acting_director_id), execution_options=blind)
    for complaint_id, now in rows.all():
        director = next((each for each in ordered if (complaint_id, each) not in excluded), None)
        if director != now:
            one = select(m.Complaint).where(m.Complaint.id == complaint_id)
            w.session.scalars(one, execution_options=blind).one().acting_director_id = director


def _only(complaint_id: int) -> list[Any]:
    belonging = [mapper.class_ for mapper in m.Base.registry.mappers if "complaint_id" in mapper.columns]
    rules = [with_loader_criteria(model, model.complaint_id == complaint_id, include_aliases=True) for model in belonging]
    return [with_loader_criteria(m.Complaint, m.Complaint.id == complaint_id, include_aliases=True), *rules]
