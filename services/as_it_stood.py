"""What a reviewer sees of a dossier's own columns and of the first line's promises: as they stood when the appeal was
lodged. Kept then, in a row of its own; the rest of the file is narrowed by the row rule (ADR 0003)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields, replace
from datetime import date, datetime
from enum import Enum
from types import NoneType
from typing import Any, get_args, get_type_hints

from sqlalchemy import Date, select

from db import models as m
from db.base import Instant
from domain.promises import APPEAL_PROMISES
from domain.rights import Right, Scope, scopes
from domain.vocabulary import Compartment, Status
from services import promises
from services.door import Work
from services.profiles import profile_of
from services.promises import PromiseView
from services.records import everything_in

_NOT_KEPT = frozenset({"id", "form_id", "version"})
_FROM_THE_RULE = frozenset({"label", "source", "standing", "term"})  # of the procedure, which does not change
_COLUMNS = {
    name: column for name, column in m.Complaint.__table__.columns.items() if name not in _NOT_KEPT and name[:5] != "next_"
}


def columns_of(complaint: m.Complaint) -> dict[str, Any]:
    """As JSON, before lodging changes them."""
    return {name: _plain(getattr(complaint, name)) for name in _COLUMNS}


def keep(w: Work, complaint: m.Complaint, appeal: m.Appeal, columns: dict[str, Any]) -> None:
    """For an appeal that was lodged just now."""
    views = promises.view(w, complaint)
    its_own = of_appeal(appeal, views)
    before = [_kept(each) for each in views if each not in its_own]
    dates = {str(each): due_on.isoformat() for each, due_on in everything_in(w, complaint, m.Measure.id, m.Measure.due_on)}
    row = m.AppealSnapshot(appeal_id=appeal.id, complaint_id=complaint.id, columns=columns, promises=before, measures=dates)
    w.session.add(row)


def reviews(w: Work) -> bool:
    """Does this person see ordinary dossiers as a reviewer, and not as who works in them?"""
    return Scope.APPEALED in scopes(w.person.roles, Right.READ)


def all_of(w: Work, complaints: Iterable[m.Complaint]) -> dict[int, tuple[m.Appeal, m.AppealSnapshot]]:
    """As `snapshot`, for a list: by dossier, in one statement; without those that this person sees as they are."""
    ids = [each.id for each in complaints if each.compartment == Compartment.REGULAR] if reviews(w) else []
    if not ids:
        return {}
    query = select(m.Appeal, m.AppealSnapshot).join(m.AppealSnapshot, m.AppealSnapshot.appeal_id == m.Appeal.id)
    hers = query.where(m.Appeal.complaint_id.in_(ids), m.Appeal.reviewer_id == w.me).order_by(m.Appeal.id)
    return {appeal.complaint_id: (appeal, kept) for appeal, kept in w.session.execute(hers)}


def snapshot(w: Work, complaint: m.Complaint) -> tuple[m.Appeal, m.AppealSnapshot] | None:
    """The newest appeal that this person hears or heard here; none: they see the dossier as it is."""
    if not reviews(w) or complaint.compartment != Compartment.REGULAR:
        return None
    query = select(m.Appeal, m.AppealSnapshot).join(m.AppealSnapshot, m.AppealSnapshot.appeal_id == m.Appeal.id)
    row = w.session.execute(
        query.where(m.Appeal.complaint_id == complaint.id, m.Appeal.reviewer_id == w.me).order_by(m.Appeal.id.desc()).limit(1)
    ).first()
    return (row[0], row[1]) if row else None


def due_then(measure: m.Measure, kept: m.AppealSnapshot | None) -> date:
    """When a measure had to be done, for who sees the dossier as it stood. One that is newer has its own date."""
    then = kept.measures.get(str(measure.id)) if kept else None
    return date.fromisoformat(then) if then else measure.due_on


def shown(w: Work, complaint: m.Complaint) -> m.Complaint:
    """The dossier as this person may see it: to a reviewer a copy of it as it stood, in no session. That it is in appeal
    she sees as it is."""
    return seen_as(complaint, snapshot(w, complaint))


def seen_as(complaint: m.Complaint, stood: tuple[m.Appeal, m.AppealSnapshot] | None) -> m.Complaint:
    """The same, with what `snapshot` or `all_of` found."""
    if stood is None:
        return complaint
    appeal, kept = stood
    columns = {name: _value(_COLUMNS[name].type, value) for name, value in kept.columns.items() if name in _COLUMNS}
    columns["status"] = status(appeal)
    return m.Complaint(id=complaint.id, version=complaint.version, **columns)


def status(appeal: m.Appeal) -> Status:
    return Status.IN_APPEAL if appeal.ruled_on is None else Status.RULED


def promises_shown(w: Work, complaint: m.Complaint) -> tuple[PromiseView, ...]:
    """To a reviewer the promises of the first line as they stood, and those of her appeal as they are."""
    now, found = promises.view(w, complaint), snapshot(w, complaint)
    if found is None:
        return now
    appeal, kept = found
    rules = {rule.key: rule for rule in profile_of(w, complaint).terms}
    then = (_seen(each) for each in kept.promises)
    before = tuple(
        replace(
            each,
            label=promises.label(each.key, rules.get(each.key), w.person.language),
            source=rules[each.key].source if each.key in rules else "",
            standing=rules[each.key].standing if each.key in rules else None,
            term=rules[each.key].term if each.key in rules else None,
        )
        for each in then
    )
    return before + of_appeal(appeal, now)


def of_appeal(appeal: m.Appeal, views: Iterable[PromiseView]) -> tuple[PromiseView, ...]:
    """The promises of this appeal, not of another one on the same dossier."""
    until = appeal.ruled_on or date.max
    return tuple(each for each in views if each.code in APPEAL_PROMISES and appeal.lodged_on <= each.trigger_on <= until)


# To JSON and back


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value.value if isinstance(value, Enum) else value


def _value(kind: object, value: Any) -> Any:
    if value is not None and isinstance(kind, Date):
        return date.fromisoformat(value)
    return datetime.fromisoformat(value) if value is not None and isinstance(kind, Instant) else value


def _kept(view: PromiseView) -> dict[str, Any]:
    return {each.name: _plain(getattr(view, each.name)) for each in fields(view) if each.name not in _FROM_THE_RULE}


def _seen(kept: dict[str, Any]) -> PromiseView:
    """What was not known yet when it was kept is none."""
    values = {name: _typed(hint, kept.get(name)) for name, hint in get_type_hints(PromiseView).items()}
    return PromiseView(**values)


def _typed(hint: Any, value: Any) -> Any:
    kind = next(each for each in get_args(hint) or (hint,) if each is not NoneType)
    if value is None or not isinstance(kind, type):
        return value
    if kind is date:
        return date.fromisoformat(value)
    return kind(value) if issubclass(kind, Enum) else value
