"""An evaluation form that is a complaint becomes a dossier, the ordinary way, in one transaction (R034)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from db import models as m
from domain.entries import number
from domain.errors import Refused
from domain.evaluations import Doing, State
from domain.intake import subject_from, title_from
from domain.rights import Right
from domain.vocabulary import Channel, Compartment, EventKind
from services.complaints import Intake, registered
from services.door import PAST_THE_LOCK, Actor, Work, already_made, stay_with, work
from services.evaluations import check, decided, emptied, found, happened, refuse_decided
from services.parties import Named, accounts_of
from services.records import record


@dataclass(frozen=True, kw_only=True)
class AsComplaint:
    """What somebody says of the form besides what stands on it."""

    description: str
    category: str
    complainant_type: str
    received_on: date
    title: str = ""  # none: from the words
    subcategory: str | None = None
    complainant_name: str | None = None
    complainant_contact: str | None = None
    unit_id: int | None = None
    sector: str | None = None
    respondents: tuple[Named, ...] = ()  # besides whom the form is about
    immediate_actions: str | None = None  # none: explicitly nothing
    red_flag: bool | None = None


@dataclass(frozen=True)
class Made:
    reference: str
    still_visible: bool  # False: who confirmed it sees nothing of it from now on


def confirm(actor: Actor, evaluation_id: int, seen: int, said: AsComplaint) -> Made:
    """It is a complaint. What the form said stands in the dossier from now on, and in the form no more; a double click is
    one dossier.

    Raises Refused: ``evaluation_gone``, ``changed_meanwhile``, ``evaluation_confirmed_by``, ``evaluation_dismissed_by``, and
    those of `complaints.register`.
    """
    with work(actor, Right.EVALUATE) as w:
        made = _made_before(w, evaluation_id)
        if made is None:
            row = found(w, evaluation_id)
            refuse_decided(w, row)
            check(row, seen)
            a = m.EvaluationAbout
            named = tuple(w.session.scalars(select(a.account_id).where(a.evaluation_id == row.id)))
            on_the_form = _on_the_form(row)
            decided(w, row, State.CONFIRMED)
            happened(w, row, Doing.CONFIRMED)
            emptied(w, row)
            made = registered(w, row.form_id, _intake(said, named))
            if made.compartment != Compartment.REGULAR:
                raise Refused("changed_meanwhile")
            stay_with(w, made)
            _told(w, made, on_the_form)
        stay_with(w, made)
        return Made(made.reference, w.allows(Right.OPEN, made.id))


def _made_before(w: Work, evaluation_id: int) -> m.Complaint | None:
    """By who asks, a moment ago (a double click), though they may see neither the form nor the dossier any more."""
    table = m.Evaluation.__table__
    form_id = w.session.scalar(
        select(table.c.form_id).where(table.c.id == number(evaluation_id)), execution_options=PAST_THE_LOCK
    )
    return already_made(w, form_id) if form_id else None


def _on_the_form(row: m.Evaluation) -> dict[str, Any]:
    """R034: the form, the question and the score, for the history of the dossier."""
    scale = {name: str(getattr(row, name)) for name in ("score", "lowest", "highest") if getattr(row, name) is not None}
    words = "\n".join(each for each in (row.form, row.training, row.group, row.question) if each)
    return {"text": words, **scale}


def _told(w: Work, made: m.Complaint, on_the_form: dict[str, Any]) -> None:
    record(w, made, EventKind.FROM_EVALUATION, made.received_on, **on_the_form)


def _intake(said: AsComplaint, named: tuple[int, ...]) -> Intake:
    more = tuple(each for each in said.respondents if each.account_id not in named)
    respondents = (*(Named(account_id=each) for each in named), *more)
    actions = said.immediate_actions if said.immediate_actions and said.immediate_actions.strip() else None
    same = (
        *("description", "category", "subcategory", "complainant_type", "complainant_name", "complainant_contact"),
        *("received_on", "unit_id", "sector", "red_flag"),
    )
    return Intake(
        **{name: getattr(said, name) for name in same},
        channel=Channel.EVALUATION_FORM,
        subject_type=subject_from(bool(accounts_of(respondents) or more)),
        title=said.title or title_from(said.description, (said.complainant_name,)),
        respondents=respondents,
        immediate_actions=actions,
        no_immediate_action=actions is None,
    )
