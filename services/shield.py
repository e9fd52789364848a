"""What waits for somebody's word about who sees nothing of a dossier: is the person who was named by name this colleague, and
may somebody see it again. Never shown to whom it is about (security 2.6)."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import select

from db import models as m
from domain.entries import number
from domain.errors import Refused
from domain.rights import Right
from domain.vocabulary import EXCLUDED_RELATIONS, RESEMBLES, EventKind, Relation, Status
from services import evaluation_keeping
from services.door import Actor, SystemActor, Work, work
from services.lifting import proposed_in
from services.lookalikes import active_names, lookalikes
from services.parties import (
    Named,
    ask,
    excluded_from,
    not_them,
    refuse_without_reader,
    replace,
    store_parties,
)
from services.records import everything_in, load, load_to_append, locked, record

_NAMES = SystemActor("names", frozenset({Right.OPERATE}))


class Waits(StrEnum):
    RESEMBLES = "resembles"
    LIFT = "lift"


@dataclass(frozen=True)
class Question:
    """Is who was named as `typed` the colleague `name`?"""

    id: int
    typed: str
    name: str
    shut: bool  # this colleague sees nothing of the dossier until it is answered


@dataclass(frozen=True)
class Waiting:
    reference: str
    what: Waits


# Looking


def questions(actor: Actor, reference: str) -> tuple[Question, ...]:
    """Those of this dossier that this person may answer; none about themself. Raises Refused ``not_found``."""
    with work(actor, Right.OPEN) as w:
        complaint = load(w, reference)
        if not w.allows(Right.RECOGNISE, complaint.id):
            return ()
        p = m.Party
        query = (
            select(p.id, p.name, m.Account.display_name, p.excluded)
            .join(m.Account, m.Account.id == p.account_id)
            .where(p.complaint_id == complaint.id, p.relation == RESEMBLES, p.account_id != w.me)
            .order_by(p.id)
        )
        return tuple(Question(each, typed or "", name, shut) for each, typed, name, shut in w.session.execute(query))


def waiting(actor: Actor) -> tuple[Waiting, ...]:
    """The dossiers in which this person can say a word that somebody waits for, by reference. One statement on dossiers where
    there is none."""
    with work(actor, Right.LIST) as w:
        if not w.may(Right.RECOGNISE) and not w.may(Right.LIFT):
            return ()
        query = (
            select(m.Complaint, m.Party.relation, m.Party.account_id)
            .join(m.Party, m.Party.complaint_id == m.Complaint.id)
            .where(m.Party.waits.is_(True), m.Party.account_id != w.me, m.Complaint.status != Status.ANONYMISED)
        )
        found = {_waiting(w, complaint, relation, about or 0) for complaint, relation, about in w.session.execute(query)}
        return tuple(sorted((each for each in found if each), key=lambda each: (each.reference, each.what)))


def _waiting(w: Work, complaint: m.Complaint, relation: str, account_id: int) -> Waiting | None:
    if relation == RESEMBLES:
        return Waiting(complaint.reference, Waits.RESEMBLES) if w.allows(Right.RECOGNISE, complaint.id) else None
    made = proposed_in(w, complaint).get((relation, account_id))
    if made is None or made.actor_id == w.me or not w.allows(Right.LIFT, complaint.id):
        return None
    return Waiting(complaint.reference, Waits.LIFT)


# Answering


def recognise(actor: Actor, reference: str, question: int, *, same: bool) -> None:
    """Says whether it is this colleague: then they see nothing of the dossier from now on, as everybody who is named; or
    somebody else: then they see again what their role lets them see.

    Raises Refused: ``not_found``, ``already_answered`` (also to the colleague themself), ``no_recipient``,
    ``nobody_leads``.
    """
    with work(actor, Right.RECOGNISE) as w:
        complaint = load_to_append(w, reference)
        party = w.session.get(m.Party, number(question))
        mine = party is not None and party.account_id == w.me
        if party is None or mine or (party.complaint_id, party.relation) != (complaint.id, RESEMBLES):
            raise Refused("already_answered")
        if same:
            _same(w, complaint, party)
        else:
            not_them(w, complaint, [party])


def _same(w: Work, complaint: m.Complaint, party: m.Party) -> None:
    """The name that was typed becomes this colleague, and nobody else; about who says so another answers."""
    account_id = party.account_id or 0
    refuse_without_reader(w, complaint.compartment, excluded_from(w, complaint) | {account_id})
    if not party.excluded:
        replace(w, complaint, account_id)
    p = m.Party
    alike = w.session.scalars(select(p).where(p.complaint_id == complaint.id, p.name == party.name, p.id != party.id)).all()
    typed = [each for each in alike if each.account_id is None and each.relation in EXCLUDED_RELATIONS]
    entries = []  # what was typed stays in them
    for how in sorted({Relation(each.relation) for each in typed}) or [Relation.RESPONDENT]:
        entry = record(w, complaint, EventKind.PARTY_ADDED, text=party.name or "", relation=how, account=account_id)
        entries.append((how, entry))
    for each in typed:
        w.session.delete(each)
    not_them(w, complaint, [each for each in alike if each.relation == RESEMBLES and each.account_id not in (account_id, w.me)])
    for how, entry in entries:
        store_parties(w, complaint, how, (Named(account_id=account_id),), entry)


# Every night, and for an account that changes


def look_for(account_id: int) -> None:
    """The same at once, for one account that was made, opened or renamed; the night does what collides."""
    with suppress(Refused):
        look_again(_NAMES, account_id)
        evaluation_keeping.look_for_names(_NAMES)


def look_again(actor: Actor, only: int | None = None) -> int:
    """Names that were typed before a colleague of that name had an account; how many questions there are now. What is asked
    or answered already is not asked again. `only`: this account, of all."""
    with work(actor, Right.OPERATE) as w:
        p = m.Party
        query = (
            select(p.complaint_id, p.name)
            .join(m.Complaint, m.Complaint.id == p.complaint_id)
            .where(
                p.account_id.is_(None),
                p.name.is_not(None),
                p.relation.in_(EXCLUDED_RELATIONS),
                m.Complaint.status != Status.ANONYMISED,
            )
        )
        rows = w.session.execute(query).all()
        known = _known(w, only)
        alike = {name for name in {row.name for row in rows} if lookalikes(known, (name,))}
        dossiers = sorted({row.complaint_id for row in rows if row.name in alike})
    return sum(_look_in(actor, each, only) for each in dossiers)


def _known(w: Work, only: int | None) -> tuple[tuple[int, str], ...]:
    return tuple(each for each in active_names(w) if only in (None, each[0]))


def _look_in(actor: Actor, complaint_id: int, only: int | None) -> int:
    with work(actor, Right.OPERATE) as w:
        complaint = w.session.get(m.Complaint, complaint_id)
        if complaint is None or complaint.status == Status.ANONYMISED:
            return 0
        complaint, p = locked(w, complaint), m.Party
        rows = everything_in(w, complaint, p.account_id, p.name, p.relation, p.event_id)
        typed = [row for row in rows if row.account_id is None and row.relation in EXCLUDED_RELATIONS and row.event_id]
        known = _known(w, only)
        return sum(ask(w, complaint, (row.name,), w.session.get_one(m.Event, row.event_id), known) for row in typed)
