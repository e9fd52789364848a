"""Figures of the overview that are not about dossiers alone: what became of evaluation forms (N5), and complaints per hundred
children or clients (N3)."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select

from db import models as m
from db.settings import read_settings, write_settings
from domain.errors import Refused
from domain.evaluations import State
from domain.rights import Right, Scope, scopes
from services.door import Actor, Work, work
from services.overview_cut import EARLIEST, Span

MOST = 1_000_000  # children or clients


@dataclass(frozen=True)
class Besides:
    """None: nothing that this reader may count, or not for what they narrowed it to."""

    confirmed: int | None = None  # forms that became a complaint
    judged: int | None = None
    reference: int | None = None  # children or clients in that year


def besides(w: Work, span: Span) -> dict[bool, Besides]:
    """True: this period; one statement for the forms, one for the numbers. The numbers are there only where all complaints of
    a whole year are counted."""
    if span.narrowed:
        return {True: Besides(), False: Besides()}
    found = {True: _None, False: _None}
    if w.may(Right.EVALUATIONS):
        found = {True: (0, 0), False: (0, 0)}
        e, now = m.Evaluation, span.is_now(m.Evaluation.received_on)
        judged = e.state.in_((State.CONFIRMED, State.DISMISSED))
        confirmed = func.count().filter(e.state == State.CONFIRMED)
        query = select(now, confirmed, func.count()).where(judged, span.inside(e.received_on)).group_by(now)
        found |= {bool(is_now): (yes, total) for is_now, yes, total in w.session.execute(query)}
    everything = Scope.ALL in scopes(w.person.roles, Right.OVERVIEW)
    known = read_settings(w.session).reference_numbers if everything and span.now.is_year else {}
    years = {True: span.now.first.year, False: span.before.first.year}
    return {now: Besides(*found[now], known.get(years[now])) for now in (True, False)}


_None: tuple[int | None, int | None] = (None, None)


def choose_reference(actor: Actor, year: int, number: int | None, seen: int | None) -> None:
    """How many children or clients there were in this year; none: not known. `seen`: the number on screen. Raises Refused:
    ``unknown_value``, ``changed_meanwhile``."""
    with work(actor, Right.PROCEDURE) as w:
        if not _whole(year) or not EARLIEST <= year <= w.today.year:
            raise Refused("unknown_value", "year")
        if number is not None and (not _whole(number) or not 1 <= number <= MOST):
            raise Refused("unknown_value", "reference")
        known = dict(read_settings(w.session).reference_numbers)
        if known.get(year) == number:
            return
        if known.pop(year, None) != seen:
            raise Refused("changed_meanwhile")
        write_settings(w.session, {"reference_numbers": known | ({year: number} if number is not None else {})})


def _whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
