"""The door: the only way from a service to the database.

It knows the person, checks the right, narrows the rows and is the transaction. What one may not see does not exist.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, bindparam, select
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as NoConnectionLeft
from sqlalchemy.orm import Session, joinedload
from sqlalchemy.orm.exc import StaleDataError

from db import append_only
from db import models as m
from db.confirmed import NotOnStandby
from db.engine import LONGER, UNLIMITED, make_engine, take_your_time
from domain.errors import Refused
from domain.rights import READ_RIGHTS, RIGHTS, Right, Role, scopes
from domain.vocabulary import Compartment, Status
from services import database_faults
from services.row_rule import EVERY_ROW, locked, narrow, narrow_to, not_excluded, past_the_lock
from services.row_rule import Reader as Reader

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
IDLE_LIMIT = timedelta(minutes=60)
IDLE_LIMIT_GUARDED = timedelta(minutes=15)  # confidant, reviewer, whistleblower officer, administrator
ABSOLUTE_LIMIT = timedelta(hours=10)
WARNING = timedelta(minutes=2)  # so long before the end of a session somebody who does nothing is told
_LONG = frozenset({Right.EXPORT, Right.EXPORT_DOSSIER, Right.EXPORT_REGISTER, Right.PROCEDURE, Right.REPORT, Right.TAKE_OVER})
_PAST_BOTH_LOCKS = {"row_rule": False, "second_lock": False}
PAST_THE_LOCK = {"second_lock": False}  # for a statement on plain tables, which the row rule does not reach
_GUARDED = frozenset({Role.CONFIDANT, Role.APPEAL_REVIEWER, Role.WB_OFFICER, Role.ADMIN})


@dataclass(frozen=True)
class SystemActor:
    """An operator command; only manage.py makes one, with the rights the command needs."""

    command: str
    rights: frozenset[Right]
    account: str = ""  # in whose name: then it may what both of them may, and no more


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
    reader: Reader
    session_id: str | None = None

    @property
    def today(self) -> date:
        """The local date in the Netherlands."""
        return _local(self.now)

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
        return right in self.rights_on(complaint_id, right)

    def begin_elsewhere(self) -> None:
        """The statements that follow in this transaction give the same rows, and begin with a few rows of another table or
        a whole one, not with all dossiers of a compartment (which SQLite takes for a few)."""
        narrow(self.session, self.reader, self.right, first=False)

    def rights_on(self, complaint_id: int, *rights: Right) -> frozenset[Right]:
        """Those of `rights` that reach this dossier, in one statement."""
        return _rights_on(self.session, self.reader, complaint_id, *rights)


# The clock


def _local(moment: datetime) -> date:
    return moment.astimezone(AMSTERDAM).date()


_BEGAN = datetime.now(UTC).isoformat()


def _system_clock() -> datetime:
    """The server's, UTC. Tests and pictures give the day (WEERKLANK_TODAY) and the moment at which it was noon on it
    (WEERKLANK_NOON, by default when the process began): nothing in them depends on the hour, or passes midnight."""
    now, given = datetime.now(UTC), os.environ.get("WEERKLANK_TODAY")
    if not given:
        return now
    noon = datetime.combine(date.fromisoformat(given), time(12), AMSTERDAM)
    return noon.astimezone(UTC) + (now - datetime.fromisoformat(os.environ.get("WEERKLANK_NOON", _BEGAN)))


_clock: Callable[[], datetime] = _system_clock


def today_and_now() -> tuple[date, datetime]:
    """For operator commands: the local date and time in the Netherlands."""
    now = _clock().astimezone(AMSTERDAM)
    return now.date(), now


def clock_is_given() -> bool:
    """Inside `clock_at`: then the date does not come from the server."""
    return _clock is not _system_clock


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


# Coming in


def ends_at(row: m.AuthSession, roles: frozenset[str]) -> datetime:
    """When this session ends if nothing is done any more, UTC; `roles` as the database has them."""
    idle = IDLE_LIMIT_GUARDED if roles & _GUARDED else IDLE_LIMIT
    return min(row.last_seen_at + idle, row.created_at + ABSOLUTE_LIMIT)


def is_live(row: m.AuthSession, account: m.Account, now: datetime) -> bool:
    """The one rule about a session: not ended, of an account that may sign in, neither idle nor open for too long."""
    roles = frozenset(held.role for held in account.roles)
    return row.revoked_at is None and account.active and now < ends_at(row, roles)


# A session, its account and what that holds: one statement, in every transaction.
_WHO = (
    select(m.AuthSession, m.Account)
    .join(m.Account, m.Account.id == m.AuthSession.account_id)
    .options(joinedload(m.Account.roles))
    .where(m.AuthSession.id == bindparam("session_id"))
)


def _identify(session: Session, actor: Actor, now: datetime) -> tuple[Person, frozenset[Right]]:
    """The person as the database knows them now: a role that was taken away stops working at the next click."""
    if isinstance(actor, SystemActor) and actor.account:
        return _in_name_of(session, actor)
    if isinstance(actor, SystemActor):
        return Person(None, actor.command, actor.command, frozenset()), actor.rights
    if isinstance(actor, Visitor):
        return Person(None, "", "", frozenset()), frozenset({Right.GREET, Right.SIGN_IN})
    found = session.execute(_WHO, {"session_id": actor}).unique().first() if actor else None
    if found is None:
        raise Refused("signed_out")
    row, account = found
    if not is_live(row, account, now):
        raise Refused("signed_out")
    return _person(account)


def _person(account: m.Account) -> tuple[Person, frozenset[Right]]:
    roles = frozenset(Role(held.role) for held in account.roles)
    rights = frozenset(right for role in roles for right in RIGHTS[role]) | {Right.ENTER, Right.SELF}
    return Person(account.id, account.name, account.display_name, roles, account.language, account.unit_id), rights


def _in_name_of(session: Session, actor: SystemActor) -> tuple[Person, frozenset[Right]]:
    account = session.scalar(select(m.Account).where(m.Account.name == actor.account.casefold(), m.Account.active.is_(True)))
    if account is None:
        raise Refused("unknown_person")
    person, rights = _person(account)
    return person, rights & actor.rights


@contextmanager
def work(actor: Actor, right: Right, lasting: bool = True) -> Iterator[Work]:
    """One transaction: identity, right, row rule, clock; commits on leaving, rolls back on any error. `lasting`: nobody is
    told that it is saved before a standby has it too; drafts and traces are not told of, and do not wait.

    Raises Refused: ``signed_out``, ``not_allowed``, ``changed_meanwhile``, ``database_away``, ``database_slow``, ``disk_full``,
    ``saving_unknown`` (the connection was lost during the commit, and nobody can say how that ended), ``not_on_standby`` (saved
    on one of two databases: doing the same again is right, and confirms it once the other is back).
    """
    access = "read" if right in READ_RIGHTS else "write"
    now, receipt = _clock(), None
    waits = lasting and right is not Right.SIGN_IN
    try:
        bound = engine().execution_options(access=access, lasting=waits)
        with Session(bound, expire_on_commit=False) as session, session.begin():
            person, rights = _identify(session, actor, now)
            if right not in rights:
                raise Refused("not_allowed")
            yield _enter(session, actor, person, right, now)
            receipt = database_faults.receipt(session) if access == "write" else None
    except (StaleDataError, IntegrityError) as error:
        if isinstance(error, IntegrityError) and append_only.kept(error):
            raise
        raise Refused("changed_meanwhile") from error
    except NotOnStandby as error:
        raise Refused("not_on_standby") from error
    except (OverflowError, DataError, UnicodeEncodeError) as error:  # a value that no row can have
        raise Refused("not_found") from error
    except (DBAPIError, NoConnectionLeft) as error:
        refusal = database_faults.refusal(error)
        if refusal is None:
            raise
        if receipt is None or not database_faults.was_saved(engine(), receipt, waits):
            raise refusal from error


def _enter(session: Session, actor: Actor, person: Person, right: Right, now: datetime) -> Work:
    system = isinstance(actor, SystemActor) and not actor.account
    locked(session, person.id, every_row=system)
    if (isinstance(actor, SystemActor) or right in _LONG) and session.get_bind().dialect.name == "postgresql":
        take_your_time(session.connection(), UNLIMITED if isinstance(actor, SystemActor) else LONGER)
    reader = EVERY_ROW if system else _reader(session, person.id, person.roles, _local(now))
    narrow(session, reader, right)
    return Work(session, person, right, now, reader, actor if isinstance(actor, str) else None)


def _reader(session: Session, account_id: int | None, roles: frozenset[Role], today: date) -> Reader:
    units = _unit_ids(session, account_id) if account_id and Role.MANAGER in roles else ()
    return Reader(roles, today, account_id, units)


def _unit_ids(session: Session, account_id: int) -> tuple[int, ...]:
    """The units that this account manages, and all below them."""
    unit = m.OrgUnit.__table__
    tree = select(unit.c.id).where(unit.c.manager_id == account_id).cte("managed", recursive=True)
    tree = tree.union(select(unit.c.id).where(unit.c.parent_id == tree.c.id))
    return tuple(session.execute(select(tree.c.id), execution_options={"row_rule": False}).scalars())


def _rights_on(session: Session, reader: Reader, complaint_id: int, *rights: Right) -> frozenset[Right]:
    complaint = m.Complaint.__table__
    row = session.execute(
        select(*(reader.reached(right, complaint.c) for right in rights)).where(complaint.c.id == complaint_id),
        reader.values,
        execution_options={"row_rule": False},
    ).first()
    return frozenset(right for right, holds in zip(rights, row or (), strict=False) if holds)


def reaches(w: Work, account: m.Account, right: Right, complaint_id: int) -> bool:
    """Does `right` of this account reach this dossier? For who hands somebody a task; the rule is the one above."""
    reader = _reader(w.session, account.id, frozenset(Role(held.role) for held in account.roles), w.today)
    return account.active and right in _rights_on(w.session, reader, complaint_id, right)


def writing_unseen(w: Work) -> AbstractContextManager[None]:
    """Inside it rows are written, or counted, that belong to dossiers which this person may not see."""
    return past_the_lock(w.session)


# Three questions that are asked before any row may be seen. Each has one answer for every "no".


def already_made(w: Work, form_id: str) -> m.Complaint | None:
    """The dossier that this person made with this form a moment ago (a double click), though they may not see it."""
    query = select(m.Complaint).where(m.Complaint.form_id == form_id, m.Complaint.reporter_id == w.me)
    return w.session.scalar(query, execution_options=_PAST_BOTH_LOCKS)


def stay_with(w: Work, complaint: m.Complaint) -> None:
    """For a dossier that this person made in this transaction, or a moment ago with the same form: its promises and
    events are written and answered now, though its maker may not see it afterwards. Nothing else is visible any more."""
    if complaint.reporter_id != w.me:
        raise Refused("not_found")
    narrow_to(w.session, complaint.id)


def take_over(w: Work) -> None:
    """For who makes dossiers of the rows of an old register, many in one transaction: they are written whoever may see them
    afterwards. Nothing of any other dossier may be answered."""
    if w.right is not Right.TAKE_OVER:
        raise Refused("not_allowed")
    locked(w.session, None, every_row=True)
    narrow(w.session, EVERY_ROW, Right.TAKE_OVER)


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
            not_excluded(m.Complaint),
        )
    )
    complaint = w.session.scalar(query, w.reader.values, execution_options=_PAST_BOTH_LOCKS)
    if complaint is not None:
        narrow_to(w.session, complaint.id)
    return complaint


def already_lodged(w: Work, form_id: str) -> m.Appeal | None:
    """The appeal that this person registered with this form a moment ago, though somebody else may hear it."""
    query = select(m.Appeal).where(m.Appeal.form_id == form_id, m.Appeal.registered_by == w.me)
    return w.session.scalar(query, execution_options=_PAST_BOTH_LOCKS)


def holds_dossiers(w: Work) -> bool:
    """Does this register hold any dossier, whoever may see it? Until then an administrator sets it up alone."""
    return w.session.scalar(select(m.Complaint.id).limit(1), execution_options=_PAST_BOTH_LOCKS) is not None


def direct_again(w: Work, ordered: list[int]) -> None:
    """Every dossier gets as its acting director the first of `ordered` who is not excluded from it. For a change of
    people or settings, made by somebody who may read no dossier: nothing of them is answered."""
    blind = _PAST_BOTH_LOCKS
    pairs = select(m.Party.complaint_id, m.Party.account_id).where(m.Party.excluded.is_(True), m.Party.account_id.in_(ordered))
    excluded = {(row[0], row[1]) for row in w.session.execute(pairs, execution_options=blind)}
    directed = (m.Complaint.compartment == Compartment.REGULAR, m.Complaint.status != Status.ANONYMISED)
    rows = w.session.execute(select(m.Complaint.id, m.Complaint.acting_director_id).where(*directed), execution_options=blind)
    for complaint_id, now in rows.all():
        director = next((each for each in ordered if (complaint_id, each) not in excluded), None)
        if director != now:
            one = select(m.Complaint).where(m.Complaint.id == complaint_id)
            w.session.scalars(one, execution_options=blind).one().acting_director_id = director
