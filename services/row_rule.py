"""The row rule: which rows of which tables somebody gets. What one may not see does not exist.

It is a set of criteria that goes with every statement of a session. They follow from the roles and the right alone, and are
built once for each; who reads, and which units are theirs, are parameters of the statement.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any, cast

from sqlalchemy import ColumnElement, Date, Integer, Result, and_, bindparam, event, exists, false, or_, true
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.orm import LoaderCriteriaOption, ORMExecuteState, Session, with_loader_criteria
from sqlalchemy.sql.visitors import InternalTraversal

from db import models as m
from db import row_security
from db.unindexed import unindexed
from domain.promises import APPEAL_PROMISES
from domain.rights import REACH, Right, Role, Scope, Tie, scopes
from domain.vocabulary import Compartment, Side
from domain.workflow import TABLE, StepName

Roles = frozenset[Role] | None  # None: an operator command, which reaches every row

# Given with each statement; one without them fails.
_ME = bindparam("row_rule_me", type_=Integer)
_UNITS = bindparam("row_rule_units", type_=Integer, expanding=True)
# What was done on this day or later still ties to the dossier.
_LASTS = {scope: reach.days for scope, reach in REACH.items() if reach.days is not None}
_SINCE = {scope: bindparam(f"row_rule_since_{scope}", type_=Date) for scope in _LASTS}
_TO_ACKNOWLEDGE = sorted({status for row in TABLE if row.step is StepName.ACKNOWLEDGE for status in row.before})

# Aliases are made once: their columns are what takes time. None of them stands inside itself in one expression; there SQL
# would take the inner one for the outer.
_COMPLAINT, _PARTY, _APPEAL, _EVENT = (model.__table__.alias() for model in (m.Complaint, m.Party, m.Appeal, m.Event))
_PROMISE = m.Promise.__table__.alias()
_FORM, _ABOUT, _MADE, _NAMED = (model.__table__.alias() for model in (m.Evaluation, m.EvaluationAbout, m.Complaint, m.Party))
_ABOVE: dict[Any, Any] = {model: model.__table__.alias() for model in (m.Event, m.Message)}


def not_excluded(c: Any) -> ColumnElement[bool]:
    # Over the table, not the mapped class: the class would pull in its own criterion, or switch itself off in joins.
    party = _PARTY
    return ~exists().where(party.c.complaint_id == c.id, party.c.account_id == _ME, party.c.excluded.is_(True))


def _lately(done_on: Any, scope: Scope) -> ColumnElement[bool]:
    return cast("ColumnElement[bool]", done_on >= _SINCE[scope])


def _tied(tie: Tie, scope: Scope, c: Any) -> ColumnElement[bool]:
    appeal = _APPEAL
    match tie:
        case Tie.REPORTER:
            return cast("ColumnElement[bool]", c.reporter_id == _ME)
        case Tie.HANDLER:
            return cast("ColumnElement[bool]", c.handler_id == _ME)
        case Tie.ACKNOWLEDGER:
            still = and_(c.acknowledged_on.is_(None), c.status.in_(_TO_ACKNOWLEDGE))
            return and_(c.ack_owner_id == _ME, or_(still, _lately(c.acknowledged_on, scope)))
        case Tie.MANAGER:
            return cast("ColumnElement[bool]", c.unit_id.in_(_UNITS))
        case Tie.ACTING_DIRECTOR:
            return cast("ColumnElement[bool]", c.acting_director_id == _ME)
        case Tie.REVIEWER:
            lately = or_(appeal.c.ruled_on.is_(None), _lately(appeal.c.ruled_on, scope))
            return exists().where(appeal.c.complaint_id == c.id, appeal.c.reviewer_id == _ME, lately)


def _reach(scope: Scope, c: Any) -> ColumnElement[bool]:
    """As the table says what this word stands for, inside its compartment."""
    reach = REACH[scope]
    calm = true() if reach.red_flag else c.red_flag.is_(False)
    tied = or_(*(_tied(each, scope, c) for each in sorted(reach.ties))) if reach.ties else true()
    return and_(calm, tied)


@dataclass(frozen=True)
class _Unindexed:
    """Columns by which no row is looked up."""

    of: Any

    def __getattr__(self, name: str) -> Any:
        return unindexed(getattr(self.of, name))


def _reached(roles: Roles, right: Right, c: Any, first: bool = True) -> ColumnElement[bool]:
    """Of a dossier with columns `c`: does `right` of these roles reach it? `first`: a database may begin with these."""
    if roles is None:
        return true()
    held: dict[Compartment, list[ColumnElement[bool]]] = {}
    seen = c if first else _Unindexed(c)
    for scope in sorted(scopes(roles, right) - {Scope.NONE}):
        held.setdefault(REACH[scope].compartment, []).append(_reach(scope, seen))
    # The compartment stands in front of its cases: an OR of whole conditions gives a database no index to start from.
    reached = or_(false(), *(and_(seen.compartment == where, or_(*cases)) for where, cases in held.items()))
    return and_(not_excluded(c), reached)


def _judged(roles: Roles, e: Any) -> ColumnElement[bool]:
    """Of an evaluation form with columns `e`: is it for who may judge them? Never for whom it is about, nor for who is
    excluded from the dossier that it became."""
    if roles is None:
        return true()
    if not scopes(roles, Right.EVALUATIONS):
        return false()
    about, made, named = _ABOUT, _MADE, _NAMED
    excluded = (named.c.complaint_id == made.c.id, named.c.account_id == _ME, named.c.excluded.is_(True))
    return and_(
        ~exists().where(about.c.evaluation_id == e.id, about.c.account_id == _ME),
        ~exists().where(made.c.form_id == e.form_id, *excluded),
    )


class _Criterion(LoaderCriteriaOption):
    """As `with_loader_criteria`; SQLAlchemy knows it again by its name, which says all that it follows from. Walking
    through the expressions of all tables, at every statement, took ten times as long as the statement."""

    _traverse_internals = [("name", InternalTraversal.dp_string)]  # noqa: RUF012 - read once, as those of a table

    def __init__(self, name: str, model: type[m.Base], criterion: ColumnElement[bool]) -> None:
        super().__init__(model, criterion, include_aliases=True)
        self.name = name


@cache
def _criteria(roles: Roles, right: Right, first: bool = True) -> tuple[_Criterion, ...]:
    """One finished criterion per table with a dossier in it (a callable, which SQLAlchemy caches, kept the first reader's
    rule). `first`: a statement about dossiers may begin with their compartment."""
    me, complaint, appeal = _ME, _COMPLAINT, _APPEAL

    def reached(needs: Right, c: Any) -> ColumnElement[bool]:
        return _reached(roles, needs, c)

    def within(model: Any, needs: Right) -> ColumnElement[bool]:
        return exists().where(complaint.c.id == model.complaint_id, reached(needs, complaint.c))

    def closed(model: Any) -> ColumnElement[bool]:
        """In a closed compartment a confidant who reviews appeals too is its keeper, not a reviewer."""
        return exists().where(complaint.c.id == model.complaint_id, complaint.c.compartment != Compartment.REGULAR)

    first_line = roles is None or Scope.APPEALED not in scopes(roles, Right.READ)

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
    opened = and_(reached(right, complaint.c), complaint.c.reporter_id.is_distinct_from(me))
    told = exists().where(complaint.c.id == m.Escalation.complaint_id, or_(reached(Right.READ, complaint.c), opened))
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
    counts = right in (Right.OVERVIEW, Right.EXPORT)  # who counts a dossier counts what was answered in it, without reading it
    rule = {
        m.Complaint: _reached(roles, right, m.Complaint, first),
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
        m.MeasureEffect: stood(m.MeasureEffect, before(m.MeasureEffect.event_id)),
        m.Appeal: stood(m.Appeal, hers),
        m.AppealSnapshot: within(m.AppealSnapshot, Right.READ),
        m.Referral: stood(m.Referral, before(m.Referral.event_id)),
        m.ComplaintPart: stood(m.ComplaintPart, before(m.ComplaintPart.event_id)),
        m.AccessLog: within(m.AccessLog, Right.AUDIT),
        m.Retention: within(m.Retention, right),
        m.Satisfaction: within(m.Satisfaction, right) if counts else stood(m.Satisfaction, before(m.Satisfaction.event_id)),
        m.ReviewItem: within(m.ReviewItem, Right.REVIEW),
        m.TakenOver: within(m.TakenOver, Right.READ),
        m.SearchText: within(m.SearchText, right),  # and who may read the text itself: services/search_places.py
        m.Evaluation: _judged(roles, m.Evaluation),
        m.EvaluationAbout: exists().where(_FORM.c.id == m.EvaluationAbout.evaluation_id, _judged(roles, _FORM.c)),
        m.EvaluationEvent: exists().where(_FORM.c.id == m.EvaluationEvent.evaluation_id, _judged(roles, _FORM.c)),
        m.EvaluationImport: true() if roles is None else m.EvaluationImport.by_id == me,
    }
    name = f"{right} of {None if roles is None else sorted(roles)} {'from' if first else 'in'} "
    return tuple(_Criterion(name + model.__tablename__, model, criterion) for model, criterion in rule.items())


@dataclass(frozen=True)
class Reader:
    """Whose rows: the roles, and the account with the units that it manages. `today`: the local date."""

    roles: Roles
    today: date = date.max
    account_id: int | None = None
    units: tuple[int, ...] = ()

    @property
    def values(self) -> dict[str, Any]:
        """The parameters of a statement in which a rule of this reader stands."""
        since = {_SINCE[scope].key: self.today - timedelta(days=days) for scope, days in _LASTS.items()}
        return {_ME.key: self.account_id, _UNITS.key: self.units, **since}

    @property
    def me(self) -> ColumnElement[int]:
        """The account, as a parameter of a statement about mapped classes: an expression with it can be kept."""
        return _ME

    def reached(self, right: Right, c: Any) -> ColumnElement[bool]:
        """Of a dossier with columns `c`: does `right` reach it? Give `values` with the statement."""
        return _reached(self.roles, right, c)


EVERY_ROW = Reader(None)


def narrow(session: Session, reader: Reader, right: Right, first: bool = True) -> None:
    """From now on statements about mapped classes give what `right` of this reader reaches. Those about tables do not, nor
    does what this session loaded before without the rule. `first`: they may begin with the compartment of the dossiers."""
    session.info["row_rule"] = (_criteria(reader.roles, right, first), reader.values)


def narrow_to(session: Session, complaint_id: int) -> None:
    """From now on this session gives this dossier and no other."""
    belonging = [mapper.class_ for mapper in m.Base.registry.mappers if "complaint_id" in mapper.columns]
    rules = [with_loader_criteria(model, model.complaint_id == complaint_id, include_aliases=True) for model in belonging]
    this_one = with_loader_criteria(m.Complaint, m.Complaint.id == complaint_id, include_aliases=True)
    session.info["row_rule"] = ((this_one, *rules), {})
    opened(session, {complaint_id})


# The second lock, where there is one (db/row_security.py). A statement with the option `second_lock` False goes past it.

_REACH, _OPENED = "second_lock_reach", "second_lock_opened"


def locked(session: Session, account_id: int | None, every_row: bool) -> None:
    """From now on the database itself gives what this account may see: no row at all before, every one to `every_row`."""
    if session.get_bind().dialect.name != "postgresql":
        return
    session.info[_REACH], session.info[_OPENED] = every_row, set()
    if every_row:
        row_security.reach(session.connection(), every_row=True)
    elif account_id is not None:
        row_security.enter(session.connection(), account_id)


def opened(session: Session, ids: set[int]) -> None:
    """These dossiers came through both locks, or were made here: they stay in sight until the transaction ends, though what
    is written now shuts them for who writes it."""
    if session.info.get(_REACH) is False and not ids <= session.info[_OPENED]:
        session.info[_OPENED] |= ids
        row_security.open_up(session.connection(), session.info[_OPENED])


@contextmanager
def past_the_lock(session: Session) -> Iterator[None]:
    """For what is written of dossiers that its writer may not see, and the few questions about them."""
    if session.info.get(_REACH) is not False:
        yield
        return
    session.info[_REACH] = True
    try:
        with row_security.every_row(session.connection()):
            yield
    finally:
        session.info[_REACH] = False


@event.listens_for(Session, "before_flush")
def _what_changes_stays(session: Session, _context: object, _instances: object) -> None:
    if session.info.get(_REACH) is False:
        opened(session, {each.id for each in session.dirty if isinstance(each, m.Complaint)})


@event.listens_for(Session, "after_flush", insert=True)  # before the words of what was made are written (db/search.py)
def _what_was_made_stays(session: Session, _context: object) -> None:
    if session.info.get(_REACH) is False:
        opened(session, {each.id for each in session.new if isinstance(each, m.Complaint)})


@event.listens_for(Session, "do_orm_execute", insert=True)  # around the words of what is changed, too
def _past_the_lock(state: ORMExecuteState) -> Result[Any] | None:
    if state.execution_options.get("second_lock") is not False or state.session.info.get(_REACH) is not False:
        return None
    with past_the_lock(state.session):
        return state.invoke_statement()


@event.listens_for(Session, "do_orm_execute")
def _narrowed(state: ORMExecuteState) -> Result[Any] | None:
    if state.execution_options.get("row_rule") is False or "row_rule" not in state.session.info:
        return None
    if not (state.is_select or state.is_update or state.is_delete):
        return None
    if state.is_executemany:  # each set of values would need the reader's, and some forms go past the criteria
        raise InvalidRequestError("one statement with many sets of values cannot be narrowed")
    criteria, values = state.session.info["row_rule"]
    state.parameters = state.parameters or {}
    return state.invoke_statement(state.statement.options(*criteria), params=values)
