"""A migration that does not exist, on top of those that do: what a real one does to a filled register.

`python -m tests.db.made_up <url> <folder>` upgrades with it, for tests that kill the process.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, inspect

from db import upgrade
from db.engine import make_engine

REVISION = "9999"
RENAMED = {("complaint", "category"): "subject"}
_BODY = '''"""What nobody released"""

import time

import sqlalchemy as sa
from alembic import op

revision = "9999"
down_revision = "{head}"
branch_labels = None
depends_on = None


def upgrade():
    with op.batch_alter_table("complaint") as batch:
        batch.add_column(sa.Column("urgency", sa.Integer(), nullable=False, server_default="3"))
    time.sleep({pause})
    with op.batch_alter_table("complaint") as batch:
        batch.alter_column("category", new_column_name="subject", existing_type=sa.String(length=200))
    time.sleep({pause})
    op.create_index("ix_event_made_up", "event", ["kind"])
    with op.batch_alter_table("event") as batch:
        batch.alter_column("kind", type_=sa.String(length=60), existing_type=sa.String(length=30), existing_nullable=False)
    time.sleep({pause})
    {more}


def downgrade():
    with op.batch_alter_table("event") as batch:
        batch.alter_column("kind", type_=sa.String(length=30), existing_type=sa.String(length=60), existing_nullable=False)
    op.drop_index("ix_event_made_up", "event")
    with op.batch_alter_table("complaint") as batch:
        batch.alter_column("subject", new_column_name="category", existing_type=sa.String(length=200))
    with op.batch_alter_table("complaint") as batch:
        batch.drop_column("urgency")
'''


def written(folder: Path, *, pause: float = 0.0, more: str = "") -> Path:
    """A folder of migrations that ends with it."""
    migrations = folder / "migrations"
    shutil.copytree(upgrade.MIGRATIONS, migrations, ignore=shutil.ignore_patterns("__pycache__"))
    text = _BODY.format(head=upgrade.newest(), pause=pause, more=more)
    (migrations / "versions" / "9999_made_up.py").write_text(text, encoding="utf-8")
    return migrations


@contextmanager
def in_force(migrations: Path) -> Iterator[None]:
    before, upgrade.MIGRATIONS = upgrade.MIGRATIONS, migrations
    try:
        yield
    finally:
        upgrade.MIGRATIONS = before


Content = dict[str, tuple[tuple[str, ...], list[str]]]  # by table: its columns, and its rows in a fixed order


def content(engine: Engine, like: Content | None = None, renamed: dict[tuple[str, str], str] | None = None) -> Content:
    """Everything in the database; `like` an earlier answer only the tables and columns that were there then."""
    found: Content = {}
    with engine.execution_options(access="read").connect() as connection:
        there = inspect(connection)
        names = sorted(like or (set(there.get_table_names()) - {"alembic_version"}))
        for name in names:
            columns = like[name][0] if like else tuple(each["name"] for each in there.get_columns(name))
            asked = ", ".join(f'"{(renamed or {}).get((name, each), each)}"' for each in columns)
            rows = connection.exec_driver_sql(f'SELECT {asked} FROM "{name}"')
            found[name] = (columns, sorted(repr(tuple(map(_plain, row))) for row in rows))
    return found


def _plain(value: Any) -> Any:
    return sorted(value.items()) if isinstance(value, dict) else value


if __name__ == "__main__":
    with in_force(Path(sys.argv[2])):
        sys.stdout.write("begun\n")
        sys.stdout.flush()
        upgrade.upgrade(make_engine(sys.argv[1]))
