"""What is held about one person (art. 15 AVG), among what the reader may take along: where they occur, and what stands there,
piece by piece. Somebody looks at every piece; nothing is decided here (services/access_file.py makes the file)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, or_, select

from db import models as m
from db.settings import read_settings
from domain.access import Choice, Sought, Subject, is_date
from domain.entries import choice
from domain.errors import Refused
from domain.resemblance import confusable, told_apart
from domain.rights import Right
from domain.texts import line
from domain.traces import Trace, What, find_traces
from domain.vocabulary import RESEMBLES, EventKind, Status
from services.door import Actor, Work, work
from services.dossier import Dossier, seen_by
from services.readings import opened
from services.records import load, was_opened
from services.sealed_report import Made, report
from text import translate

MOST = 100  # dossiers on the screen, the newest
AT_ONCE = 25  # dossiers in one file
_TEXTS = 2_000  # texts in which the letters of the name stand, and which are read


@dataclass(frozen=True)
class Hit:
    """A dossier in which this person may occur. `why`: messages ``access.why_<each>``."""

    reference: str
    title: str
    received_on: date
    why: tuple[str, ...]


@dataclass(frozen=True)
class Found:
    hits: tuple[Hit, ...]
    more: bool  # than MOST


@dataclass(frozen=True)
class Fragment:
    """One piece of a dossier, as its reader sees it. `key` is another one as soon as anything in it changes. `token`: of an
    attachment; its title is the name of the file."""

    key: str
    reference: str
    heading: str
    title: str
    texts: tuple[str, ...]
    proposed: Choice
    token: str = ""


@dataclass(frozen=True)
class Proposal:
    """`traces`: what in them leads to somebody else, in the order of the texts."""

    fragments: tuple[Fragment, ...]
    traces: tuple[Trace, ...]


def people(actor: Actor) -> tuple[tuple[int, str], ...]:
    """Everybody with an account, also who left, by name: the number, and what tells them apart."""
    with work(actor, Right.EXPORT_DOSSIER) as w:
        rows = w.session.execute(select(m.Account.id, m.Account.display_name, m.Account.name))
        names = told_apart((row.id, row.display_name, row.name) for row in rows)
        return tuple(sorted(names.items(), key=lambda each: (each[1].casefold(), each[0])))


def find(actor: Actor, sought: Sought) -> Found:
    """Where this person occurs, among what this reader may take along: by name or a name like it, by how to reach them, by
    account, and named in texts. Raises Refused ``missing`` (name), ``unknown_person``."""
    with work(actor, Right.EXPORT_DOSSIER) as w:
        sought = tidy(w, sought)
    with work(actor, Right.READ) as w:  # it takes no write lock, however long it looks
        why: dict[int, dict[str, None]] = {}
        for complaint_id, reason in _occurrences(w, sought):
            why.setdefault(complaint_id, {})[reason] = None
        c = m.Complaint
        query = _within(w, select(c.id, c.reference, c.title, c.received_on)).order_by(c.received_on.desc(), c.id)
        hits = []
        for row in w.session.execute(query):
            if row.id in why:
                hits.append(Hit(row.reference, row.title, row.received_on, tuple(why[row.id])))
    return Found(tuple(hits[:MOST]), len(hits) > MOST)


def still(actor: Actor, found: tuple[tuple[str, tuple[str, ...]], ...]) -> tuple[Hit, ...]:
    """What was found a moment ago (the reference, and why), without looking through everything again: as far as this reader
    may take it along now."""
    with work(actor, Right.EXPORT_DOSSIER):
        pass
    with work(actor, Right.READ) as w:
        c, why = m.Complaint, dict(found)
        query = _within(w, select(c.reference, c.title, c.received_on)).where(c.reference.in_(list(why)[:MOST]))
        rows = w.session.execute(query.order_by(c.received_on.desc(), c.id))
        return tuple(Hit(row.reference, row.title, row.received_on, why[row.reference]) for row in rows)


def propose(actor: Actor, sought: Sought, subject: str, references: tuple[str, ...]) -> Proposal:
    """Every piece of these dossiers, and whether it seems to be about this person. Who opened them is kept. Raises Refused:
    ``missing``, ``unknown_value``, ``unknown_person``, ``access_too_many``, ``not_found``."""
    with work(actor, Right.EXPORT_DOSSIER):
        pass  # the right; what follows only reads, and keeps no writer waiting
    with work(actor, Right.READ) as w:
        proposal = proposal_in(w, tidy(w, sought), choice(Subject, subject, "subject"), references)
        numbers = [load(w, each).id for each in references]
        unlogged = [each for each in numbers if w.person.id is not None and not was_opened(w, each, "dossier")]
    for each in unlogged:
        opened(actor, each, "dossier")
    return proposal


def tidy(w: Work, sought: Sought) -> Sought:
    """As it is looked for. Raises Refused: ``missing``, ``unknown_person``."""
    name, email, phone = line(sought.name, "name"), line(sought.email, "email"), line(sought.phone, "phone")
    if sought.account_id is not None:
        account = w.session.get(m.Account, sought.account_id)
        if account is None:
            raise Refused("unknown_person", "account")
        name, email, phone = name or account.display_name, email or account.email or "", phone or account.phone or ""
    if not name:
        raise Refused("missing", "name")
    return Sought(name, email, phone, sought.account_id)


def proposal_in(w: Work, sought: Sought, subject: Subject, references: tuple[str, ...]) -> Proposal:
    """For whoever makes the file too: what is decided about is what goes into it."""
    if len(references) > AT_ONCE:
        raise Refused("access_too_many", most=AT_ONCE)
    files = [_file(w, each) for each in sorted(set(references))]
    fragments = tuple(each for file in files for each in _fragments(w, file, sought, subject))
    names, known = _names(w, files), (*_known(w), *(file.reference for file in files))
    found: dict[Trace, None] = {}
    for each in fragments:
        for text in (each.title, *each.texts):
            found |= dict.fromkeys(find_traces(text, names, (), known))
    own = _own_contacts(files, sought)
    others = (each for each in found if not (sought.owns(each) or is_date(each)))
    return Proposal(fragments, tuple(each for each in others if each.what is What.NAME or each.words.casefold() not in own))


def _own_contacts(files: Iterable[Dossier], sought: Sought) -> str:
    """How they are reached in these dossiers, which somebody said are theirs; not of a complainant with another name."""
    people = (file.complainant for file in files if file.complainant is not None)
    own = (each.contact for each in people if each.contact and each.name and confusable(sought.name, each.name))
    return "\n".join(own).casefold()


def _file(w: Work, reference: str) -> Dossier:
    complaint = load(w, reference)
    if complaint.status == Status.ANONYMISED or not w.allows(Right.EXPORT_DOSSIER, complaint.id):
        raise Refused("not_found")
    return seen_by(w, complaint)


# Where somebody occurs


def _within(w: Work, query: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    c = m.Complaint
    return query.where(w.reader.reached(Right.EXPORT_DOSSIER, c), c.status != Status.ANONYMISED)


def _occurrences(w: Work, sought: Sought) -> Iterator[tuple[int, str]]:
    """The number of a dossier and why; one may come more than once."""
    yield from _as_complainant(w, sought)
    yield from _as_party(w, sought)
    if sought.account_id is not None:
        yield from _as_colleague(w, sought.account_id)
    yield from _in_texts(w, sought)


def _as_complainant(w: Work, sought: Sought) -> Iterator[tuple[int, str]]:
    c, who = m.Complaint, m.Complainant
    query = select(c.id, who.name, who.contact, who.representative_of).join(who, who.complaint_id == c.id)
    for complaint_id, name, contact, spoken_for in w.session.execute(_within(w, query)):
        if name and confusable(sought.name, name):
            yield complaint_id, "complainant"
        if sought.in_contact(contact):
            yield complaint_id, "contact"
        if spoken_for and (confusable(sought.name, spoken_for) or sought.in_text(spoken_for)):
            yield complaint_id, "represented"


def _as_party(w: Work, sought: Sought) -> Iterator[tuple[int, str]]:
    """Not as somebody whose name looks like one that was typed: that is a question still (services/shield.py)."""
    c, p = m.Complaint, m.Party
    query = select(c.id, p.account_id, p.name).join(p, p.complaint_id == c.id).where(p.relation != RESEMBLES)
    for complaint_id, account_id, name in w.session.execute(_within(w, query)):
        if (account_id is not None and account_id == sought.account_id) or (name and confusable(sought.name, name)):
            yield complaint_id, "party"


def _as_colleague(w: Work, account_id: int) -> Iterator[tuple[int, str]]:
    c = m.Complaint
    tasks = (c.reporter_id, c.handler_id, c.ack_owner_id, c.acting_director_id)
    query = select(c.id).where(or_(*(each == account_id for each in tasks)))
    yield from ((each, "task") for each in w.session.scalars(_within(w, query)))
    did: tuple[tuple[Any, Any], ...] = (
        (m.Event, m.Event.actor_id),
        (m.Message, m.Message.recorded_by),
        (m.Decision, m.Decision.decided_by),
        (m.Measure, m.Measure.owner_id),
        (m.Attachment, m.Attachment.added_by),
    )
    for model, by in did:
        query = select(c.id).join(model, model.complaint_id == c.id).where(by == account_id).distinct()
        yield from ((each, "did") for each in w.session.scalars(_within(w, query)))


def _in_texts(w: Work, sought: Sought) -> Iterator[tuple[int, str]]:
    """A database finds the letters; whether they are this name is asked of each text."""
    letters = [each for each in (sought.stem, sought.email) if each]
    for model, column in _TEXT_COLUMNS if letters else ():
        query = _texts_of(model, column).where(or_(*(column.icontains(each, autoescape=True) for each in letters)))
        for complaint_id, text in w.session.execute(_within(w, query).limit(_TEXTS)):
            if sought.in_text(text):
                yield complaint_id, "text"


def _texts_of(model: Any, column: Any) -> Select[Any]:
    query = select(m.Complaint.id, column)
    if model is not m.Complaint:
        query = query.join(model, model.complaint_id == m.Complaint.id)
    if model is m.EventText:  # not the question whether a name is theirs
        query = query.join(m.Event, m.Event.id == model.event_id).where(m.Event.kind.not_in(_ASKED))
    if model is m.Appeal:  # until it was told
        query = query.where(model.ruled_on.is_not(None))
    return query


_ASKED = (EventKind.RESEMBLES, EventKind.RESEMBLES_NOT)
_TEXT_COLUMNS: tuple[tuple[Any, Any], ...] = (
    (m.Complaint, m.Complaint.title),
    (m.Complaint, m.Complaint.description),
    (m.Complaint, m.Complaint.remedy_requested),
    (m.Complaint, m.Complaint.immediate_actions),
    (m.EventText, m.EventText.text),
    (m.MessageText, m.MessageText.subject),
    (m.MessageText, m.MessageText.body),
    (m.Decision, m.Decision.reasons),
    (m.Measure, m.Measure.text),
    (m.MeasureDone, m.MeasureDone.evidence),
    (m.MeasureEffect, m.MeasureEffect.explanation),
    (m.Appeal, m.Appeal.reasons),
    (m.Appeal, m.Appeal.consequence),
    (m.ComplaintPart, m.ComplaintPart.text),
    (m.Referral, m.Referral.note),
    (m.Satisfaction, m.Satisfaction.remark),
    (m.Attachment, m.Attachment.name),
)


# What stands there


def _fragments(w: Work, file: Dossier, sought: Sought, subject: Subject) -> Iterator[Fragment]:
    """As it is printed in the sealed file: the facts of each part together, and each of its entries."""
    seen: dict[str, int] = {}
    printed = report(file, Made("", "", w.now, 0, ""), (), ())
    for section in printed.sections:
        facts = tuple(f"{label}: {value}" for label, value in section.facts)
        pieces = [("", facts)] if facts else []
        for title, texts in (*pieces, *((each.title, (*each.lines, *each.texts)) for each in section.entries)):
            yield _fragment(seen, file.reference, section.heading, title, texts, _proposed(sought, subject, (title, *texts)))
    heading = translate("nl", "access.attachments")
    for each in file.content.attachments if file.content else ():
        yield _fragment(seen, file.reference, heading, each.name, (), Choice.OTHERS, each.token)


def _fragment(
    seen: dict[str, int], reference: str, heading: str, title: str, texts: tuple[str, ...], proposed: Choice, token: str = ""
) -> Fragment:
    """`seen`: how often the same piece was there already."""
    whole = json.dumps([reference, heading, title, *texts, token])
    seen[whole] = seen.get(whole, 0) + 1
    key = hashlib.sha256(f"{whole} {seen[whole]}".encode()).hexdigest()[:24]
    return Fragment(key, reference, heading, title, texts, proposed, token)


def _proposed(sought: Sought, subject: Subject, texts: Iterable[str]) -> Choice:
    """Who complained is what a dossier is about; anybody else where they are named."""
    named = subject is Subject.COMPLAINANT or any(sought.in_text(each) for each in texts)
    return Choice.GIVEN if named else Choice.ELSEWHERE


def _names(w: Work, files: list[Dossier]) -> set[str]:
    """Everybody with an account, and who stands in these dossiers."""
    found: set[str | None] = set(w.session.scalars(select(m.Account.display_name)))
    for file in files:
        found |= {file.complainant.name, file.complainant.representative_of} if file.complainant else set()
        found |= {each.name for each in file.content.people} if file.content else set()
    settings = read_settings(w.session)
    found |= {each.name for each in (settings.contact, settings.confidant, settings.stand_in_confidant)}
    return {each for each in found if each}


def _known(w: Work) -> tuple[str, ...]:
    """The organisation's own, which leads to nobody."""
    own = read_settings(w.session)
    said = (own.organisation, *own.address.splitlines(), own.city, own.website, own.contact.phone, own.contact.email)
    return tuple(each for each in said if each)
