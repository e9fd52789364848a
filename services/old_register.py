"""The register that was kept before this one comes along: looked at first, row by row, and taken over in parts that each
are whole. What is here already is known again and left as it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import exists, or_, select
from sqlalchemy.exc import IntegrityError

from db import models as m
from db.profiles import Profile
from domain.entries import day
from domain.errors import Refused
from domain.intake import title_from
from domain.mapping import ColumnMap, fold, read_map
from domain.old_register import CHOICES, ENDED, OUTCOMES, Fate, Known, Line, OldRow, Problem, own_words, read_lines
from domain.rights import Right
from domain.tables import Table
from domain.vocabulary import (
    WRITTEN_CHANNELS,
    Compartment,
    ComplainantType,
    Discussed,
    EventKind,
    Kind,
    Relation,
    Status,
    SubjectType,
)
from services import promises, server_key
from services.complainants import complainant_row
from services.complaints import SERIES
from services.door import PAST_THE_LOCK, Actor, Work, take_over, work
from services.parties import Named, accounts_of, acting_director, checked, refuse_without_reader, shut_out_by, store_parties
from services.placing import a_reference, place
from services.profiles import current, in_force
from services.records import record
from text import LANGUAGES, translate

BATCH = 50  # rows in one transaction: others wait no longer than that
_TOLD = ("reference", "noted_by", "decision", "measures")  # kept as words in the history
_TRIES = 8


@dataclass(frozen=True)
class Row:
    """What becomes of one row, or became of it."""

    line: Line
    fate: Fate
    problems: tuple[Problem, ...] = ()

    @property
    def number(self) -> int:
        return self.line.number


@dataclass(frozen=True)
class Plan:
    """A dry run."""

    rows: tuple[Row, ...]
    columns: ColumnMap

    @property
    def counts(self) -> dict[Fate, int]:
        found = Counter(each.fate for each in self.rows)
        return {each: found[each] for each in Fate}

    @property
    def waiting(self) -> tuple[Line, ...]:
        """What would be taken over."""
        return tuple(each.line for each in self.rows if each.fate is Fate.NEW)


def choices(actor: Actor) -> dict[str, dict[str, str]]:
    """For each choice: what we call its values in the reader's language, by value; to say what a word of the file means."""
    with work(actor, Right.TAKE_OVER) as w:
        return {target: dict(_labels(w, target, w.person.language)) for target in CHOICES}


def look(actor: Actor, table: Table, columns: ColumnMap, open_from: date | None = None) -> Plan:
    """A dry run: every row read and looked up, nothing written. `open_from`: from when the terms of what is still open count,
    or from the receipt where that is later; none: what is open is refused. Raises Refused: ``mapping_incomplete``,
    ``mapping_column_gone``, ``in_the_future``, ``import_other_key``."""
    with work(actor, Right.TAKE_OVER) as w:
        _refuse_other_key(w)
        if not isinstance(table, Table) or not isinstance(columns, ColumnMap):
            raise Refused("mapping_damaged", "mapping")
        columns = read_map(columns.as_data())
        known = _known(w, day(open_from, "open_from", latest=w.today) if open_from is not None else None)
        there = _there(w, None)
    lines = read_lines(table, columns, known)
    return Plan(tuple(_row(line, there) for line in lines), columns)


def take(actor: Actor, lines: Sequence[Line]) -> tuple[Row, ...]:
    """These rows, at most BATCH of a plan, become dossiers: all together or, when the program stops halfway, none. A row that
    cannot any more, because something changed since it was looked at, says why. Raises Refused: ``import_other_key``,
    ``changed_meanwhile`` (somebody takes over the same rows at this moment)."""
    with work(actor, Right.TAKE_OVER) as w:
        _refuse_other_key(w)
        take_over(w)
        part = list(lines)[:BATCH]
        there, directors = _there(w, part), _Directors(w)
        return tuple(_taken(w, line, there, directors) for line in part)


# What is here


@dataclass
class _There:
    """What was taken over before, by its marks."""

    content: dict[str, str]
    alike: dict[str, list[tuple[bool, str]]]  # by day and text: had it a reference of its own, and what it said
    # Of dossiers from which who asks is excluded: their marks, and what they said. Only who holds the very row knows it.
    shut: dict[str, str]

    def add(self, mark: str, alike: str, content: str, own: bool) -> None:
        self.content[mark] = content
        self.alike.setdefault(alike, []).append((own, content))

    def mark(self, line: Line) -> str:
        """By what it is known again; beside a row that who asks may not know of it has another."""
        mark, beside = server_key.mark(line.key), 0
        while mark in self.shut:
            beside += 1
            mark = server_key.mark(f"{line.key} beside {beside}")
        return mark


def _there(w: Work, lines: Sequence[Line] | None) -> _There:
    """Of these lines only; of all of them for None."""
    row, party = m.TakenOver.__table__.c, m.Party.__table__.c
    out = exists().where(party.complaint_id == row.complaint_id, party.account_id == w.person.id, party.excluded.is_(True))
    shut = {
        each.mark: each.content
        for each in w.session.execute(select(row.mark, row.content).where(out), execution_options=PAST_THE_LOCK)
    }
    found = _There({}, {}, shut)
    query = select(row.mark, row.alike, row.content, row.own_reference).where(~out)
    if lines is not None:
        marks = [[found.mark(one) for one in lines], [server_key.mark(one.alike) for one in lines]]
        query = query.where(or_(row.mark.in_(marks[0]), row.alike.in_(marks[1])))
    for each in w.session.execute(query, execution_options=PAST_THE_LOCK):
        found.add(each.mark, each.alike, each.content, each.own_reference)
    return found


def _row(line: Line, there: _There) -> Row:
    if line.problems or line.old is None:
        return Row(line, Fate.REFUSED, line.problems)
    content, alike = server_key.mark(line.old.content()), there.alike.get(server_key.mark(line.alike), [])
    mark = there.mark(line)
    if content in there.shut.values():
        return Row(line, Fate.THERE)
    if mark in there.content:
        return Row(line, Fate.THERE if there.content[mark] == content else Fate.CHANGED)
    if line.old.reference:
        unnamed = [said for own, said in alike if not own]
    else:  # the first of these rows is the first of those
        unnamed = [said for _, said in alike] if len(alike) >= _turn(line) else []
    if unnamed:
        return Row(line, Fate.THERE if content in unnamed else Fate.CHANGED)
    return Row(line, Fate.NEW)


def _turn(line: Line) -> int:
    return int(line.key.rpartition(" ")[2])


def _refuse_other_key(w: Work) -> None:
    """With another key of the server no row would be known again, and everything would come in twice."""
    made = w.session.scalar(select(m.TakenOver.__table__.c.key_mark).limit(1), execution_options=PAST_THE_LOCK)
    if made is not None and made != _key_mark():
        raise Refused("import_other_key")


def _key_mark() -> str:
    return server_key.mark("taken over")[:16]


def _known(w: Work, open_from: date | None) -> Known:
    profile = current(w)
    only = profile.sectors[0].key if len(profile.sectors) == 1 else None
    units = w.session.execute(select(m.OrgUnit.id, m.OrgUnit.sector).where(m.OrgUnit.active.is_(True)))
    flagged = {each.name for each in profile.restricted if each.treatment == "red_flag"}
    return Known(
        today=w.today,
        words={each: own_words([pair for lang in LANGUAGES for pair in _pairs(w, each, lang)]) for each in CHOICES},
        sectors={"": only} | {str(unit): sector or only for unit, sector in units},
        categories={
            each.key: frozenset({one.name for one in profile.categories_for(each.key)} | flagged) for each in profile.sectors
        },
        elsewhere=frozenset(fold(each.name) for each in profile.restricted if each.treatment != "red_flag"),
        suspicious=frozenset(flagged),
        suspicion=profile.red_flag_question,
        open_from=open_from,
    )


def _categories(profile: Profile, sector: str) -> list[str]:
    return [each.name for each in profile.categories_for(sector)]


def _pairs(w: Work, target: str, language: str) -> list[tuple[str, str]]:
    return [(label, value) for value, label in _labels(w, target, language)]


def _labels(w: Work, target: str, language: str) -> list[tuple[str, str]]:
    """Value and label of what a column may say."""

    def t(key: str) -> str:
        return translate(language, key)

    profile = current(w)
    match target:
        case "channel":
            return [(each, t(f"channel.{each}")) for each in profile.channels]
        case "complainant_type":
            kinds = dict.fromkeys((*profile.complainant_types, ComplainantType.ANONYMOUS))
            return [(each, t(f"complainant_type.{each}")) for each in kinds]
        case "outcome":
            return [(each, t(f"close_reason.{each}" if each in ENDED else f"outcome.{each}")) for each in OUTCOMES]
        case "category":
            names = [name for sector in profile.sectors for name in _categories(profile, sector.key)]
            names += [each.name for each in profile.restricted if each.treatment == "red_flag"]
            return [(each, each) for each in dict.fromkeys(names)]
        case _:
            query = (
                select(m.OrgUnit.id, m.OrgUnit.name).where(m.OrgUnit.active.is_(True)).order_by(m.OrgUnit.name, m.OrgUnit.id)
            )
            return [(str(unit), name) for unit, name in w.session.execute(query)]


# One row becomes a dossier


class _Directors:
    """Who directs is asked once for all that excludes nobody; the versions of the procedure stay at hand too."""

    def __init__(self, w: Work) -> None:
        self.w, self.usual = w, acting_director(w, frozenset())
        self.versions = w.session.scalars(select(m.ProfileVersion)).all()

    def without(self, excluded: frozenset[int]) -> int | None:
        return acting_director(self.w, excluded) if excluded else self.usual


def _taken(w: Work, line: Line, there: _There, directors: _Directors) -> Row:
    looked = _row(line, there)
    if looked.fate is not Fate.NEW or line.old is None:
        return looked
    mark, alike, content = there.mark(line), server_key.mark(line.alike), server_key.mark(line.old.content())
    for _ in range(_TRIES):
        try:
            with w.session.begin_nested():
                complaint = _made(w, line.old, directors)
                w.session.add(_kept(w, complaint, line, (mark, alike, content)))
        except IntegrityError:  # a reference that was given out before; or somebody takes over the same file right now
            continue
        except Refused as why:
            return Row(line, Fate.REFUSED, (Problem("", why.code, why.values),))
        there.add(mark, alike, content, bool(line.old.reference))
        return looked
    raise Refused("changed_meanwhile")


def _kept(w: Work, complaint: m.Complaint, line: Line, marks: tuple[str, str, str]) -> m.TakenOver:
    mark, alike, content = marks
    return m.TakenOver(
        complaint_id=complaint.id,
        mark=mark,
        alike=alike,
        content=content,
        own_reference=bool(line.old and line.old.reference),
        key_mark=_key_mark(),
        row=line.number,
        taken_by=w.person.id,
        taken_at=w.now,
    )


def _made(w: Work, row: OldRow, directors: _Directors) -> m.Complaint:
    version, profile = in_force(w, row.received)
    people = checked(w, (Named(name=row.respondent),), "respondent") if row.respondent else ()
    if people:
        refuse_without_reader(w, Compartment.REGULAR, shut_out_by(w, people))
    complaint = _dossier(w, row, version, profile, directors.without(accounts_of(people)))
    kind = ComplainantType(row.complainant_type)
    fields = ("complainant_name", "complainant_contact")
    complainant = complainant_row(kind, row.complainant_name, row.complainant_contact, fields)
    complainant.complaint_id = complaint.id
    w.session.add(complainant)
    entry = record(
        w, complaint, EventKind.TAKEN_OVER, text=_words(w, row), received_on=row.received, counts_from=row.counts_from
    )
    store_parties(w, complaint, Relation.RESPONDENT, people, entry)
    _happened(w, complaint, row)
    return complaint


def _dossier(w: Work, row: OldRow, version: int, profile: Profile, director: int | None) -> m.Complaint:
    placed = place(w, profile, int(row.unit) if row.unit else None, None, None)
    reference = a_reference(SERIES, row.received)
    complaint = m.Complaint(
        reference=reference,
        form_id=f"old-{reference}",
        taken_over=True,
        compartment=Compartment.REGULAR,
        kind=Kind.COMPLAINT,
        profile_version_id=version,
        procedure=placed.procedure,
        overlay=placed.overlay,
        sector=placed.sector,
        unit_id=placed.unit_id,
        registered_on=w.today,
        registered_at=w.now,
        calendar_at=w.now,
        subject_type=SubjectType.OTHER,
        discussed=Discussed.NO,
        ladder_level=profile.ladder[0].level,
        acting_director_id=director,
        **_said(row),
    )
    w.session.add(complaint)
    w.session.flush()  # its number is needed
    return complaint


def _said(row: OldRow) -> dict[str, Any]:
    ended = row.outcome if row.outcome in ENDED else None
    status = Status.CLOSED if row.closed else Status.ACKNOWLEDGED if row.acknowledged or row.anonymous else Status.REGISTERED
    return {
        "status": status,
        "received_on": row.received,
        "channel": row.channel,
        "title": title_from(row.subject or row.about, (row.complainant_name, row.respondent)),
        "description": row.about,
        "category": row.category,
        "formal_written": row.channel in WRITTEN_CHANNELS,
        "anonymous": row.anonymous,
        "red_flag": row.red_flag,
        "immediate_actions": row.done or None,
        "acknowledged_on": row.acknowledged,
        "answered_on": row.answered,
        "closed_on": row.closed,
        "close_reason": ended,
        "outcome": None if ended else row.outcome or None,
    }


def _words(w: Work, row: OldRow) -> str:
    """What has no place of its own here, in the words of the old register."""
    said = [(each, getattr(row, each)) for each in _TOLD]
    return "\n".join(f"{translate(w.person.language, f'old_register.{name}')}: {text}" for name, text in said if text)


def _happened(w: Work, complaint: m.Complaint, row: OldRow) -> None:
    """On its own day in the history and in the ledger; put down now, by who takes it over."""
    for kind, on in (
        (EventKind.ACKNOWLEDGED, row.acknowledged),
        (EventKind.DECIDED, row.decided),
        (EventKind.ANSWERED, row.answered),
        (EventKind.CLOSED, row.closed),
    ):
        if on is not None:
            record(w, complaint, kind, on, outcome=complaint.outcome if kind is EventKind.DECIDED else None)
    w.session.add_all(
        m.LedgerEntry(complaint_id=complaint.id, fact=each.fact, happened_on=each.on) for each in row.facts(w.today)
    )
    w.session.flush()  # the promises follow from them
    promises.recompute(w, complaint)
