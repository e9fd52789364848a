"""Taking somebody out of a dossier again. Who is excluded from it sees it again only when two persons say so: one proposes
it and another confirms (security 2.6).

What stands proposed follows from the events: the last word about somebody counts.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm.attributes import flag_modified

from db import models as m
from domain.entries import number
from domain.errors import Refused
from domain.rights import Right
from domain.texts import required
from domain.vocabulary import EXCLUDED_RELATIONS, RESEMBLES, EventKind
from domain.workflow import StepName
from services.colleagues import somebody_else
from services.door import Actor, Work, reaches, work
from services.parties import acting_director, not_them
from services.records import everything_in, load, load_to_append, record
from services.standing import go

LONGEST_REASON = 2_000  # characters

Whom = tuple[str, int]  # as what somebody stands in the dossier, and their account


def remove_party(actor: Actor, reference: str, seen: int, party_id: int, reason: str) -> None:
    """Somebody was named by mistake, whom it excludes from nothing: one person's word is enough.

    Raises Refused: ``not_found``, ``missing``, ``two_persons``.
    """
    with work(actor, Right.LIFT) as w:
        complaint, party = _party(w, reference, seen, party_id)
        if party.excluded:
            raise Refused("two_persons", "party_id")
        why = required(reason, "reason", LONGEST_REASON)
        words = f"{party.name}\n\n{why}" if party.name else why  # a name without an account is text, never a code
        record(w, complaint, EventKind.PARTY_REMOVED, text=words, relation=party.relation, account=party.account_id)
        w.session.delete(party)
        w.session.flush()  # another may stand here by the same name
        _ask_no_more(w, complaint, party)
        _touch(complaint)


def _ask_no_more(w: Work, complaint: m.Complaint, gone: m.Party) -> None:
    """Nobody stands here by this name any more: who it could be is no question. About who took it out another answers."""
    p = m.Party
    by_name = w.session.scalars(select(p).where(p.complaint_id == complaint.id, p.name == gone.name)).all()
    if gone.name and all(each.relation not in EXCLUDED_RELATIONS for each in by_name):
        asked = [each for each in by_name if each.relation == RESEMBLES and each.account_id != w.me]
        not_them(w, complaint, asked, name_gone=True)


def propose_lift(actor: Actor, reference: str, seen: int, party_id: int, reason: str) -> None:
    """The first of two persons: this exclusion should end. Until another confirms it, nothing changes.

    Raises Refused: ``not_found``, ``missing``, ``one_person_is_enough``, ``already_proposed``, ``nobody_to_confirm``.
    """
    with work(actor, Right.LIFT) as w:
        complaint, party = _party(w, reference, seen, party_id)
        if not party.excluded or party.account_id is None:
            raise Refused("one_person_is_enough", "party_id")
        why = required(reason, "reason", LONGEST_REASON)
        if (party.relation, party.account_id) in proposed_in(w, complaint):
            raise Refused("already_proposed", "party_id")
        if not somebody_else(w, Right.LIFT, complaint, w.me):
            raise Refused("nobody_to_confirm")
        record(w, complaint, EventKind.LIFT_PROPOSED, text=why, relation=party.relation, account=party.account_id)
        party.waits = True


def withdraw_lift(actor: Actor, reference: str, proposal: int) -> None:
    """By who proposed it, or by another who could have confirmed it. `proposal`: the number of its event. Raises Refused:
    ``not_found``, ``lift_not_proposed``."""
    with work(actor, Right.LIFT) as w:
        complaint = load_to_append(w, reference)
        relation, account = _whom(w, complaint, proposal)
        record(w, complaint, EventKind.LIFT_WITHDRAWN, relation=relation, account=account)
        for party in w.session.scalars(select(m.Party).where(m.Party.complaint_id == complaint.id)):
            party.waits = party.waits and (party.relation, party.account_id) != (relation, account)


def confirm_lift(actor: Actor, reference: str, proposal: int) -> None:
    """The second of two persons: the exclusion ends. `proposal`: the number of its event, so that nobody confirms another
    one than stood on the screen.

    Raises Refused: ``not_found``, ``lift_not_proposed``, ``lift_own_proposal``, ``nobody_to_confirm``.
    """
    with work(actor, Right.LIFT) as w:
        complaint = load_to_append(w, reference)
        relation, account = _whom(w, complaint, proposal)
        if proposed_in(w, complaint)[relation, account].actor_id == w.me:
            raise Refused("lift_own_proposal" if somebody_else(w, Right.LIFT, complaint, w.me) else "nobody_to_confirm")
        go(w, complaint, StepName.REMOVE_PARTY)
        rows = everything_in(w, complaint, m.Party.id, m.Party.relation, m.Party.account_id, m.Party.excluded)
        of_it = [each.id for each in rows if (each.relation, each.account_id, each.excluded) == (relation, account, True)]
        party = w.session.get(m.Party, of_it[0]) if of_it else None
        if party is None:
            raise Refused("lift_not_proposed")
        left = frozenset(each.account_id for each in rows if each.excluded and each.id != party.id)
        director = acting_director(w, left)  # follows from who is left
        record(w, complaint, EventKind.LIFTED, relation=relation, account=account)
        w.session.delete(party)
        complaint.acting_director_id = director
        _touch(complaint)


def standing(w: Work, events: Iterable[Any]) -> dict[Whom, Any]:
    """The proposals that stand. `events`: all of one dossier, the oldest first. One ends when it is withdrawn or confirmed,
    when the person is named again, and as long as whoever made it lacks the right."""
    found: dict[Whom, Any] = {}
    for each in events:
        whom = (each.codes.get("relation", ""), each.codes.get("account"))
        match each.kind:
            case EventKind.LIFT_PROPOSED:
                found[whom] = each
            case EventKind.LIFT_WITHDRAWN | EventKind.LIFTED:
                found.pop(whom, None)
            case EventKind.PARTY_ADDED:
                found = {key: made for key, made in found.items() if key[1] != whom[1]}
    return {whom: made for whom, made in found.items() if _may(w, made.actor_id, made.complaint_id)}


def _may(w: Work, account_id: int, complaint_id: int) -> bool:
    return reaches(w, w.session.get_one(m.Account, account_id), Right.LIFT, complaint_id)


def proposed_in(w: Work, complaint: m.Complaint) -> dict[Whom, Any]:
    e = m.Event
    events = everything_in(w, complaint, e.id, e.complaint_id, e.kind, e.codes, e.actor_id)
    return standing(w, sorted(events, key=lambda each: each.id))


def _whom(w: Work, complaint: m.Complaint, proposal: int) -> Whom:
    wanted = number(proposal)
    whom = next((whom for whom, made in proposed_in(w, complaint).items() if made.id == wanted), None)
    if whom is None:
        raise Refused("lift_not_proposed")
    return whom


def _party(w: Work, reference: str, seen: int, party_id: int) -> tuple[m.Complaint, m.Party]:
    complaint = load(w, reference, seen)
    go(w, complaint, StepName.REMOVE_PARTY)
    party = w.session.get(m.Party, number(party_id))
    if party is None or party.complaint_id != complaint.id or party.relation == RESEMBLES:
        raise Refused("not_found")
    return complaint, party


def _touch(complaint: m.Complaint) -> None:
    """Who has the dossier open must see that it changed."""
    flag_modified(complaint, "acting_director_id")
