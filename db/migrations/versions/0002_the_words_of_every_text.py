"""the words of every text, to be searched

Revision ID: 0002
Revises: 0001
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TSVECTOR

from db.base import telling_nothing
from db.search import stem
from domain.searching import words

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

BATCH = 500
Some = tuple[str, ...]
_COMPLAINT = ("description", "remedy_requested", "immediate_actions")
# Source, table, key, columns, and the keys of a JSON column: as they were when this was written.
SOURCES: tuple[tuple[str, str, str, Some, Some], ...] = (
    ("summary", "complaint", "id", ("reference", "title"), ()),
    ("as_it_stood", "appeal_snapshot", "appeal_id", ("columns",), ("reference", "title", *_COMPLAINT)),
    ("complaint", "complaint", "id", _COMPLAINT, ()),
    ("complainant", "complainant", "complaint_id", ("name", "contact", "representative_of"), ()),
    ("party", "party", "id", ("name",), ()),
    ("attachment", "attachment", "id", ("name",), ()),
    ("event", "event_text", "event_id", ("text",), ()),
    ("message", "message_text", "message_id", ("subject", "body"), ()),
    ("decision", "decision", "id", ("reasons",), ()),
    ("measure", "measure", "id", ("text",), ()),
    ("measure_done", "measure_done", "measure_id", ("evidence",), ()),
    ("measure_effect", "measure_effect", "measure_id", ("explanation",), ()),
    ("part", "complaint_part", "id", ("text",), ()),
    ("appeal", "appeal", "id", ("grounds", "late_reason"), ()),
    ("ruling", "appeal", "id", ("reasons", "consequence"), ()),
    ("referral", "referral", "id", ("body_name", "case_number", "note"), ()),
    ("satisfaction", "satisfaction", "complaint_id", ("remark",), ()),
)


def upgrade() -> None:
    connection = op.get_bind()
    postgresql = connection.dialect.name == "postgresql"
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    said = TSVECTOR() if postgresql else sa.Text()
    op.create_table(
        "search_text",
        sa.Column("id", number, nullable=False),
        sa.Column("complaint_id", number, nullable=False),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("source_id", number, nullable=False),
        sa.Column("words", said, nullable=False),
        sa.Column("stems", said, nullable=False),
        sa.ForeignKeyConstraint(["complaint_id"], ["complaint.id"], name=op.f("fk_search_text_complaint_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_text")),
    )
    for source in SOURCES:
        _fill(connection, *source)
    op.create_index(op.f("ix_search_text_complaint_id"), "search_text", ["complaint_id"])
    op.create_index(op.f("ix_search_text_source_source_id"), "search_text", ["source", "source_id"])
    if postgresql:
        op.create_index("ix_search_text_words", "search_text", ["words"], postgresql_using="gin")
        op.create_index("ix_search_text_stems", "search_text", ["stems"], postgresql_using="gin")
        return
    op.execute(
        "CREATE VIRTUAL TABLE search_words USING fts5"
        "(words, stems, content='search_text', content_rowid='id', tokenize='ascii', columnsize=0)"
    )
    if connection.dialect.server_version_info >= (3, 42):  # type: ignore[operator]
        op.execute("INSERT INTO search_words(search_words, rank) VALUES ('secure-delete', 1)")
    op.execute("INSERT INTO search_words(rowid, words, stems) SELECT id, words, stems FROM search_text ORDER BY id")


def _fill(connection: sa.Connection, source: str, name: str, key: str, columns: Some, within: Some) -> None:
    """In batches: a register does not fit in memory."""
    kinds: dict[str, Any] = dict.fromkeys(columns, sa.JSON() if within else sa.Text())
    table = sa.table(name, sa.column(key), sa.column("complaint_id"), *(sa.column(each, kinds[each]) for each in columns))
    dossier = table.c[key] if name == "complaint" else table.c.complaint_id
    query = sa.select(table.c[key].label("key"), dossier.label("dossier"), *(table.c[each] for each in columns))
    last = None
    while True:
        after = query if last is None else query.where(table.c[key] > last)
        rows = connection.execute(after.order_by(table.c[key]).limit(BATCH)).all()
        if not rows:
            return
        last = rows[-1].key
        made = [_entry(connection, source, row.key, row.dossier, _texts(row[2:], within)) for row in rows]
        _insert(connection, [each for each in made if each is not None])


def _texts(values: Any, within: Some) -> list[str]:
    return [(values[0] or {}).get(each) or "" for each in within] if within else [each or "" for each in values]


def _entry(connection: sa.Connection, source: str, key: int, dossier: int, texts: list[str]) -> dict[str, Any] | None:
    found = [each for each in ([word.text for word in words(text)] for text in texts) if each]
    if not found:
        return None
    plain, forms = (" ¶ ".join(" ".join(kind(word) for word in each) for each in found) for kind in (str, stem))
    if connection.dialect.name == "postgresql":
        plain, forms = (" ".join(f"'{each}':{at}" for at, each in enumerate(said.split(" "), 1)) for said in (plain, forms))
    return {
        "id": telling_nothing(),
        "dossier": dossier,
        "source": source,
        "source_id": key,
        "words": plain,
        "stems": forms,
    }


def _insert(connection: sa.Connection, rows: list[dict[str, Any]]) -> None:
    if rows:
        cast = "CAST(:{} AS tsvector)" if connection.dialect.name == "postgresql" else ":{}"
        values = f":id, :dossier, :source, :source_id, {cast.format('words')}, {cast.format('stems')}"
        into = "INSERT INTO search_text (id, complaint_id, source, source_id, words, stems) VALUES"
        connection.execute(sa.text(f"{into} ({values})"), rows)


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE search_words")
    op.drop_table("search_text")
