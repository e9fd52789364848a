"""What can be searched: the words of every text in a dossier, in a table of their own that the row rule narrows as it does
the others. Whoever writes a text writes its words, in the same transaction: the session sees to it (ADR 0023).

SQLite looks in `search_words`, an FTS5 table over this one; PostgreSQL in its two columns, which there are a `tsvector`. Both
hold what domain/searching.py calls a word, and the stem of each."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from snowballstemmer.dutch_stemmer import DutchStemmer  # type: ignore[import-untyped]
from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    Connection,
    Dialect,
    Index,
    Integer,
    MetaData,
    Result,
    String,
    Text,
    TypeDecorator,
    case,
    cast,
    column,
    delete,
    event,
    func,
    insert,
    inspect,
    literal,
    select,
    table,
)
from sqlalchemy.dialects.postgresql import TSQUERY, TSVECTOR
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.orm import InstanceState, Mapped, ORMExecuteState, Session, mapped_column
from sqlalchemy.types import TypeEngine

from db.base import Base, complaint, dossier_key, telling_nothing
from domain.searching import Term, words

BATCH = 500  # rows
FTS = table("search_words", column("rowid"), column("search_words"), column("words"), column("stems"))
# The words are made before: this tokenizer only takes them apart at spaces.
FTS5 = (
    "CREATE VIRTUAL TABLE search_words USING fts5"
    "(words, stems, content='search_text', content_rowid='id', tokenize='ascii', columnsize=0)"
)
GIN = {
    f"ix_search_text_{name}": f"CREATE INDEX ix_search_text_{name} ON search_text USING gin ({name})"
    for name in ("words", "stems")
}
# Since 3.42 what is taken out leaves the index at once; before that `tidy` does it.
SECURE = "INSERT INTO search_words(search_words, rank) VALUES ('secure-delete', 1)"
IS_SECURE = sqlite3.sqlite_version_info >= (3, 42)
_APART = " ¶ "  # no word, so that nothing goes on from one text into the next


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """The same for all forms of a Dutch word; numbers and references stay as they are."""
    if len(word) < 3 or not word.isalpha():
        return word
    found: str = DutchStemmer().stemWord(word)  # a new one each time: it keeps what it works on
    return found or word


class Words(TypeDecorator[str]):
    """Words with spaces between them; for PostgreSQL with their places too, so that it finds them in a row."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(TSVECTOR() if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        if value is None or dialect.name != "postgresql":
            return value
        return " ".join(f"'{each}':{place}" for place, each in enumerate(value.split(" "), 1))

    def bind_expression(self, bindparam: Any) -> ColumnElement[Any]:
        return cast(bindparam, self)


class SearchText(Base):
    """The words of one place: a source (PLACES), and the row in the table of that source."""

    __tablename__ = "search_text"
    id: Mapped[int] = dossier_key()
    complaint_id: Mapped[int] = complaint()
    source: Mapped[str] = mapped_column(String(20))
    source_id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"))
    words: Mapped[str] = mapped_column(Words)
    stems: Mapped[str] = mapped_column(Words)
    __table_args__ = (Index(None, "source", "source_id"), {"info": {"derived": True}})  # from the texts, in each database


@dataclass(frozen=True)
class Place:
    """Texts that whoever may read one of them may read together. `within`: the keys of a JSON column that hold them."""

    table: str
    key: str
    columns: tuple[str, ...]
    within: tuple[str, ...] = ()

    def texts(self, row: Any) -> Iterator[str]:
        """`row`: by column."""
        for name in self.columns:
            value = row[name]
            yield from ((value or {}).get(each) or "" for each in self.within) if self.within else (value or "",)


PLACES: dict[str, Place] = {
    "summary": Place("complaint", "id", ("reference", "title")),
    "as_it_stood": Place(
        "appeal_snapshot",
        "appeal_id",
        ("columns",),
        ("reference", "title", "description", "remedy_requested", "immediate_actions"),
    ),
    "complaint": Place("complaint", "id", ("description", "remedy_requested", "immediate_actions")),
    "complainant": Place("complainant", "complaint_id", ("name", "contact", "representative_of")),
    "party": Place("party", "id", ("name",)),
    "attachment": Place("attachment", "id", ("name",)),
    "event": Place("event_text", "event_id", ("text",)),
    "message": Place("message_text", "message_id", ("subject", "body")),
    "decision": Place("decision", "id", ("reasons",)),
    "measure": Place("measure", "id", ("text",)),
    "measure_done": Place("measure_done", "measure_id", ("evidence",)),
    "measure_effect": Place("measure_effect", "measure_id", ("explanation",)),
    "part": Place("complaint_part", "id", ("text",)),
    "appeal": Place("appeal", "id", ("grounds", "late_reason")),
    "ruling": Place("appeal", "id", ("reasons", "consequence")),
    "referral": Place("referral", "id", ("body_name", "case_number", "note")),
    "satisfaction": Place("satisfaction", "complaint_id", ("remark",)),
}
# Texts of a dossier that nobody finds, and why.
NOT_SEARCHED: dict[str, str] = {
    "complainant.surname_key": "made from the name",
    "message_text.sheet": "what is printed around a letter: the same names and addresses",
    "message_text.salt": "no text",
    "event.text_salt": "no text",
    "appeal_snapshot.promises": "codes and dates",
    "appeal_snapshot.measures": "dates",
    "retention.held_reason": "stands in the list of what has to go, and not in the dossier",
    "review_item.action": "stands in the yearly review; what was agreed is a measure in the dossier",
    "review_item.why": "stands in the yearly review",
    "review_item.note": "stands in the yearly review",
    "search_text.source": "this table itself",
}
_OF_TABLE: dict[str, list[str]] = {}
for _name, _place in PLACES.items():
    _OF_TABLE.setdefault(_place.table, []).append(_name)


# Writing


def entry(source: str, key: int, complaint_id: int, texts: Iterable[str]) -> dict[str, Any] | None:
    """The row for these texts; none where there is no word in them."""
    found = [[each.text for each in words(text)] for text in texts if text]
    said = [each for each in found if each]
    if not said:
        return None
    return {
        "id": telling_nothing(),
        "complaint_id": complaint_id,
        "source": source,
        "source_id": key,
        "words": _APART.join(" ".join(each) for each in said),
        "stems": _APART.join(" ".join(map(stem, each)) for each in said),
    }


def put(connection: Connection, entries: Iterable[dict[str, Any] | None]) -> int:
    """Answers how many there are."""
    rows = [each for each in entries if each is not None]
    if rows:
        connection.execute(insert(SearchText), rows)
        if connection.dialect.name == "sqlite":
            given = [{"rowid": each["id"], "words": each["words"], "stems": each["stems"]} for each in rows]
            connection.execute(insert(FTS), given)
    return len(rows)


def drop(connection: Connection, *conditions: ColumnElement[bool]) -> None:
    """SQLite's index has to hear what stood there, before it goes."""
    here = SearchText.__table__
    if connection.dialect.name == "sqlite":
        gone = select(literal("delete"), here.c.id, here.c.words, here.c.stems).where(*conditions)
        connection.execute(insert(FTS).from_select(["search_words", "rowid", "words", "stems"], gone))
    connection.execute(delete(SearchText).where(*conditions))


def read_again(connection: Connection, source: str, *conditions: ColumnElement[bool]) -> int:
    """Everything of one source that meets these conditions on its table; what stood there was dropped before. Answers how
    many texts there are."""
    place = PLACES[source]
    here = Base.metadata.tables[place.table]
    key, dossier = here.c[place.key], _dossier(here)
    query = select(key.label("key_"), dossier.label("dossier_"), *(here.c[name] for name in place.columns)).where(*conditions)
    made, last = 0, None
    while True:
        after = query if last is None else query.where(key > last)
        rows = connection.execute(after.order_by(key).limit(BATCH)).mappings().all()
        if not rows:
            return made
        made += put(connection, (entry(source, row["key_"], row["dossier_"], place.texts(row)) for row in rows))
        last = rows[-1]["key_"]


def _dossier(here: Any) -> Any:
    return here.c.id if here.name == "complaint" else here.c.complaint_id


def rebuild(connection: Connection) -> int:
    """All of it anew. Answers how many texts there are."""
    unmake(connection)
    connection.execute(delete(SearchText))
    make(connection)
    return sum(read_again(connection, source) for source in PLACES)


def described(name: str | None, kind: str, _parents: object) -> bool:
    """For Alembic: is this what the models should describe? What looks up the words is another thing in each database."""
    return not (kind == "table" and str(name).startswith("search_words")) and name not in GIN


def make(connection: Connection) -> None:
    """What looks up the words."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(FTS5)
        if IS_SECURE:
            connection.exec_driver_sql(SECURE)
    else:
        for statement in GIN.values():
            connection.exec_driver_sql(statement)


def unmake(connection: Connection) -> None:
    for each in ["TABLE IF EXISTS search_words"] if connection.dialect.name == "sqlite" else [f"INDEX {name}" for name in GIN]:
        connection.exec_driver_sql(f"DROP {each}")


def tidy(connection: Connection) -> None:
    """Words that were taken out leave the index itself too: before 3.42 SQLite only writes down that they are gone."""
    if connection.dialect.name == "sqlite" and not IS_SECURE:
        connection.execute(insert(FTS).values(search_words="optimize"))


# By itself, whatever writes


@event.listens_for(Session, "after_flush")
def _written(session: Session, _context: object) -> None:
    """A text that is new, was changed or goes: its words too."""
    entries, gone = [], []
    for row in (*session.new, *session.dirty, *session.deleted):
        for source in _OF_TABLE.get(row.__tablename__, ()):
            place, is_new, goes = PLACES[source], row in session.new, row in session.deleted
            if not (is_new or goes or _changed(inspect(row), place)):
                continue
            key, dossier = getattr(row, place.key), row.id if place.table == "complaint" else row.complaint_id
            if not is_new:
                gone.append((source, key))
            if not goes:
                entries.append(entry(source, key, dossier, place.texts({each: getattr(row, each) for each in place.columns})))
    for source, key in gone:
        drop(session.connection(), SearchText.source == source, SearchText.source_id == key)
    if entries:
        put(session.connection(), entries)


def _changed(state: InstanceState[Any], place: Place) -> bool:
    return any(state.attrs[name].history.has_changes() for name in place.columns)


@event.listens_for(Session, "do_orm_execute")
def _in_bulk(state: ORMExecuteState) -> Result[Any] | None:
    """The same for a statement that changes or removes many rows: their dossiers are read again."""
    if not (state.is_update or state.is_delete) or state.bind_mapper is None:
        return None
    here: Any = state.bind_mapper.local_table
    condition: Any = state.statement.whereclause  # type: ignore[attr-defined]
    conditions = [] if condition is None else [condition]
    if here.name == "search_text":
        drop(state.session.connection(), *conditions)
        return None
    if here.name not in _OF_TABLE:
        return None
    if state.is_executemany:
        raise InvalidRequestError("one statement with many sets of values: which texts it changes is not known")
    connection, dossier = state.session.connection(), _dossier(here)
    touched = list(connection.execute(select(dossier).where(*conditions).distinct(), state.parameters or {}).scalars())
    result = state.invoke_statement()
    for source in _OF_TABLE[here.name]:
        drop(connection, SearchText.source == source, SearchText.complaint_id.in_(touched))
        read_again(connection, source, dossier.in_(touched))
    return result


@event.listens_for(Base.metadata, "after_create")
def _created(_metadata: MetaData, connection: Connection, **_: object) -> None:
    there = inspect(connection)
    if not there.has_table("search_words") and not any(each["name"] in GIN for each in there.get_indexes("search_text")):
        make(connection)


# Reading


def hits(dialect: str, term: Term) -> Any:
    """The rows of `search_text` in which this term stands, by the index, whoever may read them. To be narrowed by who asks."""
    if dialect == "sqlite":
        name = "words" if term.exact else "stems"
        said = f'{name} : "{" ".join(_sought(term))}"' + (" *" if term.prefix else "")
        return select(FTS.c.rowid.label("piece")).where(FTS.c.search_words.op("MATCH")(said))
    here = SearchText.__table__
    indexed = here.c.words if term.exact else here.c.stems
    return select(here.c.id.label("piece")).where(indexed.op("@@", is_comparison=True)(cast(_query(term), TSQUERY)))


def stands_in(dialect: str, piece: Any, term: Term) -> ColumnElement[bool]:
    """Of a row of `search_text`: does this term stand in it? Without an index, for the rows of a dossier; one statement for
    every kind of term, as it is long and stays compiled."""
    said = case((literal(term.exact, Boolean), piece.words), else_=piece.stems)
    if dialect == "sqlite":
        end = "" if term.prefix else " "
        return func.instr(literal(" ") + said + literal(" "), f" {' '.join(_sought(term))}{end}") > 0
    found: ColumnElement[bool] = said.op("@@", is_comparison=True, return_type=Boolean())(cast(_query(term), TSQUERY))
    return found


def _query(term: Term) -> str:
    return " <-> ".join(f"'{each}'" for each in _sought(term)) + (":*" if term.prefix else "")


def _sought(term: Term) -> tuple[str, ...]:
    return term.words if term.exact else (stem(term.words[0]),)
