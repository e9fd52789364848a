"""Who stands in a dossier besides the complainant, who therefore sees nothing of it, and who directs it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm.attributes import flag_modified

from db import models as m
from db.settings import Settings, read_settings
from domain.entries import choice, number
from domain.errors import Refused
from domain.rights import Right, Role
from domain.texts import LONGEST_LINE, line, required
from domain.vocabulary import EXCLUDED_RELATIONS, RESEMBLES, Compartment, EventKind, Relation
from domain.workflow import StepName
from services import reviewers
from services.door import Actor, Work, direct_again, work
from services.lookalikes import active_names, lookalikes, settled
from services.records import everything_in, load_to_append, record, removed
from services.standing import go

READERS: dict[str, Role] = {Compartment.UNWANTED_BEHAVIOUR: Role.CONFIDANT, Compartment.WHISTLEBLOWER: Role.WB_OFFICER}

LEADING = (Role.COORDINATOR, Role.DIRECTOR)
_DIRECTING = (Role.DIRECTOR, Role.PARTNER, Role.COORDINATOR)


@dataclass(frozen=True)
class Named:
    """Somebody with an account, or somebody who is not in the list, by name."""

    account_id: int | None = None
    name: str | None = None


def add_party(actor: Actor, reference: str, relation: str, named: Named) -> None:
    """Somebody is concerned in this dossier. A respondent, or a person with a conflict of interest, who has an account
    loses it at once, with every task in it (security 2.6); so may who adds themself.

    Raises Refused: ``named_twice``, ``unknown_person``, ``missing``, ``unknown_value``, ``no_recipient``, ``nobody_leads``
    (nobody would be left who keeps this closed dossier, who can lead this one).
    """
    with work(actor, Right.NAME_PARTY) as w:
        complaint = load_to_append(w, reference)
        go(w, complaint, StepName.ADD_PARTY)
        how = choice(Relation, relation, "relation")
        people = checked(w, (named,))
        for person in people:
            _refuse_twice(w, complaint, how, person)
        if how in EXCLUDED_RELATIONS:
            refuse_without_reader(w, complaint.compartment, excluded_from(w, complaint) | shut_out_by(w, people))
        entries = [record(w, complaint, EventKind.PARTY_ADDED, relation=how, account=each.account_id) for each in people]
        for person in people:
            if how in EXCLUDED_RELATIONS and person.account_id is not None:
                replace(w, complaint, person.account_id)  # first: who adds themself sees no rows after it
        for person, entry in zip(people, entries, strict=True):
            store_parties(w, complaint, how, (person,), entry)


def checked(w: Work, people: tuple[Named, ...], field: str = "respondents") -> tuple[Named, ...]:
    """These people, tidied; a colleague whose name was typed is that colleague, or they would see what is about them.
    Raises Refused: ``missing``, ``unknown_person``, ``named_twice``."""
    tidy = _recognised(w, [_tidy(each, field) for each in people])
    keys = [each.account_id or (each.name or "").casefold() for each in tidy]
    if len(set(keys)) < len(keys):
        raise Refused("named_twice", field)
    accounts = {each.account_id for each in tidy if each.account_id is not None}
    known = set(w.session.scalars(select(m.Account.id).where(m.Account.id.in_(map(number, accounts))))) if accounts else set()
    if accounts - known:
        raise Refused("unknown_person", field)
    return tidy


def _tidy(named: Named, field: str) -> Named:
    if named.account_id is not None:
        return Named(account_id=named.account_id)
    return Named(name=line(required(named.name, field, LONGEST_LINE), field))


def _recognised(w: Work, people: Sequence[Named]) -> tuple[Named, ...]:
    """Of two colleagues with one name we cannot tell which: it is both."""
    if all(each.name is None for each in people):
        return tuple(people)
    accounts: dict[str, list[Named]] = {}
    for account_id, name in w.session.execute(select(m.Account.id, m.Account.display_name).order_by(m.Account.id)):
        accounts.setdefault(line(name).casefold(), []).append(Named(account_id=account_id))
    return tuple(one for each in people for one in accounts.get((each.name or "").casefold(), [each]))


def accounts_of(people: Iterable[Named]) -> frozenset[int]:
    return frozenset(each.account_id for each in people if each.account_id is not None)


def shut_out_by(w: Work, people: Iterable[Named]) -> frozenset[int]:
    """The accounts that see nothing once these people are named, of those whose names were typed too."""
    people = tuple(people)
    typed = [each.name for each in people if each.name]
    alike = lookalikes(active_names(w) if typed else (), typed)
    return accounts_of(people) | {each.account_id for each in alike if each.sure and each.account_id != w.person.id}


def store_parties(w: Work, complaint: m.Complaint, relation: Relation, people: Iterable[Named], named: m.Event) -> None:
    """`named`: the event that says so. Where a typed name looks like a colleague's, it is asked whether it is them."""
    excluding, people = relation in EXCLUDED_RELATIONS, tuple(people)
    if excluding:  # who is named is not asked about any more
        removed(w, complaint, m.Party, m.Party.relation == RESEMBLES, m.Party.account_id.in_(accounts_of(people)))
    w.session.add_all(
        m.Party(
            complaint_id=complaint.id,
            relation=relation,
            account_id=each.account_id,
            name=each.name,
            excluded=excluding and each.account_id is not None,
            added_at=w.now,
            event_id=named.id,
        )
        for each in people
    )
    if excluding and any(each.name for each in people):
        w.session.flush()  # who was named is not asked about
        ask(w, complaint, (each.name for each in people), named, active_names(w))


def ask(
    w: Work, complaint: m.Complaint, typed: Iterable[str | None], named: m.Event, names: tuple[tuple[int, str], ...]
) -> int:
    """Puts it to who may say whether the colleagues of `names` are meant; how many there are. Whose name it surely could be
    sees nothing meanwhile, except for who typed it: they know what they wrote. `named`: the event that named them."""
    known, named_here = settled(w, complaint), _named_here(w, complaint)
    found = [
        each
        for each in lookalikes(names, typed)
        if each.account_id not in named_here and (each.account_id, each.typed) not in known
    ]
    for each in found:
        shut = each.sure and each.account_id != named.actor_id and _kept_without(w, complaint, each.account_id)
        party = m.Party(complaint_id=complaint.id, relation=RESEMBLES, account_id=each.account_id, name=each.typed)
        party.excluded, party.waits, party.added_at, party.event_id = shut, True, w.now, named.id
        if shut:
            record(w, complaint, EventKind.RESEMBLES, text=each.typed, resembled=each.account_id)
            replace(w, complaint, each.account_id)
        w.session.add(party)
    w.session.flush()  # a second look finds them
    return len(found)


def _named_here(w: Work, complaint: m.Complaint) -> frozenset[int]:
    """The accounts that see nothing of this dossier whatever is answered."""
    parties = everything_in(w, complaint, m.Party.account_id, m.Party.relation, m.Party.excluded)
    return frozenset(each.account_id for each in parties if each.excluded and each.relation != RESEMBLES)


def not_them(w: Work, complaint: m.Complaint, questions: Iterable[m.Party], *, name_gone: bool = False) -> None:
    """These colleagues are not who was named, or nobody asks it any more: they see again what their role lets them see."""
    questions = tuple(questions)
    regular = complaint.compartment == Compartment.REGULAR
    for each in questions:
        record(w, complaint, EventKind.RESEMBLES_NOT, text=each.name or "", resembled=each.account_id, name_gone=name_gone)
        w.session.delete(each)
    w.session.flush()  # who acts follows from who is left
    if questions and regular:
        complaint.acting_director_id = acting_director(w, excluded_from(w, complaint))


def _kept_without(w: Work, complaint: m.Complaint, account_id: int) -> bool:
    return bool(keepers(w, complaint.compartment) - excluded_from(w, complaint) - {account_id})


def refuse_without_reader(w: Work, compartment: str, concerned: frozenset[int]) -> None:
    """A matter about everybody who may read it, or lead it, would disappear: the words on screen name the outside way, and
    whom the organisation named there. Raises Refused: ``no_recipient``, ``nobody_leads``."""
    if not keepers(w, compartment) - concerned:
        if compartment not in READERS:
            raise Refused("nobody_leads")
        named = read_settings(w.session).stand_in_confidant
        if compartment == Compartment.UNWANTED_BEHAVIOUR and named.reachable:
            raise Refused("no_recipient", outside=named.words)
        raise Refused("no_recipient", outside=[f"refused.outside_{compartment}"])


def keepers(w: Work, compartment: str) -> frozenset[int]:
    """The accounts that keep a closed compartment now, or that lead what is not closed, whatever they are excluded from."""
    closed = READERS.get(compartment)
    query = (
        select(m.Account.id)
        .join(m.AccountRole, m.AccountRole.account_id == m.Account.id)
        .where(m.Account.active.is_(True), m.AccountRole.role.in_((closed,) if closed else LEADING))
    )
    return frozenset(w.session.scalars(query)) | frozenset(() if closed else directing(w, read_settings(w.session)))


def named_by(w: Work, complaint: m.Complaint, by: int) -> frozenset[int]:
    """The accounts that are excluded from this dossier because this account said so."""
    said = {event_id for event_id, actor_id in everything_in(w, complaint, m.Event.id, m.Event.actor_id) if actor_id == by}
    parties = everything_in(w, complaint, m.Party.account_id, m.Party.event_id, m.Party.excluded)
    return frozenset(account_id for account_id, event_id, excluded in parties if excluded and event_id in said)


def excluded_from(w: Work, complaint: m.Complaint) -> frozenset[int]:
    """The accounts that see nothing of this dossier."""
    parties = everything_in(w, complaint, m.Party.account_id, m.Party.excluded)
    return frozenset(account_id for account_id, excluded in parties if excluded and account_id is not None)


def acting_director(w: Work, excluded: frozenset[int]) -> int | None:
    """R067: the director of the settings, or the first stand-in who is not excluded and still here. Until this transaction
    ends nobody changes who directs: ask before anything of a dossier is written, or the two wait for each other."""
    _people_stay(w, shared=True)
    return next((each for each in directing(w, read_settings(w.session)) if each not in excluded), None)


def redirect(w: Work) -> None:
    """After a change of people or settings: each dossier's director is again the first who is here and not excluded."""
    w.session.flush()  # what changed decides who is here
    _people_stay(w, shared=False)  # what is being registered at this moment is directed too
    direct_again(w, directing(w, read_settings(w.session)))


def _people_stay(w: Work, *, shared: bool) -> None:
    """One row that stands for who directs (SQLite has one writer at a time anyway)."""
    w.session.execute(select(m.Setting.key).where(m.Setting.key == "profile").with_for_update(read=shared))


def directing(w: Work, settings: Settings) -> list[int]:
    """The director and the stand-ins who are here and can act, in order."""
    ordered = [each for each in (settings.director_id, *settings.stand_in_ids) if each is not None]
    query = (
        select(m.Account.id)
        .join(m.AccountRole)
        .where(m.Account.id.in_(ordered), m.Account.active.is_(True), m.AccountRole.role.in_(_DIRECTING))
    )
    here = set(w.session.scalars(query))
    return [each for each in ordered if each in here]


def _refuse_twice(w: Work, complaint: m.Complaint, relation: Relation, person: Named) -> None:
    same = m.Party.account_id == person.account_id if person.account_id is not None else m.Party.name == person.name
    query = select(m.Party.id).where(m.Party.complaint_id == complaint.id, m.Party.relation == relation, same)
    if w.session.scalar(query) is not None:
        raise Refused("named_twice", "named")


def replace(w: Work, complaint: m.Complaint, gone: int) -> None:
    """Whatever this person was to do in the dossier is no longer theirs."""
    regular = complaint.compartment == Compartment.REGULAR
    director = acting_director(w, excluded_from(w, complaint) | {gone}) if regular else None
    open_appeal = select(m.Appeal).where(m.Appeal.complaint_id == complaint.id, m.Appeal.ruled_on.is_(None))
    for appeal in w.session.scalars(open_appeal.where(m.Appeal.reviewer_id == gone)):
        appeal.reviewer_id = _other_reviewer(w, complaint, gone)
    complaint.acting_director_id = director
    flag_modified(complaint, "acting_director_id")  # a colleague who gives this person a task right now must see it
    if complaint.handler_id == gone:
        complaint.handler_id = None
    if complaint.ack_owner_id == gone:
        complaint.ack_owner_id = None


def _other_reviewer(w: Work, complaint: m.Complaint, gone: int) -> int | None:
    try:
        return reviewers.choose(w, complaint, but_not=frozenset({gone}))
    except Refused:
        return None  # nobody is better than somebody with an interest; the appeal shows that it has no reviewer
