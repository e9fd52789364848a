"""Alembic's way in; `db/upgrade.py` hands it the connection."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context

from db.base import Instant
from db.models import Base
from db.search import described


def render(kind: str, item: Any, _context: object) -> str | Literal[False]:
    """A migration does not depend on our own types, which may change after it was written."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, Instant) else False


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    include_name=described,
    render_as_batch=connection.dialect.name == "sqlite",
    render_item=render,
    transaction_per_migration=False,
)
with context.begin_transaction():
    context.run_migrations()
