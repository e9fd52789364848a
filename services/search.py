"""Searching in everything that somebody may read. What one may not read is not found, does not keep a dossier out of what is
found, and has no part in the order: a search answers exactly what opening everything would (ADR 0023)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Boolean, ColumnElement, Row, Select, case, func, literal, or_, select

from db import models as m
from db import row_security
from db import search as index
from db.engine import UNLIMITED, make_engine, owner_url, take_your_time
from db.search import PLACES, hits, stands_in, stem
from domain.errors import Refused
from domain.rights import Right
from domain.searching import LONGEST_QUESTION, MOST_TERMS, Term, asked, fragment
from domain.texts import line
from services import as_it_stood
from services.door import AMSTERDAM, Actor, Work, work
from services.readings import found_in
from services.search_places import READS, key_of, piece, readable

PAGE_SIZE = 20
MOST = 200  # dossiers: who finds more asks for something else
COMMON = 5_000  # texts in which a word stands
SOURCES = tuple(READS)
_ROOM = 2**53  # an id is below it


@dataclass(frozen=True)
class Found:
    """`parts`: a piece of the text with what was found in it marked, as it was typed."""

    reference: str
    title: str
    status: str
    compartment: str
    received_on: date
    heard: bool  # this person hears or heard its appeal
    source: str  # where it stands: a key of db.search.PLACES
    kind: str | None  # of an event: what happened; of a letter: which
    day: date | None
    parts: tuple[tuple[str, bool], ...]


@dataclass(frozen=True)
class Results:
    rows: tuple[Found, ...]  # received last first
    total: int  # at most MOST
    page: int
    pages: int
    more: bool = False  # there are more than MOST: not counted, and not shown


@dataclass(frozen=True)
class _Text:
    words: tuple[str, ...]
    kind: str | None
    day: date | None


def find(actor: Actor, question: str, page: int = 1) -> Results:
    """Dossiers in which every word was found, PAGE_SIZE at a time, MOST in all. Three statements, and one more for each kind
    of place on this page. Raises Refused (field ``question``): ``text_too_long``, ``text_unreadable``, ``search_no_word``,
    ``search_only_without``, ``search_too_many``."""
    with work(actor, Right.OPEN) as w:
        terms = _terms(question)
        asked_for = _Question(w, terms)
        conditions = asked_for.conditions()
        counted = select(m.Complaint.id).where(*conditions).limit(MOST + 1).subquery()
        total = w.session.scalar(select(func.count()).select_from(counted)) or 0
        pages = max(1, -(-min(total, MOST) // PAGE_SIZE))
        number = page if isinstance(page, int) and 1 <= page <= pages else 1
        rows = _page(w, asked_for, conditions, number) if total else ()
        places = [_place(row.best) for row in rows]
        texts, stood = _texts(w, places), as_it_stood.all_of(w, [row.Complaint for row in rows])
        shown = tuple(
            _found(row.Complaint, stood.get(row.Complaint.id), place, texts[place], terms)
            for row, place in zip(rows, places, strict=True)
        )
        inside = [row.Complaint.id for row, (source, _) in zip(rows, places, strict=True) if source != "summary"]
    if inside:
        found_in(actor, inside)
    return Results(shown, min(total, MOST), number, pages, more=total > MOST)


def rebuild(actor: Actor) -> int:
    """The whole index anew, from the texts as they stand. Answers how many texts there are."""
    with work(actor, Right.OPERATE):
        pass  # the right only: on PostgreSQL an index is its owner's
    owner = make_engine(owner_url())
    try:
        with owner.execution_options(access="write").begin() as connection, row_security.every_row(connection):
            take_your_time(connection, UNLIMITED)
            return index.rebuild(connection)
    finally:
        owner.dispose()


def _terms(question: str) -> tuple[Term, ...]:
    """First the words, then those that may not be there."""
    terms = asked(line(question, "question", longest=LONGEST_QUESTION))
    if not terms:
        raise Refused("search_no_word", "question")
    if all(each.without for each in terms):
        raise Refused("search_only_without", "question")
    if len(terms) > MOST_TERMS:
        raise Refused("search_too_many", "question", most=MOST_TERMS)
    return tuple(sorted(terms, key=lambda each: each.without))


@dataclass(frozen=True)
class _Question:
    """The conditions on a dossier. Only what may be read counts: a word that stands in a hidden place neither adds a dossier
    nor leaves one out."""

    w: Work
    terms: tuple[Term, ...]

    @property
    def dialect(self) -> str:
        return self.w.session.get_bind().dialect.name

    def conditions(self) -> list[ColumnElement[bool]]:
        there = [self._stands(number, term) for number, term in enumerate(self.terms)]
        rarest = self._rarest()
        return [*there, *([] if rarest is None else [m.Complaint.id.in_(self._dossiers_with(rarest))])]

    def _stands(self, number: int, term: Term) -> ColumnElement[bool]:
        p, may_be_read = piece(self.w, number)
        found = select(p.id).where(p.complaint_id == m.Complaint.id, stands_in(self.dialect, p, term), may_be_read).exists()
        return found == literal(not term.without, Boolean)  # one statement for both: it is long, and stays compiled

    def _rarest(self) -> Term | None:
        """The word to begin with; none: they all are so common that going through the dossiers by date finds a page sooner.
        What is counted here stands in nobody's answer."""
        wanted = [term for term in self.terms if not term.without]
        few = (hits(self.dialect, term).limit(COMMON).subquery() for term in wanted)
        counted = self.w.session.execute(select(*(select(func.count()).select_from(each).scalar_subquery() for each in few)))
        number, rarest = min(zip(counted.one(), range(len(wanted)), strict=True))
        return wanted[rarest] if number < COMMON else None

    def _dossiers_with(self, term: Term) -> Select[int]:
        here = m.SearchText.__table__
        return select(here.c.complaint_id).where(here.c.id.in_(hits(self.dialect, term)))

    def best(self) -> Any:
        """Of a dossier: the first of the places where one of the words stands, as one number."""
        p, may_be_read = piece(self.w, MOST_TERMS)
        rank = case({source: literal(rank * _ROOM, BigInteger) for rank, source in enumerate(SOURCES)}, value=p.source)
        one = or_(*(stands_in(self.dialect, p, term) for term in self.terms if not term.without))
        place = select(func.min(rank + _ROOM - p.source_id))
        return place.where(p.complaint_id == m.Complaint.id, one, may_be_read).scalar_subquery()


def _page(w: Work, asked_for: _Question, conditions: list[ColumnElement[bool]], number: int) -> Sequence[Row[Any]]:
    c = m.Complaint
    # To a reviewer a date may have another value than it had at the appeal: an order would tell.
    order = (c.id.desc(),) if as_it_stood.reviews(w) else (c.received_on.desc(), c.id.desc())
    page = select(c.id).where(*conditions).order_by(*order).limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE)
    return w.session.execute(select(c, asked_for.best().label("best")).where(c.id.in_(page)).order_by(*order)).all()


def _place(best: int) -> tuple[str, int]:
    """The source, and the key in its table."""
    rank, rest = divmod(best, _ROOM)
    return SOURCES[rank], _ROOM - rest


def _texts(w: Work, places: list[tuple[str, int]]) -> dict[tuple[str, int], _Text]:
    """Read under the same rule, again."""
    by_source = defaultdict(list)
    for source, key in places:
        by_source[source].append(key)
    return {(source, key): text for source, keys in by_source.items() for key, text in _of_source(w, source, keys)}


def _of_source(w: Work, source: str, keys: list[int]) -> Iterator[tuple[int, _Text]]:
    place, reads = PLACES[source], READS[source]
    columns = [getattr(reads.model, name) for name in place.columns]
    query = select(key_of(source).label("key_"), *columns, *(each.label(name) for name, each in reads.says.items()))
    for model, joined in reads.joins:
        query = query.outerjoin(model, joined)
    for row in w.session.execute(query.where(key_of(source).in_(keys), *readable(w.reader, source))).mappings():
        day = row.get("day_")
        if isinstance(day, datetime):
            day = day.astimezone(AMSTERDAM).date()
        yield row["key_"], _Text(tuple(place.texts(row)), row.get("kind_"), day)


def _found(
    complaint: m.Complaint,
    stood: tuple[m.Appeal, m.AppealSnapshot] | None,
    place: tuple[str, int],
    text: _Text,
    terms: tuple[Term, ...],
) -> Found:
    shown = as_it_stood.seen_as(complaint, stood)
    pieces = (fragment(terms, each, stem) for each in text.words)
    return Found(
        reference=shown.reference,
        title=shown.title,
        status=shown.status,
        compartment=shown.compartment,
        received_on=shown.received_on,
        heard=stood is not None,
        source=place[0],
        kind=text.kind,
        day=text.day,
        parts=next((each for each in pieces if each), ()),
    )
